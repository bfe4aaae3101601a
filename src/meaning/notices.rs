//! Acts of the court of which no notice was entered, where the court enters them.
//!
//! Asked by [`calendar`](super::calendar), because nothing on a page says it: time passes. It judges only dockets whose source links
//! a notice to its act, and of those only the ones whose acts are served as a rule.

use std::collections::HashSet;

use crate::domain::docket::{Entry, EntryKey};
use crate::domain::event::{Actor, Event, EventKind, Severity};

use jiff::ToSpan;

use super::Meaning;
use super::calendar::{Calendar, SILENCE_DAYS};

/// Working days after an act within which its notice is entered (`domain.md` F-21).
const SERVED_WITHIN: u32 = 5;
/// With fewer acts that are old enough nobody knows what the court does as a rule.
const FEWEST_ACTS: usize = 10;
/// Of ten acts so many are served, or the court tells its notices elsewhere (`domain.md` F-21: courts that notify inside the entry).
const SERVED_OF_TEN: usize = 9;

impl Meaning {
    /// The acts since the case is watched whose notice is not seen.
    pub(super) fn unserved(&self, calendar: &Calendar<'_>) -> Vec<Event> {
        let entries = &calendar.docket.entries;
        let served: HashSet<&EntryKey> = entries.iter().filter_map(|entry| entry.notice_of.as_ref()).collect();
        if served.is_empty() {
            return Vec::new();
        }
        let today = calendar.day(calendar.read_at);
        let due = |entry: &&Entry| entry.date.is_some_and(|date| today > self.working_days_after(date, SERVED_WITHIN));
        let acts: Vec<&Entry> = entries.iter().filter(due).filter(|entry| self.is_act(entry)).collect();
        let served_acts = acts.iter().filter(|entry| served.contains(&entry.key)).count();
        if acts.len() < FEWEST_ACTS || served_acts * 10 < acts.len() * SERVED_OF_TEN {
            return Vec::new();
        }
        let since = calendar.day(calendar.watched_since).max(today.saturating_sub(SILENCE_DAYS.days()));
        let missing = acts.into_iter().filter(|entry| entry.date >= Some(since) && !served.contains(&entry.key));
        let kind = (EventKind::NotificationMissing, Severity::Notice);
        missing.map(|entry| self.event(calendar, Some(entry), kind, &format!("unserved\u{1f}{}", entry.key.0))).collect()
    }

    /// A ruling or an order of the court that is shown.
    fn is_act(&self, entry: &Entry) -> bool {
        if entry.notice_of.is_some() || entry.annulled || entry.withheld.is_some() {
            return false;
        }
        let reading = self.classify(entry, entry.date);
        reading.actor == Actor::Court && reading.kinds.iter().any(|kind| matches!(kind, EventKind::RulingIssued | EventKind::OrderIssued))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::case::CaseRef;
    use crate::domain::docket::Docket;
    use crate::meaning::vectors;
    use jiff::civil::{Date, date};
    use jiff::tz::TimeZone;

    /// The acts without a notice that are told on Monday 23 November 2026 of a docket of one act a working day, the notices of some
    /// left out.
    fn told(acts: usize, without: &[usize], watched_since: Date) -> Vec<String> {
        let mut entries = Vec::new();
        let mut day = date(2026, 11, 20);
        for nth in 0..acts {
            let act = vectors::entry("AUTO GENERAL (AUTO)", "Agréguese al proceso el escrito que antecede.");
            entries.push(Entry { key: EntryKey(format!("act {nth}")), date: Some(day), ..act });
            if !without.contains(&nth) {
                let notice = vectors::entry("AUTO GENERAL (RAZON DE NOTIFICACION)", "");
                let notice_of = Some(EntryKey(format!("act {nth}")));
                entries.push(Entry { key: EntryKey(format!("notice {nth}")), date: Some(day), notice_of, ..notice });
            }
            day = Meaning::shipped("ec", "es").working_days_before(day, 1);
        }
        let docket = Docket { entries, ..Docket::default() };
        let case = CaseRef { source: "ec-esatje".into(), number: "17721202600001".into() };
        let zone = TimeZone::get("America/Guayaquil").expect("bundled");
        let calendar = Calendar {
            case: &case,
            watched_since: zone.to_timestamp(watched_since.to_datetime(jiff::civil::Time::midnight())).expect("an instant"),
            zone,
            docket: &docket,
            version: 3,
            page_sha256: [1; 32],
            remind: &[],
            silent_after: None,
            read_at: "2026-11-23T15:00:00Z".parse().expect("an instant"),
            twins: &[],
        };
        let events = Meaning::shipped("ec", "es").unserved(&calendar);
        assert!(events.iter().all(|event| event.kind == EventKind::NotificationMissing && event.severity == Severity::Notice));
        events.into_iter().filter_map(|event| event.entry).map(|entry| entry.key.0).collect()
    }

    #[test]
    fn an_act_without_a_notice_is_told_where_the_court_serves_its_acts() {
        let since = date(2026, 1, 1);
        // The newest acts are of Friday 20, Thursday 19 …: that of the 13th is older than five working days.
        assert_eq!(told(30, &[6], since), ["act 6"]);
        assert_eq!(told(30, &[4], since), [] as [&str; 0], "there is still time");
        assert_eq!(told(30, &[6], date(2026, 11, 16)), [] as [&str; 0], "before the case was watched");
        assert_eq!(told(12, &[6], since), [] as [&str; 0], "too few acts to know what the court does");
        assert_eq!(told(30, &[6, 7, 9, 12], since), [] as [&str; 0], "a court that does not enter every notice");
        assert_eq!(told(30, &(0..30).collect::<Vec<_>>(), since), [] as [&str; 0], "a source that links none");
    }
}
