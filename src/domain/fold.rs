//! Text without its accents, its case and its odd spaces, for comparing what people typed.
//!
//! Used where two spellings of one name must not count as two: parties, words of recipes. It never changes what is shown.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Upper case without accents, white space collapsed.
pub fn fold(text: &str) -> String {
    let plain = text.nfd().filter(|c| !is_combining_mark(*c)).collect::<String>().to_uppercase();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_takes_accents_case_and_odd_spaces_away() {
        assert_eq!(fold("  Citación:\u{a0} realizada "), "CITACION: REALIZADA");
    }
}
