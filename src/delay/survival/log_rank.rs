//! The log-rank test: whether groups end at different paces by more than chance (Mantel 1966; `domain.md` B4.8).
//!
//! Callers compare courts with it, never judges on few hearings ([`super::disclosure::compare_judges`]). What it refuses is to be shown as
//! points instead. That a difference is found says nothing of its cause, nor of how large it is.

use std::fmt;

use super::chi_square::upper_tail;
use super::disclosure::FEWEST_EVENTS_TO_COMPARE;
use super::observation::Observation;
use super::risk::{Row, Table, number};

/// A variance that is a smaller part than this of what it was before the other groups were accounted for is none.
const NOTHING_LEFT: f64 = 1e-10;

/// The outcome of a comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct LogRank {
    /// One for each group, in the order in which they were given.
    pub groups: Vec<Group>,
    /// The statistic.
    pub chi_square: f64,
    /// Its degrees of freedom: groups less one.
    pub freedom: usize,
    /// How probable at least this much is when the groups do not differ.
    pub p: f64,
    /// Whether persons of one case are among the observations, so that the variance was taken by case.
    pub is_by_case: bool,
}

/// A group beside what it would be if all were alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Group {
    /// How many are in it.
    pub observations: usize,
    /// How many of them were over.
    pub events: usize,
    /// How many would be over by now at the pace of all.
    pub expected: f64,
}

/// Why groups are not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// There are not two groups.
    NothingToCompare,
    /// A group has fewer events than [`FEWEST_EVENTS_TO_COMPARE`].
    TooFewEvents {
        /// Which group, by its place in the list …
        group: usize,
        /// … and how many of its cases had one.
        events: usize,
    },
    /// Some groups were never at risk together, or there are fewer cases than groups to compare.
    NeverTogether,
}

/// Sums over the days: what was observed less what was expected of each group, with its variance.
struct Sums {
    expected: Vec<f64>,
    variance: Vec<Vec<f64>>,
}

/// Whether these groups end at different paces. In `n log n` steps.
///
/// The variance is the hypergeometric one, as in R's `survdiff`, and with delayed entry as in the score test of
/// `coxph(ties = "exact")`. Where persons of one case are among the observations it is the one by case of Lin and Wei (1989): the robust
/// score test of `coxph(ties = "breslow", cluster = )`.
pub fn log_rank(groups: &[&[Observation]]) -> Result<LogRank, Refusal> {
    if groups.len() < 2 {
        return Err(Refusal::NothingToCompare);
    }
    let counts: Vec<_> = groups.iter().map(|group| Table::new(&[group]).counts).collect();
    let fewest = counts.iter().map(|counts| counts.cases_with_events).enumerate().min_by_key(|(_, events)| *events);
    if let Some((group, events)) = fewest.filter(|(_, events)| *events < FEWEST_EVENTS_TO_COMPARE) {
        return Err(Refusal::TooFewEvents { group, events });
    }
    let table = Table::new(groups);
    let is_by_case = table.counts.are_clustered();
    let sums = sums(&table, groups.len(), is_by_case);
    let groups: Vec<Group> = counts
        .iter()
        .zip(&sums.expected)
        .map(|(counts, expected)| Group { observations: counts.observations, events: counts.events, expected: *expected })
        .collect();
    // The differences add up to nothing, so that one group is left out: the first, as in R.
    let differences = groups.iter().skip(1).map(|group| number(group.events) - group.expected).collect();
    let variance = sums.variance.into_iter().skip(1).map(|row| row.into_iter().skip(1).collect()).collect();
    let chi_square = quadratic(variance, differences).ok_or(Refusal::NeverTogether)?;
    let freedom = groups.len() - 1;
    Ok(LogRank { groups, chi_square, freedom, p: upper_tail(chi_square, freedom), is_by_case })
}

fn sums(table: &Table, groups: usize, is_by_case: bool) -> Sums {
    let mut sums = Sums { expected: vec![0.0; groups], variance: vec![vec![0.0; groups]; groups] };
    let mut at_risk = vec![0_usize; groups];
    // By case: the pace so far, each group's part of it, and how each case differs from what was expected of it.
    let (mut pace, mut parts) = (0.0, vec![0.0; groups]);
    let mut cases = if is_by_case { vec![vec![0.0; groups]; table.counts.cases] } else { Vec::new() };
    for row in table.rows() {
        for person in row.entering {
            count(&mut at_risk, person.group, |there| there + 1);
            if let Some(case) = cases.get_mut(person.cluster) {
                add(case, person.group, pace, &parts, 1.0);
            }
        }
        let (all, events) = (number(row.at_risk), number(row.events()));
        let shares: Vec<f64> = at_risk.iter().map(|there| number(*there) / all).collect();
        for (expected, share) in sums.expected.iter_mut().zip(&shares) {
            *expected += events * share;
        }
        if is_by_case {
            pace += events / all;
            parts.iter_mut().zip(&shares).for_each(|(part, share)| *part += events / all * share);
            depart(&row, &mut cases, pace, &parts, &shares);
        } else if row.at_risk > 1 {
            spread(&mut sums.variance, &shares, events * (all - events) / (all - 1.0));
        }
        for person in row.leaving {
            count(&mut at_risk, person.group, |there| there.saturating_sub(1));
        }
    }
    for case in &cases {
        for (row, one) in sums.variance.iter_mut().zip(case) {
            row.iter_mut().zip(case).for_each(|(sum, other)| *sum += one * other);
        }
    }
    sums
}

