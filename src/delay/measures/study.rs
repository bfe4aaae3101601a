//! One case as it is measured: what the caller knows of it, and the entries that count as of a moment.
//!
//! A [`Study`] is made by whoever holds the docket; each measure reads its [`View`]. All days are days of the court: an instant is
//! turned into one in its zone.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::days::{Calendar, Scope};
use crate::delay::clocks::found::{Found, Story};
use crate::domain::caveat::Caveat;
use crate::domain::docket::{Docket, EntryKey};
use crate::domain::event::Actor;
use crate::domain::figure::{Days, Figure};
use crate::domain::setting::Setting;

/// A stretch without an entry is called one of inactivity when it is longer (`domain.md` M07).
pub const QUIET_DAYS: i64 = 30;

/// A date that lies so many years before the next one is no date: sources write 1 January 1900 where they have none.
const IMPLAUSIBLE_YEARS: i16 = 60;

/// A day that the caller knows, and the entry that shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The day, at the court.
    pub date: Date,
    /// The entry; `None` where the heading or the operator says so.
    pub entry: Option<EntryKey>,
}

/// That a judge, or a member of the panel, was another one from a day on. What changed on one day, with one entry or none, is one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgeChange {
    /// The day of the entry that says so, or on which the heading was first seen changed.
    pub date: Date,
    /// The entry, where one says so.
    pub entry: Option<EntryKey>,
}

/// What is known of one case.
#[derive(Debug, Clone)]
pub struct Study<'a> {
    /// As it was last read.
    pub docket: &'a Docket,
    /// Who wrote each entry; one that is missing is of unknown hand.
    pub actors: &'a BTreeMap<EntryKey, Actor>,
    /// Its hearings, those of linked cases merged, in the order in which they were set, judged as of the same moment.
    pub settings: &'a [Setting],
    /// What happened, as the clocks found it.
    pub story: &'a Story,
    /// When each entry was first seen. Those that stood there at the first look have no instant.
    pub seen: &'a BTreeMap<EntryKey, Timestamp>,
    /// The changes of its judges, in whatever order.
    pub judges: &'a [JudgeChange],
    /// When it was first read.
    pub watched_since: Option<Timestamp>,
    /// When it was last read.
    pub read: Option<Timestamp>,
    /// When it ended for good, where that is known.
    pub ended: Option<Known>,
    /// The days of its jurisdiction.
    pub calendar: &'a Calendar,
    /// Its court and matter.
    pub scope: Scope,
    /// The zone of its court.
    pub zone: TimeZone,
    /// More days without an entry than these are inactivity; [`QUIET_DAYS`] by default.
    pub quiet: i64,
    /// The moment.
    pub as_of: Timestamp,
}

/// A dated entry that counts.
#[derive(Debug, Clone, Copy)]
pub struct Act<'a> {
    pub date: Date,
    pub key: &'a EntryKey,
    pub actor: Actor,
    /// Whether it only serves another one.
    pub is_notice: bool,
}

impl Act<'_> {
    /// Whether a judge or a panel wrote it.
    pub fn is_court(&self) -> bool {
        self.actor == Actor::Court && !self.is_notice
    }
}

/// A study on the day of its moment.
pub struct View<'a> {
    pub study: &'a Study<'a>,
    pub today: Date,
    /// Entries that are dated until today, by day and key. Annulled ones are none, as for the clocks.
    pub acts: Vec<Act<'a>>,
    /// Entries, and a day of filing, whose date cannot be one.
    pub implausible: usize,
    /// The latest of those dates: nothing that is not later counts.
    oldest: Date,
    /// Entries without a date.
    pub undated: usize,
    /// Entries that are dated after today.
    pub ahead: usize,
}

