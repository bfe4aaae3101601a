//! Reads a TOML table key by key, notes every problem, and at the end names the keys that nobody asked for.
//!
//! Used by `config` and `recipe`. A getter returns `None` both when a key is absent and when its value is wrong; the
//! wrong value has been reported, so that the caller reads on and all problems come out at once.

use std::collections::BTreeSet;
use std::ops::Range;
use std::time::Duration;

use toml_edit::{Item, TableLike, Value};

use super::{Sink, suggestion};

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Its byte range.
    pub span: Option<Range<usize>>,
}

/// A reader over one table.
pub struct Reader<'t> {
    table: &'t dyn TableLike,
    span: Option<Range<usize>>,
    name: String,
    sink: &'t Sink<'t>,
    asked: BTreeSet<String>,
}

impl<'t> Reader<'t> {
    /// A reader over the whole document.
    pub fn root(document: &'t toml_edit::Document<String>, sink: &'t Sink<'t>) -> Self {
        Self { table: document.as_table(), span: None, name: String::new(), sink, asked: BTreeSet::new() }
    }

    /// Where this table stands.
    pub fn span(&self) -> Option<Range<usize>> {
        self.span.clone()
    }

    /// The sink that problems go to.
    pub fn sink(&self) -> &'t Sink<'t> {
        self.sink
    }

    /// The keys that are present, with their places.
    pub fn keys(&self) -> Vec<At<String>> {
        let key = |(name, _): (&str, &Item)| At { value: name.to_owned(), span: self.table.key(name).and_then(|key| key.span()) };
        self.table.iter().map(key).collect()
    }

    /// Whether the key is present.
    pub fn has(&self, key: &str) -> bool {
        self.table.get(key).is_some()
    }

    /// The raw item, for values of several shapes. Counts as asked for.
    pub fn item(&mut self, key: &str) -> Option<&'t Item> {
        self.asked.insert(key.to_owned());
        self.table.get(key)
    }

    /// A text.
    pub fn text(&mut self, key: &str) -> Option<At<String>> {
        self.get(key, "a text in quotes", "\"…\"", |value| value.as_str().map(str::to_owned))
    }

    /// A text that must be there.
    pub fn required_text(&mut self, key: &str) -> Option<At<String>> {
        self.required(key, "a text in quotes");
        self.text(key)
    }

    /// true or false.
    pub fn flag(&mut self, key: &str) -> Option<At<bool>> {
        self.get(key, "true or false", "true", Value::as_bool)
    }

    /// A whole number from `least` to `most`.
    pub fn integer(&mut self, key: &str, least: i64, most: i64) -> Option<At<i64>> {
        let number = self.get(key, "a whole number", &5.clamp(least, most).to_string(), Value::as_integer)?;
        if (least..=most).contains(&number.value) {
            return Some(number);
        }
        self.sink.report(number.span, format!("{} must be a whole number from {least} to {most}", self.path(key)), None);
        None
    }

    /// A list of texts; a single text counts as a list of one.
    pub fn texts(&mut self, key: &str) -> Option<Vec<At<String>>> {
        let item = self.item(key)?;
        let wanted = format!("{} must be a list of texts in quotes", self.path(key));
        let help = || Some(format!("write {key} = [\"…\", \"…\"]"));
        if let Some(text) = item.as_str() {
            return Some(vec![At { value: text.to_owned(), span: item.span() }]);
        }
        let Some(list) = item.as_array() else {
            self.sink.report(self.place(key), wanted, help());
            return None;
        };
        let mut texts = Vec::new();
        for value in list {
            match value.as_str() {
                Some(text) => texts.push(At { value: text.to_owned(), span: value.span() }),
                None => self.sink.report(value.span(), wanted.clone(), help()),
            }
        }
        Some(texts)
    }

    /// A duration such as `"30s"`, `"15m"`, `"24h"`, `"2d"`, `"1h30m"`.
    pub fn duration(&mut self, key: &str) -> Option<At<Duration>> {
        let text = self.get(key, "a duration in quotes", "\"30m\"", |value| value.as_str().map(str::to_owned))?;
        match parse_duration(&text.value) {
            Some(value) => Some(At { value, span: text.span }),
            None => {
                let message = format!("{} is not a duration: \"{}\"", self.path(key), text.value);
                self.sink.report(text.span, message, Some("write \"30s\", \"15m\", \"2h\" or \"1d\"".to_owned()));
                None
            }
        }
    }

    /// One of a few texts.
    pub fn choice<T: Copy>(&mut self, key: &str, choices: &[(&str, T)]) -> Option<At<T>> {
        let text = self.text(key)?;
        if let Some((_, value)) = choices.iter().find(|(name, _)| *name == text.value) {
            return Some(At { value: *value, span: text.span });
        }
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let message = format!("{} has an unknown value \"{}\"", self.path(key), text.value);
        self.sink.report(text.span, message, suggestion(&text.value, &names));
        None
    }

    /// A sub-table, inline or not.
    pub fn table(&mut self, key: &str) -> Option<Reader<'t>> {
        let item = self.item(key)?;
        match item.as_table_like() {
            Some(table) => Some(self.sub(table, self.place(key).or(item.span()), self.path(key))),
            None => {
                self.sink.report(
                    self.place(key),
                    format!("{} must be a table", self.path(key)),
                    Some(format!("write [{}] on a line of its own", self.path(key))),
                );
                None
            }
        }
    }

    /// A list of tables, written as `[[key]]` or as a list of inline tables.
    pub fn tables(&mut self, key: &str) -> Vec<Reader<'t>> {
        let Some(item) = self.item(key) else { return Vec::new() };
        if let Some(tables) = item.as_array_of_tables() {
            return tables.iter().map(|table| self.sub(table, table.span(), self.path(key))).collect();
        }
        if let Some(list) = item.as_array()
            && list.iter().all(Value::is_inline_table)
        {
            let table = |value: &'t Value| value.as_inline_table().map(|table| self.sub(table, value.span(), self.path(key)));
            return list.iter().filter_map(table).collect();
        }
        let help = format!("write [[{}]] on a line of its own, with two brackets", self.path(key));
        self.sink.report(self.place(key), format!("{} must be a list of tables", self.path(key)), Some(help));
        Vec::new()
    }

    /// Reports that a key must be there when it is not. Says whether it is.
    pub fn required(&mut self, key: &str, what: &str) -> bool {
        self.asked.insert(key.to_owned());
        if self.has(key) {
            return true;
        }
        let here = if self.name.is_empty() { "the file".to_owned() } else { format!("[{}]", self.name) };
        self.sink.report(self.span.clone(), format!("{here} has no `{key}`"), Some(format!("add {key} = … ({what})")));
        false
    }

    /// Reports at a key's value (or at the table when it is absent).
    pub fn report(&self, key: &str, message: impl Into<String>, help: Option<String>) {
        self.sink.report(self.place(key).or(self.span.clone()), message, help);
    }

    /// Reports every key that nobody asked for, with the nearest one that exists.
    pub fn finish(self) {
        let known: Vec<&str> = self.asked.iter().map(String::as_str).collect();
        for key in self.keys() {
            if !self.asked.contains(&key.value) {
                let here = if self.name.is_empty() { "at the top of the file".to_owned() } else { format!("in [{}]", self.name) };
                self.sink.report(key.span, format!("unknown key `{}` {here}", key.value), suggestion(&key.value, &known));
            }
        }
    }

    fn get<T>(&mut self, key: &str, wanted: &str, example: &str, read: impl Fn(&Value) -> Option<T>) -> Option<At<T>> {
        let item = self.item(key)?;
        match item.as_value().and_then(read) {
            Some(value) => Some(At { value, span: item.span() }),
            None => {
                let help = Some(format!("write {key} = {example}"));
                self.sink.report(item.span().or(self.place(key)), format!("{} must be {wanted}", self.path(key)), help);
                None
            }
        }
    }

    fn sub(&self, table: &'t dyn TableLike, span: Option<Range<usize>>, name: String) -> Reader<'t> {
        Reader { table, span, name, sink: self.sink, asked: BTreeSet::new() }
    }

    fn place(&self, key: &str) -> Option<Range<usize>> {
        self.table.get(key).and_then(Item::span).or_else(|| self.table.key(key).and_then(|key| key.span()))
    }

    fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }
}

