//! Sessions of users at the dashboard: under the SHA-256 of the secret in the browser's cookie, until they are over.
//!
//! Begun and read by `web`, ended by it and by every change of the user. A user who is kept out has none. Backups leave them out: after a
//! restore everybody logs in anew. How long they last is in [`access`](crate::domain::access).

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::access::{Role, is_over};

use super::accounts;
use super::batch::Batch;
use super::codes::Instant;
use super::error::StoreError;
use super::keys::{SECRET_LEN, Table, Trees};
use super::{Store, rows};

/// How exactly it is kept when a session or a token was last used: a row is not written at each click.
pub const SEEN_EVERY: Duration = Duration::from_secs(5 * 60);

/// Sessions of one user; the oldest makes room for one more.
const MOST_OF_ONE: usize = 50;

/// A session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The SHA-256 of its secret.
    pub key: [u8; SECRET_LEN],
    /// Whose it is.
    pub user: String,
    /// When it began.
    pub created: Timestamp,
    /// When it was last used, to [`SEEN_EVERY`].
    pub seen: Timestamp,
}

/// [`Session`]. Its key is its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SessionRecord {
    user: String,
    created: Instant,
    seen: Instant,
}

impl SessionRecord {
    fn session(self, key: [u8; SECRET_LEN]) -> Session {
        Session { key, user: self.user, created: self.created.0, seen: self.seen.0 }
    }

    fn is_over(&self, now: Timestamp) -> bool {
        is_over(self.created.0, self.seen.0, now)
    }
}

impl Store {
    /// Begins a session for whoever knew the password that is kept as `phc`. `false` when the user was changed, kept out or removed
    /// meanwhile.
    pub fn begin_session(&self, user: &str, phc: &str, key: [u8; SECRET_LEN], now: Timestamp) -> Result<bool, StoreError> {
        let (user, phc) = (user.to_owned(), phc.to_owned());
        self.write(true, move |ledger| {
            let account = accounts::record(&ledger.trees, &user)?;
            if account.is_none_or(|account| account.role().is_none() || account.phc() != phc) {
                return Ok(false);
            }
            let mut batch = Batch::default();
            let mut others = of(&ledger.trees, &user)?;
            others.sort_by_key(|(_, record)| record.seen.0);
            let room = others.len().saturating_add(1).saturating_sub(MOST_OF_ONE);
            for (at, (old, record)) in others.iter().enumerate() {
                if at < room || record.is_over(now) {
                    batch.remove(Table::Session, *old);
                }
            }
            rows::put(&mut batch, Table::Session, &key, &SessionRecord { user, created: now.into(), seen: now.into() })?;
            batch.apply(&ledger.trees)?;
            Ok(true)
        })
    }

    /// The session under this key with what its user may do, if it is not over and its user is not kept out. Notes that it was used.
    pub fn session(&self, key: [u8; SECRET_LEN], now: Timestamp) -> Result<Option<(Session, Role)>, StoreError> {
        let found = self.read(|trees| {
            let Some(record) = rows::get::<SessionRecord>(trees, Table::Session, &key)?.filter(|record| !record.is_over(now)) else {
                return Ok(None);
            };
            let role = accounts::record(trees, &record.user)?.and_then(|account| account.role());
            Ok(role.map(|role| (record, role)))
        });
        // Whoever cannot be known is nobody.
        let found = match found {
            Err(error) if error.is_fatal() => return Err(error),
            found => found.unwrap_or_default(),
        };
        let Some((record, role)) = found else { return Ok(None) };
        if record.seen.0.checked_add(SEEN_EVERY).is_ok_and(|due| now >= due) {
            self.write_some_time(move |ledger| {
                // It may have been ended since.
                let Some(kept) = rows::get::<SessionRecord>(&ledger.trees, Table::Session, &key)? else { return Ok(()) };
                let mut batch = Batch::default();
                rows::put(&mut batch, Table::Session, &key, &SessionRecord { seen: now.into(), ..kept })?;
                batch.apply(&ledger.trees)
            });
        }
        Ok(Some((record.session(key), role)))
    }

    /// The open sessions of a user, the one last used first.
    pub fn sessions_of(&self, user: &str, now: Timestamp) -> Result<Vec<Session>, StoreError> {
        let all = self.read(|trees| of(trees, user))?;
        let mut open: Vec<Session> =
            all.into_iter().filter(|(_, record)| !record.is_over(now)).map(|(key, record)| record.session(key)).collect();
        open.sort_by_key(|session| (std::cmp::Reverse(session.seen), session.key));
        Ok(open)
    }

    /// Ends a session; `false` when there is none.
    pub fn end_session(&self, key: [u8; SECRET_LEN]) -> Result<bool, StoreError> {
        self.write(true, move |ledger| {
            let is_there = ledger.trees.at(Table::Session).contains_key(key)?;
            let mut batch = Batch::default();
            batch.remove(Table::Session, key);
            batch.apply(&ledger.trees)?;
            Ok(is_there)
        })
    }

    /// Ends all sessions of a user; how many there were.
    pub fn end_sessions_of(&self, user: &str) -> Result<usize, StoreError> {
        let user = user.to_owned();
        self.write(true, move |ledger| {
            let mut batch = Batch::default();
            let ended = remove_of(&mut batch, &ledger.trees, &user)?;
            batch.apply(&ledger.trees)?;
            Ok(ended)
        })
    }

    /// Forgets the sessions that are over; how many those were.
    pub fn prune_sessions(&self, now: Timestamp) -> Result<usize, StoreError> {
        let over = |record: &SessionRecord| record.is_over(now);
        if !self.read(all)?.iter().any(|(_, record)| over(record)) {
            return Ok(0);
        }
        self.write(true, move |ledger| {
            let mut batch = Batch::default();
            let old: Vec<_> = all(&ledger.trees)?.into_iter().filter(|(_, record)| record.is_over(now)).collect();
            old.iter().for_each(|(key, _)| batch.remove(Table::Session, *key));
            batch.apply(&ledger.trees)?;
            Ok(old.len())
        })
    }
}

type Keyed = ([u8; SECRET_LEN], SessionRecord);

/// All sessions. One that does not read back opens nothing, and goes with the next repair.
fn all(trees: &Trees) -> Result<Vec<Keyed>, StoreError> {
    let mut all = Vec::new();
    for row in trees.at(Table::Session).iter() {
        let (key, value) = match row {
            Err(error) if error.is_fatal() => return Err(error),
            Err(_) => continue,
            Ok(row) => row,
        };
        let Ok(key) = <[u8; SECRET_LEN]>::try_from(&*key) else { continue };
        if let Ok(record) = rows::decode_row::<SessionRecord>(Table::Session, &key, &value) {
            all.push((key, record));
        }
    }
    Ok(all)
}

fn of(trees: &Trees, user: &str) -> Result<Vec<Keyed>, StoreError> {
    Ok(all(trees)?.into_iter().filter(|(_, record)| record.user == user).collect())
}

/// Removes all sessions of a user; how many there are.
pub(super) fn remove_of(batch: &mut Batch, trees: &Trees, user: &str) -> Result<usize, StoreError> {
    let of = of(trees, user)?;
    of.iter().for_each(|(key, _)| batch.remove(Table::Session, *key));
    Ok(of.len())
}
