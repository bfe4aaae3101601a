//! What the brake counts and holds, in the transaction of the visit that brought it.
//!
//! `commit` asks it about every visit whose changes count ([`way`](brake::way)). Whether the brake is pulled is decided in
//! [`crate::domain::brake`], and what becomes of what it holds in [`braked`](super::braked).

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::PoisonError;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::brake::{self, Brake, Drift};
use crate::domain::case::CaseRef;
use crate::domain::delivery::Delivery;
use crate::domain::event::{Audience, Event, EventKind};
use crate::domain::id::Id;

use super::batch::Batch;
use super::codes::{IdHex, Instant};
use super::digest::DIGESTS;
use super::error::StoreError;
use super::keys::{self, HELD, Table, Trees};
use super::outbox::Staged;
use super::records::case::WordRecord;
use super::records::delivery::{DeliveryRecord, StateRecord};
use super::records::event::EventRecord;
use super::writer::{Ledger, Words};
use super::{Cid, cases, rows};

/// Of a source that is braked: since when, the ways in which its cases changed, and the event that said so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BrakeRecord {
    pub since: Instant,
    pub ways: Vec<String>,
    pub(super) event: IdHex,
}

/// Until when a way that the operator released is not counted again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ReleasedRecord {
    pub until: Instant,
}

/// A way that pulled the brake: since when, and when the operator discarded what it held. Cases that were not read since then and
/// did not show it yet are about to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PulledRecord {
    pub since: Instant,
    pub discarded: Option<Instant>,
}

/// A case that changed in a way: when it last did, and the number that its first event of the round has among all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ChangedRecord {
    at: Instant,
    pub(super) number: u64,
}

/// The length of the key of a source; longer ones are a way's, with its decision, what pulled the brake, and a case's.
pub(super) const SOURCE_LEN: usize = 4;
pub(super) const WAY_LEN: usize = 12;
pub(super) const PULLED_LEN: usize = 13;
pub(super) const CASE_LEN: usize = 20;

/// How long it is remembered that a change was discarded: until then a case that could not be read has long been looked at.
const REMEMBERED: Duration = Duration::from_secs(90 * 86_400);

/// What a visit means for its source.
#[derive(Default)]
pub(super) struct Verdict {
    /// Whether what the visit tells is held.
    pub hold: bool,
    /// Events that wait a while, when nothing is held: so many cases changed in their way that more may be about to.
    pub doubted: HashSet<Id>,
    /// What the operator is told, when this visit pulled the brake.
    pub drift: Option<(Drift, Event)>,
    /// Deliveries of earlier visits that are held from now on.
    pub staged: BTreeMap<Id, Staged>,
}

/// What is known of one way.
#[derive(Default)]
struct Way {
    pulled: Option<PulledRecord>,
    cases: BTreeMap<Cid, ChangedRecord>,
}

impl Way {
    /// The cases that changed so within the round, without those whose change was discarded.
    fn counted(&self, brake: &Brake) -> BTreeMap<Cid, ChangedRecord> {
        let discarded = self.pulled.as_ref().and_then(|pulled| pulled.discarded);
        let counts = |changed: &ChangedRecord| {
            brake::is_of_round(changed.at.0, brake.now, brake.round) && discarded.is_none_or(|discarded| changed.at.0 > discarded.0)
        };
        self.cases.iter().filter(|(_, changed)| counts(changed)).map(|(cid, changed)| (*cid, changed.clone())).collect()
    }

    /// Whether a case shows only now what was discarded: it was not read since, and is not among those that showed it.
    fn is_rest(&self, cid: Cid, brake: &Brake) -> bool {
        let Some(PulledRecord { since, discarded: Some(_) }) = &self.pulled else { return false };
        !self.cases.contains_key(&cid) && brake.read_before.is_some_and(|read| read < since.0)
    }
}

/// A way that pulls the brake with a visit.
struct Pull {
    way: String,
    /// Whose deliveries are held.
    cases: BTreeMap<Cid, ChangedRecord>,
    /// All that showed it, with those whose change was discarded.
    shown: BTreeSet<Cid>,
}

