//! The versions of a case and the pages that they were read from.
//!
//! Filled by `daemon::answers`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A page of the versions of a case, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VersionList {
    /// How many versions are kept.
    pub total: usize,
    /// Which page this is, from 1.
    pub page: u32,
    /// How many pages there are, at least 1.
    pub pages: u32,
    /// The versions of this page.
    pub versions: Vec<VersionLine>,
}

/// A version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VersionLine {
    /// Its number, from 1.
    pub number: u32,
    /// When its pages were seen.
    pub seen_at: String,
    /// The version kept before it.
    pub before: Option<u32>,
    /// Bytes of its docket and pages together, uncompressed.
    pub bytes: u64,
    /// How many entries it has; `null` where it does not read back.
    pub entries: Option<usize>,
    /// How many events of each kind it brought.
    pub events: Vec<(String, u32)>,
    /// The pages that it was read from.
    pub pages: Vec<PageLine>,
}

/// A stored page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PageLine {
    /// The step of the recipe that asked for it.
    pub step: String,
    /// The address that was asked.
    pub url: String,
    /// The HTTP status.
    pub status: u16,
    /// Bytes of the body.
    pub bytes: usize,
    /// SHA-256 of the body.
    pub sha256: String,
    /// When the last byte arrived.
    pub fetched_at: String,
}
