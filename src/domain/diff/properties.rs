//! What holds of any two dockets, and of any history of a record: nothing is lost, nothing invented, nothing told twice.
//!
//! The dockets here are made as recipes make them: few keys for many rows, so that rows collide and are numbered by their content; rows
//! without a date, without a text, without either; parties and fields that come and go.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{date, time};
use proptest::prelude::*;

use super::tests::{CONFIRM, at};
use super::*;
use crate::domain::docket::Heading;

/// One row of a source: its key before it is told apart from others, day, hour, title, text.
type Row = (u8, Option<i8>, bool, u8, u8);

/// What a source shows.
#[derive(Debug, Clone)]
struct Shown {
    rows: Vec<Row>,
    parties: BTreeSet<u8>,
    fields: BTreeMap<u8, u8>,
}

const NAMES: [&str; 4] = ["ALBARRACÍN QUINDE MARÍA", "ESTADO ECUATORIANO", "ZÚÑIGA PONCE JOSÉ", "FUNDACIÓN KAWSAY"];

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let row = (0u8..12, proptest::option::of(1i8..5), any::<bool>(), 0u8..3, 0u8..4);
    proptest::collection::vec(row, 0..16)
}

fn shown() -> impl Strategy<Value = Shown> {
    let parties = proptest::collection::btree_set(0u8..4, 0..4);
    let fields = proptest::collection::btree_map(0u8..4, 0u8..3, 0..4);
    (rows(), parties, fields).prop_map(|(rows, parties, fields)| Shown { rows, parties, fields })
}

/// The docket that a recipe makes of it: rows that are the same to the word are one, others of one key are numbered by their content.
fn docket_of(shown: &Shown) -> Docket {
    let rows: BTreeSet<Row> = shown.rows.iter().copied().collect();
    let mut taken: BTreeMap<u8, u32> = BTreeMap::new();
    let entries = rows.into_iter().rev().map(|(key, day, timed, title, text)| {
        let number = taken.entry(key).and_modify(|number| *number += 1).or_insert(1);
        let key = if *number == 1 { format!("k{key}") } else { format!("k{key}#{number}") };
        let title = ["AUTO", "RAZON", "ESCRITO"][usize::from(title)].to_owned();
        let text = ["", "Agréguese.", "Se convoca a audiencia.", "Notifíquese."][usize::from(text)];
        Entry {
            date: day.map(|day| date(2026, 3, day)),
            time: day.filter(|_| timed).map(|day| time(day, 30, 0, 0)),
            title,
            ..super::tests::entry(&key, text)
        }
    });
    let entries: Vec<Entry> = entries.collect();
    let field = |n: u8| shown.fields.get(&n).map(|value| format!("valor {value}"));
    let heading = Heading { title: field(0), court: field(1), status: field(2), ..Heading::default() };
    let parties = shown.parties.iter().map(|n| Party { role: "PROCESADO".into(), name: NAMES[usize::from(*n)].into() }).collect();
    Docket { heading, entries, parties, ..Docket::default() }
}

fn shuffled(docket: &Docket, seed: u64) -> Docket {
    let mut docket = docket.clone();
    let mut state = seed | 1;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).expect("small") % below
    };
    for n in (1..docket.entries.len()).rev() {
        let other = random(n + 1);
        docket.entries.swap(n, other);
    }
    for n in (1..docket.parties.len()).rev() {
        let other = random(n + 1);
        docket.parties.swap(n, other);
    }
    docket
}

/// An answer without its order: what is told, what is kept, what is missing.
fn unordered(answer: &Comparison) -> (Vec<String>, Vec<String>, String) {
    let sorted = |mut list: Vec<String>| {
        list.sort_unstable();
        list
    };
    let all = |changes: &[Change]| sorted(changes.iter().map(|change| format!("{change:?}")).collect());
    let kept = |docket: &Docket| sorted(docket.entries.iter().map(|entry| format!("{entry:?}")).collect());
    match answer {
        Comparison::Baseline => (Vec::new(), Vec::new(), "baseline".to_owned()),
        Comparison::Same { docket, missing } => (Vec::new(), kept(docket), format!("{missing:?}")),
        Comparison::Changed { changes, docket, missing } => (all(changes), kept(docket), format!("{missing:?}")),
        Comparison::Implausible { why, missing, news, docket } => (all(news), kept(docket), format!("{why} {missing:?}")),
    }
}

