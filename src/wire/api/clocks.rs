//! Procedural clocks: time limits of the law, and what each rests on.
//!
//! The form is that of `docs/clocks.schema.json`, which [`wire::clocks`](crate::wire::clocks) writes, with the case of each.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Clocks, loudest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClockList {
    /// The clocks.
    pub clocks: Vec<ClockLine>,
    /// How many are in which state, those too that are not listed.
    pub counts: ClockCounts,
    /// What would need to be known of cases and the watch list does not say.
    pub lacking: Vec<String>,
    /// As of when.
    pub as_of: String,
    /// The language of the watch list.
    pub language: String,
    /// What is counted, in one sentence.
    pub counting: String,
}

/// How many clocks are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClockCounts {
    /// Over by every reading.
    pub breach: usize,
    /// Over by one reading of the law and not by the other.
    pub possible_breach: usize,
    /// Nearly over.
    pub warning: usize,
    /// The time runs.
    pub running: usize,
    /// Stopped for a while.
    pub suspended: usize,
    /// Begun, and no entry shows when.
    pub unknown_start: usize,
    /// Ended after the time.
    pub met_late: usize,
    /// Ended in time.
    pub met: usize,
    /// Not begun.
    pub not_started: usize,
    /// Does not apply.
    pub not_applicable: usize,
}

/// Words in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bilingual {
    /// In Spanish.
    pub es: String,
    /// In English.
    pub en: String,
}

/// A clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClockLine {
    /// `veedor.clock/1`.
    pub schema: String,
    /// Its id: the same for the same rule, subject and start.
    pub id: String,
    /// The rule.
    pub rule: String,
    /// The rule's version.
    pub version: u32,
    /// What it limits.
    pub title: Bilingual,
    /// For what it counts.
    pub unit: String,
    /// For whom or what.
    #[schema(value_type = Object)]
    pub subject: Value,
    /// What it is doing.
    pub state: String,
    /// Whether that may be claimed.
    #[schema(value_type = Object)]
    pub claim: Value,
    /// Whether it may be told in messages.
    pub alertable: bool,
    /// The day on which it began.
    pub start: Option<String>,
    /// The day on which what ends it was observed.
    pub stop: Option<String>,
    /// The last day.
    pub due: Option<String>,
    /// The instant, of a clock in hours.
    pub due_at: Option<String>,
    /// The last day by the second reading.
    pub due_alt: Option<String>,
    /// Days since the start.
    pub elapsed_days: Option<i64>,
    /// Business days since the start.
    pub elapsed_business_days: Option<i64>,
    /// Days on which it did not run.
    pub suspended_days: i64,
    /// Days after the last day.
    pub late_days: Option<i64>,
    /// By the second reading.
    pub late_days_alt: Option<i64>,
    /// From which day to which it was stopped.
    #[schema(value_type = Vec<Object>)]
    pub suspensions: Vec<Value>,
    /// By how many units it was made longer.
    pub extended: u32,
    /// The events that it rests on.
    #[schema(value_type = Vec<Object>)]
    pub rests_on: Vec<Value>,
    /// What the operator said.
    #[schema(value_type = Vec<Object>)]
    pub pins: Vec<Value>,
    /// What it would need to know.
    pub lacking: Vec<String>,
    /// What is doubtful.
    pub doubts: Vec<String>,
    /// When something of it may be told.
    #[schema(value_type = Vec<Object>)]
    pub milestones: Vec<Value>,
    /// How sure the rule is.
    pub confidence: String,
    /// How loud a breach of it is.
    pub severity: String,
    /// The provision.
    pub legal_basis: String,
    /// Where the rule was read.
    pub sources: Vec<String>,
    /// What a lawyer should look at.
    pub verify: Bilingual,
    /// What a person reads of it.
    pub text: Bilingual,
    /// The calendar by which days were counted.
    pub calendar: String,
    /// The rule's own sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Bilingual>,
    /// The source of its case.
    pub source: String,
    /// The case's number as people write it.
    pub case: String,
    /// The case's nickname.
    pub name: Option<String>,
    /// The version of the rules.
    pub rules: String,
}
