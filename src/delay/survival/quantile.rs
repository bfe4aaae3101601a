//! Medians and other quantiles of a curve, with the interval of Brookmeyer and Crowley (1982).
//!
//! `message` words a [`Quantile`]; "mediana no alcanzada" is one of its values, and so is that too few events say nothing.

use super::disclosure::FEWEST_EVENTS;
use super::kaplan_meier::{Curve, Step};

/// Shares that differ by less are the same: products of fractions come out a few 1e-16 beside the half that they are. R has the same number.
const SAME: f64 = 1.490_116_119_384_765_6e-8;

/// After how many days so many are over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Quantile {
    /// Too few events to say it ([`FEWEST_EVENTS`], `domain.md` B4.2).
    Suppressed {
        /// How many cases had one.
        events: usize,
    },
    /// Too few were at risk while others still came to be watched ([`super::disclosure::FEWEST_AT_RISK`]), and it is not reached before.
    Unstable {
        /// From which day on.
        from: f64,
    },
    /// On this day.
    Reached {
        /// The first day after which no more than the share is open.
        at: f64,
        /// From this day, with 95 % confidence; `None` where nothing is left open before the band tells.
        lower: Option<f64>,
        /// Until this day; `None` when the data do not say until when.
        upper: Option<f64>,
    },
    /// Not while anybody was watched: "mediana no alcanzada (> X días)" (`domain.md` B4.1).
    NotReached {
        /// The longest that anybody was watched, in days.
        beyond: f64,
        /// With 95 % confidence not before this day; `None` when the data do not say.
        lower: Option<f64>,
    },
}

impl Curve {
    /// After how many days this many percent are over: 50 is the median. Less than 1 is taken as 1, more than 99 as 99.
    ///
    /// It is the first day with `S(t) <= p` (`domain.md` B4.1). Where the curve runs along `p` exactly, as it does with an even number of
    /// observations and none censored, R's `quantile` gives the middle between this day and the next with an event (or the last that
    /// there is); here it is the first day, which is one of the observed.
    ///
    /// Where it would rest on too few at risk before others came to be watched, it is not said ([`Curve::unstable_from`]).
    ///
    /// The interval is from where the lower side of the curve's 95 % band first comes down to `p` to where the upper side does, as R has it
    /// while the band only falls. With few at risk at the beginning it can narrow later, so that its lower side rises: R then looks among
    /// the sorted sides and may begin the interval after the quantile itself; here the first day stands, and the interval is the wider one.
    pub fn percentile(&self, percent: u8) -> Quantile {
        if self.counts.cases_with_events < FEWEST_EVENTS {
            return Quantile::Suppressed { events: self.counts.cases_with_events };
        }
        let open = f64::from(100 - percent.clamp(1, 99)) / 100.0;
        let lower = self.first(open, |step| step.band.map(|band| band.lower));
        let is_stable = |day: &f64| self.unstable_from.is_none_or(|from| *day < from);
        match (self.first(open, |step| Some(step.survival)).filter(is_stable), self.unstable_from) {
            (Some(at), _) => {
                Quantile::Reached { at, lower, upper: self.first(open, |step| step.band.map(|band| band.upper)).filter(is_stable) }
            }
            (None, Some(from)) => Quantile::Unstable { from },
            (None, None) => Quantile::NotReached { beyond: self.steps.last().map_or(0.0, |last| last.time), lower },
        }
    }

    /// The first day on which this line is at or below a share.
    fn first(&self, share: f64, line: impl Fn(&Step) -> Option<f64>) -> Option<f64> {
        self.steps.iter().find(|step| line(step).is_some_and(|value| value <= share + SAME)).map(|step| step.time)
    }
}

#[cfg(test)]
mod tests {
    use super::super::kaplan_meier::tests::{open, over};
    use super::*;

    #[test]
    fn four_events_say_no_median_and_five_do() {
        let four: Vec<_> = [1.0, 2.0, 3.0, 4.0].map(over).into_iter().chain([open(9.0)]).collect();
        assert_eq!(Curve::of(&four).percentile(50), Quantile::Suppressed { events: 4 });
        let five: Vec<_> = four.into_iter().chain([over(5.0)]).collect();
        assert!(matches!(Curve::of(&five).percentile(50), Quantile::Reached { at: 3.0, .. }));
    }

    #[test]
    fn a_median_that_is_not_reached_is_beyond_the_longest_that_was_watched() {
        let group: Vec<_> =
            [3.0, 4.0, 5.0, 6.0, 7.0].map(over).into_iter().chain((0..20).map(|more| open(8.0 + f64::from(more)))).collect();
        assert_eq!(Curve::of(&group).percentile(50), Quantile::NotReached { beyond: 27.0, lower: None });
    }

    #[test]
    fn a_curve_that_runs_along_the_half_gives_its_first_day() {
        // 0.9 · 8/9 · … · 5/6 comes out beside the half; R says 5.5.
        let curve = Curve::of(&(1..=10).map(|day| over(f64::from(day))).collect::<Vec<_>>());
        assert!(matches!(curve.percentile(50), Quantile::Reached { at: 5.0, .. }));
        assert_eq!(curve.percentile(0), curve.percentile(1));
        assert_eq!(curve.percentile(255), curve.percentile(99));
    }
}
