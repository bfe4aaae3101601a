//! All events in the order in which they were told, and which of them the brake keeps from people.
//!
//! For `daemon::board`, which shows what happened in all cases. Events are written once and never change, so readers need no lock.

use std::collections::{HashMap, HashSet};

use crate::domain::delivery::DeliveryState;
use crate::domain::event::Event;
use crate::domain::id::Id;

use super::error::StoreError;
use super::history::event_at;
use super::keys::{self, Table};
use super::outbox::DeliveryFilter;
use super::{Cid, Store, backup, rows};

/// Deliveries that are looked at in one go.
const GROUP: usize = 512;

impl Store {
    /// The number of every event with its case, by number. Reads no events.
    pub fn event_places(&self) -> Result<Vec<(u64, Cid)>, StoreError> {
        self.read(|trees| {
            let mut places = Vec::new();
            for row in trees.at(Table::CaseEvent).iter() {
                let (key, value) = match row {
                    // It is for `fsck` to report.
                    Err(StoreError::Damaged(_)) => continue,
                    row => row?,
                };
                let Some(cid) = keys::u64_at(&key, 0) else { continue };
                match rows::decode_row::<u64>(Table::CaseEvent, &key, &value) {
                    Ok(number) => places.push((number, cid)),
                    Err(error) if error.is_fatal() => return Err(error),
                    Err(_) => {}
                }
            }
            places.sort_unstable();
            Ok(places)
        })
    }

    /// The event with this number among all; `None` when there is none or it does not read back.
    pub fn event_numbered(&self, number: u64) -> Result<Option<Event>, StoreError> {
        self.read(|trees| match event_at(trees, &self.inner.words, number) {
            Err(StoreError::Damaged(_)) => Ok(None),
            found => found,
        })
    }

    /// The deliveries that the brake holds, or that wait to see whether it will, with their events: nobody is told of them yet.
    pub fn held_back(&self) -> Result<HashMap<Id, Vec<Id>>, StoreError> {
        let pending = self.deliveries(DeliveryFilter::Pending, usize::MAX)?.into_iter();
        let is_held = |state: &DeliveryState| matches!(state, DeliveryState::Braked { .. } | DeliveryState::Paused { .. });
        Ok(pending.filter(|delivery| is_held(&delivery.state)).map(|delivery| (delivery.id, delivery.events)).collect())
    }

    /// The events that an operator discarded while the brake held them, and that no other delivery tells. Looks at every delivery.
    pub fn discarded(&self) -> Result<HashSet<Id>, StoreError> {
        let mut discarded = HashSet::new();
        self.each_delivery(|state, events| {
            if matches!(state, DeliveryState::Discarded { .. }) {
                discarded.extend(events.iter().copied());
            }
        })?;
        if !discarded.is_empty() {
            self.each_delivery(|state, events| {
                if !matches!(state, DeliveryState::Discarded { .. } | DeliveryState::Braked { .. }) {
                    discarded.retain(|id| !events.contains(id));
                }
            })?;
        }
        Ok(discarded)
    }

    fn each_delivery(&self, mut look: impl FnMut(&DeliveryState, &[Id])) -> Result<(), StoreError> {
        let mut from: Option<Id> = None;
        loop {
            let ids = self.read(|trees| backup::delivery_ids(trees, from, GROUP))?;
            let Some(last) = ids.last() else { return Ok(()) };
            from = Some(*last);
            for id in ids {
                match self.delivery(id) {
                    Ok(found) => found.iter().for_each(|delivery| look(&delivery.state, &delivery.events)),
                    Err(error) if error.is_fatal() => return Err(error),
                    Err(_) => {}
                }
            }
        }
    }
}
