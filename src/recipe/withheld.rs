//! The pages of a visit as they may be kept: without the texts that the court withholds, and without what a recipe drops.
//!
//! A court that withholds a row may send its text all the same (`ecuador.md` 1.6). The row is recorded, its text is not
//! kept, and so it must not stay in the stored page either. What a step's `drop` names (a prosecutor's list of victims) is
//! not even read. Called by `daemon` before a version is committed.

use super::answer::Format;
use super::entries::EntriesSpec;
use super::path::escaped;
use super::select::{Visit, all_hold};
use super::template::{Env, Scope};
use super::value::Value;
use super::{Recipe, dropped, inside, step};
use crate::domain::case::CaseNumber;
use crate::domain::page::Page;

impl Recipe {
    /// The pages with the texts of withheld rows emptied. A page without such rows stays byte for byte as it came; one with
    /// them is written anew with its other values unchanged. Only JSON answers can say that a row is withheld and send it.
    pub fn keepable(&self, number: &CaseNumber, mut pages: Vec<Page>) -> Vec<Page> {
        let mut rewritten = Vec::new();
        {
            let visit = Visit::new(self, number, &pages);
            for (index, step) in self.plan.steps.iter().enumerate().filter(|(_, step)| matches!(step.format, Format::Json { .. })) {
                let asked = step::asked(&visit, index, step).map(|(asked, _)| asked).unwrap_or_default();
                for (nth, page) in visit.pages_of(index).enumerate() {
                    let no_scope = Scope::default();
                    let scope = asked.get(nth).map_or(&no_scope, |asked| &asked.scope);
                    let specs = self.plan.entries.iter().filter(|spec| spec.step == index);
                    let places: Vec<String> = specs.flat_map(|spec| places(&visit, spec, page, scope)).collect();
                    let body = emptied(&visit, step, page, &places).or_else(|| dropped::kept(step, &pages[page]));
                    rewritten.extend(body.map(|body| (page, body)));
                }
            }
        }
        for (page, body) in rewritten {
            pages[page].body = body;
            pages[page].charset = Some("utf-8".to_owned());
        }
        pages
    }
}

/// Where a page holds the texts of withheld rows, as JSON pointers. The variables are those that the page was read with.
fn places(visit: &Visit<'_>, spec: &EntriesSpec, page: usize, scope: &Scope<'_>) -> Vec<String> {
    let (Some(withheld), Some((text, _)), Ok(document)) = (&spec.withheld, &spec.text, visit.document(page)) else {
        return Vec::new();
    };
    let mut places = Vec::new();
    for ((place, row), (_, around)) in spec.rows.query_located(document).into_iter().zip(spec.placed(document)) {
        let own = spec.scope_of(visit, page, scope, row, around);
        let scope = own.as_ref();
        let env = Env { number: visit.number, format: &visit.recipe.plan.number, scope, row: Some(row), base: &visit.pages[page].url };
        if row.is_object() && all_hold(&withheld.when, &env) {
            places
                .extend(text.paths().map(|path| path.into_iter().fold(place.clone(), |place, name| format!("{place}/{}", escaped(name)))));
        }
    }
    places
}

