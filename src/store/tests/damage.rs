//! Damage: a log that lost its end, marks that say nothing, and values that do not read back.
//!
//! What is lost must be said and accepted before the store goes on; what one bad value says stops nothing but itself.

use std::fs;
use std::path::PathBuf;

use super::whole::lived_in;
use super::*;
use crate::store::batch::Batch;
use crate::store::error::{OpenError, StoreError};
use crate::store::keys::{self, Table, Trees};
use crate::store::outbox::DeliveryFilter;
use crate::store::records::case::WordRecord;
use crate::store::writer::Ledger;
use crate::store::{format, fsck, rows};

fn refused(path: &Path) -> (String, PathBuf) {
    match Store::open(path, Options::new(at(0))) {
        Err(error @ OpenError::Damaged { .. }) => {
            let said = error.to_string();
            let OpenError::Damaged { moved_to, .. } = error else { unreachable!("it is damage") };
            (said, moved_to)
        }
        other => panic!("{other:?}"),
    }
}

pub(in crate::store) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("makes");
    for file in fs::read_dir(from).expect("lists").flatten() {
        let target = to.join(file.file_name());
        if file.path().is_dir() {
            copy(&file.path(), &target);
        } else {
            fs::copy(file.path(), target).expect("copies");
        }
    }
}

pub(super) fn spoil(store: &Store, table: Table, key: &[u8]) {
    let tree = store.inner.trees.at(table);
    let mut value = tree.get(key).expect("reads").expect("is there").to_vec();
    let place = value.len() / 2;
    value[place] ^= 1;
    tree.insert(key, value).expect("writes");
}

/// Leaves of sled's log what an end that was lost would leave.
fn cut(path: &Path, len: usize) {
    let log = fs::read(path.join("sled/db")).expect("reads");
    // Without sled's own summary of the log, which a young store does not have yet.
    for file in fs::read_dir(path.join("sled")).expect("lists").flatten() {
        if file.file_name().to_string_lossy().starts_with("snap.") {
            fs::remove_file(file.path()).expect("removes");
        }
    }
    fs::write(path.join("sled/db"), &log[..len]).expect("writes");
}

#[test]
fn a_log_that_lost_its_end_is_not_gone_on_with_until_that_is_accepted() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("store");
    let backup = {
        let store = lived_in(&path);
        store.backup(&dir.path().join("backups"), at(5)).expect("backs up").path
    };
    let whole = fs::metadata(path.join("sled/db")).expect("is there").len();
    cut(&path, usize::try_from(whole).expect("small") / 2);
    let mark = fs::read(path.join("MARK")).expect("reads");
    let (said, moved_to) = refused(&path);
    assert!(said.contains("event number 38") && said.contains(&backup.display().to_string()), "{said}");
    // The proof stays, however often one starts again.
    for _ in 0..2 {
        assert_eq!(refused(&path).1, moved_to);
        assert_eq!(fs::read(moved_to.join("MARK")).expect("reads"), mark);
    }
    let done = Store::restore(&moved_to, &path, Options::new(at(9))).expect("is accepted by name");
    assert!(done.events < 38, "{done:?}");
    assert_eq!(fs::read(moved_to.join("MARK")).expect("reads"), mark);
    let store = open(&path);
    assert_eq!(store.fsck(false).expect("checks").problems, Vec::<String>::new());
}

#[test]
fn a_store_in_which_nothing_is_left_is_moved_aside() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("store");
    drop(lived_in(&path));
    cut(&path, 300);
    let (said, moved_to) = refused(&path);
    assert!(said.contains("0 cases"));
    let noted = crate::store::mark::cases(&moved_to).expect("it had some");
    let said = Store::restore(&moved_to, &path, Options::new(at(9))).expect_err("there is nothing to go on with").to_string();
    assert!(said.contains(&format!("names {noted} cases")), "{said}");
    assert!(!path.exists() && !dir.path().join("backups").exists());
}

