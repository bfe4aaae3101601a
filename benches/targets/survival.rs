//! Target: the statistics of 10,000 durations take no more than a small multiple of what it takes to sort them, whether or not persons
//! belong to cases: they take `n log n` steps, and a page of them is made while somebody waits.

use std::hint::black_box;
use std::time::{Duration, Instant};

use veedor::delay::survival::incidence::Incidence;
use veedor::delay::survival::kaplan_meier::Curve;
use veedor::delay::survival::log_rank::log_rank;
use veedor::delay::survival::observation::{Cause, Observation, Outcome};

use super::table::Table;

const ROUNDS: usize = 20;
const DURATIONS: u64 = 10_000;

pub fn measure(table: &mut Table) {
    table.head("Statistics of 10,000 durations: one core");
    let alone: Vec<Observation> = (0..DURATIONS).filter_map(observation).collect();
    let in_cases: Vec<Observation> = (0..).zip(&alone).map(|(n, one): (u64, _)| one.in_case(n / 3)).collect();
    let days: Vec<f64> = alone.iter().map(Observation::exit).collect();
    let base = least(|| {
        let mut sorted = days.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.len()
    });
    table.note("sorted", millis(base), "ms");
    let (one, other) = in_cases.split_at(in_cases.len() / 2);
    let figures: [(&str, Duration); 4] = [
        ("Kaplan-Meier, against sorting", least(|| Curve::of(&alone).steps.len())),
        ("the same by case", least(|| Curve::of(&in_cases).steps.len())),
        ("three competing causes by case", least(|| Incidence::of(&in_cases).steps.len())),
        ("two groups compared by case", least(|| log_rank(&[one, other]).map_or(0, |test| test.freedom))),
    ];
    for (what, time) in figures {
        table.at_most(what, millis(time) / millis(base), 100.0, "×");
        table.note("  which is", millis(time), "ms");
    }
}

/// Of up to three years, in eighths of a day; a fifth pending, half of them watched late.
fn observation(n: u64) -> Option<Observation> {
    let drawn = n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 16;
    let exit = (drawn % 8_000 + 8) as f64 / 8.0;
    let outcome = if drawn.is_multiple_of(5) { Outcome::Censored } else { Outcome::Event(Cause((drawn / 5 % 3) as u8)) };
    let whole = Observation::new(exit, outcome).ok()?;
    if n.is_multiple_of(2) { Some(whole) } else { whole.entered((exit / 2.0).floor()).ok() }
}

fn least(mut run: impl FnMut() -> usize) -> Duration {
    let mut once = || {
        let began = Instant::now();
        black_box(run());
        began.elapsed()
    };
    (0..ROUNDS).map(|_| once()).min().unwrap_or_default()
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
