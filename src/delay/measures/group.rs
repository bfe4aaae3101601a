//! M20 and the medians of many cases: how long a stage takes in a group, and where one case stands in it.
//!
//! For whoever compares cases of one court, type and stage; the caller says which belong together, and reckons all as of one moment.
//! Cases that are still open count as such (`domain.md` B4.1): there is no mean and no median of the completed ones alone. A stage that was
//! over because its case ended counts as over, so that a curve is of "the time to any end" (B4.4).

use jiff::civil::Date;

use crate::delay::survival::kaplan_meier::{Curve, Position};
use crate::delay::survival::observation::{Cause, Observation, Outcome};
use crate::delay::survival::quantile::Quantile;
use crate::domain::caveat::Caveat;
use crate::domain::figure::{Figure, Figures, Value};
use crate::domain::measure::Measure;

use super::study::apart;

/// A case of a group.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// What was measured of it.
    pub figures: &'a Figures,
    /// Its number in the group: figures of one case are not independent.
    pub case: u64,
    /// The day on which it came to be watched, where it was chosen because it was slow; it then counts only from that day on
    /// (`domain.md` B4.3). `None` where it was not chosen for its length and its docket reaches back to the start.
    pub chosen: Option<Date>,
}

/// How long one stage takes in a group.
#[derive(Debug, Clone)]
pub struct Pace {
    measure: Measure,
    part: String,
    observations: Vec<Observation>,
    curve: Curve,
    left_out: usize,
}

impl Pace {
    /// Of the figures of one part of a measure, such as `oral_to_written` of M05, or `all` of M16.
    pub fn of(members: &[Member<'_>], measure: Measure, part: &str) -> Self {
        let (mut observations, mut left_out) = (Vec::new(), 0);
        for member in members {
            for figure in member.figures.of(measure).filter(|figure| figure.part == part && figure.value != Value::NotBegun) {
                match observed(member, figure) {
                    Some(observation) => observations.push(observation),
                    None => left_out += 1,
                }
            }
        }
        Self { measure, part: part.to_owned(), curve: Curve::of(&observations), observations, left_out }
    }

    /// What it rests on, in the order of the members.
    pub fn observations(&self) -> &[Observation] {
        &self.observations
    }

    /// The curve, with what it rests on.
    pub fn curve(&self) -> &Curve {
        &self.curve
    }

    /// The median: not said of too few, and beyond the longest that was watched where it was not reached.
    pub fn median(&self) -> Figure {
        let counts = self.curve.counts;
        let median =
            |at, beyond, lower, upper| Value::Median { at, beyond, lower, upper, events: counts.events, censored: counts.censored };
        let value = match self.curve.percentile(50) {
            Quantile::Suppressed { .. } => Value::Unknown,
            Quantile::Reached { at, lower, upper } => median(Some(at), None, lower, upper),
            Quantile::NotReached { beyond, lower } => median(None, Some(beyond), lower, None),
        };
        self.figure(self.measure, value)
    }

    /// Where a duration of the same part stands. One that is open is slower than the share `sooner` already.
    pub fn percentile(&self, own: &Figure) -> Figure {
        let (days, is_open) = match own.value {
            Value::Days(days) => (Some(number(days.calendar)), false),
            Value::Open(days) => (Some(number(days.calendar)), true),
            _ => (None, false),
        };
        let value = match days.map(|days| self.curve.position(days)) {
            None | Some(Position::Suppressed { .. }) => Value::Unknown,
            Some(Position::Known { sooner, by_then }) => Value::Position { sooner, by_then: (!is_open).then_some(by_then) },
            Some(Position::Beyond { at_least }) => Value::Position { sooner: at_least, by_then: None },
        };
        let mut figure = self.figure(Measure::Percentile, value);
        (figure.span, figure.entries) = (own.span, own.entries.clone());
        figure
    }

    fn figure(&self, measure: Measure, value: Value) -> Figure {
        let counts = self.curve.counts;
        let mut figure = Figure { n: counts.observations, ..Figure::new(measure, &self.part, value) };
        figure.caution(Caveat::TooFew, matches!(self.curve.percentile(50), Quantile::Suppressed { .. }));
        figure.limit(Caveat::LeftOut, self.left_out);
        figure
    }
}

/// Days as a number to reckon with; those of a figure are far below what is exact.
fn number(days: i64) -> f64 {
    i32::try_from(days).map_or(f64::INFINITY, f64::from)
}

/// A figure as an observation; `None` where its beginning or its end is not known, or it was over before it was watched.
fn observed(member: &Member<'_>, figure: &Figure) -> Option<Observation> {
    let (from, to) = figure.span?;
    let was_cut = figure.limits.iter().any(|limit| limit.caveat == Caveat::EndedBefore);
    let outcome = match figure.value {
        Value::Days(_) => Outcome::Event(Cause(0)),
        Value::Open(_) | Value::Unknown if was_cut => Outcome::Event(Cause(1)),
        Value::Open(_) => Outcome::Censored,
        _ => return None,
    };
    let observation = Observation::new(number(apart(from, to)), outcome).ok()?.in_case(member.case);
    match member.chosen.map(|chosen| apart(from, chosen)).filter(|before| *before > 0) {
        Some(before) => observation.entered(number(before)).ok(),
        None => Some(observation),
    }
}

/// How many settings a hearing that began took in the whole group: the one mean that is given, with how many it is over.
pub fn settings_per_hearing(members: &[Member<'_>]) -> Figure {
    let part = "settings_per_hearing";
    let (mut all, mut over) = (0, 0);
    for figure in members.iter().filter_map(|member| member.figures.get(Measure::DateCertainty, part)) {
        if let Value::Mean { sum, n } = figure.value {
            (all, over) = (all + sum, over + n);
        }
    }
    Figure { n: over, ..Figure::new(Measure::DateCertainty, part, Value::Mean { sum: all, n: over }) }
}
