//! Operators' own recipes: `recipes/*.toml` beside the watch list, and the files that `[source.ID] recipe` names.
//!
//! They stand before the shipped recipes of the same id, so that a newsroom can mend a source the night a court changes
//! its page. Their problems come out with those of the watch list.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::diag::{At, Problem};
use crate::recipe::{self, Recipe};

use super::include;
use super::loopback::is_loopback_url;
use super::scope::Scope;
use super::source::Sources;

/// Recipes by id, with the file of those that are an operator's.
pub(super) type Recipes = BTreeMap<String, (Recipe, Option<PathBuf>)>;

/// Reads the operator's recipes. `named` are the files of `[source.ID]` tables.
pub(super) fn read(named: &[(&str, &At<String>)], scope: &Scope<'_>, sources: &mut Sources) -> Recipes {
    let mut recipes = Recipes::new();
    let folder = match include::glob(&scope.folder.join("recipes/*.toml")) {
        Ok(paths) => paths,
        Err(why) => {
            sources.problems.push(Problem::of_file("recipes", why, None));
            Vec::new()
        }
    };
    for path in folder.into_iter().chain(no_files(&scope.folder.join("recipes"))) {
        let named_too = named.iter().any(|(_, file)| scope.folder.join(&file.value) == path);
        if !named_too && let Some(recipe) = read_one(&path, sources) {
            if let Some((_, Some(other))) = recipes.get(&recipe.id) {
                let message = format!("{} is a recipe of \"{}\" too", other.display(), recipe.id);
                sources.problems.push(Problem::of_file(&path.display().to_string(), message, Some("keep one of them".to_owned())));
            }
            recipes.insert(recipe.id.clone(), (recipe, Some(path)));
        }
    }
    for (id, file) in named {
        let Some(path) = scope.path(file) else {
            sources.broken.insert((*id).to_owned());
            continue;
        };
        match include::read(&path, None) {
            Err(problem) => {
                scope.error(
                    file.span.clone(),
                    format!("the recipe {}: {}", problem.file, problem.message),
                    "its path starts at this file's folder",
                );
                sources.broken.insert((*id).to_owned());
            }
            Ok(_) => match read_one(&path, sources) {
                Some(recipe) if recipe.id != *id => {
                    let message = format!("{} is a recipe of \"{}\", not of \"{id}\"", path.display(), recipe.id);
                    scope.error(file.span.clone(), message, format!("write [source.{}], or change the id in the recipe", recipe.id));
                    sources.broken.insert((*id).to_owned());
                }
                Some(recipe) => drop(recipes.insert(recipe.id.clone(), (recipe, Some(path)))),
                None => drop(sources.broken.insert((*id).to_owned())),
            },
        }
    }
    recipes
}

/// What is named as a recipe and is no file: a folder, or a link that leads nowhere. Reading it says so; to pass it over
/// would put the shipped recipe in force without a word.
pub(super) fn no_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let hidden = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let mut found: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|end| end == "toml") && !hidden(path) && !path.is_file()).collect();
    found.sort();
    found
}

fn read_one(path: &Path, sources: &mut Sources) -> Option<Recipe> {
    let parsed = include::read(path, None).map_err(|problem| vec![problem]).and_then(|text| Recipe::parse(&text.name, &text.text));
    match parsed {
        Ok(recipe) => Some(held_to_the_shipped(recipe, path, sources)),
        Err(problems) => {
            // Cases of this source must not be told a second time that they have none: its id is most likely its name.
            let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
            let ids = recipe::shipped().into_iter().map(|(id, _, _)| id);
            let meant: Vec<String> = ids.filter(|id| id.ends_with(&format!("-{stem}"))).map(str::to_owned).collect();
            sources.broken.extend(meant);
            sources.broken.insert(stem);
            sources.problems.extend(problems);
            None
        }
    }
}

/// A copy of a shipped recipe is no way around its politeness.
fn held_to_the_shipped(mut recipe: Recipe, path: &Path, sources: &mut Sources) -> Recipe {
    let Some(shipped) = recipe::shipped_recipe(&recipe.id) else { return recipe };
    let message = format!("{} is read with this recipe, in place of the shipped one", recipe.id);
    let help = "move the file away, and the shipped recipe is in force again".to_owned();
    sources.warnings.push(Problem::of_file(&path.display().to_string(), message, Some(help)));
    if is_loopback_url(&recipe.base_url) {
        return recipe;
    }
    let faster = recipe.gap < shipped.gap || recipe.every < shipped.every || recipe.daily > shipped.daily;
    if faster {
        let message = "this recipe asks faster than the shipped one of the same id, whose gap, every and daily stay the floor";
        sources.warnings.push(Problem::of_file(&path.display().to_string(), message, None));
    }
    recipe.gap = recipe.gap.max(shipped.gap);
    recipe.every = recipe.every.max(shipped.every);
    recipe.daily = recipe.daily.min(shipped.daily);
    recipe
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_copy_is_no_way_around_the_politeness_of_a_shipped_recipe() {
        let shipped = recipe::shipped_recipe("ec-esatje").expect("shipped");
        let mut copy = shipped.clone();
        (copy.gap, copy.every, copy.daily) = (Duration::ZERO, Duration::from_secs(1), u32::MAX);
        let mut sources = Sources::default();
        let held = held_to_the_shipped(copy.clone(), Path::new("copy.toml"), &mut sources);
        assert_eq!((held.gap, held.every, held.daily), (shipped.gap, shipped.every, shipped.daily));
        assert_eq!(sources.warnings.len(), 2, "that it stands in, and that it is faster");
        let here = held_to_the_shipped(copy.with_base_url("http://127.0.0.1:9"), Path::new("copy.toml"), &mut sources);
        assert_eq!((here.gap, sources.warnings.len()), (Duration::ZERO, 3));
    }
}
