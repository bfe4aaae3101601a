//! `veedor poll`: visits now, and what they tell.

use std::cell::Cell;
use std::io::{IsTerminal, Write};

use serde_json::{Value, json};

use super::ask::Reached;
use super::{Common, Done, Exit, Failure, ask, print};
use crate::ask::{Answer, Ask};
use crate::daemon::answers::polled;

/// Visits the cases, or all, one after the other; each is told as soon as it was visited.
pub fn run(common: &Common, typed: Vec<String>, dry_run: bool) -> Done {
    let cases = chosen(common, typed)?;
    let count = cases.len();
    let done = Cell::new(0);
    let questions = cases.into_iter().enumerate().map(|(at, case)| {
        progress(common, &format!("visiting {case} ({} of {count}) …", at + 1));
        Ask::Poll { cases: vec![case], dry_run }
    });
    let mut visits = Vec::new();
    let asked = ask::ask_each(common, questions, |data| {
        progress(common, "");
        done.set(done.get() + 1);
        for visit in data["visits"].as_array().map(Vec::as_slice).unwrap_or_default() {
            if !common.json {
                one(common, visit);
            }
            visits.push(visit.clone());
        }
    });
    progress(common, "");
    let by_daemon = match asked {
        Ok(by_daemon) => by_daemon,
        Err(failure) if done.get() == 0 => return Err(failure),
        Err(failure) => {
            let why = format!("{}; {} of {count} cases were visited", failure.why, done.get());
            return Err(Failure::new(failure.exit, why));
        }
    };
    if common.json {
        print::json(&json!({ "visits": visits, "dry_run": dry_run }));
    } else if !common.quiet {
        if dry_run {
            print::line("dry run: nothing was kept and nobody was told");
        } else if !by_daemon && visits.iter().any(|visit| visit["events"].as_array().is_some_and(|events| !events.is_empty())) {
            waiting(common)?;
        }
    }
    Ok(ending(&visits))
}

/// The cases as the questions name them: those typed, or all of the watch list.
fn chosen(common: &Common, typed: Vec<String>) -> Result<Vec<String>, Failure> {
    let config = match ask::reach(common)? {
        Reached::Nobody(config) => config,
        Reached::Daemon { .. } => return chosen_there(common, typed),
    };
    if typed.is_empty() {
        let asked = config.cases.iter().filter(|watch| config.source_of(&watch.case).is_some_and(|source| source.is_polled()));
        return some_of(asked.map(|watch| watch.case.to_string()).collect());
    }
    for one in &typed {
        if let Err(Answer::No { why, code }) = polled(&config, one) {
            return Err(Failure::new(Exit::of(code), why));
        }
    }
    Ok(typed)
}

fn some_of(cases: Vec<String>) -> Result<Vec<String>, Failure> {
    if cases.is_empty() {
        return Err(Failure::new(Exit::Usage, "no case of the watch list is polled: each is import only; `veedor list` shows them"));
    }
    Ok(cases)
}

/// The same from a daemon, whose list counts and not the file, which may be under the pen.
fn chosen_there(common: &Common, typed: Vec<String>) -> Result<Vec<String>, Failure> {
    if typed.is_empty() {
        let data = ask::ask_daemon(common, &Ask::List)?;
        let cases = data["cases"].as_array().map(Vec::as_slice).unwrap_or_default();
        let named = |case: &Value| Some(format!("{}/{}", case["source"].as_str()?, case["number"].as_str()?));
        return some_of(cases.iter().filter(|case| case["import_only"].is_null()).filter_map(named).collect());
    }
    for one in &typed {
        // Any question about one case refuses an unknown one, and this one visits nobody.
        ask::ask_daemon(common, &Ask::Hearings { case: Some(one.clone()) })?;
    }
    Ok(typed)
}

/// What a command has found is sent by the daemon, which alone keeps the pace of every channel.
fn waiting(common: &Common) -> Result<(), Failure> {
    let data =
        ask::ask(common, Ask::Deliveries { about: None, failed: false, limit: usize::MAX, state: None, channel: None, after: None })?;
    let deliveries = data["deliveries"].as_array().map(Vec::as_slice).unwrap_or_default();
    let waiting = deliveries.iter().filter(|delivery| matches!(delivery["state"].as_str(), Some("open" | "waiting"))).count();
    match waiting {
        0 => {}
        1 => print::line("1 message waits to be sent: no daemon runs; `veedor run` sends it"),
        more => print::line(&format!("{more} messages wait to be sent: no daemon runs; `veedor run` sends them")),
    }
    Ok(())
}

/// One line on a terminal that the next one takes the place of.
fn progress(common: &Common, text: &str) {
    let mut terminal = std::io::stderr();
    if terminal.is_terminal() && !common.quiet && !common.json {
        // Progress that cannot be shown is no failure.
        let _ = write!(terminal, "\r\u{1b}[K{text}").and_then(|()| terminal.flush());
    }
}

/// Prints what visits came to, and says how the command ends.
pub fn report(common: &Common, data: &Value) -> Exit {
    let visits = data["visits"].as_array().map(Vec::as_slice).unwrap_or_default();
    if common.json {
        print::json(data);
    } else {
        visits.iter().for_each(|visit| one(common, visit));
    }
    ending(visits)
}

/// One case that is not found or not readable decides the exit code.
fn ending(visits: &[Value]) -> Exit {
    let code = |visit: &Value| match visit["health"].as_str() {
        Some("ok") => Exit::Done,
        Some("not_found") => Exit::NotFound,
        Some("blocked" | "reserved" | "unreadable" | "implausible") => Exit::NotACase,
        _ => Exit::Failed,
    };
    visits.iter().map(code).find(|exit| *exit != Exit::Done).unwrap_or(Exit::Done)
}

/// Quiet, only what is news or wrong.
fn one(common: &Common, visit: &Value) {
    let case = &visit["case"];
    let label = format!("{} {}", print::field(case, "number"), case["name"].as_str().unwrap_or_default());
    let events = visit["events"].as_array().map(Vec::as_slice).unwrap_or_default();
    if common.quiet && visit["health"] == "ok" && events.is_empty() {
        return;
    }
    let state = match visit["health"].as_str() {
        Some("ok") if visit["baseline"] == true => {
            "read for the first time; what is there now is the baseline and raises no alert".to_owned()
        }
        Some("ok") if visit["version"].is_null() => "read, nothing new".to_owned(),
        Some("ok") => format!("read, version {}", visit["version"]),
        _ => print::health(visit),
    };
    print::line(&format!("{}  {state}", print::bold(label.trim_end())));
    if let (Some("unreadable" | "implausible"), Some(file)) = (visit["health"].as_str(), visit["own_recipe"].as_str()) {
        print::line(&format!("  read with your own recipe {}", print::clean(file)));
    }
    for event in events {
        print::line(&format!("  {}  {}", print::field(event, "kind"), print::field(event, "summary")));
        if let Some(why) = event["held"].as_str() {
            print::line(&format!("    not sent yet: {}", print::clean(&why.replace("SOURCE", &print::field(case, "source")))));
        }
    }
}
