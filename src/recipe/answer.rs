//! Answers: is a page the answer that was asked for, a refusal in disguise, or something unknown?
//!
//! Called for every page by `next` (a glance) and `read` (in full). The order of the tests matters: the recipe's own
//! rules first, then the status, then what the page is, and only a page that is not what it should be is searched for
//! the words of a block or maintenance page.

use std::borrow::Cow;
use std::sync::OnceLock;

use regex::Regex;
use scraper::{Html, Selector};
use serde_json::Value;
use serde_json_path::JsonPath;

use super::Refusal;
use super::filter::collapse;
use super::html_text;
use super::step::Step;
use super::template::{Env, text_of};
use super::view::View;
use super::xml::{self, Trouble};
use crate::domain::page::Page;

/// What an answer must be.
#[derive(Debug, Clone)]
pub enum Format {
    /// JSON.
    Json {
        /// Whether it must be a list.
        list: bool,
        /// An object with this key stands for the list in it.
        unwrap: Option<String>,
        /// Whether `null` stands for an empty list.
        nullable: bool,
    },
    /// HTML, and how it becomes a value.
    Html(View),
    /// XML, and the local names that its root may have.
    Xml(Vec<String>),
}

/// A sign that an answer is none.
#[derive(Debug, Clone)]
pub struct Rule {
    /// What it is then.
    pub verdict: Verdict,
    /// One of these statuses.
    pub status: Vec<u16>,
    /// A header, lower case, that matches.
    pub header: Option<(String, Regex)>,
    /// One of these texts, lower case, anywhere in the body.
    pub text: Vec<String>,
    /// An element that is there.
    pub css: Option<Selector>,
    /// A path that finds something.
    pub json: Option<JsonPath>,
    /// A path that finds nothing.
    pub empty: Option<JsonPath>,
}

/// What an answer can be instead of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The source does not know the case.
    NotFound,
    /// The source keeps the case to itself.
    Reserved,
    /// The source refuses us.
    Blocked,
    /// The source is down.
    Unavailable,
}

impl Rule {
    fn needs_document(&self) -> bool {
        self.css.is_some() || self.json.is_some() || self.empty.is_some()
    }

    fn fits(&self, page: &Page) -> bool {
        (self.status.is_empty() || self.status.contains(&page.status))
            && self.header.as_ref().is_none_or(|(name, pattern)| page.header(name).is_some_and(|value| pattern.is_match(value)))
            && (self.text.is_empty() || {
                let body = decode(page).to_lowercase();
                self.text.iter().any(|text| body.contains(text.as_str()))
            })
    }

    fn fits_html(&self, html: &Html) -> bool {
        self.css.as_ref().is_none_or(|css| html.select(css).next().is_some())
    }

    fn fits_value(&self, document: &Value) -> bool {
        self.json.as_ref().is_none_or(|json| !json.query(document).is_empty())
            && self.empty.as_ref().is_none_or(|json| json.query(document).is_empty())
    }

    fn refusal(&self, step: &Step) -> Refusal {
        self.verdict.refusal(format!("the answer to {} says so", step.id))
    }
}

impl Verdict {
    fn refusal(self, why: String) -> Refusal {
        match self {
            Self::NotFound => Refusal::NotFound,
            Self::Reserved => Refusal::Reserved,
            Self::Blocked => Refusal::Blocked(why),
            Self::Unavailable => Refusal::Unavailable(why),
        }
    }
}

/// Everything that can be said of a page without reading it whole.
pub fn glance(step: &Step, page: &Page) -> Result<(), Refusal> {
    if let Some(rule) = step.rules.iter().find(|rule| !rule.needs_document() && rule.fits(page)) {
        return Err(rule.refusal(step));
    }
    let is_expected = page.status == 200 || step.rules.iter().any(|rule| rule.needs_document() && rule.status.contains(&page.status));
    if !is_expected {
        return Err(refused_status(step, page));
    }
    if matches!(step.format, Format::Json { .. })
        && !matches!(first_byte(page), Some(b'[' | b'{' | b'"' | b'n' | b'0'..=b'9' | b'-' | b't' | b'f'))
    {
        return Err(not_what_was_due(step, page, "JSON"));
    }
    Ok(())
}

/// Whether a page that passed a glance may still be a refusal that only reading it shows.
pub fn is_doubtful(step: &Step, page: &Page) -> bool {
    matches!(step.format, Format::Json { list: true, .. }) && first_byte(page) != Some(b'[')
}

