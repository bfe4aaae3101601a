//! Whatever a receiver answers: `veedor::notify::fuzzed::reply` says what must hold.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| veedor::notify::fuzzed::reply(data));
