//! What repeats in JSON or XML: lists of objects, by their paths.

use super::guess::{is_dated, name_of};
use super::{Candidate, Cell, Form, Found, Look, Piece, Spot};
use crate::recipe::filter::collapse;
use crate::recipe::path::JsonPath;
use crate::recipe::template::text_of;
use crate::recipe::value::{Fields, Value};

/// Deeper than this no list of entries stands.
const DEEPEST: usize = 12;

/// Looks through a document.
pub fn found(document: &Value<'_>, form: Form) -> Found {
    let mut lists: Vec<(String, Vec<&Value<'_>>)> = Vec::new();
    let mut pieces = Vec::new();
    walk(document, "$", 0, &mut lists, &mut pieces);
    let mut candidates: Vec<(usize, Candidate)> = lists
        .into_iter()
        .filter_map(|(at, rows)| {
            let cells = cells(&rows);
            let dated = if cells.iter().any(|cell| is_dated(&cell.values)) { 100 } else { 0 };
            // XML has lists everywhere; those with one element are usually no lists.
            let many = if rows.len() > 1 { 20 } else { 0 };
            let score = dated + many + cells.len().min(10) + rows.len().min(20);
            Some((score, Candidate { at, rows: rows.len(), cells })).filter(|(_, candidate)| candidate.cells.len() > 1)
        })
        .collect();
    candidates.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    candidates.truncate(9);
    let title = ["$.rss[0].channel[0].title[0].text", "$.feed[0].title[0].text"].iter().find_map(|path| {
        let path = JsonPath::parse(path).ok()?;
        path.query(document).into_iter().next().map(|title| collapse(&text_of(title)))
    });
    Found {
        form,
        title,
        language: None,
        address: None,
        candidates: candidates.into_iter().map(|(_, candidate)| candidate).collect(),
        pieces,
    }
}

fn walk<'v>(value: &'v Value<'v>, path: &str, depth: usize, lists: &mut Vec<(String, Vec<&'v Value<'v>>)>, pieces: &mut Vec<Piece>) {
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::Array(list) => {
            let at = format!("{path}[*]");
            let rows: Vec<&Value<'_>> = list.iter().filter(|row| row.is_object()).collect();
            if !rows.is_empty() {
                match lists.iter_mut().find(|(known, _)| *known == at) {
                    Some((_, known)) => known.extend(rows),
                    None => lists.push((at.clone(), rows)),
                }
            }
            list.iter().for_each(|inner| walk(inner, &at, depth + 1, lists, pieces));
        }
        Value::Object(object) => {
            for (name, inner) in object.iter() {
                let at = if is_plain(name) {
                    format!("{path}.{name}")
                } else {
                    format!("{path}['{}']", name.replace('\\', "\\\\").replace('\'', "\\'"))
                };
                walk(inner, &at, depth + 1, lists, pieces);
            }
        }
        Value::Null | Value::Bool(_) => {}
        scalar => {
            let text = collapse(&text_of(scalar));
            if pieces.len() < 5000 && text.chars().filter(char::is_ascii_digit).count() >= 3 {
                let label = path.trim_end_matches(".text").rsplit(['.', ']']).next().unwrap_or_default().to_owned();
                pieces.push(Piece { at: Spot::Path(path.to_owned()), label, text });
            }
        }
    }
}

fn is_plain(name: &str) -> bool {
    name.chars().all(|c| c.is_alphanumeric() || c == '_') && name.chars().next().is_some_and(|c| !c.is_ascii_digit())
}

/// The fields that at least half of the rows have; of an inner object its own fields too.
fn cells(rows: &[&Value<'_>]) -> Vec<Cell> {
    let mut paths: Vec<String> = Vec::new();
    for row in rows.iter().take(50) {
        fields(row, "", 0, &mut paths);
    }
    let mut cells: Vec<Cell> = Vec::new();
    for path in paths {
        let values: Vec<String> = rows.iter().map(|row| value(row, &path)).collect();
        if values.iter().filter(|value| !value.is_empty()).count() * 2 >= rows.len() {
            let taken: Vec<&str> = cells.iter().map(|cell| cell.name.as_str()).collect();
            let hint: Vec<&str> = path.split('.').filter(|part| *part != "0").collect();
            let name = name_of(&hint.join("_"), &taken);
            cells.push(Cell { name, look: Look::Field(path), values });
        }
    }
    cells.truncate(40);
    cells
}

fn fields(row: &Value<'_>, before: &str, depth: usize, paths: &mut Vec<String>) {
    let Some(object) = row.as_object() else { return };
    for (name, inner) in object.iter() {
        // A name in a template is letters, digits, _, - and @.
        if !name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '@')) {
            continue;
        }
        let path = if before.is_empty() { name.to_owned() } else { format!("{before}.{name}") };
        match inner {
            Value::Object(_) if depth < 2 => fields(inner, &path, depth + 1, paths),
            // An element of XML is a list of objects with a text and attributes.
            Value::Array(list) => {
                if let Some(element) = list.first().filter(|element| element.get("text").is_some()) {
                    let attributes = element.as_object().into_iter().flat_map(Fields::iter).filter(|(name, _)| name.starts_with('@'));
                    let here = format!("{path}.0");
                    let of_attributes: Vec<String> = attributes.map(|(name, _)| format!("{here}.{name}")).collect();
                    for path in std::iter::once(here).chain(of_attributes) {
                        if !paths.contains(&path) {
                            paths.push(path);
                        }
                    }
                }
            }
            Value::Null | Value::Object(_) => {}
            _ if paths.contains(&path) || (before.is_empty() && name == "text" && object.len() > 1) => {}
            _ => paths.push(path),
        }
    }
}

fn value(row: &Value<'_>, path: &str) -> String {
    let found = path.split('.').try_fold(row, |value, name| match value {
        Value::Array(list) => name.parse::<usize>().ok().and_then(|nth| list.get(nth)),
        _ => value.get(name),
    });
    found.map(|value| collapse(&text_of(value))).unwrap_or_default()
}
