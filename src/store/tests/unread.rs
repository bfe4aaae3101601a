//! Deliveries of which a part does not read back: the alert is told all the same.

use super::damage::spoil;
use super::deliveries::{started, tell};
use super::*;
use crate::domain::silence::{Scope, Silence};
use crate::store::keys::{self, Table};
use crate::store::outbox::DeliveryFilter;

/// The row of an event.
fn event_row(store: &Store, id: Id) -> [u8; 8] {
    let number = crate::store::rows::get::<u64>(&store.inner.trees, Table::EventId, &id.0).expect("reads");
    number.expect("is there").to_be_bytes()
}

fn failed(seconds: i64) -> Attempt {
    attempt(seconds, Outcome::Retry { why: "451".into(), after: None })
}

#[test]
fn a_message_that_does_not_read_back_or_lost_an_event_is_written_anew_under_its_id() {
    for spoils_event in [false, true] {
        let dir = tempfile::tempdir().expect("a folder");
        let (store, cid) = started(dir.path());
        let (one, made) = tell(&store, cid, 2, "mail", DeliveryState::Open { due: at(60) });
        let (two, _) = tell(&store, cid, 3, "mail", DeliveryState::Open { due: at(60) });
        store.close(made.id, at(60)).expect("closes");
        store.fix(made.id, content(order(1).into_bytes())).expect("fixes");
        match spoils_event {
            true => spoil(&store, Table::Event, &event_row(&store, two.id)),
            false => spoil(&store, Table::Body, &made.id.0),
        }
        let store = {
            drop(store);
            open(dir.path())
        };
        assert_eq!(store.claim("mail", at(60), 9), [made.id]);
        assert_eq!(store.content(made.id), Ok(None));
        let anew = content(order(2).into_bytes());
        assert_eq!(store.fix(made.id, anew.clone()), Ok(anew.clone()));
        assert_eq!(store.content(made.id), Ok(Some(anew.clone())));
        assert_eq!(store.fix(made.id, content(order(3).into_bytes())), Ok(anew), "it is fixed again");
        assert_eq!(store.delivery(made.id).expect("reads").expect("is there").events, [one.id, two.id]);
    }
}

#[test]
fn a_message_that_was_sent_is_noted_as_sent_whatever_became_of_an_earlier_attempt() {
    let dir = tempfile::tempdir().expect("a folder");
    let (store, cid) = started(dir.path());
    let (_, made) = tell(&store, cid, 2, "hook", DeliveryState::Waiting { due: at(2) });
    for n in 1..=2 {
        store.record_attempt(made.id, failed(n), DeliveryState::Waiting { due: at(9) }, 1).expect("records");
    }
    spoil(&store, Table::Attempt, &keys::attempt(made.id, 2));
    store.record_attempt(made.id, sent(9), DeliveryState::Delivered { at: at(9) }, 3).expect("records");
    assert_eq!((store.attempts(made.id), store.all_attempts(made.id)), (Ok(vec![failed(1), sent(9)]), Ok(None)));
    drop(store);
    let store = open(dir.path());
    assert_eq!(store.claim("hook", at(99), 9), []);
    assert_eq!(store.delivery(made.id).expect("reads").expect("is there").state, DeliveryState::Delivered { at: at(9) });
}

#[test]
fn a_backup_keeps_what_waits_without_its_message_and_attempts_that_do_not_read_back() {
    let dir = tempfile::tempdir().expect("a folder");
    let (store, cid) = started(&dir.path().join("store"));
    let (_, made) = tell(&store, cid, 2, "hook", DeliveryState::Waiting { due: at(2) });
    store.fix(made.id, content(order(1).into_bytes())).expect("fixes");
    for n in 1..=2 {
        store.record_attempt(made.id, failed(n), DeliveryState::Waiting { due: at(9) }, 2).expect("records");
    }
    spoil(&store, Table::Body, &made.id.0);
    spoil(&store, Table::Attempt, &keys::attempt(made.id, 1));
    let backup = store.backup(&dir.path().join("backups"), at(5)).expect("backs up");
    assert_eq!((backup.counts.deliveries, backup.counts.damaged), (1, 2));
    let into = dir.path().join("restored");
    Store::restore(&backup.path, &into, Options::new(at(6))).expect("restores");
    let store = open(&into);
    assert_eq!(store.claim("hook", at(9), 9), [made.id]);
    assert_eq!((store.content(made.id), store.attempts(made.id)), (Ok(None), Ok(vec![failed(2)])));
    assert_eq!(store.fsck(false).expect("checks").problems, Vec::<String>::new());
}

