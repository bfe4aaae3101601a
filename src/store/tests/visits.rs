//! Registering, committing and reading back.
//!
//! What a visit leaves behind must read back as it was, over restarts, and what does not fit must leave nothing. The
//! long histories are in `model`.

use super::*;
use crate::domain::diff::Missing;
use crate::store::error::StoreError;

#[test]
fn a_case_keeps_its_number_and_is_registered_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let cids = store.register(&[case(1), case(2), case(1)]).expect("registers");
    assert_eq!(cids, [1, 2, 1]);
    drop(store);
    let store = open(dir.path());
    assert_eq!(store.register(&[case(3), case(2)]).expect("registers"), [3, 2]);
    assert_eq!(store.cid(&case(3)), Ok(Some(3)));
    assert_eq!(store.cid(&case(4)), Ok(None));
    assert_eq!(store.case(2), Ok(Some(case(2))));
    assert_eq!(store.head(2), Ok(None));
}

#[test]
fn plans_are_read_for_every_case() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    store.register(&[case(1), case(2)]).expect("registers");
    let row = Row { next_due: 9, last_ok: 8, fails: 7, seen: [6; 8] };
    store.touch(&[(2, row)]).expect("touches");
    assert_eq!(store.rows(), Ok(vec![(1, Row::default()), (2, row)]));
}

#[test]
fn a_visit_reads_back_as_it_was_after_a_restart() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let cid = store.register(&[case(1)]).expect("registers")[0];
    for n in 1..=40 {
        let mut visit = news(cid, &case(1), n);
        visit.missing = Some([(crate::domain::diff::Part::Entry(EntryKey("gone".into())), Missing { since: at(1), visits: n })].into());
        let done = store.commit(visit).expect("commits");
        assert_eq!((done.version, done.events.len()), (n, usize::from(n > 1)));
    }
    drop(store);
    let store = open(dir.path());
    let head = store.head(cid).expect("reads").expect("is there");
    let expected = Head { seq: 39, ..visit(cid, &case(1), 40).head };
    assert_eq!(head, expected);
    assert_eq!(store.missing(cid).expect("reads").len(), 1);
    for n in 1..=40 {
        assert_eq!(store.version(cid, n), Ok(Some(version(n, docket(n), i64::from(n)))), "version {n}");
    }
    assert_eq!(store.version(cid, 41), Ok(None));
    let events = store.case_events(cid).expect("reads");
    assert_eq!(events.iter().map(|event| event.seq).collect::<Vec<_>>(), (1..=39).collect::<Vec<_>>());
    assert_eq!(events[4], Event { seq: 5, ..event(&case(1), 6, 5) });
    assert_eq!(store.event(events[4].id), Ok(Some(events[4].clone())));
    assert_eq!(store.events_after(37, 10).expect("reads").iter().map(|(n, _)| *n).collect::<Vec<_>>(), [38, 39]);
    let versions = store.versions(cid).expect("reads");
    let keyframes: Vec<u32> = versions.iter().filter(|version| version.base.is_none()).map(|version| version.number).collect();
    assert!(keyframes.contains(&1) && keyframes.len() >= 3, "{keyframes:?}");
    assert!(keyframes.windows(2).all(|pair| pair[1] - pair[0] <= 16), "{keyframes:?}");
}

#[test]
fn an_event_that_was_told_is_not_told_again() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let cid = store.register(&[case(1)]).expect("registers")[0];
    store.commit(news(cid, &case(1), 1)).expect("commits");
    store.commit(news(cid, &case(1), 2)).expect("commits");
    let (old, new) = (event(&case(1), 2, 1), event(&case(1), 2, 77));
    let mut again = visit(cid, &case(1), 2);
    let mut both = delivery(&old, "hook", DeliveryState::Waiting { due: at(9) });
    both.events.push(new.id);
    again.deliveries = vec![both, delivery(&old, "hook", DeliveryState::Waiting { due: at(9) })];
    again.events = vec![old, new.clone()];
    let done = store.commit(again).expect("commits");
    assert_eq!(done.events, [new.id]);
    assert_eq!(done.deliveries, [Delivery::id_of("hook", "a@example.org", new.id)]);
    assert_eq!(store.head(cid).expect("reads").expect("is there").seq, 2);
}

