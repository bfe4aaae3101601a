//! Oddities: what was unexpected on the pages but did not stop the reading, counted by kind.
//!
//! Filled by `heading` and `entries`; ends in the docket, and holds no texts of the pages. What became of each row is noted
//! beside it for `explain`, and only for that.

use std::collections::BTreeMap;

use super::explain::{Fate, RowSeen};
use super::select::{Condition, all_hold};
use super::template::Env;
use crate::domain::docket::Oddity;

/// A rule of a recipe: rows that are odd, or odd as long as no other row explains them.
#[derive(Debug, Clone)]
pub struct OddityRule {
    /// The stable name.
    pub kind: String,
    /// What it says.
    pub detail: String,
    /// Rows for which all of this holds are odd.
    pub some: Vec<Condition>,
    /// … unless there is a row for which all of this holds; empty: there is no excuse.
    pub unless: Vec<Condition>,
    /// Whether rows that are missing may merely not have been shown.
    pub doubts: bool,
}

/// The oddities of one reading.
#[derive(Debug, Default)]
pub struct Oddities {
    counts: BTreeMap<(String, String), Count>,
    /// What became of each row, when somebody wants to know.
    rows: Option<Vec<RowSeen>>,
    table: usize,
}

#[derive(Debug, Default)]
struct Count {
    times: usize,
    doubts: bool,
}

/// What a rule has seen on one page.
#[derive(Debug, Default, Clone)]
pub struct Tally {
    odd: usize,
    excused: bool,
}

impl Oddities {
    /// Oddities that also note what becomes of each row.
    pub fn listening() -> Self {
        Self { rows: Some(Vec::new()), ..Self::default() }
    }

    /// From here on rows belong to the `[[entries]]` table with this index.
    pub fn at_table(&mut self, index: usize) {
        self.table = index;
    }

    /// Notes what became of a row of a page.
    pub fn row(&mut self, page: usize, fate: impl FnOnce() -> Fate) {
        let table = self.table;
        if let Some(rows) = &mut self.rows {
            rows.push(RowSeen { table, page, fate: fate() });
        }
    }

    /// The rows that were noted.
    pub fn rows(&self) -> &[RowSeen] {
        self.rows.as_deref().unwrap_or_default()
    }

    /// Notes one.
    pub fn note(&mut self, kind: &str, detail: &str) {
        self.note_many(kind, detail, 1);
    }

    /// Notes so many of one kind.
    pub fn note_many(&mut self, kind: &str, detail: &str, count: usize) {
        self.add(kind, detail, count, false);
    }

    fn add(&mut self, kind: &str, detail: &str, times: usize, doubts: bool) {
        if times > 0 {
            let count = self.counts.entry((kind.to_owned(), detail.to_owned())).or_default();
            count.times += times;
            count.doubts |= doubts;
        }
    }

    /// Notes what the rules have found on one page: what another request got is no excuse for it.
    pub fn note_tallies(&mut self, rules: &[OddityRule], tallies: &[Tally]) {
        for (rule, tally) in rules.iter().zip(tallies) {
            if !tally.excused {
                self.add(&rule.kind, &rule.detail, tally.odd, rule.doubts);
            }
        }
    }

    /// As the docket holds them.
    pub fn take_list(&mut self) -> Vec<Oddity> {
        let list = std::mem::take(&mut self.counts).into_iter();
        let oddity = |((kind, detail), Count { times, doubts }): ((String, String), Count)| {
            let detail = if times == 1 { detail } else { format!("{detail} ({times})") };
            Oddity { kind, detail, doubts }
        };
        list.map(oddity).collect()
    }
}

impl OddityRule {
    /// Looks at a row.
    pub fn look(&self, tally: &mut Tally, env: &Env<'_>) {
        if all_hold(&self.some, env) {
            tally.odd += 1;
        }
        if !self.unless.is_empty() && !tally.excused {
            tally.excused = all_hold(&self.unless, env);
        }
    }
}
