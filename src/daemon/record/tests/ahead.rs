//! What is told after a clock that stood ahead for a while was put right, or stood back for a visit or more, and past a count that does
//! not read back.

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

const EPOCH: Timestamp = Timestamp::UNIX_EPOCH;

fn fails(watched: &mut Watched) {
    let visited = watched.job().failed(Health::Unavailable("its certificate is not valid yet".into()), None).expect("the store works");
    watched.row = visited.row;
}

#[test]
fn a_clock_that_stands_back_for_a_failed_visit_moves_no_beginning() {
    let (mut watched, model) = Watched::begun("");
    let (right, before) = (watched.now, watched.store.head(watched.cid).expect("reads").expect("is there"));
    watched.now = EPOCH;
    fails(&mut watched);
    let head = watched.store.head(watched.cid).expect("reads").expect("is there");
    assert!(matches!(head.health, Health::Unavailable(_)));
    assert_eq!((head.watched_since, head.changed_at), (before.watched_since, before.changed_at));
    watched.now = right;
    assert_eq!(watched.told(&model), [""; 0]);
    // The rest of a half list still completes the beginning.
    let mut whole = model;
    for code in 30..36 {
        whole.publish(code, "2026-01-10", "RAZON (RAZON)", &format!("Antes {code}."));
    }
    assert_eq!(watched.told(&whole), [""; 0]);
}

#[test]
fn nor_does_it_make_a_first_docket_news() {
    let (mut watched, model) = (Watched::new(""), model());
    let mut empty = model.clone();
    empty.acts.iter_mut().for_each(|(_, acts)| acts.clear());
    assert_eq!(watched.told(&empty), [""; 0]);
    assert!(watched.store.head(watched.cid).expect("reads").is_some_and(|head| head.vanished.is_some()), "the empty answer counts");
    let right = watched.now;
    watched.now = EPOCH;
    fails(&mut watched);
    watched.now = right;
    assert_eq!(watched.told(&model), [""; 0]);
}

#[test]
fn a_new_version_under_it_moves_none_either() {
    let (mut watched, mut model) = Watched::begun("");
    let (right, before) = (watched.now, watched.store.head(watched.cid).expect("reads").expect("is there"));
    watched.now = right - 48.hours();
    model.publish(20, "2026-11-20", "SENTENCIA (RESOLUCION)", "Se declara.");
    assert_eq!(watched.told(&model), ["ruling.issued"]);
    assert_eq!(watched.store.head(watched.cid).expect("reads").expect("is there").watched_since, before.watched_since);
}

/// Hours after the first visit that misses an entry until that is told, when the visits with these numbers come two days back.
/// The first under the right clock fails.
fn told_after(back: std::ops::Range<i64>, miss: impl Fn(&mut Watched) -> Vec<&'static str>) -> i64 {
    let (mut watched, _) = Watched::begun("");
    let began = watched.now;
    for hour in 0..24 * 4 {
        watched.now = began + hour.hours() - if back.contains(&hour) { 48.hours() } else { 0.hours() };
        if hour == back.end {
            fails(&mut watched);
        } else if !miss(&mut watched).is_empty() {
            return hour;
        }
        // The next one comes when it is due.
        watched.row.next_due = crate::daemon::agenda::seconds(watched.now + 1.hours());
    }
    panic!("it was not told");
}

#[test]
fn an_entry_is_not_confirmed_missing_by_hours_that_the_clock_jumped() {
    let miss = |watched: &mut Watched| {
        let mut less = model();
        less.first().remove(3);
        watched.told(&less)
    };
    let right = told_after(-1..-1, miss);
    assert_eq!(right, 24);
    for back in [1..2, 1..3, 1..6, 3..5, 20..22] {
        let told = told_after(back.clone(), miss);
        assert!(told >= right, "visits {back:?} under a clock that stood back: told after {told} hours");
    }
}

#[test]
fn nor_is_a_case_that_vanished() {
    let miss = |watched: &mut Watched| {
        let visited = watched.job().refused(&Refusal::Reserved).expect("the store works");
        watched.row = visited.row;
        visited.events.iter().map(|event| event.kind.name()).collect::<Vec<_>>()
    };
    let right = told_after(-1..-1, miss);
    assert_eq!(right, 24);
    for back in [1..2, 1..3, 1..6, 20..22] {
        let told = told_after(back.clone(), miss);
        assert!(told >= right, "visits {back:?} under a clock that stood back: told after {told} hours");
    }
}
