//! The description of the API: OpenAPI 3.1, made of the table of its addresses and of the forms of its answers.
//!
//! Served at `/api/v1/openapi.json` and printed by `veedor openapi`. Which form an answer has is said in [`answers`]; the bodies of
//! webhooks are the published schemas, put in as they are ([`published`]).

mod answers;
mod published;

use std::sync::LazyLock;

use serde_json::{Map, Value, json};

use crate::ask::route::field::{Field, Kind};
use crate::ask::route::{Behind, Method, ROOT, Route, TABLE};
use crate::domain::access::Role;
use crate::web::problem;

static DOCUMENT: LazyLock<String> = LazyLock::new(|| made().to_string());

/// The description, as JSON.
pub(super) fn document() -> &'static str {
    &DOCUMENT
}

const ABOUT: &str = "What veedor watches, what it saw and what it told, for programs of the newsroom's own. Reading needs the role viewer, \
                     changing the role editor. On loopback and without accounts a change needs the header Origin with this very address, or a \
                     token. Names and words stand here as messages may tell them, unless the role is editor or more.\n\nIn place of the source \
                     of a case stands `-` when only its number or its nickname is known. What is misspelt is refused with what was meant. A \
                     GET answers with an ETag, and 304 to If-None-Match. A POST takes an Idempotency-Key: the same request with the same key is \
                     done once, within twelve hours and while the daemon runs.";

/// The description.
pub fn made() -> Value {
    let mut schemas = answers::schemas();
    published::put(&mut schemas);
    let mut paths = Map::new();
    for route in TABLE.iter().flat_map(|part| part.iter()).filter(|route| !route.console) {
        let item = paths.entry(route.path).or_insert_with(|| json!({ "parameters": parts(route) }));
        if route.method == Method::Get {
            item["get"] = operation(route);
        } else {
            item[route.method.name().to_ascii_lowercase()] = operation(route);
        }
    }
    json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "veedor",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Watches public records of courts and tells what changed.",
            "description": ABOUT,
            "license": {"name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0"},
        },
        "servers": [{"url": ROOT}],
        "security": [{"token": []}, {"session": []}, {}],
        "tags": [
            {"name": "reading", "description": "Changes nothing."},
            {"name": "changing", "description": "Needs the role editor."},
        ],
        "paths": paths,
        "webhooks": published::webhooks(),
        "components": {
            "schemas": schemas,
            "responses": {"Problem": {
                "description": "Why there is no answer.",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            }},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "`veedor token add` makes one. It needs no Origin."},
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-veedor", "description": "Whoever is logged in at the dashboard."},
            },
        },
    })
}

/// The parameters that the address itself has.
fn parts(route: &Route) -> Value {
    let names = route.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let of_case = route.path.contains("{number}");
    let described = |name: &str| {
        let (about, schema) = match name {
            "source" if of_case => {
                ("The source's id; `-` when only the number or the nickname is known.", json!({"type": "string", "minLength": 1}))
            }
            "source" => ("The source's id.", json!({"type": "string", "minLength": 1})),
            "number" => (
                "The number of the case, with or without separators; after `-` its nickname too.",
                json!({"type": "string", "minLength": 1}),
            ),
            "version" => ("The number of the version.", json!({"type": "integer", "minimum": 0, "maximum": u32::MAX})),
            _ => ("The id.", json!({"type": "string", "minLength": 1})),
        };
        json!({"name": name, "in": "path", "required": true, "description": about, "schema": schema})
    };
    names.map(described).collect()
}

fn operation(route: &Route) -> Value {
    let is_post = route.method == Method::Post;
    let mut form = json!({
        "operationId": id(route),
        "summary": route.title,
        "tags": [if route.role == Role::Viewer { "reading" } else { "changing" }],
    });
    if !route.about.is_empty() {
        form["description"] = route.about.into();
    }
    let mut parameters: Vec<Value> = Vec::new();
    if is_post {
        parameters.push(json!({
            "name": "Idempotency-Key", "in": "header", "required": false,
            "description": "The same request with the same key is done once.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
        }));
        form["requestBody"] = body(route);
    } else {
        parameters.extend(route.fields.iter().map(parameter));
    }
    if !parameters.is_empty() {
        form["parameters"] = parameters.into();
    }
    form["responses"] = responses(route);
    form
}

