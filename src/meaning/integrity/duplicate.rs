//! F-22: a new act of the court that is nearly the same as another of its day, with other numbers in it.
//!
//! Notices repeat their act by their nature, parties file alike papers, and the steps of a citation differ by a number: only what a
//! court decided is compared.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::civil::Date;
use similar::{Algorithm, DiffTag, capture_diff_slices};

use super::{Finding, Sight};
use crate::domain::diff::same_words;
use crate::domain::docket::{Entry, EntryKey};
use crate::domain::event::{Actor, EventKind, FieldChange};
use crate::domain::evidence::TWIN;
use crate::meaning::edit::passage;

/// Texts are nearly the same from this share of their words on (`domain.md` F-22). That they are not the same is seen by
/// their numbers, so its upper bound of .999 is not needed: in a long ruling one other amount is a smaller part of it.
const NEARLY: f64 = 0.9;
/// Shorter texts are forms that are alike by their nature.
const FEWEST_WORDS: usize = 30;
/// A day with more acts than these brought a batch, of which many are alike.
const MOST_A_DAY: usize = 60;
/// Texts that are compared in one visit, at most.
const MOST: usize = 100;

pub fn find<'a>(sight: &Sight<'a>) -> Vec<Finding<'a>> {
    let new: Vec<&Entry> = sight.added().into_iter().filter(|entry| sight.seen.before.is_some() && is_comparable(entry)).collect();
    let mut by_day: HashMap<Option<Date>, Vec<&'a Entry>> = new.iter().map(|entry| (entry.date, Vec::new())).collect();
    if by_day.is_empty() {
        return Vec::new();
    }
    for entry in &sight.seen.after.entries {
        if let Some(day) = by_day.get_mut(&entry.date).filter(|_| is_comparable(entry)) {
            day.push(entry);
        }
    }
    by_day.retain(|_, day| day.len() <= MOST_A_DAY);
    let fresh: HashSet<&EntryKey> = new.iter().map(|entry| &entry.key).collect();
    let mut left = MOST;
    let mut found = Vec::new();
    for entry in new {
        // Of two that are both new the later is told.
        let later = |other: &Entry| (other.time, &other.key) > (entry.time, &entry.key) && fresh.contains(&other.key);
        let others =
            by_day.get(&entry.date).into_iter().flatten().filter(|other| other.key != entry.key && is_like(entry, other) && !later(other));
        let others: Vec<&Entry> = others.copied().take(left).collect();
        left -= others.len();
        let twin = others.into_iter().find_map(|other| Some((other, likeness(&other.text, &entry.text)?)));
        found.extend(twin.filter(|_| sight.reading(entry).actor == Actor::Court).map(|(other, share)| finding(entry, other, share)));
    }
    found
}

fn finding<'a>(entry: &'a Entry, other: &Entry, share: f64) -> Finding<'a> {
    let time = other.time.map(|time| time.strftime(" %H:%M").to_string()).unwrap_or_default();
    let when = other.date.map(|date| format!("{date}{time}"));
    // Cut and not rounded: what is not the same is never said to be the same to a hundred per cent.
    let field = FieldChange { field: TWIN.to_owned(), before: when, after: Some(format!("{} %", (share * 100.0).floor())) };
    let differs = passage(&other.text, &entry.text);
    Finding { severity: EventKind::RecordNearDuplicate.severity(), entry: Some(entry), field: Some(field), passage: differs }
}

fn is_comparable(entry: &Entry) -> bool {
    let is_shown = entry.date.is_some() && entry.notice_of.is_none() && entry.withheld.is_none() && !entry.annulled;
    is_shown && entry.text.split_whitespace().nth(FEWEST_WORDS - 1).is_some()
}

/// Whether both have one title, of one court and one incident.
fn is_like(a: &Entry, b: &Entry) -> bool {
    let same = |field: &str| a.extra.get(field) == b.extra.get(field);
    same_words(&a.title, &b.title) && same("incident") && same("court")
}

/// The share of their words that two texts have in common, in order, when it is high and their numbers differ.
fn likeness(a: &str, b: &str) -> Option<f64> {
    let (a, b): (Vec<&str>, Vec<&str>) = (a.split_whitespace().collect(), b.split_whitespace().collect());
    let share = |common: usize| 2.0 * as_float(common) / as_float(a.len() + b.len());
    // Cheap first: the words without their order.
    let mut words: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for (side, list) in [&a, &b].into_iter().enumerate() {
        list.iter().for_each(|word| words.entry(word).or_default()[side] += 1);
    }
    let has_digit = |word: &str| word.contains(|c: char| c.is_ascii_digit());
    let differ = words.iter().any(|(word, [a, b])| a != b && has_digit(word));
    if !differ || share(words.values().map(|[a, b]| *a.min(b)).sum()) < NEARLY {
        return None;
    }
    let operations = capture_diff_slices(Algorithm::Myers, &a, &b);
    let equal = operations.iter().filter(|operation| operation.tag() == DiffTag::Equal).map(|operation| operation.old_range().len());
    Some(share(equal.sum())).filter(|share| *share >= NEARLY)
}

fn as_float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}
