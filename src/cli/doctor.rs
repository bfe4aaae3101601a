//! `veedor doctor`: what works and what does not, one line a check, for a bad night.
//!
//! A daemon that runs is asked, because it has the secrets and the network of the service; else this process looks. It sends no message. What is
//! wrong with the watch list or the store ends nothing here: it is a line, and the rest is looked at as far as it goes.

use serde_json::{Value, json};

use super::ask::Reached;
use super::{Common, Done, Exit, Failure, ask, here, place, print};
use crate::ask::Ask;
use crate::clock::Clock;
use crate::config::Config;
use crate::daemon::answers::finding;
use crate::daemon::{checkup as probes, sender};
use crate::domain::checkup::{self, Finding};

/// What stands below the help of the command.
pub const HELP: &str = "Exit codes: 0 nothing failed (warnings are none) · 1 something failed · 69 the daemon went away · 74 the store cannot be used · 78 bad configuration. \
                        Nothing is sent: the mail server is logged in to and left, receivers get a HEAD of their host's root.";

/// In which order checks are told: what others hang on first.
const ORDER: [&str; 15] = [
    "config", "daemon", "clock", "disk", "store", "backup", "dns", "source", "answer", "brake", "smtp", "receiver", "channel", "outbox",
    "dead_man",
];

/// Looks at everything and says what it found.
pub fn run(common: &Common, ask_sources: bool) -> Done {
    let (mut found, mut ending) = (Vec::new(), Exit::Done);
    let list = Config::load_without_secrets(&ask::path(common));
    let place = ask::path(common).display().to_string();
    let problems = match &list {
        Ok(_) => {
            found.push(finding(&Finding::ok("config", &place, "good")));
            0
        }
        Err(problems) => problems.len(),
    };
    match ask::reach(&Common { quiet: true, ..common.clone() }) {
        Ok(reached @ Reached::Daemon { .. }) => {
            if problems > 0 {
                let what = format!("problems: {problems}; the daemon goes on with the list that it read before");
                found.push(finding(&Finding::warn(
                    "config",
                    &place,
                    what,
                    "`veedor check` shows them; mend the list, then `veedor reload`",
                )));
            }
            found.push(finding(&Finding::ok("daemon", "", "runs and answers")));
            let answered = reached.ask(Ask::Doctor { ask_sources })?;
            found.extend(answered["findings"].as_array().cloned().unwrap_or_default());
        }
        Ok(reached @ Reached::Nobody(_)) => {
            let none = "none runs for this list: nothing is watched";
            found.push(finding(&Finding::warn("daemon", "", none, "start it (systemctl start veedor, or `veedor run`)")));
            let Ok(loaded) = list else { return Err(Failure::new(Exit::Config, format!("{place} changed while it was read; try again"))) };
            match reached.ask(Ask::Doctor { ask_sources }) {
                Ok(answered) => found.extend(answered["findings"].as_array().cloned().unwrap_or_default()),
                Err(failure) => {
                    found.push(finding(&without_store(&failure)));
                    if failure.exit == Exit::Store {
                        ending = Exit::Store;
                    }
                    found.extend(bare(&loaded.config)?.iter().map(finding));
                }
            }
        }
        Err(failure) if failure.exit == Exit::Config => {
            let what = format!("problems: {problems}");
            found.push(finding(&Finding::fail(
                "config",
                &place,
                what,
                "`veedor check` shows them with their lines; nothing else can be looked at",
            )));
            ending = Exit::Config;
        }
        Err(failure) => found.push(finding(&Finding::fail("daemon", "", failure.why, "run the command as the daemon's user or as root"))),
    }
    // The sort is stable: within a check the subjects stay in order.
    found.sort_by_key(|finding| ORDER.iter().position(|check| finding["check"] == *check).unwrap_or(ORDER.len()));
    show(common, &found);
    let failed = found.iter().any(|finding| finding["verdict"] == "fail");
    Ok(if ending == Exit::Done && failed { Exit::Failed } else { ending })
}

/// What is to be said when the store was not opened.
fn without_store(failure: &Failure) -> Finding {
    let (what, remedy) = failure.why.split_once("; ").unwrap_or((failure.why.as_str(), ""));
    match failure.exit {
        Exit::NoDaemon => Finding::warn("store", "", what, remedy),
        _ => Finding::fail("store", "", failure.why.as_str(), "the rest was looked at without it"),
    }
}

/// What can be looked at with a watch list alone.
fn bare(config: &Config) -> Result<Vec<Finding>, Failure> {
    let folder = config.general.state_dir.display().to_string();
    let mut findings = match place::room(&config.general.state_dir) {
        Ok(free) => vec![checkup::disk(&folder, free, config.general.signs.least_free)],
        Err(error) => vec![Finding::warn("disk", &folder, format!("what is free cannot be seen: {error}"), "look with df")],
    };
    let notifier = sender::notifier(config).map_err(|why| Failure::new(Exit::Failed, why))?;
    findings.extend(here::runtime()?.block_on(probes::outside(config, &notifier, &Clock::System, Vec::new())));
    Ok(findings)
}

fn show(common: &Common, found: &[Value]) {
    if common.json {
        let count = |verdict: &str| found.iter().filter(|finding| finding["verdict"] == verdict).count();
        print::json(&json!({"ok": count("ok"), "warn": count("warn"), "fail": count("fail"), "findings": found}));
        return;
    }
    for finding in found.iter().filter(|finding| !common.quiet || finding["verdict"] != "ok") {
        print::line(&line(finding));
    }
}

fn line(finding: &Value) -> String {
    let verdict = match finding["verdict"].as_str().unwrap_or_default() {
        "ok" => print::green("ok  "),
        "warn" => print::bold("warn"),
        _ => print::red("FAIL"),
    };
    let subject = if finding["subject"].is_null() { String::new() } else { format!(" {}", print::field(finding, "subject")) };
    let remedy = if finding["do"].is_null() { String::new() } else { format!("; {}", print::field(finding, "do")) };
    format!("{verdict}  {}{subject}: {}{remedy}", print::field(finding, "check"), print::field(finding, "what"))
}
