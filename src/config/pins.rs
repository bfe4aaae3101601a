//! What an operator says of a case for its clocks: `facts`, and of its events `[[case.event]]`.
//!
//! Read with the case; that its events are known is checked when the jurisdiction is. A pin without a note is refused: it is shown with
//! everything that rests on it.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::{Date, Time};
use toml_edit::Value;

use crate::delay::clocks::Rules;
use crate::diag::{At, Reader, nearest};
use crate::domain::case::Fact;
use crate::domain::clocks::Pin;

use super::scope::Scope;

/// A pin, and where its event stands.
pub(super) type Pinned = (Pin, Option<Range<usize>>);

/// Reads the pins of a case.
pub(super) fn read(case: &mut Reader<'_>, scope: &Scope<'_>) -> Vec<Pinned> {
    if !case.has("event") {
        let _ = case.item("event");
        return Vec::new();
    }
    case.tables("event").into_iter().filter_map(|table| one(table, scope)).collect()
}

/// Reads `facts`, each with its place.
pub(super) fn facts(table: &mut Reader<'_>, scope: &Scope<'_>) -> Vec<(At<String>, Fact)> {
    let mut facts = Vec::new();
    let Some(mut inner) = table.table("facts") else { return facts };
    for key in inner.keys() {
        let fact = match inner.item(&key.value).and_then(|item| item.as_value()) {
            Some(Value::Boolean(flag)) => Fact::Flag(*flag.value()),
            Some(Value::Integer(number)) => Fact::Number(*number.value()),
            Some(Value::String(text)) => Fact::Text(text.value().clone()),
            Some(Value::Float(number)) => Fact::Text(number.value().to_string()),
            Some(Value::Datetime(date)) => Fact::Text(date.value().to_string()),
            Some(Value::Array(_) | Value::InlineTable(_)) | None => {
                scope.error(
                    key.span,
                    format!("the fact {} must be a single value", key.value),
                    "write true, false, a number, a date or a text",
                );
                continue;
            }
        };
        facts.push((key, fact));
    }
    facts
}

/// The facts by name. One that no rule of the jurisdiction asks for is kept, and told: it may be a slip of the keyboard.
pub(super) fn named(facts: Vec<(At<String>, Fact)>, rules: &Rules, scope: &Scope<'_>) -> BTreeMap<String, Fact> {
    let asked = rules.facts();
    let mut named = BTreeMap::new();
    for (At { value: name, span }, fact) in facts {
        if rules.all().next().is_some() && !asked.contains(name.as_str()) {
            let help = match nearest(&name, asked.iter().copied()) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => format!("rules ask for: {}", asked.iter().copied().collect::<Vec<_>>().join(", ")),
            };
            scope.warn(span, format!("no clock asks for the fact {name}"), help);
        }
        named.insert(name, fact);
    }
    named
}

fn one(mut table: Reader<'_>, scope: &Scope<'_>) -> Option<Pinned> {
    table.required("event", "its name, such as \"oral_decision\"");
    table.required("date", "the day, such as \"2024-11-25\"");
    table.required("note", "how you know; it is shown with the clock");
    let event = scope.line(&mut table, "event");
    let date = date(&mut table, scope);
    let time = time(&mut table, scope);
    let [note, by, person] = ["note", "by", "person"].map(|key| scope.line(&mut table, key).map(|at| at.value));
    let remove = table.flag("remove").is_some_and(|at| at.value);
    table.finish();
    let event = event?;
    Some((Pin { event: event.value, date: date?, time, note: note?, by, person, remove }, event.span))
}

/// The pins whose events the jurisdiction knows; the others are reported.
pub(super) fn known(pinned: Vec<Pinned>, rules: &Rules, jurisdiction: &str, scope: &Scope<'_>) -> Vec<Pin> {
    if pinned.is_empty() {
        return Vec::new();
    }
    let events = rules.events();
    let mut pins = Vec::with_capacity(pinned.len());
    for (pin, span) in pinned {
        if events.contains(&pin.event) {
            pins.push(pin);
            continue;
        }
        let help = match nearest(&pin.event, events.iter().map(String::as_str)) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => format!("the events are: {}", events.iter().map(String::as_str).collect::<Vec<_>>().join(", ")),
        };
        let place = if jurisdiction.is_empty() { "this source".to_owned() } else { format!("\"{jurisdiction}\"") };
        scope.error(span, format!("the clocks of {place} know no event \"{}\"", pin.event), help);
    }
    pins
}

