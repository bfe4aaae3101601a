//! How the deliveries of each channel stand, counted from the queue for metrics.
//!
//! Called once a minute by `daemon::prune`. It reads no table and changes nothing.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use jiff::Timestamp;

use super::{Place, Queue};
use crate::store::{Store, keys};

/// The deliveries of one channel that are not settled, by what they wait for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// An attempt is being made.
    pub under_way: u64,
    /// Their time has come; they wait for room, or for older news of their recipient and case.
    pub due: u64,
    /// Their time is yet to come: they gather, wait for a digest or for the end of quiet hours, or failed and are tried again.
    pub later: u64,
    /// They wait for their channel to work again.
    pub held: u64,
}

impl Standing {
    /// The counts by the name of their state, as `veedor_outbox_rows` shows them.
    pub fn by_state(self) -> [(&'static str, u64); 4] {
        [("under_way", self.under_way), ("due", self.due), ("later", self.later), ("held", self.held)]
    }
}

impl std::ops::AddAssign for Standing {
    fn add_assign(&mut self, other: Self) {
        self.under_way += other.under_way;
        self.due += other.due;
        self.later += other.later;
        self.held += other.held;
    }
}

impl Queue {
    fn standing(&self, now: u64) -> BTreeMap<String, Standing> {
        let mut all: BTreeMap<String, Standing> = BTreeMap::new();
        for (id, row) in &self.rows {
            let of_it = all.entry(row.channel.clone()).or_default();
            let count = match row.place {
                _ if self.taken.contains_key(id) => &mut of_it.under_way,
                Place::Held => &mut of_it.held,
                Place::At(due) if due <= now => &mut of_it.due,
                Place::At(_) => &mut of_it.later,
            };
            *count += 1;
        }
        all
    }
}

impl Store {
    /// How the deliveries of each channel stand at `now`. Channels without any are left out, and so is what is muted or braked.
    pub fn standing(&self, now: Timestamp) -> BTreeMap<String, Standing> {
        self.inner.queue.lock().unwrap_or_else(PoisonError::into_inner).standing(keys::milliseconds(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::Id;

    #[test]
    fn each_delivery_is_counted_once_where_it_stands() {
        let mut queue = Queue::default();
        let id = |n: u8| Id([n; 16]);
        queue.place(id(1), "mesa", (1, 1), 1, Some(Place::At(10)));
        queue.place(id(2), "mesa", (1, 1), 2, Some(Place::At(10)));
        queue.place(id(3), "mesa", (1, 2), 3, Some(Place::At(99)));
        queue.place(id(4), "correo", (2, 2), 4, Some(Place::Held));
        queue.place(id(5), "correo", (2, 3), 5, Some(Place::At(1)));
        queue.place(id(5), "correo", (2, 3), 5, None);
        assert_eq!(queue.claim("mesa", 50, 8), [id(1)]);
        let standing = queue.standing(50);
        assert_eq!(standing["mesa"], Standing { under_way: 1, due: 1, later: 1, held: 0 });
        assert_eq!(standing["correo"], Standing { held: 1, ..Standing::default() });
        assert_eq!(standing.len(), 2);
    }
}
