//! `veedor hearings`: the days on which hearings were set, what became of them, and how many.

use serde_json::Value;

use super::{Common, Done, Exit, ask, print};
use crate::ask::Ask;

/// Prints the settings of a case, or of all.
pub fn run(common: &Common, case: Option<String>) -> Done {
    let data = ask::ask(common, Ask::Hearings { case })?;
    if common.json {
        print::json(&data);
        return Ok(Exit::Done);
    }
    let hearings = data["hearings"].as_array().map(Vec::as_slice).unwrap_or_default();
    let rows: Vec<Vec<String>> = hearings.iter().map(row).collect();
    print::table(&["DATE", "TIME", "OUTCOME", "TYPE", "WHY", "CASE", "NAME", "ENTRY"], &rows);
    if !common.quiet {
        let counts = data["counts"].as_object().into_iter().flatten().filter(|(_, count)| **count != 0);
        let counts: Vec<String> = counts.map(|(outcome, count)| format!("{count} {outcome}")).collect();
        let noun = if rows.len() == 1 { "setting" } else { "settings" };
        let counts = if counts.is_empty() { String::new() } else { format!(": {}", counts.join(", ")) };
        print::line(&format!("{} {noun}{counts}", rows.len()));
        print::line(&format!("counted: {}", print::field(&data, "counting")));
    }
    Ok(Exit::Done)
}

fn row(hearing: &Value) -> Vec<String> {
    let list = |name: &str| hearing[name].as_array().into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>().join(", ");
    let why = [list("reasons"), list("requested_by")];
    let why = match &why {
        [reasons, who] if who.is_empty() => reasons.clone(),
        [reasons, who] if reasons.is_empty() => format!("asked by {who}"),
        [reasons, who] => format!("{reasons}; asked by {who}"),
    };
    let told = ["told_by", "set_by"].iter().map(|name| &hearing[*name]).find(|entry| !entry.is_null()).unwrap_or(&Value::Null);
    let mut row: Vec<String> = ["date", "time", "outcome", "type"].iter().map(|name| print::field(hearing, name)).collect();
    row.push(why);
    let also = hearing["also"].as_array().into_iter().flatten();
    let also: String = also.map(|other| format!(" + {} {}", print::field(other, "source"), print::field(other, "case"))).collect();
    row.push(format!("{}{also}", print::field(hearing, "case")));
    row.push(print::field(hearing, "name"));
    row.push(format!("{} of {}", print::field(told, "title"), print::field(told, "date")));
    row
}
