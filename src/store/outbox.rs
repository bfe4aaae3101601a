//! Deliveries: made with their events, joined while open, fixed, and kept.
//!
//! Only the writer changes a delivery, so news that joins an open one, its closing and its attempts (`attempts`) never cross. The
//! table `due` follows every state: open and waiting deliveries stand at their time, held and dead ones at the end of time,
//! delivered ones nowhere. The queue follows it in memory, and the deliverer claims from there.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::PoisonError;

use jiff::Timestamp;

use crate::domain::delivery::{Content, Delivery, DeliveryState, MOST_EVENTS, MOST_IN_DIGEST};
use crate::domain::id::Id;

use super::batch::Batch;
use super::brake::readable;
use super::codes::{IdHex, Instant};
use super::deliveries::delivery_from;
use super::digest::DIGESTS;
use super::error::StoreError;
use super::keys::{self, BRAKED, HELD, MUTED, NEVER, Table, Trees};
use super::queue::{Place, Queue};
use super::records::case::WordRecord;
use super::records::delivery::{DeliveryRecord, StateRecord};
use super::writer::Ledger;
use super::{Cid, Store, bodies, cases, rows};

/// Which deliveries to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryFilter {
    /// All that are kept.
    All,
    /// Open, waiting or held.
    Pending,
    /// Muted by a silence.
    Muted,
    /// Given up.
    Dead,
    /// Held, by the brake too, or given up: what somebody has to look at.
    Failed,
    /// Held by the brake.
    Braked,
    /// Those of one case.
    Case(Cid),
}

/// Deliveries that are held in one transaction.
const HOLD_GROUP: usize = 500;

/// A delivery on its way into a batch.
pub(super) struct Staged {
    pub(super) before: Option<StateRecord>,
    pub(super) record: DeliveryRecord,
}

impl Store {
    /// Claims up to `room` deliveries of a channel that are due at `now`, the oldest news first: waiting ones to be tried and
    /// open ones to be closed. Of a recipient and case one is under way at a time. A claimed one is not claimed again until it
    /// is [given back](Self::give_back).
    pub fn claim(&self, channel: &str, now: Timestamp, room: usize) -> Vec<Id> {
        self.with_queue(|queue| queue.claim(channel, keys::milliseconds(now), room))
    }

    /// Gives a claimed delivery back when its attempt is noted. What a digest tells that the brake was pulled for meanwhile is held, unless
    /// it arrived.
    pub fn give_back(&self, id: Id, now: Timestamp) -> Result<(), StoreError> {
        let lane = self.with_queue(|queue| queue.lane_of(id));
        if lane.is_some_and(|(_, cid)| cid == DIGESTS) {
            return self.write(false, move |ledger| ledger.give_back_digest(id, now));
        }
        self.with_queue(|queue| queue.give_back(id, keys::milliseconds(now)));
        Ok(())
    }

    /// Makes what is held for a channel due: all of it, or the oldest one to see whether the channel works.
    pub fn release(&self, channel: &str, all: bool) {
        self.with_queue(|queue| queue.release(channel, all));
    }

    /// Leaves a claimed delivery alone that cannot be read or noted, until the next start.
    pub fn set_aside(&self, id: Id) {
        self.with_queue(|queue| queue.set_aside(id));
    }

    /// Ends all short pauses between the older and the newer news: the clock was set back.
    pub fn resume_all(&self) {
        self.with_queue(Queue::resume_all);
    }

    /// The channels of which the operator asked for an attempt since this was last asked.
    pub fn asked_for(&self) -> Vec<String> {
        self.with_queue(Queue::asked_for)
    }

    /// The channels for which anything waits.
    pub fn waiting_channels(&self) -> Vec<String> {
        self.with_queue(|queue| queue.channels())
    }

    /// When the next delivery of a channel becomes due that was not when the channel's were last claimed.
    pub fn next_due_of(&self, channel: &str) -> Option<Timestamp> {
        let due = self.with_queue(|queue| queue.next(channel))?;
        Timestamp::from_millisecond(i64::try_from(due).ok()?).ok()
    }

