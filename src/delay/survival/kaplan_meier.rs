//! The Kaplan–Meier curve: what share of a group is still open after so many days, when some of it is not over yet.
//!
//! For "the time to any end" (every event counts, whatever its cause); where endings compete it is [`super::incidence`] that is
//! asked (`domain.md` B4.4). [`Curve::percentile`] in `quantile` reads medians off it.

use super::band::Band;
use super::disclosure::{FEWEST_EVENTS, FEWEST_KNOWN};
use super::influence::Influence;
use super::observation::Observation;
pub use super::risk::Counts;
use super::risk::{Table, Watched, number};

/// A day on which an observation ended or was last looked at, and the share that was open after it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The day.
    pub time: f64,
    /// Observations with `entry < time <= exit`.
    pub at_risk: usize,
    /// How many were over on this day.
    pub events: usize,
    /// How many were last looked at on this day. They are at risk on it.
    pub censored: usize,
    /// The share that is open after this day, from 1 to 0.
    pub survival: f64,
    /// Its standard error: Greenwood's, or by case where persons of one case are among the observations. `None` once nothing is open.
    pub std_err: Option<f64>,
    /// Its 95 % interval; `None` where the share is 0 or 1.
    pub band: Option<Band>,
}

/// The share that is still open, day by day.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// What it rests on.
    pub counts: Counts,
    /// From the first day of exit to the last; without observations there is none.
    pub steps: Vec<Step>,
    /// The share that was not over in any way on the last day: what may still change the curve.
    pub open: f64,
    /// The day from which on the shares rest on too few ([`super::disclosure::FEWEST_AT_RISK`]), because others came to be watched only later. The
    /// steps are what the estimator says; the questions below are not answered from this day on.
    pub unstable_from: Option<f64>,
    /// Whom it rests on.
    pub(super) watched: Watched,
}

/// How much of a group is open after some days.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum StillOpen {
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
    /// Nobody was watched for so long. It is no more than what was open on the last day.
    Unknown {
        /// The share that was open then.
        at_most: f64,
    },
}

/// Where a duration stands in its group (`domain.md` M20).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Position {
    /// Too few events ([`FEWEST_EVENTS`]).
    Suppressed {
        /// How many cases had one.
        events: usize,
    },
    /// Too few were at risk while others still came ([`super::disclosure::FEWEST_AT_RISK`]).
    Unstable {
        /// From which day on.
        from: f64,
    },
    /// Between these shares of the group.
    Known {
        /// The share that was over sooner, from 0 to 1. A case that is still open is slower than this share already.
        sooner: f64,
        /// The share that was over as soon or sooner.
        by_then: f64,
    },
    /// Longer than anybody was watched: slower than at least this share.
    Beyond {
        /// From 0 to 1.
        at_least: f64,
    },
}

impl Curve {
    /// Of these observations, in whatever order. In `n log n` steps.
    ///
    /// When all that are at risk end on one day, nothing is open from then on, whoever comes to be watched later: that is what the
    /// product says, and R. With delayed entry it can happen early, while few are at risk; [`Step::at_risk`] shows it.
    pub fn of(observations: &[Observation]) -> Self {
        let table = Table::new(&[observations]);
        let mut influence = table.counts.are_clustered().then(|| Influence::new(table.counts.cases));
        let mut steps = Vec::new();
        // `greenwood` is the sum of d / (n (n - d)); see `influence` for what a case's numbers are: here `a + m·w` with that sum as `w`
        // is how much the logarithm of the share would change with the weight of the case.
        let (mut survival, mut greenwood) = (1.0, 0.0);
        for row in table.rows() {
            let (at_risk, events) = (number(row.at_risk), number(row.events()));
            if let Some(influence) = &mut influence {
                row.entering.iter().for_each(|person| influence.add(person.cluster, [-greenwood, 0.0, 1.0]));
            }
            let left = at_risk - events;
            survival *= left / at_risk;
            let mut jump = 0.0;
            if left > 0.0 {
                greenwood += events / (at_risk * left);
                jump = 1.0 / left;
            }
            if let Some(influence) = &mut influence {
                for person in row.leaving {
                    let own = if person.observation.cause().is_some() { jump } else { 0.0 };
                    influence.add(person.cluster, [greenwood - own, 0.0, -1.0]);
                }
            }
            let variance = influence.as_ref().map_or(greenwood, |influence| influence.squares(0.0, greenwood));
            let std_err = (survival > 0.0).then(|| survival * variance.sqrt());
            steps.push(Step {
                time: row.time,
                at_risk: row.at_risk,
                events: row.events(),
                censored: row.leaving.len() - row.events(),
                survival,
                std_err,
                band: std_err.and_then(|std_err| Band::around(survival, std_err)),
            });
        }
        Self { counts: table.counts, steps, open: survival, unstable_from: table.unstable_from(), watched: table.watched() }
    }

