//! When a holiday falls: a day of the year, days from Easter, or a weekday of a month, and how the law moves it.
//!
//! Used by `table`, which lays the holidays of a year beside each other, and filled by `read`. Whom a holiday concerns is the business
//! of `reach`.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

/// How a holiday's day follows from the year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// A month and a day; 29 February only in leap years.
    Fixed(i8, i8),
    /// Days after Easter Sunday of the Gregorian calendar; negative before.
    Easter(i32),
    /// The nth weekday of a month; -1 is the last one.
    Nth(i8, i8, Weekday),
}

/// Days by which a holiday moves, by the weekday on which it falls, from Monday.
pub type Shift = [i8; 7];

/// Years, both inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Years {
    /// The first.
    pub from: i16,
    /// The last.
    pub until: i16,
}

/// Until a law says otherwise.
pub const ALWAYS: Years = Years { from: i16::MIN, until: i16::MAX };

impl Years {
    /// Whether a year is one of them.
    pub fn contains(self, year: i16) -> bool {
        (self.from..=self.until).contains(&year)
    }
}

/// The rule of one holiday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// When it falls.
    pub when: When,
    /// How it is moved.
    pub shift: Shift,
    /// The years in which it is moved; in others it stays.
    pub shifted: Years,
    /// The years in which it is a holiday.
    pub years: Years,
    /// It comes every so many years, counted from the first of `years`.
    pub every: i16,
}

impl Rule {
    /// The day off that belongs to a year. It may lie in the year before or after: when 1 January is a Saturday, Friday is off.
    pub fn in_year(&self, year: i16) -> Option<Date> {
        let turn = self.every <= 1 || year.checked_sub(self.years.from).is_some_and(|gone| gone % self.every == 0);
        if !self.years.contains(year) || !turn {
            return None;
        }
        let date = self.when.in_year(year)?;
        if !self.shifted.contains(year) {
            return Some(date);
        }
        let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).ok()?;
        let days = self.shift.get(weekday).copied().unwrap_or_default();
        date.checked_add(i64::from(days).days()).ok()
    }
}

impl When {
    fn in_year(self, year: i16) -> Option<Date> {
        match self {
            Self::Fixed(month, day) => Date::new(year, month, day).ok(),
            Self::Easter(days) => easter(year)?.checked_add(i64::from(days).days()).ok(),
            Self::Nth(nth, month, weekday) => Date::new(year, month, 1).ok()?.nth_weekday_of_month(nth, weekday).ok(),
        }
    }
}

/// Easter Sunday of a year of the Gregorian calendar: the anonymous algorithm as New Scientist shortened it in 1961. `None` before 1583,
/// when there was no such calendar.
pub fn easter(year: i16) -> Option<Date> {
    if year < 1583 {
        return None;
    }
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 19 * l) / 433;
    let month = (h + l - 7 * m + 90) / 25;
    let day = (h + l - 7 * m + 33 * month + 19) % 32;
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn easter_falls_where_the_tables_have_it() {
        // The earliest and the latest of two centuries each, and the examples of Meeus, Astronomical Algorithms, chapter 8.
        let known =
            [(22, 3, 1818), (22, 3, 2285), (25, 4, 1943), (25, 4, 2038), (31, 3, 1991), (19, 4, 1992), (11, 4, 1993), (23, 4, 2000)];
        for (day, month, year) in known {
            assert_eq!(easter(year), Some(date(year, month, day)));
        }
        assert_eq!(easter(1582), None);
    }

    #[test]
    fn a_rule_has_its_years_and_its_turn() {
        let rule =
            Rule { when: When::Fixed(10, 1), shift: [0; 7], shifted: ALWAYS, years: Years { from: 2024, until: i16::MAX }, every: 6 };
        let found: Vec<i16> = (2015..2040).filter(|year| rule.in_year(*year).is_some()).collect();
        assert_eq!(found, [2024, 2030, 2036]);
    }

    #[test]
    fn a_day_moves_by_its_weekday_and_over_the_end_of_the_year() {
        let shift = [0, 0, 0, 0, 0, -1, 1];
        let rule = Rule { when: When::Fixed(1, 1), shift, shifted: Years { from: 2017, until: i16::MAX }, years: ALWAYS, every: 1 };
        assert_eq!(rule.in_year(2028), Some(date(2027, 12, 31)));
        assert_eq!(rule.in_year(2023), Some(date(2023, 1, 2)));
        assert_eq!(rule.in_year(2012), Some(date(2012, 1, 1)), "no shift before the law");
        assert_eq!(rule.in_year(9999).map(|day| day.year()), Some(9999));
    }

    #[test]
    fn weekdays_of_a_month_are_counted_from_both_ends() {
        let nth = |nth, month| When::Nth(nth, month, Weekday::Monday).in_year(2026);
        assert_eq!((nth(3, 1), nth(-1, 5)), (Some(date(2026, 1, 19)), Some(date(2026, 5, 25))));
    }
}
