//! A damaged store: what the daemon says, what it refuses, and how an operator goes on.

use std::fs;
use std::path::{Path, PathBuf};

use crate::world::World;

const A: &str = "17721-2024-00011G";

/// The stores that were moved aside.
fn moved(world: &World) -> Vec<PathBuf> {
    let entries = fs::read_dir(world.state_dir()).expect("the state folder").flatten().map(|entry| entry.path());
    entries.filter(|path| path.display().to_string().contains("store.damaged-")).collect()
}

/// Leaves the beginning of sled's log.
fn cut(store: &Path, len: usize) {
    for file in fs::read_dir(store.join("sled")).expect("lists").flatten() {
        if file.file_name().to_string_lossy().starts_with("snap.") {
            fs::remove_file(file.path()).expect("removes");
        }
    }
    let log = fs::read(store.join("sled/db")).expect("reads");
    fs::write(store.join("sled/db"), &log[..len.min(log.len())]).expect("writes");
}

#[test]
fn a_store_that_lost_its_end_is_said_kept_and_gone_on_with_only_when_asked() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>BEFORE VISTOS: se declara.</p>");
    world.told("BEFORE");
    assert_eq!(world.stop(), Some(0), "{}", world.log());
    let store = world.state_dir().join("store");
    let backups = world.state_dir().join("backups");
    world.ok(&["backup", &backups.display().to_string()]);
    cut(&store, 2_000);

    for _ in 0..2 {
        let refused = world.veedor(&["run"]);
        assert_eq!(refused.status.code(), Some(74));
        let why = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(why.contains("store.damaged-") && why.contains("veedor-2"), "{why}");
    }
    assert_eq!(moved(&world).len(), 1);
    let restored = world.ok(&["restore", &backups.display().to_string()]);
    assert!(restored.contains("not sent again"), "{restored}");
    assert_eq!(moved(&world).len(), 1, "the damaged store stays");

    world.start();
    world.court.act(A, "SENTENCIA (RESOLUCION)", "<p>AFTER VISTOS: se declara.</p>");
    world.told("AFTER");
    let before: Vec<_> = world.hooks.got().into_iter().filter(|hook| hook.body.contains("BEFORE")).collect();
    assert_eq!(before.len(), 1, "what the backup knows as sent is not sent again");
    world.finish();
}

#[test]
fn a_store_that_was_not_closed_in_order_is_tried_out_and_one_that_is_well_is_used() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    world.kill();
    let store = world.state_dir().join("store");
    assert!(!store.join("CLEAN").exists());
    let tried = world.ok(&["try-store", &store.display().to_string()]);
    assert_eq!(tried.trim(), "fine");
    world.start();
    world.visits(1);
    assert_eq!(world.stop(), Some(0), "{}", world.log());
    assert!(store.join("CLEAN").exists());
    assert_eq!(moved(&world), Vec::<PathBuf>::new());

    // What the child finds moves the store aside before the daemon itself touches it.
    fs::remove_file(store.join("CLEAN")).expect("removes");
    fs::write(store.join("sled/conf"), b"not a configuration of sled").expect("writes");
    assert!(world.ok(&["try-store", &store.display().to_string()]).starts_with("damaged "));
    let refused = world.veedor(&["list"]);
    assert_eq!(refused.status.code(), Some(74));
    assert_eq!(moved(&world).len(), 1);
}

#[test]
fn blob_files_stop_the_daemon_and_not_the_way_out() {
    let mut world = World::new(&[A]);
    world.start();
    world.visits(2);
    assert_eq!(world.stop(), Some(0), "{}", world.log());
    let (store, aside) = (world.state_dir().join("store"), world.state_dir().join("aside"));
    fs::create_dir_all(store.join("sled/blobs")).expect("makes");
    fs::write(store.join("sled/blobs/1"), "").expect("writes");
    let refused = world.veedor(&["run"]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("veedor backup"));
    let backups = world.state_dir().join("backups").display().to_string();
    world.ok(&["backup", &backups]);
    let checked = world.veedor(&["fsck"]);
    assert!(String::from_utf8_lossy(&checked.stdout).contains("blob files"));
    fs::rename(&store, &aside).expect("moves");
    world.ok(&["restore", &backups]);
    world.start();
    world.visits(1);
    world.finish();
}
