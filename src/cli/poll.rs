//! `veedor poll`: visits now, and what they tell.

use serde_json::Value;

use super::{Common, Done, Exit, ask, print};
use crate::daemon::answers::Ask;

/// Visits the cases, or all.
pub fn run(common: &Common, cases: Vec<String>, dry_run: bool) -> Done {
    let data = ask::ask(common, Ask::Poll { cases, dry_run })?;
    Ok(report(common, &data))
}

/// Prints what visits came to. One case that is not found or not readable decides the exit code.
pub fn report(common: &Common, data: &Value) -> Exit {
    let visits = data["visits"].as_array().map(Vec::as_slice).unwrap_or_default();
    if common.json {
        print::json(data);
    } else {
        visits.iter().for_each(one);
        if data["dry_run"] == true && !common.quiet {
            print::line("dry run: nothing was kept and nobody was told");
        }
    }
    let code = |visit: &Value| match visit["health"].as_str() {
        Some("ok") => Exit::Done,
        Some("not_found") => Exit::NotFound,
        Some("blocked" | "reserved" | "unreadable" | "implausible") => Exit::NotACase,
        _ => Exit::Failed,
    };
    visits.iter().map(code).find(|exit| *exit != Exit::Done).unwrap_or(Exit::Done)
}

fn one(visit: &Value) {
    let case = &visit["case"];
    let label = format!("{} {}", print::field(case, "number"), case["name"].as_str().unwrap_or_default());
    let events = visit["events"].as_array().map(Vec::as_slice).unwrap_or_default();
    let state = match visit["health"].as_str() {
        Some("ok") if visit["baseline"] == true => {
            "read for the first time; what is there now is the baseline and raises no alert".to_owned()
        }
        Some("ok") if visit["version"].is_null() => "read, nothing new".to_owned(),
        Some("ok") => format!("read, version {}", visit["version"]),
        _ => format!("{}: {}", print::field(visit, "health"), print::field(visit, "detail")),
    };
    print::line(&format!("{}  {state}", print::bold(label.trim_end())));
    for event in events {
        print::line(&format!("  {}  {}", print::field(event, "kind"), print::field(event, "summary")));
    }
}
