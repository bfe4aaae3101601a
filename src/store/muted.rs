//! What silences mute: in the transaction that makes a delivery, and again before one is sent.
//!
//! Both times only the events that a silence names are taken out of a message; the others are told as if those had not been there.
//! A message whose bytes are on the disk may have left already: it is muted whole or not at all. What was asked for by its id is
//! sent.

use std::collections::{BTreeMap, HashMap};
use std::sync::PoisonError;

use jiff::Timestamp;

use jiff::tz::TimeZone;

use crate::domain::case::CaseRef;
use crate::domain::delivery::{Delivery, DeliveryState};
use crate::domain::event::Event;
use crate::domain::id::Id;
use crate::domain::silence::{Silence, Subject, muting};

use super::batch::Batch;
use super::codes::IdHex;
use super::error::StoreError;
use super::keys::Table;
use super::outbox::Staged;
use super::records::case::WordRecord;
use super::records::delivery::{DeliveryRecord, StateRecord};
use super::silences::Numbered;
use super::writer::Ledger;
use super::{Cid, Store, cases};

/// What the watch list says of a case that the store has to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Its number as its source writes it.
    pub number: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Where its court is.
    pub zone: TimeZone,
}

/// The labels of the cases on the watch list.
pub type Labels = HashMap<CaseRef, Label>;

impl Store {
    /// Says what the watch list says of its cases, at the start and whenever it is read again. Kept in memory.
    pub fn know(&self, labels: Labels) -> Result<(), StoreError> {
        self.write(false, move |ledger| {
            ledger.labels = labels;
            Ok(())
        })
    }
}

impl Ledger {
    /// What a case is called.
    pub(super) fn label_of<'a>(&'a self, case: &'a CaseRef) -> &'a str {
        self.labels.get(case).map_or(case.number.as_str(), |label| label.number.as_str())
    }

    /// The zone of a case's court; of one that no list names, UTC.
    pub(super) fn zone_of(&self, case: &CaseRef) -> TimeZone {
        self.labels.get(case).map_or(TimeZone::UTC, |label| label.zone.clone())
    }

    /// Takes what is muted out of new deliveries, into deliveries of its own. What the brake holds or lets wait is looked at again
    /// before it is sent.
    pub(super) fn mute(&self, deliveries: Vec<Delivery>, events: &[Event]) -> Vec<Delivery> {
        let silences = self.silences.read().unwrap_or_else(PoisonError::into_inner);
        if silences.is_empty() {
            return deliveries;
        }
        let known: HashMap<Id, &Event> = events.iter().map(|event| (event.id, event)).collect();
        let mut all = Vec::new();
        for delivery in deliveries {
            if !matches!(delivery.state, DeliveryState::Open { .. } | DeliveryState::Waiting { .. }) {
                all.push(delivery);
                continue;
            }
            let now = delivery.created;
            let mut muted: BTreeMap<Id, Delivery> = BTreeMap::new();
            let mut told = Vec::new();
            for id in &delivery.events {
                let event = known.get(id).copied();
                let to = (delivery.channel.as_str(), delivery.recipient.as_str());
                let Some((event, by)) = event.and_then(|event| Some((event, self.muted_by(&silences, event, to, now)?))) else {
                    told.push(*id);
                    continue;
                };
                // It stands with its case, whatever it would have been told with. Its id follows when it is staged.
                let state = DeliveryState::Muted { since: now, by };
                let apart = Delivery { case: event.case.clone(), events: Vec::new(), state, ..delivery.clone() };
                muted.entry(by).or_insert(apart).events.push(*id);
            }
            // One that is left without events is left out when it is staged.
            all.push(Delivery { events: told, ..delivery });
            all.extend(muted.into_values());
        }
        all
    }

    fn muted_by(&self, silences: &[Silence], event: &Event, (channel, recipient): (&str, &str), now: Timestamp) -> Option<Id> {
        let tags = self.labels.get(&event.case).map(|label| label.tags.as_slice()).unwrap_or_default();
        muting(silences, &Subject { event, tags, channel, recipient }, now).map(|silence| silence.id)
    }

    /// Takes what is muted out of a delivery that is about to be sent. Says whether anything was.
    pub(super) fn mute_pending(&mut self, id: Id, record: &DeliveryRecord, now: Timestamp) -> Result<bool, StoreError> {
        let is_pending = matches!(
            record.state,
            StateRecord::Open { .. } | StateRecord::Waiting { .. } | StateRecord::Paused { .. } | StateRecord::Held { .. }
        );
        if !is_pending || self.silences.read().unwrap_or_else(PoisonError::into_inner).is_empty() {
            return Ok(false);
        }
        let Some(WordRecord::Address { channel, recipient }) = cases::word(&self.words(), record.address) else { return Ok(false) };
        let mut told = Vec::new();
        let mut muted: BTreeMap<(Id, Cid), Vec<IdHex>> = BTreeMap::new();
        for event in &record.events {
            let known = self.numbered_event(*event)?;
            let silences = self.silences.read().unwrap_or_else(PoisonError::into_inner);
            let by =
                known.and_then(|Numbered { cid, event, .. }| Some((self.muted_by(&silences, &event, (&channel, &recipient), now)?, cid)));
            match by {
                Some(part) => muted.entry(part).or_default().push(*event),
                // One that does not read back is told as what it is.
                None => told.push(*event),
            }
        }
        let Some(((by, _), _)) = muted.first_key_value() else { return Ok(false) };
        let state = |by: Id| StateRecord::Muted { since: now.into(), by: by.into() };
        let before = Some(record.state.clone());
        let mut staged = BTreeMap::new();
        // Whether it reads back does not matter: it may have left.
        if self.trees.at(Table::Body).contains_key(id.0)? {
            if !told.is_empty() {
                return Ok(false);
            }
            staged.insert(id, Staged { before, record: DeliveryRecord { state: state(*by), ..record.clone() } });
            muted.clear();
        } else if told.is_empty() {
            if let Some(((by, cid), events)) = muted.pop_first() {
                staged.insert(id, Staged { before, record: DeliveryRecord { cid, events, state: state(by), ..record.clone() } });
            }
        } else {
            staged.insert(id, Staged { before, record: DeliveryRecord { events: told, ..record.clone() } });
        }
        for ((by, cid), events) in muted {
            let Some(first) = events.first() else { continue };
            let apart = Delivery::id_of_muted(&channel, &recipient, (*first).into());
            staged.insert(apart, Staged { before: None, record: DeliveryRecord { cid, events, state: state(by), ..record.clone() } });
        }
        // One that is there already is somebody's decision; it is not written over.
        for (other, _) in staged.iter().filter(|(other, _)| **other != id) {
            if self.trees.at(Table::Delivery).contains_key(other.0)? {
                return Ok(false);
            }
        }
        let mut batch = Batch::default();
        self.put_staged(&mut batch, &staged)?;
        batch.apply(&self.trees)?;
        self.staged_written(staged);
        Ok(true)
    }
}
