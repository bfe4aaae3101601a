//! The only place that reads the wall clock.
//!
//! Everything below `daemon` takes `now` as an argument; loops and commands get it here. Tests that need their own time
//! use [`Clock::fixed`] and move it by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::Timestamp;

/// When this veedor was surely not there yet: the first moment of the year before the one in which it was made. Set anew at releases.
///
/// A clock that stands before it is wrong, most often because a battery is empty and nobody has set it since the start.
pub const NOT_YET: Timestamp = Timestamp::constant(1_735_689_600, 0);

/// What is wrong with a time at which this veedor was not there yet, in one sentence; `None` when it can be the right one.
pub fn wrong(now: Timestamp) -> Option<String> {
    let day = now.strftime("%Y-%m-%d");
    (now < NOT_YET).then(|| format!("the clock of this machine stands at {day}, when this veedor was not made yet; set it right"))
}

/// How long the machine has run, its sleep included: it goes on steadily whatever the clock is set to.
pub fn uptime() -> Duration {
    #[cfg(target_os = "linux")]
    {
        let at = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        Duration::new(u64::try_from(at.tv_sec).unwrap_or_default(), u32::try_from(at.tv_nsec).unwrap_or_default())
    }
    #[cfg(not(target_os = "linux"))]
    {
        static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        START.get_or_init(std::time::Instant::now).elapsed()
    }
}

/// Where the time comes from.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A time that only [`Clock::advance_to`] moves; whole milliseconds since the epoch.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `at`.
    pub fn fixed(at: Timestamp) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(at.as_millisecond())))
    }

    /// The time now.
    #[expect(clippy::disallowed_methods, reason = "the only place that reads the wall clock")]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Fixed(milliseconds) => Timestamp::from_millisecond(milliseconds.load(Ordering::SeqCst)).unwrap_or(Timestamp::UNIX_EPOCH),
        }
    }

    /// Moves a fixed clock; does nothing to the machine's.
    pub fn advance_to(&self, at: Timestamp) {
        if let Self::Fixed(milliseconds) = self {
            milliseconds.store(at.as_millisecond(), Ordering::SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::Date;
    use jiff::tz::TimeZone;

    use super::*;

    #[test]
    fn the_time_before_veedor_lies_in_the_past_and_not_long_before_the_newest_release() {
        assert_eq!(wrong(Clock::System.now()), None);
        assert!(wrong(NOT_YET - std::time::Duration::from_secs(1)).is_some_and(|why| why.contains("2024-12-31")));
        let day = TimeZone::UTC.to_datetime(NOT_YET).date();
        let heads = include_str!("../CHANGELOG.md").lines().filter(|line| line.starts_with("## "));
        let newest: Option<Date> = heads.flat_map(str::split_whitespace).filter_map(|word| word.parse().ok()).max();
        if let Some(newest) = newest {
            let days = newest.duration_since(day).as_hours() / 24;
            assert!((0..=800).contains(&days), "set NOT_YET anew: the newest release is of {newest}");
        }
    }
}
