//! The arithmetic of waiting: rests, `Retry-After`, midnights, jitter.
//!
//! Pure, and used by `host` alone. Waits come from recipes and from servers, so no sum here may overflow.

use std::time::Duration;

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// A rest after failures grows to at most this many times the first one: from 5 minutes to an hour.
const LONGEST_REST: u32 = 12;

/// `now` and `wait`, or the end of time.
pub(super) fn after(now: Timestamp, wait: Duration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

/// `base`, doubled so many times, up to twelvefold.
pub(super) fn doubled(base: Duration, times: u32) -> Duration {
    base.saturating_mul(1 << times.min(8)).min(base.saturating_mul(LONGEST_REST))
}

/// A number in [0, 1) from the state of a splitmix64 generator: spread, and nothing that a library is needed for.
pub(super) fn fraction(state: u64) -> f64 {
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    f64::from((mixed >> 32) as u32) / (f64::from(u32::MAX) + 1.0)
}

/// When a `Retry-After` ends: seconds or an HTTP date (RFC 9110 §10.2.3).
pub(super) fn retry_at(value: &str, now: Timestamp) -> Option<Timestamp> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(after(now, Duration::from_secs(value.parse().unwrap_or(u64::MAX))));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Timestamp::try_from(date).ok().filter(|at| *at > now)
}

/// The end of the civil day at `now`; a day later where the calendar of the zone has no such midnight.
pub(super) fn next_midnight(now: Timestamp, zone: &TimeZone) -> Timestamp {
    let tomorrow = now.to_zoned_datetime(zone.clone()).date().checked_add(1.day());
    let midnight = tomorrow.and_then(|day| zone.to_ambiguous_zoned_datetime(day.to_datetime(Time::midnight())).compatible());
    midnight.map_or_else(|_| after(now, Duration::from_secs(24 * 3600)), |midnight| midnight.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("valid")
    }

    #[test]
    fn a_wait_is_read_in_both_forms_and_never_lies_in_the_past() {
        let now = at("2026-11-23T17:00:00Z");
        for (value, expected) in [
            ("0", Some("2026-11-23T17:00:00Z")),
            (" 90 ", Some("2026-11-23T17:01:30Z")),
            ("Mon, 23 Nov 2026 17:30:00 GMT", Some("2026-11-23T17:30:00Z")),
            ("Monday, 23-Nov-26 17:30:00 GMT", Some("2026-11-23T17:30:00Z")),
            ("Mon, 23 Nov 2026 16:30:00 GMT", None),
            ("", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
        ] {
            assert_eq!(retry_at(value, now), expected.map(at), "{value}");
        }
        assert_eq!(retry_at("99999999999999999999999", now), Some(Timestamp::MAX));
    }

    #[test]
    fn midnight_is_that_of_the_court() {
        let zone = TimeZone::get("America/Guayaquil").expect("bundled");
        assert_eq!(next_midnight(at("2026-11-23T17:00:00Z"), &zone), at("2026-11-24T05:00:00Z"));
        assert_eq!(next_midnight(at("2026-11-24T05:00:00Z"), &zone), at("2026-11-25T05:00:00Z"));
        // A day of which the clock jumps over midnight begins an hour later.
        let zone = TimeZone::get("America/Asuncion").expect("bundled");
        assert_eq!(next_midnight(at("2023-09-30T18:00:00Z"), &zone), at("2023-10-01T04:00:00Z"));
        assert!(next_midnight(Timestamp::MAX, &zone) <= Timestamp::MAX);
    }

    #[test]
    fn rests_double_up_to_twelvefold() {
        let base = Duration::from_secs(300);
        assert_eq!([0, 1, 2, 3, 4, 99].map(|times| doubled(base, times).as_secs() / 60), [5, 10, 20, 40, 60, 60]);
        assert_eq!(doubled(Duration::MAX, 3), Duration::MAX);
    }

    #[test]
    fn jitter_is_spread_over_its_range() {
        let mut tenths = [0u32; 10];
        let mut state = 7u64;
        for _ in 0..10_000 {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let tenth = (0..10).rposition(|tenth| fraction(state) >= f64::from(tenth) / 10.0).expect("not negative");
            tenths[tenth] += 1;
        }
        assert!(tenths.iter().all(|count| (850..1150).contains(count)), "{tenths:?}");
    }
}
