//! The syntax of views: looks at a page, and at the rows and tables on it.
//!
//! Called for the `view` of a step, and by `page_source` for the looks of a watched page.

use crate::diag::{At, Reader, suggestion};
use crate::recipe::columns::{Column, Columns};
use crate::recipe::view::{Kind, Look, Rows};

use super::part;

/// The looks of a view or of a row: name = "css", "css@attribute", "." for the element itself, or a table.
pub fn looks(reader: &mut Reader<'_>) -> Vec<(String, Look)> {
    looks_under(reader, &[])
}

/// The look under a key; see [`looks`].
pub fn look(reader: &mut Reader<'_>, key: &str) -> Option<Look> {
    look_under(reader, key, &[])
}

/// A look written as `css`, `css@attribute`, `.` or `.@attribute`.
pub fn simple_look(reader: &Reader<'_>, text: &At<String>) -> Option<Look> {
    let (css, attribute) = match text.value.rsplit_once('@') {
        Some((css, attribute)) => (css.trim(), Some(attribute.trim().to_owned())),
        None => (text.value.trim(), None),
    };
    let selector = match css {
        "." => None,
        css => Some(part::css(reader, &At { value: css.to_owned(), span: text.span.clone() })?),
    };
    Some(Look { css: selector, written: text.value.clone(), attribute, ..Look::default() })
}

/// … in rows of a table with these columns.
fn looks_under(reader: &mut Reader<'_>, columns: &[&str]) -> Vec<(String, Look)> {
    let keys = reader.keys();
    keys.into_iter().filter_map(|key| look_under(reader, &key.value, columns).map(|look| (key.value, look))).collect()
}

fn look_under(reader: &mut Reader<'_>, key: &str, columns: &[&str]) -> Option<Look> {
    if reader.item(key)?.is_str() {
        let text = reader.text(key)?;
        return simple_look(reader, &text);
    }
    let mut table = reader.table(key)?;
    let look = if table.has("label") { after_label(&mut table) } else { element(&mut table, columns) };
    table.finish();
    look
}

fn element(table: &mut Reader<'_>, columns: &[&str]) -> Option<Look> {
    let column = table.text("column").filter(|column| is_column(table, column, columns)).map(|column| column.value);
    let has_css = table.has("css");
    if !has_css && !table.has("column") {
        table.required("css", "a selector; or `label`, the words before a text");
    }
    let css = table.text("css");
    let base = match &css {
        Some(text) => simple_look(table, text),
        None => (!has_css).then(|| Look { written: column.clone().unwrap_or_default(), ..Look::default() }),
    };
    let without = table.text("without").and_then(|text| part::css(table, &text));
    let first = table.text("first").and_then(|text| part::regex(table, &text));
    let has = table.text("has").and_then(|text| part::regex(table, &text));
    let hasnt = table.text("hasnt").and_then(|text| part::regex(table, &text));
    let within = within(table);
    let required = table.flag("required").is_some_and(|flag| flag.value);
    let all = table.flag("all").is_some_and(|flag| flag.value);
    let kind = match rows(table) {
        Some(rows) => Kind::Rows(rows),
        None if all => Kind::All,
        None => Kind::One,
    };
    let base = base?;
    if within.is_some() && base.css.is_none() {
        table.report("within", "`within` needs a selector of what stands within", Some("write css = \"…\"".to_owned()));
    }
    Some(Look { without, first, has, hasnt, within, required, kind, column, ..base })
}

fn after_label(table: &mut Reader<'_>) -> Option<Look> {
    let written = table.text("label");
    let label = written.as_ref().and_then(|text| words(table, text));
    let first = table.text("first").and_then(|text| part::regex(table, &text));
    let within = within(table);
    let required = table.flag("required").is_some_and(|flag| flag.value);
    for key in ["css", "column", "without", "has", "hasnt", "all", "cells", "columns"] {
        if table.item(key).is_some() {
            let help = "a label is found by its words, anywhere in the page or in what `within` names";
            table.report(key, format!("a look with `label` has no `{key}`"), Some(help.to_owned()));
        }
    }
    Some(Look { label: Some(label?), written: written?.value, first, within, required, ..Look::default() })
}

/// The elements within which a look looks: a selector, or a table with `css`, `has`, `hasnt`, `within`.
fn within(reader: &mut Reader<'_>) -> Option<Box<Look>> {
    if !reader.has("within") {
        return None;
    }
    let outer = if reader.item("within")?.is_str() {
        let text = reader.text("within")?;
        simple_look(reader, &text)
    } else {
        let mut table = reader.table("within")?;
        let css = table.required_text("css").and_then(|text| simple_look(&table, &text));
        let has = table.text("has").and_then(|text| part::regex(&table, &text));
        let hasnt = table.text("hasnt").and_then(|text| part::regex(&table, &text));
        let outer = within(&mut table);
        table.finish();
        css.map(|css| Look { has, hasnt, within: outer, ..css })
    }?;
    if outer.css.is_none() || outer.attribute.is_some() {
        reader.report("within", "`within` needs the selector of an element, without an attribute", None);
        return None;
    }
    Some(Box::new(outer))
}

