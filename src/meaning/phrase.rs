//! The small pattern language of the lexicons, and the search for many patterns in one pass.
//!
//! A phrase is words in lower case without accents: `convoc* a ~3 audiencia`. A star at the end of a word leaves it open,
//! `a|b` are choices, `~3` skips up to three words, `^` and `$` are the start and the end of the field. Punctuation does
//! not count, and no phrase crosses a sentence. The files in `jurisdictions/` are the only writers of phrases.

use super::tokens::Tokens;

/// A compiled phrase.
#[derive(Debug, Clone)]
pub struct Phrase {
    parts: Vec<Part>,
    from_start: bool,
    to_end: bool,
}

#[derive(Debug, Clone)]
enum Part {
    Word(Vec<Choice>),
    Gap(usize),
}

#[derive(Debug, Clone)]
struct Choice {
    text: String,
    open: bool,
}

impl Choice {
    fn matches(&self, word: &str) -> bool {
        if self.open { word.starts_with(&self.text) } else { word == self.text }
    }
}

impl Phrase {
    /// Compiles a phrase; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut phrase = Self { parts: Vec::new(), from_start: false, to_end: false };
        let pieces: Vec<&str> = text.split_whitespace().collect();
        for (at, piece) in pieces.iter().enumerate() {
            match *piece {
                "^" if at == 0 => phrase.from_start = true,
                "$" if at + 1 == pieces.len() => phrase.to_end = true,
                _ => phrase.parts.push(part(piece)?),
            }
        }
        match (phrase.parts.first(), phrase.parts.last()) {
            (Some(Part::Word(_)), Some(Part::Word(_))) => Ok(phrase),
            // "^ ~2 order": among the first words.
            (Some(Part::Gap(_)), Some(Part::Word(_))) if phrase.from_start => Ok(phrase),
            (None, _) => Err("a phrase needs a word".to_owned()),
            _ => Err("a phrase begins and ends with a word, not with a gap".to_owned()),
        }
    }

    /// The token after the phrase, when it stands at `at`.
    pub fn at(&self, tokens: &Tokens<'_>, at: usize) -> Option<usize> {
        if self.from_start && at != 0 {
            return None;
        }
        let end = matched(&self.parts, tokens, at)?;
        (!self.to_end || end == tokens.len()).then_some(end)
    }

    /// Whether it stands anywhere.
    pub fn is_in(&self, tokens: &Tokens<'_>) -> bool {
        (0..tokens.len()).any(|at| self.at(tokens, at).is_some())
    }

    /// The buckets of the words that it can begin with.
    fn buckets(&self) -> Vec<usize> {
        let Some(Part::Word(choices)) = self.parts.first() else { return (0..LETTERS * LETTERS).collect() };
        let mut buckets: Vec<usize> = Vec::new();
        for choice in choices {
            let first = bucket(&choice.text);
            // An open choice of one letter meets every second letter.
            if choice.open && choice.text.len() == 1 { buckets.extend(first..first + LETTERS) } else { buckets.push(first) }
        }
        buckets.sort_unstable();
        buckets.dedup();
        buckets
    }
}

/// Letters in a bucket's address; folded Spanish words differ in the low five bits.
const LETTERS: usize = 32;

/// The bucket of a word: by its first two bytes.
fn bucket(word: &str) -> usize {
    let mut bytes = word.bytes().map(|byte| usize::from(byte) % LETTERS);
    let first = bytes.next().unwrap_or_default();
    // A word of one letter stands where no second letter does.
    first * LETTERS + bytes.next().unwrap_or_default()
}

fn part(piece: &str) -> Result<Part, String> {
    if let Some(count) = piece.strip_prefix('~') {
        return match count.parse() {
            Ok(count @ 1..=20) => Ok(Part::Gap(count)),
            _ => Err(format!("\"{piece}\" must be ~ and a number from 1 to 20")),
        };
    }
    let choice = |word: &str| {
        let (text, open) = word.strip_suffix('*').map_or((word, false), |stem| (stem, true));
        let plain = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || (c.is_alphabetic() && c.is_lowercase()));
        if plain && super::tokens::fold(text) == text {
            Ok(Choice { text: text.to_owned(), open })
        } else {
            Err(format!("\"{word}\" is not a word in lower case without accents"))
        }
    };
    piece.split('|').map(choice).collect::<Result<_, _>>().map(Part::Word)
}

