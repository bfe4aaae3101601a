//! Secret addresses: found by their token, listed, revoked for good, in backups and in no export.

use super::*;
use crate::domain::about::Language;
use crate::domain::feed::{FeedAddress, MOST_ACTIVE, Scope, Token};

/// An address of a token of these bytes.
pub(super) fn address(n: u8, scope: Scope) -> FeedAddress {
    FeedAddress::new(&Token::of([n; 32]), format!("Persona {n}"), scope, Language::Es, at(i64::from(n)))
}

#[test]
fn an_address_is_found_by_its_token_until_it_is_revoked() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let (all, one) = (address(1, Scope::All), address(2, Scope::Case(case(7))));
    store.add_feed(all.clone()).expect("keeps");
    store.add_feed(one.clone()).expect("keeps");
    drop(store);
    let store = open(dir.path());
    let found = |n: u8| store.feed_of(&Token::of([n; 32])).expect("reads");
    assert_eq!((found(1), found(2), found(3)), (Some(all.clone()), Some(one.clone()), None));
    let day = jiff::civil::date(2026, 3, 4);
    store.feed_used(all.id, day);
    store.feed_used(all.id, jiff::civil::date(2026, 3, 1));
    store.settle();
    assert_eq!(found(1).and_then(|address| address.used), Some(day), "an earlier day changes nothing");
    assert_eq!(store.revoke_feed(all.id, at(50)).expect("revokes").map(|address| address.revoked), Some(Some(at(50))));
    assert_eq!(store.revoke_feed(all.id, at(51)).expect("answers"), None);
    assert_eq!(found(1), None);
    let listed: Vec<_> = store.feeds().expect("lists").into_iter().map(|address| address.id).collect();
    assert_eq!(listed, [one.id, all.id]);
    assert_eq!(store.fsck(false).expect("checks").problems, Vec::<String>::new());
}

#[test]
fn backups_carry_addresses_and_exports_do_not() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(&dir.path().join("store"));
    let kept = [address(1, Scope::Tag("sobornos".into())), address(2, Scope::All)];
    kept.iter().for_each(|one| store.add_feed(one.clone()).expect("keeps"));
    let mut exported = Vec::new();
    store.export(&mut exported, at(9)).expect("exports");
    let exported = String::from_utf8(exported).expect("text");
    assert!(!exported.contains("Persona") && !exported.contains(&crate::domain::id::hex(&kept[0].hash)));
    let backup = store.backup(&dir.path().join("backups"), at(9)).expect("backs up");
    drop(store);
    let into = dir.path().join("restored");
    Store::restore(&backup.path, &into, Options::new(at(10))).expect("restores");
    let restored = open(&into);
    assert_eq!(restored.feed_of(&Token::of([1; 32])).expect("reads"), Some(kept[0].clone()));
    assert_eq!(restored.feeds().expect("lists").len(), 2);
}

#[test]
fn no_more_are_in_use_than_memory_is_meant_for() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let of = |n: usize| {
        let mut drawn = [0; 32];
        drawn[..8].copy_from_slice(&n.to_be_bytes());
        FeedAddress::new(&Token::of(drawn), "Ana".into(), Scope::All, Language::En, at(1))
    };
    (0..MOST_ACTIVE).for_each(|n| store.add_feed(of(n)).expect("keeps"));
    let refused = store.add_feed(of(MOST_ACTIVE)).expect_err("too many").to_string();
    assert!(refused.contains("revoke some first"), "{refused}");
    store.revoke_feed(of(0).id, at(2)).expect("revokes");
    store.add_feed(of(MOST_ACTIVE)).expect("there is room");
}
