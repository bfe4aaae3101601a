//! What repeats on an HTML page: elements of one kind at like places, and the cells that they share.

use std::collections::{BTreeMap, HashMap, HashSet};

use scraper::{ElementRef, Html, Selector};

use super::guess::{is_dated, name_of};
use super::{Candidate, Cell, Form, Found, Look, Piece, Spot, selector};
use crate::recipe::filter::collapse;

/// Elements that are never a list's rows.
const NEVER: &[&str] = &[
    "html", "head", "body", "script", "style", "noscript", "template", "meta", "link", "option", "td", "th", "thead", "tbody", "tfoot",
    "col", "colgroup", "br", "hr", "img", "input", "button", "span", "b", "i", "strong", "em", "label", "font", "svg", "path", "g",
    "select", "form",
];

/// No more than this many are offered.
const MOST: usize = 9;

/// Looks through an HTML page.
pub fn found(text: &str) -> Found {
    let html = Html::parse_document(text);
    let first = |css: &str| Selector::parse(css).ok().and_then(|css| html.select(&css).next());
    let title = first("title").or_else(|| first("h1")).map(|element| said(element)).filter(|title| !title.is_empty());
    let language =
        first("html[lang]").and_then(|element| element.attr("lang")).map(|lang| lang.chars().take(2).collect::<String>().to_lowercase());
    let canonical = first("link[rel=canonical]").and_then(|element| element.attr("href")).map(str::to_owned);
    Found {
        form: Form::Html,
        title,
        language,
        address: canonical.or_else(|| saved_from(text)),
        candidates: candidates(&html),
        pieces: pieces(&html),
    }
}

/// The comment that browsers put on top of a page that they save: `<!-- saved from url=(0042)https://… -->`.
fn saved_from(text: &str) -> Option<String> {
    let after = text.split_once("saved from url=")?.1;
    let address = after.split_once(')')?.1.split("-->").next()?.trim();
    address.starts_with("http").then(|| address.to_owned())
}

fn said(element: ElementRef<'_>) -> String {
    collapse(&element.text().collect::<Vec<_>>().join(" "))
}

