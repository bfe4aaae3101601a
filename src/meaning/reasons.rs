//! Why a hearing did not take place, and who asked for it, as far as the entry says.
//!
//! Phrases come from `[[reason]]` and `[[requested]]` of the language files, under the stable names of `domain.md` B2; asked by
//! `settings`. What is not said is not guessed.

use crate::diag::Reader;

use super::labels::Labels;
use super::language::Language;

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

    /// The reasons that a passage gives, in the order of the file.
    pub fn of(&self, passage: &str, language: &Language) -> Vec<String> {
        owned(self.reasons.of(passage, language))
    }

    /// Who asked, as the passage says.
    pub fn askers(&self, passage: &str, language: &Language) -> Vec<String> {
        owned(self.requested.of(passage, language))
    }
}

fn owned(names: Vec<&str>) -> Vec<String> {
    names.into_iter().map(str::to_owned).collect()
}
