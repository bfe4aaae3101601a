//! The numbers of events: which comes next, and those that a restore passes over.
//!
//! Whoever reads events in their order keeps the number of the last one. A backup does not know the numbers that were given after it, nor which
//! other stores were made from it, so that a store that is made from one goes on at a number that follows from the moment: a number that
//! somebody may have seen is never given to another event. The writer and `restore` ask it; it reads `meta` and the keys of events.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::batch::Batch;
use super::error::StoreError;
use super::keys::{self, Table, Trees};
use super::rows;
use super::writer::Ledger;

/// Its key in `meta`; absent in a store that was never restored.
pub(super) const NUMBERS: &[u8] = b"numbers";

/// Numbers for each millisecond since 1970: more than events can be told in one, and few enough that a number stays exact in JSON, below 2^53,
/// until the year 2109.
const FOR_EACH_MILLISECOND: u64 = 1 << 11;

/// How far a restored store goes on at least, whatever the clock says.
const LEAP: u64 = 1 << 20;

/// What a store keeps of the numbers that were never given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Numbers {
    /// The least number that the next event may have.
    pub next: u64,
    /// How many numbers below it no event has.
    pub skipped: u64,
}

/// What is kept.
pub(super) fn numbers(trees: &Trees) -> Result<Numbers, StoreError> {
    Ok(rows::get(trees, Table::Meta, NUMBERS)?.unwrap_or_default())
}

/// The number of the next event.
pub(super) fn next(trees: &Trees) -> Result<u64, StoreError> {
    let last = trees.at(Table::Event).last()?.and_then(|(key, _)| keys::u64_at(&key, 0)).unwrap_or_default();
    Ok(last.saturating_add(1).max(numbers(trees)?.next))
}

/// How many events there are, from their numbers.
pub(super) fn count(trees: &Trees) -> Result<u64, StoreError> {
    Ok(next(trees)?.saturating_sub(1).saturating_sub(numbers(trees)?.skipped))
}

impl Ledger {
    /// Takes what a backup says of its numbers.
    pub(super) fn take_next_event(&mut self, next: u64) {
        self.next_event = self.next_event.max(next);
    }

    /// Passes over the numbers that may have been given after the backup, here or in another store that was made from it. Once, when everything
    /// of it is here.
    pub(super) fn leap(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let mut count = 0_u64;
        for key in self.trees.at(Table::Event).iter().keys() {
            count += u64::from(key?.len() == keys::EVENT_LEN);
        }
        let of_now = u64::try_from(now.as_millisecond()).unwrap_or_default().saturating_mul(FOR_EACH_MILLISECOND);
        let next = self.next_event.saturating_add(LEAP).max(of_now);
        let skipped = next.saturating_sub(1).saturating_sub(count);
        let mut batch = Batch::default();
        rows::put(&mut batch, Table::Meta, NUMBERS, &Numbers { next, skipped })?;
        batch.apply(&self.trees)?;
        self.next_event = next;
        Ok(())
    }
}
