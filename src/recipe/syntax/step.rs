//! The `[[step]]` tables: requests and what their answers must be.
//!
//! Called by the recipe's own parser. Views are compiled in `view`.

use crate::recipe::path::JsonPath;

use crate::diag::{At, Reader};
use crate::domain::page::Method;
use crate::recipe::answer::{Format, Rule, Verdict};
use crate::recipe::inside::{self, Inside};
use crate::recipe::request::SECRET;
use crate::recipe::required::Required;
use crate::recipe::step::{Body, Echo, Expected, More, Shape, Step};
use crate::recipe::template::Template;
use crate::recipe::view::View;

use super::part::{self, Known, Names};
use super::view;

/// All steps: the id, and the step unless it has a mistake (which has been reported).
pub fn steps(reader: &mut Reader<'_>, known: &Known) -> Vec<(String, Option<Step>)> {
    let mut steps: Vec<(String, Option<Step>)> = Vec::new();
    if !reader.required("step", "at least one [[step]]") {
        return steps;
    }
    let mut probes = Vec::new();
    for mut table in reader.tables("step") {
        let probe = table.item("probe").map(toml_edit::Item::span);
        let id = table.required_text("id");
        if let Some(id) = &id
            && steps.iter().any(|(known, _)| *known == id.value)
        {
            table.sink().report(id.span.clone(), format!("there are two steps \"{}\"", id.value), None);
        }
        let step = id.as_ref().and_then(|id| step(&mut table, &id.value, &steps, known));
        table.finish();
        steps.push((id.map(|id| id.value).unwrap_or_default(), step));
        probes.push(probe);
    }
    let last = probes.pop().flatten();
    let misplaced = last.map(|span| (span, "no step comes after it that a probe could spare")).into_iter();
    let more = probes.into_iter().flatten().skip(1).map(|span| (span, "only one step can be the probe"));
    for (span, message) in misplaced.chain(more) {
        reader.sink().report(span, message, None);
    }
    steps
}

fn step(reader: &mut Reader<'_>, id: &str, earlier: &[(String, Option<Step>)], known: &Known) -> Option<Step> {
    let each = part::levels(reader, "each", earlier, &Names::new(known));
    let mut names = Names::new(known).with(&each);
    if reader.has("more") {
        names = names.and("page").and("more");
    }
    let method = match (reader.has("get"), reader.has("post")) {
        (true, false) => Some(Method::Get),
        (false, true) => Some(Method::Post),
        _ => {
            reader.report("post", "a step needs `get` or `post`, an address", None);
            None
        }
    };
    let lets = lets(reader, &mut names);
    let url = ["get", "post"].into_iter().filter_map(|key| part::template_at(reader, key, &names)).last();
    let headers = part::templates(reader, "headers", &names.clone().and(SECRET));
    let body = body(reader, method, &names);
    let charset = reader.text("charset").filter(|label| is_charset(reader, label)).map(|label| label.value);
    let optional = reader.flag("optional").is_some_and(|flag| flag.value);
    let otherwise = otherwise(reader, known);
    let format = format(reader);
    let drop = drop(reader, format.as_ref());
    let ends = ends(reader, format.as_ref());
    let mut rules = Vec::new();
    for (key, verdict) in [
        ("not_found", Some(Verdict::NotFound)),
        ("reserved", Some(Verdict::Reserved)),
        ("blocked", Some(Verdict::Blocked)),
        ("unavailable", Some(Verdict::Unavailable)),
        ("nothing", None),
    ] {
        rules.extend(part::one_or_many(reader, key).into_iter().filter_map(|table| rule(table, verdict)));
    }
    let [shared, probe] = ["shared", "probe"].map(|key| reader.duration(key).map(|time| time.value));
    let inside: Vec<Inside> = reader.tables("inside").into_iter().filter_map(inside).collect();
    if !drop.is_empty() && inside.iter().any(|inside| !matches!(inside.kind, inside::Kind::Json)) {
        reader.report(
            "drop",
            "what is dropped cannot be taken out of HTML or XML within JSON",
            Some("leave the table `inside` out".to_owned()),
        );
    }
    let required = required(reader, format.as_ref());
    let echo = echoes(reader, &names);
    let shows = part::template_at(reader, "shows", &Names::new(known).with_row(None));
    let more = more(reader);
    if reader.has("more") && more.is_none() {
        return None;
    }
    Some(Step {
        id: id.to_owned(),
        method: method?,
        url: url?,
        lets,
        headers,
        body: body?,
        charset,
        optional,
        each,
        otherwise,
        format: format?,
        drop,
        ends,
        rules,
        required,
        echo,
        shows,
        more,
        inside,
        shared,
        probe,
    })
}

fn drop(reader: &mut Reader<'_>, format: Option<&Format>) -> Vec<JsonPath> {
    if reader.has("drop") && format.is_some_and(|format| !matches!(format, Format::Json { .. })) {
        reader.report("drop", "only what stands in JSON can be taken out of an answer", None);
    }
    let paths = reader.texts("drop").unwrap_or_default();
    paths.into_iter().filter_map(|path| part::json_path(reader, &path)).collect()
}

