//! The days of a year as bits, worked out once for each scope, so that a count over decades is a handful of sums.
//!
//! Used by [`Calendar`](super::Calendar) alone. Scopes that the same rules concern share their years.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::reach::{Asked, Reach, Scope};
use super::stretch::Kind;
use super::{Cause, Count, Data, Day};

/// More scopes than this are not remembered, because places come from outside; what they share still is.
const REMEMBERED: usize = 4096;
/// The years that are worked out at once, from the first to before the last: those of any docket. Others are worked out when they are asked for.
const FIRST: i16 = 1970;
const LAST: i16 = 2060;

/// Which of the rules that do not concern everyone concern a scope, by their place in the file.
type Chosen = Vec<u16>;

/// What was worked out.
#[derive(Debug, Default)]
pub struct Tables {
    scopes: HashMap<Scope, Arc<Ledger>>,
    ledgers: HashMap<Chosen, Arc<Ledger>>,
}

/// The years of the scopes that the same rules concern.
#[derive(Debug)]
pub struct Ledger {
    chosen: Chosen,
    /// For a plazo and for a término, from [`FIRST`].
    years: Vec<[Mask; 2]>,
    /// How many days counted in the years before each.
    before: Vec<[u32; 2]>,
}

/// The days of a year that count.
#[derive(Debug, Clone, Copy)]
pub struct Mask {
    year: i16,
    days: [u64; 6],
    /// How many count before each word.
    before: [u16; 6],
    total: u16,
}

impl Tables {
    /// The years of a scope.
    pub fn ledger(&mut self, data: &Data, scope: &Scope) -> Arc<Ledger> {
        if let Some(ledger) = self.scopes.get(scope) {
            return ledger.clone();
        }
        let chosen = data.chosen(&data.places.asked(scope));
        let ledger = self.ledgers.entry(chosen).or_insert_with_key(|chosen| Arc::new(Ledger::new(data, chosen.clone()))).clone();
        if self.scopes.len() < REMEMBERED {
            self.scopes.insert(scope.clone(), ledger.clone());
        }
        ledger
    }
}

impl Ledger {
    fn new(data: &Data, chosen: Chosen) -> Self {
        let years: Vec<[Mask; 2]> = (FIRST..LAST).map(|year| data.year(year, &chosen)).collect();
        let mut sum = [0, 0];
        let before = years.iter().map(|[plazo, termino]| {
            let before = sum;
            sum = [before[0] + plazo.total(), before[1] + termino.total()];
            before
        });
        Self { chosen, before: before.collect(), years }
    }

    /// The days of a year that count.
    pub fn mask(&self, data: &Data, year: i16, count: Count) -> Mask {
        let known = nth(year).and_then(|nth| self.years.get(nth)).copied();
        let [plazo, termino] = known.unwrap_or_else(|| data.year(year, &self.chosen));
        match count {
            Count::Plazo => plazo,
            Count::Termino => termino,
        }
    }

    /// How many days count in the years from the first to before the last.
    pub fn whole(&self, data: &Data, first: i16, last: i16, count: Count) -> i64 {
        let before = |year: i16| {
            self.before.get(nth(year)?).map(|[plazo, termino]| i64::from(if count == Count::Plazo { *plazo } else { *termino }))
        };
        match (before(first), before(last)) {
            (Some(first), Some(last)) => last - first,
            _ => (first..last).map(|year| i64::from(self.mask(data, year, count).total())).sum(),
        }
    }
}

fn nth(year: i16) -> Option<usize> {
    usize::try_from(year.checked_sub(FIRST)?).ok()
}

impl Mask {
    fn new(year: i16, days: [u64; 6]) -> Self {
        let mut total = 0;
        let before = days.map(|word| {
            let before = total;
            total += u16::try_from(word.count_ones()).unwrap_or_default();
            before
        });
        Self { year, days, before, total }
    }

    /// Whether a day of this year counts.
    pub fn has(&self, date: Date) -> bool {
        let (word, bit) = place(date);
        self.days.get(word).is_some_and(|days| days >> bit & 1 == 1)
    }

    /// How many days count from the first of the year through this one.
    pub fn through(&self, date: Date) -> u32 {
        let (word, bit) = place(date);
        let up_to = self.days.get(word).map_or(0, |days| (days << (63 - bit)).count_ones());
        u32::from(self.before.get(word).copied().unwrap_or(self.total)) + up_to
    }

    /// How many days of the year count.
    pub fn total(&self) -> u32 {
        u32::from(self.total)
    }

    /// The nth day that counts, from 1.
    pub fn nth(&self, n: u32) -> Option<Date> {
        let word = self.before.iter().rposition(|before| u32::from(*before) < n)?;
        let mut days = *self.days.get(word)?;
        for _ in 1..n - u32::from(*self.before.get(word)?) {
            days &= days.wrapping_sub(1);
        }
        let bit = days.trailing_zeros();
        let ordinal = i16::try_from(word * 64).ok()? + i16::try_from(bit).ok()? + 1;
        if bit > 63 { None } else { Date::new(self.year, 1, 1).ok()?.with().day_of_year(ordinal).build().ok() }
    }
}

/// Where a day stands in the words: the word, and the bit in it.
fn place(date: Date) -> (usize, u32) {
    let day = u32::try_from(date.day_of_year() - 1).unwrap_or_default();
    (usize::try_from(day / 64).unwrap_or_default(), day % 64)
}

/// Sets or clears a day.
fn set(days: &mut [u64; 6], date: Date, counts: bool) {
    let (word, bit) = place(date);
    if let Some(days) = days.get_mut(word) {
        if counts {
            *days |= 1 << bit;
        } else {
            *days &= !(1 << bit);
        }
    }
}

