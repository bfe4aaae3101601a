//! What is told after a clock that stood ahead for a while was put right, and past a count that does not read back.

use super::*;
use crate::recipe::Refusal;

/// A watch that began while the clock stood a year ahead; now it is right.
fn begun_ahead() -> (Watched, Model) {
    let (mut watched, model) = (Watched::new(""), model());
    let right = watched.now;
    watched.wait(24 * 365);
    assert_eq!(watched.told(&model), [""; 0]);
    watched.now = right;
    (watched, model)
}

#[test]
fn what_appears_after_it_is_told_as_what_it_is_and_nothing_as_if_it_were_old() {
    let (mut watched, mut model) = begun_ahead();
    for code in 20..24 {
        model.publish(code, "2026-11-20", "SENTENCIA (RESOLUCION)", &format!("Se declara {code}."));
    }
    assert_eq!(watched.told(&model), ["ruling.issued"; 4]);
    watched.wait(24 * 10);
    model.publish(30, "2026-11-30", "PROVIDENCIA GENERAL (DECRETO)", "Agréguese.");
    assert_eq!(watched.told(&model), ["order.issued"]);
}

#[test]
fn what_was_missed_first_under_it_is_told_when_it_has_lasted_as_long_as_it_must() {
    let (mut watched, mut model) = begun_ahead();
    let right = watched.now;
    watched.wait(24 * 365);
    model.first().remove(3);
    assert_eq!(watched.told(&model), [""; 0]);
    watched.now = right;
    let told: Vec<_> = (0..72).map(|_| watched.told(&model)).collect();
    let first = told.iter().position(|told| !told.is_empty()).expect("it is told within three days");
    assert_eq!((told[first].as_slice(), told.concat().len()), (["record.removed"].as_slice(), 1));
    assert!(first >= 2, "one visit under a wrong clock is no proof");
}

#[test]
fn a_case_that_vanished_first_under_it_is_told_when_that_has_lasted() {
    let (mut watched, model) = begun_ahead();
    let right = watched.now;
    let absent = |watched: &mut Watched| {
        watched.wait(1);
        let visited = watched.job().refused(&Refusal::NotFound).expect("the store works");
        watched.row = visited.row;
        visited.events.iter().map(|event| event.kind.name()).collect::<Vec<_>>()
    };
    watched.wait(24 * 365);
    assert_eq!(absent(&mut watched), [""; 0]);
    watched.now = right;
    let told: Vec<_> = (0..24 * 8).flat_map(|_| absent(&mut watched)).collect();
    assert_eq!(told, ["case.vanished"]);
    assert_eq!(watched.told(&model), ["case.returned"]);
}

#[test]
fn a_count_that_does_not_read_back_is_counted_anew_and_ends_no_watch() {
    let (mut watched, mut model) = Watched::begun("");
    model.first().remove(3);
    assert_eq!(watched.told(&model), [""; 0]);
    watched.store.spoil_missing(watched.cid);
    model.publish(20, "2026-11-20", "SENTENCIA (RESOLUCION)", "Se declara.");
    assert_eq!(watched.told(&model), ["ruling.issued"]);
    let told: Vec<_> = (0..72).flat_map(|_| watched.told(&model)).collect();
    assert_eq!(told, ["record.removed"]);
    assert_eq!(watched.store.fsck(false).expect("checks").problems, [""; 0], "the bad row was replaced");
}
