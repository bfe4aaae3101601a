//! Figures of delay as JSON, in the form of `docs/delays.md`: each with its counting rule, what it rests on and what it does not say.
//!
//! A form for whatever shows or exports figures. Names of persons come in as they may be shown. A percentage is there only where there
//! are enough for one.

use jiff::civil::Date;
use serde_json::{Value as Json, json};

use crate::domain::caveat::Sentence;
use crate::domain::clocks::Subject;
use crate::domain::figure::{Days, Figure, Share, Value};
use crate::domain::measure::Refused;

/// One figure.
pub fn figure(figure: &Figure) -> Json {
    let Figure { measure, part, value: of, n, entries, .. } = figure;
    json!({
        "measure": measure.id(),
        "name": measure.name(),
        "part": part,
        "subject": subject(&figure.subject),
        "value": value(of),
        "n": n,
        "from": figure.span.map(|(from, _)| from.to_string()),
        "to": figure.span.map(|(_, to): (Date, Date)| to.to_string()),
        "entries": entries.iter().map(|key| &key.0).collect::<Vec<_>>(),
        "counting": sentence(measure.counting()),
        "limits": figure.limits.iter().map(|limit| json!({
            "name": limit.caveat.name(), "n": limit.n, "text": sentence(limit.caveat.sentence()),
        })).collect::<Vec<_>>(),
    })
}

/// What is not measured, and why.
pub fn refused(refused: &Refused) -> Json {
    json!({"name": refused.name, "why": sentence(refused.why)})
}

/// A sentence in both languages.
pub fn sentence(sentence: Sentence) -> Json {
    json!({"es": sentence.es, "en": sentence.en})
}

fn subject(subject: &Subject) -> Json {
    match subject {
        Subject::Case => json!({"of": "case"}),
        Subject::Person(name) => json!({"of": "person", "name": name}),
        Subject::Hearing { kind, set_by } => json!({"of": "hearing", "type": kind, "set_by": set_by.as_ref().map(|key| &key.0)}),
        Subject::Petition(key) => json!({"of": "petition", "entry": key.0}),
    }
}

/// What was measured, without what it rests on.
pub fn value(value: &Value) -> Json {
    match value {
        Value::Days(days) => duration("days", *days),
        Value::Open(days) => duration("open", *days),
        Value::NotBegun => json!({"is": "not_begun"}),
        Value::Unknown => json!({"is": "unknown"}),
        Value::Count(count) => json!({"is": "count", "count": count}),
        Value::Counts(counts) => {
            let counts: serde_json::Map<String, Json> = counts.iter().map(|(name, count)| ((*name).to_owned(), json!(count))).collect();
            json!({"is": "counts", "counts": counts})
        }
        Value::Share(of) => json!({"is": "share", "part": of.part, "of": of.of, "percent": of.percent()}),
        Value::Bounds { low, known, high } => {
            let is_said = known.percent().is_some();
            json!({"is": "bounds", "low": share(*low, is_said), "known": share(*known, is_said), "high": share(*high, is_said)})
        }
        Value::Mean { sum, n } => json!({"is": "mean", "sum": sum, "of": n}),
        Value::Spread { median, ninetieth } => json!({"is": "spread", "median_days": median, "p90_days": ninetieth}),
        Value::Split(portions) => json!({
            "is": "split",
            "portions": portions.iter().map(|portion| json!({
                "label": portion.label, "days": portion.days.calendar, "business_days": portion.days.business, "n": portion.n,
            })).collect::<Vec<_>>(),
        }),
        Value::Position { sooner, by_then } => json!({"is": "position", "sooner": sooner, "by_then": by_then}),
        Value::Median { at, beyond, lower, upper, events, censored } => json!({
            "is": "median", "days": at, "beyond_days": beyond, "lower": lower, "upper": upper, "events": events, "censored": censored,
        }),
    }
}

fn duration(is: &str, days: Days) -> Json {
    json!({"is": is, "days": days.calendar, "business_days": days.business})
}

fn share(share: Share, is_said: bool) -> Json {
    json!({"part": share.part, "of": share.of, "percent": share.percent().filter(|_| is_said)})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::measure::{Measure, REFUSED};

    #[test]
    fn bounds_have_no_percentage_where_the_known_are_too_few() {
        let of = |part, of| Share { part, of };
        let few = Value::Bounds { low: of(2, 6), known: of(2, 4), high: of(4, 6) };
        assert_eq!(value(&few)["high"], json!({"part": 4, "of": 6, "percent": null}));
        let enough = Value::Bounds { low: of(2, 8), known: of(2, 5), high: of(5, 8) };
        assert_eq!(value(&enough)["low"], json!({"part": 2, "of": 8, "percent": 25.0}));
    }

    #[test]
    fn a_figure_carries_its_counting_rule_and_a_refusal_its_reason() {
        let form = figure(&Figure::new(Measure::Failure, "all", Value::Share(Share { part: 4, of: 6 })));
        assert_eq!((&form["measure"], &form["name"]), (&json!("M11"), &json!("failure_ratio")));
        assert!(form["counting"]["es"].as_str().is_some_and(|text| text.contains("Consejo de la Judicatura")));
        assert_eq!(form["value"], json!({"is": "share", "part": 4, "of": 6, "percent": 100.0 * 4.0 / 6.0}));
        assert_eq!(refused(&REFUSED[0])["name"], "clearance_rate");
    }
}
