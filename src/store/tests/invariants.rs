//! One planted damage for each invariant that the trees hold among themselves: `fsck` names it, and mends it or leaves it and says so.
//!
//! The rows are those of the table in `docs/store.md`. Each damage is written directly into the trees of a store that has some of
//! everything, as no part of veedor would; after the repair and the next start exactly those messages wait that waited before, unless the
//! damage itself took one, and no row of a court's record is gone that the damage had left.

use std::collections::BTreeSet;
use std::fs;

use super::damage::copy;
use super::whole::lived_in;
use super::*;
use crate::domain::withhold::Telling;
use crate::store::codes::{IdHex, Instant};
use crate::store::keys::{self, Table};
use crate::store::records::case::{HeadRecord, NameRecord, WordRecord};
use crate::store::records::delivery::{DeliveryRecord, StateRecord};
use crate::store::records::event::EventRecord;
use crate::store::snapshot::SnapHeader;
use crate::store::{batch::Batch, digest::DIGESTS, format, hosts::HostBudget, outbox::DeliveryFilter, rows};

/// The words of [`lived_in`]: the source, and two addresses.
const SOURCE: u32 = 0;
const HOOK: u32 = 1;

/// What `fsck --repair` does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    /// It puts all right; the store is as it was.
    Mended,
    /// It begins something anew, and the rest is as it was.
    Begun,
    /// It leaves it, and says so every time.
    Left,
    /// The same, and the next start refuses to go on.
    Refused,
}

struct Planted {
    what: &'static str,
    plant: fn(&Store),
    /// What `fsck` says.
    says: &'static str,
    then: Then,
}

const fn row(what: &'static str, plant: fn(&Store), says: &'static str, then: Then) -> Planted {
    Planted { what, plant, says, then }
}

use Then::{Begun, Left, Mended, Refused};

