//! The monthly summary of delays that a channel may ask for: what its cases showed in the month before, by tag.
//!
//! Counted by `delay::report`, told by `daemon::conditions`, carried in the [`field`](Event::field) of its event so that it is stored like any other,
//! and read back by `message` and `wire`. It belongs to no case. What it counts is said in `docs/delays.md`.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::case::CaseRef;
use super::condition::{Topic, id_of};
use super::event::{Event, EventKind, FieldChange};
use super::redact::plain;
use super::report::OURS;

/// When in each month it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Monthly {
    /// The day of the month, from 1 to 28: every month has it.
    pub day: i8,
    /// The hour.
    pub at: Time,
}

impl Monthly {
    /// The last time that it came, as of `now`; `None` where the calendar ends.
    pub fn last(self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let today = now.to_zoned_datetime(zone.clone()).date();
        let first = Date::new(today.year(), today.month(), 1).ok()?;
        [0, 1].into_iter().find_map(|back: i64| {
            let month = first.checked_sub(back.months()).ok()?;
            let day = Date::new(month.year(), month.month(), self.day).ok()?;
            let at = zone.to_ambiguous_zoned_datetime(day.to_datetime(self.at)).compatible().ok()?.timestamp();
            (at <= now).then_some(at)
        })
    }
}

/// The month before a moment: its first day and its last.
pub fn month_before(due: Timestamp, zone: &TimeZone) -> Option<(Date, Date)> {
    let day = due.to_zoned_datetime(zone.clone()).date();
    let first = Date::new(day.year(), day.month(), 1).ok()?;
    Some((first.checked_sub(1.month()).ok()?, first.yesterday().ok()?))
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $field:ident;)*) => {
        /// What was counted over some cases.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub struct Numbers { $($(#[$doc])* pub $field: u64,)* }

        impl Numbers {
            /// Their stable names and values, in one order.
            pub fn named(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($field), self.$field),)*]
            }

            fn set(&mut self, name: &str, value: u64) {
                match name {
                    $(stringify!($field) => self.$field = value,)*
                    // Of a later version.
                    _ => {}
                }
            }
        }
    };
}

numbers! {
    /// Cases that were read.
    cases;
    /// Of them those that had not been read since the month ended: what was entered late in it is not known, and they are in none of the numbers.
    unread;
    /// Those without an entry that is dated in the month, of those that had not ended before it.
    quiet;
    /// Entries that are dated in the month.
    entries;
    /// Settings whose day lay in the month and that were held, or began and were suspended.
    held;
    /// Settings whose day lay in the month and that did not start.
    not_held;
    /// Settings whose day lay in the month and of which no entry says what became.
    unknown;
    /// Settings whose day lay in the month a few working days ago, and of which no entry says anything yet.
    untold;
    /// Settings that are still to come.
    coming;
    /// Time limits whose last day by every reading lay in the month, and what ends them was not observed by its end.
    ran_out;
    /// Time limits that are over by every reading now.
    over;
    /// Time limits that are nearly over now.
    near;
}

/// What was counted of a tag; an empty name is all cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagLine {
    /// The tag.
    pub tag: String,
    /// The numbers.
    pub numbers: Numbers,
}

/// A case that stands out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseLine {
    /// Its number as people write it.
    pub number: String,
    /// The operator's name for it.
    pub name: Option<String>,
    /// Time limits that are over by every reading.
    pub over: u64,
    /// Time limits that are nearly over.
    pub near: u64,
    /// Days since its last entry.
    pub silent: Option<i64>,
    /// The day of its next hearing.
    pub next: Option<Date>,
}

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelaySummary {
    /// The channel that asked.
    pub channel: String,
    /// When it was due.
    pub due: Timestamp,
    /// The first day of the month that it is of.
    pub from: Date,
    /// Its last day.
    pub to: Date,
    /// All cases first, then each tag by its name.
    pub tags: Vec<TagLine>,
    /// The cases that stand out, the most urgent first.
    pub cases: Vec<CaseLine>,
    /// Watched cases that are in none of the numbers: they had not been read, or only their activity may be told.
    pub left_out: u64,
}

/// The [`FieldChange::field`] that carries a summary.
const SUMMARY: &str = "delay_summary";

impl DelaySummary {
    /// Of all its cases together.
    pub fn whole(&self) -> Numbers {
        self.tags.iter().find(|line| line.tag.is_empty()).map(|line| line.numbers).unwrap_or_default()
    }

    /// What stands for its month.
    fn month(&self) -> Timestamp {
        TimeZone::UTC.to_timestamp(self.from.to_datetime(Time::midnight())).unwrap_or(self.due)
    }

    /// The event that tells it. Its id is that of channel and month, so that no restart and no other hour repeats it.
    pub fn event(&self, now: Timestamp) -> Event {
        let kind = EventKind::DelaysSummary;
        Event {
            // Of the month, at whatever hour it is told.
            id: id_of(Topic::Summary, &self.channel, self.month(), 1, kind),
            kind,
            severity: kind.severity(),
            case: CaseRef { source: OURS.to_owned(), number: format!("summary {}", self.channel) },
            seq: 0,
            version: 0,
            entry: None,
            hearing: None,
            field: Some(self.field()),
            seen_at: now,
            page_sha256: [0; 32],
        }
    }

