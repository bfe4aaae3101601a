//! How often somebody may try: so many at once, and then one each time that passes.
//!
//! Held by [`entrance`](super::entrance) for log-ins and tokens, and by [`throttle`](super::throttle) for requests. In memory and of a fixed size: whoever comes with many addresses makes nothing
//! grow, and a restart forgets everything. One instant is kept for each key (the virtual scheduling of GCRA, ITU-T I.371).

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// Keys that are kept.
const MOST: usize = 10_000;

/// A bound.
#[derive(Debug)]
pub(super) struct Limit {
    burst: u32,
    each: Duration,
    /// When each would have nothing against it any more.
    free_at: Mutex<HashMap<String, Timestamp>>,
}

impl Limit {
    /// `burst` at once, and one more after `each`.
    pub fn new(burst: u32, each: Duration) -> Self {
        Self { burst, each, free_at: Mutex::default() }
    }

    /// Counts a try.
    ///
    /// # Errors
    /// How long to wait, when there were too many; that is not counted.
    pub fn take(&self, key: &str, now: Timestamp) -> Result<(), Duration> {
        self.take_of((self.burst, self.each), key, now)
    }

    /// The same by a bound that the watch list may have changed since.
    ///
    /// # Errors
    /// As those of [`take`](Self::take).
    pub fn take_of(&self, (burst, each): (u32, Duration), key: &str, now: Timestamp) -> Result<(), Duration> {
        let mut all = self.lock();
        // Of a clock that was set back nobody is kept out for longer than from a full count.
        let most = later(now, each.saturating_mul(burst));
        let free_at = all.get(key).copied().unwrap_or(now).clamp(now, most);
        let ahead = Duration::try_from(free_at.duration_since(now)).unwrap_or_default();
        let allowed = each.saturating_mul(burst.saturating_sub(1));
        if let Some(wait) = ahead.checked_sub(allowed).filter(|wait| !wait.is_zero()) {
            return Err(wait);
        }
        if all.len() >= MOST && !all.contains_key(key) {
            make_room(&mut all, now);
        }
        all.insert(key.to_owned(), later(free_at, each));
        Ok(())
    }

    /// Takes a try back that turned out well.
    pub fn give_back(&self, key: &str) {
        if let Some(free_at) = self.lock().get_mut(key) {
            *free_at = free_at.checked_sub(self.each).unwrap_or(*free_at);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Timestamp>> {
        self.free_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn later(at: Timestamp, by: Duration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// Forgets those that have nothing against them; else the one that has least.
fn make_room(all: &mut HashMap<String, Timestamp>, now: Timestamp) {
    all.retain(|_, free_at| *free_at > now);
    if all.len() >= MOST {
        let least = all.iter().min_by_key(|(_, free_at)| **free_at).map(|(key, _)| key.clone());
        if let Some(key) = least {
            all.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + seconds).expect("in range")
    }

    #[test]
    fn so_many_at_once_and_then_one_each_time() {
        let limit = Limit::new(3, Duration::from_secs(10));
        for _ in 0..3 {
            assert_eq!(limit.take("a", at(0)), Ok(()));
        }
        assert_eq!(limit.take("a", at(0)), Err(Duration::from_secs(10)));
        assert_eq!(limit.take("a", at(4)), Err(Duration::from_secs(6)));
        assert_eq!(limit.take("b", at(4)), Ok(()), "others are not concerned");
        assert_eq!((limit.take("a", at(10)), limit.take("a", at(10))), (Ok(()), Err(Duration::from_secs(10))));
        limit.give_back("a");
        assert_eq!(limit.take("a", at(10)), Ok(()));
        for _ in 0..3 {
            assert_eq!(limit.take("a", at(1_000)), Ok(()));
        }
        assert!(limit.take("a", at(1_000)).is_err());
        // The clock is set back by a year.
        assert_eq!(limit.take("a", at(-31_000_000)), Err(Duration::from_secs(10)));
    }

    #[test]
    fn a_crowd_makes_nothing_grow_and_frees_nobody_who_tried_often() {
        let limit = Limit::new(3, Duration::from_secs(10));
        for _ in 0..3 {
            limit.take("often", at(0)).expect("may");
        }
        for n in 0..MOST + 500 {
            limit.take(&n.to_string(), at(0)).expect("may");
        }
        assert_eq!(limit.lock().len(), MOST);
        assert!(limit.take("often", at(0)).is_err());
        limit.take("later", at(60)).expect("may");
        assert_eq!(limit.lock().len(), 1, "nobody has anything against him any more");
    }
}
