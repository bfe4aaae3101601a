//! The routine entries of a jurisdiction: `jurisdictions/<id>/junk.toml`.
//!
//! `config` asks [`shipped`] for the patterns of each source; `domain::junk` says what they may meet at all. Every table carries its
//! reason, and examples that a test classifies.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::diag::{self, At, Problem, Reader, Sink};
use crate::domain::junk::{Pattern, Rule};

/// Id, name of the file, text.
const JUNK: &[(&str, &str, &str)] = include!(concat!(env!("OUT_DIR"), "/junk.rs"));

/// The shipped patterns of a jurisdiction, compiled once; none when it has no file.
pub fn shipped(jurisdiction: &str) -> Arc<[Rule]> {
    type Compiled = Mutex<HashMap<&'static str, Arc<[Rule]>>>;
    static COMPILED: OnceLock<Compiled> = OnceLock::new();
    let Some((id, file, text)) = JUNK.iter().find(|(id, ..)| *id == jurisdiction) else { return Arc::default() };
    let mut compiled = COMPILED.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    // A test reads every shipped file; one that could not be read lowers nothing.
    let rules = || parse(file, text).unwrap_or_default().into_iter().map(|listed| listed.rule).collect();
    compiled.entry(id).or_insert_with(rules).clone()
}

/// One table of a file.
#[derive(Debug)]
struct Listed {
    rule: Rule,
    /// Entries that it must meet.
    #[cfg_attr(not(test), expect(dead_code, reason = "the examples are for the reader of the file and for the test that runs them"))]
    examples: Vec<Example>,
    /// Titles that it must not.
    #[cfg_attr(not(test), expect(dead_code, reason = "as above"))]
    counter: Vec<String>,
}

#[derive(Debug)]
#[cfg_attr(not(test), expect(dead_code, reason = "as above"))]
struct Example {
    title: String,
    text: String,
}

fn parse(file: &str, text: &str) -> Result<Vec<Listed>, Vec<Problem>> {
    let sink = Sink::new(file, text);
    let mut listed = Vec::new();
    if let Some(document) = diag::parse(&sink) {
        let mut reader = Reader::root(&document, &sink);
        listed = reader.tables("junk").into_iter().map(read).collect();
        reader.finish();
    }
    if sink.is_empty() { Ok(listed) } else { Err(sink.into_problems()) }
}

fn read(mut table: Reader<'_>) -> Listed {
    let rule = Rule { title: patterns(&mut table, "title"), text: patterns(&mut table, "text") };
    if rule == Rule::default() {
        table.report("why", "a table must look at title or text", Some("add title = ['^…']".to_owned()));
    }
    table.required_text("why");
    let titled = |At { value, .. }| Example { title: value, text: String::new() };
    let mut examples: Vec<Example> = table.texts("examples").unwrap_or_default().into_iter().map(titled).collect();
    if table.has("cases") {
        examples.extend(table.tables("cases").into_iter().map(|mut case| {
            let mut text = |key: &str| case.text(key).map(|text| text.value).unwrap_or_default();
            let example = Example { title: text("title"), text: text("text") };
            case.finish();
            example
        }));
    }
    if examples.is_empty() {
        table.report("why", "a table must carry an example", Some("add examples = [\"TITLE (CLASS)\"]".to_owned()));
    }
    let counter = table.texts("counter").unwrap_or_default().into_iter().map(|At { value, .. }| value).collect();
    table.finish();
    Listed { rule, examples, counter }
}

fn patterns(table: &mut Reader<'_>, key: &str) -> Vec<Pattern> {
    let mut patterns = Vec::new();
    for At { value, span } in table.texts(key).unwrap_or_default() {
        match Pattern::parse(&value) {
            Ok(pattern) => patterns.push(pattern),
            Err(why) => table.sink().report(span, why, None),
        }
    }
    patterns
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::docket::{Entry, EntryKey};
    use crate::domain::junk::LOWERED;
    use crate::meaning::{Meaning, jurisdictions, language_of};

    fn entry(example: &Example) -> Entry {
        Entry {
            key: EntryKey("1".into()),
            date: None,
            time: None,
            title: example.title.clone(),
            text: example.text.clone(),
            documents: Vec::new(),
            annulled: false,
            withheld: None,
            notice_of: None,
            extra: BTreeMap::new(),
        }
    }

    #[test]
    fn every_shipped_pattern_meets_its_examples_which_tell_nothing_that_matters() {
        let (mut wrong, mut count) = (Vec::new(), 0);
        for (id, file, text) in JUNK {
            let meaning = Meaning::shipped(id, language_of(id).expect("a jurisdiction with words"));
            for Listed { rule, examples, counter } in parse(file, text).expect("a good file") {
                count += examples.len();
                for example in &examples {
                    let reading = meaning.classify(&entry(example), None);
                    if !rule.meets(&example.title, &example.text) {
                        wrong.push(format!("{file}: {example:?} does not meet its table"));
                    }
                    if !reading.hearings.is_empty() || !reading.kinds.iter().all(|kind| LOWERED.contains(kind)) {
                        wrong.push(format!("{file}: {example:?} matters: {:?}", reading.kinds));
                    }
                }
                wrong.extend(counter.iter().filter(|title| rule.meets(title, "")).map(|title| format!("{file}: {title} is no junk")));
            }
        }
        assert!(count > 30 && wrong.is_empty(), "{count} examples\n{}", wrong.join("\n"));
    }

    /// Titles that the lexicons know as hearings, rulings, measures, remedies and ends of cases.
    #[test]
    fn no_shipped_pattern_meets_a_title_that_the_lexicon_knows_as_more() {
        let mut seen = 0;
        for id in jurisdictions() {
            let meaning = Meaning::shipped(id, language_of(id).expect("a language"));
            for title in meaning.example_titles() {
                let example = Example { title, text: String::new() };
                let matters = meaning.classify(&entry(&example), None).kinds.iter().any(|kind| !LOWERED.contains(kind));
                seen += usize::from(matters);
                assert!(!matters || !shipped(id).iter().any(|rule| rule.meets(&example.title, "")), "{id}: {}", example.title);
            }
        }
        assert!(seen > 100, "{seen}");
    }
}
