//! The outbox: what went where, what waits, what did not arrive.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Deliveries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryList {
    /// The newest first.
    pub deliveries: Vec<DeliveryLine>,
}

/// A message to one recipient of one channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeliveryLine {
    /// Its id, which is also the message's.
    pub id: String,
    /// The channel.
    pub channel: String,
    /// The recipient's address; empty where the channel is its own address, shortened for whoever may only look.
    pub recipient: String,
    /// The case; all `null` for a digest.
    pub case: DeliveredCase,
    /// Whether it tells of several cases.
    pub digest: bool,
    /// `digest` or `quiet`, when it waits for one of them.
    pub waits_for: Option<String>,
    /// What it tells, oldest first.
    pub events: Vec<DeliveredEvent>,
    /// `open`, `waiting`, `held`, `delivered`, `dead`, `dropped` or `muted`.
    pub state: String,
    /// Whether the brake holds it.
    pub braked: bool,
    /// The silence that mutes it.
    pub silence: Option<String>,
    /// When it is tried next, or when it came to its state.
    pub at: String,
    /// Why it is not on its way.
    pub reason: Option<String>,
    /// When it was made.
    pub created: String,
    /// Attempts, oldest first.
    pub attempts: Vec<AttemptLine>,
}

/// The case of a delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeliveredCase {
    /// The source.
    pub source: Option<String>,
    /// The number as people write it.
    pub number: Option<String>,
    /// The nickname.
    pub name: Option<String>,
}

/// An event of a delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeliveredEvent {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// Its number within the case.
    pub seq: u32,
    /// The version that brought it.
    pub version: u32,
    /// The number of its case.
    pub case: String,
}

/// An attempt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AttemptLine {
    /// When it began.
    pub at: String,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// `sent`, `retry`, `rejected` or `misconfigured`.
    pub outcome: String,
    /// The receiver's answer in a few words.
    pub detail: String,
}
