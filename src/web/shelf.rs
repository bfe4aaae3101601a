//! Answers that are kept for a moment, because many pages ask for the same and it takes long to put together.
//!
//! Pages hold a [`Shelf`] for what is made of all cases. What lies there serves while it is fresh; while it is put together anew the last one
//! serves, so that nobody waits but the first. No more than a twentieth of the time goes into it: what took 50 ms to make serves for a second, so that at fifty
//! questions a second fewer than one in a hundred waits.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Mutex as Turn;

/// How many times as long as it took to make it an answer serves.
const SHARE: u32 = 20;

/// No answer serves for longer.
const LONGEST: Duration = Duration::from_secs(10);

/// Whoever finds something older waits until it is made anew.
const OLDEST: Duration = Duration::from_secs(60);

/// One answer, kept.
#[derive(Debug)]
pub struct Shelf<T> {
    kept: Mutex<Option<Kept<T>>>,
    turn: Turn<()>,
    /// How often it was cleared.
    cleared: AtomicU64,
}

#[derive(Debug)]
struct Kept<T> {
    what: Arc<T>,
    made: Instant,
    fresh_for: Duration,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self { kept: Mutex::new(None), turn: Turn::new(()), cleared: AtomicU64::new(0) }
    }
}

impl<T> Shelf<T> {
    /// What lies there, or what `make` makes.
    ///
    /// # Errors
    /// What `make` fails with, when nothing lies there that could serve.
    pub async fn get<E>(&self, make: impl Future<Output = Result<T, E>>) -> Result<Arc<T>, E> {
        match self.held() {
            Some((what, true)) => return Ok(what),
            Some((what, false)) => {
                // One makes it anew; the others take what there is.
                let Ok(_turn) = self.turn.try_lock() else { return Ok(what) };
                return Ok(self.fill(make).await.unwrap_or(what));
            }
            None => {}
        }
        let _turn = self.turn.lock().await;
        match self.held() {
            Some((what, _)) => Ok(what),
            None => self.fill(make).await,
        }
    }

    /// Takes away what lies there: whoever changed something sees it at once.
    pub fn clear(&self) {
        self.cleared.fetch_add(1, Ordering::SeqCst);
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    async fn fill<E>(&self, make: impl Future<Output = Result<T, E>>) -> Result<Arc<T>, E> {
        let (began, cleared) = (Instant::now(), self.cleared.load(Ordering::SeqCst));
        let what = Arc::new(make.await?);
        let fresh_for = (began.elapsed() * SHARE).min(LONGEST);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // What was begun before somebody changed something does not show it.
        if self.cleared.load(Ordering::SeqCst) == cleared {
            *kept = Some(Kept { what: what.clone(), made: Instant::now(), fresh_for });
        }
        drop(kept);
        Ok(what)
    }

    fn held(&self) -> Option<(Arc<T>, bool)> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = kept.as_ref().filter(|kept| kept.made.elapsed() < OLDEST);
        kept.map(|kept| (kept.what.clone(), kept.made.elapsed() < kept.fresh_for))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_lies_there_serves_until_it_is_stale_or_taken_away() {
        let shelf: Shelf<u32> = Shelf::default();
        // What took long to make serves long.
        let slowly = |value: u32| async move {
            let began = Instant::now();
            while began.elapsed() < Duration::from_millis(200) {
                tokio::task::yield_now().await;
            }
            Ok::<_, ()>(value)
        };
        assert_eq!(shelf.get(slowly(1)).await.as_deref(), Ok(&1));
        assert_eq!(shelf.get(async { Err::<u32, _>(()) }).await.as_deref(), Ok(&1), "it is fresh");
        shelf.clear();
        assert_eq!(shelf.get(async { Err::<u32, _>(()) }).await, Err(()), "nothing could serve");
        assert_eq!(shelf.get(slowly(2)).await.as_deref(), Ok(&2));
    }

    #[tokio::test]
    async fn what_was_begun_before_a_change_does_not_lie_there_after_it() {
        let shelf: Shelf<u32> = Shelf::default();
        let before = async {
            shelf.clear();
            Ok::<_, ()>(1)
        };
        assert_eq!(shelf.get(before).await.as_deref(), Ok(&1), "whoever asked gets what there was");
        assert_eq!(shelf.get(async { Ok::<_, ()>(2) }).await.as_deref(), Ok(&2));
    }

    #[tokio::test]
    async fn while_it_is_made_anew_the_last_one_serves_and_a_failure_keeps_it() {
        let shelf: Shelf<u32> = Shelf::default();
        let at_once = |value: u32| async move { Ok::<_, ()>(value) };
        assert_eq!(shelf.get(at_once(1)).await.as_deref(), Ok(&1));
        while shelf.held().is_some_and(|(_, is_fresh)| is_fresh) {
            tokio::task::yield_now().await;
        }
        let turn = shelf.turn.lock().await;
        assert_eq!(shelf.get(at_once(2)).await.as_deref(), Ok(&1), "somebody makes it anew");
        drop(turn);
        assert_eq!(shelf.get(async { Err::<u32, ()>(()) }).await.as_deref(), Ok(&1));
        assert_eq!(shelf.get(at_once(3)).await.as_deref(), Ok(&3));
    }
}
