//! Answers: is a page the answer that was asked for, a refusal in disguise, or something unknown?
//!
//! Called for every page by `next` (a glance) and `read` (in full). The order of the tests matters: the recipe's own
//! rules first, then the status, then what the page is, and only a page that is not what it should be is searched for
//! the words of a block or maintenance page.

use std::borrow::Cow;

use regex::Regex;
use scraper::selector::ToCss as _;
use scraper::{Html, Selector};

use super::Refusal;
use super::filter::collapse;
use super::marker::{Marker, clip, describe, first_byte, marker};
use super::path::JsonPath;
use super::request::with_lets;
use super::step::{Expected, Step};
use super::template::{Env, text_of};
use super::value::Value;
use super::view::View;
use super::whole_text::whole_text;
use super::xml::{self, Trouble};
use super::{big_numbers, bounds, dropped, html_page, inside};
use crate::domain::charset::decode;
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
    /// What it is then; `None`: an answer, which says that there is none of what was asked for.
    pub verdict: Option<Verdict>,
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

    pub(super) fn fits(&self, page: &Page) -> bool {
        (self.status.is_empty() || self.status.contains(&page.status))
            && self.header.as_ref().is_none_or(|(name, pattern)| page.header(name).is_some_and(|value| pattern.is_match(value)))
            && (self.text.is_empty() || {
                let body = decode(page).to_lowercase();
                self.text.iter().any(|text| body.contains(text.as_str()))
            })
    }

    /// Whether it is about the value of an answer, and fits it.
    pub(super) fn judges(&self, document: &Value<'_>) -> bool {
        (self.json.is_some() || self.empty.is_some()) && self.css.is_none() && self.fits_value(document)
    }

    pub(super) fn fits_html(&self, html: &Html) -> bool {
        self.css.as_ref().is_none_or(|css| html.select(css).next().is_some())
    }

    fn fits_value(&self, document: &Value<'_>) -> bool {
        self.json.as_ref().is_none_or(|json| !json.query(document).is_empty())
            && self.empty.as_ref().is_none_or(|json| json.query(document).is_empty())
    }

    /// Whether it fits, for those who explain a page; `None`: what it asks about could not be read.
    pub fn tried(&self, page: &Page, html: Option<&Html>, document: Option<&Value<'_>>) -> Option<bool> {
        let of_html = self.css.as_ref().map(|_| html.map(|html| self.fits_html(html)));
        let of_value = (self.json.is_some() || self.empty.is_some()).then(|| document.map(|document| self.fits_value(document)));
        match (self.fits(page), of_html.unwrap_or(Some(true)), of_value.unwrap_or(Some(true))) {
            (false, ..) | (_, Some(false), _) | (.., Some(false)) => Some(false),
            (true, Some(true), Some(true)) => Some(true),
            _ => None,
        }
    }

    /// What it asks for, in the words of the recipe.
    pub fn written(&self) -> String {
        let mut parts = Vec::new();
        if !self.status.is_empty() {
            parts.push(format!("status {}", self.status.iter().map(u16::to_string).collect::<Vec<_>>().join(" or ")));
        }
        parts.extend(self.header.iter().map(|(name, pattern)| format!("header {name} matches '{}'", pattern.as_str())));
        if !self.text.is_empty() {
            parts.push(format!("text \"{}\"", self.text.join("\" or \"")));
        }
        parts.extend(self.css.iter().map(|css| format!("css {}", css.to_css_string())));
        parts.extend(self.json.iter().map(|path| format!("json {path}")));
        parts.extend(self.empty.iter().map(|path| format!("empty {path}")));
        parts.join(", ")
    }

    pub(super) fn verdict(&self, step: &Step) -> Result<(), Refusal> {
        let refusal = self.verdict.map(|verdict| verdict.refusal(format!("the answer to {} says so", step.id)));
        refusal.map_or(Ok(()), Err)
    }
}

impl Verdict {
    /// The key of a step under which its rules stand.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Reserved => "reserved",
            Self::Blocked => "blocked",
            Self::Unavailable => "unavailable",
        }
    }

    pub(super) fn refusal(self, why: String) -> Refusal {
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
    if let Some(rule) = bare_rule(step, page) {
        return rule.verdict(step);
    }
    let is_expected = page.status == 200 || step.rules.iter().any(|rule| rule.needs_document() && rule.status.contains(&page.status));
    if !is_expected {
        return Err(refused_status(step, page));
    }
    if matches!(step.format, Format::Json { .. }) && !may_be_json(page) {
        return Err(not_what_was_due(step, page, "JSON"));
    }
    Ok(())
}

