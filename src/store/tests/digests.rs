//! Digests: the news of several cases joins the delivery of its window, over restarts, restores and the brake.

use super::*;
use crate::domain::brake::Brake;
use crate::domain::delivery::MOST_IN_DIGEST;
use crate::domain::id::Id;
use crate::store::braked::Decision;
use crate::store::outbox::DeliveryFilter;

/// The end of the window of all tests but where they say otherwise.
const END: i64 = 600;

pub(super) fn digest_of(events: &[Event], end: i64) -> Delivery {
    let ids: Vec<Id> = events.iter().map(|event| event.id).collect();
    Delivery { case: CaseRef::of_digests(), events: ids, ..delivery(&events[0], "mail", DeliveryState::Open { due: at(end) }) }
}

/// A visit of a case that brings `count` events, told in a digest.
fn brings(store: &Store, n: u32, version: u32, count: u32, end: i64) -> Visit {
    let cid = store.register(&[case(n)]).expect("registers")[0];
    let mut visit = news(cid, &case(n), version);
    visit.events = (0..count).map(|entry| event(&case(n), version, 100 + entry)).collect();
    visit.deliveries = if count == 0 { Vec::new() } else { vec![digest_of(&visit.events, end)] };
    visit
}

fn commit(store: &Store, n: u32, version: u32, count: u32, end: i64) -> Vec<Event> {
    let visit = brings(store, n, version, count, end);
    let events = visit.events.clone();
    store.commit(visit).expect("commits");
    events
}

/// A store in which cases 1 to `cases` have their first version.
fn watching(dir: &Path, cases: u32) -> Store {
    let store = open(dir);
    (1..=cases).for_each(|n| drop(commit(&store, n, 1, 0, END)));
    store
}

fn ids(events: &[Event]) -> Vec<Id> {
    events.iter().map(|event| event.id).collect()
}

fn all(store: &Store) -> Vec<Delivery> {
    let mut all = store.deliveries(DeliveryFilter::All, usize::MAX).expect("reads");
    all.sort_by_key(|delivery| (delivery.created, delivery.events.len()));
    all
}

fn is_whole(store: &Store) {
    assert_eq!(store.fsck(false).expect("checks").problems, Vec::<String>::new());
}

#[test]
fn the_news_of_two_cases_is_one_delivery_whatever_is_restarted_in_between() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(dir.path(), 2);
    let one = commit(&store, 1, 2, 2, END);
    drop(store);
    let store = open(dir.path());
    let two = commit(&store, 2, 2, 1, END);
    let id = Delivery::id_of_digest("mail", "a@example.org", at(END));
    let expected: Vec<Id> = ids(&one).into_iter().chain(ids(&two)).collect();
    let [digest] = &all(&store)[..] else { panic!("{:?}", all(&store)) };
    assert_eq!((digest.id, digest.is_digest(), &digest.events), (id, true, &expected));
    assert_eq!(digest.state, DeliveryState::Open { due: at(END) });
    // Both cases show it, and each visit that is committed twice tells nothing twice.
    for n in [1, 2] {
        let cid = store.cid(&case(n)).expect("reads").expect("is there");
        assert_eq!(store.deliveries(DeliveryFilter::Case(cid), 9).expect("reads"), std::slice::from_ref(digest), "case {n}");
    }
    assert_eq!(store.claim("mail", at(END - 1), 9), []);
    assert_eq!(store.claim("mail", at(END), 9), [id]);
    is_whole(&store);
}

#[test]
fn a_backup_brings_back_the_same_digest_and_what_was_not_in_it_joins_again() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(&dir.path().join("a"), 2);
    let one = commit(&store, 1, 2, 1, END);
    let backup = store.backup(&dir.path().join("backups"), at(9)).expect("backs up");
    commit(&store, 2, 2, 1, END);
    drop(store);
    let into = dir.path().join("restored");
    Store::restore(&backup.path, &into, Options::new(at(0))).expect("restores");
    let store = open(&into);
    // The next visit of the second case finds the same news again.
    let two = commit(&store, 2, 2, 1, END);
    let [digest] = &all(&store)[..] else { panic!("{:?}", all(&store)) };
    assert_eq!(
        (digest.id, digest.events.clone()),
        (Delivery::id_of_digest("mail", "a@example.org", at(END)), [ids(&one), ids(&two)].concat())
    );
    is_whole(&store);
}