const TABLE: &[Planted] = &[
    // The folder.
    row("FORMAT says another number", |s| fs::write(s.dir().join("FORMAT"), "9\n").expect("writes"), "FORMAT: it does not say", Mended),
    row("FORMAT is gone", |s| fs::remove_file(s.dir().join("FORMAT")).expect("removes"), "FORMAT: it does not say", Mended),
    row("MARK is gone", |s| fs::remove_file(s.dir().join("MARK")).expect("removes"), "MARK: it is not there", Mended),
    row("MARK does not read back", garbled_mark, "MARK: it does not read back", Mended),
    row("MARK runs ahead", mark_ahead, "MARK: it names 999 cases", Mended),
    row("a stray blob", blob, "sled wrote 1 blob files", Refused),
    row("the format in the store", |s| put(s, Table::Meta, b"format", &7u32), "meta 666f726d6174: it is missing or wrong", Mended),
    row("a value in meta", |s| spoil(s, Table::Meta, b"mail_domain"), "meta 6d61696c5f646f6d61696e: its checksum", Left),
    // Strings.
    row("a string is gone", |s| remove(s, Table::Word, &HOOK.to_be_bytes()), "word 00000001: it is missing or wrong", Mended),
    row("a string does not read back", |s| spoil(s, Table::Word, &SOURCE.to_be_bytes()), "word 00000000: its checksum", Mended),
    row("two numbers for one string", twice_a_word, "it says what 00000000 says", Left),
    // Cases and their numbers.
    row("a number leads nowhere", |s| put(s, Table::Cid, &keys::case(SOURCE, "X"), &1u64), "points to nothing", Mended),
    row("a number is gone", |s| remove(s, Table::Cid, &number(1)), "cid 00000000", Mended),
    row("a number does not read back", |s| spoil(s, Table::Cid, &number(2)), "cid 00000000", Mended),
    row("a name is gone", |s| remove(s, Table::Name, &keys::cid(3)), "name 0000000000000003: it is missing", Mended),
    row("a name does not read back", |s| spoil(s, Table::Name, &keys::cid(1)), "name 0000000000000001: its checksum", Mended),
    row("a name of no source", |s| put(s, Table::Name, &keys::cid(3), &name(77, 3)), "its source is unknown", Left),
    row(
        "two cases of one number",
        |s| put(s, Table::Name, &keys::cid(3), &name(SOURCE, 2)),
        "name 0000000000000003: it has the number",
        Left,
    ),
    row(
        "rows of no case",
        |s| put(s, Table::Left, &keys::cid(99), &(Instant(at(0)), false)),
        "left 0000000000000063: it belongs to no case",
        Left,
    ),
    row("a head is gone", |s| remove(s, Table::Case, &keys::cid(1)), "case 0000000000000001: it is missing", Begun),
    row("a head does not read back", |s| spoil(s, Table::Case, &keys::cid(1)), "case 0000000000000001: its checksum", Begun),
    row("a head behind its versions", |s| head(s, |head| head.version = 18), "a version beyond the case's last, 18", Begun),
    row("a head behind its events", |s| head(s, |head| head.seq = 18), "it counts 18 events and 20 are stored", Begun),
    row("a head ahead of its events", |s| head(s, |head| head.seq = 30), "it counts 30 events and 20 are stored", Left),
    row("a head ahead of its versions", |s| head(s, |head| head.version = 21), "this version is not there", Left),
    row("a plan does not read back", |s| spoil(s, Table::Sched, &keys::cid(1)), "sched 0000000000000001: its checksum", Begun),
    row("what is missing does not read back", |s| spoil(s, Table::Missing, &first(s, Table::Missing)), "missing 00", Begun),
    row("what is missing under another key", moved_missing, "it is about another entry", Left),
    row("who left does not read back", |s| spoil(s, Table::Left, &keys::cid(3)), "left 0000000000000003: its checksum", Left),
    row("what was said of another case", moved_said, "it is about another case", Left),
    row("a user does not read back", |s| spoil(s, Table::Account, &first(s, Table::Account)), "account ", Left),
    row("a user under another's name", |s| copy_row(s, Table::Account, &[9; 16]), "it is about another user", Left),
    row("a session does not read back", |s| spoil(s, Table::Session, &first(s, Table::Session)), "session ", Begun),
    row("a token does not read back", |s| spoil(s, Table::Token, &first(s, Table::Token)), "token ", Left),
    row("a deed does not read back", |s| spoil(s, Table::Audit, &first(s, Table::Audit)), "audit 0000000000000001", Left),
    row("what was said does not read back", |s| spoil(s, Table::Said, &first(s, Table::Said)), "said ", Left),
    row("a feed under another id", moved_feed, "its token leads elsewhere", Left),
    row("a feed does not read back", |s| spoil(s, Table::Feed, &first(s, Table::Feed)), "feed ", Left),
    // Versions.
    row(
        "a version does not read back",
        |s| spoil(s, Table::Snap, &keys::numbered(1, 7)),
        "snap 000000000000000100000007: its checksum",
        Left,
    ),
    row("a version is gone", |s| remove(s, Table::Snap, &keys::numbered(2, 7)), "snap 000000000000000200000007: this version", Left),
    row("a version with another's content", |s| chain(s, |header| header.sha256.0[0] ^= 1), "its content is not what was stored", Left),
    row("a version of a later one", |s| chain(s, |header| header.base = 9), "a difference from a later version", Left),
    row("a chain that miscounts", |s| chain(s, |header| header.depth += 9), "miscounts the differences", Left),
    row("a part is gone", |s| remove(s, Table::Snap, &part(s, Table::Snap)), "this part is not there", Left),
    row(
        "a part without a beginning",
        |s| put(s, Table::Snap, &rows::part_key(&keys::numbered(1, 3), 9), &1u8),
        "without a beginning",
        Left,
    ),
    // Events.
    row("an event does not read back", |s| spoil(s, Table::Event, &5u64.to_be_bytes()), "event 0000000000000005: its checksum", Left),
    row("an event is gone", |s| remove(s, Table::Event, &5u64.to_be_bytes()), "it is number ", Left),
    row("an event of no case", |s| event_row(s, |event| event.cid = 99), "case 0000000000000063: events are stored of it", Left),
    row("an event of a later version", |s| event_row(s, |event| event.version = 99), "an event speaks of version 99", Left),
    row("two events of one id", |s| twin(s, |event, other| event.id = other.id), "it has the event_id of event", Left),
    row("two events of one place", |s| twin(s, |event, other| event.seq = other.seq), "it has the case_event of event", Left),
    row("an id leads nowhere", |s| put(s, Table::EventId, &[9; 16], &5u64), "event_id 0909", Mended),
    row("an id is gone", |s| remove(s, Table::EventId, &first(s, Table::EventId)), "event_id ", Mended),
    row("a place leads nowhere", |s| put(s, Table::CaseEvent, &keys::numbered(1, 99), &5u64), "points to nothing", Mended),
    row("a place is gone", |s| remove(s, Table::CaseEvent, &keys::numbered(1, 3)), "case_event 000000000000000100000003", Mended),
    // The outbox.
    row("a delivery does not read back", |s| spoil(s, Table::Delivery, &waiting(s).0), "its checksum is wrong", Left),
    row("a delivery is gone", |s| remove(s, Table::Delivery, &with_attempt(s)), "it belongs to no delivery", Left),
    row("a delivery to nobody", |s| delivery_row(s, |delivery| delivery.address = SOURCE), "its address is unknown", Left),
    row("a delivery of no case", |s| delivery_row(s, |delivery| delivery.cid = 99), "its case is unknown", Left),
    row("a delivery of another case", |s| delivery_row(s, |delivery| delivery.cid = 2), "is one of another case", Left),
    row("a delivery that tells nothing", |s| delivery_row(s, |delivery| delivery.events.clear()), "it tells nothing", Left),
    row("a delivery of no event", |s| delivery_row(s, |delivery| delivery.events.push(IdHex([9; 16]))), "its event 0909", Left),
    row("muted by nothing", unsilenced, "the silence that mutes it is not stored", Left),
    row("a digest that is held", held_digest, "a digest that the brake holds", Left),
    row("a place in time is gone", |s| remove(s, Table::Due, &first(s, Table::Due)), "due 00", Mended),
    row("a place in time of nothing", |s| set(s, Table::Due, &keys::due(5, Id([9; 16])), Vec::new()), "points to nothing", Mended),
    row("a place in time that moved", moved_due, "due 00", Mended),
    row("an attempt does not read back", |s| spoil(s, Table::Attempt, &first(s, Table::Attempt)), "attempt ", Left),
    row("an attempt at nothing", |s| copy_row(s, Table::Attempt, &keys::attempt(Id([9; 16]), 1)), "it belongs to no delivery", Left),
    row("a message does not read back", |s| spoil(s, Table::Body, &first(s, Table::Body)), "body ", Left),
    row("a message of nothing", |s| copy_row(s, Table::Body, &[9; 16]), "it belongs to no delivery", Left),
    row("refusals of nobody", |s| copy_row(s, Table::Refused, &SOURCE.to_be_bytes()), "it is of no address", Mended),
    row("refusals that do not read back", |s| spoil(s, Table::Refused, &first(s, Table::Refused)), "refused ", Begun),
    // Beside them.
    row("a silence does not read back", |s| spoil(s, Table::Silence, &first(s, Table::Silence)), "silence ", Left),
    row("a condition does not read back", |s| spoil(s, Table::Condition, &first(s, Table::Condition)), "condition ", Left),
    row("a condition of no topic", |s| copy_row(s, Table::Condition, b"nothing\0x"), "names no condition", Left),
    row(
        "what entries say does not read back",
        |s| spoil(s, Table::Reading, &keys::cid(1)),
        "reading 0000000000000001: its checksum",
        Begun,
    ),
    row("a part of what entries say is gone", |s| remove(s, Table::Reading, &part(s, Table::Reading)), "reading 0000000000000001", Begun),
    row("a host does not read back", |s| spoil(s, Table::Host, b"https://a.example.org"), "host ", Begun),
    row("a count of the brake does not read back", |s| spoil(s, Table::Brake, &keys::changed(SOURCE, "edit", 1)), "brake ", Left),
    row("a count of no source", |s| copy_row(s, Table::Brake, &HOOK.to_be_bytes()), "its source is unknown", Left),
    row(
        "a count of no case",
        |s| put(s, Table::Brake, &keys::changed(SOURCE, "edit", 99), &(Instant(at(1)), 1u64)),
        "its case is unknown",
        Left,
    ),
    row("a braking that no event told", |s| braked(s, [9; 16]), "the event that told it is not stored", Left),
    row("a row of the brake of no kind", |s| put(s, Table::Brake, &[0; 7], &1u8), "its key has another length", Left),
];

