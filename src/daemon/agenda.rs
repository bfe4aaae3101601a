//! Which case is visited next: the schedule in memory, one queue a source.
//!
//! Owned by [`poll`](super::poll). Built from the watch list and the store's schedule rows at start and after a reload;
//! the rows it changes are written back in groups. It does no I/O and reads no clock.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use crate::config::{Config, Source};
use crate::domain::case::CaseRef;
use crate::domain::schedule::{Row, first_visit, next_visit};
use crate::recipe::is_described;
use crate::store::Cid;

/// Visits that may be under way at once for one source. The host is asked one request at a time whatever this says;
/// more than one visit lets reading and storing overlap with waiting.
const PER_SOURCE: usize = 4;

/// Requests a day below which a source is visited one case at a time.
const SMALL_BUDGET: u32 = 500;

/// Requests that a visit makes, for spreading first visits. e-SATJE needs three and often four.
const REQUESTS_A_VISIT: u32 = 4;

/// One watched case in the schedule.
#[derive(Debug, Clone, Copy)]
pub struct Slot {
    /// The case in the store.
    pub cid: Cid,
    /// Its place in [`Config::cases`].
    pub index: usize,
    /// Its row.
    pub row: Row,
    /// Whether an unchanged answer needs no look at the store: healthy, nothing missing.
    pub settled: bool,
    busy: bool,
    /// The plan that it was taken from.
    plan: u64,
}

/// The schedule.
#[derive(Debug, Default)]
pub struct Agenda {
    slots: Vec<Slot>,
    by_cid: HashMap<Cid, usize>,
    queues: BTreeMap<String, Queue>,
    plan: u64,
}

#[derive(Debug, Default)]
struct Queue {
    due: BinaryHeap<Reverse<(i64, usize)>>,
    under_way: usize,
    /// Visits that may be under way at once.
    room: usize,
}

impl Agenda {
    /// Plans every case of the watch list. None is settled: its recipe may be another one now. Cases under way keep being so; their end finds them again by `cid`.
    pub fn plan(&mut self, config: &Arc<Config>, cids: &[Cid], rows: &HashMap<Cid, Row>, now: Timestamp) {
        let busy: HashMap<Cid, Slot> = self.slots.iter().filter(|slot| slot.busy).map(|slot| (slot.cid, *slot)).collect();
        let known: HashMap<Cid, Slot> = self.slots.drain(..).map(|slot| (slot.cid, slot)).collect();
        self.plan += 1;
        self.by_cid.clear();
        self.queues.clear();
        let fresh = fresh_by_source(config, cids, rows, &known);
        for (index, (watch, cid)) in config.cases.iter().zip(cids).enumerate() {
            // Never due: what it shows comes from pages that a person imports.
            if config.source_of(&watch.case).is_some_and(|source| !source.is_polled()) {
                continue;
            }
            let before = known.get(cid);
            let mut row = before.map(|slot| slot.row).or_else(|| rows.get(cid).copied()).unwrap_or_default();
            let queue = queue_of(config, &watch.case);
            if row.next_due == 0 {
                let gap = config.source_of(&watch.case).map_or(Duration::ZERO, |source| source.gap);
                let others = fresh.get(&queue).copied().unwrap_or(1).saturating_sub(1);
                let window = gap.saturating_mul(others.saturating_mul(REQUESTS_A_VISIT)).min(watch.every);
                row.next_due = seconds(first_visit(&watch.case, window, now));
            } else {
                // A shorter interval takes effect at once, and a clock that once stood far ahead does not silence a case.
                row.next_due = row.next_due.min(seconds(now + watch.every));
            }
            let place = self.slots.len();
            let is_busy = busy.contains_key(cid);
            self.slots.push(Slot { cid: *cid, index, row, settled: false, busy: is_busy, plan: self.plan });
            self.by_cid.insert(*cid, place);
            let queue = self.queues.entry(queue).or_default();
            queue.room = config.source_of(&watch.case).map_or(PER_SOURCE, |source| room(source));
            if is_busy {
                queue.under_way += 1;
            } else {
                queue.due.push(Reverse((i64::from(row.next_due) * 1000, place)));
            }
        }
    }

