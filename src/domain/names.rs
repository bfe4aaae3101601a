//! Names of persons in running text: found in any case, with or without accents, in any order of their words.
//!
//! [`privacy`](super::privacy) says whose names are hidden and whose stay. Two words of one name side by side are a mention of it; a word
//! alone is one only when it is no word of everyday language and no frequent given name, which the caller's list says. It holds names
//! and therefore shows none in its debug form.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::ops::Range;

use unicode_normalization::char::{decompose_canonical, is_combining_mark};

use super::fold::fold;

/// Words that stand between the words of a name and are none of its own.
const PARTICLES: [&str; 16] = ["DE", "DEL", "LA", "LAS", "LOS", "EL", "DA", "DO", "DAS", "DOS", "VON", "VAN", "DER", "DI", "OF", "THE"];

/// The most characters between two words of a name.
const GAP: usize = 3;

/// A set of names. Its debug form counts them.
#[derive(Clone, Default)]
pub struct Names {
    count: usize,
    /// Which names have a word, by the word without accents in capitals.
    words: HashMap<String, Vec<usize>>,
    /// By the first letter, which lengths their words have, as bits: most words of a text are of none, and need not be looked up.
    shapes: [u32; 26],
}

/// Where a name, or a part of one, is mentioned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The bytes of the text.
    pub range: Range<usize>,
    /// How many of its words stand there.
    pub words: usize,
}

/// A text with its words told apart, to be asked for several sets of names.
pub struct Worded<'t> {
    text: &'t str,
    words: Vec<Word>,
}

/// The place of a letter, and a bit for a length.
type Shape = (usize, u32);

/// A word of a text.
struct Word {
    range: Range<usize>,
    shape: Option<Shape>,
    /// Without accents in capitals, once that was asked for.
    folded: OnceCell<String>,
}

impl Word {
    fn folded(&self, text: &str) -> &str {
        self.folded.get_or_init(|| folded(&text[self.range.clone()]))
    }
}

impl<'t> Worded<'t> {
    /// Tells the words of a text apart.
    pub fn new(text: &'t str) -> Self {
        Self { text, words: words(text) }
    }
}

