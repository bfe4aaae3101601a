//! Targets: reading an HTML docket costs at most 1.3 times a hand-written `scraper` loop over the same rows, reading an
//! answer of e-SATJE at most 3 times a typed `serde_json` parse of it.
//!
//! Both sides parse the page, and neither keeps anything from one round to the next. The least of many rounds counts, taken
//! in turns, so that whatever else the machine does hits both sides or neither.

use std::fmt::Write as _;
use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::Date;
use scraper::{Html, Selector};
use serde::Deserialize;
use veedor::domain::case::CaseNumber;
use veedor::domain::page::Page;
use veedor::recipe::{Recipe, shipped_recipe};

use super::table::Table;

/// The argument that makes the program read the large docket alone, so that its memory is known.
pub const MODE: &str = "extract-large";

/// Entries of the docket with a target, and of the large one.
const USUAL: usize = 60;
const LARGE: usize = 10_000;

/// Rounds of both sides; how often each reads in a round.
const ROUNDS: usize = 300;
const READS: u32 = 2;

/// A case page as many courts have it: a heading, one table, a row an entry.
const RECIPE: &str = r##"
id = "xx-court"
title = "A court"
jurisdiction = "xx"
language = "es"
timezone = "America/Guayaquil"
base_url = "https://court.example"
case_url = "https://court.example"
gap = "5s"
every = "30m"
daily = 100
timeout = "30s"

[number]
pattern = '(?<serial>\d{3})-(?<year>\d{4})'
compact = "{serial}{year}"
canonical = "{serial}-{year}"
shape = "three digits and the year"
example = "123-2024"

[[step]]
id = "case"
get = "/case/{{ number.compact }}"
format = "html"
echo = { json = "$.number", equals = "{{ number.canonical }}", required = true }
[step.view]
number = "#number"
court = "#court"
[step.view.rows]
css = "tr.entry"
cells = { id = "td.no", date = "td.date", title = "td.title", text = "td.text", link = "td.doc a@href", name = "td.doc a" }

[heading]
each = [{ case = "$.case" }]
court = "{{ case.court }}"

[entries]
from = "case"
each = "$.rows[*]"
key = ["{{ id }}"]
date = { value = "{{ date }}", format = ["%d/%m/%Y"] }
title = "{{ title }}"
text = "{{ text }}"
[[entries.documents]]
id = "{{ link }}"
name = "{{ name }}"
url = "{{ link }}"
"##;

pub fn measure(table: &mut Table) {
    table.head("Extraction: a recipe against code written for the one page");
    let recipe = Recipe::parse("court.toml", RECIPE).unwrap_or_else(|problems| panic!("{problems:?}"));
    let number = recipe.number("123-2024").expect("a number");
    let pages = [page("case", "text/html; charset=utf-8", html(USUAL))];
    let text = std::str::from_utf8(&pages[0].body).expect("UTF-8");
    assert_eq!((rows(&recipe, &number, &pages), loop_over(text).len()), (USUAL, USUAL));
    let (ours, theirs) = in_turns(|| rows(&recipe, &number, &pages), || loop_over(text).len());
    compare(table, &format!("HTML, {} KB, {USUAL} entries", text.len() / 1024), ours, theirs, 1.3);

    let recipe = shipped_recipe("ec-esatje").expect("it is shipped");
    let number = recipe.number("17721-2019-00011").expect("a number");
    let pages = [
        page("info", "application/json", r#"[{"idJuicio":"17721201900011"}]"#.into()),
        page("incidents", "application/json", incidents()),
        page("acts", "application/json", acts(USUAL)),
    ];
    assert_eq!((rows(&recipe, &number, &pages), typed(&pages)), (USUAL, USUAL));
    let (ours, theirs) = in_turns(|| rows(&recipe, &number, &pages), || typed(&pages));
    compare(table, &format!("e-SATJE, {} KB, {USUAL} acts", pages[2].body.len() / 1024), ours, theirs, 3.0);

    let program = std::env::current_exe().expect("this program");
    let output = Command::new(program).arg(MODE).output().expect("it runs");
    let figures: Vec<f64> = String::from_utf8_lossy(&output.stdout).split_whitespace().filter_map(|figure| figure.parse().ok()).collect();
    let [size, took, before, most] = figures[..] else { panic!("{}", String::from_utf8_lossy(&output.stderr)) };
    table.note(&format!("HTML, {size:.1} MiB, {LARGE} entries: time"), took, "ms");
    table.note("  memory at its peak, less the page and the program", most - before, "MiB");
}

/// Reads the large docket once, and prints its size in MiB, the milliseconds, and the memory in MiB before and at most.
pub fn run() {
    let recipe = Recipe::parse("court.toml", RECIPE).unwrap_or_else(|problems| panic!("{problems:?}"));
    let number = recipe.number("123-2024").expect("a number");
    let pages = [page("case", "text/html; charset=utf-8", html(LARGE))];
    let before = memory("VmRSS:");
    let began = Instant::now();
    assert_eq!(rows(&recipe, &number, &pages), LARGE);
    let took = began.elapsed();
    println!("{} {} {before} {}", pages[0].body.len() as f64 / 1_048_576.0, took.as_secs_f64() * 1e3, memory("VmHWM:"));
}

fn memory(field: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("its status");
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok()).expect("a figure") / 1024.0
}

