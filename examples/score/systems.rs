//! The systems that are judged: which recipe reads them, and who reads the other people's parse.

use std::path::Path;

use veedor::recipe::{Recipe, shipped, shipped_recipe};

use super::capture::Capture;
use super::{latin, us};

/// One system of courts.
pub struct System {
    /// Its name in the table.
    pub name: &'static str,
    /// The recipe that should read it; one whose id goes on after a dash will do.
    pub recipe: &'static str,
    /// Its captures in the folder.
    pub captures: fn(&Path) -> Vec<Capture>,
    /// Whether only the number of rows is known, because nobody's parse is there.
    pub shape_only: bool,
}

const fn system(name: &'static str, recipe: &'static str, captures: fn(&Path) -> Vec<Capture>) -> System {
    System { name, recipe, captures, shape_only: false }
}

const fn shape(name: &'static str, recipe: &'static str, captures: fn(&Path) -> Vec<Capture>) -> System {
    System { name, recipe, captures, shape_only: true }
}

/// All of them, in the order of the table.
pub fn all() -> Vec<System> {
    vec![
        system("pacer-docket", "us-pacer-docket", us::pacer_docket),
        system("pacer-history", "us-pacer-history", us::pacer_history),
        system("pacer-rss", "us-pacer-rss", us::pacer_rss),
        system("texas", "us-texas-tames", us::texas),
        system("florida", "us-florida-acis", us::florida),
        system("scotus", "us-scotus", us::scotus),
        system("esaj", "br-esaj", latin::esaj),
        system("pje", "br-pje", latin::pje),
        system("iol", "ar-iol", latin::iol),
        system("cpnu", "co-cpnu", latin::cpnu),
        system("samai", "co-samai", latin::samai),
        shape("fcl", "uk-fcl", latin::fcl),
        shape("datajud", "br-datajud", latin::datajud),
        shape("djen", "br-djen", latin::djen),
    ]
}

/// The recipes in the files, and after them the shipped ones.
pub fn recipes(files: &[String]) -> Result<Vec<Recipe>, String> {
    let mut recipes = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
        let listed = |problems: Vec<veedor::diag::Problem>| problems.iter().map(|problem| format!("{problem}\n")).collect::<String>();
        recipes.push(Recipe::parse(file, &text).map_err(listed)?);
    }
    recipes.extend(shipped().into_iter().filter_map(|(id, _, _)| shipped_recipe(id)));
    Ok(recipes)
}

impl System {
    /// Its recipe among these.
    pub fn recipe_among<'a>(&self, recipes: &'a [Recipe]) -> Option<&'a Recipe> {
        let longer = format!("{}-", self.recipe);
        recipes.iter().find(|known| known.id == self.recipe).or_else(|| recipes.iter().find(|known| known.id.starts_with(&longer)))
    }
}
