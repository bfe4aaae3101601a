//! The life of deliveries.
//!
//! Gathering, closing, attempts, giving up and sending again, each against a real store. What a channel does with a delivery is
//! not tested here.

use super::damage::spoil;
use super::*;
use crate::domain::delivery::MOST_EVENTS;
use crate::store::error::StoreError;
use crate::store::keys::{self, Table};
use crate::store::outbox::DeliveryFilter;

/// A store with one case at version 1.
pub(super) fn started(dir: &Path) -> (Store, Cid) {
    let store = open(dir);
    let cid = store.register(&[case(1)]).expect("registers")[0];
    store.commit(news(cid, &case(1), 1)).expect("commits");
    (store, cid)
}

/// Commits version `n` with an event and a delivery of it.
pub(super) fn tell(store: &Store, cid: Cid, n: u32, channel: &str, state: DeliveryState) -> (Event, Delivery) {
    let mut visit = news(cid, &case(1), n);
    let event = visit.events[0].clone();
    let delivery = delivery(&event, channel, state);
    visit.deliveries = vec![delivery.clone()];
    store.commit(visit).expect("commits");
    (event, delivery)
}

#[test]
fn news_joins_an_open_delivery_and_urgent_news_closes_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let (store, cid) = started(dir.path());
    let (one, open_one) = tell(&store, cid, 2, "mail", DeliveryState::Open { due: at(60) });
    let (two, _) = tell(&store, cid, 3, "mail", DeliveryState::Open { due: at(90) });
    drop(store);
    let store = open(dir.path());
    let joined = store.delivery(open_one.id).expect("reads").expect("is there");
    assert_eq!(joined.events, [one.id, two.id]);
    assert_eq!(joined.state, DeliveryState::Open { due: at(60) });
    assert_eq!(store.next_due(), Ok(Some(at(60))));
    let (three, _) = tell(&store, cid, 4, "mail", DeliveryState::Waiting { due: at(30) });
    let joined = store.delivery(open_one.id).expect("reads").expect("is there");
    assert_eq!(joined.events, [one.id, two.id, three.id]);
    assert_eq!(store.due_at(at(30), 10), [joined]);
    let (_, next) = tell(&store, cid, 5, "mail", DeliveryState::Open { due: at(99) });
    assert_eq!(store.deliveries(DeliveryFilter::Pending, 10).expect("reads").len(), 2);
    assert_eq!(store.delivery(next.id).expect("reads").expect("a new one").events.len(), 1);
}

#[test]
fn a_closed_delivery_takes_no_more_news() {
    let dir = tempfile::tempdir().expect("a folder");
    let (store, cid) = started(dir.path());
    let (_, first) = tell(&store, cid, 2, "mail", DeliveryState::Open { due: at(60) });
    let closed = store.close(first.id, at(61)).expect("closes").expect("is there");
    assert_eq!(closed.state, DeliveryState::Waiting { due: at(61) });
    assert_eq!(store.close(first.id, at(70)), Ok(Some(closed)));
    let (_, second) = tell(&store, cid, 3, "mail", DeliveryState::Open { due: at(120) });
    assert_eq!(store.delivery(first.id).expect("reads").expect("is there").events.len(), 1);
    assert!(store.delivery(second.id).expect("reads").is_some());
    assert_eq!(store.close(crate::domain::id::Id([0; 16]), at(1)), Ok(None));
}

#[test]
fn attempts_and_bodies_are_kept_and_a_dead_one_can_be_sent_again() {
    let dir = tempfile::tempdir().expect("a folder");
    let (store, cid) = started(dir.path());
    let (_, delivery) = tell(&store, cid, 2, "hook", DeliveryState::Waiting { due: at(2) });
    let failed = attempt(3, Outcome::Rejected { why: "answered 410".into() });
    let dead = DeliveryState::Dead { at: at(3), reason: "answered 410".into() };
    let body = vec![b'x'; 20_000];
    store.record_attempt(delivery.id, failed.clone(), dead.clone(), 1).expect("records");
    assert_eq!(store.fix(delivery.id, content(body.clone())), Ok(content(body.clone())));
    assert_eq!(store.due_at(at(99), 10), []);
    assert_eq!(store.next_due(), Ok(None));
    assert_eq!(store.deliveries(DeliveryFilter::Dead, 10).expect("reads")[0].state, dead);
    assert_eq!(store.counts().expect("reads").dead, 1);
    assert_eq!(store.retry(&[delivery.id, crate::domain::id::Id([0; 16])], at(50)), Ok(1));
    assert_eq!(store.due_at(at(50), 10).len(), 1);
    store.record_attempt(delivery.id, sent(51), DeliveryState::Delivered { at: at(51) }, 1).expect("records");
    assert_eq!(store.attempts(delivery.id), Ok(vec![failed, sent(51)]));
    assert_eq!(store.content(delivery.id), Ok(Some(content(body))));
    assert_eq!(store.next_due(), Ok(None));
    assert_eq!(store.deliveries(DeliveryFilter::Case(cid), 10).expect("reads").len(), 1);
    assert!(store.record_attempt(crate::domain::id::Id([0; 16]), sent(1), dead, 1).is_err());
}