#[test]
fn a_written_message_that_does_not_read_back_is_muted_whole_or_not_at_all() {
    for mutes_both in [false, true] {
        let dir = tempfile::tempdir().expect("a folder");
        let (store, cid) = started(dir.path());
        let (_, made) = tell(&store, cid, 2, "mail", DeliveryState::Open { due: at(60) });
        let mut visit = news(cid, &case(1), 3);
        visit.events[0].kind = EventKind::FilingAdded;
        visit.deliveries = vec![delivery(&visit.events[0], "mail", DeliveryState::Open { due: at(60) })];
        store.commit(visit).expect("commits");
        store.close(made.id, at(60)).expect("closes");
        store.fix(made.id, content(order(1).into_bytes())).expect("fixes");
        spoil(&store, Table::Body, &made.id.0);
        let kinds = if mutes_both { vec!["*".to_owned()] } else { vec!["filing.*".to_owned()] };
        let scope = Scope { case: Some(case(1)), kinds, ..Scope::default() };
        store.silence(Silence::new(scope, "Ana".into(), "feriado".into(), at(0), at(900))).expect("begins");
        let closed = store.close(made.id, at(61)).expect("closes").expect("is there");
        assert_eq!((closed.events.len(), matches!(closed.state, DeliveryState::Muted { .. })), (2, mutes_both));
        assert_eq!(store.deliveries(DeliveryFilter::All, 9).expect("reads").len(), 1, "what may have left is told nowhere else");
    }
}

#[test]
fn news_for_an_open_delivery_that_went_bad_is_told_in_one_of_its_own() {
    let dir = tempfile::tempdir().expect("a folder");
    let (store, cid) = started(dir.path());
    let (_, broken) = tell(&store, cid, 2, "mail", DeliveryState::Open { due: at(60) });
    store.spoil_delivery(broken.id);
    let (one, next) = tell(&store, cid, 3, "mail", DeliveryState::Open { due: at(90) });
    let (two, _) = tell(&store, cid, 4, "mail", DeliveryState::Open { due: at(99) });
    let told = store.deliveries(DeliveryFilter::All, 9).expect("reads");
    assert_eq!(told, [Delivery { events: vec![one.id, two.id], ..next }]);
}

#[test]
fn news_for_a_digest_that_went_bad_is_told_in_a_further_one() {
    let dir = tempfile::tempdir().expect("a folder");
    let (store, cid) = started(dir.path());
    let bring = |n: u32| {
        let mut visit = news(cid, &case(1), n);
        visit.deliveries[0].state = DeliveryState::Open { due: at(600) };
        visit.deliveries[0].case = CaseRef::of_digests();
        let id = visit.events[0].id;
        store.commit(visit).map(|_| id)
    };
    bring(2).expect("commits");
    store.spoil_delivery(Delivery::id_of_digest("hook", "a@example.org", at(600)));
    let told = [bring(3).expect("commits past it"), bring(4).expect("joins")];
    let digests = store.deliveries(DeliveryFilter::Pending, 9).expect("reads");
    let [digest] = &digests[..] else { panic!("{digests:?}") };
    assert_eq!(digest.id, Delivery::id_of_further_digest("hook", "a@example.org", at(600), told[0]));
    assert_eq!(digest.events, told);
}
