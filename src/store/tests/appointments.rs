//! Appointments are written with the event that carries them, and count on after whatever happens to the store.

use super::*;
use crate::domain::sample;
use crate::store::keys::Table;

/// A visit that tells of a hearing whose appointment has this number.
fn told(cid: Cid, n: u32) -> crate::store::commit::Visit {
    let mut visit = news(cid, &case(1), n);
    for event in &mut visit.events {
        let mut hearing = sample::invited().hearing.expect("a hearing");
        hearing.appointments[0].sequence = n;
        event.hearing = Some(hearing);
    }
    visit
}

fn numbers(store: &Store, cid: Cid) -> Vec<u32> {
    store.appointments(cid).expect("reads").into_iter().map(|carried| carried.appointment.sequence).collect()
}

#[test]
fn an_appointment_counts_on_after_a_restart_a_restore_and_damage() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("store");
    let store = open(&path);
    let cid = store.register(&[case(1)]).expect("registers")[0];
    for n in 1..=4 {
        store.commit(told(cid, n)).expect("commits");
    }
    assert_eq!(numbers(&store, cid), [4], "of one hearing the latest");
    let backup = store.backup(&dir.path().join("backups"), at(1000)).expect("backs up");
    let into = dir.path().join("restored");
    Store::restore(&backup.path, &into, Options::new(at(0))).expect("restores");
    assert_eq!(numbers(&open(&into), cid), [4]);
    drop(store);
    let store = open(&path);
    assert_eq!(numbers(&store, cid), [4]);
    let last = store.last_event().expect("reads");
    damage::spoil(&store, Table::Event, &last.to_be_bytes());
    assert_eq!(numbers(&store, cid), [3], "what does not read back is left out, and the visit goes on");
}
