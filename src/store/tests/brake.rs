//! What the brake holds, and what becomes of it across restarts.

use super::*;
use crate::domain::brake::{Brake, Drift};
use crate::domain::id::Id;
use crate::domain::junk::Junk;
use crate::domain::route::{Gather, KindFilter, Route};
use crate::domain::timing::Timing;
use crate::store::braked::{Braked, Decision};
use crate::store::outbox::DeliveryFilter;

const ROUND: Duration = Duration::from_secs(3600);

/// By what a visit at this second is judged, of a case that nobody says when it was read before.
fn brake(watched: usize, seconds: i64) -> Option<Brake> {
    judged(watched, seconds, None)
}

fn judged(watched: usize, seconds: i64, read_before: Option<i64>) -> Option<Brake> {
    let operator = Route {
        channel: "ops".into(),
        recipients: vec!["turno@example.org".into()],
        kinds: KindFilter { patterns: vec!["source.*".into()] },
        tags: Vec::new(),
        gather: Gather::EachEvent,
        timing: Timing::at_once(),
        junk: Junk::default(),
    };
    let all = Route { channel: "hook".into(), kinds: KindFilter { patterns: Vec::new() }, ..operator.clone() };
    let (now, read_before) = (at(seconds), read_before.map(at));
    Some(Brake { watched, round: ROUND, pace: Duration::ZERO, read_before, now, routes: vec![all, operator] })
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

/// A visit that tells of these events of entries, each by a webhook and all together in a mail that gathers.
fn told_at_once(store: &Store, case: &CaseRef, version: u32, told: &[(EventKind, u32)], seconds: i64) -> Visit {
    let mut visit = changed(store, case, version, EventKind::RecordEdited, seconds);
    let made = told.iter().map(|(kind, n)| {
        let event = event(case, version, *n);
        Event { kind: *kind, id: Event::id_of(case, version, &n.to_string(), *kind), ..event }
    });
    visit.events = made.collect();
    visit.deliveries = visit.events.iter().map(|event| delivery(event, "hook", DeliveryState::Waiting { due: at(seconds) })).collect();
    let mut mail = delivery(&visit.events[0], "mail", DeliveryState::Open { due: at(600) });
    mail.events = visit.events.iter().map(|event| event.id).collect();
    visit.deliveries.push(mail);
    visit
}

/// The kinds of the events of each delivery of a channel whose state is this.
fn kinds(store: &Store, channel: &str, state: &str) -> Vec<Vec<&'static str>> {
    let all = store.deliveries(DeliveryFilter::All, usize::MAX).expect("reads");
    let of = all.iter().filter(|delivery| delivery.channel == channel && delivery.state.name() == state);
    let kind = |id: &Id| store.event(*id).expect("reads").expect("is there").kind.name();
    let mut kinds: Vec<Vec<_>> = of.map(|delivery| delivery.events.iter().map(kind).collect()).collect();
    kinds.sort();
    kinds
}

fn release(store: &Store, source: &str, now: Timestamp, until: Timestamp) -> Vec<Id> {
    let decided = store.decide(source, now, Decision::Release { until }).expect("releases");
    assert_eq!(decided.ended, []);
    decided.sent
}

