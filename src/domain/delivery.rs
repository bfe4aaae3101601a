//! A delivery: one message to one recipient of one channel, and what became of each attempt.
//!
//! Made by [`route`](super::route) in the same commit as its events, tried by `daemon::deliver`. At least once: a crash
//! between sending and noting it repeats the same bytes under the same id, and never loses them.

use std::time::Duration;

use jiff::Timestamp;

use super::backoff::RetrySchedule;
use super::case::CaseRef;
use super::id::Id;
use super::medium::Medium;
use super::reasons;

/// One message to one recipient.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery {
    /// Derived from channel, recipient and the first event, so it stays the same when news is added before it is sent.
    pub id: Id,
    /// The channel's id in the watch list.
    pub channel: String,
    /// The address within the channel: a mail address; empty where the channel is its own address.
    pub recipient: String,
    /// The case it is about; of a digest [`CaseRef::of_digests`].
    pub case: CaseRef,
    /// The events it carries, oldest first.
    pub events: Vec<Id>,
    /// Where it stands.
    pub state: DeliveryState,
    /// Attempts made so far.
    pub attempts: u16,
    /// When it was made.
    pub created: Timestamp,
}

/// Why the brake holds a delivery.
pub const BRAKED: &str = "brake: many cases of its source changed in the same way; `veedor release SOURCE` sends it, \
                          `veedor discard SOURCE` ends it or sends what is left of it";

/// Why a delivery waits that is not late.
pub const PAUSED: &str = "waits to see whether more cases of its source change in the same way (brake)";

/// Why a delivery was ended with others.
pub const DISCARDED: &str = "discarded with all that the brake held of its source";

/// Why a delivery is not sent for a while.
pub const MUTED: &str = "muted by a silence; `veedor silence` says whose and until when, `veedor retry ID` sends it all the same";

/// Where a delivery stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeliveryState {
    /// Gathers the news of its case until `due`; further events may join it.
    Open {
        /// When it closes and is sent.
        due: Timestamp,
    },
    /// Takes no more news; it is tried at `due`. A crash during an attempt leaves it here, so it is tried again.
    Waiting {
        /// When it is tried next.
        due: Timestamp,
    },
    /// Sent again by hand after it was settled: one attempt at `due`, not the schedule anew.
    Again {
        /// When it is tried.
        due: Timestamp,
    },
    /// Waits until its channel is mended, and costs no attempt meanwhile.
    Held {
        /// Since when.
        since: Timestamp,
        /// What is wrong with the channel, in one sentence.
        reason: String,
    },
    /// Waits until the operator releases or discards what the brake holds of its source ([`brake`](super::brake)).
    Braked {
        /// Since when.
        since: Timestamp,
    },
    /// Waits until `due` to see whether more cases of its source change in the same way ([`brake`](super::brake)), then is tried.
    Paused {
        /// When it is tried.
        due: Timestamp,
    },
    /// The receiver took it.
    Delivered {
        /// When.
        at: Timestamp,
    },
    /// Given up; kept and listed, and `veedor retry` sends it again.
    Dead {
        /// When.
        at: Timestamp,
        /// Why, in one sentence.
        reason: String,
    },
    /// Ended by the operator, and never sent unless it is asked for by its id.
    Dropped {
        /// When.
        at: Timestamp,
    },
    /// Ended with all that the brake held of its source, and never sent unless it is asked for by its id.
    Discarded {
        /// When.
        at: Timestamp,
    },
    /// Not sent because of a [`silence`](super::silence), and told in the summary at its end. Never sent unless it is asked for by its
    /// id.
    Muted {
        /// Since when.
        since: Timestamp,
        /// The silence.
        by: Id,
    },
}