/// The rule that a page fits without being read.
fn bare_rule<'s>(step: &'s Step, page: &Page) -> Option<&'s Rule> {
    step.rules.iter().find(|rule| !rule.needs_document() && rule.fits(page))
}

/// Whether a document is that of an answer that says "none of these": nothing of it is looked at any further.
fn says_nothing(step: &Step, page: &Page, document: &Value<'_>) -> bool {
    document.is_null() && step.rules.iter().any(|rule| rule.verdict.is_none() && rule.fits(page))
}

/// Whether a page can be JSON, by its beginning; "forbidden" begins like `false`, and is short enough to be looked at.
fn may_be_json(page: &Page) -> bool {
    match first_byte(page) {
        Some(b'n' | b't' | b'f') => matches!(page.body.trim_ascii(), b"null" | b"true" | b"false"),
        // An answer in UTF-16 begins with its mark.
        Some(byte) => matches!(byte, b'[' | b'{' | b'"' | b'0'..=b'9' | b'-' | b'\xff' | b'\xfe'),
        None => false,
    }
}

/// Whether a page that passed a glance may still be a refusal that only reading it shows.
pub fn is_doubtful(step: &Step, page: &Page) -> bool {
    matches!(step.format, Format::Json { list: true, .. }) && first_byte(page) != Some(b'[')
}

/// The page as a value: JSON as it is, HTML through the step's view. An answer that says that there is nothing is null.
pub fn parse<'p>(step: &'p Step, page: &'p Page) -> Result<Value<'p>, Refusal> {
    if bare_rule(step, page).is_some_and(|rule| rule.verdict.is_none()) {
        return Ok(Value::Null);
    }
    let is_nothing = |value: &Value<'_>| step.rules.iter().any(|rule| rule.verdict.is_none() && rule.judges(value) && rule.fits(page));
    let value = read(step, page, is_nothing)?;
    let mut value = if is_nothing(&value) { Value::Null } else { value };
    inside::open(step, &page.url, &mut value)?;
    dropped::take_out(&mut value, &step.drop);
    Ok(value)
}

fn read<'p>(step: &'p Step, page: &'p Page, is_nothing: impl Fn(&Value<'_>) -> bool) -> Result<Value<'p>, Refusal> {
    match &step.format {
        Format::Json { list, unwrap, nullable } => {
            let mut value = parse_json(step, page)?;
            dropped::take_out(&mut value, &step.drop);
            // "None of these" is often no list where the rest is one.
            let is_listed = *list && !is_nothing(&value);
            if is_listed { as_list(step, page, value, unwrap.as_deref(), *nullable) } else { Ok(value) }
        }
        Format::Xml(roots) => parse_xml(step, page, roots),
        Format::Html(view) => html_page::read(step, page, view),
    }
}