/// Discards what only tells of changes.
fn discard(store: &Store, source: &str, now: Timestamp) -> Vec<Id> {
    let decided = store.decide(source, now, Decision::Discard).expect("discards");
    assert_eq!(decided.sent, []);
    decided.ended
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
    store.give_back(sent_before, at(11)).expect("gives back");

    let drifts = edit(&store, 5..=6, 20, 12);
    let [Drift { way, changed: 5, watched: 20, examples }] = &drifts[..] else { panic!("{drifts:?}") };
    assert_eq!((way.as_str(), examples.len()), ("record.edited", 3));
    assert_eq!(states(&store), (5, 1));
    let held = |store: &Store| store.braked().expect("reads");
    let is = Braked {
        source: "ec-esatje".into(),
        since: Some(at(12)),
        event: held(&store)[0].event,
        ways: vec!["record.edited".into()],
        held: 5,
        changes: [("record.edited", 5)].into(),
        besides: [].into(),
    };
    assert_eq!(held(&store), std::slice::from_ref(&is));
    drop(store);

    let store = open(dir.path());
    assert_eq!((states(&store), held(&store)), ((5, 1), vec![is]));
    assert_eq!(claimed(&store, "hook"), []);
    let [told] = claimed(&store, "ops")[..] else { panic!("the operator is told once") };
    let told = store.delivery(told).expect("reads").expect("is there");
    let event = store.event(told.events[0]).expect("reads").expect("is there");
    assert_eq!(held(&store)[0].event, Some(event.id));
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
    assert_eq!(release(&store, "pe-otra", at(2), at(2) + ROUND), Vec::new());
    let mut released = release(&store, "ec-esatje", at(2), at(2) + ROUND);
    held.sort();
    released.sort();
    assert_eq!((released.len(), &held), (6, &released));
    drop(store);
    let store = open(dir.path());
    assert_eq!((store.braked(), release(&store, "ec-esatje", at(3), at(3) + ROUND)), (Ok(Vec::new()), Vec::new()));
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
    assert_eq!(discard(&store, "ec-esatje", at(2)).len(), 6);
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
    under_way.iter().for_each(|id| store.give_back(*id, at(5)).expect("gives back"));
    assert_eq!((states(&store), claimed(&store, "hook")), ((4, 1), Vec::new()));
    assert_eq!(release(&store, "ec-esatje", at(6), at(6)).len(), 4);
    assert_eq!(claimed(&store, "hook").len(), 4);
    whole(&store);
}

#[test]
fn what_is_held_is_held_in_a_backup_too() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(&dir.path().join("store"), 5);
    edit(&store, 1..=5, 20, 1);
    let braked = store.braked().expect("reads");
    let backup = store.backup(&dir.path().join("backups"), at(9)).expect("backs up");
    let into = dir.path().join("restored");
    Store::restore(&backup.path, &into, Options::new(at(0))).expect("restores");
    let store = open(&into);
    assert_eq!((claimed(&store, "hook"), store.braked()), (Vec::new(), Ok(braked)));
    assert_eq!(release(&store, "ec-esatje", at(10), at(10)).len(), 5);
    whole(&store);
}

#[test]
fn what_was_counted_and_what_was_discarded_counts_on_after_a_restore() {
    let dir = tempfile::tempdir().expect("a folder");
    let restored = |store: &Store, name: &str| {
        let backup = store.backup(&dir.path().join(format!("{name}-backups")), at(9)).expect("backs up");
        Store::restore(&backup.path, &dir.path().join(name), Options::new(at(0))).expect("restores");
        open(&dir.path().join(name))
    };
    let store = watching(&dir.path().join("store"), 7);
    edit(&store, 1..=4, 20, 1);
    let store = restored(&store, "counted");
    assert_eq!(edit(&store, [5], 20, 2).len(), 1);
    discard(&store, "ec-esatje", at(3));
    let store = restored(&store, "discarded");
    let late = changed(&store, &case(6), 2, EventKind::RecordEdited, 4);
    assert!(store.commit_judged(late, judged(20, 4, Some(0))).expect("commits").drift.is_some(), "it was not read since");
    whole(&store);
}

#[test]
fn what_is_told_besides_a_visit_is_counted_and_held_like_one() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(dir.path(), 6);
    let mut pulled = Vec::new();
    for n in 1..=5 {
        let Visit { cid, events, deliveries, .. } = changed(&store, &case(n), 1, EventKind::RecordDisagreement, 1);
        pulled.extend(store.announce(cid, 1, events, deliveries, brake(20, 1)).expect("announces").drift);
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
    assert_eq!(discard(&store, "ec-esatje", at(3)).len(), 10);
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
    assert_eq!(release(&store, "ec-esatje", at(3), at(3)).len(), 5);
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
    assert_eq!(release(&store, "ec-esatje", at(2), at(2)).len(), 5_000);
    assert_eq!(states(&store), (0, 5_000));
}

