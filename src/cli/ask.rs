//! Asks the daemon; when none runs, opens the store and answers in this process with the same code.
//!
//! Used by every command that needs what is kept.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use super::place::{self, Scratch, Unusable};
use super::{Common, Exit, Failure, print};
use crate::clock::Clock;
use crate::config::{Config, Loaded};
use crate::daemon::answers::{Answer, Ask, Desk, answer};
use crate::daemon::visit::Visitor;
use crate::daemon::{Handles, STORE, pointer, prune, socket};
use crate::diag::Problem;
use crate::store::error::{OpenError, StoreError};
use crate::store::folder;
use crate::store::open::Options;

/// The watch list that a command works with: the one named, else the one here, else the system's.
pub fn path(common: &Common) -> PathBuf {
    if let Some(path) = &common.config {
        return path.clone();
    }
    let here = PathBuf::from("watchlist.toml");
    let system = PathBuf::from("/etc/veedor/watchlist.toml");
    if !here.exists() && system.exists() { system } else { here }
}

/// Loads the watch list with its secrets, to send or to run; every problem goes to standard error.
pub fn load(common: &Common) -> Result<Config, Failure> {
    told(common, Config::load(&path(common)))
}

/// Loads the watch list without the secrets that cannot be read here.
pub fn load_without_secrets(common: &Common) -> Result<Config, Failure> {
    told(common, Config::load_without_secrets(&path(common)))
}

fn told(common: &Common, loaded: Result<Loaded, Vec<Problem>>) -> Result<Config, Failure> {
    match loaded {
        Ok(loaded) => {
            if !common.quiet {
                for warning in &loaded.warnings {
                    print::aside(&format!("warning: {warning}"));
                }
            }
            Ok(loaded.config)
        }
        Err(problems) => {
            for problem in &problems {
                print::aside(&format!("{problem}\n"));
            }
            let count = problems.len();
            let noun = if count == 1 { "problem" } else { "problems" };
            Err(Failure::new(Exit::Config, format!("{} has {count} {noun}", path(common).display())))
        }
    }
}

/// Asks, wherever the answer is to be had.
pub fn ask(common: &Common, question: Ask) -> Result<Value, Failure> {
    reach(common)?.ask(question)
}

/// Asks several questions in turn of one place, each when it is pulled, and passes the answers on as they come. Says whether a
/// daemon answered.
pub fn ask_each(common: &Common, questions: impl Iterator<Item = Ask>, mut each: impl FnMut(Value)) -> Result<bool, Failure> {
    let mut reached = Some(reach(common)?);
    let mut questions = questions;
    loop {
        // One connection, one question: the daemon may end in between.
        match reached.take().map_or_else(|| reach(common), Ok)? {
            Reached::Daemon { stream, .. } => match questions.next() {
                Some(question) => each(sort(over(stream, &question)?)?),
                None => return Ok(true),
            },
            Reached::Nobody(config) => {
                here(*config, questions, |answer| sort(answer).map(&mut each))?;
                return Ok(false);
            }
        }
    }
}

/// Asks the daemon only.
pub fn ask_daemon(common: &Common, question: &Ask) -> Result<Value, Failure> {
    match reach(common)? {
        Reached::Daemon { stream, .. } => sort(over(stream, question)?),
        Reached::Nobody(config) => {
            let path = socket::path_in(&config.general.state_dir);
            Err(Failure::new(Exit::NoDaemon, format!("no daemon answers at {}; start it with `veedor run`", path.display())))
        }
    }
}

/// Whom a command can ask.
#[derive(Debug)]
pub enum Reached {
    /// A daemon that was started from this watch list.
    Daemon {
        /// The connection.
        stream: UnixStream,
        /// The folder that it keeps everything in.
        state_dir: PathBuf,
    },
    /// No daemon runs: this process answers with this configuration.
    Nobody(Box<Config>),
}

impl Reached {
    /// Where everything is kept.
    pub fn state_dir(&self) -> &Path {
        match self {
            Self::Daemon { state_dir, .. } => state_dir,
            Self::Nobody(config) => &config.general.state_dir,
        }
    }