#[test]
fn a_lost_sent_state_is_noticed_too() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("store");
    drop(lived_in(&path));
    copy(&path.join("sled"), &dir.path().join("before"));
    let store = open(&path);
    let id = store.due_at(at(500), 1)[0].id;
    store.record_attempt(id, sent(40), DeliveryState::Delivered { at: at(40) }, 1).expect("records");
    drop(store);
    fs::remove_dir_all(path.join("sled")).expect("removes");
    copy(&dir.path().join("before"), &path.join("sled"));
    let said = refused(&path).0;
    assert!(said.contains("writes are left"), "{said}");
}

#[test]
fn a_mark_that_is_gone_or_unreadable_is_no_new_store() {
    for broken in [None, Some(""), Some("3 38\n"), Some("3 38 7 00000000\n")] {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("store");
        drop(lived_in(&path));
        match broken {
            None => fs::remove_file(path.join("MARK")).expect("removes"),
            Some(text) => fs::write(path.join("MARK"), text).expect("writes"),
        }
        let said = refused(&path).0;
        assert!(said.contains("MARK"), "{said}");
    }
}

#[test]
fn a_kill_before_the_first_mark_leaves_a_new_store() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("store");
    fs::create_dir_all(&path).expect("makes");
    crate::store::mark::create(&path).expect("marks");
    drop(open(&path));
    drop(open(&path));
}

#[test]
fn only_a_store_that_was_closed_in_order_says_so() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    assert!(!dir.path().join("CLEAN").exists());
    drop(store);
    assert!(dir.path().join("CLEAN").exists());
    let store = open(dir.path());
    assert!(!dir.path().join("CLEAN").exists());
    let full = || -> Result<(), StoreError> { Err(StoreError::Full) };
    assert_eq!(store.write(true, move |_| full()), Err(StoreError::Full));
    drop(store);
    assert!(!dir.path().join("CLEAN").exists());
}

#[test]
fn a_format_or_a_word_of_a_newer_veedor_is_refused_politely() {
    let dir = tempfile::tempdir().expect("a folder");
    let write = |name: &str, table: Table, key: &[u8], value: Vec<u8>| -> String {
        let path = dir.path().join(name);
        let store = lived_in(&path);
        store.inner.trees.at(table).insert(key, value).expect("writes");
        drop(store);
        Store::open(&path, Options::new(at(0))).expect_err("is refused").to_string()
    };
    let said = write("format", Table::Meta, b"format", rows::sealed(&2u32).expect("seals"));
    assert!(said.contains("newer veedor"), "{said}");
    let word = WordRecord::Source("ec-otro".into());
    let value = format::seal(rows::SCHEMA + 1, &rows::encode(&word).expect("encodes"));
    let said = write("word", Table::Word, &9u32.to_be_bytes(), value.clone());
    assert!(said.contains("gap"), "{said}");
    let said = write("next", Table::Word, &3u32.to_be_bytes(), value);
    assert!(said.contains("newer veedor"), "{said}");
}

#[test]
fn a_plan_a_name_and_a_head_that_do_not_read_back_stop_nobody_and_are_mended() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = lived_in(&dir.path().join("store"));
    let planned = store.rows().expect("reads");
    spoil(&store, Table::Sched, &keys::cid(1));
    spoil(&store, Table::Name, &keys::cid(2));
    spoil(&store, Table::Case, &keys::cid(1));
    assert_eq!(store.rows().expect("reads").len(), planned.len());
    assert_eq!(store.rows().expect("reads")[1], planned[1]);
    assert_eq!(store.row(1), Ok(None));
    assert!(matches!(store.head(1), Err(StoreError::Damaged(_))));
    assert_eq!(store.register(&[case(1), case(2), case(3)]), Ok(vec![1, 2, 3]));
    store.touch(&[(1, planned[0].1)]).expect("a new plan replaces it");
    spoil(&store, Table::Sched, &keys::cid(1));
    assert!(!store.fsck(false).expect("checks").is_clean());
    let report = store.fsck(true).expect("repairs");
    assert_eq!((report.problems, report.repaired), (Vec::new(), 3));
    let head = store.head(1).expect("reads").expect("is there");
    assert_eq!((head.version, head.seq, head.watched_since), (20, 19, at(1)));
    assert_eq!(store.case(2), Ok(Some(case(2))));
    store.commit(news(1, &case(1), 21)).expect("the case goes on");
}

