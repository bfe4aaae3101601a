//! Forgetting what nobody needs any more: old attempts and old delivered messages. Never versions, never events.
//!
//! Called daily by the daemon. It works in small jobs of the writer, so visits go on meanwhile, and each job looks again
//! before it removes. Dead deliveries stay until somebody sends them again or never.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::id::Id;

use super::batch::Batch;
use super::error::StoreError;
use super::keys::{self, Table};
use super::records::delivery::{DeliveryRecord, StateRecord};
use super::writer::Ledger;
use super::{Store, attempts, backup, outbox, rows};

/// How long attempts and delivered messages are kept: 90 days, so that a complaint can be answered (`storage.md` B2).
pub const RETENTION: Duration = Duration::from_secs(90 * 24 * 3600);

/// Deliveries looked at in one job.
const GROUP: usize = 256;

/// What was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pruned {
    /// Delivered messages, with their bytes.
    pub deliveries: u64,
    /// Attempts, those of the deliveries included.
    pub attempts: u64,
}

impl Store {
    /// Removes attempts and delivered messages that are older than `retention` at `now`.
    pub fn prune(&self, now: Timestamp, retention: Duration) -> Result<Pruned, StoreError> {
        let before = now.checked_sub(retention).unwrap_or(Timestamp::MIN);
        let mut pruned = Pruned::default();
        let mut from = None;
        loop {
            let ids = self.read(|trees| backup::delivery_ids(trees, from, GROUP))?;
            let Some(last) = ids.last() else { return Ok(pruned) };
            from = Some(*last);
            let removed = self.write(true, move |ledger| ledger.prune(&ids, before))?;
            pruned.deliveries += removed.deliveries;
            pruned.attempts += removed.attempts;
        }
    }
}

impl Ledger {
    fn prune(&mut self, ids: &[Id], before: Timestamp) -> Result<Pruned, StoreError> {
        let mut batch = Batch::default();
        let mut pruned = Pruned::default();
        for id in ids {
            let record = match rows::get_long::<DeliveryRecord>(&self.trees, Table::Delivery, &id.0) {
                Ok(Some(record)) => record,
                // What does not read back is not old enough to know.
                Ok(None) | Err(StoreError::Damaged(_)) => continue,
                Err(error) => return Err(error),
            };
            let done = matches!(&record.state, StateRecord::Delivered { at } | StateRecord::Dropped { at } | StateRecord::Discarded { at } if at.0 < before)
                || matches!(&record.state, StateRecord::Muted { since, by } if since.0 < before && !self.awaits_summary(*by));
            let attempts: Vec<_> = match attempts::attempts_of(&self.trees, *id).collect() {
                Err(StoreError::Damaged(_)) => continue,
                attempts => attempts?,
            };
            for (n, attempt) in attempts {
                if done || attempt.at.0 < before {
                    rows::remove_long(&mut batch, &self.trees, Table::Attempt, &keys::attempt(*id, n))?;
                    pruned.attempts += 1;
                }
            }
            if done {
                rows::remove_long(&mut batch, &self.trees, Table::Delivery, &id.0)?;
                rows::remove_long(&mut batch, &self.trees, Table::Body, &id.0)?;
                if let Some(place) = outbox::place(&record.state) {
                    batch.remove(Table::Due, keys::due(place, *id));
                }
                pruned.deliveries += 1;
                self.touched_delivery(*id);
            }
        }
        batch.apply(&self.trees)?;
        Ok(pruned)
    }
}
