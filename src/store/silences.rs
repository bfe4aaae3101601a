//! Silences: kept for ever, those that are active in memory as well, and ended with one summary for each recipient.
//!
//! For the commands, the pages of the recipients, and the deliverer, which ends those whose time is over. A silence ends in the
//! transaction that writes its summaries, so each is told once, whatever is restarted in between. What is muted and when is in
//! [`muted`](super::muted). It reads no clock.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use crate::domain::delivery::{Delivery, DeliveryState};
use crate::domain::event::{Event, EventKind};
use crate::domain::id::Id;
use crate::domain::meanwhile::Meanwhile;
use crate::domain::sentence;
use crate::domain::silence::{MOST_ACTIVE, Silence};
use crate::failpoint;

use super::batch::Batch;
use super::brake::{due_records, readable};
use super::cases::{self, Head};
use super::codes::IdHex;
use super::error::StoreError;
use super::keys::{self, MUTED, Table, Trees};
use super::records::case::{HeadRecord, WordRecord};
use super::records::delivery::{DeliveryRecord, StateRecord};
use super::records::event::EventRecord;
use super::records::silence::SilenceRecord;
use super::writer::Ledger;
use super::{Cid, Store, rows};

/// The silences that are not ended, shared with readers.
pub(super) type Active = Arc<RwLock<Vec<Silence>>>;

/// A silence as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The silence.
    pub silence: Silence,
    /// How many messages it mutes, or had muted when it ended.
    pub muted: usize,
}

/// What became of a silence that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The silence.
    pub silence: Silence,
    /// How many messages it had muted.
    pub muted: usize,
    /// The summaries that are sent.
    pub summaries: Vec<Id>,
}

/// A silence as a line of a backup.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SilenceLine {
    id: IdHex,
    silence: SilenceRecord,
}

impl Store {
    /// Begins a silence, or begins one anew that had ended. Says whether it was not active already.
    ///
    /// # Errors
    /// When an operator has too many.
    pub fn silence(&self, silence: Silence) -> Result<bool, StoreError> {
        self.write(true, move |ledger| ledger.begin_silence(silence))
    }

    /// Ends a silence now; `None` when there is no such silence, or none that is not ended already.
    pub fn end_silence(&self, id: Id, now: Timestamp) -> Result<Option<Ended>, StoreError> {
        self.write(true, move |ledger| ledger.end_silence(id, now))
    }

    /// Ends the silences whose time is over. Costs nothing when there are none.
    pub fn end_silences(&self, now: Timestamp) -> Result<Vec<Ended>, StoreError> {
        let over: Vec<Id> =
            self.silenced(|active| active.iter().filter(|silence| silence.is_over(now)).map(|silence| silence.id).collect());
        let mut ended = Vec::new();
        for id in over {
            match self.end_silence(id, now) {
                Ok(one) => ended.extend(one),
                Err(error) if error.is_fatal() => return Err(error),
                // It stays, and keeps no other from its end.
                Err(error) => tracing::error!(silence = %id, %error, "a silence could not be ended; run `veedor fsck`"),
            }
        }
        Ok(ended)
    }

    /// All silences that ever were, those that are not ended first, the newest first.
    pub fn silences(&self) -> Result<Vec<Listed>, StoreError> {
        self.read(|trees| {
            let mut counts: BTreeMap<IdHex, usize> = BTreeMap::new();
            for (_, record) in due_records(trees, MUTED..=MUTED)? {
                if let StateRecord::Muted { by, .. } = record.state {
                    *counts.entry(by).or_default() += 1;
                }
            }
            let mut all = Vec::new();
            for (id, record) in all_of(trees)? {
                let now = counts.get(&id.into()).copied().unwrap_or_default();
                let muted = if record.ended.is_some() { usize::try_from(record.muted).unwrap_or_default() } else { now };
                all.push(Listed { silence: record.silence(id), muted });
            }
            all.sort_by_key(|Listed { silence, .. }| (silence.ended.is_some(), std::cmp::Reverse(silence.created), silence.id));
            Ok(all)
        })
    }

