//! Everything that veedor keeps, in one sled store of one process.
//!
//! The daemon and the commands open it; nobody else touches sled. Calls block: async callers use `spawn_blocking`. Reads
//! run on the caller's thread; writes on one writer thread that flushes before it answers. A version, its events and its
//! deliveries are one transaction ([`commit`](Store::commit)), so an alert exists when and only when its evidence does.
//!
//! From below: `durability`, `format` (bytes), `batch` (transactions, the 4 KB limit), `tree`, `keys`, `rows`, `records` ·
//! `snapshot` · `writer`, `mark` · `cases`, `commit`, `history`, `queue`, `outbox`, `attempts`, `deliveries`, `brake`,
//! `braked`, `brake_lines`, `silences`, `muted`, `link_key`, `feeds`, `conditions`, `readings`, `journal`, `stirred`, `accounts`,
//! `sessions`, `tokens`, `audit` · `folder`, `trial`, `compact`, `open` ·
//! `backup`, `restore`, `fsck`, `indexes`, `derived`, `prune`, `dump`.
//! The store never reads the clock and decides nothing. Instants are kept to the millisecond.

pub mod accounts;
pub mod audit;
pub mod backup;
pub mod braked;
pub mod cases;
pub mod commit;
pub mod conditions;
pub mod error;
pub mod feeds;
pub mod folder;
pub mod fsck;
#[cfg(any(test, fuzzing))]
pub mod fuzzed;
pub mod hosts;

pub mod history;
pub mod kept;
pub mod left;
pub mod mark;
pub mod muted;
pub mod open;
pub mod outbox;
pub mod prune;
pub mod pulse;
pub mod readings;
pub mod restore;
pub mod said;
pub mod sessions;
pub mod silences;
pub mod tokens;
pub mod trial;

mod attempts;
mod batch;
mod bodies;
mod brake;
mod brake_lines;
mod codes;
mod compact;

mod deliveries;
mod derived;
mod digest;
mod domains;
mod dump;
mod durability;
mod format;
mod indexes;
pub mod journal;
mod keys;
mod lines;
mod link_key;
mod numbers;
pub mod queue;

mod records;
mod refused;
mod rows;
mod snapshot;
mod stirred;
mod tree;
mod writer;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, Weak};

use jiff::Timestamp;

use crate::domain::docket::Docket;
use crate::domain::id::Id;
use crate::domain::page::Page;

use error::StoreError;
use keys::Trees;
use mark::{Mark, Marker};
use queue::Queue;
use writer::{Job, Ledger, Poison, Words};

/// The number that the store gave a case. Never given twice.
pub type Cid = u64;

/// A stored docket with the pages it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// Its number within the case, from 1, without gaps.
    pub number: u32,
    /// When the pages were seen.
    pub at: Timestamp,
    /// What they said.
    pub docket: Docket,
    /// The pages, as received.
    pub pages: Vec<Page>,
}

/// The open store. Cheap to clone; closed when the last clone is dropped.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

/// Knows whether a store is open, and does not hold it open.
#[derive(Debug, Clone)]
pub struct Users(Weak<Inner>);

impl Users {
    /// Whether somebody has it open.
    pub fn have_it(&self) -> bool {
        self.0.strong_count() > 0
    }
}

struct Inner {
    trees: Trees,
    words: Words,
    queue: Arc<Mutex<Queue>>,
    damaged: Vec<Id>,
    /// What listings left out, as far as the log has said it.
    unread_told: Mutex<HashSet<String>>,
    silences: silences::Active,
    stirred: stirred::Stirred,
    poison: Poison,
    dir: PathBuf,
    lost: Option<Mark>,
    jobs: Option<SyncSender<Job>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Store {
    /// Starts the writer over opened trees.
    fn start(trees: Trees, ledger: Ledger, dir: PathBuf, lost: Option<Mark>, marker: Marker) -> Result<Self, StoreError> {
        let (words, poison, queue) = (ledger.words(), Arc::clone(&ledger.poison), Arc::clone(&ledger.queue));
        let (damaged, silences, stirred) = (ledger.damaged.clone(), Arc::clone(&ledger.silences), ledger.stirred.clone());
        let (jobs, thread) = writer::start(ledger, marker)?;
        Ok(Self {
            inner: Arc::new(Inner {
                trees,
                words,
                queue,
                damaged,
                unread_told: Mutex::default(),
                silences,
                stirred,
                poison,
                dir,
                lost,
                jobs: Some(jobs),
                thread: Some(thread),
            }),
        })
    }

    /// Tells when the last clone is gone and the store is closed, or about to be.
    pub fn users(&self) -> Users {
        Users(Arc::downgrade(&self.inner))
    }

    /// The folder of the store.
    pub fn dir(&self) -> &Path {
        &self.inner.dir
    }

    /// The fatal error that the store met, if it did: the process is to end with code 74.
    pub fn failed(&self) -> Option<&StoreError> {
        self.inner.poison.get()
    }

    /// How far the store had come before damage to its log took the end of it. Only a store that was opened to salvage what is left
    /// of it goes on so.
    pub fn lost(&self) -> Option<Mark> {
        self.inner.lost
    }

    /// The pending deliveries that did not read back when the store was opened. They are left alone, for `fsck` to report.
    pub fn damaged_deliveries(&self) -> &[Id] {
        &self.inner.damaged
    }

    /// Reads on the caller's thread. A fatal error poisons the store.
    fn read<T>(&self, work: impl FnOnce(&Trees) -> Result<T, StoreError>) -> Result<T, StoreError> {
        if let Some(error) = self.failed() {
            return Err(error.clone());
        }
        let result = work(&self.inner.trees);
        if let Err(error) = &result
            && error.is_fatal()
        {
            let _ = self.inner.poison.set(error.clone());
        }
        result
    }

    /// Has work done on the writer's thread, without waiting for it or hearing of it; while more waits there than the writer takes, it is
    /// left out. For what may be lost.
    fn write_some_time(&self, work: impl FnOnce(&mut Ledger) -> Result<(), StoreError> + Send + 'static) {
        self.write_soon(false, work);
    }

    /// The same, flushed when `flush` says so; whether the writer takes it.
    fn write_soon(&self, flush: bool, work: impl FnOnce(&mut Ledger) -> Result<(), StoreError> + Send + 'static) -> bool {
        self.inner.jobs.as_ref().is_some_and(|jobs| jobs.try_send(writer::job(flush, work).0).is_ok())
    }

    /// Runs work on the writer's thread and waits for it, and for the flush when `flush` says so.
    fn write<T: Send + 'static>(
        &self,
        flush: bool,
        work: impl FnOnce(&mut Ledger) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (job, answered) = writer::job(flush, work);
        if let Some(jobs) = &self.inner.jobs {
            // When the writer is gone the job is dropped, and with it the end that would answer.
            let _ = jobs.send(job);
        }
        answered.recv().unwrap_or_else(|_| {
            // The writer is gone only after a panic; whether the work was done is unknown, so nothing more may be.
            let _ = self.inner.poison.set(StoreError::Closed);
            Err(self.failed().cloned().unwrap_or(StoreError::Closed))
        })
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            // A writer that panicked has said so; the trees close all the same.
            let _ = thread.join();
        }
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("dir", &self.inner.dir).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
