//! What may be asked of the report of delays.
//!
//! Part of the questions of [`ask`](super); `daemon::answers` checks what is typed.

use serde::{Deserialize, Serialize};

/// What a report is asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Question {
    /// The cases as typed; all when empty.
    pub cases: Vec<String>,
    /// Only cases with one of these tags; all when empty.
    pub tags: Vec<String>,
    /// By what they are grouped, by its stable name.
    pub by: Option<String>,
    /// The moment, or the day of which the end is meant; now when absent.
    pub as_of: Option<String>,
    /// `es` or `en`, of a page; the language of the watch list when absent.
    pub language: Option<String>,
    /// The form.
    pub form: Form,
}

/// The form of a report.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Form {
    /// How each case stands, for a terminal.
    #[default]
    Rows,
    /// Everything.
    Json,
    /// A table of CSV, by its name.
    Csv {
        /// Which.
        table: String,
    },
    /// One page of HTML.
    Html,
}
