//! For the fuzzer alone: rows with whole checksums and any content, as a bug or a newer veedor might leave them.
//!
//! Compiled by `cargo fuzz` only.

use std::sync::OnceLock;

use super::dump;
use super::format;
use super::keys::{Table, Trees};

/// Reads a row as a dump does; what does not read back must be damage and no panic.
pub fn read_row(table: u8, key: &[u8], value: &[u8]) {
    static TREES: OnceLock<Option<Trees>> = OnceLock::new();
    let Some(trees) = TREES.get_or_init(|| Trees::open(sled::Config::new().temporary(true).open().ok()?).ok()) else { return };
    let table = Table::ALL[usize::from(table) % Table::ALL.len()];
    let key = &key[..dump::key_len(table).unwrap_or(key.len()).min(key.len())];
    let (schema, payload) = value.split_first().map_or((1, value), |(schema, payload)| (1 + schema % 3, payload));
    let _ = dump::show(trees, table, key, &format::seal(schema, payload));
}