fn candidates(html: &Html) -> Vec<Candidate> {
    let mut groups: BTreeMap<String, Vec<ElementRef<'_>>> = BTreeMap::new();
    for element in html.root_element().descendants().filter_map(ElementRef::wrap) {
        if !NEVER.contains(&element.value().name()) && element.ancestors().count() < 60 {
            groups.entry(path(element)).or_default().push(element);
        }
    }
    let mut all: Vec<(f64, Vec<ElementRef<'_>>, Candidate)> = Vec::new();
    for group in groups.into_values().filter(|group| group.len() >= 2) {
        let tag = group[0].value().name();
        let mut kinds: Vec<(String, Vec<ElementRef<'_>>)> = vec![(tag.to_owned(), group.clone())];
        let mut by_class: BTreeMap<String, Vec<ElementRef<'_>>> = BTreeMap::new();
        for element in &group {
            for class in selector::classes(*element) {
                by_class.entry(class).or_default().push(*element);
            }
        }
        kinds.extend(
            by_class.into_iter().filter(|(_, elements)| elements.len() >= 2).map(|(class, elements)| (format!("{tag}.{class}"), elements)),
        );
        let tables: HashSet<_> = group.iter().filter_map(|row| table_of(*row)).map(|table| table.id()).collect();
        if tables.len() > 1 {
            for table in tables {
                kinds.push((
                    tag.to_owned(),
                    group.iter().copied().filter(|row| table_of(*row).is_some_and(|own| own.id() == table)).collect(),
                ));
            }
        }
        for (own, elements) in kinds.into_iter().filter(|(_, elements)| elements.len() >= 2) {
            let Some(at) = selector::exact(html, &elements, &own) else { continue };
            // A row of headings is none of the list's, though its selector may match it.
            let has = |row: &ElementRef<'_>, name: &str| row.child_elements().any(|cell| cell.value().name() == name);
            let has_headings = tag == "tr" && elements.iter().any(|row| !has(row, "th"));
            let is_row = |row: &ElementRef<'_>| tag != "tr" || has(row, "td") && !(has_headings && has(row, "th"));
            let elements: Vec<_> = elements.into_iter().filter(is_row).collect();
            if elements.len() < 2 {
                continue;
            }
            let cells = cells(&elements);
            let score = score(&cells, elements.len(), &at);
            if score > 0.0 {
                all.push((score, elements.clone(), Candidate { at, rows: elements.len(), cells }));
            }
        }
    }
    all.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.2.at.len().cmp(&b.2.at.len())));
    let mut taken: Vec<(Vec<ElementRef<'_>>, Candidate)> = Vec::new();
    for (_, elements, candidate) in all {
        let is_same = taken.iter().any(|(known, _)| are_the_same(known, &elements));
        if !is_same && taken.len() < MOST {
            taken.push((elements, candidate));
        }
    }
    taken.into_iter().map(|(_, candidate)| candidate).collect()
}

/// One row within one row of the other, all along: a wrapper is no second list.
fn are_the_same(a: &[ElementRef<'_>], b: &[ElementRef<'_>]) -> bool {
    let within =
        |inner: &ElementRef<'_>, outer: &ElementRef<'_>| inner.id() == outer.id() || inner.ancestors().any(|node| node.id() == outer.id());
    a.len() == b.len() && (a.iter().zip(b).all(|(a, b)| within(a, b)) || a.iter().zip(b).all(|(a, b)| within(b, a)))
}

fn path(element: ElementRef<'_>) -> String {
    let mut names: Vec<&str> = element.ancestors().filter_map(ElementRef::wrap).map(|ancestor| ancestor.value().name()).collect();
    names.reverse();
    names.push(element.value().name());
    names.join(">")
}

fn table_of(row: ElementRef<'_>) -> Option<ElementRef<'_>> {
    row.ancestors().filter_map(ElementRef::wrap).find(|ancestor| ancestor.value().name() == "table").filter(|_| row.value().name() == "tr")
}

/// How likely rows are the entries: they have dates, several cells, and there are many of them.
fn score(cells: &[Cell], rows: usize, at: &str) -> f64 {
    let texts = cells.iter().filter(|cell| !is_link(cell)).count();
    if cells.is_empty() {
        return 0.0;
    }
    #[expect(clippy::cast_precision_loss, reason = "pages have few rows")]
    let (many, wide) = ((rows as f64).ln(), (texts.min(6) as f64) / 2.0);
    let filled: f64 = cells.iter().map(share).sum::<f64>() / f64::from(u32::try_from(cells.len()).unwrap_or(1));
    let dated = if cells.iter().any(|cell| is_dated(&cell.values)) { 6.0 } else { 0.0 };
    let placed = if at.contains("nth-") { 1.0 } else { 0.0 };
    // A table may be one entry, and is mostly a whole list.
    let nested = if at.ends_with("table") { 4.0 } else { 0.0 };
    (many + wide + dated - placed - nested) * filled * filled
}

fn is_link(cell: &Cell) -> bool {
    matches!(&cell.look, Look::Css(css) if css.contains('@')) || matches!(cell.look, Look::InColumn(..))
}

fn share(cell: &Cell) -> f64 {
    let having = cell.values.iter().filter(|value| !value.is_empty()).count();
    #[expect(clippy::cast_precision_loss, reason = "pages have few rows")]
    let share = having as f64 / cell.values.len().max(1) as f64;
    share
}

/// The cells that at least half of the rows have.
fn cells(rows: &[ElementRef<'_>]) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    let add = |cells: &mut Vec<Cell>, look: Look, hint: &str, values: Vec<String>| {
        let having = values.iter().filter(|value| !value.is_empty()).count();
        if having * 2 >= rows.len() && !cells.iter().any(|known| known.values == values && !known.values.iter().all(String::is_empty)) {
            let taken: Vec<&str> = cells.iter().map(|cell| cell.name.as_str()).collect();
            cells.push(Cell { name: name_of(hint, &taken), look, values });
        }
    };
    let is_table = rows[0].value().name() == "tr";
    let headings = if is_table { headings(rows) } else { Vec::new() };
    for (key, css) in places(rows, is_table) {
        let Ok(parsed) = Selector::parse(&css) else { continue };
        let values: Vec<String> = rows.iter().map(|row| first_in(*row, &parsed).map(said).unwrap_or_default()).collect();
        let heading = css
            .strip_prefix("td:nth-child(")
            .and_then(|rest| rest.strip_suffix(')')?.parse::<usize>().ok())
            .and_then(|nth| headings.get(nth - 1))
            .filter(|heading| !heading.is_empty());
        let hint = heading.map_or(key.as_str(), String::as_str);
        let look = heading.map_or_else(|| Look::Css(css.clone()), |heading| Look::Column(heading.clone()));
        add(&mut cells, look, hint, values);
        for (inner, attribute, hint) in [("a", "href", "link"), ("time", "datetime", "date")] {
            let inside = |row: &ElementRef<'_>| {
                let element = first_in(*row, &parsed)?;
                let own = std::iter::once(element).chain(element.descendants().filter_map(ElementRef::wrap));
                own.filter(|element| element.value().name() == inner)
                    .find_map(|element| element.attr(attribute).map(|value| value.trim().to_owned()))
            };
            let values: Vec<String> = rows.iter().map(|row| inside(row).unwrap_or_default()).collect();
            let is_itself = css == inner
                || css.starts_with(&format!("{inner}."))
                || css.rsplit(' ').next().is_some_and(|last| last == inner || last.starts_with(&format!("{inner}.")));
            let written = if is_itself { format!("{css}@{attribute}") } else { format!("{css} {inner}@{attribute}") };
            let look = heading.map_or(Look::Css(written), |heading| Look::InColumn(heading.clone(), format!("{inner}@{attribute}")));
            add(&mut cells, look, hint, values);
        }
    }
    if rows[0].value().name() == "a" {
        add(
            &mut cells,
            Look::Css(".@href".to_owned()),
            "link",
            rows.iter().map(|row| row.attr("href").unwrap_or_default().to_owned()).collect(),
        );
    }
    for attribute in ["id", "data-id", "data-key"] {
        let values: Vec<String> = rows.iter().map(|row| row.attr(attribute).unwrap_or_default().to_owned()).collect();
        // What a framework counted up is another tomorrow.
        let is_counted = values.iter().any(|value| value.contains(':') || value.contains("j_id"));
        if !is_counted && values.iter().all(|value| !value.is_empty()) {
            add(&mut cells, Look::Css(format!(".@{attribute}")), "id", values);
        }
    }
    if cells.iter().all(is_link) {
        add(&mut cells, Look::Css(".".to_owned()), "text", rows.iter().map(|row| said(*row)).collect());
    }
    cells
}

/// The first element within a row.
fn first_in<'a>(row: ElementRef<'a>, css: &Selector) -> Option<ElementRef<'a>> {
    row.select(css).find(|found| found.id() != row.id())
}