#[test]
fn what_is_fixed_stays_and_survives_a_restart() {
    let dir = tempfile::tempdir().expect("a folder");
    let (store, cid) = started(dir.path());
    let (_, delivery) = tell(&store, cid, 2, "mail", DeliveryState::Waiting { due: at(2) });
    let mail = Content { medium: Medium::Email, from: Some("Veedor <v@example.org>".into()), body: b"From: v".to_vec() };
    assert_eq!(store.content(delivery.id), Ok(None));
    assert_eq!(store.fix(delivery.id, mail.clone()), Ok(mail.clone()));
    assert_eq!(store.fix(delivery.id, content(b"{}".to_vec())), Ok(mail.clone()));
    assert_eq!(store.mail_domain("example.org"), Ok("example.org".into()));
    drop(store);
    let store = open(dir.path());
    assert_eq!(store.content(delivery.id), Ok(Some(mail.clone())));
    assert_eq!(store.mail_domain("otro.example.com"), Ok("example.org".into()));
    let backup = store.backup(&dir.path().join("backups"), at(9)).expect("backs up");
    let into = dir.path().join("restored");
    Store::restore(&backup.path, &into, Options::new(at(0))).expect("restores");
    let store = open(&into);
    assert_eq!((store.content(delivery.id), store.mail_domain("x")), (Ok(Some(mail)), Ok("example.org".into())));
}

#[test]
fn what_is_held_is_listed_with_what_failed_and_the_operator_may_end_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let (store, cid) = started(dir.path());
    let (_, one) = tell(&store, cid, 2, "mail", DeliveryState::Waiting { due: at(2) });
    let (_, two) = tell(&store, cid, 3, "mail", DeliveryState::Waiting { due: at(2) });
    let held = DeliveryState::Held { since: at(3), reason: "535".into() };
    for id in [one.id, two.id] {
        let tried = attempt(3, Outcome::Misconfigured { why: "535".into() });
        store.record_attempt(id, tried, held.clone(), 0).expect("records");
    }
    assert_eq!(store.deliveries(DeliveryFilter::Failed, 10).expect("reads").len(), 2);
    assert_eq!(store.deliveries(DeliveryFilter::Pending, 10).expect("reads").len(), 2);
    assert_eq!((store.counts().expect("reads").pending, store.next_due()), (2, Ok(None)));
    assert_eq!(store.claim("mail", at(999), 10), []);
    assert_eq!(store.end(&[one.id], at(4)), Ok(vec![one.id]));
    assert_eq!(store.retry(&[two.id], at(5)), Ok(1));
    assert_eq!(store.asked_for(), ["mail"]);
    assert_eq!(store.claim("mail", at(999), 10), [two.id]);
    // Ended while it was under way: a failure does not bring it back, an arrival is an arrival.
    store.end(&[two.id], at(6)).expect("ends");
    let failed = attempt(6, Outcome::Retry { why: "500".into(), after: None });
    store.record_attempt(two.id, failed, DeliveryState::Waiting { due: at(9) }, 1).expect("records");
    store.give_back(two.id, at(6)).expect("gives back");
    assert_eq!(store.delivery(two.id).expect("reads").expect("is there").state, DeliveryState::Dropped { at: at(6) });
    assert_eq!(store.claim("mail", at(999), 10), []);
    assert_eq!(store.deliveries(DeliveryFilter::Failed, 10), Ok(Vec::new()));
    assert_eq!(store.fsck(false).expect("checks").problems, Vec::<String>::new());
}

#[test]
fn a_settled_delivery_that_is_sent_again_has_one_attempt_and_a_waiting_one_keeps_its_count() {
    let dir = tempfile::tempdir().expect("a folder");
    let (store, cid) = started(dir.path());
    let (_, dead) = tell(&store, cid, 2, "mail", DeliveryState::Waiting { due: at(2) });
    let (_, waiting) = tell(&store, cid, 3, "mail", DeliveryState::Waiting { due: at(2) });
    let failed = || attempt(3, Outcome::Retry { why: "500".into(), after: None });
    store.record_attempt(dead.id, failed(), DeliveryState::Dead { at: at(3), reason: "500".into() }, 9).expect("records");
    store.record_attempt(waiting.id, failed(), DeliveryState::Waiting { due: at(900) }, 4).expect("records");
    store.retry(&[dead.id, waiting.id], at(7)).expect("retries");
    let state = |id| store.delivery(id).map(|delivery| delivery.map(|delivery| (delivery.state, delivery.attempts)));
    assert_eq!(state(dead.id), Ok(Some((DeliveryState::Again { due: at(7) }, 9))));
    assert_eq!(state(waiting.id), Ok(Some((DeliveryState::Waiting { due: at(7) }, 4))));
}

