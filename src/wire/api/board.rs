//! What is known of all cases at once: today's page.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::clocks::ClockLine;
use super::hearings::HearingLine;

/// How many days back hearings are kept on the board of all cases (`alerting.md` C9).
pub const DAYS_BACK: i32 = 60;

/// How far what is known of all cases has been worked out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Progress {
    /// Whether every case was looked at since the start.
    pub complete: bool,
    /// How many cases were.
    pub looked_at: usize,
    /// Of how many.
    pub of: usize,
}

/// What somebody looks at first in the morning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Today {
    /// As of when.
    pub as_of: String,
    /// How far the board has come.
    pub board: Progress,
    /// What changed last, newest first.
    pub changes: Vec<Happened>,
    /// How many changes there were within a day.
    pub changes_day: usize,
    /// And within seven days.
    pub changes_week: usize,
    /// Events a day of the last thirty days, the oldest first.
    pub activity: Vec<DayCount>,
    /// Hearings of the next fourteen days, soonest first.
    pub hearings: Vec<HearingLine>,
    /// How many of them there are.
    pub hearings_found: usize,
    /// The first hearing after those days; `null` where none is set.
    pub next_hearing: Option<HearingLine>,
    /// Hearings of which nothing was heard, the latest first.
    pub unheard: Vec<HearingLine>,
    /// How many of them there are.
    pub unheard_found: usize,
    /// Time limits that are over or nearly over.
    pub late: Vec<ClockLine>,
    /// How many of them there are.
    pub late_found: usize,
    /// Cases in which nothing was entered for as long as the watch list says, the longest first.
    pub quiet: Vec<QuietCase>,
    /// How many of them there are.
    pub quiet_found: usize,
    /// Messages that wait or did not arrive.
    pub outbox: OutboxCounts,
}

/// Something that was told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Happened {
    /// The event's id.
    pub id: String,
    /// When it was seen.
    pub seen_at: String,
    /// Its kind.
    pub kind: String,
    /// How loud it is.
    pub severity: String,
    /// The source of its case.
    pub source: String,
    /// The case's number as people write it.
    pub case: String,
    /// The case's nickname.
    pub name: Option<String>,
    /// The version that brought it.
    pub version: u32,
    /// The line that messages say of it.
    pub summary: String,
}

/// How much happened on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DayCount {
    /// The day, where veedor runs.
    pub day: String,
    /// How many events.
    pub events: usize,
}

/// A case in which nothing was entered for long.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QuietCase {
    /// The source.
    pub source: String,
    /// The number as people write it.
    pub case: String,
    /// The nickname.
    pub name: Option<String>,
    /// The date of its last entry.
    pub since: String,
    /// Days from then to the day on which it was last read.
    pub days: i64,
}

/// Messages by where they stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OutboxCounts {
    /// On their way, or waiting for their time.
    pub waiting: u64,
    /// Waiting for their channel to be mended.
    pub held: u64,
    /// Held by the brake.
    pub braked: u64,
    /// Muted by a silence.
    pub muted: u64,
    /// Given up.
    pub given_up: u64,
}
