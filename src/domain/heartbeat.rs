//! When the sign of life is due: each day or each week at an hour of the wall clock.
//!
//! Pure: `config` makes it, `daemon::conditions` asks it.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// How often, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Beat {
    /// On this day only; `None` means every day.
    pub day: Option<Weekday>,
    /// At this time.
    pub at: Time,
}

impl Beat {
    /// The first time after `after`. A time that clocks skip comes after the gap, one that they show twice the first time.
    pub fn next(self, after: Timestamp, zone: &TimeZone) -> Timestamp {
        let today = after.to_zoned_datetime(zone.clone()).date();
        let instant = |day: Date| Some(zone.to_ambiguous_zoned_datetime(day.to_datetime(self.at)).compatible().ok()?.timestamp());
        // A week and a day more, because a zone may leave out a whole day.
        let days = (0..=8).filter_map(|ahead: i64| today.checked_add(ahead.days()).ok());
        let is_its = |day: &Date| self.day.is_none_or(|its| day.weekday() == its);
        days.filter(is_its).filter_map(instant).find(|at| *at > after).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::time;

    use super::*;

    fn next(beat: Beat, after: &str, zone: &str) -> String {
        beat.next(after.parse().expect("valid"), &TimeZone::get(zone).expect("bundled")).to_string()
    }

    #[test]
    fn it_comes_at_its_hour_of_the_wall_clock_over_a_change_of_clocks() {
        let daily = Beat { day: None, at: time(8, 0, 0, 0) };
        assert_eq!(next(daily, "2026-03-02T12:59:59Z", "America/Guayaquil"), "2026-03-02T13:00:00Z");
        assert_eq!(next(daily, "2026-03-02T13:00:00Z", "America/Guayaquil"), "2026-03-03T13:00:00Z");
        let weekly = Beat { day: Some(Weekday::Monday), ..daily };
        assert_eq!(next(weekly, "2026-03-02T13:00:00Z", "America/Guayaquil"), "2026-03-09T13:00:00Z");
        assert_eq!(next(daily, "2026-03-28T07:00:00Z", "Europe/Madrid"), "2026-03-29T06:00:00Z", "summer time begins");
        let skipped = Beat { day: None, at: time(2, 30, 0, 0) };
        assert_eq!(next(skipped, "2026-03-28T12:00:00Z", "Europe/Madrid"), "2026-03-29T01:30:00Z");
    }
}
