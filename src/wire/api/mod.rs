//! What veedor answers to questions, as JSON: the forms of `/api/v1`, of the socket and of `--json`.
//!
//! Filled by `daemon::answers`, read by `web` and `cli`, described to others by the OpenAPI document. One file a subject. Instants are RFC 3339
//! in UTC, days are civil dates at the court. Nothing is decided here.

pub mod board;
pub mod cases;
pub mod clocks;
pub mod deliveries;
pub mod feeds;
pub mod hearings;
pub mod public;
pub mod silences;
pub mod sources;
