//! When a channel may be told: digests, quiet hours, weekends.
//!
//! Pure: `config` makes a [`Timing`], [`route`](super::route) plans with it, `daemon::attempt` asks it again before anything
//! leaves. Wall times are those of the channel's zone; a day has each of its times once, whatever its clocks do.

use std::time::Duration;

use jiff::civil::{Date, Time, Weekday, time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::event::{Audience, Event, EventKind, Severity};

/// When news of a channel leaves.
#[derive(Debug, Clone, PartialEq)]
pub struct Timing {
    /// The zone of its wall times.
    pub zone: TimeZone,
    /// When what does not go at once is told together.
    pub digest: Period,
    /// What is less severe waits for the digest; `None` means that only the junk list lowers anything.
    pub digest_below: Option<Severity>,
    /// The hours in which nothing leaves but what passes.
    pub quiet: Option<Quiet>,
    /// Whether news leaves on Saturdays and Sundays.
    pub weekends: bool,
}

/// How often news is told together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// On the hour, of UTC: some zones are half an hour off.
    Hourly,
    /// Every day at this time.
    Daily(Time),
    /// Every week on this day at this time.
    Weekly(Weekday, Time),
}

/// Hours of each day, over midnight when they end before they begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    /// From this time on …
    pub from: Time,
    /// … until this one, which is not quiet any more.
    pub until: Time,
}

/// The digest's time when nobody says otherwise: an editor's morning (`domain.md` A3).
pub const MORNING: Period = Period::Daily(time(7, 0, 0, 0));

/// News of a hearing does not wait for a digest after which fewer than these 48 hours would be left (`alerting.md` A2.4).
const LEAD: Duration = Duration::from_secs(48 * 3600);

/// News of a hearing passes quiet hours when it starts before they end or within two hours after: a person has to get there.
const SHORTLY: Duration = Duration::from_secs(2 * 3600);

/// Ends of windows that are looked at for one that may be told: a weekend of hours and a day more.
const MOST_WINDOWS: usize = 80;

/// Spans of quiet and weekends that may follow each other: the night into Saturday, the weekend, the night into Monday.
const MOST_SPANS: usize = 8;

impl Timing {
    /// Everything leaves when it is found.
    pub fn at_once() -> Self {
        Self { zone: TimeZone::UTC, digest: MORNING, digest_below: None, quiet: None, weekends: true }
    }

    /// Whether news is ever held.
    pub fn is_ever_held(&self) -> bool {
        self.quiet.is_some() || !self.weekends
    }

    /// Until when news is held at `now`; always later than `now`. `None` means that it may leave.
    pub fn held_until(&self, now: Timestamp) -> Option<Timestamp> {
        let mut until = now;
        for _ in 0..MOST_SPANS {
            let quiet = self.quiet.and_then(|quiet| quiet.ends(until, &self.zone));
            let weekend = || if self.weekends { None } else { weekend_ends(until, &self.zone) };
            match quiet.or_else(weekend) {
                Some(ends) if ends > until => until = ends,
                _ => break,
            }
        }
        (until > now).then_some(until)
    }

    /// The end of the digest's window that `now` lies in: the first after `now` at which news may leave.
    pub fn digest_end(&self, now: Timestamp) -> Timestamp {
        let first = self.digest.next(now, &self.zone);
        let mut end = first;
        for _ in 0..MOST_WINDOWS {
            if self.held_until(end).is_none() {
                return end;
            }
            end = self.digest.next(end, &self.zone);
        }
        // Every window ends in quiet hours, which `config` refuses: news leaves when they end.
        self.held_until(first).unwrap_or(first)
    }

    /// Whether an event is one that this channel hears in its digest, by its severity alone. News of a hearing that would come too late
    /// is not.
    pub fn is_for_digest(&self, event: &Event, now: Timestamp, end: Timestamp) -> bool {
        self.digest_below.is_some_and(|least| event.severity < least) && !is_pressing(event, now, end, LEAD)
    }

