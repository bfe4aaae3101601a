//! A case in which nothing was entered for long.
//!
//! Asked by [`calendar`](super::calendar), because nothing on a page says it: time passes. It is told after so many days as the watch
//! list says, and again each time that this doubles; by the dates that the court gives its entries, and as of the day on which the case was last read, so that a
//! source that cannot be read is never taken for a silent one. It does not say that nothing was done.

use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};

use crate::domain::docket::{Docket, Entry};
use crate::domain::event::{Event, EventKind, FieldChange, SILENT_SINCE, Severity};

use super::Meaning;
use super::calendar::Calendar;
use super::seen::instant;

impl Meaning {
    /// The silence that has come, and on which morning, when it came while the case was watched: what passed in silence before is no news.
    pub(super) fn inactive(&self, calendar: &Calendar<'_>) -> Option<(Event, Timestamp)> {
        let after = calendar.silent_after.filter(|after| *after > 0)?;
        let today = calendar.day(calendar.read_at);
        let entries = &calendar.docket.entries;
        let (last, days) = last_entered(entries, today)?;
        let days = u32::try_from(days).ok()?;
        let doublings = days.checked_div(after)?.checked_ilog2()?;
        let step = after.checked_shl(doublings)?;
        let came = last.checked_add(i64::from(step).days()).ok()?;
        if came <= calendar.day(calendar.watched_since) || self.is_closed(entries) {
            return None;
        }
        let severity = if doublings == 0 { Severity::Notice } else { Severity::Warn };
        let event = self.event(calendar, None, (EventKind::CaseSilent, severity), &format!("inactive {last} {step}"));
        let field = FieldChange { field: SILENT_SINCE.into(), before: Some(last.to_string()), after: Some(days.to_string()) };
        let came = instant(came.to_datetime(Time::midnight()), &calendar.zone)?;
        Some((Event { field: Some(field), ..event }, came))
    }

    /// Since when nothing was entered in a case that is not closed, and how many days that is, as of the day on which it was read.
    pub fn quiet_since(&self, docket: &Docket, today: Date) -> Option<(Date, i64)> {
        let found = last_entered(&docket.entries, today)?;
        (!self.is_closed(&docket.entries)).then_some(found)
    }

    /// Whether the newest that the entries say of it is that the case was closed.
    fn is_closed(&self, entries: &[Entry]) -> bool {
        let mut dated: Vec<(Date, &Entry)> = entries.iter().filter_map(|entry| Some((entry.date?, entry))).collect();
        dated.sort_by_key(|(date, entry)| std::cmp::Reverse((*date, entry.time)));
        let said = dated.into_iter().find_map(|(_, entry)| {
            let kinds = self.classify(entry, entry.date).kinds;
            kinds.into_iter().find(|kind| matches!(kind, EventKind::CaseClosed | EventKind::CaseReopened))
        });
        said == Some(EventKind::CaseClosed)
    }
}

/// The date of the last entry that is not dated ahead, and the days from it to this one.
fn last_entered(entries: &[Entry], today: Date) -> Option<(Date, i64)> {
    let last = entries.iter().filter_map(|entry| entry.date).filter(|date| *date <= today).max()?;
    Some((last, i64::from((today - last).get_days())))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use jiff::tz::TimeZone;

    use super::*;
    use crate::domain::case::CaseRef;
    use crate::domain::docket::EntryKey;
    use crate::meaning::vectors;

    /// What is told of a case with entries of these days when it was last read on a day at noon in Guayaquil: days and severity.
    fn told(entries: &[(&str, &str)], watched_since: &str, read: &str, silent_after: Option<u32>) -> Option<(String, Severity, String)> {
        let entry = |(nth, (day, title)): (usize, &(&str, &str))| Entry {
            key: EntryKey(nth.to_string()),
            date: Some(day.parse().expect("a day")),
            ..vectors::entry(title, "Agréguese al proceso el escrito que antecede.")
        };
        let docket = Docket { entries: entries.iter().enumerate().map(entry).collect(), ..Docket::default() };
        let case = CaseRef { source: "ec-esatje".into(), number: "17721202600001".into() };
        let noon = |day: &str| format!("{day}T17:00:00Z").parse::<Timestamp>().expect("an instant");
        let calendar = Calendar {
            case: &case,
            zone: TimeZone::get("America/Guayaquil").expect("bundled"),
            docket: &docket,
            version: 3,
            page_sha256: [1; 32],
            watched_since: noon(watched_since),
            remind: &[],
            silent_after,
            read_at: noon(read),
            twins: &[],
        };
        let (event, _) = Meaning::shipped("ec", "es").inactive(&calendar)?;
        let days = event.field.and_then(|field| field.after).expect("days");
        Some((days, event.severity, event.id.to_string()))
    }

    const ACT: (&str, &str) = ("2026-01-10", "PROVIDENCIA GENERAL (DECRETO)");

    #[test]
    fn a_case_is_told_as_silent_after_so_many_days_and_again_each_time_they_double() {
        let at = |read: &str| told(&[ACT], "2026-01-05", read, Some(60)).map(|(days, severity, _)| (days, severity));
        assert_eq!(at("2026-03-10"), None, "59 days");
        assert_eq!(at("2026-03-11"), Some(("60".into(), Severity::Notice)));
        assert_eq!(at("2026-05-09"), Some(("119".into(), Severity::Notice)));
        assert_eq!(at("2026-05-10"), Some(("120".into(), Severity::Warn)));
        assert_eq!(at("2026-12-31"), Some(("355".into(), Severity::Warn)));
        assert_eq!(told(&[ACT], "2026-01-05", "2026-12-31", None), None, "switched off");
    }

    #[test]
    fn it_is_one_event_as_long_as_the_silence_lasts_and_another_after_a_new_entry() {
        let id = |entries: &[(&str, &str)], read: &str| told(entries, "2026-01-05", read, Some(60)).expect("silent").2;
        assert_eq!(id(&[ACT], "2026-03-11"), id(&[ACT], "2026-04-20"));
        assert_ne!(id(&[ACT], "2026-03-11"), id(&[ACT], "2026-05-10"), "twice as long is news");
        assert_ne!(id(&[ACT], "2026-04-20"), id(&[("2026-01-11", ACT.1), ACT], "2026-04-20"));
    }

    #[test]
    fn what_was_silent_before_it_was_watched_is_no_news_and_a_coming_date_is_no_entry_of_today() {
        assert_eq!(told(&[ACT], "2026-03-11", "2026-03-20", Some(60)), None);
        assert_eq!(told(&[ACT], "2026-03-11", "2026-05-10", Some(60)).map(|told| told.0), Some("120".into()));
        let ahead = ("2026-09-01", ACT.1);
        assert_eq!(told(&[ahead, ACT], "2026-01-05", "2026-03-11", Some(60)).map(|told| told.0), Some("60".into()));
        assert_eq!(told(&[], "2026-01-05", "2026-09-11", Some(60)), None, "nobody knows since when");
    }

    #[test]
    fn a_closed_case_may_be_silent_until_it_is_reopened() {
        let closed = ("2026-02-01", "AUTO DE ARCHIVO (AUTO)");
        assert_eq!(told(&[closed, ACT], "2026-01-05", "2026-06-01", Some(60)), None);
        let day = date(2026, 2, 2).to_string();
        let reopened = (day.as_str(), "DESARCHIVO DE CAUSA (DECRETO)");
        assert!(told(&[reopened, closed, ACT], "2026-01-05", "2026-06-01", Some(60)).is_some());
    }
}
