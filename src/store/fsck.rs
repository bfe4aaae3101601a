//! Is the store whole? And the repair of what can be derived again.
//!
//! Every value is decoded against its checksum, every version against its SHA-256, and everything that refers to
//! something is followed: here row by row, in `histories` by case, in `outbox` by delivery, in `beside` what stands next to both.
//! What follows from other rows, and what is worth no failure, is in `indexes` and `derived`, which
//! repair puts right; each row that it wrote or removed is named. It touches nothing else: evidence is never dropped, damage to it
//! stays and is reported every time. The table in `docs/store.md` has every invariant, and `tests/invariants.rs` a damage for each.
//!
//! The check runs beside the writer, so visits and deliveries go on. Only when it finds anything is it run again as one job of the
//! writer, which sees one state and is what counts.

mod beside;
mod histories;
mod outbox;

use crate::domain::id::hex;

use super::error::StoreError;
use super::indexes;
use super::keys::{Table, Trees};
use super::writer::Words;
use super::{Store, dump, rows};

/// Problems that are named one by one; of more there is a count.
const NAMED: usize = 1_000;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Cases checked.
    pub cases: u64,
    /// Versions checked.
    pub versions: u64,
    /// Events checked.
    pub events: u64,
    /// Deliveries checked.
    pub deliveries: u64,
    /// Rows of all tables checked.
    pub rows: u64,
    /// What is wrong, one sentence each.
    pub problems: Vec<String>,
    /// Further problems that are not named.
    pub more: u64,
    /// Rows that were rebuilt or removed, one sentence each; of very many the first.
    pub mended: Vec<String>,
    /// How many that were.
    pub repaired: u64,
}

impl Report {
    /// Whether nothing is wrong, or all that was is repaired.
    pub fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }

    pub(super) fn problem(&mut self, problem: String) {
        // What cannot be read is met by several of the checks.
        if self.problems.contains(&problem) {
            return;
        }
        if self.problems.len() < NAMED {
            self.problems.push(problem);
        } else {
            self.more += 1;
        }
    }

    /// Takes a result; damage becomes a problem, anything worse ends the check.
    fn found<T>(&mut self, result: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
        match result {
            Ok(found) => Ok(Some(found)),
            Err(StoreError::Damaged(why)) => {
                self.problem(why);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

impl Store {
    /// Checks everything. With `repair`, rebuilds first what follows from other rows and then reports what is still wrong.
    pub fn fsck(&self, repair: bool) -> Result<Report, StoreError> {
        let dir = self.dir().to_owned();
        // The mark of a store that lost something is the proof of it.
        let (mended, repaired) =
            if repair && self.lost().is_none() { self.write(true, move |ledger| ledger.repair(&dir))? } else { Default::default() };
        let beside = self.read(|trees| check(trees, &self.inner.words))?;
        let mut report = if beside.is_clean() {
            beside
        } else {
            // It may have been a visit on its way.
            self.write(true, |ledger| check(&ledger.trees, &ledger.words()))?
        };
        (report.mended, report.repaired) = (mended, repaired);
        let dir = self.dir().to_owned();
        for problem in self.write(false, move |ledger| ledger.beside_the_rows(&dir))? {
            report.problem(problem);
        }
        let blobs = self.blob_files();
        if blobs > 0 {
            report.problem(format!("sled wrote {blobs} blob files, which are not safe against power cuts: back up and restore"));
        }
        if let Some(mark) = self.lost() {
            report.problem(format!("the end of sled's log was lost: it had come to {mark}; a backup may have the rest"));
        }
        Ok(report)
    }
}

pub(super) fn check(trees: &Trees, words: &Words) -> Result<Report, StoreError> {
    let mut report = Report::default();
    let check = Check { trees, words };
    check.rows(&mut report)?;
    check.cases(&mut report)?;
    check.events(&mut report)?;
    check.deliveries(&mut report)?;
    check.beside(&mut report)?;
    for wrong in indexes::wrong(trees)? {
        report.problem(wrong.to_string());
    }
    Ok(report)
}

struct Check<'a> {
    trees: &'a Trees,
    words: &'a Words,
}

impl Check<'_> {
    /// Every row decodes, and further rows belong to a first one.
    fn rows(&self, report: &mut Report) -> Result<(), StoreError> {
        for table in Table::ALL {
            let mut first: Option<(Vec<u8>, u16)> = None;
            for row in self.trees.at(*table).iter() {
                let Some((key, value)) = report.found(row)? else { continue };
                report.rows += 1;
                let Some(len) = dump::key_len(*table).filter(|len| key.len() > *len) else {
                    // Versions are read in their order by `cases`, which is much cheaper.
                    if *table != Table::Snap {
                        report.found(dump::show(self.trees, *table, &key, &value))?;
                    }
                    let parts = if is_long(*table) { rows::parts_in(*table, &key, &value).unwrap_or_default() } else { 0 };
                    first = Some((key.to_vec(), parts));
                    continue;
                };
                let belongs = first.as_ref().is_some_and(|(of, parts)| {
                    let n = key.get(len..).and_then(|n| <[u8; 2]>::try_from(n).ok()).map(u16::from_be_bytes);
                    key.starts_with(of) && n.is_some_and(|n| (1..=*parts).contains(&n))
                });
                if !belongs {
                    report.problem(format!("{} {}: a part without a beginning", table.name(), hex(&key)));
                }
            }
        }
        Ok(())
    }

    /// Whether a table has a row, for something that refers to it; one that cannot be read is reported and not missed.
    fn has(&self, table: Table, key: impl AsRef<[u8]>, report: &mut Report) -> Result<bool, StoreError> {
        Ok(report.found(self.trees.at(table).contains_key(key))? != Some(false))
    }
}

/// Whether the values of a table may take several rows.
fn is_long(table: Table) -> bool {
    match table {
        Table::Case
        | Table::Missing
        | Table::Snap
        | Table::Event
        | Table::Delivery
        | Table::Attempt
        | Table::Body
        | Table::Silence
        | Table::Said
        | Table::Reading
        | Table::Feed => true,
        Table::Meta
        | Table::Word
        | Table::Cid
        | Table::Name
        | Table::Sched
        | Table::EventId
        | Table::CaseEvent
        | Table::Due
        | Table::Left
        | Table::Brake
        | Table::Condition
        | Table::Refused
        | Table::Account
        | Table::Session
        | Table::Token
        | Table::Audit
        | Table::Host => false,
    }
}
