//! Views: how an HTML page becomes a value, so that all the rest of a recipe is the same for HTML and JSON.
//!
//! Used by `answer`. A view is a list of named looks at the page: by CSS selector, by the words of a label, or by the column
//! of a table; a look gives a text, a list of texts or a list of rows with cells. What a recipe then does with them it says
//! with paths and templates. What an element shows is `visible`'s, and what a column is, `columns`'.

use std::cell::OnceCell;
use std::collections::HashSet;

use regex::Regex;
use scraper::{ElementRef, Html, Node, Selector};

use super::budget;
use super::columns::Columns;
use super::value::{Fields, Value};
use super::visible;

/// The view of a page.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// Its fields.
    pub fields: Vec<(String, Look)>,
}

/// One look at a page or at a row.
#[derive(Debug, Clone, Default)]
pub struct Look {
    /// The element; `None` is the row itself.
    pub css: Option<Selector>,
    /// The selector or the label as written.
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
    /// Only elements within those of this look.
    pub within: Option<Box<Look>>,
    /// Only elements whose text matches.
    pub has: Option<Regex>,
    /// Only elements whose text does not match.
    pub hasnt: Option<Regex>,
    /// Instead of an element: the words after which the text stands.
    pub label: Option<Regex>,
    /// Instead of the row: its cell in this column.
    pub column: Option<String>,
}

/// What a look gives.
#[derive(Debug, Clone, Default)]
pub enum Kind {
    /// The text of the first element.
    #[default]
    One,
    /// The texts of all elements.
    All,
    /// An object for each element.
    Rows(Rows),
}

/// What a row has.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// The columns of its table; each is a cell of the row too.
    pub columns: Columns,
    /// Its other cells.
    pub cells: Vec<(String, Look)>,
}

/// A required look that found nothing.
#[derive(Debug)]
pub struct Missing {
    /// The field.
    pub field: String,
    /// The selector as written.
    pub css: String,
}

/// What was seen of a page.
#[derive(Debug)]
pub struct Seen<'a, 'r> {
    /// The page as a value.
    pub value: Value<'r>,
    page: ElementRef<'a>,
    /// The rows of each look that has some.
    rows: Vec<Vec<ElementRef<'a>>>,
}

impl View {
    /// The page as a value. `url` is its address, against which a `<base>` on it is read.
    pub fn see<'a, 'r>(&'r self, html: &'a Html, url: &str) -> Result<Seen<'a, 'r>, Missing> {
        let page = html.root_element();
        let scope = Scope { element: page, columns: &[], lines: OnceCell::new() };
        let base = base(html, url);
        let mut rows = Vec::new();
        let value = fields(&self.fields, &scope, base.as_ref(), &mut |found: &[ElementRef<'a>]| rows.push(found.to_vec()))?;
        Ok(Seen { value: Value::Object(value), page, rows })
    }

    /// The same view with nothing in it that must be there: for those who explain a page that lacks something.
    pub fn lenient(&self) -> Self {
        let mut view = self.clone();
        let mut looks: Vec<&mut Look> = view.fields.iter_mut().map(|(_, look)| look).collect();
        while let Some(look) = looks.pop() {
            look.required = false;
            if let Kind::Rows(rows) = &mut look.kind {
                looks.extend(rows.cells.iter_mut().map(|(_, look)| look));
            }
        }
        view
    }
}

impl Seen<'_, '_> {
    /// What the page shows outside of the rows, when it has rows and shows fewer letters than this in all.
    pub fn beside_rows(&self, fewer_than: usize) -> Option<String> {
        if self.rows.is_empty() || !visible::is_shorter(self.page, fewer_than) {
            return None;
        }
        let rows: HashSet<_> = self.rows.iter().flatten().map(|row| row.id()).collect();
        Some(visible::text(self.page, |element| rows.contains(&element.id())))
    }

    /// Whether the page shows nothing after its last row.
    pub fn ends_in_a_row(&self) -> bool {
        let shows = |node: &Node| match node {
            // The beginning of a tag that was cut off is read as a text.
            Node::Text(text) => !matches!(text.trim(), "" | "<" | "</"),
            Node::Element(_) => true,
            _ => false,
        };
        let is_last = |row: &ElementRef<'_>| {
            std::iter::once(**row).chain(row.ancestors()).all(|node| !node.next_siblings().any(|next| shows(next.value())))
        };
        self.rows.iter().any(|rows| rows.last().is_some_and(is_last))
    }
}

/// Where the links of a page begin, when the page says so itself.
fn base(html: &Html, url: &str) -> Option<url::Url> {
    let mut elements = html.root_element().descendants().filter_map(ElementRef::wrap);
    let href = elements.find_map(|element| Some(element).filter(|element| element.value().name() == "base")?.attr("href"))?;
    url::Url::parse(url).ok()?.join(href.trim()).ok()
}

/// Where a look looks.
struct Scope<'a, 's> {
    element: ElementRef<'a>,
    /// The cells of the row in the columns of its table.
    columns: &'s [(&'s str, &'s [ElementRef<'a>])],
    /// The lines, once a label has been asked for.
    lines: OnceCell<Vec<String>>,
}

