//! Reading deliveries, their attempts and what they sent.
//!
//! For the deliverer and for everyone who shows them. What changes them is in `outbox`.

use jiff::Timestamp;

use crate::domain::delivery::{Attempt, Content, Delivery};
use crate::domain::id::Id;

use super::digest::{DIGESTS, tells_of};
use super::error::StoreError;
use super::keys::{self, BRAKED, MUTED, NEVER, Table, Trees};
use super::outbox::DeliveryFilter;
use super::records::case::WordRecord;
use super::records::delivery::{AttemptRecord, DeliveryRecord};
use super::writer::Words;
use super::{Store, bodies, cases, rows};

impl Store {
    /// What a delivery sends, once it is fixed.
    pub fn content(&self, id: Id) -> Result<Option<Content>, StoreError> {
        self.read(|trees| match rows::get_long::<DeliveryRecord>(trees, Table::Delivery, &id.0)? {
            Some(record) => bodies::get(trees, id, &record.events),
            None => Ok(None),
        })
    }

    /// One delivery.
    pub fn delivery(&self, id: Id) -> Result<Option<Delivery>, StoreError> {
        self.read(|trees| read_delivery(trees, &self.inner.words, id))
    }

    /// The attempts at a delivery, oldest first. Equal complaints of a misconfigured channel in a row are one.
    pub fn attempts(&self, id: Id) -> Result<Vec<Attempt>, StoreError> {
        self.read(|trees| Ok(attempts_of(trees, id)?.into_iter().map(|(_, record)| record.into()).collect()))
    }

    /// Deliveries, newest first.
    pub fn deliveries(&self, filter: DeliveryFilter, limit: usize) -> Result<Vec<Delivery>, StoreError> {
        self.read(|trees| {
            let mut found = Vec::new();
            let mut keep = |id: Id, record: DeliveryRecord| -> Result<(), StoreError> {
                found.push((record.created.0, id, record));
                if found.len() >= limit.saturating_mul(2).max(1_024) {
                    newest(&mut found, limit);
                }
                Ok(())
            };
            match filter {
                DeliveryFilter::Pending => {
                    each_indexed(trees, 0..MUTED, &mut keep)?;
                    each_indexed(trees, BRAKED..NEVER, &mut keep)?;
                }
                DeliveryFilter::Muted => each_indexed(trees, MUTED..=MUTED, &mut keep)?,
                DeliveryFilter::Dead => each_indexed(trees, NEVER..=NEVER, &mut keep)?,
                DeliveryFilter::Braked => each_indexed(trees, BRAKED..=BRAKED, &mut keep)?,
                DeliveryFilter::Failed => each_indexed(trees, BRAKED..=NEVER, &mut keep)?,
                DeliveryFilter::All => each(trees, &mut keep)?,
                DeliveryFilter::Case(cid) => each(trees, &mut |id, record| {
                    let is_of_it = record.cid == cid || (record.cid == DIGESTS && tells_of(trees, &record, cid)?);
                    if is_of_it { keep(id, record) } else { Ok(()) }
                })?,
            }
            newest(&mut found, limit);
            found.into_iter().map(|(_, id, record)| delivery_from(trees, &self.inner.words, id, record)).collect()
        })
    }
}

/// The attempts at a delivery with their numbers.
pub(super) fn attempts_of(trees: &Trees, id: Id) -> Result<Vec<(u32, AttemptRecord)>, StoreError> {
    let mut attempts = Vec::new();
    for row in trees.at(Table::Attempt).scan_prefix(id.0) {
        let (key, value) = row?;
        if let Some(n) = keys::u32_at(&key, 16).filter(|_| key.len() == keys::ATTEMPT_LEN) {
            attempts.push((n, rows::decode_long(trees, Table::Attempt, &key, &value)?));
        }
    }
    Ok(attempts)
}

/// The last attempt at a delivery with its number.
pub(super) fn last_attempt(trees: &Trees, id: Id) -> Result<Option<(u32, AttemptRecord)>, StoreError> {
    for row in trees.at(Table::Attempt).scan_prefix(id.0).rev() {
        let (key, value) = row?;
        if let Some(n) = keys::u32_at(&key, 16).filter(|_| key.len() == keys::ATTEMPT_LEN) {
            return Ok(Some((n, rows::decode_long(trees, Table::Attempt, &key, &value)?)));
        }
    }
    Ok(None)
}

/// Visits every delivery.
fn each(trees: &Trees, visit: &mut dyn FnMut(Id, DeliveryRecord) -> Result<(), StoreError>) -> Result<(), StoreError> {
    for row in trees.at(Table::Delivery).iter() {
        let (key, value) = row?;
        if let Some(id) = keys::id_at(&key, 0).filter(|_| key.len() == keys::DELIVERY_LEN) {
            visit(id, rows::decode_long(trees, Table::Delivery, &key, &value)?)?;
        }
    }
    Ok(())
}

fn each_indexed(
    trees: &Trees,
    places: impl std::ops::RangeBounds<u64>,
    visit: &mut dyn FnMut(Id, DeliveryRecord) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    for key in trees.at(Table::Due).iter().keys() {
        let key = key?;
        let (Some(place), Some(id)) = (keys::u64_at(&key, 0), keys::id_at(&key, 8)) else { continue };
        if places.contains(&place)
            && let Some(record) = rows::get_long(trees, Table::Delivery, &id.0)?
        {
            visit(id, record)?;
        }
    }
    Ok(())
}

fn newest(found: &mut Vec<(Timestamp, Id, DeliveryRecord)>, limit: usize) {
    found.sort_unstable_by_key(|(created, id, _)| std::cmp::Reverse((*created, *id)));
    found.truncate(limit);
}

/// One delivery.
pub(super) fn read_delivery(trees: &Trees, words: &Words, id: Id) -> Result<Option<Delivery>, StoreError> {
    let record = rows::get_long::<DeliveryRecord>(trees, Table::Delivery, &id.0)?;
    record.map(|record| delivery_from(trees, words, id, record)).transpose()
}

/// The delivery in a record.
pub(super) fn delivery_from(trees: &Trees, words: &Words, id: Id, record: DeliveryRecord) -> Result<Delivery, StoreError> {
    let Some(WordRecord::Address { channel, recipient }) = cases::word(words, record.address) else {
        return Err(rows::damaged(Table::Delivery, &id.0, "its address is unknown"));
    };
    let case = cases::case_of(trees, words, record.cid)?.ok_or_else(|| rows::damaged(Table::Delivery, &id.0, "its case is unknown"))?;
    Ok(Delivery {
        id,
        channel,
        recipient,
        case,
        events: record.events.into_iter().map(Id::from).collect(),
        state: record.state.into(),
        attempts: record.attempts,
        created: record.created.0,
    })
}
