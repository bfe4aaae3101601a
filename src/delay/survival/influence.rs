//! Sums of squares over cases of the influence that each has on an estimate: the infinitesimal jackknife, which is the variance
//! where persons of one case are not independent (`domain.md` B4.6). R's package calls it the robust variance.
//!
//! The influence of a case is at any time `a + b·f + m·w`, where `f` and `w` are functions of time that are the same for all, and the
//! three numbers of a case change only when one of its persons enters or leaves. So the sum over all cases is a form in `f` and `w` of
//! six sums that are kept up to date: no loop over all cases for each day. The estimators say what `f` and `w` are.

/// The numbers of each case, and the sums of their products.
#[derive(Debug)]
pub(super) struct Influence {
    cases: Vec<[f64; 3]>,
    /// Of `aa`, `ab`, `am`, `bb`, `bm`, `mm`.
    sums: [Sum; 6],
}

impl Influence {
    /// Of so many cases, none of which has any influence yet.
    pub(super) fn new(cases: usize) -> Self {
        Self { cases: vec![[0.0; 3]; cases], sums: [Sum::default(); 6] }
    }

    /// Adds to the three numbers of a case.
    pub(super) fn add(&mut self, case: usize, change: [f64; 3]) {
        let Some(held) = self.cases.get_mut(case) else { return };
        let [a, b, m] = *held;
        let [a2, b2, m2] = [a + change[0], b + change[1], m + change[2]];
        *held = [a2, b2, m2];
        let products = [(a, a, a2, a2), (a, b, a2, b2), (a, m, a2, m2), (b, b, b2, b2), (b, m, b2, m2), (m, m, m2, m2)];
        for (sum, (old, of, new, with)) in self.sums.iter_mut().zip(products) {
            sum.add_product(-old, of);
            sum.add_product(new, with);
        }
    }

    /// The sum over all cases of `(a + b·f + m·w)²`.
    pub(super) fn squares(&self, f: f64, w: f64) -> f64 {
        let mut all = Sum::default();
        for (sum, (x, y)) in self.sums.iter().zip([(1.0, 1.0), (2.0, f), (2.0, w), (f, f), (2.0 * f, w), (w, w)]) {
            all.add_scaled(sum, x, y);
        }
        all.value().max(0.0)
    }
}

/// A sum with twice the digits of an `f64`: the six sums are large and their form is small, so that the digits of one would not do.
/// (Dekker 1971 and Ogita, Rump and Oishi 2005: the error of a sum or of a product of two numbers is itself a number.)
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    high: f64,
    low: f64,
}

impl Sum {
    fn add(&mut self, value: f64) {
        let sum = self.high + value;
        let part = sum - self.high;
        self.low += (self.high - (sum - part)) + (value - part);
        self.high = sum;
    }

    fn add_product(&mut self, x: f64, y: f64) {
        let product = x * y;
        self.add(product);
        self.low += x.mul_add(y, -product);
    }

    fn add_scaled(&mut self, sum: &Self, x: f64, y: f64) {
        let factor = x * y;
        let rest = x.mul_add(y, -factor);
        self.add_product(factor, sum.high);
        self.low += rest * sum.high + factor * sum.low;
    }

    fn value(self) -> f64 {
        self.high + self.low
    }
}
