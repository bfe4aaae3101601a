//! What `docs/events` publishes, held against what really arrived: every body keeps to the schema, nothing stands in it that the schema
//! does not describe, and each event names the one before it.
//!
//! The schema is judged by the `boon` crate. Published schemas let new members pass, so that receivers can keep to an old one; here
//! they do not.

use std::collections::BTreeMap;

use boon::{Compiler, SchemaIndex, Schemas};
use serde_json::{Value, json};

use super::hooks::Hook;

const PLACE: &str = "https://veedor.example/event.schema.json";

struct Strict {
    schemas: Schemas,
    index: SchemaIndex,
}

impl Strict {
    fn open() -> Self {
        let text = include_str!("../../../docs/events/event.schema.json");
        let mut schema: Value = serde_json::from_str(text).expect("JSON");
        schema["$id"] = json!(PLACE);
        close(&mut schema);
        // The families close it, each with what is its own.
        schema["$defs"]["data"].as_object_mut().expect("a definition").remove("unevaluatedProperties");
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.enable_format_assertions();
        compiler.add_resource(PLACE, schema).expect("a resource");
        let index = compiler.compile(PLACE, &mut schemas).unwrap_or_else(|error| panic!("{error:#}"));
        Self { schemas, index }
    }

    fn judge(&self, what: &str, body: &Value) {
        if let Err(why) = self.schemas.validate(body, self.index) {
            panic!("{what} does not keep to docs/events/event.schema.json: {why:#}\n{body:#}");
        }
    }
}

/// Lets no member pass that is not described.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.values_mut().for_each(close);
            let is_form = members.get("type").is_some_and(|kind| kind == "object") || members.contains_key("$ref");
            if is_form && members.contains_key("properties") {
                members.insert("unevaluatedProperties".to_owned(), json!(false));
            }
        }
        Value::Array(members) => members.iter_mut().for_each(close),
        _ => {}
    }
}

/// Holds the bodies that arrived.
pub fn hold(got: &[Hook]) {
    if got.is_empty() {
        return;
    }
    let strict = Strict::open();
    let mut by_place: BTreeMap<(String, u64), Vec<String>> = BTreeMap::new();
    let bodies: Vec<Value> = got.iter().map(|hook| serde_json::from_str(&hook.body).expect("a JSON body")).collect();
    let place = |body: &Value| (body["data"]["case"]["number"].to_string(), body["data"]["seq"].as_u64().expect("a number"));
    for body in &bodies {
        strict.judge("what arrived", body);
        by_place.entry(place(body)).or_default().push(body["data"]["event_id"].as_str().expect("an id").to_owned());
    }
    for body in bodies.iter().filter(|body| body["data"]["case"].is_object()) {
        let (case, seq) = place(body);
        let named = &body["data"]["prev_event_id"];
        assert_eq!(named.is_null(), seq == 1, "{body:#}");
        // After a restore a number may be that of another event too.
        if let Some(known) = by_place.get(&(case, seq - 1)) {
            assert!(known.iter().any(|id| named == id), "the event before is none of {known:?}: {body:#}");
        }
    }
}

#[test]
fn the_examples_hold_nothing_that_is_not_described() {
    let strict = Strict::open();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/events/examples");
    let mut judged = 0;
    for file in std::fs::read_dir(folder).expect("the examples").flatten() {
        let text = std::fs::read_to_string(file.path()).expect("an example");
        strict.judge(&file.path().display().to_string(), &serde_json::from_str(&text).expect("JSON"));
        judged += 1;
    }
    assert!(judged > 40, "{judged}");
}
