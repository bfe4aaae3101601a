//! Persons, pins, and starts that nobody knows.

use super::*;
use crate::domain::clocks::WHOM;

fn two() -> Case {
    case("PENAL COIP")
        .yes("penalty_over_5y")
        .yes("detained")
        .accused("PERSONA FICTICIA UNO")
        .accused("OTRA PERSONA DOS")
        .pin("detention_effective", "2024-02-01")
}

#[test]
fn what_suspends_one_persons_limit_does_not_suspend_anothers() {
    let text = "En aplicación del artículo 541 numeral 6 del COIP se suspende el plazo de caducidad de la prisión preventiva de Persona Ficticia Uno.";
    let case = two().entry("2025-01-10", "AUTO GENERAL (AUTO)", text);
    let clocks = case.of("EC-COIP-541-1Y", "2025-02-10");
    let states: Vec<_> = clocks.iter().map(|clock| (person(clock), clock.state, clock.due)).collect();
    assert_eq!(states, [("PERSONA FICTICIA UNO", State::Suspended, None), ("OTRA PERSONA DOS", State::Breach, day("2025-02-01"))]);
    let lifted = "Se levanta la suspensión del plazo de caducidad de la prisión preventiva de Persona Ficticia Uno.";
    let case = case.entry("2025-01-30", "AUTO GENERAL (AUTO)", lifted);
    let clock = &case.of("EC-COIP-541-1Y", "2025-02-10")[0];
    // The twenty days between do not count.
    assert_eq!((clock.due, clock.suspended_days, clock.elapsed), (day("2025-02-21"), 20, Some(375)));
    assert_eq!(clock.state, State::Warning);
}

#[test]
fn a_suspension_that_names_nobody_suspends_nobody_and_nothing_is_told() {
    let text = "Se suspende el plazo de caducidad de la prisión preventiva.";
    let case = two().entry("2025-01-10", "AUTO GENERAL (AUTO)", text);
    for clock in case.of("EC-COIP-541-1Y", "2025-02-10") {
        assert_eq!((clock.state, clock.doubts.contains(&WHOM), clock.is_alertable()), (State::Breach, true, false));
    }
}

#[test]
fn a_recusal_stands_still_for_everybody_until_it_is_decided() {
    let case = two().entry("2025-01-10", "RECUSACION (AUTO)", "").entry("2025-01-20", "RECHAZAR RECUSACION (RESOLUCION)", "");
    for clock in case.of("EC-COIP-541-1Y", "2025-01-21") {
        assert_eq!(
            (clock.due, clock.suspensions.clone()),
            (day("2025-02-11"), vec![("2025-01-10".parse().expect("a day"), day("2025-01-20"))])
        );
    }
    assert!(case.of("EC-COIP-541-1Y", "2025-01-15").iter().all(|clock| clock.state == State::Suspended));
}

#[test]
fn a_start_that_no_entry_shows_is_never_assumed() {
    let ordered = case("PENAL COIP").yes("penalty_over_5y").yes("detained").entry(
        "2024-02-01",
        "PRISION PREVENTIVA (AUTO)",
        "Se dicta la prisión preventiva; gírese la boleta.",
    );
    let clock = ordered.only("EC-COIP-541-1Y", "2026-01-01");
    assert_eq!((clock.state, clock.start, clock.due), (State::UnknownStart, None, None));
    let written = case("PENAL COIP").entry("2025-02-18", WRITTEN.0, "");
    assert_eq!(written.only("EC-COIP-621", "2025-03-01").state, State::UnknownStart, "what ends it is there, and what begins it is not");
    assert_eq!(case("PENAL COIP").only("EC-COIP-621", "2025-03-01").state, State::NotStarted);
}

#[test]
fn the_operator_adds_and_removes_events_and_is_shown_with_his_note() {
    let case = case("PENAL COIP").entry("2024-11-25", ORAL.0, ORAL.1).pin("written_ruling", "2025-02-18");
    let clock = case.only("EC-COIP-621", "2025-03-01");
    assert_eq!((clock.state, clock.late), (State::MetLate, Some(75)));
    assert_eq!(clock.pins[0].note, "Visto por la mesa judicial");
    let mut removed = Case { pins: Vec::new(), ..case };
    removed.pins.push(Pin { remove: true, ..pin("oral_decision", "2024-11-25") });
    let clock = removed.only("EC-COIP-621", "2025-03-01");
    assert_eq!((clock.state, clock.pins.len()), (State::NotStarted, 1));
}

#[test]
fn one_person_s_release_is_not_another_s() {
    let mut case = two();
    case.pins.push(Pin { person: Some("Ficticia Persona Uno".into()), ..pin("release", "2024-09-01") });
    let states: Vec<_> = case.of("EC-COIP-541-1Y", "2025-03-01").iter().map(|clock| clock.state).collect();
    assert_eq!(states, [State::Met, State::Breach]);
    // Whoever the docket does not name is a person of the case too.
    let mut case = super::case("PENAL COIP").yes("penalty_over_5y").yes("detained");
    case.pins.push(Pin { person: Some("Persona Ficticia Tres".into()), ..pin("detention_effective", "2024-02-01") });
    let clock = case.only("EC-COIP-541-1Y", "2024-03-01");
    assert_eq!((person(&clock), clock.state), ("Persona Ficticia Tres", State::Running));
}

#[test]
fn a_second_sentence_is_a_second_clock() {
    let case = case("PENAL COIP")
        .entry("2025-03-03", ORAL.0, ORAL.1)
        .entry("2025-03-10", WRITTEN.0, "")
        .entry("2025-09-01", ORAL.0, ORAL.1)
        .entry("2025-10-01", "ACEPTAR RECURSO DE APELACION (RESOLUCION)", "");
    let states: Vec<_> = case.of("EC-COIP-621", "2026-01-01").iter().map(|clock| (clock.start, clock.state, clock.late)).collect();
    assert_eq!(states, [(day("2025-03-03"), State::Met, Some(0)), (day("2025-09-01"), State::MetLate, Some(20))]);
}
