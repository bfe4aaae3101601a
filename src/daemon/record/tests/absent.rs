//! What is told of a case that its source does not show, and of its return.

use super::*;
use crate::recipe::Refusal;

impl Watched {
    /// What a visit an hour later tells whose answer is no docket.
    fn refused(&mut self, refusal: &Refusal) -> Vec<&'static str> {
        self.wait(1);
        let visited = self.job().refused(refusal).expect("the store works");
        (self.row, self.settled) = (visited.row, visited.settled);
        visited.events.iter().map(|event| event.kind.name()).collect()
    }

    /// What so many such visits tell.
    fn refused_for(&mut self, visits: usize, refusal: &Refusal) -> Vec<&'static str> {
        (0..visits).flat_map(|_| self.refused(refusal)).collect()
    }
}

#[test]
fn an_unknown_case_is_told_when_it_lasts_and_once_and_so_is_its_return() {
    let (mut watched, model) = Watched::begun("");
    assert_eq!(watched.refused_for(48, &Refusal::NotFound), [""; 0], "two days are no proof");
    assert_eq!(watched.refused_for(60, &Refusal::NotFound), ["case.vanished"]);
    watched.restart();
    assert_eq!(watched.refused_for(60, &Refusal::NotFound), [""; 0]);
    assert_eq!(watched.told(&model), ["case.returned"]);
    assert_eq!(watched.told(&model), [""; 0]);
    // Another absence is another event, and what comes with the return is told beside it.
    assert_eq!(watched.refused_for(60, &Refusal::NotFound), ["case.vanished"]);
    let mut later = model;
    later.publish(20, "2026-11-21", "SENTENCIA (RESOLUCION)", "Se declara.");
    let told = watched.visit(&later);
    assert_eq!(told.events.iter().map(|event| event.kind.name()).collect::<Vec<_>>(), ["ruling.issued", "case.returned"]);
    let shown_by = |nth: usize| (told.events[nth].version, told.events[nth].page_sha256);
    assert_eq!((told.events[1].seq, shown_by(1)), (told.events[0].seq + 1, shown_by(0)));
}

#[test]
fn an_absence_that_was_not_told_ends_without_a_word() {
    let (mut watched, model) = Watched::begun("");
    assert_eq!(watched.refused_for(40, &Refusal::NotFound), [""; 0]);
    assert_eq!(watched.told(&model), [""; 0]);
    assert_eq!(watched.refused_for(40, &Refusal::NotFound), [""; 0], "the count began anew");
}

#[test]
fn reserved_is_told_as_such_and_unknown_after_it_too() {
    let (mut watched, model) = Watched::begun("");
    assert_eq!(watched.refused_for(24, &Refusal::Reserved), [""; 0], "a day, and three visits");
    assert_eq!(watched.refused_for(2, &Refusal::Reserved), ["case.reserved"]);
    let blocked = Refusal::Blocked("a wall".to_owned());
    assert_eq!(watched.refused_for(5, &blocked), [""; 0]);
    assert_eq!(watched.refused_for(40, &Refusal::Reserved), [""; 0], "it was told");
    assert_eq!(watched.refused_for(60, &Refusal::NotFound), ["case.vanished"]);
    assert_eq!(watched.told(&model), ["case.returned"]);
}

#[test]
fn one_answer_of_the_other_sort_confirms_nothing_and_forgets_nothing() {
    let (mut watched, model) = Watched::begun("");
    assert_eq!(watched.refused_for(40, &Refusal::NotFound), [""; 0]);
    assert_eq!(watched.refused_for(1, &Refusal::Reserved), [""; 0], "said once");
    assert_eq!(watched.refused_for(48, &Refusal::NotFound), [""; 0], "the count began anew");
    assert_eq!(watched.refused_for(12, &Refusal::NotFound), ["case.vanished"]);
    assert_eq!(watched.refused_for(1, &Refusal::Reserved), [""; 0]);
    assert_eq!(watched.refused_for(60, &Refusal::NotFound), [""; 0], "it was told");
    assert_eq!(watched.refused_for(1, &Refusal::Reserved), [""; 0]);
    assert_eq!(watched.told(&model), ["case.returned"]);
}

#[test]
fn half_an_answer_is_no_return() {
    let (mut watched, model) = Watched::begun("");
    assert_eq!(watched.refused_for(60, &Refusal::NotFound), ["case.vanished"]);
    let mut half = model.clone();
    half.acts[0].1.truncate(2);
    assert_eq!(watched.told(&half), [""; 0]);
    assert_eq!(watched.told(&model), ["case.returned"]);
}

#[test]
fn where_no_other_case_of_the_source_is_read_it_may_be_the_source_for_a_week() {
    let other = |number: &str| format!("\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"{number}\"\n");
    let begun = || {
        let mut watched = Watched::new(&format!("{}{}", other("17721-2024-00018"), other("17721-2024-00019")));
        assert_eq!(watched.told(&model()), [""; 0]);
        watched
    };
    let mut alone = begun();
    assert_eq!(alone.refused_for(7 * 24, &Refusal::NotFound), [""; 0], "nobody else was read either");
    assert_eq!(alone.refused_for(2, &Refusal::NotFound), ["case.vanished"], "and it lasts");
    // Two of three that vanish together, and the third is read.
    let mut watched = begun();
    let case = watched.config.cases[2].case.clone();
    let cid = watched.store.register(&[case]).expect("registered")[0];
    assert_eq!(watched.refused_for(50, &Refusal::NotFound), [""; 0]);
    let row = Row { last_ok: seconds(watched.now), ..Row::default() };
    watched.store.touch(&[(cid, row)]).expect("noted");
    assert_eq!(watched.refused_for(2, &Refusal::NotFound), ["case.vanished"]);
}
