//! Whatever is typed for a case number: `veedor::recipe::fuzzed::number` says what must hold.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|typed: &str| veedor::recipe::fuzzed::number(typed));