/// Told of the rows of each look that has some.
type Note<'n, 'a> = &'n mut dyn FnMut(&[ElementRef<'a>]);

fn fields<'a, 'r>(
    looks: &'r [(String, Look)],
    scope: &Scope<'a, '_>,
    base: Option<&url::Url>,
    note: Note<'_, 'a>,
) -> Result<Fields<'r>, Missing> {
    let mut object = Fields::default();
    for (name, look) in looks {
        let value = look.value(scope, base, note)?;
        let is_missing = match &value {
            Value::String(text) => text.is_empty(),
            Value::Array(list) => list.is_empty(),
            _ => false,
        };
        if is_missing && look.required {
            return Err(Missing { field: name.clone(), css: look.written.clone() });
        }
        object.insert(name.as_str(), value);
    }
    Ok(object)
}

impl Look {
    fn value<'a, 'r>(&'r self, scope: &Scope<'a, '_>, base: Option<&url::Url>, note: Note<'_, 'a>) -> Result<Value<'r>, Missing> {
        if let Some(label) = &self.label {
            let text = self.picked(self.after_label(label, scope));
            budget::keep(64 + text.len());
            return Ok(text.into());
        }
        let itself = [scope.element];
        let places = match &self.column {
            Some(column) => scope.columns.iter().find(|(name, _)| name == column).map_or(&[][..], |(_, cells)| *cells),
            None => &itself[..],
        };
        match &self.kind {
            Kind::One if self.css.is_none() => {
                let texts = places.iter().filter(|place| self.fits(**place)).map(|place| self.text(*place, base));
                Ok(texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ").into())
            }
            Kind::One => {
                let found = places.iter().find_map(|place| self.first_in(*place));
                Ok(found.map(|element| self.text(element, base)).unwrap_or_default().into())
            }
            Kind::All => {
                let found = places.iter().flat_map(|place| self.find(*place));
                Ok(found.map(|element| Value::from(self.text(element, base))).collect())
            }
            Kind::Rows(rows) => {
                let mut found: Vec<_> = places.iter().flat_map(|place| self.find(*place)).collect();
                if self.is_narrowed() && rows.columns.0.is_empty() {
                    only_innermost(&mut found);
                }
                rows.values(scope.element, found, base, note)
            }
        }
    }

    /// Whether it says more of its elements than their selector does.
    fn is_narrowed(&self) -> bool {
        self.within.is_some() || self.has.is_some() || self.hasnt.is_some()
    }

    fn first_in<'a>(&self, place: ElementRef<'a>) -> Option<ElementRef<'a>> {
        if self.is_narrowed() { self.find(place).into_iter().next() } else { self.candidates(place).next() }
    }

