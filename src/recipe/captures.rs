//! Tests of the e-SATJE recipe over captured answers, counted independently of the recipe with plain `serde_json`.
//!
//! The captures are not part of the project: they are read from a folder beside it when it is there, and the tests say
//! so on standard error when it is not.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::Offset;
use scraper::{ElementRef, Html, Node};
use serde_json::Value;

use super::fixtures::page;
use super::{Recipe, Refusal, shipped_recipe};
use crate::domain::case::CaseRef;
use crate::domain::diff::Change;
use crate::domain::docket::{Docket, Entry};
use crate::domain::event::EventKind;
use crate::meaning::{Meaning, Seen};

fn captures() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().skip(1).take(2).map(|folder| folder.join("shared"));
    let found = beside.map(|folder| folder.join("fixtures/ecuador/esatje")).find(|folder| folder.is_dir());
    if found.is_none() {
        eprintln!("skipped: there is no folder of captures (shared/fixtures/ecuador/esatje) beside the project");
    }
    found
}

fn files(folder: &Path, prefix: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let named = files.into_iter().filter_map(|path| {
        let name = path.file_name()?.to_str()?.strip_prefix(prefix)?.split('.').next()?.to_owned();
        Some((name, std::fs::read(&path).ok()?))
    });
    named.collect()
}

fn recipe() -> Recipe {
    shipped_recipe("ec-esatje").unwrap()
}

fn local(stamp: &str) -> (String, Option<String>) {
    let stamp: Timestamp = stamp.parse().unwrap();
    let local = Offset::constant(-5).to_datetime(stamp);
    let is_day = local.time() == jiff::civil::Time::midnight();
    (local.date().to_string(), (!is_day).then(|| local.strftime("%H:%M:%S").to_string()))
}

