//! What may be asked of veedor, and the answers: one vocabulary for the commands, the socket and the web.
//!
//! `cli` and `web` ask; `daemon::answers` answers, in the daemon or, when none runs, in the command's own process. An answer is JSON of a
//! form in `wire`, or one sentence and an exit code. Nothing is looked up or decided here.

pub mod access;
pub mod board;
pub mod deed;
pub mod delays;
pub mod line;
pub mod look;
pub mod route;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use access::Access;
use board::{FeedQuestion, FeedWanted, HearingQuestion};
use delays::Question;
use look::Look;

use crate::domain::sentence::Sentence;

/// A question.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Ask {
    /// The watch list with its health.
    List,
    /// Watches a case: the watch list is edited and read again.
    Add {
        /// The source's id.
        source: String,
        /// The number as typed.
        number: String,
        /// A nickname.
        name: Option<String>,
        /// Tags.
        tags: Vec<String>,
    },
    /// Watches a case no longer.
    Remove {
        /// The case as typed.
        case: String,
    },
    /// A docket as last seen, or a version of it.
    Show {
        /// The case as typed.
        case: String,
        /// The version; the newest when absent.
        version: Option<u32>,
    },
    /// The differences of two versions.
    Diff {
        /// The case as typed.
        case: String,
        /// The older version; the one before the newest when absent.
        from: Option<u32>,
        /// The newer version; the newest when absent.
        to: Option<u32>,
    },
    /// The versions of a case, newest first, in pages.
    Versions {
        /// The case as typed.
        case: String,
        /// The page, from 1; the first when absent.
        #[serde(default)]
        page: Option<u32>,
    },
    /// A look at one case, page by page.
    Look(Look),
    /// One event.
    Event {
        /// Its id.
        id: String,
        /// `es` or `en`; the language of the watch list when absent.
        #[serde(default)]
        language: Option<String>,
    },
    /// The bytes of a stored page, in base64.
    Page {
        /// The case as typed.
        case: String,
        /// The version.
        version: u32,
        /// Its place among the pages of the version, from 0.
        nth: usize,
    },
    /// Everything that was told, in its order, as webhooks tell it.
    Events {
        /// The number of the last event that is known already.
        after: u64,
        /// At most this many.
        limit: usize,
        /// Patterns of kinds; all when empty.
        kinds: Vec<String>,
        /// Only of cases with one of these tags; all when empty.
        tags: Vec<String>,
        /// Only of this case, as typed.
        case: Option<String>,
    },
    /// One event, as webhooks tell it.
    EventBody {
        /// Its id.
        id: String,
    },
    /// The hearings that the dockets mention.
    Hearings {
        /// The case as typed; all when absent.
        case: Option<String>,
    },
    /// The procedural clocks.
    Clocks {
        /// The case as typed; all when absent.
        case: Option<String>,
        /// Whether clocks that do not run are listed too.
        #[serde(default)]
        all: bool,
    },
    /// Hearings of all cases, as the board has them.
    HearingBoard(HearingQuestion),
    /// What somebody looks at first in the morning.
    Today {
        /// In English; otherwise in Spanish.
        english: bool,
    },
    /// The secret addresses of feeds.
    Feeds,
    /// Makes a secret address.
    AddFeed(FeedWanted),
    /// Revokes a secret address.
    RevokeFeed {
        /// Its id, or the beginning of it.
        id: String,
    },
    /// A document of an address.
    Feed(FeedQuestion),
    /// The report of delays.
    Delays(Question),
    /// Visits now.
    Poll {
        /// The cases as typed; all when empty.
        cases: Vec<String>,
        /// Whether nothing is kept.
        dry_run: bool,
    },
    /// Pages that a person saved.
    Import {
        /// The source.
        source: String,
        /// The case as typed.
        case: String,
        /// Each page: its step (the first when empty) and its bytes in base64.
        pages: Vec<(String, String)>,
        /// A charset that overrides what the pages say.
        charset: Option<String>,
    },
    /// The outbox.
    Deliveries {
        /// A delivery's id, or a case as typed; all when absent.
        #[serde(default)]
        about: Option<String>,
        /// Only those that are held or given up.
        failed: bool,
        /// At most this many, newest first.
        limit: usize,
        /// Only those in this state, by its stable name.
        #[serde(default)]
        state: Option<String>,
        /// Only those of this channel.
        #[serde(default)]
        channel: Option<String>,
        /// Only those after this one in the list: the id of the last that is known.
        #[serde(default)]
        after: Option<String>,
    },
    /// What everybody may see of the cases of a tag.
    Public {
        /// The tag.
        tag: String,
    },
    /// The sources of the watched cases, with what their hosts last answered.
    Sources,
    /// Sends deliveries again, or ends them.
    Retry {
        /// Their ids; when empty, all that are held or given up and that the rest asks for.
        ids: Vec<String>,
        /// Whether they are ended instead.
        #[serde(default)]
        end: bool,
        /// Which, when no ids are named.
        #[serde(default)]
        which: Which,
    },
    /// Sends what the brake holds of a source, or ends it.
    Brake {
        /// The source.
        source: String,
        /// Whether it is sent.
        #[serde(rename = "decision", with = "decision")]
        release: bool,
        /// Whether what only came with it ends too.
        #[serde(default)]
        all: bool,
    },
    /// Silences, active and past.
    Silences,
    /// Begins a silence.
    Silence(Wanted),
    /// Ends a silence.
    EndSilence {
        /// Its id, or the beginning of it.
        id: String,
    },
    /// A consistent copy.
    Backup {
        /// The folder, absolute.
        dir: String,
    },
    /// Everything as JSON Lines, into a file.
    Export {
        /// The file, absolute.
        to: String,
    },
    /// Is the store whole?
    Fsck {
        /// Whether indexes are mended.
        repair: bool,
    },
    /// What works and what does not.
    Doctor {
        /// Whether each source is asked once.
        ask_sources: bool,
    },
    /// Users, tokens and what was done.
    Access(Access),
    /// Reads the watch list again.
    Reload,
    /// Which daemon runs, and from which list?
    Status,
}

