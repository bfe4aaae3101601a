//! Says in a person's words what a TOML parser stumbled over, with the form that was meant.
//!
//! Used by [`parse`](super::parse). Looks at the line only, and never repeats a value: it may be a password.

use std::ops::Range;

/// What is wrong, what to do, and where.
pub(super) struct Told {
    pub message: String,
    pub help: String,
    pub span: Range<usize>,
}

const GENERAL: &str = "a value is a \"text in quotes\", a number, true or false, a [list] or a { table }; see the shipped watchlist.toml";

/// Explains the parser's message about this place.
pub(super) fn explain(text: &str, span: Option<Range<usize>>, message: &str) -> Told {
    let span = span.unwrap_or(text.len()..text.len());
    let at = super::floor_boundary(text, span.start);
    if message.contains("duplicate key") {
        return duplicate(text, span, at);
    }
    let (start, line) = line_at(text, at);
    let told = |message: &str, help: String| Told { message: message.to_owned(), help, span: span.clone() };
    if line.contains('\r') || (text.contains('\r') && !text.contains('\n')) {
        return told("the lines end with a bare carriage return", "save the file with Unix line ends (LF)".to_owned());
    }
    if let Some(curly) = line.find(['“', '”', '„', '‘', '’', '«', '»']).filter(|curly| !inside_quotes(line, *curly)) {
        let span = start + curly..start + curly;
        let help = "write \"text\" between straight quotes; a word processor may have changed them".to_owned();
        return Told { message: "these curly quotes are no quotes to TOML".to_owned(), help, span };
    }
    let trimmed = line.trim();
    if trimmed.starts_with('{') && start == 0 {
        return told(
            "this is JSON, not TOML",
            "write [[case]] on a line of its own, and below it source = \"…\" and number = \"…\"".to_owned(),
        );
    }
    if let Some(key) = key_before(trimmed, ':') {
        let colon = start + line.find(':').unwrap_or_default();
        let message = format!("after `{key}` stands : where = is due");
        return Told { message, help: format!("write {key} = …"), span: colon..colon };
    }
    if let Some(opener) = unclosed_list(text, start) {
        if key_before(trimmed, '=').is_some() || trimmed.starts_with('[') || text[at..].trim().is_empty() {
            return Told { message: "this list is not closed".to_owned(), help: "write ] at its end".to_owned(), span: opener..opener };
        }
        return told("this list cannot be read on from here", "put each text between quotes, and a comma after it".to_owned());
    }
    if let Some(rest) = trimmed.strip_prefix('[').filter(|_| key_before(trimmed, '=').is_none()) {
        let double = rest.starts_with('[');
        let close = if double { "]]" } else { "]" };
        if !trimmed.contains(close) {
            return told("this table's name is not closed", format!("write {close} at its end"));
        }
    }
    let Some(key) = key_before(trimmed, '=') else {
        if trimmed.matches('"').count() % 2 == 1 && !trimmed.is_empty() {
            return told("a text is not closed", "write the \" at its end".to_owned());
        }
        if let Some(key) = trimmed.split_whitespace().next().filter(|word| is_key(word)) {
            return told(&format!("`{key}` has no = after it"), format!("write {key} = …, or # before a remark"));
        }
        return told(message, GENERAL.to_owned());
    };
    let value = trimmed.split_once('=').map_or("", |(_, value)| value.trim());
    if value.is_empty() || value.starts_with('#') {
        return told(&format!("`{key}` has no value"), format!("write {key} = \"…\", or # before the line"));
    }
    if value.starts_with("\"\"\"") || value.starts_with("'''") {
        return told(message, GENERAL.to_owned());
    }
    let quotes = value.replace("\\\"", "").matches('"').count();
    if quotes % 2 == 1 {
        return told(&format!("the text of `{key}` is not closed"), format!("write {key} = \"…\" with a quote at both ends, on one line"));
    }
    if value.starts_with('"') && value.contains('\\') && message.contains("escape") {
        return told(
            &format!("`{key}` has a \\ that TOML does not know"),
            "write \\\\ for a backslash, or the text in 'single quotes'".to_owned(),
        );
    }
    if value.starts_with('[') && value.matches('[').count() > value.matches(']').count() {
        return told(&format!("the list of `{key}` is not closed"), format!("write {key} = [\"…\", \"…\"]"));
    }
    if value.starts_with('{') && !value.contains('}') {
        return told(&format!("the table of `{key}` is not closed"), format!("write {key} = {{ … }}, on one line"));
    }
    if !value.starts_with(['"', '\'', '[', '{']) {
        let help = format!("write {key} = \"…\" if it is a text; numbers, true and false stand without quotes");
        return told(&format!("the value of `{key}` is no number, and a text needs quotes"), help);
    }
    told(message, GENERAL.to_owned())
}