    fn with_queue<T>(&self, work: impl FnOnce(&mut Queue) -> T) -> T {
        work(&mut self.inner.queue.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// When the next delivery wants attention; those that are held are left out.
    pub fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(|trees| {
            let first = trees.at(Table::Due).first()?.and_then(|(key, _)| keys::u64_at(&key, 0)).filter(|due| *due < MUTED);
            Ok(first.and_then(|due| Timestamp::from_millisecond(i64::try_from(due).ok()?).ok()))
        })
    }

    /// Makes a delivery ready to be sent: what a silence mutes is taken out of it, and the gathering of an open one ends, so that its
    /// content can be fixed. Not flushed: nothing may be sent before [`fix`](Self::fix).
    pub fn close(&self, id: Id, now: Timestamp) -> Result<Option<Delivery>, StoreError> {
        self.write(false, move |ledger| ledger.close(id, now))
    }

    /// Fixes what a delivery sends, before the first attempt; what is fixed already stays, and is returned. Flushed.
    pub fn fix(&self, id: Id, content: Content) -> Result<Content, StoreError> {
        self.write(true, move |ledger| ledger.fix(id, content))
    }

    /// Writes anew what a delivery sends: less may be told of its case than when it was written, or its sender was corrected. Flushed.
    pub fn rewrite(&self, id: Id, content: Content) -> Result<Content, StoreError> {
        self.write(true, move |ledger| {
            let record = ledger.record(id)?.ok_or_else(|| StoreError::Refused(format!("there is no delivery {id}")))?;
            ledger.put_content(id, &record, content)
        })
    }

    /// Sends deliveries again at `now`, at the operator's wish: those that were settled once, those that wait earlier than
    /// planned. What is known against their addresses is forgotten. Returns how many there were.
    pub fn retry(&self, ids: &[Id], now: Timestamp) -> Result<usize, StoreError> {
        let asked = ids.to_vec();
        self.write(true, move |ledger| ledger.welcome(&asked))?;
        let found = self.restate(ids, move |state| match state {
            StateRecord::Delivered { .. }
            | StateRecord::Dead { .. }
            | StateRecord::Dropped { .. }
            | StateRecord::Discarded { .. }
            | StateRecord::Muted { .. }
            | StateRecord::Again { .. } => StateRecord::Again { due: now.into() },
            StateRecord::Open { .. }
            | StateRecord::Waiting { .. }
            | StateRecord::Paused { .. }
            | StateRecord::Held { .. }
            | StateRecord::Braked { .. } => StateRecord::Waiting { due: now.into() },
        })?;
        self.with_queue(|queue| ids.iter().for_each(|id| queue.ask_for(*id)));
        Ok(found)
    }

    /// How many deliveries wait for a channel, held ones among them.
    pub fn waiting(&self, channel: &str) -> usize {
        self.with_queue(|queue| queue.waiting(channel))
    }

    /// Holds what is due of a channel that takes nothing: it burns no attempts and is tried when the channel is. Returns how many there
    /// were.
    pub fn hold(&self, channel: &str, reason: &str, now: Timestamp) -> Result<usize, StoreError> {
        let due = self.with_queue(|queue| queue.due(channel, keys::milliseconds(now)));
        let mut held = 0;
        for group in due.chunks(HOLD_GROUP) {
            let reason = reason.to_owned();
            held += self.restate(group, move |state| match state {
                StateRecord::Open { due } | StateRecord::Waiting { due } | StateRecord::Paused { due } if due.0 <= now => {
                    StateRecord::Held { since: now.into(), reason: reason.clone() }
                }
                settled => settled,
            })?;
        }
        Ok(held)
    }

    /// Gives deliveries that wait another time: they were planned wrongly, or their channel is quiet. Those that gather go on gathering.
    /// Returns how many there were.
    pub fn replan(&self, ids: &[Id], due: Timestamp) -> Result<usize, StoreError> {
        let due = due.into();
        self.restate(ids, move |state| match state {
            StateRecord::Open { .. } => StateRecord::Open { due },
            StateRecord::Waiting { .. } | StateRecord::Paused { .. } | StateRecord::Held { .. } => StateRecord::Waiting { due },
            StateRecord::Again { .. } => StateRecord::Again { due },
            settled => settled,
        })
    }

    /// Whether the operator asked for an attempt at this delivery since this was last asked: then it leaves at any hour.
    pub fn is_asked_for(&self, id: Id) -> bool {
        self.with_queue(|queue| queue.is_asked_for(id))
    }

    /// Ends deliveries that are not to be sent any more; those that arrived or were discarded stay what they are. Returns those that it ended.
    pub fn end(&self, ids: &[Id], now: Timestamp) -> Result<Vec<Id>, StoreError> {
        let ids = ids.to_vec();
        self.write(true, move |ledger| {
            let mut ended = Vec::new();
            for id in ids {
                let Some(mut record) = readable(ledger.record(id))? else { continue };
                if matches!(record.state, StateRecord::Delivered { .. } | StateRecord::Discarded { .. }) {
                    continue;
                }
                let before = std::mem::replace(&mut record.state, StateRecord::Dropped { at: now.into() });
                ledger.save(id, &before, &record, Batch::default())?;
                ended.push(id);
            }
            Ok(ended)
        })
    }

    fn restate(&self, ids: &[Id], change: impl Fn(StateRecord) -> StateRecord + Send + 'static) -> Result<usize, StoreError> {
        let ids = ids.to_vec();
        self.write(true, move |ledger| {
            let mut found = 0;
            for id in &ids {
                // One that does not read back stays what it is, and keeps nothing from the others.
                let Some(mut record) = readable(ledger.record(*id))? else { continue };
                let before = record.state.clone();
                record.state = change(record.state);
                ledger.save(*id, &before, &record, Batch::default())?;
                found += 1;
            }
            Ok(found)
        })
    }
}

impl Ledger {
    /// Adds a delivery to those of a visit: its news joins the open delivery of its address and case when there is one, and the open
    /// digest of its address and window.
    pub(super) fn join(&mut self, cid: Cid, mut delivery: Delivery, staged: &mut BTreeMap<Id, Staged>) -> Result<(), StoreError> {
        let address = self.address(&delivery);
        let is_digest = cid == DIGESTS;
        let most = if is_digest { MOST_IN_DIGEST } else { MOST_EVENTS };
        if let Some(id) = self.open.get(&(address, cid)).copied() {
            if let Entry::Vacant(place) = staged.entry(id) {
                match self.record(id) {
                    Ok(Some(record)) => {
                        place.insert(Staged { before: Some(record.state.clone()), record });
                    }
                    Ok(None) => {}
                    // It takes no more news, and what comes now is told without it.
                    Err(StoreError::Damaged(_)) => {
                        self.open.remove(&(address, cid));
                    }
                    Err(error) => return Err(error),
                }
            }
            if let Some(Staged { record, .. }) = staged.get_mut(&id)
                && let StateRecord::Open { due } = record.state
            {
                let is_over = is_digest && delivery.state.at() > due.0;
                if !is_over && record.events.len() + delivery.events.len() <= most {
                    record.events.extend(delivery.events.into_iter().map(IdHex::from));
                    // No news waits for longer than it would alone: the watch list may have been changed, or the clock.
                    if delivery.state.at() < due.0 || matches!(delivery.state, DeliveryState::Waiting { .. }) {
                        record.state = delivery.state.into();
                    }
                    return Ok(());
                }
                // It is full, or its window has ended: it takes no more, and goes out when it would have.
                record.state = StateRecord::Waiting { due };
            }
        }
        if is_digest {
            delivery.id = self.digest_id(&delivery, staged)?;
        }
        self.add(cid, delivery, staged)
    }

