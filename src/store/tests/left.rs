//! Cases that leave the watch list and come back.

use super::*;
use crate::domain::diff::{Missing, Part};

const DAY: i64 = 86_400;

/// A store with two cases at version 2, the second with something missing.
fn started(dir: &Path) -> Store {
    let store = open(dir);
    let cids = store.watch(&[case(1), case(2)], at(0)).expect("watches");
    for (cid, case) in cids.iter().zip([case(1), case(2)]) {
        for n in 1..=2 {
            let mut visit = news(*cid, &case, n);
            visit.missing = Some([(Part::Entry(EntryKey("gone".into())), Missing { since: at(1), visits: n })].into());
            visit.head.vanished = Some(Missing { since: at(1), visits: n });
            store.commit(visit).expect("commits");
        }
    }
    store
}

#[test]
fn a_short_absence_is_none() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = started(dir.path());
    let before = store.dump().expect("dumps");
    store.watch(&[case(1)], at(100)).expect("watches");
    assert_eq!(store.watch(&[case(1), case(2)], at(100 + DAY - 1)), Ok(vec![1, 2]));
    assert_eq!(store.begins_anew(2), Ok(false));
    assert_eq!(store.dump().expect("dumps"), before);
}

#[test]
fn after_a_long_one_the_case_begins_anew_and_its_counts_are_forgotten() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = started(&dir.path().join("store"));
    store.watch(&[case(1)], at(100)).expect("watches");
    // A daemon that starts with the same list moves no mark.
    store.watch(&[case(1)], at(100 + DAY)).expect("watches");
    assert_eq!(store.begins_anew(2), Ok(false));
    store.watch(&[case(1), case(2)], at(101 + DAY)).expect("watches");
    // The mark outlives another short absence, a restart and a backup.
    store.watch(&[case(1)], at(102 + DAY)).expect("watches");
    store.watch(&[case(1), case(2)], at(103 + DAY)).expect("watches");
    let backup = store.backup(dir.path(), at(0)).expect("backs up").path;
    drop(store);
    Store::restore(&backup, &dir.path().join("restored"), Options::new(at(0))).expect("restores");
    for store in [open(&dir.path().join("store")), open(&dir.path().join("restored"))] {
        assert_eq!((store.begins_anew(1), store.begins_anew(2)), (Ok(false), Ok(true)));
        let head = store.head(2).expect("reads").expect("is there");
        assert_eq!((head.vanished, head.watched_since), (None, at(103 + DAY)));
        assert_eq!(store.missing(2).expect("reads").len(), 0);
        assert_eq!(store.missing(1).expect("reads").len(), 1);
        store.commit(visit(2, &case(2), 2)).expect("a visit without a docket begins nothing");
        assert_eq!(store.begins_anew(2), Ok(true));
        store.commit(news(2, &case(2), 3)).expect("begins");
        assert_eq!(store.begins_anew(2), Ok(false));
        assert_eq!(store.fsck(false).expect("checks").problems, Vec::<String>::new());
    }
}