    /// What share is open after this day, and so is at its end. Before the first step that is all.
    pub fn still_open(&self, day: f64) -> StillOpen {
        if self.counts.cases < FEWEST_KNOWN {
            return StillOpen::Suppressed { cases: self.counts.cases };
        }
        if let Some(from) = self.unstable_from.filter(|from| day >= *from) {
            return StillOpen::Unstable { from };
        }
        if self.is_beyond(day) {
            return StillOpen::Unknown { at_most: self.last_share() };
        }
        let cases = self.watched.known_on(day);
        if cases < FEWEST_KNOWN {
            return StillOpen::Suppressed { cases };
        }
        match self.last_until(day, true) {
            Some(step) => StillOpen::Share { share: step.survival, band: step.band },
            None => StillOpen::Share { share: 1.0, band: None },
        }
    }

    /// Where a duration of this many days stands among those of the curve.
    pub fn position(&self, days: f64) -> Position {
        if self.counts.cases_with_events < FEWEST_EVENTS {
            return Position::Suppressed { events: self.counts.cases_with_events };
        }
        if let Some(from) = self.unstable_from.filter(|from| days >= *from) {
            return Position::Unstable { from };
        }
        if self.is_beyond(days) {
            return Position::Beyond { at_least: 1.0 - self.last_share() };
        }
        let over = |step: Option<&Step>| step.map_or(0.0, |step| 1.0 - step.survival);
        Position::Known { sooner: over(self.last_until(days, false)), by_then: over(self.last_until(days, true)) }
    }

    /// The last step before a day, or until and with it.
    pub(super) fn last_until(&self, day: f64, with_it: bool) -> Option<&Step> {
        let until = self.steps.partition_point(|step| step.time < day || (with_it && step.time == day));
        until.checked_sub(1).and_then(|last| self.steps.get(last))
    }

    /// Whether the curve says nothing of this day: it ends before it, with some still open. No number is no day either.
    fn is_beyond(&self, day: f64) -> bool {
        day.is_nan() || self.steps.last().is_none_or(|last| day > last.time && self.open > 0.0)
    }

    fn last_share(&self) -> f64 {
        self.steps.last().map_or(1.0, |last| last.survival)
    }
}

#[cfg(test)]
pub mod tests {
    //! Observations for the tests of the modules beside this one, too.

    use super::super::observation::{Cause, Outcome};
    use super::super::quantile::Quantile;
    use super::*;

    /// Over after so many days.
    pub fn over(days: f64) -> Observation {
        Observation::new(days, Outcome::Event(Cause(0))).expect("a duration")
    }

    /// Open after so many days.
    pub fn open(days: f64) -> Observation {
        Observation::new(days, Outcome::Censored).expect("a duration")
    }

    /// The vector of `domain.md` B4: from the oral to the written ruling, in days.
    pub fn oral_to_written() -> Vec<Observation> {
        let events = [7.0, 9.0, 10.0, 14.0, 21.0, 85.0].map(over);
        let censored = [5.0, 12.0, 30.0, 60.0, 120.0, 200.0].map(open);
        events.into_iter().chain(censored).collect()
    }

    #[test]
    fn the_vector_of_the_conventions_holds() {
        let curve = Curve::of(&oral_to_written());
        let drops = curve.steps.iter().filter(|step| step.events > 0);
        let printed: Vec<String> = drops.map(|step| format!("S({})={:.4}", step.time, step.survival)).collect();
        assert_eq!(printed, ["S(7)=0.9091", "S(9)=0.8182", "S(10)=0.7273", "S(14)=0.6234", "S(21)=0.5195", "S(85)=0.3463"]);
        assert_eq!(curve.percentile(50), Quantile::Reached { at: 85.0, lower: Some(9.0), upper: None });
        let StillOpen::Share { share, .. } = curve.still_open(10.0) else { panic!("twelve cases are enough") };
        assert_eq!(format!("{:.1} %", share * 100.0), "72.7 %");
        let counts = Counts { observations: 12, events: 6, censored: 6, cases: 12, cases_with_events: 6 };
        assert_eq!(curve.counts, counts);
    }

    #[test]
    fn nothing_observed_says_nothing() {
        let curve = Curve::of(&[]);
        assert_eq!((curve.steps.len(), curve.counts), (0, Counts::default()));
        assert_eq!(curve.percentile(50), Quantile::Suppressed { events: 0 });
        assert_eq!(curve.still_open(3.0), StillOpen::Suppressed { cases: 0 });
        assert_eq!(curve.position(3.0), Position::Suppressed { events: 0 });
    }

