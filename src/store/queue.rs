//! Which deliveries wait, in memory: by channel, then by recipient and case, the oldest news first.
//!
//! The writer keeps it in step with the table `due` and the deliverer claims from it, so that one channel's backlog costs
//! nothing to the others: a round touches what it starts and what became due, never all that waits. One delivery of a
//! recipient and case is under way at a time. Nothing here is stored; it is built anew when the store is opened.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Bound;

use crate::domain::id::Id;

use super::Cid;

pub mod standing;

/// A recipient of a channel, and a case: what is told in order.
pub(super) type Lane = (u32, Cid);

/// How long the newer news of a recipient and case waits for the older that failed: a minute, so that a hiccup does not mix up
/// the order, and one message that is refused does not hold up all that come after it.
const ORDER_MILLISECONDS: u64 = 60_000;

/// When a delivery is to be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// From this millisecond on.
    At(u64),
    /// When its channel works again.
    Held,
}

#[derive(Clone)]
struct Row {
    channel: String,
    lane: Lane,
    /// The number of its first event among all: the order in which it is told.
    number: u64,
    place: Place,
}

/// What waits for one channel.
#[derive(Default)]
struct Line {
    /// Not due yet, when last looked at: due, number, id.
    later: BTreeSet<(u64, u64, Id)>,
    /// Due.
    ready: HashMap<Lane, BTreeSet<(u64, Id)>>,
    /// The first of each lane that has none under way.
    free: BTreeMap<(u64, Id), Lane>,
    /// Held.
    held: BTreeSet<(u64, Id)>,
    /// The last of them that was tried to see whether the channel works. The next time it is another one: what is wrong may be the
    /// message after all.
    probed: Option<(u64, Id)>,
}

/// Everything that waits.
#[derive(Default)]
pub(super) struct Queue {
    rows: HashMap<Id, Row>,
    lines: BTreeMap<String, Line>,
    /// Under way. What becomes of them meanwhile is noted in `rows` and takes effect when they are given back.
    taken: HashMap<Id, Lane>,
    busy: HashSet<Lane>,
    /// Busy until then, although nothing is under way: the newer news waits for the older a short while.
    paused: BTreeSet<(u64, Lane)>,
    /// Channels of which the operator asked for an attempt.
    asked: BTreeSet<String>,
    /// Deliveries of which he did, until they are tried.
    asked_ids: HashSet<Id>,
    /// Deliveries that were looked at, for tests: work, not time.
    looked: u64,
}

impl Queue {
    /// The number of a delivery that waits, as it was placed.
    pub(super) fn number(&self, id: Id) -> Option<u64> {
        self.rows.get(&id).map(|row| row.number)
    }

    /// Places a delivery, or takes it away when it is settled.
    pub(super) fn place(&mut self, id: Id, channel: &str, lane: Lane, number: u64, place: Option<Place>) {
        self.withdraw(id);
        let Some(place) = place else { return };
        let row = Row { channel: channel.to_owned(), lane, number, place };
        if !self.taken.contains_key(&id) {
            self.insert(id, &row);
        }
        self.rows.insert(id, row);
    }

    /// Whether an attempt at a delivery is under way.
    pub(super) fn is_taken(&self, id: Id) -> bool {
        self.taken.contains_key(&id)
    }

    /// The recipient and case of a delivery of which an attempt is under way.
    pub(super) fn lane_of(&self, id: Id) -> Option<Lane> {
        self.taken.get(&id).copied()
    }

