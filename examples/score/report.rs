//! Counts a system's captures, and prints the table and the worst places.

use std::path::Path;

use veedor::domain::case::CaseNumber;
use veedor::domain::docket::{Docket, Entry};
use veedor::recipe::Recipe;

use super::capture::{Capture, Row, Wanted, When, read};
use super::matching::{Pair, matched};
use super::systems::System;

const F1: f64 = 0.98;
const DATES: f64 = 0.99;
const TEXT: f64 = 0.97;

/// How many of the worst places are printed, and how wide each side.
const WORST: usize = 20;
const WIDTH: usize = 72;

/// What is counted of one system.
#[derive(Default)]
pub struct Score {
    name: &'static str,
    recipe: Option<String>,
    shape_only: bool,
    captures: usize,
    expected: usize,
    found: usize,
    pairs: usize,
    dated: usize,
    likeness: f64,
    equal: usize,
    numbers: (usize, usize),
    refused: (usize, usize),
    counted: (usize, usize),
    faults: Vec<Fault>,
}

/// One place where the two parses differ; the greater `weight`, the worse.
struct Fault {
    weight: f64,
    place: String,
    expected: String,
    found: String,
}

impl Score {
    /// Reads all captures of a system.
    pub fn of(system: &System, recipes: &[Recipe], folder: &Path) -> Self {
        let captures = (system.captures)(folder);
        let mut score = Self { name: system.name, shape_only: system.shape_only, captures: captures.len(), ..Self::default() };
        let Some(recipe) = system.recipe_among(recipes) else { return score };
        score.recipe = Some(recipe.id.clone());
        for capture in &captures {
            score.add(recipe, capture);
        }
        score
    }

    fn add(&mut self, recipe: &Recipe, capture: &Capture) {
        let reading = read(recipe, capture);
        let entries = |read: &Result<(_, Docket), String>| read.as_ref().map_or(0, |(_, docket)| docket.entries.len());
        match &capture.wanted {
            Wanted::NoCase => {
                let refused = entries(&reading.shown) == 0 && entries(&reading.given) == 0;
                tally(&mut self.refused, refused);
                if !refused {
                    let found = format!("{} entries", entries(&reading.shown).max(entries(&reading.given)));
                    self.fault(3.0, capture, "a refusal", &found);
                }
                return;
            }
            Wanted::Count(count) => {
                let found = match &reading.given {
                    Ok((_, docket)) => docket.entries.len().to_string(),
                    Err(why) => why.clone(),
                };
                tally(&mut self.counted, found == count.to_string());
                if found != count.to_string() {
                    self.fault(3.0, capture, &format!("{count} entries"), &found);
                }
            }
            Wanted::Rows(rows) => self.compare(recipe, capture, rows, &reading.given),
        }
        if capture.numbers.is_empty() {
            return;
        }
        let shown = match (&reading.shown, &reading.given) {
            (_, Err(why)) => Err(why.clone()),
            (Err(why), Ok(_)) if capture.shows_number => Err(format!("no number given: {why}")),
            (Ok((shown, docket)), Ok((given, same))) if capture.shows_number && (shown.compact != given.compact || docket != same) => {
                Err(format!("no number given: read as {}", shown.canonical))
            }
            _ => Ok(()),
        };
        tally(&mut self.numbers, shown.is_ok());
        if let Err(why) = shown {
            self.fault(2.5, capture, &format!("case {}", capture.numbers.last().cloned().unwrap_or_default()), &why);
        }
    }

    fn compare(&mut self, recipe: &Recipe, capture: &Capture, rows: &[Row], given: &Result<(CaseNumber, Docket), String>) {
        self.expected += rows.len();
        let (number, docket) = match given {
            Ok((number, docket)) => (number, docket),
            Err(why) => return self.fault(3.0, capture, &format!("{} entries", rows.len()), why),
        };
        let matched = matched(rows, docket, capture.columns, &recipe.zone_of(number));
        self.found += docket.entries.len();
        self.pairs += matched.pairs.len();
        for pair in &matched.pairs {
            let (row, entry) = (&rows[pair.theirs], &docket.entries[pair.ours]);
            let (theirs, ours) = (&matched.theirs[pair.theirs], &matched.ours[pair.ours]);
            self.dated += usize::from(pair.dated);
            self.equal += usize::from(theirs == ours);
            self.likeness += pair.likeness;
            if !pair.dated {
                let ours = format!("{} {ours}", dated(entry));
                self.fault(1.5, capture, &format!("{} {theirs}", said(&row.when)), &ours);
            }
            if theirs != ours {
                self.fault(1.0 - pair.likeness, capture, theirs, ours);
            }
        }
        let is_left = |at: &usize, of: fn(&Pair) -> usize| matched.pairs.iter().all(|pair| of(pair) != *at);
        for missing in (0..rows.len()).filter(|at| is_left(at, |pair| pair.theirs)) {
            let theirs = format!("{} {}", said(&rows[missing].when), matched.theirs[missing]);
            self.fault(2.0, capture, &theirs, "-");
        }
        for invented in (0..docket.entries.len()).filter(|at| is_left(at, |pair| pair.ours)) {
            let ours = format!("{} {}", dated(&docket.entries[invented]), matched.ours[invented]);
            self.fault(2.0, capture, "-", &ours);
        }
    }

