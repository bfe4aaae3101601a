//! Tests of the shipped recipes over the folders under `tests/fixtures/<recipe>/<scenario>/`.
//!
//! A scenario holds the case number (`case.txt`), the answers (`<step>[-<n>][.<status>].<json|html|xml>`) and what must come
//! of them (`expected.json`: a docket, or a refusal). With `VEEDOR_BLESS=1` in the environment the expectations are
//! written instead of compared; read the difference before committing it. A recipe without scenarios fails.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Next, Recipe, Refusal, Step, shipped, shipped_recipe};
use crate::domain::page::Page;
use crate::wire;

/// A recipe of a small court, beginning at its steps: what stands before them is the same for most tests.
macro_rules! small_recipe {
    ($steps:literal) => {
        concat!(
            r#"id = "xx-court"
title = "A court"
jurisdiction = "xx"
language = "en"
timezone = "UTC"
base_url = "https://court.example"
case_url = "https://court.example/"
[number]
pattern = '(?<serial>\d+)'
compact = "{serial}"
canonical = "{serial}"
shape = "digits"
example = "12"
"#,
            $steps
        )
    };
}
pub(super) use small_recipe;

pub fn page(step: &str, status: u16, content_type: &str, body: &[u8]) -> Page {
    Page {
        step: step.to_owned(),
        url: format!("https://court.example/{step}"),
        status,
        headers: vec![("content-type".to_owned(), content_type.to_owned())],
        body: body.to_vec(),
        charset: None,
        fetched_at: Timestamp::UNIX_EPOCH,
    }
}

/// The text of a shipped recipe.
pub fn shipped_text(id: &str) -> &'static str {
    shipped().into_iter().find(|(known, _, _)| *known == id).map(|(_, _, text)| text).unwrap()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let Ok(list) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = list.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The scenarios of a recipe.
pub fn scenarios(recipe: &str) -> Vec<PathBuf> {
    sorted(&folder().join(recipe))
}

pub fn pages(scenario: &Path) -> Vec<Page> {
    let mut pages = Vec::new();
    for path in sorted(scenario) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let mut parts: Vec<&str> = name.split('.').collect();
        let extension = parts.pop().unwrap();
        if matches!(parts[0], "case" | "expected" | "watch") {
            continue;
        }
        let status = parts.get(1).map_or(200, |status| status.parse().unwrap());
        let (step, nth) = parts[0].rsplit_once('-').and_then(|(step, nth)| Some((step, nth.parse::<u32>().ok()?))).unwrap_or((parts[0], 1));
        let content_type = match extension {
            "html" => "text/html; charset=utf-8",
            "xml" => "application/xml",
            _ => "application/json",
        };
        pages.push((step.to_owned(), nth, page(step, status, content_type, &std::fs::read(&path).unwrap())));
    }
    pages.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
    pages.into_iter().map(|(_, _, page)| page).collect()
}

pub fn refusal_json(refusal: &Refusal) -> Value {
    match refusal {
        Refusal::NotFound | Refusal::Reserved => json!({"refusal": refusal.health().name()}),
        Refusal::Blocked(why) | Refusal::Unavailable(why) => json!({"refusal": refusal.health().name(), "why": why}),
        Refusal::Unreadable { at, expected, found } => json!({"refusal": "unreadable", "at": at, "expected": expected, "found": found}),
    }
}

/// Whether a refusal was expected, and came.
pub fn check(recipe: &Recipe, scenario: &Path) -> bool {
    let label = scenario.display();
    let typed = std::fs::read_to_string(scenario.join("case.txt")).unwrap_or_else(|_| panic!("{label} has no case.txt"));
    let number = recipe.number(&typed).unwrap();
    let mut pages = pages(scenario);
    for page in &mut pages {
        page.charset = recipe.plan.steps.iter().find(|step| step.id == page.step).and_then(|step| step.charset.clone());
    }
    let found = match recipe.step(&number, &pages) {
        Step::Done(docket) => {
            let (last, one_less) = pages.split_last().unwrap();
            let is_optional = recipe.plan.steps.iter().any(|step| step.id == last.step && step.optional);
            assert!(is_optional || matches!(recipe.next(&number, one_less), Next::Ask(_)), "{label}: a page is not asked for");
            wire::docket::to_json(&docket, &recipe.id, &number)
        }
        Step::Refused(refusal) => refusal_json(&refusal),
        Step::Ask(request) => panic!("{label}: asks for {} {}, for which there is no file", request.step, request.url),
    };
    let file = scenario.join("expected.json");
    if std::env::var_os("VEEDOR_BLESS").is_some() {
        std::fs::write(&file, format!("{found:#}\n")).unwrap();
    }
    let expected: Value =
        serde_json::from_str(&std::fs::read_to_string(&file).unwrap_or_else(|_| panic!("{label} has no expected.json"))).unwrap();
    assert_eq!(format!("{found:#}"), format!("{expected:#}"), "{label}");
    found.get("refusal").is_some()
}

