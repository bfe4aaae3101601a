//! A case: its docket as it was last seen or in a version, what stands above it, and its entries page by page with what became of each.
//!
//! Filled by `daemon::answers`. What may not be told to whoever asks is absent, and `told` says how much is.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::cases::CaseLine;
use super::docket::{DocketForm, DocumentForm, HeadingForm, PartyForm, WithheldForm};
use super::hearings::HearingLine;
use super::silences::SilenceLine;
use super::versions::{PageLine, VersionLine};

/// A docket as it was last seen, or a version of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CaseDocket {
    /// The version.
    pub version: u32,
    /// When its pages were seen.
    pub seen_at: String,
    /// The nickname.
    pub name: Option<String>,
    /// Source and number of each case that it is linked with.
    pub linked: Vec<String>,
    /// Where a person can look the case up.
    pub url: Option<String>,
    /// The docket.
    pub docket: DocketForm,
    /// The pages that it was read from.
    pub pages: Vec<PageLine>,
}

/// A case without its entries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CaseCard {
    /// How it is doing, as in the list of cases.
    pub line: CaseLine,
    /// The source's title.
    pub source_title: String,
    /// The operator's note.
    pub note: Option<String>,
    /// Where a person can look it up; `null` where there is no such address that could be a link.
    pub url: Option<String>,
    /// The cases that it is linked with.
    pub linked: Vec<LinkedCase>,
    /// Its next hearing; `null` where none is set, or what is known of all cases is not worked out yet.
    pub next_hearing: Option<HearingLine>,
    /// The silences that mute news of it now, in whole or in part.
    pub silences: Vec<SilenceLine>,
    /// How much is told of it: `whole`, `type_and_date` or `activity`.
    pub told: String,
    /// When the newest version was seen; `null` when there is none.
    pub seen_at: Option<String>,
    /// What stands above the entries; `null` where nothing was read yet, or nothing of it is told.
    pub above: Option<Above>,
}

/// What stood above the entries in a version, and the pages that it was read from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VersionPage {
    /// As in the list of versions.
    pub line: VersionLine,
    /// What stood above the entries; `null` where that does not read back.
    pub above: Option<Above>,
}

/// What stands above the entries of a version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Above {
    /// The fields.
    pub heading: HeadingForm,
    /// The parties, at most 500 of them.
    pub parties: Vec<PartyForm>,
    /// How many parties there are.
    pub party_count: usize,
}

/// A case that another is linked with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LinkedCase {
    /// The source's id.
    pub source: String,
    /// The number as people write it.
    pub number: String,
    /// The nickname.
    pub name: Option<String>,
}

/// A page of the entries of a version, newest first, and what became of each.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Timeline {
    /// The version.
    pub version: u32,
    /// When its pages were seen.
    pub seen_at: String,
    /// How many entries there are, with those that are no longer seen.
    pub total: usize,
    /// Which page this is, from 1.
    pub page: u32,
    /// How many pages there are, at least 1.
    pub pages: u32,
    /// The entries of this page.
    pub entries: Vec<TimelineEntry>,
    /// Whether entries are left out because nothing but activity is told of them.
    pub is_partial: bool,
    /// How many entries are dated in each month that has any, oldest first: `2026-03` and the number.
    pub months: Vec<(String, u32)>,
    /// The longest times between dated entries, longest first.
    pub gaps: Vec<Gap>,
}

/// A time without entries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Gap {
    /// The day of the entry before it.
    pub from: String,
    /// The day of the entry after it.
    pub to: String,
    /// Days from the one to the other.
    pub days: u32,
}

/// An entry in the timeline.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TimelineEntry {
    /// Its identity within the case.
    pub key: String,
    /// The court's date.
    pub date: Option<String>,
    /// The court's time.
    pub time: Option<String>,
    /// The court's title or type.
    pub title: String,
    /// The text, or its beginning.
    pub text: String,
    /// How many characters of text are not shown here.
    pub left_out: usize,
    /// Linked documents.
    pub documents: Vec<DocumentForm>,
    /// Whether the source marks it as annulled.
    pub annulled: bool,
    /// That the court withholds its content.
    pub withheld: Option<WithheldForm>,
    /// Since when it is not seen on the record; `null` while it is.
    pub missing_since: Option<String>,
    /// Whether it counts as gone: it was missing as often and as long as is asked for.
    pub gone: bool,
    /// Whether it was told as edited.
    pub edited: bool,
    /// The version in which it can be read.
    pub version: u32,
    /// What was told of it, oldest first.
    pub events: Vec<EventMark>,
}

/// An event beside its entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventMark {
    /// Its id.
    pub id: String,
    /// What happened.
    pub kind: String,
    /// `info`, `notice`, `warn` or `critical`.
    pub severity: String,
    /// When it was seen.
    pub seen_at: String,
    /// The version that brought it.
    pub version: u32,
}

/// One entry with its whole text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EntryPage {
    /// When the version was seen.
    pub seen_at: String,
    /// The entry.
    pub entry: TimelineEntry,
    /// Further fields by name.
    pub extra: Vec<(String, String)>,
}