    /// The silence with this id.
    pub fn silence_of(&self, id: Id) -> Result<Option<Silence>, StoreError> {
        self.read(|trees| Ok(rows::get_long::<SilenceRecord>(trees, Table::Silence, &id.0)?.map(|record| record.silence(id))))
    }

    /// Has everything told at `now` that was muted by a silence that is not there or does not read back: nobody would sum it up.
    /// Returns how much that was.
    pub fn tell_unsilenced(&self, now: Timestamp) -> Result<usize, StoreError> {
        self.write(true, move |ledger| {
            let mut told = 0;
            for (id, mut record) in due_records(&ledger.trees, MUTED..=MUTED)? {
                let StateRecord::Muted { by, .. } = record.state else { continue };
                if readable(rows::get_long::<SilenceRecord>(&ledger.trees, Table::Silence, &by.0))?.is_none() {
                    let before = std::mem::replace(&mut record.state, StateRecord::Waiting { due: now.into() });
                    ledger.save(id, &before, &record, Batch::default())?;
                    told += 1;
                }
            }
            Ok(told)
        })
    }

    /// Whether a silence is over and its summary is due.
    pub fn is_summary_due(&self, now: Timestamp) -> bool {
        self.silenced(|active| active.iter().any(|silence| silence.is_over(now)))
    }

    /// Whether anything may be muted.
    pub fn is_anything_silenced(&self) -> bool {
        self.silenced(|active| !active.is_empty())
    }

