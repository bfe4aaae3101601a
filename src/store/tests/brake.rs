//! What the brake holds, and what becomes of it across restarts.

use super::*;
use crate::domain::brake::{Brake, Drift};
use crate::domain::id::Id;
use crate::domain::route::{Gather, KindFilter, Route};
use crate::store::braked::Braked;
use crate::store::outbox::DeliveryFilter;

const ROUND: Duration = Duration::from_secs(3600);

fn brake(watched: usize, seconds: i64) -> Option<Brake> {
    let operator = Route {
        channel: "ops".into(),
        recipients: vec!["turno@example.org".into()],
        kinds: KindFilter { patterns: vec!["source.*".into()] },
        tags: Vec::new(),
        gather: Gather::EachEvent,
    };
    let all = Route { channel: "hook".into(), kinds: KindFilter { patterns: Vec::new() }, ..operator.clone() };
    Some(Brake { watched, round: ROUND, now: at(seconds), routes: vec![all, operator] })
}

/// A store in which cases 1 to `cases` have their first version.
fn watching(dir: &Path, cases: u32) -> Store {
    let store = open(dir);
    for n in 1..=cases {
        let cid = store.register(&[case(n)]).expect("registers")[0];
        store.commit(news(cid, &case(n), 1)).expect("commits");
    }
    store
}

/// A visit that tells of a change of this kind in a case, at this second.
fn changed(store: &Store, case: &CaseRef, version: u32, kind: EventKind, seconds: i64) -> Visit {
    let cid = store.register(std::slice::from_ref(case)).expect("registers")[0];
    let mut visit = news(cid, case, version);
    let event = Event { kind, id: Event::id_of(case, version, "k", kind), ..event(case, version, version) };
    visit.deliveries = vec![delivery(&event, "hook", DeliveryState::Waiting { due: at(seconds) })];
    visit.events = vec![event];
    visit
}

/// Commits an edit in each of these cases; what pulled the brake, if it was.
fn edit(store: &Store, cases: impl IntoIterator<Item = u32>, watched: usize, seconds: i64) -> Vec<Drift> {
    let visits = cases.into_iter().map(|n| changed(store, &case(n), 2, EventKind::RecordEdited, seconds));
    visits.filter_map(|visit| store.commit_judged(visit, brake(watched, seconds)).expect("commits").drift).collect()
}

fn states(store: &Store) -> (usize, usize) {
    let all = store.deliveries(DeliveryFilter::All, usize::MAX).expect("reads");
    let hook = all.iter().filter(|delivery| delivery.channel == "hook");
    let braked = hook.clone().filter(|delivery| matches!(delivery.state, DeliveryState::Braked { .. })).count();
    (braked, hook.count() - braked)
}

fn claimed(store: &Store, channel: &str) -> Vec<Id> {
    store.release(channel, true);
    store.claim(channel, at(1_000_000), 100)
}

fn whole(store: &Store) {
    assert_eq!(store.fsck(false).expect("checks").problems, Vec::<String>::new());
}

#[test]
fn under_the_threshold_nothing_is_held_and_the_fifth_case_holds_all_that_was_not_sent() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(dir.path(), 6);
    assert_eq!(edit(&store, 1..=4, 20, 10), []);
    assert_eq!((states(&store), store.braked()), ((0, 4), Ok(Vec::new())));
    let [sent_before] = store.claim("hook", at(11), 1)[..] else { panic!("one is due") };
    store.record_attempt(sent_before, sent(11), DeliveryState::Delivered { at: at(11) }, 1).expect("records");
    store.give_back(sent_before, at(11));

    let drifts = edit(&store, 5..=6, 20, 12);
    let [Drift { way, changed: 5, watched: 20, examples }] = &drifts[..] else { panic!("{drifts:?}") };
    assert_eq!((way.as_str(), examples.len()), ("record.edited", 3));
    assert_eq!(states(&store), (5, 1));
    let held = |store: &Store| store.braked().expect("reads");
    let is = Braked { source: "ec-esatje".into(), since: Some(at(12)), ways: vec!["record.edited".into()], held: 5 };
    assert_eq!(held(&store), std::slice::from_ref(&is));
    drop(store);

    let store = open(dir.path());
    assert_eq!((states(&store), held(&store)), ((5, 1), vec![is]));
    assert_eq!(claimed(&store, "hook"), []);
    let [told] = claimed(&store, "ops")[..] else { panic!("the operator is told once") };
    let told = store.delivery(told).expect("reads").expect("is there");
    let event = store.event(told.events[0]).expect("reads").expect("is there");
    assert_eq!(Drift::of(&event), Some(drifts[0].clone()));
    assert_eq!(store.deliveries(DeliveryFilter::Failed, 100).expect("reads").len(), 5, "what is held is not listed");
    whole(&store);
}

