//! A text with everything found in it, and the questions that the grammar of hearings asks of it.
//!
//! Built by [`hearing`](super::hearing) for each body; the questions are about nearness within a sentence: is a hearing named
//! near this verb, does a warning stand before it, which verb governs this date. It decides no status.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::domain::hearing::HearingStatus;

use super::language::{Language, mark};
use super::resolve::Lean;
use super::speech::{Said, Say, Speech};
use super::tokens::Tokens;
use super::when::{Moment, moments};

/// A text, read.
pub struct Scene<'t> {
    /// Its words.
    pub tokens: Tokens<'t>,
    /// The phrases in it.
    pub said: Vec<Said>,
    /// The dates in it.
    pub moments: Vec<Moment>,
    /// The day of the entry.
    pub reference: Option<Date>,
    /// Whether the entry's title speaks of a hearing.
    pub titled: bool,
}

/// How far a verb may stand from its date, in tokens: about the 180 characters of `domain.md` D2.3.
const REACH: usize = 40;
/// How far when it follows its date.
const REACH_BACK: usize = 25;

/// No phrase has more tokens than this.
const LONGEST_PHRASE: usize = 24;

/// Courts write sentences of pages; no detail of a hearing stands farther off than this, in tokens.
const LONG_SENTENCE: usize = 200;

impl<'t> Scene<'t> {
    /// Finds everything in a text.
    pub fn read(tokens: Tokens<'t>, language: &Language, speech: &Speech, reference: Option<Date>, titled: bool) -> Self {
        let said = speech.said(&tokens);
        let moments = moments(&tokens, language);
        Self { tokens, said, moments, reference, titled }
    }

    /// The finds that begin in `from..until`, which may reach past the text.
    pub fn within(&self, from: usize, until: usize) -> &[Said] {
        let first = self.said.partition_point(|said| said.start < from);
        let last = self.said.partition_point(|said| said.start < until);
        &self.said[first..last.max(first)]
    }

    /// Whether a find of this sort begins in `from..until` in the sentence of token `at`.
    pub fn has(&self, at: usize, from: usize, until: usize, wanted: impl Fn(Say) -> bool) -> bool {
        self.within(from, until).iter().any(|said| wanted(said.say) && self.tokens.together(at, said.start))
    }

    /// Whether a hearing is named near: in the sentence, in the title, or shortly before.
    pub fn names_hearing(&self, from: usize, until: usize) -> bool {
        let noun = |say| matches!(say, Say::Noun | Say::WeakNoun);
        self.has(from, from.saturating_sub(45), until + 45, noun)
            || self.titled
            || self.within(from.saturating_sub(80), from).iter().any(|said| said.say == Say::Noun)
    }

    /// Whether the verb is only a warning, a wish or a refusal.
    pub fn is_guarded(&self, verb: &Said, reach: usize) -> bool {
        self.has(verb.start, verb.start.saturating_sub(reach), verb.start, |say| matches!(say, Say::Guard | Say::Wish))
    }

    /// Whether somebody only wishes or fears what is said from token `at` on, even of a day that is spoken of as set. What stands
    /// behind a colon is another matter: "12 MOTION to Continue: Motion Hearing set for".
    pub fn is_wished(&self, at: usize) -> bool {
        let told = |said: &Said| (said.end..=at).any(|at| self.tokens.is_after_colon(at));
        let wish = |said: &Said| said.say == Say::Wish && self.tokens.together(at, said.start) && !told(said);
        self.within(at.saturating_sub(12), at).iter().any(wish)
    }

    /// Whether this says what became of a hearing, and not of a deadline, a measure or ten minutes.
    pub fn closes(&self, verb: &Said) -> bool {
        let Say::Close(status) = verb.say else { return false };
        if self.is_guarded(verb, 12) || self.tokens.is(verb.start.wrapping_sub(1), mark::NOT) {
            return false;
        }
        let noun = |say| matches!(say, Say::Noun | Say::WeakNoun);
        let before = self.has(verb.start, verb.start.saturating_sub(REACH_BACK), verb.start, noun);
        match status {
            HearingStatus::Revoked => {
                let object = |said: &&Said| {
                    noun(said.say) && self.tokens.together(verb.start, said.start) && !self.tokens.is(said.start.wrapping_sub(1), mark::IN)
                };
                before || self.within(verb.start, verb.end + 5).iter().find(object).is_some()
            }
            HearingStatus::Suspended if self.is_recess(verb) => false,
            HearingStatus::Suspended if self.leads_on(verb) => true,
            _ => before || self.has(verb.start, verb.start, verb.end + 14, noun),
        }
    }

