//! Where a case stands in the text of a file, comments and blank lines included.
//!
//! Used by `edit`. Pure: texts and ranges.

use std::ops::Range;

use toml_edit::{Document, Item, Table};

/// Where new cases go: after the last case and the comments that follow it without a gap, else at the end.
pub(super) fn place_for_new(text: &str, document: &Document<String>) -> Result<usize, String> {
    let Some(item) = document.get("case") else { return Ok(text.len()) };
    let Some(last) = item.as_array_of_tables().and_then(|tables| tables.iter().last()) else {
        return Err("the cases are written as one list, not as [[case]] tables".to_owned());
    };
    let end = line_end(text, extent(last)?.end);
    let mut after = end;
    while text[after..].trim_start_matches([' ', '\t']).starts_with('#') {
        after = line_end(text, after);
    }
    // Comments that lead straight into another table are that table's.
    let leads_on = text[after..].trim_start_matches([' ', '\t']).starts_with('[');
    Ok(if leads_on { end } else { after })
}

/// The text with a block of lines at a place, and blank lines around it.
pub(super) fn insert(text: &str, at: usize, block: &str) -> String {
    let (before, after) = (&text[..at], &text[at..]);
    let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let opening = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    let next_is_blank = after.is_empty() || after.trim_start_matches([' ', '\t', '\r']).starts_with('\n');
    let closing = if next_is_blank { "" } else { "\n" };
    let block = if before.is_empty() { block.trim_start_matches('\n') } else { block };
    let block = format!("{opening}{block}{closing}").replace('\n', line_break);
    format!("{before}{block}{after}")
}

/// From a table's header to the end of its last value, tables within it included.
pub(super) fn extent(table: &Table) -> Result<Range<usize>, String> {
    let start = table.span().ok_or_else(|| "the case has no place of its own".to_owned())?.start;
    let mut spans = Vec::new();
    table_spans(table, &mut spans);
    Ok(start..spans.iter().map(|span| span.end).max().unwrap_or(start))
}

fn table_spans(table: &Table, spans: &mut Vec<Range<usize>>) {
    spans.extend(table.span());
    table.iter().for_each(|(_, item)| item_spans(item, spans));
}

fn item_spans(item: &Item, spans: &mut Vec<Range<usize>>) {
    match item {
        Item::Table(table) => table_spans(table, spans),
        Item::ArrayOfTables(tables) => tables.iter().for_each(|table| table_spans(table, spans)),
        other => spans.extend(other.span()),
    }
}

/// Whether anything else of the file begins inside the range.
pub(super) fn stands_between(document: &Document<String>, table: &Table, range: &Range<usize>) -> bool {
    let mut own = Vec::new();
    table_spans(table, &mut own);
    let mut all = Vec::new();
    document.iter().for_each(|(_, item)| item_spans(item, &mut all));
    all.iter().any(|span| range.contains(&span.start) && !own.contains(span))
}

/// The lines of the shipped file, whose comments explain it. They are nobody's remark on a case.
const GUIDE: &str = include_str!("../../watchlist.toml");

fn is_guide(line: &str) -> bool {
    let line = line.trim();
    line.len() > 1 && GUIDE.lines().any(|guide| guide.trim() == line)
}

/// Whether the options that are switched off below a case are the shipped file's.
pub(super) fn carries_guide(text: &str, end: usize) -> bool {
    let below = line_end(text, end);
    let line = &text[below..line_end(text, below)];
    is_option(line) && is_guide(line)
}

/// An option that is switched off: `#key = …`, without a space after the #.
fn is_option(line: &str) -> bool {
    line.strip_prefix('#').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()) && rest.contains('='))
}

/// Lines of TOML as comments, in the manner of the shipped file.
pub(super) fn switched_off(lines: &str) -> String {
    let off = |line: &str| if line.trim().is_empty() || line.starts_with('#') { line.to_owned() } else { format!("#{line}") };
    lines.split_inclusive('\n').map(off).collect()
}

/// The range in whole lines, with the comment lines right above it, unless they open the file or are the shipped file's;
/// with the options below it that are switched off; and one of two blank lines that would be left.
pub(super) fn with_comment(text: &str, range: Range<usize>) -> Range<usize> {
    let header = text[..range.start].rfind('\n').map_or(0, |newline| newline + 1);
    let mut start = header;
    while start > 0 {
        let above = text[..start - 1].rfind('\n').map_or(0, |newline| newline + 1);
        let line = &text[above..start];
        if !line.trim_start().starts_with('#') || is_guide(line) {
            break;
        }
        start = above;
    }
    if start == 0 {
        start = header;
    }
    let mut end = line_end(text, range.end);
    while is_option(&text[end..line_end(text, end)]) {
        end = line_end(text, end);
    }
    let blank_above = start == 0 || text[..start].ends_with("\n\n") || text[..start].ends_with("\n\r\n");
    let next = line_end(text, end);
    if blank_above && text[end..next].trim().is_empty() {
        end = next;
    }
    if end == text.len() && blank_above && start > 0 {
        start = text[..start - 1].rfind('\n').map_or(0, |newline| newline + 1);
    }
    start..end
}

/// The start of the next line.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1)
}
