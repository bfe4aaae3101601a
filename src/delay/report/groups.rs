//! The groups of a report: all cases, those of each court, subject, source or tag; how long their stages take, and whether they differ.
//!
//! Called by [`report`](super::report). Judges are no groups: a report compares none.

use std::collections::{BTreeMap, BTreeSet};

use crate::delay::measures::group::{self, Member};
use crate::delay::survival::kaplan_meier::Curve;
use crate::delay::survival::log_rank::{Refusal, log_rank};
use crate::delay::survival::observation::Observation;
use crate::domain::delays::{CaseDelays, Compared, Comparison, CurveStep, Group, Grouping, Pace, Point};
use crate::domain::figure::{Figure, Value};
use crate::domain::measure::Measure;

/// M05 has the same stretch as M16, one figure a case; M16 has one for each decision.
const DOUBLED: &str = "oral_to_written";

/// All cases, then each group.
pub fn groups(cases: &[CaseDelays], by: Option<Grouping>) -> Vec<Group> {
    let everywhere: Vec<usize> = (0..cases.len()).collect();
    let mut groups = vec![group(cases, None, String::new(), everywhere)];
    let Some(by) = by else { return groups };
    let mut named: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, case) in cases.iter().enumerate() {
        for label in labels(case, by) {
            named.entry(label).or_default().push(at);
        }
    }
    groups.extend(named.into_iter().map(|(label, places)| group(cases, Some(by), label, places)));
    groups
}

/// The groups to which a case belongs; none where what they are by is not known of it.
fn labels(case: &CaseDelays, by: Grouping) -> Vec<String> {
    match by {
        Grouping::Court => case.court.iter().cloned().collect(),
        Grouping::Subject => case.subject.iter().cloned().collect(),
        Grouping::Source => vec![case.source.clone()],
        Grouping::Tag => case.tags.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect(),
    }
}

fn group(cases: &[CaseDelays], by: Option<Grouping>, label: String, places: Vec<usize>) -> Group {
    let members = members_at(cases, &places);
    let parts = parts(&members);
    let paces = parts.into_iter().map(|(measure, part)| pace(&places, &group::Pace::of(&members, measure, &part), measure, part));
    let paces = paces.filter(|pace| pace.observed > 0).collect();
    Group { by, label, paces, cases: places }
}

/// M20: where each stage of each case stands among all of the report, of those of which it can be said; by the place of the case.
pub fn positions(cases: &[CaseDelays]) -> Vec<(usize, Figure)> {
    let everywhere: Vec<usize> = (0..cases.len()).collect();
    let members = members_at(cases, &everywhere);
    let mut positions = Vec::new();
    for (measure, part) in parts(&members) {
        let pace = group::Pace::of(&members, measure, &part);
        for (at, case) in cases.iter().enumerate() {
            let own = case.figures.of(measure).filter(|figure| figure.part == part);
            let position = own.map(|figure| pace.percentile(figure)).filter(|position| position.value != Value::Unknown);
            // M16 has one part, and a position needs the name of its stage.
            let named =
                |figure: Figure| if measure == Measure::OralToWritten { Figure { part: DOUBLED.to_owned(), ..figure } } else { figure };
            positions.extend(position.map(|figure| (at, named(figure))));
        }
    }
    positions
}

/// The cases in these places as members of a group.
pub fn members_at<'c>(cases: &'c [CaseDelays], places: &[usize]) -> Vec<Member<'c>> {
    let member = |at: &usize| {
        let case = cases.get(*at)?;
        Some(Member { figures: &case.figures, case: u64::try_from(case.matter).unwrap_or(u64::MAX), chosen: case.chosen })
    };
    places.iter().filter_map(member).collect()
}

/// The stages that some case began, in the order in which the figures have them.
fn parts(members: &[Member<'_>]) -> Vec<(Measure, String)> {
    let mut parts: Vec<(Measure, String)> = Vec::new();
    let mut known: BTreeSet<(Measure, &str)> = BTreeSet::new();
    for measure in [Measure::Stage, Measure::OralToWritten] {
        for figure in members.iter().flat_map(|member| member.figures.of(measure)) {
            let is_doubled = measure == Measure::Stage && figure.part == DOUBLED;
            if !is_doubled && figure.value != Value::NotBegun && known.insert((measure, &figure.part)) {
                parts.push((measure, figure.part.clone()));
            }
        }
    }
    parts
}

fn pace(places: &[usize], pace: &group::Pace, measure: Measure, part: String) -> Pace {
    let counts = pace.curve().counts;
    let point = |(member, days, is_over): (usize, f64, bool)| Some(Point { case: *places.get(member)?, days: whole(days), is_over });
    Pace {
        measure,
        part,
        median: pace.median(),
        curve: steps(pace.curve()),
        observed: counts.observations,
        events: counts.events,
        censored: counts.censored,
        competing: pace.competing(),
        entered_late: pace.observations().iter().filter(|one| one.entry().is_some_and(|entry| entry > 0.0)).count(),
        points: pace.points().filter_map(point).collect(),
    }
}

/// Days were whole before they were reckoned with.
fn whole(days: f64) -> i64 {
    days.round() as i64
}

fn steps(curve: &Curve) -> Vec<CurveStep> {
    let step = |step: &crate::delay::survival::kaplan_meier::Step| CurveStep {
        days: step.time,
        open: step.survival,
        band: step.band.map(|band| (band.lower, band.upper)),
        at_risk: step.at_risk,
        events: step.events,
        censored: step.censored,
    };
    curve.steps.iter().map(step).collect()
}

/// Whether the groups differ, stage by stage. Groups that share cases are not compared.
pub fn comparisons(cases: &[CaseDelays], groups: &[Group], by: Grouping) -> Vec<Comparison> {
    let named: Vec<&Group> = groups.iter().filter(|group| group.by == Some(by)).collect();
    let all: Vec<usize> = named.iter().flat_map(|group| group.cases.iter().copied()).collect();
    let is_apart = all.iter().collect::<BTreeSet<_>>().len() == all.len();
    let mut comparisons = Vec::new();
    if !is_apart {
        return comparisons;
    }
    let everywhere = members_at(cases, &all);
    for (measure, part) in parts(&everywhere) {
        let of = |group: &&Group| {
            let pace = group::Pace::of(&members_at(cases, &group.cases), measure, &part);
            (group.label.clone(), pace.observations().to_vec())
        };
        let taken: Vec<(String, Vec<Observation>)> = named.iter().map(of).filter(|(_, observations)| !observations.is_empty()).collect();
        let observations: Vec<&[Observation]> = taken.iter().map(|(_, observations)| observations.as_slice()).collect();
        let outcome = match log_rank(&observations) {
            Ok(test) => Compared::Tested { chi_square: test.chi_square, freedom: test.freedom, p: test.p },
            Err(Refusal::TooFewEvents { events, .. }) => Compared::TooFew { events },
            Err(Refusal::NothingToCompare) => continue,
            Err(Refusal::NeverTogether) => Compared::NeverTogether,
        };
        comparisons.push(Comparison { measure, part, by, labels: taken.into_iter().map(|(label, _)| label).collect(), outcome });
    }
    comparisons
}
