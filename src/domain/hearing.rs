//! A hearing as an entry mentions it.
//!
//! Found by `meaning` in titles and running text; carried by events; shown by `message` and `wire`.
//! The life of a hearing over several entries is not kept here.

use jiff::civil::{Date, Time};

/// What an entry says of a hearing. The names are those of `domain.md` D1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HearingStatus {
    /// Set for a day.
    Convened,
    /// Moved to another day.
    Rescheduled,
    /// Moved to an earlier day.
    MovedEarlier,
    /// Not started, put off for a stated cause (diferida).
    Deferred,
    /// Started and interrupted (suspendida).
    Suspended,
    /// A day was set on which a suspended hearing goes on (reinstalación).
    ResumeScheduled,
    /// Went on.
    Resumed,
    /// Did not start and was declared failed (fallida).
    Failed,
    /// Did not start, cause not stated.
    NotInstalled,
    /// The order that set it was revoked.
    Revoked,
    /// Took place.
    Held,
    /// The decision was announced orally.
    OralDecision,
}

impl HearingStatus {
    /// The stable name used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Convened => "convened",
            Self::Rescheduled => "rescheduled",
            Self::MovedEarlier => "moved_earlier",
            Self::Deferred => "deferred",
            Self::Suspended => "suspended",
            Self::ResumeScheduled => "resume_scheduled",
            Self::Resumed => "resumed",
            Self::Failed => "failed",
            Self::NotInstalled => "not_installed",
            Self::Revoked => "revoked",
            Self::Held => "held",
            Self::OralDecision => "oral_decision",
        }
    }

    /// Reads [`name`](Self::name) back.
    pub fn parse(name: &str) -> Option<Self> {
        const ALL: [HearingStatus; 12] = [
            HearingStatus::Convened,
            HearingStatus::Rescheduled,
            HearingStatus::MovedEarlier,
            HearingStatus::Deferred,
            HearingStatus::Suspended,
            HearingStatus::ResumeScheduled,
            HearingStatus::Resumed,
            HearingStatus::Failed,
            HearingStatus::NotInstalled,
            HearingStatus::Revoked,
            HearingStatus::Held,
            HearingStatus::OralDecision,
        ];
        ALL.into_iter().find(|status| status.name() == name)
    }
}

/// How people attend a hearing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HearingMode {
    /// In a court room.
    InPerson,
    /// By video.
    Remote,
    /// Both.
    Mixed,
}

impl HearingMode {
    /// The stable name used in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::InPerson => "in_person",
            Self::Remote => "remote",
            Self::Mixed => "mixed",
        }
    }

    /// Reads [`name`](Self::name) back.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::InPerson, Self::Remote, Self::Mixed].into_iter().find(|mode| mode.name() == name)
    }
}

/// One mention of a hearing in an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct HearingMention {
    /// The day, in the court's zone; absent when the text sets none.
    pub date: Option<Date>,
    /// The last day, of a session that lasts several.
    pub end_date: Option<Date>,
    /// The hour, wall time in the court's zone.
    pub time: Option<Time>,
    /// The kind of hearing by its stable name (`juicio`, `evaluatoria_preparatoria` …).
    pub kind: Option<String>,
    /// What the text says of it.
    pub status: HearingStatus,
    /// How people attend.
    pub mode: Option<HearingMode>,
    /// The system by which people attend from afar, by its stable name (`zoom`, `google_meet` …). Never how to get in.
    pub platform: Option<String>,
    /// The room, as written.
    pub room: Option<String>,
    /// Doubts such as `weekday_mismatch`; with any of them the alert says "posible fecha" and quotes the sentence.
    pub warnings: Vec<String>,
    /// Byte range in the entry's text that says so; `None` when the title alone does.
    pub span: Option<(usize, usize)>,
}

impl HearingMention {
    /// A mention that says no more than this.
    pub fn new(status: HearingStatus) -> Self {
        Self {
            date: None,
            end_date: None,
            time: None,
            kind: None,
            status,
            mode: None,
            platform: None,
            room: None,
            warnings: Vec::new(),
            span: None,
        }
    }
}