#[test]
fn news_that_shares_a_visit_with_a_change_is_told_when_the_change_is_discarded() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(dir.path(), 6);
    edit(&store, 1..=4, 20, 1);
    // The fifth visit tells of an edit, of the hearing that the edited act now names, and of a judgment.
    let told = [(EventKind::RecordEdited, 1), (EventKind::HearingScheduled, 1), (EventKind::RulingIssued, 2)];
    store.commit_judged(told_at_once(&store, &case(5), 2, &told, 2), brake(20, 2)).expect("commits");
    let braked = store.braked().expect("reads").remove(0);
    assert_eq!(braked.changes, [("hearing.scheduled", 1), ("record.edited", 5)].into());
    assert_eq!((braked.besides, braked.held), ([("ruling.issued", 1)].into(), 8));
    let decided = store.decide("ec-esatje", at(3), Decision::Discard).expect("discards");
    assert_eq!((decided.sent.len(), decided.ended.len()), (2, 7));
    assert_eq!(
        (kinds(&store, "hook", "waiting"), kinds(&store, "mail", "waiting")),
        (vec![vec!["ruling.issued"]], vec![vec!["ruling.issued"]])
    );
    assert_eq!(kinds(&store, "mail", "dropped"), [["record.edited", "hearing.scheduled", "ruling.issued"]]);
    drop(store);
    let store = open(dir.path());
    let mut due = [claimed(&store, "hook"), claimed(&store, "mail")].concat();
    due.sort();
    let mut sent = decided.sent;
    sent.sort();
    assert_eq!(due, sent);
    assert_eq!(store.decide("ec-esatje", at(4), Decision::Discard), Ok(crate::store::braked::Decided::default()));
    whole(&store);
}

#[test]
fn all_ends_on_request() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(dir.path(), 6);
    edit(&store, 1..=4, 20, 1);
    let told = [(EventKind::RecordEdited, 1), (EventKind::RulingIssued, 2)];
    store.commit_judged(told_at_once(&store, &case(5), 2, &told, 2), brake(20, 2)).expect("commits");
    let decided = store.decide("ec-esatje", at(3), Decision::DiscardAll).expect("discards");
    assert_eq!((decided.sent.len(), decided.ended.len()), (0, 7));
    assert_eq!((claimed(&store, "hook"), claimed(&store, "mail")), (Vec::new(), Vec::new()));
}

#[test]
fn what_other_visits_told_stays_on_its_way_when_the_brake_is_pulled() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(dir.path(), 6);
    // Before the edit, with it, and after it, all in one gathered mail; the other way round in the second case.
    for (n, told) in [(1, [EventKind::RulingIssued, EventKind::RecordEdited]), (2, [EventKind::RecordEdited, EventKind::RulingIssued])] {
        for (version, kind) in (2..).zip(told) {
            let visit = told_at_once(&store, &case(n), version, &[(kind, version)], i64::from(version));
            store.commit_judged(visit, brake(20, i64::from(version))).expect("commits");
        }
    }
    assert_eq!(kinds(&store, "mail", "open").len(), 2);
    edit(&store, 3..=5, 20, 10);
    assert_eq!(kinds(&store, "mail", "open"), [["ruling.issued"], ["ruling.issued"]]);
    assert_eq!(kinds(&store, "mail", "held"), [["record.edited"], ["record.edited"]]);
    assert_eq!(kinds(&store, "hook", "waiting"), [["ruling.issued"], ["ruling.issued"]]);
    // What gathers goes on gathering.
    let more = told_at_once(&store, &case(2), 4, &[(EventKind::FilingAdded, 9)], 11);
    store.commit_judged(more, brake(20, 11)).expect("commits");
    assert_eq!(kinds(&store, "mail", "open"), [vec!["ruling.issued"], vec!["ruling.issued", "filing.added"]]);
    discard(&store, "ec-esatje", at(12));
    assert_eq!(kinds(&store, "mail", "held").len(), 0);
    whole(&store);
}

