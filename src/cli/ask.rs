//! Asks the daemon; when none runs, opens the store and answers in this process with the same code.
//!
//! Used by every command that needs what is kept.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

use super::{Common, Exit, Failure};
use crate::clock::Clock;
use crate::config::Config;
use crate::daemon::answers::{Answer, Ask, Desk, answer};
use crate::daemon::visit::Visitor;
use crate::daemon::{Handles, prune, socket};
use crate::store::error::StoreError;
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

/// Loads the watch list; every problem goes to standard error.
pub fn load(common: &Common) -> Result<Config, Failure> {
    match Config::load(&path(common)) {
        Ok(loaded) => {
            if !common.quiet {
                for warning in &loaded.warnings {
                    eprintln!("warning: {warning}");
                }
            }
            Ok(loaded.config)
        }
        Err(problems) => {
            for problem in &problems {
                eprintln!("{problem}\n");
            }
            let count = problems.len();
            let noun = if count == 1 { "problem" } else { "problems" };
            Err(Failure::new(Exit::Config, format!("{} has {count} {noun}", path(common).display())))
        }
    }
}

/// Asks, wherever the answer is to be had.
pub fn ask(common: &Common, question: Ask) -> Result<Value, Failure> {
    let config = load(&Common { quiet: true, ..common.clone() })?;
    let answer = match connect(&config)? {
        Some(stream) => over(stream, &question)?,
        None => here(config, question)?,
    };
    sort(answer)
}

/// Asks the daemon only.
pub fn ask_daemon(common: &Common, question: &Ask) -> Result<Value, Failure> {
    let config = load(&Common { quiet: true, ..common.clone() });
    let state_dir = config?.general.state_dir;
    let path = socket::path_in(&state_dir);
    match UnixStream::connect(&path) {
        Ok(stream) => sort(over(stream, question)?),
        Err(error) => {
            Err(Failure::new(Exit::NoDaemon, format!("no daemon answers at {}: {error}; start it with `veedor run`", path.display())))
        }
    }
}

fn sort(answer: Answer) -> Result<Value, Failure> {
    match answer {
        Answer::Data(data) => Ok(data),
        Answer::No { why, code } => Err(Failure::new(Exit::of(code), why)),
    }
}

fn connect(config: &Config) -> Result<Option<UnixStream>, Failure> {
    use std::io::ErrorKind::{ConnectionRefused, NotFound};
    let path = socket::path_in(&config.general.state_dir);
    match UnixStream::connect(&path) {
        Ok(stream) => Ok(Some(stream)),
        Err(error) if matches!(error.kind(), NotFound | ConnectionRefused) => Ok(None),
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

fn here(config: Config, question: Ask) -> Result<Answer, Failure> {
    let runtime = runtime()?;
    runtime.block_on(async {
        let looks_only = matches!(question, Ask::Backup { .. } | Ask::Export { .. } | Ask::Fsck { .. });
        let options = Options { trial: true, allow_blobs: looks_only, ..Options::new(Clock::System.now()) };
        let handles =
            Handles::open_with(config, Clock::System, options).await.map_err(|error| Failure::new(Exit::Store, error.to_string()))?;
        let broken = |error: StoreError| Failure::new(Exit::Store, error.to_string());
        // Visits from the command line count against the same budgets as the daemon's.
        prune::restore_hosts(&handles).await.map_err(broken)?;
        let visitor = Arc::new(Visitor::new(handles.clone()));
        let answered = answer(&Desk { handles: handles.clone(), visitor }, question).await;
        prune::keep_hosts(&handles).await.map_err(broken)?;
        let store = handles.store.clone();
        crate::store::pulse::blocking(move || store.flush()).await.map_err(broken)?;
        Ok(answered)
    })
}

/// A runtime for one command.
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let built = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    built.map_err(|error| Failure::new(Exit::Failed, format!("the runtime could not start: {error}")))
}
