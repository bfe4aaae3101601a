//! What a visit tells, with the real recipe of e-SATJE, a real store, and answers made from a small model of a case.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::ToSpan;
use serde_json::{Value, json};

mod absent;
mod ahead;

use super::*;
use crate::config::Config;
use crate::domain::case::CaseRef;
use crate::store::open::Options;

const NUMBER: &str = "17721202400011G";

/// A case as the court would show it.
#[derive(Clone)]
struct Model {
    info: Value,
    incidents: Value,
    /// Acts by the court that lists them.
    acts: Vec<(&'static str, Vec<Value>)>,
}

fn act(court: &str, code: u64, day: &str, title: &str, text: &str) -> Value {
    json!({"codigo": code, "idJudicatura": court, "idJuicio": NUMBER, "fecha": format!("{day}T15:00:00.000+00:00"),
           "tipo": title, "actividad": text, "visible": "S", "origen": if title == "ESCRITO" { "EscritosPrimera" } else { "ProvPrimera" },
           "uuid": "", "alias": "", "nombreArchivo": ""})
}

fn incident(court: &str, id: u64, created: &str, accused: &[&str]) -> Value {
    let people: Vec<Value> = accused.iter().map(|name| json!({"tipoLitigante": "PERSONA PROCESADA", "nombresLitigante": name})).collect();
    json!({"idJudicatura": court, "nombreJudicatura": format!("JUZGADO {court}"), "lstIncidenteJudicatura": [
        {"idIncidenteJudicatura": id, "idMovimientoJuicioIncidente": id, "fechaCrea": created, "incidente": 1,
         "lstLitiganteActor": [{"tipoLitigante": "FISCALÍA", "nombresLitigante": "FISCALIA GENERAL DEL ESTADO"}],
         "lstLitiganteDemandado": people}]})
}

/// Two courts: the first instance with ten acts, and the Corte Nacional with two.
fn model() -> Model {
    let first =
        (1..=10).map(|n| act("17721", n, &format!("2026-10-{n:02}"), "PROVIDENCIA GENERAL (DECRETO)", &format!("Texto {n}."))).collect();
    let second = (11..=12).map(|n| act("17100", n, &format!("2026-11-{n:02}"), "RAZON (RAZON)", &format!("Texto {n}."))).collect();
    Model {
        info: json!([{"idJuicio": NUMBER, "estadoActual": "A", "nombreDelito": "PECULADO", "fechaIngreso": "2026-01-07T14:50:42.827+00:00",
                      "nombreMateria": "PENAL COIP", "nombreTipoAccion": "ACCIÓN PENAL PÚBLICA"}]),
        incidents: json!([
            incident("17100", 2, "2026-11-01T09:00:00", &["PERSONA FICTICIA UNO"]),
            incident("17721", 1, "2026-01-07T09:50:42.827", &["PERSONA FICTICIA UNO", "PERSONA FICTICIA DOS"]),
        ]),
        acts: vec![("17721", first), ("17100", second)],
    }
}

/// A watch over the case, visited by hand.
struct Watched {
    _dir: tempfile::TempDir,
    list: std::path::PathBuf,
    config: Arc<Config>,
    store: Store,
    cid: Cid,
    row: Row,
    settled: bool,
    now: Timestamp,
}

impl Watched {
    fn new(more: &str) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let list = dir.path().join("watchlist.toml");
        let text = format!(
            "[veedor]\ncontact = \"pruebas@example.org\"\nlisten = \"\"\nstate_dir = \"{}\"\n\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2024-00011G\"\n{more}\n",
            dir.path().join("state").display()
        );
        std::fs::write(&list, text).expect("a watch list");
        let config = Arc::new(Config::load(&list).expect("a good list").config);
        let now: Timestamp = "2026-11-20T15:00:00Z".parse().expect("an instant");
        let store = Store::open(&dir.path().join("store"), Options::new(now)).expect("a store");
        let case = CaseRef { source: "ec-esatje".into(), number: NUMBER.into() };
        let cid = store.register(&[case]).expect("registered")[0];
        Self { _dir: dir, list, config, store, cid, row: Row::default(), settled: false, now }
    }

