//! Worked examples: days that were published, or that a calendar gives.

use super::*;
use crate::domain::clocks::{BY_DAY, BY_RULE, How, Part};

/// Metástasis: oral decision 25 November 2024, written sentence 18 February 2025 (El Comercio, 18 February 2025).
fn metastasis() -> Case {
    case("PENAL COIP").entry("2024-11-25", ORAL.0, ORAL.1).entry("2025-02-18", WRITTEN.0, WRITTEN.1)
}

#[test]
fn metastasis_took_85_days_and_was_75_late() {
    let clock = metastasis().only("EC-COIP-621", "2026-01-01");
    assert_eq!((clock.start, clock.stop), (day("2024-11-25"), day("2025-02-18")));
    assert_eq!((clock.due, clock.due_alt), (day("2024-12-05"), day("2024-12-09")));
    assert_eq!((clock.state, clock.elapsed, clock.late, clock.late_alt), (State::MetLate, Some(85), Some(75), Some(71)));
    // 59 by the law alone; a decree made 2 and 3 January 2025 days off.
    assert_eq!(clock.elapsed_business, Some(57));
    let by_rule = Case { calendar: metastasis().calendar.by_rule(), ..metastasis() };
    assert_eq!(by_rule.only("EC-COIP-621", "2026-01-01").elapsed_business, Some(59));
    let rests: Vec<_> = clock.rests.iter().map(|rest| (rest.part, rest.event.as_str(), rest.how, rest.entry.clone())).collect();
    assert_eq!(
        rests,
        [
            (Part::Start, "oral_decision", How::Text, Some(EntryKey("e0".into()))),
            (Part::Stop, "written_ruling", How::Title, Some(EntryKey("e1".into()))),
        ]
    );
}

#[test]
fn between_two_readings_of_the_law_a_breach_is_only_possible() {
    let case = metastasis();
    for (when, state, late) in [
        ("2024-11-24", State::NotStarted, None),
        ("2024-11-25", State::Running, None),
        ("2024-12-05", State::Running, None),
        ("2024-12-06", State::PossibleBreach, Some(1)),
        ("2024-12-09", State::PossibleBreach, Some(4)),
        ("2024-12-10", State::Breach, Some(5)),
        ("2025-02-17", State::Breach, Some(74)),
        ("2025-02-18", State::MetLate, Some(75)),
    ] {
        let clock = case.only("EC-COIP-621", when);
        assert_eq!((clock.state, clock.late), (state, late), "{when}");
        assert_eq!(clock.is_alertable(), state == State::Breach, "{when}");
    }
    // Late by one reading alone is in time.
    let soon = super::case("PENAL COIP").entry("2024-11-25", ORAL.0, ORAL.1).entry("2024-12-06", WRITTEN.0, "");
    let clock = soon.only("EC-COIP-621", "2025-01-10");
    assert_eq!((clock.state, clock.late, clock.late_alt), (State::Met, Some(1), Some(0)));
}

/// Sobornos: 7 April 2020 and ten days is 17 April 2020 (El Telégrafo, 27 April 2020). The suspension of that spring did not stop cases
/// with detained accused; of others nobody knows until when it lasted, and that is said.
#[test]
fn sobornos_was_due_on_17_april_2020() {
    let oral = case("PENAL COIP").entry("2020-04-07", ORAL.0, ORAL.1);
    let weekends = Case { calendar: (*Calendar::shipped("")).clone(), ..oral.clone() };
    assert_eq!(weekends.only("EC-COIP-621", "2020-04-08").due, day("2020-04-17"));
    assert_eq!(oral.clone().yes("detained").only("EC-COIP-621", "2020-04-08").due, day("2020-04-17"));
    let suspended = oral.only("EC-COIP-621", "2020-04-08");
    assert!(suspended.due > day("2020-05-08") && suspended.doubts.contains(&BY_RULE), "{suspended:#?}");
}

