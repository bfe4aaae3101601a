//! Target: an unchanged visit costs the whole daemon at most twice the CPU time of a bare client that gets and hashes the
//! same answers.

use std::time::Duration;

use super::baseline;
use super::court::{Court, SMALL, Size, USUAL};
use super::daemon::{List, Scene, wait_until};
use super::table::Table;

const CASES: usize = 200;

/// Rounds of baseline and daemon; the median ratio counts.
const ROUNDS: usize = 3;

/// How long the daemon is watched in a round.
const WINDOW: Duration = Duration::from_secs(4);

pub fn measure(table: &mut Table) {
    table.head("An unchanged visit: CPU time against a bare reqwest + SHA-256 loop");
    for (name, size, visits) in [("6 KB docket", SMALL, 2_000), ("110 KB docket", USUAL, 1_000)] {
        compare(table, name, size, visits);
    }
}

fn compare(table: &mut Table, name: &str, size: Size, visits: u64) {
    let court = Court::new(size);
    let base_url = court.open();
    let scene = Scene::new();
    let sources = [("ec-esatje".to_owned(), base_url.clone())];
    scene.write(&List { sources: &sources, cases: CASES, every: "100ms", gap: Some("0s"), receiver: None });
    // The first visits store, the second find out that nothing is missing; both before the clock starts.
    let daemon = scene.start();
    wait_until("three visits to each case", || court.visits() >= CASES as u64 * 3);
    drop(daemon);
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let bare = baseline::measure(&base_url, CASES, visits);
        let daemon = scene.start();
        let settled = court.visits() + CASES as u64 * 2;
        wait_until("two visits to each case", || court.visits() >= settled);
        let (cpu, requests) = (daemon.cpu(), court.requests());
        std::thread::sleep(WINDOW);
        let whole = (daemon.cpu() - cpu).div_f64((court.requests() - requests) as f64);
        daemon.stop();
        rounds.push((whole.as_secs_f64() / bare.as_secs_f64(), bare, whole));
    }
    rounds.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (ratio, bare, whole) = rounds[ROUNDS / 2];
    table.note(&format!("{name}: bare loop, a request"), bare.as_secs_f64() * 1e6, "µs");
    table.note(&format!("{name}: daemon, a request"), whole.as_secs_f64() * 1e6, "µs");
    table.at_most(&format!("{name}: ratio"), ratio, 2.0, "×");
}
