//! The brake: when so many cases of a source change in the same way within one round that it is rather the site, or our reading
//! of it, that changed, nothing of it is told until the operator decides (`domain.md` R-A9).
//!
//! Pure. `daemon::record` says what it is judged by, the store's one writer counts and pulls it in the transaction of the visit,
//! `message` and `wire` read the [`Drift`] back from the event. It holds nothing itself.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use super::event::{Event, EventKind, FieldChange};
use super::route::Route;

/// Fewer cases than these never pull the brake, however few are watched (`domain.md` R-A9).
pub const FEWEST: usize = 5;

/// One case in this many may change in the same way; more pull the brake: a fifth (`domain.md` R-A9).
pub const ONE_IN: usize = 5;

/// A round is at least this long: sources that are asked every few minutes change their pages over an hour, not at once.
pub const SHORTEST_ROUND: Duration = Duration::from_secs(3600);

/// Cases that are named as examples.
const EXAMPLES: usize = 3;

/// The [`FieldChange::field`] of `source.drift`.
const DRIFT: &str = "drift";

/// What a visit's changes are judged by.
#[derive(Debug, Clone, PartialEq)]
pub struct Brake {
    /// Cases of the source on the watch list.
    pub watched: usize,
    /// How long a round is.
    pub round: Duration,
    /// When the visit ended.
    pub now: Timestamp,
    /// The channels; those that ask for `source.drift` hear of it.
    pub routes: Vec<Route>,
}

/// The way in which a docket changed, when it is one that a changed site produces in many cases at once: the kind of event, and
/// the field where there is one.
///
/// What the court adds does not count: it really enters the same notice in many cases on one day, and a misreading that makes old
/// entries look new shows as `record.backdated`, which does.
pub fn way(event: &Event) -> Option<String> {
    let name = event.kind.name();
    match event.kind {
        EventKind::CaseFieldChanged => Some(match &event.field {
            Some(field) => format!("{name}:{}", field.field),
            None => name.to_owned(),
        }),
        // An entry that says so was added by the court.
        EventKind::JudgeChanged | EventKind::CaseLinked if event.entry.is_some() => None,
        EventKind::JudgeChanged
        | EventKind::PartyChanged
        | EventKind::CaseLinked
        | EventKind::RecordEdited
        | EventKind::RecordRemoved
        | EventKind::RecordBackdated
        | EventKind::RecordHidden
        | EventKind::RecordMarked
        | EventKind::RecordRedated
        | EventKind::DocumentReplaced
        | EventKind::RecordInconsistent
        | EventKind::RecordOutOfOrder
        | EventKind::RecordBurst
        | EventKind::CaseVanished
        | EventKind::CaseReserved
        | EventKind::CaseReturned => Some(name.to_owned()),
        _ => None,
    }
}

/// The ways of a visit.
pub fn ways<'e>(events: impl Iterator<Item = &'e Event>) -> BTreeSet<String> {
    events.filter_map(way).collect()
}

/// Whether this many cases of a source that changed in the same way within a round pull the brake.
pub fn is_pulled(changed: usize, watched: usize) -> bool {
    changed >= FEWEST && changed.saturating_mul(ONE_IN) > watched
}

/// How long a round is, from the intervals of a source's cases: the interval in the middle and a quarter for visits that wait for
/// their turn, so that one case that is visited once a month does not make months of everyday changes one round.
pub fn round(mut intervals: Vec<Duration>) -> Duration {
    intervals.sort_unstable();
    let middle = intervals.get(intervals.len() / 2).copied().unwrap_or_default();
    middle.saturating_add(middle / 4).max(SHORTEST_ROUND)
}

/// Whether what was seen at `then` belongs to the round that `now` closes. A clock that was set back makes nothing older.
pub fn is_of_round(then: Timestamp, now: Timestamp, round: Duration) -> bool {
    Duration::try_from(then.duration_since(now).abs()).is_ok_and(|apart| apart <= round)
}

/// Why the brake was pulled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// The [`way`] in which the cases changed.
    pub way: String,
    /// How many did.
    pub changed: usize,
    /// Of how many.
    pub watched: usize,
    /// A few of them.
    pub examples: Vec<String>,
}

