//! Backups of a running store, and exports: both are the lines of `lines`, compressed or not.
//!
//! Consistent without stopping the daemon: cases and deliveries are read in small groups by the writer itself, it notes
//! what changes meanwhile, and what changed is written again at the end, the last of it in one job of the writer. So a
//! backup is the store at the moment that it ends. Versions and events never change and are read beside the writer, one at a
//! time, so memory stays small. Plans may be some visits old.
//!
//! A backup is written under another name, read back and compared with its trailer, and only then gets its name.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::case::CaseRef;
use crate::domain::id::Id;
use crate::failpoint;

use super::codes::{Blob, MediumCode, Sha};
use super::domains::{CALENDAR_DOMAIN, MAIL_DOMAIN, kept};
use super::error::StoreError;
use super::folder::sync_dir;
use super::keys::{self, Table, Trees};
use super::lines::{CaseLine, DeliveryLine, Line, LineWriter, Whole, read_lines};
use super::records::case::WordRecord;
use super::records::delivery::DeliveryRecord;
use super::records::docket::SnapshotRecord;
use super::records::event::EventRecord;
use super::writer::{Dirty, Ledger};
use super::{Cid, Store, accounts, attempts, audit, bodies, cases, derived, left, link_key, rows, snapshot, tokens};

/// How the names of backups begin; their time follows.
pub(super) const PREFIX: &str = "veedor-";

/// How their time is written.
pub(super) const TIME: &str = "%Y%m%dT%H%M%SZ";

/// How the names end.
pub(super) const SUFFIX: &str = ".jsonl.zst";

/// What stands before the end of the name of one with gaps.
pub(super) const GAPS: &str = "-gaps";

/// What stands behind the names of unfinished backups.
pub(super) const UNFINISHED: &str = ".part";

/// Cases or deliveries that the writer reads in one job, and changes that it writes out in the last one.
const GROUP: usize = 64;

/// Rounds over what changed meanwhile, before the last job takes what there is.
const ROUNDS: usize = 8;

/// zstd's window for backups: 16 MB, so that the versions of a case find each other, and any machine can read it.
const WINDOW_LOG: u32 = 24;

/// Lines of each kind in a backup. What changed while it was written counts again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LineCounts {
    /// Lines about cases.
    pub cases: u64,
    /// Lines about versions.
    pub versions: u64,
    /// Lines about events.
    pub events: u64,
    /// Lines about deliveries.
    pub deliveries: u64,
    /// What did not read back and is not in the backup.
    pub damaged: u64,
}

impl LineCounts {
    /// Counts one line.
    pub(super) fn count(&mut self, line: &Line) {
        match line {
            Line::Case(_) => self.cases += 1,
            Line::Version { .. } => self.versions += 1,
            Line::Event { .. } => self.events += 1,
            Line::Delivery(_) => self.deliveries += 1,
            Line::Damaged { .. } => self.damaged += 1,
            Line::Veedor { .. }
            | Line::Brake(_)
            | Line::Condition(_)
            | Line::Silence(_)
            | Line::Said(_)
            | Line::Feed(_)
            | Line::LinkKey { .. }
            | Line::Account(_)
            | Line::Token { .. }
            | Line::Audit { .. }
            | Line::End { .. } => {}
        }
    }
}

/// A finished backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupInfo {
    /// Where it is.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// What it holds.
    pub counts: LineCounts,
}