    /// Makes the recipe another one, as a reload does.
    fn mend_recipe(&mut self, from: &str, to: &str) {
        let shipped = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/jurisdictions/ec/esatje.toml")).expect("the recipe");
        assert!(shipped.contains(from), "the recipe has no line {from}");
        let folder = self.list.with_file_name("recipes");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("ec-esatje.toml"), shipped.replace(from, to)).expect("a recipe");
        self.config = Arc::new(Config::load(&self.list).expect("a good list").config);
        self.settled = false;
    }

    fn restart(&mut self) {
        self.settled = false;
    }

    fn wait(&mut self, hours: i64) {
        self.now += hours.hours();
    }

    /// One visit, an hour after the last one.
    fn visit(&mut self, model: &Model) -> Visited {
        self.wait(1);
        let source = self.config.source("ec-esatje").expect("a source").clone();
        let number = self.config.cases[0].number.clone();
        let mut pages: Vec<Page> = Vec::new();
        loop {
            match source.recipe.next(&number, &pages) {
                crate::recipe::Next::Ask(request) => {
                    let body = model.answer(&request.url, request.body.as_deref());
                    let (step, url) = (request.step, request.url);
                    let (headers, charset) = (Vec::new(), None);
                    pages.push(Page { step, url, status: 200, headers, body, charset, fetched_at: self.now });
                }
                crate::recipe::Next::Enough => break,
                crate::recipe::Next::Refused(refusal) => panic!("{refusal}"),
            }
        }
        let visited = self.job().pages(pages).expect("the store works");
        (self.row, self.settled) = (visited.row, visited.settled);
        visited
    }

    fn job(&self) -> Job {
        Job {
            store: self.store.clone(),
            config: self.config.clone(),
            index: 0,
            source: self.config.source("ec-esatje").expect("a source").clone(),
            cid: self.cid,
            row: self.row,
            settled: self.settled,
            now: self.now,
            keep: true,
        }
    }

    /// The kinds that a visit tells.
    fn told(&mut self, model: &Model) -> Vec<&'static str> {
        self.visit(model).events.iter().map(|event| event.kind.name()).collect()
    }

    fn begun(more: &str) -> (Self, Model) {
        let (mut watched, model) = (Self::new(more), model());
        let silent = more.is_empty();
        assert_eq!(watched.told(&model).is_empty(), silent);
        (watched, model)
    }
}

impl Model {
    fn answer(&self, url: &str, body: Option<&[u8]>) -> Vec<u8> {
        let value = if url.contains("getInformacionJuicio") {
            self.info.clone()
        } else if url.contains("getIncidenteJudicatura") {
            self.incidents.clone()
        } else {
            let asked: Value = serde_json::from_slice(body.unwrap_or_default()).expect("JSON");
            let lists = self.acts.iter().filter(|(court, _)| asked["idJudicatura"] == **court);
            Value::Array(lists.flat_map(|(_, acts)| acts.clone()).collect())
        };
        value.to_string().into_bytes()
    }

    fn first(&mut self) -> &mut Vec<Value> {
        &mut self.acts[0].1
    }

    fn publish(&mut self, code: u64, day: &str, title: &str, text: &str) {
        self.first().push(act("17721", code, day, title, text));
    }
}

#[test]
fn half_an_answer_about_parties_and_courts_is_no_news_and_neither_is_its_return() {
    type Spoil = fn(&mut Model);
    let partial: [(&str, Spoil); 5] = [
        ("no accused", |model| model.incidents[1]["lstIncidenteJudicatura"][0]["lstLitiganteDemandado"] = Value::Null),
        ("one court is missing", |model| drop(model.incidents.as_array_mut().map(|all| all.remove(0)))),
        ("no incident of one court", |model| model.incidents[0]["lstIncidenteJudicatura"] = Value::Null),
        ("no fields", |model| model.info = json!([{"idJuicio": NUMBER}])),
        ("one field", |model| model.info[0]["nombreDelito"] = Value::Null),
    ];
    for (what, spoil) in partial {
        let (mut watched, model) = Watched::begun("");
        let mut half = model.clone();
        spoil(&mut half);
        for round in 0..3 {
            assert_eq!(watched.told(&half), [""; 0], "{what}, round {round}");
            watched.restart();
            assert_eq!(watched.told(&model), [""; 0], "{what} came back, round {round}");
        }
    }
}

#[test]
fn news_beside_half_an_answer_is_told_at_once_and_a_restart_changes_nothing() {
    let (mut watched, model) = Watched::begun("");
    let mut half = model.clone();
    half.incidents.as_array_mut().expect("a list").remove(0);
    half.publish(20, "2026-11-20", "SENTENCIA (RESOLUCION)", "Se declara la culpabilidad.");
    assert_eq!(watched.told(&half), ["ruling.issued"]);
    watched.restart();
    let mut whole = model;
    whole.publish(20, "2026-11-20", "SENTENCIA (RESOLUCION)", "Se declara la culpabilidad.");
    assert_eq!(watched.told(&whole), [""; 0]);
    watched.restart();
    assert_eq!(watched.told(&whole), [""; 0]);
}

