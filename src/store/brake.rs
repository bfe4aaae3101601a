//! What the brake counts and holds, in the transaction of the visit that brought it.
//!
//! `commit` asks it about every visit whose changes count ([`way`](brake::way)). Whether the brake is pulled is decided in
//! [`crate::domain::brake`], and what becomes of what it holds in [`braked`](super::braked).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::brake::{self, Brake, Drift};
use crate::domain::case::CaseRef;
use crate::domain::event::{Event, EventKind};
use crate::domain::id::Id;

use super::batch::Batch;
use super::codes::{IdHex, Instant};
use super::error::StoreError;
use super::keys::{self, HELD, Table, Trees};
use super::outbox::Staged;
use super::records::case::WordRecord;
use super::records::delivery::{DeliveryRecord, StateRecord};
use super::records::event::EventRecord;
use super::writer::Ledger;
use super::{Cid, cases, rows};

/// Of a source that is braked: since when, the ways in which its cases changed, and the event that said so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BrakeRecord {
    pub since: Instant,
    pub ways: Vec<String>,
    event: IdHex,
}

/// Until when a way that the operator released is not counted again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ReleasedRecord {
    pub until: Instant,
}

/// A case that changed in a way: when it last did, and the number that its first event of the round has among all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ChangedRecord {
    at: Instant,
    number: u64,
}

/// The length of the key of a source; longer ones are a way's and a case's.
pub(super) const SOURCE_LEN: usize = 4;
const WAY_LEN: usize = 12;
const CASE_LEN: usize = 20;

/// What a visit means for its source.
#[derive(Default)]
pub(super) struct Verdict {
    /// Whether what the visit tells is held.
    pub hold: bool,
    /// What the operator is told, when this visit pulled the brake.
    pub drift: Option<(Drift, Event)>,
    /// Deliveries of earlier visits that are held from now on.
    pub staged: BTreeMap<Id, Staged>,
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
        let ways = brake::ways(events.iter().copied());
        if ways.is_empty() {
            return Ok(Verdict::default());
        }
        let source = self.word(WordRecord::Source(case.source.clone()));
        let known: Option<BrakeRecord> = readable(rows::get(&self.trees, Table::Brake, &source.to_be_bytes()))?;
        let mut changed = self.changed(batch, source, brake)?;
        let mut pulled_by = Vec::new();
        let mut verdict = Verdict::default();
        for way in ways {
            if known.as_ref().is_some_and(|known| known.ways.contains(&way)) {
                verdict.hold = true;
                continue;
            }
            if self.is_released(source, &way, brake)? {
                continue;
            }
            let cases = changed.entry(keys::way(source, &way)).or_default();
            let number = cases.get(&cid).map_or(self.next_event, |earlier| earlier.number);
            let record = ChangedRecord { at: brake.now.into(), number };
            rows::put(batch, Table::Brake, &keys::changed(source, &way, cid), &record)?;
            cases.insert(cid, record);
            if brake::is_pulled(cases.len(), brake.watched) {
                pulled_by.push((way, cases.clone()));
            }
        }
        let Some((way, cases)) = pulled_by.first() else { return Ok(verdict) };
        verdict.hold = true;
        let event = match &known {
            // One message a braking: what joins it is decided with it.
            Some(known) => known.event,
            None => {
                let numbers = cases.keys().filter_map(|cid| cases::case_of(&self.trees, &self.words(), *cid).ok().flatten());
                let drift = Drift::new(way, cases.len(), brake.watched, numbers.map(|case| case.number));
                let event = drift_event(case, version, &drift, brake.now);
                let id = event.id.into();
                verdict.drift = Some((drift, event));
                id
            }
        };
        let mut ways = known.as_ref().map(|known| known.ways.clone()).unwrap_or_default();
        ways.extend(pulled_by.iter().map(|(way, _)| way.clone()));
        let since = known.map_or(brake.now.into(), |known| known.since);
        rows::put(batch, Table::Brake, &source.to_be_bytes(), &BrakeRecord { since, ways, event })?;
        for (_, cases) in &pulled_by {
            self.hold_pending(cases, brake.now, &mut verdict.staged)?;
        }
        Ok(verdict)
    }

    /// The cases of a source that changed within the round, by way. What is older is removed.
    fn changed(
        &self,
        batch: &mut Batch,
        source: u32,
        brake: &Brake,
    ) -> Result<BTreeMap<[u8; WAY_LEN], BTreeMap<Cid, ChangedRecord>>, StoreError> {
        let mut changed: BTreeMap<[u8; WAY_LEN], BTreeMap<Cid, ChangedRecord>> = BTreeMap::new();
        for row in self.trees.at(Table::Brake).scan_prefix(source.to_be_bytes()) {
            let (key, value) = row?;
            let (Some(way), Some(cid)) = (key.first_chunk::<WAY_LEN>(), keys::u64_at(&key, WAY_LEN)) else { continue };
            // A count that does not read back is none: it holds nothing.
            match rows::decode_row::<ChangedRecord>(Table::Brake, &key, &value) {
                Ok(record) if brake::is_of_round(record.at.0, brake.now, brake.round) => {
                    changed.entry(*way).or_default().insert(cid, record);
                }
                _ => batch.remove(Table::Brake, key.to_vec()),
            }
        }
        Ok(changed)
    }

    fn is_released(&self, source: u32, way: &str, brake: &Brake) -> Result<bool, StoreError> {
        let released: Option<ReleasedRecord> = readable(rows::get(&self.trees, Table::Brake, &keys::way(source, way)))?;
        // A mark from a clock that stood far ahead does not count.
        Ok(released.is_some_and(|released| released.until.0 > brake.now && brake::is_of_round(released.until.0, brake.now, brake.round)))
    }

    /// Holds what these cases told since they changed and what was not sent yet.
    fn hold_pending(
        &self,
        cases: &BTreeMap<Cid, ChangedRecord>,
        now: Timestamp,
        staged: &mut BTreeMap<Id, Staged>,
    ) -> Result<(), StoreError> {
        for (id, mut record) in due_records(&self.trees, 0..=HELD)? {
            let Some(changed) = cases.get(&record.cid) else { continue };
            let newest = match record.events.last() {
                Some(last) => rows::get::<u64>(&self.trees, Table::EventId, &last.0)?,
                None => None,
            };
            let Some(newest) = newest.filter(|newest| *newest >= changed.number) else { continue };
            let event: Option<EventRecord> = readable(rows::get_long(&self.trees, Table::Event, &newest.to_be_bytes()))?;
            // What the operator is told, and what he asked to be sent again, goes out.
            let is_his = event.is_some_and(|event| event.is_for_operators());
            if is_his || matches!(record.state, StateRecord::Again { .. } | StateRecord::Braked { .. }) {
                continue;
            }
            let before = std::mem::replace(&mut record.state, StateRecord::Braked { since: now.into() });
            staged.insert(id, Staged { before: Some(before), record });
        }
        Ok(())
    }
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
        let key = key?;
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
        CASE_LEN => Ok(json(&rows::decode_row::<ChangedRecord>(Table::Brake, key, value)?)),
        _ => Err(rows::damaged(Table::Brake, key, "its key has another length")),
    }
}
