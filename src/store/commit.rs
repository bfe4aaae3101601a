//! One visit that changed something, written in one transaction and flushed before anyone hears of it.
//!
//! The poller calls [`Store::commit`] with what it decided; the store checks only that it fits what is stored: the
//! version is the next one, and nothing was committed to the case in between. An event whose id is already stored is
//! not stored or delivered again, so a visit that is committed twice tells nothing twice.

use std::collections::{BTreeMap, HashSet};

use crate::domain::brake::{Brake, Drift, patience};
use crate::domain::case::CaseRef;
use crate::domain::delivery::{Delivery, DeliveryState};
use crate::domain::diff::MissingParts;
use crate::domain::event::Event;
use crate::domain::id::Id;
use crate::domain::route::to_operators;
use crate::domain::schedule::Row;

use super::batch::Batch;
use super::brake::Verdict;
use super::cases::{self, Head};
use super::digest::DIGESTS;
use super::error::StoreError;
use super::keys::{self, Table};
use super::outbox::Staged;
use super::records::case::HeadRecord;
use super::records::docket::SnapshotRecord;
use super::records::event::EventRecord;
use super::snapshot::{self, Packed};
use super::writer::Ledger;
use super::{Cid, Store, Version, left, rows};

/// What a visit leaves behind.
#[derive(Debug, Clone)]
pub struct Visit {
    /// The case.
    pub cid: Cid,
    /// Its plan from now on.
    pub row: Row,
    /// Its head from now on. `version` must be that of `version`, or the stored one when there is none; `seq` is counted
    /// by the store.
    pub head: Head,
    /// The missing entries from now on; `None` leaves them as they are.
    pub missing: Option<MissingParts>,
    /// The new version, if the docket changed.
    pub version: Option<Version>,
    /// What there is to tell, in order.
    pub events: Vec<Event>,
    /// Whom to tell.
    pub deliveries: Vec<Delivery>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Committed {
    /// The version of the case now.
    pub version: u32,
    /// The events that were new.
    pub events: Vec<Id>,
    /// The deliveries that were made, grew, or are held by the brake from now on.
    pub deliveries: Vec<Id>,
    /// Why the brake was pulled, when this visit pulled it.
    pub drift: Option<Drift>,
}

impl Store {
    /// Writes a visit. Returns after the flush: what it returns is on the disk.
    pub fn commit(&self, visit: Visit) -> Result<Committed, StoreError> {
        self.commit_judged(visit, None)
    }

    /// The same, with what its changes are judged by: when they pull the brake of the source, or it is pulled already, what they
    /// tell is held in the same transaction.
    pub fn commit_judged(&self, visit: Visit, brake: Option<Brake>) -> Result<Committed, StoreError> {
        let Visit { cid, row, head, missing, version, events, deliveries } = visit;
        let packed = match version {
            Some(Version { number, at, docket, pages }) => {
                let record = SnapshotRecord { docket: docket.into(), pages: pages.into_iter().map(Into::into).collect() };
                Some(self.read(|trees| snapshot::pack(trees, cid, number, at.into(), &record))?)
            }
            None => None,
        };
        self.write(true, move |ledger| ledger.commit(Checked { cid, row, head, missing, packed, events, deliveries }, brake))
    }

