//! When a case is visited next.
//!
//! Pure: the poller gives the state and the time, and gets the next time. Visits are spread evenly over the interval by
//! the case's own id, so that 100,000 cases do not all fall due at start-up.

use std::time::Duration;

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::backoff::visit_backoff;
use super::case::CaseRef;
use super::id::Id;

/// What the schedule keeps of a case: the store's row of at most 24 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Row {
    /// Unix second of the next visit; 0 means never planned.
    pub next_due: u32,
    /// Unix second of the last visit that was read; 0 means none yet.
    pub last_ok: u32,
    /// Failed visits in a row.
    pub fails: u8,
    /// The first 8 bytes of the fingerprint of the pages last seen; all zero when none.
    pub seen: [u8; 8],
}

/// The days and hours during which a source may be asked, in its own zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// Monday to Sunday.
    pub days: [bool; 7],
    /// From this time of day …
    pub from: Time,
    /// … until before this one.
    pub until: Time,
}

/// Spread of visits around their interval, so that cases do not stay in step: ±5 %.
const SPREAD: f64 = 0.05;

/// When a case that has no plan yet is visited first: at a fixed place of its own within `window` from `now`.
pub fn first_visit(case: &CaseRef, window: Duration, now: Timestamp) -> Timestamp {
    let id = Id::derive(&[b"first", case.source.as_bytes(), case.number.as_bytes()]);
    now + window.mul_f64(id.fraction(0))
}

/// When the next visit is due after one that ended at `now`; `fails` counts failed visits in a row, this one included.
pub fn next_visit(case: &CaseRef, every: Duration, fails: u8, not_before: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let base = if fails == 0 { every } else { visit_backoff(every, u32::from(fails)) };
    let id = Id::derive(&[b"next", case.source.as_bytes(), case.number.as_bytes()]);
    let salt = u32::try_from(now.as_second().rem_euclid(i64::from(u32::MAX))).unwrap_or_default();
    let due = now + base.mul_f64(1.0 - SPREAD + 2.0 * SPREAD * id.fraction(salt));
    not_before.map_or(due, |earliest| due.max(earliest))
}

impl Hours {
    /// Whether `now` lies within the hours, on the wall clock of `zone`.
    pub fn contain(&self, now: Timestamp, zone: &TimeZone) -> bool {
        let local = now.to_zoned_datetime(zone.clone());
        self.days[day_index(local.weekday())] && (self.from..self.until).contains(&local.time())
    }

    /// The first instant at or after `now` that lies within the hours.
    pub fn next_open(&self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        if self.contain(now, zone) {
            return now;
        }
        let today = now.to_zoned_datetime(zone.clone()).date();
        for ahead in 0..=7 {
            let Ok(day) = today.checked_add(ahead.days()) else { break };
            if !self.days[day_index(day.weekday())] {
                continue;
            }
            // Where clocks are set back over the opening it comes twice.
            let opening = zone.to_ambiguous_zoned_datetime(day.to_datetime(self.from));
            let opens = [opening.clone().compatible(), opening.later()].into_iter().flatten().map(|opens| opens.timestamp());
            if let Some(opens) = opens.filter(|opens| *opens >= now).min() {
                return opens;
            }
        }
        now
    }
}

fn day_index(day: Weekday) -> usize {
    usize::try_from(day.to_monday_zero_offset()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;

    fn case(n: u32) -> CaseRef {
        CaseRef { source: "s".into(), number: format!("{n:05}") }
    }

    #[test]
    fn first_visits_are_spread_evenly() {
        let window = Duration::from_secs(1000);
        let mut tenths = [0u32; 10];
        for n in 0..10_000 {
            let at = first_visit(&case(n), window, Timestamp::UNIX_EPOCH).as_second();
            tenths[usize::try_from(at / 100).expect("in the window")] += 1;
        }
        assert!(tenths.iter().all(|count| (850..1150).contains(count)), "{tenths:?}");
    }

    #[test]
    fn a_wait_that_a_court_asked_for_is_kept() {
        let asked = Timestamp::from_second(9_000).expect("valid");
        let due = next_visit(&case(1), Duration::from_secs(60), 1, Some(asked), Timestamp::UNIX_EPOCH);
        assert_eq!(due, asked);
    }

    #[test]
    fn outside_the_hours_the_next_opening_is_found() {
        let zone = TimeZone::get("America/Guayaquil").expect("bundled");
        let hours = Hours { days: [true, true, true, true, true, false, false], from: time(6, 0, 0, 0), until: time(22, 0, 0, 0) };
        let saturday: Timestamp = "2026-11-21T15:00:00Z".parse().expect("valid");
        assert!(!hours.contain(saturday, &zone));
        assert_eq!(hours.next_open(saturday, &zone).to_string(), "2026-11-23T11:00:00Z");
        let monday: Timestamp = "2026-11-23T15:00:00Z".parse().expect("valid");
        assert_eq!(hours.next_open(monday, &zone), monday);
    }

    #[test]
    fn an_opening_that_clocks_skip_or_show_twice_and_the_leap_day_are_found() {
        let zone = TimeZone::get("America/New_York").expect("bundled");
        for (from, now, opens) in [
            (time(1, 30, 0, 0), "2027-11-07T06:15:00Z", "2027-11-07T06:30:00Z"),
            (time(2, 30, 0, 0), "2027-03-14T06:30:00Z", "2027-03-14T07:30:00Z"),
            (time(6, 0, 0, 0), "2028-02-28T23:00:00Z", "2028-02-29T11:00:00Z"),
            (time(6, 0, 0, 0), "2028-02-29T23:00:00Z", "2028-03-01T11:00:00Z"),
        ] {
            let hours = Hours { days: [true; 7], from, until: time(9, 0, 0, 0) };
            let found = hours.next_open(now.parse().expect("valid"), &zone);
            assert_eq!(found.to_string(), opens, "from {from} at {now}");
        }
    }
}
