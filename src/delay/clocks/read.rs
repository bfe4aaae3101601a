//! Reads the `[[rule]]` tables of a `clocks.toml`, with every mistake at its place.
//!
//! Called by [`Rules::parse`](super::Rules::parse), which knows the names of the events. It checks what can be checked without a case:
//! names, numbers, that a rule can begin and end, and that it says where it comes from.

use std::collections::BTreeSet;

use jiff::civil::Date;
use toml_edit::Value;

use crate::diag::{At, Reader, nearest};
use crate::domain::case::Fact;
use crate::domain::clocks::{Confidence, Unit};
use crate::domain::event::Severity;
use crate::domain::redact::Words;

use super::rule::{Condition, Extend, Measure, Offset, Roll, Rule, Span, Start, Step, Which};

/// The longest span, in its unit: more is a slip of the keyboard.
const LONGEST: i64 = 10_000;

const MEASURES: [(&str, Measure); 5] = [
    ("hours", Measure::Hours),
    ("days", Measure::Days),
    ("business_days", Measure::BusinessDays),
    ("months", Measure::Months),
    ("years", Measure::Years),
];
const SEVERITIES: [(&str, Severity); 4] =
    [("info", Severity::Info), ("notice", Severity::Notice), ("warn", Severity::Warn), ("critical", Severity::Critical)];

/// Reads one rule; `None` has been reported. `events` are the names that steps may use.
pub fn rule(mut table: Reader<'_>, events: &BTreeSet<String>) -> Option<Rule> {
    let id = table.required_text("id").map(|at| at.value);
    let version = table.integer("version", 1, 1000).and_then(|at| u32::try_from(at.value).ok()).unwrap_or(1);
    table.required("title", "what it limits, in Spanish and English");
    let title = words(&mut table, "title");
    let matter = table.texts("matter").unwrap_or_default().into_iter().map(|at| at.value).collect();
    let (conditions, hearing_type) = conditions(&mut table);
    table.required("unit", "case, person, hearing or petition");
    let unit = table.choice("unit", &Unit::ALL).map(|at| at.value);
    table.required("start", "{ event = \"…\", which = \"first\" }");
    let start = table.table("start").and_then(|inner| start(inner, events));
    table.required("stop", "[{ event = \"…\" }]");
    let stop = steps(&mut table, "stop", events);
    let alt_stop = if table.has("alt_stop") { steps(&mut table, "alt_stop", events) } else { Vec::new() };
    table.required("duration", "{ n = 10, unit = \"days\" }");
    let duration = span(&mut table, "duration");
    let alt_duration = span(&mut table, "alt_duration");
    let count_start_day = table.flag("count_start_day").is_some_and(|at| at.value);
    let rolls = [("none", Roll::None), ("next_business", Roll::Next), ("prev_business", Roll::Previous)];
    let roll = table.choice("roll", &rolls).map_or(Roll::None, |at| at.value);
    let suspend_on = if table.has("suspend_on") { steps(&mut table, "suspend_on", events) } else { Vec::new() };
    let resume_on = if table.has("resume_on") { steps(&mut table, "resume_on", events) } else { Vec::new() };
    if suspend_on.is_empty() && !resume_on.is_empty() {
        table.report("resume_on", "nothing suspends this time, so nothing resumes it", Some("add suspend_on, or leave it out".to_owned()));
    }
    let extend = extend(&mut table, events, duration);
    let cap = span(&mut table, "cap");
    let warn_at = offsets(&mut table);
    let basis = table.required_text("legal_basis").map(|at| at.value);
    table.required("source", "where the rule was read; [] when it is general knowledge");
    let sources: Vec<String> = table.texts("source").unwrap_or_default().into_iter().map(|at| at.value).collect();
    table.required("severity", "how loud a breach is");
    let severity = table.choice("severity", &SEVERITIES).map(|at| at.value);
    table.required("confidence", "high, medium or low");
    let confidence = table.choice("confidence", &Confidence::ALL).map(|at| at.value);
    if sources.is_empty() && confidence.is_some_and(|confidence| confidence > Confidence::Low) {
        let help = "name the source, or write confidence = \"low\", and it is reported and never alerts";
        table.report("confidence", "a rule without a source is of low confidence", Some(help.to_owned()));
    }
    table.required("verify", "what a lawyer should look at");
    let verify = words(&mut table, "verify");
    let (from, until) = effective(&mut table);
    let message = table.has("message").then(|| words(&mut table, "message")).flatten();
    if let (Some(Unit::Petition), Some(start)) = (unit, &start)
        && start.which != Which::Each
    {
        table.report("start", "a rule that counts for petitions begins with each", Some("write which = \"each\"".to_owned()));
    }
    table.finish();
    let (start, duration) = (start?, duration?);
    Some(Rule {
        id: id?,
        version,
        title: title?,
        matter,
        conditions,
        hearing_type,
        unit: unit?,
        start,
        stop,
        alt_stop,
        duration,
        alt_duration,
        count_start_day,
        roll,
        suspend_on,
        resume_on,
        extend,
        cap,
        warn_at,
        basis: basis?,
        sources,
        severity: severity?,
        confidence: confidence?,
        verify: verify?,
        from,
        until,
        message,
    })
}

