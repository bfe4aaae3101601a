//! Which days count: weekends, holidays and how the law moves them, recess, suspensions, for a court and a matter.
//!
//! A [`Calendar`] is data: `jurisdictions/<id>/calendar.toml`, compiled in, with an operator's own file on top. `meaning` asks it for
//! business days, and whatever counts the time limits of a procedure asks it for the days that run. It knows no time limit, no case and
//! no hour: hours of work stand in the lexicons, and a limit in hours is elapsed time.
//!
//! Two questions are kept apart. A *término* counts business days only; a *plazo* counts every day, but recess and suspension stop it
//! too where the law says so ([`Count`]). What is not known of a case never stops its time: see [`reach`].

#[cfg(test)]
mod content;
mod counting;
#[cfg(test)]
mod judged;
#[cfg(test)]
mod laws;
mod place;
pub mod reach;
mod read;
mod row;
mod rule;
mod stretch;
mod table;
#[cfg(test)]
mod vectors;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, OnceLock};

use jiff::civil::Date;

use crate::diag::Problem;
use place::Places;
use reach::Reach;
pub use reach::Scope;
use row::Shifts;
use rule::{Rule, Years};
use stretch::{Kind, Stretch};
use table::Tables;

/// Id, name of the file, text.
type Shipped = (&'static str, &'static str, &'static str);

// `build.rs` lists the files under `jurisdictions/`.
const CALENDARS: &[Shipped] = include!(concat!(env!("OUT_DIR"), "/calendars.rs"));

/// The compiled calendar of one jurisdiction.
#[derive(Debug, Clone)]
pub struct Calendar {
    data: Arc<Data>,
    /// What was worked out so far; every clone uses the same.
    tables: Arc<Mutex<Tables>>,
}

/// How a time limit counts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Count {
    /// Every day (*plazo*), but for recess and suspension where they stop it.
    Plazo,
    /// Business days only (*término*).
    Termino,
}

/// Why a day does not count, or that it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Day {
    /// It counts. Of a [`Count::Plazo`] so does a Sunday.
    Business,
    /// A day of the weekend.
    Weekend,
    /// A holiday, by law or by the decree of a year.
    Holiday(Arc<Cause>),
    /// The recess of these courts.
    Recess(Arc<Cause>),
    /// An extraordinary suspension.
    Suspended(Arc<Cause>),
}

/// Why a day does not count, in words, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    /// Its id in the file.
    pub id: String,
    /// Its name in Spanish.
    pub es: String,
    /// Its name in English.
    pub en: String,
    /// The law, the decree or the report that says so.
    pub source: String,
    /// How sure we are.
    pub confidence: Confidence,
}

/// How sure a rule is. Low: it may tell a person something, but nothing should be claimed on it alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Inferred, or sources disagree.
    Low,
    /// One good source.
    Medium,
    /// The text of the law, or several sources.
    High,
}

/// What is known of the days of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cover {
    /// They were compared with what was published for that year, decrees among them.
    Published,
    /// They follow from the law; decrees may have changed them.
    Computed,
    /// The law of that time is not in the calendar: only weekends are sure.
    Outside,
}

/// What a file says.
#[derive(Debug, Clone)]
struct Data {
    id: String,
    version: String,
    /// Name of the time zone, empty when unknown.
    zone: String,
    /// From Monday.
    weekend: [bool; 7],
    published: Option<Years>,
    valid: Option<Years>,
    places: Places,
    /// Kept for an operator's holidays, which move as those of the country.
    shifts: Shifts,
    holidays: Vec<Holiday>,
    decrees: Vec<Decree>,
    stretches: Vec<Stretch>,
    /// First bytes of the SHA-256 of all texts that it was read from.
    digest: String,
}

#[derive(Debug, Clone)]
struct Holiday {
    cause: Arc<Cause>,
    rule: Rule,
    reach: Reach,
}

/// Days that were given or taken for once.
#[derive(Debug, Clone)]
struct Decree {
    cause: Arc<Cause>,
    off: Vec<Date>,
    work: Vec<Date>,
    reach: Reach,
}

impl Data {
    fn weekends_only() -> Self {
        Self {
            id: String::new(),
            version: String::new(),
            zone: String::new(),
            weekend: [false, false, false, false, false, true, true],
            published: None,
            valid: None,
            places: Places::default(),
            shifts: Shifts::new(),
            holidays: Vec::new(),
            decrees: Vec::new(),
            stretches: Vec::new(),
            digest: String::new(),
        }
    }
}