#[test]
fn a_case_number_whose_index_is_damaged_is_found_by_its_name() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = lived_in(dir.path());
    spoil(&store, Table::Cid, &keys::case(0, &case(2).number));
    assert_eq!(store.register(&[case(2), case(7)]), Ok(vec![2, 4]));
}

#[test]
fn a_backup_goes_around_what_does_not_read_back_and_says_so() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = lived_in(&dir.path().join("store"));
    let missing = store.inner.trees.at(Table::Missing).scan_prefix(keys::cid(2)).keys().next().expect("is there").expect("reads");
    for (table, key) in [
        (Table::Case, keys::cid(1).to_vec()),
        (Table::Sched, keys::cid(2).to_vec()),
        (Table::Missing, missing.to_vec()),
        (Table::Name, keys::cid(3).to_vec()),
    ] {
        spoil(&store, table, &key);
    }
    let info = store.backup(dir.path(), at(0)).expect("backs up");
    assert_eq!((info.counts.damaged, info.counts.cases, info.counts.versions, info.counts.events), (4, 3, 40, 38));
    let into = dir.path().join("restored");
    Store::restore(&info.path, &into, Options::new(at(0))).expect("restores");
    let restored = open(&into);
    assert_eq!(restored.head(1).expect("reads").expect("is there").version, 20);
    assert_eq!(restored.fsck(false).expect("checks").problems, Vec::<String>::new());
}

#[test]
fn pruning_and_new_values_go_on_past_damaged_ones() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = lived_in(dir.path());
    let attempts: Vec<_> = store.inner.trees.at(Table::Attempt).iter().keys().map(|key| key.expect("reads")).collect();
    let body = store.inner.trees.at(Table::Body).iter().keys().next().expect("is there").expect("reads");
    spoil(&store, Table::Body, &body);
    assert_eq!(store.prune(at(31), Duration::from_secs(0)).expect("prunes").deliveries, 1);
    let left = store.inner.trees.at(Table::Attempt).iter().keys().count();
    assert!(left < attempts.len());
    let store = {
        drop(store);
        lived_in(&dir.path().join("other"))
    };
    for key in &attempts {
        spoil(&store, Table::Attempt, key);
    }
    assert_eq!(store.prune(at(31), Duration::from_secs(0)).expect("goes on").attempts, 0);
}

#[test]
fn an_event_beyond_the_last_version_is_found() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = lived_in(dir.path());
    let mut stray = visit(1, &case(1), 20);
    stray.events = vec![event(&case(1), 21, 0)];
    store.commit(stray).expect("commits");
    let problems = store.fsck(false).expect("checks").problems;
    assert!(problems.iter().any(|problem| problem.contains("speaks of version 21")), "{problems:?}");
}

#[test]
fn a_check_beside_a_busy_writer_finds_nothing_and_holds_nobody_up() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let cid = store.register(&[case(1)]).expect("registers")[0];
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| (1..=60).for_each(|n| drop(store.commit(news(cid, &case(1), n)).expect("commits"))));
        while !writer.is_finished() {
            assert_eq!(store.fsck(false).expect("checks").problems, Vec::<String>::new());
        }
    });
}

#[test]
fn two_restores_at_once_do_not_mix() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = lived_in(&dir.path().join("store"));
    let backup = store.backup(dir.path(), at(0)).expect("backs up").path;
    let held = fs::File::open(dir.path()).expect("opens");
    held.lock().expect("locks");
    let refused = Store::restore(&backup, &dir.path().join("restored"), Options::new(at(0))).expect_err("waits").to_string();
    assert!(refused.contains("another restore"), "{refused}");
    drop(held);
    Store::restore(&backup, &dir.path().join("restored"), Options::new(at(0))).expect("restores");
}

