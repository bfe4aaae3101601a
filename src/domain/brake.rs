//! The brake: when so many cases of a source change in the same way within one round that it is rather the site, or our reading
//! of it, that changed, nothing of it is told until the operator decides (`domain.md` R-A9).
//!
//! Pure. `daemon::record` says what it is judged by, the store's one writer counts and pulls it in the transaction of the visit,
//! `message` and `wire` read the [`Drift`] back from the event. It holds nothing itself.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

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

/// Cases that change in the same way before those that follow wait a while; see [`is_suspect`].
const SUSPECT: usize = 3;

/// An entry this much older than the last reading of its case was there to be read, so that it is rather the site that shows it anew.
const OLD_DAYS: i64 = 30;

/// The way of old entries that appear: whether they are told as back-dated or, in a batch, as what they are.
pub const OLD: &str = "record.backdated";

/// What a visit's changes are judged by.
#[derive(Debug, Clone, PartialEq)]
pub struct Brake {
    /// Cases of the source on the watch list.
    pub watched: usize,
    /// How long a round is.
    pub round: Duration,
    /// How long it takes to visit all of them.
    pub pace: Duration,
    /// When the case was read before; `None` when it never was.
    pub read_before: Option<Timestamp>,
    /// When the visit ended.
    pub now: Timestamp,
    /// The channels; those that ask for `source.drift` hear of it.
    pub routes: Vec<Route>,
}

impl Brake {
    /// The ways of each of these events of a visit.
    pub fn ways_of(&self, events: &[&Event]) -> Vec<BTreeSet<String>> {
        ways_of(events, |event| self.read_before.is_some_and(|read| is_old(event, read)))
    }
}

/// The way in which an event by itself says that a docket changed, when it is one that a changed site produces in many cases at
/// once: the kind of event, and for a field of the heading its name, without the number of an incident.
///
/// What the court adds does not count: it really enters the same notice in many cases on one day. What a misreading adds are
/// old entries, and [`ways_of`] counts those.
fn way(event: &Event) -> Option<String> {
    let name = event.kind.name();
    match (event.kind, &event.field) {
        (EventKind::CaseFieldChanged, None) => Some(name.to_owned()),
        (EventKind::CaseFieldChanged, Some(field)) => Some(format!("{name}:{}", of_many(&field.field))),
        // Another wording of a field that tells whether a case is closed.
        (EventKind::CaseReopened, Some(field)) => Some(format!("{}:{}", EventKind::CaseFieldChanged, of_many(&field.field))),
        // By the heading; what an entry says of a raffle is an act of the court.
        (EventKind::JudgeChanged, Some(_)) => Some(name.to_owned()),
        (EventKind::CaseLinked, _) if event.entry.is_none() => Some(name.to_owned()),
        // Marks and dates that do not agree say nothing against what else is told of their entry, so these are not of the record.
        (
            EventKind::RecordMarked
            | EventKind::RecordDisagreement
            | EventKind::RecordInconsistent
            | EventKind::RecordOutOfOrder
            | EventKind::RecordBurst
            | EventKind::PartyChanged
            | EventKind::CaseVanished
            | EventKind::CaseReserved
            | EventKind::CaseReturned
            | EventKind::HearingSilent
            | EventKind::CaseSilent
            | EventKind::ClockBreach
            | EventKind::NotificationMissing,
            _,
        ) => Some(name.to_owned()),
        (kind, _) if is_of_record(kind) => Some(name.to_owned()),
        _ => None,
    }
}

/// The name of a field without what differs from case to case: `incident` of `incident.123`.
fn of_many(field: &str) -> &str {
    field.split('.').next().unwrap_or(field)
}

/// Whether an event of this kind says that an entry is not what it was.
fn is_of_record(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::RecordEdited
            | EventKind::RecordRemoved
            | EventKind::RecordBackdated
            | EventKind::RecordHidden
            | EventKind::RecordRedated
            | EventKind::DocumentReplaced
    )
}

/// Whether an event of this kind says what an entry says: what the court entered, as opposed to what the calendar reckons.
fn is_of_entry(kind: EventKind) -> bool {
    use EventKind as K;
    matches!(
        kind,
        K::HearingScheduled
            | K::HearingRescheduled
            | K::HearingMovedEarlier
            | K::HearingDeferred
            | K::HearingSuspended
            | K::HearingResumed
            | K::HearingFailed
            | K::HearingRevoked
            | K::HearingHeld
            | K::RulingIssued
            | K::RulingOral
            | K::OrderIssued
            | K::MeasureOrdered
            | K::MeasureLifted
            | K::FilingAdded
            | K::AppealFiled
            | K::ProsecutionAct
            | K::NotificationServed
            | K::EntryAdded
            | K::JudgeChanged
            | K::CaseLinked
            | K::CaseClosed
            | K::CaseReopened
    )
}

