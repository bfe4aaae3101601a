//! Which channels rest after trouble, and how many attempts each may have under way.
//!
//! The deliverer asks before it claims and tells what came of each attempt. In memory only: after a start every channel is
//! unproven, and has one attempt under way until the first message arrives, so that a wrong password is tried once and not
//! thirty times. A resting channel burns no attempts of what waits for it. Reads no clock, knows no store.

use std::collections::HashMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::backoff::channel_rest;
use crate::domain::delivery::{LONGEST_RETRY_AFTER, Outcome};
use crate::notify::Whose;

/// Attempts under way at once for one channel that works (`alerting.md` A1.7: per-endpoint concurrency).
pub const PER_CHANNEL: usize = 4;

/// Failed connections in a row after which a channel rests.
const STRIKES: u32 = 3;

/// The first rest of a misconfigured channel. It grows to an hour; a reload ends it at once.
const MISCONFIGURED: Duration = Duration::from_secs(60);

/// The first rest of a channel that cannot be reached.
const UNREACHABLE: Duration = Duration::from_secs(5);

#[derive(Debug, Default)]
struct Channel {
    /// Whether a message arrived since the last trouble.
    works: bool,
    /// Connections that failed in a row.
    strikes: u32,
    /// Rests in a row.
    rests: u32,
    until: Option<Timestamp>,
}

/// The channels.
#[derive(Debug, Default)]
pub struct Rests {
    channels: HashMap<String, Channel>,
}

impl Rests {
    /// How many more attempts a channel may have under way at `now`.
    pub fn room(&self, channel: &str, under_way: usize, now: Timestamp) -> usize {
        let most = match self.channels.get(channel) {
            Some(known) if known.until.is_some_and(|until| until > now) => 0,
            Some(known) if known.works => PER_CHANNEL,
            _ => 1,
        };
        most.saturating_sub(under_way)
    }

    /// Whether the channel has yet to show that it works.
    pub fn is_unproven(&self, channel: &str) -> bool {
        !self.channels.get(channel).is_some_and(|known| known.works)
    }

    /// Until when a channel rests.
    pub fn until(&self, channel: &str) -> Option<Timestamp> {
        self.channels.get(channel)?.until
    }

    /// Notes what came of an attempt. Returns whether a channel that was in doubt has shown that it can be reached.
    pub fn note(&mut self, channel: &str, outcome: &Outcome, whose: Whose, now: Timestamp) -> bool {
        let known = self.channels.entry(channel.to_owned()).or_default();
        // Attempts that were under way together fail together: that is one failure.
        let resting = known.until.is_some_and(|until| until > now);
        match (outcome, whose) {
            (Outcome::Sent { .. }, _) => {
                let woken = !known.works;
                *known = Channel { works: true, ..Channel::default() };
                return woken;
            }
            (_, Whose::Channel) if resting => {}
            (Outcome::Misconfigured { .. }, Whose::Channel) => known.rest(channel_rest(channel, MISCONFIGURED, known.rests), now),
            (Outcome::Retry { after: Some(after), .. }, Whose::Channel) => {
                // A receiver that asks for a second at a time would burn the attempts of all that waits for it.
                known.rest((*after).max(channel_rest(channel, UNREACHABLE, known.rests)).min(LONGEST_RETRY_AFTER), now);
            }
            (Outcome::Retry { after: None, .. }, Whose::Channel) => {
                known.strikes = known.strikes.saturating_add(1);
                if known.strikes >= STRIKES {
                    known.rest(channel_rest(channel, UNREACHABLE, known.rests), now);
                }
            }
            _ if resting => {}
            // Whoever answers about a message can be reached: what is held is tried once, and the channel is in doubt no more.
            _ => {
                known.strikes = 0;
                return known.until.take().is_some();
            }
        }
        false
    }

    /// Ends the rest of a channel: the operator asked for another attempt.
    pub fn wake(&mut self, channel: &str) {
        self.channels.remove(channel);
    }

    /// Ends all rests: the configuration changed.
    pub fn clear(&mut self) {
        self.channels.clear();
    }
}

