//! A figure of delay: what was measured of a case at one moment, how many things it rests on, which entries, and what it does not say.
//!
//! Made by `delay::measures`, published by `wire::figure`. What each measure counts is said in [`measure`](super::measure). Persons are
//! named as the source names them: whoever shows a figure redacts. Nothing here decides or words anything.

use jiff::Timestamp;
use jiff::civil::Date;

use super::caveat::Caveat;
use super::clocks::Subject;
use super::docket::EntryKey;
use super::measure::{Measure, Refused};

/// A percentage of fewer than so many is not said (`domain.md` M10).
pub const FEWEST_KNOWN: i64 = 5;

/// A duration in both kinds of days; one is never worked out from the other (`domain.md` B4.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Days {
    /// Days of the calendar.
    pub calendar: i64,
    /// Business days of the court: those in (from, to].
    pub business: i64,
}

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Those that are meant …
    pub part: i64,
    /// … of all of which it is known.
    pub of: i64,
}

impl Share {
    /// From 0 to 100; `None` when there are fewer than [`FEWEST_KNOWN`].
    pub fn percent(self) -> Option<f64> {
        let number = |count: i64| i32::try_from(count).map_or(f64::from(i32::MAX), f64::from);
        (self.of >= FEWEST_KNOWN).then(|| 100.0 * number(self.part) / number(self.of))
    }
}

/// A part of a duration that is split by who asked for it, or why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portion {
    /// Who or why, by a stable name; `unstated` where no entry says it.
    pub label: String,
    /// How long.
    pub days: Days,
    /// How many postponements.
    pub n: usize,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// It is over and took so long.
    Days(Days),
    /// It is not over: so long already.
    Open(Days),
    /// Nothing shows that it began.
    NotBegun,
    /// What is known does not say it.
    Unknown,
    /// So many.
    Count(usize),
    /// So many of each, by stable names.
    Counts(Vec<(&'static str, usize)>),
    /// So many of so many.
    Share(Share),
    /// A share beside what it would be if none of the unknown ones, or all of them, were among those that are meant.
    Bounds {
        /// If none were.
        low: Share,
        /// Of those that are known.
        known: Share,
        /// If all were.
        high: Share,
    },
    /// So many in all, over so many.
    Mean {
        /// The sum.
        sum: usize,
        /// Over how many.
        n: usize,
    },
    /// How far values are spread, in days of the calendar: each is one that was observed (the nearest rank).
    Spread {
        /// Half are no longer.
        median: i64,
        /// Nine of ten are no longer.
        ninetieth: i64,
    },
    /// A duration by who asked for it, or why.
    Split(Vec<Portion>),
    /// Where a case stands in its group.
    Position {
        /// The share of the group that was over sooner, from 0 to 1; where `by_then` is absent at least this share.
        sooner: f64,
        /// The share that was over as soon or sooner; `None` when the case is open, or nobody was watched for so long.
        by_then: Option<f64>,
    },
    /// The median of a group by Kaplan–Meier, in days of the calendar.
    Median {
        /// On this day half are over; `None` when that was not reached while anybody was watched.
        at: Option<f64>,
        /// The longest that anybody was watched, where it was not reached: the median is beyond it.
        beyond: Option<f64>,
        /// Its 95 % interval, from.
        lower: Option<f64>,
        /// Its 95 % interval, until.
        upper: Option<f64>,
        /// How many were over.
        events: usize,
        /// How many were not.
        censored: usize,
    },
}

/// Something that a figure does not say, and of how many things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// What.
    pub caveat: Caveat,
    /// Of how many; `None` where there is nothing to count.
    pub n: Option<usize>,
}

/// What was measured, and what it rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// What is measured.
    pub measure: Measure,
    /// Which part of it, by a stable name, such as `any` and `court`; `all` where it has no parts.
    pub part: String,
    /// Of whom or what.
    pub subject: Subject,
    /// The value.
    pub value: Value,
    /// How many things it rests on: entries, settings, hearings, intervals or persons, as the counting rule says.
    pub n: usize,
    /// From which day to which, of a duration.
    pub span: Option<(Date, Date)>,
    /// The entries that it rests on.
    pub entries: Vec<EntryKey>,
    /// What it does not say.
    pub limits: Vec<Limit>,
}

impl Figure {
    /// Of the case as a whole, of nothing yet.
    pub fn new(measure: Measure, part: &str, value: Value) -> Self {
        Self { measure, part: part.to_owned(), subject: Subject::Case, value, n: 0, span: None, entries: Vec::new(), limits: Vec::new() }
    }

    /// Adds what it does not say, when it is so of any.
    pub fn limit(&mut self, caveat: Caveat, n: usize) {
        if n > 0 {
            self.limits.push(Limit { caveat, n: Some(n) });
        }
    }

    /// Adds what it does not say, when it is so.
    pub fn caution(&mut self, caveat: Caveat, is_so: bool) {
        if is_so {
            self.limits.push(Limit { caveat, n: None });
        }
    }
}

/// A step of M05 that was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepTaken {
    /// Its stable name, as in the parts of M05.
    pub step: &'static str,
    /// The first day on which it is observed.
    pub date: Date,
    /// Whether that day only shows that it had been taken by then.
    pub is_by_then: bool,
}

/// Everything that was measured of a case at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    /// The moment.
    pub as_of: Timestamp,
    /// Its day at the court.
    pub day: Date,
    /// The version of the rules of counting.
    pub counting: u32,
    /// The calendar, as a report names it.
    pub calendar: String,
    /// The day at the court on which the case was last read, no later than the moment; `None` where it had not been. A group knows nothing of it
    /// after that day.
    pub read_day: Option<Date>,
    /// The steps that were taken, in the order of M05.
    pub steps: Vec<StepTaken>,
    /// The figures, in the order of the measures.
    pub list: Vec<Figure>,
    /// What is not measured, and why.
    pub refused: Vec<Refused>,
}

impl Figures {
    /// The figures of one measure.
    pub fn of(&self, measure: Measure) -> impl Iterator<Item = &Figure> {
        self.list.iter().filter(move |figure| figure.measure == measure)
    }

    /// The first figure of a part of a measure.
    pub fn get(&self, measure: Measure, part: &str) -> Option<&Figure> {
        self.of(measure).find(|figure| figure.part == part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_of_four_is_no_percentage_and_five_of_five_is() {
        let percent = |part, of| Share { part, of }.percent();
        assert_eq!([percent(4, 4), percent(0, 0), percent(5, 5), percent(1, 8)], [None, None, Some(100.0), Some(12.5)]);
    }
}
