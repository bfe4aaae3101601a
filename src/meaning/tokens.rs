//! Words and numbers of a text, accent-folded, each with its place in the original and what the language knows of it.
//!
//! Called for every title and body that `meaning` reads. Letters and digits are split from each other, so that `09h30` and
//! `día25` (both real) come out as their parts. It finds no meaning; [`phrase`](super::phrase), [`date`](super::date) and
//! [`time`](super::time) do.

use unicode_normalization::char::{decompose_canonical, is_combining_mark};

use super::language::{Language, Lexeme};

/// A word or a number.
#[derive(Debug, Clone, Copy)]
pub struct Token {
    /// Byte where it starts in the original.
    pub start: usize,
    /// Byte where it ends in the original.
    pub end: usize,
    folded: (usize, usize),
    /// The number, when it is one of at most six digits.
    pub number: Option<u32>,
    /// How many digits it has; 0 for a word.
    pub digits: usize,
    /// The sentence it stands in, from 0.
    pub sentence: usize,
    /// What the language knows of the word.
    pub lexeme: Lexeme,
}

/// A text as tokens.
pub struct Tokens<'t> {
    source: &'t str,
    folded: String,
    items: Vec<Token>,
}

impl<'t> Tokens<'t> {
    /// Reads running text, with its sentences told apart.
    pub fn read(source: &'t str, language: &Language) -> Self {
        let mut tokens = Self::one_sentence(source, language);
        let mut sentence = 0;
        for at in 1..tokens.items.len() {
            if tokens.breaks_before(at, language) {
                sentence += 1;
            }
            tokens.items[at].sentence = sentence;
        }
        tokens
    }

    /// Reads a title: all of it counts as one sentence.
    pub fn one_sentence(source: &'t str, language: &Language) -> Self {
        let mut tokens = Self { source, folded: String::with_capacity(source.len()), items: Vec::with_capacity(source.len() / 5) };
        let mut chars = source.char_indices().peekable();
        while let Some((start, first)) = chars.next() {
            let kind = Kind::of(first);
            if kind == Kind::Other {
                continue;
            }
            let folded = tokens.folded.len();
            fold_into(first, &mut tokens.folded);
            let mut end = start + first.len_utf8();
            while let Some(&(at, next)) = chars.peek() {
                if Kind::of(next) != kind && !is_combining_mark(next) {
                    break;
                }
                fold_into(next, &mut tokens.folded);
                end = at + next.len_utf8();
                chars.next();
            }
            let digits = if kind == Kind::Digit { tokens.folded.len() - folded } else { 0 };
            let text = &tokens.folded[folded..];
            let number = if (1..=6).contains(&digits) { text.parse().ok() } else { None };
            let lexeme = if digits == 0 { language.lexeme(text) } else { Lexeme::default() };
            tokens.items.push(Token { start, end, folded: (folded, tokens.folded.len()), number, digits, sentence: 0, lexeme });
        }
        tokens
    }

    /// How many tokens there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The token at `at`.
    pub fn get(&self, at: usize) -> Option<&Token> {
        self.items.get(at)
    }

    /// The folded word or the digits at `at`; empty past the end.
    pub fn word(&self, at: usize) -> &str {
        self.items.get(at).map_or("", |token| &self.folded[token.folded.0..token.folded.1])
    }