fn in_turns(ours: impl Fn() -> usize, theirs: impl Fn() -> usize) -> (Duration, Duration) {
    let time = |read: &dyn Fn() -> usize| {
        let began = Instant::now();
        for _ in 0..READS {
            black_box(read());
        }
        began.elapsed() / READS
    };
    let rounds: Vec<(Duration, Duration)> = (0..ROUNDS).map(|_| (time(&ours), time(&theirs))).collect();
    let least = |side: fn(&(Duration, Duration)) -> Duration| rounds.iter().map(side).min().unwrap_or_default();
    (least(|round| round.0), least(|round| round.1))
}

fn compare(table: &mut Table, name: &str, ours: Duration, theirs: Duration, target: f64) {
    table.note(&format!("{name}: by hand"), theirs.as_secs_f64() * 1e6, "µs");
    table.note(&format!("{name}: by recipe"), ours.as_secs_f64() * 1e6, "µs");
    table.at_most(&format!("{name}: ratio"), ours.as_secs_f64() / theirs.as_secs_f64(), target, "×");
}

fn rows(recipe: &Recipe, number: &CaseNumber, pages: &[Page]) -> usize {
    recipe.read(number, pages).unwrap_or_else(|refusal| panic!("{refusal}")).entries.len()
}

fn page(step: &str, kind: &str, body: String) -> Page {
    let headers = vec![("content-type".to_owned(), kind.to_owned())];
    let (step, url, body) = (step.to_owned(), "https://court.example/case".to_owned(), body.into_bytes());
    Page { step, url, status: 200, headers, body, charset: None, fetched_at: Timestamp::UNIX_EPOCH }
}

/// What a hand-written scraper of this page keeps of a row.
struct Row {
    _id: String,
    _date: Option<Date>,
    _title: String,
    _text: String,
    _link: Option<String>,
}

fn loop_over(page: &str) -> Vec<Row> {
    thread_local! {
        static CSS: [Selector; 6] = ["tr.entry", "td.no", "td.date", "td.title", "td.text", "td.doc a"].map(|css| Selector::parse(css).expect("a selector"));
    }
    let html = Html::parse_document(page);
    CSS.with(|[row, no, date, title, text, link]| {
        let rows = html.select(row).map(|row| {
            let words = |css: &Selector| {
                let cell = row.select(css).next().map(|cell| cell.text().collect::<String>()).unwrap_or_default();
                cell.split_whitespace().collect::<Vec<_>>().join(" ")
            };
            Row {
                _id: words(no),
                _date: Date::strptime("%d/%m/%Y", words(date)).ok(),
                _title: words(title),
                _text: words(text),
                _link: row.select(link).next().and_then(|link| link.attr("href")).map(str::to_owned),
            }
        });
        rows.collect()
    })
}

/// About 650 bytes a row, so 40 KB for sixty: the usual table of a court's page, with the markup that such tables have.
fn html(entries: usize) -> String {
    let mut page = String::from(
        "<!DOCTYPE html>\n<html lang=\"es\"><head><meta charset=\"utf-8\"><title>Consulta de causas</title>\n\
         <link rel=\"stylesheet\" href=\"/estilo.css\"></head>\n<body><div id=\"cabecera\"><h1>Consulta de causas</h1></div>\n\
         <p>Número: <b id=\"number\">123-2024</b></p><p>Judicatura: <span id=\"court\">Unidad Judicial de Pruebas</span></p>\n\
         <table class=\"actuaciones\"><thead><tr><th>No.</th><th>Fecha</th><th>Actuación</th><th>Detalle</th><th></th></tr></thead><tbody>\n",
    );
    for n in 0..entries {
        let day = 1 + n % 28;
        let month = 1 + n / 28 % 12;
        let _ = write!(
            page,
            "<tr class=\"entry\">\n  <td class=\"no\">{n}</td>\n  <td class=\"date\">{day:02}/{month:02}/2024</td>\n  \
             <td class=\"title\">PROVIDENCIA GENERAL &amp; DECRETO</td>\n  <td class=\"text\"><p>Agréguese al proceso el escrito que antecede, \
             presentado por la parte actora, y <strong>en lo principal</strong> póngase en conocimiento de la contraparte por el término de tres \
             días.</p><p>Téngase en cuenta la casilla judicial señalada para sus notificaciones, y la autorización que confiere a sus \
             defensores. Señálese para el día <b>{day}</b> la audiencia, a las 09h00, en la sala 3. Notifíquese y cúmplase.</p></td>\n  \
             <td class=\"doc\"><a href=\"/documento/{n}.pdf\" title=\"Ver\">Ver documento</a></td>\n</tr>\n"
        );
    }
    page.push_str("</tbody></table>\n<div id=\"pie\">Consejo de Pruebas</div></body></html>\n");
    page
}

