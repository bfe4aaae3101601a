//! Which figures are not said, because they would rest on too little (`domain.md` B4.2, B4.8 and M10): as types, so that whoever
//! words a figure has to say that there is none.

use std::fmt;

/// Quantiles that rest on fewer events are suppressed (`domain.md` B4.2). Several persons of one case count once.
pub const FEWEST_EVENTS: usize = 5;

/// Percentages of fewer are suppressed (`domain.md` M10).
pub const FEWEST_KNOWN: usize = 5;

/// With delayed entry nothing is said of a day from which on a share rests on fewer cases at risk while others still came: one end among
/// them moves it by more than a fifth, and all who came later carry that on.
pub const FEWEST_AT_RISK: usize = 5;

/// Groups are compared only when each has as many events (`domain.md` B4.8); otherwise their points are shown.
pub const FEWEST_EVENTS_TO_COMPARE: usize = 10;

/// Judges are compared only when each had as many hearings (`domain.md` B4.8: defamation, and noise).
pub const FEWEST_HEARINGS: usize = 20;

/// A share that is said as a percentage only when it is one of enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// Too few are known; their numbers can be said, a percentage cannot.
    Suppressed {
        /// Those that are the one thing …
        part: usize,
        /// … of so many of which it is known.
        known: usize,
    },
    /// Enough are known.
    Known {
        /// Those that are the one thing …
        part: usize,
        /// … of so many of which it is known.
        known: usize,
    },
}

impl Share {
    /// Of so many that are the one thing, and so many that are not. Those of which it is not known are in neither.
    pub fn of(part: usize, rest: usize) -> Self {
        let known = part.saturating_add(rest);
        if known < FEWEST_KNOWN { Self::Suppressed { part, known } } else { Self::Known { part, known } }
    }

    /// From 0 to 100; `None` when it is suppressed.
    pub fn percent(self) -> Option<f64> {
        match self {
            Self::Suppressed { .. } => None,
            Self::Known { part, known } => Some(100.0 * super::risk::number(part) / super::risk::number(known)),
        }
    }
}

/// Why judges are not compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooFewHearings {
    /// Which of them, by their place in the list …
    pub judge: usize,
    /// … and how many hearings there were.
    pub hearings: usize,
}

impl fmt::Display for TooFewHearings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "judges are compared from {FEWEST_HEARINGS} hearings each, and one has {}; show the hearings one by one", self.hearings)
    }
}

impl std::error::Error for TooFewHearings {}

/// Whether judges with so many hearings each may be compared; if not, which of them has the fewest.
pub fn compare_judges(hearings: &[usize]) -> Result<(), TooFewHearings> {
    let fewest = hearings.iter().copied().enumerate().min_by_key(|(_, hearings)| *hearings);
    match fewest.filter(|(_, hearings)| *hearings < FEWEST_HEARINGS) {
        Some((judge, hearings)) => Err(TooFewHearings { judge, hearings }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_of_four_is_no_percentage_and_five_of_five_is() {
        assert_eq!(Share::of(4, 0), Share::Suppressed { part: 4, known: 4 });
        assert_eq!(Share::of(4, 0).percent(), None);
        assert_eq!(Share::of(0, 0).percent(), None);
        assert_eq!(Share::of(5, 0).percent(), Some(100.0));
        assert_eq!(Share::of(1, 7).percent(), Some(12.5));
    }

    #[test]
    fn a_judge_of_nineteen_hearings_is_not_compared() {
        assert_eq!(compare_judges(&[20, 300]), Ok(()));
        assert_eq!(compare_judges(&[25, 19, 300, 7]), Err(TooFewHearings { judge: 3, hearings: 7 }));
        assert_eq!(compare_judges(&[20, 19]).map_err(|few| few.hearings), Err(19));
    }
}
