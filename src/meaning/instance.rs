//! A case that reaches another court or degree, told by a field of the heading.
//!
//! Asked by [`events`](super::events) for the heading alone. Which fields stand for an instance is data (`instance_fields` of the
//! lexicons); that a case is there says nothing of what that court does with it.

use crate::domain::docket::Docket;
use crate::domain::event::{EventKind, FieldChange, Severity};

use super::{Meaning, Seen};

/// The name that recipes give to such a field where no lexicon says another.
const INCIDENT: &str = "incident";

impl Meaning {
    /// Whether a new field of this name says that the case reached a court or degree.
    pub(super) fn is_instance(&self, field: &str) -> bool {
        field == INCIDENT || field.strip_prefix(INCIDENT).is_some_and(|rest| rest.starts_with('.')) || self.links.is_instance(field)
    }

    /// The change with the court that had the case before, and how loud it is: after a remedy another instance is expected, without
    /// one it is not (`domain.md` F-10).
    pub(super) fn instance(&self, change: &FieldChange, seen: &Seen<'_>) -> (FieldChange, Severity) {
        let before = seen.before.and_then(|docket| docket.heading.court.clone());
        let expected = self.speaks_of_remedy(seen.after);
        let severity = if expected { EventKind::CaseLinked.severity() } else { Severity::Warn };
        (FieldChange { before, ..change.clone() }, severity)
    }

    fn speaks_of_remedy(&self, docket: &Docket) -> bool {
        docket.entries.iter().any(|entry| self.classify(entry, entry.date).kinds.contains(&EventKind::AppealFiled))
    }
}