#[test]
fn a_version_that_does_not_read_back_costs_no_news_and_repeats_none() {
    let (mut watched, mut model) = Watched::begun("");
    model.publish(20, "2026-11-20", "SENTENCIA (RESOLUCION)", "Se declara.");
    assert_eq!(watched.told(&model), ["ruling.issued"]);
    watched.store.spoil_version(watched.cid, 2);
    model.publish(21, "2026-11-21", "RECURSO DE APELACION (ESCRITO)", "Interpone recurso de apelación.");
    assert_eq!(watched.told(&model), ["filing.added", "appeal.filed"]);
    for version in 1..=3 {
        watched.store.spoil_version(watched.cid, version);
    }
    watched.restart();
    assert_eq!(watched.told(&model), [""; 0], "with nothing left it begins anew");
    model.publish(22, "2026-11-22", "SENTENCIA (RESOLUCION)", "Se revoca.");
    assert_eq!(watched.told(&model), ["ruling.issued"]);
}

#[test]
fn one_row_that_the_court_hides_is_told_at_once_and_all_of_them_only_when_it_lasts() {
    let (mut watched, mut model) = Watched::begun("");
    model.first()[2]["visible"] = json!("N");
    assert_eq!(watched.told(&model), ["record.hidden"]);
    for act in model.acts.iter_mut().flat_map(|(_, acts)| acts) {
        act["visible"] = json!("V");
    }
    model.publish(20, "2026-11-20", "SENTENCIA (RESOLUCION)", "Se declara.");
    assert_eq!(watched.told(&model), ["ruling.issued"]);
    watched.restart();
    assert_eq!(watched.told(&model), [""; 0]);
    let mut told = Vec::new();
    for _ in 0..14 {
        watched.wait(5);
        told.extend(watched.told(&model));
    }
    assert_eq!(told, ["record.hidden"; 11]);
}

#[test]
fn a_row_that_is_edited_between_two_requests_of_one_visit_is_edited_once() {
    let (mut watched, mut model) = (Watched::new(""), model());
    // Both courts list the row; the second is asked later.
    let shared = |court: &str, text: &str| act(court, 77, "2026-11-15", "RAZON (RAZON)", text);
    model.acts[0].1.push(shared("17721", "Como era."));
    model.acts[1].1.push(shared("17100", "Como era."));
    assert_eq!(watched.told(&model), [""; 0]);
    model.acts[0].1.last_mut().expect("the row")["actividad"] = json!("Como es ahora.");
    let told = watched.told(&model);
    model.acts[1].1.last_mut().expect("the row")["actividad"] = json!("Como es ahora.");
    let after = watched.told(&model);
    assert_eq!([told, after].concat(), ["record.edited"]);
}

#[test]
fn a_party_and_a_field_that_stay_away_are_told_once() {
    let (mut watched, mut model) = Watched::begun("");
    model.incidents[1]["lstIncidenteJudicatura"][0]["lstLitiganteDemandado"].as_array_mut().expect("people").remove(1);
    model.info[0]["nombreTipoAccion"] = Value::Null;
    let mut told = Vec::new();
    for _ in 0..6 {
        watched.wait(11);
        told.extend(watched.visit(&model).events.into_iter().map(|event| (event.version, event.kind.name(), event.field)));
    }
    assert_eq!(told.len(), 2, "{told:#?}");
    assert_eq!((told[0].1, told[1].1), ("case.field_changed", "party.changed"));
}

#[test]
fn the_spelling_of_a_party_is_no_news() {
    let (mut watched, mut model) = Watched::begun("");
    model.incidents[0]["lstIncidenteJudicatura"][0]["lstLitiganteDemandado"][0]["nombresLitigante"] = json!("Persona  Ficticia Únó");
    model.incidents[1]["lstIncidenteJudicatura"][0]["lstLitiganteDemandado"][0]["nombresLitigante"] = json!("Persona Ficticia Uno");
    assert_eq!(watched.told(&model), [""; 0]);
}

#[test]
fn a_mended_recipe_is_no_news_now_and_at_the_next_change() {
    let (mut watched, mut model) = Watched::begun("");
    watched.mend_recipe("title = \"{{ tipo }}\"", "title = \"{{ tipo | before: '(' }}\"");
    assert_eq!(watched.told(&model), [""; 0]);
    assert!(watched.settled);
    assert_eq!(watched.told(&model), [""; 0]);
    model.publish(20, "2026-11-20", "SENTENCIA (RESOLUCION)", "Se declara.");
    assert_eq!(watched.told(&model), ["ruling.issued"]);
}

