//! What happened in a case, as far as its docket and its operator show: the events that clocks begin, end and stand still on.
//!
//! Made for `engine`. Entries show events by the patterns of the rules; hearings by what became of the days that were
//! set for them; the operator by pins. A date is never guessed: an entry without one shows nothing.

use std::cell::OnceCell;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::domain::clocks::{How, Pin};
use crate::domain::docket::{Docket, Entry, EntryKey};
use crate::domain::event::EventKind;
use crate::domain::hearing::HearingStatus;
use crate::domain::setting::{Outcome, Setting};
use crate::meaning::{Meaning, instant, zone_of};

use super::pattern::{Pattern, Shows};
use super::person::{Persons, Whom};
use super::readings::{EntryReading, Readings};

/// A day was set for a hearing.
pub const ORDERED: &str = "hearing_ordered";
/// A hearing took place.
pub const HELD: &str = "hearing_held";
/// A hearing began and was interrupted.
pub const SUSPENDED: &str = "hearing_suspended";
/// A hearing did not begin on its day.
pub const NOT_HELD: &str = "hearing_not_held";
/// The events that are known by the hearings of a docket, without a pattern.
pub const OF_HEARINGS: [&str; 4] = [ORDERED, HELD, SUSPENDED, NOT_HELD];

/// Whether a decision that was announced is another one than that before it: a hearing lies in between, or the operator says so. A later text
/// about an announced decision begins nothing. `known` is what happened.
pub fn is_another_decision(known: &[&Found], from: &Found, to: &Found) -> bool {
    let between = |found: &&&Found| found.date > from.date && found.date <= to.date;
    to.how == How::Operator || known.iter().filter(between).any(|found| found.event == HELD || found.event == SUSPENDED)
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its name in the rules.
    pub event: String,
    /// The day, in the court's zone.
    pub date: Date,
    /// The instant, or when it began.
    pub at: Option<Timestamp>,
    /// When it was over at the latest, if that is known to the hour.
    pub over: Option<Timestamp>,
    /// The entry that shows it.
    pub entry: Option<EntryKey>,
    /// Whom it concerns.
    pub whom: Whom,
    /// The hearing, by its place among the hearings of the [`Story`].
    pub hearing: Option<usize>,
    /// How it is known.
    pub how: How,
}

/// A hearing over all the days that were set for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hearing {
    /// Its kind by its stable name.
    pub kind: Option<String>,
    /// The entry that first set it.
    pub set_by: Option<EntryKey>,
}

/// Everything of a docket that clocks look at.
#[derive(Debug, Default)]
pub struct Story {
    /// What happened, by day; of one day in the order of the docket.
    pub events: Vec<Found>,
    /// The days that were set for its hearings, as of the day of the story.
    pub settings: Vec<Setting>,
    /// Its hearings.
    pub hearings: Vec<Hearing>,
    /// The persons against whom it runs.
    pub persons: Persons,
}

impl Story {
    /// Puts together what the entries of a docket say and what the operator does, as of a day.
    pub fn read(
        patterns: &[Pattern],
        (docket, readings): (&Docket, &Readings),
        meaning: &Meaning,
        zone: &TimeZone,
        pins: &[Pin],
        today: Date,
    ) -> Self {
        let mut story = Self { persons: Persons::of(docket, meaning), ..Self::default() };
        let add: Vec<&Pin> = pins.iter().filter(|pin| !pin.remove).collect();
        // Whoever is pinned is a person of the case before entries are asked whom they name.
        let pinned: Vec<Whom> = add.iter().map(|pin| story.pinned(pin)).collect();
        // Of one day the later in the list is the older.
        for (entry, reading) in docket.entries.iter().zip(readings.all()).rev() {
            story.entry(patterns, entry, reading, zone);
        }
        if let Some(filed) = docket.heading.filed {
            for pattern in patterns.iter().filter(|pattern| pattern.by_filed) {
                story.events.push(Found { how: How::Heading, ..plain(&pattern.id, filed, None) });
            }
        }
        story.settings = meaning.settings_of(docket, |at| readings.heard(at), today);
        story.hearings(docket, zone);
        story.remove(pins);
        for (pin, whom) in add.into_iter().zip(pinned) {
            let at = pin.time.and_then(|time| instant(pin.date.to_datetime(time), zone));
            story.events.push(Found { whom, how: How::Operator, ..plain(&pin.event, pin.date, at) });
        }
        story.events.sort_by_key(|found| found.date);
        story
    }

    fn pinned(&mut self, pin: &Pin) -> Whom {
        pin.person.as_deref().map_or(Whom::Everybody, |name| Whom::These(vec![self.persons.place(name)]))
    }

    fn entry(&mut self, patterns: &[Pattern], entry: &Entry, reading: &EntryReading, zone: &TimeZone) {
        let Some(date) = entry.date.filter(|_| !entry.annulled && !reading.shows.is_empty()) else { return };
        let zone = zone_of(entry, zone);
        let at = entry.time.and_then(|time| instant(date.to_datetime(time), &zone));
        let anywhere = OnceCell::new();
        for (at_pattern, shows) in &reading.shows {
            let Some(pattern) = patterns.get(*at_pattern) else { continue };
            let whom = if pattern.everybody { Whom::Everybody } else { self.whom(entry, shows, &anywhere) };
            let told = said_day(reading, date).filter(|_| pattern.asks(EventKind::RulingOral));
            let (date, at) = told.map_or((date, at), |day| (day, None));
            self.events.push(Found { entry: Some(entry.key.clone()), whom, how: shows.how, ..plain(&pattern.id, date, at) });
        }
    }

