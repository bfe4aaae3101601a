//! From changes to events: what a subscriber is told of a visit, in the order of the docket.
//!
//! [`Meaning::events`](super::Meaning::events) is asked by `daemon::poll` between the comparison and the commit. Entries
//! come first, oldest first, then fields, then parties, then what the detectors of [`integrity`](super::integrity) find; every
//! (entry, kind) is told once a version.

mod added;
mod edited;
mod heading;

use std::cell::OnceCell;

use jiff::civil::{Date, Time};

use crate::domain::diff::Change;
use crate::domain::docket::Entry;
use crate::domain::event::{Actor, EXCERPT_CHARS, Event, EventEntry, EventKind, FieldChange, MISSING_SINCE, Severity};
use crate::domain::evidence;

use super::edit::shortened;
use super::integrity::{self, Finding};
use super::known::only_recalls;
use super::lives::Lives;
use super::seen::Seen;
use super::{Meaning, Reading};

impl Meaning {
    /// The events of a visit. Ids are derived from the case, the version, the subject, the kind and what the docket shows.
    pub fn events(&self, changes: &[Change], seen: &Seen<'_>) -> Vec<Event> {
        let are_all_redated = integrity::are_all_redated(changes, seen);
        let (events, told, lives) = (Vec::new(), Vec::new(), OnceCell::new());
        let mut teller = Teller { meaning: self, seen, events, told, lives, are_all_redated };
        let mut entries: Vec<(&Entry, &Change)> = changes.iter().filter_map(|change| Some((entry_of(change)?, change))).collect();
        // Of one moment, an entry that sets a hearing is told before one that only speaks of it.
        entries.sort_by_cached_key(|(entry, _)| {
            (entry.date, entry.time, only_recalls(self, entry, teller.reference(entry)), entry.key.clone())
        });
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
                Change::PartyRenamed { before, after } => teller.renamed(before, after),
                _ => {}
            }
        }
        for (kind, finding) in integrity::findings(self, changes, seen, &teller.events) {
            teller.found(kind, finding);
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

struct Teller<'a> {
    meaning: &'a Meaning,
    seen: &'a Seen<'a>,
    events: Vec<Event>,
    /// Whether nearly all entries are dated otherwise: the source changed how it writes its dates.
    are_all_redated: bool,
    /// The new entries that were told, oldest first.
    told: Vec<&'a Entry>,
    /// The hearings as the docket before and the entries told know them, once they are asked for.
    lives: OnceCell<Lives<'a>>,
}

impl Teller<'_> {
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
            // Since when something is missing, and what an entry stands beside, is what we saw and no part of what happened.
            let is_ours = |field: &FieldChange| {
                field.field == MISSING_SINCE || (event.entry.is_some() && evidence::ALL.contains(&field.field.as_str()))
            };
            if let Some(field) = event.field.as_ref().filter(|field| !is_ours(field)) {
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

    /// What a detector found.
    fn found(&mut self, kind: EventKind, finding: Finding<'_>) {
        let Finding { severity, entry, field, passage } = finding;
        let Some(entry) = entry else {
            let subject = field.as_ref().map(|field| field.field.clone()).unwrap_or_default();
            self.append(kind, severity, &subject, None, field);
            return;
        };
        let actor = self.read(entry).actor;
        let event = self.push(kind, severity, entry, actor);
        event.field = field;
        if let (Some(shown), Some(passage)) = (&mut event.entry, passage) {
            (shown.before, shown.after) = (Some(passage.before), Some(passage.after));
        }
    }

    /// The day from which an entry's text is read: its own, or that of the visit where the court gives none.
    fn reference(&self, entry: &Entry) -> Option<Date> {
        entry.date.or_else(|| Some(self.seen.today()))
    }

    fn read(&self, entry: &Entry) -> Reading {
        self.meaning.classify(entry, self.reference(entry))
    }

    fn push(&mut self, kind: EventKind, severity: Severity, entry: &Entry, actor: Actor) -> &mut Event {
        self.append(kind, severity, &entry.key.0, Some(as_shown(entry, actor)), None)
    }

    /// An entry as an event shows it.
    fn shown(&self, entry: &Entry) -> EventEntry {
        as_shown(entry, self.read(entry).actor)
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

/// An entry as an event shows it: the beginning of its text, unless the court withholds it.
pub(super) fn as_shown(entry: &Entry, actor: Actor) -> EventEntry {
    EventEntry {
        key: entry.key.clone(),
        date: entry.date,
        time: entry.time,
        title: entry.title.clone(),
        actor,
        excerpt: if entry.withheld.is_some() { String::new() } else { shortened(&entry.text, EXCERPT_CHARS) },
        before: None,
        after: None,
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

#[cfg(test)]
mod tests;
