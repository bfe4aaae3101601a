//! F-20: far more was entered on one day, or changed in one visit, than is usual in the case.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{Finding, Sight};
use crate::domain::diff::Change;
use crate::domain::docket::{Docket, Entry, EntryKey};
use crate::domain::event::{Event, EventKind, FieldChange};
use crate::domain::evidence::{EDITS_AT_ONCE, ENTRIES_AT_ONCE};
use crate::meaning::seen::Seen;

/// Up to so many entries of a day are no burst in any case (`domain.md` F-20).
const FEWEST: usize = 10;
/// … nor are so many times what is usual.
const TIMES: usize = 5;
/// So many entries that changed in one visit are one (`domain.md` F-20).
const EDITS: usize = 5;
/// Re-dated entries in a hundred that are nearly all (`domain.md` F-08).
const NEARLY_ALL: usize = 80;

pub fn find<'a>(sight: &Sight<'a>) -> Vec<Finding<'a>> {
    entries(sight).into_iter().chain(edits(sight)).map(finding).collect()
}

fn finding<'a>(field: FieldChange) -> Finding<'a> {
    Finding { severity: EventKind::RecordBurst.severity(), entry: None, field: Some(field), passage: None }
}

/// New entries of one day, or dated before a day on which the case was read and not there then. Notices do not count: a
/// judgment has one for each of its parties.
fn entries(sight: &Sight<'_>) -> Option<FieldChange> {
    let before = sight.seen.before.filter(|before| sight.seen.was_whole && !before.entries.is_empty())?;
    let new: Vec<&Entry> = sight.added().into_iter().filter(|entry| entry.notice_of.is_none()).collect();
    if new.len() <= FEWEST || sight.is_joined() {
        return None;
    }
    let usual = usual(before);
    let limit = FEWEST.max(TIMES * usual);
    let read_by = sight.seen.surely_read_by();
    if most(&new, read_by) <= limit {
        return None;
    }
    let is_served = |entry: &&Entry| sight.reading(entry).kinds.contains(&EventKind::NotificationServed);
    let acts: Vec<&Entry> = new.into_iter().filter(|entry| !is_served(entry)).collect();
    let count = most(&acts, read_by);
    let field = FieldChange { field: ENTRIES_AT_ONCE.to_owned(), before: Some(usual.to_string()), after: Some(count.to_string()) };
    (count > limit).then_some(field)
}

/// The most entries of one day, or all that are older than a reading that did not show them.
fn most(entries: &[&Entry], read_by: Option<Date>) -> usize {
    let busiest = days(entries.iter().copied()).into_values().max().unwrap_or_default();
    let old = |entry: &&&Entry| read_by.is_some_and(|day| entry.date.is_some_and(|date| date < day));
    busiest.max(entries.iter().filter(old).count())
}

/// How many entries a day has on which there are any, in the middle.
fn usual(docket: &Docket) -> usize {
    let mut counts: Vec<usize> = days(docket.entries.iter()).into_values().collect();
    counts.sort_unstable();
    counts.get(counts.len() / 2).copied().unwrap_or_default()
}

fn days<'e>(entries: impl Iterator<Item = &'e Entry>) -> BTreeMap<Date, usize> {
    let mut days = BTreeMap::new();
    for date in entries.filter_map(|entry| entry.date) {
        *days.entry(date).or_default() += 1;
    }
    days
}

fn edits(sight: &Sight<'_>) -> Option<FieldChange> {
    let field = FieldChange { field: EDITS_AT_ONCE.to_owned(), before: None, after: Some(sight.edited.to_string()) };
    (sight.edited >= EDITS).then_some(field)
}

/// Of how many entries a change of words, date or file is told, or would be if it were not that of nearly all.
pub fn edited(told: &[Event], changes: &[Change]) -> usize {
    let is_edit = |kind: EventKind| matches!(kind, EventKind::RecordEdited | EventKind::RecordRedated | EventKind::DocumentReplaced);
    let told = told.iter().filter(|event| is_edit(event.kind)).filter_map(|event| Some(&event.entry.as_ref()?.key));
    told.chain(redated(changes)).collect::<BTreeSet<_>>().len()
}

/// The entries whose day, or hour where it had one, is another.
fn redated(changes: &[Change]) -> impl Iterator<Item = &EntryKey> {
    changes.iter().filter_map(|change| match change {
        Change::EntryEdited { before, after } if is_redated(before, after) => Some(&after.key),
        _ => None,
    })
}

/// Whether the date of an entry is another one. A time that appears or disappears is a change of precision (`domain.md` F-08).
pub fn is_redated(before: &Entry, after: &Entry) -> bool {
    before.date != after.date || (before.time != after.time && before.time.is_some() && after.time.is_some())
}

/// Whether so many entries of a docket are dated otherwise at once that the source rather changed its zone or its form of dates
/// (`domain.md` F-08, guards): then it is told as edits of so many, and not of each.
pub fn are_all_redated(changes: &[Change], seen: &Seen<'_>) -> bool {
    let count = redated(changes).count();
    let held = seen.before.map_or(0, |before| before.entries.len());
    count >= EDITS && count * 100 >= held * NEARLY_ALL
}