/// Whether an event is about an entry that was there long before the case was last read, and that is told as new.
pub fn is_old(event: &Event, read: Timestamp) -> bool {
    let Some(date) = event.entry.as_ref().and_then(|entry| entry.date).filter(|_| is_of_entry(event.kind)) else { return false };
    let limit = read.to_zoned_datetime(TimeZone::UTC).date().saturating_sub(OLD_DAYS.days());
    way(event).is_none() && date < limit
}

/// The ways of each of these events, which are all that visits of one case told. What is told besides of an entry that changed,
/// such as the hearing that an edited text now speaks of, has the ways of that entry. `is_old` is asked about all others.
pub fn ways_of(events: &[&Event], is_old: impl Fn(&Event) -> bool) -> Vec<BTreeSet<String>> {
    let place = |event: &Event| event.entry.as_ref().map(|entry| (event.version, entry.key.clone()));
    let mut touched: BTreeMap<_, BTreeSet<String>> = BTreeMap::new();
    for event in events.iter().filter(|event| is_of_record(event.kind)) {
        if let (Some(place), Some(way)) = (place(event), way(event)) {
            touched.entry(place).or_default().insert(way);
        }
    }
    let of = |event: &Event| match (way(event), place(event).and_then(|place| touched.get(&place))) {
        (Some(way), _) => [way].into(),
        (None, Some(ways)) if is_of_entry(event.kind) => ways.clone(),
        _ if is_old(event) => [OLD.to_owned()].into(),
        _ => BTreeSet::new(),
    };
    events.iter().map(|event| of(event)).collect()
}

/// How many cases of a source must change in the same way within a round to pull the brake.
fn needed(watched: usize) -> usize {
    (watched / ONE_IN).saturating_add(1).max(FEWEST)
}

/// Whether this many cases of a source that changed in the same way within a round pull the brake.
pub fn is_pulled(changed: usize, watched: usize) -> bool {
    changed >= needed(watched)
}

/// Whether this many are so many that what the last of them tells waits a while: the third, and on long lists the tenth part of
/// what pulls the brake. On a list so short that nothing pulls it, none waits.
pub fn is_suspect(changed: usize, watched: usize) -> bool {
    needed(watched) <= watched && changed >= (needed(watched) / 10).max(SUSPECT)
}

/// How long that is: as long as it takes to visit as many cases as pull the brake, because a site that changed shows it in all
/// of them one after the other.
pub fn patience(watched: usize, pace: Duration) -> Duration {
    let share = u32::try_from(watched.max(1)).unwrap_or(u32::MAX);
    let needed = u32::try_from(needed(watched).min(watched)).unwrap_or(u32::MAX);
    pace.checked_div(share).unwrap_or_default().saturating_mul(needed)
}

/// How long it takes to visit a source's cases, from their intervals: the interval in the middle and a quarter for visits that
/// wait for their turn, so that one case that is visited once a month does not make months of everyday changes one round.
pub fn pace(mut intervals: Vec<Duration>) -> Duration {
    intervals.sort_unstable();
    let middle = intervals.get(intervals.len() / 2).copied().unwrap_or_default();
    middle.saturating_add(middle / 4)
}

/// How long a round is at this pace.
pub fn round(pace: Duration) -> Duration {
    pace.max(SHORTEST_ROUND)
}

/// Whether what was seen at `then` belongs to the round that `now` closes. A clock that was set back makes nothing older.
pub fn is_of_round(then: Timestamp, now: Timestamp, round: Duration) -> bool {
    Duration::try_from(then.duration_since(now).abs()).is_ok_and(|apart| apart <= round)
}