#[test]
fn an_answer_that_lacks_too_much_still_brings_the_news_that_it_shows() {
    let (mut watched, mut model) = Watched::begun("");
    model.first().drain(2..8);
    model.publish(
        20,
        "2026-11-20",
        "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)",
        "Se convoca a la audiencia de juicio para el 11 de marzo de 2027, a las 09h30.",
    );
    let visited = watched.visit(&model);
    assert_eq!(visited.events.iter().map(|event| event.kind.name()).collect::<Vec<_>>(), ["hearing.scheduled"]);
    assert_eq!(visited.health.name(), "implausible");
    watched.restart();
    let visited = watched.visit(&model);
    assert!(visited.events.is_empty() && visited.health.name() == "implausible", "{visited:?}");
    let mut told = Vec::new();
    for _ in 0..14 {
        watched.wait(5);
        told.extend(watched.told(&model));
    }
    assert_eq!(told, ["record.removed"; 6]);
}

#[test]
fn rows_under_other_keys_are_the_same_rows() {
    let (mut watched, mut model) = Watched::begun("");
    for (n, act) in model.first().iter_mut().enumerate() {
        act["codigo"] = json!(500 + n);
    }
    let visited = watched.visit(&model);
    assert!(visited.events.is_empty() && visited.health.name() == "ok", "{visited:?}");
    // A single row that lost its number for one visit.
    model.first()[4]["codigo"] = Value::Null;
    assert_eq!(watched.told(&model), [""; 0]);
    // With other words beside it, rows under other keys are in doubt, and the news too.
    for (n, act) in model.first().iter_mut().enumerate() {
        act["codigo"] = json!(900 + n);
        act["fecha"] = json!(format!("2026-10-{:02}T16:00:00.000+00:00", n + 1));
    }
    let visited = watched.visit(&model);
    assert!(visited.events.is_empty() && visited.health.name() == "implausible", "{visited:?}");
}

#[test]
fn what_came_back_before_a_restart_is_known_after_it() {
    let (mut watched, model) = Watched::begun("");
    let with_news = |mut model: Model, n: u64| {
        (20..20 + n).for_each(|code| model.publish(code, "2026-11-20", "SENTENCIA (RESOLUCION)", &format!("Se declara {code}.")));
        model
    };
    let without = |mut model: Model| {
        model.first().remove(3);
        model.incidents.as_array_mut().expect("a list").remove(0);
        model
    };
    assert_eq!(watched.told(&with_news(without(model.clone()), 1)), ["ruling.issued"]);
    assert_eq!(watched.told(&with_news(model.clone(), 1)), [""; 0], "it came back");
    watched.restart();
    assert_eq!(watched.told(&with_news(without(model.clone()), 1)), [""; 0], "and is missing again");
    watched.restart();
    assert_eq!(watched.told(&with_news(model.clone(), 1)), [""; 0]);
    let mut told = Vec::new();
    for _ in 0..6 {
        watched.wait(11);
        told.extend(watched.told(&with_news(without(model.clone()), 1)));
    }
    told.sort_unstable();
    // The act, and the two of the court that is not asked any more; that court's incident, and the court of the case.
    let lasting = ["case.field_changed", "case.field_changed", "record.removed", "record.removed", "record.removed"];
    assert_eq!(told, lasting, "a real disappearance is counted and told");
}

#[test]
fn a_case_that_was_off_the_list_begins_anew_and_repeats_nothing() {
    let (mut watched, mut model) = Watched::begun("since = \"2026-10-01\"");
    let case = CaseRef { source: "ec-esatje".into(), number: NUMBER.into() };
    watched.store.watch(&[], watched.now).expect("written");
    watched.wait(48);
    watched.store.watch(&[case], watched.now).expect("written");
    watched.restart();
    model.publish(20, "2026-11-21", "SENTENCIA (RESOLUCION)", "Se declara.");
    assert_eq!(watched.told(&model), ["ruling.issued"], "since asks for what appeared meanwhile");
    assert_eq!(watched.told(&model), [""; 0]);
}

