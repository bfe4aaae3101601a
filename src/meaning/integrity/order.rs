//! F-19: a new act of the court whose number and date break the order in which the source made and dated its rows.
//!
//! An entry that is told as backdated is not told again. It judges only dockets whose rows keep that order otherwise.

use jiff::civil::Date;

use super::serials::Row;
use super::{Finding, Sight, backdated, dated};
use crate::domain::docket::{Entry, SERIAL_FIELD};
use crate::domain::event::{Actor, EventKind, FieldChange};
use crate::domain::evidence::SERIAL_ORDER;
use crate::meaning::Meaning;

/// Dates may lag behind numbers by this many working days (`domain.md` F-19).
const TOLERANCE: u32 = 2;
/// Fewer rows than these show no order that could be broken.
const FEWEST_ROWS: usize = 20;
/// One break in this many rows is the most that an orderly docket has.
const ONE_BREAK_IN: usize = 100;
/// So many breaks in one visit are an upload of scans, not one act (`domain.md` F-19, guards).
const BATCH: usize = 5;

pub fn find<'a>(sight: &Sight<'a>) -> Vec<Finding<'a>> {
    if sight.seen.before.is_none() || sight.is_joined() {
        return Vec::new();
    }
    let numbered: Vec<&Entry> = sight.added().into_iter().filter(|entry| entry.numbered(SERIAL_FIELD).is_some()).collect();
    let found: Vec<Finding<'_>> = numbered.into_iter().filter_map(|entry| finding(sight, entry)).collect();
    if found.is_empty() || found.len() >= BATCH {
        return Vec::new();
    }
    let told = backdated::entries(sight);
    let is_orderly = |entry: &Entry| is_orderly(sight.meaning, &sight.held().rows_of(entry));
    let is_news =
        |entry: &Entry| told.iter().all(|known| known.key != entry.key) && is_orderly(entry) && sight.reading(entry).actor == Actor::Court;
    found.into_iter().filter(|finding| finding.entry.is_some_and(is_news)).collect()
}

fn finding<'a>(sight: &Sight<'a>, entry: &'a Entry) -> Option<Finding<'a>> {
    let (date, place, meaning) = (entry.date?, sight.held().place(entry)?, sight.meaning);
    let witness = place
        .before
        .filter(|before| is_broken(meaning, before.date, date))
        .or_else(|| place.after.filter(|after| is_broken(meaning, date, after.date)))?;
    let before = Some(dated(Some(witness.date), &witness.number.to_string()));
    let field = FieldChange { field: SERIAL_ORDER.to_owned(), before, after: Some(dated(entry.date, &place.number.to_string())) };
    Some(Finding { severity: EventKind::RecordOutOfOrder.severity(), entry: Some(entry), field: Some(field), passage: None })
}

/// Whether a row is dated well before the one that was made before it.
fn is_broken(meaning: &Meaning, first: Date, second: Date) -> bool {
    first > meaning.working_days_after(second, TOLERANCE)
}

fn is_orderly(meaning: &Meaning, rows: &[Row]) -> bool {
    let breaks = rows.windows(2).filter(|pair| is_broken(meaning, pair[0].date, pair[1].date)).count();
    rows.len() >= FEWEST_ROWS && breaks * ONE_BREAK_IN <= rows.len()
}
