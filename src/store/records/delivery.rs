//! Stored forms of deliveries and attempts.
//!
//! Written by `outbox`, read by `deliveries`. Recipients are numbers here; their addresses stand once in the table
//! `word`.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::delivery::{Attempt, DeliveryState, Outcome};
use crate::store::Cid;
use crate::store::codes::{IdHex, Instant};

/// A delivery, with its address and case by number. Its id is its key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::store) struct DeliveryRecord {
    pub address: u32,
    pub cid: Cid,
    pub events: Vec<IdHex>,
    pub state: StateRecord,
    pub attempts: u16,
    pub created: Instant,
}

/// [`DeliveryState`]. New variants at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::store) enum StateRecord {
    Open { due: Instant },
    Waiting { due: Instant },
    Delivered { at: Instant },
    Dead { at: Instant, reason: String },
    Again { due: Instant },
    Held { since: Instant, reason: String },
    Dropped { at: Instant },
    Braked { since: Instant },
    Discarded { at: Instant },
    Paused { due: Instant },
    Muted { since: Instant, by: IdHex },
}

/// [`Attempt`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::store) struct AttemptRecord {
    pub at: Instant,
    took_ms: u64,
    outcome: OutcomeRecord,
}

/// [`Outcome`]. New variants at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum OutcomeRecord {
    Sent { detail: String },
    Retry { why: String, after_ms: Option<u64> },
    Rejected { why: String },
    Misconfigured { why: String },
}

impl From<DeliveryState> for StateRecord {
    fn from(state: DeliveryState) -> Self {
        match state {
            DeliveryState::Open { due } => Self::Open { due: due.into() },
            DeliveryState::Waiting { due } => Self::Waiting { due: due.into() },
            DeliveryState::Delivered { at } => Self::Delivered { at: at.into() },
            DeliveryState::Dead { at, reason } => Self::Dead { at: at.into(), reason },
            DeliveryState::Again { due } => Self::Again { due: due.into() },
            DeliveryState::Held { since, reason } => Self::Held { since: since.into(), reason },
            DeliveryState::Dropped { at } => Self::Dropped { at: at.into() },
            DeliveryState::Braked { since } => Self::Braked { since: since.into() },
            DeliveryState::Discarded { at } => Self::Discarded { at: at.into() },
            DeliveryState::Paused { due } => Self::Paused { due: due.into() },
            DeliveryState::Muted { since, by } => Self::Muted { since: since.into(), by: by.into() },
        }
    }
}

impl From<StateRecord> for DeliveryState {
    fn from(record: StateRecord) -> Self {
        match record {
            StateRecord::Open { due } => Self::Open { due: due.0 },
            StateRecord::Waiting { due } => Self::Waiting { due: due.0 },
            StateRecord::Delivered { at } => Self::Delivered { at: at.0 },
            StateRecord::Dead { at, reason } => Self::Dead { at: at.0, reason },
            StateRecord::Again { due } => Self::Again { due: due.0 },
            StateRecord::Held { since, reason } => Self::Held { since: since.0, reason },
            StateRecord::Dropped { at } => Self::Dropped { at: at.0 },
            StateRecord::Braked { since } => Self::Braked { since: since.0 },
            StateRecord::Discarded { at } => Self::Discarded { at: at.0 },
            StateRecord::Paused { due } => Self::Paused { due: due.0 },
            StateRecord::Muted { since, by } => Self::Muted { since: since.0, by: by.into() },
        }
    }
}

impl From<Attempt> for AttemptRecord {
    fn from(attempt: Attempt) -> Self {
        let outcome = match attempt.outcome {
            Outcome::Sent { detail } => OutcomeRecord::Sent { detail },
            Outcome::Retry { why, after } => OutcomeRecord::Retry { why, after_ms: after.map(milliseconds) },
            Outcome::Rejected { why } => OutcomeRecord::Rejected { why },
            Outcome::Misconfigured { why } => OutcomeRecord::Misconfigured { why },
        };
        Self { at: attempt.at.into(), took_ms: milliseconds(attempt.took), outcome }
    }
}

impl From<AttemptRecord> for Attempt {
    fn from(record: AttemptRecord) -> Self {
        let outcome = match record.outcome {
            OutcomeRecord::Sent { detail } => Outcome::Sent { detail },
            OutcomeRecord::Retry { why, after_ms } => Outcome::Retry { why, after: after_ms.map(Duration::from_millis) },
            OutcomeRecord::Rejected { why } => Outcome::Rejected { why },
            OutcomeRecord::Misconfigured { why } => Outcome::Misconfigured { why },
        };
        Self { at: record.at.0, took: Duration::from_millis(record.took_ms), outcome }
    }
}

impl AttemptRecord {
    /// Whether both say that the channel is misconfigured, in the same words.
    pub(in crate::store) fn repeats(&self, other: &Self) -> bool {
        matches!(self.outcome, OutcomeRecord::Misconfigured { .. }) && self.outcome == other.outcome
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
