//! What is kept of each condition, and telling of it: the state, the event and its deliveries are one transaction.
//!
//! For `daemon::conditions`, which decides. So a crash neither tells a condition twice nor forgets that it was told, and the id of a
//! telling is that of its facts, whatever happens in between. An event belongs to a case in this store; what is told of a source, a
//! channel or the disk belongs to a place that is none ([`report::place`](crate::domain::report::place)).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::case::CaseRef;
use crate::domain::condition::{State, Topic};
use crate::domain::delivery::Delivery;
use crate::domain::event::Event;
use crate::domain::id::Id;

use super::batch::Batch;
use super::cases::{self, Head};
use super::codes::{ClassCode, Instant, TopicCode};
use super::error::StoreError;
use super::keys::{self, Table};
use super::records::at_the_end;
use super::records::case::HeadRecord;
use super::writer::Ledger;
use super::{Cid, Store, rows};

/// Which condition: its topic, and the id of its source or channel.
pub type Key = (Topic, String);

/// What becomes of a condition, and what is told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Telling {
    /// Which.
    pub key: Key,
    /// What is known of it from now on; `None` when it ended.
    pub state: Option<State>,
    /// What is told.
    pub event: Option<Event>,
    /// Whom it is told.
    pub deliveries: Vec<Delivery>,
}

/// [`State`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StateRecord {
    since: Instant,
    last_bad: Instant,
    bad: u32,
    class: ClassCode,
    good: u32,
    told: u32,
    told_at: Instant,
    told_class: ClassCode,
    told_bad: u32,
    disabled: Option<Instant>,
    why: String,
    /// Last, and not written when there is nothing to say, so that rows of both ages read as they are.
    #[serde(default, deserialize_with = "at_the_end", skip_serializing_if = "Option::is_none")]
    nothing_since: Option<Instant>,
}

/// A condition as a line of a backup.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ConditionLine {
    topic: TopicCode,
    subject: String,
    state: StateRecord,
}

impl Store {
    /// Every condition that is kept. One that does not read back is none: it is told anew when it is seen again.
    pub fn conditions(&self) -> Result<BTreeMap<Key, State>, StoreError> {
        self.read(|trees| {
            let mut all = BTreeMap::new();
            for row in trees.at(Table::Condition).iter() {
                let Ok((key, value)) = row else { continue };
                if let (Ok(name), Ok(record)) = (name(&key), rows::decode_row::<StateRecord>(Table::Condition, &key, &value)) {
                    all.insert(name, record.into());
                }
            }
            Ok(all)
        })
    }

    /// Keeps what became of a condition and tells it. An event whose id is stored already is not stored or delivered again. Returns
    /// whether there was news, after the flush.
    pub fn tell(&self, telling: Telling) -> Result<bool, StoreError> {
        self.write(true, move |ledger| ledger.tell(telling))
    }
}

impl Ledger {
    fn tell(&mut self, Telling { key: (topic, subject), state, event, deliveries }: Telling) -> Result<bool, StoreError> {
        let mut batch = Batch::default();
        let key = key_of(topic, &subject);
        match state {
            Some(state) => rows::put(&mut batch, Table::Condition, &key, &StateRecord::from(state))?,
            None => batch.remove(Table::Condition, key),
        }
        let Some(event) = event else {
            batch.apply(&self.trees)?;
            return Ok(false);
        };
        let case = event.case.clone();
        let [cid] = self.register(std::slice::from_ref(&case))?[..] else {
            return Err(StoreError::Refused(format!("no number for {case}")));
        };
        let head = self.head_or_new(cid, &case, &event)?;
        let (told, next_event, seq) = self.put_events(&mut batch, cid, head.seq, vec![event])?;
        let staged = self.stage(cid, deliveries, &told.iter().copied().collect(), true, BTreeMap::new())?;
        self.put_staged(&mut batch, &staged)?;
        let head = Head { seq, ..head };
        rows::put_long(&mut batch, &self.trees, Table::Case, &keys::cid(cid), &HeadRecord::new(head))?;
        self.apply_told(batch, cid, next_event, staged)?;
        Ok(!told.is_empty())
    }