    /// Descendants that match, in the order of the page; the element itself when it does and none of them.
    pub fn find<'a>(&self, place: ElementRef<'a>) -> Vec<ElementRef<'a>> {
        let is_within: Option<HashSet<_>> =
            self.within.as_ref().map(|within| within.find(place).into_iter().map(|outer| outer.id()).collect());
        let stands_within = |element: &ElementRef<'_>| {
            is_within.as_ref().is_none_or(|outer| element.ancestors().any(|ancestor| outer.contains(&ancestor.id())))
        };
        self.candidates(place).filter(stands_within).filter(|element| self.fits(*element)).collect()
    }

    fn candidates<'a, 's>(&'s self, place: ElementRef<'a>) -> impl Iterator<Item = ElementRef<'a>> + use<'a, 's> {
        let descendants = self.css.iter().flat_map(move |css| place.select(css)).filter(move |found| found.id() != place.id());
        let mut descendants = descendants.peekable();
        let is_itself = descendants.peek().is_none() && self.css.as_ref().is_none_or(|css| css.matches(&place));
        is_itself.then_some(place).into_iter().chain(descendants)
    }

    /// Whether an element's text is as it must be.
    fn fits(&self, element: ElementRef<'_>) -> bool {
        if self.has.is_none() && self.hasnt.is_none() {
            return true;
        }
        let text = visible::text(element, |_| false);
        self.has.as_ref().is_none_or(|has| has.is_match(&text)) && !self.hasnt.as_ref().is_some_and(|hasnt| hasnt.is_match(&text))
    }

    /// What follows a label, on its line or in its cell; when nothing does, the next line or cell, be it empty.
    fn after_label(&self, label: &Regex, scope: &Scope<'_, '_>) -> String {
        let read = |element| visible::lines(element);
        let own = self.within.as_ref().map(|within| within.find(scope.element).into_iter().flat_map(read).collect::<Vec<_>>());
        let lines = own.as_ref().unwrap_or_else(|| scope.lines.get_or_init(|| read(scope.element)));
        let found = lines.iter().enumerate().find_map(|(at, line)| Some((at, line[label.find(line)?.end()..].trim())));
        match found {
            Some((at, "")) => lines.get(at + 1).cloned().unwrap_or_default(),
            Some((_, rest)) => rest.to_owned(),
            None => String::new(),
        }
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
                visible::text(element, |element| !left_out.is_empty() && left_out.contains(&element.id()))
            }
        };
        let picked = self.picked(text);
        budget::keep(64 + picked.len());
        picked
    }

    /// What the look takes of a text.
    fn picked(&self, text: String) -> String {
        match &self.first {
            Some(pattern) => {
                let found = pattern.captures(&text).and_then(|found| found.get(1).or_else(|| found.get(0)));
                found.map(|found| found.as_str().to_owned()).unwrap_or_default()
            }
            None => text,
        }
    }
}

impl Rows {
    /// The names of what its rows have.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.0.iter().map(|column| column.name.as_str()).chain(self.cells.iter().map(|(name, _)| name.as_str()))
    }

    fn values<'a, 'r>(
        &'r self,
        page: ElementRef<'a>,
        found: Vec<ElementRef<'a>>,
        base: Option<&url::Url>,
        note: Note<'_, 'a>,
    ) -> Result<Value<'r>, Missing> {
        let rows = if self.columns.0.is_empty() {
            found.into_iter().map(|row| (row, Vec::new())).collect()
        } else {
            self.columns.rows(page, &found)
        };
        let mut values = Vec::with_capacity(rows.len());
        for (row, cells) in &rows {
            let columns: Vec<_> =
                self.columns.0.iter().zip(cells).map(|(column, cells)| (column.name.as_str(), cells.as_slice())).collect();
            let scope = Scope { element: *row, columns: &columns, lines: OnceCell::new() };
            let mut value = Fields::default();
            for (name, cells) in &columns {
                let texts = cells.iter().map(|cell| visible::text(*cell, |_| false)).filter(|text| !text.is_empty());
                let text = texts.collect::<Vec<_>>().join(" ");
                budget::keep(64 + text.len());
                value.insert(*name, text.into());
            }
            // Rows within rows are no rows of the page.
            value.extend(fields(&self.cells, &scope, base, &mut |_| {})?);
            values.push(Value::Object(value));
        }
        note(&rows.iter().map(|(row, _)| *row).collect::<Vec<_>>());
        Ok(Value::Array(values))
    }
}