impl Store {
    /// Writes a backup into `dir`, named after `now` and after whether it has gaps, and reads it back.
    pub fn backup(&self, dir: &Path, now: Timestamp) -> Result<BackupInfo, StoreError> {
        let time = now.strftime(TIME);
        let part = dir.join(format!("{PREFIX}{time}{SUFFIX}{UNFINISHED}"));
        let failed = |error: std::io::Error| StoreError::Backup(format!("{}: {error}", part.display()));
        fs::create_dir_all(dir).map_err(failed)?;
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&part).map_err(failed)?;
        let finished = self.write_backup(file, now, &failed).and_then(|counts| {
            if verify(&part)? != counts {
                return Err(StoreError::Backup(format!("{} does not read back as it was written", part.display())));
            }
            let bytes = fs::metadata(&part).map_err(failed)?.len();
            let path = dir.join(format!("{PREFIX}{time}{}{SUFFIX}", if counts.damaged == 0 { "" } else { GAPS }));
            failpoint::hit("before-backup-named");
            fs::rename(&part, &path).map_err(failed)?;
            sync_dir(dir).map_err(|error| StoreError::Backup(error.to_string()))?;
            Ok(BackupInfo { path, bytes, counts })
        });
        if finished.is_err() {
            // Half a backup helps nobody; that it cannot be removed matters less than why it failed.
            let _ = fs::remove_file(&part);
        }
        finished
    }

    fn write_backup(&self, file: File, now: Timestamp, failed: &dyn Fn(std::io::Error) -> StoreError) -> Result<LineCounts, StoreError> {
        let mut encoder = zstd::stream::write::Encoder::new(BufWriter::new(file), 3).map_err(failed)?;
        encoder.window_log(WINDOW_LOG).map_err(failed)?;
        encoder.long_distance_matching(true).map_err(failed)?;
        encoder.include_checksum(true).map_err(failed)?;
        let counts = self.write_lines(&mut encoder, now, true)?;
        let file = encoder.finish().map_err(failed)?.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(failed)?;
        Ok(counts)
    }

    /// Writes everything as JSON Lines, but for the key of recipients' links, the addresses of feeds, users, tokens and what was done: an export
    /// is for others to read.
    pub fn export(&self, out: &mut dyn Write, now: Timestamp) -> Result<LineCounts, StoreError> {
        self.write_lines(out, now, false)
    }

    fn write_lines(&self, out: &mut dyn Write, now: Timestamp, whole: bool) -> Result<LineCounts, StoreError> {
        self.write(false, |ledger| match ledger.dirty {
            Some(_) => Err(StoreError::Backup("another backup is being written".to_owned())),
            None => {
                ledger.dirty = Some(Dirty::default());
                Ok(())
            }
        })?;
        let result = self.export_noting(out, now, whole);
        // Whatever became of it, nothing is noted any more.
        let cleared = self.write(false, |ledger| {
            ledger.dirty = None;
            Ok(())
        });
        let counts = result?;
        cleared.map(|()| counts)
    }

    fn export_noting(&self, out: &mut dyn Write, now: Timestamp, whole: bool) -> Result<LineCounts, StoreError> {
        let (mail_domain, calendar_domain) = self.read(|trees| Ok((kept(trees, MAIL_DOMAIN)?, kept(trees, CALENDAR_DOMAIN)?)))?;
        let next_event = Some(self.write(false, |ledger| Ok(ledger.next_event))?);
        let of_whole = Whole { mail_domain, calendar_domain, next_event };
        let mut export = Export { store: self, out: LineWriter::begin(out, now.into(), of_whole)?, written: HashMap::new() };
        let last = self.write(false, |ledger| Ok(ledger.next_cid.saturating_sub(1)))?;
        let mut next = 1;
        while next <= last {
            let group: Vec<Cid> = (next..=last).take(GROUP).collect();
            next = next.saturating_add(u64::try_from(group.len()).unwrap_or(u64::MAX));
            export.cases(group)?;
        }
        let mut from: Option<Id> = None;
        loop {
            let ids = self.read(|trees| delivery_ids(trees, from, GROUP))?;
            let Some(last) = ids.last() else { break };
            from = Some(*last);
            export.deliveries(ids)?;
        }
        for gap in self.read(|trees| Ok(trees.at(Table::Delivery).iter().filter_map(Result::err).collect::<Vec<_>>()))? {
            export.out.put_or_say(Err(gap))?;
        }
        for _ in 0..ROUNDS {
            let (cids, ids) = self.write(false, |ledger| Ok(ledger.take_dirty_if_many()))?;
            if cids.is_empty() && ids.is_empty() {
                break;
            }
            for group in cids.chunks(GROUP) {
                export.cases(group.to_vec())?;
            }
            for group in ids.chunks(GROUP) {
                export.deliveries(group.to_vec())?;
            }
        }
        let (cases, deliveries, brake, silences, conditions) = self.write(false, |ledger| {
            let dirty = ledger.dirty.take().unwrap_or_default();
            let cases = dirty.cids.into_iter().collect::<Vec<_>>();
            let ids = dirty.deliveries.into_iter().collect::<Vec<_>>();
            let (brake, silences) = (ledger.brake_lines()?, ledger.silence_lines()?);
            Ok((ledger.case_lines(&cases)?, ledger.delivery_lines(&ids)?, brake, silences, ledger.condition_lines()?))
        })?;
        export.put_cases(cases)?;
        export.put_deliveries(deliveries)?;
        brake.into_iter().try_for_each(|line| export.out.put_or_say(line.map(Line::Brake)))?;
        conditions.into_iter().try_for_each(|line| export.out.put_or_say(line.map(Line::Condition)))?;
        silences.into_iter().try_for_each(|line| export.out.put_or_say(line.map(Line::Silence)))?;
        let said = self.write(false, |ledger| ledger.said_lines())?;
        said.into_iter().try_for_each(|line| export.out.put_or_say(line.map(Line::Said)))?;
        if whole {
            let feeds = self.write(false, |ledger| ledger.feed_lines())?;
            feeds.into_iter().try_for_each(|line| export.out.put_or_say(line.map(Line::Feed)))?;
        }
        if let Some(key) = self.read(link_key::link_key)?.filter(|_| whole) {
            export.out.put(&Line::LinkKey { key: Sha(key) })?;
        }
        if whole {
            export.access()?;
        }
        export.out.end()
    }
}

