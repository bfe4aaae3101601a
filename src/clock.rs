//! The only place that reads the wall clock.
//!
//! Everything below `daemon` takes `now` as an argument; loops and commands get it here. Tests that need their own time
//! use [`Clock::fixed`] and move it by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// Where the time comes from.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A time that only [`Clock::advance_to`] moves; whole milliseconds since the epoch.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `at`.
    pub fn fixed(at: Timestamp) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(at.as_millisecond())))
    }

    /// The time now.
    #[expect(clippy::disallowed_methods, reason = "the only place that reads the wall clock")]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Fixed(milliseconds) => Timestamp::from_millisecond(milliseconds.load(Ordering::SeqCst)).unwrap_or(Timestamp::UNIX_EPOCH),
        }
    }

    /// Moves a fixed clock; does nothing to the machine's.
    pub fn advance_to(&self, at: Timestamp) {
        if let Self::Fixed(milliseconds) = self {
            milliseconds.store(at.as_millisecond(), Ordering::SeqCst);
        }
    }
}
