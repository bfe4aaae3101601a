//! Deliveries that tell of several cases: the digest of a recipient and a window.
//!
//! They stand in a lane of their own, of no case, so that all news of a window joins one delivery. Its id is that of the window: what a
//! crash or a restore brings again finds it. News for a window that was sent already gets a further one, because it must be told.
//!
//! What the brake holds is taken out of a digest. From one that is on its way it cannot be taken; it is when that did not arrive, by what the
//! rows of the brake say, so a crash or a restore in between changes nothing.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::PoisonError;

use jiff::Timestamp;

use crate::domain::delivery::Delivery;
use crate::domain::id::Id;

use super::batch::Batch;
use super::brake::{BrakeRecord, ChangedRecord, PulledRecord, SOURCE_LEN, due_records, of_visits, readable, told_since};
use super::codes::IdHex;
use super::error::StoreError;
use super::keys::{self, HELD, Table, Trees};
use super::outbox::Staged;
use super::records::case::WordRecord;
use super::records::delivery::{DeliveryRecord, StateRecord};
use super::records::event::EventRecord;
use super::writer::Ledger;
use super::{Cid, Store, cases, rows};

/// What stands for the case in a digest; no case has this number.
pub(super) const DIGESTS: Cid = Cid::MAX;

impl Store {
    /// Holds what digests tell that the brake was pulled for while they were on their way, when nobody noted what became of them. For the
    /// start. Returns how many digests it was taken out of.
    pub fn hold_back(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.write(true, move |ledger| {
            let pending = due_records(&ledger.trees, 0..=HELD)?;
            ledger.hold_back(pending, now)
        })
    }
}

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
        let (doubted, mut rest): (Vec<IdHex>, Vec<IdHex>) = record.events.iter().copied().partition(|event| held.contains(event));
        let mut by_case: BTreeMap<Cid, Vec<IdHex>> = BTreeMap::new();
        for event in doubted {
            match readable(case_of_event(&self.trees, event))? {
                Some(cid) => by_case.entry(cid).or_default().push(event),
                // It cannot be told as long as its index does not read back.
                None => rest.push(event),
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

impl Ledger {
    /// An attempt at a digest ended. Nobody may claim it, and no visit pull the brake, between the two.
    pub(super) fn give_back_digest(&mut self, id: Id, now: Timestamp) -> Result<(), StoreError> {
        let record = readable(self.record(id))?;
        match self.hold_back(record.map(|record| (id, record)).into_iter().collect(), now) {
            // One case whose rows do not read back must not keep the news of all others.
            Err(StoreError::Damaged(why)) => {
                tracing::error!(delivery = %id, why, "what the brake holds could not be taken out of a digest")
            }
            held => drop(held?),
        }
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).give_back(id, keys::milliseconds(now));
        Ok(())
    }

    /// Takes out of digests that did not arrive what the brake holds, also where nobody knows whether one did: what is held may have been
    /// told then, and must all the same not be told again before the operator decides.
    fn hold_back(&mut self, deliveries: Vec<(Id, DeliveryRecord)>, now: Timestamp) -> Result<usize, StoreError> {
        let (mut batch, mut staged, mut digests) = (Batch::default(), BTreeMap::new(), 0);
        for (id, record) in deliveries {
            let is_told_yet = matches!(
                record.state,
                StateRecord::Open { .. }
                    | StateRecord::Waiting { .. }
                    | StateRecord::Paused { .. }
                    | StateRecord::Held { .. }
                    | StateRecord::Dead { .. }
            );
            if record.cid != DIGESTS || !is_told_yet {
                continue;
            }
            let held = self.held_of(&record)?;
            if !held.is_empty() {
                self.hold_apart(&mut batch, (id, record), &held, now, &mut staged)?;
                digests += 1;
            }
        }
        self.put_staged(&mut batch, &staged)?;
        batch.apply(&self.trees)?;
        self.staged_written(staged);
        Ok(digests)
    }

    /// The events of the cases of a digest for which the brake is pulled. What was seen since it was pulled has been judged by itself.
    fn held_of(&self, record: &DeliveryRecord) -> Result<HashSet<IdHex>, StoreError> {
        let (mut held, mut cids) = (HashSet::new(), BTreeSet::new());
        for event in &record.events {
            cids.extend(readable(case_of_event(&self.trees, *event))?);
        }
        for row in self.trees.at(Table::Brake).iter() {
            let Some((key, value)) = readable(row.map(Some))? else { continue };
            let Some(source) = keys::u32_at(&key, 0).filter(|_| key.len() == SOURCE_LEN) else { continue };
            let braked: Option<BrakeRecord> = readable(rows::decode_row(Table::Brake, &key, &value).map(Some))?;
            let Some(braked) = braked else { continue };
            for way in &braked.ways {
                let pulled: Option<PulledRecord> = readable(rows::get(&self.trees, Table::Brake, &keys::pulled(source, way)))?;
                // What shows only after a discard has the beginning of the first time.
                let since = pulled.map_or(braked.since.0, |pulled| pulled.since.0.max(braked.since.0));
                for cid in &cids {
                    let changed: Option<ChangedRecord> = readable(rows::get(&self.trees, Table::Brake, &keys::changed(source, way, *cid)))?;
                    let Some(changed) = changed else { continue };
                    let mut events = told_since(&self.trees, &self.words(), *cid, changed.number)?;
                    events.retain(|event| event.seen_at <= since);
                    held.extend(of_visits(&events, way));
                }
            }
        }
        held.retain(|event| record.events.contains(event));
        Ok(held)
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
