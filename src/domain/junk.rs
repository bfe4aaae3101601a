//! Routine entries that nobody has to read at once: patterns that lower them to the digest (`domain.md` R-A3).
//!
//! `meaning::junk` reads those of a jurisdiction, `config` the operator's own; [`route`](super::route) asks. What a pattern meets is told later
//! and never left out; hearings, rulings, measures and whatever changed on the record are never met.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::event::{Event, EventKind, Severity};
use super::fold::fold;

/// The patterns of a channel. Cheap to clone.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Junk {
    by_source: Arc<BTreeMap<String, Arc<[Rule]>>>,
    own: Arc<[Rule]>,
}

/// What routine entries of one sort look like: where it names titles one of them fits, and where it names texts one of them does.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rule {
    /// Patterns of the title.
    pub title: Vec<Pattern>,
    /// Patterns of the beginning of the text.
    pub text: Vec<Pattern>,
}

/// A regular expression over text without accents, in either case.
#[derive(Debug, Clone)]
pub struct Pattern(Regex);

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Pattern {
    /// Compiles a pattern; its own accents do not count either.
    ///
    /// # Errors
    /// What is wrong with it, in one line.
    pub fn parse(written: &str) -> Result<Self, String> {
        let plain: String = written.nfd().filter(|c| !is_combining_mark(*c)).collect();
        if plain.trim().is_empty() {
            return Err("it is empty, and would meet every entry".into());
        }
        let compiled = regex::RegexBuilder::new(&plain).case_insensitive(true).size_limit(1 << 20).build();
        let compiled = compiled.map_err(|error| error.to_string().lines().last().unwrap_or_default().trim().to_owned())?;
        if compiled.is_match("") { Err("it meets an empty text, and so every entry".into()) } else { Ok(Self(compiled)) }
    }
}

/// The kinds that may wait: what is entered every day. A remedy, a hearing, a decision, a measure or a change of the record never does.
pub const LOWERED: [EventKind; 5] =
    [EventKind::EntryAdded, EventKind::NotificationServed, EventKind::FilingAdded, EventKind::OrderIssued, EventKind::ProsecutionAct];

impl Rule {
    /// Whether an entry with this title and text is meant.
    pub fn meets(&self, title: &str, text: &str) -> bool {
        let fits = |patterns: &[Pattern], text: &str| patterns.is_empty() || patterns.iter().any(|pattern| pattern.0.is_match(text));
        let is_empty = self.title.is_empty() && self.text.is_empty();
        !is_empty && fits(&self.title, &fold(title)) && (self.text.is_empty() || fits(&self.text, &fold(text)))
    }
}

impl Junk {
    /// The patterns of each source, and the operator's own, which hold for all.
    pub fn new(by_source: BTreeMap<String, Arc<[Rule]>>, own: Vec<Rule>) -> Self {
        Self { by_source: Arc::new(by_source), own: own.into() }
    }

    /// The operator's own patterns.
    pub fn own(&self) -> &[Rule] {
        &self.own
    }

    /// Whether any entry can be met.
    pub fn is_empty(&self) -> bool {
        self.own.is_empty() && self.by_source.values().all(|rules| rules.is_empty())
    }

    /// Whether an event tells of a routine entry and of nothing more.
    pub fn meets(&self, event: &Event) -> bool {
        let Some(entry) = &event.entry else { return false };
        let is_routine = event.severity == Severity::Info && event.hearing.is_none() && LOWERED.contains(&event.kind);
        let rules = || self.by_source.get(&event.case.source).into_iter().flat_map(|rules| rules.iter()).chain(self.own.iter());
        is_routine && rules().any(|rule| rule.meets(&entry.title, &entry.excerpt))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::event::Actor;
    use crate::domain::sample;

    fn junk(title: &str, text: &str) -> Junk {
        let patterns = |text: &str| if text.is_empty() { Vec::new() } else { vec![Pattern::parse(text).expect("a pattern")] };
        Junk::new(BTreeMap::new(), vec![Rule { title: patterns(title), text: patterns(text) }])
    }

    #[test]
    fn a_pattern_knows_no_case_and_no_accents() {
        let event = sample::entry(EventKind::NotificationServed, Actor::Clerk, "RAZÓN DE  NOTIFICACIÓN (RAZON)", "En Quito");
        for (title, text, met) in [
            ("^razón de notificación", "", true),
            (r"^RAZON DE NOTIFICACION\b", "^en qu.to", true),
            ("^razon de notificacion", "guayaquil", false),
            ("", "quito", true),
            ("notificacion$", "", false),
        ] {
            assert_eq!(junk(title, text).meets(&event), met, "{title} {text}");
        }
    }

    #[test]
    fn what_matters_is_never_junk_whatever_the_pattern() {
        let all = junk(".", "");
        assert!(all.meets(&sample::filing()));
        let matters = [sample::ruling(), sample::rescheduled(), sample::edited(), sample::removed(), sample::party(), sample::doubtful()];
        for event in matters {
            assert!(!all.meets(&event), "{}", event.kind);
        }
        for kind in EventKind::ALL {
            let event = sample::entry(*kind, Actor::Court, "AUTO", "texto");
            assert_eq!(all.meets(&event), LOWERED.contains(kind), "{kind}");
        }
        let mut loud = sample::filing();
        loud.severity = Severity::Notice;
        assert!(!all.meets(&loud), "somebody found it worth reading today");
    }

    #[test]
    fn a_pattern_that_meets_everything_is_refused() {
        for text in ["", "  ", "x*", "("] {
            assert!(Pattern::parse(text).is_err(), "{text}");
        }
    }
}
