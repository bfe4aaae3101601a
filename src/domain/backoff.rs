//! Waits between attempts, with jitter that is derived and not drawn.
//!
//! Deliveries use [`RetrySchedule`], channels in trouble [`channel_rest`], visits to an ailing source [`visit_backoff`]. No clock, no random source:
//! the jitter comes from an id, so a restart computes the same times again.

use std::time::Duration;

use super::id::Id;

/// The waits before the second, third … attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetrySchedule {
    waits: Vec<Duration>,
}

/// Jitter on each wait: ±20 %, as Standard Webhooks recommends and Svix does (`alerting.md` A4.1).
const JITTER: f64 = 0.2;

impl RetrySchedule {
    /// A schedule with these waits.
    pub fn new(waits: Vec<Duration>) -> Self {
        Self { waits }
    }

    /// 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h: about 75 hours (`alerting.md` A4.1).
    pub fn standard() -> Self {
        Self::new([5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400].map(Duration::from_secs).to_vec())
    }

    /// What a mail waits (`alerting.md` B2.3): never under five minutes, because a relay that defers asks for patience, then half an hour
    /// and longer, until it is given up after four to five days as RFC 5321 §4.5.4.1 has it.
    pub fn mail() -> Self {
        const HOUR: u64 = 3600;
        let waits = [400, 1800, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 24 * HOUR, 24 * HOUR, 24 * HOUR, 24 * HOUR];
        Self::new(waits.map(Duration::from_secs).to_vec())
    }

    /// No wait of this schedule is longer.
    pub fn longest(&self) -> Duration {
        self.waits.iter().max().map_or(Duration::ZERO, |wait| wait.mul_f64(1.0 + JITTER))
    }

    /// The wait after `tried` attempts, jittered for this `id`; `None` when the schedule is used up.
    pub fn wait(&self, id: Id, tried: u16) -> Option<Duration> {
        let base = self.waits.get(usize::from(tried).checked_sub(1)?)?;
        Some(base.mul_f64(1.0 - JITTER + 2.0 * JITTER * id.fraction(u32::from(tried))))
    }
}

/// The longest rest of a channel that asked for none: an hour, so that a mended receiver hears the news of the day.
const LONGEST_REST: Duration = Duration::from_secs(3600);

/// How long a channel rests after `rests` rests in a row that changed nothing: twice as long each time, up to an hour, with
/// jitter, so that channels of one relay do not come back together.
pub fn channel_rest(channel: &str, first: Duration, rests: u32) -> Duration {
    let base = first.saturating_mul(1u32 << rests.min(16)).min(LONGEST_REST);
    let jitter = JITTER * Id::derive(&[b"rest", channel.as_bytes()]).fraction(rests);
    base.mul_f64(1.0 - jitter)
}

/// The longest wait after failed visits: six hours, the pause that `domain.md` R-E4 asks for after repeated refusals.
const LONGEST_VISIT_WAIT: Duration = Duration::from_secs(6 * 3600);

/// How long to wait before the next visit after `fails` failed ones in a row: the case's own interval, doubled each
/// time, up to six hours or the interval, whichever is longer.
pub fn visit_backoff(every: Duration, fails: u32) -> Duration {
    let factor = 1u32 << fails.saturating_sub(1).min(16);
    every.saturating_mul(factor).min(LONGEST_VISIT_WAIT.max(every))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_stay_within_a_fifth_and_end() {
        let schedule = RetrySchedule::new(vec![Duration::from_secs(100)]);
        for n in 0u32..200 {
            let wait = schedule.wait(Id::derive(&[&n.to_be_bytes()]), 1).expect("one wait").as_secs_f64();
            assert!((80.0..=120.0).contains(&wait), "{wait}");
        }
        assert_eq!(schedule.longest(), Duration::from_secs(120));
        assert_eq!(schedule.wait(Id::derive(&[b"x"]), 2), None);
        assert_eq!(schedule.wait(Id::derive(&[b"x"]), 0), None);
    }

    #[test]
    fn a_mail_is_given_up_after_four_to_five_days_or_a_little_more() {
        for n in 0u32..200 {
            let id = Id::derive(&[&n.to_be_bytes()]);
            let waits: Vec<Duration> = (1..).map_while(|tried| RetrySchedule::mail().wait(id, tried)).collect();
            assert!(waits[0] >= Duration::from_secs(300) && waits[1] >= Duration::from_secs(1200), "{waits:?}");
            let days = waits.iter().sum::<Duration>().as_secs_f64() / 86_400.0;
            assert!((3.7..=5.6).contains(&days), "{days} days");
        }
    }

    #[test]
    fn failed_visits_wait_longer_up_to_six_hours() {
        let every = Duration::from_secs(1800);
        assert_eq!(visit_backoff(every, 1), every);
        assert_eq!(visit_backoff(every, 2), every * 2);
        assert_eq!(visit_backoff(every, 40), LONGEST_VISIT_WAIT);
        assert_eq!(visit_backoff(Duration::from_secs(86_400), 5), Duration::from_secs(86_400));
    }
}
