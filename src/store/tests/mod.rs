//! Tests of the store against real sled in temporary folders. Here: what they share.
//!
//! Cases, dockets, pages and events are made from small numbers, so that a test can say what it expects. Times are seconds
//! after a fixed instant.

mod access;
mod ages;
mod appointments;
mod brake;
mod budget;
mod compact;
mod conditions;
pub(super) mod damage;
mod deliveries;
mod digests;
mod feeds;
mod flips;
mod golden;
mod growth;
mod invariants;
mod left;
mod model;
mod numbers;
mod opening;
mod said;
mod silences;
mod torture;
mod unread;
mod visits;
mod whole;

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::case::CaseRef;
use crate::domain::delivery::{Attempt, Content, Delivery, DeliveryState, Outcome};
use crate::domain::docket::{Docket, Entry, EntryKey, Heading};
use crate::domain::event::{Actor, Event, EventEntry, EventKind};
use crate::domain::health::Health;
use crate::domain::id::{Id, sha256};
use crate::domain::medium::Medium;
use crate::domain::page::Page;
use crate::domain::schedule::Row;

use super::cases::Head;
use super::commit::Visit;
use super::open::Options;
use super::{Cid, Store, Version};

/// An instant some seconds after a fixed one.
pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).expect("in range")
}

pub(super) fn open(dir: &Path) -> Store {
    Store::open(dir, Options::new(at(0))).expect("opens")
}

pub(super) fn case(n: u32) -> CaseRef {
    CaseRef { source: "ec-esatje".into(), number: format!("17721{n:09}G") }
}

pub(super) fn entry(n: u32, text: &str) -> Entry {
    Entry {
        key: EntryKey(format!("2039{n:05}")),
        date: Some(jiff::civil::date(2026, 2, 20)),
        time: Some(jiff::civil::time(11, 51, 46, 0)),
        title: "AUTO DE SUSTANCIACION".into(),
        text: text.into(),
        documents: Vec::new(),
        annulled: false,
        withheld: None,
        notice_of: None,
        extra: [("visible".to_owned(), "S".to_owned())].into(),
    }
}

/// A text that differs for each `n` and does not compress to nothing.
pub(super) fn order(n: u32) -> String {
    format!(
        "Atento el pedido {} de la Fiscalía, se señala para el día {} de marzo de 2026, a las {:02}h{:02}, la audiencia de juicio \
         en la sala {}. Notifíquese a PERSONA FICTICIA {n}. {}",
        n.wrapping_mul(2_654_435_761),
        n % 28 + 1,
        n % 24,
        n % 60,
        n % 7,
        crate::domain::id::hex(&sha256(&n.to_be_bytes())[..12]),
    )
}

pub(super) fn docket(entries: u32) -> Docket {
    Docket {
        heading: Heading { court: Some("TRIBUNAL DE GARANTÍAS PENALES".into()), ..Heading::default() },
        parties: Vec::new(),
        entries: (0..entries).rev().map(|n| entry(n, &order(n))).collect(),
        oddities: Vec::new(),
    }
}

/// The docket's entries as the court's API would say them.
pub(super) fn page(docket: &Docket, seconds: i64) -> Page {
    let rows: Vec<String> = docket
        .entries
        .iter()
        .map(|entry| {
            format!(
                "{{\"codigo\":{},\"idJudicatura\":\"TRIBUNAL DE GARANTÍAS PENALES\",\"fecha\":\"2026-02-20T11:51:46.000+00:00\",\
                 \"tipo\":\"{:50}\",\"actividad\":\"<p>{}</p>\",\"visible\":\"S\",\"uuid\":null}}",
                entry.key.0, entry.title, entry.text
            )
        })
        .collect();
    Page {
        step: "acts".into(),
        url: "https://api.example.org/actuacionesJudiciales".into(),
        status: 200,
        headers: vec![("content-type".into(), "application/json".into()), ("date".into(), at(seconds).to_string())],
        body: format!("[{}]", rows.join(",")).into_bytes(),
        charset: None,
        fetched_at: at(seconds),
    }
}

pub(super) fn version(number: u32, docket: Docket, seconds: i64) -> Version {
    let pages = vec![page(&docket, seconds)];
    Version { number, at: at(seconds), docket, pages }
}

