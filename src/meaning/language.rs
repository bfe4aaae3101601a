//! What a language says: the small words of dates and hours, and the phrases with which courts speak of hearings.
//!
//! Read once from `jurisdictions/lang/*.toml`; used by [`tokens`](super::tokens), [`date`](super::date), [`time`](super::time)
//! and `hearing`. It holds words only; the grammar that joins them is in those modules.

use std::collections::{HashMap, HashSet};

use crate::diag::{At, Reader};

/// What a language knows of one word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lexeme {
    /// The roles that the word can play; see [`mark`].
    pub marks: u64,
    /// Its value, when it is a number word; 0 otherwise.
    pub value: u16,
    /// The month from 1; 0 otherwise.
    pub month: i8,
    /// The weekday from 1 for Monday; 0 otherwise.
    pub weekday: i8,
}

/// The roles of small words, as bits; each is a key of `[grammar]`.
pub mod mark {
    /// "de".
    pub const OF: u64 = 1;
    /// "el".
    pub const THE: u64 = 1 << 1;
    /// "día".
    pub const DAY: u64 = 1 << 2;
    /// "días": a list of days follows.
    pub const DAYS: u64 = 1 << 3;
    /// "mes".
    pub const MONTH: u64 = 1 << 4;
    /// "año".
    pub const YEAR: u64 = 1 << 5;
    /// "presente".
    pub const THIS: u64 = 1 << 6;
    /// "mismo".
    pub const SAME: u64 = 1 << 7;
    /// "(en) curso".
    pub const RUNNING: u64 = 1 << 8;
    /// "próximo".
    pub const NEXT: u64 = 1 << 9;
    /// "y".
    pub const AND: u64 = 1 << 10;
    /// "para".
    pub const TOWARD: u64 = 1 << 11;
    /// "las": an hour follows.
    pub const LEAD: u64 = 1 << 12;
    /// "horas", "h".
    pub const HOUR: u64 = 1 << 13;
    /// "minutos".
    pub const MINUTE: u64 = 1 << 14;
    /// "con".
    pub const WITH: u64 = 1 << 15;
    /// "(de la) mañana".
    pub const FORENOON: u64 = 1 << 16;
    /// "(de la) tarde".
    pub const AFTERNOON: u64 = 1 << 17;
    /// "mediodía".
    pub const NOON: u64 = 1 << 18;
    /// "media".
    pub const HALF: u64 = 1 << 19;
    /// "cuarto".
    pub const QUARTER: u64 = 1 << 20;
    /// "(en) punto".
    pub const SHARP: u64 = 1 << 21;
    /// "hoy".
    pub const TODAY: u64 = 1 << 22;
    /// "ro" as in "1ro".
    pub const ORDINAL: u64 = 1 << 23;
    /// "hasta".
    pub const UNTIL: u64 = 1 << 24;
    /// "am".
    pub const AM: u64 = 1 << 25;
    /// "pm".
    pub const PM: u64 = 1 << 26;
    /// What may stand between a day and its hour.
    pub const BETWEEN: u64 = 1 << 27;
    /// "al", as in "del 20 al 24 de mayo".
    pub const RANGE: u64 = 1 << 28;
    /// "no".
    pub const NOT: u64 = 1 << 29;
    /// "en".
    pub const IN: u64 = 1 << 30;
    /// What may stand between an act and its date, beside "del": "de fecha", "con".
    pub const CITING: u64 = 1 << 31;
    /// "a" in "12/03/2024 a 19/03/2024": a session that goes on to the second day.
    pub const THROUGH: u64 = 1 << 32;
    /// "Nro.": a number follows.
    pub const NUMBER: u64 = 1 << 33;
    /// "may": a month that is also another word; a day before it needs a year behind it.
    pub const DOUBTFUL: u64 = 1 << 34;
    /// "o'clock", in both its parts.
    pub const CLOCK: u64 = 1 << 35;

