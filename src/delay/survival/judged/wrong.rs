//! Mistakes that are easily made, planted in estimators that are written out plainly: the comparison has to find each, and nothing where
//! none is planted. So the plain ones are a second reckoning of ours, too.

use std::collections::BTreeMap;

use super::super::band::Band;
use super::super::incidence::{Ended, Incidence, Shares};
use super::super::kaplan_meier::{Curve, Step};
use super::super::log_rank::{LogRank, log_rank};
use super::super::observation::{Cause, Observation, Outcome};
use super::super::quantile::Quantile;
use super::super::risk::Counts;
use super::{Estimators, Verdict, alone, compare, datasets, hold, ours, read};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mistake {
    None,
    /// One too many is at risk.
    OneTooMany,
    /// Those who are watched from this day on are at risk on it.
    WithThoseWhoEnterToday,
    EntryIgnored,
    /// Those who are censored on a day leave before its events.
    CensoredFirst,
    /// `d / n²` for `d / (n (n - d))`.
    GreenwoodWithN,
    PlainBand,
    LogBand,
    /// Two standard errors for 1.96.
    TwoErrors,
    /// Persons of one case are taken for independent.
    CasesIgnored,
    /// Only what is over is reckoned with.
    PendingLeftOut,
}

use Mistake as M;

fn at_risk(observation: &Observation, day: f64, mistake: Mistake) -> bool {
    let came = match (observation.entry(), mistake) {
        (None, _) | (_, M::EntryIgnored) => true,
        (Some(entry), M::WithThoseWhoEnterToday) => entry <= day,
        (Some(entry), _) => entry < day,
    };
    let there = match mistake {
        M::CensoredFirst => observation.exit() > day || (observation.exit() == day && observation.cause().is_some()),
        _ => observation.exit() >= day,
    };
    came && there
}

fn days(observations: &[Observation]) -> Vec<f64> {
    let mut days: Vec<f64> = observations.iter().map(Observation::exit).collect();
    days.sort_by(f64::total_cmp);
    days.dedup();
    days
}

/// The numbers of the cases, those who stand alone each with one of its own.
fn cases(observations: &[Observation]) -> Vec<u64> {
    observations.iter().enumerate().map(|(n, observation)| observation.case().unwrap_or(u64::MAX - n as u64)).collect()
}

/// The root of the sum over cases of the squared sum of its persons' influences.
fn by_case(influence: &[f64], cases: &[u64]) -> f64 {
    let mut sums: BTreeMap<u64, f64> = BTreeMap::new();
    for (one, case) in influence.iter().zip(cases) {
        *sums.entry(*case).or_default() += one;
    }
    sums.values().map(|sum| sum * sum).sum::<f64>().sqrt()
}

fn band(share: f64, std_err: f64, mistake: Mistake) -> Option<Band> {
    if !(share > 1e-12 && share < 1.0 - 1e-12) {
        return None;
    }
    let reach = std_err * if mistake == M::TwoErrors { 2.0 } else { 1.959_963_984_540_054 };
    let (lower, upper) = match mistake {
        M::PlainBand => (share - reach, share + reach),
        M::LogBand => (share * (-reach / share).exp(), share * (reach / share).exp()),
        _ => {
            let (middle, reach) = ((-share.ln()).ln(), reach / (share * share.ln().abs()));
            ((-(middle + reach).exp()).exp(), (-(middle - reach).exp()).exp())
        }
    };
    Some(Band { lower: lower.max(0.0), upper: upper.min(1.0) })
}

/// The curve by going over all observations on each day, with the influence of each followed by itself.
fn curve(observations: &[Observation], mistake: Mistake) -> Curve {
    let kept: Vec<Observation> = match mistake {
        M::PendingLeftOut => observations.iter().copied().filter(|one| one.cause().is_some()).collect(),
        _ => observations.to_vec(),
    };
    let cases = if mistake == M::CasesIgnored { (0..kept.len() as u64).collect() } else { cases(&kept) };
    // The counts are not what is judged here; they decide what is suppressed, which is to stay.
    let counts: Counts = Curve::of(observations).counts;
    let (mut survival, mut greenwood) = (1.0_f64, 0.0_f64);
    let mut influence = vec![0.0; kept.len()];
    let mut steps = Vec::new();
    for time in days(&kept) {
        let there: Vec<bool> = kept.iter().map(|one| at_risk(one, time, mistake)).collect();
        let event = |one: &Observation| one.exit() == time && one.cause().is_some();
        let n = there.iter().filter(|there| **there).count() + usize::from(mistake == M::OneTooMany);
        let d = kept.iter().filter(|one| event(one)).count();
        let (at_risk, events) = (n as f64, d as f64);
        let hazard = if n == 0 { 0.0 } else { events / at_risk };
        for ((own, one), there) in influence.iter_mut().zip(&kept).zip(&there) {
            let rise = if event(one) { 1.0 / at_risk } else { 0.0 } - if *there { events / (at_risk * at_risk) } else { 0.0 };
            *own = *own * (1.0 - hazard) - if n == 0 { 0.0 } else { survival * rise };
        }
        survival *= 1.0 - hazard;
        greenwood += match mistake {
            _ if n == 0 || n == d => 0.0,
            M::GreenwoodWithN => events / (at_risk * at_risk),
            _ => events / (at_risk * (at_risk - events)),
        };
        let is_clustered = observations.iter().any(|one| one.case().is_some());
        let open = survival > 1e-12;
        let std_err = open.then(|| if is_clustered { by_case(&influence, &cases) } else { survival * greenwood.sqrt() });
        let censored = kept.iter().filter(|one| one.exit() == time).count() - d;
        let survival = if open { survival } else { 0.0 };
        steps.push(Step {
            time,
            at_risk: n,
            events: d,
            censored,
            survival,
            std_err,
            band: std_err.and_then(|e| band(survival, e, mistake)),
        });
    }
    let open = steps.last().map_or(1.0, |last| last.survival);
    Curve { counts, steps, open, ..Curve::of(observations) }
}

