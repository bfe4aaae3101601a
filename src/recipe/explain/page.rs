//! A page, explained: what it was taken for, the rules that were tried on it, and what each look of its view found.

use scraper::Html;
use serde_json::Value;
use serde_json_path::JsonPath;

use super::nearest;
use crate::domain::charset::decode_with_errors;
use crate::domain::page::Page;
use crate::recipe::Refusal;
use crate::recipe::answer::{Format, Verdict};
use crate::recipe::filter::collapse;
use crate::recipe::marker::{clip, describe};
use crate::recipe::select::Visit;
use crate::recipe::step::Step;
use crate::recipe::template::text_of;
use crate::recipe::view::{Kind, Look, View};

/// One page.
#[derive(Debug)]
pub struct PageSeen {
    /// Its place among the pages that were given.
    pub page: usize,
    /// The step that it was read as an answer of.
    pub step: String,
    /// The form that was due.
    pub due: &'static str,
    /// What it looks like, whatever was due.
    pub looks_like: String,
    /// Its status; 200 for a saved page.
    pub status: u16,
    /// The charset that the recipe or the caller names; without one the page's own word is taken.
    pub charset: Option<String>,
    /// Whether bytes of it do not fit its charset.
    pub has_broken_letters: bool,
    /// Why it is no answer.
    pub refusal: Option<Refusal>,
    /// The recipe's rules of refusal.
    pub rules: Vec<RuleSeen>,
    /// The looks of its view, each followed by those of its cells; for other formats what the page must repeat.
    pub fields: Vec<Match>,
}

/// A rule of refusal.
#[derive(Debug)]
pub struct RuleSeen {
    /// The key it stands under.
    pub verdict: &'static str,
    /// What it asks for.
    pub written: String,
    /// Whether it fits; `None` when what it asks about could not be read.
    pub fits: Option<bool>,
}

/// Something that was looked for.
#[derive(Debug)]
pub struct Match {
    /// The key in the recipe: a field of the view, `rows.cell`, `echo`, `parties` …
    pub place: String,
    /// The selector or path as written.
    pub written: String,
    /// How many were found; of a cell: in how many rows it says something.
    pub found: usize,
    /// Of how many rows.
    pub of: Option<usize>,
    /// The first value.
    pub first: String,
    /// Where nothing was found: the part that still matches, and what is there instead.
    pub nearest: Option<String>,
    /// Whether the recipe cannot do without.
    pub is_needed: bool,
}

impl Match {
    /// What was looked for, what was found, and what is near.
    pub fn sentence(&self) -> String {
        let of = self.of.map(|of| format!(" of {of} rows have it")).unwrap_or_default();
        let nearest = self.nearest.as_ref().map(|nearest| format!("; nearest: {nearest}")).unwrap_or_default();
        format!("{}: {}{of} for '{}'{nearest}", self.place, self.found, self.written)
    }

    /// Whether it is the cell of this name in rows.
    pub fn is_cell(&self, name: &str) -> bool {
        self.of.is_some() && self.place.rsplit_once('.').is_some_and(|(_, cell)| cell == name)
    }

    /// A list that a path finds.
    pub fn of_list(place: &str, root: &str, path: &JsonPath, found: usize, within: Option<&Value>) -> Self {
        let path = path.to_string();
        Self {
            place: place.to_owned(),
            written: path.replacen('$', root, 1),
            found,
            of: None,
            first: String::new(),
            nearest: within.filter(|_| found == 0).and_then(|value| nearest::json(value, &path)),
            is_needed: true,
        }
    }
}

/// The key of rules that say "none of these", which is an answer.
pub const NOTHING: &str = "nothing";

