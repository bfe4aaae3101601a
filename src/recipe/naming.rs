//! Which case a text names, by the number formats of the sources of one jurisdiction.
//!
//! Asked by `config`, for the watched cases, and by `veedor diff` for two files. It tells a case apart from others; whether it exists is
//! for its court to say, and nobody is asked.

use crate::domain::case::{CaseNumber, CaseRef};
use crate::domain::link::{Named, OtherCase};

use super::Recipe;

/// No case number; a format that takes it for one takes anything.
const NONSENSE: &str = "zz";
/// A number of so many digits names its court and is given to one case of the country, at whichever of its sources.
const UNIQUE_DIGITS: usize = 13;

/// What a text names, beside the case with this recipe and number, if it is a case number of the same jurisdiction. Of several sources that
/// know such numbers a watched case comes first, then the case's own source, then one that is polled. Where several courts have short
/// numbers of that look, nobody knows whose it is.
pub fn named_case<'r>(
    recipes: impl Iterator<Item = &'r Recipe>,
    (own, own_number): (&Recipe, &CaseNumber),
    text: &str,
    is_watched: impl Fn(&CaseRef) -> bool,
) -> Option<Named> {
    let mut found: Vec<(u8, CaseRef, String)> = Vec::new();
    for recipe in recipes.filter(|recipe| recipe.jurisdiction == own.jurisdiction) {
        let Ok(number) = recipe.number(text) else { continue };
        if recipe.number(NONSENSE).is_ok() {
            continue;
        }
        if is_own(own_number, &number) {
            return Some(Named::Own);
        }
        let case = CaseRef { source: recipe.id.clone(), number: number.compact };
        let rank = match () {
            () if is_watched(&case) => 0,
            () if case.source == own.id => 1,
            () if recipe.import_only.is_none() => 2,
            () => 3,
        };
        found.push((rank, case, number.canonical));
    }
    let best = found.iter().map(|(rank, ..)| *rank).min()?;
    found.retain(|(rank, ..)| *rank == best);
    let is_of_all = text.chars().filter(char::is_ascii_digit).count() >= UNIQUE_DIGITS;
    if found.len() > 1 && !is_of_all {
        return None;
    }
    let (rank, case, number) = found.into_iter().min_by(|a, b| a.1.source.cmp(&b.1.source))?;
    Some(Named::Other(OtherCase { case, number, watched: rank == 0 }))
}

/// Whether both are one number, at whatever source: courts leave out the letter at the end, and zeros.
fn is_own(own: &CaseNumber, other: &CaseNumber) -> bool {
    own.compact == other.compact || bare(&own.canonical) == bare(&other.canonical)
}

/// The parts of a number without zeros before and letters behind them.
fn bare(number: &str) -> Vec<String> {
    let parts = number.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    let tidy = |part: &str| part.trim_start_matches('0').trim_end_matches(|c: char| c.is_alphabetic()).to_uppercase();
    parts.map(|part| if part.chars().any(|c| c.is_ascii_digit()) { tidy(part) } else { part.to_uppercase() }).collect()
}
