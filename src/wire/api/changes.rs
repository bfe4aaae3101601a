//! What came of changes: cases watched or no longer, deliveries sent again, the brake let go.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A case that is watched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaseAdded {
    /// The source's id.
    pub source: String,
    /// The number as people write it.
    pub number: String,
    /// The nickname.
    pub name: Option<String>,
    /// Whether it was not watched before.
    pub added: bool,
}

/// A case that is watched no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaseRemoved {
    /// The source's id.
    pub source: String,
    /// The number as people write it.
    pub number: String,
    /// The nickname.
    pub name: Option<String>,
    /// How many cases are watched now.
    pub left: usize,
}

/// Deliveries that are sent again, or no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Retried {
    /// Those that are sent again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retried: Option<Vec<String>>,
    /// Those that are sent no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dropped: Option<Vec<String>>,
}

/// What became of what the brake held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BrakeDecided {
    /// The source.
    pub source: String,
    /// Deliveries that are sent, when it was released.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released: Option<Vec<String>>,
    /// Deliveries that were ended, when it was discarded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discarded: Option<Vec<String>>,
    /// Deliveries that are sent all the same, when it was discarded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Vec<String>>,
    /// The changes, by kind.
    pub changes: BTreeMap<String, usize>,
    /// What came beside them, by kind.
    pub besides: BTreeMap<String, usize>,
}