#[test]
fn late_news_of_a_window_that_was_sent_is_told_in_a_further_digest() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(dir.path(), 3);
    commit(&store, 1, 2, 1, END);
    let id = Delivery::id_of_digest("mail", "a@example.org", at(END));
    store.close(id, at(END)).expect("closes");
    store.record_attempt(id, sent(END), DeliveryState::Delivered { at: at(END) }, 1).expect("records");
    // The clock was set back: the same window once more.
    let two = commit(&store, 2, 2, 1, END);
    let three = commit(&store, 3, 2, 1, END);
    let pending = store.deliveries(DeliveryFilter::Pending, 9).expect("reads");
    let [further] = &pending[..] else { panic!("{pending:?}") };
    assert_eq!(further.events, [ids(&two), ids(&three)].concat());
    assert_ne!(further.id, id);
    assert_eq!(further.id, Delivery::id_of_further_digest("mail", "a@example.org", at(END), two[0].id));
    is_whole(&store);
}

#[test]
fn a_full_digest_and_another_window_close_it_and_nothing_is_lost() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(dir.path(), 4);
    let most = u32::try_from(MOST_IN_DIGEST).expect("fits");
    let mut told = ids(&commit(&store, 1, 2, most - 10, END));
    told.extend(ids(&commit(&store, 2, 2, 20, END)));
    // A later window leaves the earlier as it is; an earlier one (the watch list says "hourly" now) takes what is open with it.
    told.extend(ids(&commit(&store, 3, 2, 1, END + 100)));
    told.extend(ids(&commit(&store, 4, 2, 1, END - 100)));
    let mut digests: Vec<(usize, DeliveryState)> = all(&store).into_iter().map(|one| (one.events.len(), one.state)).collect();
    digests.sort_by_key(|(count, _)| *count);
    let waiting = DeliveryState::Waiting { due: at(END) };
    assert_eq!(digests, [(2, DeliveryState::Open { due: at(END - 100) }), (20, waiting.clone()), (190, waiting)]);
    let mut kept: Vec<Id> = all(&store).into_iter().flat_map(|one| one.events).collect();
    kept.sort();
    told.sort();
    assert_eq!(kept, told);
    is_whole(&store);
}

#[test]
fn more_news_than_one_digest_holds_becomes_several_of_one_window() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(dir.path(), 1);
    let mut visit = brings(&store, 1, 2, 250, END);
    visit.deliveries = visit.events.chunks(MOST_IN_DIGEST).map(|events| digest_of(events, END)).collect();
    let told = ids(&visit.events);
    store.commit(visit).expect("commits");
    let mut digests = all(&store);
    digests.sort_by_key(|one| std::cmp::Reverse(one.events.len()));
    assert_eq!(digests.iter().map(|one| one.events.len()).collect::<Vec<_>>(), [200, 50]);
    assert_eq!(digests.into_iter().flat_map(|one| one.events).collect::<Vec<_>>(), told);
}

#[test]
fn a_crash_between_any_two_visits_tells_each_event_once() {
    for crash in 0..4 {
        let dir = tempfile::tempdir().expect("a folder");
        let mut store = watching(dir.path(), 4);
        let mut told = Vec::new();
        for n in 1..=4u32 {
            // The same visit twice: once before the crash, and again because nobody noted it.
            let visit = brings(&store, n, 2, 3, END);
            told.extend(ids(&visit.events));
            store.commit(visit.clone()).expect("commits");
            if n == crash + 1 {
                drop(store);
                store = open(dir.path());
                let again = Visit { version: None, ..visit };
                store.commit(again).expect("commits");
            }
        }
        let [digest] = &all(&store)[..] else { panic!("{:?}", all(&store)) };
        assert_eq!(digest.events, told, "crash after visit {crash}");
    }
}

fn brake(seconds: i64) -> Option<Brake> {
    let routes = Vec::new();
    let hour = Duration::from_secs(3600);
    Some(Brake { watched: 20, round: hour, pace: Duration::ZERO, read_before: None, now: at(seconds), routes })
}

/// Commits an edit and a ruling of a case, both told in a digest.
fn edit(store: &Store, n: u32) -> (Event, Event) {
    let mut visit = brings(store, n, 2, 2, END);
    for (event, kind) in visit.events.iter_mut().zip([EventKind::RecordEdited, EventKind::RulingIssued]) {
        *event = Event { kind, id: Event::id_of(&case(n), 2, kind.name(), kind), ..event.clone() };
    }
    visit.deliveries = vec![digest_of(&visit.events, END)];
    let told = (visit.events[0].clone(), visit.events[1].clone());
    store.commit_judged(visit, brake(10)).expect("commits");
    told
}

