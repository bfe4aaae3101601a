//! How long courts take, as figures that can be defended: pure families of which each says what it needs.
//!
//! [`clocks`] runs the time limits of the law over a docket, asked by `daemon::answers`. [`measures`] counts what a docket shows of its
//! delay. [`report`] puts both together for several cases. [`survival`] reckons with durations of which some are not over yet. Nothing here does I/O or reads a clock: days arrive as
//! numbers, and time as `as_of`. It words nothing; `message` does.

pub mod clocks;
pub mod measures;
pub mod report;
pub mod survival;