fn count(at_risk: &mut [usize], group: usize, change: impl Fn(usize) -> usize) {
    if let Some(there) = at_risk.get_mut(group) {
        *there = change(*there);
    }
}

/// Adds, `times` over, what was expected until now of somebody of this group to a case's differences.
fn add(case: &mut [f64], group: usize, pace: f64, parts: &[f64], times: f64) {
    for (place, (difference, part)) in case.iter_mut().zip(parts).enumerate() {
        *difference += times * (if place == group { pace } else { 0.0 } - part);
    }
}

/// Closes the accounts of those who leave: less what was expected of them, and for an event what it was.
fn depart(row: &Row<'_>, cases: &mut [Vec<f64>], pace: f64, parts: &[f64], shares: &[f64]) {
    for person in row.leaving {
        let Some(case) = cases.get_mut(person.cluster) else { continue };
        add(case, person.group, pace, parts, -1.0);
        if person.observation.cause().is_some() {
            add(case, person.group, 1.0, shares, 1.0);
        }
    }
}

/// Adds the variance of a day's draw from those at risk.
fn spread(variance: &mut [Vec<f64>], shares: &[f64], scale: f64) {
    for (one, (row, share)) in variance.iter_mut().zip(shares).enumerate() {
        for (other, (sum, with)) in row.iter_mut().zip(shares).enumerate() {
            *sum += scale * share * (if one == other { 1.0 } else { 0.0 } - with);
        }
    }
}

/// `d' V⁻¹ d` for a symmetric `V`, by taking one dimension after the other out of it; `None` when it has no inverse.
fn quadratic(mut matrix: Vec<Vec<f64>>, mut vector: Vec<f64>) -> Option<f64> {
    let mut sum = 0.0;
    let mut whole: Vec<f64> = matrix.iter().enumerate().filter_map(|(place, row)| row.get(place).copied()).collect();
    while let (Some(mut row), Some(last)) = (matrix.pop(), vector.pop()) {
        let (pivot, before) = (row.pop()?, whole.pop()?);
        if pivot.is_nan() || pivot <= before * NOTHING_LEFT {
            return None;
        }
        sum += last * last / pivot;
        for ((of, value), factor) in matrix.iter_mut().zip(&mut vector).zip(&row) {
            of.pop();
            of.iter_mut().zip(&row).for_each(|(cell, with)| *cell -= factor * with / pivot);
            *value -= factor * last / pivot;
        }
    }
    Some(sum)
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingToCompare => write!(f, "a comparison takes two groups or more"),
            Self::TooFewEvents { events, .. } => {
                write!(f, "groups are compared from {FEWEST_EVENTS_TO_COMPARE} events each, and one has {events}; show the cases as points")
            }
            Self::NeverTogether => write!(f, "some of the groups were never watched at the same age, so that nothing compares them"),
        }
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::super::kaplan_meier::tests::{open, over};
    use super::*;

    fn group(from: u32, events: u32) -> Vec<Observation> {
        (from..from + events).map(|day| over(f64::from(day))).chain([open(400.0)]).collect()
    }

    #[test]
    fn nine_events_are_not_compared_and_ten_are() {
        let (nine, ten) = (group(1, 9), group(1, 10));
        assert_eq!(log_rank(&[&ten, &nine]), Err(Refusal::TooFewEvents { group: 1, events: 9 }));
        assert_eq!(log_rank(&[&ten]), Err(Refusal::NothingToCompare));
        let alike = log_rank(&[&ten, &ten]).expect("ten events each");
        assert_eq!((alike.freedom, alike.is_by_case), (1, false));
        assert!(alike.chi_square.abs() < 1e-12 && (alike.p - 1.0).abs() < 1e-5, "{alike:?}");
        // Twenty accused of nine cases are nine.
        let accused: Vec<_> = group(1, 20).into_iter().enumerate().map(|(n, one)| one.in_case(n as u64 % 9)).collect();
        assert_eq!(log_rank(&[&accused, &ten]), Err(Refusal::TooFewEvents { group: 0, events: 9 }));
    }

    #[test]
    fn groups_that_were_never_watched_at_one_age_are_not_compared() {
        let early: Vec<_> = (1..=12).map(|day| over(f64::from(day))).collect();
        let late: Vec<_> = (101..=112).map(|day| over(f64::from(day)).entered(100.0).expect("later")).collect();
        assert_eq!(log_rank(&[&early, &late]), Err(Refusal::NeverTogether));
        assert_eq!(log_rank(&[&late, &early, &group(1, 12)]).map(|test| test.freedom), Ok(2), "the third stands between them");
    }
}