    /// Claims up to `room` deliveries of a channel that are due at `now`, the oldest news first. They stay claimed until they
    /// are given back.
    pub(super) fn claim(&mut self, channel: &str, now: u64, room: usize) -> Vec<Id> {
        self.advance(channel, now);
        let mut claimed = Vec::new();
        while claimed.len() < room
            && let Some(line) = self.lines.get_mut(channel)
            && let Some((key, lane)) = line.free.pop_first()
        {
            let (_, id) = key;
            if let Some(lane_rows) = line.ready.get_mut(&lane) {
                lane_rows.remove(&key);
                if lane_rows.is_empty() {
                    line.ready.remove(&lane);
                }
            }
            self.looked += 1;
            self.busy.insert(lane);
            self.taken.insert(id, lane);
            claimed.push(id);
        }
        if self.lines.get(channel).is_some_and(Line::is_empty) {
            self.lines.remove(channel);
        }
        claimed
    }

    /// An attempt ended: the delivery goes where the store says now, and its recipient and case may have the next.
    pub(super) fn give_back(&mut self, id: Id, now: u64) {
        let Some(lane) = self.taken.remove(&id) else { return };
        let row = self.rows.get(&id).cloned();
        if let Some(row) = &row {
            self.insert(id, row);
        }
        match row.map(|row| row.place) {
            Some(Place::At(due)) if due > now && due - now <= ORDER_MILLISECONDS => {
                self.paused.insert((due, lane));
            }
            _ => self.free_up(lane),
        }
    }

    /// Takes a delivery out that cannot be read or noted: it must not hold up the others of its recipient and case.
    pub(super) fn set_aside(&mut self, id: Id) {
        let lane = self.taken.remove(&id);
        self.withdraw(id);
        if let Some(lane) = lane {
            self.free_up(lane);
        }
    }

    /// Ends all pauses for the order's sake: they were planned by a clock that stood elsewhere.
    pub(super) fn resume_all(&mut self) {
        for (_, lane) in std::mem::take(&mut self.paused) {
            self.free_up(lane);
        }
    }

    fn free_up(&mut self, lane: Lane) {
        self.busy.remove(&lane);
        for line in self.lines.values_mut() {
            line.free_up(lane);
        }
    }

    /// Makes what is held due: all of it, or the oldest one to see whether the channel works.
    pub(super) fn release(&mut self, channel: &str, all: bool) {
        let Some(line) = self.lines.get_mut(channel) else { return };
        let released: Vec<(u64, Id)> =
            if all { std::mem::take(&mut line.held).into_iter().collect() } else { line.probe().into_iter().collect() };
        for (number, id) in released {
            if let Some(lane) = self.rows.get(&id).map(|row| row.lane) {
                self.looked += 1;
                line.add(lane, (number, id), &self.busy);
            }
        }
    }

    /// Notes that the operator asked for an attempt at this delivery, whatever its channel is like.
    pub(super) fn ask_for(&mut self, id: Id) {
        if let Some(row) = self.rows.get(&id) {
            self.asked.insert(row.channel.clone());
            self.asked_ids.insert(id);
        }
    }

    /// Whether the operator asked for this delivery since this was last asked.
    pub(super) fn is_asked_for(&mut self, id: Id) -> bool {
        self.asked_ids.remove(&id)
    }

    /// The channels of which the operator asked for an attempt since this was last asked.
    pub(super) fn asked_for(&mut self) -> Vec<String> {
        std::mem::take(&mut self.asked).into_iter().collect()
    }

    /// The channels for which anything waits.
    pub(super) fn channels(&self) -> Vec<String> {
        self.lines.keys().cloned().collect()
    }

    /// How many wait for a channel, for whatever reason.
    pub(super) fn waiting(&self, channel: &str) -> usize {
        self.rows.values().filter(|row| row.channel == channel).count()
    }

    /// Those of a channel that are due at `now` and neither held nor under way.
    pub(super) fn due(&self, channel: &str, now: u64) -> Vec<Id> {
        let is_due = |row: &Row| row.channel == channel && matches!(row.place, Place::At(due) if due <= now);
        self.rows.iter().filter(|(id, row)| is_due(row) && !self.taken.contains_key(id)).map(|(id, _)| *id).collect()
    }

