//! Runs a program that prints the docket of a case, for cases whose source is `command`.
//!
//! Called by [`visit`](super::visit). It maps what the program did to a page or to one of the kinds of trouble; what the page
//! says is the recipe's to read. The program has no shell, no secret of ours, a bounded output, and a process group of its own
//! that ends with it: at its end, at its timeout, at our stop, and when the visit is dropped.

use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;

use super::Handles;
use super::ask::Answer;
use crate::config::{Program, Source, spell_duration};
use crate::domain::case::CaseNumber;
use crate::domain::health::Health;
use crate::domain::page::{Page, Request};
use crate::recipe::{Next, Refusal};

/// The longest docket that a program may print.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// As much of the end of its standard error is kept.
const TAIL: usize = 4096;

/// As much of its last line is told.
const LONGEST_LINE: usize = 300;

/// What a program may know of our surroundings; everything else, our secrets too, is ours.
const PASSED_ON: [&str; 4] = ["PATH", "HOME", "LANG", "TZ"];

/// Runs the program of a case once.
pub async fn ask(handles: &Handles, source: &Source, program: &Program, number: &CaseNumber) -> Answer {
    let (now, zone) = (handles.clock.now(), source.recipe.zone_of(number));
    if let Some(hours) = source.hours.as_ref().filter(|hours| !hours.contain(now, &zone)) {
        let why = format!("{} is run only during its hours", program.name());
        return Answer::Postponed { why, not_before: Some(hours.next_open(now, &zone)) };
    }
    let request = match source.recipe.next(number, &[]) {
        Next::Ask(request) => request,
        Next::Refused(refusal) => return Answer::Refused(refusal),
        Next::Enough => return Answer::Pages(Vec::new(), None),
    };
    let ran = tokio::select! {
        ran = run(program, &number.canonical, source.timeout) => ran,
        () = handles.control.stopped() => return Answer::Postponed { why: "veedor stops".to_owned(), not_before: None },
    };
    match ran {
        Ok(ran) => sorted(program, ran, request, handles.clock.now()),
        Err(health) => Answer::Failed { health, not_before: None },
    }
}

/// What a program left behind.
struct Ran {
    status: ExitStatus,
    printed: Vec<u8>,
    /// The last line of its standard error.
    said: String,
}

/// The contract of exit codes: that of our own commands.
fn sorted(program: &Program, Ran { status, printed, said }: Ran, request: Request, at: jiff::Timestamp) -> Answer {
    let name = program.name();
    let said = if said.is_empty() { "it said nothing on standard error".to_owned() } else { said };
    match status.code() {
        Some(0) => Answer::Pages(
            vec![Page {
                step: request.step,
                url: request.url,
                status: 200,
                headers: Vec::new(),
                body: printed,
                charset: None,
                fetched_at: at,
            }],
            None,
        ),
        Some(3) => Answer::Refused(Refusal::Blocked(format!("{name} got no page of the case, a block or a reserved case: {said}"))),
        Some(4) => Answer::Refused(Refusal::NotFound),
        Some(code) => unavailable(format!("{name} ended with {code}: {said}")),
        None => unavailable(format!("{name} was ended by signal {}: {said}", status.signal().unwrap_or_default())),
    }
}

fn unavailable(why: String) -> Answer {
    Answer::Failed { health: Health::Unavailable(why), not_before: None }
}

async fn run(program: &Program, case: &str, timeout: std::time::Duration) -> Result<Ran, Health> {
    let name = program.name();
    let mut command = Command::new(&program.program);
    command.args(&program.arguments).current_dir(&program.folder).env_clear().env("VEEDOR_CASE", case);
    command.envs(PASSED_ON.iter().filter_map(|key| Some((key, std::env::var_os(key)?))));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).kill_on_drop(true);
    let started = command.spawn().map_err(|error| Health::Unavailable(format!("{name} cannot be started: {error}")))?;
    let mut child = Group { pid: started.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw), child: started };
    let (out, err) = (child.child.stdout.take(), child.child.stderr.take());
    let whole = async {
        let ended = async {
            let status = child.child.wait().await;
            // What it left running would keep the pipes open.
            child.end();
            status.map_err(|error| Health::Unavailable(format!("the end of {name} was lost: {error}")))
        };
        let printed = async {
            let printed = bounded(out).await.map_err(|error| Health::Unavailable(format!("what {name} prints was lost: {error}")))?;
            printed.ok_or_else(|| Health::Unreadable(format!("{name} printed more than {} MB", MOST_BYTES >> 20)))
        };
        let said = async { Ok(last_line(&tail(err).await)) };
        let (status, printed, said) = tokio::try_join!(ended, printed, said)?;
        Ok(Ran { status, printed, said })
    };
    match tokio::time::timeout(timeout, whole).await {
        Ok(ran) => ran,
        Err(_) => Err(Health::Unavailable(format!("{name} did not end within {} and was killed", spell_duration(timeout)))),
    }
}

