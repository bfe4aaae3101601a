//! F-03: an entry appeared with a date well before a day on which the case was surely read.
//!
//! Where the source numbers its rows, the number says how it came: made late, with a number after those of newer entries
//! (F-03a), or made in time and not shown (F-03b). Where it says itself when a row was entered, what is late is late in the open, and what is
//! usual at that court is no news.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{Finding, Sight, dated};
use crate::domain::docket::Entry;
use crate::domain::event::{Actor, EventKind, FieldChange, Severity};
use crate::domain::evidence::{CREATED_LATE, DATED_BEFORE, NOT_SHOWN};

/// An entry that appears dated more than this many working days before a day on which the case was surely read was not
/// merely entered late (`domain.md` F-03: default tolerance).
const TOLERANCE: u32 = 3;
/// So many rows whose lag the source shows say what is usual at that court (`domain.md` F-03, guards) …
const FEWEST_LAGS: usize = 30;
/// … by the lag that one in so many exceeds.
const ONE_IN: usize = 100;
/// With this many at once it is a batch that was moved or entered together, not an act slipped in (`domain.md` F-20).
const BATCH: usize = 10;
/// Of the entries after an old one the newest are looked at for a decision.
const LOOKED_AT: usize = 300;

pub fn find<'a>(sight: &Sight<'a>) -> Vec<Finding<'a>> {
    let old = entries(sight);
    let Some(first) = old.first().and_then(|entry| entry.date) else { return Vec::new() };
    let decision = last_decision(sight, first);
    old.into_iter().map(|entry| finding(sight, entry, decision)).collect()
}

/// The entries that are told as backdated: none when nothing of this visit can be judged so, because there was no docket, a
/// court or an incident joined the case with its own history, or a whole batch is old.
pub fn entries<'a>(sight: &Sight<'a>) -> Vec<&'a Entry> {
    let Some(read_by) = sight.seen.surely_read_by() else { return Vec::new() };
    let usual = usual_lag(sight).and_then(|days| read_by.checked_sub(days.days()).ok());
    let limit = sight.meaning.working_days_before(read_by, TOLERANCE).min(usual.unwrap_or(Date::MAX));
    let is_old = |entry: &&Entry| entry.date.is_some_and(|date| date < limit);
    let old: Vec<&Entry> = sight.added().into_iter().filter(is_old).collect();
    if old.len() >= BATCH || sight.is_joined() { Vec::new() } else { old }
}

/// In how many days nearly all rows of the docket are entered, as the source says of them.
fn usual_lag(sight: &Sight<'_>) -> Option<i32> {
    let lag = |entry: &Entry| entry.recorded()?.since(entry.date?).ok().map(|span| span.get_days());
    let mut lags: Vec<i32> = sight.seen.before?.entries.iter().filter_map(lag).collect();
    lags.sort_unstable();
    (lags.len() >= FEWEST_LAGS).then(|| lags[lags.len() - 1 - lags.len() / ONE_IN])
}

fn finding<'a>(sight: &Sight<'a>, entry: &'a Entry, decision: Option<&'a Entry>) -> Finding<'a> {
    let made = made(sight, entry);
    let is_borne_out = made.is_some() && sight.held().are_monotone(entry);
    // Of what a party filed only a remedy counts in days; its other papers are scanned when somebody has the time.
    let counts = || {
        let reading = sight.reading(entry);
        reading.actor != Actor::Party || reading.kinds.contains(&EventKind::AppealFiled)
    };
    let earlier = decision.filter(|decision| entry.date < decision.date && counts());
    let is_open = entry.recorded().is_some_and(|day| entry.date < Some(day));
    let severity = if !is_open && (is_borne_out || earlier.is_some()) { Severity::Critical } else { EventKind::RecordBackdated.severity() };
    let by_decision = || {
        let decision = earlier?;
        let before = Some(dated(decision.date, &decision.title));
        Some(FieldChange { field: DATED_BEFORE.to_owned(), before, after: entry.date.map(|date| date.to_string()) })
    };
    Finding { severity, entry: Some(entry), field: made.or_else(by_decision), passage: None }
}

/// How the entry came, by its number.
fn made(sight: &Sight<'_>, entry: &Entry) -> Option<FieldChange> {
    let place = sight.held().place(entry)?;
    let (field, witness) = match (place.before, place.after) {
        // Something that was shown already has a higher number.
        (_, Some(after)) => (NOT_SHOWN, after),
        // The last row that was made before it is dated well after it.
        (Some(before), None) if entry.date.is_some_and(|date| date < sight.meaning.working_days_before(before.date, TOLERANCE)) => {
            (CREATED_LATE, before)
        }
        _ => return None,
    };
    let before = Some(dated(Some(witness.date), &witness.number.to_string()));
    Some(FieldChange { field: field.to_owned(), before, after: Some(place.number.to_string()) })
}

/// The newest decision or word of a hearing that was held already and is dated after a day (`domain.md` F-03).
fn last_decision<'a>(sight: &Sight<'a>, day: Date) -> Option<&'a Entry> {
    let mut held: Vec<&Entry> = sight.seen.before?.entries.iter().filter(|entry| entry.date > Some(day) && !entry.annulled).collect();
    held.sort_by_key(|entry| std::cmp::Reverse(entry.date));
    let is_decision =
        |kind: &EventKind| matches!(kind, EventKind::RulingIssued | EventKind::RulingOral) || kind.name().starts_with("hearing.");
    held.into_iter().take(LOOKED_AT).find(|entry| sight.reading(entry).kinds.iter().any(is_decision))
}