impl Default for Calendar {
    /// Weekends only, of no jurisdiction.
    fn default() -> Self {
        Self::of(Data::weekends_only())
    }
}

impl Calendar {
    /// The shipped calendar of a jurisdiction such as `ec`, compiled once. An unknown one has weekends only, and no id.
    pub fn shipped(jurisdiction: &str) -> Arc<Self> {
        static COMPILED: OnceLock<HashMap<&'static str, Arc<Calendar>>> = OnceLock::new();
        static UNKNOWN: OnceLock<Arc<Calendar>> = OnceLock::new();
        // A test compiles every shipped file; one that did not compile would be as if it were not there.
        let compile = |(id, file, text): &Shipped| Some((*id, Arc::new(Self::read(file, text).ok()?)));
        let compiled = COMPILED.get_or_init(|| CALENDARS.iter().filter_map(compile).collect());
        compiled.get(jurisdiction).unwrap_or_else(|| UNKNOWN.get_or_init(Arc::default)).clone()
    }

    /// The jurisdictions that have a calendar.
    pub fn jurisdictions() -> Vec<&'static str> {
        CALENDARS.iter().map(|(id, ..)| *id).collect()
    }

    /// Reads a calendar; `name` is the file as the user knows it. Every mistake comes out at once.
    pub fn read(name: &str, text: &str) -> Result<Self, Vec<Problem>> {
        read::file(name, text, None).map(Self::of)
    }

    /// This calendar with an operator's file on top: rows are added, a row with a known id takes the place of that one, and `drop` names
    /// rows that do not hold.
    pub fn with(&self, overlay: &str, name: &str) -> Result<Self, Vec<Problem>> {
        read::file(name, overlay, Some(&self.data)).map(Self::of)
    }

    /// By the law alone: without the decrees and suspensions of single years. A report that says "59 business days by law" counts so;
    /// for what was due on a day use the calendar as it is.
    pub fn by_rule(&self) -> Self {
        let mut data = Data::clone(&self.data);
        data.decrees.clear();
        data.stretches.retain(|stretch| stretch.kind == Kind::Recess);
        data.version.push_str(" by rule");
        Self::of(data)
    }

    fn of(data: Data) -> Self {
        Self { data: Arc::new(data), tables: Arc::default() }
    }

    /// The jurisdiction; empty for the calendar of one that is not known.
    pub fn id(&self) -> &str {
        &self.data.id
    }

    /// What a report names, such as `ec 2026-11-26 #5f3a09c1`: the jurisdiction, when the file was last reviewed, and the digest of its
    /// text, so that a result can be worked out again.
    pub fn version(&self) -> String {
        let Data { id, version, digest, .. } = &*self.data;
        if id.is_empty() { "weekends only".to_owned() } else { format!("{id} {version} #{digest}") }
    }

    /// What is known of the days of this day's year.
    pub fn covers(&self, date: Date) -> Cover {
        let within = |years: Option<Years>| years.is_some_and(|years| years.contains(date.year()));
        if within(self.data.published) {
            Cover::Published
        } else if within(self.data.valid) {
            Cover::Computed
        } else {
            Cover::Outside
        }
    }

    /// The region of a court by its code (in Ecuador the first two digits are the province) or by the name of its place.
    pub fn region_of(&self, place_or_court_code: &str) -> Option<&str> {
        self.data.places.region_of(place_or_court_code)
    }

    /// The name of the time zone of a place or a court code; that of the jurisdiction where the place has none of its own. `None` when
    /// the calendar knows none.
    pub fn zone_of(&self, place_or_court_code: &str) -> Option<&str> {
        let own = self.data.places.zone_of(place_or_court_code);
        own.or_else(|| Some(self.data.zone.as_str()).filter(|zone| !zone.is_empty()))
    }
}

impl fmt::Display for Day {
    /// In English, for logs and tests; what readers see is worded in `message`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Business => f.write_str("counts"),
            Self::Weekend => f.write_str("weekend"),
            Self::Holiday(cause) => write!(f, "holiday: {}", cause.en),
            Self::Recess(cause) => write!(f, "recess: {}", cause.en),
            Self::Suspended(cause) => write!(f, "suspended: {}", cause.en),
        }
    }
}
