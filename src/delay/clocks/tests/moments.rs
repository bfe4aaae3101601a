//! When something may be told, and when nothing may be claimed.

use super::super::milestone::{newly_met, passed, reached};
use super::*;
use crate::domain::clocks::Claim;

fn oral() -> Case {
    case("PENAL COIP").entry("2024-11-25", ORAL.0, ORAL.1)
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

#[test]
fn a_breach_is_told_after_both_readings_and_on_the_days_that_the_rule_names() {
    let clocks = oral().of("EC-COIP-621", "2025-01-31");
    let told: Vec<String> = clocks[0].milestones.iter().map(|one| format!("{} {}", one.offset, one.at)).collect();
    // Midnight in Guayaquil is five o'clock. The second reading ends on 9 December.
    assert_eq!(
        told,
        [
            "0d 2024-12-10T05:00:00Z",
            "+5d 2024-12-14T05:00:00Z",
            "+15d 2024-12-24T05:00:00Z",
            "+30d 2025-01-08T05:00:00Z",
            "+60d 2025-02-07T05:00:00Z",
        ]
    );
    let between = passed(&clocks, at("2024-12-14T04:59:59Z"), at("2024-12-24T05:00:00Z"));
    assert_eq!(between.iter().map(|(_, one)| one.offset.as_str()).collect::<Vec<_>>(), ["+5d", "+15d"]);
    assert_eq!(reached(&clocks, at("2025-01-08T05:00:00Z")).len(), 4);
    assert_eq!(reached(&clocks, at("2024-12-10T04:59:59Z")).len(), 0);
}

#[test]
fn a_milestone_has_one_id_however_often_the_case_is_read() {
    let ids = |when: &str| oral().of("EC-COIP-621", when)[0].milestones.iter().map(|one| one.id).collect::<Vec<_>>();
    let later = oral().entry("2024-12-01", "PROVIDENCIA GENERAL (DECRETO)", "").of("EC-COIP-621", "2025-03-01");
    assert_eq!(ids("2024-11-26"), ids("2025-03-01"));
    assert_eq!(ids("2024-11-26"), later[0].milestones.iter().map(|one| one.id).collect::<Vec<_>>());
    let other = case("PENAL COIP").entry("2024-11-26", ORAL.0, ORAL.1).of("EC-COIP-621", "2025-03-01");
    assert_ne!(ids("2024-11-26")[0], other[0].milestones[0].id, "another start is another clock");
}

#[test]
fn what_nobody_read_cannot_be_claimed() {
    let read = |when: &str, read: Option<&str>| {
        let case = Case { read: Some(read.map(at)), ..oral() };
        case.only("EC-COIP-621", when)
    };
    // Read on the morning after both readings are over: it is told. Read the evening before: it is not.
    let seen = read("2024-12-10", Some("2024-12-10T05:00:00Z"));
    assert_eq!((seen.state, seen.claim, seen.is_alertable()), (State::Breach, Claim::Observed, true));
    let blind = read("2024-12-10", Some("2024-12-10T04:59:59Z"));
    assert_eq!((blind.state, blind.is_alertable()), (State::Breach, false));
    assert_eq!(blind.claim, Claim::Blind { since: Some(at("2024-12-10T04:59:59Z")) });
    assert!(reached(&[blind], at("2025-01-01T00:00:00Z")).is_empty());
    assert_eq!(read("2024-12-10", None).claim, Claim::Blind { since: None });
    assert_eq!(read("2024-12-01", Some("2024-11-26T00:00:00Z")).claim, Claim::Observed, "nothing is claimed yet");
}

#[test]
fn a_rule_of_low_confidence_is_reported_and_never_told() {
    let case = case("CIVIL").filed("2026-03-02");
    let clock = case.only("EC-COGEP-146", "2026-06-01");
    assert_eq!(clock.state, State::Breach);
    assert!(reached(&[clock], at("2026-06-02T00:00:00Z")).is_empty());
}

#[test]
fn what_was_open_and_is_met_is_told_once() {
    let before = oral().of("EC-COIP-621", "2025-02-17");
    let after = oral().entry("2025-02-18", WRITTEN.0, "").of("EC-COIP-621", "2025-02-18");
    assert_eq!(newly_met(&before, &after).len(), 1);
    assert!(newly_met(&after, &after).is_empty());
    assert!(after[0].milestones.is_empty() && after[0].message.is_none());
}

#[test]
fn the_sentence_of_a_rule_has_its_numbers() {
    let clock = oral().only("EC-COIP-621", "2025-01-31");
    let words = clock.message.expect("a sentence");
    assert_eq!(
        words.es,
        "Van 67 días desde la decisión oral; el plazo legal es de 10 (COIP art. 621). No se observa la sentencia escrita en el expediente."
    );
    assert!(words.en.starts_with("67 days since the oral decision"), "{}", words.en);
}

#[test]
fn courts_in_galapagos_have_their_own_midnight() {
    let islands = Case { zone: "Pacific/Galapagos", ..oral() };
    assert_eq!(islands.only("EC-COIP-621", "2025-01-31").milestones[0].at, at("2024-12-10T06:00:00Z"));
}