/// An act with everything that e-SATJE sends of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "what a typed client would have; only that it is parsed counts")]
struct Act {
    codigo: u64,
    id_judicatura: String,
    id_juicio: String,
    fecha: String,
    tipo: String,
    actividad: String,
    visible: String,
    origen: String,
    id_movimiento_juicio_incidente: u64,
    ie_tabla_referencia: String,
    ie_documento_adjunto: String,
    escape_out: String,
    uuid: String,
    alias: String,
    nombre_archivo: String,
    tipo_ingreso: String,
    id_tabla_referencia: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "as above")]
struct Info {
    id_juicio: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "as above")]
struct Court {
    id_judicatura: String,
    nombre_judicatura: String,
    lst_incidente_judicatura: Vec<Incident>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(dead_code, reason = "as above")]
struct Incident {
    id_incidente_judicatura: u64,
    id_movimiento_juicio_incidente: u64,
    fecha_crea: String,
    incidente: u64,
}

fn typed(pages: &[Page]) -> usize {
    let info: Vec<Info> = serde_json::from_slice(&pages[0].body).expect("JSON");
    let courts: Vec<Court> = serde_json::from_slice(&pages[1].body).expect("JSON");
    let acts: Vec<Act> = serde_json::from_slice(&pages[2].body).expect("JSON");
    black_box((info, courts));
    black_box(acts).len()
}

fn incidents() -> String {
    r#"[{"idJudicatura":"17721","nombreJudicatura":"UNIDAD JUDICIAL DE PRUEBAS","lstIncidenteJudicatura":[{"idIncidenteJudicatura":27000001,
        "idMovimientoJuicioIncidente":26000001,"fechaCrea":"2024-01-07T09:50:42.827","incidente":1,"lstLitiganteActor":[],
        "lstLitiganteDemandado":[]}]}]"#
        .into()
}

/// Acts as they were captured: bodies of 30 to 2,700 characters, most of them HTML.
fn acts(count: usize) -> String {
    let sentence = "<p style=\"text-align: justify;\">En lo principal, incorp\u{f3}rese al proceso el escrito presentado por la parte actora, y \
                    p\u{f3}ngase en conocimiento de la contraparte por el t&eacute;rmino de tres d\u{ed}as.&nbsp;</p>\r\n";
    let acts = (0..count).map(|n| {
        let body = match n % 4 {
            0 => sentence.repeat(8),
            1 => "CARATULA".to_owned(),
            2 => {
                format!("{}<br /><br /><p style=\"text-align:center\"><strong>SECRETARIA DE PRUEBAS</strong>\r\n  </p>", sentence.repeat(3))
            }
            _ => "Quito, viernes ocho de marzo del dos mil veinte y cuatro, a las quince horas. VISTOS: ".repeat(6),
        };
        serde_json::json!({
            "codigo": 211_723_416 + n, "idJudicatura": "17721", "idJuicio": "17721201900011 ",
            "fecha": format!("2024-{:02}-{:02}T20:09:14.163+00:00", 1 + n / 28 % 12, 1 + n % 28), "tipo": "PROVIDENCIA GENERAL (DECRETO) ",
            "actividad": body, "visible": "S", "origen": "ProvPrimera", "idMovimientoJuicioIncidente": 26_000_001,
            "ieTablaReferencia": "ProvPrimera", "ieDocumentoAdjunto": "S", "escapeOut": "false",
            "uuid": format!("20240308-150930545146-593792259-{n:09}"), "alias": "HBA01",
            "nombreArchivo": format!("17721201900011_{n}_15_9_13_P21.pdf"), "tipoIngreso": "O", "idTablaReferencia": "26000001",
        })
    });
    serde_json::Value::Array(acts.collect()).to_string()
}
