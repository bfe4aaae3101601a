//! Tests of drafts: the list of entries is found on pages of several kinds, and what is written compiles and reads the page.

use super::*;
use crate::recipe::Recipe;
use crate::recipe::fixtures::page;

const TABLE: &str = r#"<html lang="es-EC"><head><title>Consulta de causas</title></head><body><div class="menu"><ul><li><a href="/a">Inicio</a></li><li><a href="/b">Contacto</a></li><li><a href="/c">Ayuda</a></li></ul></div>
<table id="form:j_idt72"><tr><td>No. proceso:</td><td>17299-2099-00011</td></tr><tr><td>Juez:</td><td>PRUEBA UNO</td></tr></table>
<table id="form:j_idt80:actos" class="ui-datatable"><thead><tr><th>No.</th><th>Fecha</th><th>Actuación</th><th>Detalle</th><th>Documento</th></tr></thead><tbody>
<tr class="odd"><td>3</td><td>13/02/2099 10:30</td><td>AUTO DE SUSTANCIACIÓN</td><td>Agréguese al proceso el escrito presentado por la parte actora.</td><td><a href="/doc/3">ver</a></td></tr>
<tr class="even"><td>2</td><td>03/02/2099 09:00</td><td>PROVIDENCIA</td><td>Córrase traslado a las partes por el término de tres días hábiles.</td><td><a href="/doc/2">ver</a></td></tr>
<tr class="odd"><td>1</td><td>01/02/2099 16:05</td><td>CALIFICACIÓN</td><td>La demanda es clara y reúne los requisitos de ley, se califica.</td><td><a href="/doc/1">ver</a></td></tr>
</tbody></table><p>pie</p></body></html>"#;

const LIST: &str = r#"<html><body><h1>Expediente 71/2026</h1><section class="actos">
<article class="acto"><time datetime="2026-03-02T10:00:00">2 de marzo</time><h2>Sentencia</h2><p>El tribunal resuelve.</p></article>
<article class="acto"><time datetime="2026-02-02T10:00:00">2 de febrero</time><h2>Audiencia</h2><p>Se señala audiencia.</p></article>
</section></body></html>"#;

const JSON: &str = r#"{"expediente": {"numero": "12345/2026", "actos": [
 {"id": 9, "fecha": "2026-03-02", "tipo": "Sentencia", "detalle": "<p>El tribunal resuelve hacer lugar a la demanda interpuesta.</p>"},
 {"id": 7, "fecha": "2026-02-02", "tipo": "Auto", "detalle": "<p>Se corre traslado a la parte demandada por diez días.</p>"}]}, "menu": [{"a": "x"}, {"a": "y"}]}"#;

const FEED: &str = r#"<?xml version="1.0"?><rss version="2.0"><channel><title>Court</title><link>https://c.example</link>
<item><title>2026-00071 Order</title><link>https://c.example/1</link><guid>a1</guid><pubDate>Fri, 03 Feb 2026 12:35:03 EST</pubDate><description>An order.</description></item>
<item><title>2026-00071 Notice</title><link>https://c.example/2</link><guid>a2</guid><pubDate>Thu, 02 Feb 2026 12:35:03 EST</pubDate><description>A notice.</description></item>
</channel></rss>"#;

/// The recipe that all defaults give.
fn drafted(body: &str, number: &str, address: &str) -> (String, Page) {
    let page = page("case", 200, "text/html; charset=utf-8", body.as_bytes());
    let found = look(&page).unwrap();
    let candidate = &found.candidates[0];
    let numbering = Numbering::of(number).unwrap();
    let at = number::holding(&found, number).map(|piece| (piece.at.clone(), piece.text.trim() == number));
    let draft = Draft {
        id: "xx-court".to_owned(),
        title: found.title.clone().unwrap_or_else(|| "A court".to_owned()),
        language: "es".to_owned(),
        timezone: "America/Guayaquil".to_owned(),
        address: Some(address.to_owned()),
        example: number.to_owned(),
        numbering,
        number_at: at,
        form: found.form,
        root: None,
        charset: None,
        ends: ends_of(body).filter(|_| found.form == Form::Html),
        candidate,
        roles: roles(candidate, "es"),
        not_found: Some(NotFound::Text("no existe".to_owned())),
    };
    (toml(&draft), page)
}

