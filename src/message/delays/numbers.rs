//! Numbers as a report writes them: days, shares and counts, by fixed rules in both languages.
//!
//! Used by all of [`delays`](super). The same number gives the same characters: none without a decimal where it is whole, one otherwise, a
//! comma in Spanish and a point in English. It rounds and reckons nothing else.

use crate::domain::about::Language;

/// A whole number to reckon with; those of a report are far below what is exact.
pub fn number(n: i64) -> f64 {
    i32::try_from(n).map_or(if n < 0 { f64::from(i32::MIN) } else { f64::from(i32::MAX) }, f64::from)
}

/// A count to reckon with.
pub fn count(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::from(u32::MAX), f64::from)
}

/// So many decimals at most, none of them a nought at the end; a dash for what is no number.
pub fn rounded(x: f64, decimals: usize, language: Language) -> String {
    if !x.is_finite() {
        return "–".to_owned();
    }
    let text = format!("{x:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    let text = if text == "-0" { "0" } else { text };
    match language {
        Language::Es => text.replace('.', ","),
        Language::En => text.to_owned(),
    }
}

/// One decimal at most.
pub fn decimal(x: f64, language: Language) -> String {
    rounded(x, 1, language)
}

/// From 0 to 100: `37,5 %`, `37.5%`.
pub fn percent(x: f64, language: Language) -> String {
    match language {
        Language::Es => format!("{}\u{a0}%", decimal(x, language)),
        Language::En => format!("{}%", decimal(x, language)),
    }
}

/// `1 causa`, `3 causas`: the words are one and several in Spanish, then in English.
pub fn counted(n: usize, language: Language, words: [&str; 4]) -> String {
    let [es, several_es, en, several_en] = words;
    let word = match (language, n) {
        (Language::Es, 1) => es,
        (Language::Es, _) => several_es,
        (Language::En, 1) => en,
        (Language::En, _) => several_en,
    };
    format!("{n} {word}")
}

/// `1 día`, `85 days`.
pub fn days(n: i64, language: Language) -> String {
    let word = match (language, n) {
        (Language::Es, 1) => "día",
        (Language::Es, _) => "días",
        (Language::En, 1) => "day",
        (Language::En, _) => "days",
    };
    format!("{n} {word}")
}

/// Days that may not be whole, as a curve gives them.
pub fn fraction_days(x: f64, language: Language) -> String {
    let word = match language {
        Language::Es if x == 1.0 => "día",
        Language::Es => "días",
        Language::En if x == 1.0 => "day",
        Language::En => "days",
    };
    format!("{} {word}", decimal(x, language))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_written_where_there_are_some() {
        let es = [85.0, 2.5, 2.25, 0.04, -0.04, f64::NAN].map(|x| decimal(x, Language::Es));
        assert_eq!(es, ["85", "2,5", "2,2", "0", "0", "–"]);
        assert_eq!([decimal(2.5, Language::En), percent(37.5, Language::En), percent(40.0, Language::Es)], ["2.5", "37.5%", "40\u{a0}%"]);
        assert_eq!([rounded(0.031, 3, Language::Es), rounded(100.0, 0, Language::Es)], ["0,031", "100"]);
    }

    #[test]
    fn one_is_no_plural() {
        let words = ["causa", "causas", "case", "cases"];
        assert_eq!([counted(1, Language::Es, words), counted(0, Language::En, words)], ["1 causa", "0 cases"]);
        assert_eq!([days(1, Language::Es), days(2, Language::En), fraction_days(1.5, Language::Es)], ["1 día", "2 days", "1,5 días"]);
    }
}
