//! What a message needs to know beside its events: the case as watched, where a person can look, in whose words.
//!
//! Put together by `daemon` from the configuration; read by `message` and `wire`.

use jiff::tz::TimeZone;

use super::case::Watch;
use super::id::Id;
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

/// How a reader stops what comes to him, as a mail says at its end (`alerting.md` B3.6).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Stop {
    /// The message says nothing of it: it goes to a program, or to a place that is its own address.
    #[default]
    Unsaid,
    /// By asking whoever runs veedor, who silences this channel.
    Ask {
        /// The channel's id.
        channel: String,
    },
    /// By the reader himself, on pages of ours. The addresses are secrets of the recipient.
    Links {
        /// The page that silences this case for him; `None` where there is no such case.
        mute: Option<String>,
        /// The page that ends all that this channel sends him, which a mail program may also tell at once.
        leave: String,
    },
}

/// What a message is about.
#[derive(Debug, Clone)]
pub struct About<'a> {
    /// The case as watched.
    pub watch: &'a Watch,
    /// The event of the case before the first that is told; `None` when there is none, or where nobody is told of it.
    pub previous: Option<Id>,
    /// The source's title.
    pub source_title: &'a str,
    /// Where a person can look the case up.
    pub case_url: &'a str,
    /// Where the dashboard is, without a slash at its end; `None` where readers on other machines do not reach it.
    pub dashboard: Option<&'a str>,
    /// The court's zone.
    pub zone: TimeZone,
    /// The reader's language.
    pub language: Language,
    /// What is hidden; [`show`](Self::show) applies it.
    pub privacy: Privacy,
    /// How the reader stops it.
    pub stop: Stop,
}
