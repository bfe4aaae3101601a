//! Compaction at a start, and what a kill in the middle of it leaves.

use std::fs;
use std::process::Command;

use super::*;
use crate::store::compact::{self, LIVE};
use crate::store::keys::Table;
use crate::store::rows;

const FOLDER: &str = "VEEDOR_TEST_COMPACT";

/// A store whose log is far larger than what is said to live in it. Returns its dump.
fn bloated(dir: &Path) -> String {
    let store = super::whole::lived_in(dir);
    store.bloat();
    let live = rows::sealed(&1_000_000u64).expect("seals");
    store.inner.trees.at(Table::Meta).insert(LIVE, live).expect("writes");
    store.flush().expect("flushes");
    assert!(store.size_on_disk().expect("the system says") > 64 << 20, "{:?}", store.size_on_disk());
    store.dump().expect("dumps")
}

impl Store {
    /// Makes sled's log far larger than what lives in it.
    pub(crate) fn bloat(&self) {
        let tree = self.inner.trees.at(Table::Host);
        for n in 0..24_000u32 {
            tree.insert(n.to_be_bytes(), vec![n.to_le_bytes()[0]; 3_900]).expect("writes");
        }
        for n in 0..24_000u32 {
            tree.remove(n.to_be_bytes()).expect("removes");
        }
    }
}

/// Opens the store it is told, to be killed at a failpoint; not a test otherwise.
#[test]
fn a_size_that_the_system_does_not_say_is_none_and_no_failure_of_the_store() {
    let dir = tempfile::tempdir().expect("a folder");
    let folder = dir.path().join("store");
    let store = Store::open(&folder, Options::new(at(0))).expect("opens");
    assert!(store.size_on_disk().is_some());
    // sled counts the files of a folder, which it cannot open without a file descriptor.
    std::fs::remove_dir_all(folder.join("sled/blobs")).expect("it is empty");
    assert_eq!((store.size_on_disk(), store.failed()), (None, None));
    store.measure().expect("the store goes on");
}

#[test]
fn opener() {
    if let Some(dir) = std::env::var_os(FOLDER) {
        drop(open(Path::new(&dir)));
    }
}

#[test]
fn a_bloated_store_is_made_small_at_a_start_and_a_kill_in_between_costs_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("store");
    let dump = bloated(&path);
    // One that failed is not tried again before the next measure.
    fs::write(path.join("COMPACT-FAILED"), "").expect("writes");
    let store = open(&path);
    assert!(store.size_on_disk().expect("the system says") > 64 << 20);
    store.measure().expect("measures");
    drop(store);
    for point in ["compact-copied", "compact-between", "compact-renamed"] {
        let mut child = Command::new(std::env::current_exe().expect("this binary"));
        child.args(["--exact", "store::tests::compact::opener"]).env(FOLDER, &path).env("VEEDOR_FAILPOINT", point);
        let ended = child.output().expect("runs");
        assert!(!ended.status.success(), "it was not killed at {point}");
        if point == "compact-between" {
            assert!(!path.join("sled").exists() && path.join("sled.old").exists());
        }
    }
    let store = open(&path);
    assert!(store.size_on_disk().expect("the system says") < 8 << 20, "{:?}", store.size_on_disk());
    assert_eq!(store.dump().expect("dumps"), dump);
    assert_eq!(store.fsck(false).expect("checks").problems, Vec::<String>::new());
    assert!(!path.join("sled.new").exists() && !path.join("sled.old").exists());
}

#[test]
fn one_that_fails_leaves_all_as_it_is_and_a_note() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = super::whole::lived_in(dir.path());
    let dump = store.dump().expect("dumps");
    let in_the_way = sled::open(dir.path().join("sled.new")).expect("opens");
    assert_eq!(compact::run(dir.path(), store.inner.trees.clone()).expect("puts it off"), None);
    assert!(dir.path().join("COMPACT-FAILED").exists() && !dir.path().join("sled.new").exists());
    assert_eq!(store.dump(), Ok(dump));
    drop(in_the_way);
}

#[test]
fn what_lives_in_a_store_is_measured() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = super::whole::lived_in(dir.path());
    let live = store.measure().expect("measures");
    assert!(live > 10_000, "{live}");
    assert!(live < store.size_on_disk().expect("the system says"));
    drop(store);
    open(dir.path());
}
