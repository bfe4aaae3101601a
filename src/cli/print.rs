//! Tables and JSON for the terminal. Colour only where a person looks.
//!
//! Used by the commands; knows nothing of what it prints.

use std::io::{IsTerminal, Write};

use serde_json::Value;

/// Prints JSON on standard output.
pub fn json(value: &Value) {
    let text = serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string());
    line(&text);
}

/// Prints a line. A reader that went away (`| head`) ends nothing.
pub fn line(text: &str) {
    if let Err(error) = writeln!(std::io::stdout(), "{text}") {
        super::exit::output_lost(error);
    }
}

/// Prints rows in columns. The last column is not padded.
pub fn table(head: &[&str], rows: &[Vec<String>]) {
    let mut widths: Vec<usize> = head.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let head: Vec<String> = head.iter().map(|cell| (*cell).to_owned()).collect();
    line(&bold(&join(&head, &widths)));
    for row in rows {
        line(&join(row, &widths));
    }
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

/// Text from a court without what would move the cursor.
pub fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
}

/// An ISO instant cut to the minute, in UTC.
pub fn minute(value: &Value, name: &str) -> String {
    let text = field(value, name);
    match text.parse::<jiff::Timestamp>() {
        Ok(at) => at.strftime("%Y-%m-%d %H:%MZ").to_string(),
        Err(_) => text,
    }
}
