//! Where a selector or a path stops: the longest beginning of it that still finds something, and what is there instead.

use scraper::{ElementRef, Selector};

use crate::recipe::path::JsonPath;
use crate::recipe::value::Value;

const EMPTY: &str = "it is an empty list";
const NULL: &str = "it is null";

/// Whether what is near is the list itself, with nothing in it.
pub fn is_nothing(nearest: &str) -> bool {
    nearest.ends_with(EMPTY) || nearest.ends_with(NULL)
}

/// How many different things are named.
const MOST: usize = 6;

/// Where a CSS selector stops within an element.
pub fn css(within: ElementRef<'_>, written: &str) -> Option<String> {
    let css = written.rsplit_once('@').map_or(written, |(css, _)| css).trim();
    if css.is_empty() || css == "." {
        return None;
    }
    let choices = split(css, &[','], false);
    let said: Vec<String> = choices.iter().filter_map(|choice| stops(within, choice.trim())).collect();
    Some(said.join("; or ")).filter(|said| !said.is_empty())
}

fn stops(within: ElementRef<'_>, css: &str) -> Option<String> {
    let steps = compounds(css);
    let find = |css: &str| -> Vec<ElementRef<'_>> {
        Selector::parse(css).map(|css| within.select(&css).filter(|found| found.id() != within.id()).collect()).unwrap_or_default()
    };
    for at in (0..steps.len()).rev() {
        let beginning = css.get(..steps[at].0)?.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '>' | '+' | '~'));
        let there = if at == 0 { vec![within] } else { find(beginning) };
        if there.is_empty() {
            continue;
        }
        let compound = css.get(steps[at].0..steps[at].1)?;
        let tag: String = compound.chars().take_while(|c| c.is_alphanumeric() || *c == '-').collect();
        let alike = if tag.is_empty() || tag == compound { Vec::new() } else { find(&format!("{}{tag}", css.get(..steps[at].0)?)) };
        let instead = if alike.is_empty() {
            let inside: Vec<ElementRef<'_>> = there.iter().flat_map(|element| inside(*element)).collect();
            if inside.is_empty() { "it is empty".to_owned() } else { format!("there are {}", counted(&inside)) }
        } else {
            format!("{} {tag} there: {}", alike.len(), counted(&alike))
        };
        return Some(match at {
            0 => format!("{compound} matches nothing; {instead}"),
            _ => format!("{beginning} exists ({}), {compound} matches nothing in it; {instead}", there.len()),
        });
    }
    None
}

/// What an element holds: its children; what stands in an only child, when there is but one.
fn inside(element: ElementRef<'_>) -> Vec<ElementRef<'_>> {
    let mut children: Vec<_> = element.child_elements().collect();
    // `html` holds a head, which shows nothing.
    children.retain(|child| child.value().name() != "head");
    match children.as_slice() {
        [only] if only.child_elements().next().is_some() => inside_of_one(*only),
        _ => children,
    }
}

fn inside_of_one(mut element: ElementRef<'_>) -> Vec<ElementRef<'_>> {
    loop {
        let children: Vec<_> = element.child_elements().collect();
        match children.as_slice() {
            [only] if only.child_elements().next().is_some() => element = *only,
            _ => return children,
        }
    }
}

/// Elements by how they look, the most frequent first: `tr.fila (58), tr (2)`.
fn counted(elements: &[ElementRef<'_>]) -> String {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for element in elements {
        let look = look(*element);
        match counts.iter_mut().find(|(known, _)| *known == look) {
            Some((_, count)) => *count += 1,
            None => counts.push((look, 1)),
        }
    }
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    listed(counts.iter().map(|(look, count)| if *count == 1 { look.clone() } else { format!("{look} ({count})") }))
}

fn look(element: ElementRef<'_>) -> String {
    let value = element.value();
    let id = value.id().map(|id| format!("#{id}")).unwrap_or_default();
    let classes: String = value.classes().take(3).map(|class| format!(".{class}")).collect();
    format!("{}{id}{classes}", value.name())
}

fn listed(all: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = all.collect();
    let more = if all.len() > MOST { format!(" and {} more", all.len() - MOST) } else { String::new() };
    format!("{}{more}", all.into_iter().take(MOST).collect::<Vec<_>>().join(", "))
}

/// The parts of a selector between its combinators, as ranges of bytes.
fn compounds(css: &str) -> Vec<(usize, usize)> {
    let mut parts = Vec::new();
    let mut at = 0;
    for part in split(css, &[' ', '\t', '\n', '>', '+', '~'], true) {
        if !part.is_empty() {
            parts.push((at, at + part.len()));
        }
        at += part.len() + 1;
    }
    parts
}

/// A text in pieces at these characters, where they stand outside of brackets and quotes. All of them are one byte long.
fn split<'t>(text: &'t str, at: &[char], keep_empty: bool) -> Vec<&'t str> {
    let (mut pieces, mut start, mut depth, mut quote) = (Vec::new(), 0, 0_usize, None);
    for (index, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), _) => quote = Some(open).filter(|open| *open != c),
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth = depth.saturating_sub(1),
            (None, _) if depth == 0 && at.contains(&c) => {
                pieces.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    pieces.push(&text[start..]);
    pieces.retain(|piece| keep_empty || !piece.is_empty());
    pieces
}