/// The page as a value: JSON as it is, HTML through the step's view.
pub fn parse(step: &Step, page: &Page) -> Result<Value, Refusal> {
    match &step.format {
        Format::Json { list, unwrap, nullable } => {
            let value = parse_json(step, page)?;
            if *list { as_list(step, value, unwrap.as_deref(), *nullable) } else { Ok(value) }
        }
        Format::Xml(roots) => parse_xml(step, page, roots),
        Format::Html(view) => {
            let html = Html::parse_document(&decode(page));
            let fits = |rule: &&Rule| {
                rule.css.is_some() && rule.json.is_none() && rule.empty.is_none() && rule.fits(page) && rule.fits_html(&html)
            };
            if let Some(rule) = step.rules.iter().find(fits) {
                return Err(rule.refusal(step));
            }
            view.value(&html).map_err(|missing| match not_what_was_due(step, page, "HTML") {
                Refusal::Unreadable { found, .. } => Refusal::Unreadable {
                    at: format!("{}: {}", step.id, missing.field),
                    expected: format!("an element {}", missing.css),
                    found: format!("none, in {found}"),
                },
                other => other,
            })
        }
    }
}

/// The rules over the value, and whether it repeats what was asked.
pub fn check(step: &Step, page: &Page, document: &Value, env: &Env<'_>) -> Result<(), Refusal> {
    let fits =
        |rule: &&Rule| (rule.json.is_some() || rule.empty.is_some()) && rule.css.is_none() && rule.fits(page) && rule.fits_value(document);
    if let Some(rule) = step.rules.iter().find(fits) {
        return Err(rule.refusal(step));
    }
    for echo in &step.echo {
        let expected = echo.equals.text(env);
        let expected = expected.trim();
        if expected.is_empty() {
            continue;
        }
        let unreadable =
            |found: String| Refusal::Unreadable { at: format!("{}: {}", step.id, echo.path), expected: expected.to_owned(), found };
        let mut has_any = false;
        for value in echo.json.query(document).all() {
            let text = text_of(value);
            if !value.is_null() && text.trim() != expected {
                return Err(unreadable(clip(&collapse(&text))));
            }
            has_any |= !value.is_null();
        }
        let shows_something = document.as_array().is_some_and(|list| list.iter().any(|row| !row.is_null()));
        if !has_any && (echo.required || shows_something) {
            return Err(unreadable("nothing there".to_owned()));
        }
    }
    Ok(())
}

fn refused_status(step: &Step, page: &Page) -> Refusal {
    let why = format!("status {} at {}", page.status, step.id);
    match page.status {
        403 | 429 => Refusal::Blocked(why),
        500..=599 => match marker(page, false) {
            Some(Marker { says: Verdict::Blocked, text, .. }) => Refusal::Blocked(format!("{why}, \"{text}\"")),
            _ => Refusal::Unavailable(why),
        },
        status => match marker(page, true) {
            Some(Marker { says: Verdict::Blocked, is_bare: false, text }) => Refusal::Blocked(format!("{why}, \"{text}\"")),
            _ => Refusal::Unreadable { at: step.id.clone(), expected: "status 200".to_owned(), found: format!("status {status}") },
        },
    }
}

fn not_what_was_due(step: &Step, page: &Page, due: &str) -> Refusal {
    match marker(page, matches!(step.format, Format::Html(_))) {
        Some(marker) => marker.says.refusal(format!("the page at {} says \"{}\"", step.id, marker.text)),
        None => Refusal::Unreadable { at: step.id.clone(), expected: due.to_owned(), found: describe(page) },
    }
}

fn parse_json(step: &Step, page: &Page) -> Result<Value, Refusal> {
    let text = decode(page);
    serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
        let found = if error.is_eof() {
            format!("an answer cut off after {} bytes", page.body.len())
        } else {
            format!("a mistake in line {}, column {}", error.line(), error.column())
        };
        Refusal::Unreadable { at: step.id.clone(), expected: "JSON".to_owned(), found }
    })
}

fn parse_xml(step: &Step, page: &Page, roots: &[String]) -> Result<Value, Refusal> {
    if first_byte(page) != Some(b'<') {
        return Err(not_what_was_due(step, page, "XML"));
    }
    let unreadable = |found: String| Refusal::Unreadable { at: step.id.clone(), expected: "XML".to_owned(), found };
    xml::parse(&decode(page), roots).map_err(|trouble| match trouble {
        Trouble::Root(name) => match not_what_was_due(step, page, "XML") {
            Refusal::Unreadable { found, .. } if name.eq_ignore_ascii_case("html") => unreadable(found),
            Refusal::Unreadable { at, .. } => {
                Refusal::Unreadable { at, expected: format!("XML that begins with {}", roots.join(" or ")), found: clip(&name) }
            }
            other => other,
        },
        Trouble::CutOff => unreadable(format!("an answer cut off after {} bytes", page.body.len())),
        Trouble::TooDeep => unreadable("elements nested too deep".to_owned()),
    })
}