/// Cumulative incidences in the same way. With `alone`, the other causes are taken for censored.
fn incidence(observations: &[Observation], mistake: Mistake, alone: bool) -> Incidence {
    let mut all = Incidence::of(observations);
    let cases = if mistake == M::CasesIgnored { (0..observations.len() as u64).collect() } else { cases(observations) };
    let mut open = vec![1.0_f64; all.causes.len()];
    let (mut shares, mut of_open) = (vec![0.0; all.causes.len()], vec![vec![0.0; observations.len()]; all.causes.len()]);
    let mut of_share = of_open.clone();
    let causes = all.causes.clone();
    for Shares { time, at_risk: n, ended, .. } in &mut all.steps {
        let there: Vec<bool> = observations.iter().map(|one| at_risk(one, *time, mistake)).collect();
        let at_risk = there.iter().filter(|there| **there).count() as f64;
        *n = at_risk as usize;
        for (k, cause) in causes.iter().enumerate() {
            let own = |one: &Observation| one.exit() == *time && one.cause() == Some(*cause);
            let any = |one: &Observation| one.exit() == *time && if alone { own(one) } else { one.cause().is_some() };
            let count = |of: &dyn Fn(&Observation) -> bool| observations.iter().filter(|one| of(one)).count() as f64;
            let (of_cause, of_any) = (count(&own) / at_risk, count(&any) / at_risk);
            for (n, one) in observations.iter().enumerate() {
                let expected = if there[n] { 1.0 / at_risk } else { 0.0 };
                let mark = |is: bool| if is { 1.0 / at_risk } else { 0.0 };
                of_share[k][n] += of_open[k][n] * of_cause + open[k] * (mark(own(one)) - expected * of_cause);
                of_open[k][n] = of_open[k][n] * (1.0 - of_any) - open[k] * (mark(any(one)) - expected * of_any);
            }
            shares[k] += open[k] * of_cause;
            open[k] *= 1.0 - of_any;
            let std_err = by_case(&of_share[k], &cases);
            let band = band(shares[k], std_err, mistake);
            ended[k] = Ended { cause: *cause, events: count(&own) as usize, share: shares[k], std_err, band };
        }
    }
    all
}

/// Ours with the variance of draws that are made one by one from all, as if nobody of a day were drawn twice: `(n - d)/(n - 1)` forgotten.
fn ties_one_by_one(groups: &[&[Observation]]) -> Result<LogRank, super::Refusal> {
    let mut found = log_rank(groups)?;
    let all: Vec<(usize, &Observation)> = groups.iter().enumerate().flat_map(|(g, group)| group.iter().map(move |one| (g, one))).collect();
    // For two groups, where the statistic is a square over a variance.
    if groups.len() == 2 && !found.is_by_case {
        let events: Vec<Observation> = all.iter().map(|(_, one)| **one).filter(|one| one.cause().is_some()).collect();
        let variance: f64 = days(&events)
            .into_iter()
            .map(|day| {
                let there = all.iter().filter(|(_, one)| at_risk(one, day, M::None));
                let (n, first) = there.fold((0.0, 0.0), |(n, first), (g, _)| (n + 1.0, first + if *g == 0 { 1.0 } else { 0.0 }));
                let d = events.iter().filter(|one| one.exit() == day).count() as f64;
                d * (first / n) * (1.0 - first / n)
            })
            .sum();
        let difference = found.groups[0].events as f64 - found.groups[0].expected;
        found.chi_square = difference * difference / variance;
    }
    Ok(found)
}

fn planted(mistake: Mistake) -> Estimators {
    let (curve, incidence) = (move |all: &[Observation]| curve(all, mistake), move |all: &[Observation]| incidence(all, mistake, false));
    Estimators { curve: Box::new(curve), incidence: Box::new(incidence), ..ours() }
}

