//! Two dockets that disagree, and two that must not be said to: detector F-25 of `domain.md`, of which a single docket shows nothing.

use jiff::Timestamp;
use jiff::civil::date;

use super::*;
use crate::domain::docket::{Entry, Heading};
use crate::meaning::vectors::entry;

const SET: &str = "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)";

/// A docket of acts `(day of March 2026, title, text)`, oldest first, at a court and before a judge where they are named.
fn docket(acts: &[(i8, &str, &str)], court: &str, judge: &str) -> Docket {
    let entries = acts.iter().enumerate().rev().map(|(nth, (day, title, text))| Entry {
        key: EntryKey(nth.to_string()),
        date: Some(date(2026, 3, *day)),
        ..entry(title, text)
    });
    let mut heading = Heading { court: Some(court.to_owned()).filter(|court| !court.is_empty()), ..Heading::default() };
    heading.extra.extend((!judge.is_empty()).then(|| ("judge".to_owned(), judge.to_owned())));
    Docket { heading, entries: entries.collect(), ..Docket::default() }
}

/// What is told on Monday 9 March 2026 of e-SATJE and a linked case at `source`, in zones of their own.
fn told_at(here: &Docket, there: &Docket, source: &str, zone: &str) -> Vec<Event> {
    let meaning = Meaning::shipped("ec", "es");
    let quito = TimeZone::get("America/Guayaquil").expect("bundled");
    let case = CaseRef { source: "ec-esatje".into(), number: "17721202600001".into() };
    let calendar = Calendar {
        case: &case,
        zone: quito.clone(),
        docket: here,
        version: 3,
        page_sha256: [1; 32],
        watched_since: "2026-03-01T12:00:00Z".parse().expect("an instant"),
        remind: &[],
        silent_after: None,
        read_at: "2026-03-09T15:00:00Z".parse().expect("an instant"),
        twins: &[],
    };
    let today = date(2026, 3, 9);
    let settings = meaning.placed(here, &quito, today);
    let theirs = meaning.placed(there, &TimeZone::get(zone).expect("bundled"), today);
    let other = CaseRef { source: source.into(), number: "170101826030001".into() };
    let other = Other { case: &other, label: "ec-other 170101826030001", docket: there, settings: &theirs };
    meaning.disagreements(&calendar, &settings, &other, today)
}

fn told(here: &[(i8, &str, &str)], there: &[(i8, &str, &str)]) -> Vec<String> {
    lines(&told_at(&docket(here, "", ""), &docket(there, "", ""), "ec-other", "America/Guayaquil"))
}

fn lines(events: &[Event]) -> Vec<String> {
    let line = |event: &Event| {
        let told = Disagreement::of(event).expect("a disagreement");
        format!("{}: {} | {}", told.point.name(), told.here, told.there)
    };
    events.iter().map(line).collect()
}

const ON_20: (i8, &str, &str) = (2, SET, "Se convoca a la audiencia de juicio para el 20 de marzo de 2026, a las 09h00.");
const ON_20_LATER: (i8, &str, &str) = (3, SET, "Se convoca a la audiencia de juicio para el 20 de marzo de 2026, a las 11h00.");
const ON_24: (i8, &str, &str) = (3, SET, "Se convoca a la audiencia de juicio para el 24 de marzo de 2026, a las 09h00.");
const SOME_TIME_ON_20: (i8, &str, &str) = (3, SET, "Se convoca a la audiencia de juicio para el 20 de marzo de 2026.");
const MOVED_TO_24: (i8, &str, &str) =
    (5, "PROVIDENCIA GENERAL (DECRETO)", "Se reprograma la audiencia de juicio para el 24 de marzo de 2026, a las 09h00.");
const REVOKED: (i8, &str, &str) =
    (5, "PROVIDENCIA GENERAL (DECRETO)", "Se deja sin efecto la audiencia de juicio convocada para el 20 de marzo de 2026.");
const ON_5: (i8, &str, &str) = (2, SET, "Se convoca a la audiencia de juicio para el 5 de marzo de 2026, a las 09h00.");
const HELD: (i8, &str, &str) = (6, "RAZON (RAZON)", "Siento razón que se llevó a cabo la audiencia de juicio el 5 de marzo de 2026.");
const FAILED: (i8, &str, &str) =
    (6, "RAZON (RAZON)", "Siento razón que no se instaló la audiencia de juicio convocada para el 5 de marzo de 2026.");

#[test]
fn another_day_hour_or_outcome_is_a_disagreement() {
    for (here, there, expected) in [
        (vec![ON_20], vec![ON_24], "day: 2026-03-20 09:00 | 2026-03-24 09:00"),
        (vec![ON_20], vec![ON_20_LATER], "day: 2026-03-20 09:00 | 2026-03-20 11:00"),
        // One source has moved it and the other has not.
        (vec![ON_20], vec![ON_20, MOVED_TO_24], "day: 2026-03-20 09:00 | 2026-03-24 09:00"),
        (vec![ON_20, REVOKED], vec![ON_20], "outcome: revoked | pending"),
        (vec![ON_5, HELD], vec![ON_5, FAILED], "outcome: held | not_installed"),
    ] {
        assert_eq!(told(&here, &there), [expected], "{here:?} {there:?}");
    }
}

