//! What changed between the docket that we hold and the one that a visit just read.
//!
//! Four named answers, so that "nothing before", "nothing new" and "this cannot be true" are never confused. Pure and
//! order-free: entries are compared by key, parties and fields by name. Meaning is `meaning`'s work.
//!
//! An entry that is missing from a visit is not gone: it stays in the docket, is counted, and becomes a
//! [`Change::EntryGone`] only when it has been missing as often and as long as [`Confirm`] asks.

mod carry;
mod missing;
#[cfg(test)]
mod properties;
mod renames;
mod repeats;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;

use super::docket::{Docket, Entry, EntryKey, ORDER_FIELD, Party, VISIBLE_FIELD};
use super::event::FieldChange;
use super::fold::fold;

pub use carry::{carry_entries, carry_parts};
pub use missing::{Confirm, Missing, MissingParts, Part, SET_BACK, count, is_confirmed, lasting};
pub use repeats::settled;

use missing::is_mass;

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
    /// A party whose name is spelt a little otherwise.
    PartyRenamed {
        /// As it was.
        before: Party,
        /// As it is.
        after: Party,
    },
}

/// The answer of [`compare`].
#[derive(Debug, Clone, PartialEq)]
pub enum Comparison {
    /// There was no docket before.
    Baseline,
    /// Nothing to tell. `missing` may still have changed.
    Same {
        /// The docket as it stands: what was read, and the parts that are missing but not confirmed as gone.
        docket: Docket,
        /// The parts missing now.
        missing: MissingParts,
    },
    /// Something to tell.
    Changed {
        /// The differences.
        changes: Vec<Change>,
        /// The docket to keep: what was read, and the parts that are missing but not confirmed as gone.
        docket: Docket,
        /// The parts missing now.
        missing: MissingParts,
    },
    /// The answer reads well, and what it lacks cannot be true.
    Implausible {
        /// Why, in one sentence without personal data.
        why: String,
        /// The parts missing now, counted so that a lasting disappearance is told in the end.
        missing: MissingParts,
        /// What it shows beside, and is to be believed; nothing when that is in doubt too.
        news: Vec<Change>,
        /// The docket that we hold, with that news.
        docket: Docket,
    },
}

