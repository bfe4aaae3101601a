//! What changed between the docket that we hold and the one that a visit just read.
//!
//! Four named answers, so that "nothing before", "nothing new" and "this cannot be true" are never confused. Pure and
//! order-free: entries are compared by key, parties and fields by name. Meaning is `meaning`'s work.
//!
//! An entry that is missing from a visit is not gone: it stays in the docket, is counted, and becomes a
//! [`Change::EntryGone`] only when it has been missing as often and as long as [`Confirm`] asks.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;

use super::docket::{Docket, Entry, EntryKey, Party};
use super::event::FieldChange;

/// How often, and over how long, a disappearance is seen before it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confirm {
    /// Visits in a row, each read well, that did not show it.
    pub visits: u32,
    /// The least time from the first of them to the last.
    pub span: Duration,
    /// Whether the source shows only its newest entries.
    pub sliding: bool,
}

/// An entry (or the whole case) that was last seen missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// When it was first missing.
    pub since: Timestamp,
    /// Visits in a row that did not show it.
    pub visits: u32,
}

/// The entries that are missing but not yet told as gone.
pub type MissingEntries = BTreeMap<EntryKey, Missing>;

/// One difference between two dockets.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// An entry that the docket did not hold.
    EntryAdded(Entry),
    /// An entry whose content differs under the same key.
    EntryEdited {
        /// As it was.
        before: Box<Entry>,
        /// As it is.
        after: Box<Entry>,
    },
    /// An entry that is no longer on the record, confirmed.
    EntryGone {
        /// As it last was.
        entry: Box<Entry>,
        /// When it was first missing.
        since: Timestamp,
        /// In how many visits it was missing.
        visits: u32,
    },
    /// A field of the heading.
    Field(FieldChange),
    /// A party that was not there before.
    PartyAdded(Party),
    /// A party that is no longer there.
    PartyGone(Party),
}

/// The answer of [`compare`].
#[derive(Debug, Clone, PartialEq)]
pub enum Comparison {
    /// There was no docket before.
    Baseline,
    /// Nothing to tell. `missing` may still have changed.
    Same {
        /// The entries missing now.
        missing: MissingEntries,
    },
    /// Something to tell.
    Changed {
        /// The differences.
        changes: Vec<Change>,
        /// The docket to keep: what was read, and the entries that are missing but not confirmed as gone.
        docket: Docket,
        /// The entries missing now.
        missing: MissingEntries,
    },
    /// The answer reads well but cannot be true. Nothing is kept of it.
    Implausible {
        /// Why, in one sentence without personal data.
        why: String,
        /// The entries missing now, counted so that a lasting disappearance is told in the end.
        missing: MissingEntries,
    },
}

/// Mass disappearances are told too, but only when they last: at least this long, whatever the watch list says.
/// A back-end that loses a table or a search index answers "less" for hours (`ecuador.md` 1.7, 1.8).
const MASS_SPAN: Duration = Duration::from_secs(48 * 3600);

/// … and in at least this many visits.
const MASS_VISITS: u32 = 12;

/// The confirmation that a mass disappearance, or a case that the source no longer knows, has to pass.
pub fn lasting(confirm: Confirm) -> Confirm {
    Confirm { visits: confirm.visits.max(MASS_VISITS), span: confirm.span.max(MASS_SPAN), ..confirm }
}

/// More than a third of the entries missing at once, and at least three, counts as a mass disappearance.
fn is_mass(missing: usize, held: usize) -> bool {
    missing == held || (missing >= 3 && missing * 3 > held)
}