impl Names {
    /// Adds a name as it is written; one without letters adds nothing.
    pub fn add(&mut self, name: &str) {
        let mut is_new = false;
        for word in words(name).iter().map(|word| word.folded(name)).filter(|word| is_telling(word)) {
            if let Some((letter, length)) = shape(word)
                && let Some(lengths) = self.shapes.get_mut(letter)
            {
                *lengths |= length;
            }
            let names = self.words.entry(word.to_owned()).or_default();
            if names.last() != Some(&self.count) {
                names.push(self.count);
            }
            is_new = true;
        }
        self.count += usize::from(is_new);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Where this text mentions one of them. `is_common` is asked about a word that stands alone, in capitals.
    pub fn mentions(&self, text: &str, is_common: impl Fn(&str) -> bool) -> Vec<Mention> {
        if self.is_empty() { Vec::new() } else { self.mentions_in(&Worded::new(text), is_common) }
    }

    /// The same of a text whose words are told apart.
    pub fn mentions_in(&self, Worded { text, words: all }: &Worded<'_>, is_common: impl Fn(&str) -> bool) -> Vec<Mention> {
        let (mut found, mut at) = (Vec::new(), 0);
        while at < all.len() {
            let found_here = if self.may_have(all[at].shape) { self.run(text, &all[at..]) } else { None };
            let Some((last, count)) = found_here else {
                at += 1;
                continue;
            };
            let range = all[at].range.start..all[at + last].range.end;
            let is_alone = count == 1;
            let word = &text[all[at].range.clone()];
            if !is_alone || (word.chars().count() >= 3 && !is_common(&word.to_uppercase())) {
                found.push(Mention { range, words: count });
            }
            at += last + 1;
        }
        found
    }

    /// Whether a word of a text may be one of theirs: one of another letter or length is not.
    fn may_have(&self, shape: Option<Shape>) -> bool {
        shape.is_none_or(|(letter, length)| self.shapes.get(letter).is_some_and(|lengths| lengths & length != 0))
    }

    /// Whether a text has at least so many words of theirs, whosever: one that has not mentions no name by as many.
    pub fn has_words(&self, text: &str, least: usize) -> bool {
        let mut left = least;
        each_word(text, |range| {
            let is_known = || self.words.contains_key(&folded(&text[range.clone()]));
            if left > 0 && self.may_have(shape(&text[range.clone()])) && is_known() {
                left -= 1;
            }
            left > 0
        });
        left == 0
    }

    /// How far the words from here on are words of one name: the place of the last, and how many they are.
    fn run(&self, text: &str, rest: &[Word]) -> Option<(usize, usize)> {
        let first = rest.first()?;
        let mut names = self.words.get(first.folded(text))?.clone();
        let mut said = vec![first.folded(text)];
        let mut last = 0;
        for (at, word) in rest.iter().enumerate().skip(1) {
            let between = &text[rest[at - 1].range.end..word.range.start];
            if between.chars().count() > GAP {
                break;
            }
            let shared: Option<Vec<usize>> = self
                .words
                .get(word.folded(text))
                .map(|others| names.iter().copied().filter(|name| others.binary_search(name).is_ok()).collect())
                // The same word again begins another mention.
                .filter(|shared: &Vec<usize>| !shared.is_empty() && !said.contains(&word.folded(text)));
            match shared {
                Some(shared) => {
                    (names, last) = (shared, at);
                    said.push(word.folded(text));
                }
                None if is_between(&text[word.range.clone()], word.folded(text)) => {}
                None => break,
            }
        }
        Some((last, said.len()))
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Names({})", self.count)
    }
}

/// Whether a word tells one name from another.
fn is_telling(folded: &str) -> bool {
    folded.chars().nth(1).is_some() && !PARTICLES.contains(&folded)
}

/// Whether a word may stand between two of a name: "de la", or a middle initial.
fn is_between(word: &str, folded: &str) -> bool {
    let is_initial = folded.chars().count() == 1 && word.starts_with(char::is_uppercase);
    is_initial || PARTICLES.contains(&folded)
}

/// A word without accents in capitals.
fn folded(word: &str) -> String {
    if word.is_ascii() { word.to_ascii_uppercase() } else { fold(word) }
}

/// The place of the first letter of a word, without its accent, and a bit for its length without marks; `None` of one that has letters beyond
/// A to Z.
fn shape(word: &str) -> Option<Shape> {
    if word.is_ascii() {
        // A word has letters only.
        let letter = word.bytes().next()?.to_ascii_uppercase().checked_sub(b'A')?;
        return Some((usize::from(letter), 1 << word.len().min(31)));
    }
    let (mut first, mut length, mut is_plain) = (None, 0_usize, true);
    let mut take = |c: char| {
        if c.is_ascii_alphabetic() {
            first = first.or(Some(c.to_ascii_uppercase()));
            length += 1;
        } else {
            is_plain &= is_combining_mark(c);
        }
    };
    for c in word.chars() {
        if c.is_ascii() { take(c) } else { decompose_canonical(c, &mut take) }
    }
    let letter = u32::from(first.filter(|_| is_plain)?).checked_sub(u32::from('A'))?;
    Some((usize::try_from(letter).ok()?, 1 << length.min(31)))
}

fn words(text: &str) -> Vec<Word> {
    let mut found = Vec::new();
    each_word(text, |range| {
        let shape = shape(&text[range.clone()]);
        found.push(Word { range, shape, folded: OnceCell::new() });
        true
    });
    found
}

/// Gives the places of the words of a text, until no more are wanted.
fn each_word(text: &str, mut give: impl FnMut(Range<usize>) -> bool) {
    let (mut at, mut start) = (0, None);
    while let Some(byte) = text.as_bytes().get(at) {
        // Nearly all of a text is ASCII, and is gone through a byte at a time.
        let (is_inside, length) = if byte.is_ascii() {
            (byte.is_ascii_alphabetic(), 1)
        } else {
            let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else { return };
            // An accent may be a character of its own; a digit ends a word, because numbers are glued to names.
            (c.is_alphabetic() || is_combining_mark(c), c.len_utf8())
        };
        if is_inside {
            start = start.or(Some(at));
        } else if let Some(from) = start.take()
            && !give(from..at)
        {
            return;
        }
        at += length;
    }
    if let Some(from) = start {
        give(from..text.len());
    }
}

/// A name as initials: "PERSONA FICTICIA UNO" → "P. F. U.".
pub fn initials(name: &str) -> String {
    let letters = name.split(|c: char| !(c.is_alphanumeric() || is_combining_mark(c))).filter_map(|word| word.chars().next());
    letters.map(|letter| format!("{}.", letter.to_uppercase())).collect::<Vec<_>>().join(" ")
}

/// The words of a name without accents, dots and case, to be looked up in lists: "Compañía S.A." → COMPANIA, SA.
pub fn plain_words(name: &str) -> HashSet<String> {
    name.split_whitespace().map(|word| fold(word).chars().filter(|c| c.is_alphanumeric()).collect()).collect()
}

/// Whether every word of a name stands in another, in whatever order: "Ana Pérez" in "PÉREZ GÓMEZ ANA MARÍA". A single word is in none, because it
/// may be anybody's; particles and initials do not count.
pub fn is_within(name: &str, other: &str) -> bool {
    let telling = |name: &str| plain_words(name).into_iter().filter(|word| is_telling(word)).collect::<HashSet<String>>();
    let (name, other) = (telling(name), telling(other));
    name.len() > 1 && name.is_subset(&other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_within_one_that_has_all_its_words() {
        for (name, other, expected) in [
            ("Ana Pérez", "PEREZ GOMEZ, ANA MARIA", true),
            ("PEREZ GOMEZ, ANA MARIA", "Ana María Pérez Gómez", true),
            ("Torre Ana", "ANA DE LA TORRE L.", true),
            ("ANA DE LA TORRE L.", "Torre Ana", true),
            ("PEREZ GOMEZ ANA MARIA", "Ana Pérez", false),
            ("Ana Pérez", "PEREZ GOMEZ ANABEL", false),
            ("Pérez", "PEREZ GOMEZ ANA MARIA", false),
            ("de la Torre", "ANA DE LA TORRE", false),
            ("", "", false),
        ] {
            assert_eq!(is_within(name, other), expected, "{name} in {other}");
        }
    }

    fn hidden(name: &str, text: &str) -> String {
        let mut names = Names::default();
        names.add(name);
        let common = |word: &str| matches!(word, "JUAN" | "PERSONA" | "UNO" | "PENA");
        let mut out = text.to_owned();
        for mention in names.mentions(text, common).into_iter().rev() {
            out.replace_range(mention.range.clone(), &initials(&text[mention.range]));
        }
        out
    }

    #[test]
    fn a_name_is_found_however_it_is_written() {
        for (text, want) in [
            ("contra QUISHPE TACURÍ JUAN, por", "contra Q. T. J., por"),
            ("Juan Quishpe Tacuri apela", "J. Q. T. apela"),
            ("quishpe  tacurí", "Q. T."),
            ("Tacuri\nQuishpe", "T. Q."),
            ("Tacuri\u{301} Quishpe", "T. Q."),
            ("Quishpe, Juan", "Q. J."),
            ("Juan A. Quishpe", "J. A. Q."),
            ("el señor Quishpe", "el señor Q."),
            ("la quishpe", "la Q."),
            ("San Juan y otro", "San Juan y otro"),
            ("Quishpetacuri", "Quishpetacuri"),
        ] {
            assert_eq!(hidden("QUISHPE TACURI JUAN", text), want, "{text}");
        }
    }

    #[test]
    fn everyday_words_stay_unless_another_word_of_the_name_stands_beside() {
        assert_eq!(hidden("PERSONA FICTICIA UNO", "la persona procesada y uno más"), "la persona procesada y uno más");
        assert_eq!(hidden("PERSONA FICTICIA UNO", "Persona  Ficticia\tUno y Ficticia"), "P. F. U. y F.");
        assert_eq!(hidden("PEÑA RÍOS ANA", "la pena de Peña, Ríos Ana"), "la pena de P. R. A.");
        assert_eq!(hidden("DE LA CRUZ JUAN", "Juan de la Cruz"), "J. D. L. C.");
    }

    #[test]
    fn words_of_two_names_are_no_mention_of_either() {
        let mut names = Names::default();
        names.add("UNA PRIMERA");
        names.add("OTRA SEGUNDA");
        let all = |_: &str| true;
        assert_eq!(names.mentions("primera segunda", all), []);
        assert_eq!(names.mentions("una primera otra segunda", all).len(), 2);
        assert_eq!(format!("{names:?}"), "Names(2)");
    }

    #[test]
    fn names_become_initials() {
        assert_eq!(initials("PERSONA FICTICIA UNO"), "P. F. U.");
        assert_eq!(initials("Ñandú de la Ávila"), "Ñ. D. L. Á.");
        assert!(plain_words("Comercial Ficticia S.A.").contains("SA"));
    }

    proptest::proptest! {
        #[test]
        fn what_is_not_looked_up_is_no_word_of_a_name(
            names in proptest::collection::vec("([A-Z]{2,12}|Peña|Ñandú|Æsir|Дмитрий|ﬁn)( [a-zé]{1,35}){0,2}", 1..4),
            text in "([A-Za-zñúé]{1,14}|PEÑA|nandu|ÑANDÚ|aesir|FIN|дмитрий|[a-z]{30,36})( [a-zé]{1,35}){0,4}",
        ) {
            let mut all = Names::default();
            names.iter().for_each(|name| all.add(name));
            let whole = format!("{text} {}", names.join(" ").to_lowercase());
            for word in words(&whole) {
                let is_known = all.words.contains_key(&fold(&whole[word.range.clone()]));
                proptest::prop_assert_eq!(word.folded(&whole), fold(&whole[word.range.clone()]));
                proptest::prop_assert!(!is_known || all.may_have(word.shape), "{}", &whole[word.range]);
            }
        }

        #[test]
        fn words_are_what_stands_between_other_characters(text in "(\\PC|[a-z ,.é\u{301}0-9]){0,40}") {
            let found: Vec<String> = words(&text).into_iter().map(|word| text[word.range].to_owned()).collect();
            let split = text.split(|c: char| !(c.is_alphabetic() || is_combining_mark(c))).filter(|word| !word.is_empty());
            proptest::prop_assert_eq!(found, split.map(str::to_owned).collect::<Vec<_>>());
        }
    }
}
