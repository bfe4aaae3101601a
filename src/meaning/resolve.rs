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
/// A day of a month that is not named.
pub const MONTH_INFERRED: &str = "month_inferred";
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
                    match self.weekday.filter(|_| self.days.len() == 1) {
                        Some(weekday) if weekday != date.weekday() => warnings.push(WEEKDAY_MISMATCH.to_owned()),
                        // The day of the week says which month is meant.
                        Some(_) => warnings.retain(|warning| warning != MONTH_INFERRED),
                        None => {}
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
            MonthExpr::Coming => return coming(day, reference?, before),
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

/// The day of a month that is not named: of this month and the next ones, the nearest to the date before it, or else to the entry, that
/// does not lie before the entry.
fn coming(day: i8, reference: Date, before: Option<Date>) -> Option<Date> {
    let near = before.filter(|before| *before >= reference).unwrap_or(reference);
    let first = reference.first_of_month();
    let months = (0..=13).filter_map(|months| first.checked_add(months.months()).ok());
    let days = months.filter_map(|month| Date::new(month.year(), month.month(), day).ok()).filter(|date| *date >= reference);
    days.min_by_key(|date| near.until(*date).map_or(i32::MAX, |span| span.get_days().abs()))
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