#[test]
fn what_was_written_already_is_told_anew_without_what_was_discarded() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(dir.path(), 6);
    let told = [(EventKind::RulingIssued, 1), (EventKind::RecordEdited, 2)];
    store.commit_judged(told_at_once(&store, &case(1), 2, &told, 1), brake(20, 1)).expect("commits");
    let [mail] = store.claim("mail", at(700), 9)[..] else { panic!("one is due") };
    store.close(mail, at(700)).expect("closes");
    store.fix(mail, content(b"{both}".to_vec())).expect("fixes");
    store
        .record_attempt(mail, attempt(700, Outcome::Retry { why: "451".into(), after: None }), DeliveryState::Waiting { due: at(800) }, 1)
        .expect("records");
    store.give_back(mail, at(700)).expect("gives back");
    edit(&store, 2..=5, 20, 710);
    store.decide("ec-esatje", at(711), Decision::Discard).expect("discards");
    let [rest] = claimed(&store, "mail")[..] else { panic!("the ruling is told") };
    assert_ne!(rest, mail);
    let rest = store.delivery(rest).expect("reads").expect("is there");
    assert_eq!((rest.attempts, store.content(rest.id), store.content(mail)), (0, Ok(None), Ok(Some(content(b"{both}".to_vec())))));
    assert_eq!(kinds(&store, "mail", "waiting"), [["ruling.issued"]]);
    whole(&store);
}

#[test]
fn after_a_discard_the_cases_that_were_not_read_since_are_held_and_those_that_were_are_told() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(dir.path(), 30);
    let visit = |n: u32, version: u32, now: i64, read: i64| {
        let visit = changed(&store, &case(n), version, EventKind::RecordEdited, now);
        store.commit_judged(visit, judged(100, now, Some(read))).expect("commits").drift
    };
    let pulled: Vec<Drift> = (1..=21).filter_map(|n| visit(n, 2, i64::from(n), -600)).collect();
    assert_eq!(pulled.len(), 1);
    assert_eq!(discard(&store, "ec-esatje", at(100)).len(), 21);
    // The next of the round was last read before the site changed.
    let Some(Drift { changed: 22, watched: 100, .. }) = visit(22, 2, 101, -600) else { panic!("the brake is not pulled again") };
    assert_eq!((visit(23, 2, 102, -600), states(&store)), (None, (2, 21)));
    assert_eq!(store.braked().expect("reads")[0].held, 2);
    assert_eq!(discard(&store, "ec-esatje", at(110)).len(), 2);
    assert_eq!(visit(24, 2, 20_000, -600).map(|drift| drift.changed), Some(24), "one that comes after the round");
    discard(&store, "ec-esatje", at(20_001));
    // One that showed it and one that was read since change really.
    assert_eq!((visit(1, 3, 20_002, 1), visit(25, 2, 20_003, 90)), (None, None));
    assert_eq!(claimed(&store, "hook").len(), 2);
    // And another change of the site counts from the beginning.
    let again: Vec<u32> = (1..=25).filter(|n| visit(*n, 4 - u32::from(*n > 1), 40_000, 30_000).is_some()).collect();
    assert_eq!(again, [21]);
    whole(&store);
}

