//! The grammar of lives: what a mention makes of the setting to which it belongs.
//!
//! Worked through by [`settings`](super::settings), entry by entry, oldest first; to which setting a mention belongs is asked of
//! [`which`]. A day is set once however often it is told, and what was told before in other words is not told twice.

mod which;

use jiff::civil::{Date, Time};

use crate::domain::docket::Entry;
use crate::domain::hearing::{HearingMention, HearingStatus};
use crate::domain::setting::{Outcome, Setting};

use super::Meaning;
use super::details::Heard;
use super::hearing::is_setting;
use which::is_named;
pub use which::{is_earlier, is_of, is_on};

/// How much of the text around a mention may say why: about two sentences.
const AROUND: usize = 300;

/// The settings of the entries that were taken up so far.
pub struct Lives<'m> {
    meaning: &'m Meaning,
    /// In the order in which they were set.
    pub settings: Vec<Setting>,
    /// When the entry stands in the docket that told the outcome of each.
    told_at: Vec<Option<(Option<Date>, Option<Time>)>>,
    /// When the latest of the entries stands in the docket.
    latest: (Option<Date>, Option<Time>),
    /// The days that the entry at hand sets: they replace each other as little as it puts them off.
    named: Vec<(Date, Option<Time>)>,
}

impl<'m> Lives<'m> {
    /// Nothing yet.
    pub fn new(meaning: &'m Meaning) -> Self {
        Self { meaning, settings: Vec::new(), told_at: Vec::new(), latest: (None, None), named: Vec::new() }
    }

    /// Whether an entry stands after all those that were taken up.
    pub fn is_before(&self, entry: &Entry) -> bool {
        (entry.date, entry.time) >= self.latest
    }

    /// Takes up the next entry.
    pub fn entry(&mut self, entry: &Entry) {
        self.heard(entry, &self.meaning.listen(entry, entry.date).1);
    }

    /// Takes up the next entry by what was heard of it.
    pub fn heard(&mut self, entry: &Entry, heard: &[Heard]) {
        if entry.notice_of.is_some() || entry.annulled {
            return;
        }
        self.latest = self.latest.max((entry.date, entry.time));
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
        for heard in heard {
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
        let open = self.in_passing(entry, mention, outcome);
        self.tell_all(&open, entry, mention, outcome);
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
            (setting.reasons, setting.requested_by) = reasons.of(passage, language);
        }
    }
}

fn of(mention: &HearingMention, outcome: Outcome) -> Setting {
    Setting {
        kind: mention.kind.clone(),
        date: mention.date,
        end_date: mention.end_date,
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
pub(super) fn around(text: &str, start: usize, end: usize) -> &str {
    let (from, until) = (start.saturating_sub(AROUND / 3), (end + AROUND).min(text.len()));
    let floor = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default();
    &text[floor(from)..floor(until)]
}
