//! Tables and JSON for the terminal. Colour only where a person looks.
//!
//! Used by the commands; knows nothing of what it prints.

use std::borrow::Cow;
use std::io::{IsTerminal, Write};

use serde_json::Value;

use super::Common;
use crate::domain::redact::is_invisible;

/// Prints JSON on standard output.
pub fn json(value: &Value) {
    let text = serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string());
    line(&escaped(&text));
}

/// Prints a line. A reader that went away (`| head`) ends nothing.
pub fn line(text: &str) {
    if let Err(error) = writeln!(std::io::stdout(), "{text}") {
        super::exit::output_lost(error);
    }
}

/// Says something on standard error. When nobody can hear it, the exit code still tells.
pub fn aside(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Prints rows in columns. The last column is not padded.
pub fn table(head: &[&str], rows: &[Vec<String>]) {
    let widths = widths(head, rows);
    let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
    line(&bold(&join(&head, &widths)));
    for row in rows {
        line(&join(row, &widths));
    }
}

/// Rows in columns, each with a title below it.
pub fn titled_table(head: &[&str], rows: &[Vec<String>], titles: &[String]) {
    let widths = widths(head, rows);
    let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
    line(&bold(&join(&head, &widths)));
    for (row, title) in rows.iter().zip(titles) {
        line(join(row, &widths).trim_end());
        line(&format!("  {}", clean(title)));
    }
}

fn widths(head: &[&str], rows: &[Vec<String>]) -> Vec<usize> {
    let mut widths: Vec<usize> = head.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    widths
}

fn join(row: &[String], widths: &[usize]) -> String {
    let mut text = String::new();
    for (n, (cell, width)) in row.iter().zip(widths).enumerate() {
        text.push_str(cell);
        if n + 1 < row.len() {
            text.extend(std::iter::repeat_n(' ', (width + 2).saturating_sub(cell.chars().count())));
        }
    }
    text
}

/// Bold on a terminal.
pub fn bold(text: &str) -> String {
    paint("1", text)
}

/// Green on a terminal.
pub fn green(text: &str) -> String {
    paint("32", text)
}

/// Red on a terminal.
pub fn red(text: &str) -> String {
    paint("31", text)
}

fn paint(code: &str, text: &str) -> String {
    if std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    } else {
        text.to_owned()
    }
}

/// A text field, or a dash.
pub fn field(value: &Value, name: &str) -> String {
    match &value[name] {
        Value::Null => "–".to_owned(),
        Value::String(text) => clean(text),
        other => other.to_string(),
    }
}

/// Text from a court without what would move the cursor, and without what is not seen: an override would turn the line around.
pub fn clean(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' => Some(c),
        '\u{2028}' | '\u{2029}' => Some(' '),
        c if c.is_control() => Some(' '),
        c => Some(c).filter(|c| !is_invisible(*c)),
    };
    text.chars().filter_map(shown).collect()
}

/// JSON that says the same to a program, and moves no cursor and turns no line around for who looks at it. JSON has such characters
/// within its strings only.
pub fn escaped(json: &str) -> Cow<'_, str> {
    let is_hidden = |c: char| (is_invisible(c) || matches!(c, '\u{2028}' | '\u{2029}')) && c != '\n';
    if !json.contains(is_hidden) {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if is_hidden(c) {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| out.push_str(&format!("\\u{unit:04x}")));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// An ISO instant cut to the minute, on the wall clock of this machine, with its zone.
pub fn minute(value: &Value, name: &str) -> String {
    let text = field(value, name);
    match text.parse::<jiff::Timestamp>() {
        Ok(at) => minute_in(at, jiff::tz::TimeZone::try_system().unwrap_or(jiff::tz::TimeZone::UTC)),
        Err(_) => text,
    }
}

fn minute_in(at: jiff::Timestamp, zone: jiff::tz::TimeZone) -> String {
    at.to_zoned_datetime(zone).strftime("%Y-%m-%d %H:%M %Z").to_string()
}

/// How a case or a visit is, as a sentence.
pub fn health(value: &Value) -> String {
    let detail = value["detail"].as_str().map(clean);
    if !value["import_only"].is_null() {
        return match (value["health"].as_str().unwrap_or_default(), detail) {
            ("unvisited", _) => "import only: nothing imported yet".to_owned(),
            ("ok", None) => "import only".to_owned(),
            // A page that could not be true, or how the last poll went before the recipe said that there are none.
            (health, why) => format!("import only; {}{}", health.replace('_', " "), why.map(|why| format!(": {why}")).unwrap_or_default()),
        };
    }
    match (value["health"].as_str().unwrap_or_default(), detail) {
        ("not_found", None) => "not found: the source knows no case of this number".to_owned(),
        ("reserved", None) => "reserved: the source does not show this case".to_owned(),
        ("unvisited", None) => "not visited yet".to_owned(),
        ("postponed", Some(why)) if !value["not_before"].is_null() => format!("postponed until {}: {why}", minute(value, "not_before")),
        (health, Some(why)) => format!("{}: {why}", health.replace('_', " ")),
        (health, None) => health.replace('_', " "),
    }
}

/// The outcome of a command that does something: JSON when asked for, else a sentence, and nothing when quiet.
pub fn outcome(common: &Common, data: &Value, text: &str) {
    if common.json {
        json(data);
    } else if !common.quiet {
        line(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_court_moves_the_cursor_or_turns_a_line_around() {
        let evil = "AUTO \u{1b}[2J\u{9b}31m\u{202e}ON\u{2066}\u{200f}\u{2028}x\ny\u{7f}\u{feff}\u{e0041}";
        assert_eq!(clean(evil), "AUTO  [2J 31mON x\ny ");
        let json = serde_json::to_string_pretty(&serde_json::json!({ "title": evil, "é": "ñ😀" })).expect("JSON");
        let shown = escaped(&json);
        assert!(shown.contains("\\u202e") && shown.contains("\\udb40\\udc41") && shown.contains("ñ😀"), "{shown}");
        assert!(!shown.contains(|c: char| c != '\n' && is_invisible(c)), "{shown:?}");
        let read: Value = serde_json::from_str(&shown).expect("JSON");
        assert_eq!(read["title"], evil);
    }

    #[test]
    fn a_time_is_shown_with_its_zone() {
        let at: jiff::Timestamp = "2026-11-23T15:04:05Z".parse().expect("an instant");
        let quito = jiff::tz::TimeZone::get("America/Guayaquil").expect("bundled");
        assert_eq!(minute_in(at, quito), "2026-11-23 10:04 -05");
        assert_eq!(minute_in(at, jiff::tz::TimeZone::UTC), "2026-11-23 15:04 UTC");
    }
}
