//! Texts that are fit for one line, and patterns of what must not leave the machine.
//!
//! A [`Rule`] is data (`jurisdictions/**/privacy.toml`, the watch list): a pattern, perhaps a check, and what stands in its place.
//! [`privacy`](super::privacy) puts the rules of a case together and [`shown`](super::shown) applies them. It knows no names.

use std::ops::Range;

use regex::{Match, Regex};
use unicode_normalization::char::is_combining_mark;

use super::about::Language;
use super::checks::Check;

/// Where something may leave the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Messages of every channel.
    Alert,
    /// Calendars: invitations, and feeds of hearings.
    Ics,
}

/// What must not be told, and what stands in its place.
#[derive(Debug, Clone)]
pub struct Rule {
    /// A stable name, by which an operator can turn it off.
    pub id: String,
    /// What is looked for; with a group named `mask`, that part of it is meant.
    pub pattern: Regex,
    /// What a find must pass besides.
    pub check: Option<Check>,
    /// Whether a part of a longer number is none.
    pub whole: bool,
    /// What stands in its place.
    pub replace: Words,
    /// Where it holds.
    pub scope: Vec<Scope>,
}

/// A few words in each language of the readers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// In Spanish.
    pub es: String,
    /// In English.
    pub en: String,
}

impl Words {
    /// The same in both.
    pub fn same(words: &str) -> Self {
        Self { es: words.to_owned(), en: words.to_owned() }
    }

    /// In this language.
    pub fn of(&self, language: Language) -> &str {
        match language {
            Language::Es => &self.es,
            Language::En => &self.en,
        }
    }
}

/// A part of a text and what stands in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mask {
    /// Its bytes.
    pub range: Range<usize>,
    /// What stands there.
    pub with: String,
}

impl Rule {
    /// What it finds in this text.
    pub fn finds(&self, text: &str) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        let mut from = 0;
        while let Some((hit, meant)) = self.next(text, from) {
            let range = without_stop(text, meant);
            let next = text[hit.start()..].chars().next().map_or(1, char::len_utf8);
            let after = match () {
                // Nothing of the number that it is a part of can be one.
                () if self.whole && is_part_of_a_number(text, &range) => hit.end() + digits_after(text, hit.end()),
                () if range.is_empty() || self.check.is_some_and(|check| !check(&text[range.clone()])) => 0,
                () => {
                    found.push(range);
                    hit.end()
                }
            };
            from = after.max(hit.start() + next);
            if from > text.len() {
                break;
            }
        }
        found
    }

    /// What the pattern finds next, and the part of it that is meant.
    fn next<'t>(&self, text: &'t str, from: usize) -> Option<(Match<'t>, Range<usize>)> {
        if !self.pattern.capture_names().flatten().any(|name| name == MEANT) {
            return self.pattern.find_at(text, from).map(|hit| (hit, hit.range()));
        }
        let found = self.pattern.captures_at(text, from)?;
        let hit = found.get(0)?;
        Some((hit, found.name(MEANT).map_or(hit.range(), |meant| meant.range())))
    }
}

/// The group of a pattern that is replaced, where what stands around it only announces it.
const MEANT: &str = "mask";

/// The full stop or comma that ends a sentence is no part of the password before it.
fn without_stop(text: &str, range: Range<usize>) -> Range<usize> {
    let is_stop = text[range.clone()].ends_with(['.', ',', ';', ')']);
    range.start..range.end - usize::from(is_stop)
}

fn is_part_of_a_number(text: &str, range: &Range<usize>) -> bool {
    let is_digit = |near: Option<char>| near.is_some_and(|near| near.is_ascii_digit());
    is_digit(text[..range.start].chars().next_back()) || is_digit(text[range.end..].chars().next())
}

fn digits_after(text: &str, at: usize) -> usize {
    text[at..].bytes().take_while(u8::is_ascii_digit).count()
}

/// The text with these parts replaced. Parts that overlap are one, in the words of the first of them.
pub(super) fn replaced(text: &str, mut masks: Vec<Mask>) -> String {
    if masks.is_empty() {
        return text.to_owned();
    }
    masks.sort_by_key(|mask| mask.range.start);
    let mut out = String::with_capacity(text.len());
    let mut kept = 0;
    let mut masks = masks.into_iter().peekable();
    while let Some(Mask { mut range, with }) = masks.next() {
        while let Some(over) = masks.next_if(|next| next.range.start < range.end) {
            range.end = range.end.max(over.range.end);
        }
        out.push_str(&text[kept..range.start]);
        out.push_str(&with);
        kept = range.end;
    }
    out.push_str(&text[kept..]);
    out
}

