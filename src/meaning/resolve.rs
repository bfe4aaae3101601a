//! Which day a written date means, given the day of the entry: missing years, "hoy", "del mismo mes", "el próximo jueves".
//!
//! The second half of [`date`](super::date); asked by `hearing`, which knows whether a text speaks of a day
//! to come or of one that has passed.

use jiff::ToSpan;
use jiff::civil::{Date, Time};

use super::date::{DateExpr, MonthExpr, Relative, YearExpr};

/// Which of several possible years is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lean {
    /// A day to come: the nearest in [ref − 3 d, ref + 400 d] (`domain.md` D2.6).
    Ahead,
    /// A day that has passed: the latest up to the entry's day.
    Back,
    /// The nearest of all.
    Near,
}

/// A date with a doubt.
pub const WEEKDAY_MISMATCH: &str = "weekday_mismatch";
/// No such day.
pub const INVALID_DATE: &str = "invalid_date";

impl DateExpr {
    /// The days that are meant, given the day of the entry and the date before this one, and the doubts.
    pub fn resolve(&self, reference: Option<Date>, before: Option<Date>, lean: Lean) -> (Vec<Date>, Vec<String>) {
        let mut warnings: Vec<String> = self.warnings.iter().map(|&warning| warning.to_owned()).collect();
        if let Some(relative) = self.relative {
            return (reference.and_then(|day| relative.resolve(day)).into_iter().collect(), warnings);
        }
        let mut days = Vec::new();
        for &day in &self.days {
            match self.one(day, reference, before, lean) {
                Some(date) => {
                    if self.weekday.is_some_and(|weekday| self.days.len() == 1 && weekday != date.weekday()) {
                        warnings.push(WEEKDAY_MISMATCH.to_owned());
                    }
                    days.push(date);
                }
                None => warnings.push(INVALID_DATE.to_owned()),
            }
        }
        (days, warnings)
    }

    fn one(&self, day: i8, reference: Option<Date>, before: Option<Date>, lean: Lean) -> Option<Date> {
        let month = match self.month {
            MonthExpr::Named(month) => month,
            MonthExpr::Same => before.or(reference)?.month(),
            MonthExpr::This => reference?.month(),
        };
        let year = match self.year {
            YearExpr::Named(year) => Some(year),
            YearExpr::This => Some(reference?.year()),
            YearExpr::Missing if self.month == MonthExpr::Same => Some(before.or(reference)?.year()),
            YearExpr::Missing => None,
        };
        if let Some(year) = year {
            return Date::new(year, month, day).ok();
        }
        let reference = reference?;
        let around = reference.year().saturating_sub(1)..=reference.year().saturating_add(2);
        let possible: Vec<Date> =
            around.filter_map(|year| Date::new(year, month, day).ok()).filter(|date| lean.allows(*date, reference)).collect();
        let fitting = possible.iter().copied().filter(|date| self.weekday == Some(date.weekday()));
        lean.nearest(fitting, reference).or_else(|| lean.nearest(possible.iter().copied(), reference))
    }
}

impl Lean {
    fn allows(self, date: Date, reference: Date) -> bool {
        let from = reference.saturating_sub(3.days());
        match self {
            Self::Ahead => date >= from && date <= reference.saturating_add(400.days()),
            Self::Back => date <= reference,
            Self::Near => true,
        }
    }

    fn nearest(self, dates: impl Iterator<Item = Date>, reference: Date) -> Option<Date> {
        dates
            .min_by_key(|date| (date.to_datetime(Time::midnight()).duration_since(reference.to_datetime(Time::midnight()))).as_secs().abs())
    }
}

impl Relative {
    fn resolve(self, reference: Date) -> Option<Date> {
        match self {
            Self::Today => Some(reference),
            Self::Next(weekday) => {
                (1..=7).filter_map(|ahead| reference.checked_add(ahead.days()).ok()).find(|day| day.weekday() == weekday)
            }
        }
    }
}
