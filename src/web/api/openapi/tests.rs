//! The description against the schema of OpenAPI 3.1, and against what it describes.

use std::collections::BTreeSet;

use boon::{Compiler, Schemas};

use super::*;
use crate::domain::event::EventKind;

/// Published by the OpenAPI Initiative: tests/fixtures/openapi says where it comes from.
const META: &str = include_str!("../../../../tests/fixtures/openapi/schema-2022-10-07.json");

#[test]
fn it_keeps_to_the_schema_of_openapi() {
    let meta: Value = serde_json::from_str(META).expect("JSON");
    let place = meta["$id"].as_str().expect("an id").to_owned();
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource(&place, meta).expect("a resource");
    let index = compiler.compile(&place, &mut schemas).unwrap_or_else(|error| panic!("{error:#}"));
    let document: Value = made();
    schemas.validate(&document, index).unwrap_or_else(|why| panic!("{why:#}"));
    let mut broken = document.clone();
    broken["paths"]["/cases"]["get"]["responses"] = json!([]);
    assert!(schemas.validate(&broken, index).is_err(), "the judge takes anything");
}

/// Every place that something in it points to.
fn pointed(form: &Value, all: &mut BTreeSet<String>) {
    match form {
        Value::Object(members) => {
            all.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| pointed(member, all));
        }
        Value::Array(members) => members.iter().for_each(|member| pointed(member, all)),
        _ => {}
    }
}

#[test]
fn what_it_points_to_is_there_and_every_kind_of_event_has_a_webhook() {
    let document: Value = made();
    let mut all = BTreeSet::new();
    pointed(&document, &mut all);
    for place in &all {
        assert!(document.pointer(place.trim_start_matches('#')).is_some(), "{place}");
    }
    let kinds: BTreeSet<&str> = EventKind::ALL.iter().map(|kind| kind.name()).collect();
    let told: BTreeSet<&str> = document["webhooks"].as_object().expect("webhooks").keys().map(String::as_str).collect();
    assert_eq!(told, kinds);
    let mut ids = BTreeSet::new();
    for item in document["paths"].as_object().expect("paths").values().filter_map(Value::as_object) {
        for (method, operation) in item.iter().filter(|(key, _)| *key != "parameters") {
            assert!(ids.insert(operation["operationId"].as_str().expect("an id").to_owned()), "{method}");
        }
    }
    assert!(!document.to_string().contains("/maintenance/"), "only the socket has it");
}

#[test]
fn every_example_of_a_webhook_keeps_to_its_schema() {
    let document: Value = made();
    let place = "https://veedor.example/openapi.json";
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource(place, document.clone()).expect("a resource");
    for (kind, hook) in document["webhooks"].as_object().expect("webhooks") {
        let at = format!("{place}#/webhooks/{kind}/post/requestBody/content/application~1json/schema");
        let index = compiler.compile(&at, &mut schemas).unwrap_or_else(|error| panic!("{error:#}"));
        let mut example = hook["post"]["requestBody"]["content"]["application/json"]["example"].clone();
        schemas.validate(&example, index).unwrap_or_else(|why| panic!("{kind}: {why:#}"));
        example["type"] = "veedor.test_of_tests".into();
        assert!(schemas.validate(&example, index).is_err(), "{kind}");
    }
}

#[test]
fn a_visit_that_found_trouble_and_one_that_waits_are_each_described_once() {
    use crate::wire::api::visits::{CaseName, VisitLine, Visited, Waits};
    let place = "https://veedor.example/openapi.json";
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource(place, made()).expect("a resource");
    let index =
        compiler.compile(&format!("{place}#/components/schemas/VisitLine"), &mut schemas).unwrap_or_else(|error| panic!("{error:#}"));
    let case = || CaseName { source: "ec-esatje".into(), number: "1".into(), name: None };
    let visited = |health: &str, detail: Option<&str>| {
        let (health, detail) = (health.to_owned(), detail.map(str::to_owned));
        VisitLine::Visited(Box::new(Visited {
            case: case(),
            health,
            detail,
            version: Some(1),
            baseline: false,
            events: vec![],
            own_recipe: None,
        }))
    };
    let waits = |health: &str| VisitLine::Waits(Waits { case: case(), health: health.to_owned(), detail: "why".into(), not_before: None });
    for line in [visited("ok", None), visited("unreadable", Some("at info")), waits("under_way"), waits("postponed")] {
        let told = serde_json::to_value(&line).expect("JSON");
        schemas.validate(&told, index).unwrap_or_else(|why| panic!("{told}: {why:#}"));
    }
    assert!(schemas.validate(&serde_json::to_value(waits("gone")).expect("JSON"), index).is_err());
}

#[test]
fn rows_of_delays_keep_to_their_schema() {
    let place = "https://veedor.example/openapi.json";
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler.add_resource(place, made()).expect("a resource");
    let index =
        compiler.compile(&format!("{place}#/components/schemas/DelayRows"), &mut schemas).unwrap_or_else(|error| panic!("{error:#}"));
    let mut rows = crate::wire::delays::rows(&crate::message::delays::sample::report(3, 40));
    assert!(rows["cases"].as_array().is_some_and(|cases| !cases.is_empty()) && rows["groups"].is_array(), "{rows}");
    schemas.validate(&rows, index).unwrap_or_else(|why| panic!("{why:#}"));
    rows["cases"][0].as_object_mut().expect("a row").remove("held");
    assert!(schemas.validate(&rows, index).is_err());
}
