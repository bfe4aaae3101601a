//! What is told of the fields above the list and of the parties.
//!
//! Called by [`Meaning::events`](crate::meaning::Meaning::events) through its teller, after the entries.

use super::Teller;
use crate::domain::docket::Party;
use crate::domain::event::{EventKind, FieldChange, Severity};
use crate::meaning::known::is_hearing_near;

impl Teller<'_> {
    pub(super) fn field(&mut self, change: &FieldChange) {
        let name = change.field.as_str();
        let kind = if change.before.is_none() && self.meaning.is_instance(name) {
            EventKind::CaseLinked
        } else if name == "status" && self.meaning.is_reopened(change) {
            EventKind::CaseReopened
        } else if name == "judge" || name == "panel" || name.starts_with("judge.") {
            EventKind::JudgeChanged
        } else {
            EventKind::CaseFieldChanged
        };
        let severity = if self.is_judge_near_hearing(kind) { Severity::Warn } else { kind.severity() };
        let (change, severity) = match kind {
            EventKind::CaseLinked => self.meaning.instance(change, self.seen),
            _ => (change.clone(), severity),
        };
        self.append(kind, severity, &change.field.clone(), None, Some(change));
    }

    pub(super) fn is_judge_near_hearing(&self, kind: EventKind) -> bool {
        kind == EventKind::JudgeChanged && is_hearing_near(self.meaning, self.seen.after, self.seen.today())
    }

    pub(super) fn party(&mut self, party: &Party, added: bool) {
        let subject = format!("party\u{1f}{}\u{1f}{}", party.role, party.name);
        let name = Some(party.name.clone());
        let (before, after) = if added { (None, name) } else { (name, None) };
        let change = FieldChange { field: format!("party.{}", party.role), before, after };
        self.append(EventKind::PartyChanged, EventKind::PartyChanged.severity(), &subject, None, Some(change));
    }
}
