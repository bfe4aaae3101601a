//! Opening: locks, formats, damage.
//!
//! Everything that may stand between a start and an open store, and what the operator is told. The power cut itself is the
//! torture test's.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::store::error::{OpenError, StoreError};
use crate::store::trial::Verdict;

#[test]
fn the_folder_is_private_and_holds_one_process() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("state/store");
    let store = open(&path);
    assert_eq!(fs::metadata(&path).expect("is there").permissions().mode() & 0o777, 0o700);
    let second = Store::open(&path, Options::new(at(0)));
    assert!(matches!(&second, Err(OpenError::Locked { dir, .. }) if *dir == path), "{second:?}");
    drop(store);
    open(&path);
}

#[test]
fn other_formats_are_refused_before_sled_sees_them() {
    let cases = [(Some(&b"2\n"[..]), "newer veedor"), (Some(b"what"), "no format"), (Some(b"\xff\n"), "no format"), (None, "not complete")];
    for (text, word) in cases {
        let dir = tempfile::tempdir().expect("a folder");
        fs::create_dir(dir.path().join("sled")).expect("makes");
        if let Some(text) = text {
            fs::write(dir.path().join("FORMAT"), text).expect("writes");
        }
        let refused = Store::open(dir.path(), Options::new(at(0))).expect_err("is refused").to_string();
        assert!(refused.contains(word), "{refused}");
        assert_eq!(fs::read_dir(dir.path().join("sled")).expect("is there").count(), 0);
    }
}

#[test]
fn a_store_that_does_not_open_is_moved_aside_and_not_replaced_in_silence() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("store");
    let backups = dir.path().join("backups");
    fs::create_dir(&backups).expect("makes");
    for name in ["veedor-20260101T000000Z.jsonl.zst", "veedor-20260201T000000Z.jsonl.zst", "veedor-20260301T000000Z.jsonl.zst.part"] {
        fs::write(backups.join(name), "").expect("writes");
    }
    let store = open(&path);
    store.register(&[case(1)]).expect("registers");
    drop(store);
    fs::write(path.join("sled/conf"), b"not a configuration of sled").expect("writes");
    let broken = Store::open(&path, Options::new(at(0))).expect_err("does not open");
    let said = broken.to_string();
    assert!(matches!(broken, OpenError::Damaged { .. }), "{said}");
    assert!(said.contains("store.damaged-2026") && said.contains("veedor restore") && said.contains("veedor-20260201"), "{said}");
    assert!(!path.exists());
    let again = Store::open(&path, Options::new(at(0))).expect_err("is not replaced by an empty one").to_string();
    assert!(again.contains("store.damaged-2026"), "{again}");
    fs::create_dir(&path).expect("the operator begins anew");
    open(&path);
}

/// Whoever runs veedor is told the same whether the trial found it or the start itself, and never in sled's own words.
#[test]
fn a_store_that_was_written_over_is_told_in_plain_words() {
    let dir = tempfile::tempdir().expect("a folder");
    let whole = dir.path().join("whole");
    drop(super::whole::lived_in(&whole));
    // After a kill there is no summary of the log, and all of it is read.
    for file in fs::read_dir(whole.join("sled")).expect("lists").flatten() {
        if file.file_name().to_string_lossy().starts_with("snap.") {
            fs::remove_file(file.path()).expect("removes");
        }
    }
    let log = fs::read(whole.join("sled/db")).expect("reads");
    let written = log.iter().rposition(|byte| *byte != 0).expect("is not empty");
    let places = (0..12).map(|n| ("sled/db", written / 12 * n));
    let mut refused = 0;
    for (n, (file, at)) in places.chain([("sled/conf", 0)]).enumerate() {
        let path = dir.path().join(format!("{n}/store"));
        super::damage::copy(&whole, &path);
        let mut bytes = fs::read(path.join(file)).expect("reads");
        bytes[at..at + 4].copy_from_slice(b"\xde\xad\xbe\xef");
        fs::write(path.join(file), bytes).expect("writes");
        let tried = Store::try_out(&path).line();
        let opened = Store::open(&path, Options::new(super::at(0))).map_or_else(|error| error.to_string(), |_| "opens".to_owned());
        for said in [&tried, &opened] {
            assert!(!["backtrace", "Corruption", "corrupted"].iter().any(|word| said.contains(word)), "{file} at {at}: {said}");
        }
        refused += usize::from(opened != "opens");
        if let Some(why) = tried.strip_prefix("damaged ") {
            assert!(opened.contains(&format!("the store did not open ({why}) and is now in")), "{file} at {at}: {why}, and {opened}");
        }
    }
    assert!(refused > 0, "no place was one that a start reads");
}

/// A full disk or a kill leaves sled's summary of its log empty or cut short, and sled takes it for the newest.
#[test]
fn a_summary_that_sled_did_not_finish_costs_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("store");
    let dump = super::whole::lived_in(&path).dump().expect("dumps");
    let summary = path.join("sled/snap.FFFFFFFFFFFFFFF0.generating");
    for (left, salvage) in [("", false), ("half of a summary of a log", false), ("", true)] {
        fs::write(&summary, left).expect("writes");
        let store = Store::open(&path, Options { salvage, ..Options::new(at(0)) }).expect("opens");
        assert_eq!(store.dump(), Ok(dump.clone()));
        drop(store);
        fs::write(&summary, left).expect("writes");
        assert_eq!(Store::try_out(&path), Verdict::Fine);
    }
    // What sled is making now is left alone.
    let store = open(&path);
    fs::write(&summary, "").expect("writes");
    assert_eq!(Store::try_out(&path), Verdict::Locked);
    assert!(summary.exists());
    drop(store);
}

