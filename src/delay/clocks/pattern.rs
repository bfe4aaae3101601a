//! The `[[event]]` tables: by which words a docket shows that something happened.
//!
//! Read by [`Rules::parse`](super::Rules::parse); asked by `found`. The phrases are those of the lexicons (the head of
//! `jurisdictions/lang/es.toml`). Every pattern carries its reason and examples, which a test runs. Patterns are narrow on purpose: a
//! false start is worse than an unknown one.

use std::cell::OnceCell;
use std::ops::Range;

use crate::diag::{At, Reader};
use crate::domain::clocks::How;
use crate::domain::docket::Entry;
use crate::domain::event::{Actor, EventKind};
use crate::domain::hearing::HearingMention;
use crate::meaning::lexicon::split_class;
use crate::meaning::phrase::Phrase;
use crate::meaning::tokens::Tokens;
use crate::meaning::{Heard, Meaning, Reading, kind_of};

/// An `[[event]]`: entries that show that something happened.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// The event; several patterns may show one.
    pub id: String,
    /// Whether it concerns everybody, whoever is named.
    pub everybody: bool,
    /// Whether the date above the list says it, and no entry.
    pub by_filed: bool,
    kinds: Vec<EventKind>,
    actors: Vec<Actor>,
    hearing_type: Vec<String>,
    unless_hearing_type: Vec<String>,
    tests: Vec<Test>,
    /// Entries that must show it.
    pub examples: Vec<Example>,
    /// Entries that must not.
    pub counter: Vec<Example>,
}

/// An entry to try a pattern on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Example {
    /// Its title.
    pub title: String,
    /// Its text.
    pub text: String,
    /// The further field `origin`.
    pub origin: String,
}

#[derive(Debug, Clone)]
struct Test {
    field: Field,
    wanted: bool,
    phrases: Vec<Phrase>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Title,
    Class,
    Text,
}

const FIELDS: [(&str, Field, bool); 6] = [
    ("title", Field::Title, true),
    ("class", Field::Class, true),
    ("text", Field::Text, true),
    ("unless_title", Field::Title, false),
    ("unless_class", Field::Class, false),
    ("unless_text", Field::Text, false),
];

/// An entry as patterns see it.
pub struct Words<'e> {
    /// What it means.
    pub reading: Reading,
    /// Everything that it says of hearings, the history that it tells with it.
    pub heard: Vec<Heard>,
    meaning: &'e Meaning,
    title: &'e str,
    class: &'e str,
    text: &'e str,
    /// By [`Field`], the words that a pattern has asked for: most ask for none of a routine entry.
    tokens: [OnceCell<Tokens<'e>>; 3],
}

/// By what an entry shows an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shows {
    /// By its title or its text.
    pub how: How,
    /// The bytes of the sentence of the text that shows it.
    pub sentence: Option<Range<usize>>,
}

impl<'e> Words<'e> {
    /// Reads an entry.
    pub fn read(entry: &'e Entry, meaning: &'e Meaning) -> Self {
        let (title, class) = split_class(&entry.title);
        let (reading, heard) = meaning.listen(entry, entry.date);
        Self { reading, heard, meaning, title, class, text: &entry.text, tokens: Default::default() }
    }

    fn of(&self, field: Field) -> &Tokens<'e> {
        let [title, class, text] = &self.tokens;
        match field {
            Field::Title => title.get_or_init(|| self.meaning.title_words(self.title)),
            Field::Class => class.get_or_init(|| self.meaning.title_words(self.class)),
            Field::Text => text.get_or_init(|| self.meaning.words(self.text)),
        }
    }
}

impl Pattern {
    /// Reads one; `None` has been reported.
    pub fn read(mut table: Reader<'_>) -> Option<Self> {
        let id = table.required_text("id").map(|at| at.value);
        let kinds = named(&mut table, "kinds", EventKind::parse);
        let actors = named(&mut table, "actor", Actor::parse);
        let [hearing_type, unless_hearing_type] = ["hearing_type", "unless_hearing_type"].map(|key| texts(&mut table, key));
        let mut tests = Vec::new();
        for (key, field, wanted) in FIELDS {
            if table.has(key) {
                tests.push(Test { field, wanted, phrases: phrases(&mut table, key) });
            } else {
                let _ = table.item(key);
            }
        }
        let by_filed = table.flag("filed").is_some_and(|at| at.value);
        if kinds.is_empty() && !by_filed && !tests.iter().any(|test| test.wanted) {
            let help = "add kinds, title, class or text = [\"…\"], or filed = true";
            table.report("id", "an event must be known by something", Some(help.to_owned()));
        }
        table.required_text("why");
        let everybody = table.flag("everybody").is_some_and(|at| at.value);
        let [examples, counter] = ["examples", "counter"].map(|key| examples(&mut table, key));
        if !by_filed && (examples.is_empty() || counter.is_empty()) {
            let help = "add examples = [{ title = \"…\", text = \"…\" }] and counter = [{ … }]";
            table.report("id", "an event must carry examples of entries that show it and of some that do not", Some(help.to_owned()));
        }
        table.finish();
        Some(Self { id: id?, everybody, by_filed, kinds, actors, hearing_type, unless_hearing_type, tests, examples, counter })
    }

