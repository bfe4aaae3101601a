//! What may be asked of the report of delays.
//!
//! Part of the questions of [`ask`](super); `daemon::answers` checks what is typed.

use serde::{Deserialize, Serialize};

/// What a report is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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

/// The form of a report; as JSON a word, `csv:` with the name of the table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
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
    /// Of that page how long each stage takes, with its curves; links lead to places in the page. For the dashboard alone.
    Curves,
}

impl Form {
    /// What it is written in; `None`: as the data of an answer.
    pub fn media(&self) -> Option<&'static str> {
        match self {
            Self::Rows => None,
            Self::Json => Some("application/json"),
            Self::Csv { .. } => Some("text/csv; charset=utf-8"),
            Self::Html | Self::Curves => Some("text/html; charset=utf-8"),
        }
    }
}

impl From<Form> for String {
    fn from(form: Form) -> Self {
        match form {
            Form::Rows => "rows".to_owned(),
            Form::Json => "json".to_owned(),
            Form::Html => "html".to_owned(),
            Form::Curves => "curves".to_owned(),
            Form::Csv { table } => format!("csv:{table}"),
        }
    }
}

impl From<String> for Form {
    fn from(word: String) -> Self {
        match word.as_str() {
            "rows" => Self::Rows,
            "json" => Self::Json,
            "html" => Self::Html,
            "curves" => Self::Curves,
            // A table that does not exist is refused with the names of those that do.
            other => Self::Csv { table: other.strip_prefix("csv:").unwrap_or(other).to_owned() },
        }
    }
}