#[test]
fn the_order_of_the_visits_changes_neither_the_moment_nor_what_is_held() {
    for order in [[1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1], [3, 6, 1, 5, 2, 4]] {
        let dir = tempfile::tempdir().expect("a folder");
        let store = watching(dir.path(), 6);
        assert_eq!(edit(&store, order[..4].iter().copied(), 20, 1).len(), 0);
        assert_eq!(edit(&store, order[4..].iter().copied(), 20, 2).len(), 1);
        assert_eq!(states(&store), (6, 0));
    }
}

#[test]
fn what_is_released_goes_out_once_under_its_ids_and_the_rest_of_the_round_passes() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(dir.path(), 12);
    edit(&store, 1..=6, 20, 1);
    let mut held: Vec<Id> = store.deliveries(DeliveryFilter::Braked, 100).expect("reads").iter().map(|delivery| delivery.id).collect();
    assert_eq!(store.release_brake("pe-otra", at(2), at(2) + ROUND), Ok(Vec::new()));
    let mut released = store.release_brake("ec-esatje", at(2), at(2) + ROUND).expect("releases");
    held.sort();
    released.sort();
    assert_eq!((released.len(), &held), (6, &released));
    drop(store);
    let store = open(dir.path());
    assert_eq!((store.braked(), store.release_brake("ec-esatje", at(3), at(3) + ROUND)), (Ok(Vec::new()), Ok(Vec::new())));
    let mut due = claimed(&store, "hook");
    due.sort();
    assert_eq!(due, held);
    assert_eq!(edit(&store, 7..=12, 20, 4), [], "the operator said that it is real");
    assert_eq!(states(&store), (0, 12));
    // In the next round it counts again.
    let later: Vec<Visit> = (1..=5).map(|n| changed(&store, &case(n), 3, EventKind::RecordEdited, 9_000)).collect();
    let drifts = later.into_iter().filter_map(|visit| store.commit_judged(visit, brake(20, 9_000)).expect("commits").drift);
    assert_eq!(drifts.count(), 1);
    whole(&store);
}

#[test]
fn what_is_discarded_is_kept_and_never_told_and_the_next_change_is() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(dir.path(), 6);
    edit(&store, 1..=6, 20, 1);
    assert_eq!(store.discard_brake("ec-esatje", at(2)).expect("discards").len(), 6);
    drop(store);
    let store = open(dir.path());
    assert_eq!((claimed(&store, "hook"), store.braked()), (Vec::new(), Ok(Vec::new())));
    let ended = store.deliveries(DeliveryFilter::All, 100).expect("reads");
    let ended: Vec<_> = ended.iter().filter(|delivery| delivery.channel == "hook").collect();
    assert!(ended.len() == 6 && ended.iter().all(|delivery| delivery.state == DeliveryState::Discarded { at: at(2) }), "{ended:?}");
    assert_eq!(store.retry(&[], at(3)), Ok(0));
    let next = changed(&store, &case(1), 3, EventKind::RecordEdited, 4);
    let id = next.deliveries[0].id;
    store.commit_judged(next, brake(20, 4)).expect("commits");
    assert_eq!(claimed(&store, "hook"), [id]);
    whole(&store);
}

#[test]
fn other_news_and_other_sources_are_told_while_the_brake_is_pulled() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(dir.path(), 6);
    edit(&store, 1..=5, 20, 1);
    let other = CaseRef { source: "pe-otra".into(), number: "1".into() };
    let cid = store.register(std::slice::from_ref(&other)).expect("registers")[0];
    store.commit(news(cid, &other, 1)).expect("commits");
    let visits = [changed(&store, &case(6), 2, EventKind::RulingIssued, 2), changed(&store, &other, 2, EventKind::RecordEdited, 2)];
    let ids: Vec<Id> = visits.iter().map(|visit| visit.deliveries[0].id).collect();
    for visit in visits {
        store.commit_judged(visit, brake(20, 2)).expect("commits");
    }
    assert_eq!(claimed(&store, "hook"), ids);
    assert_eq!(states(&store), (5, 2));
    // The same change in another case is held with the others, without a second message.
    let late = changed(&store, &case(6), 3, EventKind::RecordEdited, 90_000);
    assert_eq!(store.commit_judged(late, brake(20, 90_000)).expect("commits").drift, None);
    assert_eq!((states(&store), claimed(&store, "ops").len()), ((6, 2), 1));
}

#[test]
fn changes_that_lie_further_apart_than_a_round_do_not_add_up() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(dir.path(), 8);
    edit(&store, 1..=4, 20, 0);
    assert_eq!(edit(&store, 5..=8, 20, 3_700), []);
    assert_eq!(states(&store), (0, 8));
}

