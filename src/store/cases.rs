//! Cases: their numbers, heads, plans and missing entries.
//!
//! The poller registers the watch list at start, reads all plans in one scan, and writes plans back in groups. Plans are
//! written lazily: losing the last tenth of a second of them means an early visit and nothing else.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;

use crate::domain::case::CaseRef;
use crate::domain::diff::{Missing, MissingParts};
use crate::domain::health::Health;
use crate::domain::schedule::Row;

use super::batch::Batch;
use super::codes::Sha;
use super::digest::DIGESTS;
use super::error::StoreError;
use super::indexes::readable;
use super::keys::{self, Table, Trees};
use super::records::case::{HeadRecord, HealthRecord, MissingEntryRecord, NameRecord, RowRecord, WordRecord};
use super::tree::Rows;
use super::writer::{Ledger, Words};
use super::{Cid, Store, rows, snapshot};

/// What the store knows of a case beside its versions.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    /// The case.
    pub case: CaseRef,
    /// The number of its last version; 0 when there is none yet.
    pub version: u32,
    /// The number of its last event; 0 when there is none yet.
    pub seq: u32,
    /// How the last visit went.
    pub health: Health,
    /// Since when the source does not know the case, and how often it said so.
    pub vanished: Option<Missing>,
    /// When it was first visited.
    pub watched_since: Timestamp,
    /// When a version was last added.
    pub changed_at: Option<Timestamp>,
    /// SHA-256 over the pages last seen.
    pub pages_sha256: [u8; 32],
    /// `ETag` and `Last-Modified` of each page last seen.
    pub validators: Vec<(Option<String>, Option<String>)>,
}

impl Head {
    /// The head with no beginning and no change that is yet to come, to judge by: a clock that stood ahead wrote it, and by it the
    /// case would count as watched only from then on. Whether it is the clock of now that is wrong nobody can tell, so what is stored stays.
    pub fn not_after(self, now: Timestamp) -> Self {
        Self { watched_since: self.watched_since.min(now), changed_at: self.changed_at.map(|at| at.min(now)), ..self }
    }

    /// Of a case of which nothing is known yet.
    pub fn unvisited(case: CaseRef, watched_since: Timestamp) -> Self {
        Self {
            case,
            version: 0,
            seq: 0,
            health: Health::Unvisited,
            vanished: None,
            watched_since,
            changed_at: None,
            pages_sha256: [0; 32],
            validators: Vec::new(),
        }
    }
}

/// Cases in one transaction while registering.
const REGISTER_GROUP: usize = 1_000;

/// Plans in one batch.
const TOUCH_GROUP: usize = 4_096;

impl Store {
    /// The numbers of these cases, in their order; cases without one get one. Durable on return.
    pub fn register(&self, cases: &[CaseRef]) -> Result<Vec<Cid>, StoreError> {
        let cases = cases.to_vec();
        self.write(true, move |ledger| ledger.register(&cases))
    }

    /// The number of a case, if it has one.
    pub fn cid(&self, case: &CaseRef) -> Result<Option<Cid>, StoreError> {
        let source = WordRecord::Source(case.source.clone());
        let words = self.inner.words.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Some(word) = words.iter().zip(0u32..).find(|(word, _)| **word == source).map(|(_, n)| n) else { return Ok(None) };
        drop(words);
        self.read(|trees| rows::get(trees, Table::Cid, &keys::case(word, &case.number)))
    }

    /// The case with this number.
    pub fn case(&self, cid: Cid) -> Result<Option<CaseRef>, StoreError> {
        self.read(|trees| case_of(trees, &self.inner.words, cid))
    }

    /// The head of a case; `None` before its first visit was committed.
    pub fn head(&self, cid: Cid) -> Result<Option<Head>, StoreError> {
        self.read(|trees| {
            let Some(record) = head_of(trees, cid)? else { return Ok(None) };
            Ok(case_of(trees, &self.inner.words, cid)?.map(|case| record.head(case)))
        })
    }

