//! Whatever stands in a row of the store: it reads back or is damage that is said; the first byte picks the table.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let [table, rest @ ..] = data else { return };
    let (key, value) = rest.split_at(rest.len().min(24));
    veedor::store::fuzzed::read_row(*table, key, value);
});
