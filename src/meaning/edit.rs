//! Where two texts differ: the changed passage with a few words around it, and whether the change is more than a slip.
//!
//! Called by [`events`](super::events) for entries that were edited after publication. It compares words; how an edit is
//! told is `message`'s work.

use similar::{Algorithm, DiffTag, capture_diff_slices};

use crate::domain::event::EXCERPT_CHARS;

use super::tokens::fold;

/// A changed passage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// As it was.
    pub before: String,
    /// As it is.
    pub after: String,
    /// Whether numbers, names, a negation or more than a slip changed (`domain.md` F-02).
    pub substantive: bool,
}

/// Words of context on each side.
const AROUND: usize = 8;
/// More of a text than this share is no slip of the pen (`domain.md` F-02: 2 %).
const SLIP_SHARE: usize = 50;
/// Longer texts are compared from their first to their last difference only, to bound the time.
const MOST_WORDS: usize = 20_000;

/// The passage that differs, from the first to the last changed word; `None` when the words are the same.
pub fn passage(before: &str, after: &str) -> Option<Passage> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.split_whitespace().collect(), after.split_whitespace().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (old_end, new_end) = (old.len() - tail, new.len() - tail);
    if head == old_end && head == new_end {
        return None;
    }
    let cut = |words: &[&str], end: usize| excerpt(words, head.saturating_sub(AROUND), (end + AROUND).min(words.len()));
    let substantive = is_substantive(&old[head..old_end], &new[head..new_end], old.len().max(new.len()));
    Some(Passage { before: cut(&old, old_end), after: cut(&new, new_end), substantive })
}

fn excerpt(words: &[&str], from: usize, until: usize) -> String {
    let mut text = words[from..until].join(" ");
    if from > 0 {
        text.insert_str(0, "… ");
    }
    if until < words.len() {
        text.push_str(" …");
    }
    shortened(&text, EXCERPT_CHARS)
}

/// The first `most` characters; the last of them is an ellipsis when something was cut.
pub fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => {
            let end = text.char_indices().nth(most.saturating_sub(1)).map_or(0, |(at, _)| at);
            format!("{}…", &text[..end])
        }
    }
}

fn is_substantive(old: &[&str], new: &[&str], length: usize) -> bool {
    if old.len().max(new.len()) > MOST_WORDS {
        return true;
    }
    let mut changed = 0;
    for operation in capture_diff_slices(Algorithm::Myers, old, new) {
        let (tag, was, is) = operation.as_tag_tuple();
        if tag == DiffTag::Equal {
            continue;
        }
        changed += was.len().max(is.len());
        let (was, is) = (&old[was], &new[is]);
        if was.len() != is.len() || was.iter().zip(is).any(|(a, b)| !is_slip(a, b)) {
            return true;
        }
    }
    changed > 1 && changed * SLIP_SHARE > length
}

/// Two spellings of one word: the same but for accents and capitals, or one or two letters apart in a word that is long
/// enough, has no digit and does not begin with a capital, as names do.
fn is_slip(a: &str, b: &str) -> bool {
    let (folded_a, folded_b) = (fold(a), fold(b));
    if folded_a == folded_b {
        return true;
    }
    let plain =
        |word: &str| word.chars().count() >= 5 && !word.chars().any(|c| c.is_ascii_digit()) && !word.starts_with(char::is_uppercase);
    plain(a) && plain(b) && strsim::damerau_levenshtein(&folded_a, &folded_b) <= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_changed_passage_is_shown_with_its_surroundings() {
        let before = "uno dos tres cuatro cinco seis siete ocho nueve diez condenar once doce trece";
        let after = "uno dos tres cuatro cinco seis siete ocho nueve diez absolver once doce trece";
        let found = passage(before, after).expect("a difference");
        assert_eq!(found.before, "… tres cuatro cinco seis siete ocho nueve diez condenar once doce trece");
        assert_eq!(found.after, "… tres cuatro cinco seis siete ocho nueve diez absolver once doce trece");
        assert!(found.substantive);
        assert_eq!(passage("las mismas  palabras", "las mismas\npalabras"), None);
    }

    #[test]
    fn slips_are_told_from_changes() {
        for (before, after, substantive) in [
            ("se notifica a las partes procesalse", "se notifica a las partes procesales", false),
            ("la resolucion dictada", "la resolución dictada", false),
            ("a las 09h30 del lunes", "a las 10h30 del lunes", true),
            ("se acepta el recurso", "no se acepta el recurso", true),
            ("el señor Pérez comparece", "el señor Méndez comparece", true),
            ("", "un texto nuevo", true),
        ] {
            assert_eq!(passage(before, after).map(|found| found.substantive), Some(substantive), "{before} / {after}");
        }
    }

    #[test]
    fn a_long_change_is_cut() {
        let found = passage("breve", &"palabra ".repeat(5_000)).expect("a difference");
        assert_eq!(found.after.chars().count(), EXCERPT_CHARS);
    }

    proptest::proptest! {
        #[test]
        fn any_two_texts_can_be_compared(before in ".{0,300}", after in ".{0,300}") {
            if let Some(found) = passage(&before, &after) {
                proptest::prop_assert!(found.after.chars().count() <= EXCERPT_CHARS);
            }
        }
    }
}
