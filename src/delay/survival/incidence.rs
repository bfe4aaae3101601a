//! Cumulative incidences: what share of a group ended in which way by when, where one ending rules out the others (Aalen and
//! Johansen, for competing risks; `domain.md` B4.4).
//!
//! For "the time to a verdict" beside archive, prescription, an abbreviated procedure, accumulation. To take those for censored, and
//! one minus Kaplan–Meier for the share of verdicts, says too much, so there is no function for it.

use std::collections::BTreeSet;

use super::band::Band;
use super::disclosure::FEWEST_KNOWN;
use super::influence::Influence;
use super::kaplan_meier::{Counts, Curve, Step};
use super::observation::{Cause, Observation};
use super::risk::{Row, Table, Watched, number};

/// The share that had ended in one way by a day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ended {
    /// In this way.
    pub cause: Cause,
    /// How many did on this day.
    pub events: usize,
    /// The share that had by its end, from 0 to 1.
    pub share: f64,
    /// Its standard error by the infinitesimal jackknife, by case: that of R's `survfit` for several states.
    pub std_err: f64,
    /// Its 95 % interval, on the log-log scale too; `None` where the share is 0 or 1.
    pub band: Option<Band>,
}

/// A day on which an observation ended or was last looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Shares {
    /// The day.
    pub time: f64,
    /// Observations with `entry < time <= exit`.
    pub at_risk: usize,
    /// How many were last looked at on this day.
    pub censored: usize,
    /// The share that was open after it. With those of all causes it makes 1.
    pub open: f64,
    /// One for each of [`Incidence::causes`], in that order.
    pub ended: Vec<Ended>,
}

/// How a group ended, day by day.
#[derive(Debug, Clone, PartialEq)]
pub struct Incidence {
    /// What it rests on.
    pub counts: Counts,
    /// The ways of ending that were seen.
    pub causes: Vec<Cause>,
    /// From the first day of exit to the last.
    pub steps: Vec<Shares>,
    /// The day from which on the shares rest on too few, as in [`Curve::unstable_from`].
    pub unstable_from: Option<f64>,
    /// Whom it rests on.
    watched: Watched,
}

/// What share had ended in one way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EndedBy {
    /// Too few cases of which it is known on that day ([`FEWEST_KNOWN`]).
    Suppressed {
        /// Of how many it is.
        cases: usize,
    },
    /// Too few were at risk while others still came ([`super::disclosure::FEWEST_AT_RISK`]).
    Unstable {
        /// From which day on.
        from: f64,
    },
    /// This share.
    Share {
        /// From 0 to 1.
        share: f64,
        /// Its 95 % interval; `None` where the share is 0 or 1.
        band: Option<Band>,
    },
    /// Nobody was watched for so long: at least what had ended by the last day, and at most what could have since.
    Unknown {
        /// From this share …
        at_least: f64,
        /// … to this one.
        at_most: f64,
    },
}

/// One cause on the way. `share` is its incidence so far, and `pull` what `influence` calls `w`: how much of it the weight of somebody who
/// is at risk from the beginning would change.
struct Tracked {
    cause: Cause,
    share: f64,
    pull: f64,
    influence: Influence,
}

impl Tracked {
    /// Takes in a day: what was open before it, Greenwood's sum before it (`before`) and after it (`after`), and how much an event of
    /// anybody's own adds to that (`jump`).
    fn take(&mut self, row: &Row<'_>, open: f64, (before, after, jump): (f64, f64, f64)) -> Ended {
        let at_risk = number(row.at_risk);
        let events = row.events_of(self.cause);
        for person in row.entering {
            self.influence.add(person.cluster, [before * self.share - self.pull, -before, 1.0]);
        }
        let rise = open * number(events) / at_risk;
        self.share += rise;
        self.pull += (before - 1.0 / at_risk) * rise;
        for person in row.leaving {
            let cause = person.observation.cause();
            let own = if cause == Some(self.cause) { open / at_risk } else { 0.0 };
            let rest = after - if cause.is_some() { jump } else { 0.0 };
            self.influence.add(person.cluster, [self.pull + own - rest * self.share, rest, -1.0]);
        }
        let std_err = self.influence.squares(self.share, self.pull).sqrt();
        // The last of the group may bring the sum of fractions an ulp above what it is.
        let share = self.share.min(1.0);
        Ended { cause: self.cause, events, share, std_err, band: Band::around(share, std_err) }
    }
}

impl Incidence {
    /// Of these observations, in whatever order. In `n log n` steps for each cause.
    pub fn of(observations: &[Observation]) -> Self {
        let table = Table::new(&[observations]);
        let causes: Vec<Cause> = observations.iter().filter_map(Observation::cause).collect::<BTreeSet<_>>().into_iter().collect();
        let start = |cause: &Cause| Tracked { cause: *cause, share: 0.0, pull: 0.0, influence: Influence::new(table.counts.cases) };
        let mut tracked: Vec<Tracked> = causes.iter().map(start).collect();
        let (mut open, mut greenwood) = (1.0, 0.0);
        let mut steps = Vec::new();
        for row in table.rows() {
            let (at_risk, events) = (number(row.at_risk), number(row.events()));
            let left = at_risk - events;
            // When nothing is left open the shares stand still, so that what comes of these no longer matters.
            let (rise, jump) = if left > 0.0 { (events / (at_risk * left), 1.0 / left) } else { (0.0, 0.0) };
            let sums = (greenwood, greenwood + rise, jump);
            let ended = tracked.iter_mut().map(|cause| cause.take(&row, open, sums)).collect();
            greenwood += rise;
            open *= left / at_risk;
            steps.push(Shares { time: row.time, at_risk: row.at_risk, censored: row.leaving.len() - row.events(), open, ended });
        }
        Self { counts: table.counts, causes, steps, unstable_from: table.unstable_from(), watched: table.watched() }
    }

