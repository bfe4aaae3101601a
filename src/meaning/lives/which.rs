//! To which setting a mention belongs.
//!
//! The questions that [`lives`](super) asks of the settings so far. A mention that names its day speaks of that day; one that does not
//! speaks of the next hearing when it puts something off and of the last when it says what happened. What may belong to either of two
//! hearings is given to neither. Nothing is changed here.

use std::collections::HashSet;

use jiff::ToSpan;
use jiff::civil::{Date, Time};

use crate::domain::docket::Entry;
use crate::domain::hearing::{HearingMention, HearingStatus};
use crate::domain::setting::{Outcome, Setting};

use super::Lives;

/// An entry that says what became of a hearing without naming its day speaks of one this many days before it, at most.
const TOLD_WITHIN_DAYS: i32 = 10;
/// … and of one this many days before it when no other is open: records are entered late.
const TOLD_LATE_DAYS: i32 = 30;
/// An order that puts off a hearing without naming it may follow its day by a weekend.
const JUST_PASSED_DAYS: i32 = 3;
/// What an entry says again this many days after it was told is no news of the next hearing.
const TOLD_AGAIN_DAYS: i32 = 1;
/// A decision this short is an order; one that tells the history of its case is longer.
const SHORT_BYTES: usize = 800;

impl Lives<'_> {
    /// The pending settings of the mention's own day and kind; of several hours all when it names none.
    pub(super) fn open_on(&self, mention: &HearingMention) -> Vec<usize> {
        let open = |at: &usize| self.settings[*at].outcome == Outcome::Pending && is_on(&self.settings[*at], mention);
        let Some(last) = (0..self.settings.len()).rev().find(open) else { return Vec::new() };
        let alike = |at: &usize| open(at) && self.settings[*at].kind == self.settings[last].kind;
        (0..self.settings.len()).filter(alike).collect()
    }

    /// The same of what became of a hearing: the hour at which it began may not be the one for which it was set.
    pub(super) fn open_about(&self, mention: &HearingMention) -> Vec<usize> {
        let exact = self.open_on(mention);
        let only = || self.only_on(mention).filter(|at| self.settings[*at].outcome == Outcome::Pending);
        if exact.is_empty() { only().into_iter().collect() } else { exact }
    }

    /// The one setting of the mention's day and kind, whatever its hour.
    fn only_on(&self, mention: &HearingMention) -> Option<usize> {
        let of_day = |setting: &Setting| mention.date.is_some() && setting.date == mention.date && is_of(setting, mention);
        let mut found = (0..self.settings.len()).filter(|at| of_day(&self.settings[*at]));
        found.next().filter(|_| found.next().is_none())
    }

    /// The setting that an entry of this day speaks of and does not name: for an order that moves, defers or revokes the one to come,
    /// for one that says what happened the last one.
    pub fn replaced(&self, mention: &HearingMention, reference: Date) -> Option<Setting> {
        let outcome = Outcome::of(mention.status).or((mention.status == HearingStatus::OralDecision).then_some(Outcome::Held));
        let found = match outcome {
            Some(outcome) => self.meant(mention, Some(reference), outcome),
            None => self.moved(mention, Some(reference)),
        };
        let setting = self.settings.get(*found.first()?)?;
        // Of several days, an order that names none may move any.
        let is_ahead =
            |setting: &&Setting| setting.outcome == Outcome::Pending && setting.date >= Some(reference) && is_of(setting, mention);
        if setting.date > Some(reference) && self.settings.iter().filter(is_ahead).count() > 1 {
            return None;
        }
        let is_itself = setting.date == mention.date && agree(setting.time, mention.time);
        (!is_itself).then(|| setting.clone())
    }

    /// The pending settings that a mention without their day speaks of.
    pub(super) fn meant(&self, mention: &HearingMention, day: Option<Date>, outcome: Outcome) -> Vec<usize> {
        let Some(day) = day else { return Vec::new() };
        let lately = || self.last(mention, day, TOLD_WITHIN_DAYS);
        let next = || if self.told_lately(mention, day) { Vec::new() } else { self.next(mention, day) };
        // A record that comes late is about the one hearing that is open.
        let late = || {
            let open = (0..self.settings.len()).filter(|at| self.is_open(*at, mention)).count();
            if open == 1 { self.last(mention, day, TOLD_LATE_DAYS) } else { Vec::new() }
        };
        let either = |found: Vec<usize>, other: &dyn Fn() -> Vec<usize>| if found.is_empty() { other() } else { found };
        match outcome {
            Outcome::Deferred | Outcome::Revoked => either(either(self.just_passed(mention, day), &next), &lately),
            Outcome::Suspended => either(either(lately(), &next), &late),
            _ => either(lately(), &late),
        }
    }

    /// The pending settings of which an entry may tell in passing: those of the day that it names; of a hearing that was held, that of the
    /// entry's own day, else one of the very kind. Some courts call every order a decision: a short one that puts a hearing off means
    /// the next.
    pub(super) fn in_passing(&self, entry: &Entry, mention: &HearingMention, outcome: Outcome) -> Vec<usize> {
        let Some(day) = entry.date else { return Vec::new() };
        if mention.date.is_some() && (outcome == Outcome::Held || mention.date <= entry.date) {
            let open = self.open_about(mention);
            if !open.is_empty() {
                return open;
            }
        }
        let is_put_off = matches!(outcome, Outcome::Deferred | Outcome::Revoked | Outcome::Suspended);
        if outcome == Outcome::Held && mention.date.is_none() {
            let mut open = self.last(mention, day, TOLD_WITHIN_DAYS);
            open.retain(|at| {
                let setting = &self.settings[*at];
                setting.date == Some(day) || (mention.kind.is_some() && setting.kind == mention.kind)
            });
            open
        } else if is_put_off && !is_named(mention, entry.date, outcome) && entry.text.len() <= SHORT_BYTES {
            self.next(mention, day)
        } else {
            Vec::new()
        }
    }

    /// The pending settings that an order replaces which sets another day and does not name the old one.
    pub(super) fn moved(&self, mention: &HearingMention, day: Option<Date>) -> Vec<usize> {
        let Some(day) = day else { return Vec::new() };
        // The new day is known: the order is told again.
        if !self.open_on(mention).is_empty() {
            return Vec::new();
        }
        let lately = || self.last(mention, day, TOLD_WITHIN_DAYS);
        if mention.status == HearingStatus::ResumeScheduled {
            let last = lately();
            let is_first = last.is_empty() && self.interrupted(mention).is_none();
            return if is_first { self.next(mention, day) } else { last };
        }
        let passed = self.just_passed(mention, day);
        let next = if passed.is_empty() { self.next(mention, day) } else { passed };
        if next.is_empty() { lately() } else { next }
    }

    /// The hearing of the last days of which nothing was told, when none is set for `day` itself: it is put off after the fact.
    fn just_passed(&self, mention: &HearingMention, day: Date) -> Vec<usize> {
        let last = self.last(mention, day, JUST_PASSED_DAYS);
        if last.iter().any(|at| self.settings[*at].date == Some(day)) { Vec::new() } else { last }
    }

    /// The last hearing of the mention's kind that was interrupted.
    pub(super) fn interrupted(&self, mention: &HearingMention) -> Option<usize> {
        self.settings.iter().rposition(|setting| setting.outcome == Outcome::Suspended && is_of(setting, mention))
    }

    /// The last hearing of the mention's kind that was put off, and for which no other day was set.
    pub(super) fn put_off(&self, mention: &HearingMention) -> Option<usize> {
        let waits = |at: &usize| {
            let setting = &self.settings[*at];
            let is_off = setting.outcome.is_not_held() || matches!(setting.outcome, Outcome::Revoked | Outcome::Suspended);
            is_off && is_of(setting, mention) && self.settings.iter().all(|other| other.follows != Some(*at))
        };
        (0..self.settings.len()).rev().find(waits)
    }

    fn is_open(&self, at: usize, mention: &HearingMention) -> bool {
        let setting = &self.settings[at];
        let is_named = |(date, time): &(Date, Option<Time>)| setting.date == Some(*date) && agree(*time, setting.time);
        setting.outcome == Outcome::Pending && setting.date.is_some() && is_of(setting, mention) && !self.named.iter().any(is_named)
    }

    /// The next hearing from `day` on; of several days that one order set all that are left.
    fn next(&self, mention: &HearingMention, day: Date) -> Vec<usize> {
        let open: Vec<usize> =
            (0..self.settings.len()).filter(|at| self.is_open(*at, mention) && self.settings[*at].date >= Some(day)).collect();
        let Some(first) = open.iter().copied().min_by_key(|at| (self.settings[*at].date, *at)) else { return Vec::new() };
        if self.may_be_several(mention, &open) {
            return Vec::new();
        }
        let (by, kind) = (&self.settings[first].set_by, &self.settings[first].kind);
        let with_it = |at: &usize| *at == first || (by.is_some() && self.settings[*at].set_by == *by && self.settings[*at].kind == *kind);
        open.into_iter().filter(with_it).collect()
    }

    /// The last hearing of the days before `day`, or on it, with all sessions of its day.
    fn last(&self, mention: &HearingMention, day: Date, days: i32) -> Vec<usize> {
        let window = Some(day.saturating_sub(days.days()))..=Some(day);
        let open: Vec<usize> =
            (0..self.settings.len()).filter(|at| self.is_open(*at, mention) && window.contains(&self.settings[*at].date)).collect();
        let Some(last) = open.iter().copied().max_by_key(|at| (self.settings[*at].date, *at)) else { return Vec::new() };
        let (date, kind) = (self.settings[last].date, &self.settings[last].kind);
        let of_day: Vec<usize> = open.iter().copied().filter(|at| self.settings[*at].date == date).collect();
        if self.may_be_several(mention, if date == Some(day) { &of_day } else { &open }) {
            return Vec::new();
        }
        of_day.into_iter().filter(|at| self.settings[*at].kind == *kind).collect()
    }

    /// An entry that names neither day nor kind, where several kinds are open, may speak of any of them.
    fn may_be_several(&self, mention: &HearingMention, open: &[usize]) -> bool {
        mention.kind.is_none() && open.iter().map(|at| &self.settings[*at].kind).collect::<HashSet<_>>().len() > 1
    }

    /// Whether it was just told that a hearing of this kind was put off or interrupted.
    fn told_lately(&self, mention: &HearingMention, day: Date) -> bool {
        (0..self.settings.len()).any(|at| {
            let setting = &self.settings[at];
            let is_put_off = setting.outcome.is_not_held() || setting.outcome == Outcome::Suspended;
            is_put_off && is_of(setting, mention) && self.was_told_lately(at, Some(day))
        })
    }

    fn was_told_lately(&self, at: usize, day: Option<Date>) -> bool {
        let since = day.map(|day| day.saturating_sub(TOLD_AGAIN_DAYS.days()));
        self.told_at[at].is_some_and(|(told, _)| told >= since)
    }

    /// The setting of which this was told before, maybe in other words: one of the named day, else one of the last days.
    pub(super) fn told(&self, entry: &Entry, mention: &HearingMention, outcome: Outcome) -> Option<usize> {
        let is_told = |setting: &Setting| !matches!(setting.outcome, Outcome::Pending | Outcome::Unknown);
        if mention.date.is_some() {
            // "El día de ayer se suspendió": a record that sets no day tells the last one again.
            let is_own_day = !is_named(mention, entry.date, outcome);
            let is_new = |(date, _): &(Date, Option<Time>)| !self.settings.iter().any(|setting| setting.date == Some(*date));
            let again = self.interrupted(mention).filter(|at| self.was_told_lately(*at, mention.date));
            if is_own_day && again.is_some() && !self.named.iter().any(is_new) {
                return again;
            }
            let on = |at: &usize| is_told(&self.settings[*at]) && is_on(&self.settings[*at], mention);
            let same = (0..self.settings.len()).rev().filter(on).find(|at| self.settings[*at].outcome == outcome);
            let only = || self.only_on(mention).filter(|at| is_told(&self.settings[*at]));
            return same.or_else(|| (0..self.settings.len()).rev().find(on)).or_else(only);
        }
        let since = entry.date.map(|day| day.saturating_sub(TOLD_WITHIN_DAYS.days()));
        let when = |at: usize| self.settings[at].date.or(self.told_at[at].and_then(|(day, _)| day));
        let is_late =
            |at: &usize| is_told(&self.settings[*at]) && is_of(&self.settings[*at], mention) && (when(*at).is_none() || when(*at) >= since);
        let lately: Vec<usize> = (0..self.settings.len()).rev().filter(is_late).collect();
        let newest = lately.iter().filter_map(|at| when(*at)).max();
        let find = |wanted: &dyn Fn(&Setting) -> bool| lately.iter().copied().find(|at| wanted(&self.settings[*at]));
        // Of two sessions that were told as one, the one that is told otherwise is another.
        let is_against =
            |was: Outcome| if outcome == Outcome::Held { was.is_not_held() } else { outcome.is_not_held() && was == Outcome::Held };
        let twin =
            lately.iter().copied().find(|at| when(*at) == newest && is_against(self.settings[*at].outcome) && self.is_one_of_several(*at));
        let same = || find(&|setting| setting.outcome == outcome);
        let other = || {
            find(&|setting| match outcome {
                Outcome::Held if setting.outcome == Outcome::Suspended => setting.date.is_some() && setting.date == entry.date,
                Outcome::Held => setting.outcome.is_not_held() && setting.told_by.as_ref() == Some(&entry.key),
                _ => outcome.is_not_held() && setting.outcome.is_not_held(),
            })
        };
        twin.or_else(same).or_else(other)
    }

    /// Whether the day had another session of its kind, and one entry told both.
    fn is_one_of_several(&self, at: usize) -> bool {
        let told = &self.settings[at];
        let is_twin = |other: &Setting| other.date == told.date && other.kind == told.kind && other.told_by == told.told_by;
        told.date.is_some() && self.settings.iter().filter(|other| is_twin(other)).count() > 1
    }
}

