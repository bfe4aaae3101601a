//! A procedural clock of a case as it stands at one moment: what it counts, its state, and what it rests on.
//!
//! Made by `delay::clocks` from a docket, the rules of its jurisdiction and what the operator said; shown by `veedor clocks`, published
//! by `wire::clocks`. It decides nothing: which rule applies and what a state is, is the engine's work.

use jiff::Timestamp;
use jiff::civil::{Date, Time};

use super::docket::EntryKey;
use super::event::Severity;
use super::id::Id;
use super::redact::Words;

/// For what a rule counts: one clock for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Unit {
    /// The case as a whole.
    Case,
    /// Each person against whom it runs.
    Person,
    /// Each hearing, with all the days that were set for it.
    Hearing,
    /// Each petition of a party.
    Petition,
}

impl Unit {
    /// Names and units, as files and JSON write them.
    pub const ALL: [(&str, Self); 4] =
        [("case", Self::Case), ("person", Self::Person), ("hearing", Self::Hearing), ("petition", Self::Petition)];

    /// The stable name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, unit)| *unit == self).map_or("case", |(name, _)| name)
    }
}

/// How sure it is that the rule says what the law says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Confidence {
    /// From general knowledge: it is reported and never alerts.
    Low,
    /// One secondary source.
    Medium,
    /// Two independent sources, or the text of the law.
    High,
}

impl Confidence {
    /// Names and degrees.
    pub const ALL: [(&str, Self); 3] = [("low", Self::Low), ("medium", Self::Medium), ("high", Self::High)];

    /// The stable name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, confidence)| *confidence == self).map_or("low", |(name, _)| name)
    }
}

/// What a clock is doing. Nothing in it says that somebody did not do something: what no entry shows is not observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum State {
    /// What the rule needs to know of the case is otherwise, or is not known.
    NotApplicable,
    /// The rule applies, and nothing shows that its time began.
    NotStarted,
    /// The time began, and no entry shows when. It is never assumed.
    UnknownStart,
    /// The time runs.
    Running,
    /// The time runs and is nearly over.
    Warning,
    /// An event stopped the time for a while.
    Suspended,
    /// Over by one reading of the law and not by the other.
    PossibleBreach,
    /// Over by every reading, and what would have ended it is not observed.
    Breach,
    /// What ends it was observed in time, by one reading at least.
    Met,
    /// What ends it was observed after the time, by every reading.
    MetLate,
}

impl State {
    /// Every state, in the order in which a report lists them.
    pub const ALL: [(&str, Self); 10] = [
        ("breach", Self::Breach),
        ("possible_breach", Self::PossibleBreach),
        ("warning", Self::Warning),
        ("running", Self::Running),
        ("suspended", Self::Suspended),
        ("unknown_start", Self::UnknownStart),
        ("met_late", Self::MetLate),
        ("met", Self::Met),
        ("not_started", Self::NotStarted),
        ("not_applicable", Self::NotApplicable),
    ];

    /// The stable name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, state)| *state == self).map_or("not_applicable", |(name, _)| name)
    }

    /// Whether its time began and what ends it was not observed.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Running | Self::Warning | Self::Suspended | Self::PossibleBreach | Self::Breach)
    }

    /// Whether what ends it was observed.
    pub fn is_met(self) -> bool {
        matches!(self, Self::Met | Self::MetLate)
    }
}

/// Whether "it is not observed" can be said at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// The case was read late enough for the state to be told.
    Observed,
    /// The case was last read before the moment of which the state speaks, or never: what the court entered since is not known. The
    /// clock goes on, and nothing may be claimed of it.
    Blind {
        /// When it was last read; `None` when never.
        since: Option<Timestamp>,
    },
}

/// For whom or what a clock runs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// The case.
    Case,
    /// A person, named as the source writes it. `None` where the docket names nobody against whom the case runs.
    Person(Option<String>),
    /// A hearing: its kind by its stable name, and the entry that first set it.
    Hearing {
        /// The kind, where it is known.
        kind: Option<String>,
        /// The entry.
        set_by: Option<EntryKey>,
    },
    /// A petition, by its entry.
    Petition(EntryKey),
}

/// The part that an event has in a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// It begins the time.
    Start,
    /// It ends it.
    Stop,
    /// It stops it for a while.
    Suspend,
    /// It lets it go on.
    Resume,
    /// It makes it longer.
    Extend,
}

impl Part {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Stop => "stop",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Extend => "extend",
        }
    }
}

/// How an event is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum How {
    /// By the title or class of an entry.
    Title,
    /// By the text of an entry.
    Text,
    /// By what became of a day that was set for a hearing.
    Hearing,
    /// By a field above the list.
    Heading,
    /// The operator says so.
    Operator,
}

impl How {
    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Text => "text",
            Self::Hearing => "hearing",
            Self::Heading => "heading",
            Self::Operator => "operator",
        }
    }
}