/// Compares the docket that we hold with the one just read.
///
/// Of a source that shows only its newest entries (`confirm.sliding`), those that stand after the last one still shown have
/// slid off the end: they stay in the docket and are not missing. When a full answer shows none of them, all have slid off.
pub fn compare(held: Option<&Docket>, seen: &Docket, missing: &MissingEntries, confirm: Confirm, now: Timestamp) -> Comparison {
    let Some(held) = held else { return Comparison::Baseline };
    let shown: HashSet<&EntryKey> = seen.entries.iter().map(|entry| &entry.key).collect();
    let last_shown = held.entries.iter().rposition(|entry| shown.contains(&entry.key));
    let end = match last_shown {
        Some(last) if confirm.sliding => last + 1,
        None if confirm.sliding && !seen.entries.is_empty() => 0,
        _ => held.entries.len(),
    };
    let (listed, slid) = held.entries.split_at(end);
    let absent: Vec<&Entry> = listed.iter().filter(|entry| !shown.contains(&entry.key)).collect();
    let counted: MissingEntries = absent.iter().map(|entry| (entry.key.clone(), count(missing.get(&entry.key), now))).collect();

    let mass = !absent.is_empty() && is_mass(absent.len(), listed.len());
    let confirm = if mass { lasting(confirm) } else { confirm };
    let gone: HashSet<&EntryKey> = counted.iter().filter(|(_, entry)| is_confirmed(**entry, confirm, now)).map(|(key, _)| key).collect();
    if mass && gone.len() < absent.len() {
        let why = format!("{} of {} entries that the record held are missing from the answer", absent.len(), listed.len());
        return Comparison::Implausible { why, missing: counted };
    }

    let mut changes = entry_changes(held, seen);
    for entry in &absent {
        if gone.contains(&entry.key) {
            let Missing { since, visits } = counted[&entry.key];
            changes.push(Change::EntryGone { entry: Box::new((*entry).clone()), since, visits });
        }
    }
    changes.extend(field_changes(held, seen));
    changes.extend(party_changes(held, seen));

    let still: MissingEntries = counted.iter().filter(|(key, _)| !gone.contains(key)).map(|(key, value)| (key.clone(), *value)).collect();
    if changes.is_empty() {
        return Comparison::Same { missing: still };
    }
    let mut docket = carry_over(listed, seen.clone(), |entry| !gone.contains(&entry.key));
    docket.entries.extend_from_slice(slid);
    Comparison::Changed { changes, docket, missing: still }
}

/// The docket `into` with those entries of `held` that it lacks and `keep` wants. Each stays before the entry that it stood
/// before: of a short list, what stands after the last entry shown counts as slid off, and a missing entry must not.
pub fn carry_over(held: &[Entry], mut into: Docket, keep: impl Fn(&Entry) -> bool) -> Docket {
    let shown: HashSet<EntryKey> = into.entries.iter().map(|entry| entry.key.clone()).collect();
    let mut before: HashMap<&EntryKey, Vec<Entry>> = HashMap::new();
    let mut waiting = Vec::new();
    for entry in held {
        if shown.contains(&entry.key) {
            before.entry(&entry.key).or_default().append(&mut waiting);
        } else if keep(entry) {
            waiting.push(entry.clone());
        }
    }
    if waiting.is_empty() && before.values().all(Vec::is_empty) {
        return into;
    }
    let mut entries = Vec::with_capacity(into.entries.len() + held.len());
    for entry in std::mem::take(&mut into.entries) {
        entries.append(&mut before.remove(&entry.key).unwrap_or_default());
        entries.push(entry);
    }
    entries.append(&mut waiting);
    into.entries = entries;
    into
}

/// Counts one more visit in which something was missing.
pub fn count(before: Option<&Missing>, now: Timestamp) -> Missing {
    match before {
        Some(before) => Missing { since: before.since, visits: before.visits.saturating_add(1) },
        None => Missing { since: now, visits: 1 },
    }
}

/// Whether something has been missing as often and as long as asked. A clock that jumped back confirms nothing.
pub fn is_confirmed(missing: Missing, confirm: Confirm, now: Timestamp) -> bool {
    let lasted = Duration::try_from(now.duration_since(missing.since)).unwrap_or_default();
    missing.visits >= confirm.visits && lasted >= confirm.span
}

fn entry_changes(held: &Docket, seen: &Docket) -> Vec<Change> {
    let before: HashMap<&EntryKey, &Entry> = held.entries.iter().map(|entry| (&entry.key, entry)).collect();
    seen.entries
        .iter()
        .filter_map(|entry| match before.get(&entry.key) {
            None => Some(Change::EntryAdded(entry.clone())),
            Some(old) if same_content(old, entry) => None,
            Some(old) => Some(Change::EntryEdited { before: Box::new((*old).clone()), after: Box::new(entry.clone()) }),
        })
        .collect()
}

