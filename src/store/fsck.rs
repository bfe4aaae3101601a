//! Is the store whole? And the repair of what can be derived again.
//!
//! Every value is decoded against its checksum, every version against its SHA-256, and everything that refers to
//! something is followed. Repair rebuilds the indexes (case to number, event id, events of a case, due) from what they
//! index, and names, heads and plans that do not read back, and touches nothing else: evidence is never dropped, damage to it
//! stays and is reported every time.
//!
//! The check runs beside the writer, so visits and deliveries go on. Only when it finds anything is it run again as one job of the
//! writer, which sees one state and is what counts.

use std::collections::BTreeMap;

use crate::domain::id::hex;

use super::digest::DIGESTS;
use super::error::StoreError;
use super::indexes::{self, Wrong};
use super::keys::{self, Table, Trees};
use super::records::case::{HeadRecord, WordRecord};
use super::records::delivery::{DeliveryRecord, StateRecord};
use super::records::event::EventRecord;
use super::writer::Words;
use super::{Cid, Store, cases, dump, rows, snapshot};

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
    /// Index rows that were rebuilt or removed.
    pub repaired: u64,
}

impl Report {
    /// Whether nothing is wrong, or all that was is repaired.
    pub fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }

    fn problem(&mut self, problem: String) {
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
        let repaired = if repair { self.write(true, |ledger| ledger.repair())? } else { 0 };
        let beside = self.read(|trees| check(trees, &self.inner.words))?;
        let mut report = if beside.is_clean() {
            beside
        } else {
            // It may have been a visit on its way.
            self.write(true, |ledger| check(&ledger.trees, &ledger.words()))?
        };
        report.repaired = repaired;
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
    for Wrong { table, key, should } in indexes::wrong(trees)? {
        let what = if should.is_some() { "is missing or wrong" } else { "points to nothing" };
        report.problem(format!("index {} {}: it {what}; `veedor fsck --repair` mends it", table.name(), hex(&key)));
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

    /// Heads, versions, plans and missing entries fit each other.
    fn cases(&self, report: &mut Report) -> Result<(), StoreError> {
        for row in self.trees.at(Table::Name).iter() {
            let Some((key, _)) = report.found(row)? else { continue };
            let Some(cid) = keys::u64_at(&key, 0) else { continue };
            report.cases += 1;
            report.found(cases::case_of(self.trees, self.words, cid))?;
            let head = report.found(cases::head_of(self.trees, cid))?.flatten();
            self.versions(cid, head.as_ref(), report)?;
        }
        for table in [Table::Case, Table::Sched, Table::Missing, Table::Snap, Table::CaseEvent, Table::Left] {
            for key in self.trees.at(table).iter().keys() {
                let Some(key) = report.found(key)? else { continue };
                let known = key.get(..8).map_or(Ok(false), |cid| self.trees.at(Table::Name).contains_key(cid));
                if report.found(known)? == Some(false) {
                    report.problem(format!("{} {}: it belongs to no case", table.name(), hex(&key)));
                }
            }
        }
        Ok(())
    }

    fn versions(&self, cid: Cid, head: Option<&HeadRecord>, report: &mut Report) -> Result<(), StoreError> {
        let last = head.map_or(0, |head| head.version);
        let mut before: Option<(u32, Vec<u8>)> = None;
        for number in 1..=last {
            report.versions += 1;
            let read = snapshot::blob_after(self.trees, cid, number, before.as_ref());
            before = report.found(read)?.map(|blob| (number, blob));
            if let Some((_, blob)) = &before {
                report.found(snapshot::decode(cid, number, blob))?;
            }
        }
        let beyond = keys::numbered(cid, last.saturating_add(1));
        let end = keys::cid(cid.saturating_add(1));
        if let Some(row) = self.trees.at(Table::Snap).range(beyond.to_vec()..end.to_vec()).keys().next()
            && let Some(key) = report.found(row)?
        {
            report.problem(format!("snap {}: a version beyond the case's last, {last}", hex(&key)));
        }
        Ok(())
    }

    /// Events are numbered without gaps within their case and stay within its versions.
    fn events(&self, report: &mut Report) -> Result<(), StoreError> {
        // Of each case: its events, and the latest version that one of them speaks of.
        let mut told: BTreeMap<Cid, (u32, u32)> = BTreeMap::new();
        for row in self.trees.at(Table::Event).iter() {
            let Some((key, value)) = report.found(row)? else { continue };
            if key.len() != keys::EVENT_LEN {
                continue;
            }
            report.events += 1;
            // Damage was reported with the rows.
            let Ok(event) = rows::decode_long::<EventRecord>(self.trees, Table::Event, &key, &value) else { continue };
            let (count, version) = told.entry(event.cid).or_default();
            *count = count.saturating_add(1);
            *version = event.version.max(*version);
            if event.seq != *count {
                report.problem(format!("event {}: it is number {} of its case and should be {count}", hex(&key), event.seq));
                *count = event.seq;
            }
        }
        for row in self.trees.at(Table::Case).iter() {
            let Some((key, value)) = report.found(row)? else { continue };
            let Some(cid) = keys::u64_at(&key, 0).filter(|_| key.len() == keys::CID_LEN) else { continue };
            let Ok(head) = rows::decode_long::<HeadRecord>(self.trees, Table::Case, &key, &value) else { continue };
            let (count, version) = told.get(&cid).copied().unwrap_or_default();
            if version > head.version {
                report.problem(format!("case {}: an event speaks of version {version} and the last is {}", hex(&key), head.version));
            }
            if head.seq != count {
                report.problem(format!("case {}: it counts {} events and {count} are stored", hex(&key), head.seq));
            }
        }
        Ok(())
    }

    /// What deliveries speak of exists, and attempts and bodies have a delivery.
    fn deliveries(&self, report: &mut Report) -> Result<(), StoreError> {
        for row in self.trees.at(Table::Delivery).iter() {
            let Some((key, value)) = report.found(row)? else { continue };
            if key.len() != keys::DELIVERY_LEN {
                continue;
            }
            report.deliveries += 1;
            let Ok(delivery) = rows::decode_long::<DeliveryRecord>(self.trees, Table::Delivery, &key, &value) else { continue };
            if !matches!(cases::word(self.words, delivery.address), Some(WordRecord::Address { .. })) {
                report.problem(format!("delivery {}: its address is unknown", hex(&key)));
            }
            if delivery.cid != DIGESTS && report.found(self.trees.at(Table::Name).contains_key(keys::cid(delivery.cid)))? == Some(false) {
                report.problem(format!("delivery {}: its case is unknown", hex(&key)));
            }
            if let StateRecord::Muted { by, .. } = &delivery.state
                && report.found(self.trees.at(Table::Silence).contains_key(by.0))? == Some(false)
            {
                report.problem(format!("delivery {}: the silence that mutes it is not stored", hex(&key)));
            }
            for event in &delivery.events {
                if report.found(self.trees.at(Table::EventId).contains_key(event.0))? == Some(false) {
                    report.problem(format!("delivery {}: its event {} is not stored", hex(&key), hex(&event.0)));
                }
            }
        }
        for key in self.trees.at(Table::Attempt).iter().keys() {
            let Some(key) = report.found(key)? else { continue };
            let known = key.get(..16).map_or(Ok(false), |id| self.trees.at(Table::Delivery).contains_key(id));
            if report.found(known)? == Some(false) {
                report.problem(format!("attempt {}: it belongs to no delivery", hex(&key)));
            }
        }
        Ok(())
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
        | Table::Said => true,
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
        | Table::Host => false,
    }
}