/// What a daemon holds of a case, and what its subscribers know: the keys that they were told of and not told to be gone.
struct Case {
    held: Docket,
    missing: MissingParts,
    known: BTreeSet<EntryKey>,
}

impl Case {
    fn new(first: Docket) -> Self {
        let known = first.entries.iter().map(|entry| entry.key.clone()).collect();
        Self { held: first, missing: MissingParts::new(), known }
    }

    /// A visit, kept as `daemon::record` keeps it, with what must hold of every visit.
    fn visit(&mut self, seen: &Docket, hour: i64) -> Vec<Change> {
        let before = self.held.clone();
        let (changes, docket, missing) = match compare(Some(&self.held), seen, &self.missing, CONFIRM, at(hour)) {
            Comparison::Same { missing, .. } => (Vec::new(), None, missing),
            Comparison::Changed { changes, docket, missing } => (changes, Some(docket), missing),
            Comparison::Implausible { missing, news, docket, .. } => {
                let docket = Some(docket).filter(|_| !news.is_empty());
                (news, docket, missing)
            }
            Comparison::Baseline => panic!("there was a docket"),
        };
        for change in &changes {
            match change {
                Change::EntryAdded(entry) => assert!(self.known.insert(entry.key.clone()), "told twice: {entry:?}"),
                Change::EntryGone { entry, .. } => assert!(self.known.remove(&entry.key), "gone, and nobody knew it: {entry:?}"),
                Change::EntryEdited { before: old, after } => {
                    assert!(self.known.contains(&after.key) && !same_content(old, after), "no edit: {old:?} {after:?}");
                    assert!(before.entries.contains(old), "it was not so before: {old:?}");
                }
                _ => {}
            }
        }
        (self.held, self.missing) = (docket.unwrap_or(before), missing);
        let held: BTreeSet<EntryKey> = self.held.entries.iter().map(|entry| entry.key.clone()).collect();
        assert_eq!(held.len(), self.held.entries.len(), "two entries have one key");
        assert_eq!(held, self.known, "what is held is not what was told");
        changes
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// A docket does not differ from itself, in whatever order it is shown.
    #[test]
    fn a_docket_does_not_differ_from_itself(shown in shown(), seed in any::<u64>(), sliding in any::<bool>()) {
        let docket = docket_of(&shown);
        let confirm = Confirm { sliding, ..CONFIRM };
        let same = compare(Some(&docket), &docket, &MissingParts::new(), confirm, at(0));
        prop_assert_eq!(same, Comparison::Same { docket: docket.clone(), missing: MissingParts::new() });
        let same = compare(Some(&docket), &shuffled(&docket, seed), &MissingParts::new(), CONFIRM, at(0));
        prop_assert!(matches!(&same, Comparison::Same { missing, .. } if missing.is_empty()), "{same:?}");
    }

    /// The order of an answer, and of what is held, says nothing.
    #[test]
    fn the_order_of_rows_says_nothing(a in shown(), b in shown(), seed in any::<u64>()) {
        let (a, b) = (docket_of(&a), docket_of(&b));
        let answer = |a: &Docket, b: &Docket| unordered(&compare(Some(a), b, &MissingParts::new(), CONFIRM, at(0)));
        prop_assert_eq!(answer(&a, &b), answer(&a, &shuffled(&b, seed)));
        prop_assert_eq!(answer(&a, &b), answer(&shuffled(&a, seed), &b));
    }

    /// Two held rows that are the same to the word, and a fresh one that is neither's: the keys say which it is, in whatever order they stand.
    #[test]
    fn a_row_that_may_be_either_of_two_is_the_same_one_in_every_order(seed in any::<u64>()) {
        let row = |key: u8| (key, Some(2i8), true, 1u8, 2u8);
        let shown = |rows: &[Row]| docket_of(&Shown { rows: rows.to_vec(), parties: BTreeSet::new(), fields: BTreeMap::new() });
        let (a, b) = (shown(&[row(0), row(2), (0, None, false, 0, 0), (1, None, false, 0, 0), (3, None, false, 0, 1)]), shown(&[row(4)]));
        let answer = |a: &Docket| unordered(&compare(Some(a), &b, &MissingParts::new(), CONFIRM, at(0)));
        prop_assert_eq!(answer(&a), answer(&shuffled(&a, seed)));
    }

    /// Each entry of an answer is held already or is told, and each that is held stays until its absence is told.
    #[test]
    fn no_entry_is_lost(a in shown(), b in shown()) {
        let (a, b) = (docket_of(&a), docket_of(&b));
        let (changes, kept) = match compare(Some(&a), &b, &MissingParts::new(), CONFIRM, at(0)) {
            Comparison::Changed { changes, docket, .. } => (changes, docket),
            Comparison::Same { docket, .. } => (Vec::new(), docket),
            Comparison::Implausible { news, docket, .. } if !news.is_empty() => (news, docket),
            // Nothing is believed, and nothing is given up either.
            _ => return Ok(()),
        };
        for entry in &a.entries {
            prop_assert!(kept.entries.iter().any(|left| left.key == entry.key), "{entry:?} is not held any more, and nobody was told");
        }
        for entry in &settled(&a, &b).entries {
            let held = a.entries.iter().find(|held| held.key == entry.key);
            let told = changes.iter().find_map(|change| match change {
                Change::EntryAdded(new) if new.key == entry.key => Some(new),
                Change::EntryEdited { after, .. } if after.key == entry.key => Some(&**after),
                _ => None,
            });
            match (held, told) {
                // What it lacks is waited for; all else of it is told.
                (_, Some(told)) => prop_assert!(told.title == entry.title && (entry.text.is_empty() || told.text == entry.text)),
                (Some(held), None) => prop_assert!(same_content(held, entry) || lacks_content(held, entry), "not told: {held:?} {entry:?}"),
                (None, None) => prop_assert!(false, "not told: {entry:?}"),
            }
        }
    }

    /// To look again at the same answer tells nothing new, and after long enough what is held is what the source shows.
    #[test]
    fn a_record_that_stays_as_it_is_comes_to_rest(all in proptest::collection::vec(shown(), 2..7)) {
        let mut case = Case::new(docket_of(&all[0]));
        for (nth, shown) in (0i64..).zip(&all[1..]) {
            let seen = docket_of(shown);
            case.visit(&seen, nth * 6);
            let again = case.visit(&seen, nth * 6 + 1);
            let only_gone = again.iter().all(|change| !matches!(change, Change::EntryAdded(_) | Change::EntryEdited { .. }));
            prop_assert!(only_gone || again.is_empty(), "told again: {again:?}");
        }
        let last = docket_of(&all[all.len() - 1]);
        for hour in (100i64..).step_by(6).take(16) {
            case.visit(&last, hour);
        }
        prop_assert!(case.visit(&last, 300).is_empty(), "it does not come to rest");
        prop_assert!(case.missing.is_empty(), "{:?}", case.missing);
        let contents = |docket: &Docket| {
            let content = |entry: &Entry| format!("{:?} {:?} {} {}", entry.date, entry.time, entry.title, entry.text);
            let mut all: Vec<String> = docket.entries.iter().map(content).collect();
            all.sort_unstable();
            (all, docket.parties.iter().map(|party| party.name.clone()).collect::<BTreeSet<_>>(), docket.heading.clone())
        };
        prop_assert_eq!(contents(&case.held), contents(&last));
    }

    /// To and fro and to again: each change is told each time, with what was before and what is after.
    #[test]
    fn what_comes_back_is_told_each_time(rows in proptest::collection::btree_set(0u8..30, 8..16), edited in 0usize..8, added in 30u8..40) {
        let make = |rows: Vec<(u8, u8)>| Docket {
            entries: rows.into_iter().map(|(key, text)| super::tests::entry(&format!("k{key}"), &format!("texto {text}"))).collect(),
            ..Docket::default()
        };
        let a: Vec<(u8, u8)> = rows.iter().map(|key| (*key, 0)).collect();
        let mut b = a.clone();
        b[edited].1 = 1;
        b.push((added, 0));
        let (a, b) = (make(a), make(b));
        let mut case = Case::new(a.clone());
        let new = EntryKey(format!("k{added}"));
        let edits = |changes: Vec<Change>| -> Vec<(String, String)> {
            changes.into_iter().filter_map(|change| match change {
                Change::EntryEdited { before, after } => Some((before.text, after.text)),
                _ => None,
            }).collect()
        };
        let (there, back) = (("texto 0".to_owned(), "texto 1".to_owned()), ("texto 1".to_owned(), "texto 0".to_owned()));
        for (hour, seen, edit) in [(0, &b, &there), (30, &a, &back), (60, &b, &there), (90, &a, &back)] {
            prop_assert_eq!(&edits(case.visit(seen, hour)), &vec![edit.clone()]);
            // What was added once is on the record until its absence is believed, and is not told as new again before.
            prop_assert!(case.known.contains(&new));
        }
    }
}