    /// Whether it looks for this kind.
    pub fn asks(&self, kind: EventKind) -> bool {
        self.kinds.contains(&kind)
    }

    /// Whether an entry shows the event, and by what. What a party writes and what merely serves an act shows no act of a court, unless
    /// the pattern asks for such kinds.
    pub fn shows(&self, words: &Words<'_>) -> Option<Shows> {
        let Reading { kinds, actor, hearings } = &words.reading;
        let is_filing = kinds.contains(&EventKind::FilingAdded);
        let is_notice = kinds.contains(&EventKind::NotificationServed);
        let speaks_of = |types: &[String]| hearings.iter().any(|heard| heard.kind.as_ref().is_some_and(|kind| types.contains(kind)));
        if self.by_filed
            || (is_filing && !self.asks(EventKind::FilingAdded) && !self.asks(EventKind::AppealFiled))
            || (is_notice && !self.asks(EventKind::NotificationServed))
            || !(self.kinds.is_empty() || kinds.iter().any(|kind| self.kinds.contains(kind)))
            || !(self.actors.is_empty() || self.actors.contains(actor))
            || !(self.hearing_type.is_empty() || speaks_of(&self.hearing_type))
            || speaks_of(&self.unless_hearing_type)
        {
            return None;
        }
        let mut sentence = None;
        for test in &self.tests {
            let tokens = words.of(test.field);
            let hit = hit(&test.phrases, tokens);
            if hit.is_some() != test.wanted {
                return None;
            }
            if let (Field::Text, Some(at)) = (test.field, hit) {
                sentence = sentence_at(tokens, at);
            }
        }
        let names_title = self.tests.iter().any(|test| test.wanted && test.field != Field::Text);
        let is_said = |heard: &&HearingMention| !names_title && self.asks(kind_of(heard.status));
        let sentence = sentence.or_else(|| hearings.iter().find(is_said)?.span.map(|(start, end)| start..end));
        let how = if sentence.is_some() { How::Text } else { How::Title };
        Some(Shows { how, sentence })
    }
}

/// The first place of one of the phrases.
pub fn hit(phrases: &[Phrase], tokens: &Tokens<'_>) -> Option<usize> {
    (0..tokens.len()).find(|at| phrases.iter().any(|phrase| phrase.at(tokens, *at).is_some()))
}

/// The bytes of the sentence in which a token stands.
fn sentence_at(tokens: &Tokens<'_>, at: usize) -> Option<Range<usize>> {
    let own = tokens.get(at)?.sentence;
    let inside = |at: &usize| tokens.get(*at).is_some_and(|token| token.sentence == own);
    let first = (0..=at).rev().take_while(inside).last()?;
    let last = (at..tokens.len()).take_while(inside).last()?;
    Some(tokens.get(first)?.start..tokens.get(last)?.end)
}

/// The texts of a key.
pub fn texts(table: &mut Reader<'_>, key: &str) -> Vec<String> {
    table.texts(key).unwrap_or_default().into_iter().map(|at| at.value).collect()
}

fn named<T>(table: &mut Reader<'_>, key: &str, parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
    let mut found = Vec::new();
    for At { value, span } in table.texts(key).unwrap_or_default() {
        match parse(&value) {
            Some(one) => found.push(one),
            None => table.sink().report(span, format!("unknown value \"{value}\" of {key}"), Some(format!("see docs/clocks.md for {key}"))),
        }
    }
    found
}

/// The phrases of a key; those that cannot be read are reported.
pub fn phrases(table: &mut Reader<'_>, key: &str) -> Vec<Phrase> {
    let mut found = Vec::new();
    for At { value, span } in table.texts(key).unwrap_or_default() {
        match Phrase::parse(&value) {
            Ok(phrase) => found.push(phrase),
            Err(why) => table.sink().report(span, why, None),
        }
    }
    found
}

fn examples(table: &mut Reader<'_>, key: &str) -> Vec<Example> {
    if !table.has(key) {
        let _ = table.item(key);
        return Vec::new();
    }
    let read = |mut inner: Reader<'_>| {
        let mut text = |key: &str| inner.text(key).map(|at| at.value).unwrap_or_default();
        let example = Example { title: text("title"), text: text("text"), origin: text("origin") };
        inner.finish();
        example
    };
    table.tables(key).into_iter().map(read).collect()
}
