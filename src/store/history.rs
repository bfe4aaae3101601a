//! Reading what happened: versions and events.
//!
//! Both are written once and never change, so readers need no lock and no writer.

use jiff::Timestamp;

use crate::domain::appointment::{self, Carried};
use crate::domain::docket::Docket;
use crate::domain::event::Event;
use crate::domain::id::Id;

use super::error::StoreError;
use super::keys::{self, MUTED, Table, Trees};
use super::records::event::EventRecord;
use super::writer::Words;
use super::{Cid, Store, Version, cases, numbers, rows, snapshot};

/// A version without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionInfo {
    /// Its number.
    pub number: u32,
    /// When its pages were seen.
    pub at: Timestamp,
    /// Bytes of its docket and pages together, uncompressed.
    pub bytes: u64,
    /// The version that it is stored as a difference from, if it is.
    pub base: Option<u32>,
}

/// How much the store holds, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Cases ever registered.
    pub cases: u64,
    /// Events ever told.
    pub events: u64,
    /// Deliveries open or waiting.
    pub pending: u64,
    /// Of those, deliveries that wait for their channel to be mended.
    pub held: u64,
    /// Of those, deliveries that the brake holds.
    pub braked: u64,
    /// Deliveries that a silence mutes.
    pub muted: u64,
    /// Deliveries given up.
    pub dead: u64,
}

impl Store {
    /// The docket of a version.
    pub fn docket(&self, cid: Cid, version: u32) -> Result<Option<Docket>, StoreError> {
        self.read(|trees| Ok(snapshot::read(trees, cid, version)?.map(|(_, record)| record.docket.into())))
    }

    /// A version with its pages.
    pub fn version(&self, cid: Cid, version: u32) -> Result<Option<Version>, StoreError> {
        self.read(|trees| {
            let found = snapshot::read(trees, cid, version)?;
            Ok(found.map(|(header, record)| Version {
                number: version,
                at: header.at.0,
                docket: record.docket.into(),
                pages: record.pages.into_iter().map(Into::into).collect(),
            }))
        })
    }

    /// How many bytes a version takes in memory with its pages, about; 0 when there is none or it does not read back.
    pub fn size_of_version(&self, cid: Cid, version: u32) -> Result<usize, StoreError> {
        self.read(|trees| match snapshot::header(trees, cid, version) {
            Ok(header) => Ok(header.map_or(0, |header| usize::try_from(header.raw_len).unwrap_or(usize::MAX))),
            Err(StoreError::Damaged(_)) => Ok(0),
            Err(error) => Err(error),
        })
    }

    /// When the pages of a version were seen.
    pub fn version_at(&self, cid: Cid, version: u32) -> Result<Option<Timestamp>, StoreError> {
        self.read(|trees| Ok(snapshot::header(trees, cid, version)?.map(|header| header.at.0)))
    }

    /// What changes whenever what is stored of a version does; `None` when there is none.
    pub fn seal_of_version(&self, cid: Cid, version: u32) -> Result<Option<[u8; 32]>, StoreError> {
        self.read(|trees| Ok(snapshot::header(trees, cid, version)?.map(|header| header.sha256.0)))
    }

    /// All versions of a case, oldest first.
    pub fn versions(&self, cid: Cid) -> Result<Vec<VersionInfo>, StoreError> {
        self.read(|trees| {
            let last = cases::head_of(trees, cid)?.map_or(0, |head| head.version);
            let mut versions = Vec::new();
            for number in 1..=last {
                let Some(header) = snapshot::header(trees, cid, number)? else { continue };
                let base = (header.base != 0).then_some(header.base);
                versions.push(VersionInfo { number, at: header.at.0, bytes: header.raw_len, base });
            }
            Ok(versions)
        })
    }

    /// One event.
    pub fn event(&self, id: Id) -> Result<Option<Event>, StoreError> {
        self.read(|trees| match rows::get::<u64>(trees, Table::EventId, &id.0)? {
            Some(number) => event_at(trees, &self.inner.words, number),
            None => Ok(None),
        })
    }

    /// One event, with its number among all.
    pub fn numbered(&self, id: Id) -> Result<Option<(u64, Event)>, StoreError> {
        self.read(|trees| {
            let Some(number) = rows::get::<u64>(trees, Table::EventId, &id.0)? else { return Ok(None) };
            Ok(event_at(trees, &self.inner.words, number)?.map(|event| (number, event)))
        })
    }

    /// The id of the event of the same case with the number before, if there is one. Both are written once, so that the answer never
    /// changes.
    pub fn event_before(&self, event: &Event) -> Result<Option<Id>, StoreError> {
        let Some((seq, cid)) = event.seq.checked_sub(1).zip(self.cid(&event.case)?) else { return Ok(None) };
        self.read(|trees| {
            let Some(number) = rows::get::<u64>(trees, Table::CaseEvent, &keys::numbered(cid, seq))? else { return Ok(None) };
            let record = rows::get_long::<EventRecord>(trees, Table::Event, &number.to_be_bytes())?;
            Ok(record.map(|record| record.id.into()))
        })
    }