    /// Takes a case that is due and whose source has room.
    pub fn take(&mut self, now: Timestamp) -> Option<Slot> {
        let now = now.as_millisecond();
        for queue in self.queues.values_mut() {
            if queue.under_way >= queue.room {
                continue;
            }
            if let Some(Reverse((due, place))) = queue.due.peek().copied()
                && due <= now
            {
                queue.due.pop();
                queue.under_way += 1;
                let slot = &mut self.slots[place];
                slot.busy = true;
                return Some(*slot);
            }
        }
        None
    }

    /// Gives a case back with its new row, due at `due` (the row has whole seconds only). Unknown cases were removed
    /// from the watch list meanwhile; those that are not under way were removed and added again, and are planned already. A
    /// visit that began before the last plan may have read with another recipe, so it settles nothing.
    pub fn give_back(&mut self, taken: Slot, row: Row, settled: bool, due: Timestamp, config: &Config) {
        let Some(&place) = self.by_cid.get(&taken.cid) else { return };
        let slot = &mut self.slots[place];
        if !std::mem::take(&mut slot.busy) {
            return;
        }
        slot.row = row;
        slot.settled = settled && taken.plan == self.plan;
        if let Some(queue) = config.cases.get(slot.index).and_then(|watch| self.queues.get_mut(&queue_of(config, &watch.case))) {
            queue.under_way = queue.under_way.saturating_sub(1);
            queue.due.push(Reverse((due.as_millisecond(), place)));
        }
    }

    /// The source of a case works again: its other cases, which wait longer for having failed, are visited as if they had not.
    pub fn hasten(&mut self, works: Cid, config: &Config, now: Timestamp) {
        let place = self.by_cid.get(&works).and_then(|place| config.cases.get(self.slots[*place].index));
        let Some(queue) = place.and_then(|watch| self.queues.get_mut(&queue_of(config, &watch.case))) else { return };
        let slots = &self.slots;
        let sooner = |Reverse((due, place)): Reverse<(i64, usize)>| {
            let slot = &slots[place];
            let usual = config.cases.get(slot.index).filter(|_| slot.row.fails > 0);
            let usual = usual.map(|watch| next_visit(&watch.case, watch.every, 0, None, now).as_millisecond());
            Reverse((usual.map_or(due, |usual| due.min(usual)), place))
        };
        queue.due = std::mem::take(&mut queue.due).into_iter().map(sooner).collect();
    }

    /// When something is due next among the sources that have room.
    pub fn next_due(&self) -> Option<Timestamp> {
        let open = self.queues.values().filter(|queue| queue.under_way < queue.room);
        open.filter_map(|queue| queue.due.peek()).map(|Reverse((due, _))| *due).min().and_then(|due| Timestamp::from_millisecond(due).ok())
    }

    /// The number of cases.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether no case is watched.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }
}

/// Cases that are visited in turn: those of one source. Pages of the open web have a host each, so each is its own; cases of one
/// program are its own too.
fn queue_of(config: &Config, case: &CaseRef) -> String {
    if !is_described(&case.source) {
        return case.source.clone();
    }
    let program = config.source_of(case).and_then(|source| source.program.as_ref());
    program.map_or_else(|| case.to_string(), |program| format!("{}: {}", case.source, program.program.display()))
}

/// With a small budget visits are made one after the other: side by side they would all stand half-made when it is spent.
/// So they are made by a program, which may not be one to run twice at once.
fn room(source: &Source) -> usize {
    if source.daily < SMALL_BUDGET || source.program.is_some() { 1 } else { PER_SOURCE }
}

fn fresh_by_source(config: &Config, cids: &[Cid], rows: &HashMap<Cid, Row>, known: &HashMap<Cid, Slot>) -> HashMap<String, u32> {
    let mut fresh = HashMap::new();
    for (watch, cid) in config.cases.iter().zip(cids) {
        let planned = known.get(cid).map(|slot| slot.row).or_else(|| rows.get(cid).copied()).is_some_and(|row| row.next_due != 0);
        if !planned {
            *fresh.entry(queue_of(config, &watch.case)).or_insert(0) += 1;
        }
    }
    fresh
}

/// Whole Unix seconds, as a schedule row keeps them; good until the year 2106.
pub fn seconds(at: Timestamp) -> u32 {
    u32::try_from(at.as_second().max(1)).unwrap_or(u32::MAX)
}
