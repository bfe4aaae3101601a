//! Which cases were written to lately: kept in memory, so that whoever follows all cases need not look at each.
//!
//! Noted by the writer after each change of a case; read by `daemon::board`. What is forgotten is only what a reader who comes too seldom
//! has missed, and he is told so. Nothing of it is stored.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Cid, Store};

/// As many changes are remembered: those of some minutes of a long list.
const KEPT: usize = 8192;

/// The changes, shared by the writer and its readers.
#[derive(Debug, Clone, Default)]
pub(super) struct Stirred(Arc<Mutex<Ring>>);

#[derive(Debug, Default)]
struct Ring {
    /// How many changes there were.
    count: u64,
    /// The last of them.
    last: VecDeque<Cid>,
}

impl Stirred {
    /// Notes that a case was written to.
    pub(super) fn note(&self, cid: Cid) {
        let mut ring = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ring.count = ring.count.saturating_add(1);
        if ring.last.len() >= KEPT {
            ring.last.pop_front();
        }
        ring.last.push_back(cid);
    }

    fn after(&self, seen: u64) -> (u64, Option<Vec<Cid>>) {
        let ring = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let missed = usize::try_from(ring.count.saturating_sub(seen)).unwrap_or(usize::MAX);
        let cids = (missed <= ring.last.len()).then(|| ring.last.iter().rev().take(missed).rev().copied().collect());
        (ring.count, cids)
    }
}

impl Store {
    /// The cases that were written to since there were `seen` changes, and how many there are by now; `None` when some of them are
    /// forgotten.
    pub fn stirred_after(&self, seen: u64) -> (u64, Option<Vec<Cid>>) {
        self.inner.stirred.after(seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_since_is_told_and_what_is_forgotten_is_said() {
        let stirred = Stirred::default();
        assert_eq!(stirred.after(0), (0, Some(Vec::new())));
        [7, 8, 7].into_iter().for_each(|cid| stirred.note(cid));
        assert_eq!(stirred.after(0), (3, Some(vec![7, 8, 7])));
        assert_eq!(stirred.after(2), (3, Some(vec![7])));
        (0..8192).for_each(|cid| stirred.note(cid));
        assert_eq!(stirred.after(2), (8195, None));
        assert_eq!(stirred.after(3).1.map(|cids| cids.len()), Some(8192));
    }
}