/// Explains a page.
pub fn seen(visit: &Visit<'_>, step: &Step, index: usize, refusal: Option<Refusal>) -> PageSeen {
    let page = &visit.pages[index];
    let (text, has_broken_letters) = decode_with_errors(page);
    let document = visit.document(step, index).ok();
    let (due, html, mut fields) = match &step.format {
        Format::Json { list: true, .. } => ("a JSON list", None, Vec::new()),
        Format::Json { .. } => ("JSON", None, Vec::new()),
        Format::Xml(_) => ("XML", None, Vec::new()),
        Format::Html(view) => {
            let html = Html::parse_document(&text);
            let fields = looked(view, &html, page);
            ("HTML", Some(html), fields)
        }
    };
    let tried = |rule: &crate::recipe::answer::Rule| RuleSeen {
        verdict: rule.verdict.map_or(NOTHING, Verdict::name),
        written: rule.written(),
        fits: match document {
            // Of an answer that says "none of these" nothing else is looked at.
            Some(Value::Null) => Some(rule.verdict.is_none() && rule.tried(page, html.as_ref(), None) != Some(false)),
            document => rule.tried(page, html.as_ref(), document),
        },
    };
    if let Some(document) = document.filter(|document| !document.is_null()) {
        fields.extend(step.echo.iter().map(|echo| {
            let found = echo.json.query(document).all();
            let nearest = if found.is_empty() { nearest::json(document, &echo.path) } else { None };
            Match {
                place: "echo".to_owned(),
                written: echo.path.clone(),
                found: found.len(),
                of: None,
                first: found.first().map(|value| short(&text_of(value))).unwrap_or_default(),
                nearest,
                is_needed: echo.required,
            }
        }));
    }
    PageSeen {
        page: index,
        step: step.id.clone(),
        due,
        looks_like: if matches!(step.format, Format::Html(_)) || refusal.is_some() {
            describe(page)
        } else {
            format!("{} bytes", page.body.len())
        },
        status: page.status,
        charset: page.charset.clone(),
        has_broken_letters,
        refusal,
        rules: step.rules.iter().map(tried).collect(),
        fields,
    }
}

/// Every look of a view, whether or not it had to find something. The values are those of the reading itself.
fn looked(view: &View, html: &Html, page: &Page) -> Vec<Match> {
    let Ok(values) = view.lenient().value(html, &page.url) else { return Vec::new() };
    let mut all = Vec::new();
    for (name, look) in &view.fields {
        let value = &values[name.as_str()];
        let found: Vec<_> = look.find(html.root_element()).collect();
        let says_nothing = value.as_str().is_some_and(str::is_empty);
        let nearest = match found.len() {
            0 => nearest::css(html.root_element(), &look.written),
            there if says_nothing => Some(format!("the element is there ({there}), and says nothing")),
            _ => None,
        };
        let is_rows = matches!(look.kind, Kind::Rows(_));
        all.push(Match {
            place: name.clone(),
            written: written(look),
            found: if says_nothing { 0 } else { found.len() },
            of: None,
            first: if is_rows { String::new() } else { short(&text_of(value.get(0).unwrap_or(value))) },
            nearest,
            is_needed: look.required || is_rows,
        });
        let (Kind::Rows(cells), Some(rows)) = (&look.kind, value.as_array()) else { continue };
        for (cell, look) in cells {
            let texts: Vec<String> = rows.iter().map(|row| row.get(cell).map(|value| short(&text_of(value))).unwrap_or_default()).collect();
            let having = texts.iter().filter(|text| !text.is_empty()).count();
            let there = found.iter().filter(|row| having == 0 && look.find(**row).next().is_some()).count();
            let nearest = match found.first().filter(|_| having == 0) {
                Some(_) if there > 0 => Some(format!("the element is there in {there}, and says nothing")),
                Some(row) => nearest::css(*row, &look.written),
                None => None,
            };
            all.push(Match {
                place: format!("{name}.{cell}"),
                written: written(look),
                found: having,
                of: Some(rows.len()),
                first: texts.into_iter().find(|text| !text.is_empty()).unwrap_or_default(),
                nearest,
                is_needed: look.required,
            });
        }
    }
    all
}

fn written(look: &Look) -> String {
    match &look.first {
        Some(first) => format!("{} first '{}'", look.written, first.as_str()),
        None => look.written.clone(),
    }
}

/// A value in one short line.
pub fn short(text: &str) -> String {
    clip(&collapse(text))
}
