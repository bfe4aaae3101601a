//! What lies between two versions, entry by entry and word by word.
//!
//! Filled by `daemon::answers`. [`Diff`] is the whole, as `veedor diff --json` prints it; [`SideBySide`] a page of it, as it is looked at.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Runs of words, each behind its sign: `=` both texts have it, `-` only the older, `+` only the newer.
pub type Words = Vec<[String; 2]>;

/// The differences of two versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Diff {
    /// The number of the case as people write it.
    pub case: String,
    /// The older version.
    pub from: Side,
    /// The newer version.
    pub to: Side,
    /// The differences.
    pub changes: Vec<ChangeForm>,
}

/// A page of the differences of two versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SideBySide {
    /// The older version.
    pub from: Side,
    /// The newer version.
    pub to: Side,
    /// The numbers of all versions that are kept, oldest first, at most the 500 newest.
    pub kept: Vec<u32>,
    /// How many differences there are.
    pub total: usize,
    /// How many entries were added, edited, and are gone.
    pub counts: [usize; 3],
    /// Which page this is, from 1.
    pub page: u32,
    /// How many pages there are, at least 1.
    pub pages: u32,
    /// The differences of this page.
    pub changes: Vec<ChangeForm>,
    /// Whether differences are left out because nothing but activity is told of them.
    pub is_partial: bool,
}

/// One of two versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Side {
    /// Its number.
    pub version: u32,
    /// When its pages were seen.
    pub seen_at: String,
}

/// A difference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum ChangeForm {
    /// An entry that the older version does not have.
    Added {
        /// The entry.
        entry: ComparedEntry,
    },
    /// An entry that the newer version does not have.
    Gone {
        /// As it was.
        entry: ComparedEntry,
    },
    /// An entry whose content differs.
    Edited {
        /// As it is.
        entry: ComparedEntry,
        /// Its title, word by word.
        #[schema(value_type = Vec<Vec<String>>)]
        title: Words,
        /// Its text, word by word.
        #[schema(value_type = Vec<Vec<String>>)]
        text: Words,
        /// Its date before and now.
        date: [Option<String>; 2],
        /// Whether its content was withheld before, and is now.
        withheld: [bool; 2],
    },
    /// A field of the heading.
    Field {
        /// Its stable name.
        field: String,
        /// Its value before.
        before: Option<String>,
        /// Its value now.
        after: Option<String>,
    },
    /// A party that the older version does not have.
    PartyAdded {
        /// The role.
        role: String,
        /// The name.
        name: String,
    },
    /// A party that the newer version does not have.
    PartyGone {
        /// The role.
        role: String,
        /// The name.
        name: String,
    },
    /// A party whose name is spelt otherwise.
    PartyRenamed {
        /// The role.
        role: String,
        /// The name now.
        name: String,
        /// The name before.
        before: String,
    },
}

/// An entry in a difference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ComparedEntry {
    /// Its identity within the case.
    pub key: String,
    /// The court's date.
    pub date: Option<String>,
    /// The court's title or type.
    pub title: String,
    /// The text.
    pub text: String,
}