/// About the datasets of at most so many observations.
fn verdict(estimators: &Estimators, most: usize) -> Verdict {
    let data = read("data.csv");
    let small: Vec<u32> = datasets(&data).into_iter().filter(|(_, rows)| rows.len() <= most).map(|(set, _)| set).collect();
    let of = |set: Option<&str>| set.and_then(|set| set.parse().ok()).is_some_and(|set| small.contains(&set));
    let rows = data.lines().filter(|line| line.starts_with("dataset") || of(line.split(',').next()));
    let answers = read("answers.csv");
    let answers = answers.lines().filter(|line| of(line.split(',').nth(1)));
    compare(&rows.collect::<Vec<_>>().join("\n"), &answers.collect::<Vec<_>>().join("\n"), estimators)
}

#[test]
fn the_plain_estimators_agree_with_r_too() {
    hold(&verdict(&planted(M::None), 150));
}

#[test]
fn each_planted_mistake_is_found() {
    let in_curves = [
        M::OneTooMany,
        M::WithThoseWhoEnterToday,
        M::EntryIgnored,
        M::CensoredFirst,
        M::GreenwoodWithN,
        M::PlainBand,
        M::LogBand,
        M::TwoErrors,
        M::CasesIgnored,
    ];
    for mistake in in_curves {
        for (what, estimators) in [
            ("curves", Estimators { incidence: ours().incidence, ..planted(mistake) }),
            ("incidences", Estimators { curve: ours().curve, ..planted(mistake) }),
        ] {
            // Incidences take no variance of Greenwood's, and no more at risk than there are.
            if what == "incidences" && matches!(mistake, M::GreenwoodWithN | M::OneTooMany) {
                continue;
            }
            let found = verdict(&estimators, 40).differences.len();
            eprintln!("{mistake:?} in {what}: {found} numbers differ");
            assert!(found > 0, "{mistake:?} in {what} was not found");
        }
    }
    let others = [
        ("other causes taken for censored", Estimators { incidence: Box::new(|all| incidence(all, M::None, true)), ..ours() }),
        ("ties drawn one by one", Estimators { log_rank: Box::new(ties_one_by_one), ..ours() }),
        ("persons compared as if alone", Estimators { log_rank: Box::new(persons_alone), ..ours() }),
        ("entry ignored by the log-rank test", Estimators { log_rank: Box::new(without_entry), ..ours() }),
        ("a billionth in the shares", Estimators { curve: Box::new(a_billionth_off), ..ours() }),
        ("a quantile only below the share", Estimators { percentile: below, ..ours() }),
    ];
    for (what, estimators) in others {
        let found = verdict(&estimators, if what.starts_with("other") { 40 } else { 400 }).differences.len();
        eprintln!("{what}: {found} numbers differ");
        assert!(found > 0, "{what}: not found");
    }
}

/// The one mistake that the conventions were written against: what is pending is left out. It has other days, so that it is seen at the vector of B4.
#[test]
fn leaving_out_what_is_pending_is_found() {
    let vector = super::super::kaplan_meier::tests::oral_to_written();
    let (right, wrong) = (Curve::of(&vector), curve(&vector, M::PendingLeftOut));
    let median = |curve: &Curve| match curve.percentile(50) {
        Quantile::Reached { at, .. } => at,
        other => panic!("{other:?}"),
    };
    assert_eq!((median(&right), median(&wrong)), (85.0, 10.0));
}

fn persons_alone(groups: &[&[Observation]]) -> Result<LogRank, super::Refusal> {
    let bare: Vec<Vec<Observation>> = groups.iter().map(|group| group.iter().map(alone).collect()).collect();
    log_rank(&bare.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

fn without_entry(groups: &[&[Observation]]) -> Result<LogRank, super::Refusal> {
    let whole = |one: &Observation| {
        let whole = Observation::new(one.exit(), one.outcome()).expect("a duration");
        one.case().map_or(whole, |case| whole.in_case(case))
    };
    let bare: Vec<Vec<Observation>> = groups.iter().map(|group| group.iter().map(whole).collect()).collect();
    log_rank(&bare.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

fn a_billionth_off(observations: &[Observation]) -> Curve {
    let mut curve = Curve::of(observations);
    curve.steps.iter_mut().for_each(|step| step.survival += 3e-9);
    curve
}

fn below(curve: &Curve, percent: u8) -> Quantile {
    let open = f64::from(100 - percent) / 100.0;
    match curve.percentile(percent) {
        Quantile::Reached { at, lower, upper } => {
            let step = curve.steps.iter().find(|step| step.survival < open - 1e-8);
            Quantile::Reached { at: step.map_or(at, |step| step.time), lower, upper }
        }
        other => other,
    }
}

#[test]
fn one_cause_on_its_own_says_too_much() {
    // What B4.4 forbids, in figures: two of four verdicts, and one minus Kaplan–Meier says all.
    let ended = |day: f64, cause: u8| Observation::new(day, Outcome::Event(Cause(cause))).expect("a duration");
    let group = [ended(1.0, 2), ended(2.0, 1), ended(3.0, 2), ended(4.0, 1)];
    let last = |incidence: &Incidence| incidence.steps.last().expect("four days").ended[0].share;
    assert_eq!((last(&Incidence::of(&group)), last(&incidence(&group, M::None, true))), (0.5, 1.0));
}
