//! Holds the statistics against R's package `survival`, on data with ties, censoring, delayed entry, cases of several persons and
//! competing causes, to 1e-9.
//!
//! The data and R's answers are made by `tests/judges/survival.R` and lie in `tests/fixtures/survival`. Where `Rscript` and the package are
//! on the machine, R is asked anew about data that nobody has seen (`live`). `wrong` plants mistakes that the comparison has to find.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::incidence::Incidence;
use super::kaplan_meier::{Curve, Position, StillOpen};
use super::log_rank::{LogRank, Refusal, log_rank};
use super::observation::{Cause, Observation, Outcome};
use super::quantile::Quantile;

mod live;
mod wrong;

/// How far a number may be from R's, beside and in proportion.
const NEAR: f64 = 1e-9;

type CurveOf = dyn Fn(&[Observation]) -> Curve;
type IncidenceOf = dyn Fn(&[Observation]) -> Incidence;
type Comparison = dyn Fn(&[&[Observation]]) -> Result<LogRank, Refusal>;

/// What is compared: ours, or one with a mistake planted in it.
struct Estimators {
    curve: Box<CurveOf>,
    percentile: fn(&Curve, u8) -> Quantile,
    incidence: Box<IncidenceOf>,
    log_rank: Box<Comparison>,
}

fn ours() -> Estimators {
    let (curve, incidence) = (Box::new(Curve::of), Box::new(Incidence::of));
    Estimators { curve, percentile: Curve::percentile, incidence, log_rank: Box::new(log_rank) }
}

/// A row of `data.csv`: the observation, in its case, and its arm.
type Row = (Observation, u32);

/// Numbers that were compared, and those that differ.
#[derive(Debug, Default)]
struct Verdict {
    numbers: usize,
    /// By the kind of answer.
    kinds: BTreeMap<String, usize>,
    /// The largest difference of two numbers, beside and in proportion.
    farthest: f64,
    differences: Vec<String>,
    /// Quantiles whose interval R reads otherwise, because a band rises again.
    rising: usize,
    /// Quantiles where a curve runs along the share.
    along: usize,
    /// Comparisons of groups and quantiles that are refused or suppressed, as they are to be.
    suppressed: usize,
}

impl Verdict {
    fn number(&mut self, place: &str, found: Option<f64>, expected: Option<f64>) {
        self.numbers += 1;
        let same = match (found, expected) {
            (Some(found), Some(expected)) => {
                let difference = (found - expected).abs() / (1.0 + expected.abs());
                self.farthest = self.farthest.max(difference);
                difference <= NEAR
            }
            (None, None) => true,
            _ => false,
        };
        if !same {
            self.differences.push(format!("{place}: {found:?}, R says {expected:?}"));
        }
    }

