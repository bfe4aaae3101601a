//! The shipped files: they compile, their patterns do what their examples say, their rules say where they come from.

use super::super::fact::FactPattern;
use super::super::pattern::{Example, Pattern, Words};
use super::*;
use crate::domain::clocks::Confidence;

/// The language of a jurisdiction's courts.
fn meaning_of(jurisdiction: &str) -> Arc<Meaning> {
    Meaning::shipped(jurisdiction, crate::meaning::language_of(jurisdiction).expect("its lexicon names its language"))
}

fn entry_of(example: &Example) -> Entry {
    let mut case = case("").entry("2026-03-02", &example.title, &example.text);
    let mut entry = case.docket.entries.remove(0);
    if !example.origin.is_empty() {
        entry.extra.insert("origin".into(), example.origin.clone());
    }
    entry
}

#[test]
fn every_shipped_file_compiles() {
    assert!(jurisdictions().contains(&"ec"), "{:?}", jurisdictions());
    for (id, file, text) in CLOCKS {
        let parsed = Rules::parse(file, text);
        assert!(parsed.as_ref().is_ok_and(|rules| rules.all().count() > 0), "{file}: {:#?}", parsed.err());
        assert!(text.contains(&format!("jurisdiction = \"{id}\"")), "{file} is for another jurisdiction");
    }
}

#[test]
fn every_pattern_shows_its_examples_and_no_counter_example() {
    let mut wrong = Vec::new();
    for (id, file, _) in CLOCKS {
        let (rules, meaning) = (Rules::shipped(id), meaning_of(id));
        let shows = |pattern: &Pattern, example: &Example| pattern.shows(&Words::read(&entry_of(example), &meaning)).is_some();
        for pattern in &rules.patterns {
            for (list, wanted) in [(&pattern.examples, true), (&pattern.counter, false)] {
                for example in list.iter().filter(|example| shows(pattern, example) != wanted) {
                    let kinds = Words::read(&entry_of(example), &meaning).reading;
                    wrong.push(format!("{file}: {} {example:?} is not {wanted}: {:?} by {:?}", pattern.id, kinds.kinds, kinds.actor));
                }
            }
        }
        let said = |fact: &FactPattern, text: &String| fact.is_said_by(text, &meaning);
        for fact in &rules.facts {
            for (list, wanted) in [(&fact.examples, true), (&fact.counter, false)] {
                wrong.extend(
                    list.iter()
                        .filter(|text| said(fact, text) != wanted)
                        .map(|text| format!("{file}: {} {text:?} is not {wanted}", fact.name)),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rules_tell_their_source_and_ask_for_a_lawyer_in_both_languages() {
    for (id, ..) in CLOCKS {
        for rule in Rules::shipped(id).all() {
            assert!(rule.verify.es.contains("verifique con un abogado") && rule.verify.en.contains("verify with a lawyer"), "{}", rule.id);
            assert!(rule.confidence == Confidence::Low || !rule.sources.is_empty(), "{}", rule.id);
            assert!(rule.from.is_some(), "{} has no day from which it holds", rule.id);
            // Keys of a list that does not ship explain nothing.
            let is_key = |source: &String| source.starts_with('K') && source[1..].chars().all(|c| c.is_ascii_digit());
            assert!(!rule.sources.iter().any(is_key), "{}", rule.id);
            assert!(!rule.basis.is_empty() && rule.title.es != rule.title.en, "{}", rule.id);
            // "It is not observed", never "it was not done".
            let open = rule.message.as_ref();
            assert!(open.is_none_or(|words| words.es.contains("o se observa") && words.en.contains("observed")), "{}", rule.id);
        }
    }
}

#[test]
fn ecuador_has_the_twenty_rules() {
    let rules = Rules::shipped("ec");
    let mut ids: Vec<&str> = rules.all().map(|rule| rule.id.as_str()).collect();
    ids.sort_unstable();
    assert_eq!(
        ids,
        [
            "EC-COGEP-146",
            "EC-COGEP-291",
            "EC-COGEP-292",
            "EC-COGEP-76",
            "EC-COGEP-93",
            "EC-COIP-541-1Y",
            "EC-COIP-541-6M",
            "EC-COIP-585-2Y",
            "EC-COIP-592-FLAG",
            "EC-COIP-592-ORD",
            "EC-COIP-602-FIX",
            "EC-COIP-602-HOLD",
            "EC-COIP-621",
            "EC-COIP-654-APEL",
            "EC-COIP-657-CAS",
            "EC-CRE-77-1",
            "EC-CRE-89-HC-DECISION",
            "EC-CRE-89-HC-HEARING",
            "EC-LOGJCC-13-AP",
            "EC-LOGJCC-24",
        ]
    );
}

#[test]
fn both_documents_list_every_shipped_rule_as_it_is() {
    let pages = [include_str!("../../../../docs/clocks.md"), include_str!("../../../../docs/clocks.es.md")];
    for (id, ..) in CLOCKS {
        for rule in Rules::shipped(id).all() {
            for (page, title) in pages.iter().zip([&rule.title.en, &rule.title.es]) {
                let row = page.lines().find(|line| line.starts_with(&format!("| `{}` |", rule.id)));
                let row = row.unwrap_or_else(|| panic!("{} is in no table", rule.id));
                let has = |what: &str| assert!(row.contains(what), "{}: the row lacks {what}: {row}", rule.id);
                has(title);
                has(&format!("| {} ", rule.duration.n));
                has(&rule.basis);
                let low =
                    if page.contains("verify every rule") || page.contains("Verify every rule") { "never alerts" } else { "nunca avisa" };
                assert_eq!(row.contains(low), rule.confidence == Confidence::Low, "{}: {row}", rule.id);
            }
        }
    }
}