impl Ledger {
    /// Counts a visit's changes and says what they mean. `events` are those that are not stored yet.
    pub(super) fn brake(
        &mut self,
        batch: &mut Batch,
        (cid, case, version): (Cid, &CaseRef, u32),
        events: &[&Event],
        brake: &Brake,
    ) -> Result<Verdict, StoreError> {
        let ways_of = brake.ways_of(events);
        let ways: BTreeSet<String> = ways_of.iter().flatten().cloned().collect();
        if ways.is_empty() {
            return Ok(Verdict::default());
        }
        let source = self.word(WordRecord::Source(case.source.clone()));
        let known: Option<BrakeRecord> = readable(rows::get(&self.trees, Table::Brake, &source.to_be_bytes()))?;
        let mut changed = self.changed(batch, source, brake)?;
        let mut pulls = Vec::new();
        let mut verdict = Verdict::default();
        for way in ways {
            let is_known = known.as_ref().is_some_and(|known| known.ways.contains(&way));
            if !is_known && self.is_released(source, &way, brake)? {
                continue;
            }
            let found = changed.entry(keys::way(source, &way)).or_default();
            let is_rest = found.is_rest(cid, brake);
            let number = found.counted(brake).get(&cid).map_or(self.next_event, |earlier| earlier.number);
            let record = ChangedRecord { at: brake.now.into(), number };
            rows::put(batch, Table::Brake, &keys::changed(source, &way, cid), &record)?;
            found.cases.insert(cid, record);
            if is_known {
                verdict.hold = true;
                continue;
            }
            let cases = found.counted(brake);
            if is_rest || brake::is_pulled(cases.len(), brake.watched) {
                let since = found.pulled.as_ref().filter(|_| is_rest).map_or(brake.now.into(), |pulled| pulled.since);
                rows::put(batch, Table::Brake, &keys::pulled(source, &way), &PulledRecord { since, discarded: None })?;
                let shown = if is_rest { found.cases.keys() } else { cases.keys() }.copied().collect();
                pulls.push(Pull { way, cases, shown });
            } else if brake::is_suspect(cases.len(), brake.watched) {
                let doubted = events.iter().zip(&ways_of).filter(|(_, ways)| ways.contains(&way));
                verdict.doubted.extend(doubted.map(|(event, _)| event.id));
            }
        }
        let Some(Pull { way, shown, .. }) = pulls.first() else { return Ok(verdict) };
        verdict.hold = true;
        let event = match &known {
            // One message a braking: what joins it is decided with it.
            Some(known) => known.event,
            None => {
                let numbers = shown.iter().filter_map(|cid| cases::case_of(&self.trees, &self.words(), *cid).ok().flatten());
                let drift = Drift::new(way, shown.len(), brake.watched, numbers.map(|case| case.number));
                let event = drift_event(case, version, &drift, brake.now);
                let id = event.id.into();
                verdict.drift = Some((drift, event));
                id
            }
        };
        let mut ways = known.as_ref().map(|known| known.ways.clone()).unwrap_or_default();
        ways.extend(pulls.iter().map(|pull| pull.way.clone()));
        let since = known.map_or(brake.now.into(), |known| known.since);
        rows::put(batch, Table::Brake, &source.to_be_bytes(), &BrakeRecord { since, ways, event })?;
        let mut held = HashSet::new();
        for pull in &pulls {
            for (cid, changed) in &pull.cases {
                let events = told_since(&self.trees, &self.words(), *cid, changed.number)?;
                held.extend(of_visits(&events, &pull.way));
            }
        }
        self.hold_pending(batch, &held, brake.now, &mut verdict.staged)?;
        Ok(verdict)
    }

