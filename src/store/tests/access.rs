//! Users, sessions, tokens and the log of what was done.

use super::*;
use crate::domain::access::{IDLE, LONGEST, Role};
use crate::domain::deed::Outcome;
use crate::store::accounts::{Account, AccountChange};
use crate::store::audit::Deed;
use crate::store::error::StoreError;
use crate::store::keys::Table;
use crate::store::tokens::Token;

pub(super) fn account(name: &str, role: Role) -> Account {
    Account { name: name.into(), role, created: at(1), disabled: None, password_changed: at(1) }
}

pub(super) fn token(name: &str, user: Option<&str>, role: Role, expires: Option<i64>) -> Token {
    Token { name: name.into(), user: user.map(str::to_owned), role, created: at(2), expires: expires.map(at), used: None }
}

pub(super) fn deed(n: i64, what: &str) -> Deed {
    Deed {
        at: at(n),
        user: Some("ana".into()),
        token: None,
        from: Some("203.0.113.9".into()),
        what: what.into(),
        about: None,
        outcome: Outcome::of((n % 2 == 1).then(|| "role".into())),
    }
}

/// One of each, for the tests that need a row in every table.
pub(super) fn one_of_each(store: &Store) {
    let gone = Account { disabled: Some(at(9)), ..account("bea", Role::Editor) };
    assert_eq!(store.add_account(account("ana", Role::Admin), "$argon2id$ana".into()), Ok(true));
    assert_eq!(store.add_account(gone, "$argon2id$bea".into()), Ok(true));
    assert_eq!(store.add_account(account("eva", Role::Viewer), "$argon2id$eva".into()), Ok(true));
    assert_eq!(store.begin_session("ana", "$argon2id$ana", [1; 32], at(10)), Ok(true));
    assert_eq!(store.add_token(token("tablero", None, Role::Viewer, None), [2; 32]), Ok(true));
    assert_eq!(
        store.add_token(Token { used: Some(at(4)), ..token("de-ana", Some("ana"), Role::Editor, Some(999_999)) }, [3; 32]),
        Ok(true)
    );
    store.audit(deed(10, "POST /cases")).expect("notes");
    store
        .audit(Deed { user: None, token: Some("tablero".into()), from: None, about: Some("ana".into()), ..deed(11, "user add") })
        .expect("notes");
}

fn names(store: &Store) -> Vec<String> {
    store.accounts().expect("reads").into_iter().map(|account| format!("{} {}", account.name, account.role.name())).collect()
}

#[test]
fn a_user_is_there_once_and_every_change_ends_the_sessions() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    assert_eq!(store.add_account(account("ana", Role::Viewer), "one".into()), Ok(true));
    assert_eq!(store.add_account(account("ana", Role::Admin), "two".into()), Ok(false), "the first stays");
    assert_eq!(store.account("ana").expect("reads").map(|(account, phc)| (account.role, phc)), Some((Role::Viewer, "one".into())));
    assert_eq!(store.account("bea"), Ok(None));
    let changes = [
        (AccountChange::Role(Role::Editor), "one"),
        (AccountChange::Password("two".into(), at(5)), "one"),
        (AccountChange::Disabled(Some(at(6))), "two"),
    ];
    for (n, (change, phc)) in (0u8..).zip(changes) {
        assert_eq!(store.begin_session("ana", phc, [n; 32], at(4)), Ok(true));
        assert!(store.session([n; 32], at(5)).expect("reads").is_some());
        assert!(store.change_account("ana", change.clone()).expect("changes").is_some());
        assert_eq!(store.session([n; 32], at(5)), Ok(None), "{change:?}");
    }
    assert_eq!(store.begin_session("ana", "two", [9; 32], at(7)), Ok(false), "she is kept out");
    store.change_account("ana", AccountChange::Disabled(None)).expect("changes");
    assert_eq!(store.begin_session("ana", "one", [9; 32], at(7)), Ok(false), "the password was changed meanwhile");
    assert_eq!(store.begin_session("ana", "two", [9; 32], at(7)), Ok(true));
    // The same password at another cost ends nothing.
    store.rehash("ana", "two".into(), "three".into()).expect("keeps");
    store.rehash("ana", "two".into(), "four".into()).expect("keeps");
    assert_eq!(store.account("ana").expect("reads").map(|(_, phc)| phc), Some("three".into()));
    assert_eq!(
        store.session([9; 32], at(8)).expect("reads").map(|(session, role)| (session.user, role)),
        Some(("ana".into(), Role::Editor))
    );
    assert_eq!(store.add_token(token("t", Some("ana"), Role::Viewer, None), [7; 32]), Ok(true));
    drop(store);
    let store = open(dir.path());
    assert_eq!(names(&store), ["ana editor"]);
    assert_eq!((store.remove_account("ana"), store.remove_account("ana")), (Ok(true), Ok(false)));
    assert_eq!((store.session([9; 32], at(8)), store.token([7; 32], at(8)), store.tokens()), (Ok(None), Ok(None), Ok(Vec::new())));
    assert_eq!(store.fsck(false).expect("checks").problems, Vec::<String>::new());
}

