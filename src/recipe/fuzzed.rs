//! For the fuzzer, and for the test that replays what it found: any answer of a court, any recipe, any number, any date.

use std::collections::HashSet;
use std::sync::OnceLock;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::date::{DateFormat, DateSpec, zone};
use super::template::Template;
use super::{Next, Recipe, docket_source, page_source, shipped, shipped_recipe};
use crate::diag::{Reader, Sink, parse};
use crate::domain::case::CaseNumber;
use crate::domain::diff::{Comparison, Confirm, MissingParts, compare};
use crate::domain::docket::Docket;
use crate::domain::page::Page;
use crate::wire;

/// More requests than a visit of most recipes makes. A list that leads to itself ends here, as it ends in a visit.
const REQUESTS: usize = 24;

/// What the statuses of the second byte are.
const STATUSES: [u16; 8] = [200, 200, 200, 200, 304, 403, 404, 503];

/// What the types of the second byte are.
const TYPES: [&str; 4] = ["text/html; charset=utf-8", "application/json", "text/html; charset=windows-1252", "application/xml"];

/// What cuts the answers: a byte that is none of UTF-8.
const CUT: u8 = 0xff;

const PAGE: &str = include_str!("../../tests/fixtures/page/bulletins/watch.toml");
const FEED: &str = "url = \"https://x.example/feed\"\n";
const PROGRAM: &str = "title = \"A court\"\nurl = \"https://x.example/\"\n";

