//! Deliveries: made with their events, joined while open, tried, and kept.
//!
//! Only the writer changes a delivery, so news that joins an open one, its closing and its attempts never cross. The
//! table `due` follows every state: open and waiting deliveries stand at their time, dead ones at the end of time,
//! delivered ones nowhere.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::delivery::{Attempt, Delivery, DeliveryState};
use crate::domain::id::Id;

use super::batch::Batch;
use super::codes::{IdHex, Instant};
use super::deliveries::{delivery_from, last_attempt, read_delivery};
use super::error::StoreError;
use super::keys::{self, NEVER, Table, Trees};
use super::records::case::WordRecord;
use super::records::delivery::{AttemptRecord, DeliveryRecord, StateRecord};
use super::writer::Ledger;
use super::{Cid, Store, bodies, rows};

/// Which deliveries to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryFilter {
    /// All that are kept.
    All,
    /// Open or waiting.
    Pending,
    /// Given up.
    Dead,
    /// Those of one case.
    Case(Cid),
}

/// A delivery on its way into a batch.
pub(super) struct Staged {
    before: Option<StateRecord>,
    record: DeliveryRecord,
}

impl Store {
    /// The deliveries that want attention at `now`, the longest waiting first: waiting ones to be tried and open ones to be
    /// closed.
    ///
    /// Those that `skip` says are passed over without counting, so that one channel's backlog hides no other's news.
    pub fn due(&self, now: Timestamp, limit: usize, skip: &dyn Fn(&Delivery) -> bool) -> Result<Vec<Delivery>, StoreError> {
        self.read(|trees| {
            let mut due = Vec::new();
            let end = keys::milliseconds(now).saturating_add(1).to_be_bytes();
            for key in trees.at(Table::Due).range(..end.to_vec()).keys() {
                if due.len() >= limit {
                    break;
                }
                let key = key?;
                let Some(id) = keys::id_at(&key, 8) else { continue };
                // A delivery that was settled since the scan began is gone from the index too.
                let found = match read_delivery(trees, &self.inner.words, id) {
                    // One that does not read back is for `fsck` to report, and stops no other.
                    Err(StoreError::Damaged(_)) => continue,
                    found => found?,
                };
                due.extend(found.filter(|delivery| delivery.state.due().is_some_and(|at| at <= now) && !skip(delivery)));
            }
            Ok(due)
        })
    }

    /// When the next delivery wants attention.
    pub fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(|trees| {
            let first = trees.at(Table::Due).first()?.and_then(|(key, _)| keys::u64_at(&key, 0)).filter(|due| *due != NEVER);
            Ok(first.and_then(|due| Timestamp::from_millisecond(i64::try_from(due).ok()?).ok()))
        })
    }

    /// Fixes the content of an open delivery, so that it can be sent; any other is returned as it is. Flushed.
    pub fn close(&self, id: Id, now: Timestamp) -> Result<Option<Delivery>, StoreError> {
        self.write(true, move |ledger| ledger.close(id, now))
    }

    /// Notes an attempt and the state that follows from it. `body` is what was or will be sent, kept so that every attempt sends
    /// the same bytes. Flushed.
    pub fn record_attempt(
        &self,
        id: Id,
        attempt: Attempt,
        state: DeliveryState,
        attempts: u16,
        body: Option<Vec<u8>>,
    ) -> Result<(), StoreError> {
        self.write(true, move |ledger| ledger.record_attempt(id, attempt.into(), state.into(), attempts, body.as_deref()))
    }

    /// Sends deliveries again from `now` on, with a fresh count of attempts: dead ones, and delivered ones too if they are asked for.
    /// Returns how many there were.
    pub fn retry(&self, ids: &[Id], now: Timestamp) -> Result<usize, StoreError> {
        let ids = ids.to_vec();
        self.write(true, move |ledger| ledger.retry(&ids, now))
    }
}

impl Ledger {
    /// Adds a delivery to those of a visit: its news joins the open delivery of its address and case when there is one.
    pub(super) fn join(&mut self, cid: Cid, delivery: Delivery, staged: &mut BTreeMap<Id, Staged>) -> Result<(), StoreError> {
        let address = self.word(WordRecord::Address { channel: delivery.channel, recipient: delivery.recipient });
        if let Some(id) = self.open.get(&(address, cid)).copied() {
            if !staged.contains_key(&id)
                && let Some(record) = self.record(id)?
            {
                staged.insert(id, Staged { before: Some(record.state.clone()), record });
            }
            if let Some(Staged { record, .. }) = staged.get_mut(&id)
                && matches!(record.state, StateRecord::Open { .. })
            {
                record.events.extend(delivery.events.into_iter().map(IdHex::from));
                if let waiting @ DeliveryState::Waiting { .. } = delivery.state {
                    record.state = waiting.into();
                }
                return Ok(());
            }
        }
        if staged.contains_key(&delivery.id) || self.trees.at(Table::Delivery).contains_key(delivery.id.0)? {
            return Ok(());
        }
        let record = DeliveryRecord {
            address,
            cid,
            events: delivery.events.into_iter().map(IdHex::from).collect(),
            state: delivery.state.into(),
            attempts: delivery.attempts,
            created: delivery.created.into(),
        };
        staged.insert(delivery.id, Staged { before: None, record });
        Ok(())
    }