    fn fault(&mut self, weight: f64, capture: &Capture, expected: &str, found: &str) {
        let place = format!("{} {}", self.name, capture.name);
        self.faults.push(Fault { weight, place, expected: expected.to_owned(), found: found.to_owned() });
    }

    /// The share of their entries that we have, of our entries that they have, and the two in one.
    fn rates(&self) -> (f64, f64, f64) {
        let (recall, precision) = (share(self.pairs, self.expected), share(self.pairs, self.found));
        (recall, precision, if self.pairs == 0 { 0.0 } else { 2.0 * recall * precision / (recall + precision) })
    }

    /// Whether the system reaches every threshold.
    pub fn is_met(&self) -> bool {
        let whole = |(met, of): (usize, usize)| met == of;
        let counts = whole(self.numbers) && whole(self.refused) && whole(self.counted);
        let text = if self.pairs == 0 { 0.0 } else { self.likeness / self.pairs as f64 };
        let compared = self.shape_only || (self.rates().2 >= F1 && share(self.dated, self.pairs) >= DATES && text >= TEXT);
        self.recipe.is_some() && counts && compared
    }

    fn print(&self) {
        let Some(recipe) = &self.recipe else {
            return println!("{:<14} {:>4}  no recipe is shipped yet: missed", self.name, self.captures);
        };
        let of = |(met, of): (usize, usize)| if of == 0 { "-".to_owned() } else { format!("{met}/{of}") };
        let verdict = if self.is_met() { "ok" } else { "MISSED" };
        if self.shape_only {
            let (name, captures) = (self.name, self.captures);
            let (rows, refused) = (of(self.counted), of(self.refused));
            return println!("{name:<14} {captures:>4}  rows in = entries out {rows}, refused {refused}: {verdict} ({recipe})");
        }
        let (recall, precision, f1) = self.rates();
        println!(
            "{:<14} {:>4} {:>6} {:>6} {:>6} {recall:>7.4} {precision:>7.4} {f1:>7.4} {:>7.4} {:>7.4} {:>7.4} {:>8} {:>8}  {verdict} ({recipe})",
            self.name,
            self.captures,
            self.expected,
            self.found,
            self.pairs,
            share(self.dated, self.pairs),
            if self.pairs == 0 { 0.0 } else { self.likeness / self.pairs as f64 },
            share(self.equal, self.pairs),
            of(self.numbers),
            of(self.refused),
        );
    }
}

/// Prints the table, what the columns mean, and the worst places of all systems.
pub fn print(scores: &[Score]) {
    println!(
        "{:<14} {:>4} {:>6} {:>6} {:>6} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>8} {:>8}",
        "system", "capt", "expect", "found", "match", "recall", "precis", "F1", "dates", "text", "equal", "numbers", "refused"
    );
    scores.iter().for_each(Score::print);
    println!(
        "\ndates: of the matched entries. text: mean likeness of the matched entries' texts (1 less edit distance over the longer one, white\n\
         space collapsed, case kept); equal: those that are the same letter by letter. numbers: found on the pages without being told, or\n\
         taken where a page is of many cases. refused: pages of no case that gave no entry. Thresholds: F1 {F1}, dates {DATES}, text {TEXT}, all\n\
         numbers, all refusals.\n"
    );
    let mut faults: Vec<&Fault> = scores.iter().flat_map(|score| &score.faults).collect();
    faults.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    println!("The worst {} of {} differences, expected | found:", faults.len().min(WORST), faults.len());
    for fault in faults.iter().take(WORST) {
        let (expected, found) = around(&fault.expected, &fault.found);
        println!("  {}\n    {expected:<WIDTH$} | {found}", fault.place);
    }
}

/// Of two long texts the part where they begin to differ.
fn around(expected: &str, found: &str) -> (String, String) {
    let same = expected.chars().zip(found.chars()).take_while(|(a, b)| a == b).count();
    let from = if same > WIDTH / 2 { same - WIDTH / 3 } else { 0 };
    let cut = |text: &str| -> String { text.chars().skip(from).take(WIDTH).collect() };
    (cut(expected), cut(found))
}

fn said(when: &When) -> String {
    match when {
        When::Day(day) => day.clone(),
        When::Local(day, time) => format!("{day} {time}"),
        When::Moment(instant) => instant.to_string(),
        When::Unknown => "(no date)".to_owned(),
    }
}

fn dated(entry: &Entry) -> String {
    let time = entry.time.map(|time| format!(" {time}")).unwrap_or_default();
    entry.date.map_or_else(|| "(no date)".to_owned(), |date| format!("{date}{time}"))
}

fn tally((met, of): &mut (usize, usize), is_met: bool) {
    *met += usize::from(is_met);
    *of += 1;
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