/// The words above the columns of a table: of the row whose cells are all headings.
fn headings(rows: &[ElementRef<'_>]) -> Vec<String> {
    let Some(table) = table_of(rows[0]) else { return Vec::new() };
    let Ok(css) = Selector::parse("tr") else { return Vec::new() };
    let is_th = |cell: &ElementRef<'_>| cell.value().name() == "th";
    let is_plain = !rows.iter().any(|row| row.child_elements().any(|cell| is_th(&cell)));
    let is_heading = |row: &ElementRef<'_>| {
        let cells: Vec<_> = row.child_elements().collect();
        // Among rows that have no heading of their own, one is enough to tell the row of headings.
        cells.len() > 1 && if is_plain { cells.iter().any(is_th) } else { cells.iter().all(is_th) }
    };
    table.select(&css).find(is_heading).map(|row| row.child_elements().map(said).collect()).unwrap_or_default()
}

/// Where the pieces of the rows stand: a name to go by, and a selector within the row.
fn places(rows: &[ElementRef<'_>], is_table: bool) -> Vec<(String, String)> {
    let mut order: Vec<String> = Vec::new();
    let mut at: HashMap<String, Vec<(usize, ElementRef<'_>)>> = HashMap::new();
    for (nth, row) in rows.iter().enumerate() {
        let pieces: Vec<ElementRef<'_>> = if is_table {
            row.child_elements().filter(|cell| cell.value().name() == "td").collect()
        } else {
            row.descendants().skip(1).filter_map(ElementRef::wrap).filter(|element| is_piece(*element)).take(40).collect()
        };
        for piece in pieces {
            let place = place(*row, piece);
            if !at.contains_key(&place) {
                order.push(place.clone());
            }
            at.entry(place).or_default().push((nth, piece));
        }
    }
    let mut places: Vec<(String, String)> = Vec::new();
    for place in order {
        let pieces = &at[&place];
        if pieces.len() * 2 < rows.len() || places.len() >= 14 {
            continue;
        }
        let shared: Vec<String> = selector::classes(pieces[0].1)
            .into_iter()
            .filter(|class| pieces.iter().all(|(_, piece)| piece.value().classes().any(|own| own == class)))
            .collect();
        let tag = pieces[0].1.value().name();
        let is_first = |css: &str| {
            let Ok(css) = Selector::parse(css) else { return false };
            pieces.iter().all(|(nth, piece)| {
                rows[*nth].select(&css).find(|found| found.id() != rows[*nth].id()).is_some_and(|found| found.id() == piece.id())
            })
        };
        let by_class = shared.iter().map(|class| format!("{tag}.{class}")).find(|css| is_first(css));
        let by_tag = Some(tag.to_owned()).filter(|tag| !is_table && is_first(tag));
        let hint = shared.first().cloned().unwrap_or_else(|| tag.to_owned());
        places.push((hint, by_class.or(by_tag).unwrap_or(place)));
    }
    places
}

/// Whether an element holds text of its own.
fn is_piece(element: ElementRef<'_>) -> bool {
    let own = element.children().filter_map(|node| node.value().as_text()).any(|text| !text.trim().is_empty());
    own && !matches!(element.value().name(), "script" | "style" | "b" | "i" | "strong" | "em" | "br")
}

/// The way from a row to a piece, by position.
fn place(row: ElementRef<'_>, piece: ElementRef<'_>) -> String {
    let nth = |element: ElementRef<'_>| {
        let before = element.prev_siblings().filter_map(ElementRef::wrap).count();
        format!("{}:nth-child({})", element.value().name(), before + 1)
    };
    let mut parts: Vec<String> = vec![nth(piece)];
    parts.extend(piece.ancestors().filter_map(ElementRef::wrap).take_while(|ancestor| ancestor.id() != row.id()).map(nth));
    parts.reverse();
    parts.join(" > ")
}

/// Every piece of text with a way to find it, for the case number.
fn pieces(html: &Html) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut before = String::new();
    for element in html.root_element().descendants().filter_map(ElementRef::wrap).filter(|element| is_piece(*element)) {
        let own: String =
            collapse(&element.children().filter_map(|node| node.value().as_text()).map(|text| &**text).collect::<Vec<_>>().join(" "));
        // The whole label counts only when the text is not in it.
        let label = before.clone();
        let has_digits = own.chars().filter(char::is_ascii_digit).count() >= 3;
        if has_digits {
            let spot = selector::of_one(html, element).map(Spot::Css);
            let by_label = Some(label.clone())
                .filter(|label| (3..60).contains(&label.chars().count()) && !label.chars().any(|c| c.is_ascii_digit()))
                .map(Spot::Label);
            // A label says what the number is; a selector may find another number tomorrow.
            if let Some(at) = by_label.or(spot) {
                pieces.push(Piece { at, label, text: own.clone() });
            }
        }
        before = own;
    }
    pieces
}
