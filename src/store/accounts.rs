//! Users: their role, whether they may log in, and what is kept of their password.
//!
//! Written for `daemon::answers` when an operator or an administrator changes something, read by `web` at each request. What a change ends
//! (sessions, tokens) ends in the same transaction. It hashes nothing and decides nothing. Backups have users, exports do not.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::access::Role;
use crate::domain::id::Id;
use crate::domain::sentence;

use super::batch::Batch;
use super::codes::{Instant, RoleCode};
use super::error::StoreError;
use super::keys::{Table, Trees};
use super::lines::Line;
use super::writer::Ledger;
use super::{Store, rows, sessions, tokens};

/// More users than any newsroom has: each look at all of them stays short.
pub const MOST_ACCOUNTS: usize = 1_000;

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The name, as [`name`](crate::domain::access::name) gives it.
    pub name: String,
    /// What the user may do.
    pub role: Role,
    /// When the user was added.
    pub created: Timestamp,
    /// Since when the user is kept out.
    pub disabled: Option<Timestamp>,
    /// When the password was last set.
    pub password_changed: Timestamp,
}

/// What of a user changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountChange {
    /// Another password: what is kept of it, and when it was set.
    Password(String, Timestamp),
    /// Another role.
    Role(Role),
    /// Since when the user is kept out; `None`: no more.
    Disabled(Option<Timestamp>),
}

/// [`Account`], with what is kept of the password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AccountRecord {
    name: String,
    phc: String,
    role: RoleCode,
    created: Instant,
    disabled: Option<Instant>,
    password_changed: Instant,
}

impl AccountRecord {
    fn new(account: Account, phc: String) -> Self {
        let Account { name, role, created, disabled, password_changed } = account;
        Self {
            name,
            phc,
            role: RoleCode(role),
            created: created.into(),
            disabled: disabled.map(Instant::from),
            password_changed: password_changed.into(),
        }
    }

    fn account(self) -> Account {
        let Self { name, phc: _, role, created, disabled, password_changed } = self;
        Account { name, role: role.0, created: created.0, disabled: disabled.map(|at| at.0), password_changed: password_changed.0 }
    }

    /// Where it stands.
    pub(super) fn key(&self) -> Id {
        key(&self.name)
    }

    /// What is kept of the password.
    pub(super) fn phc(&self) -> &str {
        &self.phc
    }

    /// What the user may do; `None` when he is kept out.
    pub(super) fn role(&self) -> Option<Role> {
        self.disabled.is_none().then_some(self.role.0)
    }
}

fn key(name: &str) -> Id {
    Id::derive(&[b"account", name.as_bytes()])
}

/// A user by name.
pub(super) fn record(trees: &Trees, name: &str) -> Result<Option<AccountRecord>, StoreError> {
    rows::get(trees, Table::Account, &key(name).0)
}

impl Store {
    /// Every user, by name. One that does not read back is for `fsck`, and lets nobody in.
    pub fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        self.read(|trees| {
            let mut all = Vec::new();
            for record in records(trees)? {
                match record {
                    Ok(record) => all.push(record.account()),
                    Err(error) if error.is_fatal() => return Err(error),
                    Err(_) => {}
                }
            }
            all.sort_by(|a, b| a.name.cmp(&b.name));
            Ok(all)
        })
    }

    /// A user with what is kept of the password.
    pub fn account(&self, name: &str) -> Result<Option<(Account, String)>, StoreError> {
        Ok(self.read(|trees| record(trees, name))?.map(|record| (record.clone().account(), record.phc)))
    }

    /// Adds a user; `false` when there is one of this name.
    ///
    /// # Errors
    /// When there are too many.
    pub fn add_account(&self, account: Account, phc: String) -> Result<bool, StoreError> {
        self.write(true, move |ledger| {
            if record(&ledger.trees, &account.name)?.is_some() {
                return Ok(false);
            }
            if ledger.trees.at(Table::Account).len() >= MOST_ACCOUNTS {
                return Err(StoreError::Refused(sentence::MANY_USERS.with(&[&MOST_ACCOUNTS])));
            }
            ledger.take_account(&AccountRecord::new(account, phc)).map(|()| true)
        })
    }

    /// Changes a user and ends the user's sessions; `None` when there is no such user.
    pub fn change_account(&self, name: &str, change: AccountChange) -> Result<Option<Account>, StoreError> {
        let name = name.to_owned();
        self.write(true, move |ledger| {
            let Some(mut record) = record(&ledger.trees, &name)? else { return Ok(None) };
            match change {
                AccountChange::Password(phc, at) => {
                    record.phc = phc;
                    record.password_changed = at.into();
                }
                AccountChange::Role(role) => record.role = RoleCode(role),
                AccountChange::Disabled(since) => record.disabled = since.map(Instant::from),
            }
            let mut batch = Batch::default();
            rows::put(&mut batch, Table::Account, &record.key().0, &record)?;
            sessions::remove_of(&mut batch, &ledger.trees, &name)?;
            batch.apply(&ledger.trees)?;
            Ok(Some(record.account()))
        })
    }

    /// Keeps the same password at another cost, unless it was changed meanwhile. Sessions go on.
    pub fn rehash(&self, name: &str, before: String, after: String) -> Result<(), StoreError> {
        let name = name.to_owned();
        self.write(true, move |ledger| match record(&ledger.trees, &name)? {
            Some(record) if record.phc == before => ledger.take_account(&AccountRecord { phc: after, ..record }),
            _ => Ok(()),
        })
    }

    /// Forgets a user with all sessions and tokens; `false` when there is no such user.
    pub fn remove_account(&self, name: &str) -> Result<bool, StoreError> {
        let name = name.to_owned();
        self.write(true, move |ledger| {
            let key = key(&name).0;
            if !ledger.trees.at(Table::Account).contains_key(key)? {
                return Ok(false);
            }
            let mut batch = Batch::default();
            batch.remove(Table::Account, key);
            sessions::remove_of(&mut batch, &ledger.trees, &name)?;
            tokens::remove_of(&mut batch, &ledger.trees, &name)?;
            batch.apply(&ledger.trees)?;
            Ok(true)
        })
    }
}

impl Ledger {
    /// Puts a user.
    pub(super) fn take_account(&mut self, record: &AccountRecord) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        rows::put(&mut batch, Table::Account, &record.key().0, record)?;
        batch.apply(&self.trees)
    }
}

fn records(trees: &Trees) -> Result<Vec<Result<AccountRecord, StoreError>>, StoreError> {
    let mut all = Vec::new();
    for row in trees.at(Table::Account).iter() {
        all.push(row.and_then(|(key, value)| {
            let record = rows::decode_row::<AccountRecord>(Table::Account, &key, &value)?;
            // Whoever is looked for by name must not be found under another.
            if record.key().0[..] == *key { Ok(record) } else { Err(rows::damaged(Table::Account, &key, STRANGE)) }
        }));
    }
    Ok(all)
}

/// What is wrong with a user under another's key.
const STRANGE: &str = "it is about another user";

/// All of them as lines; of one that does not read back, that there should be one.
pub(super) fn account_lines(trees: &Trees) -> Result<Vec<Result<Line, StoreError>>, StoreError> {
    Ok(records(trees)?.into_iter().map(|record| record.map(Line::Account)).collect())
}

/// What is wrong with users beyond what each row says of itself, for the check.
pub(super) fn strange(trees: &Trees) -> Result<Vec<String>, StoreError> {
    let wrong = records(trees)?.into_iter().filter_map(Result::err);
    Ok(wrong.filter_map(|error| if let StoreError::Damaged(why) = error { Some(why) } else { None }).collect())
}
