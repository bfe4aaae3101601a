//! Tests of answers that list many cases, of rows that are one filing, and of answers that say "none of these".

use serde_json::{Value, json};

use super::fixtures::page;
use super::{Recipe, Refusal, Step};
use crate::domain::docket::Docket;
use crate::domain::page::Page;

const FEED: &str = r#"
id = "xx-feed"
title = "A court's feed"
jurisdiction = "xx"
language = "en"
timezone = "UTC"
base_url = "https://court.example"
case_url = "https://court.example/"
sliding = true
[number]
pattern = '0*(?<serial>\d+)/(?<year>\d{4})(?:-[a-z]+)?'
compact = "{year}-{serial}"
canonical = "{serial}/{year}"
shape = "a serial and a year"
example = "12/2024"
[[step]]
id = "feed"
get = "/feed"
nothing = [{ status = 404, json = "$.message" }, { json = "$[?@.none == true]" }, { status = 410 }]
not_found = { status = 200, empty = "$.items" }
[entries]
from = "feed"
each = "$.items[*]"
when = { value = "{{ name | first: '^\\S+' }}", number = true }
merge = { by = "{{ guid }}", join = " AND " }
required = ["what"]
key = ["{{ guid }}", "{{ what }}"]
date = "{{ at }}"
title = "{{ what }}"
text = "{{ note }}"
documents = [{ id = "{{ doc }}", name = "{{ doc }}" }]
"#;

fn read(recipe: &str, answer: Page) -> Result<Docket, Refusal> {
    let recipe = Recipe::parse("feed.toml", recipe).unwrap();
    let number = recipe.number("71/2026").unwrap();
    match recipe.step(&number, &[answer]) {
        Step::Done(docket) => Ok(docket),
        Step::Refused(refusal) => Err(refusal),
        Step::Ask(request) => panic!("{request:?}"),
    }
}

fn answer(status: u16, body: &Value) -> Page {
    page("feed", status, "application/json", body.to_string().as_bytes())
}

fn item(name: &str, guid: &str, what: &str, doc: &str) -> Value {
    json!({"name": name, "guid": guid, "what": what, "doc": doc, "note": format!("{what}."), "at": "2026-01-02T10:00:00"})
}

#[test]
fn only_the_rows_of_the_case_are_read_however_its_number_is_written() {
    let items = [
        item("0071/2026-ab Uno v. Dos", "1", "Order", "d1"),
        item("71/2025 Tres v. Cuatro", "2", "Notice", "d2"),
        item("771/2026 Cinco", "3", "Notice", "d3"),
        item("~gr-00001", "4", "Notice", "d4"),
    ];
    let docket = read(FEED, answer(200, &json!({"items": items}))).unwrap();
    assert_eq!(docket.entries.iter().map(|entry| entry.title.as_str()).collect::<Vec<_>>(), ["Order"]);
    assert_eq!(docket.oddities, []);
    // Other cases' rows show that the layout is the same, and that nothing is odd about a feed without ours.
    let none = read(FEED, answer(200, &json!({"items": items[1..]}))).unwrap();
    assert_eq!((none.entries, none.oddities), (Vec::new(), Vec::new()));
    // A feed whose titles are written in another way would look like one without ours for ever.
    let otherwise = ["Uno v. Dos, 71/2026", "Tres v. Cuatro, 71/2025", "~gr-00001"].map(|name| item(name, name, "Notice", "d"));
    assert!(matches!(read(FEED, answer(200, &json!({"items": otherwise}))), Err(Refusal::Unreadable { .. })));
    assert!(read(FEED, answer(200, &json!({"items": otherwise[2..]}))).is_ok(), "a quiet night");
    let changed = json!({"items": [{"name": "1/2025 x", "guid": "1", "title": "Order"}]});
    assert!(matches!(read(FEED, answer(200, &changed)), Err(Refusal::Unreadable { .. })));
}

#[test]
fn what_an_answer_lacks_is_no_sign_that_there_is_nothing() {
    let problems =
        Recipe::parse("feed.toml", &FEED.replace("{ status = 410 }", "{ empty = \"$.items[*]\" }")).expect_err("an error lacks it too");
    assert!(problems.iter().any(|problem| problem.message.contains("no sign that there is nothing")), "{problems:?}");
}

#[test]
fn only_a_list_that_slides_may_show_nothing_of_a_case() {
    let of = |text: &str| Recipe::parse("feed.toml", text).unwrap().lists_others();
    assert!(of(FEED));
    assert!(!of(&FEED.replace("sliding = true", "")));
}

#[test]
fn rows_of_one_filing_are_one_entry_in_any_order() {
    let mut items = vec![
        item("71/2026", "7", "Stipulation", "d2"),
        item("71/2026", "7", "Order", "d1"),
        item("71/2026", "7", "Order", "d1"),
        item("71/2026", "8", "Order", "d3"),
        item("71/2026", "", "Loose", "d4"),
        item("71/2026", "", "Loose too", "d4"),
        item("72/2026", "7", "Order of another case", "d5"),
    ];
    let one = read(FEED, answer(200, &json!({"items": items}))).unwrap();
    let filing = one.entries.iter().find(|entry| entry.key.0 == "7").unwrap();
    assert_eq!((filing.title.as_str(), filing.text.as_str()), ("Order AND Stipulation", "Order.\nStipulation."));
    assert_eq!(filing.documents.iter().map(|document| document.id.as_str()).collect::<Vec<_>>(), ["d1", "d2"]);
    assert_eq!(one.entries.len(), 4);
    items.reverse();
    let mut other = read(FEED, answer(200, &json!({"items": items}))).unwrap();
    let mut one = one;
    for docket in [&mut one, &mut other] {
        docket.entries.sort_by(|a, b| a.key.cmp(&b.key));
    }
    assert_eq!(one, other);
}

#[test]
fn an_answer_that_says_none_of_these_is_an_answer() {
    for (status, body) in [(404, json!({"message": "none"})), (200, json!([{"none": true}])), (410, json!("gone"))] {
        let docket = read(FEED, answer(status, &body)).unwrap_or_else(|refusal| panic!("{body}: {refusal}"));
        assert_eq!(docket.entries, [], "{body}");
    }
    assert_eq!(read(FEED, answer(200, &json!({"item": []}))), Err(Refusal::NotFound));
    assert!(matches!(read(FEED, answer(404, &json!({"error": "x"}))), Err(Refusal::Unreadable { .. })));
    // Where a list was due, too.
    let list = FEED.replace("get = \"/feed\"", "get = \"/feed\"\nlist = true").replace("$.items[*]", "$[*]").replace("$.items", "$");
    assert_eq!(read(&list, answer(404, &json!({"message": "none"}))).unwrap().entries, []);
}

#[test]
fn a_condition_may_ask_for_the_same_as_another_value() {
    let equals = FEED.replace("number = true", "equals = '{{ number.canonical }}'");
    let items = [item("71/2026 x", "1", "Order", "d"), item("0071/2026 x", "2", "Notice", "d")];
    let docket = read(&equals, answer(200, &json!({"items": items}))).unwrap();
    assert_eq!(docket.entries.iter().map(|entry| entry.title.as_str()).collect::<Vec<_>>(), ["Order"]);
    let problems = Recipe::parse("x.toml", &FEED.replace("number = true", "number = true, equals = 'x'")).unwrap_err();
    assert!(problems[0].message.contains("a condition needs one of"), "{problems:?}");
}
