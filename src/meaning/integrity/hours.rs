//! F-18: an act of the court that is dated at night, at the end of the week or on a public holiday.
//!
//! Only where the hours of the courts are known and the source gives times of day that otherwise keep to them; matters in which a judge is
//! on duty are exempt.

use jiff::ToSpan;

use super::signs::Sign;
use super::{Finding, Sight, dated};
use crate::domain::docket::Entry;
use crate::domain::event::{Actor, EventKind, FieldChange, Severity};
use crate::domain::evidence::OFF_HOURS;

/// So many such acts within [`DAYS`] are a pattern (`domain.md` F-18).
const PATTERN: usize = 3;
const DAYS: i64 = 30;
/// Where more than one in so many entries with a time is outside the hours, the source's times are not those of the courts.
const ONE_IN: usize = 5;
/// How much of a text says what it is about.
const HEAD: usize = 400;

pub fn find<'a>(sight: &Sight<'a>) -> Vec<Finding<'a>> {
    let is_odd = |entry: &&Entry| entry.notice_of.is_none() && entry.withheld.is_none() && sight.out_of_hours(entry).is_some();
    let odd: Vec<&Entry> = sight.added().into_iter().filter(is_odd).collect();
    if odd.is_empty() || sight.seen.before.is_none() || sight.is_joined() || !keeps_hours(sight) || is_urgent_case(sight) {
        return Vec::new();
    }
    // Of several in one visit the last is told, with how many there were.
    let last = odd.into_iter().rev().find(|entry| is_act(sight, entry));
    last.and_then(|entry| finding(sight, entry)).into_iter().collect()
}

fn finding<'a>(sight: &Sight<'a>, entry: &'a Entry) -> Option<Finding<'a>> {
    let (date, time) = sight.out_of_hours(entry)?;
    let since = date.saturating_sub(DAYS.days());
    let others = sight.seen.after.entries.iter().filter(|other| {
        other.key != entry.key
            && other.notice_of.is_none()
            && other.date > Some(since)
            && (other.date, other.time) <= (entry.date, entry.time)
            && sight.out_of_hours(other).is_some()
    });
    let count = 1 + others.filter(|other| is_act(sight, other)).count();
    let is_pattern = count >= PATTERN;
    let severity = if is_pattern { Severity::Notice } else { EventKind::RecordOffHours.severity() };
    let before = Some(dated(Some(date), &time.strftime("%H:%M").to_string()));
    let field = FieldChange { field: OFF_HOURS.to_owned(), before, after: is_pattern.then(|| count.to_string()) };
    Some(Finding { severity, entry: Some(entry), field: Some(field), passage: None })
}

/// Whether the entries that were there keep to the hours.
fn keeps_hours(sight: &Sight<'_>) -> bool {
    let Some(before) = sight.seen.before else { return false };
    let timed = before.entries.iter().filter(|entry| entry.time.is_some()).count();
    let odd = before.entries.iter().filter(|entry| sight.out_of_hours(entry).is_some()).count();
    timed > 0 && odd * ONE_IN <= timed
}

/// Whether the court did it, and not in a matter that cannot wait.
fn is_act(sight: &Sight<'_>, entry: &Entry) -> bool {
    let end = entry.text.char_indices().map(|(at, _)| at).find(|at| *at >= HEAD).unwrap_or(entry.text.len());
    let is_urgent = sight.shows(Sign::AnyHour, &entry.title) || sight.shows(Sign::AnyHour, &entry.text[..end]);
    !is_urgent && sight.reading(entry).actor == Actor::Court
}

fn is_urgent_case(sight: &Sight<'_>) -> bool {
    sight.of_case().any(|text| sight.shows(Sign::AnyHour, text))
}
