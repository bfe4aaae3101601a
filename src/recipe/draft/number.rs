//! The case number of a page: which text it may be, and the pattern that its kind follows.

use regex::Regex;
use std::sync::OnceLock;

use super::{Found, Piece};
use crate::recipe::filter::fold;

/// How numbers like an example are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbering {
    /// The pattern with named groups.
    pub pattern: String,
    /// The number in one form, made of the groups.
    pub form: String,
    /// In words.
    pub shape: String,
}

/// Words that stand before a case number.
const LABELS: &[&str] = &[
    "PROCESO",
    "PROCESSO",
    "EXPEDIENTE",
    "CAUSA",
    "CASO",
    "CASE",
    "RADICA",
    "NUMERO",
    "NUMBER",
    "DOCKET",
    "JUICIO",
    "SUMARIO",
    "IUE",
    "ROL",
    "AUTOS",
];

/// Texts of the page that may be its case number, the likeliest first; each with where it stands.
pub fn numbers(found: &Found, dates: &dyn Fn(&str) -> bool) -> Vec<(String, Piece)> {
    static TOKEN: OnceLock<Option<Regex>> = OnceLock::new();
    let token = TOKEN.get_or_init(|| Regex::new(r"\b(?:[A-Z]{1,4}[-/])?[A-Za-z]{0,4}[0-9][0-9A-Za-z]*(?:[-/.:][0-9A-Za-z]+)*\b").ok());
    let Some(token) = token else { return Vec::new() };
    let mut scored: Vec<(i32, String, Piece)> = Vec::new();
    for (order, piece) in found.pieces.iter().enumerate() {
        for word in token.find_iter(&piece.text).map(|word| word.as_str()) {
            let digits = word.chars().filter(char::is_ascii_digit).count();
            if digits < 4 || word.len() > 40 || dates(word) || scored.iter().any(|(_, known, _)| known == word) {
                continue;
            }
            let label = fold(&format!("{} {}", piece.label, piece.text.split(word).next().unwrap_or_default()));
            let is_labelled = LABELS.iter().any(|known| label.contains(known));
            let has_form = word.contains(['-', '/', '.']) || digits >= 10;
            let is_alone = piece.text.trim() == word;
            let early = i32::try_from(order).unwrap_or(i32::MAX).min(50) / 10;
            let score = 10 * i32::from(is_labelled) + 4 * i32::from(has_form) + 2 * i32::from(is_alone) + i32::from(digits >= 6) - early;
            scored.push((score, word.to_owned(), piece.clone()));
        }
    }
    scored.sort_by_key(|(score, ..)| std::cmp::Reverse(*score));
    scored.into_iter().take(6).map(|(_, word, piece)| (word, piece)).collect()
}

/// The piece of a page that holds a number which somebody typed.
pub fn holding(found: &Found, number: &str) -> Option<Piece> {
    let alone = found.pieces.iter().find(|piece| piece.text.trim() == number);
    alone.or_else(|| found.pieces.iter().find(|piece| piece.text.contains(number))).cloned()
}

impl Numbering {
    /// The numbering that an example follows. Digits that may be a year are one; long or zero-padded groups keep their length.
    pub fn of(example: &str) -> Option<Self> {
        let (mut pattern, mut form, mut words) = (String::new(), String::new(), Vec::new());
        let mut taken: Vec<&str> = Vec::new();
        let runs = runs(example);
        if !runs.iter().any(|run| run.starts_with(|c: char| c.is_ascii_alphanumeric())) {
            return None;
        }
        let digits: Vec<usize> = (0..runs.len()).filter(|nth| runs[*nth].starts_with(|c: char| c.is_ascii_digit())).collect();
        // The first of several groups is mostly the court's, and the last the serial number.
        let mut names: Vec<&str> =
            ["court", "part", "piece", "section", "more", "rest"].into_iter().take(digits.len().saturating_sub(1)).collect();
        names.push("serial");
        let is_year_among = digits.iter().any(|nth| is_year(&runs[*nth])) && digits.len() > 1;
        if is_year_among && names.len() > 1 {
            names.remove(names.len() - 2);
        }
        let mut names = names.into_iter().chain(["other", "another", "last"]);
        for (nth, run) in runs.iter().enumerate() {
            let first = run.chars().next()?;
            if !first.is_ascii_alphanumeric() {
                pattern.push_str(&regex::escape(run).replace("\\-", "-"));
                form.push_str(run);
                words.push(format!("\"{run}\""));
                continue;
            }
            let length = run.chars().count();
            let (name, part, word) = if is_year(run) && digits.len() > 1 && !taken.contains(&"year") {
                ("year", "(?:19|20)[0-9]{2}".to_owned(), "the year".to_owned())
            } else if first.is_ascii_digit() {
                let is_fixed = run.starts_with('0') || length >= 5 || digits.len() == 1;
                let count = if is_fixed { format!("{{{length}}}") } else { "+".to_owned() };
                let word = if is_fixed { format!("{length} digits") } else { "digits".to_owned() };
                (names.next()?, format!("[0-9]{count}"), word)
            } else {
                let kind = if nth == 0 { "prefix" } else { "suffix" };
                let name = if taken.contains(&kind) { names.next()? } else { kind };
                (name, format!("[A-Z]{{{length}}}"), if length == 1 { "a letter".to_owned() } else { format!("{length} letters") })
            };
            taken.push(name);
            pattern.push_str(&format!("(?<{name}>{part})"));
            form.push_str(&format!("{{{name}}}"));
            words.push(word);
        }
        Some(Self { pattern, form, shape: words.join(", ") })
    }

    /// The number without what stands between its parts, as some addresses have it.
    pub fn bare_form(&self) -> String {
        let mut bare = String::new();
        let mut rest = self.form.as_str();
        while let Some((_, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else { break };
            bare.push_str(&format!("{{{name}}}"));
            rest = after;
        }
        bare
    }
}

fn is_year(run: &str) -> bool {
    run.len() == 4 && (run.starts_with("19") || run.starts_with("20")) && run.bytes().all(|byte| byte.is_ascii_digit())
}

/// An example in runs of digits, of letters, and of what stands between them.
fn runs(example: &str) -> Vec<String> {
    let kind = |c: char| {
        if c.is_ascii_digit() {
            0
        } else if c.is_ascii_alphabetic() {
            1
        } else {
            2
        }
    };
    let mut runs: Vec<String> = Vec::new();
    for c in example.trim().chars().flat_map(char::to_uppercase) {
        match runs.last_mut() {
            Some(run) if run.chars().next().map(kind) == Some(kind(c)) => run.push(c),
            _ => runs.push(c.to_string()),
        }
    }
    runs
}