/// Compares the docket that we hold with the one just read.
///
/// Of a source that shows only its newest entries (`confirm.sliding`), those that stand after the last one still shown have
/// slid off the end: they stay in the docket and are not missing. When a full answer shows none of them, all have slid off.
/// Where its newest entries are of many cases (`confirm.others`), an answer without any of this one says nothing of it.
pub fn compare(held: Option<&Docket>, seen: &Docket, missing: &MissingParts, confirm: Confirm, now: Timestamp) -> Comparison {
    let Some(held) = held else { return Comparison::Baseline };
    if confirm.sliding && confirm.others && seen.entries.is_empty() {
        return Comparison::Same { docket: held.clone(), missing: MissingParts::new() };
    }
    let seen = settled(held, seen);
    let shown: HashMap<&EntryKey, &Entry> = seen.entries.iter().map(|entry| (&entry.key, entry)).collect();
    let lowest = if confirm.sliding { lowest_shown(&seen) } else { BTreeMap::new() };
    let entries = if lowest.is_empty() { Cow::Borrowed(held.entries.as_slice()) } else { Cow::Owned(below_last(held, &lowest)) };
    let is_due = |entry: &Entry| number(entry).is_some_and(|(list, number)| lowest.get(list).is_some_and(|lowest| number >= *lowest));
    let last_shown = entries.iter().rposition(|entry| shown.contains_key(&entry.key) || is_due(entry));
    let end = match last_shown {
        Some(last) if confirm.sliding => last + 1,
        None if confirm.sliding && !seen.entries.is_empty() => 0,
        _ => entries.len(),
    };
    let (listed, slid) = entries.split_at(end);

    let absent: Vec<&Entry> = listed.iter().filter(|entry| !shown.contains_key(&entry.key)).collect();
    let is_hidden = |old: &Entry| shown.get(&old.key).is_some_and(|new| old.withheld.is_none() && new.withheld.is_some());
    let hidden = listed.iter().filter(|entry| is_hidden(entry)).count();
    // A court hides single entries. When it hides them all, the mark has changed its meaning, or we no longer read it.
    let mass_hidden = hidden >= 3 && is_mass(hidden, listed.iter().filter(|entry| entry.withheld.is_none()).count());
    let is_lost = |old: &Entry| shown.get(&old.key).is_some_and(|new| lacks_content(old, new)) || (mass_hidden && is_hidden(old));
    let lost: Vec<&Entry> = listed.iter().filter(|entry| is_lost(entry)).collect();
    let fields = gone_fields(held, &seen);
    let parties = gone_parties(held, &seen);
    let parts = (absent.iter().map(|entry| Part::Entry(entry.key.clone())))
        .chain(lost.iter().map(|entry| Part::Content(entry.key.clone())))
        .chain(fields.iter().cloned().map(Part::Field))
        .chain(parties.iter().map(|party| Part::Party((*party).clone())));
    let counted: MissingParts = parts.map(|part| (part.clone(), count(missing.get(&part), now))).collect();

    let (all_fields, all_parties) = (fields.len() == field_values(held).len(), parties.len() == held.parties.len());
    let doubted = seen.oddities.iter().any(|oddity| oddity.doubts);
    let with_content = listed.iter().filter(|entry| has_content(entry)).count();
    let mass_absent = !absent.is_empty() && (doubted || is_mass(absent.len(), listed.len()));
    let mass_lost = mass_hidden || is_mass(lost.len(), with_content);
    let is_gone = |part: &Part| {
        let mass = match part {
            Part::Entry(_) => mass_absent,
            Part::Content(_) => mass_lost,
            Part::Field(_) => all_fields && fields.len() > 1,
            Part::Party(_) => all_parties && parties.len() > 1,
        };
        let confirm = if mass { lasting(confirm) } else { confirm };
        counted.get(part).is_some_and(|missing| is_confirmed(*missing, confirm, now))
    };
    let gone: HashSet<&Part> = counted.keys().filter(|part| is_gone(part)).collect();

    let waits = |part: Part| !gone.contains(&part);
    let absent_still = absent.iter().filter(|entry| waits(Part::Entry(entry.key.clone()))).count();
    let lost_still = lost.iter().filter(|entry| waits(Part::Content(entry.key.clone()))).count();
    let left = listed.len() - (absent.len() - absent_still);
    let why = if mass_absent && absent_still > 0 && (doubted || is_mass(absent_still, left)) {
        Some(format!("{} of {} entries that the record held are missing from the answer", absent.len(), listed.len()))
    } else if mass_lost && lost_still > 0 {
        Some(format!(
            "{} of {with_content} entries have lost their text or their date in the answer, or are withheld all at once",
            lost.len()
        ))
    } else {
        None
    };
    if let Some(why) = why {
        let docket = carried(held, listed, slid, seen.clone().into_owned(), &counted);
        let news = if is_recognised(held, &seen, &absent) { differences(held, &docket) } else { Vec::new() };
        return Comparison::Implausible { why, missing: counted, news, docket };
    }

    let still: MissingParts = counted.iter().filter(|(part, _)| !gone.contains(part)).map(|(part, value)| (part.clone(), *value)).collect();
    let docket = carried(held, listed, slid, seen.into_owned(), &still);
    let mut changes = differences(held, &docket);
    if confirm.others && held.entries.is_empty() {
        // Where a case shows itself by its entries only, the first of them says for the first time what the case is called.
        let is_learnt = |change: &Change| matches!(change, Change::Field(FieldChange { before: None, .. }) | Change::PartyAdded(_));
        changes.retain(|change| !is_learnt(change));
    }
    for entry in &absent {
        let part = Part::Entry(entry.key.clone());
        if gone.contains(&part) {
            let missing = counted[&part];
            changes.push(Change::EntryGone { entry: Box::new((*entry).clone()), since: missing.since, visits: missing.seen() });
        }
    }
    if changes.is_empty() {
        return Comparison::Same { docket, missing: still };
    }
    Comparison::Changed { changes, docket, missing: still }
}

/// The list of the source that an entry stands in, where it has several, and its number there. A list that is cut by its own
/// numbers does not lose its oldest dates first: courts enter old acts late.
fn number(entry: &Entry) -> Option<(&str, u64)> {
    entry.numbered(ORDER_FIELD)
}