/// An export on its way.
struct Export<'a> {
    store: &'a Store,
    out: LineWriter<'a>,
    /// The version and event up to which each case with any is written.
    written: HashMap<Cid, (u32, u32)>,
}

impl Export<'_> {
    fn cases(&mut self, cids: Vec<Cid>) -> Result<(), StoreError> {
        let lines = self.store.write(false, move |ledger| ledger.case_lines(&cids))?;
        self.put_cases(lines)
    }

    fn deliveries(&mut self, ids: Vec<Id>) -> Result<(), StoreError> {
        let lines = self.store.write(false, move |ledger| ledger.delivery_lines(&ids))?;
        self.put_deliveries(lines)
    }

    /// Who may log in, and what was done. Sessions are left out: after a restore everybody logs in anew.
    fn access(&mut self) -> Result<(), StoreError> {
        for line in self.store.read(accounts::account_lines)?.into_iter().chain(self.store.read(tokens::token_lines)?) {
            self.out.put_or_say(line)?;
        }
        let mut from = Some(0);
        while let Some(next) = from {
            let (lines, further) = self.store.read(|trees| audit::audit_lines(trees, next))?;
            lines.into_iter().try_for_each(|line| self.out.put_or_say(line))?;
            from = further;
        }
        Ok(())
    }

    fn put_cases(&mut self, lines: Vec<Found>) -> Result<(), StoreError> {
        for Found { line, damaged } in lines {
            for error in damaged {
                self.out.put_or_say(Err(error))?;
            }
            let Some(line) = line else { continue };
            let cid = line.cid;
            let (version, seq) = line.head.as_ref().map_or((0, 0), |head| (head.version, head.seq));
            let (had_version, had_seq) = self.written.insert(cid, (version, seq)).unwrap_or_default();
            self.out.put(&Line::Case(line))?;
            for number in had_version.saturating_add(1)..=version {
                let found = self.store.read(|trees| snapshot::read(trees, cid, number)?.ok_or_else(|| lost(Table::Snap, cid, number)));
                let line =
                    found.map(|(header, SnapshotRecord { docket, pages })| Line::Version { cid, number, at: header.at, docket, pages });
                self.out.put_or_say(line)?;
            }
            for seq in had_seq.saturating_add(1)..=seq {
                let found = self.store.read(|trees| event_of(trees, cid, seq)?.ok_or_else(|| lost(Table::CaseEvent, cid, seq)));
                self.out.put_or_say(found.map(|(number, event)| Line::Event { number, event: Box::new(event) }))?;
            }
        }
        Ok(())
    }

    fn put_deliveries(&mut self, lines: Vec<Result<DeliveryLine, StoreError>>) -> Result<(), StoreError> {
        lines.into_iter().try_for_each(|line| self.out.put_or_say(line.map(Line::Delivery)))
    }
}

