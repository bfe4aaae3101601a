//! Backups of every age, read for ever: `tests/fixtures/store/backups/` holds one that each format of the store wrote. What the first two say
//! is what the rows of their stores say, which [`golden`](super::golden) reads.
//!
//! The first two were written by the veedor of their time. `VEEDOR_BLESS_STORE=backups/` and the newest's file writes that one, once. If
//! this test fails, backups that people have do not come back any more.

use std::fs;
use std::path::PathBuf;

use super::golden::{blessed, fixture, is_to_be_written};
use super::*;
use crate::store::backup::verify;
use crate::store::error::{OpenError, StoreError};

/// The formats of the store's rows. Of the newest, the rows that `golden` has are those of another store.
const AGES: [&str; 3] = ["v1", "v1-2", "v1-3"];

fn file_of(age: &str) -> String {
    format!("backups/{age}.jsonl.zst")
}

fn backup_of(age: &str) -> PathBuf {
    fixture(&file_of(age))
}

fn dump_of(age: &str) -> String {
    match fs::read(fixture(&format!("backups/{age}.txt.zst"))) {
        Ok(packed) => String::from_utf8(zstd::decode_all(&packed[..]).expect("unpacks")).expect("is text"),
        Err(_) => fs::read_to_string(fixture(&format!("{age}/dump.txt"))).expect("the fixture is there"),
    }
}

/// Writes the newest, once.
fn bless() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = invariants::full(&dir.path().join("store"));
    let made = store.backup(&dir.path().join("backups"), at(2_000)).expect("backs up").path;
    let newest = AGES[AGES.len() - 1];
    fs::write(backup_of(newest), fs::read(&made).expect("reads")).expect("writes");
    let into = dir.path().join("restored");
    Store::restore(&made, &into, Options::new(at(0))).expect("restores");
    let dump = open(&into).dump().expect("dumps");
    fs::write(fixture(&format!("backups/{newest}.txt.zst")), zstd::encode_all(dump.as_bytes(), 19).expect("packs")).expect("writes");
}

#[test]
fn a_backup_of_each_age_comes_back_as_it_was() {
    if is_to_be_written(&file_of(AGES[AGES.len() - 1]), blessed().as_deref()) {
        bless();
    }
    for age in AGES {
        let dir = tempfile::tempdir().expect("a folder");
        let (backup, into) = (backup_of(age), dir.path().join("store"));
        let counts = verify(&backup).expect("reads");
        assert!(counts.cases > 2 && counts.versions > 2 && counts.events > 30 && counts.deliveries > 3, "{age}: {counts:?}");
        assert_eq!(Store::restore(&backup, &into, Options::new(at(0))).expect("restores"), counts, "{age}");
        let store = open(&into);
        assert_eq!(store.dump().expect("dumps"), dump_of(age), "{age}");
        assert_eq!(store.fsck(false).expect("checks").problems, Vec::<String>::new(), "{age}");
        // It goes on, and a backup of today holds the same.
        let again = store.backup(dir.path(), at(3_000)).expect("backs up");
        assert_eq!((again.counts.damaged, again.counts.events), (0, counts.events), "{age}");
        let version = store.head(1).expect("reads").expect("is there").version;
        store.commit(news(1, &case(1), version + 1)).expect("commits");
    }
}

#[test]
fn a_backup_of_a_newer_veedor_is_refused_with_what_to_do_and_nothing_is_made() {
    let dir = tempfile::tempdir().expect("a folder");
    let packed = fs::read(backup_of("v1-3")).expect("reads");
    let text = String::from_utf8(zstd::decode_all(&packed[..]).expect("unpacks")).expect("is text");
    let newer = text.replacen("\"format\":1", "\"format\":2", 1);
    // A kind of line that this veedor does not know must not be passed over either.
    let stranger = text.replacen("{\"line\":\"case\"", "{\"line\":\"omen\"", 1);
    for (name, text, words) in [("newer", newer, ["format 2", "use the veedor that wrote it"]), ("stranger", stranger, ["line 2", "omen"])]
    {
        let (path, into) = (dir.path().join(format!("{name}.jsonl.zst")), dir.path().join(name));
        fs::write(&path, zstd::encode_all(text.as_bytes(), 3).expect("packs")).expect("writes");
        let refused = Store::restore(&path, &into, Options::new(at(0))).expect_err("is refused");
        let said = refused.to_string();
        assert!(
            matches!(refused, OpenError::Store(StoreError::Backup(_))) && words.iter().all(|word| said.contains(word)),
            "{name}: {said}"
        );
        assert!(said.contains(&path.display().to_string()) && !into.exists(), "{name}: {said}");
    }
}
