//! Tests of explanations: what the first line says when a page changed, and that it agrees with the reading.

use serde_json::json;

use crate::recipe::fixtures::{page, scenarios, small_recipe};
use crate::recipe::{Recipe, shipped_recipe};

const HTML: &str = small_recipe!(
    r#"
[[step]]
id = "case"
get = "/{{ number }}"
format = "html"
not_found = { text = "no existe" }
blocked = { css = "form#captcha" }
[step.view]
number = "span.n"
rows = { css = "table#grvAcuerdos tr.row", cells = { when = "td.f", what = "td.t", no = "td.n" } }
[entries]
from = "case"
each = "$.rows[*]"
titled = true
key = ["{{ no }}", "{{ stamp }}:{{ what }}"]
date = { value = "{{ when }}", format = "%d/%m/%Y" }
title = "{{ what }}"
"#
);

fn explained(body: &str) -> super::Explanation {
    let recipe = Recipe::parse("court.toml", HTML).unwrap();
    let number = recipe.number("12").unwrap();
    let pages = [page("case", 200, "text/html", body.as_bytes())];
    let explanation = recipe.explain(&number, &pages);
    assert_eq!(explanation.outcome, recipe.read(&number, &pages));
    explanation
}

fn row(class: &str, cells: &str) -> String {
    format!("<p>{}</p><table id=grvAcuerdos><tr class={class}>{cells}</table><p>pie</p></html>", "El tribunal publica. ".repeat(40))
}

#[test]
fn the_first_line_names_the_place_where_the_page_changed() {
    for (body, expected) in [
        (
            row("fila", "<td class=f>01/02/2024<td class=t>Auto"),
            "case: rows: 0 for 'table#grvAcuerdos tr.row'; nearest: table#grvAcuerdos exists (1), tr.row matches nothing in it; 1 tr there: tr.fila",
        ),
        (
            row("row", "<td class=fecha>01/02/2024<td class=t>Auto"),
            "case: rows.when: 0 of 1 rows have it for 'td.f'; nearest: td.f matches nothing; 2 td there: td.fecha, td.t",
        ),
        (
            row("row", "<td class=f>2024-02-01<td class=t>Auto"),
            "case: dates: 0 of 1 could be read; \"2024-02-01\" is in none of the formats",
        ),
        (
            row("row", "<td class=f>01/02/2024<td class=t> "),
            "case: rows.what: 0 of 1 rows have it for 'td.t'; nearest: the element is there in 1, and says nothing",
        ),
        ("<p>El proceso no existe</p>".to_owned(), "case: the source has no such case: the rule `not_found` (text \"no existe\") fits"),
        (
            "<form id=captcha></form>".to_owned(),
            "case: the source refuses us: the answer to case says so: the rule `blocked` (css form#captcha) fits",
        ),
    ] {
        assert_eq!(explained(&body).first.as_deref(), Some(expected), "{body}");
    }
    // Of a page that is cut off this is the first thing to know, whatever else is lost with its end.
    let recipe = Recipe::parse(
        "court.toml",
        &HTML
            .replace("format = \"html\"", "format = \"html\"\nends = \"</html>\"")
            .replace("\"span.n\"", "{ css = \"span.n\", required = true }"),
    )
    .unwrap();
    let body = "<html><head><title>A &middot; B</title><body><table id=grvAcuerdos><tr class=row><td class=t>Auto</table>";
    let first = recipe.explain(&recipe.number("12").unwrap(), &[page("case", 200, "text/html", body.as_bytes())]).first;
    let expected = "case: expected a whole page, found an HTML page \"A · B\", that has no element span.n and does not end with </html>";
    assert_eq!(first.as_deref(), Some(expected));
    assert_eq!(explained(&row("row", "<td class=n>7<td class=f>01/02/2024<td class=t>Auto")).first, None);
}

#[test]
fn what_a_good_page_may_lack_is_told_last() {
    let two = HTML
        .replace("[entries]\nfrom", "[[entries]]\nfrom")
        .replace("rows = {", "others = { css = \"table#others tr\", cells = { what = \"td\" } }\nrows = {");
    let two =
        format!("{two}[[entries]]\nfrom = \"case\"\neach = \"$.others[*]\"\nkey = [\"{{{{ what }}}}\"]\ntitle = \"{{{{ what }}}}\"\n");
    let recipe = Recipe::parse("court.toml", &two).unwrap();
    let first =
        |body: &str| recipe.explain(&recipe.number("12").unwrap(), &[page("case", 200, "text/html", body.as_bytes())]).first.unwrap();
    let told = first(&row("row", "<td class=f>01/02/2024<td class=t>Auto"));
    assert!(told.starts_with("case: a list without rows beside one that has some: others: 0 for"), "{told}");
    assert!(first(&row("row", "<td class=f>2024-02-01<td class=t>Auto")).contains("in none of the formats"));
    // A step that is optional mostly has nothing to ask for.
    let more = HTML.replace(
        "[entries]",
        "[[step]]\nid = \"more\"\noptional = true\neach = [{ later = \"$.case.later[*]\" }]\nget = \"/{{ later.no }}\"\n[entries]",
    );
    let recipe = Recipe::parse("court.toml", &more).unwrap();
    let body = row("row", "<td class=n>7<td class=f>01/02/2024<td class=t>Auto");
    let explanation = recipe.explain(&recipe.number("12").unwrap(), &[page("case", 200, "text/html", body.as_bytes())]);
    assert_eq!((explanation.first, explanation.absent), (None, Vec::new()));
    // And a case may have no parties, though not a list of another name.
    let parties = more.replace("rows = {", "people = { css = \"table#people tr\", cells = { who = \"td\" } }\nrows = {");
    let told = |list: &str| {
        let party =
            format!("{parties}[[parties]]\neach = [{{ party = \"$.case.{list}[*]\" }}]\nrole = \"x\"\nname = \"{{{{ party.who }}}}\"\n");
        let recipe = Recipe::parse("court.toml", &party).unwrap();
        recipe.explain(&recipe.number("12").unwrap(), &[page("case", 200, "text/html", body.as_bytes())]).first
    };
    assert_eq!(told("people"), None);
    assert!(told("persons").is_some_and(|first| first.starts_with("parties: 0 for '$.case.persons[*]'")));
}

