//! F-11: the case was raffled again in one instance without a reason that the record shows, or outside working hours.
//!
//! It judges only sources that say to which court or incident an entry belongs: another instance has its own raffle.

use jiff::civil::{Date, Time};

use super::signs::Sign;
use super::{Finding, Sight, dated};
use crate::domain::diff::same_words;
use crate::domain::docket::{Docket, Entry};
use crate::domain::event::{EventKind, FieldChange};
use crate::domain::evidence::{EARLIER_RAFFLE, OFF_HOURS};

/// More raffles than these in one visit are a history that was uploaded.
const BATCH: usize = 3;

pub fn find<'a>(sight: &Sight<'a>) -> Vec<Finding<'a>> {
    if sight.seen.before.is_none() || !sight.seen.was_whole {
        return Vec::new();
    }
    let raffles: Vec<&Entry> = sight.added().into_iter().filter(|entry| is_raffle(sight, entry)).collect();
    if raffles.len() > BATCH || sight.is_joined() {
        return Vec::new();
    }
    let odd = |entry: &'a Entry| Some(finding(entry, again(sight, entry).or_else(|| out_of_hours(sight, entry))?));
    raffles.into_iter().filter_map(odd).collect()
}

fn finding<'a>(entry: &'a Entry, field: FieldChange) -> Finding<'a> {
    Finding { severity: EventKind::CaseReraffled.severity(), entry: Some(entry), field: Some(field), passage: None }
}

fn is_raffle(sight: &Sight<'_>, entry: &Entry) -> bool {
    let is_act = entry.notice_of.is_none() && !entry.annulled && entry.withheld.is_none();
    is_act && sight.shows(Sign::Raffle, &entry.title) && !sight.shows(Sign::OtherRaffle, &entry.title)
}

/// The raffle before this one, when nothing between the two says why there is another.
fn again(sight: &Sight<'_>, entry: &Entry) -> Option<FieldChange> {
    let docket: &Docket = sight.seen.after;
    let at = when(entry)?;
    let is_before = |other: &&Entry| other.key != entry.key && when(other).is_some_and(|other| other <= at);
    let others = docket.entries.iter().filter(|other| is_same_instance(entry, other)).filter(is_before);
    let before = others.filter(|other| is_raffle(sight, other)).max_by_key(|other| when(other))?;
    // One act that the source lists twice.
    if before.date == entry.date && (before.text.is_empty() || entry.text.is_empty() || same_words(&before.text, &entry.text)) {
        return None;
    }
    let gives_reason = |entry: &Entry| {
        entry.withheld.is_some() || sight.shows(Sign::RaffleReason, &entry.title) || sight.shows(Sign::RaffleReason, &entry.text)
    };
    // An order of the day of either raffle may stand before or behind it.
    let between = docket.entries.iter().filter(|other| other.date >= before.date && other.date <= entry.date);
    let mut between = between.filter(|other| other.key != before.key);
    if between.any(gives_reason) {
        return None;
    }
    let time = before.time.map(|time| time.strftime("%H:%M").to_string()).unwrap_or_default();
    Some(FieldChange {
        field: EARLIER_RAFFLE.to_owned(),
        before: Some(dated(before.date, &time)),
        after: entry.date.map(|date| date.to_string()),
    })
}

fn out_of_hours(sight: &Sight<'_>, entry: &Entry) -> Option<FieldChange> {
    let (date, time) = sight.out_of_hours(entry)?;
    let is_any_hour = |text: &String| sight.shows(Sign::AnyHour, text) || sight.shows(Sign::RaffleAnyHour, text);
    if sight.of_case().any(is_any_hour) || [&entry.title, &entry.text].into_iter().any(is_any_hour) {
        return None;
    }
    let before = Some(dated(Some(date), &time.strftime("%H:%M").to_string()));
    Some(FieldChange { field: OFF_HOURS.to_owned(), before, after: None })
}

fn when(entry: &Entry) -> Option<(Date, Option<Time>)> {
    Some((entry.date?, entry.time))
}

/// Whether both are of one court and one incident, as far as the source says; `false` when it does not.
fn is_same_instance(a: &Entry, b: &Entry) -> bool {
    let field = |entry: &Entry, name: &str| entry.extra.get(name).cloned();
    let same = |name: &str| field(a, name) == field(b, name);
    same("incident") && same("court") && (field(a, "incident").is_some() || field(a, "court").is_some())
}