impl DeliveryState {
    /// When it wants attention next; one that is held has no such time, its channel has.
    pub fn due(&self) -> Option<Timestamp> {
        match self {
            Self::Open { due } | Self::Waiting { due } | Self::Again { due } | Self::Paused { due } => Some(*due),
            Self::Held { .. }
            | Self::Braked { .. }
            | Self::Delivered { .. }
            | Self::Dead { .. }
            | Self::Dropped { .. }
            | Self::Discarded { .. }
            | Self::Muted { .. } => None,
        }
    }

    /// The instant that belongs to it: when it is tried, or when it came to be so.
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Open { due } | Self::Waiting { due } | Self::Again { due } | Self::Paused { due } => *due,
            Self::Held { since, .. } | Self::Braked { since } | Self::Muted { since, .. } => *since,
            Self::Delivered { at } | Self::Dead { at, .. } | Self::Dropped { at } | Self::Discarded { at } => *at,
        }
    }

    /// Why it is not on its way, when it is not.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Held { reason, .. } | Self::Dead { reason, .. } => Some(reason),
            Self::Braked { .. } => Some(BRAKED),
            Self::Paused { .. } => Some(PAUSED),
            Self::Discarded { .. } => Some(DISCARDED),
            Self::Muted { .. } => Some(MUTED),
            Self::Open { .. } | Self::Waiting { .. } | Self::Again { .. } | Self::Delivered { .. } | Self::Dropped { .. } => None,
        }
    }

    /// The stable name used in JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::Waiting { .. } | Self::Again { .. } | Self::Paused { .. } => "waiting",
            Self::Held { .. } | Self::Braked { .. } => "held",
            Self::Delivered { .. } => "delivered",
            Self::Dead { .. } => "dead",
            Self::Dropped { .. } | Self::Discarded { .. } => "dropped",
            Self::Muted { .. } => "muted",
        }
    }
}

/// What came of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The receiver took responsibility for it.
    Sent {
        /// The receiver's answer in a few words.
        detail: String,
    },
    /// Not now. The schedule says when again, unless the receiver named a later time.
    Retry {
        /// Why, in a few words.
        why: String,
        /// How long the receiver asked us to wait.
        after: Option<Duration>,
    },
    /// The receiver will not take it, now or later.
    Rejected {
        /// Why, in a few words.
        why: String,
    },
    /// The channel itself is misconfigured (wrong password, bad certificate, unknown channel): the delivery is held, which
    /// costs no attempt, and nothing is lost meanwhile.
    Misconfigured {
        /// Why, in a few words.
        why: String,
    },
}

impl Outcome {
    /// The stable name used in JSON and metrics.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sent { .. } => "sent",
            Self::Retry { .. } => "retry",
            Self::Rejected { .. } => "rejected",
            Self::Misconfigured { .. } => "misconfigured",
        }
    }

    /// Whether a receiver says that it wants nothing more: HTTP 410 (`alerting.md` A4.2).
    pub fn is_farewell(&self) -> bool {
        matches!(self, Self::Misconfigured { why } if why.contains(" answered 410"))
    }

    /// Whether a relay has this mail or may have it. One that refused it does not. Only the outcomes of mails say so.
    pub fn may_have_arrived(&self) -> bool {
        match self {
            Self::Sent { .. } => true,
            Self::Retry { why, .. } => why.contains(MAY_HAVE_ARRIVED),
            Self::Rejected { .. } | Self::Misconfigured { .. } => false,
        }
    }

    /// The words that came with it.
    pub fn detail(&self) -> &str {
        match self {
            Self::Sent { detail } => detail,
            Self::Retry { why, .. } | Self::Rejected { why } | Self::Misconfigured { why } => why,
        }
    }
}

/// What an outcome says of a mail of which nobody knows whether the relay has it.
pub const MAY_HAVE_ARRIVED: &str = "it may have arrived, possible duplicate";

/// One attempt, kept as history.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// When it began.
    pub at: Timestamp,
    /// How long it took.
    pub took: Duration,
    /// What came of it.
    pub outcome: Outcome,
}

/// The shortest wait before what was sent again by hand is tried once more: a receiver may ask for none, and such attempts are not counted.
const LEAST_AGAIN: Duration = Duration::from_secs(60);

