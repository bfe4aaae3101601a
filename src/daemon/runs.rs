//! Runs of failures, by channel: since when nothing arrived, and what follows from it for the next attempt.
//!
//! The deliverer notes what came of each attempt and asks before it claims; the `conditions` tell of a run,
//! disable its channel when it lasted for days, and keep it in the store, so that a restart does not begin the count anew. A
//! channel in a run that was told has one attempt under way, and rests in between; a disabled one is tried once a day, and its
//! messages wait as they are (`alerting.md` A4.5–A4.7). Reads no clock, knows no store.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::backoff::channel_rest;
use crate::domain::condition::{Class, State, Topic};
use crate::domain::delivery::Outcome;
use crate::notify::Whose;
use crate::store::conditions::Key;

/// A disabled channel is tried this often.
const PROBE: Duration = Duration::from_secs(86_400);

/// The first rest of a channel whose failures were told; it doubles with each further one, to an hour.
const FIRST_REST: Duration = Duration::from_secs(60);

#[derive(Debug)]
struct Run {
    state: State,
    /// Failures since something arrived, by which the rests grow: what mends within a run is not made to rest as if it had not.
    failures: u32,
    /// Whether somebody wants to know now: the operator, a new watch list, a start.
    asked: bool,
    /// When it was last tried, whatever came of it.
    tried: Option<Timestamp>,
}

/// The runs.
#[derive(Debug, Default)]
pub struct Runs {
    runs: Mutex<BTreeMap<String, Run>>,
}

impl Runs {
    /// Those that were kept. Each is tried soon: whoever starts a daemon may have mended something.
    pub fn kept(conditions: &BTreeMap<Key, State>) -> Self {
        let of_channels = conditions.iter().filter(|((topic, _), _)| *topic == Topic::Channel);
        let run = |state: &State| Run { state: state.clone(), failures: state.bad, asked: true, tried: None };
        Self { runs: Mutex::new(of_channels.map(|((_, channel), state)| (channel.clone(), run(state))).collect()) }
    }

    /// Notes what came of an attempt; `why` is fit for everyone's eyes.
    pub fn note(&self, channel: &str, outcome: &Outcome, whose: Whose, why: &str, now: Timestamp) {
        let class = match (outcome, whose) {
            (Outcome::Sent { .. }, _) => {
                let mut runs = self.lock();
                // What nobody was told of ends without a word.
                if runs.get(channel).is_some_and(|run| run.state.told == 0) {
                    runs.remove(channel);
                } else if let Some(run) = runs.get_mut(channel) {
                    run.state.note_good();
                    run.failures = 0;
                }
                return;
            }
            (Outcome::Retry { .. }, Whose::Recipient) => return,
            (Outcome::Retry { .. }, _) => Class::Failing,
            (Outcome::Misconfigured { .. }, Whose::Channel) if outcome.is_farewell() => Class::Gone,
            (Outcome::Misconfigured { .. }, Whose::Channel) => Class::Misconfigured,
            // Whoever refuses one message or recipient answers, and a recipient whose mailbox is full is not the channel.
            (Outcome::Rejected { .. } | Outcome::Misconfigured { .. }, _) => return,
        };
        let mut runs = self.lock();
        let run = runs.remove(channel);
        let failures = run.as_ref().map_or(0, |run| run.failures).saturating_add(1);
        let mut state = run.map(|run| run.state);
        State::note(&mut state, class, why.to_owned(), now);
        runs.extend(state.map(|state| (channel.to_owned(), Run { state, failures, asked: false, tried: Some(now) })));
    }

    /// Notes that a channel was tried, whatever came of it: a message that says nothing of its channel must not be tried in its place
    /// again and again.
    pub fn tried(&self, channel: &str, now: Timestamp) {
        if let Some(run) = self.lock().get_mut(channel) {
            (run.tried, run.asked) = (Some(now), false);
        }
    }

    /// Whether a run of this channel was told and has not ended: what it cannot take is its own trouble and no message's.
    pub fn is_failing(&self, channel: &str) -> bool {
        self.lock().get(channel).is_some_and(|run| run.state.is_on())
    }

