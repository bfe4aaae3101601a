//! Whatever stands in a recipe of an operator: `veedor::recipe::fuzzed::recipe` says what must hold.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| veedor::recipe::fuzzed::recipe(text));
