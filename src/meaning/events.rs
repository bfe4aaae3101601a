//! From changes to events: what a subscriber is told of a visit, in the order of the docket.
//!
//! [`Meaning::events`](super::Meaning::events) is asked by `daemon::poll` between the comparison and the commit. Entries
//! come first, oldest first, then fields, then parties; every (entry, kind) is told once a version.

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use crate::domain::diff::{Change, same_documents, same_words};
use crate::domain::docket::{Document, Entry, Party};
use crate::domain::event::{
    Actor, EXCERPT_CHARS, Event, EventEntry, EventHearing, EventKind, FieldChange, MISSING_SINCE, NOT_HELD, Severity, missing_since,
};
use crate::domain::hearing::{HearingMention, HearingStatus};

use super::edit::{Passage, passage, shortened};
use super::hearing::is_setting;
use super::known::{by_title, is_hearing_near, many_not_held, only_repeats, told_earlier};
use super::seen::{Seen, working_days_before};
use super::{Meaning, Reading, is_news, kind_of};

/// An entry that appears dated more than this many working days before a day on which the case was surely read was not
/// merely entered late (`domain.md` F-03: default tolerance).
const BACKDATED_TOLERANCE: u32 = 3;
/// With this many at once it is a batch that was moved or entered together, not an act slipped in (`domain.md` F-20).
const BACKDATED_BATCH: usize = 10;

impl Meaning {
    /// The events of a visit. Ids are derived from the case, the version, the subject, the kind and what the docket shows.
    pub fn events(&self, changes: &[Change], seen: &Seen<'_>) -> Vec<Event> {
        let mut teller = Teller { meaning: self, seen, events: Vec::new(), backdated: backdated(changes, seen) };
        let mut entries: Vec<(&Entry, &Change)> = changes.iter().filter_map(|change| Some((entry_of(change)?, change))).collect();
        entries.sort_by_key(|(entry, _)| (entry.date, entry.time, &entry.key));
        for (_, change) in entries {
            match change {
                Change::EntryAdded(entry) => teller.added(entry),
                Change::EntryEdited { before, after } => teller.edited(before, after),
                Change::EntryGone { entry, since, visits } => teller.gone(entry, *since, *visits),
                _ => {}
            }
        }
        for change in changes {
            match change {
                Change::Field(field) => teller.field(field),
                Change::PartyAdded(party) => teller.party(party, true),
                Change::PartyGone(party) => teller.party(party, false),
                _ => {}
            }
        }
        teller.identified()
    }
}

fn entry_of(change: &Change) -> Option<&Entry> {
    match change {
        Change::EntryAdded(entry) => Some(entry),
        Change::EntryEdited { after, .. } => Some(after),
        Change::EntryGone { entry, .. } => Some(entry),
        _ => None,
    }
}

/// The day before which a new entry counts as backdated; `None` when nothing of this visit can be judged so: there was no
/// docket, a court or incident joined the case with its own history, or a whole batch is old.
fn backdated(changes: &[Change], seen: &Seen<'_>) -> Option<Date> {
    let limit = working_days_before(seen.surely_read_by()?, BACKDATED_TOLERANCE);
    let joined = changes
        .iter()
        .any(|change| matches!(change, Change::Field(field) if field.field.starts_with("incident.") || field.field == "court"));
    let old = |change: &&Change| matches!(change, Change::EntryAdded(entry) if entry.date.is_some_and(|date| date < limit));
    (!joined && changes.iter().filter(old).count() < BACKDATED_BATCH).then_some(limit)
}

struct Teller<'a> {
    meaning: &'a Meaning,
    seen: &'a Seen<'a>,
    events: Vec<Event>,
    backdated: Option<Date>,
}

