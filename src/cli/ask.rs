//! Asks the daemon; when none runs, has the question answered in this process with the same code.
//!
//! Used by every command that needs what is kept.

use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::here::here;
use super::over::over;
use super::{Common, Exit, Failure, print};
use crate::ask::{Answer, Ask};
use crate::config::{Config, Loaded};
use crate::daemon::{pointer, socket};
use crate::diag::Problem;

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
    let mut questions = questions.peekable();
    loop {
        // One connection, one question: the daemon may end in between.
        match reached.take().map_or_else(|| reach(common), Ok)? {
            Reached::Daemon { stream, .. } => match questions.next() {
                Some(question) => each(sort(over(stream, &question)?)?),
                None => return Ok(true),
            },
            Reached::Nobody(config) => {
                let state_dir = config.general.state_dir.clone();
                match here(*config, &mut questions, |answer| sort(answer).map(&mut each))? {
                    Some(stream) => reached = Some(Reached::Daemon { stream, state_dir }),
                    None => return Ok(false),
                }
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
                let (mut answered, mut asked) = (None, std::iter::once(question.clone()).peekable());
                let started = here(*config, &mut asked, |answer| {
                    answered = Some(answer);
                    Ok(())
                })?;
                match started {
                    Some(stream) => over(stream, &question)?,
                    None => answered.unwrap_or(Answer::Data(Value::Null)),
                }
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
pub(super) fn knock(path: &Path) -> Result<Option<UnixStream>, Failure> {
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
