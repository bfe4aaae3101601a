//! A link to another case, as the record shows it: which case, and how the two belong together.
//!
//! Found by `meaning` in the words of the court, with the numbers that `config` understands; carried by the event `case.linked`,
//! from which `message` and `wire` read it back. Nothing is asked of a case that is only linked.

use super::case::CaseRef;
use super::event::{Event, EventKind, FieldChange};

/// The [`FieldChange::field`] of an event that tells a link.
pub const LINK: &str = "link";

/// How two cases belong together, in the words of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Relation {
    /// One goes on within the other: joined, consolidated.
    Accumulated,
    /// The same matter at another instance: where it comes from, or where a remedy is.
    Instance,
    /// The main case of an incident, or an incident of it.
    Incident,
    /// The number that the prosecutor has for it.
    Prosecution,
    /// Connected in some other way that the record names.
    Related,
}

impl Relation {
    /// Every relation.
    pub const ALL: [Self; 5] = [Self::Accumulated, Self::Instance, Self::Incident, Self::Prosecution, Self::Related];

    /// The stable name used in JSON and in lexicons.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accumulated => "accumulated",
            Self::Instance => "instance",
            Self::Incident => "incident",
            Self::Prosecution => "prosecution",
            Self::Related => "related",
        }
    }

    /// Reads [`name`](Self::name) back.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|relation| relation.name() == name)
    }
}

/// A text that was understood as a case number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// The number of the very case, in whatever spelling.
    Own,
    /// That of another case.
    Other(OtherCase),
}

/// Another case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OtherCase {
    /// Where it is.
    pub case: CaseRef,
    /// Its number as people write it.
    pub number: String,
    /// Whether it is on the watch list.
    pub watched: bool,
}

/// What a text names, if it is a case number: given by whoever knows the sources.
pub type Naming<'n> = &'n dyn Fn(&str) -> Option<Named>;

/// A link that an event tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// How the cases belong together.
    pub relation: Relation,
    /// The source of the other case.
    pub source: String,
    /// Its number as people write it.
    pub number: String,
    /// Whether it was on the watch list when this was told.
    pub watched: bool,
}

const WATCHED: &str = "watched";
const UNWATCHED: &str = "unwatched";

impl Link {
    /// The link to a case.
    pub fn new(relation: Relation, other: &OtherCase) -> Self {
        Self { relation, source: other.case.source.clone(), number: other.number.clone(), watched: other.watched }
    }

    /// The form in which the event carries it: the relation, and `ec-esatje 17721-2024-00011G unwatched`.
    pub fn field(&self) -> FieldChange {
        let watched = if self.watched { WATCHED } else { UNWATCHED };
        let after = format!("{} {} {watched}", self.source, self.number);
        FieldChange { field: LINK.to_owned(), before: Some(self.relation.name().to_owned()), after: Some(after) }
    }

    /// What an event says of it; `None` of any other event.
    pub fn of(event: &Event) -> Option<Self> {
        let field = event.field.as_ref().filter(|field| event.kind == EventKind::CaseLinked && field.field == LINK)?;
        let relation = Relation::parse(field.before.as_deref()?)?;
        let (source, rest) = field.after.as_deref()?.split_once(' ')?;
        let (number, watched) = rest.rsplit_once(' ')?;
        Some(Self { relation, source: source.to_owned(), number: number.to_owned(), watched: watched == WATCHED })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample;

    #[test]
    fn a_link_survives_its_event() {
        for relation in Relation::ALL {
            let link = Link { relation, source: "us-a".into(), number: "nysd 1:18-cv-08434".into(), watched: false };
            let event = Event { field: Some(link.field()), ..sample::bare(EventKind::CaseLinked) };
            assert_eq!(Link::of(&event), Some(link));
        }
        let incident = FieldChange { field: "incident.2".into(), before: None, after: Some("CORTE".into()) };
        assert_eq!(Link::of(&Event { field: Some(incident), ..sample::bare(EventKind::CaseLinked) }), None);
    }
}