fn duplicate(text: &str, span: Range<usize>, at: usize) -> Told {
    let (start, line) = line_at(text, at);
    let header = line.trim_start().starts_with('[');
    let name = text.get(span.clone()).unwrap_or_default().trim().to_owned();
    let bare = |line: &str| {
        let line = line.trim_start();
        if header {
            line.strip_prefix('[').map(|rest| rest.trim_start_matches('[').split(']').next().unwrap_or_default().trim().to_owned())
        } else {
            key_before(line, '=').map(str::to_owned)
        }
    };
    let wanted = bare(line);
    // Within one table only: its header is where the search goes no further.
    let above: Vec<&str> = text[..start].lines().collect();
    let begins = if header { 0 } else { above.iter().rposition(|line| line.trim_start().starts_with('[')).map_or(0, |at| at + 1) };
    let first = above.iter().enumerate().skip(begins).find(|(_, line)| wanted.is_some() && bare(line) == wanted);
    let first = first.map_or("above".to_owned(), |(number, _)| format!("on line {}", number + 1));
    let what = if header { format!("the table [{}]", wanted.unwrap_or(name)) } else { format!("`{}`", wanted.unwrap_or(name)) };
    let help = if header { "keep one of them, with the keys of both" } else { "leave one of them out" };
    Told { message: format!("{what} stands twice; the first is {first}"), help: help.to_owned(), span }
}

/// The line at a place, and where it begins. The end of the file belongs to its last line.
fn line_at(text: &str, at: usize) -> (usize, &str) {
    let at = if at == text.len() && text.ends_with('\n') { at.saturating_sub(1) } else { at };
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    (start, text[start..end].trim_end_matches('\r'))
}

fn key_before(line: &str, sign: char) -> Option<&str> {
    let (key, _) = line.split_once(sign)?;
    let key = key.trim();
    is_key(key).then_some(key)
}

fn is_key(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

fn inside_quotes(line: &str, at: usize) -> bool {
    line[..at].matches('"').count() % 2 == 1 || line[..at].contains('#')
}

/// The bracket of a list that began above and did not end before this line.
fn unclosed_list(text: &str, line: usize) -> Option<usize> {
    let opener = text[..line].rfind("= [")? + 2;
    let between = &text[opener..line];
    let closed = between.matches(']').count() >= between.matches('[').count();
    (!closed).then_some(opener)
}

#[cfg(test)]
mod tests {
    use crate::diag::{Sink, parse};

    #[test]
    fn slips_of_the_pen_are_told_in_plain_words() {
        for (text, expected) in [
            ("[a]\nname = \"x\"\nother = 1\nname = \"y\"\n", "w:4: `name` stands twice; the first is on line 2; leave one of them out"),
            ("[smtp]\na = 1\n[b]\n[smtp]\n", "w:4: the table [smtp] stands twice; the first is on line 1; keep one of them"),
            ("a = \"x\nb = 1\n", "w:1: the text of `a` is not closed; write a = \"…\" with a quote at both ends"),
            ("a = \"x", "w:1: the text of `a` is not closed"),
            ("a = “x”\n", "w:1: these curly quotes are no quotes to TOML; write \"text\" between straight quotes"),
            ("case:\n  - source: x\n", "w:1: after `case` stands : where = is due; write case = …"),
            ("a =\nb = 1\n", "w:1: `a` has no value; write a = \"…\""),
            ("a =", "w:1: `a` has no value"),
            ("a = # none\n", "w:1: `a` has no value"),
            ("a = ec-esatje\n", "w:1: the value of `a` is no number, and a text needs quotes; write a = \"…\""),
            ("a = 17721-2019-00029G\n", "w:1: the value of `a` is no number, and a text needs quotes"),
            ("a = [\"x\", \"y\"\n", "w:1: the list of `a` is not closed; write a = [\"…\", \"…\"]"),
            ("a = [\n  \"x\",\n[b]\nc = 1\n", "w:1: this list is not closed; write ] at its end"),
            ("a = [\n  \"x\"\n  \"y\",\n]\n", "w:3: this list cannot be read on from here; put each text"),
            ("a = { b = 1\n", "w:1: the table of `a` is not closed"),
            ("[veedor\na = 1\n", "w:1: this table's name is not closed; write ] at its end"),
            ("[[case]\n", "w:1: this table's name is not closed; write ]] at its end"),
            ("{\"case\": []}\n", "w:1: this is JSON, not TOML"),
            ("hello there\n", "w:1: `hello` has no = after it"),
            ("[a]\rb = 1\r", "w:1: the lines end with a bare carriage return"),
            ("a = \"C:\\dir\"\n", "w:1: `a` has a \\ that TOML does not know"),
        ] {
            let sink = Sink::new("w", text);
            assert!(parse(&sink).is_none(), "{text}");
            let told: Vec<String> =
                sink.into_problems().iter().map(|p| format!("w:{}: {}; {}", p.line, p.message, p.help.as_deref().unwrap_or("-"))).collect();
            assert!(told.len() == 1 && told[0].starts_with(expected), "expected {expected}\nfound    {told:?}");
        }
    }

    #[test]
    fn what_would_move_the_cursor_is_not_repeated() {
        let sink = Sink::new("w", "a = \"\u{1b}[31m\u{0}\"\n");
        assert!(parse(&sink).is_none());
        let told = sink.into_problems().remove(0).to_string();
        assert!(told.contains("a = \"�[31m�\"") && !told.contains('\u{1b}'), "{told:?}");
    }
}
