//! Problems with a place in a TOML file, and a reader that finds all of them at once.
//!
//! `config` (watchlist.toml) and `recipe` (jurisdictions/**) read their files through it. It opens no file itself: it is
//! given the text and the name to print. It knows nothing of what the keys mean.

pub mod reader;
mod syntax;

use std::cell::RefCell;
use std::ops::Range;

pub use reader::{At, Reader};

/// One problem, ready to print.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file as the user named it.
    pub file: String,
    /// Line from 1; 0 when the problem has no place.
    pub line: usize,
    /// Column from 1, in characters.
    pub column: usize,
    /// The line itself, without its end.
    pub source_line: String,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Problem {
    /// A problem of a whole file, such as one that cannot be read.
    pub fn of_file(file: &str, message: impl Into<String>, help: Option<String>) -> Self {
        Self { file: file.to_owned(), line: 0, column: 0, source_line: String::new(), message: message.into(), help }
    }
}

impl Problem {
    /// The problem on one line, without the line of the file.
    pub fn sentence(&self) -> String {
        let place = if self.line == 0 { self.file.clone() } else { format!("{}:{}:{}", self.file, self.line, self.column) };
        let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let help = self.help.as_deref().map(|help| format!("; {}", flat(help))).unwrap_or_default();
        format!("{place}: {}{help}", flat(&self.message))
    }

    /// The same for a log, which is read by more people than the file: what was written there, in quotes or as a long
    /// number, stays out.
    pub fn for_log(&self) -> String {
        let mut quoted = false;
        let parts: Vec<&str> = self.message.split('"').collect();
        let closed = parts.len() % 2 == 1;
        let shown = |part: &&str| {
            let hide = quoted && closed;
            quoted = !quoted;
            if hide { "…".to_owned() } else { part.split(' ').map(without_number).collect::<Vec<_>>().join(" ") }
        };
        Problem { message: parts.iter().map(shown).collect::<Vec<_>>().join("\""), ..self.clone() }.sentence()
    }
}

fn without_number(word: &str) -> &str {
    if word.chars().filter(char::is_ascii_digit).count() >= 7 { "…" } else { word }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.line == 0 {
            write!(f, "{}: {}", self.file, self.message)?;
        } else {
            write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
            let gutter = self.line.to_string();
            write!(f, "\n{gutter} | {}", self.source_line)?;
            write!(f, "\n{:width$} | {:column$}^", "", "", width = gutter.len(), column = self.column - 1)?;
        }
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

/// Gathers the problems of one file.
#[derive(Debug)]
pub struct Sink<'a> {
    file: &'a str,
    text: &'a str,
    problems: RefCell<Vec<(usize, Problem)>>,
}

impl<'a> Sink<'a> {
    /// A sink for a file of this name with this text.
    pub fn new(file: &'a str, text: &'a str) -> Self {
        Self { file, text, problems: RefCell::default() }
    }

    /// The name of the file.
    pub fn file(&self) -> &'a str {
        self.file
    }

    /// Notes a problem at a byte range of the text.
    pub fn report(&self, span: Option<Range<usize>>, message: impl Into<String>, help: Option<String>) {
        let (message, help) = (printable(&message.into()), help.as_deref().map(printable));
        let Some(span) = span else {
            let problem = Problem::of_file(self.file, message, help);
            return self.problems.borrow_mut().push((usize::MAX, problem));
        };
        let at = floor_boundary(self.text, span.start);
        let before = &self.text[..at];
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let end = self.text[at..].find('\n').map_or(self.text.len(), |newline| at + newline);
        let problem = Problem {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: self.text[start..at].chars().count() + 1,
            source_line: printable(self.text[start..end].trim_end_matches('\r')).replace('\n', "�"),
            message,
            help,
        };
        self.problems.borrow_mut().push((at, problem));
    }

    /// Whether anything was noted.
    pub fn is_empty(&self) -> bool {
        self.problems.borrow().is_empty()
    }

    /// How many problems were noted.
    pub fn len(&self) -> usize {
        self.problems.borrow().len()
    }

    /// The file and line of a byte range, such as `watchlist.toml:12`, for a problem that names a second place.
    pub fn place(&self, span: Option<&Range<usize>>) -> String {
        match span {
            Some(span) => format!("{}:{}", self.file, self.text[..floor_boundary(self.text, span.start)].matches('\n').count() + 1),
            None => self.file.to_owned(),
        }
    }

    /// The problems in the order of the file.
    pub fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|(at, _)| *at);
        problems.into_iter().map(|(_, problem)| problem).collect()
    }
}

/// Text of a file without what would move the cursor or colour the terminal. One character for one, so that columns hold.
fn printable(text: &str) -> String {
    let shown = |c: char| match c {
        '\t' => ' ',
        '\n' => '\n',
        c if c.is_control() => '�',
        c => c,
    };
    text.chars().map(shown).collect()
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The candidate nearest to what was typed, if it is near enough to be what was meant.
pub fn nearest<'c>(typed: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let folded = typed.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.chars().count() / 3).max(1))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// "did you mean …?", or a list of what is possible.
pub fn suggestion(typed: &str, candidates: &[&str]) -> Option<String> {
    match nearest(typed, candidates.iter().copied()) {
        Some(near) => Some(format!("did you mean \"{near}\"?")),
        None if candidates.is_empty() => None,
        None => Some(format!("possible here: {}", candidates.join(", "))),
    }
}

/// Parses TOML; a syntax error becomes a problem at its place.
pub fn parse(sink: &Sink<'_>) -> Option<toml_edit::Document<String>> {
    match toml_edit::Document::parse(sink.text.to_owned()) {
        Ok(document) => Some(document),
        Err(error) => {
            let message = error.message().lines().collect::<Vec<_>>().join("; ");
            let told = syntax::explain(sink.text, error.span(), &message);
            sink.report(Some(told.span), told.message, Some(told.help));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_names_the_place_and_no_case() {
        for (message, expected) in [
            ("\"17721-2019-29\" is not a case number", "w.toml: \"…\" is not a case number"),
            ("17721-2019-00029G is watched already, at w.toml:2", "w.toml: … is watched already, at w.toml:2"),
            ("17721-2019-00029G is called \"Caso\" too", "w.toml: … is called \"…\" too"),
            ("unknown key `evry` in [veedor]", "w.toml: unknown key `evry` in [veedor]"),
            ("the text of \" is not\nclosed", "w.toml: the text of \" is not closed"),
        ] {
            assert_eq!(Problem::of_file("w.toml", message, None).for_log(), expected);
        }
    }
}
