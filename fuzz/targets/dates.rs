//! Whatever is written for a date, in running text and in the fields of a page: `fuzzed` in `meaning` and in `recipe` say what must hold.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let [which, zones, text @ ..] = data else { return };
    let text = String::from_utf8_lossy(text);
    veedor::meaning::fuzzed::dates(*which, &text);
    veedor::recipe::fuzzed::date(*which, *zones, &text);
});