    /// When the next delivery of a channel becomes due, of those that were not due when last looked at.
    pub(super) fn next(&self, channel: &str) -> Option<u64> {
        self.lines.get(channel)?.later.first().map(|(due, ..)| *due)
    }

    /// Forgets what waits, but not what is under way, to be filled anew.
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.lines.clear();
    }

    fn advance(&mut self, channel: &str, now: u64) {
        self.move_due(channel, now);
        while let Some((due, lane)) = self.paused.first().copied()
            && due <= now
        {
            self.paused.pop_first();
            self.free_up(lane);
        }
    }

    fn move_due(&mut self, channel: &str, now: u64) {
        let Some(line) = self.lines.get_mut(channel) else { return };
        while let Some((due, number, id)) = line.later.first().copied()
            && due <= now
        {
            line.later.pop_first();
            self.looked += 1;
            if let Some(row) = self.rows.get(&id) {
                line.add(row.lane, (number, id), &self.busy);
            }
        }
    }

    fn insert(&mut self, id: Id, row: &Row) {
        let line = self.lines.entry(row.channel.clone()).or_default();
        match row.place {
            Place::At(due) => line.later.insert((due, row.number, id)),
            Place::Held => line.held.insert((row.number, id)),
        };
    }

    fn withdraw(&mut self, id: Id) {
        let Some(row) = self.rows.remove(&id) else { return };
        let Some(line) = self.lines.get_mut(&row.channel) else { return };
        let key = (row.number, id);
        if let Place::At(due) = row.place {
            line.later.remove(&(due, row.number, id));
        }
        line.held.remove(&key);
        line.free.remove(&key);
        if let Some(lane_rows) = line.ready.get_mut(&row.lane) {
            lane_rows.remove(&key);
            if lane_rows.is_empty() {
                line.ready.remove(&row.lane);
            }
        }
        if !self.busy.contains(&row.lane) {
            line.free_up(row.lane);
        }
        if line.is_empty() {
            self.lines.remove(&row.channel);
        }
    }
}

impl Line {
    /// Adds a due delivery; it comes first in its lane when its news is older than what waits there.
    fn add(&mut self, lane: Lane, key: (u64, Id), busy: &HashSet<Lane>) {
        let rows = self.ready.entry(lane).or_default();
        let first = rows.first().copied();
        rows.insert(key);
        if busy.contains(&lane) || first.is_some_and(|first| first < key) {
            return;
        }
        if let Some(first) = first {
            self.free.remove(&first);
        }
        self.free.insert(key, lane);
    }

    /// The next of what is held, the oldest first, each in its turn.
    fn probe(&mut self) -> Option<(u64, Id)> {
        let after = self.probed.and_then(|last| self.held.range((Bound::Excluded(last), Bound::Unbounded)).next().copied());
        let next = after.or_else(|| self.held.first().copied())?;
        self.held.remove(&next);
        self.probed = Some(next);
        Some(next)
    }

    /// The lane has none under way: its first may be claimed.
    fn free_up(&mut self, lane: Lane) {
        if let Some(first) = self.ready.get(&lane).and_then(|rows| rows.first()) {
            self.free.insert(*first, lane);
        }
    }

    fn is_empty(&self) -> bool {
        self.later.is_empty() && self.ready.is_empty() && self.held.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u64) -> Id {
        Id::derive(&[&n.to_be_bytes()])
    }

    fn with(rows: &[(u64, &str, Lane, Place)]) -> Queue {
        let mut queue = Queue::default();
        for (n, channel, lane, place) in rows {
            queue.place(id(*n), channel, *lane, *n, Some(*place));
        }
        queue
    }