    /// Whether this says of a hearing beside it that it took place.
    pub fn tells_held(&self, verb: &Said) -> bool {
        let named = || self.has(verb.start, verb.start.saturating_sub(8), verb.end + 8, |say| say == Say::Noun);
        let denied = (1..=2).any(|back| self.tokens.is(verb.start.wrapping_sub(back), mark::NOT));
        verb.say == Say::Held && !denied && !self.is_guarded(verb, 12) && named()
    }

    /// "se suspendió para el sábado": no hearing is named, but a day follows.
    fn leads_on(&self, verb: &Said) -> bool {
        let toward = (verb.end..verb.end + 3).any(|at| self.tokens.is(at, mark::TOWARD) && self.tokens.together(verb.start, at));
        toward
            && self
                .moments
                .iter()
                .any(|moment| (verb.end..verb.end + 10).contains(&moment.start) && self.tokens.together(verb.start, moment.start))
    }

    fn is_recess(&self, verb: &Said) -> bool {
        let pause = |said: &Said| {
            let hour = (said.start.saturating_sub(4)..said.start).any(|at| self.tokens.is(at, mark::HOUR));
            said.say == Say::Recess && !hour && self.tokens.together(verb.start, said.start)
        };
        self.within(verb.end, verb.end + 8).iter().any(pause)
    }

    /// The phrase "señalada para" that leads to this date.
    pub fn existing(&self, moment: &Moment) -> Option<&Said> {
        let small = |at: usize| {
            let weekday = self.tokens.get(at).is_some_and(|token| token.lexeme.weekday > 0);
            weekday || self.tokens.is(at, mark::BETWEEN | mark::THE | mark::DAY | mark::NEXT | mark::TODAY | mark::OF)
        };
        let last = self.within(moment.start.saturating_sub(8), moment.start).iter().rev().find(|said| said.say == Say::Existing)?;
        (last.end <= moment.start && self.tokens.together(last.start, moment.start) && (last.end..moment.start).all(small)).then_some(last)
    }

    /// Whether a phrase such as "señalada para" is said of *the* hearing, one that is known, and no verb before it sets it.
    pub fn is_definite(&self, existing: &Said) -> bool {
        let before = || self.within(existing.start.saturating_sub(REACH_BACK), existing.start).iter().rev();
        let together = |said: &&Said| self.tokens.together(said.start, existing.start);
        let Some(noun) = before().filter(together).find(|said| matches!(said.say, Say::Noun | Say::WeakNoun)) else { return false };
        let known = (1..=3).any(|back| {
            let at = noun.start.wrapping_sub(back);
            self.tokens.is(at, mark::THE) && self.tokens.together(at, noun.start)
        });
        known && !before().filter(together).any(|said| matches!(said.say, Say::Set { .. } | Say::Reset))
    }

