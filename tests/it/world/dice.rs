//! Dice that fall the same way for the same seed (SplitMix64), so that a run of random kills can be repeated.

/// The variable that repeats a run.
const SEED: &str = "VEEDOR_TORTURE_SEED";

/// The dice.
pub struct Dice(u64);

impl Dice {
    /// Dice with the seed that was asked for, else with one of this moment; and the seed.
    pub fn thrown() -> (Self, u64) {
        let asked = std::env::var(SEED).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{SEED}={text} is no whole number")));
        let seed = asked.unwrap_or_else(|| jiff::Timestamp::now().as_microsecond().unsigned_abs());
        (Self(seed), seed)
    }

    /// Other dice, which these decide.
    pub fn split(&mut self) -> Self {
        Self(self.below(u64::MAX))
    }

    /// A number below this one.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (word ^ (word >> 31)) % end.max(1)
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        let at = self.below(of.len() as u64);
        of[usize::try_from(at).expect("an index")]
    }

    /// True this often in a hundred throws.
    pub fn falls(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// How many were asked for by this variable, else the usual number.
pub fn asked(variable: &str, usual: u32) -> u32 {
    std::env::var(variable).map_or(usual, |text| text.parse().unwrap_or_else(|_| panic!("{variable}={text} is no whole number")))
}