/// What an operator says of an event: that it happened, or that one which the docket seems to show did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// The event, by its name in the rules.
    pub event: String,
    /// The day, in the court's zone.
    pub date: Date,
    /// The time of day, where it matters.
    pub time: Option<Time>,
    /// How the operator knows; always shown.
    pub note: String,
    /// Who said so.
    pub by: Option<String>,
    /// Whom it concerns; everybody when absent.
    pub person: Option<String>,
    /// Whether it says that the event of that day did not happen.
    pub remove: bool,
}

/// An event that a clock rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rest {
    /// The part that it has.
    pub part: Part,
    /// The event, by its name in the rules.
    pub event: String,
    /// The day, in the court's zone.
    pub date: Date,
    /// The instant, where day and hour are known.
    pub at: Option<Timestamp>,
    /// The entry; `None` where the heading or the operator says so.
    pub entry: Option<EntryKey>,
    /// How it is known.
    pub how: How,
}

/// A moment at which something of a clock may be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Milestone {
    /// The same for the same rule, subject, start and offset, however often the case is read.
    pub id: Id,
    /// The offset as the rule writes it: `-7d`, `0d`, `+30d`.
    pub offset: String,
    /// When it is reached.
    pub at: Timestamp,
    /// Whether it lies after the end of the time by every reading; else it is a warning.
    pub is_breach: bool,
}

/// A clock of a case at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Clock {
    /// The same for the same rule, in whichever version, subject and start.
    pub id: Id,
    /// The id of the rule.
    pub rule: String,
    /// Its version.
    pub version: u32,
    /// What it limits.
    pub title: Words,
    /// For what it counts.
    pub unit: Unit,
    /// For whom or what.
    pub subject: Subject,
    /// What it is doing.
    pub state: State,
    /// Whether that may be claimed.
    pub claim: Claim,
    /// The day on which the time began.
    pub start: Option<Date>,
    /// The day on which what ends it was observed; the first, where the readings of the law take different ones.
    pub stop: Option<Date>,
    /// The last day by the first reading; `None` while it is suspended without a known end.
    pub due: Option<Date>,
    /// The instant, of a clock in hours whose start has an hour.
    pub due_at: Option<Timestamp>,
    /// The last day by the second reading, where there is one.
    pub due_alt: Option<Date>,
    /// Days since the start, to the stop or to now.
    pub elapsed: Option<i64>,
    /// Business days since the start.
    pub elapsed_business: Option<i64>,
    /// Of `elapsed`, the days on which the time did not run because an event had suspended it.
    pub suspended_days: i64,
    /// Days after the last day, by the first reading; `None` when it is not over.
    pub late: Option<i64>,
    /// Days after the last day, by the second reading.
    pub late_alt: Option<i64>,
    /// From which day to which an event had stopped the time; an open one has no end.
    pub suspensions: Vec<(Date, Option<Date>)>,
    /// By how many units events made it longer.
    pub extended: u32,
    /// The events that it rests on, in the order of their days.
    pub rests: Vec<Rest>,
    /// What the operator said of events of this rule.
    pub pins: Vec<Pin>,
    /// What it would need to know and the watch list does not say, of one that is not applicable.
    pub lacking: Vec<String>,
    /// What is doubtful, by stable names: `whom`, `by_day`, `stop_day`, `calendar`. With `whom` nothing of it is told.
    pub doubts: Vec<&'static str>,
    /// When something of it may be told.
    pub milestones: Vec<Milestone>,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// How loud a breach of it is.
    pub severity: Severity,
    /// The provision.
    pub basis: String,
    /// Where the rule was read.
    pub sources: Vec<String>,
    /// What a lawyer should look at.
    pub verify: Words,
    /// The rule's own sentence, of a clock that is open.
    pub message: Option<Words>,
    /// The calendar by which days were counted.
    pub calendar: String,
}

/// The doubt whom an event concerns.
pub const WHOM: &str = "whom";
/// The doubt of a clock in hours of which an hour is not known: it is judged by the day.
pub const BY_DAY: &str = "by_day";
/// The doubt on which day it ended: an entry shows only that it had by then.
pub const STOP_DAY: &str = "stop_day";
/// The doubt of a clock whose days are not sure: business days of a year of which the calendar knows the law and no decree, or a
/// holiday, recess or suspension of low confidence.
pub const BY_RULE: &str = "calendar";

impl Clock {
    /// Whether anybody may be told of it unasked: the rule is sure enough, the case was read late enough, and it is clear whom it
    /// concerns. What is over by one reading alone is reported and not told.
    pub fn is_alertable(&self) -> bool {
        let is_loud = matches!(self.state, State::Warning | State::Breach);
        is_loud && self.confidence > Confidence::Low && self.claim == Claim::Observed && !self.doubts.contains(&WHOM)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_its_own() {
        let mut names: Vec<&str> = State::ALL.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), State::ALL.len());
        for (name, state) in State::ALL {
            assert_eq!(state.name(), name);
            assert!(!(state.is_open() && state.is_met()));
        }
        assert!(Unit::ALL.iter().all(|(name, unit)| unit.name() == *name));
        assert!(Confidence::ALL.iter().all(|(name, degree)| degree.name() == *name));
    }
}
