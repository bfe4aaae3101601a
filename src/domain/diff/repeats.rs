//! Rows that share one key, kept apart over visits, and rows whose key a source wrote otherwise.
//!
//! A recipe numbers the rows that one answer shows under one key by their content (`a`, `a#2`, `a#3` …), and content
//! changes: a new row, or an edit, can move the numbers of its neighbours. Before two dockets are compared the numbers of
//! the fresh one are settled after those that we hold, so that a row keeps its key for as long as it can be recognised. So does a row
//! that is the same to the word under another key: an answer without one of its fields, or with its dates in another form, makes other keys;
//! and one that the source numbers as before and dates otherwise.
//! Called by [`compare`](super::compare) and by `daemon::record`; it compares nothing else.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::missing::is_mass;
use super::same_content;
use crate::domain::docket::{Docket, Entry, EntryKey, SERIAL_FIELD};

/// The rows of one docket that share a key, by their number: 1 for `a`, 2 for `a#2`.
type Rows<'d> = BTreeMap<u32, &'d Entry>;

/// `fresh` with the keys of repeated rows as `held` has them.
pub fn settled<'d>(held: &Docket, fresh: &'d Docket) -> Cow<'d, Docket> {
    let (known, shown) = (groups(held), groups(fresh));
    let mut renamed: HashMap<EntryKey, EntryKey> = HashMap::new();
    for (base, rows) in &shown {
        let none = Rows::new();
        let known = known.get(base).unwrap_or(&none);
        if rows.keys().chain(known.keys()).any(|number| *number > 1) {
            renamed.extend(pair(base, known.clone(), rows));
        }
    }
    renamed.extend(under_other_keys(held, fresh, &renamed));
    renamed.extend(under_other_dates(held, fresh, &renamed));
    renamed.retain(|from, to| from != to);
    if renamed.is_empty() {
        return Cow::Borrowed(fresh);
    }
    let mut docket = fresh.clone();
    for entry in &mut docket.entries {
        if let Some(key) = renamed.get(&entry.key) {
            entry.key = key.clone();
        }
        if let Some(key) = entry.notice_of.as_ref().and_then(|key| renamed.get(key)) {
            entry.notice_of = Some(key.clone());
        }
    }
    Cow::Owned(docket)
}

/// Fresh rows that are not held under their keys, and are to the word what a held row is that the answer does not show.
fn under_other_keys(held: &Docket, fresh: &Docket, renamed: &HashMap<EntryKey, EntryKey>) -> Vec<(EntryKey, EntryKey)> {
    // Without a text or a time of day two different rows may well be the same to the word.
    let is_telling = |entry: &&Entry| !entry.text.is_empty() && entry.time.is_some();
    let known: BTreeSet<&EntryKey> = held.entries.iter().map(|entry| &entry.key).collect();
    let shown: BTreeSet<&EntryKey> = fresh.entries.iter().map(|entry| renamed.get(&entry.key).unwrap_or(&entry.key)).collect();
    let new = fresh.entries.iter().filter(|entry| !known.contains(renamed.get(&entry.key).unwrap_or(&entry.key)));
    let mut new: Vec<&Entry> = new.filter(is_telling).collect();
    if new.is_empty() {
        return Vec::new();
    }
    let mut absent: HashMap<_, Vec<&Entry>> = HashMap::new();
    for entry in held.entries.iter().filter(|entry| !shown.contains(&entry.key)).filter(is_telling) {
        absent.entry((entry.date, entry.time, entry.title.as_str())).or_default().push(entry);
    }
    // Of several that are the same to the word the keys decide, and not the order of an answer. The last is taken out first.
    new.sort_unstable_by(|one, other| one.key.cmp(&other.key));
    absent.values_mut().for_each(|rows| rows.sort_unstable_by(|one, other| other.key.cmp(&one.key)));
    let mut pairs = Vec::new();
    for entry in new {
        let Some(rows) = absent.get_mut(&(entry.date, entry.time, entry.title.as_str())) else { continue };
        if let Some(at) = rows.iter().rposition(|old| same_content(old, entry)) {
            pairs.push((entry.key.clone(), rows.remove(at).key.clone()));
        }
    }
    pairs
}

