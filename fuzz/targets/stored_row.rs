//! Whatever stands in rows of the store: `veedor::store::fuzzed::stored` says what must hold.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| veedor::store::fuzzed::stored(data));
