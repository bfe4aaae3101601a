//! Tests of what an answer of e-SATJE may be: what is refused, what is withheld, what stays one entry.
//!
//! Each was an invented, doubled or leaked alert once (bytes in, docket or refusal out).

use serde_json::{Value, json};

use super::fixtures::{page, refusal_json};
use super::{Next, Recipe, Refusal, Step, shipped_recipe};
use crate::domain::docket::{Docket, Entry};
use crate::domain::page::Page;

const CASE: &str = "17299209900001";

fn recipe() -> Recipe {
    shipped_recipe("ec-esatje").unwrap()
}

fn json_page(step: &str, body: &[u8]) -> Page {
    page(step, 200, "application/json", body)
}

fn info() -> Page {
    json_page("info", json!([{"idJuicio": CASE}]).to_string().as_bytes())
}

fn court(id: &Value, incidents: &[u32]) -> Value {
    let incident = |nth: &u32| json!({"idIncidenteJudicatura": nth, "idMovimientoJuicioIncidente": nth, "incidente": 1, "fechaCrea": "2099-01-07T00:00:00"});
    json!({"idJudicatura": id, "nombreJudicatura": "A", "lstIncidenteJudicatura": incidents.iter().map(incident).collect::<Vec<_>>()})
}

fn incidents(list: &Value) -> Page {
    json_page("incidents", list.to_string().as_bytes())
}

fn row(changes: &Value) -> Value {
    let mut row = json!({"codigo": 1, "idJudicatura": "17299", "idJuicio": "17299209900001 ", "fecha": "2099-03-13T20:23:39.000+00:00",
        "tipo": "AUTO (DECRETO) ", "actividad": "texto", "visible": "S", "origen": "ProvPrimera"});
    for (name, value) in changes.as_object().unwrap() {
        row[name] = value.clone();
    }
    row
}

fn step_of(acts: Page) -> Step {
    let number = recipe().number(CASE).unwrap();
    recipe().step(&number, &[info(), incidents(&json!([court(&json!("17299"), &[1])])), acts])
}

fn read(rows: &[Value]) -> Result<Docket, Refusal> {
    match step_of(json_page("acts", Value::from(rows.to_vec()).to_string().as_bytes())) {
        Step::Done(docket) => Ok(docket),
        Step::Refused(refusal) => Err(refusal),
        Step::Ask(request) => panic!("asks for {}", request.url),
    }
}

fn entries(rows: &[Value]) -> Vec<Entry> {
    read(rows).unwrap().entries
}

fn refused(step: &str, body: &[u8]) -> String {
    let number = recipe().number(CASE).unwrap();
    let mut pages = vec![info(), incidents(&json!([court(&json!("17299"), &[1])])), json_page("acts", b"[]")];
    let at = pages.iter().position(|page| page.step == step).unwrap();
    pages[at] = json_page(step, body);
    match recipe().step(&number, &pages) {
        Step::Refused(refusal) => refusal_json(&refusal)["refusal"].as_str().unwrap().to_owned(),
        Step::Done(docket) => format!("{} entries", docket.entries.len()),
        Step::Ask(request) => format!("asks for {}", request.step),
    }
}

#[test]
fn json_that_does_not_fit_its_charset_is_unreadable_and_a_stated_charset_is_used() {
    let rows = json!([row(&json!({"actividad": "Citación única"}))]).to_string();
    let latin: Vec<u8> = rows.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let broken = rows.replace('ú', "\u{1}").into_bytes().into_iter().map(|byte| if byte == 1 { 0xc3 } else { byte }).collect::<Vec<u8>>();
    for body in [&latin, &broken] {
        let Step::Refused(Refusal::Unreadable { expected, .. }) = step_of(json_page("acts", body)) else { panic!("was read") };
        assert!(expected.contains("charset"), "{expected}");
    }
    let by_header = page("acts", 200, "application/json; Charset=ISO-8859-1", &latin);
    let by_recipe = Page { charset: Some("Latin1".into()), ..page("acts", 200, "application/json; charset=utf-8", &latin) };
    for page in [by_header, by_recipe, json_page("acts", rows.as_bytes())] {
        let Step::Done(docket) = step_of(page) else { panic!("not read") };
        assert_eq!(docket.entries[0].text, "Citación única");
    }
}