/// How a whole page ends.
fn ends(reader: &mut Reader<'_>, format: Option<&Format>) -> Vec<String> {
    let ends = reader.texts("ends").unwrap_or_default();
    if !ends.is_empty() && format.is_some_and(|format| !matches!(format, Format::Html(_))) {
        reader.report("ends", "only HTML needs `ends`: JSON and XML that are cut off are seen", None);
    }
    for empty in ends.iter().filter(|end| end.value.trim().is_empty()) {
        reader.sink().report(empty.span.clone(), "an end that every page has", Some("for example \"</html>\"".to_owned()));
    }
    ends.into_iter().map(|end| end.value.trim().to_lowercase()).collect()
}

fn required(reader: &mut Reader<'_>, format: Option<&Format>) -> Vec<Required> {
    if reader.has("required") && format.is_some_and(|format| !matches!(format, Format::Json { .. })) {
        let help = "write `required = true` at a look of the view, or `required` in [[entries]]";
        reader.report("required", "only elements of a JSON list can be asked for here", Some(help.to_owned()));
    }
    let paths = reader.texts("required").unwrap_or_default();
    let compile = |path: At<String>| Required::parse(&path.value).map_err(|why| reader.sink().report(path.span, why, None)).ok();
    paths.into_iter().filter_map(compile).collect()
}

/// Whether a charset is known.
pub fn is_charset(reader: &Reader<'_>, label: &At<String>) -> bool {
    let is_known = encoding_rs::Encoding::for_label(label.value.as_bytes()).is_some();
    if !is_known {
        reader.sink().report(
            label.span.clone(),
            format!("unknown charset \"{}\"", label.value),
            Some("for example utf-8 or iso-8859-1".to_owned()),
        );
    }
    is_known
}

fn body(reader: &mut Reader<'_>, method: Option<Method>, names: &Names<'_>) -> Option<Body> {
    let json = reader.item("json").map(|item| part::shape(reader, item, names));
    let form = reader.has("form").then(|| part::templates(reader, "form", names));
    let text = reader.has("body").then(|| part::template_at(reader, "body", names));
    let sent: Vec<&str> = ["json", "form", "body"].into_iter().filter(|key| reader.has(key)).collect();
    if method == Some(Method::Get)
        && let Some(key) = sent.first()
    {
        reader.report(key, "a GET sends no body", Some("write post = …".to_owned()));
    }
    if let [_, second, ..] = sent.as_slice() {
        reader.report(second, "a request sends one of `json`, `form` and `body`", None);
    }
    match (json, form, text) {
        (Some(shape), _, _) => shape.map(Body::Json),
        (_, Some(fields), _) => Some(Body::Form(fields)),
        (_, _, Some(text)) => text.map(Body::Text),
        (None, None, None) => Some(Body::None),
    }
}

/// The texts that a step or a table of entries binds, each known to those after it.
pub fn lets(reader: &mut Reader<'_>, names: &mut Names<'_>) -> Vec<(String, Template)> {
    let mut lets = Vec::new();
    let table = if reader.has("let") { reader.table("let") } else { None };
    let Some(mut table) = table else { return lets };
    for key in table.keys() {
        if names.has(&key.value) {
            table.sink().report(key.span, format!("\"{}\" is something else already", key.value), Some("choose another name".to_owned()));
            continue;
        }
        let text = part::template_at(&mut table, &key.value, names);
        *names = names.clone().and(&key.value);
        lets.extend(text.map(|text| (key.value, text)));
    }
    lets
}

fn otherwise(reader: &mut Reader<'_>, known: &Known) -> Vec<(String, Shape)> {
    if !reader.has("otherwise") {
        return Vec::new();
    }
    let names = Names::new(known);
    let Some(mut table) = reader.table("otherwise") else { return Vec::new() };
    let keys = table.keys();
    keys.into_iter()
        .filter_map(|key| table.item(&key.value).and_then(|item| part::shape(&table, item, &names)).map(|shape| (key.value, shape)))
        .collect()
}

fn format(reader: &mut Reader<'_>) -> Option<Format> {
    #[derive(Clone, Copy)]
    enum Kind {
        Json,
        Html,
        Xml,
    }
    let kind = reader.choice("format", &[("json", Kind::Json), ("html", Kind::Html), ("xml", Kind::Xml)]);
    if kind.is_none() && reader.has("format") {
        return None;
    }
    match kind.map_or(Kind::Json, |kind| kind.value) {
        Kind::Json => {
            let list = reader.flag("list").is_some_and(|flag| flag.value);
            let unwrap = reader.text("unwrap").map(|key| key.value);
            let nullable = reader.flag("nullable").is_some_and(|flag| flag.value);
            Some(Format::Json { list, unwrap, nullable })
        }
        Kind::Html => view(reader).map(Format::Html),
        Kind::Xml => {
            let roots = reader.texts("root").unwrap_or_default();
            Some(Format::Xml(roots.into_iter().map(|root| root.value).collect()))
        }
    }
}

