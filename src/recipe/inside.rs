//! Texts in an answer that are HTML, XML or JSON themselves: read where they stand, so that paths lead on into them.
//!
//! Used by `answer` once an answer is a value, and by `withheld`, which puts them back before a page is kept. A text that is
//! not what it should be makes the answer unreadable, and its place is named.

use super::Refusal;
use super::big_numbers;
use super::bounds;
use super::marker::clip;
use super::path::JsonPath;
use super::step::Step;
use super::value::Value;
use super::view::View;
use super::xml::{self, Trouble};

/// One `[[step.inside]]` of a recipe.
#[derive(Debug, Clone)]
pub struct Inside {
    /// Where such texts stand.
    pub at: JsonPath,
    /// What they are.
    pub kind: Kind,
    /// The name beside the text under which it is found; `None`: in its place.
    pub into: Option<String>,
}

/// What a text is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// HTML, and how it becomes a value.
    Html(View),
    /// XML.
    Xml,
    /// JSON.
    Json,
}

/// Reads the texts of a step's answer. Later tables see what earlier ones made; what is null or blank stays or becomes null.
pub fn open<'p>(step: &'p Step, url: &str, document: &mut Value<'p>) -> Result<(), Refusal> {
    for inside in &step.inside {
        for place in places(inside, document) {
            let unreadable = |expected: String, found: String| Refusal::Unreadable { at: format!("{}: {place}", step.id), expected, found };
            let read = match document.pointer(&place) {
                None | Some(Value::Null) => continue,
                Some(Value::String(text)) => inside.kind.read(text, url),
                Some(_) => Err(("a text".to_owned(), "something else".to_owned())),
            };
            let read = read.map_err(|(expected, found)| unreadable(expected, found))?;
            let Some(into) = &inside.into else {
                if let Some(text) = document.pointer_mut(&place) {
                    *text = read;
                }
                continue;
            };
            match parent(document, &place) {
                Some(Value::Object(fields)) => fields.insert(into.as_str(), read),
                _ => return Err(unreadable(format!("a field, to have `{into}` beside it"), "an element of a list".to_owned())),
            };
        }
    }
    Ok(())
}

/// Puts what [`open`] read back into its texts, so that an answer that was changed can be kept as the source would send it.
/// Only JSON can be written back; a recipe that would need more does not compile.
pub fn close(step: &Step, document: &mut Value<'_>) {
    for inside in step.inside.iter().rev() {
        for place in places(inside, document) {
            let read = match &inside.into {
                Some(into) => parent(document, &place).and_then(Value::as_object_mut).and_then(|fields| fields.remove(into)),
                None => document.pointer_mut(&place).map(Value::take),
            };
            let Some(text) = document.pointer_mut(&place) else { continue };
            // A text that was emptied is not filled again from what was read of it.
            if text.as_str() != Some("")
                && let Some(read) = read.filter(|read| !read.is_null())
            {
                *text = read.to_string().into();
            }
        }
    }
}

fn places(inside: &Inside, document: &Value<'_>) -> Vec<String> {
    inside.at.query_located(document).into_iter().map(|(place, _)| place).collect()
}

fn parent<'d, 'p>(document: &'d mut Value<'p>, place: &str) -> Option<&'d mut Value<'p>> {
    let (parent, _) = place.rsplit_once('/')?;
    document.pointer_mut(parent)
}

