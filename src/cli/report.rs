//! `veedor report delays`: how long the courts take, as a table, CSV, JSON or one page of HTML.

use std::path::PathBuf;

use clap::Args;
use serde_json::Value;

use super::{Common, Done, Exit, Failure, ask, print};
use crate::ask::Ask;
use crate::ask::delays::{Form, Question};
use crate::domain::setting::COUNTING;

/// What stands below the help.
pub const HELP: &str = "Every number stands beside how it is counted, what it rests on and what it does not say: docs/delays.md. Watched cases are a chosen \
                        sample: rates of a whole court cannot be had from them and are refused. --as-of asks what could be seen at an earlier moment; \
                        the same store, watch list and moment give the same bytes.";

/// What may be asked.
#[derive(Debug, Args)]
pub struct DelaysArgs {
    /// Case numbers or nicknames; all cases when none is given
    cases: Vec<String>,
    /// Only cases with this tag; may be given again
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Medians by court, subject, source or tag, beside all cases
    #[arg(long, value_name = "WHAT")]
    by: Option<String>,
    /// A day or an instant; now when not given
    #[arg(long, value_name = "MOMENT")]
    as_of: Option<String>,
    /// A table as CSV: cases, figures, clocks, hearings or groups
    #[arg(long, value_name = "TABLE", num_args = 0..=1, require_equals = true, default_missing_value = "cases", conflicts_with_all = ["html", "json"])]
    csv: Option<String>,
    /// One page of HTML with plots
    #[arg(long, conflicts_with = "json")]
    html: bool,
    /// The language of the page, es or en [default: that of the watch list]
    #[arg(long, value_name = "LANG", requires = "html")]
    lang: Option<String>,
    /// Write into this file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Prints the report.
pub fn delays(common: &Common, args: DelaysArgs) -> Done {
    let form = match args.csv {
        Some(table) => Form::Csv { table },
        None if args.html => Form::Html,
        None if common.json => Form::Json,
        None => Form::Rows,
    };
    if let (Form::Rows, Some(path)) = (&form, &args.output) {
        let why = format!("what is written to {} must be --html, --csv or --json; the table is for the terminal", path.display());
        return Err(Failure::new(Exit::Usage, why));
    }
    let is_json = matches!(form, Form::Json);
    let (is_rows, output) = (matches!(form, Form::Rows), args.output);
    let question = Question { cases: args.cases, tags: args.tag, by: args.by, as_of: args.as_of, language: args.lang, form };
    let data = ask::ask(common, Ask::Delays(question))?;
    if is_rows {
        table(common, &data);
        return Ok(Exit::Done);
    }
    let Some(text) = data["text"].as_str() else {
        return Err(Failure::new(Exit::Failed, "the daemon gave no report; it may be of an older version: restart it"));
    };
    let text = if is_json { print::escaped(text).into_owned() } else { text.to_owned() };
    let Some(path) = output else {
        print::line(text.trim_end());
        return Ok(Exit::Done);
    };
    let text = if text.ends_with('\n') { text } else { text + "\n" };
    std::fs::write(&path, &text).map_err(|error| Failure::new(Exit::Failed, format!("{} cannot be written: {error}", path.display())))?;
    if !common.quiet {
        print::aside(&format!("{} KB written to {}", text.len().div_ceil(1024), path.display()));
    }
    Ok(Exit::Done)
}

/// The status of each case, the medians, and how many of what.
fn table(common: &Common, data: &Value) {
    let list = |key: &str| data[key].as_array().map(Vec::as_slice).unwrap_or_default();
    let rows: Vec<Vec<String>> = list("cases").iter().map(row).collect();
    let head = [
        "CASE",
        "NAME",
        "STAGE",
        "AGE",
        "SILENT",
        "COURT",
        "NEXT HEARING",
        "SET",
        "NOT HELD",
        "OVER",
        "MAYBE",
        "NEAR",
        "ORAL-WRITTEN",
        "READ",
    ];
    print::table(&head, &rows);
    let groups: Vec<Vec<String>> = list("groups").iter().map(group).collect();
    if !groups.is_empty() {
        print::line("");
        print::table(&["GROUP", "MEASURE", "PART", "N", "OVER", "OPEN", "MEDIAN DAYS", "95 %"], &groups);
    }
    if common.quiet {
        return;
    }
    let counted = |key: &str| {
        let counts = data[key].as_object().into_iter().flatten().filter(|(_, count)| **count != 0);
        let counts: Vec<String> = counts.map(|(name, count)| format!("{count} {}", name.replace('_', " "))).collect();
        if counts.is_empty() { "none".to_owned() } else { counts.join(", ") }
    };
    print::line("");
    print::line(&format!("time limits: {}", counted("clocks")));
    print::line(&format!("hearings: {}", counted("hearings")));
    print::line(&format!("counted: {COUNTING}"));
    for case in list("left_out") {
        let why = match case["why"].as_str().unwrap_or_default() {
            "not_read" => "had not been read by then",
            "withheld" => "of its subject nothing is told but that there was activity",
            _ => "what is stored of it does not read back (`veedor fsck`) or could not be measured (see the log)",
        };
        print::line(&format!("left out: {} ({}): {why}", print::field(case, "case"), print::field(case, "source")));
    }
    for data in list("data") {
        print::line(&format!("by the rules {} and the calendar {}", print::field(data, "rules"), print::field(data, "calendar")));
    }
    let (count, noun) = (rows.len(), if rows.len() == 1 { "case" } else { "cases" });
    print::line(&format!("{count} {noun} as of {}; verify every legal rule with a lawyer", print::minute(data, "as_of")));
}

fn row(case: &Value) -> Vec<String> {
    let number = |key: &str| case[key].as_i64().map_or("–".to_owned(), |number| number.to_string());
    let some = |key: &str| case[key].as_i64().filter(|number| *number > 0).map(|number| number.to_string()).unwrap_or_default();
    let stage = match (case["ended"].as_str(), case["stage"].as_str()) {
        (Some(day), _) => format!("ended {day}"),
        (None, Some(stage)) => format!("{} {}", stage.replace('_', " "), print::field(case, "stage_since")),
        (None, None) => "–".to_owned(),
    };
    let age = format!("{}{}", if case["age_is_least"] == true { "≥ " } else { "" }, number("age_days"));
    let next = ["next_hearing", "next_hearing_time", "next_hearing_type"].map(|key| case[key].as_str().unwrap_or_default());
    let written = match case["oral_to_written_is_open"].as_bool() {
        Some(true) => format!("{} open", number("oral_to_written_days")),
        _ if case["oral_to_written_days"].is_null() => String::new(),
        _ => number("oral_to_written_days"),
    };
    vec![
        print::field(case, "case"),
        print::field(case, "name"),
        stage,
        age,
        number("days_since_entry"),
        number("days_since_court_act"),
        next.join(" ").trim().to_owned(),
        number("settings"),
        some("not_held"),
        some("clocks_over"),
        some("clocks_possibly_over"),
        some("clocks_nearly_over"),
        written,
        print::minute(case, "read"),
    ]
}

fn group(pace: &Value) -> Vec<String> {
    let days = |value: &Value| value.as_f64().map(|days| if days.fract() == 0.0 { format!("{days:.0}") } else { format!("{days:.1}") });
    let median = &pace["median"];
    let at = match (days(&median["days"]), days(&median["beyond_days"])) {
        (Some(at), _) => at,
        (None, Some(beyond)) => format!("not reached (> {beyond})"),
        (None, None) => "too few to say".to_owned(),
    };
    let interval = match (days(&median["lower"]), days(&median["upper"])) {
        (None, None) => String::new(),
        (lower, upper) => format!("{} to {}", lower.unwrap_or("?".to_owned()), upper.unwrap_or("not reached".to_owned())),
    };
    let label = pace["label"].as_str().filter(|label| !label.is_empty()).map_or("all".to_owned(), print::clean);
    vec![
        label,
        print::field(pace, "measure"),
        print::field(pace, "part"),
        print::field(pace, "n"),
        print::field(pace, "events"),
        print::field(pace, "censored"),
        at,
        interval,
    ]
}