/// Whether a mention may speak of this setting: kinds that are told must agree.
pub fn is_of(setting: &Setting, mention: &HearingMention) -> bool {
    setting.kind.is_none() || mention.kind.is_none() || setting.kind == mention.kind
}

/// Whether a mention names the day of this setting, and no other hour or kind.
pub fn is_on(setting: &Setting, mention: &HearingMention) -> bool {
    mention.date.is_some() && setting.date == mention.date && is_of(setting, mention) && agree(setting.time, mention.time)
}

/// Whether a mention is of an earlier day than this setting, or of an earlier hour of its day.
pub fn is_earlier(mention: &HearingMention, setting: &Setting) -> bool {
    let both_hours = mention.time.is_some() && setting.time.is_some();
    mention.date.is_some() && (mention.date < setting.date || (mention.date == setting.date && both_hours && mention.time < setting.time))
}

/// A text that names the day of a hearing speaks of no other; that of a suspension is at times only the entry's.
pub(super) fn is_named(mention: &HearingMention, day: Option<Date>, outcome: Outcome) -> bool {
    mention.date.is_some() && !(outcome == Outcome::Suspended && mention.date == day)
}

/// Whether two hours may be one.
fn agree(one: Option<Time>, other: Option<Time>) -> bool {
    one.is_none() || other.is_none() || one == other
}
