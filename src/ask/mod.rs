//! What may be asked of veedor, and the answers: one vocabulary for the commands, the socket and the web.
//!
//! `cli` and `web` ask; `daemon::answers` answers, in the daemon or, when none runs, in the command's own process. An answer is JSON of a
//! form in `wire`, or one sentence and an exit code. Nothing is looked up or decided here.

pub mod board;
pub mod delays;
pub mod line;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use board::{FeedQuestion, FeedWanted, HearingQuestion};
use delays::Question;

/// A question.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum Ask {
    /// The watch list with its health.
    List,
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
    /// Reads the watch list again.
    Reload,
    /// Which daemon runs, and from which list?
    Status,
}

/// Which deliveries are sent again, when no ids are named.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Which {
    /// Made in this millisecond since the epoch or later.
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
    pub kinds: Vec<String>,
    /// A tag.
    pub tag: Option<String>,
    /// A channel.
    pub channel: Option<String>,
    /// A recipient.
    pub to: Option<String>,
    /// Whether critical news and what is for the operator is muted too.
    pub critical: bool,
    /// Who makes it.
    pub by: String,
    /// Why.
    pub because: String,
    /// Its end, RFC 3339.
    pub until: String,
}

/// An answer: data, or one sentence and the exit code that goes with it.
#[derive(Debug)]
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
    /// The form on the socket.
    pub fn into_json(self) -> Value {
        match self {
            Self::Data(data) => json!({ "ok": data }),
            Self::No { why, code } => json!({"error": why, "code": code}),
        }
    }

    /// Reads [`into_json`](Self::into_json) back.
    pub fn from_json(mut reply: Value) -> Self {
        if let Some(data) = reply.get_mut("ok") {
            return Self::Data(data.take());
        }
        let why = reply.get("error").and_then(Value::as_str).unwrap_or("the daemon gave no answer").to_owned();
        let code = reply.get("code").and_then(Value::as_u64).and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
        Self::No { why, code }
    }
}
