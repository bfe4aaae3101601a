//! The report of delays as tables of CSV: a row for each case, figure, clock, hearing or group.
//!
//! For spreadsheets and annexes. Every row says as of when and by which versions, because rows are copied out of their tables. A cell with words
//! of a court that a spreadsheet would take for a formula begins with an apostrophe.

use jiff::civil::Date;
use serde_json::{Map, Value, json};

use super::super::figure;
use crate::domain::clocks::{State, Subject};
use crate::domain::delays::{CaseDelays, Delays};
use crate::domain::docket::EntryKey;
use crate::domain::figure::{Figure, Value as Of};
use crate::domain::measure::Measure;
use crate::domain::setting::Outcome;

/// The tables that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// How each case stands.
    Cases,
    /// Every figure of every case.
    Figures,
    /// The clocks that run, ran, or lack a start.
    Clocks,
    /// The settings.
    Hearings,
    /// How long stages take in each group.
    Groups,
}

impl Table {
    /// Names and tables, as commands write them.
    pub const ALL: [(&str, Self); 5] = [
        ("cases", Self::Cases),
        ("figures", Self::Figures),
        ("clocks", Self::Clocks),
        ("hearings", Self::Hearings),
        ("groups", Self::Groups),
    ];
}

/// The table, with its heading.
///
/// # Errors
/// None that a text can have: the writer's own are passed on.
pub fn to_csv(report: &Delays, table: Table) -> Result<String, csv::Error> {
    let rows: Vec<Map<String, Value>> = match table {
        Table::Cases => report.cases.iter().map(|case| with_case(case, object(status(case)))).collect(),
        Table::Figures => each(report, |case| case.figures.list.iter().map(figure_row).collect()),
        Table::Clocks => each(report, clock_rows),
        Table::Hearings => each(report, hearing_rows),
        Table::Groups => report
            .groups
            .iter()
            .flat_map(|group| {
                group.paces.iter().map(|pace| {
                    let mut row = object(super::pace_row(group, pace));
                    let counting = pace.measure.counting();
                    for (name, value) in
                        [("limits", limits(&pace.median)), ("counting_es", counting.es.to_owned()), ("counting_en", counting.en.to_owned())]
                    {
                        row.insert(name.to_owned(), json!(value));
                    }
                    row
                })
            })
            .collect(),
    };
    let heading = heading(table);
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(&heading)?;
    for row in rows {
        writer.write_record(heading.iter().map(|name| row.get(name).map_or_else(|| constant(report, &row, name), cell)))?;
    }
    let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8(bytes).unwrap_or_default())
}

/// The columns.
fn heading(table: Table) -> Vec<String> {
    let case = ["source", "case", "name"];
    let own: &[&str] = match table {
        Table::Cases => &STATUS,
        Table::Figures => &FIGURES,
        Table::Clocks => &CLOCKS,
        Table::Hearings => &HEARINGS,
        Table::Groups => &GROUPS,
    };
    let case = case.into_iter().filter(|_| table != Table::Groups);
    case.chain(own.iter().copied()).chain(VERSIONS).map(str::to_owned).collect()
}

const VERSIONS: [&str; 4] = ["as_of", "veedor", "counting_version", "data"];

const STATUS: [&str; 41] = [
    "tags",
    "court",
    "subject",
    "stage",
    "stage_since",
    "ended",
    "age_days",
    "age_business_days",
    "age_is_least",
    "days_since_entry",
    "days_since_court_act",
    "next_hearing",
    "next_hearing_time",
    "next_hearing_type",
    "settings",
    "held",
    "suspended",
    "deferred",
    "failed",
    "not_installed",
    "revoked",
    "unknown",
    "pending",
    "not_held",
    "days_lost",
    "longest_gap_days",
    "longest_gap_from",
    "longest_gap_to",
    "oral_to_written_days",
    "oral_to_written_is_open",
    "judge_changes",
    "clocks_over",
    "clocks_possibly_over",
    "clocks_nearly_over",
    "clocks_met_late",
    "watched_since",
    "read",
    "is_read_today",
    "version",
    "version_at",
    "url",
];
const FIGURES: [&str; 17] = [
    "measure",
    "measure_name",
    "part",
    "of",
    "whom",
    "is",
    "days",
    "business_days",
    "count",
    "detail",
    "n",
    "from",
    "to",
    "entries",
    "limits",
    "counting_es",
    "counting_en",
];
const CLOCKS: [&str; 23] = [
    "rule",
    "version",
    "title_es",
    "title_en",
    "state",
    "observed",
    "of",
    "whom",
    "start",
    "due",
    "due_alt",
    "stop",
    "elapsed_days",
    "elapsed_business_days",
    "suspended_days",
    "late_days",
    "late_days_alt",
    "confidence",
    "legal_basis",
    "doubts",
    "pinned",
    "entries",
    "id",
];
const HEARINGS: [&str; 13] = [
    "date",
    "end_date",
    "time",
    "type",
    "outcome",
    "reasons",
    "requested_by",
    "mode",
    "warn",
    "set_by",
    "told_by",
    "follows",
    "counted_elsewhere",
];
const GROUPS: [&str; 16] = [
    "by",
    "label",
    "measure",
    "part",
    "n",
    "events",
    "censored",
    "ended_otherwise",
    "entered_late",
    "median_days",
    "beyond_days",
    "lower_days",
    "upper_days",
    "limits",
    "counting_es",
    "counting_en",
];

