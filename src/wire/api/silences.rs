//! Silences: what is muted, by whom, until when.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// All silences.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SilenceList {
    /// The active ones first.
    pub silences: Vec<SilenceLine>,
}

/// A silence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SilenceLine {
    /// Its id.
    pub id: String,
    /// `active` or `ended`.
    pub state: String,
    /// The source that it is about.
    pub source: Option<String>,
    /// The case that it is about.
    pub case: Option<SilencedCase>,
    /// Patterns of kinds; empty: all.
    pub kinds: Vec<String>,
    /// The tag of the cases that it is about.
    pub tag: Option<String>,
    /// The channel that it is about.
    pub channel: Option<String>,
    /// The recipient whom it is about.
    pub to: Option<String>,
    /// Whether critical news is muted too.
    pub critical: bool,
    /// Who made it.
    pub by: String,
    /// Why.
    pub because: String,
    /// Whether a recipient made it himself, by a link in a message.
    pub by_recipient: bool,
    /// When it was made.
    pub created: String,
    /// When it ends; `null`: when it is taken back.
    pub until: Option<String>,
    /// When it ended.
    pub ended: Option<String>,
    /// How many messages it muted.
    pub muted: usize,
    /// After it was ended: the ids of the summaries that tell what was muted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub summaries: Vec<String>,
}

impl SilenceLine {
    /// Whether it is about this case, by its number as people write it, its source or one of these tags; a silence of kinds or a channel
    /// alone is about none.
    pub fn is_about(&self, source: &str, number: &str, tags: &[String]) -> bool {
        let is_named = self.case.is_some() || self.source.is_some() || self.tag.is_some();
        is_named
            && self.case.as_ref().is_none_or(|case| case.source == source && case.number == number)
            && self.source.as_ref().is_none_or(|own| own == source)
            && self.tag.as_ref().is_none_or(|tag| tags.contains(tag))
    }
}

/// The case of a silence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SilencedCase {
    /// The source.
    pub source: String,
    /// The number as people write it.
    pub number: String,
    /// The nickname.
    pub name: Option<String>,
}
