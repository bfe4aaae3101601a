//! The only file that spawns: loops that must not end, and units that may fail alone.
//!
//! A unit (one visit, one delivery) that panics is a failed attempt and is reported as such; a loop that ends before it
//! was told to is a bug and ends the process loudly. It knows nothing of what the loops do.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::{Id, JoinSet};

use crate::clock::Clock;
use crate::control::Control;

/// Units of one loop, each with the key of what it works on, which outlives a panic.
#[derive(Debug)]
pub struct Units<K, T> {
    set: JoinSet<T>,
    keys: HashMap<Id, K>,
}

impl<K, T: Send + 'static> Default for Units<K, T> {
    fn default() -> Self {
        Self { set: JoinSet::new(), keys: HashMap::new() }
    }
}

impl<K, T: Send + 'static> Units<K, T> {
    /// Starts a unit.
    pub fn start(&mut self, key: K, unit: impl Future<Output = T> + Send + 'static) {
        let handle = self.set.spawn(unit);
        self.keys.insert(handle.id(), key);
    }

    /// How many are under way.
    pub fn len(&self) -> usize {
        self.set.len()
    }

    /// Whether none is under way.
    pub fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// Waits for one to end; for ever when none is under way. No result means that it panicked; the message is in the log.
    pub async fn finished(&mut self) -> (K, Option<T>) {
        loop {
            let Some(ended) = self.set.join_next_with_id().await else { std::future::pending().await };
            if let Some(unit) = self.unit(ended) {
                return unit;
            }
        }
    }

    /// One that has ended already, if there is one.
    pub fn ended(&mut self) -> Option<(K, Option<T>)> {
        while let Some(ended) = self.set.try_join_next_with_id() {
            if let Some(unit) = self.unit(ended) {
                return Some(unit);
            }
        }
        None
    }

    fn unit(&mut self, ended: Result<(Id, T), tokio::task::JoinError>) -> Option<(K, Option<T>)> {
        let (id, result) = match ended {
            Ok((id, result)) => (id, Some(result)),
            Err(error) => {
                tracing::error!(%error, "a unit of work panicked; this is a bug, please report it");
                (error.id(), None)
            }
        };
        self.keys.remove(&id).map(|key| (key, result))
    }

    /// Waits up to `grace` for all to end. Returns how many were cut off.
    pub async fn drain(&mut self, grace: Duration) -> usize {
        let all = async { while self.set.join_next().await.is_some() {} };
        if tokio::time::timeout(grace, all).await.is_ok() {
            return 0;
        }
        let left = self.set.len();
        self.set.shutdown().await;
        left
    }
}

/// Starts a thread for work that may block for ever, such as writing to a pipe nobody reads. Nothing waits for it to end.
///
/// # Errors
/// When the system has no thread left.
pub fn thread(name: &str, body: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    std::thread::Builder::new().name(name.to_owned()).spawn(body).map(drop)
}

/// When each loop last came round, as seen by the watchdog.
#[derive(Debug, Clone)]
pub struct Pulse {
    name: &'static str,
    at: Arc<AtomicU64>,
    clock: Clock,
}

impl Pulse {
    /// Notes that the loop came round.
    pub fn beat(&self) {
        self.at.store(milliseconds(self.clock.now()), Ordering::Relaxed);
    }
}

fn milliseconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_millisecond()).unwrap_or_default()
}

/// The loops of the daemon.
#[derive(Debug)]
pub struct Loops {
    set: JoinSet<&'static str>,
    pulses: Vec<Pulse>,
    clock: Clock,
    control: Arc<Control>,
}

/// How the daemon ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ending {
    /// It was told to, and did.
    Stopped,
    /// A loop ended on its own: exit code 70.
    LoopDied(&'static str),
    /// The store failed: exit code 74.
    StoreFailed(String),
}

/// A loop that has not come round for this long is stuck. Loops wake at least every five seconds by themselves; a
/// minute leaves room for a slow disk.
const STUCK: Duration = Duration::from_secs(60);

impl Loops {
    /// No loops yet.
    pub fn new(clock: Clock, control: Arc<Control>) -> Self {
        Self { set: JoinSet::new(), pulses: Vec::new(), clock, control }
    }

    /// A pulse for a loop that is about to be started.
    pub fn pulse(&mut self, name: &'static str) -> Pulse {
        let pulse = Pulse { name, at: Arc::new(AtomicU64::new(milliseconds(self.clock.now()))), clock: self.clock.clone() };
        self.pulses.push(pulse.clone());
        pulse
    }

    /// Starts a loop.
    pub fn start(&mut self, name: &'static str, body: impl Future<Output = ()> + Send + 'static) {
        self.set.spawn(async move {
            body.await;
            name
        });
    }

    /// The loops that have not come round for a minute.
    pub fn stuck(&self) -> Vec<&'static str> {
        let now = milliseconds(self.clock.now());
        let limit = u64::try_from(STUCK.as_millis()).unwrap_or(u64::MAX);
        self.pulses.iter().filter(|pulse| now.saturating_sub(pulse.at.load(Ordering::Relaxed)) > limit).map(|pulse| pulse.name).collect()
    }

    /// Waits until all loops have ended, calling `tick` every `every` with the names of stuck loops.
    pub async fn run(mut self, every: Duration, mut tick: impl FnMut(&[&'static str])) -> Ending {
        let mut ticks = tokio::time::interval(every);
        let mut ending = Ending::Stopped;
        loop {
            let ended = tokio::select! {
                ended = self.set.join_next() => ended,
                _ = ticks.tick() => {
                    tick(&self.stuck());
                    continue;
                }
            };
            match ended {
                None => break,
                Some(result) if !self.control.is_stopping() => {
                    let name = result.unwrap_or("a loop that panicked");
                    tracing::error!(name, "a loop ended although nobody told it to; this is a bug, please report it");
                    ending = Ending::LoopDied(name);
                    self.control.stop();
                }
                Some(_) => {}
            }
        }
        match self.control.failure() {
            Some(why) => Ending::StoreFailed(why),
            None => ending,
        }
    }
}