    /// The form in which the event carries it: a line each, with tabs between.
    fn field(&self) -> FieldChange {
        let line = |parts: &[&str]| parts.iter().map(|part| plain(part)).collect::<Vec<_>>().join("\t");
        let mut lines = vec![
            line(&["channel", &self.channel]),
            line(&["due", &self.due.to_string()]),
            line(&["month", &self.from.to_string(), &self.to.to_string()]),
            line(&["left_out", &self.left_out.to_string()]),
        ];
        for TagLine { tag, numbers } in &self.tags {
            let numbers: Vec<String> = numbers.named().into_iter().map(|(name, count)| format!("{name}={count}")).collect();
            lines.push(line(&["tag", tag, &numbers.join(" ")]));
        }
        for case in &self.cases {
            let dash = || "-".to_owned();
            let silent = case.silent.map_or_else(dash, |days| days.to_string());
            let next = case.next.map_or_else(dash, |day| day.to_string());
            let (over, near) = (case.over.to_string(), case.near.to_string());
            lines.push(line(&["case", &case.number, case.name.as_deref().unwrap_or_default(), &over, &near, &silent, &next]));
        }
        FieldChange { field: SUMMARY.to_owned(), before: None, after: Some(lines.join("\n")) }
    }

    /// What an event says of it; `None` of an event that carries none.
    pub fn of(event: &Event) -> Option<Self> {
        let field = event.field.as_ref().filter(|field| field.field == SUMMARY)?;
        let (mut channel, mut due, mut month, mut left_out) = (String::new(), event.seen_at, None, 0);
        let (mut tags, mut cases) = (Vec::new(), Vec::new());
        for line in field.after.as_deref()?.lines() {
            match line.split('\t').collect::<Vec<_>>()[..] {
                ["channel", id] => channel = id.to_owned(),
                ["due", at] => due = at.parse().ok()?,
                ["month", from, to] => month = Some((from.parse().ok()?, to.parse().ok()?)),
                ["left_out", count] => left_out = count.parse().ok()?,
                ["tag", tag, numbers] => tags.push(TagLine { tag: tag.to_owned(), numbers: read(numbers) }),
                ["case", number, name, over, near, silent, next] => cases.push(CaseLine {
                    number: number.to_owned(),
                    name: Some(name.to_owned()).filter(|name| !name.is_empty()),
                    over: over.parse().ok()?,
                    near: near.parse().ok()?,
                    silent: silent.parse().ok(),
                    next: next.parse().ok(),
                }),
                _ => {}
            }
        }
        let (from, to) = month?;
        Some(Self { channel, due, from, to, tags, cases, left_out })
    }
}

fn read(text: &str) -> Numbers {
    let mut numbers = Numbers::default();
    for (name, count) in text.split(' ').filter_map(|pair| pair.split_once('=')) {
        numbers.set(name, count.parse().unwrap_or_default());
    }
    numbers
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;
    use crate::domain::sample;

    fn zone() -> TimeZone {
        TimeZone::get("America/Guayaquil").expect("bundled")
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    #[test]
    fn it_came_last_in_this_month_or_in_the_one_before() {
        let monthly = Monthly { day: 1, at: time(8, 0, 0, 0) };
        for (now, last) in [
            ("2026-03-01T12:59:59Z", "2026-02-01T13:00:00Z"),
            ("2026-03-01T13:00:00Z", "2026-03-01T13:00:00Z"),
            ("2026-01-01T04:00:00Z", "2025-12-01T13:00:00Z"),
            ("2026-03-31T23:00:00Z", "2026-03-01T13:00:00Z"),
        ] {
            assert_eq!(monthly.last(at(now), &zone()), Some(at(last)), "{now}");
        }
        let late = Monthly { day: 28, ..monthly };
        assert_eq!(late.last(at("2026-03-05T00:00:00Z"), &zone()), Some(at("2026-02-28T13:00:00Z")));
        assert_eq!(month_before(at("2026-03-01T13:00:00Z"), &zone()), Some((date(2026, 2, 1), date(2026, 2, 28))));
        assert_eq!(month_before(at("2026-01-01T03:00:00Z"), &zone()), Some((date(2025, 11, 1), date(2025, 11, 30))));
    }

    #[test]
    fn a_summary_reads_back_from_its_event_whatever_stands_in_it() {
        let told = sample::delay_summary();
        let event = told.event(sample::seen_at());
        assert_eq!(DelaySummary::of(&event), Some(told.clone()));
        assert_eq!(event.id, told.event(at("2030-01-01T00:00:00Z")).id, "the same whenever it is told");
        let evil = CaseLine { name: Some("a\tb\ncase\tx".into()), ..told.cases[0].clone() };
        let read = DelaySummary::of(&DelaySummary { cases: vec![evil], ..told.clone() }.event(sample::seen_at())).expect("reads");
        assert_eq!((read.cases.len(), read.whole()), (1, told.whole()));
        assert_eq!(DelaySummary::of(&sample::drift()), None);
    }
}
