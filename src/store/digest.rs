//! Deliveries that tell of several cases: the digest of a recipient and a window.
//!
//! They stand in a lane of their own, of no case, so that all news of a window joins one delivery. Its id is that of the window: what a
//! crash or a restore brings again finds it. News for a window that was sent already gets a further one, because it must be told.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;

use crate::domain::delivery::Delivery;
use crate::domain::id::Id;

use super::batch::Batch;
use super::brake::readable;
use super::codes::IdHex;
use super::error::StoreError;
use super::keys::{Table, Trees};
use super::outbox::Staged;
use super::records::case::WordRecord;
use super::records::delivery::{DeliveryRecord, StateRecord};
use super::records::event::EventRecord;
use super::writer::Ledger;
use super::{Cid, cases, rows};

/// What stands for the case in a digest; no case has this number.
pub(super) const DIGESTS: Cid = Cid::MAX;

impl Ledger {
    /// The id of a new digest.
    pub(super) fn digest_id(&self, delivery: &Delivery, staged: &BTreeMap<Id, Staged>) -> Result<Id, StoreError> {
        let Delivery { channel, recipient, events, .. } = delivery;
        let end = delivery.state.at();
        let id = Delivery::id_of_digest(channel, recipient, end);
        let is_taken = staged.contains_key(&id) || self.trees.at(Table::Delivery).contains_key(id.0)?;
        let first = events.first().filter(|_| is_taken);
        Ok(first.map_or(id, |first| Delivery::id_of_further_digest(channel, recipient, end, *first)))
    }

    /// Holds what a digest tells of these events, each case's in a delivery of its own; the rest stays in the digest and on its way. What
    /// was written of it is written anew, because it tells of both.
    pub(super) fn hold_apart(
        &self,
        batch: &mut Batch,
        (id, mut record): (Id, DeliveryRecord),
        held: &HashSet<IdHex>,
        now: Timestamp,
        staged: &mut BTreeMap<Id, Staged>,
    ) -> Result<(), StoreError> {
        let Some(WordRecord::Address { channel, recipient }) = cases::word(&self.words(), record.address) else { return Ok(()) };
        let (doubted, rest): (Vec<IdHex>, Vec<IdHex>) = record.events.iter().copied().partition(|event| held.contains(event));
        let mut by_case: BTreeMap<Cid, Vec<IdHex>> = BTreeMap::new();
        for event in doubted {
            if let Some(cid) = case_of_event(&self.trees, event)? {
                by_case.entry(cid).or_default().push(event);
            }
        }
        let before = record.state.clone();
        let braked = StateRecord::Braked { since: now.into() };
        let mut apart = by_case.into_iter();
        if !rest.is_empty() {
            record.events = rest;
        } else if let Some((cid, events)) = apart.next() {
            record = DeliveryRecord { cid, events, state: braked.clone(), ..record };
        } else {
            return Ok(());
        }
        for (cid, events) in apart {
            let Some(first) = events.first() else { continue };
            let other = Delivery::id_of(&channel, &recipient, (*first).into());
            let record = DeliveryRecord { cid, events, state: braked.clone(), attempts: 0, ..record.clone() };
            staged.insert(other, Staged { before: None, record });
        }
        rows::remove_long(batch, &self.trees, Table::Body, &id.0)?;
        staged.insert(id, Staged { before: Some(before), record });
        Ok(())
    }
}

/// Whether a digest tells of a case. An event that does not read back tells of none.
pub(super) fn tells_of(trees: &Trees, record: &DeliveryRecord, cid: Cid) -> Result<bool, StoreError> {
    for event in &record.events {
        if readable(case_of_event(trees, *event))? == Some(cid) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The case of an event.
pub(super) fn case_of_event(trees: &Trees, event: IdHex) -> Result<Option<Cid>, StoreError> {
    let Some(number) = rows::get::<u64>(trees, Table::EventId, &event.0)? else { return Ok(None) };
    let record: Option<EventRecord> = rows::get_long(trees, Table::Event, &number.to_be_bytes())?;
    Ok(record.map(|record| record.cid))
}
