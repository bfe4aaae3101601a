//! Text without its accents, its case and its odd spaces, for comparing what people typed.
//!
//! Used where two spellings of one name must not count as two: parties, words of recipes. It never changes what is shown.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Upper case without accents, white space collapsed.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return collapse(&text.to_ascii_uppercase());
    }
    let plain = text.nfd().filter(|c| !is_combining_mark(*c)).collect::<String>().to_uppercase();
    collapse(&plain)
}

/// White space runs (no-break spaces too) become one space; none at the ends.
pub fn collapse(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_takes_accents_case_and_odd_spaces_away() {
        assert_eq!(fold("  Citación:\u{a0} realizada "), "CITACION: REALIZADA");
        assert_eq!(fold(" Citacion:  realizada\t"), "CITACION: REALIZADA");
    }
}
