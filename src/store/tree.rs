//! A sled tree whose reads neither panic nor end at the first bad page.
//!
//! `keys` wraps every tree in one. sled answers a damaged page with an error or, as often, with a panic (sled #1039,
//! #1387); both become [`StoreError::Damaged`] here, because the other pages may be well. Writes go to sled's own methods, through
//! `Deref`: after a panic in one of them nobody knows what was written, which is `batch`'s to say.

use std::collections::VecDeque;
use std::ops::{Deref, RangeBounds};
use std::panic::{AssertUnwindSafe, catch_unwind};

use sled::IVec;

use super::error::StoreError;

/// A key and its value.
pub(super) type Pair = (IVec, IVec);

/// A tree.
#[derive(Clone)]
pub(super) struct Tree {
    name: &'static str,
    tree: sled::Tree,
}

impl Tree {
    /// Wraps a tree of this name.
    pub(super) fn new(name: &'static str, tree: sled::Tree) -> Self {
        Self { name, tree }
    }

    /// The value of a key.
    pub(super) fn get(&self, key: impl AsRef<[u8]>) -> Result<Option<IVec>, StoreError> {
        guarded(self.name, || self.tree.get(key))
    }

    /// Whether a key is there.
    pub(super) fn contains_key(&self, key: impl AsRef<[u8]>) -> Result<bool, StoreError> {
        guarded(self.name, || self.tree.contains_key(key))
    }

    /// The first row.
    pub(super) fn first(&self) -> Result<Option<Pair>, StoreError> {
        guarded(self.name, || self.tree.first())
    }

    /// The last row.
    pub(super) fn last(&self) -> Result<Option<Pair>, StoreError> {
        guarded(self.name, || self.tree.last())
    }

    /// All rows.
    pub(super) fn iter(&self) -> Rows {
        self.rows(self.tree.iter())
    }

    /// The rows with keys in a range.
    pub(super) fn range<K: AsRef<[u8]>, R: RangeBounds<K>>(&self, range: R) -> Rows {
        self.rows(self.tree.range(range))
    }

    /// The rows whose keys begin so.
    pub(super) fn scan_prefix(&self, prefix: impl AsRef<[u8]>) -> Rows {
        self.rows(self.tree.scan_prefix(prefix))
    }

    fn rows(&self, inner: sled::Iter) -> Rows {
        Rows { name: self.name, inner, at: At::Front }
    }
}

impl Deref for Tree {
    type Target = sled::Tree;

    fn deref(&self) -> &sled::Tree {
        &self.tree
    }
}

/// Rows in the order of their keys. A part that sled cannot read is one [`StoreError::Damaged`]; who goes on after it gets
/// the rows behind that part, read from the end.
pub(super) struct Rows {
    name: &'static str,
    inner: sled::Iter,
    at: At,
}

enum At {
    /// Reading forwards.
    Front,
    /// At the part that cannot be read.
    Gap,
    /// Behind it.
    Behind(VecDeque<Pair>),
}

impl Rows {
    /// The keys alone.
    pub(super) fn keys(self) -> impl DoubleEndedIterator<Item = Result<IVec, StoreError>> {
        self.map(|row| row.map(|(key, _)| key))
    }
}

impl Iterator for Rows {
    type Item = Result<Pair, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if matches!(self.at, At::Gap) {
            let mut behind = VecDeque::new();
            while let Ok(Some(row)) = guarded(self.name, || self.inner.next_back().transpose()) {
                behind.push_front(row);
            }
            self.at = At::Behind(behind);
        }
        if let At::Behind(rows) = &mut self.at {
            return rows.pop_front().map(Ok);
        }
        let row = guarded(self.name, || self.inner.next().transpose()).transpose();
        if matches!(row, Some(Err(_))) {
            self.at = At::Gap;
        }
        row
    }
}

impl DoubleEndedIterator for Rows {
    fn next_back(&mut self) -> Option<Self::Item> {
        if !matches!(self.at, At::Front) {
            return None;
        }
        let row = guarded(self.name, || self.inner.next_back().transpose()).transpose();
        if matches!(row, Some(Err(_))) {
            self.at = At::Behind(VecDeque::new());
        }
        row
    }
}

fn guarded<T>(name: &str, read: impl FnOnce() -> sled::Result<T>) -> Result<T, StoreError> {
    // Nothing that a read left behind is used after its panic.
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(match error.into() {
            StoreError::Damaged(why) => StoreError::Damaged(format!("a part of `{name}` cannot be read: {why}")),
            other => other,
        }),
        Err(panic) => Err(StoreError::Damaged(format!("a part of `{name}` cannot be read: {}", panic_text(panic.as_ref())))),
    }
}

/// The first line of what a panic said.
pub(super) fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    let line = text.and_then(|text| text.lines().next()).unwrap_or("it stopped without a word");
    line.chars().take(200).collect()
}