    /// Events of all cases after the one with this number, oldest first, with their numbers. 0 begins at the beginning.
    pub fn events_after(&self, number: u64, limit: usize) -> Result<Vec<(u64, Event)>, StoreError> {
        self.read(|trees| {
            let mut events = Vec::new();
            for row in trees.at(Table::Event).range(number.saturating_add(1).to_be_bytes()..) {
                let (key, value) = row?;
                let Some(number) = keys::u64_at(&key, 0).filter(|_| key.len() == keys::EVENT_LEN) else { continue };
                if events.len() >= limit {
                    break;
                }
                let record = rows::decode_long(trees, Table::Event, &key, &value)?;
                events.push((number, event_from(trees, &self.inner.words, record)?));
            }
            Ok(events)
        })
    }

    /// The numbers of at most so many events after one, of all cases or of one, oldest first, each with its event: `None` where it does not
    /// read back, which keeps nobody from those behind it.
    pub fn told_after(&self, number: u64, cid: Option<Cid>, most: usize) -> Result<Vec<(u64, Option<Event>)>, StoreError> {
        self.read(|trees| {
            let numbers: Vec<u64> = match cid {
                None => {
                    let rows = trees.at(Table::Event).range(number.saturating_add(1).to_be_bytes()..).keys();
                    // Of longer keys, which are further parts, none is told by itself.
                    let own = rows.filter_map(|key| keys::u64_at(&key.ok().filter(|key| key.len() == keys::EVENT_LEN)?, 0));
                    own.take(most).collect()
                }
                Some(cid) => {
                    let rows = trees.at(Table::CaseEvent).scan_prefix(keys::cid(cid)).filter_map(Result::ok);
                    let own = rows.filter_map(|(key, value)| rows::decode_row::<u64>(Table::CaseEvent, &key, &value).ok());
                    own.filter(|own| *own > number).take(most).collect()
                }
            };
            let told = numbers.into_iter().map(|number| match event_at(trees, &self.inner.words, number) {
                Err(StoreError::Damaged(_)) => Ok((number, None)),
                event => Ok((number, event?)),
            });
            told.collect()
        })
    }

    /// The number below which no event will have one any more: that of the newest event, or, after a restore, more; 0 when there is none.
    pub fn last_event(&self) -> Result<u64, StoreError> {
        self.read(|trees| Ok(numbers::next(trees)?.saturating_sub(1)))
    }

    /// The events of a case, oldest first.
    pub fn case_events(&self, cid: Cid) -> Result<Vec<Event>, StoreError> {
        self.read(|trees| {
            let mut events = Vec::new();
            for row in trees.at(Table::CaseEvent).scan_prefix(keys::cid(cid)) {
                let (key, value) = row?;
                let number = rows::decode_row(Table::CaseEvent, &key, &value)?;
                events.extend(event_at(trees, &self.inner.words, number)?);
            }
            Ok(events)
        })
    }

    /// The latest appointments of a case that its events carry. An event that does not read back is left out: `fsck` reports it, and
    /// what the docket shows is the least that its numbers fall back to.
    pub fn appointments(&self, cid: Cid) -> Result<Vec<Carried>, StoreError> {
        self.read(|trees| {
            let mut events = Vec::new();
            for row in trees.at(Table::CaseEvent).scan_prefix(keys::cid(cid)) {
                let found = row.and_then(|(key, value)| {
                    let number = rows::decode_row(Table::CaseEvent, &key, &value)?;
                    event_at(trees, &self.inner.words, number)
                });
                match found {
                    Ok(event) => events.extend(event.filter(|event| event.hearing.is_some())),
                    Err(StoreError::Damaged(_)) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(appointment::latest(events.iter()))
        })
    }

    /// How much there is. Reads no values.
    pub fn counts(&self) -> Result<Counts, StoreError> {
        self.read(|trees| {
            let last = |table| -> Result<u64, StoreError> {
                Ok(trees.at(table).last()?.and_then(|(key, _)| keys::u64_at(&key, 0)).unwrap_or_default())
            };
            let mut counts = Counts { cases: last(Table::Name)?, events: numbers::count(trees)?, ..Counts::default() };
            for key in trees.at(Table::Due).iter().keys() {
                match keys::u64_at(&key?, 0) {
                    Some(keys::NEVER) => counts.dead += 1,
                    Some(MUTED) => counts.muted += 1,
                    place => {
                        counts.pending += 1;
                        counts.held += u64::from(place == Some(keys::HELD));
                        counts.braked += u64::from(place == Some(keys::BRAKED));
                    }
                }
            }
            Ok(counts)
        })
    }

    /// Bytes of the store's files; `None` when the system does not say, as for want of a file descriptor. A figure is worth no failure, and
    /// above all none of the store.
    pub fn size_on_disk(&self) -> Option<u64> {
        self.inner.trees.db.size_on_disk().ok()
    }
}

pub(super) fn event_at(trees: &Trees, words: &Words, number: u64) -> Result<Option<Event>, StoreError> {
    let record = rows::get_long::<EventRecord>(trees, Table::Event, &number.to_be_bytes())?;
    record.map(|record| event_from(trees, words, record)).transpose()
}

fn event_from(trees: &Trees, words: &Words, record: EventRecord) -> Result<Event, StoreError> {
    let case = cases::case_of(trees, words, record.cid)?
        .ok_or_else(|| rows::damaged(Table::CaseEvent, &keys::cid(record.cid), "an event's case is unknown"))?;
    Ok(record.event(case))
}