/// Text on one line: control, direction and invisible characters removed, runs of white space one space, marks on one letter limited.
///
/// A right-to-left override in a title would otherwise reorder a mail's subject; a line feed would start a header; a thousand accents on
/// one letter would be drawn over the lines around it.
pub fn plain(text: &str) -> String {
    plain_start(text, usize::MAX)
}

/// The beginning of the same: so many characters of it, or a few more. What a text of megabytes says behind is not looked at.
pub(super) fn plain_start(text: &str, least: usize) -> String {
    let mut out = String::with_capacity(text.len().min(least.saturating_mul(4)));
    let (mut marks, mut taken) = (0, 0);
    for c in text.chars() {
        marks = if !c.is_ascii() && is_combining_mark(c) { marks + 1 } else { 0 };
        if c.is_whitespace() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}') {
            if out.is_empty() || out.ends_with(' ') {
                continue;
            }
            out.push(' ');
        } else if !is_invisible(c) && marks <= MOST_MARKS {
            out.push(c);
        } else {
            continue;
        }
        taken += 1;
        if taken > least {
            break;
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// The marks that a letter keeps. No language of these courts needs more than two.
const MOST_MARKS: usize = 4;

/// Controls (C0, C1), direction marks and overrides, zero-width characters, tags and non-characters.
pub fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
}

/// At most `most` characters, the last of them "…" when something was cut.
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most.saturating_sub(1)).collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// A text of at most `most` characters that ends with a whole word: half a number, name or address would not be known for what it is.
pub fn cut_at_word(text: &str, most: usize) -> String {
    if text.chars().count() < most {
        return text.to_owned();
    }
    let short: String = text.chars().take(most).collect();
    let end = short.trim_end_matches('…');
    let whole = match end.rfind(char::is_whitespace) {
        Some(last) if end[last..].chars().count() <= 60 => &end[..last],
        _ => end,
    };
    format!("{}…", whole.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(pattern: &str, whole: bool) -> Rule {
        let pattern = Regex::new(pattern).expect("a pattern");
        Rule { id: "r".into(), pattern, check: None, whole, replace: Words::same("[x]"), scope: vec![Scope::Alert] }
    }

    fn masked(rule: &Rule, text: &str) -> String {
        let masks = rule.finds(text).into_iter().map(|range| Mask { range, with: "[x]".into() });
        replaced(text, masks.collect())
    }

    #[test]
    fn controls_and_direction_marks_are_removed() {
        assert_eq!(plain("a\u{202e}b\u{0}c\r\nBcc: x\u{9f}\u{85}d\u{200b}\t e "), "abc Bcc: x d e");
    }

    #[test]
    fn letters_keep_their_accents_and_no_heap_of_them() {
        assert_eq!(plain(&format!("A{}B", "\u{301}".repeat(10_000))), "A\u{301}\u{301}\u{301}\u{301}B");
        assert_eq!(plain("n\u{303}andu\u{301}"), "n\u{303}andu\u{301}");
    }

    #[test]
    fn the_beginning_is_cut_as_the_whole_is() {
        for text in ["", "a b", "uno dos tres cuatro cinco", " a\u{0}b  c\u{202e}d e f ", &"x ".repeat(30), &"ñ".repeat(30)] {
            for most in 1..12 {
                assert_eq!(cut_at_word(&plain_start(text, most), most), cut_at_word(&plain(text), most), "{text:?} {most}");
            }
        }
    }

    #[test]
    fn cutting_counts_characters_not_bytes() {
        assert_eq!(cut("ñandú", 5), "ñandú");
        assert_eq!(cut("ñandúes", 5), "ñand…");
    }

    #[test]
    fn a_part_of_a_longer_number_stays_where_the_rule_says_so() {
        let (whole, part) = (rule("[0-9]{3}", true), rule("[0-9]{3}", false));
        assert_eq!(masked(&whole, "1234 567 x891x"), "1234 [x] x[x]x");
        assert_eq!(masked(&part, "1234 567"), "[x]4 [x]");
    }

    #[test]
    fn what_overlaps_is_one_mask_and_the_stop_of_a_sentence_stays() {
        assert_eq!(masked(&rule(r"clave \S+", false), "la clave abc. Y más"), "la [x]. Y más");
        let both = vec![Mask { range: 4..9, with: "b".into() }, Mask { range: 2..6, with: "a".into() }];
        assert_eq!(replaced("0123456789", both), "01a9");
    }

    #[test]
    fn a_cut_text_ends_with_a_whole_word() {
        assert_eq!(cut_at_word("una palabra larga", 10), "una…");
        assert_eq!(cut_at_word("una palabra", 20), "una palabra");
        assert_eq!(cut_at_word(&"ñ".repeat(100), 10), format!("{}…", "ñ".repeat(10)));
    }
}
