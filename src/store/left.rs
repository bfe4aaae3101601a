//! Cases that left the watch list, since when, and what becomes of them when they come back.
//!
//! The poller says the whole list at every plan. A case that comes back within [`SHORT`] goes on as if nothing had happened: a list
//! with a slip in it, saved and mended, must neither hide news nor begin anything anew. One that comes back later begins
//! anew at its next visit: what the court entered meanwhile is its beginning and no news (unless the watch says `since`), and what
//! was counted as missing before is forgotten. The mark stands in the store until that first version is committed, in whose
//! transaction it goes.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::case::CaseRef;
use crate::domain::diff::MissingParts;

use super::batch::Batch;
use super::codes::Instant;
use super::error::StoreError;
use super::keys::{self, Table, Trees};
use super::writer::Ledger;
use super::{Cid, Store, cases, rows};

/// An absence that is none.
pub const SHORT: Duration = Duration::from_secs(24 * 3600);

/// Marks in one transaction.
const GROUP: usize = 1_000;

/// That a case is, or was, not on the watch list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LeftRecord {
    /// Since when.
    pub since: Instant,
    /// Whether it is on the list again and not yet begun anew.
    pub back: bool,
}

impl Store {
    /// Takes these cases for the whole watch list from `now` on. Their numbers, in their order; cases without one get one.
    /// Durable on return.
    pub fn watch(&self, cases: &[CaseRef], now: Timestamp) -> Result<Vec<Cid>, StoreError> {
        let cases = cases.to_vec();
        self.write(true, move |ledger| {
            let cids = ledger.register(&cases)?;
            ledger.watch(&cids, now)?;
            Ok(cids)
        })
    }

    /// Whether the next docket of a case is a new beginning, although it has versions: it was off the list for long.
    pub fn begins_anew(&self, cid: Cid) -> Result<bool, StoreError> {
        // A mark that does not read back hides no news.
        self.read(|trees| match left(trees, cid) {
            Err(StoreError::Damaged(_)) => Ok(false),
            left => Ok(left?.is_some_and(|left| left.back)),
        })
    }
}

impl Ledger {
    fn watch(&mut self, cids: &[Cid], now: Timestamp) -> Result<(), StoreError> {
        let on_list: HashSet<Cid> = cids.iter().copied().collect();
        let mut marks = BTreeMap::new();
        for row in self.trees.at(Table::Left).iter() {
            let Ok((key, value)) = row else { continue };
            if let (Some(cid), Ok(left)) = (keys::u64_at(&key, 0), rows::decode_row::<LeftRecord>(Table::Left, &key, &value)) {
                marks.insert(cid, left);
            }
        }
        let mut changed = Vec::new();
        for cid in (1..self.next_cid).filter(|cid| !on_list.contains(cid)) {
            match marks.get(&cid) {
                Some(LeftRecord { back: false, .. }) => {}
                // It left again before it began anew: the absence goes on.
                Some(left) => changed.push((cid, Some(LeftRecord { back: false, ..*left }))),
                None => changed.push((cid, Some(LeftRecord { since: now.into(), back: false }))),
            }
        }
        for (cid, left) in marks.iter().filter(|(cid, left)| on_list.contains(cid) && !left.back) {
            // A clock that was set back makes no absence long.
            let away = std::time::Duration::try_from(now.duration_since(left.since.0)).unwrap_or_default();
            changed.push((*cid, (away >= SHORT).then_some(LeftRecord { back: true, ..*left })));
        }
        for group in changed.chunks(GROUP) {
            let mut batch = Batch::default();
            for (cid, left) in group {
                put(&mut batch, *cid, *left)?;
                if left.is_some_and(|left| left.back) {
                    self.forget_counts(&mut batch, *cid, now)?;
                }
                self.touched(*cid);
            }
            batch.apply(&self.trees)?;
        }
        Ok(())
    }

    /// What was missing before the absence says nothing now; and the watch begins now.
    fn forget_counts(&self, batch: &mut Batch, cid: Cid, now: Timestamp) -> Result<(), StoreError> {
        match cases::head_of(&self.trees, cid) {
            Ok(Some(mut head)) => {
                head.vanished = None;
                head.watched_since = now.into();
                rows::put_long(batch, &self.trees, Table::Case, &keys::cid(cid), &head)?;
            }
            Ok(None) | Err(StoreError::Damaged(_)) => {}
            Err(error) => return Err(error),
        }
        match cases::put_missing(batch, &self.trees, cid, &MissingParts::new()) {
            Err(StoreError::Damaged(_)) => Ok(()),
            done => done,
        }
    }
}

/// The mark of a case.
pub(super) fn left(trees: &Trees, cid: Cid) -> Result<Option<LeftRecord>, StoreError> {
    rows::get(trees, Table::Left, &keys::cid(cid))
}

/// Puts or removes the mark of a case.
pub(super) fn put(batch: &mut Batch, cid: Cid, left: Option<LeftRecord>) -> Result<(), StoreError> {
    match left {
        Some(left) => rows::put(batch, Table::Left, &keys::cid(cid), &left),
        None => {
            batch.remove(Table::Left, keys::cid(cid));
            Ok(())
        }
    }
}
