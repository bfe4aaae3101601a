//! A refusal, as RFC 9457 has it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a request got no answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// What kind of problem it is: `urn:veedor:problem:` with a name.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same for people, always in these words.
    pub title: String,
    /// The status of the answer.
    pub status: u16,
    /// What, where, what to do: one sentence.
    pub detail: String,
    /// The exit code of a command that ends so.
    pub code: u8,
}
