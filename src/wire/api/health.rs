//! How veedor itself is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cases::{Braked, Condition};

/// How veedor itself is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// Whether its loops come round.
    pub alive: bool,
    /// Whether its store takes writes and its disk has room.
    pub ready: bool,
    /// Why not, when it is not alive or not ready.
    pub why: Option<String>,
    /// Which versions of what are here.
    pub versions: Versions,
    /// How many cases are watched.
    pub watched: usize,
    /// How many of them are how.
    pub cases: BTreeMap<String, usize>,
    /// How much is kept and waits.
    pub counts: Counts,
    /// Channels that fail.
    pub failing_channels: Vec<String>,
    /// Trouble of sources, channels and the machine that lasts.
    pub conditions: Vec<Condition>,
    /// What the brake holds, by source.
    pub braked: Vec<Braked>,
}

/// Versions of the program and of its forms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Versions {
    /// Of the program.
    pub veedor: String,
    /// Of this API.
    pub api: u32,
    /// Of the body of webhooks.
    pub events: u32,
}

/// How much is kept and waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counts {
    /// Cases that were ever watched.
    pub cases: u64,
    /// Events that were told: the number of the newest.
    pub events: u64,
    /// Deliveries that wait.
    pub pending: u64,
    /// Deliveries that a silence mutes.
    pub muted: u64,
    /// Deliveries that were given up.
    pub dead: u64,
}
