//! The captures of Brazil, Argentina and Colombia, and those that nobody else has parsed.
//!
//! Where the other parse is only a list of what was new between two days, the rows of each day are read with plain JSON
//! here, and the list is checked against them.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::Value;

use super::capture::{Capture, Columns, Row, Wanted, When, file_name, files, json, list, text};

/// `br-esaj-tjsp`: a case page; the other parse is the court's own JSON.
pub fn esaj(folder: &Path) -> Vec<Capture> {
    let folder = folder.join("br-esaj-tjsp");
    let wanted = json(&folder.join("show_full.expected.json"));
    let number = text(&wanted["case"], "number").to_owned();
    vec![Capture::case("show_full.html".to_owned(), vec![folder.join("show_full.html")], &number, Columns::Both, titled(&wanted))]
}

/// `co-samai`: the history of a case, and the history as it was seven entries before.
pub fn samai(folder: &Path) -> Vec<Capture> {
    let folder = folder.join("co-samai");
    let wanted = json(&folder.join("expected.json"));
    let number = text(&wanted["case"], "number").to_owned();
    let rows = titled(&wanted);
    let new = list(&json(&folder.join("derived_before_orden170.expected_diff.json")), "new").len();
    let before = rows.get(new..).unwrap_or_default().to_vec();
    let of = |file: &str, rows| Capture::case(file.to_owned(), vec![folder.join(file)], &number, Columns::Both, rows);
    vec![of("historial_actuaciones.json", rows), of("derived_before_orden170.json", before)]
}

fn titled(wanted: &Value) -> Vec<Row> {
    let entries = list(wanted, "entries").iter();
    let rows = entries.map(|entry| Row {
        when: When::Day(text(entry, "date").to_owned()),
        text: format!("{} {}", text(entry, "title"), text(entry, "text")),
    });
    rows.collect()
}

/// `br-pje`: case pages, the second page of a long one, and a search.
pub fn pje(folder: &Path) -> Vec<Capture> {
    let folder = folder.join("br-pje");
    let moves = |value: &Value| -> Vec<Row> {
        let all = value.as_array().map_or(&[] as &[Value], Vec::as_slice).iter();
        let rows = all.map(|entry| Row { when: local(text(entry, "data")), text: text(entry, "descricao").to_owned() });
        rows.collect()
    };
    let mut captures: Vec<Capture> = Vec::new();
    for name in ["trf3_detail_normal", "trf3_detail_paginated", "trf5_detail_normal"] {
        let wanted = json(&folder.join(format!("{name}.expected.json")));
        let page = folder.join(format!("{name}.html"));
        let rows = moves(&wanted["movimentacoes"]);
        captures.push(Capture::case(name.to_owned(), vec![page.clone()], text(&wanted, "processo"), Columns::Text, rows.clone()));
        let second = folder.join("trf3_movs_page_2.html");
        if name == "trf3_detail_paginated" && second.is_file() {
            let rows = [rows, moves(&json(&folder.join("trf3_movs_page_2.expected.json")))].concat();
            captures.push(Capture::case(format!("{name}+2"), vec![page, second], text(&wanted, "processo"), Columns::Text, rows));
        }
    }
    captures.extend(["trf3_search_no_results.html", "trf3_search_one_result.html"].map(|name| Capture::none(folder.join(name))));
    captures
}

/// `29/04/2026 12:51:15`.
fn local(stamp: &str) -> When {
    let parsed = jiff::civil::DateTime::strptime("%d/%m/%Y %H:%M:%S", stamp);
    parsed.map_or(When::Unknown, |at| When::Local(at.date().to_string(), at.strftime("%H:%M:%S").to_string()))
}

/// `ar-iol`: one case on twenty days.
pub fn iol(folder: &Path) -> Vec<Capture> {
    let mut captures = Vec::new();
    for case in folders(&folder.join("ar-iol")) {
        let number = file_name(&case);
        let [serial, year, suffix] = number.split('-').collect::<Vec<_>>()[..] else { continue };
        let typed = format!("{serial}/{year}-{suffix}");
        for page in files(&case, ".actuaciones.json") {
            let stem = file_name(&page).replace(".actuaciones.json", "");
            let acts = json(&page);
            let rows = list(&acts, "content").iter().map(|act| {
                let at = act["fechaFirma"].as_i64().and_then(|at| Timestamp::from_millisecond(at).ok());
                Row { when: at.map_or(When::Unknown, When::Moment), text: text(act, "titulo").to_owned() }
            });
            let rows = rows.collect();
            let head = page.with_file_name(format!("{stem}.ficha.json"));
            let capture = Capture::case(stem, vec![head, page], &typed, Columns::Title, rows);
            // The pages show it in three fields, and nowhere as a person would type it.
            captures.push(Capture { shows_number: false, ..capture });
        }
    }
    captures
}

/// `co-cpnu`: six cases on five to ten days each, and answers that are no cases.
pub fn cpnu(folder: &Path) -> Vec<Capture> {
    let mut captures = Vec::new();
    for series in folders(&folder.join("co-cpnu")) {
        let search = series.join("consulta.json");
        let number = text(&json(&search)["procesos"][0], "llaveProceso").to_owned();
        for page in files(&series, ".actuaciones.p1.json") {
            let name = format!("{}/{}", file_name(&series), file_name(&page));
            let acts = json(&page);
            let rows = list(&acts, "actuaciones").iter().map(|act| Row {
                when: When::Day(text(act, "fechaActuacion").chars().take(10).collect()),
                text: format!("{} {}", text(act, "actuacion"), text(act, "anotacion")),
            });
            let rows = rows.collect();
            captures.push(Capture::case(name, vec![search.clone(), page], &number, Columns::Both, rows));
        }
    }
    captures.extend(files(&folder.join("co-cpnu/errors"), ".json").into_iter().map(Capture::none));
    captures
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    files(folder, "").into_iter().filter(|path| path.is_dir() && !path.ends_with("errors")).collect()
}

/// `uk-fcl`: the feed of a query; nobody else has parsed it.
pub fn fcl(folder: &Path) -> Vec<Capture> {
    let page = folder.join("uk-fcl/atom_docs_example.xml");
    let count = std::fs::read_to_string(&page).map_or(0, |text| text.matches("<entry>").count());
    vec![counted(page, Vec::new(), count)]
}

/// `br-datajud`: hits of many cases in one answer; each by its number, with the movements of that number.
pub fn datajud(folder: &Path) -> Vec<Capture> {
    let folder = folder.join("br-datajud");
    let mut captures = Vec::new();
    for page in files(&folder, ".json") {
        let hits = json(&page)["hits"]["hits"].as_array().cloned().unwrap_or_default();
        let mut numbers: Vec<String> = hits.iter().map(|hit| text(&hit["_source"], "numeroProcesso").to_owned()).collect();
        numbers.dedup();
        if let [number] = numbers.as_slice() {
            let count = hits.iter().map(|hit| list(&hit["_source"], "movimentos").len()).sum();
            captures.push(counted(page, vec![number.clone()], count));
        } else {
            captures.push(Capture::none(page));
        }
    }
    captures
}

/// `br-comunica`: notices of many cases in one answer.
pub fn djen(folder: &Path) -> Vec<Capture> {
    files(&folder.join("br-comunica"), ".json").into_iter().map(Capture::none).collect()
}

fn counted(page: PathBuf, numbers: Vec<String>, count: usize) -> Capture {
    let shows_number = !numbers.is_empty();
    Capture { numbers, shows_number, wanted: Wanted::Count(count), ..Capture::none(page) }
}
