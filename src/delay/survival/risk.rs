//! Who is at risk when: observations in the order of their days, for every estimator here.
//!
//! A [`Table`] is sorted once; [`Table::rows`] then goes over the distinct days of exit. It reckons no statistics.

use std::collections::{BTreeMap, BTreeSet};

use super::disclosure::FEWEST_AT_RISK;
use super::observation::{Cause, Observation};

/// An observation with its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Person {
    pub(super) observation: Observation,
    /// The number of its group among those that were given, from 0.
    pub(super) group: usize,
    /// The number of its case among all, from 0; one of its own where it stands alone.
    pub(super) cluster: usize,
}

/// All observations, sorted by entry and by exit.
#[derive(Debug)]
pub(super) struct Table {
    by_entry: Vec<Person>,
    by_exit: Vec<Person>,
    /// How many of a curve are what.
    pub(super) counts: Counts,
}

/// How many observations a figure rests on; all of it is printed beside the figure (`domain.md` B4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Observations.
    pub observations: usize,
    /// Those that ended by an event.
    pub events: usize,
    /// Those that were not over.
    pub censored: usize,
    /// Independent ones: cases, where several persons belong to one.
    pub cases: usize,
    /// Cases with an event: what the rules against too few events count (`domain.md` B4.2 with B4.6: no naive n).
    pub cases_with_events: usize,
}

impl Counts {
    /// Whether persons of one case are among them, so that variances have to be taken by case.
    pub fn are_clustered(&self) -> bool {
        self.cases < self.observations
    }
}

/// A day on which someone left.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    /// The day.
    pub(super) time: f64,
    /// Those with `entry < time <= exit`.
    pub(super) at_risk: usize,
    /// Of how many cases they are.
    pub(super) cases: usize,
    /// Those of them who came since the row before, so that their entry is at or after that row's time.
    pub(super) entering: &'a [Person],
    /// Those with `exit == time`.
    pub(super) leaving: &'a [Person],
}

impl Row<'_> {
    /// How many leave by an event.
    pub(super) fn events(&self) -> usize {
        self.leaving.iter().filter(|person| person.observation.cause().is_some()).count()
    }

    /// How many leave by this one.
    pub(super) fn events_of(&self, cause: Cause) -> usize {
        self.leaving.iter().filter(|person| person.observation.cause() == Some(cause)).count()
    }
}

impl Table {
    /// Of groups, or of one.
    pub(super) fn new(groups: &[&[Observation]]) -> Self {
        let mut numbers = BTreeMap::new();
        let mut cases = 0;
        let mut next = || {
            cases += 1;
            cases - 1
        };
        let mut by_entry = Vec::new();
        for (group, observations) in groups.iter().enumerate() {
            for observation in observations.iter().copied() {
                let cluster = match observation.case() {
                    Some(case) => *numbers.entry(case).or_insert_with(&mut next),
                    None => next(),
                };
                by_entry.push(Person { observation, group, cluster });
            }
        }
        let mut by_exit = by_entry.clone();
        by_entry.sort_by(|a, b| entry(a).total_cmp(&entry(b)));
        by_exit.sort_by(|a, b| a.observation.exit().total_cmp(&b.observation.exit()));
        let ended = || by_exit.iter().filter(|person| person.observation.cause().is_some());
        let events = ended().count();
        let counts = Counts {
            observations: by_exit.len(),
            events,
            censored: by_exit.len() - events,
            cases,
            cases_with_events: ended().map(|person| person.cluster).collect::<BTreeSet<_>>().len(),
        };
        Self { by_entry, by_exit, counts }
    }

    /// The days on which someone left, from the first to the last.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let mut waiting: &[Person] = &self.by_entry;
        let mut at_risk: usize = 0;
        // How many of each case are at risk, and of how many cases anybody is.
        let (mut there, mut cases) = (vec![0_u32; self.counts.cases], 0_usize);
        self.by_exit.chunk_by(|a, b| a.observation.exit() == b.observation.exit()).filter_map(move |leaving| {
            let time = leaving.first()?.observation.exit();
            let come = waiting.partition_point(|person| entry(person) < time);
            let (entering, later) = waiting.split_at_checked(come)?;
            waiting = later;
            for person in entering {
                if let Some(there) = there.get_mut(person.cluster) {
                    cases += usize::from(*there == 0);
                    *there += 1;
                }
            }
            let row = Row { time, at_risk: at_risk + entering.len(), cases, entering, leaving };
            at_risk = row.at_risk.saturating_sub(leaving.len());
            for person in leaving {
                if let Some(there) = there.get_mut(person.cluster) {
                    *there = there.saturating_sub(1);
                    cases = cases.saturating_sub(usize::from(*there == 0));
                }
            }
            Some(row)
        })
    }

    /// The first day with an event on which too few were at risk, or all of them ended, though others came to be watched later: from then on a
    /// share says more of those few than of the group.
    pub(super) fn unstable_from(&self) -> Option<f64> {
        let last = self.by_entry.last().map_or(f64::NEG_INFINITY, entry);
        let few = |row: &Row<'_>| row.events() > 0 && (row.cases < FEWEST_AT_RISK || row.events() == row.at_risk);
        self.rows().take_while(|row| row.time <= last).find(few).map(|row| row.time)
    }

    /// Who was watched when, to ask later.
    pub(super) fn watched(&self) -> Watched {
        Watched(self.by_exit.clone())
    }
}

/// Who was watched from when to when, and how it ended.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Watched(Vec<Person>);

impl Watched {
    /// Of how many cases it is known whether they were over by the end of a day: those that were, and those that were still watched on it.
    pub(super) fn known_on(&self, day: f64) -> usize {
        let is_known = |person: &&Person| {
            let observation = &person.observation;
            let is_over = observation.cause().is_some() && observation.exit() <= day;
            is_over || (entry(person) < day.max(0.0) && day <= observation.exit())
        };
        self.0.iter().filter(is_known).map(|person| person.cluster).collect::<BTreeSet<_>>().len()
    }

    /// How many ended by a cause, and of how many cases.
    pub(super) fn ended_by(&self, cause: Cause) -> (usize, usize) {
        let ended = || self.0.iter().filter(|person| person.observation.cause() == Some(cause));
        (ended().count(), ended().map(|person| person.cluster).collect::<BTreeSet<_>>().len())
    }
}

/// From when on someone is at risk; before all days when it was from the beginning, the day 0 too.
fn entry(person: &Person) -> f64 {
    person.observation.entry().unwrap_or(f64::NEG_INFINITY)
}

/// A count as a number to reckon with: exact below 2^53.
#[expect(clippy::cast_precision_loss, reason = "more observations than 2^53 do not fit into memory")]
pub(super) fn number(count: usize) -> f64 {
    count as f64
}
