//! Guesses: which column is which, how dates are written, in which charset a page is. They are offered, never taken for granted.

use encoding_rs::Encoding;

use super::{Candidate, Cell, Look, NotFound};
use crate::domain::charset::decode_with_errors;
use crate::domain::page::Page;
use crate::recipe::date::{DateFormat, DateSpec};
use crate::recipe::filter::fold;
use crate::recipe::html_text;
use crate::recipe::path::JsonPath;
use crate::recipe::template::Template;
use crate::recipe::value::{Fields, Value};

/// Ways of writing a day, the day first; and hours after it.
const DAYS: &[&str] = &["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"];
const MONTHS: &[&str] = &["%m/%d/%Y", "%m-%d-%Y"];
const OTHERS: &[&str] = &["%Y/%m/%d", "%Y%m%d", "%d/%m/%y"];
const HOURS: &[&str] = &["", " %H:%M", " %H:%M:%S", " %I:%M %p", ", %H:%M"];

/// Which column is which, by its place in the candidate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roles {
    /// The date, and how it is written.
    pub date: Option<(usize, Vec<String>)>,
    /// The title.
    pub title: Option<usize>,
    /// The text.
    pub text: Option<usize>,
    /// The link.
    pub link: Option<usize>,
    /// What identifies a row.
    pub key: Option<usize>,
}

/// The formats that together read every one of these texts, one if one will do; `None` when none do. Where day and month
/// could be either, the language decides.
pub fn date_formats(texts: &[String], language: &str) -> Option<Vec<String>> {
    let texts: Vec<&str> = texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
    // A number that is a long one could be milliseconds, and a short one is no date.
    if texts.is_empty() {
        return None;
    }
    let formats = all_formats(language);
    let reads = |format: &str| -> Vec<bool> {
        let Some(spec) = spec(format) else { return vec![false; texts.len()] };
        texts.iter().map(|text| spec.read(text, &jiff::tz::TimeZone::UTC).is_some()).collect()
    };
    let read: Vec<(&String, Vec<bool>)> = formats.iter().map(|format| (format, reads(format))).collect();
    if let Some((format, _)) = read.iter().find(|(_, read)| read.iter().all(|read| *read)) {
        return Some(vec![(*format).clone()]);
    }
    let some: Vec<_> = read.iter().filter(|(_, read)| read.contains(&true)).collect();
    some.iter().enumerate().find_map(|(nth, (first, a))| {
        let second = some[nth + 1..].iter().find(|(_, b)| a.iter().zip(b).all(|(a, b)| *a || *b))?;
        Some(vec![(*first).clone(), second.0.clone()])
    })
}

fn all_formats(language: &str) -> Vec<String> {
    let (first, second) = if language == "en" { (MONTHS, DAYS) } else { (DAYS, MONTHS) };
    let written = first.iter().chain(second).chain(OTHERS);
    let mut formats = vec!["iso".to_owned()];
    formats.extend(written.flat_map(|day| HOURS.iter().map(move |hour| format!("{day}{hour}"))));
    formats.extend(["rfc2822", "epoch_ms", "words"].map(str::to_owned));
    formats
}

/// Whether this is a way of writing dates.
pub fn is_format(text: &str) -> bool {
    DateFormat::parse(text).is_ok()
}

fn spec(format: &str) -> Option<DateSpec> {
    Some(DateSpec { value: Template::literal(""), formats: vec![DateFormat::parse(format).ok()?], zone: None, days_in: None })
}

/// Whether a column holds dates: all of those that are there can be read, in whatever language. Words may be a sentence that
/// mentions a day, so they must be short.
pub fn is_dated(texts: &[String]) -> bool {
    let filled: Vec<String> = texts.iter().filter(|text| !text.trim().is_empty()).cloned().collect();
    let is_short = filled.iter().all(|text| text.chars().count() <= 40);
    // Eight digits, and thirteen, may be any number.
    let has_marks = filled.iter().any(|text| text.chars().any(|c| !c.is_ascii_digit()));
    filled.len() * 2 >= texts.len() && is_short && has_marks && date_formats(&filled, "es").is_some()
}

