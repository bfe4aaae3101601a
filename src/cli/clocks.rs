//! `veedor clocks`: the procedural clocks of the watched cases.

use serde_json::Value;

use super::{Common, Done, Exit, ask, print};
use crate::ask::Ask;
use crate::domain::about::Language;
use crate::domain::clocks::State;
use crate::message;

/// What stands below the help.
pub const HELP: &str = "A rule counts from one event of a docket to another. What no entry shows is not observed, which is not the same as not \
                        done; a start that no entry shows is never assumed. What the docket does not say is given in the watch list: facts, and \
                        [[case.event]]. docs/clocks.md tells the rules, the states, and how to add rules of one's own.";

/// Prints the clocks of a case, or of all.
pub fn run(common: &Common, case: Option<String>, all: bool) -> Done {
    let data = ask::ask(common, Ask::Clocks { case, all })?;
    if common.json {
        print::json(&data);
        return Ok(Exit::Done);
    }
    let language = if data["language"] == "en" { Language::En } else { Language::Es };
    let clocks = data["clocks"].as_array().map(Vec::as_slice).unwrap_or_default();
    let rows: Vec<Vec<String>> = clocks.iter().map(|clock| row(clock, language)).collect();
    let told: Vec<String> = clocks.iter().map(|clock| told(clock, &data, common.verbose)).collect();
    print::titled_table(&["STATE", "DUE", "DAYS", "LATE", "CONFIDENCE", "RULE", "WHOM", "CASE", "NAME", "ENTRIES"], &rows, &told);
    if !common.quiet {
        let counts = data["counts"].as_object().into_iter().flatten().filter(|(_, count)| **count != 0);
        let counts: Vec<String> = counts.map(|(state, count)| format!("{count} {state}")).collect();
        let noun = if rows.len() == 1 { "clock" } else { "clocks" };
        print::line(&format!("{} {noun} shown; {}", rows.len(), if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }));
        let lacking: Vec<&str> = data["lacking"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        if !lacking.is_empty() {
            print::line(&format!("rules that wait for facts = {{ … }} in the watch list: {}", lacking.join(", ")));
        }
        print::line(&format!("counted: {}", print::field(&data, "counting")));
    }
    Ok(Exit::Done)
}

fn row(clock: &Value, language: Language) -> Vec<String> {
    let name = clock["state"].as_str().unwrap_or_default();
    let state = State::ALL.iter().find(|(known, _)| *known == name).map_or(State::NotApplicable, |(_, state)| *state);
    let blind = if clock["claim"]["observed"] == false { " ?" } else { "" };
    let due = ["due", "due_alt"].map(|key| clock[key].as_str().unwrap_or_default());
    let due = match due {
        [first, second] if second.is_empty() || first == second => first.to_owned(),
        [first, second] => format!("{first} / {second}"),
    };
    let number = |key: &str| clock[key].as_i64().map(|number| number.to_string()).unwrap_or_default();
    let subject = &clock["subject"];
    let whom = [&subject["name"], &subject["type"], &subject["entry"]["date"]].into_iter().find_map(Value::as_str).unwrap_or_default();
    let entries = clock["rests_on"].as_array().into_iter().flatten().map(|rest| {
        let mark = if rest["how"] == "operator" { "*" } else { "" };
        format!("{} {}{mark}", print::field(rest, "date"), print::field(rest, "event"))
    });
    vec![
        format!("{}{blind}", message::clocks::state(state, language)),
        due,
        number("elapsed_days"),
        number("late_days"),
        print::field(clock, "confidence"),
        print::field(clock, "rule"),
        whom.to_owned(),
        print::field(clock, "case"),
        print::field(clock, "name"),
        entries.collect::<Vec<_>>().join(", "),
    ]
}

/// The line below a row: what is limited, and what the clock says.
fn told(clock: &Value, data: &Value, verbose: bool) -> String {
    let language = data["language"].as_str().unwrap_or("es");
    let words = |key: &str| clock[key][language].as_str().unwrap_or_default();
    let sources: Vec<&str> = clock["sources"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let sources = if verbose && !sources.is_empty() { format!(" [{}]", sources.join("; ")) } else { String::new() };
    format!("{}. {}{sources}", words("title"), words("text"))
}
