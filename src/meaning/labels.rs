//! Names under which a language file knows a passage by its phrases: why a hearing was not held, what matter a case is of.
//!
//! Read from tables such as `[[reason]]`, each a `name`, its `phrases` and those with which it does not hold (`unless`); asked by
//! [`reasons`](super::reasons) and [`heading`](super::heading). Several names may hold at once; what no phrase says has none.

use crate::diag::{At, Reader};

use super::language::Language;
use super::phrase::Phrase;
use super::tokens::Tokens;

/// The names of one table, in the order of the file.
#[derive(Debug, Clone, Default)]
pub struct Labels(Vec<Label>);

#[derive(Debug, Clone)]
struct Label {
    name: String,
    phrases: Vec<Phrase>,
    unless: Vec<Phrase>,
}

impl Labels {
    /// Reads the tables of this key; mistakes go to the reader's sink.
    pub fn read(reader: &mut Reader<'_>, key: &str) -> Self {
        if !reader.has(key) {
            return Self::default();
        }
        Self(reader.tables(key).into_iter().map(Label::read).collect())
    }

    /// The names that hold of a passage.
    pub fn of(&self, passage: &str, language: &Language) -> Vec<&str> {
        self.of_words(&Tokens::read(passage, language))
    }

    /// The same of a passage as words.
    pub fn of_words(&self, words: &Tokens<'_>) -> Vec<&str> {
        let says = |phrases: &[Phrase]| phrases.iter().any(|phrase| phrase.is_in(words));
        let holds = |label: &&Label| says(&label.phrases) && !says(&label.unless);
        self.0.iter().filter(holds).map(|label| label.name.as_str()).collect()
    }
}

impl Label {
    fn read(mut table: Reader<'_>) -> Self {
        let name = table.required_text("name").map(|name| name.value).unwrap_or_default();
        let mut read = |key: &str| {
            let mut phrases = Vec::new();
            for At { value, span } in table.texts(key).unwrap_or_default() {
                match Phrase::parse(&value) {
                    Ok(phrase) => phrases.push(phrase),
                    Err(why) => table.sink().report(span, why, None),
                }
            }
            phrases
        };
        let (phrases, unless) = (read("phrases"), read("unless"));
        if phrases.is_empty() {
            table.report("name", "it needs phrases by which it is known", None);
        }
        table.finish();
        Self { name, phrases, unless }
    }
}