    #[test]
    fn one_of_a_recipient_and_case_is_under_way_and_the_oldest_news_goes_first() {
        let rows: Vec<_> = (1..=6).rev().map(|n| (n, "hook", (1, n % 2), Place::At(5))).collect();
        let mut queue = with(&rows);
        assert_eq!(queue.claim("hook", 4, 9), []);
        assert_eq!(queue.next("hook"), Some(5));
        assert_eq!(queue.claim("hook", 5, 9), [id(1), id(2)]);
        assert_eq!(queue.claim("hook", 5, 9), []);
        queue.place(id(1), "hook", (1, 1), 1, Some(Place::At(50)));
        queue.give_back(id(1), 5);
        queue.place(id(2), "hook", (1, 0), 2, None);
        queue.give_back(id(2), 5);
        assert_eq!(queue.claim("hook", 49, 9), [id(4)], "the newer waits for what failed a moment ago");
        assert_eq!(queue.next("hook"), Some(50));
        assert_eq!(queue.claim("hook", 50, 9), [id(1)]);
        let hours = 50 + 3_600_000;
        queue.place(id(1), "hook", (1, 1), 1, Some(Place::At(hours)));
        queue.give_back(id(1), 50);
        assert_eq!(queue.claim("hook", 50, 9), [id(3)], "and not for hours");
        queue.place(id(3), "hook", (1, 1), 3, None);
        queue.give_back(id(3), 50);
        assert_eq!(queue.claim("hook", hours, 1), [id(1)], "what failed comes before the newer when it is due again");
    }

    #[test]
    fn a_full_channel_costs_the_others_nothing() {
        let mut rows: Vec<_> = (0..3000).map(|n| (n, "dead", (1, n), Place::At(0))).collect();
        rows.push((9_000, "live", (2, 1), Place::At(0)));
        let mut queue = with(&rows);
        assert_eq!(queue.claim("dead", 1, 4).len(), 4);
        let before = queue.looked;
        for _ in 0..1000 {
            assert_eq!(queue.claim("dead", 1, 0), []);
        }
        assert_eq!(queue.claim("live", 1, 4), [id(9_000)]);
        assert!(queue.looked - before <= 2, "{} looked at", queue.looked - before);
    }

    #[test]
    fn neither_a_damaged_delivery_nor_a_clock_that_was_set_back_holds_up_the_others() {
        let mut queue = with(&[(1, "hook", (1, 1), Place::At(0)), (2, "hook", (1, 1), Place::At(0))]);
        assert_eq!(queue.claim("hook", 9, 9), [id(1)]);
        queue.set_aside(id(1));
        assert_eq!(queue.claim("hook", 9, 9), [id(2)]);
        queue.place(id(2), "hook", (1, 1), 2, Some(Place::At(50_000)));
        queue.give_back(id(2), 40_000);
        queue.place(id(3), "hook", (1, 1), 3, Some(Place::At(0)));
        assert_eq!(queue.claim("hook", 9, 9), [], "the older failed a moment ago");
        queue.resume_all();
        assert_eq!(queue.claim("hook", 9, 9), [id(3)]);
    }

    #[test]
    fn what_is_held_waits_for_its_channel_and_what_happens_meanwhile_counts() {
        let mut queue = with(&[(1, "hook", (1, 1), Place::Held), (2, "hook", (1, 2), Place::Held), (3, "hook", (1, 3), Place::At(0))]);
        assert_eq!(queue.claim("hook", 9, 9), [id(3)]);
        queue.release("hook", false);
        assert_eq!(queue.claim("hook", 9, 9), [id(1)]);
        // It failed as before: the next time it is the turn of another.
        queue.give_back(id(1), 9);
        queue.release("hook", false);
        assert_eq!(queue.claim("hook", 9, 9), [id(2)]);
        queue.give_back(id(2), 9);
        queue.release("hook", false);
        assert_eq!(queue.claim("hook", 9, 9), [id(1)]);
        // Ended by the operator while it was under way: it does not come back.
        queue.place(id(1), "hook", (1, 1), 1, None);
        queue.give_back(id(1), 9);
        queue.release("hook", true);
        assert_eq!(queue.claim("hook", 9, 9), [id(2)]);
        assert_eq!(queue.channels(), Vec::<String>::new());
    }
}
