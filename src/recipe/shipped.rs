//! The recipes that are compiled in.
//!
//! `build.rs` lists the files under `jurisdictions/`, so a new court needs no line here. Operators' copies are found by `config`.

use std::sync::OnceLock;

use super::Recipe;

/// Id, file, text.
type Shipped = (&'static str, &'static str, &'static str);

const SHIPPED: &[Shipped] = include!(concat!(env!("OUT_DIR"), "/recipes.rs"));

/// Every shipped recipe: id, file, text.
pub fn shipped() -> Vec<Shipped> {
    SHIPPED.to_vec()
}

/// A shipped recipe, compiled once.
pub fn shipped_recipe(id: &str) -> Option<Recipe> {
    static COMPILED: OnceLock<Vec<Recipe>> = OnceLock::new();
    // That every shipped recipe compiles is a test of this module.
    let compiled = COMPILED.get_or_init(|| SHIPPED.iter().filter_map(|(_, file, text)| Recipe::parse(file, text).ok()).collect());
    compiled.iter().find(|recipe| recipe.id == id).cloned()
}

/// The text of a shipped recipe.
#[cfg(test)]
pub fn shipped_text(id: &str) -> &'static str {
    SHIPPED.iter().find(|(known, _, _)| *known == id).map(|(_, _, text)| *text).unwrap_or_default()
}