/// A store with a row in every table.
pub(super) fn full(dir: &Path) -> Store {
    let store = lived_in(dir);
    store.keep_readings(1, (0..200u32).flat_map(|n| sha256(&n.to_be_bytes())).collect());
    let of = |table: Table| store.inner.trees.at(table).iter().next();
    let some = store.due_at(at(500), 1)[0].id;
    store.refused(some, "550 no such user", at(9)).expect("notes");
    store.keep_said(&[said::watch(1, Some(Telling::Activity), &[2])]).expect("keeps");
    store.keep_hosts(&[HostBudget { host: "https://a.example.org".into(), used: 3, day_ends: at(9), resting_until: None }]).expect("keeps");
    store.watch(&[case(1), case(2)], at(9)).expect("watches");
    store.tell(conditions::telling(1, 60)).expect("tells");
    store.link_key().expect("draws");
    store.add_feed(feeds::address(1, crate::domain::feed::Scope::All)).expect("keeps");
    // One muted, one in a digest, and a part of a version.
    let made = silences::silence(silences::of_case(2), 10_000);
    store.silence(made).expect("begins");
    let mut muted = news(2, &case(2), 21);
    muted.events = vec![event(&case(2), 21, 900)];
    muted.deliveries = vec![delivery(&muted.events[0], "hook", DeliveryState::Waiting { due: at(21) })];
    store.commit(muted).expect("commits");
    let mut told = news(1, &case(1), 21);
    told.version = None;
    told.head.version = 20;
    told.events = vec![event(&case(1), 20, 901)];
    told.deliveries = vec![digests::digest_of(&told.events, 600)];
    store.commit(told).expect("commits");
    let mut large = news(3, &case(3), 1);
    let noise: String = (0..400u32).map(|n| crate::domain::id::hex(&sha256(&n.to_be_bytes()))).collect();
    large.version.as_mut().expect("has one").pages[0].body = noise.into_bytes();
    store.commit(large).expect("commits");
    braked(&store, store.events_of(1));
    put(&store, Table::Brake, &keys::changed(SOURCE, "edit", 1), &(Instant(at(1)), 1u64));
    store.watch(&[case(1), case(2)], at(10)).expect("watches");
    access::one_of_each(&store);
    for table in Table::ALL {
        assert!(of(*table).is_some(), "{} has no row", table.name());
    }
    store.measure().expect("measures");
    store
}

