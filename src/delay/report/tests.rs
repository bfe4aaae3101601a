//! Tests of the report: dockets in the words of the court, from their entries to medians.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::*;
use crate::days::{Calendar, Scope};
use crate::delay::clocks::{Look, Rules};
use crate::delay::measures::{QUIET_DAYS, Study};
use crate::domain::case::Fact;
use crate::domain::delays::Compared;
use crate::domain::docket::{Docket, Entry, EntryKey, Heading};
use crate::meaning::Meaning;
use crate::wire::delays::csv::{Table, to_csv};
use crate::wire::delays::to_json;

const ORAL: (&str, &str) = ("RAZON (RAZON)", "Siento por tal que el Tribunal anunció su decisión de forma oral.");
const WRITTEN: (&str, &str) = ("SENTENCIA (RESOLUCION)", "VISTOS.");
const SET: &str = "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)";

fn zone() -> TimeZone {
    TimeZone::get("America/Guayaquil").expect("bundled")
}

fn as_of() -> Timestamp {
    "2026-06-01T17:00:00Z".parse().expect("an instant")
}

fn today() -> Date {
    as_of().to_zoned_datetime(zone()).date()
}

fn entry(nth: usize, day: Date, (title, text): (&str, &str)) -> Entry {
    Entry {
        key: EntryKey(nth.to_string()),
        date: Some(day),
        time: None,
        title: title.to_owned(),
        text: text.to_owned(),
        documents: Vec::new(),
        annulled: false,
        withheld: None,
        notice_of: None,
        extra: BTreeMap::new(),
    }
}

/// A case of these entries, oldest first, at a court.
fn studied(number: usize, court: &str, entries: &[(Date, (&str, &str))]) -> CaseDelays {
    let entries = entries.iter().enumerate().rev().map(|(nth, (day, words))| entry(nth, *day, *words)).collect();
    let docket = Docket { heading: Heading { court: Some(court.to_owned()), ..Heading::default() }, entries, ..Docket::default() };
    let (meaning, calendar, rules) = (Meaning::shipped("ec", "es"), Calendar::shipped("ec"), Rules::shipped("ec"));
    let facts = BTreeMap::from([("matter".to_owned(), Fact::Text("penal".to_owned()))]);
    let account = rules.account(&Look {
        docket: &docket,
        meaning: &meaning,
        zone: zone(),
        calendar: &calendar,
        scope: Scope::default(),
        facts: &facts,
        pins: &[],
        as_of: as_of(),
        read: Some(as_of()),
    });
    let settings = meaning.settings(&docket, today());
    let actors = docket.entries.iter().map(|entry| (entry.key.clone(), meaning.classify(entry, entry.date).actor)).collect();
    let study = Study {
        docket: &docket,
        actors: &actors,
        settings: &settings,
        story: &account.story,
        seen: &BTreeMap::new(),
        judges: &[],
        watched_since: Some(as_of()),
        read: Some(as_of()),
        ended: None,
        calendar: &calendar,
        scope: account.scope.clone(),
        zone: zone(),
        quiet: QUIET_DAYS,
        as_of: as_of(),
    };
    let told = Told {
        source: "ec-esatje".to_owned(),
        number: format!("17721-2024-{number:05}G"),
        name: None,
        tags: vec!["demo".to_owned()],
        url: String::new(),
        court: Some(court.to_owned()),
        subject: None,
        version: 1,
        version_at: as_of(),
        pages_sha256: None,
        chosen: None,
        titles: docket.entries.iter().map(|entry| (entry.key.clone(), entry.title.clone())).collect(),
        clocks: account.clocks,
    };
    CaseDelays { matter: number, ..case(&study, told) }
}

/// A decision that was announced so many days ago and written down after so many, or not yet.
fn ruled(number: usize, court: &str, days: i64, is_written: bool) -> CaseDelays {
    let oral = if is_written { date(2025, 1, 10) } else { today().saturating_sub(days.days()) };
    let mut entries = vec![(oral, ORAL)];
    if is_written {
        entries.push((oral.saturating_add(days.days()), WRITTEN));
    }
    studied(number, court, &entries)
}

fn asked(by: Option<Grouping>) -> Asked {
    Asked { as_of: as_of(), zone: zone(), program: "0".to_owned(), tags: Vec::new(), by }
}

fn pace<'d>(report: &'d Delays, label: &str, part: Measure) -> &'d crate::domain::delays::Pace {
    let group = report.groups.iter().find(|group| group.label == label).expect("the group");
    group.paces.iter().find(|pace| pace.measure == part).expect("the stage")
}

