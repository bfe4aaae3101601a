//! Whatever a court writes: `veedor::meaning::fuzzed::entries` says what must hold.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| veedor::meaning::fuzzed::entries(data));
