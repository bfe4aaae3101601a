//! The grammar of lives: to which setting a mention belongs, and what it makes of it.
//!
//! Worked through by [`settings`](super::settings), entry by entry, oldest first. A mention that names its day speaks of that day; one
//! that does not speaks of the next hearing when it puts something off and of the last when it says what happened. What may
//! belong to either of two hearings is given to neither, and what was told before in other words is not told twice.

use std::collections::HashSet;

use jiff::ToSpan;
use jiff::civil::{Date, Time};

use crate::domain::docket::Entry;
use crate::domain::hearing::{HearingMention, HearingStatus};
use crate::domain::setting::{Outcome, Setting};

use super::Meaning;
use super::details::Heard;
use super::hearing::is_setting;

/// An entry that says what became of a hearing without naming its day speaks of one this many days before it, at most.
const TOLD_WITHIN_DAYS: i32 = 10;
/// … and of one this many days before it when no other is open: records are entered late.
const TOLD_LATE_DAYS: i32 = 30;
/// An order that puts off a hearing without naming it may follow its day by a weekend.
const JUST_PASSED_DAYS: i32 = 3;
/// What an entry says again this many days after it was told is no news of the next hearing.
const TOLD_AGAIN_DAYS: i32 = 1;
/// How much of the text around a mention may say why: about two sentences.
const AROUND: usize = 300;

/// The settings of the entries that were taken up so far.
pub struct Lives<'m> {
    meaning: &'m Meaning,
    /// In the order in which they were set.
    pub settings: Vec<Setting>,
    /// When the entry stands in the docket that told the outcome of each.
    told_at: Vec<Option<(Option<Date>, Option<Time>)>>,
    /// The days that the entry at hand sets: they replace each other as little as it puts them off.
    named: Vec<(Date, Option<Time>)>,
}

impl<'m> Lives<'m> {
    /// Nothing yet.
    pub fn new(meaning: &'m Meaning) -> Self {
        Self { meaning, settings: Vec::new(), told_at: Vec::new(), named: Vec::new() }
    }

    /// Takes up the next entry.
    pub fn entry(&mut self, entry: &Entry) {
        let heard = self.meaning.listen(entry, entry.date).1;
        let set: Vec<&HearingMention> =
            heard.iter().filter(|heard| !heard.history && is_setting(heard.mention.status)).map(|heard| &heard.mention).collect();
        // "Se señaló por error el 12, siendo lo correcto el 13": the day that is moved is named too.
        let is_moved = |old: &HearingMention| {
            let moves = |new: &&HearingMention| is_setting(new.status) && new.status != HearingStatus::Convened && new.kind == old.kind;
            old.status == HearingStatus::Convened
                && old.kind.is_some()
                && set.iter().copied().any(|new| moves(&new))
                && !self.open_on(old).is_empty()
        };
        self.named = set.iter().filter(|mention| !is_moved(mention)).filter_map(|mention| Some((mention.date?, mention.time))).collect();
        let mut closed = None;
        for heard in &heard {
            if heard.history {
                self.recall(entry, &heard.mention);
            } else {
                closed = self.take(entry, heard, closed).or(closed);
            }
        }
        self.named.clear();
    }

    /// Takes up a mention; gives the setting that it closes.
    fn take(&mut self, entry: &Entry, heard: &Heard, closed: Option<usize>) -> Option<usize> {
        let mention = &heard.mention;
        match (mention.status, Outcome::of(mention.status)) {
            (_, Some(outcome)) => self.close(entry, mention, outcome),
            (HearingStatus::OralDecision, None) => {
                let open = if mention.date.is_some() { self.open_on(mention) } else { self.meant(mention, entry.date, Outcome::Held) };
                self.tell_all(&open, entry, mention, Outcome::Held)
            }
            (HearingStatus::Convened, None) => {
                self.set(entry, heard, None);
                None
            }
            (status, None) => {
                let replaced = if closed.is_some() { Vec::new() } else { self.moved(mention, entry.date) };
                for &at in &replaced {
                    let was = &self.settings[at];
                    let is_ahead = entry.date.is_some() && was.date > entry.date;
                    let outcome = match status {
                        HearingStatus::ResumeScheduled if !is_ahead => Outcome::Suspended,
                        HearingStatus::MovedEarlier => Outcome::Revoked,
                        _ if is_earlier(mention, was) => Outcome::Revoked,
                        _ => Outcome::Deferred,
                    };
                    self.tell(at, entry, mention, outcome);
                }
                let replaced = closed.or_else(|| replaced.first().copied());
                let before = || if status == HearingStatus::ResumeScheduled { self.interrupted(mention) } else { self.put_off(mention) };
                let follows = replaced.or_else(before);
                self.set(entry, heard, follows);
                replaced
            }
        }
    }

