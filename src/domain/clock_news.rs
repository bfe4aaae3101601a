//! What an event tells of a time limit: the rule, when it began, when it ends or ended, and what ended it.
//!
//! Made by `daemon::limits` from a [`Clock`], carried in the [`field`](Event::field) of the event so that it is stored as it was told,
//! whatever the rules say later; read back by `message` and `wire`. It says what the record shows, and not that nobody did anything.

use jiff::civil::Date;

use super::clocks::{Clock, Confidence, State, Subject};
use super::event::{Event, EventKind, FieldChange};
use super::id::Id;
use super::names::is_within;
use super::redact::{Words, plain};

/// The beginning of the [`FieldChange::field`] of such an event; rule and version follow.
pub const CLOCK: &str = "clock.";

/// News of a time limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockNews {
    /// The clock: the same for the same rule, subject and start.
    pub id: Id,
    /// The id of the rule.
    pub rule: String,
    /// Its version.
    pub version: u32,
    /// What it limits.
    pub title: Words,
    /// The provision.
    pub basis: String,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// Whom it concerns, where it counts for a person; masked before it is shown.
    pub person: Option<String>,
    /// What it was doing.
    pub state: State,
    /// When it began.
    pub start: Date,
    /// The last day; `None` while it stands still.
    pub due: Option<Date>,
    /// The last day by the second reading of the law.
    pub due_alt: Option<Date>,
    /// When what ends it was observed.
    pub stop: Option<Date>,
    /// Days since the start, to what ends it where that was observed.
    pub elapsed: i64,
    /// Days after the last day, by the first reading of the law.
    pub late: Option<i64>,
    /// Days after it by the second, where that is another number.
    pub late_alt: Option<i64>,
}

impl ClockNews {
    /// What a clock tells; `None` of one that did not begin.
    pub fn of_clock(clock: &Clock) -> Option<Self> {
        let person = match &clock.subject {
            Subject::Person(name) => name.clone(),
            _ => None,
        };
        Some(Self {
            id: clock.id,
            rule: clock.rule.clone(),
            version: clock.version,
            title: clock.title.clone(),
            basis: clock.basis.clone(),
            confidence: clock.confidence,
            person,
            state: clock.state,
            start: clock.start?,
            due: clock.due,
            due_alt: clock.due_alt.filter(|alt| Some(*alt) != clock.due),
            stop: clock.stop,
            elapsed: clock.stop.filter(|_| clock.state.is_met()).and_then(|stop| days(clock.start?, stop)).or(clock.elapsed)?,
            late: clock.late,
            late_alt: clock.late_alt.filter(|alt| Some(*alt) != clock.late),
        })
    }

    /// Whether it was told of this clock when less of the person's name was known: the same rule and start, and a name of which all words stand
    /// in that of now. It was not when anybody else whom the record names has it too; `names` are all of them.
    pub fn is_of_shorter_name(&self, clock: &Clock, names: &[&str]) -> bool {
        let (Some(before), Subject::Person(Some(now))) = (&self.person, &clock.subject) else { return false };
        let is_same_time = self.rule == clock.rule && Some(self.start) == clock.start;
        let is_another = |name: &&str| is_within(before, name) && !(is_within(name, now) && is_within(now, name));
        self.id != clock.id && is_same_time && is_within(before, now) && !names.iter().any(is_another)
    }

    /// The form in which the event carries it: the person in `before`, lines of names and values in `after`.
    pub fn field(&self) -> FieldChange {
        let day = |day: Option<Date>| day.map(|day| day.to_string());
        let lines = [
            ("id", Some(self.id.to_string())),
            ("es", Some(plain(&self.title.es))),
            ("en", Some(plain(&self.title.en))),
            ("basis", Some(plain(&self.basis))),
            ("confidence", Some(self.confidence.name().to_owned())),
            ("state", Some(self.state.name().to_owned())),
            ("start", Some(self.start.to_string())),
            ("due", day(self.due)),
            ("due_alt", day(self.due_alt)),
            ("stop", day(self.stop)),
            ("elapsed", Some(self.elapsed.to_string())),
            ("late", self.late.map(|late| late.to_string())),
            ("late_alt", self.late_alt.map(|late| late.to_string())),
        ];
        let lines: Vec<String> = lines.into_iter().filter_map(|(name, value)| Some(format!("{name}: {}", value?))).collect();
        FieldChange { field: format!("{CLOCK}{}.{}", self.rule, self.version), before: self.person.clone(), after: Some(lines.join("\n")) }
    }

    /// What an event says of it; `None` of any other event.
    pub fn of(event: &Event) -> Option<Self> {
        let field = event.field.as_ref().filter(|_| is_of_clocks(event.kind))?;
        let (rule, version) = field.field.strip_prefix(CLOCK)?.rsplit_once('.')?;
        let lines = field.after.as_deref()?;
        let value = |name: &str| lines.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let day = |name: &str| value(name)?.parse::<Date>().ok();
        let named = |name: &str| Confidence::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, confidence)| confidence);
        let state = |name: &str| State::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, state)| state);
        Some(Self {
            id: Id::parse(value("id")?)?,
            rule: rule.to_owned(),
            version: version.parse().ok()?,
            title: Words { es: value("es")?.to_owned(), en: value("en")?.to_owned() },
            basis: value("basis")?.to_owned(),
            confidence: named(value("confidence")?)?,
            person: field.before.clone(),
            state: state(value("state")?)?,
            start: day("start")?,
            due: day("due"),
            due_alt: day("due_alt"),
            stop: day("stop"),
            elapsed: value("elapsed")?.parse().ok()?,
            late: value("late").and_then(|late| late.parse().ok()),
            late_alt: value("late_alt").and_then(|late| late.parse().ok()),
        })
    }
}

fn days(from: Date, to: Date) -> Option<i64> {
    from.until(to).ok().map(|span| span.get_days().into())
}

/// Whether an event of this kind tells of a time limit.
pub fn is_of_clocks(kind: EventKind) -> bool {
    matches!(kind, EventKind::ClockWarning | EventKind::ClockBreach | EventKind::ClockMet)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample;

    #[test]
    fn news_of_a_clock_survives_its_event() {
        let told = ClockNews::of(&sample::late_ruling()).expect("told");
        let full = ClockNews {
            person: Some("PERSONA FICTICIA UNO".into()),
            due_alt: Some(jiff::civil::date(2024, 12, 9)),
            basis: "COIP art. 621: a\nb".into(),
            late_alt: Some(6),
            ..told.clone()
        };
        for news in [told, full.clone()] {
            let event = Event { field: Some(news.field()), ..sample::late_ruling() };
            assert_eq!(ClockNews::of(&event), Some(ClockNews { basis: plain(&news.basis), ..news }));
        }
        let other = Event { field: Some(full.field()), ..sample::party() };
        assert_eq!(ClockNews::of(&other), None, "an event of another kind");
    }
}