impl Ledger {
    /// Takes what changed when it is too much for one job; noting goes on.
    fn take_dirty_if_many(&mut self) -> (Vec<Cid>, Vec<Id>) {
        match &mut self.dirty {
            Some(dirty) if dirty.cids.len() + dirty.deliveries.len() > GROUP => {
                let Dirty { cids, deliveries } = std::mem::take(dirty);
                (cids.into_iter().collect(), deliveries.into_iter().collect())
            }
            _ => Default::default(),
        }
    }

    fn case_lines(&self, cids: &[Cid]) -> Result<Vec<Found>, StoreError> {
        cids.iter().map(|cid| self.case_line(*cid)).collect()
    }

    fn case_line(&self, cid: Cid) -> Result<Found, StoreError> {
        let mut damaged = Vec::new();
        let case = match around(cases::case_of(&self.trees, &self.words(), cid), &mut damaged)?.flatten() {
            Some(case) => Some(case),
            None => self.case_by_number(cid, &mut damaged)?,
        };
        let Some(case) = case else { return Ok(Found { line: None, damaged }) };
        let stored = around(cases::head_of(&self.trees, cid), &mut damaged)?;
        let reads = stored.is_some();
        let stored = stored.flatten();
        // By a head that is lost or behind, versions and events would be left out that are there.
        let better = around(derived::better_head(&self.trees, cid, stored.as_ref()), &mut damaged)?.flatten();
        if better.is_some() && reads {
            damaged.push(rows::damaged(Table::Case, &keys::cid(cid), "it is not there, or behind the versions and events of its case"));
        }
        let head = better.or(stored);
        let plan = around(cases::row_of(&self.trees, cid), &mut damaged)?.flatten();
        let mut missing = Vec::new();
        for (_, record) in around(cases::missing_records(&self.trees, cid), &mut damaged)?.unwrap_or_default() {
            missing.extend(around(record, &mut damaged)?);
        }
        let left = around(left::left(&self.trees, cid), &mut damaged)?.flatten();
        let line = CaseLine { cid, source: case.source, number: case.number, head, plan, missing, left };
        Ok(Found { line: Some(line), damaged })
    }

    /// The case of a name that is lost or does not read back, so that its history is in the backup all the same.
    fn case_by_number(&self, cid: Cid, damaged: &mut Vec<StoreError>) -> Result<Option<CaseRef>, StoreError> {
        // What was left out of a restore has neither.
        let name = around(cases::derived_name(&self.trees, cid), damaged)?.flatten();
        if damaged.is_empty() && (name.is_some() || around(cases::is_known(&self.trees, cid), damaged)?.unwrap_or_default()) {
            damaged.push(rows::damaged(Table::Name, &keys::cid(cid), "it is not there"));
        }
        let case = name.map(|name| around(cases::case_named(&self.words(), cid, name), damaged)).transpose()?;
        Ok(case.flatten())
    }

    fn delivery_lines(&self, ids: &[Id]) -> Result<Vec<Result<DeliveryLine, StoreError>>, StoreError> {
        let mut lines = Vec::new();
        for id in ids {
            let mut damaged = Vec::new();
            match self.delivery_line(*id, &mut damaged) {
                // Damage is for the lines to say; anything worse ends the backup.
                Err(error) if error.is_fatal() => return Err(error),
                line => lines.extend(line.transpose()),
            }
            lines.extend(damaged.into_iter().map(Err));
        }
        Ok(lines)
    }