#[test]
fn a_field_that_no_row_has_is_another_layout() {
    for field in ["codigo", "tipo", "fecha", "origen", "visible", "actividad"] {
        let mut absent = row(&json!({}));
        absent.as_object_mut().unwrap().remove(field);
        for rows in [
            vec![row(&json!({field: null})), row(&json!({field: null, "codigo": if field == "codigo" { json!(null) } else { json!(2) }}))],
            vec![absent],
        ] {
            let Err(Refusal::Unreadable { expected, .. }) = read(&rows) else { panic!("{field} was read") };
            assert!(expected.contains(field), "{expected}");
        }
    }
    assert_eq!(entries(&[row(&json!({"actividad": ""}))])[0].text, "");
    assert_eq!(entries(&[row(&json!({"actividad": null})), row(&json!({"codigo": 2}))]).len(), 2);
    // Another answer of the same visit is no excuse.
    let number = recipe().number(CASE).unwrap();
    let courts = incidents(&json!([court(&json!("17299"), &[1]), court(&json!("17721"), &[2])]));
    let [bad, good] = [json!([row(&json!({"actividad": null}))]), json!([row(&json!({"idJudicatura": "17721"}))])]
        .map(|rows| json_page("acts", rows.to_string().as_bytes()));
    assert!(matches!(recipe().step(&number, &[info(), courts, bad, good]), Step::Refused(Refusal::Unreadable { .. })));
    // What the court withholds may come without a body.
    assert_eq!(entries(&[row(&json!({"actividad": null, "visible": "N"}))]).len(), 1);
}

#[test]
fn only_a_known_mark_lets_a_text_through() {
    let second = row(&json!({"codigo": 2}));
    for (mark, is_shown, is_odd) in [
        (json!("S"), true, false),
        (json!(" s "), true, false),
        (json!("A"), true, false),
        (json!("H "), false, false),
        (json!(" N"), false, false),
        (json!("h"), false, false),
        (json!("X"), false, true),
        (json!(""), false, true),
        (json!(null), false, true),
        (json!(true), false, true),
    ] {
        let docket = read(&[row(&json!({"visible": mark, "actividad": "SECRETO"})), second.clone()]).unwrap();
        let entry = docket.entries.iter().find(|entry| entry.key.0.contains(":1:")).unwrap();
        assert_eq!((entry.withheld.is_none(), entry.text == "SECRETO", entry.text.is_empty()), (is_shown, is_shown, !is_shown), "{mark}");
        assert_eq!(docket.oddities.iter().any(|oddity| oddity.kind == "unknown-visible"), is_odd, "{mark}");
    }
}

#[test]
fn filings_without_acts_are_doubted_in_the_answer_that_has_them() {
    let filing = json!([row(&json!({"origen": "EscritosPrimera", "codigo": 2}))]).to_string();
    let acts = json!([row(&json!({"idJudicatura": "17721"}))]).to_string();
    let number = recipe().number(CASE).unwrap();
    let courts = incidents(&json!([court(&json!("17299"), &[1]), court(&json!("17721"), &[2])]));
    let pages = [info(), courts, json_page("acts", filing.as_bytes()), json_page("acts", acts.as_bytes())];
    let Step::Done(docket) = recipe().step(&number, &pages) else { panic!("not read") };
    let odd: Vec<_> = docket.oddities.iter().map(|oddity| (oddity.kind.as_str(), oddity.doubts)).collect();
    assert_eq!(odd, [("filings-without-acts", true)]);
    let both = read(&[row(&json!({"origen": "EscritosPrimera  ", "codigo": 2})), row(&json!({"origen": "ProvPrimera "}))]).unwrap();
    assert_eq!(both.oddities, []);
}

#[test]
fn incidents_that_are_none_are_unreadable_and_nulls_are_no_incidents() {
    let with = |court: &Value| refused("incidents", json!([court]).to_string().as_bytes());
    for bad in [json!({"error": "x"}), json!("x"), json!(1), json!([]), json!({}), court(&json!(null), &[1]), court(&json!(" "), &[1])] {
        assert_eq!(with(&bad), "unreadable", "{bad}");
    }
    for list in [json!("x"), json!({"a": 1}), json!([{"incidente": 1}])] {
        assert_eq!(with(&json!({"idJudicatura": "17299", "lstIncidenteJudicatura": list})), "unreadable");
    }
    for none in ["[null]", "[]", "null", r#"{"content":[null]}"#] {
        let number = recipe().number(CASE).unwrap();
        let Next::Ask(request) = recipe().next(&number, &[info(), json_page("incidents", none.as_bytes())]) else { panic!("{none}") };
        let body: Value = serde_json::from_slice(&request.body.unwrap()).unwrap();
        assert_eq!((&body["idIncidenteJudicatura"], &body["idJudicatura"]), (&json!(0), &json!("17299")), "{none}");
    }
}

#[test]
fn an_echo_of_nothing_is_no_echo() {
    let text = super::fixtures::shipped_text("ec-esatje").replace("required = [\"idJudicatura\", ", "required = [");
    let recipe = Recipe::parse("esatje.toml", &text).unwrap();
    let number = recipe.number(CASE).unwrap();
    let rows = json!([row(&json!({"idJudicatura": "OTRA CORTE"}))]).to_string();
    for id in [json!(""), json!(null)] {
        let pages = [info(), incidents(&json!([court(&id, &[1])])), json_page("acts", rows.as_bytes())];
        assert!(matches!(recipe.step(&number, &pages), Step::Refused(Refusal::Unreadable { .. })), "{id}");
    }
}