/// Where a JSONPath stops in a document.
pub fn json(document: &Value<'_>, written: &str) -> Option<String> {
    let ends = segments(written);
    for at in (0..ends.len()).rev() {
        let beginning = if at == 0 { "$" } else { written.get(..ends[at - 1])? };
        let path = JsonPath::parse(beginning).ok()?;
        let found = path.query(document);
        let Some(first) = found.first() else { continue };
        let next = written.get(beginning.len().max(1)..ends[at])?;
        let count = if found.len() == 1 { String::new() } else { format!(" ({})", found.len()) };
        return Some(format!("{beginning} exists{count}, {next} finds nothing in it; {}", keys(first)));
    }
    None
}

/// The keys of an object, or what else a value is.
pub fn keys(value: &Value<'_>) -> String {
    match value {
        Value::Object(object) if object.is_empty() => "it is an object without keys".to_owned(),
        Value::Object(object) => format!("there are {}", listed(object.names().map(str::to_owned))),
        Value::Array(list) => match list.first() {
            None => EMPTY.to_owned(),
            Some(first) if first.is_object() => format!("it is a list of {}, in whose first {}", list.len(), keys(first)),
            Some(_) => format!("it is a list of {}", list.len()),
        },
        Value::Null => NULL.to_owned(),
        Value::String(_) => "it is a text".to_owned(),
        Value::Number(_) => "it is a number".to_owned(),
        Value::Bool(_) => "it is true or false".to_owned(),
    }
}

/// Where the segments of a JSONPath end: `$.a[*]` → after `.a`, after `[*]`.
fn segments(path: &str) -> Vec<usize> {
    let (mut ends, mut depth, mut quote) = (Vec::new(), 0_usize, None);
    for (index, c) in path.char_indices().skip(1) {
        match (quote, c) {
            (Some(open), _) => quote = Some(open).filter(|open| *open != c),
            (None, '"' | '\'') => quote = Some(c),
            (None, '[') => {
                if depth == 0 && index > 1 && !path[..index].ends_with("..") {
                    ends.push(index);
                }
                depth += 1;
            }
            (None, ']') => depth = depth.saturating_sub(1),
            (None, '.') if depth == 0 && index > 1 && !path[..index].ends_with('.') => ends.push(index),
            _ => {}
        }
    }
    ends.push(path.len());
    ends
}

#[cfg(test)]
mod tests {
    use scraper::Html;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_selector_stops_at_its_first_part_that_matches_nothing() {
        let html = Html::parse_document(
            "<div class=menu></div><table id=grvAcuerdos><tr class=cabecera><th>x<tr class='fila par'><td class=f>1<tr class=fila><td class=f>2</table>",
        );
        for (css, expected) in [
            (
                "table#grvAcuerdos tr.row",
                "table#grvAcuerdos exists (1), tr.row matches nothing in it; 3 tr there: tr.cabecera, tr.fila.par, tr.fila",
            ),
            (
                "#grvAcuerdos > tbody > tr.row td",
                "#grvAcuerdos > tbody exists (1), tr.row matches nothing in it; 3 tr there: tr.cabecera, tr.fila.par, tr.fila",
            ),
            ("table#otra tr", "table#otra matches nothing; 1 table there: table#grvAcuerdos"),
            ("article.x", "article.x matches nothing; there are div.menu, table#grvAcuerdos"),
            ("td.f > a[href='a b > c']@href", "td.f exists (2), a[href='a b > c'] matches nothing in it; it is empty"),
            (
                "ul.a, ol",
                "ul.a matches nothing; there are div.menu, table#grvAcuerdos; or ol matches nothing; there are div.menu, table#grvAcuerdos",
            ),
        ] {
            assert_eq!(super::css(html.root_element(), css).as_deref(), Some(expected), "{css}");
        }
        assert_eq!(super::css(html.root_element(), ".@href"), None);
    }

    #[test]
    fn a_path_stops_at_its_first_segment_that_finds_nothing() {
        let document = json!({"data": {"items": [{"id": 1, "fecha": "x"}], "none": []}});
        for (path, expected) in [
            ("$.data.rows[*]", "$.data exists, .rows finds nothing in it; there are items, none"),
            ("$.datos[*]", "$ exists, .datos finds nothing in it; there are data"),
            ("$.data.items[*].date", "$.data.items[*] exists, .date finds nothing in it; there are id, fecha"),
            ("$.data.none[*]", "$.data.none exists, [*] finds nothing in it; it is an empty list"),
            ("$['data']['rows']", "$['data'] exists, ['rows'] finds nothing in it; there are items, none"),
            ("$..rows[?@.a == 'x.y']", "$ exists, ..rows finds nothing in it; there are data"),
        ] {
            assert_eq!(json(&document.clone().into(), path).as_deref(), Some(expected), "{path}");
        }
    }
}
