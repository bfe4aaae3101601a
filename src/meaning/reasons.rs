//! Why a hearing did not take place, and who asked for it, as far as the entry says.
//!
//! Phrases come from `[[reason]]` and `[[requested]]` of the language files, under the stable names of `domain.md` B2; asked by
//! `settings`. What is not said is not guessed.

use crate::diag::Reader;

use super::labels::Labels;
use super::language::Language;
use super::tokens::Tokens;

/// The reasons and the askers that a language has words for.
#[derive(Debug, Clone, Default)]
pub struct Reasons {
    reasons: Labels,
    requested: Labels,
}

impl Reasons {
    /// Reads the tables; mistakes go to the reader's sink.
    pub fn read(reader: &mut Reader<'_>) -> Self {
        Self { reasons: Labels::read(reader, "reason"), requested: Labels::read(reader, "requested") }
    }

    /// The reasons that a passage gives, and who asked as it says, each in the order of the file.
    pub fn of(&self, passage: &str, language: &Language) -> (Vec<String>, Vec<String>) {
        let words = Tokens::read(passage, language);
        (owned(self.reasons.of_words(&words)), owned(self.requested.of_words(&words)))
    }
}

fn owned(names: Vec<&str>) -> Vec<String> {
    names.into_iter().map(str::to_owned).collect()
}