    /// Whether an event leaves at `now` although news is held until `end`. What is for those who run veedor does: a source that blocks us, or
    /// the brake, would wait over a weekend. A month that is summed up late wakes nobody.
    pub fn passes(event: &Event, now: Timestamp, end: Timestamp) -> bool {
        let is_of_running = event.kind.audience() == Audience::Operator && event.kind != EventKind::DelaysSummary;
        event.severity == Severity::Critical || is_of_running || is_pressing(event, now, end, SHORTLY)
    }
}

impl Period {
    /// The first end of a window after `after`.
    pub fn next(self, after: Timestamp, zone: &TimeZone) -> Timestamp {
        let step = match self {
            Self::Hourly => {
                let next = (after.as_second().div_euclid(3600) + 1) * 3600;
                return Timestamp::from_second(next).unwrap_or(Timestamp::MAX);
            }
            Self::Daily(_) => 1,
            Self::Weekly(..) => 7,
        };
        let today = after.to_zoned_datetime(zone.clone()).date();
        let at = |day: Date| match self {
            Self::Hourly => None,
            Self::Daily(at) => instant(day, at, zone),
            Self::Weekly(weekday, at) => {
                let ahead = i64::from(weekday.to_monday_zero_offset()) - i64::from(day.weekday().to_monday_zero_offset());
                instant(day.checked_add(ahead.days()).ok()?, at, zone)
            }
        };
        // One step back and two ahead: a zone may leave out a whole day.
        (-1..=2).filter_map(|n: i64| at(today.checked_add((n * step).days()).ok()?)).find(|end| *end > after).unwrap_or(Timestamp::MAX)
    }
}

impl Quiet {
    /// When the quiet hours end in which `now` lies.
    fn ends(self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let today = now.to_zoned_datetime(zone.clone()).date();
        let span = |ago: i64| {
            let first = today.checked_sub(ago.days()).ok()?;
            let last = if self.until > self.from { first } else { first.checked_add(1.day()).ok()? };
            Some((instant(first, self.from, zone)?, instant(last, self.until, zone)?))
        };
        (0..=2).filter_map(span).filter(|(from, until)| (*from..*until).contains(&now)).map(|(_, until)| until).max()
    }
}

/// The instant of a wall time: after a gap when clocks skip it, the first when they show it twice.
fn instant(day: Date, at: Time, zone: &TimeZone) -> Option<Timestamp> {
    Some(zone.to_ambiguous_zoned_datetime(day.to_datetime(at)).compatible().ok()?.timestamp())
}

/// When the weekend ends in which `now` lies: with the first instant of Monday.
fn weekend_ends(now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let local = now.to_zoned_datetime(zone.clone());
    let ahead = match local.weekday() {
        Weekday::Saturday => 2,
        Weekday::Sunday => 1,
        _ => return None,
    };
    instant(local.date().checked_add(ahead.days()).ok()?, Time::midnight(), zone)
}

