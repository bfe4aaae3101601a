//! The captures of the United States, with the parses of the Free Law Project's juriscraper beside them.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::capture::{Capture, Columns, Row, Wanted, When, file_name, files, json, list, text};

/// `us-pacer-docket`: district, bankruptcy, and pages that are no dockets.
pub fn pacer_docket(folder: &Path) -> Vec<Capture> {
    let folder = folder.join("us-pacer-docket");
    let mut captures = pacer(&folder.join("district"), Columns::Text, "description");
    captures.extend(pacer(&folder.join("bankruptcy"), Columns::Text, "description"));
    captures.extend(files(&folder.join("not_dockets"), ".html").into_iter().map(Capture::none));
    captures
}

/// `us-pacer-history`: the report has short descriptions only.
pub fn pacer_history(folder: &Path) -> Vec<Capture> {
    pacer(&folder.join("us-pacer-history"), Columns::Title, "short_description")
}

fn pacer(folder: &Path, columns: Columns, field: &str) -> Vec<Capture> {
    let pages = files(folder, ".html").into_iter();
    let captures = pages.map(|page| {
        let case = json(&page.with_extension("json"));
        let rows = list(&case, "docket_entries").iter().map(|entry| {
            // The report is by the day of filing; where a court gives none, the day of entry is all there is.
            let filed = Some(text(entry, "date_filed")).filter(|day| !day.is_empty());
            Row { when: day(filed.unwrap_or_else(|| text(entry, "date_entered"))), text: text(entry, field).to_owned() }
        });
        let rows = rows.collect();
        let mut capture = Capture::case(file_name(&page), vec![page], "", columns, rows);
        capture.numbers = spellings(text(&case, "court_id"), text(&case, "docket_number"));
        capture
    });
    captures.collect()
}

/// A number is unique in its court only, so a recipe may want the court before it.
fn spellings(court: &str, number: &str) -> Vec<String> {
    let with = [" ", ":", "/", "-", "_"].map(|between| format!("{court}{between}{number}"));
    with.into_iter().chain([number.to_owned()]).collect()
}

/// `us-pacer-rss`: one feed of a court, and all its cases.
pub fn pacer_rss(folder: &Path) -> Vec<Capture> {
    let mut captures: Vec<Capture> = Vec::new();
    for page in files(&folder.join("us-pacer-rss"), ".xml") {
        let name = file_name(&page);
        let feed = json(&page.with_extension("json"));
        let court = name.split(['.', '_']).next().unwrap_or_default();
        let from = captures.len();
        for case in feed.as_array().map_or(&[] as &[Value], Vec::as_slice) {
            let number = text(case, "docket_number");
            let rows: Vec<Row> = list(case, "docket_entries")
                .iter()
                .map(|entry| Row {
                    when: text(entry, "date_filed").parse().map_or(When::Unknown, When::Moment),
                    text: text(entry, "short_description").to_owned(),
                })
                .collect();
            let name = format!("{name} {number}");
            // One number of a bankruptcy court may be a case and its adversary proceeding: one watched number sees both.
            if let Some(Capture { wanted: Wanted::Rows(known), .. }) = captures.iter_mut().skip(from).find(|known| known.name == name) {
                known.extend(rows);
                continue;
            }
            let mut capture = Capture::case(name, vec![page.clone()], "", Columns::Title, rows);
            capture.numbers = spellings(court, number);
            capture.shows_number = false;
            captures.push(capture);
        }
    }
    captures
}

/// `us-texas-tames`: the events of a case; its briefs are events too. Only the Supreme Court's have remarks.
pub fn texas(folder: &Path) -> Vec<Capture> {
    let folders = ["coa", "sc"].map(|court| folder.join("us-texas-tames").join(court));
    let pages = folders.iter().flat_map(|folder| files(folder, ".html"));
    let captures = pages.map(|page| {
        let case = json(&page.with_extension("json"));
        let rows = list(&case, "case_events").iter().map(|event| {
            // The Supreme Court has remarks beside what the others have.
            let words = ["type", "disposition", "remarks"].map(|field| text(event, field));
            Row { when: day(text(event, "date")), text: words.join(" ") }
        });
        let rows = rows.collect();
        Capture::case(file_name(&page), vec![page], text(&case, "docket_number"), Columns::Both, rows)
    });
    captures.collect()
}

/// `us-florida-acis`: answers of an API. One case has its head and its entries, one only entries.
pub fn florida(folder: &Path) -> Vec<Capture> {
    let folder = folder.join("us-florida-acis");
    let captures = files(&folder.join("docket_entries"), ".compare.json").into_iter().map(|page| {
        let stem = file_name(&page).replace(".compare.json", "");
        let entries = json(&page.with_file_name(format!("{stem}.json")));
        let rows = entries.as_array().map_or(&[] as &[Value], Vec::as_slice).iter().map(|entry| Row {
            when: day(text(entry, "date_filed")),
            text: format!("{} {}", text(entry, "entry_name"), text(entry, "entry_description")),
        });
        let rows = rows.collect();
        let head = folder.join("case_info").join(format!("{stem}.compare.json"));
        let number = text(&json(&head.with_file_name(format!("{stem}.json"))), "docket_number").to_owned();
        let pages: Vec<PathBuf> = [head, page].into_iter().filter(|page| page.is_file()).collect();
        let mut capture = Capture::case(stem, pages, &number, Columns::Both, rows);
        capture.numbers.retain(|number| !number.is_empty());
        capture.shows_number = !number.is_empty();
        capture
    });
    captures.collect()
}

/// `us-scotus-json`.
pub fn scotus(folder: &Path) -> Vec<Capture> {
    let pages = files(&folder.join("us-scotus-json"), ".compare.json").into_iter();
    let captures = pages.map(|page| {
        let stem = file_name(&page).replace(".compare.json", "");
        let case = json(&page.with_file_name(format!("{stem}.json")));
        let rows = list(&case, "docket_entries")
            .iter()
            .map(|entry| Row { when: day(text(entry, "date_filed")), text: text(entry, "description").to_owned() });
        let rows = rows.collect();
        Capture::case(stem, vec![page], text(&case, "docket_number"), Columns::Text, rows)
    });
    captures.collect()
}

fn day(text: &str) -> When {
    if text.is_empty() { When::Unknown } else { When::Day(text.to_owned()) }
}
