//! Who may wake whom, and how the program is told to stop.
//!
//! Shared by the loops of `daemon` and the socket. A nudge carries no data: a loop that misses every nudge still does
//! the right thing at its next tick. It decides nothing itself.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{Notify, watch};

/// Nudges, the stop signal, and the reason of a fatal failure.
#[derive(Debug)]
pub struct Control {
    poll: Notify,
    deliver: Notify,
    reload: Notify,
    stop: watch::Sender<bool>,
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