impl Store {
    fn events_of(&self, cid: Cid) -> [u8; 16] {
        let number: u64 = rows::get(&self.inner.trees, Table::CaseEvent, &keys::numbered(cid, 1)).expect("reads").expect("is there");
        rows::get_long::<EventRecord>(&self.inner.trees, Table::Event, &number.to_be_bytes()).expect("reads").expect("is there").id.0
    }
}

/// What waits, muted and held ones too: their ids, states and what they tell.
fn waits(store: &Store) -> BTreeSet<String> {
    let all = [DeliveryFilter::Pending, DeliveryFilter::Muted, DeliveryFilter::Braked, DeliveryFilter::Dead];
    let mut found = BTreeSet::new();
    for filter in all {
        for delivery in store.deliveries(filter, usize::MAX).expect("reads") {
            found.insert(format!("{} {} {:?} {:?}", delivery.id, delivery.case, delivery.state, delivery.events));
        }
    }
    found
}

/// The rows of the courts' record, the messages and who said what: nothing of them may go silently.
fn evidence(store: &Store) -> BTreeSet<(Table, Vec<u8>)> {
    let tables = [
        Table::Snap,
        Table::Event,
        Table::Delivery,
        Table::Attempt,
        Table::Body,
        Table::Silence,
        Table::Said,
        Table::Left,
        Table::Account,
        Table::Token,
        Table::Audit,
    ];
    let mut rows = BTreeSet::new();
    for table in tables {
        rows.extend(store.inner.trees.at(table).iter().keys().map(|key| (table, key.expect("reads").to_vec())));
    }
    rows
}

