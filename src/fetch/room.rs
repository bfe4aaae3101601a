//! Room in memory for what courts answer: how much of it is held and read at once, over all visits.
//!
//! `daemon` takes a [`Load`] for each visit, and gives it to every fetch of it; `exchange` has it grow with the body that it reads, and
//! waits where there is no room. Small answers, which nearly all are, find room always. The waiting is bounded, so that visits
//! that need each other's room end and are made again later. Nothing here reads a page; what a page may become once it is
//! read is bounded in `recipe`.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Of so many bytes and less a visit holds what it likes: there are at most 64 visits at once.
const SMALL: usize = 256 << 10;
/// Of more than [`SMALL`] and up to this many bytes there are [`MIDDLES`] visits at once.
const MIDDLE: usize = 4 << 20;
/// The most that one visit may hold: what is larger could not be stored with its pages either, and the longest real docket seen is
/// below 10 MB. It counts bytes after decoding: that is what a gzip bomb fills.
pub const MOST_BYTES: usize = 32 << 20;
const MIDDLES: usize = 8;
/// Of more than [`MIDDLE`] bytes there are so many visits at once.
const LARGES: usize = 2;
/// So many small answers are read (parsed, compared, stored) at once; of larger ones it is one.
const SMALL_READINGS: usize = 4;
/// Nobody waits longer for room: the court's connection is open meanwhile, and its next request waits too.
const PATIENCE: Duration = Duration::from_secs(20);

/// Nobody waits longer for the others to be read.
const READING_PATIENCE: Duration = Duration::from_secs(300);

/// The room. Clones share it.
#[derive(Clone)]
pub struct Room(Arc<Places>);

struct Places {
    patience: Duration,
    reading_patience: Duration,
    middle: Arc<Semaphore>,
    large: Arc<Semaphore>,
    small_readings: Arc<Semaphore>,
    reading: Arc<Semaphore>,
}

/// What one visit holds. Its room is given back when it is dropped.
pub struct Load {
    room: Room,
    bytes: usize,
    middle: Option<OwnedSemaphorePermit>,
    large: Option<OwnedSemaphorePermit>,
}

/// The right to read what is held.
pub struct Reading {
    _place: OwnedSemaphorePermit,
}

/// Why there is no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoRoom {
    /// It is more than one visit may hold.
    TooLarge,
    /// Other visits hold much, and went on holding it.
    Full,
}

impl fmt::Display for NoRoom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => write!(f, "the answers of one visit are larger than {} MiB", MOST_BYTES >> 20),
            Self::Full => f.write_str("other large answers are held and read"),
        }
    }
}

impl Default for Room {
    fn default() -> Self {
        Self::of(PATIENCE, READING_PATIENCE)
    }
}

impl Room {
    fn of(patience: Duration, reading_patience: Duration) -> Self {
        let places = |count| Arc::new(Semaphore::new(count));
        Self(Arc::new(Places {
            patience,
            reading_patience,
            middle: places(MIDDLES),
            large: places(LARGES),
            small_readings: places(SMALL_READINGS),
            reading: places(1),
        }))
    }

    /// For a visit that holds nothing yet.
    pub fn load(&self) -> Load {
        Load { room: self.clone(), bytes: 0, middle: None, large: None }
    }

    async fn place(&self, places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, NoRoom> {
        let place = tokio::time::timeout(self.0.patience, Arc::clone(places).acquire_owned()).await;
        place.ok().and_then(Result::ok).ok_or(NoRoom::Full)
    }
}

impl Load {
    /// How many bytes are held.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many more may be.
    pub fn left(&self) -> usize {
        MOST_BYTES - self.bytes
    }

