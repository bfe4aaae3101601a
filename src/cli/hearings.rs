//! `veedor hearings`: the dates that the dockets mention.

use super::{Common, Done, Exit, ask, print};
use crate::daemon::answers::Ask;

/// Prints the hearings of a case, or of all.
pub fn run(common: &Common, case: Option<String>) -> Done {
    let data = ask::ask(common, Ask::Hearings { case })?;
    if common.json {
        print::json(&data);
        return Ok(Exit::Done);
    }
    let hearings = data["hearings"].as_array().map(Vec::as_slice).unwrap_or_default();
    let rows: Vec<Vec<String>> = hearings
        .iter()
        .map(|hearing| {
            let mut row: Vec<String> =
                ["date", "time", "status", "type", "case", "name"].iter().map(|name| print::field(hearing, name)).collect();
            row.push(format!("{} of {}", print::field(&hearing["entry"], "title"), print::field(&hearing["entry"], "date")));
            row
        })
        .collect();
    print::table(&["DATE", "TIME", "STATUS", "TYPE", "CASE", "NAME", "ENTRY"], &rows);
    if !common.quiet {
        let noun = if rows.len() == 1 { "line" } else { "lines" };
        print::line(&format!("{} {noun}; counted: {}", rows.len(), print::field(&data, "counting")));
    }
    Ok(Exit::Done)
}