#[test]
fn every_shipped_recipe_reads_its_fixtures() {
    let (mut refused, mut all) = (0, 0);
    for (id, file, _) in shipped() {
        let recipe = shipped_recipe(id).unwrap_or_else(|| panic!("{file} does not compile"));
        let scenarios = scenarios(id);
        assert!(!scenarios.is_empty(), "{file} has no fixtures under tests/fixtures/{id}");
        refused += scenarios.iter().filter(|scenario| check(&recipe, scenario)).count();
        all += scenarios.len();
    }
    println!("refused: {refused} of {all} answers in the fixtures of recipes, each with its reason");
    assert!(refused > 0);
}

#[test]
fn every_recipe_under_jurisdictions_is_compiled_in() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = sorted(&root.join("jurisdictions")).into_iter().filter(|path| path.is_dir()).flat_map(|path| sorted(&path));
    let with_steps = files.filter(|path| std::fs::read_to_string(path).unwrap().contains("\n[[step]]"));
    let here: Vec<String> = with_steps.map(|path| path.strip_prefix(root).unwrap().display().to_string()).collect();
    assert!(!here.is_empty());
    assert_eq!(shipped().iter().map(|(_, file, _)| *file).collect::<Vec<_>>(), here);
}

#[test]
fn every_shipped_recipe_compiles_under_its_own_id() {
    for (id, file, text) in shipped() {
        match Recipe::parse(file, text) {
            Ok(recipe) => assert_eq!(recipe.id, id, "{file}"),
            Err(problems) => panic!("{}", problems.iter().map(|problem| format!("{problem}\n")).collect::<String>()),
        }
    }
}

/// What a source answers when it has nothing: no such case, or (feeds, lists of notices) nothing of it yet.
const NOTHING: &[&str] = &["not-found", "no-notices", "nothing-yet", "not-in-feed"];

/// The names of pages that are no answer.
const NO_ANSWER: &[&str] = &["blocked", "block-page-200", "maintenance", "maintenance-page"];

#[test]
fn every_shipped_recipe_says_what_is_known_and_shows_a_hearing_a_ruling_nothing_and_a_block() {
    for (id, file, _) in shipped() {
        let recipe = shipped_recipe(id).unwrap();
        let known = [
            ("terms", &recipe.terms),
            ("terms_es", &recipe.terms_es),
            ("robots", &recipe.robots),
            ("robots_es", &recipe.robots_es),
            ("confidence", &recipe.confidence),
        ];
        for (key, text) in known {
            assert!(text.as_ref().is_some_and(|text| text.len() > 10), "{file} does not say what is known: {key}");
        }
        assert!(recipe.import_only.is_none() || recipe.how.is_some(), "{file} does not say how a page is saved");
        for (key, en, es) in
            [("import_only", &recipe.import_only, &recipe.import_only_es), ("unverified", &recipe.unverified, &recipe.unverified_es)]
        {
            assert_eq!(en.is_some(), es.is_some(), "{file} says {key} in one language");
        }
        let confidence = recipe.confidence.as_deref().unwrap_or_default();
        assert!(recipe.unverified.is_some() || confidence.contains("[A]"), "{file} is neither marked as unverified nor from captures");
        let names: Vec<String> = scenarios(id).iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
        for wanted in [&["hearing"][..], &["ruling"], NOTHING, NO_ANSWER] {
            assert!(names.iter().any(|name| wanted.contains(&name.as_str())), "{file} has no fixture {}", wanted.join(" or "));
        }
        for name in ["hearing", "ruling"] {
            let file = folder().join(id).join(name).join("expected.json");
            let docket: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
            assert!(docket["entries"].as_array().is_some_and(|entries| !entries.is_empty()), "{} has no entry", file.display());
        }
    }
}
