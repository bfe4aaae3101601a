//! What is told of an entry whose content changed, or that is gone.
//!
//! Called by [`Meaning::events`](crate::meaning::Meaning::events) through its teller. Whether something is gone was confirmed by the
//! comparison.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::Teller;
use crate::domain::diff::{same_documents, same_words};
use crate::domain::docket::{Document, Entry};
use crate::domain::event::{Actor, EXCERPT_CHARS, EventKind, FieldChange, Severity, missing_since};
use crate::domain::hearing::HearingMention;
use crate::meaning::edit::{Passage, passage, shortened};
use crate::meaning::integrity::is_redated;
use crate::meaning::kind_of;

impl Teller<'_> {
    pub(super) fn edited(&mut self, before: &Entry, after: &Entry) {
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

    pub(super) fn redated(&mut self, before: &Entry, after: &Entry, actor: Actor) {
        if !is_redated(before, after) || self.are_all_redated {
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
    pub(super) fn reworded(&mut self, before: &Entry, after: &Entry, actor: Actor, hidden: bool) {
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
    pub(super) fn documents(&mut self, before: &Entry, after: &Entry, actor: Actor, hidden: bool, told: bool) {
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
    pub(super) fn new_hearings(&mut self, before: &Entry, after: &Entry, revealed: bool) {
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

    pub(super) fn gone(&mut self, entry: &Entry, since: Timestamp, visits: u32) {
        let actor = self.read(entry).actor;
        let event = self.push(EventKind::RecordRemoved, EventKind::RecordRemoved.severity(), entry, actor);
        event.field = Some(missing_since(since, visits));
    }
}