    /// Puts the deliveries of a visit, with their places in `due`.
    pub(super) fn put_staged(&self, batch: &mut Batch, staged: &BTreeMap<Id, Staged>) -> Result<(), StoreError> {
        for (id, Staged { before, record }) in staged {
            put_delivery(batch, &self.trees, *id, before.as_ref(), record)?;
        }
        Ok(())
    }

    /// The deliveries are written: takes over which of them are open.
    pub(super) fn staged_written(&mut self, staged: BTreeMap<Id, Staged>) {
        for (id, Staged { record, .. }) in staged {
            self.follow(id, &record);
        }
    }

    fn follow(&mut self, id: Id, record: &DeliveryRecord) {
        let place = (record.address, record.cid);
        if matches!(record.state, StateRecord::Open { .. }) {
            self.open.insert(place, id);
        } else if self.open.get(&place) == Some(&id) {
            self.open.remove(&place);
        }
        self.touched_delivery(id);
    }

    fn close(&mut self, id: Id, now: Timestamp) -> Result<Option<Delivery>, StoreError> {
        let Some(mut record) = self.record(id)? else { return Ok(None) };
        if matches!(record.state, StateRecord::Open { .. }) {
            let before = record.state.clone();
            record.state = StateRecord::Waiting { due: now.into() };
            self.save(id, &before, &record, Batch::default())?;
        }
        delivery_from(&self.trees, &self.words(), id, record).map(Some)
    }

    fn record_attempt(
        &mut self,
        id: Id,
        attempt: AttemptRecord,
        state: StateRecord,
        attempts: u16,
        body: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        let mut record = self.record(id)?.ok_or_else(|| StoreError::Refused(format!("there is no delivery {id}")))?;
        let mut batch = Batch::default();
        let n = match last_attempt(&self.trees, id)? {
            Some((n, last)) if attempt.repeats(&last) => n,
            Some((n, _)) => n.saturating_add(1),
            None => 1,
        };
        rows::put_long(&mut batch, &self.trees, Table::Attempt, &keys::attempt(id, n), &attempt)?;
        if let Some(body) = body {
            bodies::put(&mut batch, &self.trees, id, &record.events, body)?;
        }
        let before = std::mem::replace(&mut record.state, state);
        record.attempts = attempts;
        self.save(id, &before, &record, batch)
    }

    fn retry(&mut self, ids: &[Id], now: Timestamp) -> Result<usize, StoreError> {
        let mut found = 0;
        for id in ids {
            let Some(mut record) = self.record(*id)? else { continue };
            let before = std::mem::replace(&mut record.state, StateRecord::Waiting { due: now.into() });
            record.attempts = 0;
            self.save(*id, &before, &record, Batch::default())?;
            found += 1;
        }
        Ok(found)
    }

    fn save(&mut self, id: Id, before: &StateRecord, record: &DeliveryRecord, mut batch: Batch) -> Result<(), StoreError> {
        put_delivery(&mut batch, &self.trees, id, Some(before), record)?;
        batch.apply(&self.trees)?;
        self.follow(id, record);
        Ok(())
    }

    fn record(&self, id: Id) -> Result<Option<DeliveryRecord>, StoreError> {
        rows::get_long(&self.trees, Table::Delivery, &id.0)
    }
}

/// Where a state stands in `due`.
pub(super) fn place(state: &StateRecord) -> Option<u64> {
    match state {
        StateRecord::Open { due: Instant(due) } | StateRecord::Waiting { due: Instant(due) } => {
            Some(keys::milliseconds(*due).min(NEVER - 1))
        }
        StateRecord::Dead { .. } => Some(NEVER),
        StateRecord::Delivered { .. } => None,
    }
}

/// Puts a delivery and moves its place in `due`.
pub(super) fn put_delivery(
    batch: &mut Batch,
    trees: &Trees,
    id: Id,
    before: Option<&StateRecord>,
    record: &DeliveryRecord,
) -> Result<(), StoreError> {
    rows::put_long(batch, trees, Table::Delivery, &id.0, record)?;
    let (was, is) = (before.and_then(place), place(&record.state));
    if was != is {
        if let Some(was) = was {
            batch.remove(Table::Due, keys::due(was, id));
        }
        if let Some(is) = is {
            batch.put(Table::Due, keys::due(is, id), Vec::new())?;
        }
    }
    Ok(())
}
