//! What a message needs to know beside its events: the case as watched, where a person can look, in whose words.
//!
//! Put together by `daemon` from the configuration; read by `message` and `wire`.

use jiff::tz::TimeZone;

use super::case::Watch;
use super::privacy::Privacy;

/// The language of what people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Spanish.
    #[default]
    Es,
    /// English.
    En,
}

/// What is redacted before anything leaves the machine (`domain.md` E2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Profile {
    /// Journalistic work: identity numbers, contacts and meeting secrets are masked.
    #[default]
    Newsroom,
    /// An organisation under the data protection law: names of private persons become initials too.
    Ngo,
}

/// What a message is about.
#[derive(Debug, Clone)]
pub struct About<'a> {
    /// The case as watched.
    pub watch: &'a Watch,
    /// The source's title.
    pub source_title: &'a str,
    /// Where a person can look the case up.
    pub case_url: &'a str,
    /// The court's zone.
    pub zone: TimeZone,
    /// The reader's language.
    pub language: Language,
    /// What is hidden; [`show`](Self::show) applies it.
    pub privacy: Privacy,
}
