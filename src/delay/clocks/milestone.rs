//! When something of a clock may be told, and what of it lies between two moments.
//!
//! Made for `engine`; asked by whoever tells people, who remembers by their ids what was told. At the first look at a
//! case all that is reached is its baseline and no news.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::domain::clocks::{Clock, Milestone};
use crate::domain::id::Id;

use super::reading::Reading;
use super::rule::{Offset, Rule};

/// The moments of a clock, in their order. A warning lies before the earlier end of two readings; what is over lies after the later
/// one, and there is none when one reading was met in time. A clock that is met has none.
pub fn of(rule: &Rule, clock: &Clock, readings: &[Reading<'_>], zone: &TimeZone) -> Vec<Milestone> {
    let open: Vec<&Reading<'_>> = readings.iter().filter(|reading| reading.stop.is_none()).collect();
    let Some(earliest) = open.iter().filter_map(|reading| End::of(reading)).min_by_key(|end| end.day) else { return Vec::new() };
    let is_in_time =
        |reading: &Reading<'_>| reading.stop.zip(reading.due).is_some_and(|(stop, due)| stop.by_then || stop.found.date <= due);
    let all: Option<Vec<End>> = readings.iter().map(End::of).collect();
    let latest = all.filter(|_| !readings.iter().any(is_in_time)).and_then(|ends| ends.into_iter().max_by_key(|end| end.day));
    let made = |offset: &Offset| {
        let is_breach = offset.days >= 0;
        let at = if is_breach { latest?.after(offset.days, zone) } else { earliest.before(offset.days, zone) }?;
        Some(Milestone {
            id: Id::derive(&[b"milestone", &clock.id.0, offset.written.as_bytes()]),
            offset: offset.written.clone(),
            at,
            is_breach,
        })
    };
    let began = clock.start.and_then(|day| morning(day, zone));
    let mut found: Vec<Milestone> = rule.warn_at.iter().filter_map(made).filter(|one| began.is_none_or(|began| one.at > began)).collect();
    found.sort_by_key(|milestone| milestone.at);
    found
}

/// Where a reading ends.
#[derive(Debug, Clone, Copy)]
struct End {
    day: Date,
    at: Option<Timestamp>,
}

impl End {
    fn of(reading: &Reading<'_>) -> Option<Self> {
        Some(Self { day: reading.due?, at: reading.due_at })
    }

    /// So many days before it (a negative number): the morning of that day.
    fn before(&self, days: i64, zone: &TimeZone) -> Option<Timestamp> {
        match self.at {
            Some(at) => at.checked_add((days * 24).hours()).ok(),
            None => morning(self.day.checked_add(days.days()).ok()?, zone),
        }
    }

    /// The first moment at which it is over by so many days. Of zero days that is the morning after the last day.
    fn after(&self, days: i64, zone: &TimeZone) -> Option<Timestamp> {
        match self.at {
            Some(at) => at.checked_add((days * 24).hours()).ok()?.checked_add(1.second()).ok(),
            None => morning(self.day.checked_add(days.max(1).days()).ok()?, zone),
        }
    }
}

fn morning(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    day.to_zoned_datetime(zone.clone()).ok().map(|start| start.timestamp())
}

/// What may be told of these clocks by now, each clock's moments in their order. Whoever tells remembers the ids, tells of a clock only
/// the last that was not told, and at the first look takes all of them as told: what was entered late is found too.
pub fn reached(clocks: &[Clock], now: Timestamp) -> Vec<(&Clock, &Milestone)> {
    clocks
        .iter()
        .filter(|clock| clock.is_alertable())
        .flat_map(|clock| clock.milestones.iter().filter(move |milestone| milestone.at <= now).map(move |milestone| (clock, milestone)))
        .collect()
}

/// What lies after one moment and not after another.
pub fn passed(clocks: &[Clock], then: Timestamp, now: Timestamp) -> Vec<(&Clock, &Milestone)> {
    reached(clocks, now).into_iter().filter(|(_, milestone)| milestone.at > then).collect()
}

/// The clocks that were open before and are met now: what `clock.met` tells.
pub fn newly_met<'c>(before: &[Clock], after: &'c [Clock]) -> Vec<&'c Clock> {
    let was_open = |clock: &Clock| before.iter().any(|old| old.id == clock.id && old.state.is_open());
    after.iter().filter(|clock| clock.state.is_met() && was_open(clock)).collect()
}
