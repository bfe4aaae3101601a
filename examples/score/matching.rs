//! Which of our entries is which of theirs, without a look at our keys.
//!
//! Four rounds, each over what the rounds before left: the same text on the same date; much the same text on the same date; the
//! same text on another date; nearly the same text on another date. Within a round the better text goes first, then the
//! smaller difference of places in the two lists. An entry with a wrong date so counts as found with a wrong date.

use std::collections::HashMap;

use jiff::tz::TimeZone;
use veedor::domain::docket::Docket;

use super::capture::{Columns, Row, is_dated, text_of, tidy};

/// How like two texts must be to be one entry: on the same date, and on another.
const SAME_DATE: f64 = 0.5;
const OTHER_DATE: f64 = 0.8;

/// Two entries that are one.
pub struct Pair {
    pub theirs: usize,
    pub ours: usize,
    pub dated: bool,
    /// 1 for equal texts, else 1 less the share of letters that must be changed.
    pub likeness: f64,
}

/// The pairs, and the texts that were compared.
pub struct Matched {
    pub pairs: Vec<Pair>,
    pub theirs: Vec<String>,
    pub ours: Vec<String>,
}

/// Matches a docket with the rows that somebody else read.
pub fn matched(rows: &[Row], docket: &Docket, columns: Columns, zone: &TimeZone) -> Matched {
    let theirs: Vec<String> = rows.iter().map(|row| tidy(&row.text)).collect();
    let ours: Vec<String> = docket.entries.iter().map(|entry| text_of(entry, columns)).collect();
    let (their_words, our_words) = (theirs.iter().map(|text| words(text)), ours.iter().map(|text| words(text)));
    let (their_words, our_words): (Vec<_>, Vec<_>) = (their_words.collect(), our_words.collect());
    // Ours are newest first; a list that is oldest first has its places counted from its end.
    let turned = is_turned(rows, docket, zone);
    let mut candidates = Vec::new();
    for (their, row) in rows.iter().enumerate() {
        for (our, entry) in docket.entries.iter().enumerate() {
            let dated = is_dated(entry, &row.when, zone);
            let likeness = if theirs[their] == ours[our] { 1.0 } else { shared(&their_words[their], &our_words[our]).min(0.999) };
            let round = match (dated, likeness) {
                (true, 1.0) => 0,
                (true, likeness) if likeness >= SAME_DATE => 1,
                (false, 1.0) => 2,
                (false, likeness) if likeness >= OTHER_DATE => 3,
                _ => continue,
            };
            let place = if turned { rows.len() - 1 - their } else { their };
            candidates.push((round, likeness, place.abs_diff(our), their, our, dated));
        }
    }
    candidates.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)).then(a.2.cmp(&b.2)));
    let (mut theirs_left, mut ours_left) = (vec![true; theirs.len()], vec![true; ours.len()]);
    let mut pairs = Vec::new();
    for (_, _, _, their, our, dated) in candidates {
        if theirs_left[their] && ours_left[our] {
            (theirs_left[their], ours_left[our]) = (false, false);
            pairs.push(Pair { theirs: their, ours: our, dated, likeness: strsim::normalized_levenshtein(&theirs[their], &ours[our]) });
        }
    }
    pairs.sort_by_key(|pair| pair.theirs);
    Matched { pairs, theirs, ours }
}

fn is_turned(rows: &[Row], docket: &Docket, zone: &TimeZone) -> bool {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return false };
    let newest = docket.entries.first();
    newest.is_some_and(|entry| is_dated(entry, &last.when, zone) && !is_dated(entry, &first.when, zone))
}

fn words(text: &str) -> HashMap<&str, usize> {
    let mut words = HashMap::new();
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).for_each(|word| *words.entry(word).or_default() += 1);
    words
}

/// The share of words that two texts have in common (Dice).
fn shared(a: &HashMap<&str, usize>, b: &HashMap<&str, usize>) -> f64 {
    let total: usize = a.values().sum::<usize>() + b.values().sum::<usize>();
    let common: usize = a.iter().map(|(word, count)| (*count).min(b.get(word).copied().unwrap_or_default())).sum();
    if total == 0 { 0.0 } else { 2.0 * common as f64 / total as f64 }
}
