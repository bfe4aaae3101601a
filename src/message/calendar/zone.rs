//! The rules of a zone around some days, as VTIMEZONE (RFC 5545 §3.6.5).
//!
//! Programs that know the zone by its name use their own rules, so that a wall time survives a change of law; those that do not find here
//! every change of the clock from before the first day to a year after the last, each written out. Used by [`calendar`](super).

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::line::Lines;

/// How far after the last day the rules are told: a hearing that is moved by hand stays right for about a year.
const AFTER_DAYS: i64 = 400;

/// Writes the zone for these days.
pub(super) fn write(lines: &mut Lines, name: &str, zone: &TimeZone, days: impl Iterator<Item = Date>) {
    let days: Vec<Date> = days.collect();
    let (Some(first), Some(last)) = (days.iter().min(), days.iter().max()) else { return };
    // A day earlier and later than any zone is ahead or behind.
    let start = |date: Date| TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok();
    let from = first.checked_sub(1.day()).ok().and_then(start).unwrap_or(Timestamp::MIN);
    let until = start(*last).and_then(|at| at.checked_add(SignedDuration::from_hours(24 * AFTER_DAYS)).ok()).unwrap_or(Timestamp::MAX);
    lines.plain("BEGIN:VTIMEZONE");
    lines.plain(&format!("TZID:{name}"));
    let before = zone.preceding(from).next();
    match before.as_ref().map(|change| change.timestamp()) {
        Some(at) => observance(lines, zone, at),
        // A zone that has never changed.
        None => {
            let offset = zone.to_offset(from);
            rule(lines, "STANDARD", "19700101T000000", (offset, offset), zone.to_offset_info(from).abbreviation());
        }
    }
    for change in zone.following(from).take_while(|change| change.timestamp() <= until) {
        observance(lines, zone, change.timestamp());
    }
    lines.plain("END:VTIMEZONE");
}

/// What begins at a change of the clock. Its time is told by the clock as it went before.
fn observance(lines: &mut Lines, zone: &TimeZone, at: Timestamp) {
    let before = at.checked_sub(SignedDuration::from_secs(1)).unwrap_or(at);
    let (from, info) = (zone.to_offset(before), zone.to_offset_info(at));
    let part = if info.dst().is_dst() { "DAYLIGHT" } else { "STANDARD" };
    let wall = from.to_datetime(at).strftime("%Y%m%dT%H%M%S").to_string();
    rule(lines, part, &wall, (from, info.offset()), info.abbreviation());
}

fn rule(lines: &mut Lines, part: &str, wall: &str, (from, to): (Offset, Offset), name: &str) {
    lines.plain(&format!("BEGIN:{part}"));
    lines.plain(&format!("DTSTART:{wall}"));
    lines.plain(&format!("TZOFFSETFROM:{}", written(from)));
    lines.plain(&format!("TZOFFSETTO:{}", written(to)));
    lines.value("TZNAME", name);
    lines.plain(&format!("END:{part}"));
}

/// `-0500`; seconds only when there are any, as in old local times.
fn written(offset: Offset) -> String {
    let seconds = offset.seconds();
    let (sign, all) = (if seconds < 0 { '-' } else { '+' }, seconds.abs());
    let (hours, minutes, rest) = (all / 3600, all / 60 % 60, all % 60);
    if rest == 0 { format!("{sign}{hours:02}{minutes:02}") } else { format!("{sign}{hours:02}{minutes:02}{rest:02}") }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn zone(name: &str, days: &[Date]) -> String {
        let mut lines = Lines::default();
        write(&mut lines, name, &TimeZone::get(name).expect("bundled"), days.iter().copied());
        lines.text()
    }

    #[test]
    fn a_zone_without_summer_time_has_one_rule() {
        let text = zone("America/Guayaquil", &[date(2026, 3, 12)]);
        assert_eq!(text.matches("BEGIN:STANDARD").count(), 1, "{text}");
        assert!(text.contains("TZOFFSETTO:-0500\r\n") && !text.contains("DAYLIGHT"), "{text}");
        let utc = zone("UTC", &[date(2026, 3, 12)]);
        assert!(utc.contains("DTSTART:19700101T000000\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:+0000\r\n"), "{utc}");
    }

    #[test]
    fn every_change_of_the_clock_around_the_days_is_written_out() {
        // In New York clocks go back on 1 November 2026 and forward on 14 March 2027.
        let text = zone("America/New_York", &[date(2026, 10, 30), date(2026, 11, 3)]);
        assert!(
            text.contains("BEGIN:STANDARD\r\nDTSTART:20261101T020000\r\nTZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500\r\nTZNAME:EST\r\n"),
            "{text}"
        );
        assert!(
            text.contains("BEGIN:DAYLIGHT\r\nDTSTART:20270314T020000\r\nTZOFFSETFROM:-0500\r\nTZOFFSETTO:-0400\r\nTZNAME:EDT\r\n"),
            "{text}"
        );
        assert!(text.starts_with("BEGIN:VTIMEZONE\r\nTZID:America/New_York\r\nBEGIN:DAYLIGHT\r\nDTSTART:20260308T020000\r\n"), "{text}");
    }
}
