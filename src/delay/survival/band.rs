//! The 95 % interval of a share, on the scale of `log(-log(share))`, where it stays between 0 and 1 and is right for few observations
//! (`domain.md` B4.2).
//!
//! For curves of what is still open and for cumulative incidences alike, as R's `conf.type = "log-log"` has it.

/// The quantile 0.975 of the normal distribution: 95 % lie within so many standard errors.
const WITHIN_95: f64 = 1.959_963_984_540_054;

/// A share that is closer to 0 or 1 is that: sums of fractions come out a few 1e-16 beside it, and R then has an interval or none by chance.
const AT_THE_END: f64 = 1e-12;

/// Between which shares the true one lies, with 95 % confidence at each single day (not for all days at once).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Band {
    /// From here …
    pub lower: f64,
    /// … to here; both from 0 to 1.
    pub upper: f64,
}

impl Band {
    /// Around a share with this standard error. `None` at 0 and at 1, where the scale ends and R has no interval either.
    pub(super) fn around(share: f64, std_err: f64) -> Option<Self> {
        if !(share > AT_THE_END && share < 1.0 - AT_THE_END && std_err.is_finite()) {
            return None;
        }
        let depth = -share.ln();
        let reach = (WITHIN_95 * std_err / (share * depth)).exp();
        let (lower, upper) = ((-depth * reach).exp(), (-depth / reach).exp());
        (lower.is_finite() && upper.is_finite()).then_some(Self { lower, upper })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_no_interval_at_the_ends_and_never_leaves_them() {
        assert_eq!(Band::around(0.0, 0.0), None);
        assert_eq!(Band::around(1.0, 0.0), None);
        assert_eq!(Band::around(1.0 - f64::EPSILON, 1e-17), None);
        assert_eq!(Band::around(0.5, f64::NAN), None);
        for share in [1e-11, 0.3, 1.0 - 1e-11] {
            for std_err in [0.0, 1e-9, 0.2, 1e9] {
                let band = Band::around(share, std_err).expect("between the ends");
                assert!(0.0 <= band.lower && band.lower <= band.upper && band.upper <= 1.0, "{share} {std_err}: {band:?}");
            }
        }
    }
}