/// Keys that give an object away as the error of a back end (Spring's and its relatives'; `ecuador.md` 1.8, "200 with a
/// back-end error object"; the captured bodies are lost, so the list is wide).
const ERROR_KEYS: &[&str] = &[
    "error",
    "errors",
    "errores",
    "message",
    "mensaje",
    "status",
    "statuscode",
    "timestamp",
    "exception",
    "trace",
    "detail",
    "detalle",
    "path",
];

fn as_list(step: &Step, value: Value, unwrap: Option<&str>, nullable: bool) -> Result<Value, Refusal> {
    let unreadable = |found: &str| Refusal::Unreadable { at: step.id.clone(), expected: "a list".to_owned(), found: found.to_owned() };
    match value {
        Value::Array(_) => Ok(value),
        Value::Null if nullable => Ok(Value::Array(Vec::new())),
        Value::Object(mut object) => {
            if let Some(Value::Array(list)) = unwrap.and_then(|key| object.get_mut(key)).map(Value::take) {
                return Ok(Value::Array(list));
            }
            if object.keys().any(|key| ERROR_KEYS.contains(&key.to_lowercase().as_str())) {
                let status = object.get("status").filter(|status| status.is_number()).map(|status| format!(" {status}"));
                return Err(Refusal::Unavailable(format!("the back end answered {} with an error{}", step.id, status.unwrap_or_default())));
            }
            Err(unreadable("an object"))
        }
        Value::Null => Err(unreadable("null")),
        Value::String(_) => Err(unreadable("a text")),
        Value::Number(_) => Err(unreadable("a number")),
        Value::Bool(_) => Err(unreadable("true or false")),
    }
}

/// The text of a page: by the recipe's charset, else a byte order mark, the header, the page's own word, UTF-8.
pub fn decode(page: &Page) -> Cow<'_, str> {
    let label = |label: &str| encoding_rs::Encoding::for_label(label.trim().as_bytes());
    let of_header = || label(page.header("content-type")?.split_once("charset=")?.1.trim_matches(['"', ' ', ';']));
    let of_page = || {
        let head = String::from_utf8_lossy(&page.body[..page.body.len().min(1024)]).to_lowercase();
        let (_, after) = head.split_once("charset=").or_else(|| head.split_once("encoding="))?;
        label(after.trim_start_matches(['"', '\'']).split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).next()?)
    };
    let is_markup = first_byte(page) == Some(b'<');
    let encoding = page.charset.as_deref().and_then(label).or_else(of_header).or_else(|| is_markup.then(of_page).flatten());
    encoding.unwrap_or(encoding_rs::UTF_8).decode(&page.body).0
}

fn first_byte(page: &Page) -> Option<u8> {
    let body = page.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&page.body);
    body.iter().copied().find(|byte| !byte.is_ascii_whitespace())
}

/// A shared word of refusal; see `markers.toml`.
#[derive(Debug, Clone)]
pub struct Marker {
    /// What a page with it is.
    pub says: Verdict,
    /// Whether, where HTML was due, it counts only on a page that shows little else.
    pub is_bare: bool,
    /// The word, lower case.
    pub text: String,
}

/// A block or maintenance page shows less text than this; a page of a court that was redesigned shows more.
const BARE_CHARS: usize = 1500;

/// The first of the shared words of refusal that the page holds.
fn marker(page: &Page, html_was_due: bool) -> Option<&'static Marker> {
    static MARKERS: OnceLock<Vec<Marker>> = OnceLock::new();
    let markers = MARKERS.get_or_init(|| super::syntax::markers(include_str!("markers.toml")));
    let text = decode(page);
    let end = text.char_indices().nth(65_536).map_or(text.len(), |(end, _)| end);
    let text = text[..end].to_lowercase();
    let is_bare = !html_was_due || html_text::to_text(&text).chars().count() < BARE_CHARS;
    let without_scripts = if html_was_due { html_text::without_script_bodies(&text) } else { text.clone() };
    markers
        .iter()
        .find(|marker| if marker.is_bare { is_bare && without_scripts.contains(&marker.text) } else { text.contains(&marker.text) })
}

fn describe(page: &Page) -> String {
    match first_byte(page) {
        None => "an empty answer".to_owned(),
        Some(b'<') => {
            let text = decode(page);
            let title =
                text.split_once("<title>").and_then(|(_, after)| after.split_once("</title>")).map(|(title, _)| clip(&collapse(title)));
            title
                .filter(|title| !title.is_empty())
                .map_or("an HTML page without a title".to_owned(), |title| format!("an HTML page \"{title}\""))
        }
        Some(_) => format!("{} bytes of something else", page.body.len()),
    }
}

fn clip(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