    /// What is known of each way of a source. What is older than the round and of no use to a decision is removed.
    fn changed(&self, batch: &mut Batch, source: u32, brake: &Brake) -> Result<BTreeMap<[u8; WAY_LEN], Way>, StoreError> {
        let mut ways: BTreeMap<[u8; WAY_LEN], Way> = BTreeMap::new();
        for row in self.trees.at(Table::Brake).scan_prefix(source.to_be_bytes()) {
            let Some((key, value)) = readable(row.map(Some))? else { continue };
            let Some(way) = key.first_chunk::<WAY_LEN>() else { continue };
            // A row that does not read back counts nothing: it holds nothing.
            let is_kept = match keys::u64_at(&key, WAY_LEN) {
                // The mark of a way stands before its cases.
                None if key.len() == PULLED_LEN => match rows::decode_row::<PulledRecord>(Table::Brake, &key, &value) {
                    Ok(pulled) => {
                        let is_kept = pulled.discarded.is_none_or(|at| brake::is_of_round(at.0, brake.now, REMEMBERED));
                        ways.entry(*way).or_default().pulled = Some(pulled).filter(|_| is_kept);
                        is_kept
                    }
                    Err(_) => false,
                },
                None => true,
                Some(cid) => match rows::decode_row::<ChangedRecord>(Table::Brake, &key, &value) {
                    Ok(changed) => {
                        let entry = ways.entry(*way).or_default();
                        let is_kept = entry.pulled.is_some() || brake::is_of_round(changed.at.0, brake.now, brake.round);
                        if is_kept {
                            entry.cases.insert(cid, changed);
                        }
                        is_kept
                    }
                    Err(_) => false,
                },
            };
            if !is_kept {
                batch.remove(Table::Brake, key.to_vec());
            }
        }
        Ok(ways)
    }

    fn is_released(&self, source: u32, way: &str, brake: &Brake) -> Result<bool, StoreError> {
        let released: Option<ReleasedRecord> = readable(rows::get(&self.trees, Table::Brake, &keys::way(source, way)))?;
        // A mark from a clock that stood far ahead does not count.
        Ok(released.is_some_and(|released| released.until.0 > brake.now && brake::is_of_round(released.until.0, brake.now, brake.round)))
    }

    /// Holds what tells of these events and was not sent yet. What gathers with them and is about another visit stays on its way.
    fn hold_pending(
        &self,
        batch: &mut Batch,
        held: &HashSet<IdHex>,
        now: Timestamp,
        staged: &mut BTreeMap<Id, Staged>,
    ) -> Result<(), StoreError> {
        for (id, mut record) in due_records(&self.trees, 0..=HELD)? {
            let (doubted, rest): (Vec<IdHex>, Vec<IdHex>) = record.events.iter().copied().partition(|event| held.contains(event));
            // What he asked to be sent again goes out.
            if doubted.is_empty()
                || matches!(record.state, StateRecord::Again { .. } | StateRecord::Braked { .. } | StateRecord::Muted { .. })
            {
                continue;
            }
            // A digest tells of other cases too, and is never held itself. What is leaving right now is looked at when it is given back.
            if record.cid == DIGESTS {
                if self.queue.lock().unwrap_or_else(PoisonError::into_inner).is_taken(id) {
                    continue;
                }
                self.hold_apart(batch, (id, record), held, now, staged)?;
                continue;
            }
            let before = record.state.clone();
            let braked = StateRecord::Braked { since: now.into() };
            // What gathers is not written yet, so it can be told apart; what is closed may be on its way already.
            if matches!(before, StateRecord::Open { .. })
                && let Some(first) = rest.first()
                && let Some(WordRecord::Address { channel, recipient }) = cases::word(&self.words(), record.address)
            {
                let is_first_kept = record.events.first() == Some(first);
                let apart = if is_first_kept { &doubted } else { &rest };
                let Some(first) = apart.first() else { continue };
                let other = Delivery::id_of(&channel, &recipient, (*first).into());
                let (own, others) = if is_first_kept { (before.clone(), braked) } else { (braked, before.clone()) };
                let split = DeliveryRecord { events: apart.clone(), state: others, ..record.clone() };
                record.events = if is_first_kept { rest } else { doubted };
                record.state = own;
                staged.insert(other, Staged { before: None, record: split });
            } else {
                record.state = braked;
            }
            staged.insert(id, Staged { before: Some(before), record });
        }
        Ok(())
    }
}

