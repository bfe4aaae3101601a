//! The public page of a tag: how its cases stand, as everybody may see it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A public page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PublicPage {
    /// The tag.
    pub tag: String,
    /// Its cases, in the order of the watch list.
    pub cases: Vec<PublicCase>,
}

/// A case as everybody may see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PublicCase {
    /// The number as people write it.
    pub number: String,
    /// The nickname.
    pub name: Option<String>,
    /// Its court, as the record has it.
    pub court: Option<String>,
    /// What it is about, as the record has it.
    pub subject: Option<String>,
    /// Where a person can look it up.
    pub url: Option<String>,
    /// When it was last read.
    pub read_at: Option<String>,
    /// Hearings to come, the soonest first.
    pub next: Vec<PublicHearing>,
    /// Settings of hearings that were held.
    pub held: usize,
    /// Settings that were put off before the hearing began.
    pub deferred: usize,
    /// Settings for which the court declared the hearing failed or did not open it.
    pub not_held: usize,
    /// The last changes, the newest first.
    pub changes: Vec<PublicChange>,
}

/// A hearing to come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PublicHearing {
    /// The day at the court.
    pub date: String,
    /// The hour at the court.
    pub time: Option<String>,
    /// What hearing it is, in Spanish and in English.
    pub name: Bilingual,
}

/// A change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PublicChange {
    /// The kind of event.
    pub kind: String,
    /// When it was seen.
    pub seen_at: String,
    /// What changed, in one line.
    pub summary: Bilingual,
}

/// Words in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Bilingual {
    /// In Spanish.
    pub es: String,
    /// In English.
    pub en: String,
}