#[test]
fn rows_keys_and_dates_are_counted() {
    let rows = "<td class=n>7<td class=f>01/02/2024<td class=t>Auto<tr class=row><td class=f>02/02/2024<td class=t>Sentencia<tr class=row><td class=f>x";
    let explanation = explained(&row("row", rows));
    let table = &explanation.tables[0];
    assert_eq!((table.rows, table.taken, table.dates_read), (3, 2, 2));
    assert_eq!(table.dropped.get("without a title"), Some(&1));
    assert_eq!(table.keys.iter().map(|key| (key.named, key.example.as_str())).collect::<Vec<_>>(), [(1, "7"), (1, "2024-02-02:Sentencia")]);
    let when = table.fields.iter().find(|field| field.name == "when").unwrap();
    assert_eq!((when.having, when.of, when.first.as_str()), (3, 3, "01/02/2024"));
}

#[test]
fn the_path_of_a_list_and_the_field_of_a_row_that_were_renamed_are_found() {
    let recipe = shipped_recipe("ec-esatje").unwrap();
    let number = recipe.number("08332202400176").unwrap();
    let answer = |step: &str, body: serde_json::Value| page(step, 200, "application/json", body.to_string().as_bytes());
    let info = answer("info", json!([{"idJuicio": "08332202400176"}]));
    let courts = answer("incidents", json!([{"idJudicatura": "08332", "lstIncidente": []}]));
    let first = recipe.explain(&number, &[info.clone(), courts]).first.unwrap();
    assert!(first.contains("lstIncidenteJudicatura"), "{first}");
    let courts = answer(
        "incidents",
        json!([{"idJudicatura": "08332", "nombreJudicatura": "A", "lstIncidenteJudicatura": [
        {"idIncidenteJudicatura": 1, "idMovimientoJuicioIncidente": 11, "incidente": 1}]}]),
    );
    let acts = answer("acts", json!([{"codigo": 1, "fecha": "x"}]));
    let first = recipe.explain(&number, &[info.clone(), courts.clone(), acts]).first.unwrap();
    assert_eq!(first, "acts: echo: 0 for '$[*].idJuicio'; nearest: $[*] exists, .idJuicio finds nothing in it; there are codigo, fecha");
    let acts = answer(
        "acts",
        json!([{"idJuicio": "08332202400176", "idJudicatura": "08332", "codigo": 1, "tipoActo": "AUTO", "fecha": "x", "origen": "y", "visible": "S"}]),
    );
    let first = recipe.explain(&number, &[info, courts, acts]).first.unwrap();
    assert_eq!(
        first,
        "acts: tipo: 0 of 1 rows have it; nearest: there are idJuicio, idJudicatura, codigo, tipoActo, fecha, origen and 1 more"
    );
}

#[test]
fn the_explanation_of_every_scenario_agrees_with_its_reading() {
    let recipe = shipped_recipe("ec-esatje").unwrap();
    for scenario in scenarios("ec-esatje") {
        let number = recipe.number(&std::fs::read_to_string(scenario.join("case.txt")).unwrap()).unwrap();
        let pages = crate::recipe::fixtures::pages(&scenario);
        let explanation = recipe.explain(&number, &pages);
        assert_eq!(explanation.outcome, recipe.read(&number, &pages), "{}", scenario.display());
        let taken: usize = explanation.tables.iter().map(|table| table.taken).sum();
        match &explanation.outcome {
            Ok(docket) => assert!(taken >= docket.entries.len(), "{}", scenario.display()),
            Err(_) => assert!(explanation.first.is_some(), "{}", scenario.display()),
        }
    }
}

#[test]
fn an_answer_without_rows_of_this_case_is_no_fault_of_the_page() {
    let recipe = HTML
        .replace("titled = true", "when = { value = \"{{ no }}\", number = true }")
        .replace("[step.view]", "nothing = { text = \"sin actos\" }\n[step.view]");
    let recipe = Recipe::parse("court.toml", &recipe).unwrap();
    let number = recipe.number("12").unwrap();
    let explain = |body: &str| recipe.explain(&number, &[page("case", 200, "text/html", body.as_bytes())]);
    let others = explain(&row("row", "<td class=n>13<td class=f>01/02/2024<td class=t>Auto"));
    assert_eq!((others.first, others.tables[0].dropped.get(super::OF_OTHERS)), (None, Some(&1)));
    let none = explain("<p>sin actos</p>");
    let fits: Vec<_> = none.pages[0].rules.iter().filter(|rule| rule.fits == Some(true)).map(|rule| rule.verdict).collect();
    assert_eq!((none.first, fits), (None, vec!["nothing"]));
}
