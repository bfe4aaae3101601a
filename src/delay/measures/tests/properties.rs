//! What holds of any docket, whatever it says.

use proptest::prelude::*;

use super::*;
use crate::domain::figure::Share;

const EVENTS: [&str; 9] = [
    "charges_filed",
    "oral_decision",
    "written_ruling",
    "petition_filed",
    "court_order",
    "detention_effective",
    "release",
    "art_541_6_declared",
    "art_541_6_lifted",
];

fn nth(days: i64) -> String {
    day("2024-01-01").checked_add(jiff::Span::new().days(days)).expect("a day").to_string()
}

prop_compose! {
    fn any_case()(
        entries in prop::collection::vec((prop::option::weighted(0.9, 0i64..900), 0usize..5), 0..14),
        settings in prop::collection::vec((0i64..900, 0usize..8, prop::option::of(0usize..6), 0usize..2), 0..10),
        events in prop::collection::vec((0i64..900, 0usize..EVENTS.len()), 0..12),
        filed in prop::option::of(0i64..400),
        seen in prop::collection::vec(prop::option::of(0i64..900), 14),
    ) -> Case {
        let actors = [Actor::Court, Actor::Clerk, Actor::Prosecutor, Actor::Party, Actor::Unknown];
        let mut case = Case::default();
        for (at, ((on, actor), seen)) in entries.iter().zip(seen).enumerate() {
            case = case.entry(&at.to_string(), &on.map_or(String::new(), nth), actors[*actor]);
            if let Some(seen) = seen {
                case.seen.insert(key(&at.to_string()), noon(&nth(seen)));
            }
        }
        for (on, event) in events {
            case = case.event(EVENTS[event], &nth(on));
        }
        case.story.events.sort_by_key(|found| found.date);
        case.settings = settings
            .into_iter()
            .enumerate()
            .map(|(at, (on, outcome, follows, kind))| {
                setting(["juicio", "preparatoria"][kind], &nth(on), Outcome::ALL[outcome], follows.filter(|before| *before < at))
            })
            .collect();
        case.docket.heading.filed = filed.map(|filed| day(&nth(filed)));
        case
    }
}

/// The days of a figure that is open or over; 0 where nothing is known.
fn days(figures: &Figures, measure: Measure, part: &str) -> i64 {
    match get(figures, measure, part).value {
        Value::Days(days) | Value::Open(days) => days.calendar,
        _ => 0,
    }
}

fn shares(value: &Value) -> Vec<Share> {
    match value {
        Value::Share(share) => vec![*share],
        Value::Bounds { low, known, high } => vec![*low, *known, *high],
        _ => Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn the_order_of_entries_and_events_does_not_matter(mut case in any_case(), at in 0i64..1000) {
        let before = case.figures(&nth(at));
        case.docket.entries.reverse();
        case.story.events.reverse();
        prop_assert_eq!(before, case.figures(&nth(at)));
    }

    #[test]
    fn more_time_never_makes_a_case_younger_or_its_longest_gap_shorter(case in any_case(), at in 0i64..1000, more in 0i64..500) {
        let (then, later) = (case.figures(&nth(at)), case.figures(&nth(at + more)));
        // A filing that lies ahead is not known yet, and then the first entry stands for it.
        prop_assume!(case.docket.heading.filed.is_none_or(|filed| filed <= day(&nth(at))));
        for (measure, part) in [(Measure::Age, "filing"), (Measure::LongestGap, "any"), (Measure::LongestGap, "any_running")] {
            prop_assert!(days(&then, measure, part) <= days(&later, measure, part), "{} {}", measure.id(), part);
        }
        for part in ["gross", "net"] {
            let [then, later] = [&then, &later].map(|figures| figures.get(Measure::Detention, part).map_or(0, |_| days(figures, Measure::Detention, part)));
            prop_assert!(part == "net" || then <= later, "M17 {part}: {then} {later}");
        }
    }

    #[test]
    fn settings_are_the_sum_of_their_outcomes_and_shares_lie_within_bounds(case in any_case(), at in 0i64..1000) {
        let figures = case.figures(&nth(at));
        let Value::Counts(counts) = &get(&figures, Measure::Outcomes, "all").value else { panic!("counts") };
        prop_assert_eq!(counts.iter().map(|(_, count)| count).sum::<usize>(), case.settings.len());
        for figure in &figures.list {
            for share in shares(&figure.value) {
                prop_assert!(0 <= share.part && share.part <= share.of, "{} {:?}", figure.measure.id(), share);
            }
            if let Value::Bounds { low, known, high } = figure.value {
                // low <= known <= high, without dividing.
                prop_assert!(low.part * known.of <= known.part * low.of && known.part * high.of <= high.part * known.of);
            }
            let is_short = matches!(figure.value, Value::Days(Days { calendar, business }) | Value::Open(Days { calendar, business }) if calendar < 0 || business < 0);
            prop_assert!(!is_short, "{:?}", figure);
        }
    }

    #[test]
    fn the_gaps_of_a_case_are_its_age(case in any_case(), at in 0i64..1000) {
        // With every stretch taken for inactivity, all of the age is.
        let as_of = noon(&nth(at));
        let study = Study {
            docket: &case.docket, actors: &case.actors, settings: &[], story: &case.story, seen: &case.seen, judges: &[], watched_since: None,
            read: Some(as_of), ended: None, calendar: &case.calendar, scope: Scope::default(), zone: zone(), quiet: 0, as_of,
        };
        let figures = figures(&study);
        for part in ["any", "court"] {
            if let Value::Share(share) = get(&figures, Measure::Inactivity, part).value {
                prop_assert_eq!((share.part, share.of), (days(&figures, Measure::Age, "filing"), days(&figures, Measure::Age, "filing")));
            }
        }
    }

    #[test]
    fn net_is_never_more_than_gross_and_the_parts_of_a_delay_are_never_more_than_it(case in any_case(), at in 0i64..1000) {
        let figures = case.figures(&nth(at));
        if figures.get(Measure::Detention, "net").is_some() {
            prop_assert!((0..=days(&figures, Measure::Detention, "gross")).contains(&days(&figures, Measure::Detention, "net")));
        }
        let Value::Split(portions) = &get(&figures, Measure::DelayBy, "requester").value else { panic!("a split") };
        prop_assert_eq!(portions.iter().map(|portion| portion.days.calendar).sum::<i64>(), days(&figures, Measure::DaysLost, "all"));
    }
}