#[test]
fn two_fields_that_vanish_one_after_the_other_are_told_and_hide_nothing() {
    let (mut watched, mut model) = Watched::begun("");
    let mut told = Vec::new();
    model.info[0]["nombreTipoAccion"] = Value::Null;
    for visit in 0..10 {
        if visit == 2 {
            model.info[0]["nombreMateria"] = Value::Null;
        }
        if visit == 4 {
            model.info[0]["nombreDelito"] = json!("COHECHO");
        }
        watched.wait(11);
        told.extend(watched.visit(&model).events.into_iter().filter_map(|event| event.field).map(|field| field.field));
    }
    told.sort();
    assert_eq!(told, ["action", "matter", "subject"]);
    assert!(watched.settled);
}

#[test]
fn texts_that_all_vanish_are_a_fault_of_the_site_and_one_that_vanishes_is_confirmed_first() {
    let (mut watched, model) = Watched::begun("");
    let mut bare = model.clone();
    for act in bare.acts.iter_mut().flat_map(|(_, acts)| acts) {
        act["actividad"] = json!("");
    }
    let visited = watched.visit(&bare);
    assert!(visited.events.is_empty() && visited.health.name() == "implausible", "{visited:?}");
    assert_eq!(watched.told(&model), [""; 0]);
    let mut one = model;
    one.first()[3]["actividad"] = json!("");
    let mut told = Vec::new();
    for _ in 0..4 {
        watched.wait(11);
        told.extend(watched.told(&one));
    }
    assert_eq!(told, ["record.edited"]);
}

#[test]
fn half_a_first_answer_hides_nothing_that_was_asked_for_with_since() {
    let mut watched = Watched::new("since = \"2026-10-05\"");
    let whole = model();
    let mut half = whole.clone();
    half.first().drain(..8);
    let mut told = watched.told(&half).len();
    told += watched.told(&whole).len();
    // Acts of 5 to 10 October and of 11 and 12 November.
    assert_eq!(told, 8);
}

#[test]
fn the_rest_of_a_first_answer_is_the_baseline_and_a_busy_first_day_is_news() {
    let mut watched = Watched::new("");
    let whole = model();
    let mut half = whole.clone();
    half.first().drain(..8);
    assert_eq!(watched.told(&half), [""; 0]);
    let mut more = half.clone();
    more.publish(20, "2026-11-20", "PROVIDENCIA GENERAL (DECRETO)", "De hoy.");
    assert_eq!(watched.told(&more), ["order.issued"]);
    let mut all = whole;
    all.publish(20, "2026-11-20", "PROVIDENCIA GENERAL (DECRETO)", "De hoy.");
    assert_eq!(watched.told(&all), [""; 0], "old entries complete the beginning, also after the second version");

    let (mut watched, mut model) = Watched::begun("");
    for code in 20..24 {
        model.publish(code, "2026-11-19", "PROVIDENCIA GENERAL (DECRETO)", &format!("De ayer {code}."));
    }
    assert_eq!(watched.told(&model).iter().filter(|kind| **kind == "order.issued").count(), 4);
}

#[test]
fn empty_first_answers_make_no_baseline_and_hide_no_news() {
    let mut watched = Watched::new("");
    let mut empty = model();
    empty.acts.clear();
    for _ in 0..30 {
        assert_eq!(watched.told(&empty), [""; 0]);
    }
    let mut whole = model();
    whole.publish(20, "2026-11-21", "SENTENCIA (RESOLUCION)", "Se declara.");
    assert_eq!(watched.told(&whole), ["ruling.issued"], "what was published since the watch began");
    let mut told = BTreeSet::new();
    for _ in 0..3 {
        told.extend(watched.told(&whole));
    }
    assert_eq!(told, BTreeSet::new());
}

/// An older recipe read no numbers: they are no news of what is stored, and say how an act came that was not shown.
#[test]
fn numbers_that_a_recipe_reads_now_are_no_news_and_say_how_an_old_act_came() {
    let mut watched = Watched::new("");
    watched.mend_recipe("serial   = ", "was      = ");
    let whole = model();
    let mut model = whole.clone();
    model.acts[0].1.retain(|act| act["codigo"] != 5);
    watched.visit(&model);
    watched.mend_recipe("serial   = ", "serial   = ");
    assert_eq!(watched.visit(&model).events, []);
    let events = watched.visit(&whole).events;
    let backdated = events.iter().find(|event| event.kind.name() == "record.backdated").expect("an act with an old date appeared");
    let field = backdated.field.clone().expect("how it came");
    assert_eq!((field.field.as_str(), field.before.as_deref(), field.after.as_deref()), ("not_shown", Some("2026-10-06 6"), Some("5")));
}
