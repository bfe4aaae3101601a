//! Real pages that arrive damaged: cut off, read in a wrong charset, or of another case. None of them is ever a docket.
//!
//! The captures, and what lies where among them, are those of `examples/score`; without them the stories say so.

use std::collections::BTreeSet;
use std::path::Path;

use jiff::Timestamp;
use veedor::domain::case::CaseNumber;
use veedor::domain::docket::Docket;
use veedor::domain::page::Page;
use veedor::recipe::Recipe;

use super::series::world;
use capture::{Capture, Wanted, docket, step_of};

// The list of captures is shared with the example that judges the recipes, which uses the rest of these files too.
#[allow(dead_code, reason = "see above")]
#[path = "../../../examples/score/capture.rs"]
pub mod capture;
#[allow(dead_code, reason = "see above")]
#[path = "../../../examples/score/latin.rs"]
mod latin;
#[allow(dead_code, reason = "see above")]
#[path = "../../../examples/score/systems.rs"]
mod systems;
#[allow(dead_code, reason = "see above")]
#[path = "../../../examples/score/us.rs"]
mod us;

/// A capture that its recipe reads.
struct Whole {
    name: String,
    capture: Capture,
    recipe: Recipe,
    number: CaseNumber,
    docket: Docket,
    /// Valid numbers of other cases of the system.
    others: Vec<CaseNumber>,
}

impl Whole {
    fn bodies(&self) -> Vec<Vec<u8>> {
        self.capture.pages.iter().map(|file| std::fs::read(file).expect("a capture")).collect()
    }

    fn pages(&self, bodies: &[Vec<u8>], charset: Option<&str>) -> Vec<Page> {
        // A damaged page is taken for what the whole one is: the daemon knows what it asked.
        let saved = |step: String, body: &Vec<u8>, charset| self.recipe.saved(step, body.clone(), charset, Timestamp::UNIX_EPOCH);
        let whole = self.capture.pages.iter().zip(self.bodies());
        let steps = whole.map(|(file, body)| saved(step_of(&self.recipe, file), &body, None).step);
        steps.zip(bodies).map(|(step, body)| saved(step, body, charset)).collect()
    }

    fn read(&self, number: &CaseNumber, bodies: &[Vec<u8>], charset: Option<&str>) -> Result<Docket, String> {
        docket(&self.recipe, number.clone(), self.pages(bodies, charset)).map(|(_, docket)| docket)
    }
}

/// Every capture, which its recipe reads when it is whole; each set of pages once, but for `each_case` of a page of many cases.
fn wholes(each_case: bool) -> Vec<Whole> {
    let Some(world) = world() else { return Vec::new() };
    let recipes = systems::recipes(&[]).expect("the shipped recipes");
    let mut wholes = Vec::new();
    for system in systems::all() {
        let recipe = system.recipe_among(&recipes).unwrap_or_else(|| panic!("no recipe {} is shipped", system.recipe));
        let captures = (system.captures)(&world);
        let number_of = |capture: &Capture| capture.numbers.iter().find_map(|number| recipe.number(number).ok());
        let known = captures.iter().filter_map(number_of);
        let examples = recipe.examples.iter().map(String::as_str).chain([recipe.number_format().2]);
        let numbers: Vec<CaseNumber> = known.chain(examples.filter_map(|number| recipe.number(number).ok())).collect();
        let mut seen = BTreeSet::new();
        for capture in captures {
            let name = format!("{} {}", system.name, capture.name);
            let is_case = !matches!(capture.wanted, Wanted::NoCase);
            let Some(number) = number_of(&capture).filter(|_| is_case && (each_case || seen.insert(capture.pages.clone()))) else {
                continue;
            };
            let others = numbers.iter().filter(|other| other.compact != number.compact).cloned().collect();
            let mut whole = Whole { name, capture, recipe: recipe.clone(), number, docket: Docket::default(), others };
            match whole.read(&whole.number, &whole.bodies(), None) {
                Ok(docket) => {
                    whole.docket = docket;
                    wholes.push(whole);
                }
                // A recipe that reads nothing would pass every test of what must not be read.
                Err(why) => panic!("{} is not read when it is whole: {why}", whole.name),
            }
        }
    }
    wholes
}

