//! Stretches of days on which the time of some courts does not run: recess every year, and a suspension once.
//!
//! Used by [`table`](super::table), filled by [`read`](super::read).

use std::sync::Arc;

use jiff::civil::Date;

use super::reach::Reach;
use super::rule::Years;
use super::{Cause, Count};

/// Recess or suspension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Every year, by law.
    Recess,
    /// Once, by a decision.
    Suspension,
}

/// When it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// From a month and day to another, both inclusive, beginning in these years; the end may lie in the next year.
    Yearly {
        /// Month and day of the beginning.
        from: (i8, i8),
        /// Month and day of the end.
        to: (i8, i8),
        /// The years in which it begins.
        years: Years,
    },
    /// From a day to another, both inclusive.
    Once {
        /// The first.
        from: Date,
        /// The last.
        to: Date,
    },
}

/// One recess or suspension.
#[derive(Debug, Clone)]
pub struct Stretch {
    /// Why.
    pub cause: Arc<Cause>,
    /// Recess or suspension.
    pub kind: Kind,
    /// When.
    pub span: Span,
    /// Whom it concerns.
    pub reach: Reach,
    /// Whether it stops a plazo, and a término.
    pub stops: [bool; 2],
}

impl Stretch {
    /// Whether it stops a count.
    pub fn stops(&self, count: Count) -> bool {
        let [plazo, termino] = self.stops;
        match count {
            Count::Plazo => plazo,
            Count::Termino => termino,
        }
    }

    /// Whether a day lies in it.
    pub fn contains(&self, date: Date) -> bool {
        self.bounds(date.year()).into_iter().flatten().any(|(from, to)| (from..=to).contains(&date))
    }

    /// Its days in a year.
    pub fn days_in(&self, year: i16) -> impl Iterator<Item = Date> {
        let (first, last) = (Date::new(year, 1, 1).unwrap_or(Date::MAX), Date::new(year, 12, 31).unwrap_or(Date::MIN));
        let parts = self.bounds(year).into_iter().flatten().map(move |(from, to)| (from.max(first), to.min(last)));
        parts.flat_map(|(from, to)| std::iter::successors(Some(from), |date| date.tomorrow().ok()).take_while(move |date| *date <= to))
    }

    /// The two stretches that can touch a year: that which began the year before, and its own.
    fn bounds(&self, year: i16) -> [Option<(Date, Date)>; 2] {
        match self.span {
            Span::Once { from, to } => [None, Some((from, to))],
            Span::Yearly { from, to, years } => {
                let of = |year: i16| {
                    let end = if to < from { year.checked_add(1)? } else { year };
                    let day = |year: i16, (month, day): (i8, i8)| Date::new(year, month, day).ok();
                    // The end of the last year that a date can have is cut off, not lost.
                    Some((day(year, from)?, day(end, to).unwrap_or(Date::MAX))).filter(|_| years.contains(year))
                };
                [year.checked_sub(1).and_then(of), of(year)]
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::days::Confidence;
    use crate::days::rule::ALWAYS;
    use jiff::civil::date;

    fn stretch(span: Span) -> Stretch {
        let text = String::new;
        let cause = Arc::new(Cause { id: text(), es: text(), en: text(), source: text(), confidence: Confidence::High });
        Stretch { cause, kind: Kind::Recess, span, reach: Reach::default(), stops: [true, true] }
    }

    #[test]
    fn one_over_the_new_year_has_days_at_both_ends_of_a_year() {
        let recess = stretch(Span::Yearly { from: (12, 23), to: (1, 6), years: ALWAYS });
        let days: Vec<Date> = recess.days_in(2025).collect();
        assert_eq!(
            (days.len(), days[0], days[5], days[6], days[14]),
            (15, date(2025, 1, 1), date(2025, 1, 6), date(2025, 12, 23), date(2025, 12, 31))
        );
        assert!(recess.contains(date(2025, 1, 6)) && !recess.contains(date(2025, 1, 7)) && !recess.contains(date(2025, 12, 22)));
        let since = stretch(Span::Yearly { from: (12, 23), to: (1, 6), years: Years { from: 2025, until: 2025 } });
        assert_eq!((since.days_in(2025).count(), since.days_in(2026).count(), since.days_in(2027).count()), (9, 6, 0));
        assert_eq!(recess.days_in(9999).count(), 15);
    }

    #[test]
    fn one_that_was_once_is_cut_at_the_year() {
        let once = stretch(Span::Once { from: date(2019, 12, 30), to: date(2021, 1, 2) });
        assert_eq!([2018, 2019, 2020, 2021, 2022].map(|year| once.days_in(year).count()), [0, 2, 366, 2, 0]);
    }
}