/// The rules over the value, and whether it repeats what was asked.
pub fn check(step: &Step, page: &Page, document: &Value<'_>, env: &Env<'_>) -> Result<(), Refusal> {
    if says_nothing(step, page, document) {
        return Ok(());
    }
    let fits = |rule: &&Rule| rule.judges(document) && rule.fits(page);
    if let Some(rule) = step.rules.iter().find(fits) {
        return rule.verdict(step);
    }
    // A status that only a rule explains, and none does.
    if page.status != 200 {
        return Err(refused_status(step, page));
    }
    if let Some((place, field)) = step.required.iter().find_map(|field| field.lacking(document).map(|place| (place, field))) {
        let at = format!("{}: element {}", step.id, place + 1);
        return Err(Refusal::Unreadable { at, expected: format!("`{}`", field.written), found: "nothing there".to_owned() });
    }
    let scope = with_lets(step, env);
    let env = &Env { scope: &scope, ..*env };
    for echo in &step.echo {
        let expected = match &echo.expected {
            Expected::Text(template) => template.text(env),
            Expected::Number => Cow::from(&env.number.canonical),
        };
        let expected = expected.trim();
        if expected.is_empty() {
            // A page that a person saved alone has no request, and what was asked is not known.
            let is_nobody = env.number.compact.is_empty();
            let is_bound = |head: &str| head == "number" || env.scope.find(head).is_some();
            if is_nobody || matches!(&echo.expected, Expected::Text(template) if !template.heads().all(is_bound)) {
                continue;
            }
            return Err(Refusal::Unreadable {
                at: format!("{}: {}", step.id, echo.path),
                expected: "a request that names what the answer must repeat".to_owned(),
                found: "an empty value in it".to_owned(),
            });
        }
        let unreadable =
            |found: String| Refusal::Unreadable { at: format!("{}: {}", step.id, echo.path), expected: expected.to_owned(), found };
        let mut has_any = false;
        for value in echo.json.query(document) {
            let text = text_of(value);
            let is_it = match &echo.expected {
                Expected::Text(_) => text.trim() == expected,
                Expected::Number => env.format.names(&text, env.number),
            };
            if !value.is_null() && !is_it {
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

pub(super) fn not_what_was_due(step: &Step, page: &Page, due: &str) -> Refusal {
    match marker(page, matches!(step.format, Format::Html(_))) {
        Some(marker) => marker.says.refusal(format!("the page at {} says \"{}\"", step.id, marker.text)),
        None => Refusal::Unreadable { at: step.id.clone(), expected: due.to_owned(), found: describe(page) },
    }
}

/// The JSON of a page as it came.
pub fn parse_json<'p>(step: &Step, page: &'p Page) -> Result<Value<'p>, Refusal> {
    let text = whole_text(step, page)?;
    bounds::json(&text).map_err(|too_many| Refusal::Unreadable {
        at: step.id.clone(),
        expected: "JSON".to_owned(),
        found: too_many.found(),
    })?;
    let value = match text {
        Cow::Borrowed(text) => big_numbers::parse(text.trim_start_matches('\u{feff}')),
        Cow::Owned(text) => big_numbers::parse(text.trim_start_matches('\u{feff}')).map(Value::into_owned),
    };
    value.map_err(|error| {
        let found = if error.is_eof() {
            format!("an answer cut off after {} bytes", page.body.len())
        } else {
            format!("a mistake in line {}, column {}", error.line(), error.column())
        };
        Refusal::Unreadable { at: step.id.clone(), expected: "JSON".to_owned(), found }
    })
}

fn parse_xml(step: &Step, page: &Page, roots: &[String]) -> Result<Value<'static>, Refusal> {
    if first_byte(page) != Some(b'<') {
        return Err(not_what_was_due(step, page, "XML"));
    }
    let unreadable = |found: String| Refusal::Unreadable { at: step.id.clone(), expected: "XML".to_owned(), found };
    let text = whole_text(step, page)?;
    bounds::xml(&text).map_err(|too_many| unreadable(too_many.found()))?;
    xml::parse(&text, roots).map_err(|trouble| match trouble {
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

fn as_list<'p>(step: &Step, page: &Page, value: Value<'p>, unwrap: Option<&str>, nullable: bool) -> Result<Value<'p>, Refusal> {
    let unreadable = |found: &str| Refusal::Unreadable { at: step.id.clone(), expected: "a list".to_owned(), found: found.to_owned() };
    match value {
        Value::Array(_) => Ok(value),
        Value::Null if nullable => Ok(Value::Array(Vec::new())),
        Value::Object(mut object) => {
            let list = unwrap.and_then(|key| object.get_mut(key)).filter(|list| list.is_array()).map(Value::take);
            let is_error = |(key, value): (&str, &Value<'_>)| {
                ERROR_KEYS.contains(&key.to_lowercase().as_str()) && (list.is_none() || says_something(value))
            };
            // An error that brings an empty list along must not pass for "no such case".
            if object.iter().any(is_error) && list.as_ref().is_none_or(|list| list.as_array().is_none_or(<[_]>::is_empty)) {
                let status = object.get("status").filter(|status| status.is_number()).map(|status| format!(" {status}"));
                return Err(Refusal::Unavailable(format!("the back end answered {} with an error{}", step.id, status.unwrap_or_default())));
            }
            list.ok_or_else(|| unreadable("an object"))
        }
        Value::Null => Err(unreadable("null")),
        Value::String(_) => Err(match not_what_was_due(step, page, "a list") {
            Refusal::Unreadable { .. } => unreadable("a text"),
            other => other,
        }),
        Value::Number(_) => Err(unreadable("a number")),
        Value::Bool(_) => Err(unreadable("true or false")),
    }
}

fn says_something(value: &Value<'_>) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(object) => !object.is_empty(),
        Value::Bool(true) | Value::Number(_) => true,
    }
}