/// The vector of `domain.md` B4, from the entries of dockets to what is said.
#[test]
fn the_median_of_decisions_of_which_half_are_not_written_is_none_of_the_written_ones() {
    let written = [7, 9, 10, 14, 21, 85].map(|days| (days, true));
    let waiting = [5, 12, 30, 60, 120, 200].map(|days| (days, false));
    let cases = written.into_iter().chain(waiting).enumerate().map(|(nth, (days, is_written))| ruled(nth, "Tribunal", days, is_written));
    let report = report(asked(None), cases.collect(), Vec::new(), Vec::new());
    let pace = pace(&report, "", Measure::OralToWritten);
    assert_eq!((pace.observed, pace.events, pace.censored, pace.points.len()), (12, 6, 6, 12));
    let Value::Median { at, lower, upper, .. } = pace.median.value else { panic!("{:?}", pace.median) };
    assert_eq!((at, lower, upper), (Some(85.0), Some(9.0), None));
    let after_ten = pace.curve.iter().find(|step| step.days == 10.0).expect("a step");
    assert!((after_ten.open - 0.7273).abs() < 5e-5, "{after_ten:?}");
    // Of an announced decision whose ruling is not observed the clock is over; those stand first, the longest silence before the others.
    let first = &report.cases[0];
    assert_eq!(first.clocks[0].state, State::Breach);
    let silent = first.figures.get(Measure::LastActivity, "any").map(|figure| figure.value.clone());
    assert!(matches!(silent, Some(Value::Open(days)) if days.calendar == 200), "{silent:?}");
}

#[test]
fn courts_are_compared_from_ten_rulings_each_and_not_before() {
    let many = |from: usize, court: &'static str, pace: i64| {
        (0..10).map(move |nth| ruled(from + nth, court, pace + 3 * i64::try_from(nth).unwrap_or(0), true))
    };
    let cases: Vec<CaseDelays> = many(0, "Quito", 5).chain(many(20, "Guayaquil", 60)).collect();
    let few: Vec<CaseDelays> = many(0, "Quito", 5).chain(many(20, "Guayaquil", 60).take(9)).collect();
    let compared = |cases| report(asked(Some(Grouping::Court)), cases, Vec::new(), Vec::new());
    let whole = compared(cases);
    assert_eq!(
        whole.groups.iter().map(|group| (group.label.as_str(), group.cases.len())).collect::<Vec<_>>(),
        [("", 20), ("Guayaquil", 10), ("Quito", 10)]
    );
    let outcome = whole.comparisons.iter().find(|one| one.measure == Measure::OralToWritten).expect("compared");
    let Compared::Tested { p, freedom: 1, .. } = outcome.outcome else { panic!("{outcome:?}") };
    assert!(p < 1e-4, "{p}");
    let outcome = compared(few).comparisons.into_iter().find(|one| one.measure == Measure::OralToWritten).expect("refused");
    assert_eq!(outcome.outcome, Compared::TooFew { events: 9 });
    // Tags overlap, and what shares cases is not compared.
    assert_eq!(report(asked(Some(Grouping::Tag)), vec![ruled(1, "Quito", 5, true)], Vec::new(), Vec::new()).comparisons, []);
}

#[test]
fn a_hearing_of_linked_cases_is_counted_with_one_of_them_and_drawn_with_both() {
    let set = (SET, "Se convoca a la audiencia de juicio para el 10 de marzo de 2026, a las 09h00.");
    let off = ("RAZON (RAZON)", "Siento por tal que la audiencia de juicio señalada para el 10 de marzo de 2026 fue declarada fallida.");
    let entries = [(date(2026, 3, 2), set), (date(2026, 3, 10), off)];
    let [one, two] = [1, 2].map(|number| CaseDelays { matter: 1, ..studied(number, "Quito", &entries) });
    assert_eq!((one.settings.len(), one.not_held()), (1, 1), "{:?}", one.settings);
    let two = CaseDelays { counted_before: vec![0], ..two };
    let report = report(asked(None), vec![two, one], Vec::new(), Vec::new());
    assert_eq!(report.settings.iter().find(|(outcome, _)| *outcome == Outcome::Failed), Some(&(Outcome::Failed, 1)));
    assert_eq!(report.cases.iter().map(|case| case.settings.len()).collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn the_same_cases_in_another_order_give_the_same_bytes_in_every_form() {
    let cases: Vec<CaseDelays> = (0..12_usize)
        .map(|nth| ruled(nth, ["Quito", "Guayaquil"][nth % 2], 4 * i64::try_from(nth).unwrap_or(0) + 3, nth % 3 != 0))
        .collect();
    let say = |_: &crate::domain::clocks::Clock, _: &TimeZone| crate::domain::redact::Words { es: "Corre.".into(), en: "It runs.".into() };
    let forms = |cases: Vec<CaseDelays>| {
        let report = report(asked(Some(Grouping::Court)), cases, Vec::new(), Vec::new());
        let mut forms = vec![to_json(&report, &say).to_string()];
        forms.extend(Table::ALL.map(|(_, table)| to_csv(&report, table).expect("CSV")));
        forms
    };
    let turned = cases.iter().rev().cloned().collect();
    let (forms, turned) = (forms(cases), forms(turned));
    assert_eq!(forms, turned);
    for (form, (name, _)) in forms[1..].iter().zip(Table::ALL) {
        let mut reader = csv::Reader::from_reader(form.as_bytes());
        let rows = reader.records().collect::<Result<Vec<_>, _>>().expect(name);
        assert!(!rows.is_empty() || name == "hearings", "{name}");
    }
}
