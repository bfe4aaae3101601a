//! Views: how an HTML page becomes a value, so that all the rest of a recipe is the same for HTML and JSON.
//!
//! Used by `answer`. A view is a list of named looks at the page by CSS selector; a look gives a text, a list of texts
//! or a list of rows with cells. What a recipe then does with them it says with paths and templates.

use std::collections::HashSet;

use regex::Regex;
use scraper::{ElementRef, Html, Node, Selector};
use serde_json::{Map, Value};

use super::html_text;

/// The view of a page.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// Its fields.
    pub fields: Vec<(String, Look)>,
}

/// One look at a page or at a row.
#[derive(Debug, Clone)]
pub struct Look {
    /// The element; `None` is the row itself.
    pub css: Option<Selector>,
    /// The selector as written.
    pub written: String,
    /// An attribute instead of the text.
    pub attribute: Option<String>,
    /// Elements whose text is left out.
    pub without: Option<Selector>,
    /// The first match of this in the text: its first group, or the whole.
    pub first: Option<Regex>,
    /// One, all, or rows.
    pub kind: Kind,
    /// Whether a page without it is not the page that it should be.
    pub required: bool,
}

/// What a look gives.
#[derive(Debug, Clone)]
pub enum Kind {
    /// The text of the first element.
    One,
    /// The texts of all elements.
    All,
    /// An object for each element.
    Rows(Vec<(String, Look)>),
}

/// A required look that found nothing.
#[derive(Debug)]
pub struct Missing {
    /// The field.
    pub field: String,
    /// The selector as written.
    pub css: String,
}

impl View {
    /// The page as a value. `url` is its address, against which a `<base>` on it is read.
    pub fn value(&self, html: &Html, url: &str) -> Result<Value, Missing> {
        fields(&self.fields, html.root_element(), base(html, url).as_ref()).map(Value::Object)
    }

    /// What the page shows, and what it shows outside of the rows; nothing for a page that is not a list.
    pub fn beside_rows(&self, html: &Html) -> Option<(String, String)> {
        self.rows().next()?;
        let rows: HashSet<_> = self.rows().flat_map(|look| look.find(html.root_element())).map(|row| row.id()).collect();
        let root = html.root_element();
        Some((visible_text(root, |_| false), visible_text(root, |element| rows.contains(&element.id()))))
    }

    /// Whether the page shows nothing after its last row.
    pub fn ends_in_a_row(&self, html: &Html) -> bool {
        let shows = |node: &Node| match node {
            // The beginning of a tag that was cut off is read as a text.
            Node::Text(text) => !matches!(text.trim(), "" | "<" | "</"),
            Node::Element(_) => true,
            _ => false,
        };
        let is_last = |row: ElementRef<'_>| {
            std::iter::once(*row).chain(row.ancestors()).all(|node| !node.next_siblings().any(|next| shows(next.value())))
        };
        self.rows().any(|look| look.find(html.root_element()).last().is_some_and(is_last))
    }

    /// The same view with nothing in it that must be there: for those who explain a page that lacks something.
    pub fn lenient(&self) -> Self {
        let mut view = self.clone();
        let mut looks: Vec<&mut Look> = view.fields.iter_mut().map(|(_, look)| look).collect();
        while let Some(look) = looks.pop() {
            look.required = false;
            if let Kind::Rows(cells) = &mut look.kind {
                looks.extend(cells.iter_mut().map(|(_, look)| look));
            }
        }
        view
    }

    fn rows(&self) -> impl Iterator<Item = &Look> {
        self.fields.iter().map(|(_, look)| look).filter(|look| matches!(look.kind, Kind::Rows(_)))
    }
}

/// Where the links of a page begin, when the page says so itself.
fn base(html: &Html, url: &str) -> Option<url::Url> {
    let css = Selector::parse("base[href]").ok()?;
    let href = html.select(&css).next()?.attr("href")?;
    url::Url::parse(url).ok()?.join(href.trim()).ok()
}

fn fields(looks: &[(String, Look)], element: ElementRef<'_>, base: Option<&url::Url>) -> Result<Map<String, Value>, Missing> {
    let mut object = Map::new();
    for (name, look) in looks {
        let value = look.value(element, base)?;
        let is_missing = match &value {
            Value::String(text) => text.is_empty(),
            Value::Array(list) => list.is_empty(),
            _ => false,
        };
        if is_missing && look.required {
            return Err(Missing { field: name.clone(), css: look.written.clone() });
        }
        object.insert(name.clone(), value);
    }
    Ok(object)
}

impl Look {
    fn value(&self, within: ElementRef<'_>, base: Option<&url::Url>) -> Result<Value, Missing> {
        match &self.kind {
            Kind::One => Ok(Value::String(self.find(within).next().map(|element| self.text(element, base)).unwrap_or_default())),
            Kind::All => Ok(self.find(within).map(|element| Value::String(self.text(element, base))).collect()),
            Kind::Rows(cells) => {
                let rows = self.find(within).map(|row| fields(cells, row, base).map(Value::Object));
                rows.collect::<Result<Vec<_>, _>>().map(Value::Array)
            }
        }
    }