impl Drift {
    /// With the first of these cases as examples.
    pub fn new(way: &str, changed: usize, watched: usize, cases: impl Iterator<Item = String>) -> Self {
        Self { way: way.to_owned(), changed, watched, examples: cases.take(EXAMPLES).collect() }
    }

    /// The form in which the event carries it: the way, and `6 of 20: A, B, C`.
    pub fn field(&self) -> FieldChange {
        let after = format!("{} of {}: {}", self.changed, self.watched, self.examples.join(", "));
        FieldChange { field: DRIFT.to_owned(), before: Some(self.way.clone()), after: Some(after) }
    }

    /// What an event says of it; `None` of any other event.
    pub fn of(event: &Event) -> Option<Self> {
        let field = event.field.as_ref().filter(|field| event.kind == EventKind::SourceDrift && field.field == DRIFT)?;
        let (counts, examples) = field.after.as_deref()?.split_once(": ")?;
        let (changed, watched) = counts.split_once(" of ")?;
        Some(Self {
            way: field.before.clone()?,
            changed: changed.parse().ok()?,
            watched: watched.parse().ok()?,
            examples: examples.split(", ").map(str::to_owned).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::event::Actor;
    use crate::domain::sample;

    #[test]
    fn the_fifth_case_pulls_it_and_no_fifth_of_the_cases_does() {
        assert!(!is_pulled(4, 4));
        assert!(is_pulled(5, 5) && is_pulled(5, 24));
        assert!(!is_pulled(5, 25) && is_pulled(6, 25));
        assert!(!is_pulled(200, 1000) && is_pulled(201, 1000));
    }

    #[test]
    fn what_a_court_adds_does_not_count_and_fields_count_apart() {
        for event in [sample::ruling(), sample::filing(), sample::rescheduled()] {
            assert_eq!(way(&event), None, "{}", event.kind);
        }
        let linked = sample::entry(EventKind::CaseLinked, Actor::Court, "ACUMULACION DE AUTOS", "");
        assert_eq!((way(&linked), way(&sample::bare(EventKind::CaseLinked)).as_deref()), (None, Some("case.linked")));
        let field = |name: &str| {
            let field = FieldChange { field: name.into(), before: None, after: Some("x".into()) };
            way(&Event { field: Some(field), ..sample::bare(EventKind::CaseFieldChanged) })
        };
        assert_ne!(field("status"), field("court"));
        assert_eq!(way(&sample::edited()).as_deref(), Some("record.edited"));
        assert_eq!(way(&sample::backdated()).as_deref(), Some("record.backdated"));
    }

    #[test]
    fn a_round_is_the_interval_of_the_middle_case() {
        let hours = |n: u64| Duration::from_secs(n * 3600);
        assert_eq!(round(vec![hours(4), hours(24 * 30), hours(4)]), hours(5));
        assert_eq!((round(vec![Duration::from_secs(60)]), round(Vec::new())), (SHORTEST_ROUND, SHORTEST_ROUND));
    }

    #[test]
    fn a_drift_survives_its_event() {
        let drift = Drift::new("case.field_changed:status", 6, 20, ["a-1", "b", "c", "d"].map(str::to_owned).into_iter());
        assert_eq!(drift.examples.len(), 3);
        let event = Event { field: Some(drift.field()), ..sample::bare(EventKind::SourceDrift) };
        assert_eq!(Drift::of(&event), Some(drift));
        assert_eq!(Drift::of(&sample::party()), None);
    }

    proptest! {
        /// More cases never release what fewer pulled, and more watched cases never pull what fewer did not.
        #[test]
        fn it_is_pulled_by_more_and_never_under_the_threshold(changed in 0_usize..3000, watched in 0_usize..3000) {
            let pulled = is_pulled(changed, watched);
            prop_assert_eq!(pulled, changed >= 5 && changed * 5 > watched);
            prop_assert!(!pulled || is_pulled(changed + 1, watched));
            prop_assert!(pulled || !is_pulled(changed, watched + 1));
        }
    }
}
