//! What the brake holds, and the operator's decision about it.
//!
//! For the commands `list`, `release` and `discard`. What is held are deliveries, and their state says so: a store that was restored,
//! or whose row of the brake is lost, still holds them, lists them and releases them. Counting and pulling is in
//! `brake`.
//!
//! A visit is held whole, so beside the changes that pulled the brake there may be news that only came with them. Which is which is
//! said before the operator decides, and to discard ends the changes and sends the news.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use crate::domain::brake;
use crate::domain::case::CaseRef;
use crate::domain::delivery::Delivery;
use crate::domain::event::{Event, EventKind};
use crate::domain::id::Id;

use super::batch::Batch;
use super::brake::{BrakeRecord, CASE_LEN, PulledRecord, ReleasedRecord, SOURCE_LEN, due_records, readable, told_since};
use super::codes::IdHex;
use super::error::StoreError;
use super::keys::{self, BRAKED, Table, Trees};
use super::outbox::Staged;
use super::records::case::WordRecord;
use super::records::delivery::{DeliveryRecord, StateRecord};
use super::writer::{Ledger, Words};
use super::{Cid, Store, cases, rows};

/// A source whose messages are held.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Braked {
    /// The source.
    pub source: String,
    /// Since when; `None` when only the deliveries say so.
    pub since: Option<Timestamp>,
    /// The event that told it.
    pub event: Option<Id>,
    /// The ways in which its cases changed.
    pub ways: Vec<String>,
    /// Messages that are held.
    pub held: usize,
    /// The changes that they tell and that the brake was pulled for, by kind.
    pub changes: BTreeMap<&'static str, usize>,
    /// What they tell besides, by kind: it came in the same visits, and is sent even if the changes are discarded.
    pub besides: BTreeMap<&'static str, usize>,
}

/// What the operator decides of what is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// All is sent, and its ways are not counted until then: the rest of the round will bring them too.
    Release {
        /// Until when.
        until: Timestamp,
    },
    /// The changes end: they are kept and never told. What was told besides is sent.
    Discard,
    /// All ends, with what was told besides.
    DiscardAll,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decided {
    /// Deliveries that are sent now.
    pub sent: Vec<Id>,
    /// Deliveries that ended.
    pub ended: Vec<Id>,
}

impl Store {
    /// The sources of which messages are held.
    pub fn braked(&self) -> Result<Vec<Braked>, StoreError> {
        self.read(|trees| {
            let marks = marks(trees, &self.inner.words)?;
            let mut all: BTreeMap<String, Braked> = BTreeMap::new();
            for (source, mark) in &marks {
                if let Some(record) = &mark.braked {
                    let (since, event, ways) = (Some(record.since.0), Some(record.event.into()), record.ways.clone());
                    all.insert(source.clone(), Braked { source: source.clone(), since, event, ways, ..Braked::default() });
                }
            }
            let mut told = HashMap::new();
            for Held { source, events, .. } in held(trees, &self.inner.words, &marks, None)? {
                all.entry(source.clone()).or_insert_with(|| Braked { source: source.clone(), ..Braked::default() }).held += 1;
                // Several messages tell one event.
                told.extend(events.into_iter().map(|(id, about)| (id, (source.clone(), about))));
            }
            for (source, About { kind, is_change }) in told.into_values() {
                let Some(braked) = all.get_mut(&source) else { continue };
                *if is_change { &mut braked.changes } else { &mut braked.besides }.entry(kind.name()).or_default() += 1;
            }
            Ok(all.into_values().collect())
        })
    }

    /// Whether messages of a source are held, or would be.
    pub fn is_braked(&self, source: &str) -> Result<bool, StoreError> {
        self.read(|trees| Ok(marks(trees, &self.inner.words)?.get(source).is_some_and(|mark| mark.braked.is_some())))
    }

    /// Carries out what the operator decides of all that the brake holds of a source. One transaction.
    pub fn decide(&self, source: &str, now: Timestamp, decision: Decision) -> Result<Decided, StoreError> {
        let source = source.to_owned();
        self.write(true, move |ledger| ledger.decide(&source, now, decision))
    }
}

/// What the rows of the brake say of a source.
#[derive(Default)]
struct Mark {
    word: u32,
    braked: Option<BrakeRecord>,
    /// The cases that showed old entries as new, as those of the way are keyed.
    with_old: BTreeSet<Cid>,
}

fn marks(trees: &Trees, words: &Words) -> Result<BTreeMap<String, Mark>, StoreError> {
    let mut marks: BTreeMap<String, Mark> = BTreeMap::new();
    for row in trees.at(Table::Brake).iter() {
        let Some((key, value)) = readable(row.map(Some))? else { continue };
        let Some(word) = keys::u32_at(&key, 0) else { continue };
        let Some(WordRecord::Source(source)) = cases::word(words, word) else { continue };
        let mark = marks.entry(source).or_insert_with(|| Mark { word, ..Mark::default() });
        match key.len() {
            SOURCE_LEN => mark.braked = readable(rows::decode_row(Table::Brake, &key, &value).map(Some))?,
            CASE_LEN if key.starts_with(&keys::way(word, brake::OLD)) => mark.with_old.extend(keys::u64_at(&key, CASE_LEN - 8)),
            _ => {}
        }
    }
    Ok(marks)
}

/// What is known of an event that is held.
#[derive(Debug, Clone, Copy)]
struct About {
    kind: EventKind,
    /// Whether it is one of the changes that the brake was pulled for, or goes along with one.
    is_change: bool,
}

/// A delivery that the brake holds.
struct Held {
    id: Id,
    record: DeliveryRecord,
    source: String,
    /// Its events, as far as they read back.
    events: Vec<(Id, About)>,
}