#[test]
fn what_an_answer_is_decides_what_is_said_of_it() {
    for (body, at_info, at_acts) in [
        (&b""[..], "unreadable", "unreadable"),
        (b"[null]", "unreadable", "0 entries"),
        (br#"{"content":[]}"#, "not_found", "0 entries"),
        (br#"{"content":[],"error":"boom"}"#, "unavailable", "unavailable"),
        (br#"{"content":[],"error":null}"#, "not_found", "0 entries"),
        (br#"{"timestamp":"x","status":500,"error":"Internal"}"#, "unavailable", "unavailable"),
        (b"too many requests", "blocked", "blocked"),
        (b"Forbidden", "blocked", "blocked"),
        (b"forbidden", "blocked", "blocked"),
        (b"no disponible", "unavailable", "unavailable"),
        (b"temporalmente fuera de servicio", "unavailable", "unavailable"),
        (br#""Request rejected""#, "blocked", "blocked"),
        (br#""hola""#, "unreadable", "unreadable"),
        (b"true", "unreadable", "unreadable"),
        (b"tarde", "unreadable", "unreadable"),
        (b"[{\"codigo\":1,", "unreadable", "unreadable"),
    ] {
        let shown = String::from_utf8_lossy(body);
        assert_eq!((refused("info", body).as_str(), refused("acts", body).as_str()), (at_info, at_acts), "{shown}");
    }
}

#[test]
fn one_act_has_one_key_whatever_way_it_is_written() {
    let key = |changes: &Value| {
        entries(&[row(changes), row(&json!({"codigo": 99}))]).into_iter().find(|entry| !entry.key.0.contains(":99:")).unwrap().key.0
    };
    let usual = "ProvPrimera:1:AUTO (DECRETO):2099-03-13T20:23:39.000Z";
    for changes in [
        json!({}),
        json!({"fecha": "2099-03-13T20:23:39+00:00"}),
        json!({"fecha": "2099-03-13T20:23:39Z"}),
        json!({"fecha": "2099-03-13T15:23:39.000-05:00"}),
        json!({"fecha": "2099-03-13T20:23:39.000"}),
        json!({"codigo": 1.0}),
        json!({"codigo": " 1 "}),
        json!({"codigo": "1"}),
        json!({"origen": "ProvPrimera    "}),
        json!({"tipo": "AUTO  (DECRETO)"}),
    ] {
        assert_eq!(key(&changes), usual, "{changes}");
    }
    let numbers = ["12345678901234567890123", "12345678901234567890124"];
    let rows = numbers.map(|number| row(&json!({"codigo": 777})).to_string().replace("777", number)).join(",");
    let Step::Done(docket) = step_of(json_page("acts", format!("[{rows}]").as_bytes())) else { panic!("not read") };
    let mut keys: Vec<_> = docket.entries.iter().map(|entry| entry.key.0.split(':').nth(1).unwrap()).collect();
    keys.sort_unstable();
    assert_eq!(keys, numbers);
}

#[test]
fn a_number_of_no_province_or_of_a_company_is_no_case() {
    for typed in ["00721-2019-00029", "25721-2019-00029", "99721-2019-00029", "١٧721-2019-00029", "17721-2019-0002٩", "17721-2019-00029ſ"]
    {
        assert!(recipe().number(typed).is_err(), "{typed}");
    }
    let why = recipe().number("1790016919001").unwrap_err();
    assert!(why.contains("RUC"), "{why}");
    assert!(recipe().number("24201-2019-0029").is_ok() && recipe().number("01371-2017-09497g").is_ok());
}

#[test]
fn a_docket_of_ten_thousand_notices_and_equal_keys_is_tied_whole() {
    let rows: Vec<Value> = (0..10_000)
        .map(|nth| {
            let tipo = if nth % 2 == 0 { "AUTO (DECRETO)" } else { "AUTO (RAZON DE NOTIFICACION)" };
            row(&json!({"tipo": tipo, "actividad": format!("texto {nth}")}))
        })
        .collect();
    let entries = entries(&rows);
    assert_eq!(entries.len(), 10_000);
    let keys: std::collections::BTreeSet<_> = entries.iter().map(|entry| &entry.key).collect();
    assert_eq!(keys.len(), 10_000);
    let first_act = "ProvPrimera:1:AUTO (DECRETO):2099-03-13T20:23:39.000Z";
    let tied: Vec<_> = entries.iter().filter_map(|entry| entry.notice_of.as_ref()).collect();
    assert_eq!(tied.len(), 5_000);
    assert!(tied.iter().all(|key| key.0 == first_act));
}
