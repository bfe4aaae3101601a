//! What commands may ask, and the answers, as JSON.
//!
//! The same functions answer over the daemon's socket and, when no daemon runs, in the command's own process. They print
//! nothing; `cli` turns the JSON into tables.

mod cases;
mod clocks;
mod delays;
mod doctor;
mod hearings;
mod outbox;
mod recovery;
mod silences;
mod upkeep;
mod visits;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Handles;
use super::visit::Visitor;
use crate::config::Config;
use crate::diag::nearest;
use crate::domain::case::Watch;
use crate::store::braked::Decision;
use crate::store::error::StoreError;

pub use clocks::masked;
pub use delays::{Form, Question};
pub use doctor::finding;
pub use recovery::Which;
pub use silences::Wanted;
pub use visits::polled;

/// What the answers need.
#[derive(Debug, Clone)]
pub struct Desk {
    /// The handles of the daemon, or of the command itself.
    pub handles: Handles,
    /// Makes visits.
    pub visitor: Arc<Visitor>,
}

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
    },
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

impl From<StoreError> for Answer {
    fn from(error: StoreError) -> Self {
        Self::No { why: error.to_string(), code: 74 }
    }
}

/// Answers a question.
pub async fn answer(desk: &Desk, ask: Ask) -> Answer {
    let result = match ask {
        Ask::List => cases::list(desk).await,
        Ask::Show { case, version } => cases::show(desk, &case, version).await,
        Ask::Diff { case, from, to } => cases::diff(desk, &case, from, to).await,
        Ask::Hearings { case } => hearings::hearings(desk, case.as_deref()).await,
        Ask::Clocks { case, all } => clocks::clocks(desk, case.as_deref(), all).await,
        Ask::Delays(question) => delays::delays(desk, &question).await,
        Ask::Poll { cases, dry_run } => visits::poll(desk, &cases, dry_run).await,
        Ask::Import { source, case, pages, charset } => visits::import(desk, &source, &case, pages, charset).await,
        Ask::Deliveries { about, failed, limit } => outbox::deliveries(desk, about.as_deref(), failed, limit).await,
        Ask::Retry { ids, end, which } => recovery::retry(desk, &ids, end, &which).await,
        Ask::Brake { source, release: true, .. } => outbox::brake(desk, source, None).await,
        Ask::Brake { source, release: false, all } => {
            outbox::brake(desk, source, Some(if all { Decision::DiscardAll } else { Decision::Discard })).await
        }
        Ask::Silences => silences::list(desk).await,
        Ask::Silence(wanted) => silences::begin(desk, wanted).await,
        Ask::EndSilence { id } => silences::end(desk, &id).await,
        Ask::Backup { dir } => upkeep::backup(desk, dir).await,
        Ask::Export { to } => upkeep::export(desk, to).await,
        Ask::Fsck { repair } => upkeep::fsck(desk, repair).await,
        Ask::Doctor { ask_sources } => doctor::doctor(desk, ask_sources).await,
        Ask::Reload => upkeep::reload(desk).await,
        Ask::Status => Ok({
            let config = desk.handles.config.load();
            let list = std::path::absolute(&config.path).unwrap_or_else(|_| config.path.clone());
            json!({"cases": config.cases.len(), "pid": std::process::id(), "list": list.display().to_string()})
        }),
    };
    result.map_or_else(|refusal| refusal, Answer::Data)
}

/// Finds a case as a person types it: its number with or without separators, its nickname, or `source/number`.
pub fn find<'c>(config: &'c Config, typed: &str) -> Result<(usize, &'c Watch), Answer> {
    let squeeze = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect::<String>();
    let wanted = squeeze(typed);
    let matches = |watch: &Watch| {
        squeeze(&watch.number.canonical) == wanted
            || squeeze(&watch.case.number) == wanted
            || squeeze(&watch.case.to_string()) == wanted
            || watch.name.as_deref().is_some_and(|name| squeeze(name) == wanted)
    };
    let found: Vec<_> = config.cases.iter().enumerate().filter(|(_, watch)| matches(watch)).collect();
    match found[..] {
        [one] => Ok(one),
        [] => {
            let near = nearest(typed, config.cases.iter().map(|watch| watch.number.canonical.as_str()));
            let hint = near.map_or("`veedor list` shows the watch list".to_owned(), |near| format!("did you mean {near}?"));
            Err(Answer::No { why: format!("no case \"{typed}\" is watched; {hint}"), code: 4 })
        }
        _ => {
            let names: Vec<String> = found.iter().map(|(_, watch)| watch.case.to_string()).collect();
            Err(Answer::No { why: format!("\"{typed}\" may be any of {}; type one of these", names.join(", ")), code: 2 })
        }
    }
}