impl<'a> View<'a> {
    /// The entries that count as of the study's moment.
    pub fn of(study: &'a Study<'a>) -> Self {
        let today = study.as_of.to_zoned_datetime(study.zone.clone()).date();
        let mut view = Self { study, today, acts: Vec::new(), implausible: 0, oldest: Date::MIN, undated: 0, ahead: 0 };
        for entry in study.docket.entries.iter().filter(|entry| !entry.annulled) {
            match entry.date {
                None => view.undated += 1,
                Some(date) if date > today => view.ahead += 1,
                Some(date) => {
                    let actor = study.actors.get(&entry.key).copied().unwrap_or(Actor::Unknown);
                    view.acts.push(Act { date, key: &entry.key, actor, is_notice: entry.notice_of.is_some() });
                }
            }
        }
        view.acts.sort_by_key(|act| (act.date, act.key));
        view.leave_out_implausible();
        view
    }

    fn leave_out_implausible(&mut self) {
        let last = self.acts.windows(2).rposition(|pair| matches!(pair, [before, after] if is_implausible(before.date, after.date)));
        let dropped: Vec<Act<'a>> = self.acts.drain(..last.map_or(0, |last| last + 1)).collect();
        let first = self.acts.first().map_or(self.today, |act| act.date);
        let filed = self.study.docket.heading.filed.filter(|filed| is_implausible(*filed, first));
        self.implausible = dropped.len() + usize::from(filed.is_some());
        self.oldest = dropped.last().map(|act| act.date).max(filed).unwrap_or(Date::MIN);
    }

    /// An instant as a day of the court.
    pub fn day(&self, at: Timestamp) -> Date {
        at.to_zoned_datetime(self.study.zone.clone()).date()
    }

    /// Both kinds of days from one day to another.
    pub fn days(&self, from: Date, to: Date) -> Days {
        let Study { calendar, scope, .. } = self.study;
        Days { calendar: apart(from, to), business: calendar.business_between(from, to, scope) }
    }

    /// The last day of the case: that of its end, or today.
    pub fn horizon(&self) -> Date {
        self.ended().map_or(self.today, |ended| ended.date)
    }

    /// Its end, when it has come.
    pub fn ended(&self) -> Option<&'a Known> {
        self.study.ended.as_ref().filter(|ended| ended.date <= self.today)
    }

    /// What happened until today, of these events, by day.
    pub fn happened(&self, events: &[&str]) -> Vec<&'a Found> {
        let story: &'a Story = self.study.story;
        let counts = |found: &&Found| self.oldest < found.date && found.date <= self.today;
        let until_today = story.events.iter().filter(|found| counts(found) && events.contains(&found.event.as_str()));
        let mut found: Vec<&Found> = until_today.collect();
        found.sort_by_key(|found| (found.date, found.at, found.entry.clone()));
        found
    }

    /// The day from which the case is counted: that of its filing, else of its first entry, and whether it is the latter.
    pub fn start(&self) -> Option<(Known, bool)> {
        let filed = self
            .study
            .docket
            .heading
            .filed
            .filter(|filed| self.oldest < *filed && *filed <= self.today)
            .map(|date| Known { date, entry: None });
        let event = || self.happened(&["case_filed"]).first().map(|found| Known { date: found.date, entry: found.entry.clone() });
        let first = || self.acts.first().map(|act| Known { date: act.date, entry: Some(act.key.clone()) });
        filed.or_else(event).map(|known| (known, false)).or_else(|| first().map(|known| (known, true)))
    }

    /// Says of a figure that reaches until today when the case has not been read on that day.
    pub fn blind(&self, figure: &mut Figure) {
        let read: Option<Date> = self.study.read.map(|read| self.day(read));
        figure.caution(Caveat::NotRead, self.ended().is_none() && read.is_none_or(|read| read < self.today));
    }
}

/// Whether a date lies so long before another one that it cannot be meant.
fn is_implausible(date: Date, next: Date) -> bool {
    date.checked_add(jiff::Span::new().years(IMPLAUSIBLE_YEARS)).is_ok_and(|latest| latest < next)
}

/// Days of the calendar from one to the other; negative when the other is before.
pub fn apart(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}
