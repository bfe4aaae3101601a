//! What an event to whoever runs veedor says: a condition of a source, channel or disk, or the sign of life.
//!
//! Made by `daemon::conditions`, carried in the [`field`](Event::field) of the event so that it is stored like any other, read back
//! by `message` and `wire`. Such an event belongs to no case: [`place`] gives the name under which the store numbers it.

use jiff::Timestamp;

use super::case::CaseRef;
use super::condition::{Class, Topic, id_of};
use super::event::{Event, EventKind, FieldChange};
use super::redact::plain;

/// What is told about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A source, by its id.
    Source(String),
    /// A channel, by its id.
    Channel(String),
    /// The disk of the store.
    Store,
    /// veedor itself.
    Veedor,
}

/// What numbers say in a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Number {
    /// Failed visits.
    Visits,
    /// Cases concerned.
    Cases,
    /// Cases watched.
    Watched,
    /// Cases watched without news for long.
    Dormant,
    /// Failed attempts.
    Attempts,
    /// Messages that wait.
    Waiting,
    /// Messages that were given up.
    GivenUp,
    /// Free on the disk, in MiB.
    FreeMib,
    /// What should be free, in MiB.
    LeastMib,
}

impl Number {
    const ALL: [Self; 9] = [
        Self::Visits,
        Self::Cases,
        Self::Watched,
        Self::Dormant,
        Self::Attempts,
        Self::Waiting,
        Self::GivenUp,
        Self::FreeMib,
        Self::LeastMib,
    ];

    /// The stable name used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Visits => "visits",
            Self::Cases => "cases",
            Self::Watched => "watched",
            Self::Dormant => "dormant",
            Self::Attempts => "attempts",
            Self::Waiting => "waiting",
            Self::GivenUp => "given_up",
            Self::FreeMib => "free_mib",
            Self::LeastMib => "least_mib",
        }
    }
}

/// How a source is, in a sign of life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceLine {
    /// Its id.
    pub source: String,
    /// Its watched cases.
    pub cases: u64,
    /// When one of them was last read.
    pub read: Option<Timestamp>,
}

/// Something that is not as it should be, in a sign of life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The condition.
    pub class: Class,
    /// What it is about.
    pub subject: Subject,
    /// Since when.
    pub since: Timestamp,
}

/// What is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The condition that is on or ended; `None` in a sign of life.
    pub class: Option<Class>,
    /// What it is about.
    pub subject: Subject,
    /// Since when; of a sign of life, the time it is due.
    pub since: Timestamp,
    /// The number of this telling, from 1.
    pub telling: u32,
    /// What was counted, each once.
    pub numbers: Vec<(Number, u64)>,
    /// Why, in a sentence without addresses and names.
    pub why: Option<String>,
    /// The sources of a sign of life, or the one that cannot be read with its last time.
    pub sources: Vec<SourceLine>,
    /// What is in trouble, in a sign of life.
    pub troubles: Vec<Trouble>,
}

/// The [`FieldChange::field`] that carries a report.
const REPORT: &str = "report";

/// The source of what veedor tells of itself. No recipe has this id.
pub const OURS: &str = "veedor";

/// The name under which the store numbers what is told of a subject. It is the case of no court.
pub fn place(subject: &Subject) -> CaseRef {
    let number = match subject {
        Subject::Source(id) => format!("source {id}"),
        Subject::Channel(id) => format!("channel {id}"),
        Subject::Store => "store".to_owned(),
        Subject::Veedor => "heartbeat".to_owned(),
    };
    CaseRef { source: OURS.to_owned(), number }
}

/// Whether this names no case of a court.
pub fn is_ours(case: &CaseRef) -> bool {
    case.source == OURS
}

impl Subject {
    /// What it is, as JSON and stored reports name it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Source(_) => "source",
            Self::Channel(_) => "channel",
            Self::Store => "store",
            Self::Veedor => "veedor",
        }
    }

    /// Its id; empty where there is only one.
    pub fn id(&self) -> &str {
        match self {
            Self::Source(id) | Self::Channel(id) => id,
            Self::Store | Self::Veedor => "",
        }
    }

    /// Reads [`name`](Self::name) and [`id`](Self::id) back.
    pub fn parse(name: &str, id: &str) -> Option<Self> {
        Some(match name {
            "source" => Self::Source(id.to_owned()),
            "channel" => Self::Channel(id.to_owned()),
            "store" => Self::Store,
            "veedor" => Self::Veedor,
            _ => return None,
        })
    }
}