#[test]
fn each_damage_is_named_and_mended_or_left_and_told() {
    let dir = tempfile::tempdir().expect("a folder");
    let whole = dir.path().join("whole");
    let store = full(&whole);
    assert_eq!(store.fsck(true).map(|report| (report.problems, report.mended)), Ok((Vec::new(), Vec::new())));
    let (waited, dump) = (waits(&store), store.dump().expect("dumps"));
    drop(store);
    for (n, Planted { what, plant, says, then }) in TABLE.iter().enumerate() {
        let path = dir.path().join(format!("{n}/store"));
        copy(&whole, &path);
        let store = open(&path);
        plant(&store);
        let left = evidence(&store);
        let found = store.fsck(false).expect("checks").problems;
        assert!(found.iter().any(|problem| problem.contains(says)), "{what}: {found:?}");
        let report = store.fsck(true).expect("repairs");
        assert_eq!(evidence(&store), left, "{what}: evidence went");
        match then {
            Mended | Begun => {
                assert!(report.is_clean() && report.repaired > 0 && !report.mended.is_empty(), "{what}: {report:?}");
                assert_eq!(waits(&store), waited, "{what}");
                if *then == Mended {
                    assert_eq!(store.dump().expect("dumps"), dump, "{what}");
                }
            }
            Left | Refused => assert!(report.problems.iter().any(|problem| problem.contains(says)), "{what}: {report:?}"),
        }
        let waits_now = waits(&store);
        drop(store);
        let started = Store::open(&path, Options::new(at(0)));
        match (started, then) {
            (Err(refused), Refused) => assert!(refused.to_string().contains("veedor restore"), "{what}: {refused}"),
            (Ok(store), Mended | Begun | Left) => {
                assert_eq!(waits(&store), waits_now, "{what}: the next start changed what waits");
                let invented: Vec<_> = waits_now.difference(&waited).filter(|_| *then != Left).collect();
                assert!(invented.is_empty(), "{what}: {invented:?}");
                let again = store.fsck(false).expect("checks");
                assert_eq!(again.is_clean(), *then != Left, "{what}: {again:?}");
                // A visit goes on, or is refused for the damage, and writes over nothing.
                let version = store.head(1).ok().flatten().map_or(0, |head| head.version);
                let visited = store.commit(news(1, &case(1), version + 1));
                assert!(store.failed().is_none(), "{what}: {visited:?}");
                assert!(evidence(&store).is_superset(&left), "{what}: a visit wrote over what stood there");
            }
            (started, _) => panic!("{what}: {:?}", started.map(|_| "it opened").map_err(|error| error.to_string())),
        }
    }
    println!("{} damages named, {} mended", TABLE.len(), TABLE.iter().filter(|row| matches!(row.then, Mended | Begun)).count());
}

/// What the index rows and the heads do not know of a case is in a backup all the same, and the backup says that something was amiss.
#[test]
fn a_backup_has_the_history_of_a_case_whose_head_or_name_is_lost_and_says_so() {
    let dir = tempfile::tempdir().expect("a folder");
    let whole = dir.path().join("whole");
    let store = full(&whole);
    let all = store.backup(&dir.path().join("all"), at(1000)).expect("backs up").counts;
    assert_eq!(all.damaged, 0);
    drop(store);
    type Damage = (&'static str, fn(&Store));
    let damages: [Damage; 5] = [
        ("a head is lost", |s| remove(s, Table::Case, &keys::cid(1))),
        ("a head behind its versions", |s| head(s, |head| head.version = 12)),
        ("a head behind its events", |s| head(s, |head| head.seq = 12)),
        ("a name is lost", |s| remove(s, Table::Name, &keys::cid(1))),
        ("a name does not read back", |s| spoil(s, Table::Name, &keys::cid(1))),
    ];
    for (n, (what, plant)) in damages.into_iter().enumerate() {
        let path = dir.path().join(format!("{n}/store"));
        copy(&whole, &path);
        let store = open(&path);
        plant(&store);
        let info = store.backup(&dir.path().join(format!("{n}/backups")), at(1000)).expect("backs up");
        assert_eq!(info.counts, crate::store::backup::LineCounts { damaged: 1, ..all }, "{what}");
        assert!(info.path.to_string_lossy().contains("-gaps"), "{what}: {}", info.path.display());
        let into = dir.path().join(format!("{n}/restored"));
        Store::restore(&info.path, &into, Options::new(at(0))).expect("restores");
        let restored = open(&into);
        assert_eq!(restored.fsck(false).expect("checks").problems, Vec::<String>::new(), "{what}");
        let found = restored.head(1).expect("reads").map(|head| (head.version, head.seq));
        assert_eq!(found, Some((20, 20)), "{what}");
        assert_eq!(restored.case(1), Ok(Some(case(1))), "{what}");
    }
    // Of one that no number leads to either, nothing can be told but that it was there.
    let store = open(&whole);
    remove(&store, Table::Name, &keys::cid(1));
    remove(&store, Table::Cid, &number(1));
    let counts = store.backup(dir.path(), at(1000)).expect("backs up").counts;
    assert_eq!((counts.damaged, counts.cases), (1, all.cases - 1));
}

/// A head that is behind is mended before anything is written over, and until then no visit writes.
#[test]
fn no_visit_writes_over_a_version_or_an_event_that_the_head_does_not_know() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = full(&dir.path().join("store"));
    head(&store, |head| head.version = 12);
    let before = store.docket(1, 13).expect("reads");
    let refused = store.commit(news(1, &case(1), 13)).expect_err("it would write over version 13").to_string();
    assert!(refused.contains("fsck --repair"), "{refused}");
    assert_eq!((store.docket(1, 13), store.failed()), (Ok(before), None));
    store.fsck(true).expect("repairs");
    let version = store.head(1).expect("reads").expect("is there").version;
    store.commit(news(1, &case(1), version + 1)).expect("goes on");
}