impl Channel {
    fn rest(&mut self, wait: Duration, now: Timestamp) {
        self.works = false;
        self.rests = self.rests.saturating_add(1);
        self.until = Some(now.checked_add(wait).unwrap_or(Timestamp::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(seconds).expect("valid")
    }

    fn sent() -> Outcome {
        Outcome::Sent { detail: String::new() }
    }

    fn misconfigured() -> Outcome {
        Outcome::Misconfigured { why: "535".into() }
    }

    fn retry(after: Option<u64>) -> Outcome {
        Outcome::Retry { why: String::new(), after: after.map(Duration::from_secs) }
    }

    #[test]
    fn a_channel_has_one_attempt_until_it_works_and_one_probe_when_it_does_not() {
        let mut rests = Rests::default();
        assert_eq!((rests.room("mail", 0, at(0)), rests.room("mail", 1, at(0))), (1, 0));
        assert!(rests.note("mail", &sent(), Whose::Message, at(0)));
        assert_eq!(rests.room("mail", 1, at(0)), PER_CHANNEL - 1);
        assert!(!rests.note("mail", &misconfigured(), Whose::Channel, at(0)));
        let first = rests.until("mail").expect("rests");
        for _ in 0..3 {
            rests.note("mail", &misconfigured(), Whose::Channel, at(1));
        }
        assert_eq!(rests.until("mail"), Some(first), "four that fail together are one failure");
        assert_eq!((rests.room("mail", 0, at(40)), rests.room("mail", 0, first)), (0, 1));
        assert_eq!(rests.room("hook", 0, at(1)), 1, "other channels go on");
        assert!(rests.note("mail", &sent(), Whose::Message, first));
        assert_eq!(rests.room("mail", 0, first), PER_CHANNEL);
    }

    #[test]
    fn rests_grow_to_an_hour() {
        let mut rests = Rests::default();
        let (mut now, mut waits) = (at(0), Vec::new());
        for _ in 0..12 {
            rests.note("mail", &misconfigured(), Whose::Channel, now);
            let until = rests.until("mail").expect("rests");
            waits.push(until.duration_since(now).as_secs());
            now = until;
        }
        assert!((48..=72).contains(&waits[0]) && waits[1] > waits[0], "{waits:?}");
        assert!((2880..=3600).contains(&waits[11]), "{waits:?}");
    }

    #[test]
    fn only_trouble_of_the_channel_makes_it_rest() {
        let mut rests = Rests::default();
        for n in 0..20 {
            rests.note("hook", &retry(None), if n % 3 == 0 { Whose::Message } else { Whose::Channel }, at(0));
            rests.note("hook", &misconfigured(), Whose::Message, at(0));
        }
        assert_eq!(rests.until("hook"), None);
        for _ in 0..STRIKES {
            rests.note("hook", &retry(None), Whose::Channel, at(0));
        }
        assert!(rests.until("hook").is_some());
        rests.wake("hook");
        rests.note("hook", &retry(Some(3600)), Whose::Channel, at(0));
        assert_eq!(rests.until("hook"), Some(at(3600)));
    }

    #[test]
    fn an_answer_about_a_message_ends_the_doubt_once_and_no_loop_follows() {
        let mut rests = Rests::default();
        for _ in 0..STRIKES {
            rests.note("mail", &retry(None), Whose::Channel, at(0));
        }
        let over = rests.until("mail").expect("rests");
        assert!(!rests.note("mail", &misconfigured(), Whose::Message, at(1)), "it was under way before the rest");
        assert_eq!(rests.until("mail"), Some(over));
        assert!(rests.note("mail", &misconfigured(), Whose::Message, over), "what is held is tried");
        assert_eq!(rests.until("mail"), None, "and then the oldest of it is not tried in every round");
        assert!(!rests.note("mail", &misconfigured(), Whose::Message, over));
    }

    #[test]
    fn a_receiver_that_asks_for_a_second_again_and_again_rests_longer_and_longer() {
        let mut rests = Rests::default();
        let (mut now, mut waits) = (0, Vec::new());
        for _ in 0..4 {
            rests.note("hook", &retry(Some(1)), Whose::Channel, at(now));
            let until = rests.until("hook").expect("rests").as_second();
            waits.push(until - now);
            now = until + 1;
        }
        assert!(waits.is_sorted() && waits[3] > 4 * waits[0], "{waits:?}");
    }
}
