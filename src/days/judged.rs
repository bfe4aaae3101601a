//! The shipped calendars against python-holidays, which others wrote: every year from 2017 to 2035, Monday to Friday, by the law alone.
//!
//! `tests/judges/days.py` writes the tables in `tests/fixtures/days`; `differences.txt` there says where we differ on purpose, and why.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use jiff::civil::Date;

use super::{Calendar, Count, Day, Scope};

fn fixture(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/days").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The holidays of a year with their ids.
fn ours(calendar: &Calendar, scope: &Scope, year: i16) -> BTreeMap<Date, String> {
    let first = Date::new(year, 1, 1).expect("a year");
    let days = std::iter::successors(Some(first), |day| day.tomorrow().ok()).take_while(|day| day.year() == year);
    let holiday = |day: Date| match calendar.day(day, scope, Count::Termino) {
        Day::Holiday(cause) => Some((day, cause.id.clone())),
        _ => None,
    };
    days.filter_map(holiday).collect()
}

#[test]
fn every_year_is_as_another_program_has_it_but_for_what_is_explained() {
    let notes = fixture("differences.txt");
    let notes: Vec<(&str, &str)> = notes
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(' ')?.1.split_once(' ').map(|(what, _)| (line.split(' ').next().unwrap_or_default(), what)))
        .collect();
    let mut explained = BTreeSet::new();
    let mut wrong = Vec::new();
    let mut years = 0;
    for table in ["ec", "co", "pe", "br", "br-sp", "br-rj", "br-ba", "br-rs", "mx", "us"] {
        let (jurisdiction, place) = table.split_once('-').map_or((table, None), |(country, place)| (country, Some(place.to_owned())));
        let calendar = Calendar::shipped(jurisdiction).by_rule();
        let scope = Scope { place, ..Scope::default() };
        for line in fixture(&format!("{table}.txt")).lines().filter(|line| !line.starts_with('#')) {
            let (year, days) = line.split_once(':').expect("a year and its days");
            let theirs: BTreeSet<Date> = days.split_whitespace().map(|day| format!("{year}-{day}").parse().expect("a day")).collect();
            let ours = ours(&calendar, &scope, year.parse().expect("a year"));
            let mut differ =
                |words: [String; 2], what: String| match notes.iter().find(|note| note.0 == table && words.contains(&note.1.to_owned())) {
                    Some(note) => {
                        explained.insert(*note);
                    }
                    None => wrong.push(what),
                };
            for (day, id) in ours.iter().filter(|(day, _)| !theirs.contains(day)) {
                differ([format!("+{day}"), format!("+{id}")], format!("{table} +{day} {id}"));
            }
            for day in theirs.iter().filter(|day| !ours.contains_key(day)) {
                differ([format!("-{day}"), String::new()], format!("{table} -{day}"));
            }
            years += 1;
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(years, 10 * 19);
    let idle: Vec<_> = notes.iter().filter(|note| !explained.contains(*note)).collect();
    assert!(idle.is_empty(), "these explain nothing: {idle:?}");
}

/// The table of the research note, worked out by its author with the rule and checked there against published calendars.
#[test]
fn the_rule_of_ecuador_gives_the_table_of_the_research_note() {
    let table = [
        (2023, "01-02 02-20 02-21 04-07 05-01 05-26 08-11 10-09 11-02 11-03 12-25"),
        (2024, "01-01 02-12 02-13 03-29 05-03 05-24 08-09 10-11 11-01 11-04 12-25"),
        (2025, "01-01 03-03 03-04 04-18 05-02 05-23 08-11 10-10 11-03 11-04 12-25"),
        (2026, "01-01 02-16 02-17 04-03 05-01 05-25 08-10 10-09 11-02 11-03 12-25"),
        (2027, "01-01 02-08 02-09 03-26 04-30 05-24 08-09 10-08 11-01 11-02 12-24 12-31"),
    ];
    let calendar = Calendar::shipped("ec").by_rule();
    for (year, expected) in table {
        let days: Vec<String> =
            ours(&calendar, &Scope::default(), year).keys().map(|day| format!("{:02}-{:02}", day.month(), day.day())).collect();
        assert_eq!(days.join(" "), expected, "{year}");
    }
}