    fn address(&mut self, delivery: &Delivery) -> u32 {
        self.word(WordRecord::Address { channel: delivery.channel.clone(), recipient: delivery.recipient.clone() })
    }

    /// Adds a delivery of its own to those of a visit.
    pub(super) fn add(&mut self, cid: Cid, delivery: Delivery, staged: &mut BTreeMap<Id, Staged>) -> Result<(), StoreError> {
        let address = self.address(&delivery);
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
        let lane = (record.address, record.cid);
        if matches!(record.state, StateRecord::Open { .. }) {
            self.open.insert(lane, id);
        } else if self.open.get(&lane) == Some(&id) {
            self.open.remove(&lane);
        }
        self.enqueue(id, record);
        self.touched_delivery(id);
    }

    /// Puts a delivery into its place in the queue.
    pub(super) fn enqueue(&self, id: Id, record: &DeliveryRecord) {
        let Some(WordRecord::Address { channel, .. }) = cases::word(&self.words(), record.address) else { return };
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        let number = queue.number(id).or_else(|| self.number_of(record)).unwrap_or_default();
        let place = match place(&record.state) {
            Some(NEVER | BRAKED | MUTED) | None => None,
            Some(HELD) => Some(Place::Held),
            Some(due) => Some(Place::At(due)),
        };
        queue.place(id, &channel, (record.address, record.cid), number, place);
    }

