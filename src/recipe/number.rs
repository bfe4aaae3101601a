//! Case numbers: what people type, understood by a recipe's pattern.
//!
//! Called by `config`, the commands and the dashboard through [`Recipe::number`](super::Recipe::number). It does not
//! ask the source whether the case exists.

use std::sync::Arc;

use regex::Regex;

use crate::domain::case::{CaseNumber, Parts};

/// The `[number]` table of a recipe.
#[derive(Debug, Clone)]
pub struct NumberFormat {
    /// Matches a whole tidied number; its named groups are the parts.
    pub pattern: Regex,
    /// The names of its groups, shared by all numbers.
    pub names: Vec<Arc<str>>,
    /// How the source wants it, `{part}` by `{part}`.
    pub compact: String,
    /// How people write it.
    pub canonical: String,
    /// Whether lower case is as good as upper case.
    pub uppercase: bool,
    /// Whether white space means nothing.
    pub drop_spaces: bool,
    /// What a number consists of, completing "expected …".
    pub shape: String,
    /// An example.
    pub example: String,
    /// Sentences for well-known mistakes: a pattern over the tidied number, and what to say.
    pub hints: Vec<(Regex, String)>,
}

impl NumberFormat {
    /// Understands what was typed, or says in one sentence what a number looks like.
    pub fn read(&self, title: &str, typed: &str) -> Result<CaseNumber, String> {
        let tidied = self.tidy(typed);
        let expected = || format!("expected {}, for example {}", self.shape, self.example);
        if tidied.is_empty() {
            return Err(format!("a case number of {title} is missing: {}", expected()));
        }
        let found = self.pattern.captures(&tidied).filter(|found| found.get(0).is_some_and(|whole| whole.len() == tidied.len()));
        let Some(found) = found else {
            let hint = self.hints.iter().find(|(pattern, _)| pattern.is_match(&tidied)).map(|(_, say)| format!(" ({say})"));
            return Err(format!("\"{}\" is not a case number of {title}{}: {}", clip(typed.trim()), hint.unwrap_or_default(), expected()));
        };
        let value = |name: &str| found.name(name).map(|part| part.as_str()).unwrap_or_default();
        let parts: Parts = self.names.iter().map(|name| (name.clone(), value(name).into())).collect();
        Ok(CaseNumber { compact: fill(&self.compact, &parts), canonical: fill(&self.canonical, &parts), parts })
    }

    /// Whether a text, read as a number, names this case: `71/2026` is `071/2026`.
    pub fn names(&self, text: &str, number: &CaseNumber) -> bool {
        self.read("", text).is_ok_and(|read| read.compact == number.compact)
    }

    fn tidy(&self, typed: &str) -> String {
        let dashes = |c: char| if matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}') { '-' } else { c };
        let invisible = |c: &char| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}');
        let text: String =
            typed.trim().chars().filter(invisible).filter(|c| !(self.drop_spaces && c.is_whitespace())).map(dashes).collect();
        if self.uppercase { text.chars().flat_map(upper).collect() } else { text }
    }
}

/// The capital of a letter, unless that makes a letter of the alphabet of one that is none: `ſ` is no `S`.
fn upper(c: char) -> impl Iterator<Item = char> {
    let is_kept = !c.is_ascii() && c.to_uppercase().all(|upper| upper.is_ascii());
    is_kept.then_some(c).into_iter().chain(c.to_uppercase().filter(move |_| !is_kept))
}

/// Puts parts into a form such as `{court}-{year}`.
pub fn fill(form: &str, parts: &Parts) -> String {
    parts.iter().fold(form.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// The names of a pattern's groups.
pub fn names(pattern: &Regex) -> Vec<Arc<str>> {
    pattern.capture_names().flatten().map(Arc::from).collect()
}

fn clip(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
