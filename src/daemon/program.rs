//! Runs a program that prints the docket of a case, for cases whose source is `command`.
//!
//! Called by [`visit`](super::visit). It maps what the program did to a page or to one of the kinds of trouble; what the page
//! says is the recipe's to read, and running it is [`process`]'s work.

use std::os::unix::process::ExitStatusExt;

use super::Handles;
use super::ask::Answer;
use crate::config::{Program, Source, spell_duration};
use crate::domain::case::CaseNumber;
use crate::domain::health::Health;
use crate::domain::page::{Page, Request};
use crate::fetch::Rest;
use crate::fetch::room::Load;
use crate::process::{self, Failure, Ran, Task};
use crate::recipe::{Next, Refusal};

/// The longest docket that a program may print.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// Runs the program of a case once. What it prints is held in `load`.
pub async fn ask(handles: &Handles, source: &Source, program: &Program, number: &CaseNumber, load: &mut Load) -> Answer {
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
        Ok(ran) if load.take(ran.printed.len()).await.is_err() => {
            Answer::crowded(format!("{} printed much while other large answers are read", program.name()), Rest::COURT, handles)
        }
        Ok(ran) => sorted(program, ran, request, handles.clock.now()),
        Err(health) => Answer::Failed { health, not_before: None },
    }
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
    let told = [("VEEDOR_CASE", case)];
    let task = Task {
        program: &program.program,
        arguments: &program.arguments,
        folder: &program.folder,
        told: &told,
        input: None,
        most_printed: Some(MOST_BYTES),
        timeout,
    };
    process::run(task).await.map_err(|failure| match failure {
        Failure::Start(error) => Health::Unavailable(format!("{name} cannot be started: {error}")),
        Failure::Lost(error) => Health::Unavailable(format!("the end of {name} was lost: {error}")),
        Failure::TooMuch => Health::Unreadable(format!("{name} printed more than {} MB", MOST_BYTES >> 20)),
        Failure::TimedOut => Health::Unavailable(format!("{name} did not end within {} and was killed", spell_duration(timeout))),
    })
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
    }
}