#[test]
fn what_the_brake_holds_does_not_leak_through_a_digest_and_takes_nothing_else_with_it() {
    for (closed, decision) in [(false, Decision::Discard), (true, Decision::Discard), (true, Decision::Release { until: at(9_000) })] {
        let dir = tempfile::tempdir().expect("a folder");
        let store = watching(dir.path(), 7);
        let other = commit(&store, 7, 2, 1, END);
        let id = Delivery::id_of_digest("mail", "a@example.org", at(END));
        let mut edits = Vec::new();
        for n in 1..=4 {
            edits.push(edit(&store, n));
        }
        if closed {
            // It was written, and its relay is down.
            store.close(id, at(END)).expect("closes");
            store.fix(id, content(b"all of it".to_vec())).expect("fixes");
            let failed = attempt(END, Outcome::Retry { why: "451".into(), after: None });
            store.record_attempt(id, failed, DeliveryState::Waiting { due: at(END + 9) }, 1).expect("records");
        }
        edits.push(edit(&store, 5));
        let digest = store.delivery(id).expect("reads").expect("is there");
        assert_eq!(digest.events, ids(&other), "closed {closed}");
        assert_eq!(store.content(id), Ok(None), "what was written told of the edits too");
        let braked = store.deliveries(DeliveryFilter::Braked, 99).expect("reads");
        assert_eq!(braked.len(), 5);
        assert!(braked.iter().all(|one| !one.is_digest() && one.events.len() == 2), "{braked:?}");
        drop(store);
        let store = open(dir.path());
        store.decide("ec-esatje", at(20), decision).expect("decides");
        let sent: Vec<Id> = store.due_at(at(9_000), 99).into_iter().flat_map(|one| one.events).collect();
        let (told, besides): (Vec<Id>, Vec<Id>) = edits.iter().map(|(edit, ruling)| (edit.id, ruling.id)).unzip();
        let is_released = matches!(decision, Decision::Release { .. });
        assert!(besides.iter().chain(&ids(&other)).all(|id| sent.iter().filter(|sent| *sent == id).count() == 1), "{sent:?}");
        assert!(told.iter().all(|id| sent.contains(id) == is_released));
        // Later news of the window is told, whatever became of the digest.
        let later = commit(&store, 6, 2, 1, END);
        let pending = store.deliveries(DeliveryFilter::Pending, 99).expect("reads");
        assert!(pending.iter().any(|one| one.events.contains(&later[0].id)));
        is_whole(&store);
    }
}

#[test]
fn a_digest_of_which_everything_is_held_gives_its_window_to_later_news() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(dir.path(), 6);
    (1..=5).for_each(|n| drop(edit(&store, n)));
    assert_eq!(store.due_at(at(END), 9), []);
    let later = commit(&store, 6, 2, 1, END);
    drop(store);
    let store = open(dir.path());
    let more = commit(&store, 6, 3, 1, END);
    let pending = store.due_at(at(END), 9);
    let [digest] = &pending[..] else { panic!("{pending:?}") };
    assert_eq!((digest.is_digest(), digest.events.clone()), (true, [ids(&later), ids(&more)].concat()));
    is_whole(&store);
}

#[test]
fn what_is_planned_anew_keeps_gathering_and_is_found_at_its_new_time() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(dir.path(), 2);
    commit(&store, 1, 2, 1, END);
    let id = Delivery::id_of_digest("mail", "a@example.org", at(END));
    assert_eq!(store.replan(&[id], at(END + 50)), Ok(1));
    assert_eq!(store.claim("mail", at(END), 9), []);
    commit(&store, 2, 2, 1, END + 50);
    assert_eq!(store.delivery(id).expect("reads").expect("is there").events.len(), 2);
    assert_eq!(store.claim("mail", at(END + 50), 9), [id]);
    assert!(!store.is_asked_for(id));
    store.retry(&[id], at(END + 51)).expect("retries");
    assert!(store.is_asked_for(id) && !store.is_asked_for(id), "one wish is one attempt");
}

/// How an attempt at a digest ends that was on its way when the brake was pulled.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Arrived,
    Failed,
    Refused,
    /// Nothing is noted: a crash.
    Crashed,
    /// What was noted is not given back.
    CrashedLater,
    /// The brake is pulled only after the failure was noted.
    PulledLater,
    /// The operator released it meanwhile.
    Released,
}

