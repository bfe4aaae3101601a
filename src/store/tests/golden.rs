//! The bytes of format 1, written once and read for ever.
//!
//! `tests/fixtures/store/v1/` holds every row of a small store in hexadecimal, and its dump; `v1-2/` the same since bodies
//! say how they travel and deliveries can be held; `v1-3/` a row of every table there was, and every state of a delivery; `v1-5/` users, sessions, tokens and what was done. If this test
//! fails, stores that people have do not read any more: give the new shape a new schema number and keep reading the old one.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::PathBuf;

use super::*;
use crate::domain::docket::{Document, Oddity, Party, Withheld};
use crate::domain::event::{EventHearing, FieldChange, Severity};
use crate::domain::hearing::{HearingMention, HearingMode, HearingStatus};
use crate::domain::withhold::Telling;
use crate::store::batch::Batch;
use crate::store::brake::{BrakeRecord, PulledRecord, ReleasedRecord};
use crate::store::codes::{IdHex, Instant};
use crate::store::hosts::HostBudget;
use crate::store::keys::{self, Table, Trees};
use crate::store::outbox::put_delivery;
use crate::store::records::delivery::{DeliveryRecord, StateRecord};
use crate::store::rows;

/// The newest last: `VEEDOR_BLESS_STORE=` its name writes it, once.
const FOLDERS: [&str; 5] = ["v1", "v1-2", "v1-3", "v1-4", "v1-5"];

fn newest() -> &'static str {
    FOLDERS[FOLDERS.len() - 1]
}

pub(super) fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/store").join(name)
}

/// What `VEEDOR_BLESS_STORE` names.
pub(super) fn blessed() -> Option<OsString> {
    std::env::var_os("VEEDOR_BLESS_STORE")
}

/// Whether this fixture is to be written now. One that is there is what people's stores hold: it is never written over.
pub(super) fn is_to_be_written(name: &str, blessed: Option<&OsStr>) -> bool {
    let is_named = blessed.is_some_and(|blessed| blessed == name);
    let is_there = fixture(name).exists();
    assert!(!is_named || !is_there, "{name} is there already, as stores that people have: give the new shape a new name");
    is_named
}

#[test]
#[should_panic(expected = "give the new shape a new name")]
fn what_is_frozen_is_not_written_over() {
    is_to_be_written(newest(), Some(OsStr::new(newest())));
}

#[test]
fn format_1_is_read() {
    if is_to_be_written(newest(), blessed().as_deref()) {
        write_format_1(&fixture(newest()));
    }
    FOLDERS.iter().for_each(|name| is_read(&fixture(name)));
}

#[test]
fn every_table_has_a_frozen_row_and_every_state_of_a_delivery_too() {
    for table in Table::ALL {
        let rows = fs::read_to_string(fixture(newest()).join(format!("{}.hex", table.name()))).expect("the fixture is there");
        assert!(!rows.is_empty(), "{} has no frozen row: write a new folder with one", table.name());
    }
    let dump = fs::read_to_string(fixture(newest()).join("dump.txt")).expect("the fixture is there");
    for state in states() {
        let shown = serde_json::to_string(&state).expect("is shown");
        assert!(dump.contains(&format!("\"state\":{shown}")), "no delivery that is {shown} is frozen");
    }
}

fn is_read(folder: &Path) {
    let dir = tempfile::tempdir().expect("a folder");
    fs::write(dir.path().join("FORMAT"), "1\n").expect("writes");
    crate::store::mark::create(dir.path()).expect("marks");
    let trees = Trees::open(sled::open(dir.path().join("sled")).expect("opens")).expect("opens");
    for table in Table::ALL {
        let text = fs::read_to_string(folder.join(format!("{}.hex", table.name()))).expect("the fixture is there");
        for line in text.lines() {
            let (key, value) = line.split_once(' ').expect("a key and a value");
            trees.at(*table).insert(bytes(key), bytes(value)).expect("writes");
        }
    }
    trees.db.flush().expect("flushes");
    drop(trees);
    let store = open(dir.path());
    let expected = fs::read_to_string(folder.join("dump.txt")).expect("the fixture is there");
    assert_eq!(store.dump().expect("dumps"), expected);
    assert_eq!(store.fsck(false).expect("checks").problems, Vec::<String>::new());
    // And it is written on.
    store.commit(news(1, &case(1), 4)).expect("commits");
}

