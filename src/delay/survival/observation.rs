//! What is known of one duration: since when it is watched, how long it lasted, and whether it is over.
//!
//! Callers make observations from dockets; all statistics of this module take a list of them. An [`Observation`] cannot hold a
//! number that is none, or an interval that runs backwards.

use std::fmt;

/// Which of several endings it was, where endings compete (`domain.md` B4.4): the caller gives the numbers their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cause(pub u8);

/// How an observation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was not over when it was last looked at.
    Censored,
    /// It was over. Where only one ending matters every event has the same cause.
    Event(Cause),
}

/// One duration, of a case or of a person in a case.
///
/// It counts as at risk at `t` when `entry < t <= exit`, as in R's `Surv(entry, exit, event)`; without an entry from the beginning
/// on, at 0 too, as in `Surv(exit, event)`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    entry: Option<f64>,
    exit: f64,
    outcome: Outcome,
    case: Option<u64>,
}

/// Why something is no observation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Unfit {
    /// A time is infinite or not a number.
    NotANumber,
    /// It lasted less than no time.
    Negative {
        /// How long it is said to have lasted.
        exit: f64,
    },
    /// It was watched only from its end on, or later, so that it says nothing. R drops such a row with a warning.
    NeverAtRisk {
        /// Since when it was watched.
        entry: f64,
        /// When it ended.
        exit: f64,
    },
    /// A sighting of something that did not end.
    NotOver,
    /// The visit that saw the end was not after the one that did not.
    Backwards {
        /// The last visit that did not see it.
        after: f64,
        /// The visit that saw it.
        by: f64,
    },
}

impl Observation {
    /// A duration of `exit` days that was watched from its beginning: the whole docket could be read back to it, and it was
    /// not chosen for its length. `exit` may be 0: an oral and a written ruling of one day.
    pub fn new(exit: f64, outcome: Outcome) -> Result<Self, Unfit> {
        if !exit.is_finite() {
            return Err(Unfit::NotANumber);
        }
        if exit < 0.0 {
            return Err(Unfit::Negative { exit });
        }
        Ok(Self { entry: None, exit, outcome, case: None })
    }

    /// The same, watched only after `entry` days: a case that was added because it was slow already (`domain.md` B4.3). That nobody
    /// can be added who ended before is then no bias.
    pub fn entered(self, entry: f64) -> Result<Self, Unfit> {
        if !entry.is_finite() {
            return Err(Unfit::NotANumber);
        }
        if entry >= self.exit {
            return Err(Unfit::NeverAtRisk { entry, exit: self.exit });
        }
        Ok(Self { entry: Some(entry), ..self })
    }

    /// The same, of one of several persons in a case: those with the same number do not count as independent (B4.6). Without it
    /// an observation stands alone.
    pub fn in_case(self, case: u64) -> Self {
        Self { case: Some(case), ..self }
    }

    /// The same, no longer watched from its end on instead of over.
    pub fn censored(self) -> Self {
        Self { outcome: Outcome::Censored, ..self }
    }

    /// The same with another end; the caller keeps it after the entry.
    pub(super) fn ending(self, exit: f64) -> Self {
        Self { exit, ..self }
    }

    /// After how many days it came to be watched; `None` when it was from its beginning.
    pub fn entry(&self) -> Option<f64> {
        self.entry
    }

    /// How many days it lasted, or had lasted when it was last looked at.
    pub fn exit(&self) -> f64 {
        self.exit
    }

    /// How it ended.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// The case in which it is one of several.
    pub fn case(&self) -> Option<u64> {
        self.case
    }

    /// By which event it ended.
    pub fn cause(&self) -> Option<Cause> {
        match self.outcome {
            Outcome::Censored => None,
            Outcome::Event(cause) => Some(cause),
        }
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotANumber => write!(f, "a duration must be a finite number of days"),
            Self::Negative { exit } => write!(f, "a duration of {exit} days ends before it begins; check its two dates"),
            Self::NeverAtRisk { entry, exit } => {
                write!(f, "watched from day {entry} on, but over on day {exit}: leave it out, it says nothing of the days after {entry}")
            }
            Self::NotOver => write!(f, "only an end can have been seen between two visits, and this duration has none"),
            Self::Backwards { after, by } => {
                write!(f, "the visit that saw the end (day {by}) must come after the one before it (day {after})")
            }
        }
    }
}

impl std::error::Error for Unfit {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_is_refused_and_says_why() {
        let event = Outcome::Event(Cause(0));
        for exit in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(Observation::new(exit, event), Err(Unfit::NotANumber));
        }
        assert_eq!(Observation::new(-1.0, event), Err(Unfit::Negative { exit: -1.0 }));
        let ten = Observation::new(10.0, event).expect("a duration");
        assert_eq!(ten.entered(f64::NAN), Err(Unfit::NotANumber));
        assert_eq!(ten.entered(10.0), Err(Unfit::NeverAtRisk { entry: 10.0, exit: 10.0 }));
        let late = ten.entered(12.0).expect_err("it was over");
        assert_eq!(late.to_string(), "watched from day 12 on, but over on day 10: leave it out, it says nothing of the days after 12");
        assert_eq!(ten.entered(9.5).map(|late| late.entry()), Ok(Some(9.5)));
        assert!(Observation::new(0.0, event).is_ok(), "both rulings on one day");
    }
}