fn matched(parts: &[Part], tokens: &Tokens<'_>, at: usize) -> Option<usize> {
    match parts.split_first() {
        None => Some(at),
        Some((Part::Word(choices), rest)) => {
            let word = tokens.word(at);
            if word.is_empty() || !choices.iter().any(|choice| choice.matches(word)) {
                return None;
            }
            if rest.is_empty() {
                return Some(at + 1);
            }
            tokens.together(at, at + 1).then(|| matched(rest, tokens, at + 1)).flatten()
        }
        Some((Part::Gap(most), rest)) => {
            (0..=*most).take_while(|skip| tokens.together(at, at + skip)).find_map(|skip| matched(rest, tokens, at + skip))
        }
    }
}

/// One find of a [`PhraseSet`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// The tag given with the phrase.
    pub tag: usize,
    /// The first token.
    pub start: usize,
    /// The token after the last.
    pub end: usize,
}

/// Many phrases, searched together: a token is compared only with the phrases that begin with its first two letters.
#[derive(Debug, Clone, Default)]
pub struct PhraseSet {
    phrases: Vec<(usize, Phrase)>,
    by_first: Vec<Vec<usize>>,
}

impl PhraseSet {
    /// Adds a phrase; finds of it carry `tag`.
    pub fn add(&mut self, tag: usize, phrase: Phrase) {
        self.by_first.resize(LETTERS * LETTERS, Vec::new());
        for bucket in phrase.buckets() {
            self.by_first[bucket].push(self.phrases.len());
        }
        self.phrases.push((tag, phrase));
    }

    /// Every find, in the order of the text; of one tag at one place only the longest.
    pub fn scan(&self, tokens: &Tokens<'_>) -> Vec<Hit> {
        let mut hits: Vec<Hit> = Vec::new();
        for start in 0..tokens.len() {
            let from = hits.len();
            for &index in self.by_first.get(bucket(tokens.word(start))).map_or(&[][..], Vec::as_slice) {
                let (tag, phrase) = &self.phrases[index];
                let Some(end) = phrase.at(tokens, start) else { continue };
                match hits[from..].iter_mut().find(|hit| hit.tag == *tag) {
                    Some(hit) => hit.end = hit.end.max(end),
                    None => hits.push(Hit { tag: *tag, start, end }),
                }
            }
        }
        hits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meaning::language::tests::spanish;

    #[test]
    fn phrases_find_what_they_say() {
        for (phrase, text, found) in [
            ("convoc* a ~3 audiencia", "SE CONVOCA A LAS PARTES A AUDIENCIA", true),
            ("convoc* a ~2 audiencia", "SE CONVOCA A LAS PARTES A AUDIENCIA", false),
            ("^ escrito $", "Escrito", true),
            ("^ ~2 escrito", "Primer nuevo escrito", true),
            ("^ ~2 escrito", "Un primer nuevo escrito", false),
            ("^ escrito $", "Escrito de prueba", false),
            ("auto|decreto", "decreto", true),
            ("se difiere", "se. Difiere", false),
            ("acta resumen", "Acta, resumen", true),
        ] {
            let phrase = Phrase::parse(phrase).expect("a phrase");
            assert_eq!(phrase.is_in(&Tokens::read(text, spanish())), found, "{phrase:?} in {text}");
        }
    }

    #[test]
    fn mistakes_are_named() {
        for bad in ["", "~3 audiencia", "audiencia ~2", "señal*", "Auto", "a ~0 b", "a || b", "^"] {
            assert!(Phrase::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn of_one_tag_the_longest_is_kept() {
        let mut set = PhraseSet::default();
        set.add(1, Phrase::parse("se llevo").expect("a phrase"));
        set.add(1, Phrase::parse("se llevo a cabo").expect("a phrase"));
        assert_eq!(set.scan(&Tokens::read("hoy se llevó a cabo", spanish())), [Hit { tag: 1, start: 1, end: 5 }]);
    }
}
