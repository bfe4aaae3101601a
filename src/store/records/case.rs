//! Stored forms of what the store keeps of a case beside its versions: name, head, plan, missing entries, strings.
//!
//! Written by `cases` and `commit`, read by everyone in the store. Numbers that stand for cases and strings are the
//! store's own; exports write the names instead (`lines`).

use serde::{Deserialize, Serialize};

use crate::domain::case::CaseRef;
use crate::domain::diff::{Missing, Part};
use crate::domain::docket::{EntryKey, Party};
use crate::domain::health::Health;
use crate::domain::schedule::Row;
use crate::store::cases::Head;
use crate::store::codes::{Hex8, Instant, Sha};

/// An interned string.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(in crate::store) enum WordRecord {
    /// The id of a source.
    Source(String),
    /// A recipient of a channel.
    Address {
        /// The channel's id.
        channel: String,
        /// The address within it.
        recipient: String,
    },
}

/// The name of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct NameRecord {
    /// The word that is its source.
    pub source: u32,
    /// Its number.
    pub number: String,
}

/// [`Head`] without the case itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::store) struct HeadRecord {
    pub version: u32,
    pub seq: u32,
    pub health: HealthRecord,
    pub vanished: Option<MissingRecord>,
    pub watched_since: Instant,
    pub changed_at: Option<Instant>,
    pub pages_sha256: Sha,
    pub validators: Vec<(Option<String>, Option<String>)>,
}

/// [`Health`]. New variants at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::store) enum HealthRecord {
    Unvisited,
    Ok,
    NotFound,
    Reserved,
    Blocked(String),
    Unavailable(String),
    Unreadable(String),
    Implausible(String),
}

/// [`Missing`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct MissingRecord {
    pub since: Instant,
    pub visits: u32,
}

/// Parts the pieces of a key that stands for more than an entry. No key of an entry has it: white space and control
/// characters are collapsed in them.
const PART: char = '\u{1f}';

/// A missing part of a docket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct MissingEntryRecord {
    /// An entry's key; other parts begin with [`PART`], their kind and another.
    pub key: String,
    pub missing: MissingRecord,
}

/// [`Row`], 17 bytes: fixed numbers, because varints of seconds are no shorter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct RowRecord {
    pub next_due: u32,
    pub last_ok: u32,
    pub fails: u8,
    pub seen: Hex8,
}

impl HeadRecord {
    /// The stored form.
    pub(in crate::store) fn new(head: Head) -> Self {
        Self {
            version: head.version,
            seq: head.seq,
            health: head.health.into(),
            vanished: head.vanished.map(MissingRecord::from),
            watched_since: head.watched_since.into(),
            changed_at: head.changed_at.map(Instant::from),
            pages_sha256: Sha(head.pages_sha256),
            validators: head.validators,
        }
    }

    /// The head of this case.
    pub(in crate::store) fn head(self, case: CaseRef) -> Head {
        Head {
            case,
            version: self.version,
            seq: self.seq,
            health: self.health.into(),
            vanished: self.vanished.map(Missing::from),
            watched_since: self.watched_since.0,
            changed_at: self.changed_at.map(|at| at.0),
            pages_sha256: self.pages_sha256.0,
            validators: self.validators,
        }
    }
}

impl From<Health> for HealthRecord {
    fn from(health: Health) -> Self {
        match health {
            Health::Unvisited => Self::Unvisited,
            Health::Ok => Self::Ok,
            Health::NotFound => Self::NotFound,
            Health::Reserved => Self::Reserved,
            Health::Blocked(why) => Self::Blocked(why),
            Health::Unavailable(why) => Self::Unavailable(why),
            Health::Unreadable(why) => Self::Unreadable(why),
            Health::Implausible(why) => Self::Implausible(why),
        }
    }
}

impl From<HealthRecord> for Health {
    fn from(record: HealthRecord) -> Self {
        match record {
            HealthRecord::Unvisited => Self::Unvisited,
            HealthRecord::Ok => Self::Ok,
            HealthRecord::NotFound => Self::NotFound,
            HealthRecord::Reserved => Self::Reserved,
            HealthRecord::Blocked(why) => Self::Blocked(why),
            HealthRecord::Unavailable(why) => Self::Unavailable(why),
            HealthRecord::Unreadable(why) => Self::Unreadable(why),
            HealthRecord::Implausible(why) => Self::Implausible(why),
        }
    }
}

impl From<Missing> for MissingRecord {
    fn from(missing: Missing) -> Self {
        Self { since: missing.since.into(), visits: missing.visits }
    }
}

impl From<MissingRecord> for Missing {
    fn from(record: MissingRecord) -> Self {
        Self { since: record.since.0, visits: record.visits }
    }
}

impl MissingEntryRecord {
    /// The stored form.
    pub(in crate::store) fn new(part: &Part, missing: Missing) -> Self {
        let key = match part {
            Part::Entry(key) => key.0.clone(),
            Part::Content(key) => format!("{PART}content{PART}{}", key.0),
            Part::Field(name) => format!("{PART}field{PART}{name}"),
            Part::Party(party) => format!("{PART}party{PART}{}{PART}{}", party.role, party.name),
        };
        Self { key, missing: missing.into() }
    }

    /// What is missing.
    pub(in crate::store) fn part(&self) -> Part {
        let mut pieces = self.key.strip_prefix(PART).unwrap_or_default().splitn(3, PART);
        match (pieces.next(), pieces.next(), pieces.next()) {
            (Some("content"), Some(key), None) => Part::Content(EntryKey(key.to_owned())),
            (Some("field"), Some(name), None) => Part::Field(name.to_owned()),
            (Some("party"), Some(role), Some(name)) => Part::Party(Party { role: role.to_owned(), name: name.to_owned() }),
            _ => Part::Entry(EntryKey(self.key.clone())),
        }
    }
}

impl From<Row> for RowRecord {
    fn from(row: Row) -> Self {
        Self { next_due: row.next_due, last_ok: row.last_ok, fails: row.fails, seen: Hex8(row.seen) }
    }
}

impl From<RowRecord> for Row {
    fn from(record: RowRecord) -> Self {
        Self { next_due: record.next_due, last_ok: record.last_ok, fails: record.fails, seen: record.seen.0 }
    }
}