#[test]
fn detention_from_14_december_2023_lapses_after_a_year_and_the_oral_verdict_came_on_day_347() {
    let detained = || {
        case("PENAL COIP").yes("penalty_over_5y").yes("detained").accused("FICTICIO PRUEBA JUAN").pin("detention_effective", "2023-12-14")
    };
    let open = detained().only("EC-COIP-541-1Y", "2024-11-24");
    assert_eq!((open.due, open.due_alt, open.elapsed), (day("2024-12-14"), day("2024-12-14"), Some(346)));
    assert_eq!((open.state, open.pins.len()), (State::Warning, 1));
    assert_eq!(open.rests.first().map(|rest| rest.how), Some(How::Operator));
    let said = detained().entry("2024-11-25", ORAL.0, ORAL.1);
    let clock = said.only("EC-COIP-541-1Y", "2024-11-25");
    assert_eq!((clock.elapsed, clock.stop), (Some(347), day("2024-11-25")));
    // By the reading that takes the written sentence it still runs, and is over on the 15th.
    assert_eq!(said.only("EC-COIP-541-1Y", "2024-12-14").state, State::Warning);
    assert_eq!(said.only("EC-COIP-541-1Y", "2024-12-15").state, State::PossibleBreach);
    let written = said.entry("2025-02-18", WRITTEN.0, "");
    let clock = written.only("EC-COIP-541-1Y", "2025-03-01");
    assert_eq!((clock.state, clock.late, clock.late_alt), (State::Met, Some(0), Some(66)));
    let half = case("PENAL COIP").fact("penalty_over_5y", Fact::Flag(false)).yes("detained").pin("detention_effective", "2024-08-31");
    assert_eq!(half.only("EC-COIP-541-6M", "2024-09-10").due, day("2025-02-28"), "to the last day of a month without a 31st");
}

#[test]
fn cogep_93_counts_business_days_and_the_recess_of_the_region() {
    let sierra = case("CIVIL").entry("2026-04-28", ORAL.0, ORAL.1);
    let clock = sierra.only("EC-COGEP-93", "2026-05-14");
    assert_eq!((clock.due, clock.state), (day("2026-05-13"), State::Breach));
    assert!(!clock.is_alertable(), "a rule of low confidence never alerts");
    // 1 to 15 August is recess in the Sierra and not on the coast; 10 August 2026 is a Monday and a holiday.
    let august = |region: &str| {
        let case = Case { scope: Scope { region: Some(region.into()), ..Scope::default() }, ..case("CIVIL") };
        case.entry("2026-07-28", ORAL.0, ORAL.1).only("EC-COGEP-93", "2026-07-29").due
    };
    assert_eq!((august("sierra"), august("costa")), (day("2026-08-25"), day("2026-08-12")));
    // Criminal courts have no recess.
    let penal = case("PENAL COIP").entry("2026-07-28", ORAL.0, ORAL.1).only("EC-COIP-621", "2026-07-29");
    assert_eq!((penal.due, penal.due_alt), (day("2026-08-07"), day("2026-08-12")));
}

#[test]
fn a_habeas_corpus_is_counted_in_hours_where_both_have_one_and_by_the_day_where_not() {
    let corpus = || case("CONSTITUCIONAL").fact("action", Fact::Text("habeas_corpus".into()));
    let held = "Acta de la audiencia. Siendo las 12h00 se da por concluida la presente audiencia.";
    // Only the day is known.
    let filed = corpus().filed("2026-03-02");
    let clock = filed.only("EC-CRE-89-HC-HEARING", "2026-03-03");
    assert_eq!((clock.due, clock.due_at, clock.state), (day("2026-03-03"), None, State::Running));
    assert!(clock.doubts.contains(&BY_DAY));
    assert_eq!(filed.only("EC-CRE-89-HC-HEARING", "2026-03-04").state, State::Breach);
    // The operator knows the hour.
    let mut pinned = corpus();
    pinned.pins.push(Pin { time: Some("10:00".parse().expect("a time")), ..pin("case_filed", "2026-03-02") });
    assert_eq!(pinned.only("EC-CRE-89-HC-HEARING", "2026-03-03T10:00").state, State::Running);
    let late = pinned.only("EC-CRE-89-HC-HEARING", "2026-03-03T10:01");
    assert_eq!((late.state, late.due_at.map(|at| at.to_string())), (State::Breach, Some("2026-03-03T15:00:00Z".to_owned())));
    let met = pinned.entry("2026-03-03T12:30", "ACTA DE AUDIENCIA (ACTA)", held);
    assert_eq!(
        met.only("EC-CRE-89-HC-HEARING", "2026-03-10").state,
        State::Met,
        "the hour of the hearing is not known: by the day it was in time"
    );
    assert_eq!(met.only("EC-CRE-89-HC-DECISION", "2026-03-10").state, State::Breach);
}

