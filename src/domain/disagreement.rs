//! What two linked sources say differently of one matter.
//!
//! Found by `meaning::disagreement`, carried by the event `record.disagreement`, from which `message` and `wire` read it back. It says
//! what each source shows and not which of them is right.

use super::event::{Event, EventKind, FieldChange};

/// What they say differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Point {
    /// The day or hour of a hearing.
    Day,
    /// What became of a hearing.
    Outcome,
    /// Who the judge is.
    Judge,
}

impl Point {
    /// Every point.
    pub const ALL: [Self; 3] = [Self::Day, Self::Outcome, Self::Judge];

    /// The stable name used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Outcome => "outcome",
            Self::Judge => "judge",
        }
    }
}

/// The beginning of the [`FieldChange::field`] of such an event; the name of the point follows.
const FIELD: &str = "disagreement.";

/// A disagreement that an event tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// What is said differently.
    pub point: Point,
    /// What the case of the event shows: `2026-03-10 09:00`, the stable name of an outcome, or a name.
    pub here: String,
    /// What the other case shows.
    pub there: String,
    /// The source and number of the other case, as people write it.
    pub other: String,
}

impl Disagreement {
    /// The form in which the event carries it: what is said here, and `ec-fiscalia 170101824010001: ` with what is said there.
    pub fn field(&self) -> FieldChange {
        let after = format!("{}: {}", self.other, self.there);
        FieldChange { field: format!("{FIELD}{}", self.point.name()), before: Some(self.here.clone()), after: Some(after) }
    }

    /// What an event says of it; `None` of any other event.
    pub fn of(event: &Event) -> Option<Self> {
        let field = event.field.as_ref().filter(|_| event.kind == EventKind::RecordDisagreement)?;
        let name = field.field.strip_prefix(FIELD)?;
        let point = Point::ALL.into_iter().find(|point| point.name() == name)?;
        let (other, there) = field.after.as_deref()?.split_once(": ")?;
        Some(Self { point, here: field.before.clone()?, there: there.to_owned(), other: other.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample;

    #[test]
    fn a_disagreement_survives_its_event() {
        for point in Point::ALL {
            let told = Disagreement { point, here: "A: B".into(), there: "C: D".into(), other: "us-a nysd 1:18-cv-08434".into() };
            let event = Event { field: Some(told.field()), ..sample::bare(EventKind::RecordDisagreement) };
            assert_eq!(Disagreement::of(&event), Some(told));
        }
        assert_eq!(Disagreement::of(&sample::party()), None);
    }
}