    /// The keys of `[grammar]`.
    pub const KEYS: [(&str, u64); 36] = [
        ("of", OF),
        ("the", THE),
        ("day", DAY),
        ("days", DAYS),
        ("month", MONTH),
        ("year", YEAR),
        ("this", THIS),
        ("same", SAME),
        ("running", RUNNING),
        ("next", NEXT),
        ("and", AND),
        ("toward", TOWARD),
        ("lead", LEAD),
        ("hour", HOUR),
        ("minute", MINUTE),
        ("with", WITH),
        ("forenoon", FORENOON),
        ("afternoon", AFTERNOON),
        ("noon", NOON),
        ("half", HALF),
        ("quarter", QUARTER),
        ("sharp", SHARP),
        ("today", TODAY),
        ("ordinal", ORDINAL),
        ("until", UNTIL),
        ("am", AM),
        ("pm", PM),
        ("between", BETWEEN),
        ("range", RANGE),
        ("not", NOT),
        ("in", IN),
        ("citing", CITING),
        ("through", THROUGH),
        ("number", NUMBER),
        ("doubtful", DOUBTFUL),
        ("clock", CLOCK),
    ];
}

/// The words of a language.
#[derive(Debug, Clone, Default)]
pub struct Language {
    lexemes: HashMap<String, Lexeme>,
    abbreviations: HashSet<String>,
    continues: HashSet<String>,
    order: NumericOrder,
}

/// In which order `03/12/2024` says day and month.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NumericOrder {
    /// Nothing is said: the day first, and a month of 13 is no date.
    #[default]
    Unsaid,
    /// The day first, unless that is no date.
    DayFirst,
    /// The month first, unless that is no date.
    MonthFirst,
}