/// Whether an event is about a hearing still to come that starts within `lead` after `end`. The day that a hearing was moved from counts
/// too: somebody may be on the way.
fn is_pressing(event: &Event, now: Timestamp, end: Timestamp, lead: Duration) -> bool {
    let Some(hearing) = &event.hearing else { return false };
    let zone = TimeZone::get(&hearing.zone).unwrap_or(TimeZone::UTC);
    // Of a day without an hour the last moment counts for "still to come" and the first for "too late".
    let first = |(day, at): (Date, Option<Time>)| instant(day, at.unwrap_or(Time::midnight()), &zone);
    let last = |(day, at): (Date, Option<Time>)| instant(day, at.unwrap_or(Time::MAX), &zone);
    let said = hearing.mention.date.map(|day| (day, hearing.mention.time));
    let mut spans: Vec<(Timestamp, Timestamp)> =
        said.into_iter().chain(hearing.previous).filter_map(|day| Some((first(day)?, last(day)?))).collect();
    spans.extend(hearing.starts.map(|starts| (starts, starts)));
    let too_late = end.checked_add(lead).unwrap_or(Timestamp::MAX);
    spans.into_iter().any(|(first, last)| last > now && first < too_late)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::event::EventKind;
    use crate::domain::sample;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).expect("a known zone")
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    fn timing(name: &str) -> Timing {
        let quiet = Some(Quiet { from: time(22, 0, 0, 0), until: time(6, 30, 0, 0) });
        Timing { zone: zone(name), quiet, ..Timing::at_once() }
    }

    /// (zone, period, after, end of the window)
    const WINDOWS: [(&str, Period, &str, &str); 12] = [
        ("America/Guayaquil", MORNING, "2026-03-02T11:59:59Z", "2026-03-02T12:00:00Z"),
        ("America/Guayaquil", MORNING, "2026-03-02T12:00:00Z", "2026-03-03T12:00:00Z"),
        ("Asia/Kolkata", Period::Hourly, "2026-03-02T12:59:59Z", "2026-03-02T13:00:00Z"),
        // A Monday that is Sunday in UTC.
        ("Pacific/Auckland", Period::Weekly(Weekday::Monday, time(7, 0, 0, 0)), "2026-03-01T17:00:00Z", "2026-03-01T18:00:00Z"),
        ("Pacific/Auckland", Period::Weekly(Weekday::Monday, time(7, 0, 0, 0)), "2026-03-01T18:00:00Z", "2026-03-08T18:00:00Z"),
        // Clocks skip 02:30: it is told at 03:30 summer time, once.
        ("Europe/Madrid", Period::Daily(time(2, 30, 0, 0)), "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z"),
        ("Europe/Madrid", Period::Daily(time(2, 30, 0, 0)), "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"),
        // Clocks show 01:30 twice: it is told at the first.
        ("America/New_York", Period::Daily(time(1, 30, 0, 0)), "2026-10-31T12:00:00Z", "2026-11-01T05:30:00Z"),
        ("America/New_York", Period::Daily(time(1, 30, 0, 0)), "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"),
        // Midnight is skipped.
        ("America/Santiago", Period::Daily(Time::midnight()), "2026-09-05T12:00:00Z", "2026-09-06T04:00:00Z"),
        // A whole day is left out: Samoa had no 30 December 2011. Its window falls together with that of the 31st.
        ("Pacific/Apia", MORNING, "2011-12-29T18:00:00Z", "2011-12-30T17:00:00Z"),
        ("Pacific/Apia", Period::Weekly(Weekday::Friday, time(7, 0, 0, 0)), "2011-12-29T18:00:00Z", "2011-12-30T17:00:00Z"),
    ];

    #[test]
    fn windows_end_when_the_wall_clock_says() {
        for (name, period, after, end) in WINDOWS {
            assert_eq!(period.next(at(after), &zone(name)), at(end), "{name} {period:?} after {after}");
        }
    }

    /// (zone, weekends, now, until; empty means that news may leave)
    const HELD: [(&str, bool, &str, &str); 13] = [
        ("America/Guayaquil", true, "2026-03-03T02:59:59Z", ""),
        ("America/Guayaquil", true, "2026-03-03T03:00:00Z", "2026-03-03T11:30:00Z"),
        ("America/Guayaquil", true, "2026-03-03T11:29:59Z", "2026-03-03T11:30:00Z"),
        ("America/Guayaquil", true, "2026-03-03T11:30:00Z", ""),
        // Friday night runs into the weekend, and Sunday night into Monday morning.
        ("America/Guayaquil", false, "2026-03-07T02:59:59Z", ""),
        ("America/Guayaquil", false, "2026-03-07T03:00:00Z", "2026-03-09T11:30:00Z"),
        ("America/Guayaquil", false, "2026-03-08T18:00:00Z", "2026-03-09T11:30:00Z"),
        ("America/Guayaquil", true, "2026-03-08T18:00:00Z", ""),
        // The night in which clocks go forward is an hour shorter, the one in which they go back an hour longer.
        ("Europe/Madrid", true, "2026-03-28T21:00:00Z", "2026-03-29T04:30:00Z"),
        ("Europe/Madrid", true, "2026-10-24T20:00:00Z", "2026-10-25T05:30:00Z"),
        ("America/New_York", true, "2026-11-01T06:10:00Z", "2026-11-01T11:30:00Z"),
        ("America/Santiago", true, "2026-09-06T04:30:00Z", "2026-09-06T09:30:00Z"),
        ("Pacific/Apia", true, "2011-12-30T09:00:00Z", "2011-12-30T16:30:00Z"),
    ];

    #[test]
    fn quiet_hours_and_weekends_end_when_the_wall_clock_says() {
        for (name, weekends, now, until) in HELD {
            let timing = Timing { weekends, ..timing(name) };
            let expected = (!until.is_empty()).then(|| at(until));
            assert_eq!(timing.held_until(at(now)), expected, "{name} weekends {weekends} at {now}");
        }
    }

    #[test]
    fn quiet_hours_within_a_day_do_not_reach_into_the_night() {
        let quiet = Some(Quiet { from: time(12, 0, 0, 0), until: time(14, 0, 0, 0) });
        let timing = Timing { quiet, zone: zone("America/Bogota"), ..Timing::at_once() };
        assert_eq!(timing.held_until(at("2026-03-03T17:30:00Z")), Some(at("2026-03-03T19:00:00Z")));
        assert_eq!(timing.held_until(at("2026-03-03T04:00:00Z")), None);
    }

    #[test]
    fn a_digest_skips_the_weekend_that_nobody_reads() {
        let timing = Timing { weekends: false, digest: MORNING, ..timing("America/Guayaquil") };
        assert_eq!(timing.digest_end(at("2026-03-06T12:00:00Z")), at("2026-03-09T12:00:00Z"), "from Friday to Monday");
        let hourly = Timing { digest: Period::Hourly, ..timing };
        assert_eq!(hourly.digest_end(at("2026-03-07T02:30:00Z")), at("2026-03-09T12:00:00Z"), "the first hour after Monday's 06:30");
        let never = Timing { digest: Period::Daily(time(23, 0, 0, 0)), ..hourly };
        assert_eq!(never.digest_end(at("2026-03-03T12:00:00Z")), at("2026-03-04T11:30:00Z"), "it is told all the same");
    }

    #[test]
    fn news_of_a_hearing_does_not_come_too_late() {
        let now = at("2026-03-02T15:00:00Z");
        let morning = Timing { zone: zone("America/Guayaquil"), digest_below: Some(Severity::Critical), ..Timing::at_once() };
        let end = morning.digest_end(now);
        let hearing = |starts: &str, previous: Option<&str>| {
            let mut event = sample::bare(EventKind::HearingScheduled);
            event.hearing = sample::rescheduled().hearing;
            if let Some(hearing) = &mut event.hearing {
                let zoned = at(starts).to_zoned_datetime(zone(&hearing.zone));
                hearing.starts = Some(at(starts));
                (hearing.mention.date, hearing.mention.time) = (Some(zoned.date()), Some(zoned.time()));
                hearing.previous = previous.map(|day| (day.parse().expect("a date"), None));
            }
            event
        };
        let waits = |event: &Event| morning.is_for_digest(event, now, end);
        assert!(!waits(&hearing("2026-03-04T15:00:00Z", None)), "27 hours would be left at seven tomorrow");
        assert!(waits(&hearing("2026-03-05T15:00:00Z", None)));
        assert!(waits(&hearing("2026-03-02T14:00:00Z", None)), "it is over");
        assert!(!waits(&hearing("2026-05-05T15:00:00Z", Some("2026-03-03"))), "it was to be tomorrow");
        assert!(!waits(&hearing("2026-05-05T15:00:00Z", Some("2026-03-02"))), "it was to be today");
        assert!(waits(&hearing("2026-05-05T15:00:00Z", Some("2026-03-01"))));
        assert!(!waits(&sample::removed()), "critical news never waits for a digest");
        // At night: what starts before people are up passes.
        let night = at("2026-03-03T04:00:00Z");
        let until = timing("America/Guayaquil").held_until(night).expect("quiet");
        assert!(Timing::passes(&hearing("2026-03-03T13:00:00Z", None), night, until));
        assert!(!Timing::passes(&hearing("2026-03-03T14:00:00Z", None), night, until));
        assert!(Timing::passes(&sample::removed(), night, until) && !Timing::passes(&sample::ruling(), night, until));
        let of_running = |kind| sample::reports().into_iter().find(|event| event.kind == kind).expect("a report");
        assert!(Timing::passes(&of_running(EventKind::SourceBlocked), night, until), "who runs veedor hears of trouble at night");
        assert!(!Timing::passes(&of_running(EventKind::DelaysSummary), night, until), "a month can wait until the morning");
    }

    /// Zones whose clocks change, that changed their rules, or that are not a whole hour off.
    const ZONES: [&str; 9] = [
        "America/Santiago",
        "Europe/Madrid",
        "America/New_York",
        "America/Guayaquil",
        "America/Mexico_City",
        "America/Sao_Paulo",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "America/Caracas",
    ];

    fn clock() -> impl Strategy<Value = Time> {
        (0i8..24, 0i8..60).prop_map(|(hour, minute)| time(hour, minute, 0, 0))
    }

    fn some_timing() -> impl Strategy<Value = Timing> {
        let period = prop_oneof![
            Just(Period::Hourly),
            clock().prop_map(Period::Daily),
            (0i8..7, clock()).prop_map(|(day, at)| Period::Weekly(Weekday::from_monday_zero_offset(day).expect("a day"), at)),
        ];
        let quiet = proptest::option::of((clock(), clock()).prop_filter("differs", |(from, until)| from != until));
        (proptest::sample::select(&ZONES[..]), period, quiet, any::<bool>()).prop_map(|(name, digest, quiet, weekends)| Timing {
            zone: zone(name),
            digest,
            digest_below: None,
            quiet: quiet.map(|(from, until)| Quiet { from, until }),
            weekends,
        })
    }

    proptest! {
        /// Windows follow each other without gap or overlap: every instant lies in exactly one, whichever instant of it one asks from.
        #[test]
        fn every_instant_lies_in_one_window(timing in some_timing(), second in 1_300_000_000i64..1_900_000_000, part in 0.0f64..1.0) {
            let now = Timestamp::from_second(second).expect("valid");
            let end = timing.digest.next(now, &timing.zone);
            prop_assert!(end > now);
            let days = match timing.digest { Period::Hourly => 1, Period::Daily(_) => 2, Period::Weekly(..) => 8 };
            prop_assert!(end <= now + Duration::from_secs(days * 86_400 + 2 * 3600), "a window is not longer than its period");
            let later = now + Duration::try_from(end.duration_since(now)).expect("positive").mul_f64(part * 0.999_999);
            prop_assert_eq!(timing.digest.next(later, &timing.zone), end);
            prop_assert!(timing.digest.next(end, &timing.zone) > end);
        }

        /// A year has as many daily windows as days, and each shows its time of day unless clocks skip it.
        #[test]
        fn each_day_has_its_window_once(name in proptest::sample::select(&ZONES[..]), year in 2012i16..2026, at in clock()) {
            let zone = zone(name);
            let [first, last] = [year, year + 1].map(|year| instant(jiff::civil::date(year, 1, 1), Time::midnight(), &zone).expect("valid"));
            let (mut end, mut days) = (first - Duration::from_millis(1), std::collections::BTreeSet::new());
            loop {
                end = Period::Daily(at).next(end, &zone);
                if end >= last { break; }
                let local = end.to_zoned_datetime(zone.clone());
                prop_assert!(days.insert(local.date()), "{} twice", local.date());
                prop_assert!(local.time() == at || zone.to_ambiguous_zoned_datetime(local.date().to_datetime(at)).is_ambiguous());
            }
            prop_assert_eq!(days.len(), usize::try_from(jiff::civil::date(year, 1, 1).days_in_year()).expect("positive"));
        }

        /// What is held is held until an instant at which it may leave, and never for longer than a weekend between two nights.
        #[test]
        fn what_is_held_may_leave_in_the_end(timing in some_timing(), second in 1_300_000_000i64..1_900_000_000) {
            let now = Timestamp::from_second(second).expect("valid");
            if let Some(until) = timing.held_until(now) {
                prop_assert!(until > now && until <= now + Duration::from_secs(4 * 86_400 + 2 * 3600));
                prop_assert_eq!(timing.held_until(until), None);
                prop_assert!(timing.held_until(until - Duration::from_millis(1)).is_some());
            }
            let end = timing.digest_end(now);
            prop_assert!(end > now && timing.held_until(end).is_none());
        }
    }
}