fn rows(table: &mut Reader<'_>) -> Option<Rows> {
    let columns = columns(table);
    let names: Vec<&str> = columns.0.iter().map(|column| column.name.as_str()).collect();
    let cells = if table.has("cells") {
        table.table("cells").map(|mut cells| {
            for key in cells.keys().into_iter().filter(|key| names.contains(&key.value.as_str())) {
                cells.sink().report(
                    key.span,
                    format!("\"{}\" is a column and a cell", key.value),
                    Some("give the cell another name".to_owned()),
                );
            }
            looks_under(&mut cells, &names)
        })
    } else {
        None
    };
    let is_rows = table.has("cells") || table.has("columns");
    is_rows.then(|| Rows { cells: cells.unwrap_or_default(), columns })
}

fn columns(table: &mut Reader<'_>) -> Columns {
    if !table.has("columns") {
        return Columns::default();
    }
    let Some(mut columns) = table.table("columns") else { return Columns::default() };
    let names = columns.keys();
    if names.is_empty() {
        columns.sink().report(columns.span(), "no columns", Some("write columns = { date = 'Date Filed' }".to_owned()));
    }
    let all: Vec<Column> = names.into_iter().filter_map(|name| column(&mut columns, name.value)).collect();
    if !all.is_empty() && all.iter().all(|column| column.optional) {
        columns.sink().report(columns.span(), "every column is optional, so that any row would be a header", None);
    }
    Columns(all)
}

/// A column: the words of its header, or a table with `words` and `optional`.
fn column(columns: &mut Reader<'_>, name: String) -> Option<Column> {
    if columns.item(&name)?.is_str() {
        let text = columns.text(&name)?;
        return words(columns, &text).map(|words| Column { name, words, optional: false });
    }
    let mut table = columns.table(&name)?;
    let found = table.required_text("words").and_then(|text| words(&table, &text));
    let optional = table.flag("optional").is_some_and(|flag| flag.value);
    table.finish();
    found.map(|words| Column { name, words, optional })
}

/// A pattern for words; one that fits an empty text is a mistake.
fn words(reader: &Reader<'_>, text: &At<String>) -> Option<regex::Regex> {
    let words = part::regex(reader, text)?;
    if words.is_match("") {
        reader.sink().report(text.span.clone(), format!("\"{}\" fits an empty text too", text.value), None);
        return None;
    }
    Some(words)
}

fn is_column(reader: &Reader<'_>, column: &At<String>, columns: &[&str]) -> bool {
    let is_known = columns.contains(&column.value.as_str());
    if !is_known {
        let help = if columns.is_empty() {
            Some("only the cells of rows with `columns` are in a column".to_owned())
        } else {
            suggestion(&column.value, columns)
        };
        reader.sink().report(column.span.clone(), format!("there is no column \"{}\"", column.value), help);
    }
    is_known
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::{Sink, parse};

    #[test]
    fn mistakes_in_a_view_are_named_at_their_place() {
        for (view, expected) in [
            ("a = { css = 'p', has = '(' }", "1:24: not a regular expression"),
            ("a = { first = 'x' }", "1:5: [a] has no `css`"),
            ("a = { label = 'Date:', css = 'p' }", "1:30: a look with `label` has no `css`"),
            ("a = { label = '(Date)?' }", "1:15: \"(Date)?\" fits an empty text too"),
            ("a = { css = 'tr', within = 'table[' }", "1:28: not a CSS selector"),
            ("a = { css = 'tr', within = { has = 'x' } }", "1:28: [a.within] has no `css`"),
            ("a = { css = 'tr', within = 'table@id' }", "1:28: `within` needs the selector"),
            ("a = { css = '.', within = 'table' }", "1:27: `within` needs a selector of what stands within"),
            ("a = { css = 'tr', columns = {} }", "1:29: no columns"),
            ("a = { css = 'tr', columns = { d = 'Date', t = '.*' } }", "1:47: \".*\" fits an empty text too"),
            ("a = { css = 'tr', columns = { d = { words = 'D', optional = true } } }", "1:29: every column is optional"),
            ("a = { css = 'tr', columns = { d = { optional = true } } }", "1:35: [a.columns.d] has no `words`"),
            ("a = { css = 'tr', columns = { date = 'Date' }, cells = { x = { column = 'dato' } } }", "1:73: there is no column \"dato\""),
            ("a = { css = 'tr', columns = { date = 'Date' }, cells = { date = 'td' } }", "1:58: \"date\" is a column and a cell"),
            ("a = { css = 'tr', column = 'x' }", "1:28: there is no column \"x\""),
            ("a = { css = 'tr', hasn = 'x' }", "1:19: unknown key `hasn`"),
        ] {
            let sink = Sink::new("view.toml", view);
            let document = parse(&sink).expect("TOML");
            looks(&mut Reader::root(&document, &sink));
            let problems: Vec<String> =
                sink.into_problems().iter().map(|problem| format!("{}:{}: {}", problem.line, problem.column, problem.message)).collect();
            assert!(problems.iter().any(|problem| problem.starts_with(expected)), "{view}: expected {expected}, found {problems:#?}");
        }
    }
}