#[test]
fn an_investigation_is_made_longer_and_never_beyond_its_cap() {
    let charged = || {
        case("PENAL COIP").fact("flagrancia", Fact::Flag(false)).entry(
            "2026-01-05",
            "ACTA GENERAL (ACTA)",
            "EXTRACTO DE AUDIENCIA. La Fiscalía formuló cargos contra los procesados por el delito de peculado.",
        )
    };
    let linked = ("VINCULACION A LA INSTRUCCION FISCAL (ACTA RESUMEN)", "");
    assert_eq!(charged().only("EC-COIP-592-ORD", "2026-01-10").due, day("2026-04-05"));
    let once = charged().entry("2026-03-10", linked.0, linked.1);
    let clock = once.only("EC-COIP-592-ORD", "2026-03-11");
    assert_eq!((clock.due, clock.extended), (day("2026-05-05"), 30));
    let twice = once.entry("2026-03-20", linked.0, linked.1);
    assert_eq!(twice.only("EC-COIP-592-ORD", "2026-03-21").due, day("2026-05-05"), "120 days are the most");
    let too_late = charged().entry("2026-04-06", linked.0, linked.1);
    assert_eq!(too_late.only("EC-COIP-592-ORD", "2026-04-07").state, State::Breach, "what is over is not made longer");
    let unknown = Case { facts: BTreeMap::new(), ..charged() };
    let clock = unknown.only("EC-COIP-592-ORD", "2026-01-10");
    assert_eq!((clock.state, clock.lacking), (State::NotApplicable, vec!["flagrancia".to_owned()]));
}

#[test]
fn an_evaluatoria_counts_from_the_first_call_over_all_its_days() {
    let called = case("PENAL COIP")
        .entry(
            "2026-03-02",
            "CONVOCATORIA AUDIENCIA DE EVALUACION Y PREPARATORIA DE JUICIO (DECRETO)",
            "Se convoca a la audiencia evaluatoria y preparatoria de juicio para el 10 de marzo de 2026, a las 09h00.",
        )
        .entry(
            "2026-03-09",
            "PROVIDENCIA GENERAL (DECRETO)",
            "Se difiere la audiencia evaluatoria y preparatoria de juicio; se señala para el 24 de marzo de 2026, a las 09h00.",
        );
    let clock = called.only("EC-COIP-602-HOLD", "2026-03-20");
    assert_eq!((clock.start, clock.due, clock.state), (day("2026-03-02"), day("2026-03-17"), State::PossibleBreach));
    let held = called.entry(
        "2026-03-25",
        "ACTA DE AUDIENCIA (ACTA)",
        "Se llevó a cabo la audiencia evaluatoria y preparatoria de juicio el 24 de marzo de 2026.",
    );
    let clock = held.only("EC-COIP-602-HOLD", "2026-04-20");
    assert_eq!((clock.state, clock.stop, clock.late, clock.late_alt), (State::MetLate, day("2026-03-24"), Some(7), Some(1)));
}

#[test]
fn each_petition_has_its_clock_and_the_first_act_of_the_court_answers_it() {
    let case = case("CIVIL")
        .entry("2026-04-06", "ESCRITO (FePresentacion)", "Escrito, FePresentacion")
        .entry("2026-04-20", "ATENDER PETICION (AUTO DE SUSTANCIACION)", "Atento el escrito, se dispone.")
        .entry("2026-04-21", "ESCRITO (FePresentacion)", "Escrito, FePresentacion");
    let clocks = case.of("EC-COGEP-76", "2026-04-28");
    let states: Vec<_> = clocks.iter().map(|clock| (clock.start, clock.due, clock.state, clock.late)).collect();
    assert_eq!(
        states,
        [(day("2026-04-06"), day("2026-04-09"), State::MetLate, Some(11)), (day("2026-04-21"), day("2026-04-24"), State::Breach, Some(4)),]
    );
}

#[test]
fn a_later_text_that_speaks_of_the_announced_decision_begins_no_new_time() {
    let later = "Se encuentra en elaboración la sentencia escrita de la decisión oral que anunció el Tribunal.";
    let case = || case("PENAL COIP").entry("2024-11-25", ORAL.0, ORAL.1);
    let spoken_of = case().entry("2024-12-20", "PROVIDENCIA GENERAL (DECRETO)", later).only("EC-COIP-621", "2025-01-10");
    assert_eq!((spoken_of.start, spoken_of.due), (day("2024-11-25"), day("2024-12-05")));
    let again = case().entry("2024-12-20", ORAL.0, ORAL.1).only("EC-COIP-621", "2025-01-10");
    assert_eq!(again.start, day("2024-11-25"), "no hearing took place since");
    let held = "Siento por tal que el día de hoy se llevó a cabo la audiencia de juicio.";
    let retried = case().entry("2024-12-19", "RAZON (RAZON)", held).entry("2024-12-20", ORAL.0, ORAL.1);
    assert_eq!(retried.only("EC-COIP-621", "2025-01-10").start, day("2024-12-20"));
}