#[test]
fn a_log_that_cannot_be_read_is_not_shown_to_sled() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("store");
    drop(super::whole::lived_in(&path));
    fs::remove_file(path.join("CLEAN")).expect("it was closed in order");
    let log = path.join("sled/db");
    fs::rename(&log, dir.path().join("log")).expect("renames");
    // The first page of a process cannot be read: EIO, as from a disk that fails.
    std::os::unix::fs::symlink("/proc/self/mem", &log).expect("links");
    for salvage in [false, true] {
        let refused = Store::open(&path, Options { salvage, ..Options::new(at(0)) }).expect_err("is refused");
        assert!(matches!(&refused, OpenError::Io { why, .. } if why.contains("to the end") && why.contains("os error 5")), "{refused}");
    }
    fs::rename(dir.path().join("log"), &log).expect("the disk is well again");
    assert_eq!(open(&path).fsck(false).expect("checks").problems, Vec::<String>::new());
}

#[test]
fn stray_blob_files_are_refused_unless_one_asks_for_them() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(open(dir.path()));
    fs::create_dir_all(dir.path().join("sled/blobs")).expect("makes");
    fs::write(dir.path().join("sled/blobs/1"), "").expect("writes");
    assert!(matches!(Store::open(dir.path(), Options::new(at(0))), Err(OpenError::Unsafe(_))));
    Store::open(dir.path(), Options { allow_blobs: true, ..Options::new(at(0)) }).expect("opens to look at");
}

#[test]
fn after_a_fatal_error_every_call_says_so_at_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let full = || -> Result<(), StoreError> { Err(std::io::Error::from(std::io::ErrorKind::StorageFull).into()) };
    assert_eq!(store.write(true, move |_| full()), Err(StoreError::Full));
    assert!(StoreError::Full.to_string().contains("make room"));
    assert_eq!(store.failed(), Some(&StoreError::Full));
    assert_eq!(store.register(&[case(1)]), Err(StoreError::Full));
    assert_eq!(store.rows(), Err(StoreError::Full));
}

#[test]
fn a_writer_that_panicked_answers_nobody_and_nobody_waits() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let gone = store.write::<()>(true, |_| panic!("a bug"));
    assert_eq!(gone, Err(StoreError::Closed));
    assert_eq!(store.commit(news(1, &case(1), 1)), Err(StoreError::Closed));
    drop(store);
    open(dir.path());
}

/// Flips and cuts bytes of sled's log and opens what is left.
#[test]
fn a_damaged_log_never_ends_the_process() {
    let dir = tempfile::tempdir().expect("a folder");
    let whole = dir.path().join("whole");
    let store = open(&whole);
    super::budget::visited(&store, 60, 20, &mut |_| ());
    drop(store);
    let log = fs::read(whole.join("sled/db")).expect("reads");
    let mut tally = [0; 4];
    for n in 0..12u64 {
        let path = dir.path().join(format!("{n}/store"));
        fs::create_dir_all(path.join("sled")).expect("makes");
        for file in ["FORMAT", "MARK"] {
            fs::copy(whole.join(file), path.join(file)).expect("copies");
        }
        for file in fs::read_dir(whole.join("sled")).expect("lists").flatten().filter(|file| file.path().is_file()) {
            fs::copy(file.path(), path.join("sled").join(file.file_name())).expect("copies");
        }
        let mut broken = log.clone();
        let seed = sha256(&n.to_be_bytes());
        let place = u64::from_be_bytes(seed[..8].try_into().expect("eight")) as usize % broken.len();
        match n % 3 {
            0 => broken[place] ^= seed[9] | 1,
            1 => broken.truncate(place),
            _ => broken.iter_mut().skip(place).take(4096).for_each(|byte| *byte = 0),
        }
        fs::write(path.join("sled/db"), broken).expect("writes");
        match Store::open(&path, Options::new(at(0))) {
            Ok(store) => {
                match store.fsck(false) {
                    Ok(report) if report.is_clean() => tally[0] += 1,
                    Ok(_) => tally[1] += 1,
                    Err(error) => panic!("{n}: the check ended: {error}"),
                }
                let info = store.backup(&path.with_file_name("backups"), at(0)).expect("backs up around the damage");
                Store::restore(&info.path, &path.with_file_name("restored"), Options::new(at(0))).expect("restores");
                assert_eq!(store.failed(), None);
            }
            Err(OpenError::Damaged { .. }) => tally[2] += 1,
            Err(error) => {
                println!("{n}: {error}");
                tally[3] += 1;
            }
        }
    }
    println!("clean {}, found by the check {}, moved aside {}, other {}", tally[0], tally[1], tally[2], tally[3]);
    assert_eq!(tally[3], 0);
}