    /// What an entry tells in passing, and a ruling of the history of its case: it may say what became of a day that is still open,
    /// and no more.
    fn recall(&mut self, entry: &Entry, mention: &HearingMention) {
        let is_decision = mention.status == HearingStatus::OralDecision;
        let Some(outcome) = Outcome::of(mention.status).or(is_decision.then_some(Outcome::Held)) else { return };
        if mention.date.is_some() {
            let open = if outcome == Outcome::Held || mention.date < entry.date { self.open_about(mention) } else { Vec::new() };
            self.tell_all(&open, entry, mention, outcome);
        } else if let Some(day) = entry.date.filter(|_| outcome == Outcome::Held) {
            let mut open = self.last(mention, day, TOLD_WITHIN_DAYS);
            open.retain(|at| {
                let setting = &self.settings[*at];
                setting.date == Some(day) || (mention.kind.is_some() && setting.kind == mention.kind)
            });
            self.tell_all(&open, entry, mention, outcome);
        }
    }

    /// A day is set, or told again.
    fn set(&mut self, entry: &Entry, heard: &Heard, follows: Option<usize>) {
        let mention = &heard.mention;
        if mention.date.is_none() {
            return;
        }
        if let Some(&at) = self.open_on(mention).last() {
            let known = &mut self.settings[at];
            known.kind = known.kind.take().or_else(|| mention.kind.clone());
            known.time = known.time.or(mention.time);
            known.mode = mention.mode.or(known.mode);
            known.room = mention.room.clone().or_else(|| known.room.take());
            return;
        }
        // Of two entries of one moment, nobody knows which was first: the order that revokes a day may stand before the one that set it.
        let moment = Some((entry.date, entry.time));
        let is_told = |at: &usize| {
            let setting = &self.settings[*at];
            setting.set_by.is_none() && setting.date == mention.date && is_of(setting, mention) && self.told_at[*at] == moment
        };
        if let Some(at) = (0..self.settings.len()).rev().find(is_told) {
            let known = &mut self.settings[at];
            known.set_by = Some(entry.key.clone());
            known.time = known.time.or(mention.time);
            return;
        }
        // "… para la audiencia señalada para el 30 de noviembre": to mention a day that was put off does not set it again.
        if heard.recalled && self.settings.iter().any(|setting| is_on(setting, mention)) {
            return;
        }
        let setting = Setting { set_by: Some(entry.key.clone()), follows, ..of(mention, Outcome::Pending) };
        self.settings.push(setting);
        self.told_at.push(None);
    }

    fn close(&mut self, entry: &Entry, mention: &HearingMention, outcome: Outcome) -> Option<usize> {
        let named = is_named(mention, entry.date, outcome);
        let mut open = self.open_about(mention);
        if open.is_empty() && !named {
            open = self.meant(mention, entry.date, outcome);
        }
        if !open.is_empty() {
            return self.tell_all(&open, entry, mention, outcome);
        }
        if let Some(at) = self.told(entry, mention, outcome) {
            self.tell_again(at, entry, mention, outcome);
            return Some(at);
        }
        self.settings.push(of(mention, outcome));
        self.told_at.push(None);
        let at = self.settings.len() - 1;
        self.tell(at, entry, mention, outcome);
        Some(at)
    }

    fn tell_all(&mut self, open: &[usize], entry: &Entry, mention: &HearingMention, outcome: Outcome) -> Option<usize> {
        for &at in open {
            self.tell(at, entry, mention, outcome);
        }
        open.first().copied()
    }

    fn tell(&mut self, at: usize, entry: &Entry, mention: &HearingMention, outcome: Outcome) {
        self.told_at[at] = Some((entry.date, entry.time));
        let setting = &mut self.settings[at];
        // What has not begun cannot be interrupted: it is put off.
        let is_ahead = entry.date.is_some() && setting.date > entry.date;
        setting.outcome = if outcome == Outcome::Suspended && is_ahead { Outcome::Deferred } else { outcome };
        setting.told_by = Some(entry.key.clone());
        setting.kind = setting.kind.take().or_else(|| mention.kind.clone());
        self.explain(at, entry, mention);
    }

