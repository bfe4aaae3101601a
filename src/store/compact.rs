//! Making sled's folder small again: its collector starves under bulk work, and 24 MB of rows were seen to take 836 (`storage.md` A5).
//!
//! `open` calls this before anyone works with the store; a daemon that runs closes it for that once a day when it has to be (`daemon/renew.rs`). The rows are copied into a new folder, compared, and the folders change
//! places; killed at any point, one of them is whole and [`settle`] finds it. What cannot be copied (a bad page, a full disk)
//! leaves everything as it is, and is not tried again before the next measure. How much lives in the store is measured with the daily backup, because only a scan can tell.

use std::fs;
use std::path::{Path, PathBuf};

use crate::failpoint;

use super::batch::Batch;
use super::error::{OpenError, StoreError};
use super::folder::{SLED, io_error, sync_dir};
use super::keys::{Table, Trees};
use super::{Store, rows};

/// From this size on it is worth a start's time.
const SMALL: u64 = 64 << 20;

/// Beyond this much living, it takes a start too long: `veedor backup` and `veedor restore` do the same.
const LARGE: u64 = 1 << 30;

/// So many times what lives in it.
const TIMES: u64 = 4;

/// Rows in one batch.
const GROUP: usize = 1_000;

/// The file that says that it failed. A file, because a full disk has room for an empty one.
const FAILED: &str = "COMPACT-FAILED";

/// The key of what lives in the store, in bytes of keys and values.
pub(super) const LIVE: &[u8] = b"live";

impl Store {
    /// Whether the next open will make the store small.
    pub fn is_bloated(&self) -> bool {
        is_wanted(self.dir(), &self.inner.trees)
    }

    /// What lived in the store when it was last measured, in bytes of keys and values.
    pub fn living(&self) -> Result<Option<u64>, StoreError> {
        self.read(|trees| rows::get(trees, Table::Meta, LIVE))
    }

    /// Whether the store takes many times what lives in it and is too large to be made small by an open.
    pub fn is_too_large_to_shrink(&self) -> Result<bool, StoreError> {
        let living = self.living()?.unwrap_or_default();
        Ok(living >= LARGE && self.size_on_disk().is_some_and(|disk| disk > living.saturating_mul(TIMES)))
    }

    /// Measures what lives in the store and notes it, to be compared with what it takes on disk.
    pub fn measure(&self) -> Result<u64, StoreError> {
        let live = self.read(live)?;
        self.write(true, move |ledger| {
            let mut batch = Batch::default();
            rows::put(&mut batch, Table::Meta, LIVE, &live)?;
            batch.apply(&ledger.trees)
        })?;
        // One that stays only puts it off.
        let _ = fs::remove_file(self.dir().join(FAILED));
        Ok(live)
    }
}

fn live(trees: &Trees) -> Result<u64, StoreError> {
    let mut bytes = 0;
    for table in Table::ALL {
        for row in trees.at(*table).iter() {
            let (key, value) = row?;
            bytes += u64::try_from(key.len() + value.len()).unwrap_or_default();
        }
    }
    Ok(bytes)
}

/// Whether sled's folder takes much more than what lives in it, and making it small did not fail since that was measured.
pub(super) fn is_wanted(dir: &Path, trees: &Trees) -> bool {
    if dir.join(FAILED).exists() {
        return false;
    }
    let live = rows::get::<u64>(trees, Table::Meta, LIVE).ok().flatten();
    match (trees.db.size_on_disk(), live) {
        (Ok(size), Some(live)) => size > SMALL && live < LARGE && size > live.saturating_mul(TIMES),
        _ => false,
    }
}

/// Copies everything into a new folder and lets it take the place of the old one. `None` when it could not be copied; the store is
/// closed either way.
pub(super) fn run(dir: &Path, trees: Trees) -> Result<Option<()>, OpenError> {
    let [new, old] = beside(dir);
    let copied = copy(&trees, &new);
    drop(trees);
    if copied.is_none() {
        remove(&new)?;
        // Where not even this can be written, each start tries again.
        let _ = fs::write(dir.join(FAILED), "");
        return Ok(None);
    }
    sync_dir(&new)?;
    failpoint::hit("compact-copied");
    fs::rename(dir.join(SLED), &old).map_err(io_error(&old))?;
    failpoint::hit("compact-between");
    fs::rename(&new, dir.join(SLED)).map_err(io_error(&new))?;
    sync_dir(dir)?;
    failpoint::hit("compact-renamed");
    remove(&old)?;
    Ok(Some(()))
}

/// Puts right what a run that was cut off left. Before anything else looks at the folder.
pub(super) fn settle(dir: &Path) -> Result<(), OpenError> {
    let [new, old] = beside(dir);
    if old.exists() && !dir.join(SLED).exists() {
        fs::rename(&old, dir.join(SLED)).map_err(io_error(&old))?;
        sync_dir(dir)?;
    }
    remove(&new)?;
    remove(&old)
}

fn beside(dir: &Path) -> [PathBuf; 2] {
    [dir.join("sled.new"), dir.join("sled.old")]
}

fn remove(folder: &Path) -> Result<(), OpenError> {
    if folder.exists() { fs::remove_dir_all(folder).map_err(io_error(folder)) } else { Ok(()) }
}

/// `None` when anything fails: the old folder is whole.
fn copy(trees: &Trees, into: &Path) -> Option<()> {
    let db = sled::Config::new().path(into).cache_capacity(32 << 20).flush_every_ms(Some(20)).open().ok()?;
    let copy = Trees::open(db).ok()?;
    let mut living = 0;
    for table in Table::ALL {
        let mut batch = sled::Batch::default();
        let mut in_batch = 0;
        for row in trees.at(*table).iter() {
            let (key, value) = row.ok()?;
            living += u64::try_from(key.len() + value.len()).unwrap_or_default();
            batch.insert(key, value);
            in_batch += 1;
            if in_batch == GROUP {
                copy.at(*table).apply_batch(std::mem::take(&mut batch)).ok()?;
                in_batch = 0;
            }
        }
        copy.at(*table).apply_batch(batch).ok()?;
    }
    if copy.db.checksum().ok()? != trees.db.checksum().ok()? {
        return None;
    }
    // What was noted may be old, and must not bring the next start here again.
    copy.at(Table::Meta).insert(LIVE, rows::sealed(&living).ok()?).ok()?;
    copy.db.flush().ok()?;
    Some(())
}
