//! How long things take: procedural clocks.
//!
//! Asked by `daemon::answers` for reports. Pure: dockets, rules and calendars come in as data, and time arrives as `as_of`. It tells
//! nobody anything; that is the work of those who ask.

pub mod clocks;
