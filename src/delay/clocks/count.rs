//! How a time is counted: from its first day to its last, by the calendar of a court, with what suspends it left out.
//!
//! Used by [`engine`](super::engine). Days on which the law stops time (recess, an extraordinary suspension) are the calendar's
//! business; days on which an event of the case stops it are the spans here.

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};

use crate::days::{Calendar, Count, Scope};

use super::rule::{Measure, Roll, Rule, Span};

/// The most days that are looked at: no limit is as long as a century.
const FARTHEST: u32 = 40_000;

/// The days of one clock.
#[derive(Debug)]
pub struct Counting<'a> {
    /// The calendar of its court.
    pub calendar: &'a Calendar,
    /// The court and the matter.
    pub scope: &'a Scope,
    /// From which day, which still counts, to which day, which does not, an event had stopped the time; an open one has no end.
    pub suspensions: &'a [(Date, Option<Date>)],
    /// The rule.
    pub rule: &'a Rule,
}

impl Counting<'_> {
    /// The last day of a time that begins on `start`; `None` while it stands still, or where no calendar reaches.
    pub fn due(&self, start: Date, span: Span) -> Option<Date> {
        let due = match span.measure {
            Measure::BusinessDays => self.counted(start, span.n, |day| self.calendar.is_business(day, self.scope)),
            Measure::Days => self.counted(start, span.n, |day| self.runs(day)),
            // Without an hour nobody knows when within its last day it is over.
            Measure::Hours => self.counted(start, span.n.div_ceil(24), |day| self.runs(day)),
            Measure::Months | Measure::Years => self.dated(start, span),
        }?;
        let rolled = match self.rule.roll {
            Roll::None => Some(due),
            Roll::Next => self.calendar.roll_next(due, self.scope),
            Roll::Previous => self.calendar.roll_prev(due, self.scope),
        }?;
        let cap = self.rule.cap.and_then(|cap| plain(start, cap));
        Some(cap.map_or(rolled, |cap| rolled.min(cap)))
    }

    /// The instant at which a time in hours is over that begins at `start`, an hour of `day`.
    pub fn due_at(&self, start: Timestamp, day: Date, span: Span) -> Option<Timestamp> {
        let due = self.due(day, span)?;
        let whole = i64::from(span.n.div_ceil(24));
        let still = (i64::from(days(day, due)?) - whole).max(0);
        start.checked_add((i64::from(span.n) + still * 24).hours()).ok()
    }

    /// How many of the days after `from`, up to `until`, an event had stopped.
    pub fn suspended(&self, from: Date, until: Date) -> i64 {
        let days = self.suspensions.iter().map(|(since, to)| {
            let (since, to) = ((*since).max(from), to.map_or(until, |to| to.min(until)));
            days(since, to).map_or(0, |days| i64::from(days.max(0)))
        });
        days.sum()
    }

    /// The day that is the `n`th on which the time counts.
    fn counted(&self, start: Date, n: u32, counts: impl Fn(Date) -> bool) -> Option<Date> {
        let mut day = start;
        let mut left = n;
        if self.rule.count_start_day && counts(start) {
            left -= 1;
        }
        for _ in 0..FARTHEST {
            if left == 0 {
                return Some(day);
            }
            day = day.tomorrow().ok()?;
            match self.standing(day) {
                Standing::Open => return None,
                Standing::Still => {}
                Standing::Runs => left -= u32::from(counts(day)),
            }
        }
        None
    }

    /// Months and years go from date to date, to the last day of a month that has no such date (COA art. 160 by analogy, confidence
    /// medium); days on which time stood still are added.
    fn dated(&self, start: Date, span: Span) -> Option<Date> {
        let nominal = plain(start, span)?;
        let nominal = if self.rule.count_start_day { nominal.yesterday().ok()? } else { nominal };
        let (mut day, mut due) = (start, nominal);
        while day < due {
            day = day.tomorrow().ok()?;
            match self.standing(day) {
                Standing::Open => return None,
                Standing::Runs if self.runs(day) => {}
                _ => due = due.tomorrow().ok()?,
            }
            if days(start, due)? > i32::try_from(FARTHEST).ok()? {
                return None;
            }
        }
        Some(due)
    }

    fn runs(&self, day: Date) -> bool {
        self.calendar.runs(day, self.scope, Count::Plazo)
    }

    fn standing(&self, day: Date) -> Standing {
        let mut over = self.suspensions.iter().filter(|(since, _)| *since < day);
        match over.find(|(_, to)| to.is_none_or(|to| day <= to)) {
            Some((_, None)) => Standing::Open,
            Some(_) => Standing::Still,
            None => Standing::Runs,
        }
    }
}

enum Standing {
    /// Time goes on.
    Runs,
    /// It stood still on this day.
    Still,
    /// It stands still since, and nobody knows until when.
    Open,
}

/// A span after a day, with nothing left out.
fn plain(start: Date, span: Span) -> Option<Date> {
    let n = i64::from(span.n);
    match span.measure {
        Measure::Years => start.checked_add(i16::try_from(n).ok()?.years()),
        Measure::Months => start.checked_add(i32::try_from(n).ok()?.months()),
        Measure::Days | Measure::BusinessDays => start.checked_add(n.days()),
        Measure::Hours => start.checked_add(i64::from(span.n.div_ceil(24)).days()),
    }
    .ok()
}

/// Days from one to the other; negative when the other is before.
pub fn days(from: Date, to: Date) -> Option<i32> {
    from.until(to).ok().map(|span| span.get_days())
}