/// Whether two readings of one entry show the same content. White space is not content; neither is `extra`, where a
/// source's internal fields live.
fn same_content(a: &Entry, b: &Entry) -> bool {
    a.date == b.date
        && a.time == b.time
        && a.annulled == b.annulled
        && a.withheld.is_some() == b.withheld.is_some()
        && same_words(&a.title, &b.title)
        && same_words(&a.text, &b.text)
        && a.documents == b.documents
}

/// Whether two texts have the same words in the same order.
pub fn same_words(a: &str, b: &str) -> bool {
    a == b || a.split_whitespace().eq(b.split_whitespace())
}

fn field_changes(held: &Docket, seen: &Docket) -> Vec<Change> {
    let (before, after) = (fields(held), fields(seen));
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names
        .into_iter()
        .filter(|name| match (before.get(*name), after.get(*name)) {
            (Some(a), Some(b)) => !same_words(a, b),
            (a, b) => a.is_some() != b.is_some(),
        })
        .map(|name| Change::Field(FieldChange { field: name.clone(), before: before.get(name).cloned(), after: after.get(name).cloned() }))
        .collect()
}

fn fields(docket: &Docket) -> BTreeMap<String, String> {
    let heading = &docket.heading;
    let mut all = heading.extra.clone();
    for (name, value) in [("title", &heading.title), ("court", &heading.court), ("subject", &heading.subject), ("status", &heading.status)]
    {
        if let Some(value) = value {
            all.insert(name.to_owned(), value.clone());
        }
    }
    if let Some(filed) = heading.filed {
        all.insert("filed".to_owned(), filed.to_string());
    }
    all
}