/// Writes the fixtures of a format, once, before it is published: `VEEDOR_BLESS_STORE=v1-5 cargo test --lib golden`.
fn write_format_1(folder: &Path) {
    let dir = tempfile::tempdir().expect("a folder");
    let store = everything(dir.path());
    assert_eq!(store.fsck(false).expect("checks").problems, Vec::<String>::new());
    fs::create_dir_all(folder).expect("makes");
    for table in Table::ALL {
        let rows = store.inner.trees.at(*table).iter().flatten();
        let text: String =
            rows.map(|(key, value)| format!("{} {}\n", crate::domain::id::hex(&key), crate::domain::id::hex(&value))).collect();
        fs::write(folder.join(format!("{}.hex", table.name())), text).expect("writes");
    }
    fs::write(folder.join("dump.txt"), store.dump().expect("dumps")).expect("writes");
}

fn bytes(hex: &str) -> Vec<u8> {
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal")).collect()
}

/// [`whole`], with what came later: a row in every table, every shape of a row of the brake, every state of a delivery, and an appointment.
fn everything(dir: &Path) -> Store {
    let store = whole(dir);
    store.keep_readings(1, b"what its entries say ".repeat(20));
    store.keep_readings(2, b"less".to_vec());
    let some = store.due_at(at(9_000), 1)[0].id;
    store.refused(some, "550 no such user", at(9)).expect("notes").expect("it has an address");
    let said = [said::watch(1, Some(Telling::Activity), &[2]), said::watch(2, Some(Telling::TypeAndDate), &[])];
    store.keep_said(&said).expect("keeps");
    let host = |host: &str, resting_until| HostBudget { host: host.into(), used: 3, day_ends: at(9), resting_until };
    store.keep_hosts(&[host("https://a.example.org", None), host("https://b.example.org", Some(at(99)))]).expect("keeps");
    // All but two left the list, and one came back after two days.
    store.watch(&[case(1), case(2)], at(9)).expect("watches");
    store.watch(&[case(1), case(2), case(3)], at(9 + 2 * 86_400)).expect("watches");
    store.tell(conditions::telling(1, 60)).expect("tells");
    use crate::domain::feed::Scope;
    for (n, scope) in [(1, Scope::All), (2, Scope::Tag("sobornos".into())), (3, Scope::Case(case(1)))] {
        store.add_feed(feeds::address(n, scope)).expect("keeps");
    }
    store.revoke_feed(feeds::address(3, Scope::All).id, at(9)).expect("revokes");
    store.feed_used(feeds::address(1, Scope::All).id, jiff::civil::date(2026, 3, 4));
    store.settle();
    store.link_key().expect("draws");
    access::one_of_each(&store);
    store.silence(silences::silence(silences::of_case(2), 10_000)).expect("begins");
    let mut invited = visit(1, &case(1), 3);
    let mut told = event(&case(1), 3, 900);
    told.hearing = crate::domain::sample::invited().hearing;
    assert!(told.hearing.as_ref().is_some_and(|hearing| !hearing.appointments.is_empty()));
    invited.deliveries =
        (0..states().len()).map(|n| delivery(&told, &format!("in-state-{n}"), DeliveryState::Waiting { due: at(3) })).collect();
    invited.events = vec![told.clone()];
    store.commit(invited).expect("commits");
    let trees = &store.inner.trees;
    let mut batch = Batch::default();
    for (n, state) in states().into_iter().enumerate() {
        let id = delivery(&told, &format!("in-state-{n}"), DeliveryState::Waiting { due: at(3) }).id;
        let record: DeliveryRecord = rows::get_long(trees, Table::Delivery, &id.0).expect("reads").expect("is there");
        let new = DeliveryRecord { state, ..record.clone() };
        put_delivery(&mut batch, trees, id, Some(&record.state), &new).expect("puts");
    }
    // The source has the word 0. The last is a case that changed, with the number of its first event.
    let (way, event) = ("record.edited", IdHex::from(told.id));
    rows::put(&mut batch, Table::Brake, &0u32.to_be_bytes(), &BrakeRecord { since: Instant(at(1)), ways: vec![way.into()], event })
        .expect("puts");
    rows::put(&mut batch, Table::Brake, &keys::way(0, "record.removed"), &ReleasedRecord { until: Instant(at(99)) }).expect("puts");
    let pulled = PulledRecord { since: Instant(at(1)), discarded: Some(Instant(at(2))) };
    rows::put(&mut batch, Table::Brake, &keys::pulled(0, way), &pulled).expect("puts");
    rows::put(&mut batch, Table::Brake, &keys::changed(0, way, 1), &(Instant(at(1)), 1u64)).expect("puts");
    batch.apply(trees).expect("writes");
    for table in Table::ALL {
        assert!(trees.at(*table).iter().next().is_some(), "{} has no row", table.name());
    }
    store
}

