//! The CSV files of `veedor import --csv`, as spreadsheets write them, with every problem at its place.
//!
//! Commas or semicolons, whichever the heading has: spreadsheets in Spanish write semicolons. Nothing is added here.

use std::path::Path;

use super::{Exit, Failure, edit};
use crate::config::edit::{NewCase, refused};
use crate::diag::{Sink, suggestion};

const COLUMNS: [&str; 4] = ["source", "number", "name", "tags"];
/// Spreadsheets put it before UTF-8 text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

const HEADING: &str = "the first line must name the columns: source,number,name,tags";

/// The cases of a file, or every problem of it.
pub fn read(file: &Path, list: &Path) -> Result<Vec<NewCase>, Failure> {
    let name = file.display().to_string();
    let bytes = std::fs::read(file).map_err(|error| Failure::new(Exit::Failed, format!("{name} cannot be read: {error}")))?;
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&bytes);
    // The bytes before the first bad one are the same in the lossy text, so the place holds there too.
    let text = &String::from_utf8_lossy(bytes);
    let sink = Sink::new(&name, text);
    let mut rows = Vec::new();
    if let Err(error) = std::str::from_utf8(bytes) {
        let at = error.valid_up_to();
        let help = "save it as \"CSV UTF-8\" in the spreadsheet";
        sink.report(Some(at..at), "this is not UTF-8 text", Some(help.to_owned()));
    } else {
        rows = cases(text, &sink);
    }
    let new: Vec<NewCase> = rows.iter().map(|(_, case)| case.clone()).collect();
    for wrong in refused(list, &new).map_err(edit::refusal)? {
        sink.report(rows.get(wrong.row).map(|(at, _)| *at..*at), wrong.why, wrong.help);
    }
    if sink.is_empty() {
        return Ok(new);
    }
    let problems: Vec<String> = sink.into_problems().iter().map(ToString::to_string).collect();
    let noun = if problems.len() == 1 { "problem" } else { "problems" };
    Err(Failure::new(Exit::Usage, format!("nothing was added; {name} has {} {noun}\n{}", problems.len(), problems.join("\n"))))
}

/// The rows with their places. What is wrong with the file's form goes to the sink.
fn cases(text: &str, sink: &Sink<'_>) -> Vec<(usize, NewCase)> {
    if let Some(open) = open_quote(text) {
        let help = "write a quote at its end too, or leave it out";
        sink.report(Some(open..open), "this quote is not closed", Some(help.to_owned()));
        return Vec::new();
    }
    let first = text.lines().next().unwrap_or_default();
    let delimiter = if first.contains(';') && !first.contains(',') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let heading: Vec<String> = match reader.headers() {
        Ok(heading) => heading.iter().map(str::to_lowercase).collect(),
        Err(error) => {
            sink.report(Some(0..0), error.to_string(), Some(HEADING.to_owned()));
            return Vec::new();
        }
    };
    // A column that is not known is an error: a misspelt one would be lost silently.
    for unknown in heading.iter().filter(|name| !COLUMNS.contains(&name.as_str())) {
        let at = first.to_lowercase().find(unknown.as_str()).unwrap_or_default();
        sink.report(Some(at..at), format!("unknown column \"{unknown}\""), suggestion(unknown, &COLUMNS));
    }
    for missing in COLUMNS[..2].iter().filter(|name| !heading.iter().any(|have| have == *name)) {
        sink.report(Some(0..0), format!("there is no column \"{missing}\""), Some(HEADING.to_owned()));
    }
    if !sink.is_empty() {
        return Vec::new();
    }
    let mut cases = Vec::new();
    let place = |name: &str| heading.iter().position(|have| have == name);
    let (source, number, name, tags) = (place("source"), place("number"), place("name"), place("tags"));
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                sink.report(None, error.to_string(), None);
                continue;
            }
        };
        let begin = record.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or_default();
        // The position is that of the line before when blank lines come between.
        let begin = begin + text[begin..].len() - text[begin..].trim_start_matches(['\r', '\n']).len();
        if record.len() > heading.len() {
            let message = format!("this line has {} cells, and the heading names {}", record.len(), heading.len());
            sink.report(Some(begin..begin), message, Some("put a cell that holds a separator between quotes".to_owned()));
            continue;
        }
        let cell = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or_default();
        let at = begin + text[begin..].find(cell(number)).unwrap_or_default();
        if cell(source).is_empty() || cell(number).is_empty() {
            let missing = if cell(source).is_empty() { "source" } else { "number" };
            sink.report(Some(begin..begin), format!("this line has no {missing}"), Some("fill it in, or leave the line out".to_owned()));
            continue;
        }
        let apart = |c: char| c == ';' || (c == ',' && delimiter == b';');
        let case = NewCase {
            source: cell(source).to_owned(),
            number: cell(number).to_owned(),
            name: Some(cell(name)).filter(|name| !name.is_empty()).map(str::to_owned),
            tags: cell(tags).split(apart).map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect(),
        };
        cases.push((at, case));
    }
    if cases.is_empty() && sink.is_empty() {
        sink.report(Some(0..0), "there is no case below the heading", Some("write one case a line".to_owned()));
    }
    cases
}