/// The longest that a receiver's `Retry-After` is honoured (`alerting.md` A4.3).
pub const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(24 * 3600);

/// The most events of one mail. More become several mails, so that each tells all that its header lists.
pub const MOST_EVENTS: usize = 50;

/// The most events that one digest gathers. More become a further one.
pub const MOST_IN_DIGEST: usize = 200;

/// What a delivery sends: fixed before the first attempt and the same at each, whatever the configuration says by then. The
/// recipient stands in the delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// How it travels.
    pub medium: Medium,
    /// The sender of a mail.
    pub from: Option<String>,
    /// The bytes.
    pub body: Vec<u8>,
}

impl Delivery {
    /// The id of a delivery: the same first event for the same recipient is the same delivery.
    pub fn id_of(channel: &str, recipient: &str, first_event: Id) -> Id {
        Id::derive(&[b"delivery", channel.as_bytes(), recipient.as_bytes(), &first_event.0])
    }

    /// The id of a delivery that tells what is left of one whose other news was discarded: its own, because that one may have been
    /// written already.
    pub fn id_of_rest(channel: &str, recipient: &str, first_event: Id) -> Id {
        Id::derive(&[b"delivery rest", channel.as_bytes(), recipient.as_bytes(), &first_event.0])
    }

    /// The id of a delivery of what was taken out of one that is told without it.
    pub fn id_of_muted(channel: &str, recipient: &str, first_event: Id) -> Id {
        Id::derive(&[b"delivery muted", channel.as_bytes(), recipient.as_bytes(), &first_event.0])
    }

    /// The id of the digest of a window that ends at `end`: the same for all its news, so that a crash cannot make two.
    pub fn id_of_digest(channel: &str, recipient: &str, end: Timestamp) -> Id {
        Id::derive(&[b"digest", channel.as_bytes(), recipient.as_bytes(), &end.as_millisecond().to_be_bytes()])
    }

    /// The id of a further digest of a window whose first one is full or was sent already: after a restore, or with a clock set back.
    pub fn id_of_further_digest(channel: &str, recipient: &str, end: Timestamp, first_event: Id) -> Id {
        let end = end.as_millisecond().to_be_bytes();
        Id::derive(&[b"digest", channel.as_bytes(), recipient.as_bytes(), &end, &first_event.0])
    }

    /// Whether it tells of several cases: the digest of a window.
    pub fn is_digest(&self) -> bool {
        self.case.is_of_digests()
    }

