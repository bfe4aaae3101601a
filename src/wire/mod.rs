//! Published JSON forms: dockets, events and hearing mentions as people and programs outside meet them.
//!
//! Used by `notify`, `web`, `cli` and the store's export. A form is a promise: fields may be added, never renamed or
//! dropped. Nothing here decides anything or words anything for people.

pub mod api;
mod appointment;
pub mod clocks;
pub mod delays;
pub mod docket;
pub mod event;
pub mod figure;
pub mod hearing;
mod report;
mod summary;