#[test]
fn a_mail_that_is_full_takes_no_more_and_the_rest_goes_into_the_next() {
    let dir = tempfile::tempdir().expect("a folder");
    let (store, cid) = started(dir.path());
    let mut visit = news(cid, &case(1), 2);
    visit.events = (0..MOST_EVENTS).map(|n| event(&case(1), 2, u32::try_from(n).expect("small") + 100)).collect();
    let ids: Vec<_> = visit.events.iter().map(|event| event.id).collect();
    let full = Delivery { events: ids, ..delivery(&visit.events[0], "mail", DeliveryState::Open { due: at(60) }) };
    visit.deliveries = vec![full.clone()];
    store.commit(visit).expect("commits");
    let (_, next) = tell(&store, cid, 3, "mail", DeliveryState::Open { due: at(90) });
    let full = store.delivery(full.id).expect("reads").expect("is there");
    assert_eq!((full.events.len(), full.state), (MOST_EVENTS, DeliveryState::Waiting { due: at(60) }));
    assert_eq!(store.delivery(next.id).expect("reads").expect("a new one").events.len(), 1);
}

#[test]
fn a_misconfigured_channel_fills_no_disk_with_the_same_complaint() {
    let dir = tempfile::tempdir().expect("a folder");
    let (store, cid) = started(dir.path());
    let (_, delivery) = tell(&store, cid, 2, "mail", DeliveryState::Waiting { due: at(2) });
    for n in 0..5 {
        let why = if n < 3 { "535 bad password" } else { "no such channel" };
        let attempt = attempt(n, Outcome::Misconfigured { why: why.into() });
        store.record_attempt(delivery.id, attempt, DeliveryState::Waiting { due: at(n + 600) }, 0).expect("records");
    }
    let attempts = store.attempts(delivery.id).expect("reads");
    assert_eq!(attempts.iter().map(|attempt| attempt.at).collect::<Vec<_>>(), [at(2), at(4)]);
}

#[test]
fn a_delivery_that_does_not_read_back_stops_no_other() {
    let dir = tempfile::tempdir().expect("a folder");
    let (store, cid) = started(dir.path());
    let (_, broken) = tell(&store, cid, 2, "mail", DeliveryState::Waiting { due: at(1) });
    let (_, whole) = tell(&store, cid, 3, "hook", DeliveryState::Waiting { due: at(2) });
    let tree = store.inner.trees.at(Table::Delivery);
    let mut value = tree.get(broken.id.0).expect("reads").expect("is there").to_vec();
    value[8] ^= 1;
    tree.insert(broken.id.0, value).expect("writes");
    assert!(matches!(store.delivery(broken.id), Err(StoreError::Damaged(_))));
    drop(store);
    let store = open(dir.path());
    assert_eq!(store.damaged_deliveries(), [broken.id]);
    assert_eq!(store.claim("mail", at(5), 10), []);
    assert_eq!(store.claim("hook", at(5), 10), [whole.id]);
}

#[test]
fn what_does_not_read_back_is_left_out_of_a_listing_and_costs_it_nothing_else() {
    let dir = tempfile::tempdir().expect("a folder");
    let (store, cid) = started(dir.path());
    let (_, broken) = tell(&store, cid, 2, "hook", DeliveryState::Waiting { due: at(1) });
    let (_, whole) = tell(&store, cid, 3, "hook", DeliveryState::Waiting { due: at(2) });
    let other = store.register(&[case(2)]).expect("registers")[0];
    store.commit(news(other, &case(2), 1)).expect("commits");
    store.commit(news(other, &case(2), 2)).expect("commits");
    store.spoil_delivery(broken.id);
    spoil(&store, Table::Name, &keys::cid(other));
    for filter in [DeliveryFilter::Pending, DeliveryFilter::All, DeliveryFilter::Case(cid)] {
        assert_eq!(store.deliveries(filter, usize::MAX), Ok(vec![whole.clone()]), "{filter:?}");
    }
    let dead = DeliveryState::Dead { at: at(3), reason: "410".into() };
    store.record_attempt(whole.id, attempt(3, Outcome::Rejected { why: "410".into() }), dead, 1).expect("records");
    assert_eq!(store.deliveries(DeliveryFilter::Failed, 9).expect("reads").len(), 1);
    // The same when it is given another time together with others: one of them went bad meanwhile.
    assert_eq!(store.retry(&[broken.id, whole.id], at(4)), Ok(1));
    assert_eq!(store.hold("hook", "it is disabled", at(9)), Ok(2));
}

#[test]
fn what_the_brake_holds_of_a_case_whose_name_is_damaged_hides_no_other_source() {
    let dir = tempfile::tempdir().expect("a folder");
    let (store, cid) = started(dir.path());
    tell(&store, cid, 2, "hook", DeliveryState::Braked { since: at(1) });
    let other = store.register(&[CaseRef { source: "pe-otra".into(), ..case(2) }]).expect("registers")[0];
    let other_case = store.case(other).expect("reads").expect("is there");
    store.commit(news(other, &other_case, 1)).expect("commits");
    let mut held = news(other, &other_case, 2);
    held.deliveries[0].state = DeliveryState::Braked { since: at(1) };
    store.commit(held).expect("commits");
    spoil(&store, Table::Name, &keys::cid(cid));
    let braked = store.braked().expect("reads");
    assert_eq!(braked.iter().map(|one| (one.source.as_str(), one.held)).collect::<Vec<_>>(), [("pe-otra", 1)]);
}