impl Kind {
    /// A text as a value, or what was expected and what was found.
    fn read<'r>(&'r self, text: &str, url: &str) -> Result<Value<'r>, (String, String)> {
        match self {
            Self::Html(view) => {
                let html = bounds::fragment(text).map_err(|too_many| ("HTML".to_owned(), too_many.found()))?;
                view.see(&html, url).map(|seen| seen.value).map_err(|missing| {
                    let found = if text.trim().is_empty() { "an empty text".to_owned() } else { clip(text.trim()) };
                    (format!("an element {} for `{}`", missing.css, missing.field), found)
                })
            }
            Self::Xml | Self::Json if text.trim().is_empty() => Ok(Value::Null),
            Self::Xml if bounds::xml(text).is_err() => Err(("XML".to_owned(), bounds::TooMany.found())),
            Self::Json if bounds::json(text).is_err() => Err(("JSON".to_owned(), bounds::TooMany.found())),
            Self::Xml => xml::parse(text, &[]).map_err(|trouble| {
                let found = match trouble {
                    Trouble::TooDeep => "elements nested too deep".to_owned(),
                    Trouble::Root(_) | Trouble::CutOff => format!("a text that is none, or is cut off after {} bytes", text.len()),
                };
                ("XML".to_owned(), found)
            }),
            Self::Json => big_numbers::parse(text).map(Value::into_owned).map_err(|error| {
                let found = if error.is_eof() {
                    format!("a text cut off after {} bytes", text.len())
                } else {
                    format!("a mistake in line {}, column {}", error.line(), error.column())
                };
                ("JSON".to_owned(), found)
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::domain::page::Page;
    use crate::recipe::fixtures::{page, small_recipe};
    use crate::recipe::{Recipe, Refusal};

    const NESTED: &str = small_recipe!(
        r#"
[[step]]
id = "acts"
get = "/acts/{{ number }}"
[[step.inside]]
at = "$.payload"
as = "json"
[[step.inside]]
at = "$.payload.rows[*].note"
as = "html"
into = "parsed"
[step.inside.view]
event = { css = ".", first = '\[(.*?)\]' }
link = "a@href"
[[step.inside]]
at = "$.payload.rows[*].more"
as = "xml"
[entries]
from = "acts"
each = "$.payload.rows[*]"
key = ["{{ id }}"]
title = "{{ parsed.event }}"
text = "{{ more.act.0.text }}"
documents = [{ id = "{{ parsed.link }}", name = "{{ parsed.event }}" }]
"#
    );

    fn acts(payload: &str) -> Page {
        page("acts", 200, "application/json", json!({"payload": payload}).to_string().as_bytes())
    }

    fn read(recipe: &str, page: Page) -> Result<crate::domain::docket::Docket, Refusal> {
        let recipe = Recipe::parse("nested.toml", recipe).unwrap();
        recipe.read(&recipe.number("12").unwrap(), &[page])
    }

    fn rows() -> String {
        json!({"rows": [
            {"id": 1, "note": "[Order &amp; Notice] (<a href=\"/doc1/7\">13</a>)", "more": "<act>Uno</act>"},
            {"id": 2, "note": "[Minute Entry]", "more": " "},
            {"id": 3, "note": null},
        ]})
        .to_string()
    }

    #[test]
    fn html_and_xml_in_json_in_json_are_read_where_they_stand() {
        let docket = read(NESTED, acts(&rows())).unwrap();
        let entry = |key: &str| docket.entries.iter().find(|entry| entry.key.0 == key).unwrap();
        assert_eq!((entry("1").title.as_str(), entry("1").text.as_str()), ("Order & Notice", "Uno"));
        assert_eq!(entry("1").documents[0].id, "/doc1/7");
        assert_eq!((entry("2").title.as_str(), entry("2").text.as_str(), entry("2").documents.len()), ("Minute Entry", "", 0));
        assert_eq!(entry("3").title, "");
    }

    #[test]
    fn a_text_that_is_not_what_it_should_be_is_named_with_its_place() {
        let required = NESTED.replace(r"first = '\[(.*?)\]'", r"first = '\[(.*?)\]', required = true");
        for (recipe, payload, at, found) in [
            (NESTED, rows()[..40].to_owned(), "acts: /payload", "cut off"),
            (NESTED, "{rows".to_owned(), "acts: /payload", "line 1, column 2"),
            (NESTED, json!({"rows": [{"id": 1, "more": "<act>Uno</ac"}]}).to_string(), "acts: /payload/rows/0/more", "cut off after 12"),
            (NESTED, json!({"rows": [{"id": 1, "note": 7}]}).to_string(), "acts: /payload/rows/0/note", "something else"),
            (&required, json!({"rows": [{"id": 1, "note": "other"}]}).to_string(), "acts: /payload/rows/0/note", "other"),
        ] {
            match read(recipe, acts(&payload)) {
                Err(Refusal::Unreadable { at: place, found: what, .. }) => {
                    assert_eq!(place, at);
                    assert!(what.contains(found), "{what}");
                }
                other => panic!("{payload}: {other:?}"),
            }
        }
    }

    #[test]
    fn the_recipe_says_what_such_texts_are() {
        for (good, bad, expected) in [
            ("as = \"json\"", "as = \"jsn\"", "jsn"),
            ("as = \"json\"", "", "`as`"),
            ("at = \"$.payload\"\n", "", "`at`"),
            ("as = \"html\"\ninto = \"parsed\"\n[step.inside.view]", "as = \"html\"\n[step.inside.vew]", "`view`"),
            ("text = \"{{ more", "withheld = { when = { value = '{{ id }}', in = ['1'] }, mark = 'x' }\ntext = \"{{ more", "HTML or XML"),
        ] {
            let problems = Recipe::parse("bad.toml", &NESTED.replacen(good, bad, 1)).expect_err(bad);
            assert!(problems.iter().any(|problem| problem.message.contains(expected)), "{bad}: {problems:?}");
        }
    }

    #[test]
    fn a_withheld_text_is_emptied_within_the_json_that_holds_it() {
        let recipe = r#"
[[step]]
id = "acts"
get = "/acts/{{ number }}"
[[step.inside]]
at = "$.payload"
as = "json"
PLACE
[entries]
from = "acts"
each = "$.ROWS.rows[*]"
key = ["{{ id }}"]
title = "{{ what }}"
text = "{{ body }}"
[entries.withheld]
when = { value = "{{ mark }}", in = ["H"] }
mark = "{{ mark }}"
"#;
        let head = NESTED.split_once("[[step]]").unwrap().0;
        for (place, name) in [("", "payload"), ("into = \"read\"", "read")] {
            let text = format!("{head}{}", recipe.replace("PLACE", place).replace("ROWS", name));
            let recipe = Recipe::parse("withheld.toml", &text).unwrap();
            let number = recipe.number("12").unwrap();
            let rows = json!({"rows": [{"id": 1, "what": "Uno", "body": "SECRET", "mark": "H"}, {"id": 2, "what": "Dos", "body": "open"}]});
            let page = acts(&rows.to_string());
            let kept = recipe.keepable(&number, vec![page.clone()]);
            let body = String::from_utf8(kept[0].body.clone()).unwrap();
            assert!(!body.contains("SECRET") && body.contains("open"), "{body}");
            assert_eq!(recipe.read(&number, &kept).unwrap(), recipe.read(&number, &[page]).unwrap());
        }
    }
}