/// A text, or a table of one in Spanish and one in English.
pub fn words(table: &mut Reader<'_>, key: &str) -> Option<Words> {
    let item = table.item(key)?;
    if item.is_str() {
        return table.text(key).map(|at| Words::same(&at.value));
    }
    let mut inner = table.table(key)?;
    let [es, en] = ["es", "en"].map(|language| inner.required_text(language).map(|at| at.value));
    inner.finish();
    Some(Words { es: es?, en: en? })
}

/// A value of a fact.
pub fn fact(value: &Value) -> Option<Fact> {
    match value {
        Value::Boolean(flag) => Some(Fact::Flag(*flag.value())),
        Value::Integer(number) => Some(Fact::Number(*number.value())),
        Value::String(text) => Some(Fact::Text(text.value().clone())),
        _ => None,
    }
}

/// `applies_if`, with the kind of hearing apart.
fn conditions(table: &mut Reader<'_>) -> (Vec<Condition>, Vec<String>) {
    let Some(mut inner) = table.table("applies_if") else { return (Vec::new(), Vec::new()) };
    let hearing_type = inner.texts("hearing_type").unwrap_or_default().into_iter().map(|at| at.value).collect();
    let mut found = Vec::new();
    for At { value: key, span } in inner.keys().into_iter().filter(|key| key.value != "hearing_type") {
        let (name, is_not) = key.strip_suffix("_not").map_or((key.as_str(), false), |name| (name, true));
        let values: Option<Vec<Fact>> = match inner.item(&key).and_then(|item| item.as_value()) {
            Some(Value::Array(list)) => list.iter().map(fact).collect(),
            Some(one) => fact(one).map(|value| vec![value]),
            None => None,
        };
        match values.filter(|values| !values.is_empty()) {
            Some(values) => found.push(Condition { fact: name.to_owned(), values, is_not }),
            None => inner.sink().report(
                span,
                format!("applies_if.{key} must be a value or a list of values"),
                Some("write true, false, a number, a text or [\"…\", \"…\"]".to_owned()),
            ),
        }
    }
    (found, hearing_type)
}

fn start(mut inner: Reader<'_>, events: &BTreeSet<String>) -> Option<Start> {
    let choices = [("first", Which::First), ("last", Which::Last), ("each", Which::Each)];
    inner.required("which", "first, last or each, where the event happens several times");
    let which = inner.choice("which", &choices).map(|at| at.value);
    let certain = inner.flag("certain").is_some_and(|at| at.value);
    let after_hearing = inner.flag("after_hearing").is_some_and(|at| at.value);
    let step = step(&mut inner, events);
    inner.finish();
    Some(Start { step: step?, which: which?, certain, after_hearing })
}

/// A list of steps.
fn steps(table: &mut Reader<'_>, key: &str, events: &BTreeSet<String>) -> Vec<Step> {
    let mut found = Vec::new();
    // An empty list is of no tables and of no texts.
    if table.item(key).and_then(|item| item.as_array()).is_some_and(toml_edit::Array::is_empty) {
        return found;
    }
    for mut inner in table.tables(key) {
        found.extend(step(&mut inner, events));
        inner.finish();
    }
    found
}

