//! Tests of one table for several things: answers of several steps, lists in lists, a list of documents in a row.

use serde_json::json;

use super::fixtures::{page, small_recipe};
use super::{Next, Recipe, Step};
use crate::domain::page::Page;

/// A search that leads to a case, or to a list of cases; each has degrees with acts, and an act may have files.
const LISTED: &str = small_recipe!(
    r#"
[[step]]
id = "open"
get = "/open"
optional = true
[[step]]
id = "search"
get = "/search?n={{ number }}"
[[step]]
id = "show"
optional = true
each = [{ link = "$.search.links[*]" }]
get = "/show?id={{ link.id }}"
[heading]
each = [{ case = ["$.search", "$.show"] }]
title = "{{ case.name }}"
[entries]
from = ["search", "show"]
each = "$.degrees[*].acts[*]"
within = { degree = "$.degrees[*]" }
key = ["{{ degree.id }}:{{ id }}"]
title = "{{ what }}"
documents = { each = { file = "$.files[*]" }, id = "{{ degree.id }}-{{ file.id }}", name = "{{ file.name }}" }
"#
);

fn answer(step: &str, body: &serde_json::Value) -> Page {
    page(step, 200, "application/json", body.to_string().as_bytes())
}

fn case(name: &str) -> serde_json::Value {
    let files = json!([{"id": 1, "name": "a.pdf"}, {"id": 2, "name": "b.pdf"}]);
    json!({"name": name, "degrees": [{"id": "G1", "acts": [{"id": 1, "what": "x", "files": files}]}, {"id": "G2", "acts": [{"id": 1, "what": "y"}]}]})
}

#[test]
fn a_case_is_read_alike_from_the_search_or_from_the_list_that_it_gives() {
    let recipe = Recipe::parse("listed.toml", LISTED).unwrap();
    let number = recipe.number("12").unwrap();
    let open = answer("open", &json!({}));
    let direct = [open.clone(), answer("search", &case("A v. B"))];
    let listed = [open, answer("search", &json!({"links": [{"id": 7}]})), answer("show", &case("A v. B"))];
    assert!(matches!(recipe.next(&number, &listed[..2]), Next::Ask(request) if request.url.ends_with("/show?id=7")));
    for pages in [&direct[..], &listed[..]] {
        let Step::Done(docket) = recipe.step(&number, pages) else { panic!("not read") };
        assert_eq!(docket.heading.title.as_deref(), Some("A v. B"));
        let keys: Vec<&str> = docket.entries.iter().map(|entry| entry.key.0.as_str()).collect();
        assert_eq!(keys, ["G1:1", "G2:1"], "a row knows the list that it stands in");
        let files: Vec<&str> = docket.entries[0].documents.iter().map(|document| document.id.as_str()).collect();
        assert_eq!(files, ["G1-1", "G1-2"]);
        assert!(docket.entries[1].documents.is_empty());
        assert!(docket.oddities.is_empty(), "{:?}", docket.oddities);
    }
}

#[test]
fn a_saved_page_does_without_the_form_that_was_only_opened() {
    let recipe = Recipe::parse("listed.toml", LISTED).unwrap();
    let number = recipe.number("12").unwrap();
    assert!(matches!(recipe.next(&number, &[]), Next::Ask(request) if request.step == "open"));
    assert_eq!(recipe.needs(&number, &[answer("search", &case("A v. B"))]), Next::Enough);
    let list = answer("search", &json!({"links": [{"id": 7}]}));
    assert!(matches!(recipe.needs(&number, &[list]), Next::Ask(request) if request.step == "show"));
}

#[test]
fn steps_of_one_table_must_exist() {
    let problems = Recipe::parse("listed.toml", &LISTED.replace(r#""show"]"#, r#""shew"]"#)).unwrap_err();
    assert!(problems.iter().any(|problem| problem.to_string().contains("there is no step \"shew\"")), "{problems:?}");
}