/// Every shipped recipe with a number of its own, a page, a feed and a program.
fn recipes() -> &'static [(Recipe, CaseNumber)] {
    static RECIPES: OnceLock<Vec<(Recipe, CaseNumber)>> = OnceLock::new();
    RECIPES.get_or_init(|| {
        let of = |(id, ..): (&str, _, _)| {
            let recipe = shipped_recipe(id)?;
            let number = recipe.number(recipe.number_format().2).ok()?;
            Some((recipe, number))
        };
        let described = [
            (PAGE, page_source::read as fn(&mut Reader<'_>, &str) -> Option<Recipe>),
            (FEED, page_source::read_feed),
            (PROGRAM, |reader, slug| docket_source::read(reader, slug, "my-court")),
        ];
        let own = described.into_iter().filter_map(|(text, read)| {
            let sink = Sink::new("watchlist.toml", text);
            let recipe = read(&mut Reader::root(&parse(&sink)?, &sink), "case-1")?;
            let number = recipe.number("case-1").ok()?;
            Some((recipe, number))
        });
        own.chain(shipped().into_iter().filter_map(of)).collect()
    })
}

/// Answers of the fuzzer's to all that a recipe asks for, and what comes of it. The first byte picks the recipe, the second status and type;
/// the rest is cut into the answers, of which the last serves all further requests.
pub fn answers(data: &[u8]) {
    let [which, kind, rest @ ..] = data else { return };
    let recipes = recipes();
    let (recipe, number) = &recipes[usize::from(*which) % recipes.len()];
    let status = STATUSES[usize::from(*kind) % STATUSES.len()];
    let content_type = TYPES[usize::from(*kind) / STATUSES.len() % TYPES.len()];
    let answers: Vec<&[u8]> = rest.split(|byte| *byte == CUT).collect();
    let mut pages: Vec<Page> = Vec::new();
    while pages.len() < REQUESTS
        && let Next::Ask(request) = recipe.next(number, &pages)
    {
        pages.push(Page {
            step: request.step,
            url: request.url,
            status,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: answers.get(pages.len()).or(answers.last()).map_or_else(Vec::new, |answer| answer.to_vec()),
            charset: request.charset,
            fetched_at: Timestamp::UNIX_EPOCH,
        });
    }
    let read = recipe.read(number, &pages);
    assert_eq!(recipe.explain(number, &pages).outcome, read, "what is explained is what was read");
    if let Ok(docket) = read {
        keeps_its_promises(recipe, number, &pages, &docket);
    }
}

fn keeps_its_promises(recipe: &Recipe, number: &CaseNumber, pages: &[Page], docket: &Docket) {
    assert_eq!(recipe.read(number, pages).as_ref(), Ok(docket), "the same pages are the same docket");
    let keys: HashSet<_> = docket.entries.iter().map(|entry| &entry.key).collect();
    assert_eq!(keys.len(), docket.entries.len(), "two entries have one key");

    // A docket does not differ from itself, nor from what the pages that are kept say when they are read again.
    let kept = recipe.keepable(number, pages.to_vec());
    let again = recipe.read(number, &kept);
    let Ok(again) = again else { panic!("the pages that are kept cannot be read: {again:?}") };
    let confirm = Confirm { visits: 1, span: Duration::ZERO, sliding: recipe.sliding, others: recipe.lists_others() };
    for seen in [docket, &again] {
        let same = compare(Some(docket), seen, &MissingParts::new(), confirm, Timestamp::UNIX_EPOCH);
        assert!(matches!(&same, Comparison::Same { missing, .. } if missing.is_empty()), "a docket differs from itself: {same:?}");
    }

    let published = wire::docket::to_json(docket, &recipe.id, number);
    match wire::docket::from_json(&published) {
        Ok(back) => assert_eq!((&back.docket, &back.source), (docket, &recipe.id), "a docket is published as it is"),
        Err(why) => panic!("a docket cannot be published: {why}"),
    }
}

/// A recipe of the fuzzer's: it compiles, or every mistake is said. One that compiles is asked for its requests, and reads small answers.
pub fn recipe(text: &str) {
    let recipe = match Recipe::parse("recipe.toml", text) {
        Ok(recipe) => recipe,
        Err(problems) => {
            assert!(!problems.is_empty(), "a recipe is refused without a reason");
            problems.iter().for_each(|problem| drop(problem.to_string()));
            return;
        }
    };
    let Ok(number) = recipe.number(recipe.number_format().2) else { return };
    drop((recipe.case_url(&number), recipe.headers(&number), recipe.base_url_of(&number)));
    const ANSWERS: [&str; 3] = [
        "<html><body><table><tr><th>Fecha</th><th>Acto</th></tr><tr><td>12/03/2024</td><td><a href=\"/d?id=7\">AUTO</a></td></tr></table></body></html>",
        "{\"content\":[{\"id\":7,\"fecha\":\"2024-03-12T09:00:00Z\",\"tipo\":\"AUTO\",\"texto\":\"x\"}],\"totalElements\":1}",
        "<rss><channel><item><title>AUTO</title><link>https://x.example/7</link><pubDate>Fri, 03 Feb 2023 12:35:03 EST</pubDate></item></channel></rss>",
    ];
    for answer in ANSWERS {
        let mut pages: Vec<Page> = Vec::new();
        while pages.len() < REQUESTS
            && let Next::Ask(request) = recipe.next(&number, &pages)
        {
            let (headers, fetched_at) = (Vec::new(), Timestamp::UNIX_EPOCH);
            let body = answer.as_bytes().to_vec();
            pages.push(Page { step: request.step, url: request.url, status: 200, headers, body, charset: request.charset, fetched_at });
        }
        let read = recipe.read(&number, &pages);
        assert_eq!(recipe.explain(&number, &pages).outcome, read, "what is explained is what was read");
    }
}

/// Whatever is typed for a case number: it is understood or refused in a sentence, and what is understood is understood again.
pub fn number(typed: &str) {
    for (recipe, _) in recipes() {
        match recipe.number(typed) {
            Ok(number) => {
                let again = recipe.number(&number.canonical);
                assert_eq!(again.as_ref().map(|again| &again.compact), Ok(&number.compact), "{}: {typed:?}", recipe.id);
                drop((recipe.case_url(&number), recipe.zone_of(&number)));
            }
            Err(why) => assert!(!why.is_empty(), "{}: {typed:?} is refused without a reason", recipe.id),
        }
    }
}

/// The formats of the shipped recipes, and such as an operator may write.
const FORMATS: &[&str] = &[
    "iso",
    "epoch_ms",
    "rfc2822",
    "words",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%d/%m/%Y %H:%M:%S",
    "%b %d %Y",
    "%Y-%m-%d %H:%M:%S",
    "%A, %B %e, %Y %I:%M %p",
    "%Y-%m-%dT%H:%M:%S%.f%:z",
    "%s",
    "%G-W%V-%u",
    "%j %Y",
];

/// A date in the formats of a recipe. The first byte picks the format, the second the zones.
pub fn date(format: u8, zones: u8, text: &str) {
    static READ: OnceLock<Vec<DateFormat>> = OnceLock::new();
    let formats = READ.get_or_init(|| FORMATS.iter().filter_map(|format| DateFormat::parse(format).ok()).collect());
    let Ok(value) = Template::parse("{{ x }}") else { return };
    let zone_of = |bits: u8| [None, zone("UTC"), zone("America/Guayaquil"), zone("America/Sao_Paulo")][usize::from(bits % 4)].clone();
    let court = zone_of(zones >> 4).unwrap_or(TimeZone::UTC);
    let format = formats[usize::from(format) % formats.len()].clone();
    let spec = DateSpec { value, formats: vec![format, DateFormat::Iso], zone: zone_of(zones), days_in: zone_of(zones >> 2) };
    let Some(stamp) = spec.read(text, &court) else { return };
    assert_eq!(spec.read(text, &court), Some(stamp), "the same text is the same date");
    assert!((1900..=2100).contains(&stamp.date.year()), "{text:?} is {stamp:?}");
    assert_eq!(stamp.exact.date(), stamp.date, "{text:?} is {stamp:?}");
    // What stands in the key of an entry is the date itself.
    let plain = DateSpec { zone: None, formats: vec![DateFormat::Iso], ..spec };
    let Some(again) = plain.read(&stamp.canonical(), &court) else { panic!("{text:?} is {}", stamp.canonical()) };
    assert_eq!((again.date, again.time), (stamp.date, stamp.time), "{text:?} is {}", stamp.canonical());
    assert_eq!(again.canonical(), stamp.canonical(), "{text:?}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::fixtures::{pages, scenarios};

    #[test]
    fn answers_that_were_ever_troublesome() {
        let mut seeds = Vec::new();
        for (which, (recipe, _)) in recipes().iter().enumerate() {
            let folder = if recipe.id == "feed" { "page" } else { recipe.id.as_str() };
            for scenario in scenarios(folder) {
                let pages = pages(&scenario);
                let status = pages.first().and_then(|page| STATUSES.iter().position(|status| *status == page.status)).unwrap_or_default();
                let head = [which, status].map(|byte| u8::try_from(byte).expect("few"));
                let bodies: Vec<&[u8]> = pages.iter().map(|page| page.body.as_slice()).collect();
                seeds.push([&head, bodies.join(&[CUT][..]).as_slice()].concat());
            }
            if recipe.id == "command" {
                for scenario in scenarios("ec-esatje") {
                    let docket = std::fs::read(scenario.join("expected.json")).expect("reads");
                    seeds.push([&[u8::try_from(which).expect("few"), 8][..], &docket].concat());
                }
            }
        }
        crate::domain::seeds::replay("court_page", seeds, answers);
    }

    #[test]
    fn recipes_that_were_ever_troublesome() {
        let seeds = shipped().into_iter().map(|(.., text)| text.as_bytes().to_vec()).collect();
        crate::domain::seeds::replay("recipe", seeds, |data| recipe(&String::from_utf8_lossy(data)));
    }

    #[test]
    fn numbers_that_were_ever_troublesome() {
        let seeds = recipes().iter().flat_map(|(recipe, number)| recipe.examples.iter().chain([&number.canonical, &number.compact]));
        let seeds = seeds.map(|number| number.as_bytes().to_vec()).collect();
        crate::domain::seeds::replay("case_number", seeds, |data| number(&String::from_utf8_lossy(data)));
    }
}
