//! The shipped rules: each does what its examples say, says why, and masks no case number.

use super::*;

fn files() -> impl Iterator<Item = &'static Shipped> {
    std::iter::once(&GENERAL).chain(OF_JURISDICTIONS)
}

/// The examples are read and tried with the rules.
#[test]
fn every_shipped_rule_reads_and_does_what_its_examples_say() {
    let problems: Vec<String> = files().flat_map(|(_, name, text)| parse(name, text).1).map(|problem| problem.sentence()).collect();
    assert!(problems.is_empty(), "{problems:#?}");
    let mut ids = shipped_ids();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert!(ids.len() == count && count > 25, "each id stands once: {ids:?}");
}

#[test]
fn every_shipped_rule_says_why_and_has_examples_of_both_kinds() {
    for (_, name, text) in files() {
        let tables = text.split("[[").skip(1).filter(|table| table.starts_with("redact]]\n") || table.starts_with("withhold]]\n"));
        for table in tables {
            let id = table.lines().find(|line| line.starts_with("id = ")).unwrap_or_default();
            for key in ["why = \"", "masked = [\"", "kept = [\""] {
                assert!(table.contains(key), "{name}: {id} lacks {key}");
            }
        }
    }
    let classes = shipped("").withholds.clone();
    assert!(classes.iter().all(|class| !class.why.is_empty()), "{classes:?}");
}

/// A case number that was masked would make an alert useless, and the numbers that a recipe gives as examples are known.
#[test]
fn no_case_number_of_any_recipe_is_masked() {
    let mut tried = 0;
    for (id, file, text) in crate::recipe::shipped() {
        let recipe = crate::recipe::Recipe::parse(file, text).expect("shipped recipes compile");
        let example = text.lines().find_map(|line| line.strip_prefix("example ")?.split('"').nth(1)).expect("every recipe has one");
        let typed: Vec<&str> = recipe.examples.iter().map(String::as_str).chain([example]).collect();
        for number in typed.iter().filter_map(|typed| recipe.number(typed).ok()) {
            for rules in [shipped(&recipe.jurisdiction), shipped("")] {
                for words in [format!("juicio {}.", number.canonical), format!("No. {} y", number.compact)] {
                    let hit = rules.rules.iter().find(|rule| !rule.finds(&words).is_empty());
                    assert!(hit.is_none(), "{id}: {words} is taken for {:?}", hit.map(|rule| &rule.id));
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 80, "only {tried} were tried");
}

#[test]
fn a_jurisdiction_has_its_own_rules_and_an_unknown_one_those_of_all() {
    let has = |jurisdiction: &str, id: &str| shipped(jurisdiction).rules.iter().any(|rule| rule.id == id);
    assert!(has("ec", "ec-cedula") && has("ec", "email") && !has("ec", "us-ssn"));
    assert!(has("", "ec-cedula") && has("", "us-ssn") && has("coe", "br-cpf"));
}

#[test]
fn what_tells_how_to_get_in_is_known() {
    assert!(tells_access("ID de reunión: 845 1234 5678") && tells_access("Contraseña: x9"));
    assert!(!tells_access("por la plataforma Zoom, escriba a uno@example.org"));
}

fn problems(text: &str) -> Vec<String> {
    parse("w.toml", text).1.iter().map(|problem| format!("{}: {}", problem.line, problem.message)).collect()
}

#[test]
fn a_bad_pattern_is_refused_at_its_place() {
    for (text, words) in [
        ("[[redact]]\nid = \"a\"\npattern = '['\n", "3: pattern is not a pattern: unclosed character class"),
        ("[[redact]]\nid = \"a\"\npattern = 'a*'\n", "3: pattern matches the empty text"),
        ("[[redact]]\nid = \"a\"\npattern = '(?:[\\p{L}]{1,500}){1,500}x'\n", "3: pattern grows too large"),
        ("[[redact]]\nid = \"a\"\npattern = 'a'\nmasked = [\"b\"]\n", "4: this text should be found"),
        ("[[redact]]\nid = \"a\"\npattern = 'a'\nkept = [\"a\"]\n", "4: this text should not be found"),
        ("[[redact]]\nid = \"a\"\npattern = 'a'\ncheck = \"ec-cedul\"\n", "4: redact.check has an unknown value"),
        ("[[redact]]\nid = \"a\"\npattern = 'a'\nscope = [\"export\"]\n", "4: scope has an unknown place"),
        ("[[withhold]]\nid = \"a\"\n", "2: nothing says what \"a\" withholds"),
        ("[[withhold]]\nid = \"a\"\ncases = [\"x 1\"]\nalert = \"none\"\n", "4: withhold.alert has an unknown value"),
    ] {
        let found = problems(text);
        assert!(found.iter().any(|problem| problem.starts_with(words)), "{text}: {found:?}");
    }
}
