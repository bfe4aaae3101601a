//! Which addresses a mail server refused, and how often.
//!
//! Written by `daemon::refused` after an attempt, forgotten when a mail arrives or when the operator asks for another attempt. Backups leave it
//! out: a restored store counts anew, which costs two refusals and loses nothing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::id::Id;
use crate::domain::refusal::Refusal;

use super::batch::Batch;
use super::codes::Instant;
use super::error::StoreError;
use super::keys::{Table, Trees};
use super::records::delivery::DeliveryRecord;
use super::writer::Ledger;
use super::{Store, rows};

/// [`Refusal`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct RefusedRecord {
    since: Instant,
    count: u32,
    why: String,
    last: Instant,
}

impl From<RefusedRecord> for Refusal {
    fn from(record: RefusedRecord) -> Self {
        Self { since: record.since.0, count: record.count, last: record.last.0, why: record.why }
    }
}

impl From<Refusal> for RefusedRecord {
    fn from(refusal: Refusal) -> Self {
        Self { since: refusal.since.into(), count: refusal.count, why: refusal.why, last: refusal.last.into() }
    }
}

impl Store {
    /// What is known of the address of a delivery, if it was refused.
    pub fn refusal(&self, id: Id) -> Result<Option<Refusal>, StoreError> {
        self.read(|trees| match address_of(trees, id)? {
            Some(address) => refusal_of(trees, address),
            None => Ok(None),
        })
    }

    /// Counts that the address of a delivery was refused. Flushed. `None` when there is no such delivery.
    pub fn refused(&self, id: Id, why: &str, now: Timestamp) -> Result<Option<Refusal>, StoreError> {
        let why = why.to_owned();
        self.write(true, move |ledger| {
            let Some(address) = address_of(&ledger.trees, id)? else { return Ok(None) };
            let refusal = Refusal::again(refusal_of(&ledger.trees, address)?, &why, now);
            let mut batch = Batch::default();
            rows::put(&mut batch, Table::Refused, &address.to_be_bytes(), &RefusedRecord::from(refusal.clone()))?;
            batch.apply(&ledger.trees)?;
            Ok(Some(refusal))
        })
    }

    /// Forgets that the address of a delivery was refused. Flushed when there was anything to forget.
    pub fn welcome(&self, id: Id) -> Result<Option<Refusal>, StoreError> {
        let before = self.refusal(id)?;
        if before.is_some() {
            self.write(true, move |ledger| ledger.welcome(&[id]))?;
        }
        Ok(before)
    }
}

impl Ledger {
    /// Forgets that the addresses of these deliveries were refused.
    pub(super) fn welcome(&self, ids: &[Id]) -> Result<(), StoreError> {
        if self.trees.at(Table::Refused).first()?.is_none() {
            return Ok(());
        }
        let mut batch = Batch::default();
        for id in ids {
            if let Some(address) = address_of(&self.trees, *id)? {
                batch.remove(Table::Refused, address.to_be_bytes());
            }
        }
        batch.apply(&self.trees)
    }
}

/// A row that does not read back holds no mail.
fn refusal_of(trees: &Trees, address: u32) -> Result<Option<Refusal>, StoreError> {
    match rows::get::<RefusedRecord>(trees, Table::Refused, &address.to_be_bytes()) {
        Err(StoreError::Damaged(_)) => Ok(None),
        record => Ok(record?.map(Refusal::from)),
    }
}

fn address_of(trees: &Trees, id: Id) -> Result<Option<u32>, StoreError> {
    Ok(rows::get_long::<DeliveryRecord>(trees, Table::Delivery, &id.0)?.map(|record| record.address))
}
