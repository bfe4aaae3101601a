//! Backup, restore, export, check, repair and pruning.
//!
//! Each works on a store with some of everything, and is held against the dump of the whole store, so that nothing can go
//! missing unseen.

use std::fs;
use std::path::PathBuf;

use super::*;
use crate::domain::diff::Missing;
use crate::domain::withhold::Telling;
use crate::store::backup::verify;
use crate::store::batch::Batch;
use crate::store::error::{OpenError, StoreError};
use crate::store::keys::{self, Table};
use crate::store::rows;

/// A store with some of everything.
pub(super) fn lived_in(dir: &Path) -> Store {
    let store = open(dir);
    let cases = [case(1), case(2), case(3)];
    let cids = store.register(&cases).expect("registers");
    for (case, cid) in cases.iter().zip(&cids).take(2) {
        for n in 1..=20 {
            let mut visit = news(*cid, case, n);
            visit.missing =
                Some([(crate::domain::diff::Part::Entry(EntryKey(format!("gone {n}"))), Missing { since: at(3), visits: n })].into());
            if let Some(event) = visit.events.first() {
                visit.deliveries.push(delivery(event, "mail", DeliveryState::Open { due: at(600) }));
            }
            store.commit(visit).expect("commits");
        }
    }
    let due = store.due_at(at(500), 100);
    assert_eq!(due.len(), 38);
    let dead = DeliveryState::Dead { at: at(7), reason: "answered 410".into() };
    store.fix(due[0].id, content(b"{\"a\":1}".repeat(900))).expect("fixes");
    store.record_attempt(due[0].id, sent(30), DeliveryState::Delivered { at: at(30) }, 1).expect("records");
    store.record_attempt(due[1].id, attempt(7, Outcome::Rejected { why: "410".into() }), dead, 1).expect("records");
    let again = attempt(8, Outcome::Retry { why: "500".into(), after: Some(Duration::from_secs(9)) });
    let mail = Content { medium: Medium::Email, from: Some("v@example.org".into()), body: b"hello".to_vec() };
    store.fix(due[2].id, mail).expect("fixes");
    store.record_attempt(due[2].id, again, DeliveryState::Waiting { due: at(99) }, 1).expect("records");
    store.mail_domain("example.org").expect("keeps");
    store
}

fn clean(store: &Store) {
    assert_eq!(store.fsck(false).expect("checks").problems, Vec::<String>::new());
}

#[test]
fn a_backup_comes_back_as_it_was() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = lived_in(&dir.path().join("store"));
    store.keep_said(&[said::watch(1, Some(Telling::Activity), &[2])]).expect("keeps");
    clean(&store);
    let info = store.backup(&dir.path().join("backups"), at(1000)).expect("backs up");
    assert_eq!((info.counts.cases, info.counts.versions, info.counts.events, info.counts.damaged), (3, 40, 38, 0));
    assert_eq!(verify(&info.path), Ok(info.counts));
    let into = dir.path().join("restored");
    Store::restore(&info.path, &into, Options::new(at(0))).expect("restores");
    let restored = open(&into);
    clean(&restored);
    assert_eq!(restored.dump().expect("dumps"), store.dump().expect("dumps"));
    assert_eq!(restored.due_at(at(99), 100), store.due_at(at(99), 100));
    // What the backup knows is told already.
    let cid = restored.cid(&case(1)).expect("reads").expect("is there");
    let mut again = news(cid, &case(1), 21);
    again.events = vec![event(&case(1), 20, 19)];
    again.deliveries = vec![delivery(&again.events[0], "hook", DeliveryState::Waiting { due: at(1) })];
    assert_eq!(restored.commit(again).expect("commits").deliveries, []);
    assert_eq!(restored.register(&[case(9)]), Ok(vec![4]));
}

#[test]
fn an_export_is_readable_and_can_be_restored_too() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = lived_in(&dir.path().join("store"));
    let mut lines = Vec::new();
    store.export(&mut lines, at(1000)).expect("exports");
    let text = String::from_utf8(lines).expect("is text");
    assert!(text.starts_with("{\"line\":\"veedor\",\"format\":1,"), "{}", text.lines().next().unwrap_or_default());
    assert!(
        text.contains("\"kind\":\"order.issued\"")
            && text.contains("\"number\":\"17721000000001G\"")
            && text.contains("\"state\":{\"dead\":")
    );
    let path = dir.path().join("export.jsonl");
    fs::write(&path, &text).expect("writes");
    Store::restore(&path, &dir.path().join("restored"), Options::new(at(0))).expect("restores");
    assert_eq!(open(&dir.path().join("restored")).dump(), store.dump());
}

#[test]
fn a_backup_that_is_not_whole_makes_no_store() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = lived_in(&dir.path().join("store"));
    let mut lines = Vec::new();
    store.export(&mut lines, at(1000)).expect("exports");
    let text = String::from_utf8(lines).expect("is text");
    let cut: String = text.lines().take(30).map(|line| format!("{line}\n")).collect();
    let changed = text.replacen("Fiscalía", "Defensa", 1);
    let newer = text.replacen("\"format\":1", "\"format\":2", 1);
    let packed = zstd::encode_all(text.as_bytes(), 1).expect("packs");
    let half = packed[..packed.len() / 2].to_vec();
    for (name, bytes) in [("cut", cut.into_bytes()), ("changed", changed.into_bytes()), ("newer", newer.into_bytes()), ("half", half)] {
        let path = dir.path().join(name);
        fs::write(&path, bytes).expect("writes");
        let into = dir.path().join(format!("{name}-restored"));
        let refused = Store::restore(&path, &into, Options::new(at(0)));
        assert!(matches!(&refused, Err(OpenError::Store(StoreError::Backup(_)))), "{name}: {refused:?}");
        assert!(!into.exists());
    }
}