impl NumericOrder {
    const NAMES: [(&'static str, Self); 2] = [("day-month-year", Self::DayFirst), ("month-day-year", Self::MonthFirst)];

    /// Reads `numeric_dates`, which a language or a jurisdiction may have.
    pub fn read(reader: &mut Reader<'_>) -> Self {
        let Some(text) = reader.text("numeric_dates") else { return Self::Unsaid };
        let known = Self::NAMES.iter().find(|(name, _)| *name == text.value);
        if known.is_none() {
            let names = Self::NAMES.map(|(name, _)| name).join("\" or \"");
            reader.report("numeric_dates", format!("numeric_dates must be \"{names}\", not \"{}\"", text.value), None);
        }
        known.map(|(_, order)| *order).unwrap_or_default()
    }
}

impl Language {
    /// Reads the word lists of a language file; mistakes go to the reader's sink.
    pub fn read(reader: &mut Reader<'_>) -> Self {
        let (abbreviations, continues) = (words(reader, "abbreviations"), words(reader, "continues"));
        let order = NumericOrder::read(reader);
        let mut language = Self { abbreviations, continues, order, ..Self::default() };
        language.list(reader, "months", 12, |lexeme, at| lexeme.month = at);
        language.list(reader, "weekdays", 7, |lexeme, at| lexeme.weekday = at);
        if let Some(mut grammar) = reader.table("grammar") {
            for (key, mark) in mark::KEYS {
                for word in words(&mut grammar, key) {
                    language.lexemes.entry(word).or_default().marks |= mark;
                }
            }
            grammar.finish();
        }
        if let Some(mut numbers) = reader.table("numbers") {
            for At { value: word, .. } in numbers.keys() {
                if let Some(At { value, .. }) = numbers.integer(&word, 1, 1000) {
                    language.lexemes.entry(word).or_default().value = u16::try_from(value).unwrap_or_default();
                }
            }
            numbers.finish();
        }
        language
    }

    /// What is known of a folded word.
    pub fn lexeme(&self, word: &str) -> Lexeme {
        self.lexemes.get(word).copied().unwrap_or_default()
    }

    /// In which order dates in figures are written.
    pub fn order(&self) -> NumericOrder {
        self.order
    }

    /// The same language where a jurisdiction writes dates in figures in its own order.
    pub fn with_order(self, order: NumericOrder) -> Self {
        Self { order: if order == NumericOrder::Unsaid { self.order } else { order }, ..self }
    }

    /// Whether a stop after this word does not end a sentence.
    pub fn is_abbreviation(&self, word: &str) -> bool {
        self.abbreviations.contains(word)
    }

    /// Whether a sentence never begins with this word.
    pub fn continues(&self, word: &str) -> bool {
        self.continues.contains(word)
    }

    /// The month that a misspelt word means ("didiciembre" is real): one letter wrong, two in a long word, no other near.
    pub fn misspelt_month(&self, word: &str) -> Option<i8> {
        let letters = word.chars().count();
        if letters < 5 {
            return None;
        }
        let most = if letters >= 9 { 2 } else { 1 };
        let mut near = self.lexemes.iter().filter(|(known, lexeme)| lexeme.month > 0 && strsim::damerau_levenshtein(known, word) <= most);
        let (_, found) = near.next()?;
        near.all(|(_, other)| other.month == found.month).then_some(found.month)
    }

    fn list(&mut self, reader: &mut Reader<'_>, key: &str, count: usize, set: impl Fn(&mut Lexeme, i8)) {
        reader.required(key, "a list of words, in order");
        let Some(list) = reader.texts(key) else { return };
        if list.len() != count {
            reader.report(key, format!("{key} must have {count} members and has {}", list.len()), None);
        }
        for (at, member) in (1i8..).zip(list) {
            for word in member.value.split('|') {
                set(self.lexemes.entry(word.to_owned()).or_default(), at);
            }
        }
    }
}

fn words(reader: &mut Reader<'_>, key: &str) -> HashSet<String> {
    let list = reader.texts(key).unwrap_or_default();
    for word in &list {
        if word.value.is_empty() || super::tokens::fold(&word.value) != word.value {
            reader.sink().report(word.span.clone(), format!("\"{}\" is not a word in lower case without accents", word.value), None);
        }
    }
    list.into_iter().map(|word| word.value).collect()
}

/// Spanish as shipped, for tests.
#[cfg(test)]
pub mod tests {
    use super::*;

    /// The shipped Spanish, for tests.
    pub fn spanish() -> &'static Language {
        static SPANISH: std::sync::OnceLock<Language> = std::sync::OnceLock::new();
        SPANISH.get_or_init(|| {
            let sink = crate::diag::Sink::new("es.toml", include_str!("../../jurisdictions/lang/es.toml"));
            let document = crate::diag::parse(&sink).expect("the shipped file is TOML");
            Language::read(&mut Reader::root(&document, &sink))
        })
    }

    /// The shipped English with dates in this order, for tests.
    pub fn english(order: NumericOrder) -> Language {
        let sink = crate::diag::Sink::new("en.toml", include_str!("../../jurisdictions/lang/en.toml"));
        let document = crate::diag::parse(&sink).expect("the shipped file is TOML");
        Language::read(&mut Reader::root(&document, &sink)).with_order(order)
    }

    #[test]
    fn a_word_can_play_several_roles() {
        let horas = spanish().lexeme("horas");
        assert!(horas.marks & mark::HOUR != 0 && horas.marks & mark::LEAD != 0);
        assert_eq!(spanish().lexeme("setiembre").month, 9);
        assert_eq!(spanish().lexeme("mil").value, 1000);
    }

    #[test]
    fn misspelt_months_are_recognised_when_only_one_is_near() {
        assert_eq!(spanish().misspelt_month("didiciembre"), Some(12));
        assert_eq!(spanish().misspelt_month("febero"), Some(2));
        assert_eq!(spanish().misspelt_month("juino"), Some(6));
        assert_eq!(spanish().misspelt_month("persona"), None);
    }
}
