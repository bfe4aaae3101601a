//! Target: an unchanged visit takes under 64 bytes of disk, and one with a new entry, its webhook and the attempt under
//! 2 KiB, with everything that sled adds.

use veedor::domain::case::CaseRef;
use veedor::domain::schedule::Row;
use veedor::store::Store;
use veedor::store::open::Options;

use super::court::{Court, SMALL};
use super::daemon::{List, Scene, disk_of, number, wait_until};
use super::table::Table;

const CASES: usize = 200;
const CHANGES: u64 = 2_400;

pub fn measure(table: &mut Table) {
    table.head("Disk");
    unchanged(table, "rows in groups of 1000", 1_000, false, 400_000);
    unchanged(table, "rows one by one", 1, false, 100_000);
    unchanged(table, "rows one by one, each flushed", 1, true, 40_000);
    changed(table);
}

/// Writes schedule rows as the poller does: in groups when many visits end in two seconds, one by one when few do.
fn unchanged(table: &mut Table, name: &str, group: usize, flushed: bool, visits: u32) {
    let scene = Scene::new();
    let store = Store::open(&scene.path("store"), Options::new(jiff::Timestamp::UNIX_EPOCH)).expect("the store opens");
    let cases: Vec<CaseRef> = (0..2_000).map(|n| CaseRef { source: "ec-esatje".into(), number: number(n) }).collect();
    let cids = store.register(&cases).expect("registered");
    let visit = |n: u32| {
        let cid = cids[n as usize % cids.len()];
        (
            cid,
            Row {
                next_due: 1_800_000_000 + n,
                last_ok: 1_799_999_000 + n,
                fails: 0,
                seen: u64::from(n % 2_000).wrapping_mul(0x9E37_79B9_7F4A_7C15).to_le_bytes(),
            },
        )
    };
    let write = |from: u32, to: u32| {
        let rows: Vec<_> = (from..to).map(visit).collect();
        for rows in rows.chunks(group) {
            store.touch(rows).expect("written");
            if flushed {
                store.flush().expect("flushed");
            }
        }
        store.flush().expect("flushed");
        disk_of(&scene.path("store"))
    };
    let before = write(0, 4_000);
    let after = write(4_000, 4_000 + visits);
    table.at_most(&format!("an unchanged visit, {name}"), after.saturating_sub(before) as f64 / f64::from(visits), 64.0, "B");
}

/// The daemon, a court where something is new at every visit, and a receiver.
fn changed(table: &mut Table) {
    let court = Court::new(SMALL);
    let sources = [("ec-esatje".to_owned(), court.open())];
    let scene = Scene::new();
    scene.write(&List { sources: &sources, cases: CASES, every: "100ms", gap: Some("0s"), receiver: Some(court.receiver()) });
    let daemon = scene.start();
    wait_until("the first visits", || court.visits() >= CASES as u64);
    daemon.stop();
    let before = disk_of(&scene.store());
    let daemon = scene.start();
    court.publish(f64::INFINITY, CHANGES);
    wait_until("all webhooks", || court.told().1 >= CHANGES);
    daemon.stop();
    let after = disk_of(&scene.store());
    table.note("a case's first docket of 6 KB", before as f64 / CASES as f64, "B");
    table.at_most("a visit with one new entry, webhook and attempt", after.saturating_sub(before) as f64 / CHANGES as f64, 2048.0, "B");
}