    fn holds(&mut self, place: &str, what: bool, found: &dyn std::fmt::Debug) {
        self.numbers += 1;
        if !what {
            self.differences.push(format!("{place}: {found:?}"));
        }
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/survival")
}

fn read(file: &str) -> String {
    std::fs::read_to_string(fixtures().join(file)).expect("the fixtures are part of the repository")
}

/// `NA` is none.
fn value(text: &str) -> Option<f64> {
    (text != "NA").then(|| text.parse().expect("a number"))
}

/// The datasets of a `data.csv`.
fn datasets(data: &str) -> BTreeMap<u32, Vec<Row>> {
    let mut sets: BTreeMap<u32, Vec<Row>> = BTreeMap::new();
    for line in data.lines().skip(1) {
        let [set, entry, exit, outcome, case, arm] = line.split(',').collect::<Vec<_>>()[..] else { panic!("not a row: {line}") };
        let outcome = match outcome.parse().expect("an outcome") {
            0 => Outcome::Censored,
            cause => Outcome::Event(Cause(cause)),
        };
        let mut observation = Observation::new(exit.parse().expect("a day"), outcome).expect("a duration");
        if let Some(entry) = value(entry) {
            observation = observation.entered(entry).expect("at risk");
        }
        if case != "NA" {
            observation = observation.in_case(case.parse().expect("a case"));
        }
        sets.entry(set.parse().expect("a dataset")).or_default().push((observation, arm.parse().expect("an arm")));
    }
    sets
}

/// The same observations, each alone.
fn alone(observation: &Observation) -> Observation {
    let bare = Observation::new(observation.exit(), observation.outcome()).expect("a duration");
    observation.entry().map_or(bare, |entry| bare.entered(entry).expect("at risk"))
}

/// Holds what the estimators say of the data against the answers.
fn compare(data: &str, answers: &str, estimators: &Estimators) -> Verdict {
    let mut verdict = Verdict::default();
    let sets = datasets(data);
    let mut lines: BTreeMap<u32, Vec<Vec<&str>>> = BTreeMap::new();
    for line in answers.lines() {
        let fields: Vec<&str> = line.split(',').collect();
        lines.entry(fields[1].parse().expect("a dataset")).or_default().push(fields);
    }
    assert_eq!(sets.keys().collect::<Vec<_>>(), lines.keys().collect::<Vec<_>>(), "each dataset has answers");
    for (set, rows) in &sets {
        let by_case: Vec<Observation> = rows.iter().map(|(observation, _)| *observation).collect();
        let alone: Vec<Observation> = by_case.iter().map(alone).collect();
        // R says what the estimator says; what is held back of it is another question.
        let [curve, curve_by_case] = [&alone, &by_case].map(|group| Curve { unstable_from: None, ..(estimators.curve)(group.as_slice()) });
        let (incidence, incidence_by_case) = ((estimators.incidence)(&alone), (estimators.incidence)(&by_case));
        for line in &lines[set] {
            let (kind, place) = (line[0], line.join(","));
            let values: Vec<Option<f64>> = line[2..].iter().map(|text| value(text)).collect();
            *verdict.kinds.entry(kind.to_owned()).or_default() += 1;
            match kind {
                "km" => step(&mut verdict, &place, &curve, &values),
                "kc" => step(&mut verdict, &place, &curve_by_case, &values),
                "q" => quantile(&mut verdict, &place, (&curve, estimators), &values),
                "qc" => quantile(&mut verdict, &place, (&curve_by_case, estimators), &values),
                "at" => at(&mut verdict, &place, &curve, &values),
                "aj" => ended(&mut verdict, &place, &incidence, &values),
                "ac" => ended(&mut verdict, &place, &incidence_by_case, &values),
                "lr" | "lc" => groups(&mut verdict, &place, estimators, rows, &values, kind == "lc"),
                other => panic!("an answer of an unknown kind {other}"),
            }
        }
    }
    verdict
}

fn step(verdict: &mut Verdict, place: &str, curve: &Curve, values: &[Option<f64>]) {
    let [time, at_risk, events, censored, share, std_err, lower, upper] = values else { panic!("not a step: {place}") };
    let Some(step) = curve.steps.iter().find(|step| Some(step.time) == *time) else {
        return verdict.holds(place, false, &"no such day");
    };
    for (count, expected) in [(step.at_risk, at_risk), (step.events, events), (step.censored, censored)] {
        verdict.number(place, Some(count as f64), *expected);
    }
    verdict.number(place, Some(step.survival), *share);
    // By case R says 0 of the error once nothing is open, and nothing otherwise; here there is none.
    verdict.number(place, step.std_err, std_err.filter(|_| *share != Some(0.0)));
    verdict.number(place, step.band.map(|band| band.lower), *lower);
    verdict.number(place, step.band.map(|band| band.upper), *upper);
}

fn quantile(verdict: &mut Verdict, place: &str, (curve, estimators): (&Curve, &Estimators), values: &[Option<f64>]) {
    let [Some(percent), r_at, r_lower, r_upper, at, lower, upper] = values else { panic!("not a quantile: {place}") };
    let found = (estimators.percentile)(curve, *percent as u8);
    let (found_at, found_lower, found_upper) = match found {
        Quantile::Suppressed { events } => {
            verdict.suppressed += 1;
            return verdict.holds(place, events < 5 && curve.counts.cases_with_events == events, &found);
        }
        Quantile::Unstable { from } => return verdict.holds(place, false, &from),
        Quantile::Reached { at, lower, upper } => (Some(at), lower, upper),
        Quantile::NotReached { lower, .. } => (None, lower, None),
    };
    verdict.number(place, found_at, *at);
    verdict.number(place, found_lower, *lower);
    verdict.number(place, found_upper, *upper);
    let around = found_at.is_none_or(|at| found_lower.is_none_or(|lower| lower <= at) && found_upper.is_none_or(|upper| at <= upper));
    verdict.holds(place, around, &found);
    // R's own function, where its definition is ours …
    let open = (100.0 - percent) / 100.0;
    let after = |day: f64| curve.steps.iter().filter(move |step| step.time > day);
    match found_at.and_then(|at| curve.steps.iter().find(|step| step.time == at)) {
        // … and where the curve runs along the share it is the middle between this day and the next with an event, or the last.
        Some(step) if (step.survival - open).abs() < 1e-8 => {
            verdict.along += 1;
            let next = after(step.time).find(|step| step.events > 0).or(curve.steps.last()).map_or(step.time, |next| next.time);
            verdict.number(place, Some(f64::midpoint(step.time, next)), *r_at);
        }
        _ => verdict.number(place, found_at, *r_at),
    }
    let rises = curve.steps.windows(2).any(|pair| {
        let [Some(first), Some(second)] = [pair[0].band, pair[1].band] else { return false };
        first.lower < second.lower || first.upper < second.upper
    });
    if rises && (found_lower, found_upper) != (*r_lower, *r_upper) {
        verdict.rising += 1;
    } else {
        verdict.number(place, found_lower, *r_lower);
        verdict.number(place, found_upper, *r_upper);
    }
}

fn at(verdict: &mut Verdict, place: &str, curve: &Curve, values: &[Option<f64>]) {
    let [Some(day), after, before] = values else { panic!("not a day: {place}") };
    let last = curve.steps.last().map_or(1.0, |last| last.survival);
    match curve.still_open(*day) {
        StillOpen::Suppressed { cases } => {
            verdict.holds(place, cases < 5, &cases);
            if curve.counts.cases >= 5 {
                let share = curve.last_until(*day, true).map_or(1.0, |step| step.survival);
                verdict.number(place, Some(share), after.or((last == 0.0).then_some(0.0)));
            }
        }
        StillOpen::Unstable { from } => verdict.holds(place, false, &from),
        StillOpen::Share { share, .. } => verdict.number(place, Some(share), after.or((last == 0.0).then_some(0.0))),
        StillOpen::Unknown { at_most } => verdict.holds(place, after.is_none() && at_most == last, &at_most),
    }
    match curve.position(*day) {
        Position::Suppressed { events } => verdict.holds(place, events < 5, &events),
        Position::Unstable { from } => verdict.holds(place, false, &from),
        Position::Known { sooner, by_then } => {
            verdict.number(place, Some(1.0 - sooner), before.or((last == 0.0).then_some(0.0)));
            verdict.number(place, Some(1.0 - by_then), after.or((last == 0.0).then_some(0.0)));
        }
        Position::Beyond { at_least } => verdict.holds(place, after.is_none() && at_least == 1.0 - last, &at_least),
    }
}

fn ended(verdict: &mut Verdict, place: &str, incidence: &Incidence, values: &[Option<f64>]) {
    let [time, Some(cause), share, std_err, lower, upper] = values else { panic!("not an incidence: {place}") };
    let step = incidence.steps.iter().find(|step| Some(step.time) == *time);
    let Some(ended) = step.and_then(|step| step.ended.iter().find(|ended| f64::from(ended.cause.0) == *cause)) else {
        return verdict.holds(place, false, &"no such day or cause");
    };
    verdict.number(place, Some(ended.share), *share);
    verdict.number(place, Some(ended.std_err), *std_err);
    // Where all ended in one way it is by rounding alone whether R has an interval.
    let between = share.is_some_and(|share| share > 1e-12 && share < 1.0 - 1e-12);
    verdict.number(place, ended.band.map(|band| band.lower), lower.filter(|_| between));
    verdict.number(place, ended.band.map(|band| band.upper), upper.filter(|_| between));
}

fn groups(verdict: &mut Verdict, place: &str, estimators: &Estimators, rows: &[Row], values: &[Option<f64>], by_case: bool) {
    let [chi_square, freedom, p] = values else { panic!("not a comparison: {place}") };
    let mut arms: BTreeMap<u32, Vec<Observation>> = BTreeMap::new();
    for (observation, arm) in rows {
        arms.entry(*arm).or_default().push(if by_case { *observation } else { alone(observation) });
    }
    let arms: Vec<&[Observation]> = arms.values().map(Vec::as_slice).collect();
    match (estimators.log_rank)(&arms) {
        Ok(found) => {
            verdict.number(place, Some(found.chi_square), *chi_square);
            verdict.number(place, Some(found.freedom as f64), *freedom);
            verdict.number(place, Some(found.p), *p);
        }
        Err(refusal) => {
            verdict.suppressed += 1;
            let fewest = arms.iter().map(|arm| Curve::of(arm).counts.cases_with_events).min();
            verdict.holds(
                place,
                matches!(refusal, Refusal::TooFewEvents { events, .. } if Some(events) == fewest && events < 10),
                &refusal,
            );
        }
    }
}

/// Fails where numbers differ, and says how many were compared.
fn hold(verdict: &Verdict) {
    let Verdict { numbers, kinds, suppressed, farthest, along, rising, differences } = verdict;
    eprintln!(
        "{numbers} numbers compared with R's ({kinds:?}), {suppressed} suppressed; the farthest is {farthest:.1e} off; {along} quantiles \
         where the curve runs along the share, {rising} whose band rises, which R reads otherwise"
    );
    let first: Vec<_> = differences.iter().take(20).cloned().collect();
    assert!(differences.is_empty(), "{} of {numbers} differ:\n{}", differences.len(), first.join("\n"));
    assert!(rising * 8 < kinds["q"] + kinds["qc"], "R's reading of so many intervals is not ours: {rising}");
}

#[test]
fn all_figures_are_those_of_r() {
    let verdict = compare(&read("data.csv"), &read("answers.csv"), &ours());
    hold(&verdict);
    assert!(verdict.numbers > 50_000 && verdict.along > 10, "{}", verdict.numbers);
}