    fn silenced<T>(&self, look: impl FnOnce(&[Silence]) -> T) -> T {
        look(&self.inner.silences.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// All silences. One that does not read back is for `fsck`, and mutes nothing.
fn all_of(trees: &Trees) -> Result<Vec<(Id, SilenceRecord)>, StoreError> {
    let mut all = Vec::new();
    for row in trees.at(Table::Silence).iter() {
        let Some((key, value)) = readable(row.map(Some))? else { continue };
        let Some(id) = keys::id_at(&key, 0).filter(|_| key.len() == keys::SILENCE_LEN) else { continue };
        let record: Option<SilenceRecord> = readable(rows::decode_long(trees, Table::Silence, &key, &value).map(Some))?;
        all.extend(record.map(|record| (id, record)));
    }
    Ok(all)
}

/// The silences that are not ended.
pub(super) fn active(trees: &Trees) -> Result<Active, StoreError> {
    let open = all_of(trees)?.into_iter().filter(|(_, record)| record.ended.is_none());
    Ok(Arc::new(RwLock::new(open.map(|(id, record)| record.silence(id)).collect())))
}

impl Ledger {
    fn begin_silence(&mut self, silence: Silence) -> Result<bool, StoreError> {
        let active = self.silences.read().unwrap_or_else(PoisonError::into_inner);
        if active.iter().any(|other| other.id == silence.id) {
            return Ok(false);
        }
        if !silence.is_leave() && active.iter().filter(|other| !other.is_leave()).count() >= MOST_ACTIVE {
            return Err(StoreError::Refused(sentence::MANY_SILENCES.with(&[&MOST_ACTIVE])));
        }
        drop(active);
        let mut batch = Batch::default();
        rows::put_long(&mut batch, &self.trees, Table::Silence, &silence.id.0, &SilenceRecord::new(silence.clone()))?;
        batch.apply(&self.trees)?;
        self.silences.write().unwrap_or_else(PoisonError::into_inner).push(silence);
        Ok(true)
    }

    fn end_silence(&mut self, id: Id, now: Timestamp) -> Result<Option<Ended>, StoreError> {
        let read = rows::get_long::<SilenceRecord>(&self.trees, Table::Silence, &id.0);
        if let Err(StoreError::Damaged(_)) = read {
            // It mutes nothing after the next start, and must not be asked about until then.
            self.silences.write().unwrap_or_else(PoisonError::into_inner).retain(|other| other.id != id);
        }
        let Some(mut record) = read? else { return Ok(None) };
        if record.ended.is_some() {
            return Ok(None);
        }
        let silence = record.clone().silence(id);
        let mut muted = due_records(&self.trees, MUTED..=MUTED)?;
        muted.retain(|(_, record)| matches!(record.state, StateRecord::Muted { by, .. } if by == id.into()));
        let count = muted.len();
        record.ended = Some(now.into());
        record.muted = u32::try_from(count).unwrap_or(u32::MAX);
        let mut batch = Batch::default();
        rows::put_long(&mut batch, &self.trees, Table::Silence, &id.0, &record)?;
        let told = if silence.is_leave() { BTreeMap::new() } else { self.summaries(&silence, &muted, now)? };
        // Several cases are written at once, so the numbers of events run on before they are stored.
        let next_event = self.next_event;
        let written = self.write_summaries(batch, told);
        if written.is_err() {
            self.next_event = next_event;
        }
        let summaries = written?;
        self.silences.write().unwrap_or_else(PoisonError::into_inner).retain(|other| other.id != id);
        let silence = Silence { ended: Some(now), ..silence };
        Ok(Some(Ended { silence, muted: count, summaries }))
    }

    fn write_summaries(&mut self, mut batch: Batch, told: BTreeMap<Cid, Told>) -> Result<Vec<Id>, StoreError> {
        let (mut staged, mut cids) = (BTreeMap::new(), Vec::new());
        for (cid, Told { head, events, deliveries }) in told {
            let ids = events.iter().map(|event| event.id).collect();
            // Nobody is told who left by himself.
            let deliveries = self.mute(deliveries, &events);
            let (_, next_event, seq) = self.put_events(&mut batch, cid, head.seq, events)?;
            self.next_event = next_event;
            staged.extend(self.stage(cid, deliveries, &ids, true, BTreeMap::new())?);
            rows::put_long(&mut batch, &self.trees, Table::Case, &keys::cid(cid), &HeadRecord::new(Head { seq, ..head }))?;
            cids.push(cid);
        }
        self.put_staged(&mut batch, &staged)?;
        self.save_words(&mut batch)?;
        failpoint::hit("before-summary");
        batch.apply(&self.trees)?;
        failpoint::hit("after-summary");
        self.words_saved();
        let sent = staged.iter().filter(|(_, staged)| matches!(staged.record.state, StateRecord::Waiting { .. }));
        let summaries = sent.map(|(id, _)| *id).collect();
        self.staged_written(staged);
        cids.into_iter().for_each(|cid| self.touched(cid));
        Ok(summaries)
    }

    /// The summaries for all to whom something was not sent, by the case that they stand with: the oldest that the recipient would have
    /// heard of, because a summary must not name a case to somebody who does not hear of it.
    fn summaries(&self, silence: &Silence, muted: &[(Id, DeliveryRecord)], now: Timestamp) -> Result<BTreeMap<Cid, Told>, StoreError> {
        let mut by_address: BTreeMap<u32, Vec<Numbered>> = BTreeMap::new();
        for (_, record) in muted {
            for id in &record.events {
                by_address.entry(record.address).or_default().extend(self.numbered_event(*id)?);
            }
        }
        let mut all: BTreeMap<Cid, Told> = BTreeMap::new();
        for (address, mut told) in by_address {
            let Some(WordRecord::Address { channel, recipient }) = cases::word(&self.words(), address) else { continue };
            told.sort_by_key(|one| one.number);
            let mut place = None;
            for Numbered { cid, event, .. } in &told {
                if let Some(head) = readable(cases::head_of(&self.trees, *cid))? {
                    place = Some((*cid, head.head(event.case.clone())));
                    break;
                }
            }
            let Some((cid, head)) = place else { continue };
            let event = self.summary(silence, &head, &told, now);
            let case = all.entry(cid).or_insert_with(|| Told { head, events: Vec::new(), deliveries: Vec::new() });
            case.deliveries.push(Delivery {
                id: Delivery::id_of(&channel, &recipient, event.id),
                channel,
                recipient,
                case: event.case.clone(),
                events: vec![event.id],
                state: DeliveryState::Waiting { due: now },
                attempts: 0,
                created: now,
            });
            // Those for whom the same was muted are told by the same event.
            if !case.events.iter().any(|other| other.id == event.id) {
                case.events.push(event);
            }
        }
        Ok(all)
    }

    fn summary(&self, silence: &Silence, head: &Head, told: &[Numbered], now: Timestamp) -> Event {
        let named = |Numbered { event, .. }: &'_ Numbered| (self.label_of(&event.case).to_owned(), self.zone_of(&event.case));
        let named: Vec<(String, TimeZone)> = told.iter().map(named).collect();
        let named: Vec<(&Event, &str, &TimeZone)> =
            told.iter().zip(&named).map(|(told, (name, zone))| (&told.event, name.as_str(), zone)).collect();
        let until = silence.until.unwrap_or(now).min(now);
        let field = Meanwhile::new(silence.id, silence.created, until, &named).field();
        let kind = EventKind::SilenceEnded;
        Event {
            id: Event::with_facts(silence.id, [field.before.as_deref(), field.after.as_deref()].into_iter()),
            kind,
            severity: kind.severity(),
            case: head.case.clone(),
            seq: 0,
            version: head.version,
            entry: None,
            hearing: None,
            field: Some(field),
            seen_at: now,
            page_sha256: [0; 32],
        }
    }

    /// An event as it is stored; `None` when it does not read back.
    pub(super) fn numbered_event(&self, id: IdHex) -> Result<Option<Numbered>, StoreError> {
        let Some(number) = readable(rows::get::<u64>(&self.trees, Table::EventId, &id.0))? else { return Ok(None) };
        let record: Option<EventRecord> = readable(rows::get_long(&self.trees, Table::Event, &number.to_be_bytes()))?;
        let Some(record) = record else { return Ok(None) };
        let cid = record.cid;
        let case = readable(cases::case_of(&self.trees, &self.words(), cid))?;
        Ok(case.map(|case| Numbered { number, cid, event: record.event(case) }))
    }

    /// Whether an operator's silence is to tell at its end what it muted.
    pub(super) fn awaits_summary(&self, id: IdHex) -> bool {
        let active = self.silences.read().unwrap_or_else(PoisonError::into_inner);
        active.iter().any(|silence| silence.id == id.into() && !silence.is_leave())
    }

    /// All silences as lines; of one that does not read back, that it should be one.
    pub(super) fn silence_lines(&self) -> Result<Vec<Result<SilenceLine, StoreError>>, StoreError> {
        let mut lines = Vec::new();
        for row in self.trees.at(Table::Silence).iter() {
            let (key, value) = row?;
            let Some(id) = keys::id_at(&key, 0).filter(|_| key.len() == keys::SILENCE_LEN) else { continue };
            let record = rows::decode_long::<SilenceRecord>(&self.trees, Table::Silence, &key, &value);
            lines.push(record.map(|silence| SilenceLine { id: id.into(), silence }));
        }
        Ok(lines)
    }

    /// Puts a silence back.
    pub(super) fn take_silence(&mut self, line: SilenceLine) -> Result<(), StoreError> {
        let SilenceLine { id, silence } = line;
        let mut batch = Batch::default();
        rows::put_long(&mut batch, &self.trees, Table::Silence, &id.0, &silence)?;
        batch.apply(&self.trees)
    }
}

/// An event with its number among all, and its case.
pub(super) struct Numbered {
    number: u64,
    pub(super) cid: Cid,
    pub(super) event: Event,
}

/// What is told at the end of a silence, and stands with one case.
struct Told {
    head: Head,
    events: Vec<Event>,
    deliveries: Vec<Delivery>,
}