    /// Holds so many bytes more, when there is room.
    ///
    /// # Errors
    /// When it is too much, or when no room came free for 20 seconds.
    pub async fn take(&mut self, bytes: usize) -> Result<(), NoRoom> {
        if bytes > self.left() {
            return Err(NoRoom::TooLarge);
        }
        let then = self.bytes + bytes;
        // Always in this order, so that no two visits wait for what the other holds.
        if then > SMALL && self.middle.is_none() {
            self.middle = Some(self.room.place(&self.room.0.middle).await?);
        }
        if then > MIDDLE && self.large.is_none() {
            self.large = Some(self.room.place(&self.room.0.large).await?);
        }
        self.bytes = then;
        Ok(())
    }

    /// Holds only so many bytes again: an answer was thrown away. Its place among the large ones is kept until the visit ends.
    pub fn back_to(&mut self, bytes: usize) {
        self.bytes = self.bytes.min(bytes);
    }

    /// Waits until what is held may be read, together with so many bytes that were stored; `None` when others were read for minutes. A page that takes
    /// for ever must not hold up what everybody else holds.
    pub async fn reading(&self, stored: usize) -> Option<Reading> {
        let is_small = self.bytes.max(stored) <= SMALL;
        let places = if is_small { &self.room.0.small_readings } else { &self.room.0.reading };
        let place = tokio::time::timeout(self.room.0.reading_patience, Arc::clone(places).acquire_owned()).await;
        Some(Reading { _place: place.ok()?.ok()? })
    }

    /// Whether it is of those of which there are few at once.
    pub fn is_large(&self) -> bool {
        self.large.is_some()
    }

    /// Whether reading what is held takes so little that it may be done anywhere.
    pub fn is_small(&self) -> bool {
        self.bytes <= SMALL
    }
}

impl fmt::Debug for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Load").field("bytes", &self.bytes).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn small_answers_wait_for_nobody_and_large_ones_for_each_other() {
        let room = Room::of(Duration::from_millis(1), READING_PATIENCE);
        let mut large: Vec<Load> = Vec::new();
        for _ in 0..LARGES {
            let mut load = room.load();
            for _ in 0..MOST_BYTES >> 20 {
                load.take(1 << 20).await.expect("there is room");
            }
            assert_eq!((load.left(), load.take(1).await), (0, Err(NoRoom::TooLarge)));
            large.push(load);
        }
        let mut middle: Vec<Load> = Vec::new();
        for _ in LARGES..MIDDLES {
            let mut load = room.load();
            load.take(MIDDLE).await.expect("there is room");
            middle.push(load);
        }
        for _ in 0..100 {
            let mut small = room.load();
            small.take(SMALL).await.expect("there is always room");
            assert_eq!(small.take(1).await, Err(NoRoom::Full));
            assert_eq!(small.bytes(), SMALL);
        }
        // Who has middle room does not get large room, and gets it as soon as there is some.
        assert_eq!(middle[0].take(1).await, Err(NoRoom::Full));
        large.pop();
        middle[0].take(1).await.expect("there is room again");
        let mut other = room.load();
        other.take(SMALL + 1).await.expect("what was dropped gave its middle room back too");
    }

    async fn waits(load: &Load, stored: usize) -> bool {
        tokio::time::timeout(Duration::from_millis(5), load.reading(stored)).await.is_err()
    }

    #[tokio::test]
    async fn one_large_answer_is_read_at_a_time_beside_small_ones() {
        let room = Room::default();
        let (mut large, small) = (room.load(), room.load());
        large.take(SMALL + 1).await.expect("there is room");
        let reading = large.reading(0).await;
        assert!(waits(&large, 0).await && waits(&small, SMALL + 1).await && !waits(&small, SMALL).await);
        drop(reading);
        assert!(!waits(&large, 0).await);
        // What is read for ever holds nobody up for ever.
        let room = Room::of(PATIENCE, Duration::from_millis(5));
        let (mut large, small) = (room.load(), room.load());
        large.take(SMALL + 1).await.expect("there is room");
        let _for_ever = large.reading(0).await.expect("nobody reads");
        assert!(large.reading(0).await.is_none() && small.reading(0).await.is_some());
    }
}
