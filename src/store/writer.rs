//! The one thread that writes, and what it keeps in memory.
//!
//! Callers hand it closures over the [`Ledger`]; it takes up to 64 that are waiting, runs each (one transaction each),
//! flushes once, and only then answers them all. So deliveries and counters have one writer and need no lock, and a
//! confirmed call is on the disk. It ends when the last `Store` is dropped.

use std::collections::{BTreeSet, HashMap};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use crate::domain::id::Id;
use crate::failpoint;

use super::batch::Batch;
use super::error::StoreError;
use super::keys::{self, Table, Trees};
use super::mark::{Mark, Marker};
use super::muted::Labels;
use super::queue::Queue;
use super::records::case::WordRecord;
use super::records::delivery::{DeliveryRecord, StateRecord};
use super::silences::{self, Active};
use super::stirred::Stirred;
use super::{Cid, indexes, numbers, rows};

/// Jobs in one group (`storage.md` B1).
const GROUP: usize = 64;

/// Jobs that may wait before callers do.
const WAITING: usize = 256;

/// The key of the count of flushes.
pub(super) const WRITES: &[u8] = b"writes";

/// The first fatal error, for everyone to return from then on.
pub(super) type Poison = Arc<OnceLock<StoreError>>;

/// The interned strings, shared with readers.
pub(super) type Words = Arc<RwLock<Vec<WordRecord>>>;

/// A piece of work; it answers its caller when the group is flushed.
pub(super) type Job = Box<dyn FnOnce(&mut Ledger) -> Done + Send>;

/// What a job left to do.
pub(super) struct Done {
    /// Whether its caller waits for the disk.
    pub flush: bool,
    /// Answers the caller, with the flush's error if it failed.
    pub answer: Box<dyn FnOnce(Option<StoreError>)>,
}

/// What the writer knows.
pub(super) struct Ledger {
    pub trees: Trees,
    pub poison: Poison,
    /// The number of the next event.
    pub next_event: u64,
    /// The number of the next case.
    pub next_cid: Cid,
    /// Flushes that were confirmed.
    pub writes: u64,
    /// The open delivery of each address and case.
    pub open: HashMap<(u32, Cid), Id>,
    /// What waits to be sent, shared with the deliverer.
    pub queue: Arc<Mutex<Queue>>,
    /// Pending deliveries that did not read back.
    pub damaged: Vec<Id>,
    /// What changed since a backup began, when one is running.
    pub dirty: Option<Dirty>,
    /// What mutes now, shared with readers.
    pub silences: Active,
    /// Which cases were written to, shared with readers.
    pub stirred: Stirred,
    /// What the watch list says of its cases.
    pub labels: Labels,
    words: Words,
    numbers: HashMap<WordRecord, u32>,
    unsaved: Vec<u32>,
}

/// Cases and deliveries that changed.
#[derive(Default)]
pub(super) struct Dirty {
    pub cids: BTreeSet<Cid>,
    pub deliveries: BTreeSet<Id>,
}

impl Ledger {
    /// Reads what the writer needs to know from the trees.
    pub(super) fn load(trees: Trees) -> Result<Self, StoreError> {
        let mut words = Vec::new();
        for row in trees.at(Table::Word).iter() {
            let (key, value) = row?;
            if keys::u32_at(&key, 0).and_then(|n| usize::try_from(n).ok()) != Some(words.len()) {
                return Err(rows::damaged(Table::Word, &key, "the words have a gap"));
            }
            // Words are read first, so a store that a newer veedor wrote into shows here.
            rows::refuse_newer(&value)?;
            words.push(rows::decode_row::<WordRecord>(Table::Word, &key, &value)?);
        }
        let numbers = words.iter().cloned().zip(0..).collect();
        let next_event = numbers::next(&trees)?;
        let next_cid = last(&trees, Table::Name)?.saturating_add(1);
        let words = Arc::new(RwLock::new(words));
        let writes = rows::get(&trees, Table::Meta, WRITES)?.unwrap_or_default();
        let silences = silences::active(&trees)?;
        let mut ledger = Self {
            trees,
            writes,
            poison: Poison::default(),
            next_event,
            next_cid,
            open: HashMap::new(),
            queue: Arc::default(),
            damaged: Vec::new(),
            dirty: None,
            silences,
            stirred: Stirred::default(),
            labels: Labels::new(),
            words,
            numbers,
            unsaved: Vec::new(),
        };
        ledger.find_open()?;
        Ok(ledger)
    }

    /// How far the store is.
    pub(super) fn mark(&self) -> Mark {
        Mark { cases: self.next_cid.saturating_sub(1), events: self.next_event.saturating_sub(1), writes: self.writes }
    }

    /// Counts a flush in the log itself, behind what it makes durable: a log that lost its end has counted fewer.
    fn count_write(&mut self) -> Result<(), StoreError> {
        self.writes = self.writes.saturating_add(1);
        let mut batch = Batch::default();
        rows::put(&mut batch, Table::Meta, WRITES, &self.writes)?;
        batch.apply_in_bulk(&self.trees).map_err(StoreError::of_a_write)
    }

