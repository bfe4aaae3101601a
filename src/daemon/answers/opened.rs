//! What was opened of cases for somebody who looks at them, kept in memory for the next look.
//!
//! Held by the [`Desk`](super::Desk). A version of thousands of entries takes longer to read than to show, and people turn pages. Everything
//! lies under an id of what it was made of, so that nothing stale is ever found; what was not looked at for longest goes first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::Value;

use crate::config::Config;
use crate::domain::docket::{Docket, Entry};
use crate::domain::event::Event;
use crate::domain::id::{Id, hex, sha256};
use crate::domain::withhold::Telling as HowMuch;
use crate::store::cases::Head;
use crate::store::error::StoreError;
use crate::store::{Cid, Store};
use crate::wire::api::versions::PageLine;

/// Bytes of versions that are kept, about.
const VERSIONS: usize = 48 << 20;

/// Bytes of events that are kept, about.
const EVENTS: usize = 16 << 20;

/// Bytes of answers that are kept, about.
const ANSWERS: usize = 16 << 20;

/// Things of one sort that are kept.
const MOST: usize = 512;

/// Cases of which it is kept how much is told.
const MOST_CASES: usize = 200_000;

/// A version as it is looked at: without the bodies of its pages.
#[derive(Debug)]
pub(super) struct OpenVersion {
    /// Its number.
    pub number: u32,
    /// When its pages were seen.
    pub at: Timestamp,
    /// What they said.
    pub docket: Docket,
    /// The pages.
    pub pages: Vec<PageLine>,
    /// What changes whenever the version does.
    pub seal: Id,
}

/// What was opened. Cheap to clone.
#[derive(Clone, Default)]
pub struct Opened {
    kept: Arc<Mutex<Kept>>,
    /// One large version is read at a time, and once for all who wait for it.
    turn: Arc<Mutex<()>>,
}

#[derive(Default)]
struct Kept {
    versions: Bounded<OpenVersion>,
    events: Bounded<Vec<Event>>,
    answers: Bounded<Value>,
    /// How much is told of cases: of each a few bytes.
    how_much: HashMap<Id, HowMuch>,
    /// Answers were put together under this watch list.
    config: Option<Arc<Config>>,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opened")
    }
}

impl Opened {
    /// A version of a case; `None` when there is none. Blocks.
    ///
    /// # Errors
    /// When it does not read back.
    pub(super) fn version(&self, store: &Store, cid: Cid, number: u32) -> Result<Option<Arc<OpenVersion>>, StoreError> {
        let Some(seal) = store.seal_of_version(cid, number)? else { return Ok(None) };
        let id = Id::derive(&[b"version", &cid.to_be_bytes(), &number.to_be_bytes(), &seal]);
        let find = || self.lock().versions.get(id);
        if let Some(found) = find() {
            return Ok(Some(found));
        }
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = find() {
            return Ok(Some(found));
        }
        let Some(stored) = store.version(cid, number)? else { return Ok(None) };
        let line = |page: &crate::domain::page::Page| PageLine {
            step: page.step.clone(),
            url: page.url.clone(),
            status: page.status,
            bytes: page.body.len(),
            sha256: hex(&sha256(&page.body)),
            fetched_at: page.fetched_at.to_string(),
        };
        let pages: Vec<PageLine> = stored.pages.iter().map(line).collect();
        let size = size_of_docket(&stored.docket) + pages.iter().map(|page| 300 + page.url.len()).sum::<usize>();
        let version = Arc::new(OpenVersion { number, at: stored.at, docket: stored.docket, pages, seal: id });
        self.lock().versions.put(id, &version, size, VERSIONS);
        Ok(Some(version))
    }

    /// The events of a case, oldest first. Blocks.
    ///
    /// # Errors
    /// When they do not read back.
    pub(super) fn events(&self, store: &Store, cid: Cid, head: &Head) -> Result<Arc<Vec<Event>>, StoreError> {
        let id = Id::derive(&[b"events", &cid.to_be_bytes(), &head.seq.to_be_bytes()]);
        if let Some(found) = self.lock().events.get(id) {
            return Ok(found);
        }
        let events = Arc::new(store.case_events(cid)?);
        let size = events.iter().map(size_of_event).sum();
        self.lock().events.put(id, &events, size, EVENTS);
        Ok(events)
    }

    /// An answer that was put together of what `id` stands for, under this watch list; else what `make` makes. Blocks.
    ///
    /// # Errors
    /// What `make` fails with.
    pub(super) fn answer<E>(&self, config: &Arc<Config>, id: Id, make: impl FnOnce() -> Result<Value, E>) -> Result<Value, E> {
        let found = self.under(config).answers.get(id);
        if let Some(found) = found {
            return Ok(Value::clone(&found));
        }
        let made = Arc::new(make()?);
        // A value takes some times the room of its text.
        let size = made.to_string().len().saturating_mul(3);
        let mut kept = self.lock();
        // Under another watch list by now it may say more than it should.
        if kept.config.as_ref().is_some_and(|known| Arc::ptr_eq(known, config)) {
            kept.answers.put(id, &made, size, ANSWERS);
        }
        drop(kept);
        Ok(Value::clone(&made))
    }