/// How a case stands.
pub fn status(case: &CaseDelays) -> Value {
    let figure = |measure, part: &str| case.figures.get(measure, part);
    let days = |measure, part: &str| figure(measure, part).and_then(duration);
    let count = |outcome| case.settings.iter().filter(|setting| setting.outcome == outcome).count();
    let clocks = |state| case.clocks_in(&[state]).count();
    let gap = figure(Measure::LongestGap, "any");
    let written = case.figures.of(Measure::OralToWritten).last();
    let next = case.next_hearing();
    let judges =
        figure(Measure::JudgeChanges, "count").and_then(|figure| if let Of::Count(count) = figure.value { Some(count) } else { None });
    let lost = case.figures.of(Measure::DaysLost).next().and_then(duration);
    let is_least = figure(Measure::Age, "filing")
        .is_some_and(|figure| figure.limits.iter().any(|limit| limit.caveat == crate::domain::caveat::Caveat::FromFirstEntry));
    let columns = [
        ("source", json!(case.source)),
        ("case", json!(case.number)),
        ("name", json!(case.name)),
        ("tags", json!(case.tags)),
        ("court", json!(case.court)),
        ("subject", json!(case.subject)),
        ("stage", json!(case.stage.as_ref().map(|stage| stage.step))),
        ("stage_since", json!(case.stage.as_ref().map(|stage| stage.date.to_string()))),
        ("ended", json!(case.ended.as_ref().map(|(date, _)| date.to_string()))),
        ("age_days", json!(days(Measure::Age, "filing").map(|(days, _)| days))),
        ("age_business_days", json!(days(Measure::Age, "filing").map(|(_, business)| business))),
        ("age_is_least", json!(is_least)),
        ("days_since_entry", json!(days(Measure::LastActivity, "any").map(|(days, _)| days))),
        ("days_since_court_act", json!(days(Measure::LastActivity, "court").map(|(days, _)| days))),
        ("next_hearing", json!(next.and_then(|setting| setting.date).map(|date| date.to_string()))),
        ("next_hearing_time", json!(next.and_then(|setting| setting.time).map(super::super::hearing::clock))),
        ("next_hearing_type", json!(next.and_then(|setting| setting.kind.clone()))),
        ("settings", json!(case.settings.len())),
        ("held", json!(count(Outcome::Held))),
        ("suspended", json!(count(Outcome::Suspended))),
        ("deferred", json!(count(Outcome::Deferred))),
        ("failed", json!(count(Outcome::Failed))),
        ("not_installed", json!(count(Outcome::NotInstalled))),
        ("revoked", json!(count(Outcome::Revoked))),
        ("unknown", json!(count(Outcome::Unknown))),
        ("pending", json!(count(Outcome::Pending))),
        ("not_held", json!(case.not_held())),
        ("days_lost", json!(lost.map(|(days, _)| days))),
        ("longest_gap_days", json!(gap.and_then(duration).map(|(days, _)| days))),
        ("longest_gap_from", json!(gap.and_then(|gap| gap.span).map(|(from, _)| from.to_string()))),
        ("longest_gap_to", json!(gap.and_then(|gap| gap.span).map(|(_, to): (Date, Date)| to.to_string()))),
        ("oral_to_written_days", json!(written.and_then(duration).map(|(days, _)| days))),
        ("oral_to_written_is_open", json!(written.map(|figure| matches!(figure.value, Of::Open(_))))),
        ("judge_changes", json!(judges)),
        ("clocks_over", json!(clocks(State::Breach))),
        ("clocks_possibly_over", json!(clocks(State::PossibleBreach))),
        ("clocks_nearly_over", json!(clocks(State::Warning))),
        ("clocks_met_late", json!(clocks(State::MetLate))),
        ("watched_since", json!(case.watched_since.map(|at| at.to_string()))),
        ("read", json!(case.read.map(|at| at.to_string()))),
        ("is_read_today", json!(case.figures.read_day == Some(case.day()))),
        ("version", json!(case.version)),
        ("version_at", json!(case.version_at.to_string())),
        ("url", json!(Some(&case.url).filter(|url| !url.is_empty()))),
    ];
    Value::Object(columns.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn duration(figure: &Figure) -> Option<(i64, i64)> {
    match figure.value {
        Of::Days(days) | Of::Open(days) => Some((days.calendar, days.business)),
        _ => None,
    }
}

fn each(report: &Delays, rows: impl Fn(&CaseDelays) -> Vec<Map<String, Value>>) -> Vec<Map<String, Value>> {
    report.cases.iter().flat_map(|case| rows(case).into_iter().map(|row| with_case(case, row)).collect::<Vec<_>>()).collect()
}

fn with_case(case: &CaseDelays, mut row: Map<String, Value>) -> Map<String, Value> {
    for (name, value) in [("source", json!(case.source)), ("case", json!(case.number)), ("name", json!(case.name))] {
        row.insert(name.to_owned(), value);
    }
    row
}

fn figure_row(of: &Figure) -> Map<String, Value> {
    let form = figure::figure(of);
    let value = &form["value"];
    let days = duration(of);
    let count = match &of.value {
        Of::Count(count) => Some(*count),
        _ => None,
    };
    let is_plain = days.is_some() || count.is_some() || matches!(of.value, Of::Unknown | Of::NotBegun);
    let (kind, whom) = subject(&of.subject);
    object(json!({
        "measure": form["measure"], "measure_name": form["name"], "part": of.part, "of": kind, "whom": whom, "is": value["is"],
        "days": days.map(|(days, _)| days), "business_days": days.map(|(_, business)| business), "count": count,
        "detail": if is_plain { Value::Null } else { json!(value.to_string()) },
        "n": of.n, "from": form["from"], "to": form["to"], "entries": joined(&of.entries), "limits": limits(of),
        "counting_es": of.measure.counting().es, "counting_en": of.measure.counting().en,
    }))
}

fn clock_rows(case: &CaseDelays) -> Vec<Map<String, Value>> {
    let row = |clock: &crate::domain::clocks::Clock| {
        let (kind, whom) = subject(&clock.subject);
        let day = |day: Option<Date>| day.map(|day| day.to_string());
        let entries: Vec<EntryKey> = clock.rests.iter().filter_map(|rest| rest.entry.clone()).collect();
        object(json!({
            "rule": clock.rule, "version": clock.version, "title_es": clock.title.es, "title_en": clock.title.en,
            "state": clock.state.name(), "observed": clock.claim == crate::domain::clocks::Claim::Observed, "of": kind, "whom": whom,
            "start": day(clock.start), "due": day(clock.due), "due_alt": day(clock.due_alt), "stop": day(clock.stop),
            "elapsed_days": clock.elapsed, "elapsed_business_days": clock.elapsed_business, "suspended_days": clock.suspended_days,
            "late_days": clock.late, "late_days_alt": clock.late_alt, "confidence": clock.confidence.name(), "legal_basis": clock.basis,
            "doubts": clock.doubts.join(" "), "pinned": clock.pins.len(), "entries": joined(&entries), "id": clock.id.to_string(),
        }))
    };
    case.clocks.iter().map(row).collect()
}

fn hearing_rows(case: &CaseDelays) -> Vec<Map<String, Value>> {
    case.settings.iter().enumerate().map(|(at, setting)| object(super::hearing(case, at, setting))).collect()
}

fn subject(subject: &Subject) -> (&'static str, Option<String>) {
    match subject {
        Subject::Case => ("case", None),
        Subject::Person(name) => ("person", name.clone()),
        Subject::Hearing { kind, .. } => ("hearing", kind.clone()),
        Subject::Petition(key) => ("petition", Some(key.0.clone())),
    }
}

/// What a figure does not say, by the stable names, with of how many.
fn limits(of: &Figure) -> String {
    let limit = |limit: &crate::domain::figure::Limit| match limit.n {
        Some(n) => format!("{}:{n}", limit.caveat.name()),
        None => limit.caveat.name().to_owned(),
    };
    of.limits.iter().map(limit).collect::<Vec<_>>().join(" ")
}

fn joined(keys: &[EntryKey]) -> String {
    keys.iter().map(|key| key.0.as_str()).collect::<Vec<_>>().join(" ")
}

fn object(value: Value) -> Map<String, Value> {
    if let Value::Object(map) = value { map } else { Map::new() }
}

/// What stands in every row.
fn constant(report: &Delays, row: &Map<String, Value>, name: &str) -> String {
    let median = |key: &str| row.get("median").and_then(|median| median.get(key)).map(cell).unwrap_or_default();
    match name {
        "as_of" => report.as_of.to_string(),
        "veedor" => report.program.clone(),
        "counting_version" => report.counting.to_string(),
        "data" => report.data.iter().map(|data| format!("{} · {}", data.rules, data.calendar)).collect::<Vec<_>>().join("; "),
        "median_days" => median("days"),
        "beyond_days" => median("beyond_days"),
        "lower_days" => median("lower"),
        "upper_days" => median("upper"),
        _ => String::new(),
    }
}

/// A cell. Words that a spreadsheet would reckon with are marked as words.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) if text.starts_with(['=', '+', '-', '@', '\t', '\r']) => format!("'{text}"),
        Value::String(text) => text.clone(),
        Value::Array(list) => cell(&Value::String(list.iter().map(cell).collect::<Vec<_>>().join(" "))),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_a_spreadsheet_would_reckon_with_are_words() {
        let cells = [json!("=1+1"), json!("@SUM(A1)"), json!("+593"), json!("Juzgado"), json!(-3), Value::Null, json!(["a", "b"])];
        assert_eq!(cells.each_ref().map(cell), ["'=1+1", "'@SUM(A1)", "'+593", "Juzgado", "-3", "", "a b"]);
    }
}