fn name_of(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn none(what: &str, read: &[String]) {
    assert!(read.is_empty(), "{what}, {} times:\n  {}", read.len(), read.join("\n  "));
}

#[test]
fn a_page_that_is_cut_off_is_no_docket() {
    let (mut read, mut refused) = (Vec::new(), 0);
    for whole in wholes(false) {
        let bodies = whole.bodies();
        for (at, percent) in (0..bodies.len()).flat_map(|at| [(at, 50), (at, 90)]) {
            let mut cut = bodies.clone();
            cut[at].truncate(bodies[at].len() * percent / 100);
            if let Ok(docket) = whole.read(&whole.number, &cut, None) {
                let (file, all) = (name_of(&whole.capture.pages[at]), whole.docket.entries.len());
                read.push(format!("{}: {file} at {percent} %: {} of {all} entries", whole.name, docket.entries.len()));
            } else {
                refused += 1;
            }
        }
    }
    println!("refused: {refused} real pages that are cut off");
    none("a cut-off page was read", &read);
}

#[test]
fn a_page_in_a_wrong_charset_is_no_docket_or_the_same() {
    let (mut read, mut refused, mut same) = (Vec::new(), 0, 0);
    for whole in wholes(false) {
        let bodies = whole.bodies();
        let is_ascii = bodies.iter().all(|body| body.is_ascii());
        let is_utf8 = bodies.iter().all(|body| std::str::from_utf8(body).is_ok());
        let wrong: &[&str] = match (is_ascii, is_utf8) {
            (true, _) => &["utf-8", "iso-8859-1", "windows-1251"],
            (false, true) => &["iso-8859-1", "windows-1251"],
            // One alphabet of bytes taken for another cannot be told from a court's own spelling; this mistake can.
            (false, false) => &["utf-8"],
        };
        for charset in wrong {
            match whole.read(&whole.number, &bodies, Some(charset)) {
                // Where the only letters beyond ASCII stand beside the docket, it is the same one.
                Ok(docket) if docket != whole.docket => {
                    read.push(format!("{} as {charset}: another docket, {} entries", whole.name, docket.entries.len()));
                }
                Err(why) if is_ascii => read.push(format!("{} as {charset}, which is ASCII: {why}", whole.name)),
                Ok(_) => same += 1,
                Err(_) => refused += 1,
            }
        }
    }
    println!("refused: {refused} real pages in a wrong charset; {same} more are the same docket in it");
    none("pages in a wrong charset were read, or pages of ASCII were not", &read);
}

#[test]
fn a_page_of_another_case_is_no_docket_of_this_one() {
    let (mut read, mut refused, mut feeds) = (Vec::new(), 0, 0);
    for whole in wholes(true) {
        let bodies = whole.bodies();
        for other in whole.others.iter().take(3) {
            let Ok(docket) = whole.read(other, &bodies, None) else {
                refused += 1;
                continue;
            };
            // A feed of many cases is asked for all of them; what counts is that none gets an entry of another.
            let keys: BTreeSet<_> = whole.docket.entries.iter().map(|entry| &entry.key).collect();
            let is_feed = !whole.capture.shows_number && docket.entries.iter().all(|entry| !keys.contains(&entry.key));
            if is_feed {
                feeds += 1;
            } else {
                read.push(format!("{} asked as {}: {} entries", whole.name, other.canonical, docket.entries.len()));
            }
        }
    }
    println!("refused: {refused} real pages of another case; {feeds} more are feeds of many cases and gave no entry of another");
    none("pages of another case were read", &read);
}
