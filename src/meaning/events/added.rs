//! What is told of an entry that the docket did not hold.
//!
//! Called by [`Meaning::events`](crate::meaning::Meaning::events) through its teller. It compares nothing.

use std::cell::OnceCell;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Teller;
use crate::domain::docket::Entry;
use crate::domain::event::{Actor, EXCERPT_CHARS, EventHearing, EventKind, FieldChange, NOT_HELD, Severity};
use crate::domain::hearing::{HearingMention, HearingStatus};
use crate::meaning::edit::shortened;
use crate::meaning::hearing::is_setting;
use crate::meaning::known::{many_not_held, told_earlier, without_repeats};
use crate::meaning::lives::Lives;
use crate::meaning::{Reading, is_news, kind_of};

/// A hearing moved earlier to a day before this many working days from now is worth a night's call (`domain.md` F-15).
const SUDDEN_DAYS: u32 = 3;

impl<'a> Teller<'a> {
    pub(super) fn added(&mut self, entry: &'a Entry) {
        let act = entry.notice_of.as_ref().and_then(|key| self.seen.after.entry(key));
        if entry.annulled {
            let mark = FieldChange { field: "annulled".to_owned(), before: None, after: Some("true".to_owned()) };
            let reading = self.read(entry);
            self.push(EventKind::EntryAdded, Severity::Info, entry, reading.actor).field = Some(mark);
        } else if let Some(act) = act {
            let event = self.push(EventKind::NotificationServed, Severity::Info, entry, Actor::Clerk);
            if let Some(entry) = &mut event.entry {
                entry.title.clone_from(&act.title);
            }
        } else {
            let mut reading = self.read(entry);
            told_earlier(|| self.lives(), &mut reading, self.reference(entry));
            without_repeats(self.meaning, || self.lives(), entry, &mut reading, self.reference(entry));
            let mut kinds = reading.kinds.clone();
            if entry.withheld.is_some() {
                // Only the title is known; a bare order is then no more than "an entry whose content is withheld".
                kinds.retain(|kind| *kind != EventKind::OrderIssued);
                if kinds.is_empty() {
                    kinds.push(EventKind::EntryAdded);
                }
            }
            for kind in kinds {
                self.kind(kind, entry, &reading);
            }
        }
        self.remember(entry);
    }

    /// The hearings as they are known when an entry is told: from those told before it in this visit, and the docket as it was held.
    fn lives(&self) -> &Lives<'a> {
        let held = self.seen.before.map(|docket| docket.entries.as_slice()).unwrap_or_default();
        self.lives.get_or_init(|| self.meaning.lives(self.told.iter().rev().copied().chain(held).collect()))
    }

    /// What was told is known to the entries after it. One that stands between them in the docket is a reason to read all again.
    fn remember(&mut self, entry: &'a Entry) {
        self.told.push(entry);
        match self.lives.get_mut() {
            Some(lives) if lives.is_before(entry) => lives.entry(entry),
            _ => self.lives = OnceCell::new(),
        }
    }

    /// An event of this kind for an entry, with its hearing when it is about one.
    pub(super) fn kind(&mut self, kind: EventKind, entry: &Entry, reading: &Reading) {
        let zone = self.seen.zone_of(entry);
        let hearing = self.hearing(kind, reading, self.reference(entry), &zone);
        let mut severity = kind.severity();
        if entry.withheld.is_some() {
            severity = severity.max(Severity::Notice);
        }
        if hearing.as_ref().is_some_and(|hearing| self.seen.is_urgent(&hearing.mention, &zone)) || self.is_judge_near_hearing(kind) {
            severity = severity.max(Severity::Warn);
        }
        if kind == EventKind::HearingMovedEarlier && hearing.as_ref().is_some_and(|hearing| self.is_sudden(hearing.mention.date)) {
            severity = Severity::Critical;
        }
        let closes = matches!(kind, EventKind::HearingDeferred | EventKind::HearingFailed | EventKind::HearingRescheduled);
        let not_held = closes.then(|| many_not_held(self.meaning, self.seen.after, entry, self.seen.today())).flatten();
        if not_held.is_some() {
            severity = severity.max(Severity::Warn);
        }
        let span = hearing.as_ref().and_then(|hearing| hearing.mention.span);
        let event = self.push(kind, severity, entry, reading.actor);
        event.field = not_held.map(|count| FieldChange { field: NOT_HELD.to_owned(), before: None, after: Some(count.to_string()) });
        if let Some(shown) = event.entry.as_mut().filter(|_| entry.withheld.is_none()) {
            shown.excerpt = excerpt(&entry.text, span);
        }
        event.hearing = hearing;
    }

    /// Whether a hearing that was moved earlier leaves nobody the time to prepare (`domain.md` F-15).
    fn is_sudden(&self, date: Option<Date>) -> bool {
        let today = self.seen.today();
        date.is_some_and(|date| date >= today && date < self.meaning.working_days_after(today, SUDDEN_DAYS))
    }

    /// The mention that an event of this kind is about: of several the first to come, and the day that it replaces.
    pub(super) fn hearing(&self, kind: EventKind, reading: &Reading, reference: Option<Date>, zone: &TimeZone) -> Option<EventHearing> {
        let of_kind = || reading.hearings.iter().filter(|mention| kind_of(mention.status) == kind && is_news(mention, reference));
        let ahead = of_kind()
            .filter(|mention| mention.date.is_some_and(|date| date >= self.seen.today()))
            .min_by_key(|mention| (mention.date, mention.time));
        let mention = ahead.or_else(|| of_kind().next())?.clone();
        let replaced = |other: &&HearingMention| {
            use HearingStatus as H;
            let closed = matches!(other.status, H::Deferred | H::Failed | H::NotInstalled | H::Revoked | H::Suspended);
            closed && other.date.is_some() && (other.kind == mention.kind || other.kind.is_none() || mention.kind.is_none())
        };
        let moved = is_setting(mention.status) && mention.status != HearingStatus::Convened;
        let told = || reading.hearings.iter().find(replaced).and_then(|old| Some((old.date?, old.time)));
        // An order that names no other day replaces the one that the docket has.
        let held = || {
            let old = self.lives().replaced(&mention, reference?)?;
            Some((old.date?, old.time))
        };
        let unnamed = mention.date.is_none() && kind != EventKind::HearingScheduled;
        let previous = if moved { told().or_else(held) } else { unnamed.then(held).flatten() };
        let name = zone.iana_name().unwrap_or("UTC").to_owned();
        Some(EventHearing { starts: self.seen.starts(&mention, zone), zone: name, previous, appointments: Vec::new(), mention })
    }
}

/// How much of the beginning is kept when the sentence that matters stands further down.
const HEAD_CHARS: usize = 200;

/// The beginning of a text, and the sentence of the hearing when it stands beyond that.
fn excerpt(text: &str, span: Option<(usize, usize)>) -> String {
    let plain = shortened(text, EXCERPT_CHARS);
    let Some((start, end)) = span.filter(|(_, end)| text.get(..*end).is_some_and(|head| head.chars().count() > EXCERPT_CHARS)) else {
        return plain;
    };
    let Some(found) = text.get(start..end) else { return plain };
    let before: String = text[..start].chars().rev().take(60).collect::<Vec<char>>().into_iter().rev().collect();
    let after: String = text[end..].chars().take(80).collect();
    let head = shortened(text, HEAD_CHARS);
    shortened(&format!("{head} […] {}{found}{after}", before.trim_start()), EXCERPT_CHARS)
}
