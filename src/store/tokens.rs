//! API tokens, under the SHA-256 of their secret.
//!
//! Made and revoked for `daemon::answers`, read by `web` at each request that carries one. A token of a user may never more than its user,
//! and nothing while he is kept out. Backups have tokens, exports do not.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::access::Role;
use crate::domain::sentence;

use super::batch::Batch;
use super::codes::{Instant, RoleCode, Sha};
use super::error::StoreError;
use super::keys::{SECRET_LEN, Table, Trees};
use super::lines::Line;
use super::sessions::SEEN_EVERY;
use super::writer::Ledger;
use super::{Store, accounts, rows};

/// More tokens than any newsroom has programs: each look at all of them stays short.
pub const MOST_TOKENS: usize = 1_000;

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The name; no two have the same.
    pub name: String,
    /// Whose it is.
    pub user: Option<String>,
    /// What it may do.
    pub role: Role,
    /// When it was made.
    pub created: Timestamp,
    /// When it ends.
    pub expires: Option<Timestamp>,
    /// When it was last used, to [`SEEN_EVERY`].
    pub used: Option<Timestamp>,
}

/// [`Token`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct TokenRecord {
    name: String,
    user: Option<String>,
    role: RoleCode,
    created: Instant,
    expires: Option<Instant>,
    used: Option<Instant>,
}

impl From<Token> for TokenRecord {
    fn from(token: Token) -> Self {
        let Token { name, user, role, created, expires, used } = token;
        let instant = |at: Option<Timestamp>| at.map(Instant::from);
        Self { name, user, role: RoleCode(role), created: created.into(), expires: instant(expires), used: instant(used) }
    }
}

impl From<TokenRecord> for Token {
    fn from(record: TokenRecord) -> Self {
        let TokenRecord { name, user, role, created, expires, used } = record;
        Self { name, user, role: role.0, created: created.0, expires: expires.map(|at| at.0), used: used.map(|at| at.0) }
    }
}

impl Store {
    /// Every token, by name. One that does not read back is for `fsck`, and opens nothing.
    pub fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        let mut all = Vec::new();
        for record in self.read(records)? {
            match record {
                Ok((_, record)) => all.push(Token::from(record)),
                Err(error) if error.is_fatal() => return Err(error),
                Err(_) => {}
            }
        }
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(all)
    }

    /// Keeps a token; `false` when there is one of this name.
    ///
    /// # Errors
    /// When there are too many, or its user is not there.
    pub fn add_token(&self, token: Token, key: [u8; SECRET_LEN]) -> Result<bool, StoreError> {
        self.write(true, move |ledger| {
            let others = records(&ledger.trees)?;
            if others.iter().flatten().any(|(_, other)| other.name == token.name) {
                return Ok(false);
            }
            if others.len() >= MOST_TOKENS {
                return Err(StoreError::Refused(sentence::MANY_TOKENS.with(&[&MOST_TOKENS])));
            }
            if let Some(user) = &token.user
                && accounts::record(&ledger.trees, user)?.is_none()
            {
                return Err(StoreError::Refused(sentence::NO_USER_OF_TOKEN.with(&[user])));
            }
            ledger.take_token(key, &token.into()).map(|()| true)
        })
    }

    /// Ends a token; `None` when there is none of this name.
    pub fn revoke_token(&self, name: &str) -> Result<Option<Token>, StoreError> {
        let name = name.to_owned();
        self.write(true, move |ledger| {
            let Some((key, record)) = records(&ledger.trees)?.into_iter().flatten().find(|(_, record)| record.name == name) else {
                return Ok(None);
            };
            let mut batch = Batch::default();
            batch.remove(Table::Token, key);
            batch.apply(&ledger.trees)?;
            Ok(Some(record.into()))
        })
    }

    /// The token under this key with what it may do now, if it has not ended and its user is not kept out. Notes that it was used.
    pub fn token(&self, key: [u8; SECRET_LEN], now: Timestamp) -> Result<Option<(Token, Role)>, StoreError> {
        let found = self.read(|trees| {
            let Some(record) = rows::get::<TokenRecord>(trees, Table::Token, &key)? else { return Ok(None) };
            if record.expires.is_some_and(|end| now >= end.0) {
                return Ok(None);
            }
            let role = match &record.user {
                Some(user) => accounts::record(trees, user)?.and_then(|account| account.role()).map(|role| role.min(record.role.0)),
                None => Some(record.role.0),
            };
            Ok(role.map(|role| (record, role)))
        });
        // What cannot be known opens nothing.
        let found = match found {
            Err(error) if error.is_fatal() => return Err(error),
            found => found.unwrap_or_default(),
        };
        let Some((record, role)) = found else { return Ok(None) };
        if record.used.is_none_or(|used| used.0.checked_add(SEEN_EVERY).is_ok_and(|due| now >= due)) {
            self.write_some_time(move |ledger| match rows::get::<TokenRecord>(&ledger.trees, Table::Token, &key)? {
                Some(kept) => ledger.take_token(key, &TokenRecord { used: Some(now.into()), ..kept }),
                None => Ok(()),
            });
        }
        Ok(Some((record.into(), role)))
    }
}

impl Ledger {
    /// Puts a token.
    pub(super) fn take_token(&mut self, key: [u8; SECRET_LEN], record: &TokenRecord) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        rows::put(&mut batch, Table::Token, &key, record)?;
        batch.apply(&self.trees)
    }
}

type Keyed = ([u8; SECRET_LEN], TokenRecord);

fn records(trees: &Trees) -> Result<Vec<Result<Keyed, StoreError>>, StoreError> {
    let mut all = Vec::new();
    for row in trees.at(Table::Token).iter() {
        all.push(row.and_then(|(key, value)| {
            let whole = <[u8; SECRET_LEN]>::try_from(&*key).map_err(|_| rows::damaged(Table::Token, &key, "its key is no hash"))?;
            Ok((whole, rows::decode_row::<TokenRecord>(Table::Token, &key, &value)?))
        }));
    }
    Ok(all)
}

/// Removes the tokens of a user.
pub(super) fn remove_of(batch: &mut Batch, trees: &Trees, user: &str) -> Result<(), StoreError> {
    for (key, record) in records(trees)?.into_iter().flatten() {
        if record.user.as_deref() == Some(user) {
            batch.remove(Table::Token, key);
        }
    }
    Ok(())
}

/// All of them as lines; of one that does not read back, that there should be one.
pub(super) fn token_lines(trees: &Trees) -> Result<Vec<Result<Line, StoreError>>, StoreError> {
    Ok(records(trees)?.into_iter().map(|record| record.map(|(key, token)| Line::Token { key: Sha(key), token })).collect())
}