fn rows(body: &str, number: &str, address: &str) -> Vec<String> {
    let (text, page) = drafted(body, number, address);
    let recipe = Recipe::parse("draft.toml", &text)
        .unwrap_or_else(|problems| panic!("{}\n{text}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")));
    let number = recipe.number(number).unwrap();
    let docket = recipe.read(&number, &[page]).unwrap_or_else(|refusal| panic!("{refusal}\n{text}"));
    docket
        .entries
        .iter()
        .map(|entry| format!("{} {} [{}]", entry.date.map(|date| date.to_string()).unwrap_or_default(), entry.title, entry.key.0))
        .collect()
}

#[test]
fn the_list_of_entries_is_found_and_read_on_pages_of_every_form() {
    for (body, number, address, expected) in [
        (
            TABLE,
            "17299-2099-00011",
            "https://c.example/causa?n=17299209900011",
            ["2099-02-13 AUTO DE SUSTANCIACIÓN [3]", "2099-02-03 PROVIDENCIA [2]"],
        ),
        (
            LIST,
            "71/2026",
            "https://c.example/e/71/2026",
            ["2026-03-02 Sentencia [2026-03-02T10:00:00:Sentencia]", "2026-02-02 Audiencia [2026-02-02T10:00:00:Audiencia]"],
        ),
        (JSON, "12345/2026", "https://c.example/e", ["2026-03-02 Sentencia [9]", "2026-02-02 Auto [7]"]),
        (FEED, "2026-00071", "https://c.example/feed", ["2026-02-03 2026-00071 Order [a1]", "2026-02-02 2026-00071 Notice [a2]"]),
    ] {
        assert_eq!(rows(body, number, address)[..2], expected, "{body}");
    }
}

#[test]
fn a_row_of_headings_that_are_cells_is_none_of_the_list_and_letters_of_the_number_come_in_any_case() {
    let row = |nth: u8| format!("<tr><td>0{nth}/02/2099</td><td>{nth}</td><td>ORDER that the motion number {nth} is granted</td></tr>");
    let body = format!(
        "<html><body><ul class=m><li><a href=/a>Query</a> <u>Q</u></li><li><a href=/b>Reports</a> <u>R</u></li></ul>\
         <h3>CIVIL DOCKET FOR CASE #: 3:08-cv-00284-TMB</h3>\
         <table><tr><td>Date Filed</td><th>#</th><td>Docket Text</td></tr>{}{}</table><p>end</p></body></html>",
        row(1),
        row(2)
    );
    let read = rows(&body, "3:08-cv-00284-TMB", "https://court.example/3:08-cv-00284-TMB");
    assert!(read.len() == 2 && read[0].contains("ORDER"), "{read:?}");
}