/// A program and all that it started.
struct Group {
    child: tokio::process::Child,
    /// `None` once it is over: the number may be another's then.
    pid: Option<Pid>,
}

impl Group {
    fn end(&mut self) {
        if let Some(pid) = self.pid.take() {
            // Nobody may be left in it.
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}

/// All that is printed; `None` when it is more than a docket may be.
async fn bounded(pipe: Option<impl AsyncRead + Unpin>) -> std::io::Result<Option<Vec<u8>>> {
    let Some(pipe) = pipe else { return Ok(Some(Vec::new())) };
    let mut printed = Vec::new();
    pipe.take(MOST_BYTES as u64 + 1).read_to_end(&mut printed).await?;
    Ok((printed.len() <= MOST_BYTES).then_some(printed))
}

/// The end of what is said, all of which is read, so that a talkative program does not block.
async fn tail(pipe: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let (mut kept, mut part) = (Vec::new(), [0; 1024]);
    let Some(mut pipe) = pipe else { return kept };
    while let Ok(read @ 1..) = pipe.read(&mut part).await {
        kept.extend_from_slice(&part[..read]);
        if kept.len() > 2 * TAIL {
            kept.drain(..kept.len() - TAIL);
        }
    }
    kept
}

/// The last line that says something, in one line of bounded length.
fn last_line(said: &[u8]) -> String {
    let text = String::from_utf8_lossy(said);
    let line = text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    let clean: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_LINE + 1).collect();
    match clean.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{}…", &clean[..end]),
        None => clean,
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;
    use std::time::Duration;

    use super::*;

    fn shell(script: &str) -> Program {
        Program { program: PathBuf::from("/bin/sh"), arguments: vec!["-c".to_owned(), script.to_owned()], folder: std::env::temp_dir() }
    }

    async fn run(script: &str) -> Answer {
        let program = shell(script);
        let request = Request {
            step: "docket".into(),
            method: crate::domain::page::Method::Get,
            url: "program:sh".into(),
            headers: Vec::new(),
            body: None,
            charset: None,
        };
        match super::run(&program, "17-2024", Duration::from_secs(30)).await {
            Ok(ran) => sorted(&program, ran, request, jiff::Timestamp::UNIX_EPOCH),
            Err(health) => Answer::Failed { health, not_before: None },
        }
    }

    #[tokio::test]
    async fn how_a_program_ends_says_what_it_found() {
        let page = run("printf 'of %s' \"$VEEDOR_CASE\"; echo noise >&2").await;
        assert!(matches!(&page, Answer::Pages(pages, _) if pages[0].body == b"of 17-2024" && pages[0].step == "docket"), "{page:?}");
        assert!(matches!(run("exit 4").await, Answer::Refused(Refusal::NotFound)));
        for (script, health, words) in [
            ("echo first >&2; echo 'a captcha' >&2; exit 3", "blocked", "a captcha"),
            ("echo 'no route' >&2; echo >&2; exit 1", "unavailable", "sh ended with 1: no route"),
            ("exit 75", "unavailable", "it said nothing on standard error"),
            ("kill -9 $$", "unavailable", "signal 9"),
            ("head -c 17000000 /dev/zero; echo never", "unreadable", "more than 16 MB"),
        ] {
            let found = match run(script).await {
                Answer::Failed { health, .. } => health,
                Answer::Refused(refusal) => refusal.health(),
                other => panic!("{script}: {other:?}"),
            };
            assert_eq!(found.name(), health, "{script}");
            assert!(found.detail().is_some_and(|why| why.contains(words) && !why.contains("first")), "{script}: {found:?}");
        }
        let absent = Program { program: "/nowhere/at/all".into(), ..shell("") };
        let health = super::run(&absent, "1", Duration::from_secs(30)).await.err();
        assert!(matches!(health, Some(Health::Unavailable(why)) if why.starts_with("all cannot be started")));
    }

    #[tokio::test]
    async fn what_a_program_leaves_running_does_not_hold_it_up() {
        // The child keeps the pipe open for ever.
        let page = run("exec 3>&1; sh -c 'while :; do :; done' & echo docket").await;
        assert!(matches!(&page, Answer::Pages(pages, _) if pages[0].body == b"docket\n"), "{page:?}");
    }

    #[tokio::test]
    async fn a_program_that_talks_a_lot_is_not_blocked_and_its_last_line_counts() {
        let long = run(
            "i=0; while [ $i -lt 5000 ]; do echo \"line $i of a long story\" >&2; i=$((i+1)); done; printf '\\033[1mend\\n' >&2; exit 9",
        )
        .await;
        let Answer::Failed { health, .. } = long else { panic!("{long:?}") };
        assert_eq!(health.detail(), Some("sh ended with 9:  [1mend"));
        assert_eq!(last_line(&"é".repeat(1000).into_bytes()).chars().count(), LONGEST_LINE + 1);
    }
}