impl Ask {
    /// Whether the answer keeps something that may be the first that is kept: a question that only looks must not leave an empty store behind.
    pub fn may_begin(&self) -> bool {
        matches!(self, Self::Poll { .. } | Self::Import { .. } | Self::Access(Access::AddUser { .. } | Access::AddToken { .. }))
    }
}

/// Which deliveries are sent again, when no ids are named.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Which {
    /// Made in this millisecond since the epoch or later; as JSON an instant.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(with = "instant", skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// Those of this channel.
    pub channel: Option<String>,
    /// Also those that arrived.
    pub delivered: bool,
}

/// A silence as it was typed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Wanted {
    /// The source.
    pub source: Option<String>,
    /// The case as typed.
    pub case: Option<String>,
    /// Patterns of kinds.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// A tag.
    pub tag: Option<String>,
    /// A channel.
    pub channel: Option<String>,
    /// A recipient.
    pub to: Option<String>,
    /// Whether critical news and what is for the operator is muted too.
    #[serde(default)]
    pub critical: bool,
    /// Who makes it.
    pub by: String,
    /// Why.
    pub because: String,
    /// Its end, RFC 3339.
    pub until: String,
}

/// An answer: data, or one sentence and the exit code that goes with it.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Data.
    Data(Value),
    /// A refusal.
    No {
        /// What, where, what to do.
        why: String,
        /// The exit code.
        code: u8,
    },
}

impl Answer {
    /// A refusal that has its Spanish, with these in the places of what differs.
    pub fn no(code: u8, sentence: &Sentence, parts: &[&dyn std::fmt::Display]) -> Self {
        Self::No { why: sentence.with(parts), code }
    }
}

/// What becomes of what the brake holds, as a word.
mod decision {
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub fn serialize<S: Serializer>(release: &bool, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(if *release { "release" } else { "discard" })
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "release" => Ok(true),
            "discard" => Ok(false),
            other => Err(de::Error::unknown_variant(other, &["release", "discard"])),
        }
    }
}

/// Milliseconds since the epoch, as an instant.
mod instant {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    pub fn serialize<S: Serializer>(at: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
        at.and_then(|at| Timestamp::from_millisecond(at).ok()).map(|at| at.to_string()).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
        let at: Timestamp = text.parse().map_err(|_| de::Error::custom(format!("\"{text}\" is no instant; write 2026-03-01T17:00:00Z")))?;
        Ok(Some(at.as_millisecond()))
    }
}