#[test]
fn selectors_last() {
    let (text, _) = drafted(TABLE, "17299-2099-00011", "https://c.example/causa?n=17299209900011");
    for part in [
        "css = \"table[id$=':actos'] > tbody > tr\"",
        "get    = \"/causa?n={{ number.compact }}\"",
        "compact     = \"{court}{year}{serial}\"",
        "fecha = '^Fecha$'",
        "label = 'No\\. proceso:'",
        "format = [\"%d/%m/%Y %H:%M\"]",
        "not_found = { text = \"no existe\" }",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert!(!text.contains("nth-") && !text.contains("j_idt") && !text.contains("odd"), "{text}");
    assert!(!selector::is_stable("j_idt72") && !selector::is_stable("odd") && selector::is_stable("ui-datatable"));
}

#[test]
fn a_format_reads_all_dates_of_a_column_or_is_not_taken() {
    let formats = |texts: &[&str], language: &str| date_formats(&texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>(), language);
    for (texts, language, expected) in [
        (vec!["01/02/2024", "13/02/2024"], "en", Some(vec!["%d/%m/%Y"])),
        (vec!["01/02/2024", "03/04/2024"], "en", Some(vec!["%m/%d/%Y"])),
        (vec!["01/02/2024", "03/04/2024"], "es", Some(vec!["%d/%m/%Y"])),
        (vec!["01/02/2024 10:30", "03/04/2024 09:00", ""], "es", Some(vec!["%d/%m/%Y %H:%M"])),
        (vec!["01/02/2024 10:30", "03/04/2024"], "es", Some(vec!["%d/%m/%Y", "%d/%m/%Y %H:%M"])),
        (vec!["Jul 23 2024", "July 29, 2024"], "en", Some(vec!["words"])),
        (vec!["01/02/2024", "mañana"], "es", None),
        (vec!["", ""], "es", None),
    ] {
        assert_eq!(formats(&texts, language), expected.map(|list| list.into_iter().map(str::to_owned).collect()), "{texts:?}");
    }
}

#[test]
fn numbers_are_found_and_their_kind_understood() {
    let page = page("case", 200, "text/html", TABLE.as_bytes());
    let found = look(&page).unwrap();
    let is_date = |text: &str| date_formats(&[text.to_owned()], "es").is_some();
    assert_eq!(numbers(&found, &is_date)[0].0, "17299-2099-00011");
    for (example, pattern, form) in [
        ("17299-2099-00011", "(?<court>[0-9]{5})-(?<year>(?:19|20)[0-9]{2})-(?<serial>[0-9]{5})", "{court}-{year}-{serial}"),
        ("71/2026", "(?<serial>[0-9]+)/(?<year>(?:19|20)[0-9]{2})", "{serial}/{year}"),
        ("13802202200555", "(?<serial>[0-9]{14})", "{serial}"),
        (
            "EXP-123-2020G",
            "(?<prefix>[A-Z]{3})-(?<serial>[0-9]+)-(?<year>(?:19|20)[0-9]{2})(?<suffix>[A-Z]{1})",
            "{prefix}-{serial}-{year}{suffix}",
        ),
    ] {
        let numbering = Numbering::of(example).unwrap();
        assert_eq!((numbering.pattern.replace("\\-", "-").as_str(), numbering.form.as_str()), (pattern, form));
        assert!(regex::Regex::new(&format!("^(?:{})$", numbering.pattern)).unwrap().is_match(example));
    }
    assert_eq!(Numbering::of("---"), None);
}

#[test]
fn what_is_no_page_is_said() {
    for (body, expected) in [("", "empty"), ("%PDF-1.7", "PDF"), ("{\"a\": ", "begins like JSON")] {
        let why = look(&page("case", 200, "text/html", body.as_bytes())).unwrap_err();
        assert!(why.contains(expected), "{why}");
    }
    assert!(look(&page("case", 200, "text/html", b"<p>nada</p>")).unwrap().candidates.is_empty());
}

#[test]
fn a_page_is_known_to_be_whole_by_its_last_tags() {
    for (text, expected) in [
        ("<p>x</p></body></html>\n", Some("</html>")),
        ("<div><table><tr><td>x</td></tr></tbody></table></div></div>", Some("</tbody></table></div></div>")),
        ("<p>x</p> y", None),
        ("ñ</p>", Some("</p>")),
        ("", None),
    ] {
        assert_eq!(ends_of(text).as_deref(), expected, "{text}");
    }
}

#[test]
fn an_answer_that_is_data_says_by_a_field_or_by_an_empty_list_that_there_is_no_case() {
    let case = page("case", 200, "application/json", br#"{"items":[{"id":1,"date":"2024-01-02","what":"x"}],"total":1}"#);
    let found = look(&case).unwrap();
    let candidate = &found.candidates[0];
    for (none, expected) in [
        (r#"{"items":[],"total":0}"#, Some(NotFound::Empty("$.items[*]".to_owned()))),
        (r#"{"mensaje":"no existe"}"#, Some(NotFound::Field("$.mensaje".to_owned()))),
        (r#"{"items":[{"id":2}],"total":1}"#, None),
        ("<html>", None),
    ] {
        assert_eq!(not_found_sign(&page("case", 200, "application/json", none.as_bytes()), &case, candidate), expected, "{none}");
    }
}
