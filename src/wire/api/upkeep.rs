//! What only whoever runs the machine asks: copies, checks, reloads.

use serde::{Deserialize, Serialize};

/// How much a copy holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lines {
    /// Cases.
    pub cases: u64,
    /// Versions.
    pub versions: u64,
    /// Events.
    pub events: u64,
    /// Deliveries.
    pub deliveries: u64,
    /// What did not read back.
    pub damaged: u64,
}

/// A consistent copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackedUp {
    /// The file.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// What is in it.
    pub counts: Lines,
}

/// Everything as JSON Lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exported {
    /// The file.
    pub file: String,
    /// What is in it.
    pub counts: Lines,
}

/// Whether the store is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checked {
    /// Cases.
    pub cases: u64,
    /// Versions.
    pub versions: u64,
    /// Events.
    pub events: u64,
    /// Deliveries.
    pub deliveries: u64,
    /// Rows that were looked at.
    pub rows: u64,
    /// What is wrong.
    pub problems: Vec<String>,
    /// How much more is.
    pub more: u64,
    /// What was mended.
    pub mended: Vec<String>,
    /// How many rows were.
    pub repaired: u64,
    /// Whether nothing is wrong.
    pub whole: bool,
}

/// The watch list that was read again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reread {
    /// Cases.
    pub cases: usize,
    /// Channels.
    pub channels: usize,
    /// What is worth a look.
    pub warnings: Vec<String>,
}

/// Which daemon runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Cases.
    pub cases: usize,
    /// Its process.
    pub pid: u32,
    /// Its watch list.
    pub list: String,
}

/// What works and what does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// In the order in which it was looked.
    pub findings: Vec<FindingLine>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingLine {
    /// What.
    pub check: String,
    /// Of which source or channel.
    pub subject: Option<String>,
    /// How it is.
    pub verdict: String,
    /// In words.
    pub what: String,
    /// What to do.
    #[serde(rename = "do")]
    pub remedy: Option<String>,
}