#[test]
fn what_one_leaves_out_or_has_not_got_is_none() {
    for (here, there) in [
        (vec![ON_20], vec![ON_20]),
        // A day without an hour agrees with any.
        (vec![ON_20], vec![SOME_TIME_ON_20]),
        // Nothing, or not yet.
        (vec![ON_20], vec![]),
        (vec![ON_5, HELD], vec![ON_5]),
        // Another kind of hearing, and more sessions than the other names.
        (
            vec![ON_20],
            vec![(3, "PROVIDENCIA GENERAL (DECRETO)", "Se convoca a la audiencia preliminar para el 24 de marzo de 2026, a las 09h00.")],
        ),
        (
            vec![(2, SET, "Se convoca a la audiencia de juicio para los días 20, 23 y 24 de marzo de 2026, a las 09h00.")],
            vec![(3, SET, "Se convoca a la audiencia de juicio para el 26 de marzo de 2026, a las 09h00.")],
        ),
        // A doubtful day: 20 March 2026 is a Friday.
        (vec![(2, SET, "Se convoca a la audiencia de juicio para el martes 20 de marzo de 2026, a las 09h00.")], vec![ON_24]),
    ] {
        assert_eq!(told(&here, &there), [] as [&str; 0], "{here:?} {there:?}");
    }
    // One instant in two zones.
    let (here, there) = (
        docket(&[ON_20], "", ""),
        docket(&[(3, SET, "Se convoca a la audiencia de juicio para el 20 de marzo de 2026, a las 08h00.")], "", ""),
    );
    assert_eq!(lines(&told_at(&here, &there, "ec-other", "Pacific/Galapagos")), [] as [&str; 0]);
}

#[test]
fn two_files_of_one_source_at_two_courts_have_hearings_of_their_own() {
    let of = |source: &str, court: &str| {
        told_at(&docket(&[ON_20], "UNIDAD FICTICIA UNO", ""), &docket(&[ON_24], court, ""), source, "America/Guayaquil").len()
    };
    assert_eq!(of("ec-esatje", "Unidad Ficticia Dos"), 0);
    assert_eq!(of("ec-esatje", "Unidad Ficticia Uno"), 1);
    assert_eq!(of("ec-other", "FISCALÍA FICTICIA"), 1);
}

#[test]
fn another_judge_of_the_same_court_is_told_and_another_spelling_is_not() {
    let of = |court: &str, judge: &str| {
        lines(&told_at(
            &docket(&[], "UNIDAD PENAL FICTICIA", "DRA. JUEZA FICTICIA UNO"),
            &docket(&[], court, judge),
            "ec-other",
            "America/Guayaquil",
        ))
    };
    assert_eq!(of("Unidad Penal Ficticia de Quito", "Persona Inventada Dos"), ["judge: DRA. JUEZA FICTICIA UNO | Persona Inventada Dos"]);
    for (court, judge) in
        [("Unidad Penal Ficticia", "Ficticia Uno, Jueza"), ("Sala Inventada", "Persona Inventada Dos"), ("Unidad Penal Ficticia", "")]
    {
        assert_eq!(of(court, judge), [] as [&str; 0], "{court} {judge}");
    }
}

#[test]
fn both_entries_are_quoted_and_the_same_words_are_told_once() {
    let told =
        |there: (i8, &str, &str)| told_at(&docket(&[ON_20], "", ""), &docket(&[there], "", ""), "ec-other", "America/Guayaquil").remove(0);
    let event = told(ON_24);
    let shown = event.entry.as_ref().expect("an entry");
    assert!(
        shown.excerpt.contains("20 de marzo") && shown.after.as_deref().is_some_and(|quoted| quoted.contains("24 de marzo")),
        "{shown:?}"
    );
    assert_eq!(event.hearing.as_ref().and_then(|hearing| hearing.mention.date), Some(date(2026, 3, 20)));
    // Said in another entry, it is the same disagreement; another day is another.
    assert_eq!(told((4, SET, ON_24.2)).id, event.id);
    assert_ne!(told(ON_20_LATER).id, event.id);
}

#[test]
fn working_days_are_counted_back_at_the_time_of_day() {
    let monday: Timestamp = "2026-03-09T15:00:00Z".parse().expect("an instant");
    let zone = TimeZone::get("America/Guayaquil").expect("bundled");
    assert_eq!(Meaning::default().settled_before(monday, 2, &zone), "2026-03-05T15:00:00Z".parse().expect("an instant"));
    assert_eq!(Meaning::default().settled_before(monday, 0, &zone), monday);
}
