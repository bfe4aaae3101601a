//! The detectors of `domain.md` F, each with dockets that fire it and dockets that must not: the scenarios under
//! `tests/fixtures/detectors/`, replayed visit by visit as the daemon would.
//!
//! A scenario is `F-<number>.<fires|quiet>[-<what>].json`: what it is about, the source and the case, the visits, and what all
//! visits after the first tell together, in order, as `kind severity [field[=after]]`. The first visit has a `docket` in the published form
//! (whose schema, source and number are filled in); a later one has its own or says how it differs from the one before:
//! `put` entries (in front, or in place of those with their key), `drop` keys, `case` fields (null takes one away), `parties`.
//! `history` puts so many acts of everyday life, one a working day, behind the first docket; with `calendar` a visit also
//! tells what is due by the calendar.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use serde_json::{Map, Value, json};

use super::calendar::Calendar;
use super::seen::Seen;
use super::{Meaning, integrity};
use crate::domain::case::{CaseNumber, CaseRef};
use crate::domain::diff::{Change, Comparison, Confirm, MissingParts, compare};
use crate::domain::docket::Docket;
use crate::domain::event::Event;
use crate::recipe::{Recipe, shipped_recipe};
use crate::wire;

/// The detectors that look at a docket, and what in a line that is told shows that they fired (either of two, with a bar).
const DETECTORS: &[(&str, &str)] = &[
    ("F-01", "record.removed"),
    ("F-02", "record.edited warn"),
    ("F-03", "record.backdated"),
    ("F-04", "record.inconsistent"),
    ("F-05", "record.marked|record.hidden"),
    ("F-06", "document.replaced"),
    ("F-08", "record.redated"),
    ("F-09", "judge.changed warn"),
    ("F-10", "case.field_changed critical"),
    ("F-11", "case.reraffled"),
    ("F-12", "party.changed critical"),
    ("F-13", " not_held="),
    ("F-15", "hearing.moved_earlier critical"),
    ("F-16", "hearing.silent"),
    ("F-18", "record.off_hours"),
    ("F-19", "record.out_of_order"),
    ("F-20", "record.burst"),
    ("F-22", "record.near_duplicate"),
    ("F-21", "notification.missing"),
    ("F-24", "case.reopened"),
];

/// Detectors of the table that have their pair elsewhere, or wait for something that is not there, and where or why.
const ELSEWHERE: &[(&str, &str)] = &[
    ("F-07", "a case that vanished is a matter of visits, not of dockets: daemon::record's tests and the stories"),
    ("F-14", "a deferral beyond a legal limit needs the legal clocks"),
    ("F-17", "a decision that is not written in time needs the legal clocks"),
    ("F-23", "silence by stage needs the legal clocks"),
    ("F-25", "two dockets: meaning::disagreement's tests, when it is told those of daemon::matter, and the story of linked cases"),
];

/// Detectors that are being written.
const TO_COME: &[&str] = &[];

/// What the daemon asks by default before it believes that something is gone.
const CONFIRM: Confirm = Confirm { visits: 3, span: std::time::Duration::from_secs(86_400), sliding: false, others: false };

fn scenarios() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/detectors");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).expect("the folder").map(|file| file.expect("a file").path()).collect();
    files.sort();
    files
}

/// The detector and whether it is to fire, from the name of a file.
fn named(path: &Path) -> (String, bool) {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let parts: Vec<&str> = name.split('.').collect();
    let [detector, case, "json"] = parts[..] else { panic!("{name}: expected F-<number>.<fires|quiet>[-<what>].json") };
    match case.split('-').next() {
        Some("fires") => (detector.to_owned(), true),
        Some("quiet") => (detector.to_owned(), false),
        _ => panic!("{name}: expected fires or quiet after the number"),
    }
}

struct Scenario {
    label: String,
    recipe: Recipe,
    number: CaseNumber,
    visits: Vec<Value>,
    history: Option<Value>,
    told: Vec<String>,
}

