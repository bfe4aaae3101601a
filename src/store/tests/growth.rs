//! What the store takes on disk over weeks: virtual days of a newsroom's list through the real store at its production settings.
//!
//! Each case is visited 4 to 8 times a day; a hundredth of the visits change something, which two channels are told, each with its
//! message and its attempts; hosts are kept every minute, old messages pruned and a backup made and measured every day. The driver does in seconds
//! what takes a day, so sled's collector, which works by the real clock, gets some hundred rounds a day here and 864,000 in a daemon: what is measured
//! is more than a daemon takes. `VEEDOR_GROWTH_DAYS=30` is the long form, with 1,000 cases and a saturated store at its end, and prints each day.

use std::collections::BTreeMap;

use super::*;
use crate::store::backup::BackupInfo;
use crate::store::hosts::HostBudget;
use crate::store::keys::Table;
use crate::store::{kept, prune};

const DAYS: &str = "VEEDOR_GROWTH_DAYS";

const DAY: i64 = 86_400;

/// What a list of this size costs, whatever lives in it: sled's segments.
const FLOOR: u64 = 16 << 20;

struct List {
    store: Store,
    cids: Vec<Cid>,
    versions: Vec<u32>,
    /// Visits so far, from which all else is drawn.
    visits: u32,
    changes: u32,
    backups: tempfile::TempDir,
    /// How many of 65,536 visits change something.
    changing: u16,
    retention: Duration,
}

impl List {
    fn new(dir: &Path, cases: u32, changing: u16, retention: Duration) -> Self {
        let store = open(dir);
        let watched: Vec<CaseRef> = (0..cases).map(case).collect();
        let cids = store.watch(&watched, at(0)).expect("watches");
        let versions = vec![0; cids.len()];
        let backups = tempfile::tempdir().expect("a folder");
        let mut list = Self { store, cids, versions, visits: 0, changes: 0, backups, changing, retention };
        (0..list.cids.len()).for_each(|n| list.change(n, at(0)));
        list.changes = 0;
        list
    }

    /// A visit of the n-th case that finds one entry more.
    fn change(&mut self, n: usize, now: Timestamp) {
        let (cid, case) = (self.cids[n], case(u32::try_from(n).expect("small")));
        self.versions[n] += 1;
        self.changes += 1;
        let number = self.versions[n];
        let salt = u32::try_from(n).expect("small") * 1_000;
        let entries = (0..12 + number).rev().map(|entry| super::entry(entry, &order(salt + entry))).collect();
        let docket = Docket { entries, ..docket(0) };
        let mut visit = visit(cid, &case, number);
        visit.version = Some(Version { at: now, ..version(number, docket, 0) });
        if number > 1 {
            let mut event = event(&case, number, 12 + number);
            event.seen_at = now;
            event.entry.as_mut().expect("has one").excerpt = order(salt + 12 + number);
            let to = |channel| delivery(&event, channel, DeliveryState::Waiting { due: now });
            visit.deliveries = vec![to("hook"), to("mail")];
            visit.events = vec![event];
        }
        let told = visit.events.clone();
        let made = self.store.commit(visit).expect("commits").deliveries;
        for (id, event) in made.iter().zip(told.iter().cycle()) {
            self.deliver(*id, event, now);
        }
    }

    /// The message is written and arrives; every tenth at the second attempt.
    fn deliver(&self, id: Id, event: &Event, now: Timestamp) {
        self.store.fix(id, content(budget::body(event))).expect("fixes");
        let attempt = |outcome| Attempt { at: now, took: Duration::from_millis(42), outcome };
        if self.changes.is_multiple_of(10) {
            let failed = Outcome::Retry { why: "503 Service Unavailable".into(), after: None };
            self.store.record_attempt(id, attempt(failed), DeliveryState::Waiting { due: now }, 1).expect("records");
        }
        let sent = Outcome::Sent { detail: "200 OK".into() };
        self.store.record_attempt(id, attempt(sent), DeliveryState::Delivered { at: now }, 2).expect("records");
    }

    /// One day, minute by minute, and what the daemon does at its end.
    fn day(&mut self, day: i64) -> BackupInfo {
        let cases = self.cids.len();
        let visits: usize = (0..cases).map(|n| 4 + (n + usize::try_from(day).expect("small")) % 5).sum();
        let mut done = 0;
        for minute in 0..1_440 {
            let now = at(day * DAY + minute * 60);
            let until = visits * (usize::try_from(minute).expect("small") + 1) / 1_440;
            for _ in done..until {
                self.visit(now);
            }
            if done < until {
                let used = u32::try_from(until).expect("small");
                let host = HostBudget { host: "https://a.example.org".into(), used, day_ends: at((day + 1) * DAY), resting_until: None };
                self.store.keep_hosts(&[host]).expect("keeps");
            }
            done = until;
        }
        let now = at((day + 1) * DAY);
        self.store.prune(now, self.retention).expect("prunes");
        let made = self.store.backup(self.backups.path(), now).expect("backs up");
        kept::drop_oldest(self.backups.path(), crate::daemon::backups::KEPT).expect("drops");
        made
    }

    fn visit(&mut self, now: Timestamp) {
        self.visits += 1;
        // Every case in its turn; which of them changed is no pattern of the cases.
        let n = usize::try_from(self.visits).expect("small") % self.cids.len();
        if sha256(&self.visits.to_be_bytes())[..2] < self.changing.to_be_bytes()[..] {
            return self.change(n, now);
        }
        let due = u32::try_from(now.as_second()).expect("in range") + 14_400;
        let row = Row { next_due: due, last_ok: due - 14_400, fails: 0, seen: [7; 8] };
        self.store.touch(&[(self.cids[n], row)]).expect("touches");
    }