fn step(inner: &mut Reader<'_>, events: &BTreeSet<String>) -> Option<Step> {
    let hearing_type = inner.texts("type").unwrap_or_default().into_iter().map(|at| at.value).collect();
    let [per_person, by_then] = ["per_person", "by_then"].map(|key| inner.flag(key).is_some_and(|at| at.value));
    let At { value: event, span } = inner.required_text("event")?;
    if !events.contains(&event) {
        let help = match nearest(&event, events.iter().map(String::as_str)) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => "add an [[event]] with this id".to_owned(),
        };
        inner.sink().report(span, format!("unknown event \"{event}\""), Some(help));
        return None;
    }
    Some(Step { event, hearing_type, per_person, by_then })
}

fn span(table: &mut Reader<'_>, key: &str) -> Option<Span> {
    if !table.has(key) {
        let _ = table.item(key);
        return None;
    }
    let mut inner = table.table(key)?;
    inner.required("n", "how many");
    inner.required("unit", "hours, days, business_days, months or years");
    let n = inner.integer("n", 1, LONGEST).and_then(|at| u32::try_from(at.value).ok());
    let measure = inner.choice("unit", &MEASURES).map(|at| at.value);
    inner.finish();
    Some(Span { n: n?, measure: measure? })
}

/// `extend`: its units are those of the duration.
fn extend(table: &mut Reader<'_>, events: &BTreeSet<String>, duration: Option<Span>) -> Option<Extend> {
    if !table.has("extend") {
        let _ = table.item("extend");
        return None;
    }
    let mut inner = table.table("extend")?;
    let step = step(&mut inner, events);
    inner.required("add", "{ n = 30, unit = \"days\" }");
    inner.required("cap", "{ n = 120, unit = \"days\" }, the longest that it can become");
    let (add, cap) = (span(&mut inner, "add"), span(&mut inner, "cap"));
    for (key, value) in [("add", add), ("cap", cap)] {
        if let (Some(value), Some(duration)) = (value, duration)
            && value.measure != duration.measure
        {
            inner.report(key, format!("extend.{key} must be in the unit of the duration"), None);
        }
    }
    inner.finish();
    Some(Extend { step: step?, add: add?.n, most: cap?.n })
}

fn offsets(table: &mut Reader<'_>) -> Vec<Offset> {
    let mut found: Vec<Offset> = Vec::new();
    for At { value, span } in table.texts("warn_at").unwrap_or_default() {
        let days = value.strip_suffix('d').and_then(|number| number.parse::<i64>().ok()).filter(|days| days.abs() <= LONGEST);
        match days {
            Some(days) => found.push(Offset { written: value, days }),
            None => {
                let help = "write \"-7d\" for seven days before the end, \"0d\" for when it is over, \"+30d\" for thirty days after";
                table.sink().report(span, format!("warn_at has \"{value}\", which is no number of days"), Some(help.to_owned()));
            }
        }
    }
    found.sort_by_key(|offset| offset.days);
    found
}

fn effective(table: &mut Reader<'_>) -> (Option<Date>, Option<Date>) {
    if !table.has("effective") {
        let _ = table.item("effective");
        return (None, None);
    }
    let Some(mut inner) = table.table("effective") else { return (None, None) };
    let [from, until] = ["from", "to"].map(|key| day(&mut inner, key));
    if from.zip(until).is_some_and(|(from, until)| until < from) {
        inner.report("to", "it ends before it begins", None);
    }
    inner.finish();
    (from, until)
}

/// A day, written as a text or as a date; an empty text is none.
pub fn day(table: &mut Reader<'_>, key: &str) -> Option<Date> {
    let item = table.item(key)?;
    let written = item.as_str().map(str::to_owned).or_else(|| item.as_datetime().map(ToString::to_string));
    if written.as_deref() == Some("") {
        return None;
    }
    let found = written.filter(|text| text.len() == 10).and_then(|text| text.parse().ok());
    if found.is_none() {
        table.report(key, format!("{key} is not a date"), Some(format!("write {key} = \"2024-11-25\": year, month, day")));
    }
    found
}