#[test]
fn one_batch_of_damage_does_not_poison_the_store() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = lived_in(dir.path());
    let damaged = store.write(true, |_| -> Result<(), StoreError> { Err(sled::Error::ReportableBug("a page".into()).into()) });
    assert!(matches!(damaged, Err(StoreError::Damaged(_))), "{damaged:?}");
    assert_eq!(store.failed(), None);
    let mut batch = Batch::default();
    batch.put(Table::Meta, b"probe", rows::sealed(&1u32).expect("seals")).expect("puts");
    batch.apply(&store.inner.trees).expect("writes on");
}

/// Damages a part of sled's log behind the open handle, before its pages are read.
#[test]
fn pages_that_cannot_be_read_cost_what_is_in_them_and_end_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("store");
    let store = open(&path);
    super::budget::visited(&store, 60, 20, &mut |_| ());
    let whole = store.backup(dir.path(), at(0)).expect("backs up").counts;
    drop(store);
    let store = open(&path);
    let log = path.join("sled/db");
    let mut bytes = fs::read(&log).expect("reads");
    bytes.iter_mut().skip(4_096).step_by(8_192).for_each(|byte| *byte ^= 0x55);
    std::os::unix::fs::FileExt::write_all_at(&fs::OpenOptions::new().write(true).open(&log).expect("opens"), &bytes, 0).expect("writes");

    let unread: usize = Table::ALL.iter().map(|table| store.inner.trees.at(*table).iter().filter(Result::is_err).count()).sum();
    assert!(unread > 0, "the damage hit no page");
    let report = store.fsck(false).expect("checks what can be read");
    assert!(report.problems.iter().any(|problem| problem.contains("cannot be read")), "{:?}", report.problems.first());
    let made = store.backup(dir.path(), at(1)).expect("backs up around it");
    assert!(made.counts.damaged > 0 && made.counts.versions < whole.versions, "{:?}", made.counts);
    Store::restore(&made.path, &dir.path().join("restored"), Options::new(at(0))).expect("restores the rest");
    assert_eq!(store.failed(), None);
    for n in 1..=60u32 {
        // Which of them share a damaged page is sled's to say.
        let visited = store.commit(news(Cid::from(n), &case(n - 1), 21));
        assert!(matches!(visited, Ok(_) | Err(StoreError::Damaged(_) | StoreError::Refused(_))), "{visited:?}");
    }
    assert_eq!(store.failed(), None);
}

/// Damages sled's log behind a handle that has read every table but `due`.
#[test]
fn deliveries_whose_place_cannot_be_read_are_named_and_no_repair_is_promised() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("store");
    let store = lived_in(&path);
    let waiting: Vec<Id> =
        store.deliveries(DeliveryFilter::Pending, usize::MAX).expect("lists").into_iter().map(|delivery| delivery.id).collect();
    drop(store);
    let trees = Trees::open(sled::open(path.join("sled")).expect("opens")).expect("opens");
    for table in Table::ALL.iter().filter(|table| **table != Table::Due) {
        assert!(trees.at(*table).iter().all(|row| row.is_ok()), "{}", table.name());
    }
    let log = path.join("sled/db");
    let mut bytes = fs::read(&log).expect("reads");
    bytes.iter_mut().step_by(64).for_each(|byte| *byte ^= 0x55);
    std::os::unix::fs::FileExt::write_all_at(&fs::OpenOptions::new().write(true).open(&log).expect("opens"), &bytes, 0).expect("writes");

    let mut ledger = Ledger::load(trees).expect("goes on with the rest");
    ledger.repair(&path).expect("repairs what it can");
    assert!(ledger.open.is_empty(), "none is found where it should wait");
    let problems = fsck::check(&ledger.trees, &ledger.words()).expect("checks").problems;
    for id in &waiting {
        let problem = problems.iter().find(|problem| problem.starts_with(&format!("delivery {id}: its place in `due` cannot be read")));
        assert!(problem.is_some_and(|problem| problem.contains("`veedor restore`")), "{id}: {problems:?}");
    }
}
