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

/// Round numbers from nought to `most`: four to six of them, fewer where it is less than three.
pub fn ticks(most: f64) -> Vec<f64> {
    let most = if most.is_finite() { most.clamp(1.0, 1e9) } else { 1.0 };
    let tens = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8];
    let steps = tens.into_iter().flat_map(|ten| [1.0, 2.0, 3.0, 4.0, 5.0].map(|step| step * ten));
    // From each step to the next it is twice as far at most, so that none gives more than six.
    let step = steps.take_while(|step| most / step >= 3.0).last().unwrap_or(1.0);
    (0..=6).map(|n| f64::from(n) * step).take_while(|tick| *tick <= most).collect()
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
        assert_eq!(ticks(85.0), [0.0, 20.0, 40.0, 60.0, 80.0]);
        assert_eq!(ticks(1001.0), [0.0, 300.0, 600.0, 900.0]);
        assert_eq!([ticks(0.0), ticks(2.0), ticks(f64::INFINITY)], [vec![0.0, 1.0], vec![0.0, 1.0, 2.0], vec![0.0, 1.0]]);
        assert!((3..20_000).all(|most| (4..=6).contains(&ticks(f64::from(most)).len())));
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