impl Report {
    /// A report without numbers.
    pub fn new(class: Option<Class>, subject: Subject, since: Timestamp, telling: u32) -> Self {
        Self { class, subject, since, telling, numbers: Vec::new(), why: None, sources: Vec::new(), troubles: Vec::new() }
    }

    /// A number, where it was counted.
    pub fn number(&self, wanted: Number) -> Option<u64> {
        self.numbers.iter().find(|(number, _)| *number == wanted).map(|(_, count)| *count)
    }

    /// The event that tells it. Its id is that of the facts, and it is the first of a case that is none.
    pub fn event(&self, topic: Topic, kind: EventKind, now: Timestamp) -> Event {
        Event {
            id: id_of(topic, self.subject.id(), self.since, self.telling, kind),
            kind,
            severity: kind.severity(),
            case: place(&self.subject),
            seq: 0,
            version: 0,
            entry: None,
            hearing: None,
            field: Some(self.field()),
            seen_at: now,
            page_sha256: [0; 32],
        }
    }

    /// The form in which the event carries it: a line each, with tabs between.
    fn field(&self) -> FieldChange {
        let line = |parts: &[&str]| parts.iter().map(|part| plain(part)).collect::<Vec<_>>().join("\t");
        let mut lines = vec![
            line(&["subject", self.subject.name(), self.subject.id()]),
            line(&["since", &self.since.to_string()]),
            line(&["telling", &self.telling.to_string()]),
        ];
        lines.extend(self.class.map(|class| line(&["class", class.name()])));
        lines.extend(self.numbers.iter().map(|(number, count)| line(&[number.name(), &count.to_string()])));
        let read = |at: &Option<Timestamp>| at.map_or_else(|| "-".to_owned(), |at| at.to_string());
        lines.extend(self.sources.iter().map(|of| line(&["read", &of.source, &of.cases.to_string(), &read(&of.read)])));
        let trouble = |of: &Trouble| line(&["trouble", of.class.name(), of.subject.name(), of.subject.id(), &of.since.to_string()]);
        lines.extend(self.troubles.iter().map(trouble));
        FieldChange { field: REPORT.to_owned(), before: self.why.as_deref().map(plain), after: Some(lines.join("\n")) }
    }

    /// What an event says of it; `None` of an event that carries none.
    pub fn of(event: &Event) -> Option<Self> {
        let field = event.field.as_ref().filter(|field| field.field == REPORT)?;
        let mut report = Self::new(None, Subject::Veedor, event.seen_at, 1);
        report.why = field.before.clone();
        for line in field.after.as_deref()?.lines() {
            match line.split('\t').collect::<Vec<_>>()[..] {
                ["subject", name, id] => report.subject = Subject::parse(name, id)?,
                ["since", at] => report.since = at.parse().ok()?,
                ["telling", n] => report.telling = n.parse().ok()?,
                ["class", name] => report.class = Class::parse(name),
                ["read", source, cases, read] => {
                    report.sources.push(SourceLine { source: source.to_owned(), cases: cases.parse().ok()?, read: read.parse().ok() })
                }
                ["trouble", class, name, id, at] => report.troubles.push(Trouble {
                    class: Class::parse(class)?,
                    subject: Subject::parse(name, id)?,
                    since: at.parse().ok()?,
                }),
                [name, count] => {
                    // A number of a later version is passed over.
                    let number = Number::ALL.into_iter().find(|number| number.name() == name);
                    report.numbers.extend(number.zip(count.parse().ok()));
                }
                _ => {}
            }
        }
        Some(report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample;

    #[test]
    fn a_report_reads_back_from_its_event_whatever_stands_in_it() {
        for report in [sample::blocked(), sample::heartbeat()] {
            let event = report.event(Topic::Source, EventKind::SourceBlocked, sample::seen_at());
            assert_eq!(Report::of(&event), Some(report.clone()));
            assert!(is_ours(&event.case));
            let evil = Report { why: Some("a\tb\nsince\t1\r\n".into()), subject: Subject::Channel("x\ty\nz".into()), ..report };
            let read = Report::of(&evil.event(Topic::Channel, EventKind::ChannelFailing, sample::seen_at())).expect("reads");
            assert_eq!((read.since, read.subject.name()), (evil.since, "channel"));
        }
        assert_eq!(Report::of(&sample::drift()), None);
    }

    #[test]
    fn subjects_have_places_of_their_own() {
        let places = [Subject::Source("a".into()), Subject::Channel("a".into()), Subject::Store, Subject::Veedor].map(|of| place(&of));
        let distinct: std::collections::BTreeSet<&str> = places.iter().map(|place| place.number.as_str()).collect();
        assert_eq!(distinct.len(), 4);
    }
}