    /// On disk, and living in it.
    fn sizes(&self) -> (u64, u64) {
        (self.store.size_on_disk().expect("the system says"), self.store.measure().expect("measures"))
    }

    fn bytes_of(&self, tables: &[Table]) -> u64 {
        let rows = tables.iter().flat_map(|table| self.store.inner.trees.at(*table).iter());
        rows.map(|row| row.expect("reads")).map(|(key, value)| u64::try_from(key.len() + value.len()).expect("small")).sum()
    }

    fn backups_bytes(&self) -> u64 {
        std::fs::read_dir(self.backups.path()).expect("lists").flatten().map(|file| file.metadata().expect("is there").len()).sum()
    }
}

const FOR_EVER: [Table; 4] = [Table::Snap, Table::Event, Table::EventId, Table::CaseEvent];

const OUTBOX: [Table; 4] = [Table::Delivery, Table::Due, Table::Attempt, Table::Body];

fn is_bounded(list: &List, day: i64) -> (u64, u64) {
    let (disk, living) = list.sizes();
    assert!(disk <= living * 4 + FLOOR, "after day {day} {living} bytes live in {disk}");
    (disk, living)
}

#[test]
fn what_the_store_takes_grows_with_the_record_and_with_nothing_else() {
    if let Some(days) = std::env::var_os(DAYS) {
        let days = days.to_str().and_then(|days| days.parse().ok()).expect("a number of days");
        return long(days);
    }
    let dir = tempfile::tempdir().expect("a folder");
    // Two days are kept of messages, so that pruning is seen in four.
    let mut list = List::new(&dir.path().join("store"), 60, 65_535 / 10, Duration::from_secs(2 * 86_400));
    let mut outbox = Vec::new();
    for day in 0..4 {
        list.day(day);
        is_bounded(&list, day);
        outbox.push((list.changes, list.bytes_of(&OUTBOX)));
    }
    let kept = list.bytes_of(&FOR_EVER);
    let rest: Vec<Table> = Table::ALL.iter().copied().filter(|table| !FOR_EVER.contains(table) && !OUTBOX.contains(table)).collect();
    let before = list.bytes_of(&rest);
    list.day(4);
    let after = list.bytes_of(&rest);
    // Heads and plans are rewritten in place; their numbers grow by a byte now and then.
    assert!(after < before + 60 * 4, "{before} and {after} bytes of rows that are written over");
    assert!(list.bytes_of(&FOR_EVER) >= kept, "the record shrank");
    let last = list.bytes_of(&OUTBOX);
    let most = outbox.iter().map(|(_, bytes)| *bytes).max().unwrap_or_default();
    assert!(last <= most * 2, "{last} bytes of messages after {outbox:?}");
    assert_eq!(std::fs::read_dir(list.backups.path()).expect("lists").count(), 5);
    assert_eq!(list.store.fsck(false).expect("checks").problems, Vec::<String>::new());
}

fn long(days: i64) {
    const CASES: u32 = 1_000;
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("store");
    let mut list = List::new(&path, CASES, 65_535 / 100, prune::RETENTION);
    let first = list.bytes_of(&FOR_EVER);
    println!("day  visits changes  on disk   living  times  outbox  backups (bytes)");
    for day in 0..days {
        let began = std::time::Instant::now();
        let made = list.day(day);
        let (disk, living) = is_bounded(&list, day);
        let (outbox, backups) = (list.bytes_of(&OUTBOX), list.backups_bytes());
        let times = disk * 100 / living;
        println!(
            "{day:>3} {:>7} {:>7} {disk:>9} {living:>8} {:>3}.{:02} {outbox:>8} {backups:>8} of {} each; {:?}",
            list.visits,
            list.changes,
            times / 100,
            times % 100,
            made.bytes,
            began.elapsed(),
        );
    }
    let changes = u64::from(list.changes.max(1));
    println!(
        "{} bytes of rows a change for ever, {} of outbox",
        (list.bytes_of(&FOR_EVER) - first) / changes,
        list.bytes_of(&OUTBOX) / changes
    );
    let by_table: BTreeMap<&str, u64> = Table::ALL.iter().map(|table| (table.name(), list.bytes_of(&[*table]))).collect();
    println!("by table: {by_table:?}");
    saturated(list, &path);
}

/// Plans of all cases written as fast as they can be, as no list of visits could, and then a log that is full of what does not live: the next
/// start makes it small.
fn saturated(list: List, path: &Path) {
    for rounds in 1..=5_000u32 {
        let seen = sha256(&rounds.to_be_bytes())[..8].try_into().expect("eight");
        let row = |cid: &Cid| (*cid, Row { next_due: rounds, last_ok: 1, fails: 0, seen });
        list.store.touch(&list.cids.iter().map(row).collect::<Vec<_>>()).expect("touches");
        if rounds.is_multiple_of(500) {
            let (disk, living) = list.sizes();
            println!("saturated: {} plans, {disk} bytes on disk, {living} living", u64::from(rounds) * 1_000);
        }
    }
    list.store.bloat();
    let (disk, living) = list.sizes();
    println!("full of what does not live: {disk} bytes on disk, {living} living");
    assert!(list.store.is_bloated(), "{disk} bytes on disk");
    let dump = list.store.dump().expect("dumps");
    drop(list.store);
    let began = std::time::Instant::now();
    let store = open(path);
    let (disk, living) = (store.size_on_disk().expect("the system says"), store.measure().expect("measures"));
    println!("after a start of {:?}: {disk} bytes on disk, {living} living", began.elapsed());
    assert_eq!(store.dump().expect("dumps"), dump);
    assert!(disk <= living * 4 + FLOOR);
}