fn emptied(visit: &Visit<'_>, step: &step::Step, page: usize, places: &[String]) -> Option<Vec<u8>> {
    let document = visit.document(page).ok()?;
    let is_full = |value: &Value<'_>| !value.is_null() && value.as_str() != Some("");
    if !places.iter().any(|place| document.pointer(place).is_some_and(is_full)) {
        return None;
    }
    let mut kept = document.clone();
    for place in places {
        if let Some(value) = kept.pointer_mut(place).filter(|value| is_full(value)) {
            *value = "".into();
        }
    }
    inside::close(step, &mut kept);
    Some(kept.to_string().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::fixtures::small_recipe;
    use crate::recipe::shipped_recipe;

    fn page(rows: &str) -> Page {
        let recipe = shipped_recipe("ec-esatje").expect("shipped");
        recipe.saved("acts".into(), rows.as_bytes().to_vec(), None, jiff::Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn the_text_of_a_withheld_row_is_not_in_the_kept_page_and_nothing_else_changes() {
        let recipe = shipped_recipe("ec-esatje").expect("shipped");
        let number = recipe.number("17721-2099-00001G").expect("a number");
        let row = |visible: &str, text: &str| {
            format!(
                r#"{{"codigo":1{},"idJudicatura":"17721","idJuicio":"17721209900001G","fecha":"2026-01-02T15:00:00.000+00:00","tipo":"AUTO (AUTO) ","actividad":"{text}","visible":"{visible}","origen":"ProvPrimera"}}"#,
                visible.len()
            )
        };
        let open = page(&format!("[{}]", row("S", "visible")));
        assert_eq!(recipe.keepable(&number, vec![open.clone()]), vec![open]);
        for mark in ["H ", " N", "h", "X", ""] {
            let kept = recipe.keepable(&number, vec![page(&format!("[{}]", row(mark, "SECRETO")))]);
            assert!(!String::from_utf8_lossy(&kept[0].body).contains("SECRETO"), "{mark:?}");
        }
        let mixed = page(&format!("[{},null,{}]", row("H", "SECRETO"), row("S", "visible")));
        let kept = recipe.keepable(&number, vec![mixed.clone()]);
        let text = String::from_utf8(kept[0].body.clone()).expect("text");
        assert!(!text.contains("SECRETO") && text.contains("\"actividad\":\"visible\"") && text.contains("null"), "{text}");
        assert_eq!(recipe.read(&number, &kept).expect("reads").entries, recipe.read(&number, &[mixed]).expect("reads").entries);
    }

    #[test]
    fn a_text_of_any_shape_is_emptied_and_a_condition_may_use_the_request() {
        let recipe = small_recipe!(
            r#"
[[step]]
id = "found"
get = "/found/{{ number }}"
list = true
[[step]]
id = "acts"
each = [{ court = "$.found[*]" }]
get = "/acts/{{ court.id }}"
list = true
[entries]
from = "acts"
each = "$[*]"
key = ["{{ id }}"]
title = "{{ t }}"
text = "{{ row.body.0.text ?? short }} - {{ note }}"
[entries.withheld]
when = { value = "{{ court.secret }}", in = ["yes"] }
mark = "x"
"#
        );
        let recipe = Recipe::parse("court.toml", recipe).expect("compiles");
        let number = recipe.number("12").expect("a number");
        let saved = |step: &str, body: &str| recipe.saved(step.into(), body.as_bytes().to_vec(), None, jiff::Timestamp::UNIX_EPOCH);
        let found = saved("found", r#"[{"id":1,"secret":"yes"},{"id":2,"secret":"no"}]"#);
        let rows = r#"[{"id":1,"t":"x","body":[{"text":"UNO"}],"short":["DOS"],"note":3}]"#;
        let kept = recipe.keepable(&number, vec![found, saved("acts", rows), saved("acts", rows)]);
        assert_eq!(String::from_utf8_lossy(&kept[1].body), r#"[{"id":1,"t":"x","body":[{"text":""}],"short":"","note":""}]"#);
        assert_eq!(String::from_utf8_lossy(&kept[2].body), rows);
    }

    #[test]
    fn a_condition_may_use_texts_that_are_bound_and_what_the_row_stands_in() {
        let recipe = DROPPED.replace(
            "each = \"$.rows[*]\"",
            "each = \"$.hits[*].rows[*]\"\nwithin = { hit = \"$.hits[*]\" }\nlet = { level = \"{{ mark | upper }}\" }",
        );
        let recipe = recipe.replace("text = \"{{ people }}\"", "text = \"{{ body }}\"\n[entries.withheld]\nwhen = [{ value = \"{{ level }}\", in = [\"H\"] }, { value = \"{{ hit.closed }}\", in = [\"yes\"] }]\nmark = \"{{ level }}\"");
        let recipe = Recipe::parse("bound.toml", &recipe).expect("compiles");
        let number = recipe.number("12").expect("a number");
        let body = r#"{"hits":[{"closed":"no","rows":[{"id":1,"t":"x","body":"open","mark":"h"}]},{"closed":"yes","rows":[{"id":2,"t":"x","body":"SECRETO","mark":"h"}]}]}"#;
        let page = recipe.saved("case".into(), body.as_bytes().to_vec(), None, jiff::Timestamp::UNIX_EPOCH);
        let kept = recipe.keepable(&number, vec![page.clone()]);
        let text = String::from_utf8_lossy(&kept[0].body);
        assert!(!text.contains("SECRETO") && text.contains("open"), "{text}");
        assert_eq!(recipe.read(&number, &kept).expect("reads"), recipe.read(&number, &[page]).expect("reads"));
    }

    #[test]
    fn what_a_recipe_drops_may_stand_in_json_within_the_answer() {
        let inside = "drop = [\"$.text.rows[*].people\"]\n[[step.inside]]\nat = \"$.text\"\nas = \"json\"";
        let recipe =
            DROPPED.replace("drop = [\"$.rows[*].people\", \"$..card\"]", inside).replace("$.rows[*]\"\nkey", "$.text.rows[*]\"\nkey");
        let kinds = recipe.replace("as = \"json\"", "as = \"xml\"");
        let recipe = Recipe::parse("inside.toml", &recipe).expect("compiles");
        let number = recipe.number("12").expect("a number");
        let body = serde_json::json!({"text": r#"{"rows":[{"id":1,"t":"x","people":"SECRETO"}]}"#, "n": 1}).to_string();
        let page = recipe.saved("case".into(), body.into_bytes(), None, jiff::Timestamp::UNIX_EPOCH);
        let docket = recipe.read(&number, std::slice::from_ref(&page)).expect("reads");
        assert_eq!((docket.entries.len(), docket.entries[0].text.as_str()), (1, ""));
        let kept = recipe.keepable(&number, vec![page]);
        let text = String::from_utf8_lossy(&kept[0].body);
        assert!(!text.contains("SECRETO") && text.contains("people"), "{text}");
        assert_eq!(recipe.read(&number, &kept).expect("reads"), docket);
        let problems = Recipe::parse("bad.toml", &kinds).expect_err("XML is not written back");
        assert!(problems.iter().any(|problem| problem.message.contains("HTML or XML within")), "{problems:?}");
    }

    #[test]
    fn what_a_recipe_drops_is_neither_read_nor_kept() {
        let recipe = Recipe::parse("prosecutor.toml", DROPPED).expect("compiles");
        let number = recipe.number("12").expect("a number");
        let saved = |body: &str| recipe.saved("case".into(), body.as_bytes().to_vec(), None, jiff::Timestamp::UNIX_EPOCH);
        let page = saved(r#"{"rows":[{"id":1,"t":"x","people":[{"name":"SECRETO"}],"more":{"card":"SECRETO"}}]}"#);
        let kept = recipe.keepable(&number, vec![page.clone()]);
        assert_eq!(String::from_utf8_lossy(&kept[0].body), r#"{"rows":[{"id":1,"t":"x","people":null,"more":{"card":null}}]}"#);
        let docket = recipe.read(&number, &[page]).expect("reads");
        assert_eq!((docket.heading.title.as_deref(), docket.entries[0].text.as_str()), (None, ""));
        assert_eq!(recipe.read(&number, &kept).expect("reads"), docket);
        let without = saved(r#"{ "rows": [] }"#);
        assert_eq!(recipe.keepable(&number, vec![without.clone()]), vec![without]);
        let html = SMALL_HTML.replace("%", "drop = [\"$.x\"]");
        let problems = Recipe::parse("bad.toml", &html).expect_err("only JSON");
        assert!(problems.iter().any(|problem| problem.message.contains("only what stands in JSON")), "{problems:?}");
    }

    const DROPPED: &str = small_recipe!(
        r#"
[[step]]
id = "case"
get = "/{{ number }}"
drop = ["$.rows[*].people", "$..card"]
[heading]
each = [{ row = "$.case.rows[*]" }]
title = "{{ row.people.0.name }}"
[entries]
from = "case"
each = "$.rows[*]"
key = ["{{ id }}"]
title = "{{ t }}"
text = "{{ people }}"
"#
    );

    const SMALL_HTML: &str = small_recipe!(
        r#"
[[step]]
id = "case"
get = "/{{ number }}"
format = "html"
%
[step.view]
rows = { css = "li", cells = { t = "." } }
[entries]
from = "case"
each = "$.rows[*]"
key = ["{{ t }}"]
title = "{{ t }}"
"#
    );

    #[test]
    fn a_recipe_that_could_not_be_emptied_is_refused() {
        let text = crate::recipe::fixtures::shipped_text("ec-esatje");
        for (bad, expected) in [("{{ row }}", "fields of the row"), ("{{ court.nombreJudicatura }}", "fields of the row")] {
            let problems = Recipe::parse("bad.toml", &text.replace("\"{{ actividad }}\"", &format!("\"{bad}\""))).expect_err(bad);
            assert!(problems.iter().any(|problem| problem.message.contains(expected)), "{bad}: {problems:?}");
        }
    }
}