/// One of every state that a delivery can be stored in. The match says when one is missing.
fn states() -> Vec<StateRecord> {
    use StateRecord::{Again, Braked, Dead, Delivered, Discarded, Dropped, Held, Muted, Open, Paused, Waiting};
    let (instant, reason) = (|n| Instant(at(n)), || "why".to_owned());
    let by = IdHex::from(silences::silence(silences::of_case(2), 10_000).id);
    let all = vec![
        Open { due: instant(100) },
        Waiting { due: instant(101) },
        Delivered { at: instant(102) },
        Dead { at: instant(103), reason: reason() },
        Again { due: instant(104) },
        Held { since: instant(105), reason: reason() },
        Dropped { at: instant(106) },
        Braked { since: instant(107) },
        Discarded { at: instant(108) },
        Paused { due: instant(109) },
        Muted { since: instant(110), by },
    ];
    let place = |state: &StateRecord| match state {
        Open { .. } => 0,
        Waiting { .. } => 1,
        Delivered { .. } => 2,
        Dead { .. } => 3,
        Again { .. } => 4,
        Held { .. } => 5,
        Dropped { .. } => 6,
        Braked { .. } => 7,
        Discarded { .. } => 8,
        Paused { .. } => 9,
        Muted { .. } => 10,
    };
    assert!(all.iter().enumerate().all(|(n, state)| place(state) == n));
    all
}

/// A small store with every variant of every record that `v1-2` knows.
fn whole(dir: &Path) -> Store {
    let store = open(dir);
    let cases: Vec<CaseRef> = (1..10).map(case).collect();
    store.register(&cases).expect("registers");
    for n in 1..=3 {
        let mut visit = news(1, &case(1), n);
        let docket = &mut visit.version.as_mut().expect("has one").docket;
        docket.heading.filed = Some(jiff::civil::date(2023, 12, 14));
        docket.heading.extra.insert("action".into(), "PENAL".into());
        docket.parties.push(Party { role: "PROCESADO".into(), name: "PERSONA FICTICIA UNO".into() });
        docket.oddities.push(Oddity { kind: "null-element".into(), detail: "one".into(), doubts: false });
        let entry = &mut docket.entries[0];
        entry.documents.push(Document { id: "7".into(), name: "a.pdf".into(), url: Some("https://example.org/a.pdf".into()) });
        entry.withheld = Some(Withheld { mark: "H".into(), reason: Some("reserva".into()) });
        entry.notice_of = Some(EntryKey("1".into()));
        visit.missing = Some(
            [(crate::domain::diff::Part::Entry(EntryKey("gone".into())), crate::domain::diff::Missing { since: at(1), visits: n })].into(),
        );
        visit.head.vanished = Some(crate::domain::diff::Missing { since: at(2), visits: 1 });
        store.commit(visit).expect("commits");
    }
    let mut all = visit(1, &case(1), 3);
    all.events = every_event();
    all.deliveries = deliveries(&all.events);
    store.commit(all).expect("commits");
    let why = || "why".to_owned();
    let outcomes = [
        Outcome::Sent { detail: "200 OK".into() },
        Outcome::Retry { why: why(), after: Some(Duration::from_secs(9)) },
        Outcome::Rejected { why: why() },
        Outcome::Misconfigured { why: why() },
    ];
    let id = store.due_at(at(900), 1)[0].id;
    for (n, outcome) in (0..).zip(outcomes) {
        let state = DeliveryState::Dead { at: at(n), reason: why() };
        store.fix(id, content("{\"type\":\"hearing.scheduled\"}".repeat(5).into_bytes())).expect("fixes");
        store.record_attempt(id, attempt(n, outcome), state, 3).expect("records");
    }
    let id = store.due_at(at(900), 1)[0].id;
    let noise: Vec<u8> = (0..400u32).flat_map(|n| sha256(&n.to_be_bytes())).collect();
    store.fix(id, Content { medium: Medium::Email, from: Some("Veedor <v@example.org>".into()), body: noise }).expect("fixes");
    store.record_attempt(id, sent(9), DeliveryState::Delivered { at: at(9) }, 1).expect("records");
    store.mail_domain("example.org").expect("keeps");
    let due = store.due_at(at(9_000), 9);
    let held = DeliveryState::Held { since: at(9), reason: why() };
    store.record_attempt(due[0].id, attempt(9, Outcome::Misconfigured { why: why() }), held, 0).expect("records");
    store.retry(&[id], at(10)).expect("retries");
    store.end(&[due[1].id], at(11)).expect("ends");
    let healths = [
        Health::Unvisited,
        Health::NotFound,
        Health::Reserved,
        Health::Blocked(why()),
        Health::Unavailable(why()),
        Health::Unreadable(why()),
        Health::Implausible(why()),
    ];
    for (cid, health) in (2..).zip(healths) {
        let mut visit = visit(cid, &case(u32::try_from(cid).expect("small")), 0);
        visit.head.health = health;
        store.commit(visit).expect("commits");
    }
    store
}