impl Teller<'_> {
    fn added(&mut self, entry: &Entry) {
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
            told_earlier(self.meaning, self.seen.before, &mut reading, self.reference(entry));
            if only_repeats(self.meaning, self.seen.before, entry, &reading) {
                reading = Reading { hearings: Vec::new(), ..by_title(self.meaning, entry) };
            }
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
        if self.backdated.is_some_and(|limit| entry.date.is_some_and(|date| date < limit)) {
            let actor = self.read(entry).actor;
            self.push(EventKind::RecordBackdated, EventKind::RecordBackdated.severity(), entry, actor);
        }
    }

    /// An event of this kind for an entry, with its hearing when it is about one.
    fn kind(&mut self, kind: EventKind, entry: &Entry, reading: &Reading) {
        let zone = self.seen.zone_of(entry);
        let hearing = self.hearing(kind, reading, self.reference(entry), &zone);
        let mut severity = kind.severity();
        if entry.withheld.is_some() {
            severity = severity.max(Severity::Notice);
        }
        if hearing.as_ref().is_some_and(|hearing| self.seen.is_urgent(&hearing.mention, &zone)) || self.is_judge_near_hearing(kind) {
            severity = severity.max(Severity::Warn);
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

    /// The mention that an event of this kind is about: of several the first to come, and the day that it replaces.
    fn hearing(&self, kind: EventKind, reading: &Reading, reference: Option<Date>, zone: &TimeZone) -> Option<EventHearing> {
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
            let old = self.meaning.replaced(self.seen.before?, &mention, reference?)?;
            Some((old.date?, old.time))
        };
        let unnamed = mention.date.is_none() && kind != EventKind::HearingScheduled;
        let previous = if moved { told().or_else(held) } else { unnamed.then(held).flatten() };
        let name = zone.iana_name().unwrap_or("UTC").to_owned();
        Some(EventHearing { starts: self.seen.starts(&mention, zone), zone: name, previous, mention })
    }

    fn edited(&mut self, before: &Entry, after: &Entry) {
        let known = self.events.len();
        let actor = self.read(after).actor;
        let hidden = before.withheld.is_none() && after.withheld.is_some();
        let shown = before.withheld.is_some() && after.withheld.is_none();
        if hidden {
            let reason = after.withheld.as_ref().map(|withheld| withheld.reason.clone().unwrap_or_else(|| withheld.mark.clone()));
            // What the court withdrew is not sent out again; the store keeps the earlier version.
            let event = self.push(EventKind::RecordHidden, EventKind::RecordHidden.severity(), after, actor);
            event.field = Some(FieldChange { field: "withheld".to_owned(), before: None, after: reason });
        }
        self.redated(before, after, actor);
        self.reworded(before, after, actor, hidden);
        self.documents(before, after, actor, hidden, self.events.len() > known);
        if !hidden && !after.annulled {
            self.new_hearings(before, after, shown);
        }
    }

    fn redated(&mut self, before: &Entry, after: &Entry, actor: Actor) {
        // A time that appears or disappears is a change of precision (`domain.md` F-08).
        let moved = before.date != after.date || (before.time != after.time && before.time.is_some() && after.time.is_some());
        if !moved {
            return;
        }
        let event = self.push(EventKind::RecordRedated, EventKind::RecordRedated.severity(), after, actor);
        let shown = |date: Option<Date>, time: Option<Time>| {
            let time = time.map(|time| time.strftime(" %H:%M").to_string()).unwrap_or_default();
            date.map(|date| format!("{date}{time}"))
        };
        event.field =
            Some(FieldChange { field: "date".to_owned(), before: shown(before.date, before.time), after: shown(after.date, after.time) });
        if let Some(entry) = &mut event.entry {
            (entry.before, entry.after) = (shown(before.date, before.time), shown(after.date, after.time));
        }
    }

    /// Title, text and the mark of annulment. What the court hides is told as hidden, not as edited.
    fn reworded(&mut self, before: &Entry, after: &Entry, actor: Actor, hidden: bool) {
        let annulled = before.annulled != after.annulled;
        let text = if hidden || same_words(&before.text, &after.text) { None } else { passage(&before.text, &after.text) };
        let title = if same_words(&before.title, &after.title) { None } else { passage(&before.title, &after.title) };
        if text.is_none() && title.is_none() && !annulled {
            return;
        }
        let early = after.date.is_some_and(|date| date >= self.seen.today());
        let revealed = before.withheld.is_some() && after.withheld.is_none();
        let substantive = annulled || title.is_some() || text.as_ref().is_some_and(|text| text.substantive);
        // A mend on the day of publication, or of spelling, is worth less than one of substance (`domain.md` F-02).
        let severity = if substantive && !early && !revealed { EventKind::RecordEdited.severity() } else { Severity::Notice };
        let event = self.push(EventKind::RecordEdited, severity, after, actor);
        if annulled {
            let mark = |annulled: bool| Some(annulled.to_string());
            event.field = Some(FieldChange { field: "annulled".to_owned(), before: mark(before.annulled), after: mark(after.annulled) });
        }
        if let Some(entry) = &mut event.entry {
            let both = |side: fn(&Passage) -> &str| {
                let sides: Vec<&str> = title.iter().chain(&text).map(side).filter(|side| !side.is_empty()).collect();
                (title.is_some() || text.is_some()).then(|| sides.join("\n"))
            };
            (entry.before, entry.after) = (both(|passage| &passage.before), both(|passage| &passage.after));
        }
    }

    /// Another file in place of one is told whatever else changed; one that is merely added goes with the edit that is told.
    fn documents(&mut self, before: &Entry, after: &Entry, actor: Actor, hidden: bool, told: bool) {
        if hidden || same_documents(before, after) {
            return;
        }
        // A file that is attached later replaces nothing.
        let kept = |document: &Document| after.documents.iter().any(|other| (&other.id, &other.name) == (&document.id, &document.name));
        let only_added = before.documents.iter().all(kept);
        if only_added && told {
            return;
        }
        let kind = if only_added { EventKind::RecordEdited } else { EventKind::DocumentReplaced };
        let severity = if only_added { Severity::Notice } else { kind.severity() };
        let names = |entry: &Entry| {
            let names: Vec<&str> = entry.documents.iter().map(|document| document.name.as_str()).collect();
            Some(shortened(&names.join(", "), EXCERPT_CHARS)).filter(|names| !names.is_empty())
        };
        let event = self.push(kind, severity, after, actor);
        if let Some(entry) = &mut event.entry {
            (entry.before, entry.after) = (names(before), names(after));
        }
    }

    /// Hearings that the entry speaks of now and did not before, and everything that a revealed entry says.
    fn new_hearings(&mut self, before: &Entry, after: &Entry, revealed: bool) {
        if same_words(&before.text, &after.text) && same_words(&before.title, &after.title) {
            return;
        }
        let (old, mut new) = (self.read(before), self.read(after));
        let facts = |mention: &HearingMention| (mention.date, mention.time, mention.status);
        new.hearings.retain(|mention| !old.hearings.iter().any(|known| facts(known) == facts(mention)));
        let told: Vec<EventKind> = new.hearings.iter().map(|mention| kind_of(mention.status)).collect();
        for kind in new.kinds.clone() {
            let fresh = revealed && !old.kinds.contains(&kind) && !matches!(kind, EventKind::EntryAdded | EventKind::OrderIssued);
            if told.contains(&kind) || fresh {
                self.kind(kind, after, &new);
            }
        }
    }

    fn gone(&mut self, entry: &Entry, since: Timestamp, visits: u32) {
        let actor = self.read(entry).actor;
        let event = self.push(EventKind::RecordRemoved, EventKind::RecordRemoved.severity(), entry, actor);
        event.field = Some(missing_since(since, visits));
    }

    fn field(&mut self, change: &FieldChange) {
        let name = change.field.as_str();
        let kind = if name.starts_with("incident.") && change.before.is_none() {
            EventKind::CaseLinked
        } else if name == "status" && self.meaning.is_reopened(change) {
            EventKind::CaseReopened
        } else if name == "judge" || name == "panel" || name.starts_with("judge.") {
            EventKind::JudgeChanged
        } else {
            EventKind::CaseFieldChanged
        };
        let severity = if self.is_judge_near_hearing(kind) { Severity::Warn } else { kind.severity() };
        self.append(kind, severity, name, None, Some(change.clone()));
    }

    fn is_judge_near_hearing(&self, kind: EventKind) -> bool {
        kind == EventKind::JudgeChanged && is_hearing_near(self.meaning, self.seen.after, self.seen.today())
    }

    fn party(&mut self, party: &Party, added: bool) {
        let subject = format!("party\u{1f}{}\u{1f}{}", party.role, party.name);
        let name = Some(party.name.clone());
        let (before, after) = if added { (None, name) } else { (name, None) };
        let change = FieldChange { field: format!("party.{}", party.role), before, after };
        self.append(EventKind::PartyChanged, EventKind::PartyChanged.severity(), &subject, None, Some(change));
    }

    /// The events with their final ids. What the docket shows of an entry before and now stands in them: after a restore of an
    /// older backup the same version number may bring something else, and that is another event.
    fn identified(mut self) -> Vec<Event> {
        for event in &mut self.events {
            let mut facts = Vec::new();
            if let Some(entry) = &event.entry {
                for docket in [self.seen.before, Some(self.seen.after)] {
                    put_entry(&mut facts, docket.and_then(|docket| docket.entry(&entry.key)));
                }
            }
            // Since when something is missing is when we looked, and no part of what happened.
            if let Some(field) = event.field.as_ref().filter(|field| field.field != MISSING_SINCE) {
                facts.extend([Some(field.field.clone()), field.before.clone(), field.after.clone()]);
            }
            if let Some(hearing) = &event.hearing {
                let day = |date: Option<Date>, time: Option<Time>| Some(format!("{date:?} {time:?}"));
                facts.push(day(hearing.mention.date, hearing.mention.time));
                facts.extend(hearing.previous.map(|(date, time)| day(Some(date), time)));
            }
            event.id = Event::with_facts(event.id, facts.iter().map(Option::as_deref));
        }
        self.events
    }

    /// The day from which an entry's text is read: its own, or that of the visit where the court gives none.
    fn reference(&self, entry: &Entry) -> Option<Date> {
        entry.date.or_else(|| Some(self.seen.today()))
    }

    fn read(&self, entry: &Entry) -> Reading {
        self.meaning.classify(entry, self.reference(entry))
    }

    fn push(&mut self, kind: EventKind, severity: Severity, entry: &Entry, actor: Actor) -> &mut Event {
        let shown = EventEntry {
            key: entry.key.clone(),
            date: entry.date,
            time: entry.time,
            title: entry.title.clone(),
            actor,
            excerpt: if entry.withheld.is_some() { String::new() } else { shortened(&entry.text, EXCERPT_CHARS) },
            before: None,
            after: None,
        };
        self.append(kind, severity, &entry.key.0, Some(shown), None)
    }

    fn append(
        &mut self,
        kind: EventKind,
        severity: Severity,
        subject: &str,
        entry: Option<EventEntry>,
        field: Option<FieldChange>,
    ) -> &mut Event {
        let seq = self.seen.first_seq.saturating_add(u32::try_from(self.events.len()).unwrap_or(u32::MAX));
        let event = Event {
            id: Event::id_of(self.seen.case, self.seen.version, subject, kind),
            kind,
            severity,
            case: self.seen.case.clone(),
            seq,
            version: self.seen.version,
            entry,
            hearing: None,
            field,
            seen_at: self.seen.at,
            page_sha256: self.seen.page_sha256,
        };
        let at = self.events.len();
        self.events.push(event);
        &mut self.events[at]
    }
}

