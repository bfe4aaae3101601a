//! The only file that spawns: loops that must not end, and units that may fail alone.
//!
//! A unit (one visit, one delivery) that panics is a failed attempt and is reported as such; a loop that ends before it
//! was told to is a bug and ends the process loudly. It knows nothing of what the loops do.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::{Id, JoinSet};

use crate::control::{Control, Pulse, STUCK};

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
                // Why stands in the log already, without the words of a record.
                tracing::error!(unit = %error.id(), "a unit of work ended in a panic; this is a bug, please report it");
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

/// The loops of the daemon.
#[derive(Debug)]
pub struct Loops {
    set: JoinSet<&'static str>,
    pulses: Vec<Pulse>,
    control: Arc<Control>,
}

/// How the daemon ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Ending {
    /// It was told to, and did.
    Stopped,
    /// The same, and the store is to be opened again: [`renew`](super::renew).
    Renew,
    /// A loop ended on its own: exit code 70.
    LoopDied(&'static str),
    /// The store failed: exit code 74.
    StoreFailed(String),
}

impl Loops {
    /// No loops yet.
    pub fn new(control: Arc<Control>) -> Self {
        Self { set: JoinSet::new(), pulses: Vec::new(), control }
    }

    /// A pulse for a loop that is about to be started.
    pub fn pulse(&mut self, name: &'static str) -> Pulse {
        let pulse = Pulse::since(name, Instant::now());
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
        self.stuck_for(STUCK)
    }

    fn stuck_for(&self, limit: Duration) -> Vec<&'static str> {
        self.pulses.iter().filter(|pulse| pulse.is_silent_for(limit)).map(Pulse::name).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_unit_that_panics_is_reported_with_its_key_and_ends_nothing_else() {
        let mut units: Units<&str, u8> = Units::default();
        units.start("bad", async { panic!("a bug") });
        assert_eq!(units.finished().await, ("bad", None));
        units.start("good", async { 7 });
        assert_eq!(units.finished().await, ("good", Some(7)));
        assert!(units.is_empty());
    }

    #[tokio::test]
    async fn a_loop_that_ends_on_its_own_ends_the_daemon_and_says_which() {
        for (panics, name) in [(false, "poller"), (true, "a loop that panicked")] {
            let control = Arc::new(Control::default());
            let mut loops = Loops::new(control.clone());
            let other = control.clone();
            loops.start("other", async move { other.stopped().await });
            loops.start("poller", async move { assert!(!panics, "a bug") });
            assert_eq!(loops.run(Duration::from_secs(3600), |_| {}).await, Ending::LoopDied(name));
            assert!(control.is_stopping(), "the other loops were not told");
        }
    }

    #[tokio::test]
    async fn a_store_that_failed_is_the_reason_whatever_ended_first() {
        let control = Arc::new(Control::default());
        let mut loops = Loops::new(control.clone());
        loops.start("poller", async move { control.fail("the disk is full".into()) });
        assert_eq!(loops.run(Duration::from_secs(3600), |_| {}).await, Ending::StoreFailed("the disk is full".into()));
    }

    #[test]
    fn a_loop_that_does_not_come_round_is_named_until_it_does() {
        let mut loops = Loops::new(Arc::new(Control::default()));
        let (stuck, well) = (loops.pulse("poller"), loops.pulse("deliverer"));
        while stuck.now() < 3 {
            std::hint::spin_loop();
        }
        well.beat();
        assert!(loops.stuck_for(Duration::from_millis(2)).contains(&"poller"));
        stuck.beat();
        assert_eq!(loops.stuck_for(Duration::from_secs(60)), [""; 0]);
    }
}