#[test]
fn a_session_lasts_while_it_is_used_and_no_longer_than_it_may() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    store.add_account(account("ana", Role::Viewer), "phc".into()).expect("adds");
    let (idle, step) = (i64::try_from(IDLE.as_secs()).expect("small"), 6 * 3600);
    for key in 1..=3 {
        store.begin_session("ana", "phc", [key; 32], at(0)).expect("begins");
    }
    // The first is used all the time, the second once, the third never.
    let look = |key: u8, seconds: i64| {
        let open = store.session([key; 32], at(seconds)).expect("reads").is_some();
        store.probe().expect("writes");
        open
    };
    let end = i64::try_from(LONGEST.as_secs()).expect("small");
    assert!(look(2, 3600));
    for now in (0..end).step_by(step) {
        assert!(look(1, now), "{now}");
    }
    assert!(!look(1, end), "it is as old as it may be");
    assert!(look(2, 3600 + idle - 1) && !look(3, idle) && !look(2, 3600 + 2 * idle));
    assert_eq!(store.sessions_of("ana", at(idle)).expect("reads").len(), 2);
    assert_eq!((store.prune_sessions(at(idle)), store.prune_sessions(at(idle))), (Ok(1), Ok(0)));
    assert_eq!((store.end_session([2; 32]), store.end_session([2; 32])), (Ok(true), Ok(false)));
    assert_eq!(store.end_sessions_of("ana"), Ok(1));
    for key in 0..60 {
        store.begin_session("ana", "phc", [key; 32], at(i64::from(key))).expect("begins");
    }
    let open = store.sessions_of("ana", at(60)).expect("reads");
    assert_eq!((open.len(), open[0].key[0], open[49].key[0]), (50, 59, 10), "the oldest made room");
}

#[test]
fn a_token_opens_what_it_may_until_it_ends() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    one_of_each(&store);
    let role = |key: u8, now: i64| store.token([key; 32], at(now)).expect("reads").map(|(_, role)| role);
    assert_eq!((role(2, 5), role(3, 5), role(4, 5)), (Some(Role::Viewer), Some(Role::Editor), None));
    assert_eq!((role(3, 999_998), role(3, 999_999)), (Some(Role::Editor), None));
    store.probe().expect("writes");
    let used: Vec<_> = store.tokens().expect("reads").into_iter().map(|token| (token.name, token.used)).collect();
    assert_eq!(used, [("de-ana".into(), Some(at(999_998))), ("tablero".into(), Some(at(5)))]);
    assert_eq!(store.add_token(token("tablero", None, Role::Admin, None), [5; 32]), Ok(false));
    assert!(matches!(store.add_token(token("x", Some("nadie"), Role::Admin, None), [5; 32]), Err(StoreError::Refused(_))));
    // It may never more than its user.
    store.change_account("ana", AccountChange::Role(Role::Viewer)).expect("changes");
    assert_eq!(role(3, 20), Some(Role::Viewer));
    store.change_account("ana", AccountChange::Disabled(Some(at(20)))).expect("changes");
    assert_eq!(role(3, 20), None);
    assert_eq!(store.revoke_token("tablero").expect("revokes").map(|token| token.name), Some("tablero".into()));
    assert_eq!((role(2, 20), store.revoke_token("tablero")), (None, Ok(None)));
}

