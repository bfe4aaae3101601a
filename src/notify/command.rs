//! Hands one event to a program of the operator: the body of a webhook on standard input.
//!
//! Running it is [`process`]'s work; here its end gets its meaning, after `sysexits.h`: 0 takes the event, 75 (EX_TEMPFAIL) and
//! all that is not named here asks for another attempt, 65 (EX_DATAERR) never takes this event, 64 (EX_USAGE), 78 (EX_CONFIG), 126
//! and 127 say that the channel is misconfigured. The last line of its standard error is the reason.

use std::io::ErrorKind;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::time::Duration;

use super::Attempted;
use crate::domain::delivery::{Delivery, Outcome};
use crate::domain::redact::plain;
use crate::process::{self, Failure, Ran, Task};

/// A program that takes events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// The program, with its whole path unless it is to be looked for on `PATH`.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// The folder that it is run in.
    pub folder: PathBuf,
    /// How long it may take.
    pub timeout: Duration,
}

impl Program {
    pub(super) fn name(&self) -> String {
        self.program.file_name().unwrap_or(self.program.as_os_str()).to_string_lossy().into_owned()
    }
}

/// Runs the program once. It learns the delivery's id, the same at each attempt, by which it can tell a repeat.
pub(super) async fn send(program: &Program, delivery: &Delivery, body: &[u8]) -> Attempted {
    let id = format!("msg_{}", delivery.id);
    let told = [("VEEDOR_DELIVERY", id.as_str()), ("VEEDOR_CHANNEL", delivery.channel.as_str())];
    let task = Task {
        program: &program.program,
        arguments: &program.arguments,
        folder: &program.folder,
        told: &told,
        input: Some(body),
        most_printed: None,
        timeout: program.timeout,
    };
    let name = program.name();
    match process::run(task).await {
        Ok(ran) => judge(&name, &ran),
        Err(Failure::Start(error)) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => {
            Attempted::of_channel(Outcome::Misconfigured { why: format!("{name} cannot be started: {error}") })
        }
        Err(Failure::Start(error)) => later(format!("{name} cannot be started now: {error}")),
        Err(Failure::TimedOut) => later(format!("{name} did not end within {} s and was killed", program.timeout.as_secs_f64())),
        Err(Failure::Lost(error)) => later(format!("the end of {name} was lost: {error}")),
        Err(Failure::TooMuch) => later(format!("{name} printed too much")),
    }
}

fn later(why: String) -> Attempted {
    Attempted::of_channel(Outcome::Retry { why, after: None })
}

fn judge(name: &str, Ran { status, said, .. }: &Ran) -> Attempted {
    let said = plain(said);
    let said = if said.is_empty() { String::new() } else { format!(": {said}") };
    let Some(code) = status.code() else {
        return later(format!("{name} was ended by signal {}{said}", status.signal().unwrap_or_default()));
    };
    let why = format!("{name} ended with {code}{said}");
    match code {
        0 => Attempted::of_message(Outcome::Sent { detail: format!("{name} took it{said}") }),
        75 => later(why),
        65 => Attempted::of_message(Outcome::Rejected { why }),
        64 | 78 | 126 | 127 => Attempted::of_channel(Outcome::Misconfigured { why }),
        _ => Attempted::of_message(Outcome::Retry { why, after: None }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Whose;
    use super::*;
    use crate::domain::sample;

    fn shell(script: &str) -> Program {
        let arguments = vec!["-c".to_owned(), script.to_owned()];
        Program { program: "/bin/sh".into(), arguments, folder: std::env::temp_dir(), timeout: Duration::from_secs(30) }
    }

    async fn ran(script: &str) -> Attempted {
        send(&shell(script), &sample::delivery("", &[]), b"{\"type\":\"ruling.issued\"}").await
    }

    #[tokio::test]
    async fn how_the_program_ends_says_what_becomes_of_the_event() {
        for (script, name, whose, words) in [
            ("cat >/dev/null; echo noted >&2", "sent", Whose::Message, "sh took it: noted"),
            ("exit 0", "sent", Whose::Message, "sh took it"),
            ("echo first >&2; echo 'no line' >&2; exit 75", "retry", Whose::Channel, "sh ended with 75: no line"),
            ("exit 1", "retry", Whose::Message, "sh ended with 1"),
            ("exit 65", "rejected", Whose::Message, "sh ended with 65"),
            ("echo 'no token' >&2; exit 78", "misconfigured", Whose::Channel, "sh ended with 78: no token"),
            ("/nowhere/at/all", "misconfigured", Whose::Channel, "sh ended with 127"),
            ("kill -9 $$", "retry", Whose::Channel, "sh was ended by signal 9"),
        ] {
            let attempted = ran(script).await;
            assert_eq!((attempted.outcome.name(), attempted.whose), (name, whose), "{script}: {attempted:?}");
            assert!(attempted.outcome.detail().starts_with(words), "{script}: {attempted:?}");
        }
        let absent = Program { program: "/nowhere/at/all".into(), ..shell("") };
        let attempted = send(&absent, &sample::delivery("", &[]), b"{}").await;
        assert!(matches!(&attempted.outcome, Outcome::Misconfigured { why } if why.starts_with("all cannot be started")), "{attempted:?}");
        let slow = Program { timeout: Duration::from_millis(200), ..shell("while :; do :; done") };
        let attempted = send(&slow, &sample::delivery("", &[]), b"{}").await;
        assert!(matches!(&attempted.outcome, Outcome::Retry { why, .. } if why.contains("within 0.2 s and was killed")), "{attempted:?}");
    }

    #[tokio::test]
    async fn the_program_gets_the_stored_bytes_and_an_id_that_stays() {
        let attempted = ran("read -r body; echo \"$body $VEEDOR_DELIVERY $VEEDOR_CHANNEL\" >&2").await;
        let id = sample::delivery("", &[]).id;
        assert_eq!(attempted.outcome.detail(), format!("sh took it: {{\"type\":\"ruling.issued\"}} msg_{id} redaccion"));
    }
}