/// Reads `30s`, `15m`, `24h`, `2d`, `250ms` and sums of them such as `1h30m`.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut total = Duration::ZERO;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number: u64 = rest[..digits].parse().ok()?;
        rest = rest[digits..].trim_start();
        let letters = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_alphabetic()).len();
        let milliseconds = match &rest[..letters] {
            "ms" => 1,
            "s" => 1_000,
            "m" | "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return None,
        };
        total = total.checked_add(Duration::from_millis(number.checked_mul(milliseconds)?))?;
        rest = rest[letters..].trim_start();
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::parse;

    fn problems(text: &str, read: impl Fn(&mut Reader<'_>)) -> Vec<String> {
        let sink = Sink::new("w.toml", text);
        if let Some(document) = parse(&sink) {
            let mut reader = Reader::root(&document, &sink);
            read(&mut reader);
            reader.finish();
        }
        sink.into_problems()
            .iter()
            .map(|p| format!("{}:{}: {}; {}", p.line, p.column, p.message, p.help.as_deref().unwrap_or("-")))
            .collect()
    }

    #[test]
    fn a_misspelt_key_gets_its_nearest_neighbour_and_its_place() {
        let found = problems("name = \"x\"\nevry = \"30m\"\n", |r| {
            r.text("name");
            r.duration("every");
        });
        assert_eq!(found, ["2:1: unknown key `evry` at the top of the file; did you mean \"every\"?"]);
    }

    #[test]
    fn all_problems_come_out_at_once_in_the_order_of_the_file() {
        let found = problems("[[case]]\nevery = 5\n[[case]]\nsource = true\n", |r| {
            for mut case in r.tables("case") {
                case.duration("every");
                case.required_text("source");
                case.finish();
            }
        });
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found[0].starts_with("1:1: [case] has no `source`"), "{found:?}");
        assert!(found[1].starts_with("2:9: case.every must be a duration"), "{found:?}");
        assert!(found[2].starts_with("4:10: case.source must be a text"), "{found:?}");
    }

    #[test]
    fn a_file_that_ends_in_the_middle_is_one_problem_at_its_end() {
        let found = problems("[[case]]\nsource = \"ec-es", |_| {});
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("2:"), "{found:?}");
    }

    #[test]
    fn durations_are_read_in_all_their_spellings() {
        for (text, seconds) in [("0s", 0), ("30s", 30), ("15m", 900), ("1h30m", 5400), ("2 d", 172_800)] {
            assert_eq!(parse_duration(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "5", "m", "5x", "-3s", "99999999999999999999d"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
    }
}
