//! An address that a mail server refuses for good, and when that is believed.
//!
//! Kept by `store::refused`, asked by `daemon::refused` before each mail. One refusal ends one mail: the address may have been switched off by
//! mistake for an hour. Two within a week, and not of one hour, are an address that is not there, and mails to it are held
//! (`alerting.md` B2.3). Once a day one of them is tried all the same.

use std::time::Duration;

use jiff::Timestamp;

/// So many refusals are believed …
const BELIEVED: u32 = 2;

/// … when they come within this time.
const WITHIN: Duration = Duration::from_secs(7 * 24 * 3600);

/// Refusals that come closer together are one accident: the news of several cases goes out together.
const APART: Duration = Duration::from_secs(3600);

/// How long mails are held before one is tried again.
const HELD: Duration = Duration::from_secs(24 * 3600);

/// What is known of an address that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// When it was refused first.
    pub since: Timestamp,
    /// How often since then, of each hour once.
    pub count: u32,
    /// When it was counted last.
    pub last: Timestamp,
    /// What the server said last.
    pub why: String,
}

impl Refusal {
    /// After one more refusal.
    pub fn again(before: Option<Self>, why: &str, now: Timestamp) -> Self {
        let since = |then: Timestamp| now.duration_since(then).unsigned_abs();
        let Some(before) = before.filter(|before| before.is_believed() || since(before.since) <= WITHIN) else {
            return Self { since: now, count: 1, last: now, why: why.to_owned() };
        };
        if since(before.last) < APART {
            return Self { why: why.to_owned(), ..before };
        }
        Self { count: before.count.saturating_add(1), last: now, why: why.to_owned(), ..before }
    }

    /// Whether a mail to the address is held at `now`. A clock that was set back holds nothing for longer.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.is_believed() && now.duration_since(self.last).unsigned_abs() < HELD
    }

    /// Whether it is believed that the address is not there.
    pub fn is_believed(&self) -> bool {
        self.count >= BELIEVED
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_refusals_within_a_week_are_believed_and_stay_so() {
        let at = |days: i64| Timestamp::from_second(1_800_000_000 + days * 86_400).expect("valid");
        let first = Refusal::again(None, "550", at(0));
        assert!(!first.is_believed());
        let second = Refusal::again(Some(first.clone()), "550 5.1.1", at(6));
        assert!(second.is_believed());
        assert_eq!((second.since, second.why.as_str()), (at(0), "550 5.1.1"));
        assert!(Refusal::again(Some(second), "550", at(60)).is_believed());
        let later = Refusal::again(Some(first), "550", at(8));
        assert_eq!((later.since, later.count), (at(8), 1), "two in two weeks are two accidents");
    }

    #[test]
    fn two_of_one_hour_are_one_and_a_day_later_one_is_tried() {
        let at = |minutes: i64| Timestamp::from_second(1_800_000_000 + minutes * 60).expect("valid");
        let first = Refusal::again(None, "550", at(0));
        let together = Refusal::again(Some(first.clone()), "550 b", at(59));
        assert_eq!((together.count, together.last, together.is_believed()), (1, at(0), false));
        let second = Refusal::again(Some(together), "550", at(61));
        assert!(second.holds(at(61)) && second.holds(at(61 + 1439)) && !second.holds(at(61 + 1440)));
        let probed = Refusal::again(Some(second), "550", at(61 + 1440));
        assert!(probed.holds(at(61 + 2879)) && probed.count == 3);
    }
}
