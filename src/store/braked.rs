//! What the brake holds, and the operator's decision about it.
//!
//! For the commands `list`, `release` and `discard`. What is held are deliveries, and their state says so: a store that was restored,
//! or whose row of the brake is lost, still holds them, lists them and releases them. Counting and pulling is in
//! `brake`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::domain::case::CaseRef;
use crate::domain::id::Id;

use super::batch::Batch;
use super::brake::{BrakeRecord, ReleasedRecord, SOURCE_LEN, due_records, readable};
use super::error::StoreError;
use super::keys::{self, BRAKED, Table};
use super::outbox::Staged;
use super::records::case::WordRecord;
use super::records::delivery::StateRecord;
use super::writer::Ledger;
use super::{Store, cases, rows};

/// A source whose messages are held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Braked {
    /// The source.
    pub source: String,
    /// Since when; `None` when only the deliveries say so, after a restore.
    pub since: Option<Timestamp>,
    /// The ways in which its cases changed.
    pub ways: Vec<String>,
    /// Messages that are held.
    pub held: usize,
}

/// What the operator decided of what is held.
#[derive(Debug, Clone, Copy)]
enum Decision {
    /// It is sent, and its ways are not counted until then.
    Release(Timestamp),
    Discard,
}

impl Store {
    /// The sources of which messages are held.
    pub fn braked(&self) -> Result<Vec<Braked>, StoreError> {
        self.read(|trees| {
            let mut all: BTreeMap<String, Braked> = BTreeMap::new();
            let entry = |source: String| Braked { source, since: None, ways: Vec::new(), held: 0 };
            for row in trees.at(Table::Brake).iter() {
                let (key, value) = row?;
                let Some(word) = keys::u32_at(&key, 0).filter(|_| key.len() == SOURCE_LEN) else { continue };
                let Some(WordRecord::Source(source)) = cases::word(&self.inner.words, word) else { continue };
                let read = rows::decode_row::<BrakeRecord>(Table::Brake, &key, &value).map(Some);
                let Some(record) = readable(read)? else { continue };
                let known = all.entry(source.clone()).or_insert_with(|| entry(source));
                (known.since, known.ways) = (Some(record.since.0), record.ways);
            }
            for (_, record) in due_records(trees, BRAKED..=BRAKED)? {
                let Some(CaseRef { source, .. }) = cases::case_of(trees, &self.inner.words, record.cid)? else { continue };
                all.entry(source.clone()).or_insert_with(|| entry(source)).held += 1;
            }
            Ok(all.into_values().collect())
        })
    }

    /// Sends everything that the brake holds of a source, and counts the same changes no more until `until`: the rest of the
    /// round will bring them too. One transaction. The deliveries; empty when none was held.
    pub fn release_brake(&self, source: &str, now: Timestamp, until: Timestamp) -> Result<Vec<Id>, StoreError> {
        self.decide(source, now, Decision::Release(until))
    }

    /// Ends everything that the brake holds of a source: it is kept and never told. Later changes are counted and told as usual.
    /// One transaction. The deliveries; empty when none was held.
    pub fn discard_brake(&self, source: &str, now: Timestamp) -> Result<Vec<Id>, StoreError> {
        self.decide(source, now, Decision::Discard)
    }

    fn decide(&self, source: &str, now: Timestamp, decision: Decision) -> Result<Vec<Id>, StoreError> {
        let source = source.to_owned();
        self.write(true, move |ledger| ledger.decide(&source, now, decision))
    }
}

impl Ledger {
    fn decide(&mut self, source: &str, now: Timestamp, decision: Decision) -> Result<Vec<Id>, StoreError> {
        let word = self.word(WordRecord::Source(source.to_owned()));
        let (words, mut batch, mut staged) = (self.words(), Batch::default(), BTreeMap::new());
        for (id, mut record) in due_records(&self.trees, BRAKED..=BRAKED)? {
            if cases::case_of(&self.trees, &words, record.cid)?.is_none_or(|case| case.source != source) {
                continue;
            }
            let state = match decision {
                Decision::Release(_) => StateRecord::Waiting { due: now.into() },
                Decision::Discard => StateRecord::Discarded { at: now.into() },
            };
            let before = std::mem::replace(&mut record.state, state);
            staged.insert(id, Staged { before: Some(before), record });
        }
        let known: Option<BrakeRecord> = readable(rows::get(&self.trees, Table::Brake, &word.to_be_bytes()))?;
        let ways: BTreeSet<String> = known.into_iter().flat_map(|known| known.ways).collect();
        for key in self.trees.at(Table::Brake).scan_prefix(word.to_be_bytes()).keys() {
            let key = key?;
            let is_counted = ways.iter().any(|way| key.starts_with(&keys::way(word, way)));
            if key.len() == SOURCE_LEN || is_counted {
                batch.remove(Table::Brake, key.to_vec());
            }
        }
        if let Decision::Release(until) = decision {
            for way in &ways {
                rows::put(&mut batch, Table::Brake, &keys::way(word, way), &ReleasedRecord { until: until.into() })?;
            }
        }
        self.put_staged(&mut batch, &staged)?;
        self.save_words(&mut batch)?;
        batch.apply(&self.trees)?;
        self.words_saved();
        let ids = staged.keys().copied().collect();
        self.staged_written(staged);
        Ok(ids)
    }
}
