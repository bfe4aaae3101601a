//! A procedural clock as JSON: `veedor clocks --json`, in the form of `docs/clocks.schema.json`.
//!
//! It words nothing: the sentences are those of the rule and of `message`, put in by the caller. Names of persons come in as they may
//! be shown.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value, json};

use crate::domain::clocks::{Claim, Clock, Pin, Rest, Subject};
use crate::domain::docket::{Docket, EntryKey};
use crate::domain::redact::Words;

/// The day and the title of an entry, as they may be shown.
pub type Entries<'d> = &'d dyn Fn(&EntryKey) -> Option<(Option<Date>, String)>;

/// The form. `text` is what a person reads of it; `docket` gives the titles of the entries.
pub fn to_json(clock: &Clock, text: &Words, docket: &Docket) -> Value {
    let entry = |key: &EntryKey| docket.entry(key).map(|entry| (entry.date, entry.title.clone()));
    form(clock, text, &entry)
}

/// The same, where the day and title of an entry are asked for.
pub fn form(clock: &Clock, text: &Words, docket: Entries<'_>) -> Value {
    let mut form = json!({
        "schema": "veedor.clock/1",
        "id": clock.id.to_string(),
        "rule": clock.rule,
        "version": clock.version,
        "title": words(&clock.title),
        "unit": clock.unit.name(),
        "subject": subject(&clock.subject, docket),
        "state": clock.state.name(),
        "claim": claim(clock.claim),
        "alertable": clock.is_alertable(),
        "start": clock.start.map(|day| day.to_string()),
        "stop": clock.stop.map(|day| day.to_string()),
        "due": clock.due.map(|day| day.to_string()),
        "due_at": clock.due_at.map(instant),
        "due_alt": clock.due_alt.map(|day| day.to_string()),
        "elapsed_days": clock.elapsed,
        "elapsed_business_days": clock.elapsed_business,
        "suspended_days": clock.suspended_days,
        "late_days": clock.late,
        "late_days_alt": clock.late_alt,
        "suspensions": clock.suspensions.iter().map(|(from, to)| json!([from.to_string(), to.map(|to| to.to_string())])).collect::<Vec<_>>(),
        "extended": clock.extended,
        "rests_on": clock.rests.iter().map(|rest| rest_json(rest, docket)).collect::<Vec<_>>(),
        "pins": clock.pins.iter().map(pin).collect::<Vec<_>>(),
        "lacking": clock.lacking,
        "doubts": clock.doubts,
        "milestones": clock.milestones.iter().map(|one| json!({
            "id": one.id.to_string(), "offset": one.offset, "at": instant(one.at), "breach": one.is_breach,
        })).collect::<Vec<_>>(),
        "confidence": clock.confidence.name(),
        "severity": clock.severity.name(),
        "legal_basis": clock.basis,
        "sources": clock.sources,
        "verify": words(&clock.verify),
        "text": words(text),
        "calendar": clock.calendar,
    });
    if let (Some(message), Some(form)) = (&clock.message, form.as_object_mut()) {
        form.insert("message".to_owned(), words(message));
    }
    form
}

fn words(words: &Words) -> Value {
    json!({"es": words.es, "en": words.en})
}

fn claim(claim: Claim) -> Value {
    match claim {
        Claim::Observed => json!({"observed": true}),
        Claim::Blind { since } => json!({"observed": false, "not_read_since": since.map(instant)}),
    }
}

fn subject(subject: &Subject, docket: Entries<'_>) -> Value {
    match subject {
        Subject::Case => json!({"of": "case"}),
        Subject::Person(name) => json!({"of": "person", "name": name}),
        Subject::Hearing { kind, set_by } => {
            json!({"of": "hearing", "type": kind, "set_by": set_by.as_ref().and_then(|key| entry(key, docket))})
        }
        Subject::Petition(key) => json!({"of": "petition", "entry": entry(key, docket)}),
    }
}

fn rest_json(rest: &Rest, docket: Entries<'_>) -> Value {
    let mut form = Map::new();
    form.insert("part".to_owned(), json!(rest.part.name()));
    form.insert("event".to_owned(), json!(rest.event));
    form.insert("date".to_owned(), json!(rest.date.to_string()));
    form.insert("at".to_owned(), json!(rest.at.map(instant)));
    form.insert("how".to_owned(), json!(rest.how.name()));
    form.insert("entry".to_owned(), json!(rest.entry.as_ref().and_then(|key| entry(key, docket))));
    Value::Object(form)
}

fn entry(key: &EntryKey, docket: Entries<'_>) -> Option<Value> {
    let (date, title) = docket(key)?;
    Some(json!({"key": key.0, "date": date.map(|date| date.to_string()), "title": title}))
}

fn pin(pin: &Pin) -> Value {
    json!({
        "event": pin.event, "date": pin.date.to_string(), "time": pin.time.map(super::hearing::clock), "note": pin.note, "by": pin.by,
        "person": pin.person, "removed": pin.remove,
    })
}

fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
