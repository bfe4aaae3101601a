//! Where every event stands, and which are not told: what feeds and today's page are made of.
//!
//! Kept by [`board`](super). Of an event only its number and its case are held; what is shown is read when it is asked for.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::Timestamp;

use crate::domain::id::Id;
use crate::store::error::StoreError;
use crate::store::{Cid, Store};

/// Where every event stands.
#[derive(Debug, Clone, Default)]
pub(in crate::daemon) struct Journal {
    /// Each event's number and case, by number.
    pub places: Arc<Vec<(u64, Cid)>>,
    /// Events that the brake holds or that were discarded.
    pub hidden: Arc<HashSet<Id>>,
    /// The numbers of the same.
    pub hidden_at: Arc<HashSet<u64>>,
    /// The newest event of which it is known whether it is hidden; it may be one that does not read back.
    pub upto: u64,
    held: Arc<HashMap<Id, Vec<Id>>>,
    discarded: Arc<HashSet<Id>>,
    is_read: bool,
    /// Grows with every change.
    pub revision: u64,
}

impl Journal {
    /// Whether all events there were at the start are known.
    pub(in crate::daemon) fn is_read(&self) -> bool {
        self.is_read
    }

    /// The journal as it is now; `None` when it is as it was. Blocks.
    pub(super) fn newer(&self, store: &Store) -> Result<Option<Self>, StoreError> {
        let newest = store.last_event()?;
        let known = self.upto;
        // What is held is read after what happened: an event and its delivery are one transaction.
        let places = match (self.is_read, newest > known) {
            (true, false) => None,
            (false, _) => Some(store.event_places()?.into_iter().filter(|(number, _)| *number <= newest).collect()),
            (true, true) => Some(self.with_new(store, known, newest)?),
        };
        if self.is_read && places.is_none() && !self.may_be_released(store)? {
            return Ok(None);
        }
        let held = store.held_back()?;
        let left: Vec<Id> = self.held.keys().filter(|id| !held.contains_key(*id)).copied().collect();
        let mut discarded = Arc::clone(&self.discarded);
        if !self.is_read || is_discarded(store, &left)? {
            discarded = Arc::new(store.discarded()?);
        }
        if self.is_read && places.is_none() && held == *self.held {
            return Ok(None);
        }
        let hidden: HashSet<Id> = held.values().flatten().chain(discarded.iter()).copied().collect();
        let mut hidden_at = HashSet::new();
        for id in &hidden {
            match store.numbered(*id) {
                Err(error) if error.is_fatal() => return Err(error),
                found => hidden_at.extend(found.ok().flatten().map(|(number, _)| number)),
            }
        }
        Ok(Some(Self {
            places: places.map_or_else(|| Arc::clone(&self.places), Arc::new),
            hidden: Arc::new(hidden),
            hidden_at: Arc::new(hidden_at),
            upto: newest,
            held: Arc::new(held),
            discarded,
            is_read: true,
            revision: self.revision.saturating_add(1),
        }))
    }

    /// Whether a delivery that was held is held no more.
    fn may_be_released(&self, store: &Store) -> Result<bool, StoreError> {
        if self.held.is_empty() {
            return Ok(false);
        }
        Ok(store.held_back()? != *self.held)
    }

    fn with_new(&self, store: &Store, known: u64, newest: u64) -> Result<Vec<(u64, Cid)>, StoreError> {
        let mut places = self.places.to_vec();
        for (number, event) in store.told_after(known, None, usize::MAX)? {
            // What came since is looked at next time, when it is known whether the brake holds it.
            let Some(event) = event.filter(|_| number <= newest) else { continue };
            if let Some(cid) = store.cid(&event.case)? {
                places.push((number, cid));
            }
        }
        Ok(places)
    }

    /// The place of the first event that was seen at `since` or later. Events stand in the order in which they were told; a clock that was
    /// set in between makes the place an approximate one.
    pub(in crate::daemon) fn since(&self, store: &Store, since: Timestamp) -> Result<usize, StoreError> {
        let (mut low, mut high) = (0, self.places.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let number = self.places.get(middle).map_or(0, |(number, _)| *number);
            match store.event_numbered(number)? {
                Some(event) if event.seen_at >= since => high = middle,
                _ => low = middle.saturating_add(1),
            }
        }
        Ok(low)
    }
}

fn is_discarded(store: &Store, deliveries: &[Id]) -> Result<bool, StoreError> {
    use crate::domain::delivery::DeliveryState;
    for id in deliveries {
        match store.delivery(*id) {
            Ok(Some(delivery)) if matches!(delivery.state, DeliveryState::Discarded { .. }) => return Ok(true),
            Err(error) if error.is_fatal() => return Err(error),
            _ => {}
        }
    }
    Ok(false)
}
