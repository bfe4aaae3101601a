//! An address that a mail server refuses for good, and when that is believed.
//!
//! Kept by `store::refused`, asked by `daemon::refused` before each mail. One refusal ends one mail: the address may have been switched off by
//! mistake for an hour. Two within a week are an address that is not there, and mails to it are held (`alerting.md` B2.3).

use std::time::Duration;

use jiff::Timestamp;

/// So many refusals are believed …
const BELIEVED: u32 = 2;

/// … when they come within this time.
const WITHIN: Duration = Duration::from_secs(7 * 24 * 3600);

/// What is known of an address that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// When it was refused first.
    pub since: Timestamp,
    /// How often since then.
    pub count: u32,
    /// What the server said last.
    pub why: String,
}

impl Refusal {
    /// After one more refusal.
    pub fn again(before: Option<Self>, why: &str, now: Timestamp) -> Self {
        let counts = |before: &Self| before.is_believed() || now.duration_since(before.since).unsigned_abs() <= WITHIN;
        let (since, count) = before.filter(counts).map_or((now, 0), |before| (before.since, before.count));
        Self { since, count: count.saturating_add(1), why: why.to_owned() }
    }

    /// Whether mails to the address are held.
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
}
