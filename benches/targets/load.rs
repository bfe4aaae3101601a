//! Target: a hundred thousand cases are watched within three seconds of the start and in under 250 MiB.

use std::time::Duration;

use veedor::domain::schedule::Row;
use veedor::store::Store;
use veedor::store::open::Options;

use super::court::{Court, SMALL};
use super::daemon::{List, Scene};
use super::table::Table;

/// How long the daemon idles before its memory is read; the allocator gives back what is free within ten seconds.
const IDLE: Duration = Duration::from_secs(12);

/// January 2040.
const FAR_AHEAD: u32 = 2_208_988_800;

pub fn measure(table: &mut Table) {
    table.head("Loaded and idle");
    for cases in [10, 100_000] {
        let scene = Scene::new();
        let court = Court::new(SMALL);
        let sources = [("ec-esatje".to_owned(), court.open())];
        scene.write(&List { sources: &sources, cases, every: "30d", gap: None, receiver: Some(court.receiver()) });
        start(table, &scene, &format!("{cases} cases, first start"));
        plan_all(&scene);
        start(table, &scene, &format!("{cases} cases, planned before"));
    }
}

fn start(table: &mut Table, scene: &Scene, name: &str) {
    let daemon = scene.start();
    std::thread::sleep(IDLE);
    let (memory, most) = daemon.memory();
    let ready = daemon.ready;
    daemon.stop();
    table.at_most(&format!("{name}: ready after"), ready.as_secs_f64(), 3.0, "s");
    table.at_most(&format!("{name}: resident"), memory, 250.0, "MiB");
    table.note(&format!("{name}: resident at most"), most, "MiB");
}

/// Gives every case a plan far ahead, as if all had been visited.
fn plan_all(scene: &Scene) {
    let store = Store::open(&scene.store(), Options::new(jiff::Timestamp::UNIX_EPOCH)).expect("the store opens");
    let rows: Vec<_> = store
        .rows()
        .expect("rows")
        .into_iter()
        .map(|(cid, _)| (cid, Row { next_due: FAR_AHEAD, last_ok: 1, fails: 0, seen: [7; 8] }))
        .collect();
    store.touch(&rows).expect("written");
    store.flush().expect("flushed");
}
