//! The counts themselves: whether a day counts and why not, the nth day that does, how many lie between two, and where a limit that ends
//! on a closed day ends instead.
//!
//! Asked by `meaning` and by whatever counts time limits. Each answer is a few sums over the years that [`table`](super::table) holds.

use std::sync::{Arc, PoisonError};

use jiff::civil::Date;

use super::reach::Reach;
use super::table::Ledger;
use super::{Calendar, Cause, Confidence, Count, Day, Scope};

impl Calendar {
    /// Holidays, recesses and suspensions of low confidence that take a day from a count over (a, b]: what a report must say beside
    /// its number. A suspension whose end is not known is always among them.
    pub fn doubts(&self, a: Date, b: Date, scope: &Scope, count: Count) -> Vec<Arc<Cause>> {
        let mut found: Vec<Arc<Cause>> = Vec::new();
        for (_, cause) in self.doubtful(a, b, scope, count) {
            if !found.contains(&cause) {
                found.push(cause);
            }
        }
        found
    }

    /// The days in (a, b] of which [`doubts`](Self::doubts) speaks, in order, each with what is in doubt of it: for whoever asks about many
    /// counts within one stretch. A local holiday of low confidence that meets another holiday is in doubt too: whether it was moved is not known.
    pub fn doubtful(&self, a: Date, b: Date, scope: &Scope, count: Count) -> Vec<(Date, Arc<Cause>)> {
        let asked = self.data.places.asked(scope);
        let (first, last) = (a.min(b), a.max(b));
        let mut found: Vec<(Date, Arc<Cause>)> = Vec::new();
        for (date, row, is_holiday) in (first.year()..=last.year()).flat_map(|year| self.data.unsure_days(year, &asked)) {
            if date <= first || date > last {
                continue;
            }
            match self.day(date, scope, count) {
                Day::Holiday(cause) | Day::Recess(cause) | Day::Suspended(cause) if cause.confidence == Confidence::Low => {
                    found.push((date, cause));
                }
                Day::Holiday(_) if is_holiday => found.push((date, row)),
                _ => {}
            }
        }
        found.sort_by(|(a, one), (b, other)| (a, &one.id).cmp(&(b, &other.id)));
        found.dedup();
        found
    }

    /// Whether the days of some places differ, and the place of a scope is none that this calendar knows: its local holidays are then not
    /// taken away.
    pub fn lacks_place(&self, scope: &Scope) -> bool {
        self.data.holidays.iter().any(|row| !row.reach.places.is_empty()) && self.data.places.asked(scope).places.is_empty()
    }

    /// Whether a stretch in which time stands still is of some matters only, so that one without a known matter lets every day run.
    pub fn asks_for_matter(&self, scope: &Scope) -> bool {
        let is_of_some = |reach: &Reach| !reach.matters.is_empty() || !reach.except_matters.is_empty();
        scope.matter.is_none() && self.data.stretches.iter().any(|row| is_of_some(&row.reach))
    }

    /// Whether a day counts, or why not. Of several reasons the first: weekend, holiday, recess, suspension.
    pub fn day(&self, date: Date, scope: &Scope, count: Count) -> Day {
        if self.runs(date, scope, count) {
            return Day::Business;
        }
        let asked = self.data.places.asked(scope);
        self.data.reason(date, &asked, count)
    }

    /// Whether it is no weekend, no holiday, no recess for this matter, and not suspended.
    pub fn is_business(&self, date: Date, scope: &Scope) -> bool {
        self.runs(date, scope, Count::Termino)
    }

    /// Whether the time runs on a day.
    pub fn runs(&self, date: Date, scope: &Scope, count: Count) -> bool {
        self.ledger(scope).mask(&self.data, date.year(), count).has(date)
    }

    /// The nth business day after `from`, which itself does not count; `from` when n is 0. `None` beyond the year 9999.
    pub fn add_business(&self, from: Date, n: u32, scope: &Scope) -> Option<Date> {
        self.add(from, n, scope, Count::Termino)
    }

    /// The nth day after `from` on which the time runs.
    pub fn add(&self, from: Date, n: u32, scope: &Scope, count: Count) -> Option<Date> {
        if n == 0 {
            return Some(from);
        }
        let ledger = self.ledger(scope);
        let mut year = from.year();
        let mut mask = ledger.mask(&self.data, year, count);
        let mut passed = mask.through(from);
        let mut left = n;
        loop {
            let here = mask.total().saturating_sub(passed);
            if left <= here {
                return mask.nth(passed + left);
            }
            left -= here;
            passed = 0;
            year = year.checked_add(1).filter(|year| *year <= Date::MAX.year())?;
            mask = ledger.mask(&self.data, year, count);
        }
    }

    /// The business days in (a, b]; negative when b is before a.
    pub fn business_between(&self, a: Date, b: Date, scope: &Scope) -> i64 {
        self.between(a, b, scope, Count::Termino)
    }

    /// The days in (a, b] on which the time runs; negative when b is before a.
    pub fn between(&self, a: Date, b: Date, scope: &Scope, count: Count) -> i64 {
        if b < a {
            return -self.between(b, a, scope, count);
        }
        let ledger = self.ledger(scope);
        let whole = ledger.whole(&self.data, a.year(), b.year(), count);
        let through = |date: Date| i64::from(ledger.mask(&self.data, date.year(), count).through(date));
        whole + through(b) - through(a)
    }

    /// The day itself when it is a business day, else the next one. `None` beyond the year 9999.
    pub fn roll_next(&self, date: Date, scope: &Scope) -> Option<Date> {
        if self.is_business(date, scope) { Some(date) } else { self.add_business(date, 1, scope) }
    }

    /// The day itself when it is a business day, else the one before. `None` before the first year that a date can have.
    pub fn roll_prev(&self, date: Date, scope: &Scope) -> Option<Date> {
        if self.is_business(date, scope) { Some(date) } else { self.sub_business(date, 1, scope) }
    }

    /// The nth business day before `from`, which itself does not count; `from` when n is 0.
    pub fn sub_business(&self, from: Date, n: u32, scope: &Scope) -> Option<Date> {
        if n == 0 {
            return Some(from);
        }
        let ledger = self.ledger(scope);
        let mut year = from.year();
        let mut mask = ledger.mask(&self.data, year, Count::Termino);
        let mut passed = mask.through(from) - u32::from(mask.has(from));
        let mut left = n;
        while passed < left {
            left -= passed;
            year = year.checked_sub(1).filter(|year| *year >= Date::MIN.year())?;
            mask = ledger.mask(&self.data, year, Count::Termino);
            passed = mask.total();
        }
        mask.nth(passed - left + 1)
    }

    fn ledger(&self, scope: &Scope) -> Arc<Ledger> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner).ledger(&self.data, scope)
    }
}
