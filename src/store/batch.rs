//! Writes to several tables that happen together or not at all.
//!
//! Every write of the store goes through [`Batch::put`], which refuses values over 4,096 bytes: sled puts nodes above
//! 128 KB into files that it never syncs, and 20 of 20 power cuts with 40 KB values left a store that did not open
//! (`storage.md` 0.4). Everything is read before; inside sled's transaction only its own views are touched, because a
//! plain read there would deadlock on sled's process-wide lock (sled #1301, #1412).

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use sled::Transactional;
use sled::transaction::TransactionError;

use crate::failpoint;

use super::error::StoreError;
use super::keys::{Table, Trees};
use super::tree::panic_text;

/// The largest value.
pub(super) const MAX_VALUE: usize = 4096;

/// The largest key. Ours are at most 24 bytes and a case number.
const MAX_KEY: usize = 512;

/// What is to be written.
#[derive(Default)]
pub(super) struct Batch {
    writes: Vec<(Table, Vec<u8>, Option<Vec<u8>>)>,
}

impl Batch {
    /// Adds a row, or replaces it. The one place where values meet their limit.
    pub(super) fn put(&mut self, table: Table, key: impl Into<Vec<u8>>, value: Vec<u8>) -> Result<(), StoreError> {
        let key = key.into();
        if value.len() > MAX_VALUE || key.len() > MAX_KEY {
            return Err(StoreError::TooLarge { table: table.name(), bytes: value.len().max(key.len()) });
        }
        self.writes.push((table, key, Some(value)));
        Ok(())
    }

    /// Removes a row, if it is there.
    pub(super) fn remove(&mut self, table: Table, key: impl Into<Vec<u8>>) {
        self.writes.push((table, key.into(), None));
    }

    /// Writes all of it in one transaction over the tables concerned. Durable only after a flush.
    pub(super) fn apply(self, trees: &Trees) -> Result<(), StoreError> {
        if self.writes.is_empty() {
            return Ok(());
        }
        failpoint::hit("before-transaction");
        let mut tables: Vec<Table> = self.writes.iter().map(|(table, ..)| *table).collect();
        tables.sort_unstable();
        tables.dedup();
        let concerned: Vec<sled::Tree> = tables.iter().map(|table| sled::Tree::clone(trees.at(*table))).collect();
        // What fails while rows are only staged has written nothing; afterwards nobody knows.
        let staging = Cell::new(true);
        let done = catch_unwind(AssertUnwindSafe(|| {
            concerned.as_slice().transaction(|views| {
                staging.set(true);
                for (table, key, value) in &self.writes {
                    let Ok(at) = tables.binary_search(table) else { continue };
                    match value {
                        Some(value) => views[at].insert(key.as_slice(), value.as_slice())?,
                        None => views[at].remove(key.as_slice())?,
                    };
                }
                staging.set(false);
                Ok::<(), sled::transaction::ConflictableTransactionError<()>>(())
            })
        }));
        failpoint::hit("after-transaction");
        let error = match done {
            Ok(Ok(()) | Err(TransactionError::Abort(()))) => return Ok(()),
            Ok(Err(TransactionError::Storage(error))) => error.into(),
            Err(panic) => StoreError::Damaged(panic_text(panic.as_ref())),
        };
        Err(if staging.get() { error } else { error.of_a_write() })
    }

    /// Writes rows of one table without the others' locks: for bulk work whose rows need not appear together. After
    /// [`StoreError::Damaged`] some of them may be written.
    pub(super) fn apply_in_bulk(self, trees: &Trees) -> Result<(), StoreError> {
        catch_unwind(AssertUnwindSafe(|| self.apply_each(trees)))
            .unwrap_or_else(|panic| Err(StoreError::Damaged(panic_text(panic.as_ref()))))
    }

    fn apply_each(self, trees: &Trees) -> Result<(), StoreError> {
        // A batch takes room in sled's log, an empty one too; a single row needs none.
        if let [(table, key, Some(value))] = self.writes.as_slice() {
            trees.at(*table).insert(key, value.as_slice())?;
            return Ok(());
        }
        for table in Table::ALL.iter().filter(|table| self.writes.iter().any(|(of, ..)| of == *table)) {
            let mut batch = sled::Batch::default();
            for (_, key, value) in self.writes.iter().filter(|(of, ..)| of == table) {
                match value {
                    Some(value) => batch.insert(key.as_slice(), value.as_slice()),
                    None => batch.remove(key.as_slice()),
                }
            }
            trees.at(*table).apply_batch(batch)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_over_the_limit_is_an_error_and_not_a_row() {
        let mut batch = Batch::default();
        assert!(batch.put(Table::Snap, b"k", vec![0; MAX_VALUE]).is_ok());
        let refused = batch.put(Table::Snap, b"k", vec![0; MAX_VALUE + 1]);
        assert_eq!(refused, Err(StoreError::TooLarge { table: "snap", bytes: MAX_VALUE + 1 }));
        assert!(batch.put(Table::Cid, vec![0; MAX_KEY + 1], Vec::new()).is_err());
        assert_eq!(batch.writes.len(), 1);
    }
}