/// The lowest number that is shown of each list.
fn lowest_shown(seen: &Docket) -> BTreeMap<&str, u64> {
    let mut lowest: BTreeMap<&str, u64> = BTreeMap::new();
    for (list, number) in seen.entries.iter().filter_map(number) {
        lowest.entry(list).and_modify(|lowest| *lowest = number.min(*lowest)).or_insert(number);
    }
    lowest
}

/// The entries that we hold, at their end those whose number is below the lowest that is shown of their list.
fn below_last(held: &Docket, lowest: &BTreeMap<&str, u64>) -> Vec<Entry> {
    let is_below = |entry: &Entry| number(entry).is_some_and(|(list, number)| lowest.get(list).is_some_and(|lowest| number < *lowest));
    let (below, mut entries): (Vec<Entry>, Vec<Entry>) = held.entries.iter().cloned().partition(is_below);
    entries.extend(below);
    entries
}

/// What was read, with what it lacks and `missing` still counts.
fn carried(held: &Docket, listed: &[Entry], slid: &[Entry], seen: Docket, missing: &MissingParts) -> Docket {
    let mut docket = carry_entries(listed, seen, |entry| missing.contains_key(&Part::Entry(entry.key.clone())));
    docket.entries.extend_from_slice(slid);
    carry_parts(held, docket, missing)
}

fn differences(held: &Docket, docket: &Docket) -> Vec<Change> {
    let mut changes = entry_changes(held, docket);
    changes.extend(field_changes(held, docket));
    changes.extend(party_changes(held, docket));
    changes
}

/// Whether what an implausible answer shows beside is to be believed: it shows entries that we know, little else is new or
/// different, and nothing new looks like what is missing (then the source renamed or re-dated its rows).
fn is_recognised(held: &Docket, seen: &Docket, absent: &[&Entry]) -> bool {
    let known: HashMap<&EntryKey, &Entry> = held.entries.iter().map(|entry| (&entry.key, entry)).collect();
    let missing: HashSet<(String, String)> = absent.iter().map(|entry| (fold(&entry.title), fold(&entry.text))).collect();
    let (mut shown, mut strange) = (0usize, 0usize);
    for entry in &seen.entries {
        match known.get(&entry.key) {
            Some(old) if entry.withheld.is_some() || lacks_content(old, entry) || same_content(old, entry) => shown += 1,
            Some(_) => strange += 1,
            None if missing.contains(&(fold(&entry.title), fold(&entry.text))) => return false,
            None => strange += 1,
        }
    }
    shown > 0 && !is_mass(strange, seen.entries.len())
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

/// Whether two readings of one entry show the same content. White space is not content; neither are `extra`, where a
/// source's internal fields live (but for its mark of visibility), and the address of a document, which tells only where it can be fetched today.
pub fn same_content(a: &Entry, b: &Entry) -> bool {
    a.date == b.date
        && a.time == b.time
        && a.annulled == b.annulled
        && a.withheld.is_some() == b.withheld.is_some()
        && same_words(&a.title, &b.title)
        && same_words(&a.text, &b.text)
        && same_documents(a, b)
        && same_mark(a, b)
}

/// Whether two readings show the same mark of visibility. A source that begins or ceases to give one has changed no entry.
fn same_mark(a: &Entry, b: &Entry) -> bool {
    let mark = |entry: &'_ Entry| entry.extra.get(VISIBLE_FIELD).map(|mark| mark.trim().to_uppercase()).filter(|mark| !mark.is_empty());
    mark(a).zip(mark(b)).is_none_or(|(a, b)| a == b)
}

/// Whether two readings of one entry show the same documents, in any order.
pub fn same_documents(a: &Entry, b: &Entry) -> bool {
    let documents = |entry: &Entry| -> BTreeSet<(String, String)> {
        entry.documents.iter().map(|document| (document.id.clone(), document.name.clone())).collect()
    };
    a.documents == b.documents || documents(a) == documents(b)
}

/// Whether two texts have the same words in the same order.
pub fn same_words(a: &str, b: &str) -> bool {
    a == b || a.split_whitespace().eq(b.split_whitespace())
}

fn has_content(entry: &Entry) -> bool {
    !entry.text.is_empty() || entry.date.is_some()
}

/// Whether an entry is listed without a text or a date that it had. What a court withholds is another matter: it says so.
fn lacks_content(old: &Entry, new: &Entry) -> bool {
    new.withheld.is_none() && ((!old.text.is_empty() && new.text.is_empty()) || (old.date.is_some() && new.date.is_none()))
}

fn gone_fields(held: &Docket, seen: &Docket) -> Vec<String> {
    let after = field_values(seen);
    field_values(held).into_keys().filter(|name| !after.contains_key(name)).collect()
}

/// The parties that the answer lacks, but for those that it only spells otherwise.
fn gone_parties<'d>(held: &'d Docket, seen: &Docket) -> Vec<&'d Party> {
    let gone = unlisted_parties(held, seen);
    let renamed: HashSet<&Party> = renames::respelt(&gone, &new_parties(held, seen)).into_iter().map(|(before, _)| before).collect();
    gone.into_iter().filter(|party| !renamed.contains(party)).collect()
}

