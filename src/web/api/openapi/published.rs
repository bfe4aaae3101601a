//! The schemas under `docs` as parts of the description, and the webhooks that are described with them.
//!
//! Part of the [`description`](super). They are published by themselves too, and judged against what really arrived (`tests/it/world/published.rs`), so that
//! nothing is written here a second time.

use serde_json::{Map, Value, json};

/// The published schemas: the name that each has here, its own id, and its text.
const SCHEMAS: [(&str, &str, &str); 3] = [
    ("Event", "event.schema.json", include_str!("../../../../docs/events/event.schema.json")),
    ("Delays", "https://veedor.invalid/delays.schema.json", include_str!("../../../../docs/delays.schema.json")),
    ("Clock", "https://veedor.invalid/clocks.schema.json", include_str!("../../../../docs/clocks.schema.json")),
];

/// An example of each kind of event: kind, file, text.
const EXAMPLES: &[(&str, &str, &str)] = include!(concat!(env!("OUT_DIR"), "/examples.rs"));

/// Puts them among the schemas, each of their definitions as one of its own, because not every reader follows an `$id`.
pub(super) fn put(schemas: &mut Map<String, Value>) {
    for (name, _, text) in SCHEMAS {
        let Ok(Value::Object(mut schema)) = serde_json::from_str(text) else { continue };
        let inner = schema.shift_remove("$defs");
        for meta in ["$schema", "$id"] {
            schema.shift_remove(meta);
        }
        for (part, mut form) in inner.as_ref().and_then(Value::as_object).cloned().into_iter().flatten() {
            lead(&mut form, name);
            schemas.insert(format!("{name}.{part}"), form);
        }
        let mut schema = Value::Object(schema);
        lead(&mut schema, name);
        schemas.insert(name.to_owned(), schema);
    }
    schemas.insert("DelayRows".to_owned(), rows());
}

/// The report of delays as rows: parts of the whole report, without what each figure rests on.
fn rows() -> Value {
    let own = |place: &str| json!({"$ref": format!("#/components/schemas/Delays/properties/{place}")});
    let pace = |place: &str| json!({"$ref": format!("#/components/schemas/Delays.pace/properties/{place}")});
    let numbers = ["n", "events", "censored", "ended_otherwise", "entered_late"];
    let texts = ["by", "label", "measure", "part"];
    let mut group: Map<String, Value> = texts.into_iter().chain(numbers).map(|name| (name.to_owned(), pace(name))).collect();
    group.insert("median".to_owned(), json!({"$ref": "#/components/schemas/Delays.value"}));
    let parts = ["as_of", "left_out", "clocks", "hearings", "data", "counting_version"];
    let mut all: Map<String, Value> = parts.into_iter().map(|name| (name.to_owned(), own(name))).collect();
    let status = json!({"$ref": "#/components/schemas/Delays.case/properties/status"});
    all.insert("cases".to_owned(), json!({"type": "array", "items": status}));
    let names: Vec<&String> = group.keys().collect();
    let group = json!({"type": "object", "required": names, "properties": group});
    all.insert("groups".to_owned(), json!({"type": "array", "items": group}));
    let names: Vec<&String> = all.keys().collect();
    json!({"title": "The report of delays as rows", "type": "object", "required": names, "properties": all})
}

/// Leads what points into its own file, or to another, to where that stands here.
fn lead(form: &mut Value, own: &str) {
    match form {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(place) if key == "$ref" => {
                        let here = place.strip_prefix("#/$defs/").map(|part| format!("{own}.{part}"));
                        let there = || SCHEMAS.iter().find(|(_, id, _)| id == place).map(|(name, ..)| (*name).to_owned());
                        if let Some(name) = here.or_else(there) {
                            *place = format!("#/components/schemas/{name}");
                        }
                    }
                    value => lead(value, own),
                }
            }
        }
        Value::Array(all) => all.iter_mut().for_each(|one| lead(one, own)),
        _ => {}
    }
}

/// One webhook for each kind of event.
pub(super) fn webhooks() -> Value {
    let header = |name: &str, about: &str| json!({"name": name, "in": "header", "required": true, "description": about, "schema": {"type": "string"}});
    let headers = json!([
        header("webhook-id", "The same for every attempt at one delivery."),
        header("webhook-timestamp", "When this attempt was made, in seconds since 1970."),
        header("webhook-signature", "`v1,` and the HMAC-SHA256 of id, timestamp and body (Standard Webhooks 1.0.0)."),
    ]);
    let one = |(kind, _, text): &(&str, &str, &str)| {
        let of_kind = json!({"type": "object", "properties": {"type": {"const": kind}}});
        let content = json!({
            "schema": {"allOf": [{"$ref": "#/components/schemas/Event"}, of_kind]},
            "example": serde_json::from_str::<Value>(text).unwrap_or_default(),
        });
        let post = json!({
            "operationId": format!("webhook_{}", kind.replace('.', "_")),
            "summary": format!("`{kind}`"),
            "description": "docs/events says when it is told.",
            "parameters": headers,
            "requestBody": {"required": true, "content": {"application/json": content}},
            "responses": {
                "2XX": {"description": "It is taken."},
                "410": {"description": "Nothing more is to be sent here."},
                "default": {"description": "It is sent again later."},
            },
        });
        ((*kind).to_owned(), json!({ "post": post }))
    };
    // A kind with several examples has the others behind a dash.
    EXAMPLES.iter().filter(|(kind, ..)| !kind.contains('-')).map(one).collect::<Map<_, _>>().into()
}
