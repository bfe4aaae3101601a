//! Whatever a court answers: `veedor::recipe::fuzzed::answers` says what must hold.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| veedor::recipe::fuzzed::answers(data));
