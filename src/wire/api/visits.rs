//! Visits made now, and what they tell.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What came of visits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VisitList {
    /// One for each case that was asked for.
    pub visits: Vec<VisitLine>,
    /// Whether nothing was kept.
    pub dry_run: bool,
}

/// What came of a visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum VisitLine {
    /// The case was visited.
    Visited(Box<Visited>),
    /// It was not, for the time being.
    Waits(Waits),
}

/// A case that was visited.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Visited {
    /// The case.
    pub case: CaseName,
    /// How it is now: `ok`, `unavailable`, `blocked`, `unreadable`, `implausible`, `not_found` or `reserved`.
    pub health: String,
    /// Why, when it is not well.
    pub detail: Option<String>,
    /// The version that it has now.
    pub version: Option<u32>,
    /// Whether this is the first, of which nothing is told.
    pub baseline: bool,
    /// What it told.
    pub events: Vec<ToldEvent>,
    /// The operator's recipe that stands before the shipped one.
    pub own_recipe: Option<String>,
}

/// A case that is not visited now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Waits {
    /// The case.
    pub case: CaseName,
    /// `under_way` or `postponed`, which tells it from one that was visited.
    #[schema(pattern = "^(under_way|postponed)$")]
    pub health: String,
    /// Why.
    pub detail: String,
    /// The earliest time to try again.
    pub not_before: Option<String>,
}

/// A case by its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaseName {
    /// The source's id.
    pub source: String,
    /// The number as people write it.
    pub number: String,
    /// The nickname.
    pub name: Option<String>,
}

/// Something that a visit told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ToldEvent {
    /// The kind.
    pub kind: String,
    /// The severity.
    pub severity: String,
    /// In one line.
    pub summary: String,
    /// Why it is not on its way: `braked`, `paused` or `muted`.
    pub held: Option<String>,
}
