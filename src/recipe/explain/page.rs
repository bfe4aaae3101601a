//! A page, explained: what it was taken for, the rules that were tried on it, and what each look of its view found.

use scraper::{ElementRef, Html};

use super::nearest;
use crate::domain::charset::decode_with_errors;
use crate::domain::page::Page;
use crate::recipe::Refusal;
use crate::recipe::answer::{Format, Verdict};
use crate::recipe::filter::collapse;
use crate::recipe::marker::{clip, describe};
use crate::recipe::path::JsonPath;
use crate::recipe::select::Visit;
use crate::recipe::step::Step;
use crate::recipe::template::text_of;
use crate::recipe::value::Value;
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
    pub fn of_list(place: &str, root: &str, path: &JsonPath, found: usize, within: Option<&Value<'_>>) -> Self {
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
    let document = visit.document(index).ok();
    // A page that lacks something is judged by what it shows all the same.
    let mut shown = None;
    let (due, html, mut fields) = match &step.format {
        Format::Json { list: true, .. } => ("a JSON list", None, Vec::new()),
        Format::Json { .. } => ("JSON", None, Vec::new()),
        Format::Xml(_) => ("XML", None, Vec::new()),
        Format::Html(view) => {
            let html = Html::parse_document(&text);
            let fields = looked(view, &html, page);
            shown = view.lenient().see(&html, &page.url).ok().map(|seen| seen.value.into_owned());
            ("HTML", Some(html), fields)
        }
    };
    let tried = |rule: &crate::recipe::answer::Rule| RuleSeen {
        verdict: rule.verdict.map_or(NOTHING, Verdict::name),
        written: rule.written(),
        fits: match document {
            // Of an answer that says "none of these" nothing else is looked at.
            Some(Value::Null) => Some(rule.verdict.is_none() && rule.tried(page, html.as_ref(), None) != Some(false)),
            document => rule.tried(page, html.as_ref(), document.or(shown.as_ref())),
        },
    };
    if let Some(document) = document.filter(|document| !document.is_null()) {
        fields.extend(step.inside.iter().map(|inside| {
            let texts = inside.at.query(document).len();
            Match { is_needed: false, ..Match::of_list("inside", "$", &inside.at, texts, Some(document)) }
        }));
        fields.extend(step.echo.iter().map(|echo| {
            let found = echo.json.query(document);
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
    let lenient = view.lenient();
    let Ok(seen) = lenient.see(html, &page.url) else { return Vec::new() };
    let mut all = Vec::new();
    for (name, look) in &view.fields {
        let Some(value) = seen.value.get(name) else { continue };
        let found = if look.label.is_some() { Vec::new() } else { look.find(html.root_element()) };
        let says_nothing = value.as_str().is_some_and(str::is_empty);
        // Rows are narrowed further than their looks, and a label finds words and no element.
        let there = value.as_array().map_or(found.len().max(usize::from(!says_nothing)), <[_]>::len);
        let nearest = match there {
            0 => instead_of(html.root_element(), look),
            there if says_nothing => Some(format!("the element is there ({there}), and says nothing")),
            _ => None,
        };
        let is_rows = matches!(look.kind, Kind::Rows(_));
        all.push(Match {
            place: name.clone(),
            written: written(look),
            found: if says_nothing { 0 } else { there },
            of: None,
            first: if is_rows { String::new() } else { short(&text_of(value.as_array().and_then(<[_]>::first).unwrap_or(value))) },
            nearest,
            is_needed: look.required || is_rows,
        });
        let (Kind::Rows(rows), Some(values)) = (&look.kind, value.as_array()) else { continue };
        for column in &rows.columns.0 {
            let header = format!("the column '{}'", column.words.as_str());
            all.push(cell(format!("{name}.{}", column.name), header, values, &column.name, !column.optional));
        }
        for (cell_name, look) in &rows.cells {
            let mut cell = cell(format!("{name}.{cell_name}"), written(look), values, cell_name, look.required);
            let is_plain = look.label.is_none() && look.column.is_none();
            if let Some(row) = found.first().filter(|_| cell.found == 0 && is_plain) {
                let there = found.iter().filter(|row| !look.find(**row).is_empty()).count();
                cell.nearest =
                    if there > 0 { Some(format!("the element is there in {there}, and says nothing")) } else { instead_of(*row, look) };
            }
            all.push(cell);
        }
    }
    all
}

/// How many of the rows have a cell, and what the first says.
fn cell(place: String, written: String, rows: &[Value<'_>], name: &str, is_needed: bool) -> Match {
    let texts = rows.iter().map(|row| row.get(name).map(|value| short(&text_of(value))).unwrap_or_default());
    let texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
    let found = texts.len();
    Match { place, written, found, of: Some(rows.len()), first: texts.into_iter().next().unwrap_or_default(), nearest: None, is_needed }
}

/// What there is instead of an element that was looked for.
fn instead_of(place: ElementRef<'_>, look: &Look) -> Option<String> {
    if look.css.is_some() { nearest::css(place, &look.written) } else { None }
}

fn written(look: &Look) -> String {
    let what = match (&look.label, &look.column) {
        (Some(_), _) => format!("after '{}'", look.written),
        (None, Some(column)) if look.css.is_some() => format!("{} in column {column}", look.written),
        (None, Some(column)) => format!("column {column}"),
        (None, None) => look.written.clone(),
    };
    let patterns = [("has", &look.has), ("hasnt", &look.hasnt), ("first", &look.first)];
    let patterns =
        patterns.into_iter().filter_map(|(key, pattern)| pattern.as_ref().map(|pattern| format!(" {key} '{}'", pattern.as_str())));
    let within = look.within.as_ref().map(|within| format!(" within {}", self::written(within)));
    [what].into_iter().chain(within).chain(patterns).collect()
}

/// A value in one short line.
pub fn short(text: &str) -> String {
    clip(&collapse(text))
}