    /// The number of a delivery's first event among all. Of one that does not read back the order is not known.
    fn number_of(&self, record: &DeliveryRecord) -> Option<u64> {
        rows::get::<u64>(&self.trees, Table::EventId, &record.events.first()?.0).ok()?
    }

    fn close(&mut self, id: Id, now: Timestamp) -> Result<Option<Delivery>, StoreError> {
        let Some(mut record) = self.record(id)? else { return Ok(None) };
        if self.mute_pending(id, &record, now)? {
            let Some(rest) = self.record(id)? else { return Ok(None) };
            record = rest;
        }
        if matches!(record.state, StateRecord::Open { .. }) {
            let before = record.state.clone();
            record.state = StateRecord::Waiting { due: now.into() };
            self.save(id, &before, &record, Batch::default())?;
        }
        delivery_from(&self.trees, &self.words(), id, record).map(Some)
    }

    fn fix(&mut self, id: Id, content: Content) -> Result<Content, StoreError> {
        let record = self.record(id)?.ok_or_else(|| StoreError::Refused(format!("there is no delivery {id}")))?;
        // One that does not read back is none, or nothing could ever be sent.
        if let Some(fixed) = readable(bodies::get(&self.trees, id, &record.events))? {
            return Ok(fixed);
        }
        self.put_content(id, &record, content)
    }

    fn put_content(&mut self, id: Id, record: &DeliveryRecord, content: Content) -> Result<Content, StoreError> {
        let mut batch = Batch::default();
        bodies::put(&mut batch, &self.trees, id, &record.events, &content)?;
        batch.apply(&self.trees)?;
        self.touched_delivery(id);
        Ok(content)
    }

    pub(super) fn save(&mut self, id: Id, before: &StateRecord, record: &DeliveryRecord, mut batch: Batch) -> Result<(), StoreError> {
        put_delivery(&mut batch, &self.trees, id, Some(before), record)?;
        batch.apply(&self.trees)?;
        self.follow(id, record);
        Ok(())
    }

    pub(super) fn record(&self, id: Id) -> Result<Option<DeliveryRecord>, StoreError> {
        rows::get_long(&self.trees, Table::Delivery, &id.0)
    }
}

/// Where a state stands in `due`.
pub(super) fn place(state: &StateRecord) -> Option<u64> {
    match state {
        StateRecord::Open { due: Instant(due) }
        | StateRecord::Waiting { due: Instant(due) }
        | StateRecord::Paused { due: Instant(due) }
        | StateRecord::Again { due: Instant(due) } => Some(keys::milliseconds(*due).min(MUTED - 1)),
        StateRecord::Held { .. } => Some(HELD),
        StateRecord::Braked { .. } => Some(BRAKED),
        StateRecord::Muted { .. } => Some(MUTED),
        StateRecord::Dead { .. } => Some(NEVER),
        StateRecord::Delivered { .. } | StateRecord::Dropped { .. } | StateRecord::Discarded { .. } => None,
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