fn rule(mut reader: Reader<'_>, verdict: Option<Verdict>) -> Option<Rule> {
    const KEYS: [&str; 6] = ["status", "header", "text", "css", "json", "empty"];
    let status = statuses(&mut reader);
    let header = reader.has("header").then(|| reader.table("header")).flatten().and_then(|mut header| {
        let name = header.required_text("name");
        let matches = header.required_text("matches").and_then(|pattern| part::regex(&header, &pattern));
        header.finish();
        Some((name?.value.to_lowercase(), matches?))
    });
    let text = reader.texts("text").unwrap_or_default().into_iter().map(|text| text.value.to_lowercase()).collect();
    let css = reader.text("css").and_then(|text| part::css(&reader, &text));
    let json = reader.text("json").and_then(|text| part::json_path(&reader, &text));
    let empty = reader.text("empty").and_then(|text| part::json_path(&reader, &text));
    let is_any = KEYS.iter().any(|key| reader.has(key));
    if !is_any {
        reader.sink().report(reader.span(), "a rule needs at least one of status, header, text, css, json, empty", None);
    }
    if verdict.is_none() && is_any && KEYS[..5].iter().all(|key| !reader.has(key)) {
        let help = "say what such an answer shows, with status, header, text, css or json";
        reader.sink().report(reader.span(), "what an answer lacks is no sign that there is nothing", Some(help.to_owned()));
    }
    reader.finish();
    is_any.then_some(Rule { verdict, status, header, text, css, json, empty })
}

fn inside(mut reader: Reader<'_>) -> Option<Inside> {
    let at = reader.required_text("at").and_then(|text| part::json_path(&reader, &text));
    reader.required("as", "\"html\", \"xml\" or \"json\"");
    let kind = match reader.choice("as", &[("html", "html"), ("xml", "xml"), ("json", "json")])?.value {
        "html" => view(&mut reader).map(inside::Kind::Html),
        "xml" => Some(inside::Kind::Xml),
        _ => Some(inside::Kind::Json),
    };
    let into = reader.text("into").map(|name| name.value);
    reader.finish();
    Some(Inside { at: at?, kind: kind?, into })
}

fn view(reader: &mut Reader<'_>) -> Option<View> {
    reader.required("view", "a table that says what to take from the page");
    let mut view = reader.table("view")?;
    let fields = view::looks(&mut view);
    Some(View { fields })
}

fn statuses(reader: &mut Reader<'_>) -> Vec<u16> {
    let Some(item) = reader.item("status") else { return Vec::new() };
    let one = |number: i64| u16::try_from(number).ok().filter(|status| (100..600).contains(status));
    let statuses = match (item.as_integer(), item.as_array()) {
        (Some(number), _) => vec![one(number)],
        (None, Some(list)) => list.iter().map(|value| value.as_integer().and_then(one)).collect(),
        (None, None) => vec![None],
    };
    if statuses.iter().any(Option::is_none) {
        reader.report("status", "status must be an HTTP status or a list of them", Some("for example 404 or [404, 410]".to_owned()));
    }
    statuses.into_iter().flatten().collect()
}

fn more(reader: &mut Reader<'_>) -> Option<More> {
    if !reader.has("more") {
        return None;
    }
    let mut table = reader.table("more")?;
    let json = table.required_text("json").and_then(|text| part::json_path(&table, &text));
    let follow = table.flag("follow").is_some_and(|flag| flag.value);
    table.required("limit", "the most answers to one request");
    let limit = table.integer("limit", 1, 200).and_then(|limit| usize::try_from(limit.value).ok());
    let first = table.integer("first", 0, 1000).and_then(|first| usize::try_from(first.value).ok()).unwrap_or(1);
    table.finish();
    Some(More { json: json?, follow, limit: limit?, first })
}

fn echoes(reader: &mut Reader<'_>, names: &Names<'_>) -> Vec<Echo> {
    let mut echoes = Vec::new();
    for mut table in part::one_or_many(reader, "echo") {
        let written = table.required_text("json");
        let json = written.as_ref().and_then(|text| part::json_path(&table, text));
        let expected = expected(&mut table, names);
        let required = table.flag("required").is_some_and(|flag| flag.value);
        table.finish();
        if let (Some(written), Some(json), Some(expected)) = (written, json, expected) {
            echoes.push(Echo { path: written.value, json, expected, required });
        }
    }
    echoes
}

/// What an echo must say: `equals`, a text, or `number = true`, the case's number however the source writes it.
fn expected(reader: &mut Reader<'_>, names: &Names<'_>) -> Option<Expected> {
    let is_number = reader.flag("number").is_some_and(|flag| flag.value);
    if is_number && reader.has("equals") {
        reader.item("equals");
        reader.report("equals", "an echo has `equals` or `number = true`, not both", None);
    } else if is_number {
        return Some(Expected::Number);
    }
    part::required_template(reader, "equals", names).map(Expected::Text)
}
