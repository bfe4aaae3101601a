//! How a command ends. The codes are promises: scripts branch on them.

use std::process::ExitCode;
use std::sync::Mutex;

/// The first error of standard output, unless its reader had enough (`| head`).
static LOST: Mutex<Option<std::io::Error>> = Mutex::new(None);

/// Notes that standard output could not be written.
pub fn output_lost(error: std::io::Error) {
    if error.kind() != std::io::ErrorKind::BrokenPipe
        && let Ok(mut lost) = LOST.lock()
    {
        lost.get_or_insert(error);
    }
}

/// How the command ends after all: a result that nobody can read is no success.
pub fn after_output(exit: Exit) -> Exit {
    if let Err(error) = std::io::Write::flush(&mut std::io::stdout()) {
        output_lost(error);
    }
    match LOST.lock().ok().and_then(|mut lost| lost.take()) {
        Some(error) => {
            super::print::aside(&format!("veedor: standard output could not be written: {error}"));
            if exit == Exit::Done { Exit::Failed } else { exit }
        }
        None => exit,
    }
}

/// The table under `veedor --help`.
pub const TABLE: &str = "Exit codes: 0 done · 1 failed · 2 usage · 3 not a case page, blocked or reserved · 4 case not found · \
69 daemon not reachable · 70 a loop died · 74 store unusable · 78 bad configuration";

/// The rows of the table: number and meaning.
pub fn meanings() -> Vec<(&'static str, &'static str)> {
    let rows = TABLE.trim_start_matches("Exit codes: ").split(" · ");
    rows.filter_map(|row| row.split_once(' ')).collect()
}

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: failed.
    Failed,
    /// 2: typed wrongly.
    Usage,
    /// 3: not a case page, blocked or reserved.
    NotACase,
    /// 4: the case is not found.
    NotFound,
    /// 69: no daemon answers.
    NoDaemon,
    /// 70: a loop of the daemon died.
    LoopDied,
    /// 74: the store cannot be used.
    Store,
    /// 78: the configuration is bad.
    Config,
}

impl Exit {
    const ALL: [Exit; 9] =
        [Exit::Done, Exit::Failed, Exit::Usage, Exit::NotACase, Exit::NotFound, Exit::NoDaemon, Exit::LoopDied, Exit::Store, Exit::Config];

    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::NotACase => 3,
            Self::NotFound => 4,
            Self::NoDaemon => 69,
            Self::LoopDied => 70,
            Self::Store => 74,
            Self::Config => 78,
        }
    }

    /// The ending with this number; failed when there is none.
    pub fn of(code: u8) -> Self {
        Self::ALL.into_iter().find(|exit| exit.code() == code).unwrap_or(Self::Failed)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.code())
    }
}