    /// What was told is told again. Other words may know more of it: a hearing that "did not start" was put off or failed, one that
    /// was opened was interrupted; and where two sessions of a day were told as one, the other one is told here.
    fn tell_again(&mut self, at: usize, entry: &Entry, mention: &HearingMention, outcome: Outcome) {
        use Outcome as O;
        let setting = &self.settings[at];
        let was = setting.outcome;
        let is_other_entry = setting.told_by.as_ref() != Some(&entry.key);
        let knows_more = matches!((was, outcome), (O::NotInstalled, O::Failed | O::Deferred) | (O::Held, O::Suspended));
        let contradicts = (was == O::Held && outcome.is_not_held()) || (was.is_not_held() && outcome == O::Held);
        if knows_more || (contradicts && is_other_entry) {
            self.tell(at, entry, mention, outcome);
        } else if setting.reasons.is_empty() && was == outcome {
            self.explain(at, entry, mention);
        }
    }

    /// Why, as far as the passage says.
    fn explain(&mut self, at: usize, entry: &Entry, mention: &HearingMention) {
        let passage = match mention.span {
            Some((start, end)) => around(&entry.text, start, end),
            None => &entry.title,
        };
        let (reasons, language) = (&self.meaning.reasons, &self.meaning.language);
        let setting = &mut self.settings[at];
        if setting.outcome == Outcome::Held {
            (setting.reasons, setting.requested_by) = (Vec::new(), Vec::new());
        } else {
            (setting.reasons, setting.requested_by) = (reasons.of(passage, language), reasons.askers(passage, language));
        }
    }

    /// The pending settings of the mention's own day and kind; of several hours all when it names none.
    fn open_on(&self, mention: &HearingMention) -> Vec<usize> {
        let open = |at: &usize| self.settings[*at].outcome == Outcome::Pending && is_on(&self.settings[*at], mention);
        let Some(last) = (0..self.settings.len()).rev().find(open) else { return Vec::new() };
        let alike = |at: &usize| open(at) && self.settings[*at].kind == self.settings[last].kind;
        (0..self.settings.len()).filter(alike).collect()
    }

    /// The same of what became of a hearing: the hour at which it began may not be the one for which it was set.
    fn open_about(&self, mention: &HearingMention) -> Vec<usize> {
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

    /// The pending settings that a mention without their day speaks of.
    pub fn meant(&self, mention: &HearingMention, day: Option<Date>, outcome: Outcome) -> Vec<usize> {
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

    /// The pending settings that an order replaces which sets another day and does not name the old one.
    pub fn moved(&self, mention: &HearingMention, day: Option<Date>) -> Vec<usize> {
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
    fn interrupted(&self, mention: &HearingMention) -> Option<usize> {
        self.settings.iter().rposition(|setting| setting.outcome == Outcome::Suspended && is_of(setting, mention))
    }

    /// The last hearing of the mention's kind that was put off, and for which no other day was set.
    fn put_off(&self, mention: &HearingMention) -> Option<usize> {
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
    fn told(&self, entry: &Entry, mention: &HearingMention, outcome: Outcome) -> Option<usize> {
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
fn is_named(mention: &HearingMention, day: Option<Date>, outcome: Outcome) -> bool {
    mention.date.is_some() && !(outcome == Outcome::Suspended && mention.date == day)
}

/// Whether two hours may be one.
pub fn agree(one: Option<Time>, other: Option<Time>) -> bool {
    one.is_none() || other.is_none() || one == other
}

fn of(mention: &HearingMention, outcome: Outcome) -> Setting {
    Setting {
        kind: mention.kind.clone(),
        date: mention.date,
        time: mention.time,
        mode: mention.mode,
        room: mention.room.clone(),
        warnings: mention.warnings.clone(),
        set_by: None,
        outcome,
        told_by: None,
        reasons: Vec::new(),
        requested_by: Vec::new(),
        follows: None,
    }
}

/// The text around a span, at whole characters.
fn around(text: &str, start: usize, end: usize) -> &str {
    let (from, until) = (start.saturating_sub(AROUND / 3), (end + AROUND).min(text.len()));
    let floor = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    &text[floor(from)..floor(until)]
}