    /// Writes what there is to tell of a case besides a visit: its version, plan and head stay as they are. An event whose id is
    /// already stored is not stored or delivered again. It is judged as a visit is. Returns after the flush.
    ///
    /// # Errors
    /// When the case is no longer at this version: what was worked out from it may be wrong.
    pub fn announce(
        &self,
        cid: Cid,
        version: u32,
        events: Vec<Event>,
        deliveries: Vec<Delivery>,
        brake: Option<Brake>,
    ) -> Result<Committed, StoreError> {
        self.write(true, move |ledger| ledger.announce(cid, version, events, deliveries, brake.as_ref()))
    }
}

/// A visit whose version is packed.
struct Checked {
    cid: Cid,
    row: Row,
    head: Head,
    missing: Option<MissingParts>,
    packed: Option<Packed>,
    events: Vec<Event>,
    deliveries: Vec<Delivery>,
}

impl Ledger {
    fn commit(&mut self, visit: Checked, brake: Option<Brake>) -> Result<Committed, StoreError> {
        let Checked { cid, row, mut head, missing, packed, mut events, mut deliveries } = visit;
        let words = self.words();
        let case = cases::case_of(&self.trees, &words, cid)?.ok_or_else(|| StoreError::Refused(format!("no case has the number {cid}")))?;
        let strange = events
            .iter()
            .map(|event| &event.case)
            .chain(deliveries.iter().filter(|delivery| !delivery.is_digest()).map(|delivery| &delivery.case))
            .any(|of| *of != case);
        if head.case != case || strange {
            return Err(StoreError::Refused(format!("the visit of {case} speaks of another case")));
        }
        let stored = cases::head_of(&self.trees, cid)?;
        let (version, seq) = stored.map_or((0, 0), |head| (head.version, head.seq));
        let next = if packed.is_some() { version.saturating_add(1) } else { version };
        if head.version != next || packed.as_ref().is_some_and(|packed| packed.number != next) {
            let why =
                format!("{case} is at version {version}, and the visit brings version {}: it was visited twice at once", head.version);
            return Err(StoreError::Refused(why));
        }

        let mut batch = Batch::default();
        if let Some(packed) = packed {
            self.is_free(Table::Snap, cid, packed.number, "version")?;
            rows::put_bytes(&mut batch, &self.trees, Table::Snap, &keys::numbered(cid, packed.number), &packed.bytes, false)?;
            left::put(&mut batch, cid, None)?;
        }
        let (verdict, drift) = self.judge(&mut batch, (cid, &case, next), &mut events, &mut deliveries, brake.as_ref())?;
        let deliveries = self.mute(deliveries, &events);
        let (told, next_event, seq) = self.put_events(&mut batch, cid, seq, events)?;
        let staged = self.stage(cid, deliveries, &told.iter().copied().collect(), verdict.hold, verdict.staged)?;
        self.put_staged(&mut batch, &staged)?;
        if let Some(missing) = missing {
            cases::put_missing(&mut batch, &self.trees, cid, &missing)?;
        }
        head.seq = seq;
        rows::put_long(&mut batch, &self.trees, Table::Case, &keys::cid(cid), &HeadRecord::new(head))?;
        cases::put_row(&mut batch, cid, row)?;
        let deliveries = self.apply_told(batch, cid, next_event, staged)?;
        Ok(Committed { version: next, events: told, deliveries, drift })
    }

    /// Applies a batch that tells events. The addresses of its deliveries are numbers of words, and words that are new go with it: a
    /// delivery without them has lost its address at the next start.
    pub(super) fn apply_told(
        &mut self,
        mut batch: Batch,
        cid: Cid,
        next_event: u64,
        staged: BTreeMap<Id, Staged>,
    ) -> Result<Vec<Id>, StoreError> {
        self.save_words(&mut batch)?;
        batch.apply(&self.trees)?;

        self.words_saved();
        self.next_event = next_event;
        let deliveries = staged.keys().copied().collect();
        self.staged_written(staged);
        self.touched(cid);
        Ok(deliveries)
    }

    /// Judges what is told: holds it, lets it wait, and adds what the operator is told.
    fn judge(
        &mut self,
        batch: &mut Batch,
        (cid, case, version): (Cid, &CaseRef, u32),
        events: &mut Vec<Event>,
        deliveries: &mut Vec<Delivery>,
        brake: Option<&Brake>,
    ) -> Result<(Verdict, Option<Drift>), StoreError> {
        let Some(brake) = brake else { return Ok(Default::default()) };
        let mut verdict = {
            let fresh = self.not_stored(events)?;
            self.brake(batch, (cid, case, version), &fresh, brake)?
        };
        if verdict.hold {
            for delivery in deliveries.iter_mut() {
                // What is held of a case is decided with it, and joins no digest.
                (delivery.case, delivery.state) = (case.clone(), DeliveryState::Braked { since: brake.now });
            }
        } else if !verdict.doubted.is_empty() {
            let until = brake.now + patience(brake.watched, brake.pace);
            let state = DeliveryState::Paused { due: until };
            let mut paused = Vec::new();
            // What waits for longer for its digest is held all the same if it comes to that.
            let waits_longer = |delivery: &Delivery| match delivery.state {
                DeliveryState::Open { due } => delivery.is_digest() && due >= until,
                _ => delivery.state.due().is_some_and(|due| due >= until),
            };
            for delivery in deliveries.iter_mut().filter(|delivery| !waits_longer(delivery)) {
                let (doubted, rest) = delivery.events.iter().partition(|event| verdict.doubted.contains(event));
                paused.push(Delivery { events: doubted, case: case.clone(), state: state.clone(), ..delivery.clone() });
                delivery.events = rest;
            }
            // Those without events are left out when they are staged.
            deliveries.extend(paused);
        }
        let drift = verdict.drift.take().map(|(drift, event)| {
            deliveries.extend(to_operators(&event, &brake.routes, brake.now));
            events.push(event);
            drift
        });
        Ok((verdict, drift))
    }

