//! Who may wake whom, how the program is told to stop, and whether its loops come round.
//!
//! Shared by the loops of `daemon` and the socket. A nudge carries no data: a loop that misses every nudge still does
//! the right thing at its next tick. It decides nothing itself.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};

/// Nudges, the stop signal, and the reason of a fatal failure.
#[derive(Debug)]
pub struct Control {
    poll: Notify,
    deliver: Notify,
    reload: Notify,
    stop: watch::Sender<bool>,
    /// Whether the end is one after which the daemon begins again.
    renewing: AtomicBool,
    fatal: Mutex<Option<String>>,
    /// Tests set it to show that nudges only save time.
    deaf: AtomicBool,
}

impl Default for Control {
    fn default() -> Self {
        Self {
            poll: Notify::new(),
            deliver: Notify::new(),
            reload: Notify::new(),
            stop: watch::Sender::new(false),
            renewing: AtomicBool::new(false),
            fatal: Mutex::new(None),
            deaf: AtomicBool::new(false),
        }
    }
}

impl Control {
    /// Something may be due for a visit.
    pub fn nudge_poller(&self) {
        self.nudge(&self.poll);
    }

    /// Something may be due for delivery.
    pub fn nudge_deliverer(&self) {
        self.nudge(&self.deliver);
    }

    /// The watch list is to be read again.
    pub fn nudge_reload(&self) {
        self.reload.notify_one();
    }

    /// Waits for a nudge to the poller.
    pub async fn poller_nudged(&self) {
        self.poll.notified().await;
    }

    /// Waits for a nudge to the deliverer.
    pub async fn deliverer_nudged(&self) {
        self.deliver.notified().await;
    }

    /// Waits for the wish to reload.
    pub async fn reload_wanted(&self) {
        self.reload.notified().await;
    }

    /// Makes every later nudge to poller and deliverer get lost.
    pub fn lose_nudges(&self) {
        self.deaf.store(true, Ordering::SeqCst);
    }

    /// Tells every loop to finish what it is at and end.
    pub fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Tells every loop to finish what it is at and end, because the store is to be closed and opened again.
    pub fn renew(&self) {
        self.renewing.store(true, Ordering::SeqCst);
        self.stop();
    }

    /// Whether the daemon begins again when the loops have ended.
    pub fn is_renewing(&self) -> bool {
        self.renewing.load(Ordering::SeqCst)
    }

    /// Whether the loops were told to end.
    pub fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// Waits until the loops are told to end.
    pub async fn stopped(&self) {
        let mut stop = self.stop.subscribe();
        // The sender lives in `self`, so waiting cannot fail.
        let _ = stop.wait_for(|stopped| *stopped).await;
    }

    /// Notes a failure after which nothing can go on (the store), and stops. The first reason is kept.
    pub fn fail(&self, why: String) {
        if let Ok(mut fatal) = self.fatal.lock() {
            fatal.get_or_insert(why);
        }
        self.stop();
    }

    /// The reason of the fatal failure, if there was one.
    pub fn failure(&self) -> Option<String> {
        self.fatal.lock().ok().and_then(|fatal| fatal.clone())
    }

    fn nudge(&self, target: &Notify) {
        if !self.deaf.load(Ordering::SeqCst) {
            target.notify_one();
        }
    }
}

/// A loop that has not come round for this long is stuck. Loops wake at least every five seconds by themselves; a
/// minute leaves room for a slow disk.
pub const STUCK: Duration = Duration::from_secs(60);

/// When each loop last came round, as seen by the watchdog and `/livez`: milliseconds since the pulse began, by a clock that nobody can set
/// back, for a stuck loop must not hide behind a corrected wall clock.
#[derive(Debug, Clone)]
pub struct Pulse {
    name: &'static str,
    at: Arc<AtomicU64>,
    began: Instant,
}

impl Pulse {
    /// Notes that the loop came round.
    pub fn beat(&self) {
        self.at.store(self.now(), Ordering::Relaxed);
    }

    /// The loop's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// One of a loop that last came round at this instant.
    pub fn since(name: &'static str, began: Instant) -> Self {
        Self { name, at: Arc::default(), began }
    }

    /// Whether the loop has not come round for a minute.
    pub fn is_stuck(&self) -> bool {
        self.is_silent_for(STUCK)
    }

    /// Milliseconds since it began.
    pub fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Whether it has not come round for so long.
    pub fn is_silent_for(&self, limit: Duration) -> bool {
        let silent = self.now().saturating_sub(self.at.load(Ordering::Relaxed));
        silent > u64::try_from(limit.as_millis()).unwrap_or(u64::MAX)
    }
}
