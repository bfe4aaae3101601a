//! What holds of any observations, whatever they are.

use proptest::prelude::*;

use super::incidence::Incidence;
use super::kaplan_meier::Curve;
use super::log_rank::log_rank;
use super::observation::{Cause, Observation, Outcome};
use super::quantile::Quantile;
use super::sighting::{Dated, Readings};

fn observation() -> impl Strategy<Value = Observation> {
    let day = prop_oneof![(0_u32..30).prop_map(f64::from), 0.0..30.0];
    (day.clone(), proptest::option::of(day), 0_u8..4, proptest::option::of(0_u64..8)).prop_map(|(exit, entry, outcome, case)| {
        let outcome = if outcome == 0 { Outcome::Censored } else { Outcome::Event(Cause(outcome)) };
        let whole = Observation::new(exit, outcome).expect("a duration");
        let entered = entry.and_then(|entry| whole.entered(entry).ok()).unwrap_or(whole);
        case.map_or(entered, |case| entered.in_case(case))
    })
}

fn group() -> impl Strategy<Value = Vec<Observation>> {
    proptest::collection::vec(observation(), 0..60)
}

/// Whether two curves say the same of each day, up to rounding: order changes how sums round.
fn near(one: &Curve, other: &Curve) -> bool {
    let close = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-9,
        (a, b) => a == b,
    };
    one.steps.len() == other.steps.len()
        && one.steps.iter().zip(&other.steps).all(|(a, b)| {
            (a.time, a.at_risk, a.events, a.censored) == (b.time, b.at_risk, b.events, b.censored)
                && close(Some(a.survival), Some(b.survival))
                && close(a.std_err, b.std_err)
                && close(a.band.map(|band| band.lower), b.band.map(|band| band.lower))
                && close(a.band.map(|band| band.upper), b.band.map(|band| band.upper))
        })
}

