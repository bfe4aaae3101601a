//! When each entry of a case was first seen, and when its judges changed: what the events of the case say of it.
//!
//! Called by [`super::case`]. Only entries that appeared between two readings have a moment: what stood there at the first look may have stood
//! there for years.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::delay::measures::JudgeChange;
use crate::domain::docket::{Docket, EntryKey};
use crate::domain::event::{Event, EventKind};
use crate::meaning::Reading;

/// The version that is the first look at a case.
const FIRST_LOOK: u32 = 1;

/// Kinds of event that time brings, and not the record: they name an entry that may have stood there for long.
fn is_of_time(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::HearingReminder
            | EventKind::HearingSilent
            | EventKind::NotificationMissing
            | EventKind::CaseSilent
            | EventKind::ClockWarning
            | EventKind::ClockBreach
            | EventKind::ClockMet
            | EventKind::RecordDisagreement
    )
}

/// Kinds of event that tell of an entry which was there before.
fn is_of_old_entry(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::RecordEdited
            | EventKind::RecordRemoved
            | EventKind::RecordHidden
            | EventKind::RecordMarked
            | EventKind::RecordRedated
            | EventKind::DocumentReplaced
    )
}

/// When each entry was first seen, of those that appeared after the first look.
pub fn first_seen(events: &[Event]) -> BTreeMap<EntryKey, Timestamp> {
    // By entry the version in which something was first told of it, when, and whether it was there before.
    let mut first: BTreeMap<&EntryKey, (u32, Timestamp, bool)> = BTreeMap::new();
    for event in events.iter().filter(|event| !is_of_time(event.kind)) {
        let Some(entry) = &event.entry else { continue };
        let is_old = is_of_old_entry(event.kind);
        let known = first.entry(&entry.key).or_insert((event.version, event.seen_at, is_old));
        match event.version.cmp(&known.0) {
            std::cmp::Ordering::Less => *known = (event.version, event.seen_at, is_old),
            std::cmp::Ordering::Equal => *known = (known.0, known.1.min(event.seen_at), known.2 || is_old),
            std::cmp::Ordering::Greater => {}
        }
    }
    let appeared = first.into_iter().filter(|(_, (version, _, is_old))| *version > FIRST_LOOK && !is_old);
    appeared.map(|(key, (_, at, _))| (key.clone(), at)).collect()
}

/// The changes of its judges: those that entries tell, by their days, and those that the heading showed, by the day on which it was seen.
pub fn judges(docket: &Docket, readings: &[Reading], events: &[Event], zone: &TimeZone) -> Vec<JudgeChange> {
    let told =
        docket.entries.iter().zip(readings).filter(|(entry, reading)| !entry.annulled && reading.kinds.contains(&EventKind::JudgeChanged));
    let mut changes: Vec<JudgeChange> =
        told.filter_map(|(entry, _)| Some(JudgeChange { date: entry.date?, entry: Some(entry.key.clone()) })).collect();
    let seen = events.iter().filter(|event| event.kind == EventKind::JudgeChanged && event.entry.is_none() && event.version > FIRST_LOOK);
    let seen = seen.map(|event| JudgeChange { date: event.seen_at.to_zoned_datetime(zone.clone()).date(), entry: None });
    changes.extend(seen);
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::case::CaseRef;
    use crate::domain::event::{Actor, EventEntry};
    use crate::domain::sample;

    fn event(kind: EventKind, version: u32, key: &str, at: &str) -> Event {
        let entry = EventEntry {
            key: EntryKey(key.to_owned()),
            date: None,
            time: None,
            title: "AUTO".to_owned(),
            actor: Actor::Court,
            excerpt: String::new(),
            before: None,
            after: None,
        };
        let case = CaseRef { source: "ec-esatje".into(), number: "17721202400011G".into() };
        Event { kind, version, case, entry: Some(entry), seen_at: at.parse().expect("an instant"), ..sample::bare(kind) }
    }

    #[test]
    fn only_what_appeared_between_two_readings_has_a_moment() {
        let events = [
            // Told at the first look, because the watch list says since.
            event(EventKind::EntryAdded, 1, "first", "2026-03-01T12:00:00Z"),
            event(EventKind::OrderIssued, 2, "new", "2026-03-02T12:00:00Z"),
            event(EventKind::RecordEdited, 3, "new", "2026-03-03T12:00:00Z"),
            // An old entry was edited, and names a hearing since.
            event(EventKind::HearingScheduled, 3, "old", "2026-03-03T12:00:00Z"),
            event(EventKind::RecordEdited, 3, "old", "2026-03-03T12:00:00Z"),
            // An old entry set a hearing of which time reminds.
            event(EventKind::HearingReminder, 4, "reminded", "2026-03-04T12:00:00Z"),
            event(EventKind::RecordBackdated, 5, "late", "2026-03-05T12:00:00Z"),
        ];
        let seen: Vec<(String, String)> = first_seen(&events).into_iter().map(|(key, at)| (key.0, at.to_string())).collect();
        let expected = [("late", "2026-03-05T12:00:00Z"), ("new", "2026-03-02T12:00:00Z")];
        assert_eq!(seen, expected.map(|(key, at)| (key.to_owned(), at.to_owned())));
    }
}
