//! What is told of the fields above the list and of the parties.
//!
//! Called by [`Meaning::events`](crate::meaning::Meaning::events) through its teller, after the entries. How much a change weighs is
//! said by F-09, F-10 and F-12 of `domain.md`; what a matter or a role is called, by the language files.

use jiff::ToSpan;

use super::Teller;
use crate::domain::docket::{Entry, Party};
use crate::domain::event::{EventKind, FieldChange, Severity};
use crate::domain::fold::fold;
use crate::meaning::known::{next_hearing, setting_hearing};

/// A change of judge this near to a hearing is urgent, in working days (`contract.md` §4, `domain.md` F-09).
const LEAD_DAYS: u32 = 3;
/// An entry this many days before a change of judge may say why.
const CAUSE_DAYS: i32 = 15;
/// The fields by which a source says of what matter a case is and by what action it was brought.
const MATTER: [&str; 4] = ["action", "matter", "type", "class"];

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
        match kind {
            EventKind::JudgeChanged => self.judge(change),
            EventKind::CaseFieldChanged => {
                let severity = self.weight(change);
                self.append(kind, severity, name, None, Some(change.clone()));
            }
            EventKind::CaseLinked => {
                let (change, severity) = self.meaning.instance(change, self.seen);
                self.append(kind, severity, name, None, Some(change));
            }
            _ => {
                self.append(kind, kind.severity(), name, None, Some(change.clone()));
            }
        }
    }

    /// Another judge: with the hearing that comes next, and with the entry that may say why.
    fn judge(&mut self, change: &FieldChange) {
        let kind = EventKind::JudgeChanged;
        let severity = if self.is_judge_near_hearing(kind) { Severity::Warn } else { kind.severity() };
        let hearing = next_hearing(self.meaning, self.seen);
        let cause = self.cause().map(|entry| self.shown(entry));
        let event = self.append(kind, severity, &change.field, cause, Some(change.clone()));
        event.hearing = hearing.map(|(setting, zone)| setting_hearing(&setting, &zone));
    }

    /// The newest entry of the last days that tells of a change of judge: a raffle, an excuse, a recusal.
    fn cause(&self) -> Option<&Entry> {
        let since = self.seen.today().saturating_sub(CAUSE_DAYS.days());
        let recent =
            self.seen.after.entries.iter().filter(|entry| entry.date.is_some_and(|date| date >= since && date <= self.seen.today()));
        recent.filter(|entry| self.read(entry).kinds.contains(&EventKind::JudgeChanged)).max_by_key(|entry| (entry.date, entry.time))
    }

    pub(super) fn is_judge_near_hearing(&self, kind: EventKind) -> bool {
        let today = self.seen.today();
        let near = || next_hearing(self.meaning, self.seen).and_then(|(setting, _)| setting.date);
        kind == EventKind::JudgeChanged && near().is_some_and(|date| date <= self.meaning.working_days_after(today, LEAD_DAYS))
    }

    /// How loud a change of a field is (`domain.md` F-10): another matter or action is more than another word, and of another class
    /// it is what a case steered to another court looks like. A field that a source shows for the first time, or no longer, is only that.
    fn weight(&self, change: &FieldChange) -> Severity {
        let plain = EventKind::CaseFieldChanged.severity();
        let (Some(before), Some(after)) = (&change.before, &change.after) else { return plain };
        let (before, after) = (self.meaning.matters(before), self.meaning.matters(after));
        match change.field.as_str() {
            name if MATTER.contains(&name) => {
                let is_other_class = !before.is_empty() && !after.is_empty() && before.iter().all(|class| !after.contains(class));
                if is_other_class { Severity::Critical } else { Severity::Warn }
            }
            "subject" => Severity::Warn,
            // After an appeal another court is what everyone expects.
            "court" if !self.is_appealed() => Severity::Warn,
            _ => plain,
        }
    }

    fn is_appealed(&self) -> bool {
        self.seen.after.entries.iter().any(|entry| self.read(entry).kinds.contains(&EventKind::AppealFiled))
    }

    pub(super) fn party(&mut self, party: &Party, added: bool) {
        let subject = format!("party\u{1f}{}\u{1f}{}", party.role, party.name);
        let name = Some(party.name.clone());
        let (before, after) = if added { (None, name) } else { (name, None) };
        let severity = if added { EventKind::PartyChanged.severity() } else { self.weight_of_absence(party) };
        let change = FieldChange { field: format!("party.{}", party.role), before, after };
        self.append(EventKind::PartyChanged, severity, &subject, None, Some(change));
    }

    /// A party that is no longer listed weighs more than one that joins, and most when it is one against whom the case runs
    /// (`domain.md` F-12), unless it is still listed in another role.
    fn weight_of_absence(&self, party: &Party) -> Severity {
        let listed = self.seen.after.parties.iter().any(|other| fold(&other.name) == fold(&party.name));
        if self.meaning.is_defendant(&party.role) && !listed { Severity::Critical } else { Severity::Warn }
    }

    pub(super) fn renamed(&mut self, before: &Party, after: &Party) {
        let subject = format!("party\u{1f}{}\u{1f}{}", after.role, after.name);
        let (was, is) = (Some(before.name.clone()), Some(after.name.clone()));
        let change = FieldChange { field: format!("party.{}", after.role), before: was, after: is };
        self.append(EventKind::PartyChanged, EventKind::PartyChanged.severity(), &subject, None, Some(change));
    }
}
