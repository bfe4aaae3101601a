//! Ends of which it is only known between which two visits they came about: no official date, but seen first on a day (`domain.md`
//! B4.5).
//!
//! Both days are kept. The middle is for display; figures are reckoned twice, with all ends as early and as late as they can have
//! been, and shown as two.

use super::kaplan_meier::Curve;
use super::observation::{Observation, Outcome, Unfit};

/// When a duration ended, or was last looked at, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Dated {
    /// On this day.
    Exactly(Observation),
    /// It was over when this observation ends, and not yet after so many days: in `(after, exit]`.
    Seen {
        /// The last visit that did not see it.
        after: f64,
        /// With the visit that saw it as its exit.
        by: Observation,
    },
}

impl Dated {
    /// An end that was seen at the exit of `by`, and not at a visit after `after` days. A visit before it was watched says nothing,
    /// so that it ended after its entry at the earliest.
    pub fn seen(by: Observation, after: f64) -> Result<Self, Unfit> {
        if by.outcome() == Outcome::Censored {
            return Err(Unfit::NotOver);
        }
        if !after.is_finite() {
            return Err(Unfit::NotANumber);
        }
        if after >= by.exit() {
            return Err(Unfit::Backwards { after, by: by.exit() });
        }
        // Watched from the beginning, it may have ended on the first day of all, at 0.
        Ok(Self::Seen { after: by.entry().map_or(after, |entry| after.max(entry)), by })
    }

    /// With the earliest end that it can have had: right after the visit that did not see it, so that it is later than whatever
    /// else is dated to that visit.
    pub fn earliest(self) -> Observation {
        match self {
            Self::Exactly(observation) => observation,
            Self::Seen { after, by } => by.ending(if after < 0.0 { 0.0 } else { after.next_up().min(by.exit()) }),
        }
    }

    /// With the latest: when it was seen.
    pub fn latest(self) -> Observation {
        match self {
            Self::Exactly(observation) | Self::Seen { by: observation, .. } => observation,
        }
    }

    /// The day to display, and nothing else: the middle of the two.
    pub fn for_display(self) -> f64 {
        match self {
            Self::Exactly(observation) => observation.exit(),
            Self::Seen { after, by } => f64::midpoint(after.max(0.0), by.exit()),
        }
    }
}

/// A curve reckoned twice.
///
/// The two are readings under two assumptions, and no bounds in the strict sense: an end that is moved behind the last look at
/// another case falls into a smaller risk set, so that a mixture of early and late ends can come to lie a little outside of both.
/// Where nobody is censored or comes to be watched between the two days of a sighting, every reading lies between them.
#[derive(Debug, Clone, PartialEq)]
pub struct Readings {
    /// With every end as early as it can have been.
    pub earliest: Curve,
    /// With every end as late as it can have been.
    pub latest: Curve,
}

impl Readings {
    /// Of these, in whatever order.
    pub fn of(dated: &[Dated]) -> Self {
        let under = |reading: fn(Dated) -> Observation| Curve::of(&dated.iter().copied().map(reading).collect::<Vec<_>>());
        Self { earliest: under(Dated::earliest), latest: under(Dated::latest) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::kaplan_meier::StillOpen;
    use super::super::kaplan_meier::tests::{open, over};
    use super::super::quantile::Quantile;
    use super::*;

    #[test]
    fn an_end_between_two_visits_has_two_days_and_a_middle_to_show() {
        let seen = Dated::seen(over(10.0), 4.0).expect("a sighting");
        assert_eq!((seen.earliest().exit(), seen.latest().exit(), seen.for_display()), (4.0_f64.next_up(), 10.0, 7.0));
        assert_eq!(Dated::seen(over(10.0), 10.0), Err(Unfit::Backwards { after: 10.0, by: 10.0 }));
        assert_eq!(Dated::seen(open(10.0), 4.0), Err(Unfit::NotOver));
        assert_eq!(Dated::seen(over(10.0), f64::NAN), Err(Unfit::NotANumber));
        // Seen over at the first visit, of a case that began before: from its first day on.
        assert_eq!(Dated::seen(over(10.0), -3.0).expect("a sighting").earliest().exit(), 0.0);
        let entered = Dated::seen(over(10.0).entered(6.0).expect("later"), 4.0).expect("a sighting");
        assert!(entered.earliest().exit() > 6.0, "still at risk at its end");
    }

    #[test]
    fn medians_of_both_readings_are_shown() {
        let dated: Vec<Dated> = (1..=9).map(|n| Dated::seen(over(f64::from(n * 10)), f64::from(n * 10 - 7)).expect("a sighting")).collect();
        let readings = Readings::of(&dated);
        let at = |curve: &Curve| match curve.percentile(50) {
            Quantile::Reached { at, .. } => at,
            other => panic!("{other:?}"),
        };
        assert!((at(&readings.earliest) - 43.0).abs() < 1e-9);
        assert_eq!(at(&readings.latest), 50.0);
    }

    #[test]
    fn early_ends_among_those_that_were_not_watched_on_count_for_less() {
        // Why the two are called readings: the late one says less is open at last, because of who was no longer watched.
        let last_seen = [open(5.0), open(5.0), open(5.0)].map(Dated::Exactly);
        let dated: Vec<Dated> =
            last_seen.into_iter().chain([Dated::seen(over(9.0), 1.0).expect("a sighting"), Dated::Exactly(open(20.0))]).collect();
        let readings = Readings::of(&dated);
        // Too few are known on that day to be said; what is shown is how the estimator moves.
        assert_eq!(readings.earliest.still_open(15.0), StillOpen::Suppressed { cases: 2 });
        let [early, late] =
            [&readings.earliest, &readings.latest].map(|curve| curve.last_until(15.0, true).map_or(1.0, |step| step.survival));
        assert!((early - 0.8).abs() < 1e-12 && (late - 0.5).abs() < 1e-12);
    }
}
