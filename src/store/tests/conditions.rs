//! Conditions: told in one transaction with their state, once, over restarts and restores.

use std::collections::BTreeMap;

use super::*;
use crate::domain::condition::{Class, State, Topic};
use crate::domain::report::{Number, Report, Subject, place};
use crate::domain::route::{Gather, KindFilter, Route, to_operators};
use crate::store::codes::{ClassCode, Instant};
use crate::store::conditions::Telling;
use crate::store::keys::{self, Table};
use crate::store::outbox::DeliveryFilter;
use crate::store::rows;

fn duty() -> Route {
    Route {
        channel: "duty".into(),
        recipients: vec!["turno@example.org".into()],
        kinds: KindFilter { patterns: vec!["source.*".into()] },
        tags: Vec::new(),
        gather: Gather::ByCase(Duration::from_secs(60)),
        timing: crate::domain::timing::Timing::at_once(),
        junk: crate::domain::junk::Junk::default(),
    }
}

/// The n-th telling of a source that refuses the visits since the first second.
pub(super) fn telling(n: u32, seconds: i64) -> Telling {
    let subject = Subject::Source("ec-esatje".into());
    let mut state = State::told_already(Class::Blocked, 7, at(0));
    (state.told, state.told_at, state.nothing_since) = (n, at(seconds), Some(at(seconds - 1)));
    let report = Report { numbers: vec![(Number::Visits, 7)], ..Report::new(Some(Class::Blocked), subject, at(0), n) };
    let event = report.event(Topic::Source, EventKind::SourceBlocked, at(seconds));
    let deliveries = to_operators(&event, &[duty()], at(seconds));
    Telling { key: (Topic::Source, "ec-esatje".into()), state: Some(state), event: Some(event), deliveries }
}

#[test]
fn a_condition_and_what_tells_of_it_are_kept_together_and_told_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    assert_eq!(store.tell(telling(1, 60)), Ok(true));
    assert_eq!(store.tell(telling(1, 60)), Ok(false), "a crash before the answer repeats it");
    drop(store);
    let store = open(dir.path());
    let kept: BTreeMap<_, _> = store.conditions().expect("reads");
    assert_eq!(kept.get(&(Topic::Source, "ec-esatje".to_owned())), telling(1, 60).state.as_ref());
    assert_eq!(store.tell(telling(2, 86_500)), Ok(true));
    let sent = store.deliveries(DeliveryFilter::Pending, 9).expect("lists");
    assert_eq!(sent.len(), 2, "the second joins nothing");
    assert!(sent.iter().all(|delivery| delivery.case == place(&Subject::Source("ec-esatje".into()))));
    let events: Vec<_> = sent.iter().filter_map(|delivery| store.event(delivery.events[0]).expect("reads")).collect();
    let mut seqs: Vec<u32> = events.iter().map(|event| event.seq).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, [1, 2]);
    assert_eq!(events.iter().filter_map(Report::of).count(), 2);
    assert_eq!(store.tell(Telling::silent((Topic::Source, "ec-esatje".into()), None)), Ok(false));
    assert!(store.conditions().expect("reads").is_empty());
    assert_eq!(store.fsck(false).expect("checks").problems, Vec::<String>::new());
}

#[test]
fn a_backup_has_the_conditions_and_what_was_told_is_not_told_again_after_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(&dir.path().join("one"));
    let cid = store.register(&[case(1)]).expect("registers")[0];
    store.commit(news(cid, &case(1), 1)).expect("commits");
    store.tell(telling(1, 60)).expect("tells");
    let backup = store.backup(&dir.path().join("backups"), at(90)).expect("backs up").path;
    let dump = store.dump().expect("dumps");
    drop(store);
    let into = dir.path().join("two");
    Store::restore(&backup, &into, Options::new(at(100))).expect("restores");
    let store = open(&into);
    assert_eq!(store.dump().expect("dumps"), dump);
    assert_eq!(store.conditions().expect("reads").into_values().next(), telling(1, 60).state);
    assert_eq!(store.tell(telling(1, 60)), Ok(false));
    assert_eq!(store.fsck(false).expect("checks").problems, Vec::<String>::new());
}

#[test]
fn a_reminder_may_stand_with_a_case_and_leaves_its_versions_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let cid = store.register(&[case(1)]).expect("registers")[0];
    store.commit(news(cid, &case(1), 1)).expect("commits");
    let before = store.head(cid).expect("reads").expect("a head");
    let mut told = telling(2, 60);
    let event = Event { case: case(1), version: before.version, ..told.event.take().expect("an event") };
    told.deliveries = to_operators(&event, &[duty()], at(60));
    told.event = Some(event);
    assert_eq!(store.tell(told), Ok(true));
    let after = store.head(cid).expect("reads").expect("a head");
    assert_eq!(after, Head { seq: before.seq + 1, ..before });
    assert_eq!(store.fsck(false).expect("checks").problems, Vec::<String>::new());
}

#[test]
fn a_damaged_place_or_state_costs_no_number_and_stops_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    store.tell(telling(1, 60)).expect("tells");
    let cid = store.cid(&place(&Subject::Source("ec-esatje".into()))).expect("reads").expect("a place");
    let trees = &store.inner.trees;
    trees.at(Table::Case).insert(keys::cid(cid), b"not a head".to_vec()).expect("writes");
    trees.at(Table::Condition).insert(b"source\0otra", b"not a state".to_vec()).expect("writes");
    assert_eq!(store.conditions().expect("reads").len(), 1);
    assert_eq!(store.tell(telling(2, 120)), Ok(true));
    assert_eq!(store.head(cid).expect("reads").map(|head| head.seq), Some(2));
    assert_eq!(store.fsck(false).expect("checks").problems.len(), 1, "the state that does not read back");
}

#[test]
fn a_row_that_does_not_say_since_when_nothing_was_good_reads_as_it_is_and_is_written_as_it_was() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let [since, told, disabled] = [0, 60, 90].map(|seconds| Instant(at(seconds)));
    let class = ClassCode(Class::Failing);
    let old = rows::sealed(&(since, told, 9u32, class, 0u32, 2u32, told, class, 7u32, Some(disabled), "500")).expect("seals");
    let key = (Topic::Channel, "hook".to_owned());
    let row = || store.inner.trees.at(Table::Condition).get(b"channel\0hook").expect("reads").map(|value| value.to_vec());
    store.inner.trees.at(Table::Condition).insert(b"channel\0hook", old.clone()).expect("writes");
    let state = store.conditions().expect("reads").remove(&key).expect("it reads back");
    assert_eq!((state.bad, state.disabled, state.nothing_since, state.why.as_str()), (9, Some(at(90)), None, "500"));
    store.tell(Telling::silent(key.clone(), Some(state.clone()))).expect("keeps");
    assert_eq!(row(), Some(old));
    let newer = State { nothing_since: Some(at(70)), disabled: None, ..state };
    store.tell(Telling::silent(key.clone(), Some(newer.clone()))).expect("keeps");
    assert_eq!(store.conditions().expect("reads").remove(&key), Some(newer));
}
