//! Reading deliveries and what they sent.
//!
//! For the deliverer and for everyone who shows them. What changes them is in `outbox`. A listing goes on past what does not read
//! back: many decide by it about all that waits.

use std::collections::BTreeSet;
use std::sync::PoisonError;

use jiff::Timestamp;

use crate::domain::delivery::{Content, Delivery};
use crate::domain::id::Id;

use super::brake::readable;
use super::digest::{DIGESTS, tells_of};
use super::error::StoreError;
use super::keys::{self, BRAKED, MUTED, NEVER, Table, Trees};
use super::outbox::DeliveryFilter;
use super::records::case::WordRecord;
use super::records::delivery::DeliveryRecord;
use super::writer::Words;
use super::{Store, bodies, cases, rows};

impl Store {
    /// What a delivery sends, once it is fixed. What does not read back is none: it is written anew, and may be a duplicate rather than
    /// a miss.
    pub fn content(&self, id: Id) -> Result<Option<Content>, StoreError> {
        let read = self.read(|trees| match rows::get_long::<DeliveryRecord>(trees, Table::Delivery, &id.0)? {
            Some(record) => Ok(bodies::get(trees, id, &record.events)),
            None => Ok(Ok(None)),
        })?;
        if let Err(StoreError::Damaged(why)) = &read {
            tracing::error!(delivery = %id, why, "what a delivery sends does not read back; it is written anew under the same id");
        }
        readable(read)
    }

    /// One delivery.
    pub fn delivery(&self, id: Id) -> Result<Option<Delivery>, StoreError> {
        self.read(|trees| read_delivery(trees, &self.inner.words, id))
    }

    /// Deliveries, newest first. Those that do not read back are left out, and the log says so once.
    pub fn deliveries(&self, filter: DeliveryFilter, limit: usize) -> Result<Vec<Delivery>, StoreError> {
        let mut listing = Listing { found: Vec::new(), limit, unread: BTreeSet::new() };
        let found = self.read(|trees| {
            match filter {
                DeliveryFilter::Pending => {
                    listing.add_indexed(trees, 0..MUTED)?;
                    listing.add_indexed(trees, BRAKED..NEVER)?;
                }
                DeliveryFilter::Muted => listing.add_indexed(trees, MUTED..=MUTED)?,
                DeliveryFilter::Dead => listing.add_indexed(trees, NEVER..=NEVER)?,
                DeliveryFilter::Braked => listing.add_indexed(trees, BRAKED..=BRAKED)?,
                DeliveryFilter::Failed => listing.add_indexed(trees, BRAKED..=NEVER)?,
                DeliveryFilter::All => listing.add_all(trees, &|_| Ok(true))?,
                DeliveryFilter::Case(cid) => {
                    listing.add_all(trees, &|record| Ok(record.cid == cid || (record.cid == DIGESTS && tells_of(trees, record, cid)?)))?;
                }
            }
            listing.end(trees, &self.inner.words)
        })?;
        self.say_unread(listing.unread);
        Ok(found)
    }

    /// Says what a listing left out. Some listings are made every minute, so each thing is said once.
    fn say_unread(&self, unread: BTreeSet<String>) {
        let mut told = self.inner.unread_told.lock().unwrap_or_else(PoisonError::into_inner);
        for why in unread {
            if !told.contains(&why) {
                tracing::error!(why, "what does not read back is left out of the deliveries; run `veedor fsck`");
                told.insert(why);
            }
        }
    }
}

/// A listing under way.
struct Listing {
    found: Vec<(Timestamp, Id, DeliveryRecord)>,
    limit: usize,
    /// What did not read back.
    unread: BTreeSet<String>,
}

impl Listing {
    /// What was read; `None` when it does not read back.
    fn around<T>(&mut self, read: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
        match read {
            Ok(read) => Ok(Some(read)),
            Err(StoreError::Damaged(why)) => {
                self.unread.insert(why);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    fn add(&mut self, id: Id, record: DeliveryRecord) {
        self.found.push((record.created.0, id, record));
        if self.found.len() >= self.limit.saturating_mul(2).max(1_024) {
            self.keep_newest();
        }
    }

    fn add_all(&mut self, trees: &Trees, is_asked: &dyn Fn(&DeliveryRecord) -> Result<bool, StoreError>) -> Result<(), StoreError> {
        for row in trees.at(Table::Delivery).iter() {
            let Some((key, value)) = self.around(row)? else { continue };
            let Some(id) = keys::id_at(&key, 0).filter(|_| key.len() == keys::DELIVERY_LEN) else { continue };
            if let Some(record) = self.around(rows::decode_long(trees, Table::Delivery, &key, &value))?
                && is_asked(&record)?
            {
                self.add(id, record);
            }
        }
        Ok(())
    }

    fn add_indexed(&mut self, trees: &Trees, places: impl std::ops::RangeBounds<u64>) -> Result<(), StoreError> {
        for key in trees.at(Table::Due).iter().keys() {
            let Some(key) = self.around(key)? else { continue };
            let (Some(place), Some(id)) = (keys::u64_at(&key, 0), keys::id_at(&key, 8)) else { continue };
            if places.contains(&place)
                && let Some(record) = self.around(rows::get_long(trees, Table::Delivery, &id.0))?.flatten()
            {
                self.add(id, record);
            }
        }
        Ok(())
    }

    fn keep_newest(&mut self) {
        self.found.sort_unstable_by_key(|(created, id, _)| std::cmp::Reverse((*created, *id)));
        self.found.truncate(self.limit);
    }

    fn end(&mut self, trees: &Trees, words: &Words) -> Result<Vec<Delivery>, StoreError> {
        self.keep_newest();
        let mut deliveries = Vec::with_capacity(self.found.len());
        for (_, id, record) in std::mem::take(&mut self.found) {
            deliveries.extend(self.around(delivery_from(trees, words, id, record))?);
        }
        Ok(deliveries)
    }
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
