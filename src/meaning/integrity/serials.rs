//! The numbers that a source gave to its rows when it made them, as witnesses of the order in which they were made
//! (`domain.md` F2).
//!
//! Whether a source's numbers really grow with time is a hypothesis that each docket has to bear out before anything loud
//! rests on it. Rows that share a number (an act and its notice, the steps of a citation) count once, by their first date.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::{Date, Time};

use crate::domain::docket::{Entry, EntryKey, SERIAL_FIELD};
use crate::meaning::seen::Seen;

/// So many rows have to bear out that numbers grow with time (`domain.md` F-03a).
pub const FEWEST_ROWS: usize = 200;
/// … with at least this rank correlation (Spearman) of numbers and dates.
pub const MONOTONE: f64 = 0.99;

/// The numbered rows that the source showed before, by sequence.
#[derive(Default)]
pub struct Serials<'a> {
    sequences: BTreeMap<&'a str, BTreeMap<u64, Row>>,
}

/// The first of the rows that share a number.
#[derive(Clone, Copy)]
pub struct Row {
    /// Its number.
    pub number: u64,
    /// Its date.
    pub date: Date,
    time: Option<Time>,
}

/// How a new row stands among those that were shown before.
pub struct Place {
    /// The number of the new row.
    pub number: u64,
    /// The last row that was made before it.
    pub before: Option<Row>,
    /// The first row that was made after it.
    pub after: Option<Row>,
}

impl<'a> Serials<'a> {
    /// The numbers of the entries that were held. What is stored may have been read by an older recipe, without numbers;
    /// then those count that the source shows today.
    pub fn held(seen: &'a Seen<'a>) -> Self {
        let mut serials = Self::default();
        let Some(before) = seen.before else { return serials };
        let today: HashMap<&EntryKey, &Entry> = seen.after.entries.iter().map(|entry| (&entry.key, entry)).collect();
        for entry in &before.entries {
            let shown = today.get(&entry.key).copied().unwrap_or(entry);
            let numbered = shown.numbered(SERIAL_FIELD).or_else(|| entry.numbered(SERIAL_FIELD));
            // The date as it was held: one that changed in this visit is told as that.
            if let (Some((sequence, number)), Some(date)) = (numbered, entry.date) {
                serials.put(sequence, Row { number, date, time: entry.time });
            }
        }
        serials
    }

    fn put(&mut self, sequence: &'a str, row: Row) {
        let rows = self.sequences.entry(sequence).or_default();
        let first = rows.entry(row.number).or_insert(row);
        if (row.date, row.time) < (first.date, first.time) {
            *first = row;
        }
    }

    /// Where an entry stands; `None` when it has no number, or one that another row has too.
    pub fn place(&self, entry: &Entry) -> Option<Place> {
        let (sequence, number) = entry.numbered(SERIAL_FIELD)?;
        let rows = self.sequences.get(sequence)?;
        if rows.contains_key(&number) {
            return None;
        }
        let before = rows.range(..number).next_back().map(|(_, row)| *row);
        let after = rows.range(number..).next().map(|(_, row)| *row);
        Some(Place { number, before, after })
    }

    /// The rows of the sequence that an entry is numbered in, by number.
    pub fn rows_of(&self, entry: &Entry) -> Vec<Row> {
        let rows = entry.numbered(SERIAL_FIELD).and_then(|(sequence, _)| self.sequences.get(sequence));
        rows.map(|rows| rows.values().copied().collect()).unwrap_or_default()
    }

    /// Whether enough rows of the entry's sequence show that its numbers grow with time.
    pub fn are_monotone(&self, entry: &Entry) -> bool {
        let rows = self.rows_of(entry);
        rows.len() >= FEWEST_ROWS && correlation(&rows) >= MONOTONE
    }
}

/// The rank correlation of numbers and dates (Spearman), rows of one instant sharing their rank. The rows come by number.
fn correlation(rows: &[Row]) -> f64 {
    let mut by_date: Vec<usize> = (0..rows.len()).collect();
    let when = |at: usize| (rows[at].date, rows[at].time);
    by_date.sort_by_key(|at| when(*at));
    let mut ranks = vec![0.0; rows.len()];
    let mut from = 0;
    while from < by_date.len() {
        let mut until = from + 1;
        while until < by_date.len() && when(by_date[until]) == when(by_date[from]) {
            until += 1;
        }
        // The mean of the ranks from..until.
        let shared = as_float(from + until - 1) / 2.0;
        by_date[from..until].iter().for_each(|at| ranks[*at] = shared);
        from = until;
    }
    let middle = as_float(rows.len().saturating_sub(1)) / 2.0;
    let (mut both, mut numbers, mut dates) = (0.0, 0.0, 0.0);
    for (at, rank) in ranks.iter().enumerate() {
        let (x, y) = (as_float(at) - middle, rank - middle);
        (both, numbers, dates) = (both + x * y, numbers + x * x, dates + y * y);
    }
    if numbers == 0.0 || dates == 0.0 { 0.0 } else { both / (numbers * dates).sqrt() }
}

fn as_float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::ToSpan;
    use jiff::civil::date;

    /// The correlation of rows that are dated so many days after the first, in the order of their numbers.
    fn of(days: &[i32]) -> f64 {
        let row = |(number, days): (u64, &i32)| {
            let date = date(2026, 1, 1).checked_add(days.days()).expect("a day");
            Row { number, date, time: None }
        };
        correlation(&(1..).zip(days).map(row).collect::<Vec<_>>())
    }

    #[test]
    fn the_rank_correlation_is_that_of_spearman() {
        assert!((of(&[1, 2, 3, 40]) - 1.0).abs() < 1e-9, "order counts, not distance");
        assert!((of(&[4, 3, 2, 1]) + 1.0).abs() < 1e-9);
        // By hand: d = (1, -1, 0, 0), 1 - 6 * 2 / (4 * 15).
        assert!((of(&[2, 1, 3, 4]) - 0.8).abs() < 1e-9);
        // With a tie, the correlation of the mean ranks: ranks 1.5 1.5 3.
        assert!((of(&[1, 1, 2]) - 0.866_025_403).abs() < 1e-6);
        assert!(of(&[1, 1, 1]).abs() < 1e-9 && of(&[]).abs() < 1e-9, "nothing is shown by nothing");
    }
}