    /// How much is told of a case of which `id` says what decides it, under this watch list; else what `make` finds. Blocks.
    ///
    /// # Errors
    /// What `make` fails with.
    pub(super) fn how_much<E>(&self, config: &Arc<Config>, id: Id, make: impl FnOnce() -> Result<HowMuch, E>) -> Result<HowMuch, E> {
        let found = self.under(config).how_much.get(&id).copied();
        if let Some(found) = found {
            return Ok(found);
        }
        let made = make()?;
        let mut kept = self.under(config);
        if kept.how_much.len() >= MOST_CASES {
            kept.how_much.clear();
        }
        kept.how_much.insert(id, made);
        Ok(made)
    }

    /// What is kept under this watch list; what was put together under another is dropped.
    fn under(&self, config: &Arc<Config>) -> MutexGuard<'_, Kept> {
        let mut kept = self.lock();
        if kept.config.as_ref().is_none_or(|known| !Arc::ptr_eq(known, config)) {
            kept.answers = Bounded::default();
            kept.how_much = HashMap::new();
            kept.config = Some(Arc::clone(config));
        }
        kept
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Things by an id of what they were made of, no more than so many bytes of them.
struct Bounded<T> {
    kept: HashMap<Id, Held<T>>,
    bytes: usize,
    looks: u64,
}

struct Held<T> {
    what: Arc<T>,
    size: usize,
    looked: u64,
}

impl<T> Default for Bounded<T> {
    fn default() -> Self {
        Self { kept: HashMap::new(), bytes: 0, looks: 0 }
    }
}

impl<T> Bounded<T> {
    fn get(&mut self, id: Id) -> Option<Arc<T>> {
        self.looks += 1;
        let held = self.kept.get_mut(&id)?;
        held.looked = self.looks;
        Some(Arc::clone(&held.what))
    }

    fn put(&mut self, id: Id, what: &Arc<T>, size: usize, most: usize) {
        if size > most {
            return;
        }
        self.drop_one(id);
        while self.bytes + size > most || self.kept.len() >= MOST {
            let Some(oldest) = self.kept.iter().min_by_key(|(_, held)| held.looked).map(|(id, _)| *id) else { break };
            self.drop_one(oldest);
        }
        self.bytes += size;
        self.kept.insert(id, Held { what: Arc::clone(what), size, looked: self.looks });
    }

    fn drop_one(&mut self, id: Id) {
        if let Some(held) = self.kept.remove(&id) {
            self.bytes -= held.size;
        }
    }
}

fn size_of_docket(docket: &Docket) -> usize {
    let of_entry = |entry: &Entry| {
        let documents: usize =
            entry.documents.iter().map(|doc| 100 + doc.id.len() + doc.name.len() + doc.url.as_ref().map_or(0, String::len)).sum();
        let extra: usize = entry.extra.iter().map(|(name, value)| 100 + name.len() + value.len()).sum();
        300 + entry.key.0.len() + entry.title.len() + entry.text.len() + documents + extra
    };
    let parties: usize = docket.parties.iter().map(|party| 64 + party.name.len() + party.role.len()).sum();
    1_000 + parties + docket.entries.iter().map(of_entry).sum::<usize>()
}

fn size_of_event(event: &Event) -> usize {
    let of_entry = event.entry.as_ref().map_or(0, |entry| {
        let sides = [&entry.before, &entry.after].into_iter().flatten().map(String::len).sum::<usize>();
        entry.title.len() + entry.excerpt.len() + entry.key.0.len() + sides
    });
    800 + of_entry + event.hearing.as_ref().map_or(0, |_| 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_never_outgrows_its_bound_and_what_was_looked_at_stays() {
        let mut bounded: Bounded<u32> = Bounded::default();
        let id = |n: u32| Id::derive(&[&n.to_be_bytes()]);
        for n in 0..10 {
            bounded.put(id(n), &Arc::new(n), 10, 40);
            assert_eq!(bounded.get(id(0)).as_deref(), Some(&0), "it is looked at all the time");
            assert!(bounded.bytes <= 40 && bounded.kept.len() <= 4);
        }
        assert_eq!(bounded.get(id(5)), None);
        assert_eq!(bounded.get(id(9)).as_deref(), Some(&9));
        bounded.put(id(11), &Arc::new(11), 41, 40);
        assert_eq!((bounded.get(id(11)), bounded.kept.len()), (None, 4), "what is larger than the bound is not kept");
        bounded.put(id(9), &Arc::new(99), 10, 40);
        assert_eq!((bounded.get(id(9)).as_deref(), bounded.bytes), (Some(&99), 40), "a thing takes its room once");
        for n in 0..2_000 {
            bounded.put(id(100 + n), &Arc::new(n), 0, 40);
        }
        assert!(bounded.kept.len() <= MOST);
    }
}
