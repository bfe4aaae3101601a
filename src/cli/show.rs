//! `veedor show`: a docket.

use serde_json::Value;

use super::{Common, Done, Exit, ask, print};
use crate::ask::Ask;

/// Prints a docket as last seen, or a version of it.
pub fn run(common: &Common, case: String, version: Option<u32>) -> Done {
    let data = ask::ask(common, Ask::Show { case, version })?;
    if common.json {
        print::json(&data);
        return Ok(Exit::Done);
    }
    let docket = &data["docket"];
    let case = &docket["case"];
    print::line(&print::bold(&format!("{}  {}", print::field(case, "number"), data["name"].as_str().unwrap_or_default())));
    for name in ["title", "court", "subject", "status", "filed"] {
        if !case[name].is_null() {
            print::line(&format!("{name:8} {}", print::field(case, name)));
        }
    }
    print::line(&format!("version  {}, seen {}", data["version"], print::minute(&data, "seen_at")));
    print::line(&format!("look     {}", print::field(&data, "url")));
    for other in list(&data["linked"]) {
        print::line(&format!("linked   {}", other.as_str().unwrap_or_default()));
    }
    for party in list(&docket["parties"]) {
        print::line(&format!("party    {}: {}", print::field(party, "role"), print::field(party, "name")));
    }
    print::line("");
    for entry in list(&docket["entries"]) {
        let mark = if entry["withheld"].is_null() { "" } else { "  (withheld by the court)" };
        let time = entry["time"].as_str().and_then(|time| time.get(..5)).unwrap_or("     ");
        print::line(&format!("{} {time}  {}{mark}", print::field(entry, "date"), print::bold(&print::field(entry, "title"))));
        if common.verbose {
            print::line(&print::field(entry, "text"));
        }
    }
    print::line("");
    for page in list(&data["pages"]) {
        let (step, at) = (print::field(page, "step"), print::minute(page, "fetched_at"));
        print::line(&format!("page     {step}, {} bytes, {at}, {}", page["bytes"], print::field(page, "url")));
        print::line(&format!("         SHA-256 {}", print::field(page, "sha256")));
    }
    if !common.verbose && !common.quiet {
        print::line("\n(-v prints the texts, --json everything)");
    }
    Ok(Exit::Done)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}
