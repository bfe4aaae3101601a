//! Bringing a backup back.
//!
//! The backup is read to its end before anything is made. The new store grows under another name and gets its own by a
//! rename, so a restore that is cut off leaves nothing that could be taken for a store. Afterwards deliveries stand where the
//! backup saw them: what was delivered is not sent again, what waited waits. Events keep their ids, so news that the
//! backup did not see any more is told again under the same id, with a number above all that were given (see `numbers`).

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::domain::delivery::Content;

use super::backup::{self, LineCounts};
use super::batch::Batch;
use super::cases;
use super::domains::{CALENDAR_DOMAIN, MAIL_DOMAIN};
use super::error::{OpenError, StoreError};
use super::folder::{backups_of, io_error, is_store, sync_dir};
use super::keys::{self, Table};
use super::lines::{CaseLine, DeliveryLine, Line, Whole};
use super::open::Options;
use super::records::case::{NameRecord, WordRecord};
use super::records::delivery::{DeliveryRecord, StateRecord};
use super::records::docket::SnapshotRecord;
use super::records::event::EventRecord;
use super::writer::Ledger;
use super::{Store, bodies, left, mark, outbox, rows, snapshot};

/// Lines between flushes, so that no more than this waits in memory.
const FLUSH_EVERY: u64 = 1_000;

impl Store {
    /// Makes the store `into` from a backup or an export, or from what can be read of a store that was moved aside. Refuses to
    /// when `into` holds anything, when nothing can be read of a store that had cases, or while another restore goes on beside it.
    ///
    /// Naming a damaged store is how an operator accepts what it lost: alerts that it does not know as sent any more are sent
    /// again, under the same ids. The damaged store stays where it is.
    pub fn restore(from: &Path, into: &Path, options: Options) -> Result<LineCounts, OpenError> {
        let _turn = turn(into)?;
        if !is_store(from) {
            return Self::grow(from, into, options);
        }
        let damaged = Self::open(from, Options { salvage: true, allow_blobs: true, trial: false, ..options })?;
        if let Some(noted) = mark::cases(from)
            && damaged.counts()?.cases == 0
        {
            return Err(OpenError::Store(StoreError::Refused(format!(
                "nothing can be read of {}, whose MARK names {noted} cases; restore a backup, or make the empty folder {} to begin anew",
                from.display(),
                into.display()
            ))));
        }
        let rest = damaged.backup(&backups_of(into), options.now)?;
        drop(damaged);
        Self::grow(&rest.path, into, options)
    }

    fn grow(backup: &Path, into: &Path, options: Options) -> Result<LineCounts, OpenError> {
        backup::verify(backup)?;
        clear(into, options)?;
        let growing = growing(into);
        if growing.exists() {
            fs::remove_dir_all(&growing).map_err(io_error(&growing))?;
        }
        fs::create_dir_all(&growing).map_err(io_error(&growing))?;
        let store = Self::open(&growing, Options { bulk: true, ..options })?;
        let mut lines = 0;
        let counts = backup::read_file(backup, &mut |line| {
            lines += 1;
            store.take_line(line, lines % FLUSH_EVERY == 0)
        })?;
        let now = options.now;
        store.write(true, move |ledger| ledger.leap(now))?;
        drop(store);
        fs::rename(&growing, into).map_err(io_error(into))?;
        if let Some(parent) = into.parent() {
            sync_dir(parent)?;
        }
        Ok(counts)
    }

    fn take_line(&self, line: Line, flush: bool) -> Result<(), StoreError> {
        match line {
            Line::Case(line) => self.write(flush, move |ledger| ledger.take_case(line)),
            Line::Version { cid, number, at, docket, pages } => {
                if self.read(|trees| snapshot::header(trees, cid, number))?.is_some() {
                    return Ok(());
                }
                let packed = self.read(|trees| snapshot::pack(trees, cid, number, at, &SnapshotRecord { docket, pages }))?;
                self.write(flush, move |ledger| {
                    let mut batch = Batch::default();
                    rows::put_bytes(&mut batch, &ledger.trees, Table::Snap, &keys::numbered(cid, number), &packed.bytes, false)?;
                    batch.apply(&ledger.trees)
                })
            }
            Line::Event { number, event } => self.write(flush, move |ledger| ledger.take_event(number, &event)),
            Line::Delivery(line) => self.write(flush, move |ledger| ledger.take_delivery(line)),
            Line::Condition(line) => self.write(flush, move |ledger| ledger.take_condition(&line)),
            Line::Silence(line) => self.write(flush, move |ledger| ledger.take_silence(line)),
            Line::Said(said) => self.write(flush, move |ledger| ledger.take_said(&said)),
            Line::Feed(feed) => self.write(flush, move |ledger| ledger.take_feed(feed)),
            Line::LinkKey { key } => self.write(flush, move |ledger| ledger.keep_link_key(key.0).map(drop)),
            Line::Account(record) => self.write(flush, move |ledger| ledger.take_account(&record)),
            Line::Token { key, token } => self.write(flush, move |ledger| ledger.take_token(key.0, &token)),
            Line::Audit { number, deed } => self.write(flush, move |ledger| ledger.take_deed(number, &deed)),
            Line::Brake(line) => self.write(flush, move |ledger| ledger.take_brake(line)),
            Line::Veedor { whole, .. } => self.write(flush, move |ledger| ledger.take_whole(whole)),
            Line::Damaged { .. } | Line::End { .. } => Ok(()),
        }
    }
}