    /// The head of a case or place. One that does not read back must not make two events share a number.
    fn head_or_new(&self, cid: Cid, case: &CaseRef, event: &Event) -> Result<Head, StoreError> {
        let stored = match cases::head_of(&self.trees, cid) {
            Err(StoreError::Damaged(_)) => cases::derived_head(&self.trees, cid)?,
            stored => stored?,
        };
        if let Some(stored) = stored {
            return Ok(stored.head(case.clone()));
        }
        let last = self.trees.at(Table::CaseEvent).scan_prefix(keys::cid(cid)).keys().next_back().transpose()?;
        Ok(Head { seq: last.and_then(|key| keys::u32_at(&key, 8)).unwrap_or_default(), ..Head::unvisited(case.clone(), event.seen_at) })
    }

    /// All conditions as lines; of one that does not read back, that it should be one.
    pub(super) fn condition_lines(&self) -> Result<Vec<Result<ConditionLine, StoreError>>, StoreError> {
        let mut lines = Vec::new();
        for row in self.trees.at(Table::Condition).iter() {
            let (key, value) = row?;
            lines.push(name(&key).and_then(|(topic, subject)| {
                let state = rows::decode_row(Table::Condition, &key, &value)?;
                Ok(ConditionLine { topic: TopicCode(topic), subject, state })
            }));
        }
        Ok(lines)
    }

    /// Puts one back.
    pub(super) fn take_condition(&mut self, line: &ConditionLine) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        rows::put(&mut batch, Table::Condition, &key_of(line.topic.0, &line.subject), &line.state)?;
        batch.apply(&self.trees)
    }
}

/// The name of a topic, a zero byte, the subject.
fn key_of(topic: Topic, subject: &str) -> Vec<u8> {
    [topic.name().as_bytes(), &[0], subject.as_bytes()].concat()
}

fn name(key: &[u8]) -> Result<Key, StoreError> {
    let damaged = || rows::damaged(Table::Condition, key, "its key names no condition");
    let (topic, subject) = str::from_utf8(key).ok().and_then(|key| key.split_once('\0')).ok_or_else(damaged)?;
    Ok((Topic::parse(topic).ok_or_else(damaged)?, subject.to_owned()))
}

/// A row of the table as JSON.
pub(super) fn show(key: &[u8], value: &[u8]) -> Result<String, StoreError> {
    name(key)?;
    let record: StateRecord = rows::decode_row(Table::Condition, key, value)?;
    Ok(serde_json::to_string(&record).unwrap_or_else(|error| error.to_string()))
}

impl From<State> for StateRecord {
    fn from(state: State) -> Self {
        let State { since, last_bad, bad, class, good, told, told_at, told_class, told_bad, disabled, nothing_since, why } = state;
        Self {
            since: since.into(),
            last_bad: last_bad.into(),
            bad,
            class: ClassCode(class),
            good,
            told,
            told_at: told_at.into(),
            told_class: ClassCode(told_class),
            told_bad,
            disabled: disabled.map(Instant::from),
            why,
            nothing_since: nothing_since.map(Instant::from),
        }
    }
}

impl From<StateRecord> for State {
    fn from(record: StateRecord) -> Self {
        let StateRecord { since, last_bad, bad, class, good, told, told_at, told_class, told_bad, disabled, why, nothing_since } = record;
        Self {
            since: since.0,
            last_bad: last_bad.0,
            bad,
            class: class.0,
            good,
            told,
            told_at: told_at.0,
            told_class: told_class.0,
            told_bad,
            disabled: disabled.map(|at| at.0),
            nothing_since: nothing_since.map(|at| at.0),
            why,
        }
    }
}

impl Telling {
    /// What becomes of a condition of which there is nothing to tell.
    pub fn silent(key: Key, state: Option<State>) -> Self {
        Self { key, state, event: None, deliveries: Vec::new() }
    }

    /// The id of what is told.
    pub fn id(&self) -> Option<Id> {
        self.event.as_ref().map(|event| event.id)
    }
}