/// Leaves out elements that hold another of the list: the row of a table that sets the page must not swallow the rows in it.
fn only_innermost(found: &mut Vec<ElementRef<'_>>) {
    let holds_the_next = |pair: &[ElementRef<'_>]| pair[1].ancestors().any(|outer| outer.id() == pair[0].id());
    let mut holds: Vec<bool> = found.windows(2).map(holds_the_next).collect();
    holds.push(false);
    let mut holds = holds.into_iter();
    found.retain(|_| !holds.next().unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn look(css: &str, kind: Kind) -> Look {
        Look { css: Some(Selector::parse(css).unwrap()), written: css.to_owned(), kind, ..Look::default() }
    }

    fn rows(cells: Vec<(String, Look)>) -> Kind {
        Kind::Rows(Rows { columns: Columns::default(), cells })
    }

    #[test]
    fn a_page_becomes_rows_with_cells() {
        let title = Look { without: Some(Selector::parse("span").unwrap()), ..look("td.t", Kind::One) };
        let link = Look { attribute: Some("href".to_owned()), ..look("a", Kind::One) };
        let found = look(
            "tr.row",
            rows(vec![("title".to_owned(), title), ("text".to_owned(), look("td.t span", Kind::One)), ("link".to_owned(), link)]),
        );
        let view = View { fields: vec![("rows".to_owned(), found), ("all".to_owned(), look("td", Kind::All))] };
        let html = Html::parse_document(
            "<table><tr class=row><td class=t>Auto <b>de</b>\n llamamiento<span>cuerpo &lt;1&gt;</span></td><td><a href='/d/1'>ver</a></td></tr></table>",
        );
        let value = view.see(&html, "https://x.example/").unwrap().value.to_plain();
        assert_eq!(value["rows"], json!([{"title": "Auto de\nllamamiento", "text": "cuerpo <1>", "link": "/d/1"}]));
        assert_eq!(value["all"].as_array().unwrap().len(), 2);
    }

    #[test]
    fn a_row_that_is_itself_the_link_is_found() {
        let link = Look { attribute: Some("href".to_owned()), ..look("a", Kind::One) };
        let view = View { fields: vec![("rows".to_owned(), look("a.x", rows(vec![("link".to_owned(), link)])))] };
        assert_eq!(
            view.see(&Html::parse_document("<a class=x href=/1>uno</a>"), "https://x.example/").unwrap().value.to_plain(),
            json!({"rows": [{"link": "/1"}]})
        );
    }

    #[test]
    fn a_required_element_that_is_not_there_is_named() {
        let view = View { fields: vec![("number".to_owned(), Look { required: true, ..look("#n", Kind::One) })] };
        let missing = view.see(&Html::parse_document("<p>x</p>"), "https://x.example/").unwrap_err();
        assert_eq!((missing.field.as_str(), missing.css.as_str()), ("number", "#n"));
    }

    #[test]
    fn deep_nesting_does_not_exhaust_the_stack() {
        let html = Html::parse_document(&format!("{}hondo", "<div>".repeat(20_000)));
        let view = View { fields: vec![("t".to_owned(), look("body", Kind::One))] };
        assert_eq!(view.see(&html, "https://x.example/").unwrap().value.to_plain(), json!({"t": "hondo"}));
    }

    /// The value of a page under a view that is written as in a recipe.
    fn seen(view: &str, html: &str) -> serde_json::Value {
        let sink = crate::diag::Sink::new("view.toml", view);
        let document = crate::diag::parse(&sink).expect("TOML");
        let fields = crate::recipe::syntax::view::looks(&mut crate::diag::Reader::root(&document, &sink));
        let problems: Vec<String> = sink.into_problems().iter().map(ToString::to_string).collect();
        assert!(problems.is_empty(), "{problems:?}");
        View { fields }.see(&Html::parse_document(html), "https://x.example/a/").unwrap().value.to_plain()
    }

    #[test]
    fn a_page_that_becomes_many_times_larger_when_it_is_read_is_none() {
        let row_in_row = format!("{}<h2>{}", "<article>".repeat(200), "x".repeat(10_000));
        let reach = format!("<table><tr><td>Date<tr>{}{}</table>", "<td rowspan=1000>x".repeat(300), "<tr><td>y".repeat(300));
        let left = budget::Left { bytes: 1 << 20, steps: 1 << 24 };
        for (view, page) in [
            ("rows = { css = 'article', cells = { title = 'h2' } }", row_in_row),
            ("rows = { css = 'tr', columns = { date = '^Date' } }", reach),
        ] {
            let read = |page: &str| budget::within_these(left, || Ok(seen(view, page)));
            assert!(read("<article><h2>x</h2></article><table><tr><td>Date<tr><td>x</table>").is_ok());
            assert!(matches!(read(&page), Err(crate::recipe::Refusal::Unreadable { .. })), "{view}");
        }
    }

    const TABLES: &str = "<table><tr><td>
        <table><tr><td colspan=3>Docket of 3 March</td></tr>
          <tr><td><b>Date<br>Filed</b></td><th colspan=2>#</th><td>Docket Text</td></tr>
          <tr><td>01/02/2024</td><td>&nbsp;</td><td><a href=/d/1>1</a></td><td>Complaint
            <table><tr><td>01/01/1999</td><td></td><td>A</td><td>Exhibit</td></tr></table></td></tr>
          <tr><td colspan=4>01/02/2024 is the start of page 2</td></tr></table>
        <table><tr><td>01/03/2024</td><td></td><td></td><td>Minute entry</td></tr></table>
        <table><tr><td>01/04/2024</td><td>A receipt</td></tr></table>
        <table><tr><td rowspan=2>01/05/2024</td><td></td><td>2</td><td>Order</td></tr><tr><td></td><td>3</td><td>Judgment</td></tr></table>
      </td></tr></table>";

    #[test]
    fn columns_go_by_the_words_of_the_header_and_hold_for_tables_without_one() {
        let view = r#"
            [rows]
            css = "tr"
            columns = { date = '^Date', no = '^#$', text = 'Docket Text' }
            cells = { link = { column = "no", css = "a@href" }, no_text = { column = "text", without = "table" } }
        "#;
        let rows = &seen(view, TABLES)["rows"];
        let row = |date: &str, no: &str, text: &str, link: &str| (date.to_owned(), no.to_owned(), text.to_owned(), link.to_owned());
        let cell = |row: &serde_json::Value, name: &str| row[name].as_str().unwrap().to_owned();
        let found: Vec<_> = rows
            .as_array()
            .unwrap()
            .iter()
            .map(|row| (cell(row, "date"), cell(row, "no"), cell(row, "no_text"), cell(row, "link")))
            .collect();
        assert_eq!(
            found,
            [
                row("01/02/2024", "1", "Complaint", "/d/1"),
                row("01/03/2024", "", "Minute entry", ""),
                row("01/05/2024", "2", "Order", ""),
                row("01/05/2024", "3", "Judgment", ""),
            ]
        );
        assert_eq!(rows[0]["text"], "Complaint\n01/01/1999 A Exhibit");
    }

    #[test]
    fn columns_that_were_moved_are_found_and_those_that_are_gone_give_no_rows() {
        let view = "rows = { css = 'tr', columns = { date = 'Date', text = 'Text' } }";
        let html = "<table><tr><th>Text<th>Date<tr><td>a<td>1</table>";
        assert_eq!(seen(view, html)["rows"], json!([{"date": "1", "text": "a"}]));
        assert_eq!(seen(view, &html.replace("<th>Date", "<th>Day"))["rows"], json!([]));
        let twice = html.replace("</table>", "<tr><th>Text<th>Date<tr><td>b<td>2</table>");
        assert_eq!(seen(view, &twice)["rows"], json!([{"date": "1", "text": "a"}, {"date": "2", "text": "b"}]));
        let optional = view.replace("'Text'", "{ words = 'Text', optional = true }");
        let without_text = "<table><tr><th>Day<th>Date<tr><td>a<td>1</table>";
        assert_eq!(seen(&optional, without_text)["rows"], json!([{"date": "1", "text": ""}]));
        assert_eq!(seen(view, without_text)["rows"], json!([]));
        assert_eq!(seen(view, "<table><tr><th>Date of the Text<th>x<tr><td>a<td>1</table>")["rows"], json!([]));
    }

    #[test]
    fn rows_within_rows_are_the_rows_and_an_outer_one_swallows_none() {
        let view = "rows = { css = 'tr', within = { css = 'table', has = 'Docket Text' }, has = '\\d\\d/\\d\\d/2024', hasnt = 'start', cells = { t = '.' } }";
        let rows = seen(view, &TABLES.replace("<table><tr><td>01/01/1999", "<table><tr><td>01/01/2023"));
        let texts: Vec<&str> = rows["rows"].as_array().unwrap().iter().map(|row| row["t"].as_str().unwrap()).collect();
        // All of it stands within a table that has the words; the tables after the first are within the outer one.
        assert_eq!(texts.len(), 4, "{texts:?}");
        assert!(texts[0].starts_with("01/02/2024 1 Complaint") && texts[3].starts_with("01/05/2024 2 Order"), "{texts:?}");
    }

    #[test]
    fn a_look_takes_the_first_element_that_has_the_words() {
        let html = "<p>Court: Lima</p><p>Judge: A. Example</p><p>Judge: B. Example</p>";
        let view = "judge = { css = 'p', has = '^Judge', first = ': (.*)' }\nother = { css = 'p', hasnt = '^(Judge|Court)' }\nall = { css = 'p', has = 'Example', all = true }";
        assert_eq!(seen(view, html), json!({"judge": "A. Example", "other": "", "all": ["Judge: A. Example", "Judge: B. Example"]}));
    }

    #[test]
    fn a_label_gives_what_follows_it_on_its_line_or_in_the_next_cell() {
        let html = "<table><tr><td>Judge: <b>A.</b> Example<br>Cause: 28:2201</td><td>Date Filed:</td><td>12/23/2008</td></tr>
            <tr><td>Status:</td><td></td><td>Demand:</td></tr></table><div><label>Court\n</label></div><div>Lima&nbsp;</div>
            <div class=other>Judge: B. Example</div>";
        let view = r#"
            judge  = { label = '^Judge:' }
            cause  = { label = 'Cause:', first = '^\d+' }
            filed  = { label = '^Date Filed:' }
            status = { label = '^Status:' }
            court  = { label = '^Court$' }
            second = { label = '^Judge:', within = "div.other" }
            none   = { label = '^Jury:' }
        "#;
        let expected = json!({"judge": "A. Example", "cause": "28", "filed": "12/23/2008", "status": "", "court": "Lima", "second": "B. Example", "none": ""});
        assert_eq!(seen(view, html), expected);
    }
}
