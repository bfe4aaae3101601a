//! The keys of a `command` channel: which program takes its events, and how long it may take.
//!
//! It is run by `notify`, without a shell; here it is only looked at.

use std::time::Duration;

use crate::diag::Reader;

use super::program::{self, Program};
use super::scope::Scope;

/// A program that takes events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The program.
    pub program: Program,
    /// How long it may take for one event.
    pub timeout: Duration,
}

/// As long as a webhook may take, and some.
const TIMEOUT: Duration = Duration::from_secs(30);

/// More than this would hold up the end of the daemon and the news behind it.
const LONGEST: Duration = Duration::from_secs(600);

/// Reads the program of a channel.
pub(super) fn read(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<Command> {
    let timeout = scope.duration(table, "timeout", Duration::from_secs(1), LONGEST).map_or(TIMEOUT, |at| at.value);
    let program = program::read(table, scope, "what it should get is held until it is there and may be run by the user that runs veedor")?;
    Some(Command { program, timeout })
}