/// A party as it is compared: courts spell one name in several ways within a case (`ecuador.md` 1.4).
fn spelt_plainly(party: &Party) -> (String, String) {
    (fold(&party.role), fold(&party.name))
}

fn field_changes(held: &Docket, seen: &Docket) -> Vec<Change> {
    let (before, after) = (field_values(held), field_values(seen));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    names
        .into_iter()
        .filter(|name| match (before.get(*name), after.get(*name)) {
            (Some(a), Some(b)) => !same_words(a, b),
            (a, b) => a.is_some() != b.is_some(),
        })
        .map(|name| Change::Field(FieldChange { field: name.clone(), before: before.get(name).cloned(), after: after.get(name).cloned() }))
        .collect()
}

fn field_values(docket: &Docket) -> BTreeMap<String, String> {
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
    let missing = unlisted_parties(held, seen);
    let new = new_parties(held, seen);
    let renamed = renames::respelt(&missing, &new);
    let is_renamed = |party: &Party| renamed.iter().any(|(before, after)| *before == party || *after == party);
    let other = |parties: Vec<&Party>| parties.into_iter().filter(|party| !is_renamed(party)).cloned().collect::<Vec<Party>>();
    let respelt = renamed.iter().map(|(before, after)| Change::PartyRenamed { before: (*before).clone(), after: (*after).clone() });
    let added = other(new).into_iter().map(Change::PartyAdded);
    respelt.chain(added).chain(other(missing).into_iter().map(Change::PartyGone)).collect()
}

/// The parties that the docket held and the answer does not list under that name.
fn unlisted_parties<'d>(held: &'d Docket, seen: &Docket) -> Vec<&'d Party> {
    let after: HashSet<(String, String)> = seen.parties.iter().map(spelt_plainly).collect();
    held.parties.iter().filter(|party| !after.contains(&spelt_plainly(party))).collect()
}

/// The parties that the docket did not hold, each once.
fn new_parties<'d>(held: &Docket, seen: &'d Docket) -> Vec<&'d Party> {
    let mut before: HashSet<(String, String)> = held.parties.iter().map(spelt_plainly).collect();
    seen.parties.iter().filter(|party| before.insert(spelt_plainly(party))).collect()
}

#[cfg(test)]
pub mod tests {
    //! Tests of the comparison, and what its parts build theirs from.

    use std::time::Duration;

    use super::*;
    use proptest::prelude::*;