impl Scenario {
    fn read(path: &Path) -> Self {
        let label = path.file_name().expect("a file").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path).expect("a scenario");
        let value: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{label}: {error}"));
        let keys = ["about", "source", "number", "history", "visits", "told"];
        let stray = value.as_object().expect("an object").keys().find(|key| !keys.contains(&key.as_str()));
        assert_eq!(stray, None, "{label}");
        assert!(value["about"].as_str().is_some_and(|about| about.len() > 20), "{label} does not say what it is about");
        let recipe = shipped_recipe(value["source"].as_str().unwrap_or_default()).unwrap_or_else(|| panic!("{label}: unknown source"));
        let number = recipe.number(value["number"].as_str().unwrap_or_default()).unwrap_or_else(|_| panic!("{label}: no such number"));
        let list = |key: &str| value[key].as_array().unwrap_or_else(|| panic!("{label}: {key} is no list")).clone();
        let told = list("told").iter().map(|line| line.as_str().expect("a line").to_owned()).collect();
        Self { visits: list("visits"), history: value.get("history").cloned(), told, label, recipe, number }
    }

    /// The dockets of the visits, each from the one before.
    fn dockets(&self) -> Vec<(Timestamp, Docket, bool)> {
        let mut shown = Map::new();
        let mut dockets = Vec::new();
        for visit in &self.visits {
            let keys = ["at", "docket", "put", "drop", "case", "parties", "calendar"];
            let stray = visit.as_object().expect("an object").keys().find(|key| !keys.contains(&key.as_str()));
            assert_eq!(stray, None, "{}", self.label);
            let at = visit["at"].as_str().and_then(|at| at.parse().ok()).unwrap_or_else(|| panic!("{}: when is a visit?", self.label));
            let is_first = dockets.is_empty();
            match visit.get("docket") {
                Some(docket) => shown = docket.as_object().expect("a docket").clone(),
                None => assert!(!is_first, "{}: the first visit has no docket", self.label),
            }
            if is_first && let Some(history) = &self.history {
                let entries = shown.entry("entries").or_insert_with(|| json!([])).as_array_mut().expect("a list");
                entries.extend(everyday(history));
            }
            change(&mut shown, visit);
            let mut whole = shown.clone();
            whole.insert("schema".into(), json!(wire::docket::SCHEMA));
            whole.insert("source".into(), json!(self.recipe.id));
            whole.entry("case").or_insert_with(|| json!({}))["number"] = json!(self.number.canonical);
            let docket = wire::docket::from_json(&Value::Object(whole)).unwrap_or_else(|why| panic!("{}: {why}", self.label)).docket;
            dockets.push((at, docket, visit["calendar"] == json!(true)));
        }
        dockets
    }

    /// What all visits tell.
    fn play(&self) -> Vec<Event> {
        let meaning = Meaning::shipped(&self.recipe.jurisdiction, &self.recipe.language);
        let case = CaseRef { source: self.recipe.id.clone(), number: self.number.compact.clone() };
        let zone = self.recipe.zone_of(&self.number);
        let confirm = Confirm { sliding: self.recipe.sliding, others: self.recipe.lists_others(), ..CONFIRM };
        let (mut held, mut missing): (Option<Docket>, _) = (None, MissingParts::new());
        let (mut events, mut due): (Vec<Event>, Vec<Event>) = (Vec::new(), Vec::new());
        let mut watched_since = None;
        for (version, (at, shown, asks_calendar)) in (1..).zip(self.dockets()) {
            let watched_since = *watched_since.get_or_insert(at);
            let (changes, docket): (Vec<Change>, Docket) = match compare(held.as_ref(), &shown, &missing, confirm, at) {
                Comparison::Baseline => (Vec::new(), shown),
                Comparison::Same { docket, missing: now } => {
                    missing = now;
                    (Vec::new(), docket)
                }
                Comparison::Changed { changes, docket, missing: now } => {
                    missing = now;
                    (changes, docket)
                }
                Comparison::Implausible { news, docket, missing: now, .. } => {
                    missing = now;
                    let held = held.clone().expect("only a docket that is held can be contradicted");
                    if news.is_empty() { (news, held) } else { (news, docket) }
                }
            };
            let seen = Seen {
                case: &case,
                zone: zone.clone(),
                version,
                first_seq: u32::try_from(events.len() + 1).expect("few"),
                at,
                page_sha256: [7; 32],
                before: held.as_ref(),
                after: &docket,
                watched_since,
                was_whole: true,
            };
            events.extend(meaning.events(&changes, &seen));
            if asks_calendar {
                let page_sha256 = [7; 32];
                let calendar = Calendar {
                    case: &case,
                    zone: zone.clone(),
                    docket: &docket,
                    version,
                    page_sha256,
                    watched_since,
                    remind: &[],
                    silent_after: None,
                    read_at: at,
                    twins: &[],
                };
                let fresh: Vec<Event> = meaning.due(&calendar, at).events;
                let fresh: Vec<Event> = fresh.into_iter().filter(|event| due.iter().all(|known| known.id != event.id)).collect();
                due.extend(fresh.iter().cloned());
                events.extend(fresh);
            }
            held = Some(docket);
        }
        events
    }
}

