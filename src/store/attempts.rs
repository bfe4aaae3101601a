//! Attempts at deliveries: noted with the state that follows from them, and read.
//!
//! One that does not read back is passed over where they are shown: a message that was sent must be noted as sent, whatever became of the
//! row of an earlier attempt. Who decides by what they say asks for [all of them](Store::all_attempts).

use crate::domain::delivery::{Attempt, DeliveryState};
use crate::domain::id::Id;

use super::batch::Batch;
use super::brake::readable;
use super::error::StoreError;
use super::keys::{self, Table, Trees};
use super::records::delivery::{AttemptRecord, StateRecord};
use super::writer::Ledger;
use super::{Store, rows};

impl Store {
    /// Notes an attempt and the state that follows from it. Flushed. A delivery that the operator ended or the brake held meanwhile
    /// stays so unless it arrived.
    pub fn record_attempt(&self, id: Id, attempt: Attempt, state: DeliveryState, attempts: u16) -> Result<(), StoreError> {
        self.write(true, move |ledger| ledger.record_attempt(id, attempt.into(), state.into(), attempts))
    }

    /// The attempts at a delivery, oldest first, as far as they read back. Equal complaints of a misconfigured channel in a row are one.
    pub fn attempts(&self, id: Id) -> Result<Vec<Attempt>, StoreError> {
        self.read(|trees| {
            let read = attempts_of(trees, id).filter_map(|attempt| readable(attempt.map(Some)).transpose());
            read.map(|attempt| attempt.map(|(_, record)| record.into())).collect()
        })
    }

    /// The attempts at a delivery, oldest first; `None` when one does not read back, because that may have said anything.
    pub fn all_attempts(&self, id: Id) -> Result<Option<Vec<Attempt>>, StoreError> {
        self.read(|trees| {
            let all: Result<Vec<Attempt>, StoreError> =
                attempts_of(trees, id).map(|attempt| attempt.map(|(_, record)| record.into())).collect();
            readable(all.map(Some))
        })
    }
}

impl Ledger {
    fn record_attempt(&mut self, id: Id, attempt: AttemptRecord, state: StateRecord, attempts: u16) -> Result<(), StoreError> {
        let mut record = self.record(id)?.ok_or_else(|| StoreError::Refused(format!("there is no delivery {id}")))?;
        let mut batch = Batch::default();
        let n = match last_attempt(&self.trees, id)? {
            Some((n, Some(last))) if attempt.repeats(&last) => n,
            Some((n, _)) => n.saturating_add(1),
            None => 1,
        };
        match rows::put_long(&mut batch, &self.trees, Table::Attempt, &keys::attempt(id, n), &attempt) {
            // What became of the message counts for more than how it was tried: one that was sent and not noted would be sent again.
            Err(StoreError::Damaged(why)) => tracing::error!(delivery = %id, why, "an attempt could not be kept; run `veedor fsck`"),
            kept => kept?,
        }
        let before = record.state.clone();
        let decided = matches!(
            before,
            StateRecord::Dropped { .. } | StateRecord::Discarded { .. } | StateRecord::Braked { .. } | StateRecord::Muted { .. }
        );
        if !decided || matches!(state, StateRecord::Delivered { .. }) {
            record.state = state;
        }
        record.attempts = attempts;
        self.save(id, &before, &record, batch)
    }
}

/// The attempts at a delivery with their numbers, oldest first.
pub(super) fn attempts_of(trees: &Trees, id: Id) -> impl Iterator<Item = Result<(u32, AttemptRecord), StoreError>> {
    trees.at(Table::Attempt).scan_prefix(id.0).filter_map(move |row| {
        let numbered = |(key, value): (sled::IVec, sled::IVec)| {
            let n = number_in(&key)?;
            Some(rows::decode_long(trees, Table::Attempt, &key, &value).map(|record| (n, record)))
        };
        row.map(numbered).transpose().map(Result::flatten)
    })
}

/// The number of the last attempt at a delivery, with what is kept of it when it reads back.
fn last_attempt(trees: &Trees, id: Id) -> Result<Option<(u32, Option<AttemptRecord>)>, StoreError> {
    for row in trees.at(Table::Attempt).scan_prefix(id.0).rev() {
        let Some((key, value)) = readable(row.map(Some))? else { continue };
        if let Some(n) = number_in(&key) {
            return Ok(Some((n, readable(rows::decode_long(trees, Table::Attempt, &key, &value).map(Some))?)));
        }
    }
    Ok(None)
}

/// The number in the key of a first row; further rows of a long one have longer keys.
fn number_in(key: &[u8]) -> Option<u32> {
    keys::u32_at(key, 16).filter(|_| key.len() == keys::ATTEMPT_LEN)
}
