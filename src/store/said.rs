//! What the operator said of cases that hides what is told of them: kept, so that it holds for news that is told after a case left the
//! watch list.
//!
//! Written when a watch list is taken up, read when a message is written about a case that no list names. It decides nothing:
//! [`privacy`](crate::domain::privacy) does.

use serde::{Deserialize, Serialize};

use crate::domain::case::{CaseRef, Watch};
use crate::domain::id::Id;
use crate::domain::withhold::Telling;

use super::batch::Batch;
use super::error::StoreError;
use super::keys::{self, Table};
use super::writer::Ledger;
use super::{Store, rows};

/// What the operator said of a case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Said {
    /// How much is told of it, where he said less than all.
    pub withhold: Option<Telling>,
    /// The cases that it is linked with, which a message about it may quote.
    pub linked: Vec<CaseRef>,
}

/// [`Said`] with its case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SaidRecord {
    case: (String, String),
    withhold: Option<Hides>,
    linked: Vec<(String, String)>,
}

/// [`Telling`] but for the whole. New variants at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Hides {
    TypeAndDate,
    Activity,
}

impl Said {
    /// What a watch list says of a case. That all of a case is told, where a rule would hide it, is said of watched cases only.
    fn of(watch: &Watch) -> Self {
        Self { withhold: watch.withhold.filter(|told| *told != Telling::Whole), linked: watch.linked.clone() }
    }
}

impl SaidRecord {
    fn new(case: &CaseRef, Said { withhold, linked }: Said) -> Self {
        let pair = |case: &CaseRef| (case.source.clone(), case.number.clone());
        let withhold = withhold.and_then(|told| match told {
            Telling::Whole => None,
            Telling::TypeAndDate => Some(Hides::TypeAndDate),
            Telling::Activity => Some(Hides::Activity),
        });
        Self { case: pair(case), withhold, linked: linked.iter().map(pair).collect() }
    }

    fn said(self) -> Said {
        let withhold = self.withhold.map(|hides| match hides {
            Hides::TypeAndDate => Telling::TypeAndDate,
            Hides::Activity => Telling::Activity,
        });
        let case = |(source, number)| CaseRef { source, number };
        Said { withhold, linked: self.linked.into_iter().map(case).collect() }
    }

    /// Where it stands.
    pub(super) fn key(&self) -> Id {
        let (source, number) = &self.case;
        key(source, number)
    }
}

fn key(source: &str, number: &str) -> Id {
    Id::derive(&[b"said", source.as_bytes(), number.as_bytes()])
}

impl Store {
    /// Notes what a watch list says of its cases; what was said of others stays. Flushed when anything changed.
    pub fn keep_said(&self, watches: &[Watch]) -> Result<(), StoreError> {
        let said: Vec<SaidRecord> = watches.iter().map(|watch| SaidRecord::new(&watch.case, Said::of(watch))).collect();
        let changed = self.read(|trees| {
            let mut changed = Vec::new();
            for record in said {
                let is_empty = record.withhold.is_none() && record.linked.is_empty();
                let is_kept = match rows::get_long::<SaidRecord>(trees, Table::Said, &record.key().0) {
                    Ok(Some(kept)) => kept == record,
                    Ok(None) => is_empty,
                    Err(error) if error.is_fatal() => return Err(error),
                    // One that does not read back is written anew.
                    Err(_) => false,
                };
                if !is_kept {
                    changed.push(record);
                }
            }
            Ok(changed)
        })?;
        if changed.is_empty() {
            return Ok(());
        }
        self.write(true, move |ledger| changed.into_iter().try_for_each(|record| ledger.take_said(&record)))
    }

    /// What the operator last said of a case; `None` when it was never anything that hides.
    pub fn said(&self, case: &CaseRef) -> Result<Option<Said>, StoreError> {
        let key = key(&case.source, &case.number);
        Ok(self.read(|trees| rows::get_long::<SaidRecord>(trees, Table::Said, &key.0))?.map(SaidRecord::said))
    }
}

impl Ledger {
    /// Puts what was said of a case.
    pub(super) fn take_said(&mut self, record: &SaidRecord) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        rows::put_long(&mut batch, &self.trees, Table::Said, &record.key().0, record)?;
        batch.apply(&self.trees)
    }

    /// All of it as lines; of a row that does not read back, that there should be one.
    pub(super) fn said_lines(&self) -> Result<Vec<Result<SaidRecord, StoreError>>, StoreError> {
        let mut lines = Vec::new();
        for row in self.trees.at(Table::Said).iter() {
            let (key, value) = row?;
            if key.len() == keys::SAID_LEN {
                lines.push(rows::decode_long::<SaidRecord>(&self.trees, Table::Said, &key, &value));
            }
        }
        Ok(lines)
    }
}
