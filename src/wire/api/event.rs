//! Events as they are told: the list of a case, and one with all that can be looked at from it.
//!
//! Filled by `daemon::answers` with the words of `message`, in the language of whoever asks.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::diff::Words;
use super::versions::PageLine;

/// A page of the events of a case, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventList {
    /// How many there are.
    pub total: usize,
    /// Which page this is, from 1.
    pub page: u32,
    /// How many pages there are, at least 1.
    pub pages: u32,
    /// The events of this page.
    pub events: Vec<EventLine>,
}

/// An event in a list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventLine {
    /// Its id.
    pub id: String,
    /// Its number within the case.
    pub seq: u32,
    /// What happened.
    pub kind: String,
    /// `info`, `notice`, `warn` or `critical`.
    pub severity: String,
    /// When it was seen.
    pub seen_at: String,
    /// The version that brought it; 0 where that is not told.
    pub version: u32,
    /// The one line.
    pub summary: String,
}

/// An event with its case, its words, and where it can be checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventPage {
    /// As in a list.
    pub line: EventLine,
    /// The source's id.
    pub source: String,
    /// The source's title.
    pub source_title: String,
    /// The number as people write it.
    pub number: String,
    /// The nickname.
    pub name: Option<String>,
    /// Where a person can look the case up; `null` where there is no such address.
    pub url: Option<String>,
    /// Whether the case is watched.
    pub watched: bool,
    /// The heading of its kind.
    pub heading: String,
    /// The hearing's day and hour.
    pub date: Option<String>,
    /// What is told, labelled.
    pub facts: Vec<(String, String)>,
    /// The sentence in which a doubtful date stands.
    pub quote: Option<String>,
    /// The court's words.
    pub excerpt: Option<String>,
    /// What differs, word by word.
    #[schema(value_type = Vec<Vec<String>>)]
    pub change: Words,
    /// What a reader must bear in mind.
    pub cautions: Vec<String>,
    /// The key of the entry that it is about.
    pub entry: Option<String>,
    /// The version in which that entry can be read.
    pub entry_version: Option<u32>,
    /// The version kept before the one that brought it.
    pub before: Option<u32>,
    /// SHA-256 of the page that shows it, or of all pages of the visit; `null` where that is not told.
    pub page_sha256: Option<String>,
    /// Pages of the version that brought it, with their places; the one that shows it alone, where it is known.
    pub pages: Vec<(usize, PageLine)>,
    /// What went out of it, newest first.
    pub deliveries: Vec<SentLine>,
}

/// A delivery of an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SentLine {
    /// Its id.
    pub id: String,
    /// The channel.
    pub channel: String,
    /// How it stands.
    pub state: String,
    /// Since when.
    pub at: String,
}
