//! The sources that are watched: how their cases do, how they are asked, and what their hosts last answered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The sources of the watched cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SourceList {
    /// By their ids.
    pub sources: Vec<SourceLine>,
}

/// A source of watched cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SourceLine {
    /// The source's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// How many cases are watched there, by their health.
    pub cases: BTreeMap<String, usize>,
    /// When one of them was last read.
    pub read_at: Option<String>,
    /// How often a case is visited, in seconds, when the case says nothing else.
    pub every_seconds: u64,
    /// The least time between two requests to a host, in seconds.
    pub gap_seconds: u64,
    /// Most requests to a host in a day.
    pub daily: u32,
    /// During which days and hours it is asked; `null`: always.
    pub hours: Option<String>,
    /// Its zone.
    pub zone: String,
    /// Its terms of use, as the recipe has them.
    pub terms: Option<String>,
    /// The same in Spanish, where the recipe says it.
    pub terms_es: Option<String>,
    /// What its robots.txt says, as the recipe has it.
    pub robots_note: Option<String>,
    /// The same in Spanish, where the recipe says it.
    pub robots_note_es: Option<String>,
    /// Why it is not asked but imported by hand.
    pub import_only: Option<String>,
    /// The same in Spanish, where the recipe says it.
    pub import_only_es: Option<String>,
    /// What of its recipe was never tried against the site.
    pub unverified: Option<String>,
    /// The same in Spanish, where the recipe says it.
    pub unverified_es: Option<String>,
    /// The operator's recipe that stands before the shipped one.
    pub own_recipe: Option<String>,
    /// What lasts of it: the class of the trouble and since when.
    pub trouble: Vec<SourceTrouble>,
    /// The hosts that were asked since the start.
    pub hosts: Vec<HostLine>,
}

/// Trouble of a source that lasts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SourceTrouble {
    /// How it is.
    pub class: String,
    /// Since when.
    pub since: String,
    /// How much of it there is.
    pub count: u32,
    /// What was last said.
    pub why: Option<String>,
}

/// A host of a source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HostLine {
    /// Scheme, name and port.
    pub host: String,
    /// Requests sent in the running day.
    pub used: u32,
    /// When that day ends.
    pub day_ends: String,
    /// Until when it is left alone.
    pub rests_until: Option<String>,
    /// Why.
    pub rests_why: Option<String>,
    /// Requests that wait for their turn, the one under way too.
    pub waiting: u32,
    /// `unasked`, `read` or `unreadable`.
    pub robots: String,
    /// How many rules of its robots.txt concern veedor.
    pub robots_rules: Option<usize>,
    /// The least time between two requests that its robots.txt asks for, in seconds.
    pub robots_delay_seconds: Option<u64>,
    /// Until when its robots.txt is kept, or when it is tried again.
    pub robots_until: Option<String>,
    /// Its last answers, the newest first.
    pub answers: Vec<HostAnswer>,
}

/// An answer of a host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HostAnswer {
    /// When it was there.
    pub at: String,
    /// The recipe's step; `robots.txt` for that file.
    pub step: String,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// The HTTP status; `null`: there was no answer.
    pub status: Option<u16>,
    /// Bytes of its body.
    pub bytes: usize,
    /// What was wrong.
    pub trouble: Option<String>,
}
