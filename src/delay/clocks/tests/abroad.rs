//! Clocks of Colombia, Peru and Brazil.

use super::*;

fn of(jurisdiction: &'static str, language: &'static str, zone: &'static str) -> Case {
    let mut case = case("");
    case.docket.heading.extra.clear();
    Case {
        rules: Rules::shipped(jurisdiction),
        calendar: (*Calendar::shipped(jurisdiction)).clone(),
        jurisdiction,
        language,
        zone,
        scope: Scope::default(),
        ..case
    }
}

#[test]
fn a_colombian_accusation_is_due_ninety_days_after_the_imputation() {
    let mut case = of("co", "es", "America/Bogota");
    case.docket.heading.court = Some("JUZGADO 012 PENAL DEL CIRCUITO DE BOGOTÁ".into());
    let case = case
        .fact("complex", Fact::Flag(false))
        .entry("2026-01-13", "Acta audiencia", "Se llevó a cabo la audiencia de formulación de imputación el 13 de enero de 2026.")
        .entry("2026-05-04", "Radicación escrito de acusación", "");
    let clock = case.only("CO-906-175-ACUSACION", "2026-06-01");
    assert_eq!((clock.start, clock.due, clock.stop), (day("2026-01-13"), day("2026-04-13"), day("2026-05-04")));
    assert_eq!((clock.late, clock.late_alt, clock.state), (Some(21), Some(0), State::Met), "in time by the reading in business days");
    let complex = case.fact("complex", Fact::Flag(true));
    assert_eq!(complex.only("CO-906-175-ACUSACION-120", "2026-06-01").due, day("2026-05-13"));
    assert_eq!(complex.only("CO-906-175-ACUSACION", "2026-06-01").state, State::NotApplicable);
}

#[test]
fn a_peruvian_investigation_is_counted_from_date_to_date() {
    let mut case = of("pe", "es", "America/Lima");
    case.docket.heading.court = Some("2° JUZGADO DE INVESTIGACIÓN PREPARATORIA NACIONAL".into());
    let case =
        case.fact("complex", Fact::Flag(true)).entry("2025-06-30", "DISPOSICION DE FORMALIZACION DE LA INVESTIGACION PREPARATORIA", "");
    assert_eq!(case.only("PE-NCPP-342-COMPLEJA", "2025-07-01").due, day("2026-02-28"));
    let longer = case.entry("2026-02-20", "PRORROGA DE LA INVESTIGACION PREPARATORIA", "");
    let clock = longer.only("PE-NCPP-342-COMPLEJA", "2026-03-01");
    assert_eq!((clock.due, clock.extended, clock.state), (day("2026-10-30"), 8, State::Running));
}

#[test]
fn a_brazilian_detention_is_reviewed_every_ninety_days() {
    let mut case = of("br", "pt", "America/Sao_Paulo");
    case.docket.heading.court = Some("2ª Vara Criminal".into());
    let case = case.yes("detained").entry("2026-03-02", "Decretada a Prisão Preventiva", "").entry(
        "2026-06-08",
        "Mantida a prisão preventiva",
        "",
    );
    let clocks = case.of("BR-CPP-316", "2026-09-11");
    let states: Vec<_> = clocks.iter().map(|clock| (clock.start, clock.due, clock.stop, clock.state, clock.late)).collect();
    assert_eq!(
        states,
        [
            // 31 May is a Sunday.
            (day("2026-03-02"), day("2026-06-01"), day("2026-06-08"), State::MetLate, Some(7)),
            // 6 September is a Sunday, 7 September a holiday.
            (day("2026-06-08"), day("2026-09-08"), None, State::Breach, Some(3)),
        ]
    );
    assert!(clocks[1].is_alertable());
}
