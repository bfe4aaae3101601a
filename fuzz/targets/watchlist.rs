//! Whatever stands in a watch list: `veedor::config::fuzzed::watch_list` says what must hold.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| veedor::config::fuzzed::watch_list(text));
