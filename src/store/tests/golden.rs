//! The bytes of format 1, written once and read for ever.
//!
//! `tests/fixtures/store/v1/` holds every row of a small store in hexadecimal, and its dump; `v1-2/` the same since bodies
//! say how they travel and deliveries can be held. If this test fails, stores that people have do not read any more: give the
//! new shape a new schema number and keep reading the old one.

use std::fs;
use std::path::PathBuf;

use super::*;
use crate::domain::docket::{Document, Oddity, Party, Withheld};
use crate::domain::event::{EventHearing, FieldChange, Severity};
use crate::domain::hearing::{HearingMention, HearingMode, HearingStatus};
use crate::store::keys::{Table, Trees};

/// The newest last: `VEEDOR_BLESS_STORE` writes that one.
const FOLDERS: [&str; 2] = ["v1", "v1-2"];

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/store").join(name)
}

#[test]
fn format_1_is_read() {
    if std::env::var_os("VEEDOR_BLESS_STORE").is_some() {
        write_format_1(&folder(FOLDERS[FOLDERS.len() - 1]));
    }
    FOLDERS.iter().for_each(|name| is_read(&folder(name)));
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

/// Writes the fixtures of a format, once, before it is published: `VEEDOR_BLESS_STORE=1 cargo test --lib golden`.
fn write_format_1(folder: &Path) {
    let dir = tempfile::tempdir().expect("a folder");
    let store = whole(dir.path());
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

/// A small store with every variant of every record.
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