/// Everything that a docket shows of an entry, or that it does not show it.
fn put_entry(facts: &mut Vec<Option<String>>, entry: Option<&Entry>) {
    let Some(entry) = entry else { return facts.push(None) };
    facts.extend([entry.date.map(|date| date.to_string()), entry.time.map(|time| time.to_string())]);
    facts.extend([Some(entry.title.clone()), Some(entry.text.clone()), Some(entry.annulled.to_string())]);
    facts.push(entry.withheld.as_ref().map(|withheld| withheld.mark.clone()));
    for document in &entry.documents {
        facts.extend([Some(document.id.clone()), Some(document.name.clone()), document.url.clone()]);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::case::CaseRef;
    use crate::domain::docket::{Docket, Document, EntryKey, Withheld, ZONE_FIELD};
    use crate::meaning::vectors;
    use jiff::civil::{date, time};

    fn entry(key: &str, day: Date, title: &str, text: &str) -> Entry {
        Entry { key: EntryKey(key.into()), date: Some(day), ..vectors::entry(title, text) }
    }

    /// The events of changes seen on Monday 23 November 2026, 10:00 in Guayaquil, in a case watched since 1 November.
    fn told_of(before: &Docket, after: &Docket, changes: &[Change]) -> Vec<Event> {
        let case = CaseRef { source: "ec-esatje".into(), number: "17721202400011G".into() };
        let seen = Seen {
            case: &case,
            zone: TimeZone::get("America/Guayaquil").expect("bundled"),
            version: 4,
            first_seq: 7,
            at: "2026-11-23T15:00:00Z".parse().expect("an instant"),
            page_sha256: [9; 32],
            before: Some(before),
            after,
            watched_since: "2026-11-01T15:00:00Z".parse().expect("an instant"),
            was_whole: true,
        };
        Meaning::shipped("ec", "es").events(changes, &seen)
    }

    fn told(changes: &[Change]) -> Vec<Event> {
        let after = Docket { entries: changes.iter().filter_map(entry_of).cloned().collect(), ..Docket::default() };
        told_of(&Docket::default(), &after, changes)
    }

    fn added(key: &str, title: &str, text: &str) -> Change {
        Change::EntryAdded(entry(key, date(2026, 11, 23), title, text))
    }

    fn edited(before: Entry, after: Entry) -> Vec<Event> {
        told(&[Change::EntryEdited { before: Box::new(before), after: Box::new(after) }])
    }

    fn names(events: &[Event]) -> Vec<(&'static str, Severity)> {
        events.iter().map(|event| (event.kind.name(), event.severity)).collect()
    }

    #[test]
    fn a_hearing_carries_its_instant_and_the_day_that_it_replaces() {
        let text = "Se difiere la audiencia de juicio señalada para el 24 de noviembre de 2026, a las 09h00; se señala para el 3 de diciembre de 2026, a las 10h30.";
        let events = told(&[added("a", "PROVIDENCIA GENERAL (DECRETO)", text)]);
        assert_eq!(names(&events), [("hearing.rescheduled", Severity::Notice), ("hearing.deferred", Severity::Warn)]);
        let hearing = events[0].hearing.as_ref().expect("a hearing");
        assert_eq!(hearing.starts, Some("2026-12-03T15:30:00Z".parse().expect("an instant")));
        assert_eq!(hearing.previous, Some((date(2026, 11, 24), Some(time(9, 0, 0, 0)))));
        assert_eq!((hearing.zone.as_str(), hearing.mention.kind.as_deref()), ("America/Guayaquil", Some("juicio")));
        assert_eq!((events[0].seq, events[1].seq, events[0].version), (7, 8, 4));
    }

    #[test]
    fn an_order_that_names_no_other_day_moves_the_hearing_that_the_docket_has() {
        let held = Docket {
            entries: vec![entry(
                "a",
                date(2026, 11, 20),
                "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)",
                "Se convoca a la audiencia de juicio para el 10 de diciembre de 2026, a las 09h00.",
            )],
            ..Docket::default()
        };
        for (day, kind) in [("15", "hearing.rescheduled"), ("3", "hearing.moved_earlier")] {
            let text = format!("Se reprograma la audiencia de juicio para el {day} de diciembre de 2026, a las 10h30.");
            let change = added("b", "PROVIDENCIA GENERAL (DECRETO)", &text);
            let after = Docket { entries: entry_of(&change).into_iter().chain(&held.entries).cloned().collect(), ..Docket::default() };
            let events = told_of(&held, &after, &[change]);
            assert_eq!(events.iter().map(|event| event.kind.name()).collect::<Vec<_>>(), [kind]);
            let hearing = events[0].hearing.as_ref().expect("a hearing");
            assert_eq!(hearing.previous, Some((date(2026, 12, 10), Some(time(9, 0, 0, 0)))), "{kind}");
        }
    }

    #[test]
    fn a_case_whose_state_is_no_longer_closed_is_reopened() {
        let change = |before: Option<&str>, after: Option<&str>| {
            let change = FieldChange { field: "status".into(), before: before.map(str::to_owned), after: after.map(str::to_owned) };
            names(&told(&[Change::Field(change)])).into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        assert_eq!(change(Some("ARCHIVO DE LA CAUSA"), Some("EN TRÁMITE")), ["case.reopened"]);
        for (before, after) in [
            (Some("EN TRÁMITE"), Some("ARCHIVO DE LA CAUSA")),
            (Some("EN TRÁMITE"), Some("AUTOS PARA RESOLVER")),
            (None, Some("EN TRÁMITE")),
            (Some("ARCHIVO DE LA CAUSA"), None),
        ] {
            assert_eq!(change(before, after), ["case.field_changed"], "{before:?} {after:?}");
        }
    }

    #[test]
    fn a_hearing_that_was_not_held_for_the_third_time_is_a_warning_with_its_count() {
        let order = |nth: u32, from: &str, to: &str| {
            let text = format!(
                "Se difiere la audiencia de juicio señalada para el {from} de diciembre de 2026, a las 09h00; se señala para el {to} de diciembre de 2026, a las 09h00."
            );
            entry(&nth.to_string(), date(2026, 11, 10 + i8::try_from(nth).expect("small")), "PROVIDENCIA GENERAL (DECRETO)", &text)
        };
        let held = Docket { entries: vec![order(2, "3", "4"), order(1, "2", "3")], ..Docket::default() };
        let text = "Siento por tal que se difiere la audiencia de juicio. Se señalará oportunamente.";
        let change = added("x", "RAZON (RAZON)", text);
        let after = Docket { entries: entry_of(&change).into_iter().chain(&held.entries).cloned().collect(), ..Docket::default() };
        let events = told_of(&held, &after, std::slice::from_ref(&change));
        assert_eq!(names(&events), [("hearing.deferred", Severity::Warn)]);
        assert_eq!(events[0].field.as_ref().and_then(|field| field.after.as_deref()), Some("3"));
        let day = events[0].hearing.as_ref().and_then(|hearing| hearing.previous);
        assert_eq!(day, Some((date(2026, 12, 4), Some(time(9, 0, 0, 0)))), "the day that the docket has");
        // Of two before it, the second is everyday life.
        let one = Docket { entries: held.entries[1..].to_vec(), ..Docket::default() };
        let after = Docket { entries: entry_of(&change).into_iter().chain(&one.entries).cloned().collect(), ..Docket::default() };
        assert_eq!(names(&told_of(&one, &after, &[change])), [("hearing.deferred", Severity::Notice)]);
    }

    /// The version number comes back after a restore of an older backup, and with it another change, or the same one.
    #[test]
    fn the_same_facts_are_the_same_event_and_others_under_the_same_version_another() {
        let fine = |text: &str| entry("a", date(2026, 11, 2), "AUTO (RESOLUCION)", text);
        let edit = |was: &str, is: &str| {
            let (before, after) = (fine(was), fine(is));
            let docket = |entry: &Entry| Docket { entries: vec![entry.clone()], ..Docket::default() };
            let change = Change::EntryEdited { before: Box::new(before.clone()), after: Box::new(after.clone()) };
            told_of(&docket(&before), &docket(&after), &[change])[0].id
        };
        let first = edit("Se fija la multa en 4000.", "Se fija la multa en 400.");
        assert_eq!(first, edit("Se fija la multa en 4000.", "Se fija la multa en 400."));
        assert_ne!(first, edit("Se fija la multa en 4000.", "Queda sin efecto la multa."));
        assert_ne!(first, edit("Se fija la multa en 40.", "Se fija la multa en 400."));
        let gone = |hours: i64| {
            let since = "2026-11-20T15:00:00Z".parse::<Timestamp>().expect("an instant") + jiff::SignedDuration::from_hours(hours);
            told(&[Change::EntryGone { entry: Box::new(fine("x")), since, visits: 3 }])[0].id
        };
        assert_eq!(gone(0), gone(5), "when we looked is no part of what happened");
    }

    #[test]
    fn a_hearing_at_a_court_elsewhere_starts_in_its_time() {
        let mut act = entry(
            "a",
            date(2026, 11, 23),
            "CONVOCATORIA (DECRETO)",
            "Se convoca a audiencia de juicio para el 3 de diciembre de 2026, a las 09h00.",
        );
        act.extra.insert(ZONE_FIELD.into(), "Pacific/Galapagos".into());
        let events = told(&[Change::EntryAdded(act)]);
        let hearing = events[0].hearing.as_ref().expect("a hearing");
        assert_eq!(
            (hearing.zone.as_str(), hearing.starts),
            ("Pacific/Galapagos", Some("2026-12-03T15:00:00Z".parse().expect("an instant")))
        );
    }

    #[test]
    fn a_hearing_within_three_days_is_urgent() {
        for (day, severity) in
            [("26 de noviembre de 2026, a las 09h00", Severity::Warn), ("27 de noviembre de 2026, a las 09h00", Severity::Notice)]
        {
            let events = told(&[added("a", "CONVOCATORIA A AUDIENCIA (DECRETO)", &format!("Se convoca a audiencia para el {day}"))]);
            assert_eq!(names(&events), [("hearing.scheduled", severity)]);
        }
    }

    #[test]
    fn a_hearing_that_the_docket_already_told_is_not_told_again() {
        let text = "Se convoca a audiencia de juicio para el 9 de diciembre de 2026, a las 08h30.";
        let held =
            Docket { entries: vec![entry("z", date(2026, 11, 18), "CONVOCATORIA A AUDIENCIA (DECRETO)", text)], ..Docket::default() };
        let again = "Confiérase las copias. Estése a la audiencia de juicio señalada para el 9 de diciembre de 2026, a las 08h30.";
        let changes = [added("a", "PROVIDENCIA GENERAL (DECRETO)", again)];
        assert_eq!(names(&told_of(&held, &Docket::default(), &changes)), [("order.issued", Severity::Info)]);
        assert_eq!(names(&told(&changes)), [("hearing.scheduled", Severity::Notice)]);
        let title = [added("a", "CONVOCATORIA A AUDIENCIA (DECRETO)", text)];
        assert_eq!(names(&told_of(&held, &Docket::default(), &title)), [("hearing.scheduled", Severity::Notice)]);
    }

    #[test]
    fn a_change_of_judge_before_a_hearing_is_urgent() {
        let field = Change::Field(FieldChange { field: "judge".into(), before: Some("A".into()), after: Some("B".into()) });
        for (day, severity) in [("26 de noviembre de 2026", Severity::Warn), ("27 de noviembre de 2026", Severity::Notice)] {
            let text = format!("Se convoca a audiencia de juicio para el {day}, a las 08h30.");
            let after =
                Docket { entries: vec![entry("z", date(2026, 11, 18), "CONVOCATORIA A AUDIENCIA (DECRETO)", &text)], ..Docket::default() };
            assert_eq!(names(&told_of(&after, &after, std::slice::from_ref(&field))), [("judge.changed", severity)]);
        }
    }

    #[test]
    fn a_title_alone_sets_a_hearing_without_a_day() {
        let events = told(&[added("a", "CONVOCATORIA AUDIENCIA DE CASACION (AUTO)", "")]);
        let hearing = events[0].hearing.as_ref().expect("a hearing");
        assert_eq!((hearing.starts, hearing.mention.date, hearing.mention.kind.as_deref()), (None, None, Some("casacion")));
    }

    #[test]
    fn a_notice_is_told_once_with_the_title_of_its_act() {
        let mut notice = entry(
            "b",
            date(2026, 11, 23),
            "SENTENCIA (RAZON DE NOTIFICACION)",
            "Se convoca a audiencia para el 3 de diciembre de 2026, a las 10h30",
        );
        notice.notice_of = Some(EntryKey("a".into()));
        let events = told(&[Change::EntryAdded(notice), added("a", "SENTENCIA (RESOLUCION)", "VISTOS")]);
        assert_eq!(names(&events), [("ruling.issued", Severity::Notice), ("notification.served", Severity::Info)]);
        assert_eq!(events[1].entry.as_ref().map(|entry| entry.title.as_str()), Some("SENTENCIA (RESOLUCION)"));
    }

    #[test]
    fn withheld_and_annulled_entries_are_told_without_their_content() {
        let mut withheld = entry("a", date(2026, 11, 23), "PROVIDENCIA GENERAL (DECRETO)", "no debe salir");
        withheld.withheld = Some(Withheld { mark: "H".into(), reason: None });
        let mut annulled = entry("b", date(2026, 11, 23), "SENTENCIA (RESOLUCION)", "");
        annulled.annulled = true;
        let events = told(&[Change::EntryAdded(withheld), Change::EntryAdded(annulled)]);
        assert_eq!(names(&events), [("entry.added", Severity::Notice), ("entry.added", Severity::Info)]);
        assert_eq!(events[0].entry.as_ref().map(|entry| entry.excerpt.as_str()), Some(""));
        assert_eq!(events[1].field.as_ref().and_then(|field| field.after.as_deref()), Some("true"));
    }

    #[test]
    fn edits_are_told_by_what_changed() {
        let old = entry("a", date(2026, 11, 16), "AUTO GENERAL (AUTO)", "se fija la caución en mil dólares a favor de la víctima");
        let mut text = old.clone();
        text.text = "se fija la caución en 9000 dólares a favor de la víctima".into();
        let mut moved = old.clone();
        moved.date = Some(date(2026, 11, 9));
        let mut hidden = old.clone();
        (hidden.withheld, hidden.text) = (Some(Withheld { mark: "N".into(), reason: Some("reserva".into()) }), String::new());
        let mut files = old.clone();
        files.documents = vec![Document { id: "1".into(), name: "auto.pdf".into(), url: None }];
        let mut other = old.clone();
        other.documents = vec![Document { id: "2".into(), name: "auto.pdf".into(), url: None }];
        let mut blank = old.clone();
        blank.text = blank.text.replace(' ', "  ");
        for (before, after, expected) in [
            (&old, &text, vec![("record.edited", Severity::Warn)]),
            (&old, &moved, vec![("record.redated", Severity::Warn)]),
            (&old, &hidden, vec![("record.hidden", Severity::Warn)]),
            (&hidden, &old, vec![("record.edited", Severity::Notice)]),
            (&old, &files, vec![("record.edited", Severity::Notice)]),
            (&files, &other, vec![("document.replaced", Severity::Warn)]),
            (&old, &blank, vec![]),
        ] {
            assert_eq!(names(&edited(before.clone(), after.clone())), expected, "{after:?}");
        }
        let event = &edited(old.clone(), text)[0];
        let shown = event.entry.as_ref().expect("an entry");
        assert_eq!(shown.before.as_deref(), Some("se fija la caución en mil dólares a favor de la víctima"));
        assert_eq!(shown.after.as_deref(), Some("se fija la caución en 9000 dólares a favor de la víctima"));
    }

    #[test]
    fn an_edit_that_brings_a_hearing_tells_it_too() {
        let old = entry("a", date(2026, 11, 20), "PROVIDENCIA GENERAL (DECRETO)", "Agréguese.");
        let mut new = old.clone();
        new.text = "Agréguese. Se convoca a audiencia para el 3 de diciembre de 2026, a las 10h30.".into();
        assert_eq!(names(&edited(old, new.clone())), [("record.edited", Severity::Warn), ("hearing.scheduled", Severity::Notice)]);
        let mut longer = new.clone();
        longer.text.push_str(" Notifíquese.");
        assert_eq!(names(&edited(new, longer)), [("record.edited", Severity::Warn)]);
    }

    #[test]
    fn a_disappearance_keeps_its_evidence() {
        let gone = entry("a", date(2026, 11, 20), "SENTENCIA (RESOLUCION)", "se declara la culpabilidad");
        let since = "2026-11-21T15:00:00Z".parse().expect("an instant");
        let events = told(&[Change::EntryGone { entry: Box::new(gone), since, visits: 3 }]);
        assert_eq!(names(&events), [("record.removed", Severity::Critical)]);
        assert_eq!(events[0].entry.as_ref().map(|entry| entry.excerpt.as_str()), Some("se declara la culpabilidad"));
    }

    #[test]
    fn an_old_date_is_told_only_when_the_case_was_surely_read_since() {
        let held = Docket { entries: vec![entry("z", date(2026, 11, 18), "RAZON (RAZON)", "")], ..Docket::default() };
        let new = |day: Date| Change::EntryAdded(entry("a", day, "AUTO GENERAL (AUTO)", ""));
        let told_new =
            |changes: &[Change]| names(&told_of(&held, &Docket::default(), changes)).iter().map(|(name, _)| *name).collect::<Vec<_>>();
        assert_eq!(told_new(&[new(date(2026, 11, 12))]), ["order.issued", "record.backdated"]);
        // Three working days before the 18th is the 13th: entered late, as courts do.
        assert_eq!(told_new(&[new(date(2026, 11, 13))]), ["order.issued"]);
        // A court that joins the case brings its own past with it.
        let joined = Change::Field(FieldChange { field: "incident.2".into(), before: None, after: Some("CORTE PROVINCIAL".into()) });
        assert_eq!(told_new(&[new(date(2024, 1, 8)), joined]), ["order.issued", "case.linked"]);
    }

    #[test]
    fn fields_and_parties_follow_the_entries() {
        let field = |name: &str, before: Option<&str>, after: &str| {
            Change::Field(FieldChange { field: name.into(), before: before.map(str::to_owned), after: Some(after.into()) })
        };
        let party = Party { role: "PROCESADO".into(), name: "PERSONA FICTICIA UNO".into() };
        let events = told(&[
            field("judge", Some("JUEZA FICTICIA"), "JUEZ FICTICIO"),
            field("incident.2", None, "CORTE PROVINCIAL"),
            field("court", Some("UNA"), "OTRA"),
            Change::PartyAdded(party.clone()),
            Change::PartyGone(Party { name: "PERSONA FICTICIA DOS".into(), ..party }),
            added("a", "ESCRITO", ""),
        ]);
        let found: Vec<&str> = events.iter().map(|event| event.kind.name()).collect();
        assert_eq!(found, ["filing.added", "judge.changed", "case.linked", "case.field_changed", "party.changed", "party.changed"]);
        let mut ids: Vec<_> = events.iter().map(|event| event.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), events.len());
    }

    #[test]
    fn entries_come_oldest_first_and_each_kind_once() {
        let mut early = entry("b", date(2026, 11, 23), "ESCRITO", "");
        early.time = Some(time(8, 0, 0, 0));
        let mut late = entry("a", date(2026, 11, 23), "ESCRITO", "");
        late.time = Some(time(9, 0, 0, 0));
        let twice = "Se convoca a audiencia de juicio para los días 9 y 10 de diciembre de 2026, a las 08h30.";
        let old = Change::EntryAdded(entry("c", date(2026, 11, 20), "CONVOCATORIA A AUDIENCIA (DECRETO)", twice));
        let events = told(&[Change::EntryAdded(late), Change::EntryAdded(early), old]);
        let found: Vec<(&str, &str)> =
            events.iter().map(|event| (event.kind.name(), event.entry.as_ref().map_or("", |entry| entry.key.0.as_str()))).collect();
        assert_eq!(found, [("hearing.scheduled", "c"), ("filing.added", "b"), ("filing.added", "a")]);
        assert_eq!(events[0].hearing.as_ref().and_then(|hearing| hearing.mention.date), Some(date(2026, 12, 9)));
    }

    #[test]
    fn an_excerpt_reaches_the_sentence_that_matters() {
        let text = format!(
            "Inicio del auto. {} Se convoca a audiencia para el 3 de diciembre de 2026, a las 10h30.",
            "Considerando que sí. ".repeat(80)
        );
        let events = told(&[added("a", "CONVOCATORIA A AUDIENCIA (DECRETO)", &text)]);
        let excerpt = &events[0].entry.as_ref().expect("an entry").excerpt;
        assert!(excerpt.starts_with("Inicio del auto.") && excerpt.contains("3 de diciembre de 2026, a las 10h30"), "{excerpt}");
        assert!(excerpt.chars().count() <= EXCERPT_CHARS);
    }
}