    /// What stands between the token before `at` and `at`.
    pub fn gap(&self, at: usize) -> &'t str {
        let Some(token) = self.items.get(at) else { return "" };
        let from = at.checked_sub(1).map_or(0, |before| self.items[before].end);
        &self.source[from..token.start]
    }

    /// Whether a colon stands before the token at `at`, and not within an hour.
    pub fn is_after_colon(&self, at: usize) -> bool {
        self.gap(at).contains(": ")
    }

    /// Whether the token at `at` carries one of these marks of the language.
    pub fn is(&self, at: usize, marks: u64) -> bool {
        self.items.get(at).is_some_and(|token| token.lexeme.marks & marks != 0)
    }

    /// Whether both stand in one sentence.
    pub fn together(&self, a: usize, b: usize) -> bool {
        matches!((self.items.get(a), self.items.get(b)), (Some(a), Some(b)) if a.sentence == b.sentence)
    }

    /// The original bytes from token `from` up to, not including, token `until`.
    pub fn span(&self, from: usize, until: usize) -> (usize, usize) {
        let start = self.items.get(from).map_or(self.source.len(), |token| token.start);
        let end = until.checked_sub(1).and_then(|last| self.items.get(last)).map_or(start, |token| token.end);
        (start, end.max(start))
    }

    /// The original text of token `at`.
    pub fn original(&self, at: usize) -> &'t str {
        self.items.get(at).map_or("", |token| &self.source[token.start..token.end])
    }

    /// Whether the token is one letter, as in an abbreviation by initials.
    fn is_initial(&self, at: usize) -> bool {
        let mut letters = self.original(at).chars();
        letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none()
    }

    fn breaks_before(&self, at: usize, language: &Language) -> bool {
        let gap = self.gap(at);
        if !gap.contains(['.', '!', '?', '\n']) || language.continues(self.word(at)) {
            return false;
        }
        // "C.G.P." is one word.
        if gap == "." && self.is_initial(at - 1) && self.is_initial(at) {
            return false;
        }
        let capital = self.original(at).chars().next().is_some_and(char::is_uppercase);
        let paragraph = gap.matches('\n').count() > 1 || (gap.contains('\n') && gap.contains(['.', ';', ':', '!', '?']));
        let stop = gap.contains(['.', '!', '?']) && !language.is_abbreviation(self.word(at - 1));
        capital && (paragraph || stop)
    }
}

#[derive(PartialEq, Clone, Copy)]
enum Kind {
    Letter,
    Digit,
    Other,
}

impl Kind {
    fn of(c: char) -> Self {
        match c {
            '0'..='9' => Self::Digit,
            'º' | 'ª' => Self::Other,
            _ if c.is_alphabetic() => Self::Letter,
            _ => Self::Other,
        }
    }
}

fn fold_into(c: char, folded: &mut String) {
    if c.is_ascii() {
        return folded.push(c.to_ascii_lowercase());
    }
    for lower in c.to_lowercase() {
        decompose_canonical(lower, |part| {
            if !is_combining_mark(part) {
                folded.push(part);
            }
        });
    }
}

/// A text in lower case without accents, letter by letter.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    text.chars().for_each(|c| fold_into(c, &mut folded));
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meaning::language::tests::spanish;

    fn words(text: &str) -> Vec<String> {
        let tokens = Tokens::read(text, spanish());
        (0..tokens.len()).map(|at| tokens.word(at).to_owned()).collect()
    }

    #[test]
    fn letters_and_digits_part_and_accents_go() {
        assert_eq!(words("Señálase el día25, a las 09H30"), ["senalase", "el", "dia", "25", "a", "las", "09", "h", "30"]);
        assert_eq!(words("n\u{303}andu\u{301}"), ["nandu"]);
    }

    #[test]
    fn sentences_end_at_stops_before_capitals_but_not_at_abbreviations() {
        for (text, sentences) in [
            ("Se notifica. Se convoca", 2),
            ("el Dr. Ficticio comparece", 1),
            ("HORA.- 09:00", 1),
            ("Quito, 3 de mayo de 2024. Las 14h00.VISTOS", 2),
            ("a las 09.30 horas", 1),
            ("el artículo 372 del C.G.P. el día veinte", 1),
            ("uno\ndos", 1),
            ("Uno:\nDos", 2),
        ] {
            let tokens = Tokens::read(text, spanish());
            let last = tokens.get(tokens.len() - 1).expect("some token").sentence;
            assert_eq!(last + 1, sentences, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn spans_lie_on_character_boundaries(text in ".{0,200}") {
            let tokens = Tokens::read(&text, spanish());
            for at in 0..tokens.len() {
                let (start, end) = tokens.span(at, at + 1);
                proptest::prop_assert!(text.is_char_boundary(start) && text.is_char_boundary(end));
                let _ = (tokens.gap(at), tokens.original(at), tokens.word(at));
            }
        }
    }
}
