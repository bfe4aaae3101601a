//! `veedor list`: the watch list and how its cases are.

use serde_json::Value;

use super::{Common, Done, Exit, ask, print, silence};
use crate::ask::Ask;

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
        print::line(&format!("the brake holds {} of {source}{since}{}", messages(&braked["held"]), told(braked)));
        print::line(&format!("  `veedor release {source}` sends all; `veedor discard {source}` ends the changes and sends the rest"));
    }
    // What the brake holds stands above.
    let conditions = data["conditions"].as_array().map(Vec::as_slice).unwrap_or_default();
    for condition in conditions.iter().filter(|condition| condition["topic"] != "drift") {
        print::line(&condition_line(condition));
    }
    for silence in data["silences"].as_array().map(Vec::as_slice).unwrap_or_default() {
        print::line(&silence::told(silence));
    }
    Ok(Exit::Done)
}

/// What is in trouble, since when, and why.
fn condition_line(condition: &Value) -> String {
    let field = |name: &str| print::field(condition, name);
    let subject = if condition["subject"].is_null() { String::new() } else { format!(" {}", field("subject")) };
    let disabled = if condition["disabled_since"].is_null() { "" } else { ", disabled: tried once a day" };
    let why = if condition["why"].is_null() { String::new() } else { format!(": {}", field("why")) };
    format!("{}{subject} since {}{disabled}{why}", field("kind"), print::minute(condition, "since"))
}

pub(super) fn messages(count: &Value) -> String {
    if count == 1 { "1 message".to_owned() } else { format!("{count} messages") }
}

/// What messages that are held tell: the changes, and what came with them.
pub(super) fn told(held: &Value) -> String {
    let listed = |name: &str| {
        let kinds = held[name].as_object().into_iter().flatten().map(|(kind, count)| format!("{count} {}", print::clean(kind)));
        kinds.collect::<Vec<_>>().join(", ")
    };
    match (listed("changes"), listed("besides")) {
        (changes, besides) if changes.is_empty() && besides.is_empty() => String::new(),
        (changes, besides) if besides.is_empty() => format!(": {changes}"),
        (changes, besides) if changes.is_empty() => format!(": beside the changes {besides}"),
        (changes, besides) => format!(": {changes}; beside them {besides}"),
    }
}