/// The quote that opens a cell and is never closed. The CSV reader would take the rest of the file for one cell.
fn open_quote(text: &str) -> Option<usize> {
    let (mut open, mut fresh) = (None, true);
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match (open, c) {
            (Some(_), '"') if chars.peek().is_some_and(|(_, next)| *next == '"') => drop(chars.next()),
            (Some(_), '"') => open = None,
            (None, '"') if fresh => open = Some(at),
            _ => {}
        }
        fresh = matches!(c, ',' | ';' | '\n') || (fresh && c == ' ');
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(bytes: &[u8]) -> Result<Vec<NewCase>, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("c.csv");
        std::fs::write(&file, bytes).expect("written");
        let place = format!("{}/", folder.path().display());
        read(&file, &folder.path().join("w.toml")).map_err(|failure| {
            assert_eq!(failure.exit, Exit::Usage, "{}", failure.why);
            failure.why.replace(&place, "")
        })
    }

    #[test]
    fn what_spreadsheets_write_is_read() {
        for text in [
            "source,number,name,tags\nec-esatje,17721-2017-00222,\"Caso, uno\",a;b\n",
            "\u{feff}Source;Number;Name;Tags\r\nec-esatje;17721-2017-00222;Caso, uno;a,b\r\n",
            "number,source,name,tags\n\n17721-2017-00222, ec-esatje ,\"Caso, uno\",\"a; b\"\n",
        ] {
            let cases = read_text(text.as_bytes()).unwrap_or_else(|why| panic!("{why}"));
            assert_eq!((cases.len(), cases[0].name.as_deref()), (1, Some("Caso, uno")), "{text}");
            assert_eq!((cases[0].source.as_str(), cases[0].tags.join(" ")), ("ec-esatje", "a b".to_owned()), "{text}");
        }
    }

    #[test]
    fn every_problem_is_told_at_its_place() {
        let head = "source,number,name\n";
        for (text, expected) in [
            (
                format!("{head}ec-esatge,17721-2017-00222,\nec-esatje,17-1,x\nec-esatje,,y\n").into_bytes(),
                &[
                    "has 3 problems",
                    "c.csv:2:11: unknown source \"ec-esatge\"",
                    "did you mean \"ec-esatje\"?",
                    "c.csv:3:11: ",
                    "3 | ec-esatje,17-1,x",
                    "c.csv:4:1: this line has no number",
                ][..],
            ),
            (format!("{head}ec-esatje,17721-2017-00222,\"open\n").into_bytes(), &["c.csv:2:28: this quote is not closed"]),
            (
                format!("{head}ec-esatje,17721-2017-00222,a,b\n").into_bytes(),
                &["c.csv:2:1: this line has 4 cells, and the heading names 3"],
            ),
            (head.as_bytes().to_vec(), &["c.csv:1:1: there is no case below the heading"]),
            (b"source,nombre\nx,y\n".to_vec(), &["c.csv:1:8: unknown column \"nombre\"", "c.csv:1:1: there is no column \"number\""]),
            (b"source,number,name\nec-esatje,17721-2017-00222,Pe\xf1a\n".to_vec(), &["c.csv:2:30: this is not UTF-8 text", "CSV UTF-8"]),
            (b"\xff\xfes\0".to_vec(), &["c.csv:1:1: this is not UTF-8 text"]),
        ] {
            let why = read_text(&text).expect_err("refused");
            for part in expected {
                assert!(why.contains(part), "expected {part}\nfound    {why}");
            }
        }
    }
}
