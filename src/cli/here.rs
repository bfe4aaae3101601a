//! Answers in this process when no daemon runs.
//!
//! Called by `ask`, and by commands that need a runtime, or to know whether anything is kept.

use std::iter::Peekable;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::ask::knock;
use super::place::{self, Scratch, Unusable};
use super::{Exit, Failure, print};
use crate::ask::{Answer, Ask};
use crate::clock::Clock;
use crate::config::Config;
use crate::daemon::answers::{Desk, answer};
use crate::daemon::visit::Visitor;
use crate::daemon::{Handles, STORE, StartError, prune, socket};
use crate::store::error::{OpenError, StoreError};
use crate::store::folder;
use crate::store::open::Options;

/// How long a command waits for a process that has the store and does not answer questions.
const PATIENCE: Duration = Duration::from_secs(10);

/// Answers in this process. The store is flushed and the hosts' budgets are kept even when an answer is a refusal.
///
/// The connection, and no question taken, when a daemon that was only starting answers by now.
pub(super) fn here(
    mut config: Config,
    questions: &mut Peekable<impl Iterator<Item = Ask>>,
    mut each: impl FnMut(Answer) -> Result<(), Failure>,
) -> Result<Option<UnixStream>, Failure> {
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
    if !questions.peek().is_some_and(Ask::may_begin) {
        something_kept(&state_dir)?;
    }
    let runtime = runtime()?;
    let looks_only = matches!(questions.peek(), Some(Ask::Backup { .. } | Ask::Export { .. } | Ask::Fsck { .. }));
    let options = Options { trial: true, allow_blobs: looks_only, ..Options::new(Clock::System.now()) };
    let answered = runtime.block_on(async {
        let handles = match open(config, options, PATIENCE).await? {
            Opened::Here(handles) => handles,
            Opened::Daemon(stream) => return Ok(Some(stream)),
        };
        let broken = |error: StoreError| Failure::new(Exit::Store, error.to_string());
        // Visits from the command line count against the same budgets as the daemon's.
        prune::restore_hosts(&handles).await.map_err(broken)?;
        let desk = Desk { handles: (*handles).clone(), visitor: Arc::new(Visitor::new((*handles).clone())), opened: Default::default() };
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
        result.map(|()| None)
    });
    drop(runtime);
    hand_back(&state_dir);
    answered
}

enum Opened {
    Here(Box<Handles>),
    Daemon(UnixStream),
}

/// Opens the store. While another process has it, looks for a daemon again: between taking the store and answering, a daemon
/// that starts reads its books, and one that ends writes them.
async fn open(config: Config, options: Options, patience: Duration) -> Result<Opened, Failure> {
    let end = Instant::now() + patience;
    let mut said = false;
    loop {
        // It waits for the lock itself, so that this does not spin.
        match Handles::open_with(config.clone(), Clock::System, options).await {
            Ok(handles) => return Ok(Opened::Here(Box::new(handles))),
            Err(error @ StartError::Locked(_)) => {
                if let Some(stream) = knock(&socket::path_in(&config.general.state_dir))? {
                    return Ok(Opened::Daemon(stream));
                }
                if Instant::now() >= end {
                    return Err(Failure::new(Exit::Store, error.to_string()));
                }
                if !std::mem::replace(&mut said, true) {
                    print::aside(&format!("waiting for up to {} s: {error}", patience.as_secs()));
                }
            }
            Err(error) => return Err(Failure::new(Exit::Store, error.to_string())),
        }
    }
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

    /// A watch list with its state folder, and a file that holds the lock of its store as another process would.
    fn held(folder: &Path) -> (Config, std::fs::File) {
        let list = folder.join("watchlist.toml");
        std::fs::write(&list, "[veedor]\nstate_dir = \"state\"\nlisten = \"\"\n").expect("written");
        let config = Config::load(&list).map_err(|problems| format!("{problems:?}")).expect("a list").config;
        let runtime = runtime().expect("a runtime");
        let options = || Options::new(Clock::System.now());
        assert!(matches!(runtime.block_on(open(config.clone(), options(), Duration::ZERO)), Ok(Opened::Here(_))));
        drop(runtime);
        let log = std::fs::File::open(config.general.state_dir.join("store/sled/db")).expect("its log");
        log.lock().expect("the lock");
        (config, log)
    }

    #[test]
    fn a_store_that_stays_in_use_is_said_and_a_daemon_that_answers_by_now_is_asked() {
        let folder = tempfile::tempdir().expect("a folder");
        let (config, log) = held(folder.path());
        let runtime = runtime().expect("a runtime");
        let opened = |patience| runtime.block_on(open(config.clone(), Options::new(Clock::System.now()), patience));
        let refused = opened(Duration::ZERO).map(|_| ()).expect_err("it is in use");
        assert!(refused.exit == Exit::Store && refused.why.contains("is in use by another process"), "{}", refused.why);
        let socket = std::os::unix::net::UnixListener::bind(socket::path_in(&config.general.state_dir)).expect("bound");
        assert!(matches!(opened(PATIENCE), Ok(Opened::Daemon(_))));
        drop((socket, log));
        assert!(matches!(opened(PATIENCE), Ok(Opened::Here(_))));
    }

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
