//! `veedor list`: the watch list and how its cases are.

use super::{Common, Done, Exit, ask, print};
use crate::daemon::answers::Ask;

/// Prints the list.
pub fn run(common: &Common) -> Done {
    let data = ask::ask(common, Ask::List)?;
    if common.json {
        print::json(&data);
        return Ok(Exit::Done);
    }
    let cases = data["cases"].as_array().map(Vec::as_slice).unwrap_or_default();
    let several = cases.iter().any(|case| case["source"] != cases[0]["source"]);
    let source: &[&str] = if several { &["source"] } else { &[] };
    let rows: Vec<Vec<String>> = cases
        .iter()
        .map(|case| {
            let fields = [source, &["number", "name", "version", "events"]].concat();
            let next = if case["import_only"].is_null() { print::minute(case, "next_visit") } else { "import only".to_owned() };
            let times = [print::minute(case, "read_at"), next, print::health(case)];
            fields.iter().map(|name| print::field(case, name)).chain(times).collect()
        })
        .collect();
    let head = [if several { &["SOURCE"] } else { &[][..] }, &["NUMBER", "NAME", "VERSION", "EVENTS", "LAST READ", "NEXT VISIT", "HEALTH"]];
    print::table(&head.concat(), &rows);
    for braked in data["braked"].as_array().map(Vec::as_slice).unwrap_or_default() {
        let source = print::field(braked, "source");
        let since = if braked["since"].is_null() { String::new() } else { format!(" since {}", print::minute(braked, "since")) };
        let held = &braked["held"];
        print::line(&format!(
            "the brake holds {held} messages of {source}{since}; `veedor release {source}` sends them, `veedor discard {source}` ends them"
        ));
    }
    Ok(Exit::Done)
}
