//! How far the store had come, noted beside it: so that a log that sled cut short is noticed.
//!
//! sled takes a damaged place in its log for the end of an unfinished write and silently goes on from before it. The mark
//! is written after flushes, every few events and on closing, without a flush of its own: it may lag behind the store but never
//! runs ahead of it. A store that is behind its mark has lost something; one that is empty is not used at all.

use std::fs;
use std::path::{Path, PathBuf};

/// The file, in the store's folder.
const FILE: &str = "MARK";

/// Events between marks.
const EVERY: u64 = 32;

/// How many cases and events a store has given numbers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Mark {
    /// The last case's number.
    pub cases: u64,
    /// The last event's number.
    pub events: u64,
}

/// Notes the mark of one store.
pub(super) struct Marker {
    path: PathBuf,
    noted: Mark,
}

impl Marker {
    /// For the store in this folder.
    pub(super) fn new(dir: &Path) -> Self {
        Self { path: dir.join(FILE), noted: Mark::default() }
    }

    /// Notes how far the store is, when it has come far enough since. Call it after a flush.
    pub(super) fn advance(&mut self, now: Mark) {
        if now.cases != self.noted.cases || now.events >= self.noted.events.saturating_add(EVERY) {
            self.note(now);
        }
    }

    /// Notes how far the store is. A mark that cannot be written only lags.
    pub(super) fn note(&mut self, now: Mark) {
        let temporary = self.path.with_extension("new");
        let written = fs::write(&temporary, format!("{} {}\n", now.cases, now.events));
        if written.and_then(|()| fs::rename(&temporary, &self.path)).is_ok() {
            self.noted = now;
        }
    }
}

/// The mark of the store in this folder; `None` when there is none that can be read.
pub(super) fn read(dir: &Path) -> Option<Mark> {
    let text = fs::read_to_string(dir.join(FILE)).ok()?;
    let (cases, events) = text.strip_suffix('\n')?.split_once(' ')?;
    Some(Mark { cases: cases.parse().ok()?, events: events.parse().ok()? })
}
