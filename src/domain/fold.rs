//! Text without its accents, its case and its odd spaces, for comparing what people typed.
//!
//! Used where two spellings of one name must not count as two: parties, words of recipes. It never changes what is shown.

use std::borrow::Cow;
use std::ops::Range;

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
    collapsed(Cow::Borrowed(text)).into_owned()
}

/// The same of a text that need not be copied when it is tidy already, as most texts of courts are.
pub fn collapsed(text: Cow<'_, str>) -> Cow<'_, str> {
    let Some(tidy) = tidy_part(&text) else { return Cow::Owned(joined_words(&text)) };
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[tidy]),
        Cow::Owned(text) if tidy.len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text[tidy].to_owned()),
    }
}

/// Where the text stands between spaces, when it has nothing but single ones within.
fn tidy_part(text: &str) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let start = bytes.iter().position(|byte| *byte != b' ').unwrap_or(bytes.len());
    let end = bytes.iter().rposition(|byte| *byte != b' ').map_or(start, |last| last + 1);
    let inner = &bytes[start..end];
    let is_beyond = inner.iter().fold(false, |beyond, byte| beyond | !(b' '..0x7f).contains(byte));
    let is_tidy = if is_beyond {
        let mut before = 'x';
        text[start..end].chars().all(|c| {
            let is_tidy = if c == ' ' { before != ' ' } else { !c.is_whitespace() };
            before = c;
            is_tidy
        })
    } else {
        let pairs = inner.iter().zip(inner.get(1..).unwrap_or_default());
        !pairs.fold(false, |gap, (byte, next)| gap | ((*byte == b' ') & (*next == b' ')))
    };
    is_tidy.then_some(start..end)
}

fn joined_words(text: &str) -> String {
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
    fn a_tidy_text_is_not_copied() {
        for (text, expected) in [("a b", "a b"), (" a b ", "a b"), ("", ""), (" ", ""), ("é ñ", "é ñ")] {
            assert!(matches!(collapsed(Cow::Borrowed(text)), Cow::Borrowed(tidy) if tidy == expected), "{text:?}");
        }
        for text in ["a  b", "a\tb", "a\u{a0}b", " a \u{2003} b"] {
            assert_eq!(collapsed(Cow::Owned(text.to_owned())), "a b");
        }
    }

    #[test]
    fn folding_takes_accents_case_and_odd_spaces_away() {
        assert_eq!(fold("  Citación:\u{a0} realizada "), "CITACION: REALIZADA");
        assert_eq!(fold(" Citacion:  realizada\t"), "CITACION: REALIZADA");
    }
}
