//! How long courts take, as figures that can be defended: pure families of which each says what it needs.
//!
//! [`survival`] reckons with durations of which some are not over yet. Nothing here does I/O or reads a clock: days arrive as
//! numbers. It words nothing; `message` does.

pub mod survival;
