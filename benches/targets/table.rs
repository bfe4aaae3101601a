//! Prints figures beside their targets, and remembers whether all were met.

/// What was measured so far.
#[derive(Default)]
pub struct Table {
    missed: usize,
}

impl Table {
    /// A heading.
    pub fn head(&self, what: &str) {
        println!("{what}\n  {:<52} {:>12} {:>12}", "figure", "measured", "target");
    }

    /// A figure that must not be above its target.
    pub fn at_most(&mut self, figure: &str, measured: f64, target: f64, unit: &str) {
        let met = measured <= target;
        self.missed += usize::from(!met);
        println!("  {figure:<52} {:>12} {:>12} {}", show(measured, unit), show(target, unit), if met { "ok" } else { "MISSED" });
    }

    /// A figure that must not be below its target.
    pub fn at_least(&mut self, figure: &str, measured: f64, target: f64, unit: &str) {
        let met = measured >= target;
        self.missed += usize::from(!met);
        println!("  {figure:<52} {:>12} {:>12} {}", show(measured, unit), show(target, unit), if met { "ok" } else { "MISSED" });
    }

    /// A figure without a target.
    pub fn note(&self, figure: &str, measured: f64, unit: &str) {
        println!("  {figure:<52} {:>12}", show(measured, unit));
    }

    /// Whether every target was met.
    pub fn is_met(&self) -> bool {
        self.missed == 0
    }
}

fn show(value: f64, unit: &str) -> String {
    let decimals = if value >= 100.0 { 0 } else { 2 };
    format!("{value:.decimals$} {unit}")
}
