//! A setting: one day for which a hearing was set, and what became of it.
//!
//! Linked by `meaning` over all entries of a docket; shown by `veedor hearings`. The words are those of `domain.md` B2, which
//! keeps apart what the Consejo de la Judicatura keeps apart: a failed hearing did not start by somebody's fault, a deferred
//! one did not start for a stated cause, a suspended one started and goes on.

use jiff::civil::{Date, Time};

use super::docket::EntryKey;
use super::hearing::{HearingMode, HearingStatus};

/// What became of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// Its day is still to come, or was a few days ago.
    Pending,
    /// Took place.
    Held,
    /// Started, and was interrupted.
    Suspended,
    /// Did not start, and was put off.
    Deferred,
    /// Did not start, by somebody's fault.
    Failed,
    /// Did not start, and no cause is told.
    NotInstalled,
    /// The order that set it was revoked.
    Revoked,
    /// Its day passed, and no entry says what happened.
    Unknown,
}

/// Working days after a setting's day until silence counts as "unknown" (`domain.md` B2).
pub const SILENT_AFTER: u32 = 5;

impl Outcome {
    /// Every outcome, in the order in which they are counted.
    pub const ALL: [Self; 8] =
        [Self::Pending, Self::Held, Self::Suspended, Self::Deferred, Self::Failed, Self::NotInstalled, Self::Revoked, Self::Unknown];

    /// The stable name used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Held => "held",
            Self::Suspended => "suspended",
            Self::Deferred => "deferred",
            Self::Failed => "failed",
            Self::NotInstalled => "not_installed",
            Self::Revoked => "revoked",
            Self::Unknown => "unknown",
        }
    }

    /// Whether the hearing did not start (`domain.md` B2, "counts as not held").
    pub fn is_not_held(self) -> bool {
        matches!(self, Self::Deferred | Self::Failed | Self::NotInstalled)
    }

    /// The outcome that a status of a hearing is; `None` for one that sets a day or announces a decision.
    pub fn of(status: HearingStatus) -> Option<Self> {
        match status {
            HearingStatus::Held | HearingStatus::Resumed => Some(Self::Held),
            HearingStatus::Suspended => Some(Self::Suspended),
            HearingStatus::Deferred => Some(Self::Deferred),
            HearingStatus::Failed => Some(Self::Failed),
            HearingStatus::NotInstalled => Some(Self::NotInstalled),
            HearingStatus::Revoked => Some(Self::Revoked),
            HearingStatus::Convened
            | HearingStatus::Rescheduled
            | HearingStatus::MovedEarlier
            | HearingStatus::ResumeScheduled
            | HearingStatus::OralDecision => None,
        }
    }
}

/// One day for which a hearing was set.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The kind of hearing by its stable name.
    pub kind: Option<String>,
    /// The day; absent when an entry says what became of a hearing and no entry says for when it was set.
    pub date: Option<Date>,
    /// The last day, of a session that lasts several.
    pub end_date: Option<Date>,
    /// The hour, wall time in the court's zone.
    pub time: Option<Time>,
    /// How people attend.
    pub mode: Option<HearingMode>,
    /// The room, as written.
    pub room: Option<String>,
    /// Doubts about the day.
    pub warnings: Vec<String>,
    /// The entry that set it; absent when only later entries speak of it.
    pub set_by: Option<EntryKey>,
    /// What became of it.
    pub outcome: Outcome,
    /// The entry that says so.
    pub told_by: Option<EntryKey>,
    /// Why, by stable names of `domain.md` B2, as far as the entry says.
    pub reasons: Vec<String>,
    /// Who asked for it, by stable names, as far as the entry says.
    pub requested_by: Vec<String>,
    /// The place in the list of the setting that this one replaces or goes on with.
    pub follows: Option<usize>,
}

/// How many settings had which outcome, in the order of [`Outcome::ALL`].
pub fn counts(settings: &[Setting]) -> [(Outcome, usize); 8] {
    Outcome::ALL.map(|outcome| (outcome, settings.iter().filter(|setting| setting.outcome == outcome).count()))
}

/// What is counted, in one sentence that stands beside every count.
pub const COUNTING: &str = "one setting for each day and hour for which a hearing was set; an entry that repeats it adds none; a day that an \
                            order replaces is deferred, or revoked where the order says so or the new day is earlier; unknown after 5 \
                            working days without an entry; a hearing that linked cases both have is one setting";