    #[test]
    fn where_none_is_over_all_are_open_and_no_quantile_is_said() {
        let curve = Curve::of(&(1..=6).map(|day| open(f64::from(day))).collect::<Vec<_>>());
        assert!(curve.steps.iter().all(|step| step.survival == 1.0 && step.band.is_none() && step.std_err == Some(0.0)));
        assert_eq!(curve.percentile(50), Quantile::Suppressed { events: 0 });
        assert_eq!(curve.still_open(1.5), StillOpen::Share { share: 1.0, band: None });
        // Of two of the six it is known after four and a half days.
        assert_eq!(curve.still_open(4.5), StillOpen::Suppressed { cases: 2 });
        assert_eq!(curve.still_open(6.5), StillOpen::Unknown { at_most: 1.0 });
    }

    #[test]
    fn a_risk_set_that_empties_early_leaves_nothing_open() {
        let late = |days: f64, entry: f64| over(days).entered(entry).expect("after its entry");
        let curve = Curve::of(&[late(3.0, 1.0), late(9.0, 4.0), late(12.0, 5.0), open(20.0).entered(6.0).expect("later")]);
        assert_eq!(
            curve.steps.iter().map(|step| (step.at_risk, step.survival)).collect::<Vec<_>>(),
            [(1, 0.0), (3, 0.0), (2, 0.0), (1, 0.0)]
        );
        assert!(curve.steps.iter().all(|step| step.std_err.is_none() && step.band.is_none()));
    }

    #[test]
    fn nothing_is_said_of_days_that_rest_on_the_first_who_came() {
        let late = |days: f64, entry: f64| over(days).entered(entry).expect("after its entry");
        let curve = Curve::of(
            &[(3.0, 1.0), (40.0, 4.0), (50.0, 5.0), (60.0, 6.0), (70.0, 7.0), (80.0, 8.0)].map(|(days, entry)| late(days, entry)),
        );
        assert_eq!((curve.steps[0].survival, curve.unstable_from), (0.0, Some(3.0)), "the product is nought from the third day");
        assert_eq!(curve.percentile(50), Quantile::Unstable { from: 3.0 });
        assert_eq!((curve.still_open(45.0), curve.position(45.0)), (StillOpen::Unstable { from: 3.0 }, Position::Unstable { from: 3.0 }));
        // Two of two at risk, with eight who came later: no better.
        let early = [(10.0, 0.0), (20.0, 0.0)].map(|(days, _): (f64, f64)| over(days));
        let later = (0..8).map(|n| late(100.0 + f64::from(n), 15.0));
        assert_eq!(Curve::of(&early.into_iter().chain(later.clone()).collect::<Vec<_>>()).unstable_from, Some(10.0));
        // Whoever comes before the first end disturbs nothing.
        assert_eq!(Curve::of(&later.collect::<Vec<_>>()).unstable_from, None);
    }

    #[test]
    fn one_case_with_many_persons_is_one_case() {
        // One ruling ends the cases of twelve accused at once: that is one event, and no median of a group.
        let curve = Curve::of(&(0..12).map(|_| over(40.0).in_case(7)).collect::<Vec<_>>());
        assert_eq!((curve.counts.events, curve.counts.cases, curve.counts.cases_with_events), (12, 1, 1));
        assert_eq!(curve.percentile(50), Quantile::Suppressed { events: 1 });
        assert_eq!(curve.still_open(10.0), StillOpen::Suppressed { cases: 1 });
    }

    #[test]
    fn a_case_stands_between_those_that_were_sooner_and_those_that_were_as_soon() {
        let curve = Curve::of(&[2.0, 4.0, 4.0, 6.0, 8.0].map(over));
        assert_eq!(curve.position(1.0), Position::Known { sooner: 0.0, by_then: 0.0 });
        let Position::Known { sooner, by_then } = curve.position(4.0) else { panic!("five events are enough") };
        assert!((sooner - 0.2).abs() < 1e-12 && (by_then - 0.6).abs() < 1e-12);
        // All were over by then, so a longer one is slower than all of them.
        assert_eq!(curve.position(100.0), Position::Known { sooner: 1.0, by_then: 1.0 });
        let open_ended = Curve::of(&[over(2.0), over(4.0), over(4.0), over(6.0), over(8.0), open(9.0), open(30.0)]);
        let Position::Beyond { at_least } = open_ended.position(31.0) else { panic!("nobody was watched for 31 days") };
        assert!((at_least - 5.0 / 7.0).abs() < 1e-12);
        assert_eq!(open_ended.position(f64::NAN), Position::Beyond { at_least });
    }
}