proptest! {
    #[test]
    fn a_curve_only_falls_and_every_number_is_one(group in group()) {
        let curve = Curve::of(&group);
        let mut before = 1.0;
        for step in &curve.steps {
            prop_assert!((0.0..=before).contains(&step.survival));
            before = step.survival;
            prop_assert!(step.at_risk >= step.events + step.censored && step.events + step.censored > 0);
            prop_assert!(step.std_err.is_none_or(|error| error.is_finite() && error >= 0.0));
            if let Some(band) = step.band {
                prop_assert!(0.0 <= band.lower && band.lower <= step.survival && step.survival <= band.upper && band.upper <= 1.0);
            }
        }
        for percent in [0, 1, 25, 50, 75, 99, 255] {
            if let Quantile::Reached { at, lower, upper } = curve.percentile(percent) {
                prop_assert!(lower.is_none_or(|lower| lower <= at) && upper.is_none_or(|upper| at <= upper));
            }
        }
    }

    #[test]
    fn the_order_of_observations_says_nothing((group, other) in group().prop_flat_map(|group| (Just(group.clone()), Just(group).prop_shuffle()))) {
        prop_assert!(near(&Curve::of(&group), &Curve::of(&other)));
        let (one, two) = (Incidence::of(&group), Incidence::of(&other));
        for (a, b) in one.steps.iter().zip(&two.steps) {
            for (a, b) in a.ended.iter().zip(&b.ended) {
                prop_assert!((a.share - b.share).abs() < 1e-9 && (a.std_err - b.std_err).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn who_is_lost_before_the_first_event_changes_nothing(mut group in group(), lost in 0.0..1.0) {
        for one in &mut group {
            *one = one.ending(one.exit() + 1.0);
        }
        let before = Curve::of(&group);
        let first = group.iter().filter(|one| one.cause().is_some()).map(Observation::exit).fold(f64::INFINITY, f64::min);
        group.push(Observation::new(lost, Outcome::Censored).expect("a duration"));
        let mut after = Curve::of(&group);
        after.steps.retain(|step| step.time != lost);
        prop_assert!(lost < first && near(&before, &after));
    }

    #[test]
    fn what_ended_and_what_is_open_make_the_whole(group in group()) {
        let (incidence, curve) = (Incidence::of(&group), Curve::of(&group));
        let mut before = vec![0.0; incidence.causes.len()];
        for (shares, step) in incidence.steps.iter().zip(&curve.steps) {
            let ended: f64 = shares.ended.iter().map(|ended| ended.share).sum();
            prop_assert!((ended + shares.open - 1.0).abs() < 1e-12);
            prop_assert_eq!((shares.time, shares.at_risk, shares.open), (step.time, step.at_risk, step.survival));
            for (ended, before) in shares.ended.iter().zip(&mut before) {
                prop_assert!((*before..=1.0).contains(&ended.share) && ended.std_err.is_finite());
                *before = ended.share;
            }
        }
    }

    #[test]
    fn where_all_are_over_it_is_the_plain_share_with_the_plain_error(days in proptest::collection::vec(0_u32..20, 1..60)) {
        let over = |day: &u32| Observation::new(f64::from(*day), Outcome::Event(Cause(1))).expect("a duration");
        let group: Vec<Observation> = days.iter().map(over).collect();
        for step in Curve::of(&group).steps {
            let all = days.len() as f64;
            let open = days.iter().filter(|day| f64::from(**day) > step.time).count() as f64 / all;
            prop_assert!((step.survival - open).abs() < 1e-12);
            let plain = (open * (1.0 - open) / all).sqrt();
            prop_assert!(step.std_err.map_or(open == 0.0, |error| (error - plain).abs() < 1e-12));
        }
    }

    #[test]
    fn where_nothing_competes_one_minus_incidence_is_the_curve(group in group()) {
        let one_cause = |one: &Observation| {
            let outcome = one.cause().map_or(Outcome::Censored, |_| Outcome::Event(Cause(1)));
            let bare = Observation::new(one.exit(), outcome).expect("a duration");
            one.entry().map_or(bare, |entry| bare.entered(entry).expect("later"))
        };
        let group: Vec<Observation> = group.iter().map(one_cause).collect();
        let (curve, without) = (Curve::of(&group), Incidence::of(&group).without(Cause(1)));
        prop_assert_eq!((curve.counts, curve.unstable_from), (without.counts, without.unstable_from));
        for (a, b) in curve.steps.iter().zip(&without.steps) {
            prop_assert_eq!((a.time, a.at_risk, a.events, a.censored), (b.time, b.at_risk, b.events, b.censored));
            prop_assert!((a.survival - b.survival).abs() < 1e-9, "{} {}", a.survival, b.survival);
        }
    }

    #[test]
    fn to_be_watched_from_day_0_is_to_be_watched_from_the_beginning(mut group in group()) {
        for one in &mut group {
            *one = one.ending(one.exit() + 0.5);
        }
        let whole = |one: &Observation| Observation::new(one.exit(), one.outcome()).expect("a duration");
        let whole: Vec<Observation> = group.iter().map(whole).collect();
        let from_0: Vec<Observation> = whole.iter().map(|one| one.entered(0.0).expect("later")).collect();
        let (whole, from_0) = (Curve::of(&whole), Curve::of(&from_0));
        prop_assert_eq!((whole.steps, whole.counts, whole.unstable_from), (from_0.steps, from_0.counts, from_0.unstable_from));
    }

    /// By case, with cases of one, the variance is Greenwood's (R's manual says so), and it is another way through the code.
    #[test]
    fn cases_of_one_person_are_observations(group in group()) {
        let alone = |one: &Observation| Observation::new(one.exit() + 1.0, one.outcome()).expect("a duration");
        let mut group: Vec<Observation> = group.iter().map(alone).collect();
        let greenwood = Curve::of(&group);
        // Two persons of a case that leave before all others put the rest on the other way.
        let early = Observation::new(0.0, Outcome::Censored).expect("a duration").in_case(1);
        group.extend([early, early]);
        let mut by_case = Curve::of(&group);
        prop_assert!(by_case.counts.are_clustered());
        by_case.steps.retain(|step| step.time > 0.0);
        prop_assert!(near(&greenwood, &by_case));
    }

    #[test]
    fn groups_may_change_places(a in proptest::collection::vec(observation(), 20..60), b in proptest::collection::vec(observation(), 20..60), c in group()) {
        let (one, other) = (log_rank(&[&a, &b, &c]), log_rank(&[&c, &a, &b]));
        prop_assert_eq!(one.is_ok(), other.is_ok());
        if let (Ok(one), Ok(other)) = (one, other) {
            prop_assert!((one.chi_square - other.chi_square).abs() < 1e-6 * (1.0 + one.chi_square));
            prop_assert!((0.0..=1.0).contains(&one.p) && one.chi_square >= 0.0);
            let (expected, events) = one.groups.iter().fold((0.0, 0), |(e, n), group| (e + group.expected, n + group.events));
            prop_assert!((expected - events as f64).abs() < 1e-9);
        }
    }

    /// Where nobody is censored or comes later, whatever the true days were, the curve lies between the two readings.
    #[test]
    fn sightings_have_the_truth_between_their_readings(ends in proptest::collection::vec((0_u32..40, 1_u32..20, 0.0..1.0), 1..40)) {
        let by = |(after, more, _): &(u32, u32, f64)| Observation::new(f64::from(after + more), Outcome::Event(Cause(1))).expect("a duration");
        let dated: Vec<Dated> = ends.iter().map(|end| Dated::seen(by(end), f64::from(end.0)).expect("a sighting")).collect();
        let truth: Vec<Observation> = ends.iter().map(|end| by(end).ending(f64::from(end.0) + f64::from(end.1) * (1.0 - end.2))).collect();
        let readings = Readings::of(&dated);
        let truth = Curve::of(&truth);
        let open = |curve: &Curve, day: f64| curve.steps.iter().rev().find(|step| step.time <= day).map_or(1.0, |step| step.survival);
        for day in (0..120).map(|halves| f64::from(halves) / 2.0 + 0.25) {
            let (early, real, late) = (open(&readings.earliest, day), open(&truth, day), open(&readings.latest, day));
            prop_assert!(early <= real + 1e-12 && real <= late + 1e-12, "{}: {} {} {}", day, early, real, late);
        }
    }
}