#[test]
fn what_was_on_its_way_when_the_brake_was_pulled_is_held_when_it_does_not_arrive() {
    use End::{Arrived, Crashed, CrashedLater, Failed, PulledLater, Refused, Released};
    for end in [Arrived, Failed, Refused, Crashed, CrashedLater, PulledLater, Released] {
        let dir = tempfile::tempdir().expect("a folder");
        let mut store = watching(dir.path(), 7);
        let other = commit(&store, 7, 2, 1, END);
        let mut edits: Vec<(Event, Event)> = (1..=4).map(|n| edit(&store, n)).collect();
        let id = Delivery::id_of_digest("mail", "a@example.org", at(END));
        assert_eq!(store.claim("mail", at(END), 9), [id]);
        store.close(id, at(END)).expect("closes");
        store.fix(id, content(b"all of it".to_vec())).expect("fixes");
        let waiting = DeliveryState::Waiting { due: at(END + 60) };
        let retry = |store: &Store, state: &DeliveryState| {
            let outcome = Outcome::Retry { why: "451".into(), after: None };
            store.record_attempt(id, attempt(END, outcome), state.clone(), 1).expect("records");
        };
        if end == PulledLater {
            retry(&store, &waiting);
        }
        edits.push(edit(&store, 5));
        assert_eq!(store.delivery(id).expect("reads").expect("is there").events.len(), 9, "it is on its way");
        match end {
            Arrived => store.record_attempt(id, sent(END), DeliveryState::Delivered { at: at(END) }, 1).expect("records"),
            Failed | CrashedLater => retry(&store, &waiting),
            Refused => retry(&store, &DeliveryState::Dead { at: at(END), reason: "550".into() }),
            Released => {
                store.decide("ec-esatje", at(END), Decision::Release { until: at(9_000) }).expect("releases");
                retry(&store, &waiting);
            }
            Crashed | PulledLater => {}
        }
        if matches!(end, Crashed | CrashedLater) {
            drop(store);
            store = open(dir.path());
            assert_eq!(store.hold_back(at(END)), Ok(1));
            assert_eq!(store.hold_back(at(END)), Ok(0), "it is held once");
        } else {
            store.give_back(id, at(END)).expect("gives back");
        }
        let digest = store.delivery(id).expect("reads").expect("is there");
        let braked = store.deliveries(DeliveryFilter::Braked, 99).expect("reads");
        if matches!(end, Arrived | Released) {
            assert_eq!((digest.events.len(), braked.len()), (9, usize::from(end == Arrived)), "{end:?}");
            continue;
        }
        assert_eq!(digest.events, ids(&other), "{end:?}");
        assert_eq!(store.content(id), Ok(None), "{end:?}");
        assert!(braked.len() == 5 && braked.iter().all(|one| one.events.len() == 2), "{end:?} {braked:?}");
        assert_eq!(store.braked().expect("reads")[0].changes, [("record.edited", 5)].into());
        // The rest is told, and with the operator's decision what came beside the changes, and neither of them twice.
        let due = store.claim("mail", at(9_000), 9);
        assert_eq!(due, if end == Refused { vec![] } else { vec![id] }, "{end:?}");
        store.decide("ec-esatje", at(END + 1), Decision::Discard).expect("discards");
        let sent: Vec<Id> = store.due_at(at(9_000), 99).into_iter().flat_map(|one| one.events).collect();
        assert!(edits.iter().all(|(edit, ruling)| !sent.contains(&edit.id) && sent.contains(&ruling.id)), "{end:?}");
        is_whole(&store);
    }
}

#[test]
fn what_is_announced_of_a_held_case_after_the_brake_was_pulled_stays_in_its_digest() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = watching(dir.path(), 5);
    (1..=5).for_each(|n| drop(edit(&store, n)));
    let mut reminder = event(&case(1), 2, 300);
    (reminder.kind, reminder.seen_at) = (EventKind::HearingReminder, at(20));
    let cid = store.cid(&case(1)).expect("reads").expect("is there");
    store.announce(cid, 2, vec![reminder.clone()], vec![digest_of(std::slice::from_ref(&reminder), END)], brake(20)).expect("announces");
    let [id] = store.claim("mail", at(END), 9)[..] else { panic!("one is due") };
    store.close(id, at(END)).expect("closes");
    let failed = attempt(END, Outcome::Retry { why: "451".into(), after: None });
    store.record_attempt(id, failed, DeliveryState::Waiting { due: at(END + 60) }, 1).expect("records");
    store.give_back(id, at(END)).expect("gives back");
    assert_eq!(store.delivery(id).expect("reads").expect("is there").events, [reminder.id]);
    assert_eq!(store.hold_back(at(END)), Ok(0));
    is_whole(&store);
}