#[test]
fn only_an_empty_place_is_restored_into() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = lived_in(&dir.path().join("store"));
    let backup = store.backup(dir.path(), at(0)).expect("backs up").path;
    drop(store);
    let other = dir.path().join("other");
    fs::create_dir(&other).expect("makes");
    fs::write(other.join("letter.txt"), "mine").expect("writes");
    for full in [dir.path().join("store"), other] {
        let refused = Store::restore(&backup, &full, Options::new(at(0))).expect_err("is refused").to_string();
        assert!(refused.contains("not empty"), "{refused}");
    }
    let unused: PathBuf = dir.path().join("unused");
    drop(open(&unused));
    Store::restore(&backup, &unused, Options::new(at(0))).expect("restores over a store without cases");
    clean(&open(&unused));
}

#[test]
fn a_backup_of_a_busy_store_is_consistent() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(&dir.path().join("store"));
    let cases: Vec<CaseRef> = (0..40).map(case).collect();
    let cids = store.register(&cases).expect("registers");
    let busy = std::sync::atomic::AtomicBool::new(true);
    let backups = std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut n = 0;
            while busy.load(std::sync::atomic::Ordering::SeqCst) || n < 3 {
                n += 1;
                for (case, cid) in cases.iter().zip(&cids) {
                    let mut visit = news(*cid, case, n);
                    if let Some(event) = visit.events.first() {
                        visit.deliveries.push(delivery(event, "mail", DeliveryState::Open { due: at(600) }));
                    }
                    store.commit(visit).expect("commits");
                }
            }
        });
        let backups: Vec<PathBuf> = (0..5).map(|n| store.backup(dir.path(), at(n)).expect("backs up").path).collect();
        busy.store(false, std::sync::atomic::Ordering::SeqCst);
        backups
    });
    for backup in backups {
        let into = backup.with_extension("store");
        Store::restore(&backup, &into, Options::new(at(0))).expect("restores");
        clean(&open(&into));
    }
}

#[test]
fn broken_indexes_are_found_and_mended() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = lived_in(dir.path());
    let before = store.dump().expect("dumps");
    for table in [Table::Due, Table::EventId, Table::CaseEvent, Table::Cid] {
        store.inner.trees.at(table).clear().expect("clears");
    }
    let mut batch = Batch::default();
    batch.put(Table::Due, keys::due(5, crate::domain::id::Id([9; 16])), Vec::new()).expect("puts");
    rows::put(&mut batch, Table::EventId, &[9; 16], &77u64).expect("puts");
    batch.apply(&store.inner.trees).expect("writes");
    assert!(store.fsck(false).expect("checks").problems.len() > 100);
    let report = store.fsck(true).expect("repairs");
    assert_eq!((report.problems, report.repaired > 100), (Vec::new(), true));
    assert_eq!(store.dump().expect("dumps"), before);
}

#[test]
fn damage_is_named_kept_and_backed_up_around() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = lived_in(&dir.path().join("store"));
    for (table, key) in [(Table::Snap, keys::numbered(1, 3).to_vec()), (Table::Event, 5u64.to_be_bytes().to_vec())] {
        let tree = store.inner.trees.at(table);
        let mut value = tree.get(&key).expect("reads").expect("is there").to_vec();
        value[20] ^= 1;
        tree.insert(&key, value).expect("writes");
    }
    let report = store.fsck(true).expect("checks");
    assert!(report.problems.iter().any(|problem| problem.starts_with("snap 000000000000000100000003")), "{:?}", report.problems);
    assert!(report.problems.iter().any(|problem| problem.starts_with("event 0000000000000005")), "{:?}", report.problems);
    assert_eq!(report.repaired, 0);
    assert!(matches!(store.docket(1, 3), Err(StoreError::Damaged(_))));
    assert_eq!(store.failed(), None);
    let info = store.backup(dir.path(), at(0)).expect("backs up");
    assert!(info.counts.damaged >= 2, "{:?}", info.counts);
    Store::restore(&info.path, &dir.path().join("restored"), Options::new(at(0))).expect("restores the rest");
    // A version whose predecessor is unreadable stands on its own.
    store.commit(news(1, &case(1), 21)).expect("commits");
    assert_eq!(store.docket(1, 21), Ok(Some(docket(21))));
}

#[test]
fn pruning_forgets_old_messages_and_no_evidence() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = lived_in(dir.path());
    let evidence = |store: &Store| -> Vec<String> {
        let dump = store.dump().expect("dumps");
        dump.lines()
            .filter(|line| !["delivery", "attempt", "body"].iter().any(|table| line.starts_with(table)))
            .map(str::to_owned)
            .collect()
    };
    let before = evidence(&store);
    let none = store.prune(at(29), Duration::from_secs(0)).expect("prunes");
    assert_eq!((none.deliveries, none.attempts), (0, 2));
    let day = Duration::from_secs(86_400);
    assert_eq!(store.prune(at(40), day).expect("prunes").deliveries, 0);
    let pruned = store.prune(at(31), Duration::from_secs(0)).expect("prunes");
    assert_eq!((pruned.deliveries, pruned.attempts), (1, 1));
    assert_eq!(evidence(&store), before);
    clean(&store);
}
