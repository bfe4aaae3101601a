//! Hearings: the days for which they were set, and what became of each.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Settings, soonest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HearingList {
    /// One line for each day and hour for which a hearing was set.
    pub hearings: Vec<HearingLine>,
    /// How many had which outcome.
    pub counts: OutcomeCounts,
    /// What is counted, in one sentence.
    pub counting: String,
}

/// How many settings had which outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OutcomeCounts {
    /// Still to come, or a few days ago.
    pub pending: usize,
    /// Took place.
    pub held: usize,
    /// Started, and were interrupted.
    pub suspended: usize,
    /// Did not start, and were put off.
    pub deferred: usize,
    /// Did not start, by somebody's fault.
    pub failed: usize,
    /// Did not start, and no cause is told.
    pub not_installed: usize,
    /// The order that set them was revoked.
    pub revoked: usize,
    /// Passed, and no entry says what happened.
    pub unknown: usize,
}

/// One day for which a hearing was set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HearingLine {
    /// The day at the court; `null` when no entry says for when it was set.
    pub date: Option<String>,
    /// The hour at the court.
    pub time: Option<String>,
    /// The kind of hearing by its stable name.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// `pending`, `held`, `suspended`, `deferred`, `failed`, `not_installed`, `revoked` or `unknown`.
    pub outcome: String,
    /// Why, by stable names.
    pub reasons: Vec<String>,
    /// Who asked for it, by stable names.
    pub requested_by: Vec<String>,
    /// How people attend.
    pub mode: Option<String>,
    /// The room, as written.
    pub room: Option<String>,
    /// Doubts about the day.
    pub warn: Vec<String>,
    /// The source of its case.
    pub source: String,
    /// The case's number as people write it.
    pub case: String,
    /// The case's nickname.
    pub name: Option<String>,
    /// The entry that set it.
    pub set_by: Option<EntryLine>,
    /// The entry that says what became of it.
    pub told_by: Option<EntryLine>,
    /// The setting that it replaces or goes on with.
    pub follows: Option<Follows>,
    /// The linked cases at which it stands too.
    pub also: Vec<AlsoAt>,
}

/// An entry of a docket.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EntryLine {
    /// Its key in the docket.
    pub key: String,
    /// The court's date.
    pub date: Option<String>,
    /// The court's words for its type; `null` where they are withheld.
    pub title: Option<String>,
}

/// The setting before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Follows {
    /// Its day.
    pub date: Option<String>,
    /// Its hour.
    pub time: Option<String>,
}

/// A hearing as a linked case has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AlsoAt {
    /// The source.
    pub source: String,
    /// The number as people write it.
    pub case: String,
    /// The nickname.
    pub name: Option<String>,
    /// What became of it there.
    pub outcome: String,
    /// The entry there that set it.
    pub set_by: Option<EntryLine>,
    /// The entry there that says what became of it.
    pub told_by: Option<EntryLine>,
}

/// The hearings of all cases, as far as they are worked out: two months back and everything ahead.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HearingBoard {
    /// Those that were asked for, soonest first.
    #[serde(flatten)]
    pub list: HearingList,
    /// How many there are, with those beyond the limit.
    pub found: usize,
    /// How far the board has come.
    pub board: super::board::Progress,
}
