//! Secret addresses of feeds and calendars.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The addresses that were made, those in use first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FeedList {
    /// The addresses. Their secret part is not kept.
    pub feeds: Vec<FeedLine>,
}

/// An address.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FeedLine {
    /// Its id, by which it is revoked.
    pub id: String,
    /// Whose it is.
    pub name: String,
    /// `all`, `tag` or `case`.
    pub scope: String,
    /// The tag.
    pub tag: Option<String>,
    /// The source of the case.
    pub source: Option<String>,
    /// The number of the case as people write it.
    pub case: Option<String>,
    /// `es` or `en`.
    pub language: String,
    /// When it was made.
    pub created: String,
    /// When it was revoked.
    pub revoked: Option<String>,
    /// The day on which it was last used, in UTC.
    pub used: Option<String>,
    /// Right after it was made: the address of the feed. It is not shown again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub atom: Option<String>,
    /// Right after it was made: the address of the calendar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ics: Option<String>,
}

/// What an address leads to, as it is now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeedDocument {
    /// What it was made of: the same as long as nothing of it changed.
    pub state: String,
    /// The document; `None` when it is still that of the state that was named in the question.
    pub body: Option<String>,
    /// When something of it last changed.
    pub updated: String,
}