    /// The share that had not ended in this way, day by day: one minus its incidence, with its interval. Whoever ended otherwise stays in it for
    /// good, so that it need not come down to 0; its events are those of this cause. Where no other cause is, use [`Curve::of`], whose error is
    /// Greenwood's.
    pub fn without(&self, cause: Cause) -> Curve {
        let none = Ended { cause, events: 0, share: 0.0, std_err: 0.0, band: None };
        let step = |step: &Shares| {
            let ended = step.ended.iter().find(|ended| ended.cause == cause).copied().unwrap_or(none);
            Step {
                time: step.time,
                at_risk: step.at_risk,
                events: ended.events,
                censored: step.censored,
                survival: 1.0 - ended.share,
                std_err: (ended.share < 1.0).then_some(ended.std_err),
                band: ended.band.map(|band| Band { lower: 1.0 - band.upper, upper: 1.0 - band.lower }),
            }
        };
        let (events, cases_with_events) = self.watched.ended_by(cause);
        Curve {
            counts: Counts { events, cases_with_events, ..self.counts },
            steps: self.steps.iter().map(step).collect(),
            open: self.steps.last().map_or(1.0, |last| last.open),
            unstable_from: self.unstable_from,
            watched: self.watched.clone(),
        }
    }

    /// What share had ended in this way by the end of a day.
    pub fn ended_by(&self, day: f64, cause: Cause) -> EndedBy {
        if self.counts.cases < FEWEST_KNOWN {
            return EndedBy::Suppressed { cases: self.counts.cases };
        }
        if let Some(from) = self.unstable_from.filter(|from| day >= *from) {
            return EndedBy::Unstable { from };
        }
        let of = |step: &Shares| step.ended.iter().find(|ended| ended.cause == cause).map(|ended| (ended.share, ended.band));
        let beyond = day.is_nan() || self.steps.last().is_none_or(|last| day > last.time && last.open > 0.0);
        let until = self.steps.partition_point(|step| step.time <= day || day.is_nan());
        let step = until.checked_sub(1).and_then(|last| self.steps.get(last));
        let (share, band) = step.and_then(of).unwrap_or((0.0, None));
        if beyond {
            let open = step.map_or(1.0, |step| step.open);
            return EndedBy::Unknown { at_least: share, at_most: (share + open).min(1.0) };
        }
        let cases = self.watched.known_on(day);
        if cases < FEWEST_KNOWN {
            return EndedBy::Suppressed { cases };
        }
        EndedBy::Share { share, band }
    }
}

#[cfg(test)]
mod tests {
    use super::super::kaplan_meier::Position;
    use super::super::kaplan_meier::tests::open;
    use super::super::observation::Outcome;
    use super::super::quantile::Quantile;
    use super::*;

    const VERDICT: Cause = Cause(1);
    const ARCHIVE: Cause = Cause(2);

    fn ended(days: f64, cause: Cause) -> Observation {
        Observation::new(days, Outcome::Event(cause)).expect("a duration")
    }

    #[test]
    fn an_archived_case_can_no_longer_get_a_verdict() {
        let group = [ended(1.0, VERDICT), ended(2.0, ARCHIVE), ended(3.0, ARCHIVE), ended(4.0, VERDICT), open(5.0)];
        let incidence = Incidence::of(&group);
        assert_eq!(incidence.causes, [VERDICT, ARCHIVE]);
        // By hand: 1/5, then 1/5 + 3/5·… of those left: each of the first four is a fifth of all.
        let EndedBy::Share { share, .. } = incidence.ended_by(4.0, VERDICT) else { panic!("five cases are enough") };
        assert!((share - 0.4).abs() < 1e-12, "{share}");
        let EndedBy::Unknown { at_least, at_most } = incidence.ended_by(6.0, VERDICT) else { panic!("nobody was watched for six days") };
        assert!((at_least - 0.4).abs() < 1e-12 && (at_most - 0.6).abs() < 1e-12);
        assert_eq!(incidence.ended_by(4.0, Cause(9)), EndedBy::Share { share: 0.0, band: None });
        assert_eq!(incidence.ended_by(0.5, VERDICT), EndedBy::Share { share: 0.0, band: None });
        assert_eq!(Incidence::of(&group[..4]).ended_by(1.0, VERDICT), EndedBy::Suppressed { cases: 4 });
    }

    #[test]
    fn four_verdicts_and_many_archives_say_no_median_of_verdicts() {
        let verdicts = (1..=4).map(|day| ended(f64::from(day), VERDICT));
        let archives = (0..6).map(|_| ended(10.0, ARCHIVE));
        let curve = Incidence::of(&verdicts.chain(archives).collect::<Vec<_>>()).without(VERDICT);
        assert_eq!(curve.percentile(50), Quantile::Suppressed { events: 4 });
        assert_eq!((curve.counts.observations, curve.counts.events, curve.counts.censored), (10, 4, 0));
        // Six archives of ten: with a fifth verdict half of them still have none, and nobody is left who may get one.
        let more = (1..=5).map(|day| ended(f64::from(day), VERDICT)).chain((0..7).map(|_| ended(10.0, ARCHIVE)));
        let curve = Incidence::of(&more.collect::<Vec<_>>()).without(VERDICT);
        assert!(matches!(curve.percentile(50), Quantile::NotReached { beyond: 10.0, .. }), "{:?}", curve.percentile(50));
        assert!(matches!(curve.position(4000.0), Position::Known { by_then, .. } if (by_then - 5.0 / 12.0).abs() < 1e-12));
    }
}