    /// Every registered case with its plan, in the order of their numbers. A case that was never planned has the
    /// default row; cases that the watch list no longer names are here too.
    pub fn rows(&self) -> Result<Vec<(Cid, Row)>, StoreError> {
        self.read(|trees| {
            // Both tables are in the order of cids, so they are read side by side.
            let mut plans = trees.at(Table::Sched).iter();
            let mut plan = next_plan(&mut plans)?;
            let mut all = Vec::new();
            for key in trees.at(Table::Name).iter().keys() {
                let key = match key {
                    Err(StoreError::Damaged(_)) => continue,
                    key => key?,
                };
                let Some(cid) = keys::u64_at(&key, 0) else { continue };
                while plan.is_some_and(|(of, _)| of < cid) {
                    plan = next_plan(&mut plans)?;
                }
                all.push((cid, plan.filter(|(of, _)| *of == cid).map(|(_, row)| row).unwrap_or_default()));
            }
            Ok(all)
        })
    }

    /// Writes plans. Not flushed: they reach the disk within a tenth of a second, or with the next commit.
    pub fn touch(&self, rows: &[(Cid, Row)]) -> Result<(), StoreError> {
        let rows = rows.to_vec();
        self.write(false, move |ledger| ledger.touch(&rows))
    }

    /// The parts of a case that are missing and not yet told as gone.
    pub fn missing(&self, cid: Cid) -> Result<MissingParts, StoreError> {
        self.read(|trees| missing_of(trees, cid))
    }
}

impl Ledger {
    /// The numbers of these cases; cases without one get one.
    pub(super) fn register(&mut self, cases: &[CaseRef]) -> Result<Vec<Cid>, StoreError> {
        let mut cids = Vec::with_capacity(cases.len());
        for group in cases.chunks(REGISTER_GROUP) {
            let mut batch = Batch::default();
            let mut new: HashMap<Vec<u8>, Cid> = HashMap::new();
            let mut next = self.next_cid;
            for case in group {
                let source = self.word(WordRecord::Source(case.source.clone()));
                let key = keys::case(source, &case.number);
                let known = match new.get(&key) {
                    Some(cid) => Some(*cid),
                    None => match rows::get(&self.trees, Table::Cid, &key) {
                        Err(StoreError::Damaged(_)) => self.cid_by_name(source, &case.number)?,
                        known => known?,
                    },
                };
                if let Some(cid) = known {
                    cids.push(cid);
                    continue;
                }
                rows::put(&mut batch, Table::Cid, &key, &next)?;
                rows::put(&mut batch, Table::Name, &keys::cid(next), &NameRecord { source, number: case.number.clone() })?;
                new.insert(key, next);
                cids.push(next);
                next = next.saturating_add(1);
            }
            if new.is_empty() {
                continue;
            }
            self.save_words(&mut batch)?;
            batch.apply(&self.trees)?;
            self.words_saved();
            for cid in new.into_values() {
                self.touched(cid);
            }
            self.next_cid = next;
        }
        Ok(cids)
    }

    fn touch(&mut self, rows: &[(Cid, Row)]) -> Result<(), StoreError> {
        for group in rows.chunks(TOUCH_GROUP) {
            let mut batch = Batch::default();
            for (cid, row) in group {
                put_row(&mut batch, *cid, *row)?;
            }
            match batch.apply_in_bulk(&self.trees) {
                // The others are written one by one; a plan that is lost means an early visit.
                Err(StoreError::Damaged(_)) => self.touch_each(group)?,
                done => done?,
            }
        }
        Ok(())
    }