fn set(store: &Store, table: Table, key: &[u8], value: Vec<u8>) {
    store.inner.trees.at(table).insert(key, value).expect("writes");
}

fn put<T: serde::Serialize>(store: &Store, table: Table, key: &[u8], record: &T) {
    set(store, table, key, rows::sealed(record).expect("seals"));
}

fn remove(store: &Store, table: Table, key: &[u8]) {
    assert!(store.inner.trees.at(table).remove(key).expect("removes").is_some(), "it was not there");
}

fn spoil(store: &Store, table: Table, key: &[u8]) {
    damage::spoil(store, table, key);
}

pub(super) fn first(store: &Store, table: Table) -> Vec<u8> {
    store.inner.trees.at(table).first().expect("reads").expect("has one").0.to_vec()
}

fn get(store: &Store, table: Table, key: &[u8]) -> Vec<u8> {
    store.inner.trees.at(table).get(key).expect("reads").expect("is there").to_vec()
}

fn copy_row(store: &Store, table: Table, to: &[u8]) {
    set(store, table, to, get(store, table, &first(store, table)));
}

/// The first further row of a table.
fn part(store: &Store, table: Table) -> Vec<u8> {
    let len = crate::store::dump::key_len(table).expect("is fixed");
    let rows = store.inner.trees.at(table).iter().keys().map(|key| key.expect("reads").to_vec());
    rows.into_iter().find(|key| key.len() > len).expect("one is long")
}

/// After a flush, because the writer notes how far it is when it begins.
fn garbled_mark(store: &Store) {
    store.flush().expect("flushes");
    fs::write(store.dir().join("MARK"), "x\n").expect("writes");
}

fn mark_ahead(store: &Store) {
    store.flush().expect("flushes");
    let path = store.dir().join("MARK");
    let numbers = format!("{:020} {:020} {:020}", 999, 999, 999);
    fs::write(path, format!("{numbers} {:08x}\n", crc32fast::hash(numbers.as_bytes()))).expect("writes");
}

fn blob(store: &Store) {
    fs::create_dir_all(store.dir().join("sled/blobs")).expect("makes");
    fs::write(store.dir().join("sled/blobs/1"), "").expect("writes");
}

fn number(n: u32) -> Vec<u8> {
    keys::case(SOURCE, &case(n).number)
}

fn name(source: u32, n: u32) -> NameRecord {
    NameRecord { source, number: case(n).number }
}

fn change<T: serde::Serialize + serde::de::DeserializeOwned>(store: &Store, table: Table, key: &[u8], by: impl FnOnce(&mut T)) {
    let trees = &store.inner.trees;
    let mut record: T = rows::get_long(trees, table, key).expect("reads").expect("is there");
    by(&mut record);
    let mut batch = Batch::default();
    rows::put_long(&mut batch, trees, table, key, &record).expect("puts");
    batch.apply(trees).expect("writes");
}

fn head(store: &Store, by: fn(&mut HeadRecord)) {
    change(store, Table::Case, &keys::cid(1), by);
}

/// The event with the number 5, of case 1.
fn event_row(store: &Store, by: fn(&mut EventRecord)) {
    change(store, Table::Event, &5u64.to_be_bytes(), by);
}