    /// Asks.
    pub fn ask(self, question: Ask) -> Result<Value, Failure> {
        sort(match self {
            Self::Daemon { stream, .. } => over(stream, &question)?,
            Self::Nobody(config) => {
                let mut answered = None;
                here(*config, std::iter::once(question), |answer| {
                    answered = Some(answer);
                    Ok(())
                })?;
                answered.unwrap_or(Answer::Data(Value::Null))
            }
        })
    }
}

/// Looks for the daemon: first where one that was started from this list said that it is, so that a list that cannot be
/// read now hides nothing; then in the list's state folder.
pub fn reach(common: &Common) -> Result<Reached, Failure> {
    for link in pointer::links(&path(common), &|name| std::env::var(name).ok()) {
        let state_dir = link.read_link().ok().and_then(|socket| socket.parent().map(Path::to_owned));
        if let (Some(stream), Some(state_dir)) = (knock(&link)?, state_dir) {
            return Ok(Reached::Daemon { stream, state_dir });
        }
    }
    let config = load_without_secrets(&Common { quiet: true, ..common.clone() })?;
    let state_dir = config.general.state_dir.clone();
    Ok(match knock(&socket::path_in(&state_dir))? {
        Some(stream) => Reached::Daemon { stream, state_dir },
        None => Reached::Nobody(Box::new(config)),
    })
}

fn sort(answer: Answer) -> Result<Value, Failure> {
    match answer {
        Answer::Data(data) => Ok(data),
        Answer::No { why, code } => Err(Failure::new(Exit::of(code), why)),
    }
}

/// Connects; `None` when nobody listens there.
fn knock(path: &Path) -> Result<Option<UnixStream>, Failure> {
    use std::io::ErrorKind::{ConnectionRefused, NotADirectory, NotFound};
    match UnixStream::connect(path) {
        Ok(stream) => Ok(Some(stream)),
        Err(error) if matches!(error.kind(), NotFound | NotADirectory | ConnectionRefused) => Ok(None),
        Err(error) => {
            let why =
                format!("the daemon's socket {} cannot be used: {error}; run the command as the daemon's user or as root", path.display());
            Err(Failure::new(Exit::NoDaemon, why))
        }
    }
}

fn over(mut stream: UnixStream, question: &Ask) -> Result<Answer, Failure> {
    let lost = |error: std::io::Error| Failure::new(Exit::NoDaemon, format!("the daemon went away: {error}"));
    let mut line = serde_json::to_vec(question).map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    line.push(b'\n');
    stream.write_all(&line).map_err(lost)?;
    let mut reply = String::new();
    BufReader::new(stream).read_line(&mut reply).map_err(lost)?;
    match serde_json::from_str(&reply) {
        Ok(value) => Ok(Answer::from_json(value)),
        Err(_) => Err(Failure::new(Exit::NoDaemon, "the daemon ended before it answered")),
    }
}

