//! Tests of the clocks: small dockets with Ecuador's shipped rules.

mod abroad;
mod examples;
mod format;
mod moments;
mod properties;
mod shipped;
mod shown;
mod whom;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::*;
use crate::domain::clocks::Subject;
use crate::domain::docket::{Entry, EntryKey, Party};

/// A case and how it is looked at.
#[derive(Debug, Clone)]
pub struct Case {
    pub docket: Docket,
    pub facts: BTreeMap<String, Fact>,
    pub pins: Vec<Pin>,
    pub rules: Arc<Rules>,
    pub calendar: Calendar,
    pub jurisdiction: &'static str,
    pub language: &'static str,
    pub zone: &'static str,
    pub scope: Scope,
    pub read: Option<Option<Timestamp>>,
}

/// An Ecuadorian case of this matter.
pub fn case(matter: &str) -> Case {
    let mut docket = Docket::default();
    docket.heading.extra.insert("matter".into(), matter.into());
    Case {
        docket,
        facts: BTreeMap::new(),
        pins: Vec::new(),
        rules: Rules::shipped("ec"),
        calendar: (*Calendar::shipped("ec")).clone(),
        jurisdiction: "ec",
        language: "es",
        zone: "America/Guayaquil",
        scope: Scope { region: Some("sierra".into()), ..Scope::default() },
        read: None,
    }
}

impl Case {
    /// With an entry: `2024-11-25` or `2024-11-25T10:00`.
    pub fn entry(mut self, when: &str, title: &str, text: &str) -> Self {
        let (day, time) = when.split_once('T').map_or((when, None), |(day, time)| (day, Some(time)));
        let entry = Entry {
            key: EntryKey(format!("e{}", self.docket.entries.len())),
            date: Some(day.parse().expect("a day")),
            time: time.map(|time| time.parse::<Time>().expect("a time")),
            title: title.into(),
            text: text.into(),
            documents: Vec::new(),
            annulled: false,
            withheld: None,
            notice_of: None,
            extra: Default::default(),
        };
        self.docket.entries.insert(0, entry);
        self
    }

    pub fn fact(mut self, name: &str, value: Fact) -> Self {
        self.facts.insert(name.into(), value);
        self
    }

    pub fn yes(self, name: &str) -> Self {
        self.fact(name, Fact::Flag(true))
    }

    pub fn accused(mut self, name: &str) -> Self {
        self.docket.parties.push(Party { role: "PROCESADO".into(), name: name.into() });
        self
    }

    pub fn filed(mut self, day: &str) -> Self {
        self.docket.heading.filed = Some(day.parse().expect("a day"));
        self
    }

    pub fn pin(mut self, event: &str, day: &str) -> Self {
        self.pins.push(pin(event, day));
        self
    }

    pub fn zone(&self) -> TimeZone {
        TimeZoneDatabase::bundled().get(self.zone).expect("a zone")
    }

    /// The clocks at the end of a day, or at a moment of it.
    pub fn clocks(&self, when: &str) -> Vec<Clock> {
        let zone = self.zone();
        let wall = if when.len() == 10 { format!("{when}T23:00") } else { when.to_owned() };
        let as_of = zone.to_timestamp(wall.parse().expect("a moment")).expect("a moment");
        let meaning = Meaning::shipped(self.jurisdiction, self.language);
        let look = Look {
            docket: &self.docket,
            readings: &self.rules.readings(&self.docket, &meaning),
            meaning: &meaning,
            zone,
            calendar: &self.calendar,
            scope: self.scope.clone(),
            facts: &self.facts,
            pins: &self.pins,
            as_of,
            read: self.read.unwrap_or(Some(as_of)),
        };
        self.rules.clocks(&look)
    }

    /// The clocks of one rule.
    pub fn of(&self, rule: &str, when: &str) -> Vec<Clock> {
        self.clocks(when).into_iter().filter(|clock| clock.rule == rule).collect()
    }

    /// The only clock of a rule.
    pub fn only(&self, rule: &str, when: &str) -> Clock {
        let mut found = self.of(rule, when);
        assert_eq!(found.len(), 1, "{rule}: {found:#?}");
        found.remove(0)
    }
}

pub fn pin(event: &str, day: &str) -> Pin {
    Pin {
        event: event.into(),
        date: day.parse().expect("a day"),
        time: None,
        note: "Visto por la mesa judicial".into(),
        by: None,
        person: None,
        remove: false,
    }
}

pub fn day(text: &str) -> Option<Date> {
    Some(text.parse().expect("a day"))
}

pub fn person(clock: &Clock) -> &str {
    match &clock.subject {
        Subject::Person(name) => name.as_deref().unwrap_or_default(),
        _ => "",
    }
}

/// An entry by which a decision was announced orally.
pub const ORAL: (&str, &str) = ("RAZON (RAZON)", "Siento por tal que el Tribunal anunció su decisión de forma oral.");
/// A written sentence.
pub const WRITTEN: (&str, &str) = ("SENTENCIA (RESOLUCION)", "");
