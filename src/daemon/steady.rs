//! Whether what time alone brings may be told: a silence, the end of a time limit.
//!
//! A clock that stands a year ahead for a moment lets everything of that year be over. So what came due while the clock went steadily under our
//! eyes is told at once, and what was due already when it jumped is told when it has gone on steadily for a while. A start goes on where the last
//! reading left it, unless that is too long ago or still to come. Kept by [`calendar`](super::calendar), in memory.

use std::time::Duration;

use jiff::Timestamp;

/// How far the clock may go from the machine's own count of time between two looks.
const JUMP: Duration = Duration::from_secs(3600);

/// After so long a clock is believed of what came before; less than a day, because a quiet case is looked at once a day.
const BELIEVED_AFTER: Duration = Duration::from_secs(20 * 3600);

/// A machine that was off for no longer has most likely the right time again.
const OFF: Duration = Duration::from_secs(3 * 86_400);

/// Since when the clock goes steadily.
#[derive(Debug, Clone, Copy)]
pub(super) struct Steady {
    since: Timestamp,
    last: (Timestamp, Duration),
}

impl Steady {
    /// It begins now, or has gone on since the last reading of a case. `counted` is the machine's own count of time, its sleep included.
    pub fn new(now: Timestamp, counted: Duration, last_read: Option<Timestamp>) -> Self {
        let goes_on = last_read.is_some_and(|last| last <= now && now.duration_since(last).unsigned_abs() <= OFF);
        Self { since: if goes_on { now - BELIEVED_AFTER } else { now }, last: (now, counted) }
    }

    /// Another look at both.
    pub fn look(&mut self, now: Timestamp, counted: Duration) {
        let (before, at) = self.last;
        let went = now.duration_since(before);
        let should = jiff::SignedDuration::try_from(counted.saturating_sub(at)).unwrap_or(jiff::SignedDuration::MAX);
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
        let (start, zero) = ("2026-11-26T12:00:00Z".parse::<Timestamp>().expect("an instant"), Duration::ZERO);
        let hours = |n: u64| Duration::from_secs(n * 3600);
        let mut steady = Steady::new(start, zero, None);
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

    #[test]
    fn a_restart_goes_on_where_the_last_reading_left_it() {
        let start = "2026-11-26T12:00:00Z".parse::<Timestamp>().expect("an instant");
        let hours = |n: u64| Duration::from_secs(n * 3600);
        let due = start - hours(5);
        let nightly = Steady::new(start, hours(1), Some(start - hours(10)));
        assert!(
            [due, start - hours(40)].into_iter().all(|due| nightly.believed_at(due) <= start),
            "one that restarts each night tells too"
        );
        assert_eq!(Steady::new(start, hours(1), Some(start - hours(100))).believed_at(due), start + hours(20), "off for long");
        assert_eq!(Steady::new(start, hours(1), Some(start + hours(2))).believed_at(due), start + hours(20), "the clock is behind");
    }
}