pub(super) fn event(case: &CaseRef, version: u32, n: u32) -> Event {
    let entry = entry(n, "");
    Event {
        id: Event::id_of(case, version, &entry.key.0, EventKind::OrderIssued),
        kind: EventKind::OrderIssued,
        severity: EventKind::OrderIssued.severity(),
        case: case.clone(),
        seq: 0,
        version,
        entry: Some(EventEntry {
            key: entry.key,
            date: entry.date,
            time: entry.time,
            title: entry.title,
            actor: Actor::Court,
            excerpt: order(n),
            before: None,
            after: None,
        }),
        hearing: None,
        field: None,
        seen_at: at(i64::from(version)),
        page_sha256: sha256(&n.to_be_bytes()),
    }
}

impl Store {
    /// The pending deliveries whose time has come, the longest waiting first.
    pub(crate) fn due_at(&self, now: Timestamp, limit: usize) -> Vec<Delivery> {
        let mut due = self.deliveries(super::outbox::DeliveryFilter::Pending, usize::MAX).expect("reads");
        due.retain(|delivery| delivery.state.due().is_some_and(|at| at <= now));
        due.sort_by_key(|delivery| (delivery.state.due(), delivery.id));
        due.truncate(limit);
        due
    }
}

/// Bytes as a webhook sends them.
pub(super) fn content(body: Vec<u8>) -> Content {
    Content { medium: Medium::Webhook, from: None, body }
}

pub(super) fn delivery(event: &Event, channel: &str, state: DeliveryState) -> Delivery {
    Delivery {
        id: Delivery::id_of(channel, "a@example.org", event.id),
        channel: channel.into(),
        recipient: "a@example.org".into(),
        case: event.case.clone(),
        events: vec![event.id],
        state,
        attempts: 0,
        created: event.seen_at,
    }
}

pub(super) fn attempt(seconds: i64, outcome: Outcome) -> Attempt {
    Attempt { at: at(seconds), took: Duration::from_millis(42), outcome }
}

pub(super) fn sent(seconds: i64) -> Attempt {
    attempt(seconds, Outcome::Sent { detail: "200 OK".into() })
}

/// A visit without content.
pub(super) fn visit(cid: Cid, case: &CaseRef, version: u32) -> Visit {
    let head = Head {
        case: case.clone(),
        version,
        seq: 0,
        health: Health::Ok,
        vanished: None,
        watched_since: at(0),
        changed_at: Some(at(i64::from(version))),
        pages_sha256: sha256(&version.to_be_bytes()),
        validators: vec![(Some(format!("\"{version:08x}\"")), None)],
    };
    let row = Row { next_due: 1_790_000_000 + version, last_ok: 1_790_000_000, fails: 0, seen: [7; 8] };
    Visit { cid, row, head, missing: None, version: None, events: Vec::new(), deliveries: Vec::new() }
}

/// A visit that brings version `n` with `n` entries, and, from the second on, one event and one waiting webhook delivery.
pub(super) fn news(cid: Cid, case: &CaseRef, n: u32) -> Visit {
    let mut visit = visit(cid, case, n);
    visit.version = Some(version(n, docket(n), i64::from(n)));
    if n > 1 {
        let event = event(case, n, n - 1);
        visit.deliveries = vec![delivery(&event, "hook", DeliveryState::Waiting { due: at(i64::from(n)) })];
        visit.events = vec![event];
    }
    visit
}

impl Store {
    /// Damages a stored version, as a failing disk would.
    pub(crate) fn spoil_version(&self, cid: Cid, number: u32) {
        damage::spoil(self, super::keys::Table::Snap, &super::keys::numbered(cid, number));
    }

    /// Damages what is stored of the parts that are missing from a case.
    pub(crate) fn spoil_missing(&self, cid: Cid) {
        let keys: Vec<_> = self.inner.trees.at(super::keys::Table::Missing).scan_prefix(super::keys::cid(cid)).keys().collect();
        assert!(!keys.is_empty(), "nothing is missing");
        keys.iter().flatten().for_each(|key| damage::spoil(self, super::keys::Table::Missing, key));
    }

    /// Damages a stored delivery.
    pub(crate) fn spoil_delivery(&self, id: Id) {
        damage::spoil(self, super::keys::Table::Delivery, &id.0);
    }

    /// Damages a stored event.
    pub(crate) fn spoil_event_row(&self, number: u64) {
        damage::spoil(self, super::keys::Table::Event, &number.to_be_bytes());
    }

    /// Damages the index that leads to an event, or mends it: the same bit is turned.
    pub(crate) fn spoil_event(&self, id: Id) {
        damage::spoil(self, super::keys::Table::EventId, &id.0);
    }

    /// Damages the index that leads to a case of the first source.
    pub(crate) fn spoil_index(&self, case: &CaseRef) {
        damage::spoil(self, super::keys::Table::Cid, &super::keys::case(0, &case.number));
    }
}