    /// Descendants that match; the element itself when it does and none of them.
    pub fn find<'a>(&'a self, within: ElementRef<'a>) -> impl Iterator<Item = ElementRef<'a>> {
        let descendants = self.css.iter().flat_map(move |css| within.select(css)).filter(move |found| found.id() != within.id());
        let mut descendants = descendants.peekable();
        let is_itself = descendants.peek().is_none() && self.css.as_ref().is_none_or(|css| css.matches(&within));
        is_itself.then_some(within).into_iter().chain(descendants)
    }

    fn text(&self, element: ElementRef<'_>, base: Option<&url::Url>) -> String {
        let text = match &self.attribute {
            Some(attribute) => {
                let value = element.attr(attribute).unwrap_or_default().trim();
                let is_link = matches!(attribute.as_str(), "href" | "src") && !value.is_empty() && !value.starts_with('#');
                let joined = base.filter(|_| is_link).and_then(|base| base.join(value).ok());
                joined.map_or_else(|| value.to_owned(), String::from)
            }
            None => {
                let left_out: HashSet<_> = self.without.iter().flat_map(|css| element.select(css)).map(|found| found.id()).collect();
                visible_text(element, |element| left_out.contains(&element.id()))
            }
        };
        match &self.first {
            Some(pattern) => {
                let found = pattern.captures(&text).and_then(|found| found.get(1).or_else(|| found.get(0)));
                found.map(|found| found.as_str().to_owned()).unwrap_or_default()
            }
            None => text,
        }
    }
}

/// The text of an element. The tree is walked with a stack of its own: a page may nest deeper than ours reaches.
fn visible_text(element: ElementRef<'_>, is_left_out: impl Fn(ElementRef<'_>) -> bool) -> String {
    let mut markup = String::new();
    let mut stack = vec![(Some(*element), "")];
    while let Some((node, end)) = stack.pop() {
        let Some(node) = node else {
            markup.push_str("</");
            markup.push_str(end);
            markup.push('>');
            continue;
        };
        match node.value() {
            Node::Text(text) => markup.push_str(&text.replace('&', "&amp;").replace('<', "&lt;")),
            Node::Element(inner) if !ElementRef::wrap(node).is_some_and(&is_left_out) => {
                markup.push('<');
                markup.push_str(inner.name());
                markup.push('>');
                stack.push((None, inner.name()));
                let children: Vec<_> = node.children().collect();
                stack.extend(children.into_iter().rev().map(|child| (Some(child), "")));
            }
            _ => {}
        }
    }
    html_text::to_text(&markup)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn look(css: &str, kind: Kind) -> Look {
        Look {
            css: Some(Selector::parse(css).unwrap()),
            written: css.to_owned(),
            attribute: None,
            without: None,
            first: None,
            kind,
            required: false,
        }
    }

    #[test]
    fn a_page_becomes_rows_with_cells() {
        let title = Look { without: Some(Selector::parse("span").unwrap()), ..look("td.t", Kind::One) };
        let link = Look { attribute: Some("href".to_owned()), ..look("a", Kind::One) };
        let rows = look(
            "tr.row",
            Kind::Rows(vec![("title".to_owned(), title), ("text".to_owned(), look("td.t span", Kind::One)), ("link".to_owned(), link)]),
        );
        let view = View { fields: vec![("rows".to_owned(), rows), ("all".to_owned(), look("td", Kind::All))] };
        let html = Html::parse_document(
            "<table><tr class=row><td class=t>Auto <b>de</b>\n llamamiento<span>cuerpo &lt;1&gt;</span></td><td><a href='/d/1'>ver</a></td></tr></table>",
        );
        let value = view.value(&html, "https://x.example/").unwrap();
        assert_eq!(value["rows"], json!([{"title": "Auto de\nllamamiento", "text": "cuerpo <1>", "link": "/d/1"}]));
        assert_eq!(value["all"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn a_row_that_is_itself_the_link_is_found() {
        let link = Look { attribute: Some("href".to_owned()), ..look("a", Kind::One) };
        let view = View { fields: vec![("rows".to_owned(), look("a.x", Kind::Rows(vec![("link".to_owned(), link)])))] };
        assert_eq!(
            view.value(&Html::parse_document("<a class=x href=/1>uno</a>"), "https://x.example/").unwrap(),
            json!({"rows": [{"link": "/1"}]})
        );
    }

    #[test]
    fn a_required_element_that_is_not_there_is_named() {
        let view = View { fields: vec![("number".to_owned(), Look { required: true, ..look("#n", Kind::One) })] };
        let missing = view.value(&Html::parse_document("<p>x</p>"), "https://x.example/").unwrap_err();
        assert_eq!((missing.field.as_str(), missing.css.as_str()), ("number", "#n"));
    }

    #[test]
    fn deep_nesting_does_not_exhaust_the_stack() {
        let html = Html::parse_document(&format!("{}hondo", "<div>".repeat(20_000)));
        let view = View { fields: vec![("t".to_owned(), look("body", Kind::One))] };
        assert_eq!(view.value(&html, "https://x.example/").unwrap(), json!({"t": "hondo"}));
    }
}
