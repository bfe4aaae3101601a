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

/// A shipped recipe, compiled when it is first asked for: no command needs them all.
pub fn shipped_recipe(id: &str) -> Option<Recipe> {
    static COMPILED: [OnceLock<Option<Recipe>>; SHIPPED.len()] = [const { OnceLock::new() }; SHIPPED.len()];
    let at = SHIPPED.iter().position(|(known, _, _)| *known == id)?;
    let (_, file, text) = SHIPPED[at];
    // That every shipped recipe compiles is a test of this module.
    COMPILED[at].get_or_init(|| Recipe::parse(file, text).ok()).clone()
}
