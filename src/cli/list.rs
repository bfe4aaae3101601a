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
    let rows: Vec<Vec<String>> = cases
        .iter()
        .map(|case| {
            let health = match case["detail"].as_str() {
                Some(detail) => format!("{}: {}", print::field(case, "health"), print::clean(detail)),
                None => print::field(case, "health"),
            };
            ["number", "name", "version", "events"]
                .iter()
                .map(|name| print::field(case, name))
                .chain([print::minute(case, "read_at"), print::minute(case, "next_visit"), health])
                .collect()
        })
        .collect();
    print::table(&["NUMBER", "NAME", "VERSION", "EVENTS", "LAST READ", "NEXT VISIT", "HEALTH"], &rows);
    Ok(Exit::Done)
}