    /// A delivery's line, without what of its message and attempts does not read back: what waits is told after a restore all the same.
    fn delivery_line(&self, id: Id, damaged: &mut Vec<StoreError>) -> Result<Option<DeliveryLine>, StoreError> {
        let Some(record) = rows::get_long::<DeliveryRecord>(&self.trees, Table::Delivery, &id.0)? else { return Ok(None) };
        let Some(WordRecord::Address { channel, recipient }) = cases::word(&self.words(), record.address) else {
            return Err(rows::damaged(Table::Delivery, &id.0, "its address is unknown"));
        };
        let content = around(bodies::get(&self.trees, id, &record.events), damaged)?.flatten();
        let (medium, from, body) =
            content.map_or((None, None, None), |content| (Some(MediumCode(content.medium)), content.from, Some(Blob(content.body))));
        let mut tries = Vec::new();
        for attempt in attempts::attempts_of(&self.trees, id) {
            tries.extend(around(attempt, damaged)?.map(|(_, attempt)| attempt));
        }
        let DeliveryRecord { cid, events, state, attempts, created, .. } = record;
        Ok(Some(DeliveryLine { id: id.into(), channel, recipient, cid, events, state, attempts, created, tries, body, medium, from }))
    }
}

/// A case's line, as far as it reads back, and what of it does not.
struct Found {
    line: Option<CaseLine>,
    damaged: Vec<StoreError>,
}

/// Sets damage aside; anything worse ends the work.
fn around<T>(read: Result<T, StoreError>, damaged: &mut Vec<StoreError>) -> Result<Option<T>, StoreError> {
    match read {
        Ok(found) => Ok(Some(found)),
        Err(error @ StoreError::Damaged(_)) => {
            damaged.push(error);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Reads a backup, or an export, to its end.
pub fn verify(path: &Path) -> Result<LineCounts, StoreError> {
    read_file(path, &mut |_| Ok(()))
}

/// Hands the lines of a backup or an export to `visit`.
pub(super) fn read_file(path: &Path, visit: &mut dyn FnMut(Line) -> Result<(), StoreError>) -> Result<LineCounts, StoreError> {
    let failed = |error: std::io::Error| StoreError::Backup(format!("{}: {error}", path.display()));
    let mut magic = [0; 4];
    let read = File::open(path).and_then(|mut file| file.read(&mut magic)).map_err(failed)?;
    let file = BufReader::new(File::open(path).map_err(failed)?);
    let counts = if read == 4 && u32::from_le_bytes(magic) == zstd::zstd_safe::MAGICNUMBER {
        read_lines(BufReader::new(zstd::stream::read::Decoder::with_buffer(file).map_err(failed)?), visit)
    } else {
        read_lines(file, visit)
    };
    counts.map_err(|error| match error {
        StoreError::Backup(why) => StoreError::Backup(format!("{}: {why}", path.display())),
        other => other,
    })
}

/// The next deliveries in the order of their ids, around what cannot be read.
pub(super) fn delivery_ids(trees: &Trees, after: Option<Id>, limit: usize) -> Result<Vec<Id>, StoreError> {
    use std::ops::Bound;
    let start = after.map_or(Bound::Unbounded, |id| Bound::Excluded(id.0.to_vec()));
    let mut ids = Vec::new();
    for key in trees.at(Table::Delivery).range::<Vec<u8>, _>((start, Bound::Unbounded)).keys() {
        let key = match key {
            Err(StoreError::Damaged(_)) => continue,
            key => key?,
        };
        if let Some(id) = keys::id_at(&key, 0).filter(|_| key.len() == keys::DELIVERY_LEN) {
            ids.push(id);
        }
        if ids.len() >= limit {
            break;
        }
    }
    Ok(ids)
}

fn event_of(trees: &Trees, cid: Cid, seq: u32) -> Result<Option<(u64, EventRecord)>, StoreError> {
    let Some(number) = rows::get::<u64>(trees, Table::CaseEvent, &keys::numbered(cid, seq))? else { return Ok(None) };
    Ok(rows::get_long(trees, Table::Event, &number.to_be_bytes())?.map(|record| (number, record)))
}

fn lost(table: Table, cid: Cid, number: u32) -> StoreError {
    rows::damaged(table, &keys::numbered(cid, number), "it is not there")
}
