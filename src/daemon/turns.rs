//! Whose turn it is: how many messages a channel may take now, after what its service documents.
//!
//! The deliverer asks before it claims and tells what it claimed. In memory only: after a start the count begins anew, and a
//! service that has enough says so by itself. Reads no clock, knows no store.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use jiff::Timestamp;

/// So many messages within so long.
type Pace = [(usize, Duration)];

/// When each channel was last asked to take messages.
#[derive(Debug, Default)]
pub struct Turns {
    taken: HashMap<String, VecDeque<Timestamp>>,
}

impl Turns {
    /// How many messages a channel may take at `now`.
    pub fn room(&self, channel: &str, pace: &Pace, now: Timestamp) -> usize {
        pace.iter().map(|(most, within)| most.saturating_sub(self.recent(channel, *within, now).count())).min().unwrap_or(usize::MAX)
    }

    /// When a channel that has no room has some again.
    pub fn next(&self, channel: &str, pace: &Pace, now: Timestamp) -> Option<Timestamp> {
        let full = pace.iter().filter_map(|(most, within)| {
            let recent: Vec<Timestamp> = self.recent(channel, *within, now).collect();
            let first_to_go = recent.len().checked_sub(*most)?;
            recent.get(first_to_go)?.checked_add(*within).ok()
        });
        full.max()
    }

    /// Notes that a channel is asked to take `count` messages at `now`.
    pub fn take(&mut self, channel: &str, pace: &Pace, count: usize, now: Timestamp) {
        let Some(longest) = pace.iter().map(|(_, within)| *within).max() else { return };
        let taken = self.taken.entry(channel.to_owned()).or_default();
        // What a clock that was set back left in the future counts no more.
        taken.retain(|at| *at <= now && at.checked_add(longest).is_ok_and(|until| until > now));
        taken.extend(std::iter::repeat_n(now, count));
    }

    /// Forgets the channels that are not there any more.
    pub fn keep(&mut self, is_there: impl Fn(&str) -> bool) {
        self.taken.retain(|channel, _| is_there(channel));
    }

    fn recent(&self, channel: &str, within: Duration, now: Timestamp) -> impl Iterator<Item = Timestamp> {
        let taken = self.taken.get(channel).into_iter().flatten().copied();
        taken.filter(move |at| *at <= now && at.checked_add(within).is_ok_and(|until| until > now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::medium::Medium;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_millisecond(milliseconds).expect("valid")
    }

    #[test]
    fn a_channel_takes_no_more_than_its_service_documents() {
        let pace = Medium::Telegram.pace();
        let (mut turns, mut now, mut sent) = (Turns::default(), 0, Vec::new());
        while sent.len() < 45 {
            match turns.room("t", pace, at(now)) {
                0 => now = turns.next("t", pace, at(now)).expect("there is no room").as_millisecond(),
                room => {
                    turns.take("t", pace, room, at(now));
                    sent.extend(std::iter::repeat_n(now, room));
                }
            }
        }
        for (most, within) in pace {
            let within = i64::try_from(within.as_millis()).expect("short");
            for window in sent.windows(most + 1) {
                assert!(window[*most] - window[0] >= within, "{window:?}");
            }
        }
        // Twenty at one a second, then the minute is full.
        assert_eq!((sent[19], sent[20]), (19_000, 60_000));
    }

    #[test]
    fn channels_do_not_wait_for_each_other_and_some_for_nothing() {
        let mut turns = Turns::default();
        turns.take("a", Medium::Slack.pace(), 1, at(0));
        assert_eq!(turns.room("a", Medium::Slack.pace(), at(1)), 0);
        assert_eq!(turns.room("b", Medium::Slack.pace(), at(1)), 1);
        assert_eq!((turns.room("w", Medium::Webhook.pace(), at(1)), turns.next("w", Medium::Webhook.pace(), at(1))), (usize::MAX, None));
    }

    #[test]
    fn a_channel_that_is_gone_is_forgotten() {
        let mut turns = Turns::default();
        for channel in ["a", "b"] {
            turns.take(channel, Medium::Slack.pace(), 1, at(0));
        }
        turns.keep(|channel| channel == "b");
        assert_eq!(turns.taken.keys().collect::<Vec<_>>(), ["b"]);
    }

    #[test]
    fn a_clock_that_is_set_back_stops_nobody() {
        let mut turns = Turns::default();
        turns.take("a", Medium::Slack.pace(), 1, at(1_000_000));
        assert_eq!(turns.room("a", Medium::Slack.pace(), at(0)), 1);
    }
}
