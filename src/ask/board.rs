//! What may be asked of the board, and of feeds.
//!
//! Part of the questions of [`ask`](super).

use serde::{Deserialize, Serialize};

/// Which hearings of all cases.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct HearingQuestion {
    /// Only of cases with this tag.
    pub tag: Option<String>,
    /// From this day on, such as 2026-03-01.
    pub from: Option<String>,
    /// To this day.
    pub to: Option<String>,
    /// The latest first.
    pub latest_first: bool,
    /// At most this many.
    pub limit: usize,
}

/// A secret address as it was typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct FeedWanted {
    /// Whose it is.
    pub name: String,
    /// Only cases with this tag.
    pub tag: Option<String>,
    /// Only this case, as typed.
    pub case: Option<String>,
    /// `es` or `en`; the language of the watch list when absent.
    pub language: Option<String>,
}

/// A document of an address.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FeedQuestion {
    /// What it is about.
    pub of: FeedScope,
    /// In English; otherwise in Spanish.
    pub english: bool,
    /// Which document.
    pub form: FeedForm,
    /// The state of the one that whoever asks has.
    pub state: Option<String>,
}

/// What a feed is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedScope {
    /// All cases.
    All,
    /// Those with a tag.
    Tag(String),
    /// One.
    Case {
        /// The source.
        source: String,
        /// The number as the store has it.
        number: String,
    },
}

/// A document of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedForm {
    /// The newest of what happened, as Atom.
    Atom,
    /// An older page of it, from 1 on, the oldest first.
    Archive(u32),
    /// The hearings, as iCalendar.
    Calendar,
}