    /// The verb that this date belongs to: the nearest before it in its sentence, else the nearest after it.
    pub fn governor(&self, moment: &Moment) -> Option<Said> {
        let governs = |said: &&Said| {
            let able = match said.say {
                Say::Set { strong, .. } => {
                    !self.is_guarded(said, 4) && (!strong || !self.has(said.start, said.end, said.end + 6, |say| say == Say::Elsewhere))
                }
                Say::Reset | Say::Resume => !self.is_wished(said.start),
                Say::Resumed | Say::Held => true,
                Say::Close(_) => self.closes(said),
                _ => false,
            };
            able && self.tokens.together(said.start, moment.start)
        };
        let before = self
            .within(moment.start.saturating_sub(REACH), moment.start)
            .iter()
            .rev()
            .filter(|said| said.end <= moment.start)
            .find(governs);
        let next = self.moments.get(self.moments.partition_point(|other| other.start <= moment.start));
        let until = (moment.end + REACH_BACK).min(next.map_or(usize::MAX, |next| next.start));
        // "hoy se pone en mi despacho … fijar la audiencia", "não sendo possível no dia 10, redesigno-a": a verb that sets a day
        // follows it only after "para".
        let toward = self.is_led_by_toward(moment.start);
        let may_follow = |said: &&Said| toward || !matches!(said.say, Say::Set { follows: false, .. } | Say::Reset);
        before.or_else(|| self.within(moment.end, until).iter().filter(may_follow).find(governs)).copied()
    }

    /// Whether the date is that of another act ("auto de 3 de mayo"), of a limit, or of the signature.
    pub fn is_foreign(&self, moment: &Moment) -> bool {
        let start = moment.start;
        if self.has(start, start.saturating_sub(5), start, |say| say == Say::Until) && !self.is_led_by_toward(start) {
            return true;
        }
        if self.is_denied(start) {
            return true;
        }
        let mut at = start;
        while at > 0 && start - at < 6 && self.tokens.together(at - 1, start) && self.is_citing(at - 1) {
            at -= 1;
        }
        let act = |said: &Said| said.say == Say::Cite && (at..=start).contains(&said.end) && self.tokens.together(said.start, start);
        let cited = self.within(start.saturating_sub(LONGEST_PHRASE), start).iter().any(act);
        cited || self.is_signature(moment)
    }

    /// "y no para el 27 de mayo".
    fn is_denied(&self, start: usize) -> bool {
        let denied = |at: usize| self.tokens.is(at, mark::NOT) && self.tokens.is(at + 1, mark::TOWARD) && self.tokens.together(at, start);
        (start.saturating_sub(4)..start).any(denied)
    }

    fn is_led_by_toward(&self, start: usize) -> bool {
        (start.saturating_sub(3)..start).any(|at| self.tokens.is(at, mark::TOWARD))
    }

    /// The small words between an act and its date: "de fecha", "del", "el día".
    fn is_citing(&self, at: usize) -> bool {
        self.tokens.is(at, mark::OF | mark::THE | mark::DAY | mark::CITING) && !self.tokens.is(at, mark::TOWARD)
    }

    /// "Cuenca, jueves 14 de junio del 2018, las 16h13": nothing leads to the date, no hearing is named before it, and it is
    /// not a day to come.
    fn is_signature(&self, moment: &Moment) -> bool {
        let at = moment.start;
        let led = at > 0
            && self.tokens.together(at - 1, at)
            && (self.tokens.is(at - 1, mark::THE | mark::DAY | mark::NEXT | mark::OF | mark::TOWARD | mark::LEAD | mark::AND)
                || moment.date.start > at);
        let named = self.has(at, at.saturating_sub(12), at, |say| say == Say::Noun || say.is_verb());
        let (days, _) = moment.date.resolve(self.reference, None, Lean::Near);
        let past = match (days.first(), self.reference) {
            (Some(day), Some(reference)) => *day <= reference.saturating_add(2.days()),
            _ => true,
        };
        !led && !named && past
    }

    /// The tokens of the sentence of `at`, and of the next one when it names no day of its own.
    pub fn sentence(&self, at: usize, with_next: bool) -> (usize, usize) {
        let mut from = at;
        while from > 0 && at - from < LONG_SENTENCE && self.tokens.together(from - 1, at) {
            from -= 1;
        }
        let mut until = self.sentence_end(at);
        if with_next && until < self.tokens.len() {
            let next = self.sentence_end(until);
            if !self.moments.iter().any(|moment| (until..next).contains(&moment.start)) {
                until = next;
            }
        }
        (from, until)
    }

    fn sentence_end(&self, at: usize) -> usize {
        let mut until = at;
        while until < self.tokens.len() && until - at < LONG_SENTENCE && self.tokens.together(at, until) {
            until += 1;
        }
        until
    }
}
