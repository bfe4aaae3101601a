//! The watch list with its health.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::silences::SilenceLine;

/// The watch list, and what stands in the way of being told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CaseList {
    /// Every watched case, in the order of the watch list.
    pub cases: Vec<CaseLine>,
    /// What the brake holds, by source.
    pub braked: Vec<Braked>,
    /// Silences that mute now.
    pub silences: Vec<SilenceLine>,
    /// Trouble of sources, channels and the machine that lasts.
    pub conditions: Vec<Condition>,
}

/// A part of the watch list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CasePage {
    /// In the order of the watch list.
    pub cases: Vec<CaseLine>,
    /// How many cases the filter takes, on all pages together.
    pub total: usize,
    /// What the next request says as `after`; `null` on the last page.
    pub next: Option<String>,
}

/// A watched case and how it is doing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CaseLine {
    /// The source's id.
    pub source: String,
    /// The number as people write it.
    pub number: String,
    /// The nickname.
    pub name: Option<String>,
    /// Tags.
    pub tags: Vec<String>,
    /// `ok`, `unvisited`, `unavailable`, `blocked`, `unreadable`, `implausible`, `not_found` or `reserved`.
    pub health: String,
    /// Why, when it is not well, or why a visit waits.
    pub detail: Option<String>,
    /// When the visit that waits is made.
    pub waits_until: Option<String>,
    /// The newest version; 0: none yet.
    pub version: u32,
    /// How many events were told of it.
    pub events: u32,
    /// When its docket last changed.
    pub changed_at: Option<String>,
    /// When it was last read.
    pub read_at: Option<String>,
    /// When it is visited next.
    pub next_visit: Option<String>,
    /// Visits in a row that failed.
    pub failed_visits: u32,
    /// Why it is not visited but imported by hand.
    pub import_only: Option<String>,
    /// What of its recipe was never tried against the site.
    pub unverified: Option<String>,
    /// The operator's recipe that stands before the shipped one.
    pub own_recipe: Option<String>,
    /// Source and number of each case that it is linked with.
    pub linked: Vec<String>,
}

/// What the brake holds of a source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Braked {
    /// The source.
    pub source: String,
    /// Since when.
    pub since: Option<String>,
    /// In which ways its cases changed alike.
    pub ways: Vec<String>,
    /// How many deliveries are held.
    pub held: usize,
    /// The changes, by kind.
    pub changes: BTreeMap<String, usize>,
    /// What came beside them, by kind.
    pub besides: BTreeMap<String, usize>,
}

/// Trouble that lasts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Condition {
    /// What it is about.
    pub topic: String,
    /// The source or channel; `null` for the machine.
    pub subject: Option<String>,
    /// The kind of event that tells of it.
    pub kind: String,
    /// How it is.
    pub class: String,
    /// Since when.
    pub since: String,
    /// How many cases or attempts fail.
    pub count: u32,
    /// How often it was told.
    pub told: u32,
    /// When last.
    pub told_at: String,
    /// Since when the channel gets nothing.
    pub disabled_since: Option<String>,
    /// What was last said.
    pub why: Option<String>,
}