/// What a visit shows otherwise than the one before.
fn change(shown: &mut Map<String, Value>, visit: &Value) {
    let list = |key: &str| visit[key].as_array().cloned().unwrap_or_default();
    let entries = shown.entry("entries").or_insert_with(|| json!([])).as_array_mut().expect("a list");
    for entry in list("put").into_iter().rev() {
        match entries.iter_mut().find(|known| known["key"] == entry["key"]) {
            Some(known) => *known = entry,
            None => entries.insert(0, entry),
        }
    }
    let dropped = list("drop");
    entries.retain(|entry| !dropped.contains(&entry["key"]));
    for (name, value) in visit["case"].as_object().cloned().unwrap_or_default() {
        shown.entry("case").or_insert_with(|| json!({}))[&name] = value;
    }
    if let Some(parties) = visit.get("parties") {
        shown.insert("parties".into(), parties.clone());
    }
}

/// Acts of everyday life, newest first: one each working day from `from` on, numbered by the source from `serial` on.
fn everyday(history: &Value) -> Vec<Value> {
    let count = history["count"].as_u64().expect("history has a count");
    let mut day: Date = history["from"].as_str().and_then(|day| day.parse().ok()).expect("history has a first day");
    let first = history["serial"].as_u64().unwrap_or(200_000_000);
    let mut entries = Vec::new();
    for nth in 0..count {
        while day.weekday().to_monday_zero_offset() > 4 {
            day = day.checked_add(1.days()).expect("a day");
        }
        entries.push(json!({
            "key": format!("h{nth}"), "date": day.to_string(), "time": "10:15:00", "title": "PROVIDENCIA GENERAL (DECRETO)",
            "text": format!("Agréguese al expediente el escrito número {nth} y téngase en cuenta lo que en él se dice."),
            "extra": {"origin": "ProvPrimera", "incident": "1", "serial": format!("ProvPrimera:{}", first + nth * 1_000)},
        }));
        day = day.checked_add(1.days()).expect("a day");
    }
    entries.reverse();
    entries
}

/// The line of an event, with as much of its field as is `wanted`.
fn line(event: &Event, wanted: Option<&String>) -> String {
    let plain = format!("{} {}", event.kind, event.severity.name());
    let Some(field) = &event.field else { return plain };
    let named = format!("{plain} {}", field.field);
    let full = format!("{named}={}", field.after.as_deref().unwrap_or_default());
    match wanted.map(|wanted| (wanted.matches(' ').count(), wanted.contains('='))) {
        Some((1, _)) => plain,
        Some((_, false)) => named,
        _ => full,
    }
}

#[test]
fn every_scenario_tells_what_it_says_and_nothing_else() {
    let mut wrong = Vec::new();
    for path in scenarios() {
        let scenario = Scenario::read(&path);
        let events = scenario.play();
        let lines: Vec<String> = events.iter().enumerate().map(|(nth, event)| line(event, scenario.told.get(nth))).collect();
        if lines != scenario.told {
            wrong.push(format!("{}: tells {lines:#?}", scenario.label));
        }
        let ids: BTreeSet<_> = events.iter().map(|event| event.id).collect();
        assert_eq!(ids.len(), events.len(), "{}: two events with one id", scenario.label);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_detector_has_a_scenario_that_fires_it_and_one_that_must_not() {
    let mut pairs: BTreeMap<String, [u32; 2]> = BTreeMap::new();
    for path in scenarios() {
        let (detector, fires) = named(&path);
        let Some((_, mark)) = DETECTORS.iter().find(|(known, _)| *known == detector) else {
            panic!("{} is of no detector in the table", path.display());
        };
        let shown = Scenario::read(&path).told.iter().any(|line| mark.split('|').any(|mark| line.contains(mark)));
        assert_eq!(shown, fires, "{}: \"{mark}\" in what it tells", path.display());
        pairs.entry(detector).or_default()[usize::from(fires)] += 1;
    }
    for (id, kind, _) in integrity::DETECTORS {
        assert!(DETECTORS.iter().any(|(known, mark)| known == id && mark.starts_with(kind.name())), "{id} has no scenarios");
    }
    for number in 1..=25 {
        let detector = format!("F-{number:02}");
        let places = [
            DETECTORS.iter().any(|(known, _)| *known == detector),
            ELSEWHERE.iter().any(|(known, why)| *known == detector && why.len() > 10),
            TO_COME.contains(&detector.as_str()),
        ];
        assert_eq!(places.iter().filter(|is_there| **is_there).count(), 1, "{detector} stands in one of the three lists");
        if places[0] {
            let [quiet, fires] = pairs.get(&detector).copied().unwrap_or_default();
            assert!(quiet > 0 && fires > 0, "{detector}: {fires} that fire it, {quiet} that must not");
        }
    }
}