/// Fresh rows that are not held under their keys, and have the number and the title of a held row that the answer does not show: a
/// source whose keys contain the date gave a row another one (`domain.md` F-08). Many at once are a change of the site.
fn under_other_dates(held: &Docket, fresh: &Docket, renamed: &HashMap<EntryKey, EntryKey>) -> Vec<(EntryKey, EntryKey)> {
    let known: BTreeSet<&EntryKey> = held.entries.iter().map(|entry| &entry.key).collect();
    let shown: BTreeSet<&EntryKey> = fresh.entries.iter().map(|entry| renamed.get(&entry.key).unwrap_or(&entry.key)).collect();
    let new = singly_numbered(fresh.entries.iter().filter(|entry| !known.contains(renamed.get(&entry.key).unwrap_or(&entry.key))));
    if new.is_empty() {
        return Vec::new();
    }
    let absent = singly_numbered(held.entries.iter().filter(|entry| !shown.contains(&entry.key)));
    let pairs = new.into_iter().filter_map(|(number, fresh)| Some((fresh?.key.clone(), (*absent.get(&number)?)?.key.clone())));
    let pairs: Vec<(EntryKey, EntryKey)> = pairs.collect();
    if is_mass(pairs.len(), held.entries.len()) { Vec::new() } else { pairs }
}

/// Rows by the number that the source gave them and by their title; nothing where several share both.
fn singly_numbered<'d>(rows: impl Iterator<Item = &'d Entry>) -> HashMap<(&'d str, u64, &'d str), Option<&'d Entry>> {
    let mut numbered = HashMap::new();
    for row in rows {
        let Some((sequence, number)) = row.numbered(SERIAL_FIELD) else { continue };
        numbered.entry((sequence, number, row.title.as_str())).and_modify(|row| *row = None).or_insert(Some(row));
    }
    numbered
}

/// The rows by their common key. An address that ends in a number sign and a number may stand here too; it is recognised by
/// its own key and keeps it.
fn groups(docket: &Docket) -> BTreeMap<&str, Rows<'_>> {
    let mut groups: BTreeMap<&str, Rows<'_>> = BTreeMap::new();
    for entry in &docket.entries {
        let (base, number) = parted(&entry.key);
        groups.entry(base).or_default().insert(number, entry);
    }
    groups
}

fn parted(key: &EntryKey) -> (&str, u32) {
    let numbered = key.0.rsplit_once('#').and_then(|(base, number)| Some((base, number.parse::<u32>().ok()?)));
    match numbered {
        // Only what `number` writes is taken apart, so that two keys are never one.
        Some((base, n)) if n > 1 && number(base, n).0 == key.0 => (base, n),
        _ => (&key.0, 1),
    }
}

fn number(base: &str, number: u32) -> EntryKey {
    EntryKey(if number == 1 { base.to_owned() } else { format!("{base}#{number}") })
}