/// Another event of its case.
fn twin(store: &Store, by: fn(&mut EventRecord, &EventRecord)) {
    let other: EventRecord = rows::get_long(&store.inner.trees, Table::Event, &7u64.to_be_bytes()).expect("reads").expect("is there");
    change(store, Table::Event, &5u64.to_be_bytes(), |event: &mut EventRecord| by(event, &other));
}

/// The header of version 5 of case 1, behind its length.
fn chain(store: &Store, by: fn(&mut SnapHeader)) {
    let key = keys::numbered(1, 5);
    let trees = &store.inner.trees;
    let bytes = rows::get_bytes(trees, Table::Snap, &key).expect("reads").expect("is there");
    let (mut header, data): (SnapHeader, _) = postcard::take_from_bytes(&bytes).expect("is one");
    by(&mut header);
    let mut bytes = rows::encode(&header).expect("encodes");
    bytes.extend_from_slice(data);
    let mut batch = Batch::default();
    rows::put_bytes(&mut batch, trees, Table::Snap, &key, &bytes, false).expect("puts");
    batch.apply(trees).expect("writes");
}

/// A waiting delivery of case 1.
fn waiting(store: &Store) -> Id {
    let due = store.due_at(at(500), usize::MAX);
    due.into_iter().find(|delivery| delivery.case == case(1) && delivery.attempts == 0).expect("one waits").id
}

fn with_attempt(store: &Store) -> Vec<u8> {
    first(store, Table::Attempt)[..16].to_vec()
}

fn delivery_row(store: &Store, by: fn(&mut DeliveryRecord)) {
    change(store, Table::Delivery, &waiting(store).0, by);
}

/// The silence goes, and with it what would tell what it muted.
fn unsilenced(store: &Store) {
    let key = first(store, Table::Silence);
    remove(store, Table::Silence, &key);
    // The test looks at rows of evidence that are left after this.
    assert!(!store.deliveries(DeliveryFilter::Muted, 9).expect("reads").is_empty());
}

fn held_digest(store: &Store) {
    let id = Delivery::id_of_digest("mail", "a@example.org", at(600));
    let trees = &store.inner.trees;
    let record: DeliveryRecord = rows::get_long(trees, Table::Delivery, &id.0).expect("reads").expect("is there");
    assert_eq!(record.cid, DIGESTS);
    let held = DeliveryRecord { state: StateRecord::Braked { since: Instant(at(1)) }, ..record.clone() };
    let mut batch = Batch::default();
    crate::store::outbox::put_delivery(&mut batch, trees, id, Some(&record.state), &held).expect("puts");
    batch.apply(trees).expect("writes");
}

fn moved_due(store: &Store) {
    let key = first(store, Table::Due);
    remove(store, Table::Due, &key);
    set(store, Table::Due, &keys::due(9, keys::id_at(&key, 8).expect("has one")), Vec::new());
}

fn moved_missing(store: &Store) {
    let key = first(store, Table::Missing);
    let value = get(store, Table::Missing, &key);
    remove(store, Table::Missing, &key);
    let cid = keys::u64_at(&key, 0).expect("has one");
    set(store, Table::Missing, &keys::missing(cid, "another"), value);
}

fn moved_said(store: &Store) {
    copy_row(store, Table::Said, &[9; 16]);
}

fn moved_feed(store: &Store) {
    copy_row(store, Table::Feed, &[9; 16]);
}

fn twice_a_word(store: &Store) {
    let next = u32::try_from(store.inner.trees.at(Table::Word).len()).expect("small");
    let word = store.inner.words.read().expect("no panic").first().cloned().expect("has one");
    put(store, Table::Word, &next.to_be_bytes(), &word);
    store.inner.words.write().expect("no panic").push(word);
}

fn braked(store: &Store, event: [u8; 16]) {
    put(store, Table::Brake, &SOURCE.to_be_bytes(), &(Instant(at(1)), vec!["edit"], IdHex(event)));
}

#[test]
fn the_strings_of_this_store_are_as_the_table_says() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = lived_in(dir.path());
    let words = store.inner.words.read().expect("no panic").clone();
    assert!(matches!(words[SOURCE as usize], WordRecord::Source(_)) && matches!(words[HOOK as usize], WordRecord::Address { .. }));
    assert_eq!(format::unseal(&get(&store, Table::Word, &HOOK.to_be_bytes())).map(|(schema, _)| schema), Ok(rows::SCHEMA));
}
