//! Target: from the last byte of a changed answer to the first byte of its webhook in under 250 ms for 99 of 100, while a
//! hundred cases change each second.

use super::court::{Court, SMALL};
use super::daemon::{List, Scene, wait_until};
use super::table::Table;

/// Each is asked one request at a time with a gap of 4 ms: some 250 visits a second over all, evenly spread, of which a
/// hundred find something new.
const SOURCES: usize = 4;
const CASES_EACH: usize = 100;
const CHANGES: u64 = 1_000;
const A_SECOND: f64 = 100.0;

pub fn measure(table: &mut Table) {
    table.head("From a changed answer to its webhook, at 100 changed cases a second for 10 s");
    let court = Court::new(SMALL);
    let receiver = court.receiver();
    let sources: Vec<(String, String)> = (1..=SOURCES).map(|n| (format!("ec-bench{n}"), court.open())).collect();
    let scene = Scene::new();
    scene.write(&List { sources: &sources, cases: CASES_EACH, every: "100ms", gap: Some("4ms"), receiver: Some(receiver) });
    let daemon = scene.start();
    wait_until("two visits to each case", || court.visits() >= (SOURCES * CASES_EACH * 2) as u64);
    let cpu = daemon.cpu();
    let began = std::time::Instant::now();
    court.publish(A_SECOND, CHANGES);
    wait_until("all changes", || court.told().0 >= CHANGES);
    let took = began.elapsed();
    let busy = (daemon.cpu() - cpu).as_secs_f64() / took.as_secs_f64();
    wait_until("all webhooks", || court.told().1 >= CHANGES);
    daemon.stop();
    let delays = court.delays();
    let at = |share: f64| delays[((delays.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    table.note("changed answers a second", CHANGES as f64 / took.as_secs_f64(), "/s");
    table.note("CPU of the daemon meanwhile", busy * 100.0, "%");
    table.note("median", at(0.5), "ms");
    table.at_most("99 of 100", at(0.99), 250.0, "ms");
    table.note("slowest", at(1.0), "ms");
}
