//! What may be asked of one case when somebody looks at it, page by page.
//!
//! Part of the questions of [`ask`](super). Pages are counted from 1; one that is beyond the last is the last.

use serde::{Deserialize, Serialize};

/// A look at a case.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Look {
    /// The case as typed.
    pub case: String,
    /// `es` or `en`; the language of the watch list when absent.
    #[serde(default)]
    pub language: Option<String>,
    /// At what of it.
    pub at: At,
}

/// What of a case is looked at.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum At {
    /// What stands above the entries, and how the case is doing.
    Card,
    /// Its entries.
    Timeline {
        /// The version; the newest when absent.
        version: Option<u32>,
        /// The page.
        page: u32,
    },
    /// One entry, whole.
    Entry {
        /// The version; the newest when absent.
        version: Option<u32>,
        /// Its key, as it was shown.
        key: String,
    },
    /// What was told of it.
    Events {
        /// The page.
        page: u32,
    },
    /// Its versions.
    Versions {
        /// The page.
        page: u32,
    },
    /// The heading and the pages of one version.
    Version {
        /// The version.
        version: u32,
    },
    /// Two versions side by side.
    SideBySide {
        /// The older; the one before the newer when absent.
        from: Option<u32>,
        /// The newer; the newest when absent.
        to: Option<u32>,
        /// The page.
        page: u32,
    },
}