fn tidy(text: &Value) -> String {
    text.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of a body by another reader of HTML than ours: the tree builder of browsers.
fn words(body: &Value) -> Vec<String> {
    let mut text = String::new();
    walk(Html::parse_fragment(body.as_str().unwrap_or_default()).root_element(), &mut text);
    text.split_whitespace().map(str::to_owned).collect()
}

fn walk(element: ElementRef<'_>, text: &mut String) {
    let name = element.value().name();
    if ["script", "style"].contains(&name) {
        return;
    }
    let room = if ["a", "b", "font", "i", "span", "strong", "u", "em", "sup", "sub"].contains(&name) { "" } else { " " };
    text.push_str(room);
    for child in element.children() {
        match child.value() {
            Node::Text(piece) => text.push_str(piece),
            _ => ElementRef::wrap(child).into_iter().for_each(|inner| walk(inner, text)),
        }
    }
    text.push_str(room);
}

type Row = ((String, Option<String>), String, bool, Vec<String>);

fn assert_same_rows(docket: &Docket, rows: &[Value], name: &str) {
    let hidden = |row: &Value| matches!(row["visible"].as_str(), Some("N" | "H"));
    let mut wanted: Vec<Row> = rows
        .iter()
        .map(|row| {
            let words = if hidden(row) { Vec::new() } else { words(&row["actividad"]) };
            (local(row["fecha"].as_str().unwrap()), tidy(&row["tipo"]), hidden(row), words)
        })
        .collect();
    let mut found: Vec<Row> = docket
        .entries
        .iter()
        .map(|entry| {
            let when = (entry.date.unwrap().to_string(), entry.time.map(|time| time.to_string()));
            (when, entry.title.clone(), entry.withheld.is_some(), entry.text.split_whitespace().map(str::to_owned).collect())
        })
        .collect();
    wanted.sort();
    found.sort();
    for (found, wanted) in found.iter().zip(&wanted) {
        assert_eq!(found, wanted, "{name}");
    }
    assert_eq!(found.len(), wanted.len(), "{name}");
    let notices = rows.iter().filter(|row| row["tipo"].as_str().unwrap().contains("(RAZON DE NOTIFICACION)"));
    let with_act =
        notices.filter(|notice| rows.iter().any(|row| row["codigo"] == notice["codigo"] && row["tipo"] != notice["tipo"])).count();
    assert_eq!(docket.entries.iter().filter(|entry| entry.notice_of.is_some()).count(), with_act, "{name}");
}

/// Each row after the older ones, as if it had been entered on its day: real acts are in order, at their hours, and what their files say.
#[test]
fn captured_acts_entered_day_by_day_look_odd_to_no_detector() {
    let Some(folder) = captures() else { return };
    let mut visits = 0;
    for (name, body) in files(&folder, "actuacionesJudiciales.") {
        let rows: Vec<Value> = serde_json::from_slice(&body).unwrap();
        let number = recipe().number(rows[0]["idJuicio"].as_str().unwrap().trim()).unwrap();
        let Ok(whole) = recipe().read(&number, &[page("acts", 200, "application/json", &body)]) else { continue };
        let case = CaseRef { source: "ec-esatje".into(), number: number.compact.clone() };
        for at in (1..whole.entries.len()).rev() {
            let (before, after) = (&whole.entries[at..], &whole.entries[at - 1..]);
            let docket = |entries: &[Entry]| Docket { entries: entries.to_vec(), ..whole.clone() };
            let (before, after) = (docket(before), docket(after));
            let new = after.entries[0].clone();
            let zone = recipe().zone_of(&number);
            let day = zone.to_timestamp(new.date.unwrap().at(23, 59, 59, 0)).unwrap();
            let seen = Seen {
                case: &case,
                zone,
                version: 2,
                first_seq: 1,
                at: day,
                page_sha256: [0; 32],
                before: Some(&before),
                after: &after,
                watched_since: Timestamp::UNIX_EPOCH,
                was_whole: true,
            };
            let events = Meaning::shipped("ec", "es").events(&[Change::EntryAdded(new)], &seen);
            let odd = events.iter().filter(|event| event.kind.name().starts_with("record.") || event.kind == EventKind::CaseReraffled);
            let odd: Vec<String> = odd.map(|event| format!("{name}: {} {:?} {:?}", event.kind, event.entry, event.field)).collect();
            assert!(odd.is_empty(), "{odd:#?}");
            visits += 1;
        }
    }
    assert!(visits >= 15, "only {visits} rows");
}

#[test]
fn captured_acts_are_read_row_by_row_and_word_by_word() {
    let Some(folder) = captures() else { return };
    let (mut read, mut split) = (0, 0);
    for (name, body) in files(&folder, "actuacionesJudiciales.") {
        let rows: Vec<Value> = serde_json::from_slice(&body).unwrap();
        let case_of = |row: &Value| row["idJuicio"].as_str().unwrap().trim().to_owned();
        let cases: BTreeSet<String> = rows.iter().map(case_of).collect();
        let whole = recipe().read(&recipe().number(&case_of(&rows[0])).unwrap(), &[page("acts", 200, "application/json", &body)]);
        if cases.len() == 1 {
            assert_same_rows(&whole.unwrap(), &rows, &name);
            read += 1;
            continue;
        }
        // Rows of several cases under one court's name: two checks refuse it. Case by case they are dockets.
        assert!(matches!(whole, Err(Refusal::Unreadable { .. })), "{name}");
        for case in cases {
            let own: Vec<Value> = rows.iter().filter(|row| case_of(row) == case).cloned().collect();
            let acts = page("acts", 200, "application/json", Value::from(own.clone()).to_string().as_bytes());
            assert_same_rows(&recipe().read(&recipe().number(&case).unwrap(), &[acts]).unwrap(), &own, &format!("{name}, {case}"));
            split += own.len();
        }
        assert_eq!(split, rows.len(), "{name}");
    }
    assert!(read >= 3 && split >= 5, "only {read} captures and {split} rows were read");
}

#[test]
fn captured_cases_give_their_headings() {
    let Some(folder) = captures() else { return };
    let mut read = 0;
    for prefix in ["getInformacionJuicio.", "buscarCausas."] {
        for (name, body) in files(&folder, prefix) {
            for case in serde_json::from_slice::<Vec<Value>>(&body).unwrap() {
                let number = recipe().number(case["idJuicio"].as_str().unwrap()).unwrap();
                let info = page("info", 200, "application/json", Value::from(vec![case.clone()]).to_string().as_bytes());
                let heading = recipe().read(&number, &[info]).unwrap().heading;
                assert_eq!(heading.subject.unwrap_or_default(), tidy(&case["nombreDelito"]), "{name}");
                assert_eq!(heading.filed.unwrap().to_string(), local(case["fechaIngreso"].as_str().unwrap()).0, "{name}");
                assert_eq!(heading.status.unwrap_or_default(), tidy(&case["estadoActual"]), "{name}");
                for (field, key) in [("matter", "nombreMateria"), ("action", "nombreTipoAccion")] {
                    assert_eq!(heading.extra.get(field).cloned().unwrap_or_default(), tidy(&case[key]), "{name}");
                }
                read += 1;
            }
        }
    }
    assert!(read >= 100, "only {read} cases were read");
}

#[test]
fn captured_files_are_recognised_as_extract_is_given_them() {
    let Some(folder) = captures() else { return };
    for (prefix, step) in [("actuacionesJudiciales.", "acts"), ("getIncidenteJudicatura.", "incidents"), ("getInformacionJuicio.", "info")]
    {
        for (name, body) in files(&folder, prefix) {
            let saved = recipe().saved(String::new(), body.clone(), None, Timestamp::UNIX_EPOCH);
            assert_eq!(saved.step, step, "{name}");
            let first: Value = serde_json::from_slice(&body).unwrap();
            let shown = recipe().number_in(&saved).map(|number| number.compact);
            assert_eq!(shown.as_deref(), first[0]["idJuicio"].as_str().map(str::trim), "{name}");
        }
    }
}

#[test]
fn captured_incidents_give_every_party_and_every_incident() {
    let Some(folder) = captures() else { return };
    let listed = files(&folder, "getIncidenteJudicatura.");
    assert!(listed.len() >= 10);
    for (name, body) in listed {
        let number = recipe().number(&name).unwrap();
        let docket = recipe().read(&number, &[page("incidents", 200, "application/json", &body)]).unwrap();
        let courts: Vec<Value> = serde_json::from_slice(&body).unwrap();
        let incidents: Vec<&Value> = courts.iter().flat_map(|court| court["lstIncidenteJudicatura"].as_array().unwrap()).collect();
        let people =
            incidents.iter().flat_map(|incident| ["lstLitiganteActor", "lstLitiganteDemandado"].map(|key| incident[key].as_array()));
        let words = |value: &Value| value.as_str().unwrap().to_uppercase().split_whitespace().collect::<Vec<_>>().join(" ");
        let people: BTreeSet<_> =
            people.flatten().flatten().map(|one| (words(&one["tipoLitigante"]), words(&one["nombresLitigante"]))).collect();
        assert_eq!(docket.parties.len(), people.len(), "{name}: {:?}", docket.parties);
        let fields = docket.heading.extra.keys().filter(|key| key.starts_with("incident."));
        assert_eq!(fields.count(), incidents.len(), "{name}");
        let newest = incidents.iter().max_by_key(|incident| incident["fechaCrea"].as_str()).unwrap();
        let court = courts.iter().find(|court| court["lstIncidenteJudicatura"].as_array().unwrap().contains(newest)).unwrap();
        let tidy = court["nombreJudicatura"].as_str().unwrap().trim_start_matches('.').split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(docket.heading.court.as_deref(), Some(tidy.as_str()), "{name}");
        assert!(matches!(recipe().next(&number, &[]), super::Next::Ask(request) if request.step == "info"));
    }
}

#[test]
fn a_captured_case_is_asked_for_as_its_capture_was() {
    let Some(folder) = captures() else { return };
    let requests: Value = serde_json::from_slice(&std::fs::read(folder.join("requests.json")).unwrap()).unwrap();
    let number = recipe().number("08332-2024-00176").unwrap();
    let info = br#"[{"idJuicio":"08332202400176"}]"#;
    let incidents = std::fs::read(folder.join("getIncidenteJudicatura.08332202400176.response.json")).unwrap();
    let acts = std::fs::read(folder.join("actuacionesJudiciales.08332202400176.response.json")).unwrap();
    let all =
        [("info", info.to_vec()), ("incidents", incidents), ("acts", acts)].map(|(step, body)| page(step, 200, "application/json", &body));
    for (count, name) in ["getInformacionJuicio", "getIncidenteJudicatura", "actuacionesJudiciales"].into_iter().enumerate() {
        let super::Next::Ask(request) = recipe().next(&number, &all[..count]) else { panic!("{name}") };
        assert_eq!(request.url, format!("{}{}", requests["host"].as_str().unwrap(), requests[name]["path"].as_str().unwrap()));
        let body: Option<Value> = request.body.map(|body| serde_json::from_slice(&body).unwrap());
        assert_eq!(body.as_ref(), requests[name].get("body"), "{name}");
        for (header, value) in requests["headers"].as_object().unwrap() {
            assert!(request.headers.iter().any(|(known, sent)| known == header && Some(sent.as_str()) == value.as_str()), "{header}");
        }
    }
    let super::Step::Done(docket) = recipe().step(&number, &all) else { panic!("not read") };
    assert_eq!(docket.entries.len(), 5);
    assert_eq!(docket.oddities, []);
    assert_eq!(docket.entries[1].key.0, "ProvPrimera:211723416:EXCUSA (RAZON DE NOTIFICACION):2024-03-08T20:09:14.163Z");
    assert_eq!(docket.entries[1].notice_of.as_ref(), Some(&docket.entries[2].key));
}