    /// The state after an attempt, and the attempts counted so far.
    ///
    /// `schedule` gives the wait before each further attempt; when it is used up the delivery is dead. One that was sent again
    /// by hand has one attempt.
    pub fn after(&self, outcome: &Outcome, schedule: &RetrySchedule, now: Timestamp) -> (DeliveryState, u16) {
        let tried = self.attempts.saturating_add(1);
        let given_up = |reason: String| (DeliveryState::Dead { at: now, reason }, tried);
        match outcome {
            Outcome::Sent { .. } => (DeliveryState::Delivered { at: now }, tried),
            Outcome::Rejected { why } => given_up(why.clone()),
            Outcome::Misconfigured { why } => {
                let since = if let DeliveryState::Held { since, .. } = self.state { since } else { now };
                (DeliveryState::Held { since, reason: why.clone() }, self.attempts)
            }
            // It was asked to come later, which is no attempt that failed.
            Outcome::Retry { after: Some(after), .. } if matches!(self.state, DeliveryState::Again { .. }) => {
                (DeliveryState::Again { due: now + (*after).clamp(LEAST_AGAIN, LONGEST_RETRY_AFTER) }, self.attempts)
            }
            Outcome::Retry { why, .. } if matches!(self.state, DeliveryState::Again { .. }) => {
                given_up(reasons::GIVEN_UP_BY_HAND.with(&[why]))
            }
            Outcome::Retry { why, after } => match schedule.wait(self.id, tried) {
                None => given_up(reasons::GIVEN_UP.with(&[&tried, why])),
                Some(wait) => {
                    let asked = after.unwrap_or_default().min(LONGEST_RETRY_AFTER);
                    (DeliveryState::Waiting { due: now + wait.max(asked) }, tried)
                }
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(attempts: u16) -> Delivery {
        let event = Id::derive(&[b"e"]);
        Delivery {
            id: Delivery::id_of("hook", "", event),
            channel: "hook".into(),
            recipient: String::new(),
            case: CaseRef { source: "s".into(), number: "1".into() },
            events: vec![event],
            state: DeliveryState::Waiting { due: Timestamp::UNIX_EPOCH },
            attempts,
            created: Timestamp::UNIX_EPOCH,
        }
    }

    fn schedule() -> RetrySchedule {
        RetrySchedule::new(vec![Duration::from_secs(5), Duration::from_secs(300)])
    }

    #[test]
    fn a_schedule_that_is_used_up_ends_in_a_dead_letter_with_the_reason() {
        let retry = Outcome::Retry { why: "answered 500".into(), after: None };
        assert!(matches!(delivery(1).after(&retry, &schedule(), Timestamp::UNIX_EPOCH).0, DeliveryState::Waiting { .. }));
        let (state, attempts) = delivery(2).after(&retry, &schedule(), Timestamp::UNIX_EPOCH);
        assert_eq!(attempts, 3);
        assert!(matches!(state, DeliveryState::Dead { reason, .. } if reason.contains("answered 500")));
    }

    #[test]
    fn a_receiver_may_ask_for_a_longer_wait_but_not_for_ever() {
        for (asked, least, most) in [(3600, 3600, 3600), (1, 4, 6), (9_000_000, 86_400, 86_400)] {
            let retry = Outcome::Retry { why: "429".into(), after: Some(Duration::from_secs(asked)) };
            let (state, _) = delivery(0).after(&retry, &schedule(), Timestamp::UNIX_EPOCH);
            let due = state.due().expect("still waiting").as_second();
            assert!((least..=most).contains(&due), "asked {asked}, due {due}");
        }
    }

    #[test]
    fn a_misconfigured_channel_costs_no_attempt_and_says_since_when() {
        let mut held = delivery(2);
        for (seconds, why) in [(5, "535"), (9, "no such host")] {
            let now = Timestamp::from_second(seconds).expect("valid");
            let (state, attempts) = held.after(&Outcome::Misconfigured { why: why.into() }, &schedule(), now);
            assert_eq!(attempts, 2);
            assert_eq!((state.at().as_second(), state.reason(), state.due()), (5, Some(why), None));
            held.state = state;
        }
    }

    #[test]
    fn sent_again_by_hand_is_one_attempt() {
        let mut again = delivery(0);
        again.state = DeliveryState::Again { due: Timestamp::UNIX_EPOCH };
        let retry = Outcome::Retry { why: "answered 500".into(), after: None };
        let (state, _) = again.after(&retry, &schedule(), Timestamp::UNIX_EPOCH);
        assert!(matches!(&state, DeliveryState::Dead { reason, .. } if reason.contains("by hand: answered 500")), "{state:?}");
        let busy = Outcome::Retry { why: "answered 429".into(), after: Some(Duration::from_secs(95)) };
        let (state, attempts) = again.after(&busy, &schedule(), Timestamp::UNIX_EPOCH);
        assert!(matches!(state, DeliveryState::Again { due } if due.as_second() == 95) && attempts == 0, "{state:?}");
        // Such an attempt is not counted, so a receiver that asks for no wait at all would be asked without end.
        let hasty = Outcome::Retry { why: "answered 500".into(), after: Some(Duration::ZERO) };
        let (state, _) = again.after(&hasty, &schedule(), Timestamp::UNIX_EPOCH);
        assert!(matches!(state, DeliveryState::Again { due } if due.as_second() == 60), "{state:?}");
    }
}
