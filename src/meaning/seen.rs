//! The circumstances of a visit that events need: when it was, where the court is, what was known before.
//!
//! Filled by `daemon::poll`; read by [`events`](super::events).

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::Meaning;
use crate::days::{Calendar, Scope};
use crate::domain::case::CaseRef;
use crate::domain::docket::{Docket, Entry, ZONE_FIELD};
use crate::domain::hearing::HearingMention;

/// A visit that found changes.
#[derive(Debug, Clone)]
pub struct Seen<'a> {
    /// The case.
    pub case: &'a CaseRef,
    /// The zone of the case's court, with its name. An entry of a court elsewhere names its own; see [`zone_of`](Self::zone_of).
    pub zone: TimeZone,
    /// The version that the visit makes.
    pub version: u32,
    /// The number of the first event.
    pub first_seq: u32,
    /// When the page was seen.
    pub at: Timestamp,
    /// SHA-256 of the pages.
    pub page_sha256: [u8; 32],
    /// The docket as it was held.
    pub before: Option<&'a Docket>,
    /// The docket as it is.
    pub after: &'a Docket,
    /// When the case was first read.
    pub watched_since: Timestamp,
    /// Whether the docket before was whole. It was not when this visit completes the beginning, and then nothing new is late.
    pub was_whole: bool,
}

/// A hearing this near is urgent (`contract.md` §4).
const URGENT_HOURS: i64 = 72;

impl Seen<'_> {
    /// The day of the visit in the court's zone.
    pub fn today(&self) -> Date {
        self.day_of(self.at)
    }

    /// The zone of the court that made an entry: `recipe` puts its name into the further field `zone` where it is another than
    /// that of the case.
    pub fn zone_of(&self, entry: &Entry) -> TimeZone {
        zone_of(entry, &self.zone)
    }

    /// The instant at which a hearing starts, when its day and hour are known.
    pub fn starts(&self, mention: &HearingMention, zone: &TimeZone) -> Option<Timestamp> {
        instant(mention.date?.to_datetime(mention.time?), zone)
    }

    /// Whether the hearing is within 72 hours from the visit. One without an hour counts to the end of its day.
    pub fn is_urgent(&self, mention: &HearingMention, zone: &TimeZone) -> bool {
        let Some(date) = mention.date else { return false };
        let Some(starts) = instant(date.to_datetime(mention.time.unwrap_or(Time::MAX)), zone) else { return false };
        (0..=URGENT_HOURS * 3600).contains(&starts.duration_since(self.at).as_secs())
    }

    /// A day on or before the last reading of the case: it was read when watching began, and it was read when its newest
    /// entry was already there. Entries dated in the future prove nothing. `None` when nothing can be said.
    pub fn surely_read_by(&self) -> Option<Date> {
        let before = self.before.filter(|_| self.was_whole)?;
        let newest = before.entries.iter().filter_map(|entry| entry.date).filter(|date| *date <= self.today()).max();
        Some(newest.map_or(self.day_of(self.watched_since), |newest| newest.max(self.day_of(self.watched_since))))
    }

    fn day_of(&self, at: Timestamp) -> Date {
        at.to_zoned_datetime(self.zone.clone()).date()
    }
}

/// The zone of the court that made an entry, in a case whose court has `zone`.
pub fn zone_of(entry: &Entry, zone: &TimeZone) -> TimeZone {
    let own = entry.extra.get(ZONE_FIELD).and_then(|name| TimeZoneDatabase::bundled().get(name).ok());
    own.unwrap_or_else(|| zone.clone())
}

/// The instant of a wall time in a zone.
pub fn instant(wall: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    zone.to_ambiguous_zoned_datetime(wall).compatible().ok().map(|zoned| zoned.timestamp())
}

impl Meaning {
    /// The same words with the days of another calendar, such as one with an operator's own rows on top.
    pub fn with_days(&self, days: Arc<Calendar>) -> Self {
        Self { days, ..self.clone() }
    }

    /// The day that lies this many working days before `day`, by the calendar of the jurisdiction: weekends and national holidays do not
    /// count. The region and the matter of the court are not asked, so recess and local holidays do.
    pub(super) fn working_days_before(&self, day: Date, count: u32) -> Date {
        self.days.sub_business(day, count, &Scope::default()).unwrap_or(Date::MIN)
    }

    /// The day that lies this many working days after `day`.
    pub(super) fn working_days_after(&self, day: Date, count: u32) -> Date {
        self.days.add_business(day, count, &Scope::default()).unwrap_or(Date::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn weekends_are_no_working_days() {
        let meaning = Meaning::default();
        // 24 November 2026 is a Tuesday.
        assert_eq!(meaning.working_days_before(date(2026, 11, 24), 3), date(2026, 11, 19));
        assert_eq!(meaning.working_days_before(date(2026, 11, 24), 0), date(2026, 11, 24));
        assert_eq!(meaning.working_days_after(date(2026, 11, 26), 3), date(2026, 12, 1));
        assert_eq!((meaning.working_days_after(Date::MAX, 1), meaning.working_days_before(Date::MIN, 9)), (Date::MAX, Date::MIN));
    }

    /// 2 and 3 November 2026, Monday and Tuesday, are off in Ecuador; Monday 2 in Colombia; Chile has no calendar yet.
    #[test]
    fn holidays_are_those_of_the_jurisdiction() {
        let after = |jurisdiction| Meaning::shipped(jurisdiction, "es").working_days_after(date(2026, 10, 30), 1);
        assert_eq!(["ec", "co", "cl"].map(after), [date(2026, 11, 4), date(2026, 11, 3), date(2026, 11, 2)]);
        assert_eq!(Meaning::shipped("ec", "es").working_days_before(date(2026, 11, 4), 1), date(2026, 10, 30));
    }
}