#[test]
fn what_was_under_way_when_the_brake_was_pulled_stays_held_unless_it_arrived() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(dir.path(), 5);
    edit(&store, 1..=4, 20, 1);
    let under_way = store.claim("hook", at(2), 2);
    edit(&store, [5], 20, 3);
    let failed = attempt(4, Outcome::Retry { why: "500".into(), after: None });
    store.record_attempt(under_way[0], failed, DeliveryState::Waiting { due: at(5) }, 1).expect("records");
    store.record_attempt(under_way[1], sent(4), DeliveryState::Delivered { at: at(4) }, 1).expect("records");
    under_way.iter().for_each(|id| store.give_back(*id, at(5)));
    assert_eq!((states(&store), claimed(&store, "hook")), ((4, 1), Vec::new()));
    assert_eq!(store.release_brake("ec-esatje", at(6), at(6)).expect("releases").len(), 4);
    assert_eq!(claimed(&store, "hook").len(), 4);
    whole(&store);
}

#[test]
fn what_is_held_is_held_in_a_backup_too() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(&dir.path().join("store"), 5);
    edit(&store, 1..=5, 20, 1);
    let backup = store.backup(&dir.path().join("backups"), at(9)).expect("backs up");
    let into = dir.path().join("restored");
    Store::restore(&backup.path, &into, Options::new(at(0))).expect("restores");
    let store = open(&into);
    assert_eq!(claimed(&store, "hook"), []);
    assert_eq!(store.braked().expect("reads")[0].held, 5);
    assert_eq!(store.release_brake("ec-esatje", at(10), at(10)).expect("releases").len(), 5);
}

#[test]
fn what_is_told_besides_a_visit_is_counted_and_held_like_one() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(dir.path(), 6);
    let mut pulled = Vec::new();
    for n in 1..=5 {
        let Visit { cid, events, deliveries, .. } = changed(&store, &case(n), 1, EventKind::RecordDisagreement, 1);
        pulled.extend(store.announce_judged(cid, 1, events, deliveries, brake(20, 1)).expect("announces").drift);
    }
    assert_eq!(pulled.iter().map(|drift| (drift.way.as_str(), drift.changed)).collect::<Vec<_>>(), [("record.disagreement", 5)]);
    assert_eq!((states(&store), claimed(&store, "ops").len()), ((5, 0), 1));
    whole(&store);
}

#[test]
fn another_change_joins_the_braking_and_the_operators_message_is_never_held() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(dir.path(), 6);
    edit(&store, 1..=5, 20, 1);
    let joined: Vec<Visit> = (1..=5).map(|n| changed(&store, &case(n), 3, EventKind::RecordRedated, 2)).collect();
    for visit in joined {
        assert_eq!(store.commit_judged(visit, brake(20, 2)).expect("commits").drift, None);
    }
    let braked = store.braked().expect("reads");
    assert_eq!((braked[0].held, braked[0].ways.as_slice()), (10, &["record.edited".to_owned(), "record.redated".to_owned()][..]));
    assert_eq!((claimed(&store, "ops").len(), claimed(&store, "hook").len()), (1, 0));
    assert_eq!(store.discard_brake("ec-esatje", at(3)).expect("discards").len(), 10);
    whole(&store);
}

#[test]
fn a_row_of_the_brake_that_is_damaged_stops_no_visit_and_what_is_held_stays_so() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(dir.path(), 6);
    edit(&store, 1..=5, 20, 1);
    let tree = store.inner.trees.at(crate::store::keys::Table::Brake);
    for row in tree.iter() {
        let (key, _) = row.expect("reads");
        tree.insert(key, b"not a value".as_slice()).expect("writes");
    }
    edit(&store, [6], 20, 2);
    assert_eq!(states(&store), (5, 1));
    assert_eq!(store.braked().expect("reads")[0].held, 5);
    assert_eq!(store.release_brake("ec-esatje", at(3), at(3)).expect("releases").len(), 5);
    assert_eq!(claimed(&store, "hook").len(), 6);
}

#[test]
fn thousands_of_messages_are_held_and_released_in_one_transaction_each() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(dir.path(), 5);
    for n in 1..=5 {
        let mut visit = changed(&store, &case(n), 2, EventKind::RecordEdited, 1);
        let first = visit.events[0].clone();
        for more in 1..1_000_u32 {
            let id = Event::with_facts(first.id, std::iter::once(Some(more.to_string().as_str())));
            let event = Event { id, ..first.clone() };
            visit.deliveries.push(delivery(&event, "hook", DeliveryState::Waiting { due: at(1) }));
            visit.events.push(event);
        }
        store.commit_judged(visit, brake(20, 1)).expect("commits");
    }
    assert_eq!(states(&store), (5_000, 0));
    assert_eq!(store.release_brake("ec-esatje", at(2), at(2)).expect("releases").len(), 5_000);
    assert_eq!(states(&store), (0, 5_000));
}