fn date(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<Date> {
    let item = table.item("date")?;
    let written = item.as_str().map(str::to_owned).or_else(|| item.as_datetime().map(ToString::to_string));
    let date = written.filter(|text| text.len() == 10).and_then(|text| text.parse().ok());
    if date.is_none() {
        scope.error(item.span(), "date is not a date", "write date = \"2024-11-25\": year, month, day");
    }
    date
}

fn time(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<Time> {
    let item = table.item("time")?;
    let written = item.as_str().map(str::to_owned).or_else(|| item.as_datetime().map(ToString::to_string));
    let time = written.filter(|text| (5..=8).contains(&text.len())).and_then(|text| text.parse().ok());
    if time.is_none() {
        scope.error(item.span(), "time is not a time of day", "write time = \"15:30\", in the court's zone");
    }
    time
}

#[cfg(test)]
mod tests {
    use super::super::tests::load;
    use super::*;
    use jiff::civil::{date, time};

    fn case(events: &str) -> (Vec<Pin>, Vec<String>) {
        let (config, errors, _) = load(&format!("[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2019-00029G\"\n{events}"));
        (config.map(|config| config.cases[0].pins.clone()).unwrap_or_default(), errors)
    }

    #[test]
    fn a_pin_is_read_with_its_note() {
        let (pins, errors) = case(
            "[[case.event]]\nevent = \"oral_decision\"\ndate = 2024-11-25\ntime = \"15:30\"\nnote = \"Visto en sala\"\nby = \"redacción\"\n\
             [[case.event]]\nevent = \"release\"\ndate = \"2025-01-02\"\nnote = \"No salió\"\nperson = \"Persona Ficticia\"\nremove = true\n",
        );
        assert_eq!(errors, Vec::<String>::new());
        let first = Pin {
            event: "oral_decision".into(),
            date: date(2024, 11, 25),
            time: Some(time(15, 30, 0, 0)),
            note: "Visto en sala".into(),
            by: Some("redacción".into()),
            person: None,
            remove: false,
        };
        assert_eq!(pins[0], first);
        assert_eq!((pins[1].remove, pins[1].person.as_deref()), (true, Some("Persona Ficticia")));
    }

    #[test]
    fn a_fact_that_no_rule_asks_for_is_kept_and_told() {
        let list = "[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2019-00029G\"\nfacts = { penalty_over_5 = true, detained = true }\n";
        let (config, errors, warnings) = load(list);
        let facts = config.unwrap_or_else(|| panic!("{errors:?}")).cases[0].facts.clone();
        assert_eq!(facts.keys().map(String::as_str).collect::<Vec<_>>(), ["detained", "penalty_over_5"]);
        let told: Vec<&String> = warnings.iter().filter(|warning| warning.contains("no clock asks for the fact")).collect();
        assert!(told.len() == 1 && told[0].contains("penalty_over_5; did you mean \"penalty_over_5y\"?"), "{warnings:?}");
    }

    #[test]
    fn mistakes_of_a_pin_are_named() {
        for (event, says) in [
            (
                "event = \"oral_decison\"\ndate = \"2024-11-25\"\nnote = \"x\"",
                "know no event \"oral_decison\"; did you mean \"oral_decision\"?",
            ),
            ("event = \"oral_decision\"\ndate = \"2024-11-25\"", "has no `note`"),
            ("event = \"oral_decision\"\ndate = \"25/11/2024\"\nnote = \"x\"", "date is not a date"),
            ("event = \"oral_decision\"\ndate = \"2024-11-25\"\ntime = \"3pm\"\nnote = \"x\"", "time is not a time of day"),
            ("event = \"oral_decision\"\ndate = \"2024-11-25\"\nnote = \"x\"\nremoved = true", "unknown key `removed`"),
        ] {
            let (_, errors) = case(&format!("[[case.event]]\n{event}\n"));
            assert!(errors.iter().any(|error| error.contains(says)), "{says}: {errors:?}");
        }
    }
}
