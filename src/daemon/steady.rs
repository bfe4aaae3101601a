//! Whether what time alone brings may be told: a silence, the end of a time limit.
//!
//! A clock that stands a year ahead for a moment lets everything of that year be over. So what came due while the clock went steadily under our
//! eyes is told at once, and what was due already when it began to (at a start, after a jump) when it has gone on steadily for a while. Kept by
//! [`calendar`](super::calendar), in memory: a start begins it anew.

use std::time::{Duration, Instant};

use jiff::Timestamp;

/// How far the clock may go from the machine's own count of time between two looks.
const JUMP: Duration = Duration::from_secs(3600);

/// After so long a clock is believed of what came before; less than a day, because a quiet case is looked at once a day.
const BELIEVED_AFTER: Duration = Duration::from_secs(20 * 3600);

/// Since when the clock goes steadily.
#[derive(Debug, Clone, Copy)]
pub(super) struct Steady {
    since: Timestamp,
    last: (Timestamp, Instant),
}

impl Steady {
    /// It begins now.
    pub fn new(now: Timestamp, counted: Instant) -> Self {
        Self { since: now, last: (now, counted) }
    }

    /// Another look at both.
    pub fn look(&mut self, now: Timestamp, counted: Instant) {
        let (before, at) = self.last;
        let went = now.duration_since(before);
        let should = jiff::SignedDuration::try_from(counted.saturating_duration_since(at)).unwrap_or(jiff::SignedDuration::MAX);
        let jumped = went.saturating_sub(should).unsigned_abs() > JUMP;
        *self = Self { since: if jumped { now } else { self.since }, last: (now, counted) };
    }

    /// When what came due at a moment may be told: at once, or later.
    pub fn believed_at(&self, moment: Timestamp) -> Timestamp {
        if moment > self.since { moment } else { self.since + BELIEVED_AFTER }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_under_our_eyes_is_believed_at_once_and_what_a_jump_brought_after_a_day_of_steady_looking() {
        let (start, zero) = ("2026-11-26T12:00:00Z".parse::<Timestamp>().expect("an instant"), Instant::now());
        let hours = |n: u64| Duration::from_secs(n * 3600);
        let mut steady = Steady::new(start, zero);
        assert_eq!(steady.believed_at(start - hours(50)), start + hours(20), "due before the start");
        assert_eq!(steady.believed_at(start + hours(1)), start + hours(1));
        for n in 1..=30 {
            steady.look(start + hours(n), zero + hours(n));
        }
        assert_eq!(steady.believed_at(start + hours(25)), start + hours(25));
        let ahead = start + hours(365 * 24);
        steady.look(ahead, zero + hours(31));
        assert_eq!(steady.believed_at(ahead - hours(24)), ahead + hours(20), "a year ahead for a moment");
        steady.look(start + hours(32), zero + hours(32));
        assert_eq!(steady.believed_at(start + hours(31)), start + hours(52), "put right again");
        assert_eq!(steady.believed_at(start + hours(33)), start + hours(33));
    }
}
