//! What silences mute: in the transaction that makes a delivery, and again before one is sent.
//!
//! Both times only the events that a silence names are taken out of a message; the others are told as if those had not been there.
//! A message whose bytes are on the disk may have left already: it is muted whole or not at all. What was asked for by its id is
//! sent.

use std::collections::{BTreeMap, HashMap};
use std::sync::PoisonError;

use jiff::Timestamp;

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
use super::writer::Ledger;
use super::{Store, bodies, cases};

/// What the watch list says of a case that the store has to know.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Label {
    /// Its number as its source writes it.
    pub number: String,
    /// Its tags.
    pub tags: Vec<String>,
}

/// The labels of the cases on the watch list.
pub type Labels = HashMap<CaseRef, Label>;

/// The events of a message, by the silence that mutes them; `None`: those that are told.
type Parts<T> = BTreeMap<Option<Id>, Vec<T>>;

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
            let mut parts: Parts<Id> = Parts::new();
            for id in &delivery.events {
                let by = known.get(id).and_then(|event| self.muted_by(&silences, event, (&delivery.channel, &delivery.recipient), now));
                parts.entry(by).or_default().push(*id);
            }
            for (by, events) in parts {
                let state = by.map_or(delivery.state.clone(), |by| DeliveryState::Muted { since: now, by });
                let id = events.first().map_or(delivery.id, |first| Delivery::id_of(&delivery.channel, &delivery.recipient, *first));
                all.push(Delivery { id, events, state, ..delivery.clone() });
            }
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
        let mut parts: Parts<IdHex> = Parts::new();
        for event in &record.events {
            // One that does not read back is told as what it is.
            let known = self.numbered_event(*event)?;
            let silences = self.silences.read().unwrap_or_else(PoisonError::into_inner);
            let by = known.and_then(|(_, event)| self.muted_by(&silences, &event, (&channel, &recipient), now));
            parts.entry(by).or_default().push(*event);
        }
        if parts.keys().all(Option::is_none) {
            return Ok(false);
        }
        if parts.len() > 1 && bodies::get(&self.trees, id, &record.events)?.is_some() {
            if parts.contains_key(&None) {
                return Ok(false);
            }
            // Muted by several: as a whole, by the one that is to mute its first event.
            parts = Parts::from([(
                parts.into_iter().find(|(_, events)| events.first() == record.events.first()).and_then(|(by, _)| by),
                record.events.clone(),
            )]);
        }
        let mut staged = BTreeMap::new();
        for (by, events) in parts {
            let state = match by {
                Some(by) => StateRecord::Muted { since: now.into(), by: by.into() },
                None => StateRecord::Waiting { due: now.into() },
            };
            let Some(first) = events.first() else { continue };
            let is_own = record.events.first() == Some(first);
            let (own, before) =
                if is_own { (id, Some(record.state.clone())) } else { (Delivery::id_of(&channel, &recipient, (*first).into()), None) };
            staged.insert(own, Staged { before, record: DeliveryRecord { events, state, ..record.clone() } });
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