/// Guesses which column is which.
pub fn roles(candidate: &Candidate, language: &str) -> Roles {
    let cells = &candidate.cells;
    let length = |cell: &Cell| cell.values.iter().map(|value| value.chars().count()).sum::<usize>() / cell.values.len().max(1);
    let different = |cell: &Cell| cell.values.iter().filter(|value| !value.is_empty()).collect::<std::collections::HashSet<_>>().len();
    let named = |cell: &Cell, words: &[&str]| {
        let name = fold(&cell.name);
        words.iter().any(|word| name.contains(word))
    };
    let numbered: Vec<(usize, &Cell)> = cells.iter().enumerate().collect();
    let dated: Vec<usize> = numbered.iter().filter(|(_, cell)| is_dated(&cell.values)).map(|(nth, _)| *nth).collect();
    let by_name = dated.iter().copied().find(|nth| named(&cells[*nth], &["FECHA", "DATE", "DATA", "FEC_", "PUBLI"]));
    let date = by_name.or_else(|| dated.first().copied());
    let date = date.and_then(|nth| date_formats(&cells[nth].values, language).map(|formats| (nth, formats)));
    let is_link = |cell: &Cell| {
        let is_attribute = matches!(&cell.look, Look::Css(css) | Look::InColumn(_, css) if css.ends_with("@href"));
        is_attribute || cell.values.iter().filter(|value| value.starts_with("http")).count() * 2 > cell.values.len()
    };
    let link = numbered.iter().find(|(_, cell)| is_link(cell)).map(|(nth, _)| *nth);
    let is_id = |cell: &Cell| {
        let all = cell.values.iter().all(|value| {
            !value.is_empty() && value.chars().count() <= 60 && value.chars().any(|c| c.is_ascii_digit()) && !value.contains(' ')
        });
        all && different(cell) == cell.values.len()
    };
    let free = |nth: usize, cell: &Cell| !dated.contains(&nth) && !is_link(cell);
    let ids: Vec<usize> = numbered.iter().filter(|(nth, cell)| free(*nth, cell) && is_id(cell)).map(|(nth, _)| *nth).collect();
    let key = ids
        .iter()
        .copied()
        .find(|nth| named(&cells[*nth], &["ID", "NO", "NUM", "COD", "GUID", "KEY", "#"]))
        .or_else(|| ids.first().copied());
    let has_words = |cell: &Cell| {
        cell.values.iter().filter(|value| value.chars().filter(|c| c.is_alphabetic()).count() >= 3).count() * 2 > cell.values.len()
    };
    // The words of an element whose attribute is the date.
    let is_of_a_date = |cell: &Cell| match &cell.look {
        Look::Css(css) => dated.iter().any(|nth| matches!(&cells[*nth].look, Look::Css(date) if date.starts_with(&format!("{css}@")))),
        _ => false,
    };
    let worded: Vec<(usize, &Cell)> = numbered
        .iter()
        .copied()
        .filter(|(nth, cell)| free(*nth, cell) && Some(*nth) != key && has_words(cell) && !is_of_a_date(cell))
        .collect();
    let is_heading = |cell: &Cell| matches!(cell.name.as_str(), "h1" | "h2" | "h3" | "h4" | "h5" | "h6");
    let titles = ["TIPO", "TITUL", "TITLE", "ACTUACI", "MOVIM", "DESCRI", "EVENT", "DOCKET", "NOMBRE", "ASUNTO"];
    let by_name = worded.iter().find(|(_, cell)| (named(cell, &titles) || is_heading(cell)) && length(cell) <= 200).map(|(nth, _)| *nth);
    // A title tells rows apart and is short.
    let title = by_name.or_else(|| {
        worded
            .iter()
            .filter(|(_, cell)| length(cell) <= 160)
            .max_by_key(|(nth, cell)| (different(cell), std::cmp::Reverse(*nth)))
            .map(|(nth, _)| *nth)
    });
    let title = title.or_else(|| worded.first().map(|(nth, _)| *nth));
    let text = worded
        .iter()
        .filter(|(nth, cell)| Some(*nth) != title && length(cell) > 40)
        .max_by_key(|(_, cell)| length(cell))
        .map(|(nth, _)| *nth);
    Roles { date, title, text, link, key }
}