/// Which key each fresh row gets: its own when it is the same row, else that of the row with the same content, else of the
/// one with the same documents, else its own while it is free, else the first that is.
fn pair(base: &str, mut free: Rows<'_>, rows: &Rows<'_>) -> Vec<(EntryKey, EntryKey)> {
    let taken: BTreeSet<u32> = free.keys().copied().collect();
    let mut numbers: BTreeMap<u32, u32> = BTreeMap::new();
    let mut waiting: Rows<'_> = rows.clone();
    let mut take = |waiting: &mut Rows<'_>, find: &dyn Fn(&Rows<'_>, u32, &Entry) -> Option<u32>| {
        waiting.retain(|at, row| match find(&free, *at, row).filter(|old| free.remove(old).is_some()) {
            Some(old) => {
                numbers.insert(*at, old);
                false
            }
            None => true,
        });
    };
    take(&mut waiting, &|free, at, row| free.get(&at).filter(|old| same_content(old, row)).map(|_| at));
    take(&mut waiting, &|free, _, row| free.iter().find(|(_, old)| same_content(old, row)).map(|(old, _)| *old));
    take(&mut waiting, &|free, _, row| {
        let same = |old: &Entry| !row.documents.is_empty() && old.documents == row.documents;
        free.iter().find(|(_, old)| same(old)).map(|(old, _)| *old)
    });
    take(&mut waiting, &|free, at, _| free.contains_key(&at).then_some(at));
    take(&mut waiting, &|free, _, _| free.keys().next().copied());
    let unused = (1u32..).filter(|n| !taken.contains(n));
    numbers.extend(waiting.into_keys().zip(unused));
    numbers.into_iter().map(|(from, to)| (number(base, from), number(base, to))).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{CONFIRM, at, docket, entry};
    use super::super::{Change, Comparison, MissingParts, compare};
    use super::*;
    use crate::domain::docket::{Document, Withheld};

    fn changes(held: &Docket, fresh: &Docket) -> Vec<String> {
        match compare(Some(held), fresh, &MissingParts::new(), CONFIRM, at(0)) {
            Comparison::Changed { changes, .. } => changes
                .iter()
                .map(|change| match change {
                    Change::EntryAdded(entry) => format!("added {} {}", entry.key.0, entry.text),
                    Change::EntryEdited { before, after } => format!("edited {} {} -> {}", after.key.0, before.text, after.text),
                    other => format!("{other:?}"),
                })
                .collect(),
            Comparison::Same { .. } => Vec::new(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_new_row_with_an_old_key_edits_none_of_its_neighbours() {
        let held = docket(&[("a", "beta"), ("a#2", "gamma"), ("z", "x")]);
        let fresh = docket(&[("a", "alpha"), ("a#2", "beta"), ("a#3", "gamma"), ("z", "x")]);
        assert_eq!(changes(&held, &fresh), ["added a#3 alpha"]);
        let single = docket(&[("a", "beta"), ("z", "x")]);
        let two = docket(&[("a", "alpha"), ("a#2", "beta"), ("z", "x")]);
        assert_eq!(changes(&single, &two), ["added a#2 alpha"]);
        let second = docket(&[("a#2", "gamma"), ("z", "x")]);
        assert_eq!(changes(&second, &docket(&[("a", "gamma"), ("z", "x")])), [""; 0]);
    }

    #[test]
    fn an_edit_that_reorders_equal_keys_is_one_edit() {
        let held = docket(&[("a", "alpha"), ("a#2", "beta"), ("z", "x")]);
        let fresh = docket(&[("a", "beta"), ("a#2", "zeta"), ("z", "x")]);
        assert_eq!(changes(&held, &fresh), ["edited a alpha -> zeta"]);
    }

    #[test]
    fn a_withheld_row_is_known_by_its_document() {
        let with = |key: &str, text: &str, id: &str| {
            let document = Document { id: id.into(), name: id.into(), url: None };
            crate::domain::docket::Entry { documents: vec![document], ..entry(key, text) }
        };
        let held = Docket { entries: vec![with("a", "alpha", "1"), with("a#2", "beta", "2")], ..Docket::default() };
        let mut hidden = with("a", "", "2");
        hidden.withheld = Some(Withheld { mark: "H".into(), reason: None });
        let fresh = Docket { entries: vec![hidden, with("a#2", "alpha", "1")], ..Docket::default() };
        let settled = settled(&held, &fresh);
        assert_eq!(settled.entries[0].key.0, "a#2");
        assert_eq!(settled.entries[1].key.0, "a");
    }

    #[test]
    fn notices_follow_their_act_and_addresses_with_a_number_sign_stay() {
        let held = docket(&[("a", "beta"), ("a#2", "gamma")]);
        let mut fresh = docket(&[("a", "alpha"), ("a#2", "beta"), ("a#3", "gamma"), ("n", "notice")]);
        fresh.entries[3].notice_of = Some(EntryKey("a".into()));
        assert_eq!(settled(&held, &fresh).entries[3].notice_of, Some(EntryKey("a#3".into())));
        let pages = docket(&[("https://example.org/p#2", "x"), ("https://example.org/q", "y")]);
        assert!(matches!(settled(&pages, &pages), Cow::Borrowed(_)));
    }
}