/// What a case told from the event with this number on, oldest first. An event that does not read back is passed over.
pub(super) fn told_since(trees: &Trees, words: &Words, cid: Cid, from: u64) -> Result<Vec<Event>, StoreError> {
    let Some(case) = readable(cases::case_of(trees, words, cid))? else { return Ok(Vec::new()) };
    let mut events = Vec::new();
    for row in trees.at(Table::CaseEvent).scan_prefix(keys::cid(cid)).rev() {
        let Some((key, value)) = readable(row.map(Some))? else { continue };
        let Some(number) = readable(rows::decode_row::<u64>(Table::CaseEvent, &key, &value).map(Some))? else { continue };
        if number < from {
            break;
        }
        let record: Option<EventRecord> = readable(rows::get_long(trees, Table::Event, &number.to_be_bytes()))?;
        events.extend(record.map(|record| record.event(case.clone())));
    }
    events.reverse();
    Ok(events)
}

/// The events of the visits that brought a change in this way. What the operator is told, and what silences muted, is none of them.
pub(super) fn of_visits(events: &[Event], way: &str) -> Vec<IdHex> {
    let all: Vec<&Event> =
        events.iter().filter(|event| event.kind.audience() != Audience::Operator && event.kind != EventKind::SilenceEnded).collect();
    let ways = brake::ways_of(&all, |event| brake::is_old(event, event.seen_at));
    let visits: BTreeSet<u32> = all.iter().zip(&ways).filter(|(_, ways)| ways.contains(way)).map(|(event, _)| event.version).collect();
    all.iter().filter(|event| visits.contains(&event.version)).map(|event| event.id.into()).collect()
}

/// The event of a braking. It stands with the case whose visit pulled the brake, because every event has a case.
fn drift_event(case: &CaseRef, version: u32, drift: &Drift, now: Timestamp) -> Event {
    let kind = EventKind::SourceDrift;
    let field = drift.field();
    let id = Event::id_of(case, version, &now.to_string(), kind);
    Event {
        id: Event::with_facts(id, [field.before.as_deref(), field.after.as_deref()].into_iter()),
        kind,
        severity: kind.severity(),
        case: case.clone(),
        seq: 0,
        version,
        entry: None,
        hearing: None,
        field: Some(field),
        seen_at: now,
        page_sha256: [0; 32],
    }
}

/// What a row says; `None` when it does not read back. It is for `fsck` to report, and must stop no visit: held deliveries are known
/// by their own state.
pub(super) fn readable<T>(row: Result<Option<T>, StoreError>) -> Result<Option<T>, StoreError> {
    match row {
        Err(StoreError::Damaged(_)) => Ok(None),
        row => row,
    }
}

/// The deliveries that stand at these places of `due`.
pub(super) fn due_records(trees: &Trees, places: std::ops::RangeInclusive<u64>) -> Result<Vec<(Id, DeliveryRecord)>, StoreError> {
    let mut found = Vec::new();
    for key in trees.at(Table::Due).range(keys::due_range(&places)).keys() {
        let Some(key) = readable(key.map(Some))? else { continue };
        let Some(id) = keys::id_at(&key, 8) else { continue };
        // One that does not read back is for `fsck`; it is never sent.
        match rows::get_long::<DeliveryRecord>(trees, Table::Delivery, &id.0) {
            Ok(Some(record)) => found.push((id, record)),
            Ok(None) | Err(StoreError::Damaged(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// A row of the table as JSON.
pub(super) fn show(key: &[u8], value: &[u8]) -> Result<String, StoreError> {
    fn json<T: Serialize>(record: &T) -> String {
        serde_json::to_string(record).unwrap_or_else(|error| error.to_string())
    }
    match key.len() {
        SOURCE_LEN => Ok(json(&rows::decode_row::<BrakeRecord>(Table::Brake, key, value)?)),
        WAY_LEN => Ok(json(&rows::decode_row::<ReleasedRecord>(Table::Brake, key, value)?)),
        PULLED_LEN => Ok(json(&rows::decode_row::<PulledRecord>(Table::Brake, key, value)?)),
        CASE_LEN => Ok(json(&rows::decode_row::<ChangedRecord>(Table::Brake, key, value)?)),
        _ => Err(rows::damaged(Table::Brake, key, "its key has another length")),
    }
}