/// Answers in this process. The store is flushed and the hosts' budgets are kept even when an answer is a refusal.
fn here(
    mut config: Config,
    questions: impl Iterator<Item = Ask>,
    mut each: impl FnMut(Answer) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut questions = questions.peekable();
    // A dry run keeps nothing, not even the store that it answers from.
    let scratch = match questions.peek() {
        Some(Ask::Poll { dry_run: true, .. }) if nothing_kept(&config.general.state_dir) => Some(Scratch::make("dry")?),
        _ => None,
    };
    if let Some(scratch) = &scratch {
        config.general.state_dir.clone_from(&scratch.path);
    }
    let state_dir = config.general.state_dir.clone();
    // A question must not leave an empty store behind, which would look like one that never saw anything.
    if !matches!(questions.peek(), Some(Ask::Poll { .. } | Ask::Import { .. })) {
        something_kept(&state_dir)?;
    }
    let runtime = runtime()?;
    let looks_only = matches!(questions.peek(), Some(Ask::Backup { .. } | Ask::Export { .. } | Ask::Fsck { .. }));
    let options = Options { trial: true, allow_blobs: looks_only, ..Options::new(Clock::System.now()) };
    let answered = runtime.block_on(async {
        let handles =
            Handles::open_with(config, Clock::System, options).await.map_err(|error| Failure::new(Exit::Store, error.to_string()))?;
        let broken = |error: StoreError| Failure::new(Exit::Store, error.to_string());
        // Visits from the command line count against the same budgets as the daemon's.
        prune::restore_hosts(&handles).await.map_err(broken)?;
        let desk = Desk { handles: handles.clone(), visitor: Arc::new(Visitor::new(handles.clone())) };
        let mut result = Ok(());
        for question in questions {
            result = each(answer(&desk, question).await);
            if result.is_err() {
                break;
            }
        }
        prune::keep_hosts(&handles).await.map_err(broken)?;
        let store = handles.store.clone();
        crate::store::pulse::blocking(move || store.flush()).await.map_err(broken)?;
        Ok(result)
    });
    drop(runtime);
    hand_back(&state_dir);
    answered.and_then(|result| result)
}

/// Refuses when no daemon and no visit ever kept anything there.
pub fn something_kept(state_dir: &Path) -> Result<(), Failure> {
    let store = state_dir.join(STORE);
    match store.try_exists() {
        Ok(true) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {
            let why = format!("{} cannot be looked into: {error}; run the command as the daemon's user or as root", store.display());
            Err(Failure::new(Exit::Store, why))
        }
        Ok(false) | Err(_) => {
            if let Some(moved_to) = folder::moved_earlier(&store) {
                let (why, backup) = ("it did not open earlier".to_owned(), folder::newest_backup(&store));
                return Err(Failure::new(Exit::Store, OpenError::Damaged { why, moved_to, backup, dir: store }.to_string()));
            }
            if let Err(Unusable::Never(why)) = place::usable(state_dir) {
                return Err(Failure::new(Exit::Store, why));
            }
            let why = format!(
                "no daemon runs, and nothing is kept in {} yet; `veedor run` starts the daemon, `veedor poll` makes one visit",
                state_dir.display()
            );
            Err(Failure::new(Exit::NoDaemon, why))
        }
    }
}

/// Whether there is no store, and none was moved aside.
fn nothing_kept(state_dir: &Path) -> bool {
    let store = state_dir.join(STORE);
    store.try_exists().is_ok_and(|there| !there) && folder::moved_earlier(&store).is_none()
}

/// Gives what root made in the service's folder to the service, which could not open its store otherwise.
pub fn hand_back(state_dir: &Path) {
    let Ok(owner) = std::fs::metadata(state_dir).map(|held| (held.uid(), held.gid())) else { return };
    let mut folders = vec![state_dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(held) = entry.metadata() else { continue };
            if held.uid() != owner.0 {
                // Only root can, and only root needs to.
                let _ = std::os::unix::fs::lchown(entry.path(), Some(owner.0), Some(owner.1));
            }
            if held.is_dir() {
                folders.push(entry.path());
            }
        }
    }
}

/// A runtime for one command.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let built = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    built.map_err(|error| Failure::new(Exit::Failed, format!("the runtime could not start: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_root_made_in_the_services_folder_is_given_to_the_service() {
        let folder = tempfile::tempdir().expect("a folder");
        let state = folder.path().join("state");
        std::fs::create_dir_all(state.join("store/blobs")).expect("made");
        std::fs::write(state.join("store/blobs/1"), "").expect("written");
        // Only root can give a folder away; for anyone else everything is theirs already, which must stay so.
        let given = std::os::unix::fs::chown(&state, Some(65_534), Some(65_534)).is_ok();
        hand_back(&state);
        let owner = std::fs::metadata(&state).expect("there").uid();
        assert_eq!(given, owner == 65_534);
        for inner in ["store", "store/blobs", "store/blobs/1"] {
            assert_eq!(std::fs::metadata(state.join(inner)).expect("there").uid(), owner, "{inner}");
        }
    }
}