/// The deliveries that the brake holds, of this source or of all.
fn held(trees: &Trees, words: &Words, marks: &BTreeMap<String, Mark>, only: Option<&str>) -> Result<Vec<Held>, StoreError> {
    let mut by_case: BTreeMap<Cid, Vec<(Id, DeliveryRecord)>> = BTreeMap::new();
    for (id, record) in due_records(trees, BRAKED..=BRAKED)? {
        by_case.entry(record.cid).or_default().push((id, record));
    }
    let mut all = Vec::new();
    for (cid, deliveries) in by_case {
        // Of a case whose name does not read back it stays held until the name is mended.
        let Some(CaseRef { source, .. }) = readable(cases::case_of(trees, words, cid))? else { continue };
        if only.is_some_and(|only| only != source) {
            continue;
        }
        let mark = marks.get(&source).filter(|mark| mark.braked.is_some());
        let about = about(trees, words, (cid, mark), deliveries.iter().flat_map(|(_, record)| &record.events))?;
        all.extend(deliveries.into_iter().map(|(id, record)| {
            let events = record.events.iter().filter_map(|event| Some((Id::from(*event), *about.get(event)?))).collect();
            Held { id, record, source: source.clone(), events }
        }));
    }
    Ok(all)
}

/// What these events of a case are. Where the rows of the brake are lost, every change that it counts is one that it held.
fn about<'e>(
    trees: &Trees,
    words: &Words,
    (cid, mark): (Cid, Option<&Mark>),
    held: impl Iterator<Item = &'e IdHex>,
) -> Result<HashMap<IdHex, About>, StoreError> {
    let mut first = None;
    for event in held {
        let number = readable(rows::get::<u64>(trees, Table::EventId, &event.0))?;
        first = first.into_iter().chain(number).min();
    }
    let Some(first) = first else { return Ok(HashMap::new()) };
    let told = told_since(trees, words, cid, first)?;
    let told: Vec<&Event> = told.iter().collect();
    let had_old = mark.is_none_or(|mark| mark.with_old.contains(&cid));
    let ways = brake::ways_of(&told, |event| had_old && brake::is_old(event, event.seen_at));
    let is_change = |ways: &BTreeSet<String>| match mark.and_then(|mark| mark.braked.as_ref()) {
        Some(braked) => braked.ways.iter().any(|way| ways.contains(way)),
        None => !ways.is_empty(),
    };
    Ok(told.iter().zip(&ways).map(|(event, ways)| (event.id.into(), About { kind: event.kind, is_change: is_change(ways) })).collect())
}

impl Ledger {
    fn decide(&mut self, source: &str, now: Timestamp, decision: Decision) -> Result<Decided, StoreError> {
        let (words, mut batch, mut staged, mut decided) = (self.words(), Batch::default(), BTreeMap::new(), Decided::default());
        let marks = marks(&self.trees, &words)?;
        for held in held(&self.trees, &words, &marks, Some(source))? {
            let Held { id, mut record, events, .. } = held;
            let rest = match decision {
                Decision::Release { .. } => record.events.clone(),
                Decision::Discard => events.iter().filter(|(_, about)| !about.is_change).map(|(id, _)| (*id).into()).collect(),
                Decision::DiscardAll => Vec::new(),
            };
            let is_whole = rest.len() == record.events.len();
            let state = if is_whole { StateRecord::Waiting { due: now.into() } } else { StateRecord::Discarded { at: now.into() } };
            if is_whole {
                decided.sent.push(id);
            } else {
                decided.ended.push(id);
                // The message as it is may have been written already, so the rest is one of its own.
                if let Some(first) = rest.first()
                    && let Some(WordRecord::Address { channel, recipient }) = cases::word(&words, record.address)
                {
                    let other = Delivery::id_of_rest(&channel, &recipient, (*first).into());
                    let state = StateRecord::Waiting { due: now.into() };
                    decided.sent.push(other);
                    staged.insert(
                        other,
                        Staged { before: None, record: DeliveryRecord { events: rest, state, attempts: 0, ..record.clone() } },
                    );
                }
            }
            let before = std::mem::replace(&mut record.state, state);
            staged.insert(id, Staged { before: Some(before), record });
        }
        if let Some(mark) = marks.get(source) {
            self.settle(&mut batch, mark, now, decision)?;
        }
        self.put_staged(&mut batch, &staged)?;
        batch.apply(&self.trees)?;
        self.staged_written(staged);
        Ok(decided)
    }

    /// Ends the braking, and notes what was decided of its ways.
    fn settle(&self, batch: &mut Batch, Mark { word, braked, .. }: &Mark, now: Timestamp, decision: Decision) -> Result<(), StoreError> {
        let word = *word;
        batch.remove(Table::Brake, word.to_be_bytes().to_vec());
        let Some(braked) = braked else { return Ok(()) };
        for way in &braked.ways {
            let key = keys::pulled(word, way);
            match decision {
                Decision::Release { until } => {
                    for key in self.trees.at(Table::Brake).scan_prefix(keys::way(word, way)).keys() {
                        batch.remove(Table::Brake, key?.to_vec());
                    }
                    rows::put(batch, Table::Brake, &keys::way(word, way), &ReleasedRecord { until: until.into() })?;
                }
                // Its cases stay: who showed the change, and who was not read since it began, is told apart by them.
                Decision::Discard | Decision::DiscardAll => {
                    let pulled: Option<PulledRecord> = readable(rows::get(&self.trees, Table::Brake, &key))?;
                    let since = pulled.map_or(braked.since, |pulled| pulled.since);
                    rows::put(batch, Table::Brake, &key, &PulledRecord { since, discarded: Some(now.into()) })?;
                }
            }
        }
        Ok(())
    }
}