#[test]
fn old_entries_that_appear_in_many_cases_pull_it_whatever_they_are() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(dir.path(), 6);
    let visit = |n: u32, read: Option<i64>| {
        let visit = changed(&store, &case(n), 2, EventKind::RulingIssued, 10);
        store.commit_judged(visit, judged(20, 10, read)).expect("commits").drift
    };
    // Of cases that were never read, and of one that was not read for years, nothing can be said.
    assert_eq!([visit(6, None)].into_iter().flatten().count(), 0);
    let drifts: Vec<Drift> = (1..=5).filter_map(|n| visit(n, Some(0))).collect();
    let [Drift { way, changed: 5, .. }] = &drifts[..] else { panic!("{drifts:?}") };
    assert_eq!((way.as_str(), states(&store)), ("record.backdated", (5, 1)));
    assert_eq!(store.braked().expect("reads")[0].changes, [("ruling.issued", 5)].into());
    assert_eq!(discard(&store, "ec-esatje", at(20)).len(), 5);
}

/// Judged with a pace at which five of twenty cases are visited in a hundred seconds.
fn unhurried(seconds: i64) -> Option<Brake> {
    judged(20, seconds, None).map(|brake| Brake { pace: Duration::from_secs(400), ..brake })
}

#[test]
fn from_the_third_case_on_a_change_waits_for_the_fifth_and_other_news_does_not() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(dir.path(), 6);
    for n in 1..=4 {
        let told = [(EventKind::RecordEdited, 1), (EventKind::RulingIssued, 2)];
        store.commit_judged(told_at_once(&store, &case(n), 2, &told, 10), unhurried(10)).expect("commits");
    }
    let due = |seconds: i64| {
        let due = store.due_at(at(seconds), 99).into_iter().filter(|delivery| delivery.channel == "hook");
        due.flat_map(|delivery| delivery.events)
            .map(|id| store.event(id).expect("reads").expect("is there").kind.name())
            .collect::<Vec<_>>()
    };
    let count = |kind: &str, seconds: i64| due(seconds).into_iter().filter(|due| *due == kind).count();
    assert_eq!((count("record.edited", 109), count("ruling.issued", 109)), (2, 4));
    assert_eq!(kinds(&store, "mail", "open").iter().filter(|kinds| **kinds == ["ruling.issued"]).count(), 2);
    let waits = store.deliveries(DeliveryFilter::Pending, 99).expect("reads");
    let waits: Vec<_> = waits.iter().filter_map(|delivery| delivery.state.reason()).collect();
    assert_eq!(waits, [crate::domain::delivery::PAUSED; 4]);
    // No fifth came: they are told.
    assert_eq!(count("record.edited", 110), 4);
    whole(&store);
    drop(store);
    // Or it came, and nothing of them was sent.
    let store = open(dir.path());
    edit(&store, [5], 20, 20);
    assert_eq!(store.braked().expect("reads")[0].changes, [("record.edited", 5)].into());
    assert_eq!(kinds(&store, "mail", "held").len(), 6, "with what was told in the same visits");
    whole(&store);
}

#[test]
fn what_is_told_beside_visits_is_counted_and_held_like_them() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(dir.path(), 6);
    let silent = |n: u32, kind: EventKind| {
        let cid = store.cid(&case(n)).expect("reads").expect("is there");
        let event = Event { kind, id: Event::id_of(&case(n), 1, "silent", kind), ..event(&case(n), 1, 1) };
        let waiting = delivery(&event, "hook", DeliveryState::Waiting { due: at(5) });
        store.announce(cid, 1, vec![event], vec![waiting], judged(20, 5, Some(0))).expect("announces").drift
    };
    let drifts: Vec<Drift> = (1..=5).filter_map(|n| silent(n, EventKind::HearingSilent)).collect();
    let [Drift { way, changed: 5, .. }] = &drifts[..] else { panic!("{drifts:?}") };
    assert_eq!((way.as_str(), states(&store), store.is_braked("ec-esatje")), ("hearing.silent", (5, 0), Ok(true)));
    // Asking again after a restart neither counts nor tells anything twice.
    assert_eq!((silent(1, EventKind::HearingSilent), states(&store)), (None, (5, 0)));
    // A reminder is no change.
    assert_eq!((silent(6, EventKind::HearingReminder), states(&store)), (None, (5, 1)));
    whole(&store);
}
