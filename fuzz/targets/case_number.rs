//! Whatever is typed for a case number: it is understood or refused in a sentence, and what is understood is understood again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use veedor::recipe::{shipped, shipped_recipe};

fuzz_target!(|typed: &str| {
    for (id, ..) in shipped() {
        let Some(recipe) = shipped_recipe(id) else { continue };
        match recipe.number(typed) {
            Ok(number) => {
                let again = recipe.number(&number.canonical).unwrap_or_else(|why| panic!("{id}: {}: {why}", number.canonical));
                assert_eq!(number.compact, again.compact, "{id}: {typed:?}");
                drop(recipe.case_url(&number));
            }
            Err(why) => assert!(!why.is_empty()),
        }
    }
});