impl Data {
    fn reaches(&self) -> impl Iterator<Item = &Reach> {
        let holidays = self.holidays.iter().map(|holiday| &holiday.reach);
        holidays.chain(self.decrees.iter().map(|decree| &decree.reach)).chain(self.stretches.iter().map(|stretch| &stretch.reach))
    }

    /// The days of a year on which a rule of low confidence may take a day away, that rule, and whether it is a holiday.
    pub fn unsure_days(&self, year: i16, asked: &Asked) -> Vec<(Date, Arc<Cause>, bool)> {
        let unsure = |cause: &Cause, reach: &Reach| cause.confidence == super::Confidence::Low && reach.covers(asked);
        let mut days = Vec::new();
        for row in self.holidays.iter().filter(|row| unsure(&row.cause, &row.reach)) {
            days.extend(row.days_in(year).map(|date| (date, row.cause.clone(), true)));
        }
        for row in self.decrees.iter().filter(|row| unsure(&row.cause, &row.reach)) {
            days.extend(row.off.iter().filter(|date| date.year() == year).map(|date| (*date, row.cause.clone(), false)));
        }
        for row in self.stretches.iter().filter(|row| unsure(&row.cause, &row.reach)) {
            days.extend(row.days_in(year).map(|date| (date, row.cause.clone(), false)));
        }
        days
    }

    /// Everything that may take a day away.
    pub fn causes(&self) -> impl Iterator<Item = &Cause> {
        let holidays = self.holidays.iter().map(|holiday| &*holiday.cause);
        holidays.chain(self.decrees.iter().map(|decree| &*decree.cause)).chain(self.stretches.iter().map(|stretch| &*stretch.cause))
    }

    fn chosen(&self, asked: &Asked) -> Chosen {
        let narrow = self.reaches().zip(0u16..).filter(|(reach, _)| !reach.is_everyone() && reach.covers(asked));
        narrow.map(|(_, nth)| nth).collect()
    }

    /// The days of a year that count, for a plazo and for a término.
    fn year(&self, year: i16, chosen: &[u16]) -> [Mask; 2] {
        let concerned: Vec<bool> = self.reaches().zip(0u16..).map(|(reach, nth)| reach.is_everyone() || chosen.contains(&nth)).collect();
        let (holidays, rest) = concerned.split_at(self.holidays.len().min(concerned.len()));
        let (decrees, stretches) = rest.split_at(self.decrees.len().min(rest.len()));
        let mut every = [0; 6];
        let mut business = [0; 6];
        let mut next = Date::new(year, 1, 1).ok();
        while let Some(date) = next.filter(|date| date.year() == year) {
            set(&mut every, date, true);
            set(&mut business, date, !self.is_weekend(date));
            next = date.tomorrow().ok();
        }
        for (holiday, _) in self.holidays.iter().zip(holidays).filter(|(_, concerned)| **concerned) {
            for date in holiday.days_in(year) {
                set(&mut business, date, false);
            }
        }
        for (decree, _) in self.decrees.iter().zip(decrees).filter(|(_, concerned)| **concerned) {
            for (dates, counts) in [(&decree.off, false), (&decree.work, true)] {
                dates.iter().filter(|date| date.year() == year).for_each(|date| set(&mut business, *date, counts));
            }
        }
        for (stretch, _) in self.stretches.iter().zip(stretches).filter(|(_, concerned)| **concerned) {
            for date in stretch.days_in(year) {
                for (days, count) in [(&mut every, Count::Plazo), (&mut business, Count::Termino)] {
                    if stretch.stops(count) {
                        set(days, date, false);
                    }
                }
            }
        }
        [Mask::new(year, every), Mask::new(year, business)]
    }

    fn is_weekend(&self, date: Date) -> bool {
        let weekday = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or_default();
        self.weekend.get(weekday).copied().unwrap_or_default()
    }

    /// Why a day that does not count does not.
    pub fn reason(&self, date: Date, asked: &Asked, count: Count) -> Day {
        let covers = |reach: &Reach| reach.covers(asked);
        if count == Count::Termino {
            let worked = self.decrees.iter().any(|decree| covers(&decree.reach) && decree.work.contains(&date));
            if !worked && self.is_weekend(date) {
                return Day::Weekend;
            }
            let decree = self.decrees.iter().find(|decree| covers(&decree.reach) && decree.off.contains(&date));
            let holiday =
                || self.holidays.iter().find(|holiday| covers(&holiday.reach) && holiday.days_in(date.year()).any(|day| day == date));
            if let Some(cause) = decree.map(|decree| &decree.cause).or_else(|| holiday().map(|holiday| &holiday.cause)).filter(|_| !worked)
            {
                return Day::Holiday(cause.clone());
            }
        }
        let stops = |kind: Kind| {
            self.stretches
                .iter()
                .filter(move |stretch| stretch.kind == kind && stretch.stops(count))
                .find(|stretch| covers(&stretch.reach) && stretch.contains(date))
        };
        match (stops(Kind::Recess), stops(Kind::Suspension)) {
            (Some(recess), _) => Day::Recess(recess.cause.clone()),
            (None, Some(suspension)) => Day::Suspended(suspension.cause.clone()),
            (None, None) => Day::Business,
        }
    }
}

impl super::Holiday {
    /// The days off that lie in a year: that of the year itself, and those of its neighbours that were moved into it.
    fn days_in(&self, year: i16) -> impl Iterator<Item = Date> {
        let rule = self.rule;
        (year.saturating_sub(1)..=year.saturating_add(1)).filter_map(move |year| rule.in_year(year)).filter(move |date| date.year() == year)
    }
}