    fn not_stored<'e>(&self, events: &'e [Event]) -> Result<Vec<&'e Event>, StoreError> {
        let mut fresh = Vec::with_capacity(events.len());
        for event in events {
            if !self.trees.at(Table::EventId).contains_key(event.id.0)? {
                fresh.push(event);
            }
        }
        Ok(fresh)
    }

    fn announce(
        &mut self,
        cid: Cid,
        version: u32,
        mut events: Vec<Event>,
        mut deliveries: Vec<Delivery>,
        brake: Option<&Brake>,
    ) -> Result<Committed, StoreError> {
        let words = self.words();
        let case = cases::case_of(&self.trees, &words, cid)?.ok_or_else(|| StoreError::Refused(format!("no case has the number {cid}")))?;
        let stored = cases::head_of(&self.trees, cid)?.filter(|head| head.version == version);
        let Some(stored) = stored else {
            return Err(StoreError::Refused(format!("{case} is no longer at version {version}")));
        };
        let mut batch = Batch::default();
        let (verdict, drift) = self.judge(&mut batch, (cid, &case, version), &mut events, &mut deliveries, brake)?;
        let deliveries = self.mute(deliveries, &events);
        let (told, next_event, seq) = self.put_events(&mut batch, cid, stored.seq, events)?;
        if told.is_empty() {
            return Ok(Committed { version, ..Committed::default() });
        }
        let staged = self.stage(cid, deliveries, &told.iter().copied().collect(), verdict.hold, verdict.staged)?;
        self.put_staged(&mut batch, &staged)?;
        let head = Head { seq, ..stored.head(case) };
        rows::put_long(&mut batch, &self.trees, Table::Case, &keys::cid(cid), &HeadRecord::new(head))?;
        let deliveries = self.apply_told(batch, cid, next_event, staged)?;
        Ok(Committed { version, events: told, deliveries, drift })
    }

    /// Puts the events that are not stored yet, numbered on from `seq`. Returns their ids and the next numbers.
    pub(super) fn put_events(
        &self,
        batch: &mut Batch,
        cid: Cid,
        mut seq: u32,
        events: Vec<Event>,
    ) -> Result<(Vec<Id>, u64, u32), StoreError> {
        let mut told = Vec::new();
        let mut seen = HashSet::new();
        let mut number = self.next_event;
        for mut event in events {
            let id = event.id;
            if !seen.insert(id) || self.trees.at(Table::EventId).contains_key(id.0)? {
                continue;
            }
            seq = seq.saturating_add(1);
            self.is_free(Table::CaseEvent, cid, seq, "event")?;
            event.seq = seq;
            rows::put_long(batch, &self.trees, Table::Event, &number.to_be_bytes(), &EventRecord::new(event, cid))?;
            rows::put(batch, Table::EventId, &id.0, &number)?;
            rows::put(batch, Table::CaseEvent, &keys::numbered(cid, seq), &number)?;
            number = number.saturating_add(1);
            told.push(id);
        }
        Ok((told, number, seq))
    }

    /// A head that lags behind what is stored of its case is damaged, and must not cost what stands there.
    fn is_free(&self, table: Table, cid: Cid, number: u32, what: &str) -> Result<(), StoreError> {
        let key = keys::numbered(cid, number);
        if self.trees.at(table).contains_key(key)? {
            let why =
                format!("this {what} stands there already and the head of its case is behind it; `veedor fsck --repair` mends the head");
            return Err(rows::damaged(table, &key, &why));
        }
        Ok(())
    }

    /// Decides what becomes of each delivery: a new one, or news for one that is still open. What the brake holds or lets wait, what it
    /// tells the operator, and what is muted, joins nothing.
    pub(super) fn stage(
        &mut self,
        cid: Cid,
        deliveries: Vec<Delivery>,
        told: &HashSet<Id>,
        apart: bool,
        mut staged: BTreeMap<Id, Staged>,
    ) -> Result<BTreeMap<Id, Staged>, StoreError> {
        for mut delivery in deliveries {
            delivery.events.retain(|id| told.contains(id));
            if let Some(first) = delivery.events.first() {
                // The first event of the message may have been told before; the id follows the first that was not.
                delivery.id = Delivery::id_of(&delivery.channel, &delivery.recipient, *first);
                let cid = if delivery.is_digest() { DIGESTS } else { cid };
                if apart || matches!(delivery.state, DeliveryState::Paused { .. } | DeliveryState::Muted { .. }) {
                    self.add(cid, delivery, &mut staged)?;
                } else {
                    self.join(cid, delivery, &mut staged)?;
                }
            }
        }
        Ok(staged)
    }
}
