//! `veedor sources`: the courts that veedor can read, and how.

use serde_json::{Value, json};

use super::{Common, Done, Exit, Failure, ask, print};
use crate::config::Config;
use crate::diag::suggestion;
use crate::recipe::{self, Recipe};

/// Prints all sources, or everything about one.
pub fn run(common: &Common, id: Option<&str>) -> Done {
    let recipes = recipes(common);
    match id {
        None => {
            list(common, &recipes);
            Ok(Exit::Done)
        }
        Some(id) => match recipes.iter().find(|recipe| recipe.id == id) {
            Some(recipe) => {
                one(common, recipe);
                Ok(Exit::Done)
            }
            None => {
                let ids: Vec<&str> = recipes.iter().map(|recipe| recipe.id.as_str()).collect();
                Err(Failure::new(Exit::Usage, format!("there is no source \"{id}\"; {}", suggestion(id, &ids).unwrap_or_default())))
            }
        },
    }
}

/// The shipped recipes, and before them those that the watch list's folder brings.
fn recipes(common: &Common) -> Vec<Recipe> {
    let own = Config::load(&ask::path(common)).map(|loaded| loaded.config.recipes()).unwrap_or_default();
    let shipped = recipe::shipped().into_iter().filter_map(|(id, _, _)| recipe::shipped_recipe(id));
    let mut all = own;
    for recipe in shipped {
        if !all.iter().any(|known| known.id == recipe.id) {
            all.push(recipe);
        }
    }
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all
}

fn as_json(recipe: &Recipe) -> Value {
    json!({
        "id": recipe.id, "title": recipe.title, "jurisdiction": recipe.jurisdiction, "language": recipe.language, "zone": recipe.zone,
        "base_url": recipe.base_url, "gap_seconds": recipe.gap.as_secs_f64(), "every_seconds": recipe.every.as_secs(), "daily": recipe.daily,
        "examples": recipe.examples, "terms": recipe.terms, "robots": recipe.robots, "confidence": recipe.confidence,
    })
}

fn list(common: &Common, recipes: &[Recipe]) {
    if common.json {
        return print::json(&json!({"sources": recipes.iter().map(as_json).collect::<Vec<_>>()}));
    }
    let rows: Vec<Vec<String>> = recipes
        .iter()
        .map(|recipe| vec![recipe.id.clone(), recipe.title.clone(), recipe.examples.first().cloned().unwrap_or_default()])
        .collect();
    print::table(&["ID", "TITLE", "A NUMBER LOOKS LIKE"], &rows);
    if !common.quiet {
        print::line("Any other public page: source = \"page\" in the watch list, with CSS selectors (see the shipped watchlist.toml).");
    }
}

fn one(common: &Common, recipe: &Recipe) {
    let data = as_json(recipe);
    if common.json {
        return print::json(&data);
    }
    if let Some(fields) = data.as_object() {
        for (name, value) in fields {
            let text = match value {
                Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
                _ => print::field(&data, name),
            };
            print::line(&format!("{name:14} {text}"));
        }
    }
}
