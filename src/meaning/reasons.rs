//! Why a hearing did not take place, and who asked for it, as far as the entry says.
//!
//! Phrases come from `[[reason]]` and `[[requested]]` of the language files, under the stable names of `domain.md` B2; asked by
//! `settings`. What is not said is not guessed.

use crate::diag::{At, Reader};

use super::language::Language;
use super::phrase::Phrase;
use super::tokens::Tokens;

/// The reasons and the askers that a language has words for.
#[derive(Debug, Clone, Default)]
pub struct Reasons {
    reasons: Vec<Named>,
    requested: Vec<Named>,
}

#[derive(Debug, Clone)]
struct Named {
    name: String,
    phrases: Vec<Phrase>,
}

impl Reasons {
    /// Reads the tables; mistakes go to the reader's sink.
    pub fn read(reader: &mut Reader<'_>) -> Self {
        let mut named = |key: &str| if reader.has(key) { reader.tables(key).into_iter().map(Named::read).collect() } else { Vec::new() };
        Self { reasons: named("reason"), requested: named("requested") }
    }

    /// The reasons that a passage gives, in the order of the file.
    pub fn of(&self, passage: &str, language: &Language) -> Vec<String> {
        found(&self.reasons, passage, language)
    }

    /// Who asked, as the passage says.
    pub fn askers(&self, passage: &str, language: &Language) -> Vec<String> {
        found(&self.requested, passage, language)
    }
}

fn found(all: &[Named], passage: &str, language: &Language) -> Vec<String> {
    let tokens = Tokens::read(passage, language);
    all.iter().filter(|named| named.phrases.iter().any(|phrase| phrase.is_in(&tokens))).map(|named| named.name.clone()).collect()
}

impl Named {
    fn read(mut table: Reader<'_>) -> Self {
        let name = table.required_text("name").map(|name| name.value).unwrap_or_default();
        let mut phrases = Vec::new();
        for At { value, span } in table.texts("phrases").unwrap_or_default() {
            match Phrase::parse(&value) {
                Ok(phrase) => phrases.push(phrase),
                Err(why) => table.sink().report(span, why, None),
            }
        }
        if phrases.is_empty() {
            table.report("name", "it needs phrases by which it is known", None);
        }
        table.finish();
        Self { name, phrases }
    }
}
