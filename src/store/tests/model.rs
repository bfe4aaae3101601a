//! Random histories against a model of what must come out of them, with restarts in between.
//!
//! The model is a few maps. After the last step, and again after a restart, every fact of it is asked of the store, and the
//! store's own check must find nothing.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::delivery::MOST_EVENTS;
use crate::domain::id::Id;

/// One thing that happens.
#[derive(Debug, Clone)]
enum Step {
    /// A visit to a case with this many events, gathered or urgent.
    Commit { case: u32, events: u32, urgent: bool },
    /// A plan.
    Touch { case: u32, due: u32 },
    /// The n-th known delivery is closed.
    Close { n: usize },
    /// The n-th known delivery is tried.
    Try { n: usize, outcome: u8 },
    /// Everything dead is sent again.
    Retry,
    /// The process restarts.
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0..3u32, 0..4u32, any::<bool>()).prop_map(|(case, events, urgent)| Step::Commit { case, events, urgent }),
        2 => (0..3u32, any::<u32>()).prop_map(|(case, due)| Step::Touch { case, due }),
        3 => (0..20usize).prop_map(|n| Step::Close { n }),
        4 => (0..20usize, 0..3u8).prop_map(|(n, outcome)| Step::Try { n, outcome }),
        1 => Just(Step::Retry),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..40)
}

/// What the store must say.
#[derive(Default)]
struct Model {
    versions: BTreeMap<u32, u32>,
    events: BTreeMap<u32, Vec<Id>>,
    plans: BTreeMap<u32, u32>,
    deliveries: Vec<Delivery>,
    attempts: BTreeMap<Id, usize>,
}

impl Model {
    fn commit(&mut self, case: &CaseRef, number: u32, events: &[Event], state: &DeliveryState, version: u32) {
        self.versions.insert(number, version);
        self.events.entry(number).or_default().extend(events.iter().map(|event| event.id));
        let Some(first) = events.first() else { return };
        let open = self.deliveries.iter_mut().find(|old| old.case == *case && matches!(old.state, DeliveryState::Open { .. }));
        let open = open.and_then(|open| {
            let full = open.events.len() + events.len() > MOST_EVENTS;
            if let (true, DeliveryState::Open { due }) = (full, &open.state) {
                open.state = DeliveryState::Waiting { due: *due };
            }
            (!full).then_some(open)
        });
        if let Some(open) = open {
            open.events.extend(events.iter().map(|event| event.id));
            if let DeliveryState::Waiting { .. } = state {
                open.state = state.clone();
            }
        } else {
            let events = events.iter().map(|event| event.id).collect();
            self.deliveries.push(Delivery { events, ..delivery(first, "mail", state.clone()) });
        }
    }

    fn check(&self, store: &Store) {
        for (number, version) in &self.versions {
            let cid = store.cid(&case(*number)).expect("reads").expect("is registered");
            let head = store.head(cid).expect("reads").expect("is there");
            let events: Vec<Id> = store.case_events(cid).expect("reads").iter().map(|event| event.id).collect();
            assert_eq!((head.version, &events), (*version, self.events.get(number).unwrap_or(&Vec::new())));
            assert_eq!(head.seq as usize, events.len());
            assert_eq!(store.docket(cid, *version), Ok(Some(docket(*version))));
            let rows: BTreeMap<Cid, Row> = store.rows().expect("reads").into_iter().collect();
            assert_eq!(rows[&cid].next_due, self.plans[number]);
        }
        for delivery in &self.deliveries {
            assert_eq!(store.delivery(delivery.id), Ok(Some(delivery.clone())));
            assert_eq!(store.attempts(delivery.id).expect("reads").len(), self.attempts.get(&delivery.id).copied().unwrap_or_default());
        }
        let next = self.deliveries.iter().filter_map(|delivery| delivery.state.due()).min();
        assert_eq!(store.next_due(), Ok(next));
        assert_eq!(store.fsck(false).expect("checks").problems, Vec::<String>::new());
    }
}

fn run(steps: &[Step]) {
    let dir = tempfile::tempdir().expect("a folder");
    let mut store = Some(open(dir.path()));
    let mut model = Model::default();
    for (now, step) in (1i64..).zip(steps) {
        let open_store = store.as_ref().expect("is open");
        match step {
            Step::Commit { case: number, events, urgent } => {
                let case = case(*number);
                let cid = open_store.register(std::slice::from_ref(&case)).expect("registers")[0];
                let version = model.versions.get(number).copied().unwrap_or_default() + 1;
                let mut visit = visit(cid, &case, version);
                visit.version = Some(super::version(version, docket(version), now));
                visit.events = (0..*events).map(|n| event(&case, version, n)).collect();
                let state = if *urgent { DeliveryState::Waiting { due: at(now) } } else { DeliveryState::Open { due: at(now + 60) } };
                if let Some(first) = visit.events.first() {
                    let ids = visit.events.iter().map(|event| event.id).collect();
                    visit.deliveries = vec![Delivery { events: ids, ..delivery(first, "mail", state.clone()) }];
                }
                model.plans.insert(*number, visit.row.next_due);
                model.commit(&case, *number, &visit.events, &state, version);
                open_store.commit(visit).expect("commits");
            }
            Step::Touch { case: number, due } => {
                if model.versions.contains_key(number) {
                    let cid = open_store.cid(&case(*number)).expect("reads").expect("is there");
                    open_store.touch(&[(cid, Row { next_due: *due, ..Row::default() })]).expect("touches");
                    model.plans.insert(*number, *due);
                }
            }
            Step::Close { n } => {
                if let Some(delivery) = model.deliveries.get_mut(*n) {
                    if let DeliveryState::Open { .. } = delivery.state {
                        delivery.state = DeliveryState::Waiting { due: at(now) };
                    }
                    assert_eq!(open_store.close(delivery.id, at(now)), Ok(Some(delivery.clone())));
                }
            }
            Step::Try { n, outcome } => {
                if let Some(delivery) = model.deliveries.get_mut(*n) {
                    delivery.attempts += 1;
                    delivery.state = match outcome {
                        0 => DeliveryState::Delivered { at: at(now) },
                        1 => DeliveryState::Dead { at: at(now), reason: "no".into() },
                        _ => DeliveryState::Waiting { due: at(now + 5) },
                    };
                    open_store.fix(delivery.id, content(vec![b'x'; n * 700])).expect("fixes");
                    open_store.record_attempt(delivery.id, sent(now), delivery.state.clone(), delivery.attempts).expect("records");
                    *model.attempts.entry(delivery.id).or_default() += 1;
                }
            }
            Step::Retry => {
                let dead = open_store.deliveries(crate::store::outbox::DeliveryFilter::Dead, 100).expect("reads");
                let ids: Vec<Id> = dead.iter().map(|delivery| delivery.id).collect();
                assert_eq!(open_store.retry(&ids, at(now)), Ok(ids.len()));
                for delivery in model.deliveries.iter_mut().filter(|delivery| matches!(delivery.state, DeliveryState::Dead { .. })) {
                    delivery.state = DeliveryState::Again { due: at(now) };
                }
            }
            Step::Reopen => {
                drop(store.take());
                store = Some(open(dir.path()));
            }
        }
    }
    model.check(store.as_ref().expect("is open"));
    drop(store.take());
    model.check(&open(dir.path()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn the_store_says_what_the_model_says(steps in steps()) {
        run(&steps);
    }
}