    fn touch_each(&self, rows: &[(Cid, Row)]) -> Result<(), StoreError> {
        for (cid, row) in rows {
            let mut batch = Batch::default();
            put_row(&mut batch, *cid, *row)?;
            match batch.apply_in_bulk(&self.trees) {
                Ok(()) | Err(StoreError::Damaged(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The number of a case whose row in `cid` does not read back, from the names.
    fn cid_by_name(&self, source: u32, number: &str) -> Result<Option<Cid>, StoreError> {
        for row in self.trees.at(Table::Name).iter() {
            let Ok((key, value)) = row else { continue };
            match rows::decode_row::<NameRecord>(Table::Name, &key, &value) {
                Ok(name) if name.source == source && name.number == number => return Ok(keys::u64_at(&key, 0)),
                _ => {}
            }
        }
        Ok(None)
    }
}

/// The next plan. One that does not read back is none: the case is visited early, and `fsck` reports it.
fn next_plan(plans: &mut Rows) -> Result<Option<(Cid, Row)>, StoreError> {
    for row in plans {
        let (key, value) = match row {
            Err(StoreError::Damaged(_)) => continue,
            row => row?,
        };
        if let (Some(cid), Ok(record)) = (keys::u64_at(&key, 0), rows::decode_row::<RowRecord>(Table::Sched, &key, &value)) {
            return Ok(Some((cid, record.into())));
        }
    }
    Ok(None)
}

/// The head of a case as stored.
pub(super) fn head_of(trees: &Trees, cid: Cid) -> Result<Option<HeadRecord>, StoreError> {
    rows::get_long(trees, Table::Case, &keys::cid(cid))
}

/// The numbers of the last version and the last event that are stored of a case.
pub(super) fn last_of(trees: &Trees, cid: Cid) -> Result<(u32, u32), StoreError> {
    let last = |table: Table| -> Result<u32, StoreError> {
        let (first, end) = (keys::cid(cid).to_vec(), keys::cid(cid.saturating_add(1)).to_vec());
        for key in trees.at(table).range(first..end).keys().rev() {
            let key = key?;
            if let Some(number) = keys::u32_at(&key, 8).filter(|_| key.len() == keys::NUMBERED_LEN) {
                return Ok(number);
            }
        }
        Ok(0)
    };
    Ok((last(Table::Snap)?, last(Table::CaseEvent)?))
}

/// The head of a case whose own is lost or does not read back, from its versions and events; `None` when it has no version.
pub(super) fn derived_head(trees: &Trees, cid: Cid) -> Result<Option<HeadRecord>, StoreError> {
    let (version, seq) = last_of(trees, cid)?;
    let Some(newest) = (if version == 0 { None } else { snapshot::header(trees, cid, version)? }) else { return Ok(None) };
    let oldest = snapshot::header(trees, cid, 1)?.map_or(newest.at, |header| header.at);
    Ok(Some(HeadRecord {
        version,
        seq,
        health: HealthRecord::Ok,
        vanished: None,
        watched_since: oldest,
        changed_at: Some(newest.at),
        pages_sha256: Sha([0; 32]),
        validators: Vec::new(),
    }))
}

/// The name that stands in the key of a row of `cid`.
pub(super) fn name_of_number(key: &[u8]) -> Option<NameRecord> {
    let number = str::from_utf8(key.get(4..)?).ok()?;
    Some(NameRecord { source: keys::u32_at(key, 0)?, number: number.to_owned() })
}

/// The name of a case whose own is lost or does not read back, from the number that leads to it.
pub(super) fn derived_name(trees: &Trees, cid: Cid) -> Result<Option<NameRecord>, StoreError> {
    for row in trees.at(Table::Cid).iter() {
        let Some((key, value)) = readable(row)? else { continue };
        if readable(rows::decode_row::<Cid>(Table::Cid, &key, &value))? == Some(cid)
            && let Some(name) = name_of_number(&key)
        {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// Whether anything is stored of a case beside its name.
pub(super) fn is_known(trees: &Trees, cid: Cid) -> Result<bool, StoreError> {
    for table in [Table::Case, Table::Sched, Table::Missing, Table::Snap, Table::CaseEvent, Table::Left] {
        if trees.at(table).scan_prefix(keys::cid(cid)).next().transpose()?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The plan of a case.
pub(super) fn row_of(trees: &Trees, cid: Cid) -> Result<Option<RowRecord>, StoreError> {
    rows::get(trees, Table::Sched, &keys::cid(cid))
}

/// Puts the plan of a case.
pub(super) fn put_row(batch: &mut Batch, cid: Cid, row: Row) -> Result<(), StoreError> {
    rows::put(batch, Table::Sched, &keys::cid(cid), &RowRecord::from(row))
}

/// The case with this number.
pub(super) fn case_of(trees: &Trees, words: &Words, cid: Cid) -> Result<Option<CaseRef>, StoreError> {
    if cid == DIGESTS {
        return Ok(Some(CaseRef::of_digests()));
    }
    let Some(name) = rows::get::<NameRecord>(trees, Table::Name, &keys::cid(cid))? else { return Ok(None) };
    case_named(words, cid, name).map(Some)
}

/// The case of this number and name.
pub(super) fn case_named(words: &Words, cid: Cid, name: NameRecord) -> Result<CaseRef, StoreError> {
    match word(words, name.source) {
        Some(WordRecord::Source(source)) => Ok(CaseRef { source, number: name.number }),
        _ => Err(rows::damaged(Table::Name, &keys::cid(cid), "its source is unknown")),
    }
}

/// An interned string.
pub(super) fn word(words: &Words, number: u32) -> Option<WordRecord> {
    let words = words.read().unwrap_or_else(std::sync::PoisonError::into_inner);
    words.get(usize::try_from(number).ok()?).cloned()
}

/// What is missing from a case. A count that does not read back is none: what it counted is counted anew.
pub(super) fn missing_of(trees: &Trees, cid: Cid) -> Result<MissingParts, StoreError> {
    let records = missing_records(trees, cid)?.into_iter().filter_map(|(_, record)| record.ok());
    Ok(records.map(|record| (record.part(), record.missing.into())).collect())
}

/// Puts what is missing from a case in place of those that are stored; what did not change is not written, and what does not read back
/// is removed.
pub(super) fn put_missing(batch: &mut Batch, trees: &Trees, cid: Cid, missing: &MissingParts) -> Result<(), StoreError> {
    let stored: BTreeMap<Vec<u8>, _> = missing_records(trees, cid)?.into_iter().collect();
    let mut wanted = BTreeMap::new();
    for (part, since) in missing {
        let record = MissingEntryRecord::new(part, *since);
        wanted.insert(keys::missing(cid, &record.key).to_vec(), record);
    }
    for key in stored.keys().filter(|key| !wanted.contains_key(*key)) {
        rows::remove_long(batch, trees, Table::Missing, key)?;
    }
    for (key, record) in &wanted {
        if stored.get(key).is_none_or(|stored| stored.as_ref() != Ok(record)) {
            rows::put_long(batch, trees, Table::Missing, key, record)?;
        }
    }
    Ok(())
}

/// A stored count of something that is missing, or why it does not read back.
type ReadMissing = Result<MissingEntryRecord, StoreError>;

/// What is missing from a case as stored, with their keys; what is wrong with one that does not read back stands in its place.
pub(super) fn missing_records(trees: &Trees, cid: Cid) -> Result<Vec<(Vec<u8>, ReadMissing)>, StoreError> {
    let mut records = Vec::new();
    for row in trees.at(Table::Missing).scan_prefix(keys::cid(cid)) {
        let (key, value) = row?;
        if key.len() == keys::MISSING_LEN {
            match rows::decode_long(trees, Table::Missing, &key, &value) {
                Err(error) if error.is_fatal() => return Err(error),
                record => records.push((key.to_vec(), record)),
            }
        }
    }
    Ok(records)
}
