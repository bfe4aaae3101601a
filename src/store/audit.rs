//! What was done at the dashboard, the API and the console: who, from where, what, about what. Only added to.
//!
//! Written by `web` for each request that changes something and by `daemon::answers` for the console; dropped from its old end when the watch
//! list says for how long it is kept. It holds no password, token or court text. Backups have it, exports do not.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::batch::Batch;
use super::codes::Instant;
use super::error::StoreError;
use super::keys::{self, Table, Trees};
use super::lines::Line;
use super::writer::Ledger;
use super::{Store, rows};
use crate::domain::deed::Outcome;

/// The longest text of a deed, in characters, so that a row stays a row.
const LONGEST: usize = 200;

/// Rows that are read or dropped at a time.
const GROUP: usize = 1_000;

/// Something that was done or refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    /// When.
    pub at: Timestamp,
    /// Which user; `None`: whoever sits at the machine, or a token of nobody.
    pub user: Option<String>,
    /// By which token.
    pub token: Option<String>,
    /// From which address; `None`: the console.
    pub from: Option<String>,
    /// What.
    pub what: String,
    /// About what.
    pub about: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
}

/// [`Deed`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DeedRecord {
    at: Instant,
    user: Option<String>,
    token: Option<String>,
    from: Option<String>,
    what: String,
    about: Option<String>,
    /// [`Outcome::kept`]: nothing for what was done, and one word for what was neither done nor refused.
    refused: Option<String>,
}

impl From<Deed> for DeedRecord {
    fn from(deed: Deed) -> Self {
        let Deed { at, user, token, from, what, about, outcome } = deed;
        let short = |text: Option<String>| text.map(cut);
        Self {
            at: at.into(),
            user: short(user),
            token: short(token),
            from: short(from),
            what: cut(what),
            about: short(about),
            refused: short(outcome.kept()),
        }
    }
}

impl From<DeedRecord> for Deed {
    fn from(record: DeedRecord) -> Self {
        let DeedRecord { at, user, token, from, what, about, refused } = record;
        Self { at: at.0, user, token, from, what, about, outcome: Outcome::of(refused) }
    }
}

/// One line of at most [`LONGEST`] characters: what somebody typed may stand in it.
fn cut(text: String) -> String {
    if text.len() <= LONGEST && !text.contains(char::is_control) {
        return text;
    }
    text.chars().take(LONGEST).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

impl Store {
    /// Adds a deed, flushed; its number.
    pub fn audit(&self, deed: Deed) -> Result<u64, StoreError> {
        self.write(true, move |ledger| ledger.add_deed(deed))
    }

    /// The same without waiting for it; whether it will be, which it is not while more waits than the writer takes.
    pub fn audit_soon(&self, deed: Deed) -> bool {
        self.write_soon(true, move |ledger| ledger.add_deed(deed).map(drop))
    }

    /// What was done at `since` or later and has a number below `before`, the newest first, at most `limit`. What does not read back is
    /// left out.
    pub fn audited(&self, before: u64, since: Timestamp, limit: usize) -> Result<Vec<(u64, Deed)>, StoreError> {
        self.read(|trees| {
            let mut found = Vec::new();
            for row in trees.at(Table::Audit).range(..before.to_be_bytes()).rev() {
                let (key, value) = match row {
                    Err(error) if error.is_fatal() => return Err(error),
                    Err(_) => continue,
                    Ok(row) => row,
                };
                let Some(number) = keys::u64_at(&key, 0) else { continue };
                let Ok(record) = rows::decode_row::<DeedRecord>(Table::Audit, &key, &value) else { continue };
                // A clock may have been set back, so older ones are not taken for the end.
                if record.at.0 >= since {
                    found.push((number, record.into()));
                }
                if found.len() >= limit {
                    break;
                }
            }
            Ok(found)
        })
    }

    /// Drops what was done before; how much that was. It stops at the first that is younger.
    pub fn prune_audit(&self, before: Timestamp) -> Result<usize, StoreError> {
        let mut dropped = 0;
        loop {
            let old = self.read(|trees| old(trees, before))?;
            if old.is_empty() {
                return Ok(dropped);
            }
            dropped += old.len();
            self.write(true, move |ledger| {
                let mut batch = Batch::default();
                old.into_iter().for_each(|number| batch.remove(Table::Audit, number.to_be_bytes()));
                batch.apply(&ledger.trees)
            })?;
        }
    }
}

/// The numbers at the old end that are to go. What does not read back goes with what stands behind it.
fn old(trees: &Trees, before: Timestamp) -> Result<Vec<u64>, StoreError> {
    let (mut old, mut unread) = (Vec::new(), Vec::new());
    // The last stays, so that no number is given twice.
    let last = trees.at(Table::Audit).last()?.and_then(|(key, _)| keys::u64_at(&key, 0));
    for row in trees.at(Table::Audit).iter() {
        if old.len() >= GROUP {
            break;
        }
        let (key, value) = match row {
            Err(error) if error.is_fatal() => return Err(error),
            // What cannot even be read stays where it is; what stands behind it goes all the same.
            Err(_) => continue,
            Ok(row) => row,
        };
        let Some(number) = keys::u64_at(&key, 0) else { continue };
        match rows::decode_row::<DeedRecord>(Table::Audit, &key, &value) {
            Ok(record) if record.at.0 < before && Some(number) != last => {
                old.append(&mut unread);
                old.push(number);
            }
            Ok(_) => break,
            Err(_) => unread.push(number),
        }
    }
    Ok(old)
}

impl Ledger {
    fn add_deed(&mut self, deed: Deed) -> Result<u64, StoreError> {
        let last = self.trees.at(Table::Audit).last()?.and_then(|(key, _)| keys::u64_at(&key, 0)).unwrap_or_default();
        let number = last.saturating_add(1);
        self.take_deed(number, &deed.into()).map(|()| number)
    }

    /// Puts a deed under its number.
    pub(super) fn take_deed(&mut self, number: u64, record: &DeedRecord) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        rows::put(&mut batch, Table::Audit, &number.to_be_bytes(), record)?;
        batch.apply(&self.trees)
    }
}

/// Lines, or that there should be one.
type Lines = Vec<Result<Line, StoreError>>;

/// Some of them as lines, and where to go on; of one that does not read back, that there should be one.
pub(super) fn audit_lines(trees: &Trees, from: u64) -> Result<(Lines, Option<u64>), StoreError> {
    let mut lines: Lines = Vec::new();
    // What stands behind a part that cannot be read comes from the end, and so in one group with it.
    let mut is_broken = false;
    for row in trees.at(Table::Audit).range(from.to_be_bytes()..) {
        is_broken |= row.is_err();
        if lines.len() >= GROUP
            && !is_broken
            && let Some(next) = row.as_ref().ok().and_then(|(key, _)| keys::u64_at(key, 0))
        {
            return Ok((lines, Some(next)));
        }
        lines.push(row.and_then(|(key, value)| {
            let number = keys::u64_at(&key, 0).unwrap_or_default();
            Ok(Line::Audit { number, deed: rows::decode_row(Table::Audit, &key, &value)? })
        }));
    }
    Ok((lines, None))
}