    /// Until when this channel is not to be tried; `None` when it may be.
    pub fn rests_until(&self, channel: &str, now: Timestamp) -> Option<Timestamp> {
        let runs = self.lock();
        let Run { state, failures, asked, tried } = runs.get(channel)?;
        if *asked || !state.is_on() {
            return None;
        }
        let rest = if state.disabled.is_some() { PROBE } else { channel_rest(channel, FIRST_REST, failures.saturating_sub(1)) };
        // A clock that was set back must not make a rest long.
        let last = tried.map_or(state.last_bad, |tried| tried.max(state.last_bad));
        let until = last.min(now).checked_add(rest).unwrap_or(Timestamp::MAX);
        Some(until).filter(|until| *until > now)
    }

    /// Whether this channel is disabled.
    pub fn is_disabled(&self, channel: &str) -> bool {
        self.lock().get(channel).is_some_and(|run| run.state.is_on() && run.state.disabled.is_some())
    }

    /// Has a channel tried at the next occasion.
    pub fn wake(&self, channel: &str) {
        if let Some(run) = self.lock().get_mut(channel) {
            run.asked = true;
        }
    }

    /// Has every channel tried at the next occasion: the configuration changed.
    pub fn wake_all(&self) {
        self.lock().values_mut().for_each(|run| run.asked = true);
    }

    /// What is known of each channel in a run.
    pub fn all(&self) -> BTreeMap<String, State> {
        self.lock().iter().map(|(channel, run)| (channel.clone(), run.state.clone())).collect()
    }

    /// Takes over what was told of a channel. What was noted meanwhile stays, and what took a message meanwhile is not disabled; a run that
    /// ended is forgotten.
    pub fn settle(&self, channel: &str, before: &State, after: Option<&State>) {
        let mut runs = self.lock();
        match after {
            Some(after) => {
                if let Some(run) = runs.get_mut(channel) {
                    let State { told, told_at, told_class, told_bad, disabled, .. } = after.clone();
                    let took = (run.state.good, run.state.nothing_since) != (before.good, before.nothing_since);
                    let disabled = disabled.filter(|_| !took);
                    run.state = State { told, told_at, told_class, told_bad, disabled, ..run.state.clone() };
                }
            }
            // One that failed again since it was looked at goes on as a new run at its next failure.
            None if runs.get(channel).is_some_and(|run| run.state.since == before.since) => {
                runs.remove(channel);
            }
            None => {}
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Run>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + minutes * 60).expect("valid")
    }

    fn retry() -> Outcome {
        Outcome::Retry { why: "500".into(), after: None }
    }

    fn told(runs: &Runs, channel: &str, disabled: Option<Timestamp>) {
        let before = runs.all().remove(channel).expect("a run");
        let mut after = before.clone();
        after.tell(at(20));
        after.disabled = disabled;
        runs.settle(channel, &before, Some(&after));
    }

    #[test]
    fn a_run_that_was_told_rests_longer_and_longer_and_ends_with_the_first_arrival() {
        let runs = Runs::default();
        for minute in 0..4 {
            runs.note("hook", &retry(), Whose::Message, "500", at(minute));
            assert_eq!(runs.rests_until("hook", at(minute)), None, "nobody was told of it");
        }
        told(&runs, "hook", None);
        let first = runs.rests_until("hook", at(3)).expect("rests");
        assert!(runs.is_failing("hook") && first > at(3 + 4) && first <= at(3 + 8), "{first}");
        for minute in 10..20 {
            runs.note("hook", &retry(), Whose::Channel, "503", at(minute));
        }
        let later = runs.rests_until("hook", at(19)).expect("rests");
        assert!(later > at(19 + 40) && later <= at(19 + 60), "an hour at most: {later}");
        runs.wake("hook");
        assert_eq!(runs.rests_until("hook", at(19)), None, "the operator asked");
        runs.note("hook", &Outcome::Sent { detail: String::new() }, Whose::Message, "", at(21));
        assert!(!runs.is_failing("hook"));
        assert_eq!(runs.all()["hook"].good, 1, "its end is still to be told");
        runs.note("hook", &retry(), Whose::Message, "500", at(22));
        assert_eq!((runs.is_failing("hook"), runs.all()["hook"].since), (true, at(0)), "one arrival between failures is no end of it");
        let anew = runs.rests_until("hook", at(22)).expect("rests");
        assert!(anew <= at(22 + 1), "what works again does not rest for an hour: {anew}");
    }