    /// An entry with this key and text.
    pub fn entry(key: &str, text: &str) -> Entry {
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

    /// A docket of entries with these keys and texts.
    pub fn docket(entries: &[(&str, &str)]) -> Docket {
        Docket { entries: entries.iter().map(|(key, text)| entry(key, text)).collect(), ..Docket::default() }
    }

    /// The confirmation of the shipped example.
    pub const CONFIRM: Confirm = Confirm { visits: 3, span: Duration::from_secs(86_400), sliding: false, others: false };

    /// So many hours after a beginning.
    pub fn at(hours: i64) -> Timestamp {
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
        assert_eq!(compare(None, &held, &MissingParts::new(), CONFIRM, at(0)), Comparison::Baseline);
        assert!(
            matches!(compare(Some(&held), &held, &MissingParts::new(), CONFIRM, at(0)), Comparison::Same { missing, .. } if missing.is_empty())
        );
        let empty = compare(Some(&held), &docket(&[]), &MissingParts::new(), CONFIRM, at(0));
        assert!(matches!(empty, Comparison::Implausible { .. }), "{empty:?}");
        let half = compare(Some(&held), &view(&ten()[..5]), &MissingParts::new(), CONFIRM, at(0));
        assert!(matches!(half, Comparison::Implausible { .. }), "{half:?}");
        let mut more = ten();
        more.push(("new".into(), "x".into()));
        let changed = compare(Some(&held), &view(&more), &MissingParts::new(), CONFIRM, at(0));
        assert!(
            matches!(changed, Comparison::Changed { changes, .. } if matches!(&changes[..], [Change::EntryAdded(e)] if e.key.0 == "new"))
        );
    }

    #[test]
    fn a_missing_entry_is_told_only_when_confirmed_and_stays_in_the_docket_till_then() {
        let held = view(&ten());
        let seen = view(&ten()[1..]);
        let mut missing = MissingParts::new();
        for hour in [0, 12] {
            match compare(Some(&held), &seen, &missing, CONFIRM, at(hour)) {
                Comparison::Same { missing: now, .. } => missing = now,
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
        let mut missing = MissingParts::new();
        for (hour, gone) in [(0, true), (12, true), (20, false), (30, true), (40, true)] {
            let seen = if gone { view(&ten()[1..]) } else { held.clone() };
            match compare(Some(&held), &seen, &missing, CONFIRM, at(hour)) {
                Comparison::Same { missing: now, .. } => missing = now,
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
        match compare(Some(&held), &view(&seen), &MissingParts::new(), CONFIRM, at(0)) {
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
        let quick = Confirm { visits: 3, span: Duration::ZERO, sliding: false, others: false };
        let mut missing = MissingParts::new();
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
        let sliding = Confirm { visits: 1, span: Duration::ZERO, sliding: true, others: false };
        let mut seen = ten()[..8].to_vec();
        seen.insert(0, ("new".into(), "x".into()));
        match compare(Some(&view(&ten())), &view(&seen), &MissingParts::new(), sliding, at(0)) {
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
            matches!(compare(Some(&view(&ten())), &view(&hole), &MissingParts::new(), sliding, at(0)), Comparison::Changed { changes, .. } if changes.len() == 1)
        );
    }

    #[test]
    fn a_list_that_numbers_its_rows_slides_by_number_and_not_by_date() {
        let sliding = Confirm { visits: 1, span: Duration::ZERO, sliding: true, others: false };
        let numbered = |rows: &[(u32, &str)]| {
            let mut view = docket(&rows.iter().map(|(_, key)| (*key, "x")).collect::<Vec<_>>());
            for (entry, (number, _)) in view.entries.iter_mut().zip(rows) {
                entry.extra.insert(ORDER_FIELD.into(), number.to_string());
            }
            view
        };
        // Number 4 was entered after 3 and is dated before it.
        let held = numbered(&[(5, "k5"), (3, "k3"), (4, "k4")]);
        let slid = compare(Some(&held), &numbered(&[(6, "k6"), (5, "k5"), (4, "k4")]), &MissingParts::new(), sliding, at(0));
        assert!(
            matches!(&slid, Comparison::Changed { changes, docket, .. } if changes.len() == 1 && docket.entries.len() == 4),
            "{slid:?}"
        );
        let gone = compare(Some(&held), &numbered(&[(5, "k5"), (3, "k3")]), &MissingParts::new(), sliding, at(0));
        assert!(matches!(&gone, Comparison::Changed { changes, .. } if matches!(&changes[..], [Change::EntryGone { .. }])), "{gone:?}");
    }

    #[test]
    fn each_list_of_a_case_slides_by_its_own_numbers() {
        let sliding = Confirm { visits: 1, span: Duration::ZERO, sliding: true, others: false };
        let numbered = |rows: &[(&str, &str)]| {
            let mut view = docket(&rows.iter().map(|(_, key)| (*key, "x")).collect::<Vec<_>>());
            for (entry, (order, _)) in view.entries.iter_mut().zip(rows) {
                entry.extra.insert(ORDER_FIELD.into(), (*order).to_owned());
            }
            view
        };
        // The older process counts to 90, the younger to 2; of the older only the newest two are shown now.
        let held = numbered(&[("b:2", "b2"), ("a:90", "a90"), ("a:89", "a89"), ("a:88", "a88"), ("b:1", "b1")]);
        let seen = numbered(&[("b:2", "b2"), ("a:90", "a90"), ("a:89", "a89"), ("b:1", "b1")]);
        let slid = compare(Some(&held), &seen, &MissingParts::new(), sliding, at(0));
        assert!(matches!(&slid, Comparison::Same { docket, missing } if docket.entries.len() == 5 && missing.is_empty()), "{slid:?}");
        let gone = compare(
            Some(&held),
            &numbered(&[("b:2", "b2"), ("a:90", "a90"), ("a:88", "a88"), ("b:1", "b1")]),
            &MissingParts::new(),
            sliding,
            at(0),
        );
        assert!(
            matches!(&gone, Comparison::Changed { changes, .. } if matches!(&changes[..], [Change::EntryGone { entry, .. }] if entry.key.0 == "a89")),
            "{gone:?}"
        );
    }

    #[test]
    fn an_entry_missing_from_a_short_list_does_not_slide_off_when_news_arrives() {
        let sliding = Confirm { sliding: true, ..CONFIRM };
        let (mut held, mut missing) = (view(&ten()), MissingParts::new());
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
        let sliding = Confirm { visits: 1, span: Duration::ZERO, sliding: true, others: false };
        let seen: Vec<_> = (0..10).map(|n| (format!("later{n}"), "x".into())).collect();
        match compare(Some(&view(&ten())), &view(&seen), &MissingParts::new(), sliding, at(0)) {
            Comparison::Changed { changes, docket, missing } => {
                assert!(changes.len() == 10 && changes.iter().all(|change| matches!(change, Change::EntryAdded(_))), "{changes:?}");
                assert_eq!(docket.entries.len(), 20);
                assert!(missing.is_empty());
            }
            other => panic!("{other:?}"),
        }
        let empty = compare(Some(&view(&ten())), &docket(&[]), &MissingParts::new(), sliding, at(0));
        assert!(matches!(empty, Comparison::Implausible { .. }), "{empty:?}");
        // A feed of a whole court without a row of this case says nothing of it, its heading included.
        let mut held = view(&ten());
        held.heading.title = Some("Uno v. Dos".into());
        let missing = MissingParts::from([(Part::Entry(EntryKey("k3".into())), count(None, at(0)))]);
        let none = compare(Some(&held), &docket(&[]), &missing, Confirm { others: true, ..sliding }, at(0));
        assert_eq!(none, Comparison::Same { docket: held.clone(), missing: MissingParts::new() });
        // When it shows up for the first time its entries are news, and what it is called is not.
        match compare(Some(&docket(&[])), &held, &MissingParts::new(), Confirm { others: true, ..sliding }, at(0)) {
            Comparison::Changed { changes, docket, .. } => {
                assert!(changes.len() == 10 && changes.iter().all(|change| matches!(change, Change::EntryAdded(_))), "{changes:?}");
                assert_eq!(docket.heading.title, held.heading.title);
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn white_space_is_no_edit_and_a_word_is() {
        let held = docket(&[("a", "se  convoca\na juicio"), ("b", "x"), ("c", "y"), ("d", "z")]);
        let same = docket(&[("a", "se convoca a juicio"), ("b", "x"), ("c", "y"), ("d", "z")]);
        assert!(matches!(compare(Some(&held), &same, &MissingParts::new(), CONFIRM, at(0)), Comparison::Same { .. }));
        let edited = docket(&[("a", "se convoca a audiencia"), ("b", "x"), ("c", "y"), ("d", "z")]);
        let answer = compare(Some(&held), &edited, &MissingParts::new(), CONFIRM, at(0));
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
            let answer = compare(Some(&held), &seen, &MissingParts::new(), CONFIRM, at(0));
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
            let again = matches!(compare(Some(&kept), &seen, &MissingParts::new(), CONFIRM, at(1)), Comparison::Same { .. });
            prop_assert!(again);
        }
    }
}
