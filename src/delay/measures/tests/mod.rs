//! Tests of the measures: dockets worked out by hand, and what holds of any docket.

mod groups;
mod hand;
mod hearings;
mod properties;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::*;
use crate::days::{Calendar, Scope};
use crate::delay::clocks::found::{Found, Hearing, Story};
use crate::delay::clocks::person::Whom;
use crate::domain::clocks::How;
use crate::domain::docket::{Docket, Entry, EntryKey};
use crate::domain::event::Actor;
use crate::domain::figure::{Days, Figure, Value};
use crate::domain::measure::Measure;
use crate::domain::setting::{Outcome, Setting};

pub fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

pub fn key(text: &str) -> EntryKey {
    EntryKey(text.to_owned())
}

/// What the caller of [`figures`] holds.
#[derive(Debug, Default)]
pub struct Case {
    pub docket: Docket,
    pub actors: BTreeMap<EntryKey, Actor>,
    pub settings: Vec<Setting>,
    pub story: Story,
    pub seen: BTreeMap<EntryKey, Timestamp>,
    pub judges: Vec<JudgeChange>,
    pub watched_since: Option<Timestamp>,
    pub ended: Option<Known>,
    pub calendar: Calendar,
    pub scope: Scope,
    /// When it was last read; the moment itself when absent.
    pub read: Option<Timestamp>,
}

/// The zone of Ecuador.
pub fn zone() -> TimeZone {
    TimeZoneDatabase::bundled().get("America/Guayaquil").expect("a zone")
}

/// Noon at the court.
pub fn noon(text: &str) -> Timestamp {
    day(text).at(12, 0, 0, 0).to_zoned_datetime(zone()).expect("an instant").timestamp()
}

pub fn setting(kind: &str, on: &str, outcome: Outcome, follows: Option<usize>) -> Setting {
    Setting {
        kind: Some(kind.to_owned()),
        date: Some(day(on)),
        end_date: None,
        time: None,
        mode: None,
        room: None,
        warnings: Vec::new(),
        set_by: None,
        outcome,
        told_by: None,
        reasons: Vec::new(),
        requested_by: Vec::new(),
        follows,
    }
}

impl Case {
    /// With these hearings.
    pub fn of(settings: Vec<Setting>) -> Self {
        Self { settings, ..Self::default() }
    }

    pub fn entry(mut self, name: &str, on: &str, actor: Actor) -> Self {
        let (date, time) = on.split_once('T').map_or((on, None), |(date, time)| (date, time.parse().ok()));
        self.docket.entries.push(Entry {
            key: key(name),
            date: (!date.is_empty()).then(|| day(date)),
            time,
            title: String::new(),
            text: String::new(),
            documents: Vec::new(),
            annulled: false,
            withheld: None,
            notice_of: None,
            extra: BTreeMap::default(),
        });
        self.actors.insert(key(name), actor);
        self
    }

    pub fn event(self, event: &str, on: &str) -> Self {
        self.event_of(event, on, Whom::Everybody)
    }

    pub fn event_of(mut self, event: &str, on: &str, whom: Whom) -> Self {
        let (entry, date) = (Some(key(&format!("{event} {on}"))), day(on));
        let found = Found { event: event.to_owned(), date, at: None, over: None, entry, whom, hearing: None, how: How::Title };
        self.story.events.push(found);
        self
    }

    /// What the operator pins, of nobody in particular.
    pub fn pin(mut self, event: &str, on: &str) -> Self {
        self = self.event(event, on);
        self.story.events.iter_mut().last().expect("an event").how = How::Operator;
        self
    }

    /// A hearing of this kind that began on a day.
    pub fn began(mut self, kind: &str, on: &str) -> Self {
        self.story.hearings.push(Hearing { kind: Some(kind.to_owned()), set_by: None });
        let place = self.story.hearings.len() - 1;
        self = self.event("hearing_held", on);
        self.story.events.iter_mut().last().expect("an event").hearing = Some(place);
        self
    }

    pub fn figures(&self, as_of: &str) -> Figures {
        self.figures_at(noon(as_of))
    }

    pub fn figures_at(&self, as_of: Timestamp) -> Figures {
        figures(&Study {
            docket: &self.docket,
            actors: &self.actors,
            settings: &self.settings,
            story: &self.story,
            seen: &self.seen,
            judges: &self.judges,
            watched_since: self.watched_since,
            read: Some(self.read.unwrap_or(as_of)),
            ended: self.ended.clone(),
            calendar: &self.calendar,
            scope: self.scope.clone(),
            zone: zone(),
            quiet: QUIET_DAYS,
            as_of,
        })
    }
}

pub fn get<'f>(figures: &'f Figures, measure: Measure, part: &str) -> &'f Figure {
    figures.get(measure, part).expect("a figure")
}

/// `over 85`, `open 3`, or what it is instead.
pub fn line(figure: &Figure) -> String {
    match &figure.value {
        Value::Days(days) => format!("over {}", days.calendar),
        Value::Open(days) => format!("open {}", days.calendar),
        Value::Share(share) => format!("{} of {}", share.part, share.of),
        Value::Count(count) => count.to_string(),
        Value::Mean { sum, n } => format!("{sum} over {n}"),
        other => format!("{other:?}"),
    }
}

/// What a figure does not say: `undated 2`; how sure its business days are stands in [`sureness`].
pub fn limits(figure: &Figure) -> Vec<String> {
    all_limits(figure).into_iter().filter(|name| !name.starts_with("days_")).collect()
}

/// What is doubtful of its business days.
pub fn sureness(figure: &Figure) -> Vec<String> {
    all_limits(figure).into_iter().filter(|name| name.starts_with("days_")).collect()
}

fn all_limits(figure: &Figure) -> Vec<String> {
    let line = |limit: &crate::domain::figure::Limit| match limit.n {
        Some(n) => format!("{} {n}", limit.caveat.name()),
        None => limit.caveat.name().to_owned(),
    };
    figure.limits.iter().map(line).collect()
}

pub fn business(figure: &Figure) -> Option<i64> {
    match figure.value {
        Value::Days(Days { business, .. }) | Value::Open(Days { business, .. }) => Some(business),
        _ => None,
    }
}