    #[test]
    fn one_arrival_ends_that_a_channel_is_disabled_whatever_fails_after_it() {
        let sent = Outcome::Sent { detail: String::new() };
        let runs = Runs::default();
        runs.note("hook", &retry(), Whose::Message, "500", at(0));
        told(&runs, "hook", Some(at(0)));
        assert!(runs.is_disabled("hook"));
        runs.note("hook", &sent, Whose::Message, "", at(1));
        // Released with the others, and refused.
        runs.note("hook", &retry(), Whose::Message, "500", at(1));
        assert!(runs.is_failing("hook") && !runs.is_disabled("hook"));
        assert!(runs.rests_until("hook", at(1)).expect("rests") <= at(3), "not a day");
        let state = runs.all().remove("hook").expect("a run");
        assert_eq!((state.since, state.told, state.nothing_since), (at(0), 1, Some(at(1))));
        let again = Runs::kept(&BTreeMap::from([((Topic::Channel, "hook".to_owned()), state)]));
        assert!(again.is_failing("hook") && !again.is_disabled("hook"), "and a start knows it");
    }

    #[test]
    fn what_took_a_message_while_it_was_looked_at_is_not_disabled() {
        for fails_again in [false, true] {
            let runs = Runs::default();
            runs.note("hook", &retry(), Whose::Message, "500", at(0));
            told(&runs, "hook", None);
            let before = runs.all().remove("hook").expect("a run");
            runs.note("hook", &Outcome::Sent { detail: String::new() }, Whose::Message, "", at(1));
            if fails_again {
                runs.note("hook", &retry(), Whose::Message, "500", at(1));
            }
            runs.settle("hook", &before, Some(&State { disabled: Some(at(1)), ..before.clone() }));
            assert!(!runs.is_disabled("hook") && runs.all()["hook"].disabled.is_none(), "{fails_again}");
        }
    }

    #[test]
    fn a_disabled_channel_is_tried_once_a_day_and_at_a_start() {
        let runs = Runs::default();
        runs.note("hook", &retry(), Whose::Message, "500", at(0));
        told(&runs, "hook", Some(at(0)));
        assert_eq!(runs.rests_until("hook", at(1)), Some(at(24 * 60)));
        assert_eq!(runs.rests_until("hook", at(24 * 60)), None);
        let kept = BTreeMap::from([((Topic::Channel, "hook".to_owned()), runs.all()["hook"].clone())]);
        let again = Runs::kept(&kept);
        assert!(again.is_disabled("hook") && again.rests_until("hook", at(1)).is_none(), "it may have been mended");
        again.note("hook", &retry(), Whose::Message, "500", at(2));
        assert_eq!(again.rests_until("hook", at(3)), Some(at(2 + 24 * 60)));
    }

    #[test]
    fn one_refused_recipient_is_no_run_and_what_nobody_heard_of_ends_in_silence() {
        let runs = Runs::default();
        runs.note("mail", &Outcome::Rejected { why: "550".into() }, Whose::Message, "550", at(0));
        runs.note("mail", &Outcome::Misconfigured { why: "not a recipient".into() }, Whose::Message, "", at(0));
        assert!(runs.all().is_empty());
        runs.note("mail", &Outcome::Misconfigured { why: "535".into() }, Whose::Channel, "535", at(1));
        assert_eq!(runs.all()["mail"].class, Class::Misconfigured);
        runs.note("mail", &Outcome::Sent { detail: String::new() }, Whose::Message, "", at(2));
        assert!(runs.all().is_empty());
        let gone = Outcome::Misconfigured { why: "hooks.example.org answered 410: it wants no more messages".into() };
        runs.note("hook", &gone, Whose::Channel, "410", at(3));
        assert_eq!(runs.all()["hook"].class, Class::Gone);
    }
}