    /// Reads which deliveries wait, and which of them are open. One that does not read back takes no news, is not sent, and is
    /// for `fsck` to report.
    pub(super) fn find_open(&mut self) -> Result<(), StoreError> {
        self.open.clear();
        self.damaged.clear();
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let mut unread = None;
        for key in self.trees.at(Table::Due).iter().keys() {
            let key = match key {
                Ok(key) => key,
                // What stands behind it waits to be sent all the same.
                Err(StoreError::Damaged(why)) => {
                    unread = Some(why);
                    continue;
                }
                Err(error) => return Err(error),
            };
            let Some(id) = keys::id_at(&key, 8).filter(|_| keys::u64_at(&key, 0) != Some(keys::NEVER)) else { continue };
            match rows::get_long::<DeliveryRecord>(&self.trees, Table::Delivery, &id.0) {
                Ok(Some(record)) => {
                    if let DeliveryRecord { address, cid, state: StateRecord::Open { .. }, .. } = record {
                        self.open.insert((address, cid), id);
                    }
                    self.enqueue(id, &record);
                }
                Ok(None) => {}
                Err(StoreError::Damaged(_)) => self.damaged.push(id),
                Err(error) => return Err(error),
            }
        }
        if let Some(why) = unread {
            indexes::say_unplaced(&self.trees, &why)?;
        }
        Ok(())
    }

    /// The interned strings.
    pub(super) fn words(&self) -> Words {
        Arc::clone(&self.words)
    }

    /// The number of a string, given now if it has none. Call [`save_words`](Self::save_words) before the batch is applied.
    pub(super) fn word(&mut self, word: WordRecord) -> u32 {
        if let Some(number) = self.numbers.get(&word) {
            return *number;
        }
        let mut words = self.words.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let number = u32::try_from(words.len()).unwrap_or(u32::MAX);
        words.push(word.clone());
        drop(words);
        self.numbers.insert(word, number);
        self.unsaved.push(number);
        number
    }

    /// Puts the strings that no batch has saved yet; they stay unsaved until [`words_saved`](Self::words_saved), so a batch
    /// that is given up loses none.
    pub(super) fn save_words(&self, batch: &mut Batch) -> Result<(), StoreError> {
        let words = self.words.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        for number in &self.unsaved {
            if let Some(word) = usize::try_from(*number).ok().and_then(|n| words.get(n)) {
                rows::put(batch, Table::Word, &number.to_be_bytes(), word)?;
            }
        }
        Ok(())
    }

    /// How many of the strings are stored: those that no batch has saved yet are the last.
    pub(super) fn saved_words(&self) -> usize {
        let words = self.words.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        words.len().saturating_sub(self.unsaved.len())
    }

    /// The batch with the strings was applied.
    pub(super) fn words_saved(&mut self) {
        self.unsaved.clear();
    }

    /// Notes that a case changed.
    pub(super) fn touched(&mut self, cid: Cid) {
        self.stirred.note(cid);
        if let Some(dirty) = &mut self.dirty {
            dirty.cids.insert(cid);
        }
    }

    /// Notes that a delivery changed.
    pub(super) fn touched_delivery(&mut self, id: Id) {
        if let Some(dirty) = &mut self.dirty {
            dirty.deliveries.insert(id);
        }
    }
}

/// The number in the last key of a table whose keys begin with one; 0 when it is empty.
fn last(trees: &Trees, table: Table) -> Result<u64, StoreError> {
    Ok(trees.at(table).last()?.and_then(|(key, _)| keys::u64_at(&key, 0)).unwrap_or_default())
}

/// Starts the thread.
pub(super) fn start(ledger: Ledger, mut marker: Marker) -> std::io::Result<(SyncSender<Job>, std::thread::JoinHandle<()>)> {
    let (jobs, queue) = sync_channel(WAITING);
    let thread = std::thread::Builder::new().name("store-writer".to_owned()).spawn(move || serve(ledger, &mut marker, &queue))?;
    Ok((jobs, thread))
}

fn serve(mut ledger: Ledger, marker: &mut Marker, queue: &Receiver<Job>) {
    marker.settle(ledger.mark());
    while let Ok(first) = queue.recv() {
        let mut group = vec![first(&mut ledger)];
        while group.len() < GROUP
            && let Ok(job) = queue.try_recv()
        {
            group.push(job(&mut ledger));
        }
        let flushed = group.iter().any(|done| done.flush);
        if flushed
            && ledger.poison.get().is_none()
            && let Err(error) =
                ledger.count_write().and_then(|()| ledger.trees.db.flush().map_err(|error| StoreError::from(error).of_a_write()))
        {
            // A flush is never tried again: the kernel may have dropped what it could not write.
            let _ = ledger.poison.set(error);
        }
        failpoint::hit("after-flush");
        let failed = ledger.poison.get().cloned();
        if flushed && failed.is_none() {
            marker.advance(ledger.mark());
        }
        for done in group {
            (done.answer)(failed.clone().filter(|_| done.flush));
        }
    }
    if ledger.poison.get().is_none() && ledger.trees.db.flush().is_ok() {
        marker.settle(ledger.mark());
        marker.close();
    }
}

/// Makes a job of some work, and the end on which its answer arrives.
pub(super) fn job<T: Send + 'static>(
    flush: bool,
    work: impl FnOnce(&mut Ledger) -> Result<T, StoreError> + Send + 'static,
) -> (Job, Receiver<Result<T, StoreError>>) {
    let (answer, answered) = sync_channel(1);
    let job: Job = Box::new(move |ledger| {
        let result = match ledger.poison.get() {
            Some(error) => Err(error.clone()),
            None => work(ledger),
        };
        if let Err(error) = &result
            && error.is_fatal()
        {
            let _ = ledger.poison.set(error.clone());
        }
        let answer = Box::new(move |failed: Option<StoreError>| {
            // A caller that has gone away wants no answer.
            let _ = answer.send(failed.map_or(result, Err));
        });
        Done { flush, answer }
    });
    (job, answered)
}