fn party_changes(held: &Docket, seen: &Docket) -> Vec<Change> {
    let before: HashSet<&Party> = held.parties.iter().collect();
    let after: HashSet<&Party> = seen.parties.iter().collect();
    let added = seen.parties.iter().filter(|party| !before.contains(party)).cloned().map(Change::PartyAdded);
    let gone = held.parties.iter().filter(|party| !after.contains(party)).cloned().map(Change::PartyGone);
    added.chain(gone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(key: &str, text: &str) -> Entry {
        Entry {
            key: EntryKey(key.into()),
            date: None,
            time: None,
            title: "AUTO".into(),
            text: text.into(),
            documents: Vec::new(),
            annulled: false,
            withheld: None,
            notice_of: None,
            extra: BTreeMap::new(),
        }
    }

    fn docket(entries: &[(&str, &str)]) -> Docket {
        Docket { entries: entries.iter().map(|(key, text)| entry(key, text)).collect(), ..Docket::default() }
    }

    const CONFIRM: Confirm = Confirm { visits: 3, span: Duration::from_secs(86_400), sliding: false };

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + hours * 3600).expect("valid")
    }

    fn ten() -> Vec<(String, String)> {
        (0..10).map(|n| (format!("k{n}"), format!("text {n}"))).collect()
    }

    fn view(entries: &[(String, String)]) -> Docket {
        docket(&entries.iter().map(|(key, text)| (key.as_str(), text.as_str())).collect::<Vec<_>>())
    }

    #[test]
    fn the_four_answers_are_told_apart() {
        let held = view(&ten());
        assert_eq!(compare(None, &held, &MissingEntries::new(), CONFIRM, at(0)), Comparison::Baseline);
        assert!(
            matches!(compare(Some(&held), &held, &MissingEntries::new(), CONFIRM, at(0)), Comparison::Same { missing } if missing.is_empty())
        );
        let empty = compare(Some(&held), &docket(&[]), &MissingEntries::new(), CONFIRM, at(0));
        assert!(matches!(empty, Comparison::Implausible { .. }), "{empty:?}");
        let half = compare(Some(&held), &view(&ten()[..5]), &MissingEntries::new(), CONFIRM, at(0));
        assert!(matches!(half, Comparison::Implausible { .. }), "{half:?}");
        let mut more = ten();
        more.push(("new".into(), "x".into()));
        let changed = compare(Some(&held), &view(&more), &MissingEntries::new(), CONFIRM, at(0));
        assert!(
            matches!(changed, Comparison::Changed { changes, .. } if matches!(&changes[..], [Change::EntryAdded(e)] if e.key.0 == "new"))
        );
    }

    #[test]
    fn a_missing_entry_is_told_only_when_confirmed_and_stays_in_the_docket_till_then() {
        let held = view(&ten());
        let seen = view(&ten()[1..]);
        let mut missing = MissingEntries::new();
        for hour in [0, 12] {
            match compare(Some(&held), &seen, &missing, CONFIRM, at(hour)) {
                Comparison::Same { missing: now } => missing = now,
                other => panic!("told too early: {other:?}"),
            }
        }
        match compare(Some(&held), &seen, &missing, CONFIRM, at(25)) {
            Comparison::Changed { changes, docket, missing } => {
                assert!(matches!(&changes[..], [Change::EntryGone { visits: 3, .. }]), "{changes:?}");
                assert_eq!(docket.entries.len(), 9);
                assert!(missing.is_empty());
            }
            other => panic!("not told: {other:?}"),
        }
    }

    #[test]
    fn an_entry_that_comes_back_starts_again_from_nothing() {
        let held = view(&ten());
        let mut missing = MissingEntries::new();
        for (hour, gone) in [(0, true), (12, true), (20, false), (30, true), (40, true)] {
            let seen = if gone { view(&ten()[1..]) } else { held.clone() };
            match compare(Some(&held), &seen, &missing, CONFIRM, at(hour)) {
                Comparison::Same { missing: now } => missing = now,
                other => panic!("told at {hour}: {other:?}"),
            }
        }
    }

    #[test]
    fn news_that_arrives_while_an_entry_is_missing_keeps_the_missing_one() {
        let held = view(&ten());
        let mut seen = ten();
        seen.remove(3);
        seen.push(("new".into(), "x".into()));
        match compare(Some(&held), &view(&seen), &MissingEntries::new(), CONFIRM, at(0)) {
            Comparison::Changed { changes, docket, missing } => {
                assert_eq!(changes.len(), 1);
                assert_eq!(docket.entries.len(), 11);
                assert_eq!(missing.len(), 1);
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_mass_disappearance_is_told_in_the_end_but_only_when_it_lasts() {
        let held = view(&ten());
        let seen = view(&ten()[..4]);
        let quick = Confirm { visits: 3, span: Duration::ZERO, sliding: false };
        let mut missing = MissingEntries::new();
        for hour in 0..48 {
            match compare(Some(&held), &seen, &missing, quick, at(hour)) {
                Comparison::Implausible { missing: now, .. } => missing = now,
                other => panic!("told after {hour} h: {other:?}"),
            }
        }
        assert!(matches!(compare(Some(&held), &seen, &missing, quick, at(48)), Comparison::Changed { changes, .. } if changes.len() == 6));
    }

    #[test]
    fn what_slides_off_the_end_of_a_short_list_is_not_missing() {
        let sliding = Confirm { visits: 1, span: Duration::ZERO, sliding: true };
        let mut seen = ten()[..8].to_vec();
        seen.insert(0, ("new".into(), "x".into()));
        match compare(Some(&view(&ten())), &view(&seen), &MissingEntries::new(), sliding, at(0)) {
            Comparison::Changed { changes, docket, missing } => {
                assert_eq!(changes.len(), 1, "{changes:?}");
                assert_eq!(docket.entries.len(), 11);
                assert!(missing.is_empty());
            }
            other => panic!("{other:?}"),
        }
        let mut hole = ten()[..8].to_vec();
        hole.remove(2);
        assert!(
            matches!(compare(Some(&view(&ten())), &view(&hole), &MissingEntries::new(), sliding, at(0)), Comparison::Changed { changes, .. } if changes.len() == 1)
        );
    }

    #[test]
    fn an_entry_missing_from_a_short_list_does_not_slide_off_when_news_arrives() {
        let sliding = Confirm { sliding: true, ..CONFIRM };
        let (mut held, mut missing) = (view(&ten()), MissingEntries::new());
        for (hour, news) in [(0, 1), (12, 2)] {
            let mut seen: Vec<_> = (0..news).rev().map(|n| (format!("new{n}"), "x".into())).collect();
            seen.extend(ten()[..8].iter().filter(|(key, _)| key != "k3").cloned());
            match compare(Some(&held), &view(&seen), &missing, sliding, at(hour)) {
                Comparison::Changed { changes, docket, missing: now } => {
                    assert_eq!(changes.len(), 1, "{changes:?}");
                    (held, missing) = (docket, now);
                }
                other => panic!("{other:?}"),
            }
        }
        let order: Vec<&str> = held.entries.iter().map(|entry| entry.key.0.as_str()).collect();
        assert_eq!(order, ["new1", "new0", "k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8", "k9"]);
        let seen = Docket { entries: held.entries.iter().take(10).filter(|entry| entry.key.0 != "k3").cloned().collect(), ..held.clone() };
        let answer = compare(Some(&held), &seen, &missing, sliding, at(25));
        assert!(
            matches!(&answer, Comparison::Changed { changes, .. } if matches!(&changes[..], [Change::EntryGone { visits: 3, .. }])),
            "{answer:?}"
        );
    }

    #[test]
    fn a_short_list_that_moved_on_entirely_is_news_and_no_disappearance() {
        let sliding = Confirm { visits: 1, span: Duration::ZERO, sliding: true };
        let seen: Vec<_> = (0..10).map(|n| (format!("later{n}"), "x".into())).collect();
        match compare(Some(&view(&ten())), &view(&seen), &MissingEntries::new(), sliding, at(0)) {
            Comparison::Changed { changes, docket, missing } => {
                assert!(changes.len() == 10 && changes.iter().all(|change| matches!(change, Change::EntryAdded(_))), "{changes:?}");
                assert_eq!(docket.entries.len(), 20);
                assert!(missing.is_empty());
            }
            other => panic!("{other:?}"),
        }
        let empty = compare(Some(&view(&ten())), &docket(&[]), &MissingEntries::new(), sliding, at(0));
        assert!(matches!(empty, Comparison::Implausible { .. }), "{empty:?}");
    }

    #[test]
    fn white_space_is_no_edit_and_a_word_is() {
        let held = docket(&[("a", "se  convoca\na juicio"), ("b", "x"), ("c", "y"), ("d", "z")]);
        let same = docket(&[("a", "se convoca a juicio"), ("b", "x"), ("c", "y"), ("d", "z")]);
        assert!(matches!(compare(Some(&held), &same, &MissingEntries::new(), CONFIRM, at(0)), Comparison::Same { .. }));
        let edited = docket(&[("a", "se convoca a audiencia"), ("b", "x"), ("c", "y"), ("d", "z")]);
        let answer = compare(Some(&held), &edited, &MissingEntries::new(), CONFIRM, at(0));
        assert!(matches!(answer, Comparison::Changed { changes, .. } if matches!(&changes[..], [Change::EntryEdited { .. }])));
    }

    proptest! {
        /// No entry is lost, none is invented, the order of rows does not matter, and looking twice tells nothing twice.
        #[test]
        fn comparison_is_complete_order_free_and_idempotent(
            old in proptest::collection::btree_map(0u16..60, 0u8..3, 20..40),
            added in proptest::collection::btree_map(100u16..160, 0u8..3, 0..10),
            seed in any::<u64>(),
        ) {
            let make = |map: &BTreeMap<u16, u8>| -> Vec<Entry> { map.iter().map(|(k, v)| entry(&k.to_string(), &v.to_string())).collect() };
            let held = Docket { entries: make(&old), ..Docket::default() };
            let mut all = old.clone();
            all.extend(added.clone());
            let mut seen = Docket { entries: make(&all), ..Docket::default() };
            let count = seen.entries.len() as u64;
            for n in (1..count).rev() {
                let other = seed.wrapping_mul(n).wrapping_add(n) % (n + 1);
                seen.entries.swap(usize::try_from(n).expect("small"), usize::try_from(other).expect("small"));
            }
            let answer = compare(Some(&held), &seen, &MissingEntries::new(), CONFIRM, at(0));
            let kept = match answer {
                Comparison::Changed { changes, docket, .. } => {
                    let told: HashSet<String> = changes.iter().map(|change| match change {
                        Change::EntryAdded(entry) => entry.key.0.clone(),
                        other => panic!("invented: {other:?}"),
                    }).collect();
                    prop_assert_eq!(told, added.keys().map(u16::to_string).collect::<HashSet<_>>());
                    docket
                }
                Comparison::Same { .. } => { prop_assert!(added.is_empty()); held }
                other => panic!("{other:?}"),
            };
            let again = matches!(compare(Some(&kept), &seen, &MissingEntries::new(), CONFIRM, at(1)), Comparison::Same { .. });
            prop_assert!(again);
        }
    }
}
