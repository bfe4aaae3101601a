//! The chi-square distribution's upper tail: how probable a value at least as large is by chance.
//!
//! For [`super::log_rank`]. Only whole degrees of freedom, of which there are few (groups less one).

/// From where on a continued fraction takes fewer terms than a series; both hold on both sides.
const FRACTION_FROM: f64 = 1.0;

/// Terms after which a series or fraction ends at the latest. It takes about the root of the largest argument that is asked about.
const TERMS: usize = 100_000;

/// The probability of a value above `value` with so many degrees of freedom, from 0 to 1. Of no degrees, and of values that are not
/// above 0, it is 1.
///
/// It is `Q(freedom/2, value/2)`, the incomplete gamma function, by its series where that is short and by its continued fraction
/// (DLMF 8.9.2, Lentz's method) elsewhere, which keeps all digits of small probabilities.
pub fn upper_tail(value: f64, freedom: usize) -> f64 {
    let (a, x) = (super::risk::number(freedom) / 2.0, value / 2.0);
    if freedom == 0 || x.is_nan() || x <= 0.0 {
        return 1.0;
    }
    if x.is_infinite() {
        return 0.0;
    }
    // x^a e^-x / Γ(a)
    let front = (a * x.ln() - x - ln_gamma_of_half(freedom)).exp();
    let tail = if x < a + FRACTION_FROM { 1.0 - front * series(a, x) } else { front * fraction(a, x) };
    tail.clamp(0.0, 1.0)
}

/// The logarithm of `Γ(n/2)`, by going up from `Γ(1/2) = √π` or `Γ(1) = 1`.
fn ln_gamma_of_half(n: usize) -> f64 {
    let (start, ln_start) = if n.is_multiple_of(2) { (2, 0.0) } else { (1, std::f64::consts::PI.ln() / 2.0) };
    (start..n).step_by(2).fold(ln_start, |sum, k| sum + (super::risk::number(k) / 2.0).ln())
}

/// The lower part: `Σ x^k / (a (a+1) … (a+k))`.
fn series(a: f64, x: f64) -> f64 {
    let mut term = 1.0 / a;
    let (mut sum, mut k) = (term, a);
    for _ in 0..TERMS {
        k += 1.0;
        term *= x / k;
        sum += term;
        if term < sum * f64::EPSILON {
            break;
        }
    }
    sum
}

/// The upper part, as a continued fraction: `1/(x+1-a- 1(1-a)/(x+3-a- 2(2-a)/(x+5-a- …)))`.
fn fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_0 = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / away_from_0(b);
    let mut product = d;
    let mut k = 0.0;
    for _ in 0..TERMS {
        k += 1.0;
        let numerator = -k * (k - a);
        b += 2.0;
        d = 1.0 / away_from_0(numerator * d + b);
        c = away_from_0(b + numerator / c);
        let factor = d * c;
        product *= factor;
        if (factor - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    product
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R: `sprintf("%.14e", pchisq(x, df, lower.tail = FALSE))`.
    #[test]
    fn it_is_that_of_r() {
        let vectors: &[(f64, usize, f64)] = &[
            (0.000000001, 1, 9.99974768674784e-01),
            (0.004, 1, 9.49570971151105e-01),
            (0.3, 1, 5.83882420770365e-01),
            (1.0, 1, 3.17310507862914e-01),
            (2.9, 1, 8.85795525797769e-02),
            (3.84, 1, 5.00435212487052e-02),
            (11.0, 1, 9.11118877153712e-04),
            (30.0, 1, 4.32046305782750e-08),
            (90.0, 1, 2.38160016439630e-21),
            (400.0, 1, 5.50724823721247e-89),
            (0.000000001, 2, 9.99999999500000e-01),
            (0.004, 2, 9.98001998667333e-01),
            (0.3, 2, 8.60707976425058e-01),
            (1.0, 2, 6.06530659712633e-01),
            (2.9, 2, 2.34570288093798e-01),
            (3.84, 2, 1.46606962130350e-01),
            (11.0, 2, 4.08677143846407e-03),
            (30.0, 2, 3.05902320501826e-07),
            (90.0, 2, 2.86251858054939e-20),
            (400.0, 2, 1.38389652673674e-87),
            (0.000000001, 3, 9.99999999999992e-01),
            (0.004, 3, 9.99932797148678e-01),
            (0.3, 3, 9.60028480306878e-01),
            (1.0, 3, 8.01251956901201e-01),
            (2.9, 3, 4.07301567035948e-01),
            (3.84, 3, 2.79267617118610e-01),
            (11.0, 3, 1.17258755784214e-02),
            (30.0, 3, 1.38005703129325e-06),
            (90.0, 3, 2.19057011928531e-19),
            (400.0, 3, 2.21388659310112e-86),
            (0.000000001, 4, 1.00000000000000e+00),
            (0.004, 4, 9.99998002664668e-01),
            (0.3, 4, 9.89814172888817e-01),
            (1.0, 4, 9.09795989568950e-01),
            (2.9, 4, 5.74697205829804e-01),
            (3.84, 4, 4.28092329420622e-01),
            (11.0, 4, 2.65640143500164e-02),
            (30.0, 4, 4.89443712802921e-06),
            (90.0, 4, 1.31675854705272e-18),
            (400.0, 4, 2.78163201874084e-85),
            (0.000000001, 7, 1.00000000000000e+00),
            (0.004, 7, 9.99999999969290e-01),
            (0.3, 7, 9.99899962617748e-01),
            (1.0, 7, 9.94828536516516e-01),
            (2.9, 7, 8.94096323782007e-01),
            (3.84, 7, 7.98010915036040e-01),
            (11.0, 7, 1.38619020873295e-01),
            (30.0, 7, 9.49597250813418e-05),
            (90.0, 7, 1.23724041717485e-16),
            (400.0, 7, 2.38527108111233e-82),
            (0.000000001, 30, 1.00000000000000e+00),
            (0.004, 30, 1.00000000000000e+00),
            (0.3, 30, 1.00000000000000e+00),
            (1.0, 30, 1.00000000000000e+00),
            (2.9, 30, 9.99999999948084e-01),
            (3.84, 30, 9.99999997739365e-01),
            (11.0, 30, 9.99401430508865e-01),
            (30.0, 30, 4.65653708944010e-01),
            (90.0, 30, 6.56732682000149e-08),
            (400.0, 30, 2.79549385765649e-66),
            (0.000000001, 101, 1.00000000000000e+00),
            (0.004, 101, 1.00000000000000e+00),
            (0.3, 101, 1.00000000000000e+00),
            (1.0, 101, 1.00000000000000e+00),
            (2.9, 101, 1.00000000000000e+00),
            (3.84, 101, 1.00000000000000e+00),
            (11.0, 101, 1.00000000000000e+00),
            (30.0, 101, 9.99999999999510e-01),
            (90.0, 101, 7.75360840077939e-01),
            (400.0, 101, 3.40522571392197e-37),
        ];
        for (value, freedom, expected) in vectors {
            let found = upper_tail(*value, *freedom);
            assert!((found - expected).abs() <= 1e-12 * expected.abs(), "{value} with {freedom}: {found:e}, R says {expected:e}");
        }
    }

    #[test]
    fn where_there_is_nothing_to_compare_it_is_one() {
        for (value, freedom) in [(0.0, 1), (-3.0, 1), (f64::NAN, 1), (7.0, 0)] {
            assert_eq!(upper_tail(value, freedom), 1.0);
        }
        assert_eq!(upper_tail(f64::INFINITY, 2), 0.0);
        assert_eq!(upper_tail(1e6, 3), 0.0);
    }
}