#[test]
fn what_was_done_is_told_newest_first_and_kept_as_long_as_is_wanted() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    for n in 1..=2_500 {
        store.write(false, move |ledger| ledger.take_deed(u64::try_from(n).expect("positive"), &deed(n, "x").into())).expect("notes");
    }
    assert_eq!(store.audit(Deed { about: Some(format!("a\u{1b}[2J\n{}", "ñ".repeat(9_000))), ..deed(2_501, "last") }), Ok(2_501));
    let told = |before: u64, since: i64, limit: usize| -> Vec<u64> {
        store.audited(before, at(since), limit).expect("reads").into_iter().map(|(number, _)| number).collect()
    };
    assert_eq!(told(u64::MAX, 0, 3), [2_501, 2_500, 2_499]);
    assert_eq!((told(2_499, 0, 2), told(2, 0, 9), told(1, 0, 9)), (vec![2_498, 2_497], vec![1], vec![]));
    assert_eq!(told(u64::MAX, 2_500, 9), [2_501, 2_500]);
    let (_, last) = store.audited(u64::MAX, at(0), 1).expect("reads").remove(0);
    let about = last.about.expect("something");
    assert!(about.chars().count() == 200 && !about.contains(char::is_control), "{about:?}");
    assert_eq!(store.prune_audit(at(2_301)), Ok(2_300));
    assert_eq!(told(2_303, 0, 9), [2_302, 2_301]);
    assert_eq!(store.prune_audit(at(9_999)), Ok(200));
    assert_eq!(store.audit(deed(3_000, "next")), Ok(2_502), "no number is given twice");
}

#[test]
fn backups_bring_users_tokens_and_the_log_back_and_exports_tell_nothing_of_them() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(&dir.path().join("store"));
    one_of_each(&store);
    for n in 3..2_100 {
        store.write(false, move |ledger| ledger.take_deed(n, &deed(7, "x").into())).expect("notes");
    }
    let backup = store.backup(&dir.path().join("backups"), at(50)).expect("backs up");
    let mut export = Vec::new();
    store.export(&mut export, at(50)).expect("exports");
    let export = String::from_utf8(export).expect("text");
    for secret in ["argon2id", "tablero", "203.0.113.9", "\"ana\""] {
        assert!(!export.contains(secret), "{secret}");
    }
    let into = dir.path().join("again");
    Store::restore(&backup.path, &into, Options::new(at(0))).expect("restores");
    let again = open(&into);
    assert_eq!((names(&again), again.tokens()), (names(&store), store.tokens()));
    assert_eq!(again.account("ana"), store.account("ana"));
    assert_eq!(again.audited(u64::MAX, at(0), usize::MAX), store.audited(u64::MAX, at(0), usize::MAX));
    assert_eq!(again.token([2; 32], at(20)).expect("reads").map(|(token, _)| token.name), Some("tablero".into()));
    assert_eq!(again.session([1; 32], at(20)), Ok(None), "everybody logs in anew");
    assert_eq!(again.fsck(false).expect("checks").problems, Vec::<String>::new());
}

#[test]
fn what_does_not_read_back_opens_nothing_and_is_said() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    one_of_each(&store);
    let ana = super::invariants::first(&store, Table::Account);
    for (table, key) in
        [(Table::Session, &[1; 32][..]), (Table::Token, &[2; 32]), (Table::Account, &ana), (Table::Audit, &1u64.to_be_bytes())]
    {
        super::damage::spoil(&store, table, key);
    }
    assert_eq!((store.session([1; 32], at(11)), store.token([2; 32], at(11))), (Ok(None), Ok(None)));
    assert_eq!((store.accounts().expect("reads").len(), store.tokens().expect("reads").len()), (2, 1));
    assert_eq!(store.audited(u64::MAX, at(0), 9).expect("reads").len(), 1);
    assert_eq!(store.audit(deed(12, "goes on")), Ok(3));
    let problems = store.fsck(false).expect("checks").problems;
    for table in ["session ", "token ", "account ", "audit "] {
        assert!(problems.iter().any(|problem| problem.starts_with(table)), "{table}: {problems:?}");
    }
    let repaired = store.fsck(true).expect("repairs");
    assert!(!repaired.problems.iter().any(|problem| problem.starts_with("session ")) && repaired.problems.len() == 3, "{repaired:?}");
    assert!(store.failed().is_none());
}

#[test]
fn a_deed_that_nobody_waits_for_is_added_all_the_same_and_in_its_turn() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let (go, held) = std::sync::mpsc::channel::<()>();
    // The disk is slow.
    store.write_some_time(move |_| held.recv().map_err(|_| StoreError::Closed));
    let soon = Deed { outcome: Outcome::Refused("wrong password".into()), ..deed(10, "log in") };
    assert!(store.audit_soon(soon.clone()), "it waits for no disk");
    assert_eq!(store.audited(u64::MAX, at(0), 10).expect("reads"), []);
    go.send(()).expect("somebody waits");
    assert_eq!(store.audit(deed(12, "POST /cases")), Ok(2));
    assert_eq!(store.audited(u64::MAX, at(0), 10).expect("reads"), [(2, deed(12, "POST /cases")), (1, soon)]);
}