impl Ledger {
    fn take_whole(&mut self, whole: Whole) -> Result<(), StoreError> {
        self.take_next_event(whole.next_event.unwrap_or_default());
        for (key, domain) in [(MAIL_DOMAIN, whole.mail_domain), (CALENDAR_DOMAIN, whole.calendar_domain)] {
            if let Some(domain) = domain {
                self.keep_domain(key, domain)?;
            }
        }
        Ok(())
    }

    fn take_case(&mut self, line: CaseLine) -> Result<(), StoreError> {
        let CaseLine { cid, source, number, head, plan, missing, left } = line;
        let mut batch = Batch::default();
        let source = self.word(WordRecord::Source(source));
        rows::put(&mut batch, Table::Cid, &keys::case(source, &number), &cid)?;
        rows::put(&mut batch, Table::Name, &keys::cid(cid), &NameRecord { source, number })?;
        if let Some(head) = head {
            rows::put_long(&mut batch, &self.trees, Table::Case, &keys::cid(cid), &head)?;
        }
        if let Some(plan) = plan {
            cases::put_row(&mut batch, cid, plan.into())?;
        }
        let missing = missing.into_iter().map(|record| (record.part(), record.missing.into())).collect();
        cases::put_missing(&mut batch, &self.trees, cid, &missing)?;
        left::put(&mut batch, cid, left)?;
        self.save_words(&mut batch)?;
        batch.apply(&self.trees)?;
        self.words_saved();
        self.next_cid = self.next_cid.max(cid.saturating_add(1));
        Ok(())
    }

    fn take_event(&mut self, number: u64, event: &EventRecord) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        rows::put_long(&mut batch, &self.trees, Table::Event, &number.to_be_bytes(), event)?;
        rows::put(&mut batch, Table::EventId, &event.id.0, &number)?;
        rows::put(&mut batch, Table::CaseEvent, &keys::numbered(event.cid, event.seq), &number)?;
        batch.apply(&self.trees)?;
        self.next_event = self.next_event.max(number.saturating_add(1));
        Ok(())
    }

    fn take_delivery(&mut self, line: DeliveryLine) -> Result<(), StoreError> {
        let DeliveryLine { id, channel, recipient, cid, events, state, attempts, created, tries, body, medium, from } = line;
        let id = crate::domain::id::Id::from(id);
        let before = rows::get_long::<DeliveryRecord>(&self.trees, Table::Delivery, &id.0)?.map(|record| record.state);
        let address = self.word(WordRecord::Address { channel, recipient });
        let record = DeliveryRecord { address, cid, events, state, attempts, created };
        let mut batch = Batch::default();
        outbox::put_delivery(&mut batch, &self.trees, id, before.as_ref(), &record)?;
        for (n, attempt) in (1..).zip(&tries) {
            rows::put_long(&mut batch, &self.trees, Table::Attempt, &keys::attempt(id, n), attempt)?;
        }
        if let Some(body) = body {
            let medium = medium.map_or_else(|| bodies::medium_of(&body.0), |code| code.0);
            bodies::put(&mut batch, &self.trees, id, &record.events, &Content { medium, from, body: body.0 })?;
        }
        self.save_words(&mut batch)?;
        batch.apply(&self.trees)?;
        self.words_saved();
        if matches!(record.state, StateRecord::Open { .. }) {
            self.open.insert((address, cid), id);
        }
        Ok(())
    }
}

/// Makes room: an empty folder and a store without cases may be replaced, anything else is left alone.
fn clear(into: &Path, options: Options) -> Result<(), OpenError> {
    let Ok(mut entries) = fs::read_dir(into) else { return Ok(()) };
    if entries.next().is_some() {
        let taken = !into.join("FORMAT").exists() || Store::open(into, options)?.counts()?.cases > 0;
        if taken {
            let why = format!("{} is not empty; restore into another folder, or move this one away", into.display());
            return Err(OpenError::Store(StoreError::Refused(why)));
        }
    }
    fs::remove_dir_all(into).map_err(io_error(into))
}

/// Where a store grows that will be `into`.
fn growing(into: &Path) -> PathBuf {
    let name = into.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    into.with_file_name(format!("{name}.restoring"))
}

/// The right to restore beside other folders.
struct Turn(File);

impl Drop for Turn {
    /// Closing the file would give it back too, but not while a process that another thread begins at this moment has it open.
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

fn turn(into: &Path) -> Result<Turn, OpenError> {
    let beside = into.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(beside).map_err(io_error(beside))?;
    let folder = File::open(beside).map_err(io_error(beside))?;
    match folder.try_lock() {
        Ok(()) => Ok(Turn(folder)),
        Err(TryLockError::WouldBlock) => {
            let why = format!("another restore is going on in {}; wait for it to end", beside.display());
            Err(OpenError::Store(StoreError::Refused(why)))
        }
        Err(TryLockError::Error(error)) => Err(io_error(beside)(error)),
    }
}