    /// Whom an entry names: in the sentence that shows the event, else `anywhere` in it, which is looked for once.
    fn whom(&self, entry: &Entry, shows: &Shows, anywhere: &OnceCell<Whom>) -> Whom {
        let anywhere = anywhere.get_or_init(|| self.persons.named_in(&format!("{}. {}", entry.title, entry.text)));
        let sentence = shows.sentence.clone().and_then(|range| entry.text.get(range)).filter(|_| *anywhere != Whom::Everybody);
        match sentence.map(|text| self.persons.named_in(text)) {
            None => anywhere.clone(),
            // One sentence orders it and others name people: which of them, it does not say.
            Some(Whom::Everybody) => match anywhere {
                Whom::These(places) if places.len() > 1 => Whom::Unclear(places.clone()),
                whom => whom.clone(),
            },
            Some(whom) => whom,
        }
    }

    fn hearings(&mut self, docket: &Docket, zone: &TimeZone) {
        let Self { settings, hearings, events, .. } = self;
        let mut chains: Vec<usize> = Vec::with_capacity(settings.len());
        for (at, setting) in settings.iter().enumerate() {
            let before = setting.follows.filter(|before| *before < at).and_then(|before| chains.get(before).copied());
            let chain = before.unwrap_or_else(|| {
                hearings.push(Hearing { kind: None, set_by: setting.set_by.clone() });
                hearings.len() - 1
            });
            chains.push(chain);
            if let Some(hearing) = hearings.get_mut(chain) {
                hearing.kind = setting.kind.clone().or_else(|| hearing.kind.take());
                hearing.set_by = hearing.set_by.take().or_else(|| setting.set_by.clone());
            }
            let entry = |key: &Option<EntryKey>| key.as_ref().and_then(|key| docket.entry(key));
            let of_chain = |event: &str, date: Date, at, entry: Option<&Entry>| Found {
                hearing: Some(chain),
                how: How::Hearing,
                entry: entry.map(|entry| entry.key.clone()),
                ..plain(event, date, at)
            };
            if let Some((set, date)) = entry(&setting.set_by).and_then(|set| Some((set, set.date?))) {
                let at = set.time.and_then(|time| instant(date.to_datetime(time), &zone_of(set, zone)));
                events.push(of_chain(ORDERED, date, at, Some(set)));
            }
            let event = match setting.outcome {
                Outcome::Held => HELD,
                Outcome::Suspended => SUSPENDED,
                outcome if outcome.is_not_held() => NOT_HELD,
                _ => continue,
            };
            let told = entry(&setting.told_by);
            let told_on = told.and_then(|told| told.date);
            // A day after the entry that says what became of it is not when it happened.
            let on = setting.date.filter(|date| told_on.is_none_or(|told| *date <= told));
            let Some(date) = on.or(told_on) else { continue };
            let zone = told.map_or_else(|| zone.clone(), |told| zone_of(told, zone));
            let at = setting.time.filter(|_| on.is_some()).and_then(|time| instant(date.to_datetime(time), &zone));
            let over = told.filter(|told| told.date == Some(date)).and_then(|told| instant(date.to_datetime(told.time?), &zone));
            events.push(Found { over, ..of_chain(event, date, at, told) });
        }
    }

    /// Takes away what the operator says did not happen.
    fn remove(&mut self, pins: &[Pin]) {
        for pin in pins.iter().filter(|pin| pin.remove) {
            let who = pin.person.as_deref().map(|name| self.persons.place(name));
            for found in self.events.iter_mut().filter(|found| found.event == pin.event && found.date == pin.date) {
                let all: Vec<usize> = (0..self.persons.len()).collect();
                let others = |places: &[usize]| places.iter().copied().filter(|at| Some(*at) != who).collect();
                found.whom = match (&found.whom, who) {
                    (_, None) => Whom::These(Vec::new()),
                    (Whom::Everybody, Some(_)) => Whom::These(others(&all)),
                    (Whom::These(places), Some(_)) => Whom::These(others(places)),
                    (Whom::Unclear(places), Some(_)) => Whom::Unclear(others(places)),
                };
            }
        }
        self.events.retain(|found| found.whom != Whom::These(Vec::new()));
    }
}

fn plain(event: &str, date: Date, at: Option<Timestamp>) -> Found {
    Found { event: event.to_owned(), date, at, over: at, entry: None, whom: Whom::Everybody, hearing: None, how: How::Title }
}

/// The day on which a decision was announced, where the entry tells it of an earlier day than its own and has no doubt of it.
fn said_day(reading: &EntryReading, own: Date) -> Option<Date> {
    if !reading.kinds.contains(&EventKind::RulingOral) {
        return None;
    }
    let said = reading.hearings().filter(|heard| heard.status == HearingStatus::OralDecision && heard.warnings.is_empty());
    said.filter_map(|heard| heard.date).find(|date| *date < own)
}