/// A name that programs made of this call it by.
fn id(route: &Route) -> String {
    let below = route.path.split('/').filter(|part| !part.is_empty()).map(|part| part.trim_matches(['{', '}']).replace('.', "_"));
    let parts: Vec<String> = std::iter::once(route.method.name().to_ascii_lowercase()).chain(below).collect();
    parts.join("_")
}

fn schema(field: &Field) -> Value {
    // Beyond 53 bits a number of JSON is no longer one to many programs.
    const EXACT: u64 = (1 << 53) - 1;
    let mut form = match field.kind {
        Kind::Text => json!({"type": "string"}),
        Kind::OneOf(known) | Kind::Named(known) => json!({"type": "string", "enum": known}),
        Kind::Number => json!({"type": "integer", "minimum": field.least, "maximum": field.most.min(EXACT)}),
        Kind::Flag => json!({"type": "boolean", "default": false}),
        Kind::Texts => json!({"type": "array", "items": {"type": "string"}}),
        Kind::Instant => json!({"type": "string", "format": "date-time"}),
        Kind::Which => json!({"$ref": "#/components/schemas/Which"}),
        Kind::Pages => {
            json!({"type": "array", "items": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "string"}], "items": false}})
        }
    };
    if let Some(usual) = field.usual {
        form["default"] = if field.kind == Kind::Number { usual.parse::<u64>().map_or(Value::Null, Value::from) } else { usual.into() };
    }
    form
}

fn parameter(field: &Field) -> Value {
    json!({"name": field.name, "in": "query", "required": field.needed, "description": field.about, "schema": schema(field)})
}

fn body(route: &Route) -> Value {
    let mut properties = Map::new();
    for field in route.fields {
        let mut form = schema(field);
        form["description"] = field.about.into();
        properties.insert(field.name.to_owned(), form);
    }
    let needed: Vec<&str> = route.fields.iter().filter(|field| field.needed).map(|field| field.name).collect();
    let mut form = json!({"type": "object", "properties": properties, "additionalProperties": false});
    if !needed.is_empty() {
        form["required"] = json!(needed);
    }
    json!({"required": !needed.is_empty(), "content": {"application/json": {"schema": form}}})
}

fn responses(route: &Route) -> Value {
    let mut all = Map::new();
    let tagged = json!({"ETag": {"description": "What the answer says.", "schema": {"type": "string"}}});
    for (status, about, content) in answers::of(route) {
        let mut answer = json!({ "description": about, "content": content });
        if route.method == Method::Get {
            answer["headers"] = tagged.clone();
        }
        if status == "201" && route.behind == Behind::Ask("add") {
            answer["headers"] = json!({"Location": {"description": "Where the case is.", "schema": {"type": "string"}}});
        }
        all.insert(status.to_owned(), answer);
    }
    let mut refused = vec![400, 401, 403, 404, 422, 429, 500, 503];
    match route.method {
        Method::Get => {
            all.insert("304".to_owned(), json!({"description": "It says what If-None-Match says is known."}));
            if matches!(route.behind, Behind::Ask("events")) {
                refused.push(409);
            }
        }
        Method::Post => refused.extend([408, 409, 413, 415]),
        Method::Delete => refused.push(409),
    }
    refused.sort_unstable();
    for (status, title) in problem::statuses().filter(|(status, _)| refused.contains(status)) {
        all.insert(
            status.to_string(),
            json!({"description": title, "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}}),
        );
    }
    all.insert("default".to_owned(), json!({"$ref": "#/components/responses/Problem"}));
    Value::Object(all)
}

#[cfg(test)]
mod tests;
