//! Whatever stands in a recipe of an operator: it compiles, or every mistake has its place.

#![no_main]

use libfuzzer_sys::fuzz_target;
use veedor::recipe::Recipe;

fuzz_target!(|text: &str| {
    if let Err(problems) = Recipe::parse("recipe.toml", text) {
        assert!(!problems.is_empty(), "a recipe is refused without a reason");
        problems.iter().for_each(|problem| drop(problem.to_string()));
    }
});
