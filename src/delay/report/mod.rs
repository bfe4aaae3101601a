//! The report of delays: cases that were measured, put in order, counted, and compared in groups.
//!
//! `daemon::answers` studies each case as of one moment, asks [`case`] for it, and [`report`] for the whole. Pure: the same cases give the same
//! report. It masks nothing: titles and names come in as they may be shown.

mod case;
mod groups;
mod summary;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::domain::clocks::State;
use crate::domain::delays::{CaseDelays, DataVersion, Delays, Grouping, LeftOut};
use crate::domain::figure::Value;
use crate::domain::measure::{COUNTING_VERSION, Measure, REFUSED};
use crate::domain::setting::Outcome;

use super::measures::group::settings_per_hearing;

pub use case::{Told, case};
pub use summary::summary;

/// What was asked for, and of which program.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The moment.
    pub as_of: Timestamp,
    /// The operator's zone.
    pub zone: TimeZone,
    /// The version of veedor.
    pub program: String,
    /// The tags by which the cases were chosen.
    pub tags: Vec<String>,
    /// By what the cases are grouped beside all of them.
    pub by: Option<Grouping>,
}

/// A report of these cases, in whatever order they come.
pub fn report(asked: Asked, mut cases: Vec<CaseDelays>, mut left_out: Vec<LeftOut>, mut data: Vec<DataVersion>) -> Delays {
    // Until here the places of the cases are those in which they were read, by which settings of linked cases are counted once.
    let settings = Outcome::ALL.map(|outcome| (outcome, settings(&cases, outcome))).to_vec();
    cases.sort_by_cached_key(|case| (rank(case), case.source.clone(), case.number.clone()));
    left_out.sort_by(|a, b| (&a.source, &a.number).cmp(&(&b.source, &b.number)));
    data.sort();
    data.dedup();
    for (at, figure) in groups::positions(&cases) {
        if let Some(case) = cases.get_mut(at) {
            case.figures.list.push(figure);
        }
    }
    cases.iter_mut().for_each(|case| case.figures.list.sort_by_key(|figure| figure.measure));
    let groups = groups::groups(&cases, asked.by);
    let comparisons = asked.by.map(|by| groups::comparisons(&cases, &groups, by)).unwrap_or_default();
    let clocks = State::ALL.map(|(_, state)| (state, clocks(&cases, state))).to_vec();
    let settings_per_hearing = settings_per_hearing(&groups::members_at(&cases, &one_of_each_matter(&cases)));
    Delays {
        as_of: asked.as_of,
        zone: asked.zone,
        program: asked.program,
        counting: COUNTING_VERSION,
        tags: asked.tags,
        data,
        left_out,
        groups,
        comparisons,
        clocks,
        settings,
        settings_per_hearing,
        refused: REFUSED.to_vec(),
        cases,
    }
}

/// Most urgent first: time limits that are over, then those that may be, then those that are nearly over, then the court's longest silence.
fn rank(case: &CaseDelays) -> (Reverse<usize>, Reverse<usize>, Reverse<usize>, Reverse<i64>) {
    let count = |state| Reverse(case.clocks_in(&[state]).count());
    let silent = |part| match case.figures.get(Measure::LastActivity, part).map(|figure| &figure.value) {
        Some(Value::Open(days) | Value::Days(days)) if case.ended.is_none() => Some(days.calendar),
        _ => None,
    };
    // Where no entry is surely the court's, that of anybody.
    let silent = silent("court").or_else(|| silent("any")).unwrap_or(-1);
    (count(State::Breach), count(State::PossibleBreach), count(State::Warning), Reverse(silent))
}

/// Clocks in a state; one that linked cases have both is one.
fn clocks(cases: &[CaseDelays], state: State) -> usize {
    let all = cases.iter().flat_map(|case| case.clocks.iter().filter(|clock| clock.state == state).map(|clock| (case.matter, clock.id)));
    all.collect::<BTreeSet<_>>().len()
}

/// Of linked cases, which share their hearings, the one with the most settings.
fn one_of_each_matter(cases: &[CaseDelays]) -> Vec<usize> {
    let mut chosen: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for (at, case) in cases.iter().enumerate() {
        let known = chosen.entry(case.matter).or_insert((case.settings.len(), at));
        if case.settings.len() > known.0 {
            *known = (case.settings.len(), at);
        }
    }
    chosen.into_values().map(|(_, at)| at).collect()
}

fn settings(cases: &[CaseDelays], outcome: Outcome) -> usize {
    let of = |case: &CaseDelays| {
        let own = case.settings.iter().enumerate().filter(|(at, _)| !case.counted_before.contains(at));
        own.filter(|(_, setting)| setting.outcome == outcome).count()
    };
    cases.iter().map(of).sum()
}