#[test]
fn a_visit_that_does_not_fit_is_refused_and_nothing_is_written() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let cid = store.register(&[case(1), case(2)]).expect("registers")[0];
    store.commit(news(cid, &case(1), 1)).expect("commits");
    let wrong = [news(cid, &case(1), 1), news(cid, &case(1), 3), visit(cid, &case(1), 0), news(cid, &case(2), 2), news(99, &case(1), 2)];
    for visit in wrong {
        assert!(matches!(store.commit(visit), Err(StoreError::Refused(_))));
    }
    assert_eq!(store.head(cid).expect("reads").expect("is there").version, 1);
    assert_eq!(store.failed(), None);
    store.commit(news(cid, &case(1), 2)).expect("the next one fits");
}

#[test]
fn a_docket_of_ten_thousand_entries_is_stored_in_small_values() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let cid = store.register(&[case(1)]).expect("registers")[0];
    for (n, entries) in [(1, 10_000), (2, 10_001)] {
        let mut visit = visit(cid, &case(1), n);
        visit.version = Some(version(n, docket(entries), 1));
        store.commit(visit).expect("commits");
    }
    assert_eq!(store.docket(cid, 2), Ok(Some(docket(10_001))));
    assert_eq!(store.versions(cid).expect("reads")[1].base, Some(1));
    assert_eq!(store.blob_files(), 0);
}

#[test]
fn a_docket_that_is_too_large_with_its_pages_is_refused_and_nothing_is_written() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let cid = store.register(&[case(1)]).expect("registers")[0];
    let mut large = news(cid, &case(1), 1);
    large.version.as_mut().expect("has one").pages[0].body = vec![b'x'; 33 << 20];
    let refused = store.commit(large).expect_err("is refused");
    assert!(matches!(refused, crate::store::error::StoreError::Oversized(_)) && !refused.is_fatal(), "{refused}");
    assert_eq!(store.head(cid), Ok(None));
    store.commit(news(cid, &case(1), 1)).expect("a smaller one is kept");
}

#[test]
fn what_is_told_beside_a_visit_is_told_once_and_changes_nothing_else_of_the_case() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let cid = store.register(&[case(1)]).expect("registers")[0];
    for n in 1..=2 {
        store.commit(news(cid, &case(1), n)).expect("commits");
    }
    let before = store.head(cid).expect("reads").expect("is there");
    let told = event(&case(1), 2, 77);
    // The first message that this channel ever gets: its address is a word that no visit has written.
    let waiting = delivery(&told, "calendar", DeliveryState::Waiting { due: at(9) });
    let announce = |version| store.announce(cid, version, vec![told.clone()], vec![waiting.clone()], None);
    assert!(matches!(announce(1), Err(StoreError::Refused(_))), "an older version");
    let done = announce(2).expect("announces");
    assert_eq!((done.events.as_slice(), done.deliveries.len()), (&[told.id][..], 1));
    assert_eq!(announce(2).expect("announces again"), crate::store::commit::Committed { version: 2, ..Default::default() });
    let after = store.head(cid).expect("reads").expect("is there");
    assert_eq!(after, Head { seq: before.seq + 1, ..before });
    drop(store);
    let store = open(dir.path());
    assert_eq!(store.event(told.id), Ok(Some(Event { seq: after.seq, ..told.clone() })));
    assert_eq!(store.due_at(at(100), 9).len(), 2, "that of the visit and that of the calendar");
    assert_eq!(store.delivery(waiting.id).expect("reads").map(|kept| kept.channel), Some("calendar".to_owned()));
    // The next visit of the case goes on from there.
    assert_eq!(store.commit(news(cid, &case(1), 3)).expect("commits").version, 3);
}
