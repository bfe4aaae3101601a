//! Whatever a court answers: every step of a shipped recipe gets bytes of the fuzzer's, and what comes of it keeps its promises.
//!
//! The first byte picks the recipe, the second the status; the rest is cut at 0xFF into the answers, of which the last serves all
//! further steps.

#![no_main]

use std::sync::OnceLock;
use std::time::Duration;

use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use veedor::domain::case::CaseNumber;
use veedor::domain::diff::{Comparison, Confirm, MissingParts, compare};
use veedor::domain::page::Page;
use veedor::recipe::{Next, Recipe, shipped, shipped_recipe};

/// More steps than any recipe has; a list that leads to itself must end by itself.
const STEPS: usize = 200;

/// What the statuses of the second byte are.
const STATUSES: [u16; 8] = [200, 200, 200, 200, 304, 403, 404, 503];

fn recipes() -> &'static [(Recipe, CaseNumber)] {
    static RECIPES: OnceLock<Vec<(Recipe, CaseNumber)>> = OnceLock::new();
    RECIPES.get_or_init(|| {
        let of = |id: &str| {
            let recipe = shipped_recipe(id)?;
            let number = recipe.examples.first().and_then(|example| recipe.number(example).ok())?;
            Some((recipe, number))
        };
        shipped().into_iter().filter_map(|(id, ..)| of(id)).collect()
    })
}

fuzz_target!(|data: &[u8]| {
    let [which, status, rest @ ..] = data else { return };
    let recipes = recipes();
    let (recipe, number) = &recipes[usize::from(*which) % recipes.len()];
    let status = STATUSES[usize::from(*status) % STATUSES.len()];
    let answers: Vec<&[u8]> = rest.split(|byte| *byte == 0xff).collect();
    let fetched_at = Timestamp::from_second(1_772_000_000).expect("an instant");
    let mut pages: Vec<Page> = Vec::new();
    while pages.len() < STEPS
        && let Next::Ask(request) = recipe.next(number, &pages)
    {
        let body = answers.get(pages.len()).or(answers.last()).map_or_else(Vec::new, |answer| answer.to_vec());
        pages.push(Page {
            step: request.step,
            url: request.url,
            status,
            headers: Vec::new(),
            body,
            charset: request.charset,
            fetched_at,
        });
    }
    let Ok(docket) = recipe.read(number, &pages) else { return };
    let again = recipe.read(number, &pages).expect("what was read once is read again");
    assert_eq!(docket, again, "the same pages are the same docket");
    let confirm = Confirm { visits: 3, span: Duration::ZERO, sliding: false, others: false };
    let same = compare(Some(&docket), &again, &MissingParts::new(), confirm, fetched_at);
    assert!(matches!(same, Comparison::Same { .. }), "a docket does not differ from itself: {same:?}");
});