/// Why the brake was pulled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// The way in which the cases changed: a kind of event, and its field behind a colon where there is one.
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
    use crate::domain::sample;

    #[test]
    fn the_fifth_case_pulls_it_and_no_fifth_of_the_cases_does() {
        assert!(!is_pulled(4, 4));
        assert!(is_pulled(5, 5) && is_pulled(5, 24));
        assert!(!is_pulled(5, 25) && is_pulled(6, 25));
        assert!(!is_pulled(200, 1000) && is_pulled(201, 1000));
    }

    /// The ways of one event of a case that was read a day before.
    fn ways(event: &Event) -> Vec<String> {
        let read = event.seen_at - Duration::from_secs(86_400);
        ways_of(&[event], |event| is_old(event, read)).remove(0).into_iter().collect()
    }

    fn of_field(kind: EventKind, name: &str) -> Event {
        let field = FieldChange { field: name.into(), before: Some("A".into()), after: Some("B".into()) };
        Event { field: Some(field), ..sample::bare(kind) }
    }

    fn dated(event: Event, days_before: i64) -> Event {
        let date = event.seen_at.to_zoned_datetime(TimeZone::UTC).date().saturating_sub(days_before.days());
        let entry = event.entry.map(|entry| crate::domain::event::EventEntry { date: Some(date), ..entry });
        Event { entry, ..event }
    }

    #[test]
    fn what_a_court_adds_does_not_count_and_fields_count_apart() {
        for event in [sample::ruling(), sample::filing(), sample::rescheduled()] {
            assert_eq!(ways(&dated(event.clone(), 3)), [""; 0], "{}", event.kind);
        }
        let field = |name: &str| ways(&of_field(EventKind::CaseFieldChanged, name));
        assert_ne!(field("status"), field("court"));
        assert_eq!(ways(&sample::edited()), ["record.edited"]);
        assert_eq!(ways(&sample::backdated()), ["record.backdated"]);
    }

    #[test]
    fn a_field_that_every_case_names_otherwise_counts_as_one() {
        let field = |name: &str| ways(&of_field(EventKind::CaseFieldChanged, name));
        assert_eq!(field("incident.123"), field("incident.456"));
        assert_eq!(field("incident.123"), ["case.field_changed:incident"]);
    }

    #[test]
    fn another_word_for_a_closed_case_counts_with_the_field() {
        assert_eq!(ways(&of_field(EventKind::CaseReopened, "status")), ways(&of_field(EventKind::CaseFieldChanged, "status")));
    }

    #[test]
    fn a_judge_counts_by_the_heading_and_not_by_an_act() {
        let raffle = Event { kind: EventKind::JudgeChanged, ..dated(sample::ruling(), 1) };
        let linked = Event { kind: EventKind::CaseLinked, ..raffle.clone() };
        assert_eq!((ways(&raffle), ways(&linked)), (Vec::new(), Vec::new()));
        assert_eq!(ways(&sample::bare(EventKind::CaseLinked)), ["case.linked"]);
        // The heading's change shows the entry that may say why.
        let heading = of_field(EventKind::JudgeChanged, "judge");
        assert_eq!(ways(&Event { entry: raffle.entry, ..heading }), ["judge.changed"]);
    }

    #[test]
    fn old_entries_that_are_told_as_new_count_like_backdated_ones_whatever_their_kind() {
        for event in [sample::ruling(), sample::filing(), sample::rescheduled()] {
            assert_eq!(ways(&dated(event.clone(), 40)), ["record.backdated"], "{}", event.kind);
            // A watch that stood still for long could not see it before.
            assert!(!is_old(&dated(event.clone(), 40), event.seen_at - Duration::from_secs(30 * 86_400)));
        }
        assert_eq!(ways(&dated(Event { kind: EventKind::HearingReminder, ..sample::rescheduled() }, 90)), [""; 0]);
    }

    #[test]
    fn what_is_told_besides_of_an_entry_that_changed_has_its_way() {
        let edit = dated(sample::edited(), 90);
        let hearing = Event { entry: edit.entry.clone(), ..sample::rescheduled() };
        assert_eq!(ways_of(&[&hearing, &edit], |_| true), [["record.edited".to_owned()].into(), ["record.edited".to_owned()].into()]);
        // What another entry says is news of its own.
        let mut elsewhere = dated(sample::ruling(), 0);
        elsewhere.entry.as_mut().expect("an entry").key = crate::domain::docket::EntryKey("1".into());
        assert_eq!(ways_of(&[&elsewhere, &edit], |event| is_old(event, event.seen_at))[0], BTreeSet::new());
        // A reminder of a hearing that an edited act set was not read in this visit.
        let reminder = Event { kind: EventKind::HearingReminder, ..hearing };
        assert_eq!(ways_of(&[&reminder, &edit], |_| false)[0], BTreeSet::new());
    }

    #[test]
    fn a_round_is_the_interval_of_the_middle_case() {
        let hours = |n: u64| Duration::from_secs(n * 3600);
        assert_eq!(round(pace(vec![hours(4), hours(24 * 30), hours(4)])), hours(5));
        assert_eq!((round(pace(vec![Duration::from_secs(60)])), round(pace(Vec::new()))), (SHORTEST_ROUND, SHORTEST_ROUND));
    }

    #[test]
    fn the_third_waits_while_as_many_are_visited_as_pull_the_brake() {
        let hours = |n: u64| Duration::from_secs(n * 3600);
        assert!(!is_suspect(2, 20) && is_suspect(3, 20) && !is_suspect(19, 1000) && is_suspect(20, 1000));
        assert!(!is_suspect(4, 4), "nothing can pull it");
        assert_eq!((patience(20, hours(4)), patience(5, hours(4)), patience(1000, hours(1000))), (hours(1), hours(4), hours(201)));
        assert_eq!(patience(0, hours(4)), Duration::ZERO);
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