fn every_event() -> Vec<Event> {
    let severities = [Severity::Info, Severity::Notice, Severity::Warn, Severity::Critical];
    let actors = [Actor::Court, Actor::Clerk, Actor::Prosecutor, Actor::Party, Actor::Unknown];
    let modes = [None, Some(HearingMode::InPerson), Some(HearingMode::Remote), Some(HearingMode::Mixed)];
    let statuses = [
        "convened",
        "rescheduled",
        "moved_earlier",
        "deferred",
        "suspended",
        "resume_scheduled",
        "resumed",
        "failed",
        "not_installed",
        "revoked",
        "held",
        "oral_decision",
    ];
    let kinds = EventKind::ALL.iter().enumerate();
    kinds
        .map(|(n, kind)| {
            let mut event = event(&case(1), 9, u32::try_from(n).expect("small"));
            event.id = Event::id_of(&case(1), 9, "x", *kind);
            event.version = 3;
            event.kind = *kind;
            event.severity = severities[n % 4];
            let entry = event.entry.as_mut().expect("has one");
            entry.actor = actors[n % 5];
            entry.before = (n % 3 == 0).then(|| "antes".into());
            entry.after = (n % 3 == 1).then(|| "después".into());
            let mention = HearingMention {
                date: Some(jiff::civil::date(2026, 3, 12)),
                time: (n % 2 == 0).then(|| jiff::civil::time(9, 30, 0, 0)),
                kind: Some("juicio".into()),
                mode: modes[n % 4],
                room: Some("Sala 1".into()),
                warnings: vec!["weekday_mismatch".into()],
                span: Some((3, 90)),
                ..HearingMention::new(HearingStatus::parse(statuses[n % 12]).expect("is a status"))
            };
            let previous = Some((jiff::civil::date(2026, 2, 20), None));
            event.hearing = (n % 2 == 0).then(|| EventHearing {
                mention,
                starts: Some(at(7)),
                zone: "America/Guayaquil".into(),
                previous,
                appointments: Vec::new(),
            });
            event.field = (n % 4 == 1).then(|| FieldChange { field: "status".into(), before: None, after: Some("ARCHIVADO".into()) });
            if n % 7 == 6 {
                event.entry = None;
            }
            event
        })
        .collect()
}

fn deliveries(events: &[Event]) -> Vec<Delivery> {
    let waiting = |n: i64| DeliveryState::Waiting { due: at(n) };
    let mut gathered = delivery(&events[2], "mail", DeliveryState::Open { due: at(999) });
    gathered.events = events.iter().map(|event| event.id).collect();
    vec![
        delivery(&events[0], "hook", waiting(1)),
        delivery(&events[1], "hook", waiting(2)),
        delivery(&events[2], "hook", waiting(3)),
        gathered,
    ]
}
