//! The recipes that are compiled in.
//!
//! A new court adds its file under `jurisdictions/` and one line here. Operators' copies are found by `config`.

use std::sync::OnceLock;

use super::Recipe;

/// Every shipped recipe: id, file, text.
pub fn shipped() -> Vec<(&'static str, &'static str, &'static str)> {
    vec![("ec-esatje", "jurisdictions/ec/esatje.toml", include_str!("../../jurisdictions/ec/esatje.toml"))]
}

/// A shipped recipe, compiled once.
pub fn shipped_recipe(id: &str) -> Option<Recipe> {
    static COMPILED: OnceLock<Vec<Recipe>> = OnceLock::new();
    // That every shipped recipe compiles is a test of this module.
    let compiled = COMPILED.get_or_init(|| shipped().into_iter().filter_map(|(_, file, text)| Recipe::parse(file, text).ok()).collect());
    compiled.iter().find(|recipe| recipe.id == id).cloned()
}
