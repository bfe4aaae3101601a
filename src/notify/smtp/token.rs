//! The access token of a mail account: printed by a program of the operator, which asks the provider for a new one when it must.
//!
//! Microsoft 365 and Gmail take no password any more. How a token is had differs by provider, by organisation and by year, and the consent
//! is given in a browser, so that it is left to the programs that exist for it (`oama`, `mutt_oauth2.py`, `pizauth`). Asked once for each
//! connection, by [`open`](super::open); nothing is kept here, and nothing that it printed is told.

use std::io::ErrorKind;

use crate::domain::delivery::Outcome;
use crate::notify::command::Program;
use crate::process::{self, Failure, Task};

/// Providers' tokens have some thousand characters.
const LONGEST: usize = 16 * 1024;

/// What is said when the relay does not take it.
pub(super) const REFUSED: &str =
    "the mail relay does not take the token that token_command printed; give the consent anew, and look at the rights of the account";

/// Runs the program; the token is the first line that it prints.
///
/// # Errors
/// What becomes of the mail: it waits while the program or the provider has trouble, and the channel rests while the program is not there or
/// says that it is not set up (after `sysexits.h`).
pub(super) async fn printed(program: &Program) -> Result<String, Outcome> {
    let later = |why: String| Outcome::Retry { why: format!("token_command: {why}"), after: None };
    let wrong = |why: String| Outcome::Misconfigured { why: format!("token_command: {why}") };
    let name = program.name();
    let task = Task {
        program: &program.program,
        arguments: &program.arguments,
        folder: &program.folder,
        told: &[],
        input: None,
        most_printed: Some(LONGEST),
        timeout: program.timeout,
    };
    let ran = process::run(task).await.map_err(|failure| match failure {
        Failure::Start(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => {
            wrong(format!("{name} cannot be started: {error}"))
        }
        Failure::Start(error) => later(format!("{name} cannot be started now: {error}")),
        Failure::TimedOut => later(format!("{name} did not end within {} s and was killed", program.timeout.as_secs_f64())),
        Failure::Lost(error) => later(format!("the end of {name} was lost: {error}")),
        Failure::TooMuch => wrong(format!("{name} printed too much for a token")),
    })?;
    match ran.status.code() {
        Some(0) => {}
        // Its words may hold what it asked with, so they are not told.
        Some(code @ (64 | 78 | 126 | 127)) => return Err(wrong(format!("{name} ended with {code}; run it by hand as the user of veedor"))),
        Some(code) => return Err(later(format!("{name} ended with {code}; run it by hand as the user of veedor"))),
        None => return Err(later(format!("{name} was ended by a signal"))),
    }
    let text = String::from_utf8_lossy(&ran.printed);
    let token = text.lines().next().unwrap_or_default().trim();
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(wrong(format!("{name} printed no token on its first line")));
    }
    Ok(token.to_owned())
}