/// A name for a column, made of the words above it or of its class; letters, digits and `_`, and none of those taken.
pub fn name_of(hint: &str, taken: &[&str]) -> String {
    let words: Vec<String> = fold(hint)
        .to_lowercase()
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(3)
        .map(str::to_owned)
        .collect();
    let name = words.join("_");
    let name = if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) { format!("c{name}") } else { name };
    // `number` and `row` mean something else in templates.
    let name = if matches!(name.as_str(), "number" | "row" | "stamp" | "body") { format!("{name}_") } else { name };
    if !taken.contains(&name.as_str()) {
        return name;
    }
    (2..).map(|nth| format!("{name}{nth}")).find(|name| !taken.contains(&name.as_str())).unwrap_or_default()
}

/// The charset to name in a recipe, when the page's own word is wrong: `None` when the page is read well without.
pub fn charset_of(page: &Page) -> Option<&'static str> {
    let has_letters = !page.body.is_ascii();
    let is_utf8 = std::str::from_utf8(&page.body).is_ok();
    let (text, is_broken) = decode_with_errors(page);
    let as_utf8 = std::str::from_utf8(&page.body).unwrap_or_default().trim_start_matches('\u{feff}');
    match (has_letters, is_utf8) {
        (true, true) if text.trim_start_matches('\u{feff}') != as_utf8 => Some("utf-8"),
        (true, false) if is_broken => Some("windows-1252"),
        _ => None,
    }
    .filter(|label| Encoding::for_label(label.as_bytes()).is_some())
}

/// How a page of HTML ends, by which a whole one is known: `</html>`, or of a part of a page its last end tags.
pub fn ends_of(text: &str) -> Option<String> {
    let text = text.trim_end();
    let mut start = text.len();
    for _ in 0..4 {
        let Some(at) = text[..start].rfind("</").filter(|at| text[*at..start].ends_with('>') && !text[*at..start - 1].contains('>')) else {
            break;
        };
        start = at;
        if text[start..].eq_ignore_ascii_case("</html>") {
            break;
        }
    }
    Some(text[start..].to_owned()).filter(|ends| !ends.is_empty())
}

/// What tells the answer about a case that is not there from the one about a case that is: a field that it alone has, else that
/// it lists nothing. `None`: it lists something, or is no such answer.
pub fn not_found_sign(none: &Page, case: &Page, candidate: &Candidate) -> Option<NotFound> {
    let (none, case) = (decode_with_errors(none).0, decode_with_errors(case).0);
    let value = |text| Value::parse(text).ok();
    let (none, case) = (value(none.trim())?, value(case.trim())?);
    let rows = JsonPath::parse(&candidate.at).ok()?;
    if !rows.query(&none).is_empty() {
        return None;
    }
    let mut names = none.as_object().into_iter().flat_map(Fields::names);
    let own = names.find(|name| case.get(name).is_none() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
    Some(own.map_or_else(|| NotFound::Empty(candidate.at.clone()), |name| NotFound::Field(format!("$.{name}"))))
}

/// Lines of a page that says that there is no such case, which the page of a case does not have: the likeliest first.
pub fn not_found_words(page: &Page, case: &Page) -> Vec<String> {
    let lines = |page: &Page| -> Vec<String> {
        let text = html_text::to_text(&decode_with_errors(page).0);
        text.lines().map(|line| line.trim().to_lowercase()).filter(|line| (6..160).contains(&line.chars().count())).collect()
    };
    let shown = decode_with_errors(case).0.to_lowercase();
    let says_no = |line: &String| {
        let words = fold(line);
        let none = ["NO ", "NAO ", "NOT ", "NINGUN", "NENHUM", "SIN ", "0 "];
        none.iter().any(|word| words.starts_with(word) || words.contains(&format!(" {word}")))
    };
    let mut found: Vec<String> = lines(page).into_iter().filter(|line| !shown.contains(line.as_str())).collect();
    found.sort_by_key(|line| !says_no(line));
    found.dedup();
    found.truncate(5);
    found
}
