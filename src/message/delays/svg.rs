//! What the drawings are made of: scales of numbers and of days, their ticks, and coordinates as text.
//!
//! Used by [`timeline`](super::timeline), [`curves`](super::curves) and [`strip`](super::strip). The same values give the same characters;
//! what lies outside of a scale stands at its edge, and nothing is ever no number.

use jiff::civil::{Date, date};

use super::numbers::number;
use crate::domain::about::Language;
use crate::message::dates;

/// A coordinate with at most one decimal.
pub fn px(x: f64) -> String {
    let x = if x.is_finite() { (x * 10.0).round() / 10.0 } else { 0.0 };
    let text = format!("{x:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// From values to places.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    from: f64,
    to: f64,
    left: f64,
    right: f64,
}

impl Scale {
    pub fn new(from: f64, to: f64, left: f64, right: f64) -> Self {
        Self { from, to: if to > from { to } else { from + 1.0 }, left, right }
    }

    /// Where a value stands; what is outside stands at the edge.
    pub fn at(&self, value: f64) -> f64 {
        let share = ((value - self.from) / (self.to - self.from)).clamp(0.0, 1.0);
        let place = self.left + share * (self.right - self.left);
        if place.is_finite() { place } else { self.left }
    }
}

/// Round numbers from nought to `most`, about so many.
pub fn ticks(most: f64, about: usize) -> Vec<f64> {
    let most = if most.is_finite() { most.max(1.0) } else { 1.0 };
    let rough = most / super::numbers::count(about.max(1));
    let mut step = 1.0;
    // 1, 2, 5, 10, 20, 50 …; days are whole, so never less than one.
    for grow in [2.0, 2.5, 2.0].iter().cycle().take(60) {
        if step >= rough {
            break;
        }
        step *= grow;
    }
    let mut all = Vec::new();
    let mut tick = 0.0;
    while tick <= most && all.len() <= 2 * about + 2 {
        all.push(tick);
        tick += step;
    }
    all
}

/// Days of the calendar from one to the other.
pub fn apart(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}

/// From days to places.
#[derive(Debug, Clone, Copy)]
pub struct Axis {
    first: Date,
    last: Date,
    scale: Scale,
}

/// The least room of a label, in the units of a drawing.
const LABEL: f64 = 72.0;

impl Axis {
    pub fn new(first: Date, last: Date, left: f64, right: f64) -> Self {
        let last = last.max(first);
        Self { first, last, scale: Scale::new(0.0, number(apart(first, last)), left, right) }
    }

    /// Where a day stands; one that is outside stands at the edge.
    pub fn x(&self, day: Date) -> f64 {
        self.scale.at(number(apart(self.first, day)))
    }

    /// Whether a day is on it.
    pub fn holds(&self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }

    /// Where the ticks stand and what is written there: days, months or years, as there is room for.
    pub fn ticks(&self, language: Language) -> Vec<(f64, String)> {
        let room = ((self.scale.right - self.scale.left) / LABEL).max(1.0);
        let span = number(apart(self.first, self.last));
        let step = [1_i64, 2, 7, 14].into_iter().find(|step| span / number(*step) <= room).filter(|_| span <= 100.0);
        match step {
            Some(step) => self.by_days(step, language),
            None => self.by_months(room, language),
        }
    }

    fn by_days(&self, step: i64, language: Language) -> Vec<(f64, String)> {
        let all = self.first.series(jiff::Span::new().days(step)).take_while(|day| *day <= self.last);
        all.map(|day| (self.x(day), dates::day(day, language))).collect()
    }

    fn by_months(&self, room: f64, language: Language) -> Vec<(f64, String)> {
        let of = |day: Date| i64::from(day.year()) * 12 + i64::from(day.month()) - 1;
        let (from, to) = (of(self.first), of(self.last));
        let step =
            [1_i64, 2, 3, 6, 12, 24, 60, 120, 240, 600].into_iter().find(|step| number(to - from) / number(*step) <= room).unwrap_or(1200);
        let first = from.div_euclid(step) * step;
        let months = (0..60).map(|n| first + n * step).take_while(|month| *month <= to);
        let days = months.filter_map(|month| {
            let (year, month) = (i16::try_from(month.div_euclid(12)).ok()?, i8::try_from(month.rem_euclid(12) + 1).ok()?);
            jiff::civil::Date::new(year, month, 1).ok()
        });
        let label = |day: Date| if step >= 12 { day.year().to_string() } else { dates::short_month(day, language) };
        days.filter(|day| self.holds(*day)).map(|day| (self.x(day), label(day))).collect()
    }
}

/// The first day of the month that is so many months after that of a day; the day itself where the calendar ends.
pub fn month(of: Date, after: i32) -> Date {
    let first = date(of.year(), of.month(), 1);
    first.checked_add(jiff::Span::new().months(after)).unwrap_or(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short_and_always_numbers() {
        assert_eq!([px(12.0), px(12.34), px(-0.01), px(f64::NAN)], ["12", "12.3", "0", "0"]);
        let one = Scale::new(5.0, 5.0, 10.0, 20.0);
        assert_eq!([one.at(5.0), one.at(99.0), one.at(f64::NAN)].map(px), ["10", "20", "10"]);
    }

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(ticks(85.0, 5), [0.0, 20.0, 40.0, 60.0, 80.0]);
        assert_eq!(ticks(3.0, 5), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(ticks(0.0, 5), [0.0, 1.0]);
        assert!([1.0, 7.0, 365.0, 11_000.0, 3e9, f64::INFINITY].iter().all(|most| (2..=12).contains(&ticks(*most, 5).len())));
    }

    #[test]
    fn an_axis_of_one_day_and_one_of_thirty_years_have_ticks_that_do_not_touch() {
        for (last, first_label, count) in [
            (date(2020, 3, 1), "01-mar-2020", 1),
            (date(2020, 3, 9), "01-mar-2020", 9),
            (date(2020, 5, 1), "01-mar-2020", 9),
            (date(2021, 2, 1), "mar 2020", 12),
            (date(2024, 3, 1), "jul 2020", 8),
            (date(2050, 3, 1), "2025", 6),
        ] {
            let axis = Axis::new(date(2020, 3, 1), last, 100.0, 940.0);
            let ticks = axis.ticks(Language::Es);
            assert_eq!((ticks.len(), ticks[0].1.as_str()), (count, first_label), "{last}: {ticks:?}");
            assert!(ticks.windows(2).all(|pair| pair[1].0 - pair[0].0 > 60.0), "{last}: {ticks:?}");
        }
        let outside = Axis::new(date(2020, 3, 1), date(2021, 3, 1), 100.0, 940.0);
        assert_eq!([outside.x(Date::MIN), outside.x(Date::MAX)].map(px), ["100", "940"]);
    }
}
