//! Groups of cases, worked out by hand: who counts, until when, and what is not said.

use super::*;
use crate::delay::measures::group::{Member, Pace};

/// From the oral to the written ruling: over after so many days, or open when there is none.
fn member(days: i64, is_over: bool) -> Figures {
    let oral = day("2025-01-01");
    let written = oral.checked_add(jiff::Span::new().days(days)).expect("a day").to_string();
    let case = Case::default().event("oral_decision", "2025-01-01");
    if is_over { case.event("written_ruling", &written).figures("2026-01-01") } else { case.figures(&written) }
}

#[test]
fn the_median_of_a_group_counts_those_that_are_open() {
    let all: Vec<Figures> = [(10, true), (20, true), (30, true), (40, true), (50, true), (25, false), (60, false), (70, false)]
        .iter()
        .map(|(days, is_over)| member(*days, *is_over))
        .collect();
    let of = |chosen| -> Vec<Member<'_>> { all.iter().zip(0..).map(|(figures, case)| Member { figures, case, chosen }).collect() };
    let pace = Pace::of(&of(None), Measure::OralToWritten, "all");
    // S = 7/8, 6/8, then of five at risk 4/5, 3/4, 2/3: 0.75, 0.6, 0.45. The median of the five that are over would be 30.
    let Value::Median { at, events, censored, .. } = pace.median().value else { panic!("{:?}", pace.median()) };
    assert_eq!((at, events, censored), (Some(40.0), 5, 3));
    let own = member(40, true);
    let figure = pace.percentile(get(&own, Measure::OralToWritten, "all"));
    let Value::Position { sooner, by_then: Some(by_then) } = figure.value else { panic!("{figure:?}") };
    assert!((sooner - 0.4).abs() < 1e-12 && (by_then - 0.55).abs() < 1e-12, "{sooner} {by_then}");
    // One that is open on that day is at least as slow.
    let own = member(40, false);
    let figure = pace.percentile(get(&own, Measure::OralToWritten, "all"));
    assert!(matches!(figure.value, Value::Position { sooner: 0.39..0.41, by_then: None }), "{figure:?}");
    // Whoever was chosen on day 15 because it was slow says nothing of those that were over by then.
    let late = Pace::of(&of(Some(day("2025-01-16"))), Measure::OralToWritten, "all").median();
    assert_eq!((&late.value, limits(&late)), (&Value::Unknown, vec!["too_few".into(), "left_out 1".into()]));
}

fn members<'f>(all: &'f [Figures]) -> Vec<Member<'f>> {
    all.iter().zip(0..).map(|(figures, case)| Member { figures, case, chosen: None }).collect()
}

fn at(figure: &Figure) -> Option<f64> {
    if let Value::Median { at, .. } = figure.value { at } else { None }
}

fn ended(on: &str) -> Option<Known> {
    Some(Known { date: day(on), entry: None })
}

/// Six cases that nobody has read for a year are no year slower.
#[test]
fn an_open_stage_counts_until_the_case_was_last_read() {
    let mut all: Vec<Figures> = (1..=5).map(|tens| member(tens * 10, true)).collect();
    for _ in 0..6 {
        let unread = Case { read: Some(noon("2024-12-05")), ..Case::default().event("oral_decision", "2024-12-01") };
        all.push(unread.figures("2025-12-01"));
    }
    for (measure, part) in [(Measure::OralToWritten, "all"), (Measure::Stage, "oral_to_written")] {
        let pace = Pace::of(&members(&all), measure, part);
        assert_eq!((at(&pace.median()), pace.curve().counts.censored), (Some(30.0), 6), "{part}");
    }
    // Read last on the day of the decision: that says nothing.
    let same_day = Case { read: Some(noon("2024-12-01")), ..Case::default().event("oral_decision", "2024-12-01") };
    all.push(same_day.figures("2025-12-01"));
    let median = Pace::of(&members(&all), Measure::OralToWritten, "all").median();
    assert_eq!((at(&median), median.n, limits(&median)), (Some(30.0), 11, vec!["left_out 1".into()]));
    // Of its own place in the group nothing is said either.
    let own = all[5].get(Measure::OralToWritten, "all").expect("a figure");
    let place = Pace::of(&members(&all), Measure::OralToWritten, "all").percentile(own);
    assert_eq!((&place.value, limits(&place)), (&Value::Unknown, vec!["left_out 1".into(), "not_read".into()]));
}

/// Five cases came to trial; twenty have been open since the charges for 2,000 days. The median is not that of the five.
#[test]
fn a_part_over_several_steps_takes_the_cases_that_did_not_come_so_far() {
    let start = day("2020-01-01");
    let after = |days: i64| start.checked_add(jiff::Span::new().days(days)).expect("a day").to_string();
    let charged = || Case::default().event("charges_filed", "2020-01-01");
    let mut all: Vec<Figures> = (1..=5).map(|hundreds| charged().began("juicio", &after(hundreds * 100)).figures(&after(2000))).collect();
    all.extend((0..20).map(|_| charged().figures(&after(2000))));
    let pace = Pace::of(&members(&all), Measure::Stage, "charges_to_trial");
    let median = pace.median();
    assert!(matches!(median.value, Value::Median { at: None, beyond: Some(2000.0), events: 5, censored: 20, .. }), "{median:?}");
    // One that came to its oral decision had a trial, on a day that is not known.
    all.push(charged().event("oral_decision", &after(300)).figures(&after(2000)));
    assert_eq!(limits(&Pace::of(&members(&all), Measure::Stage, "charges_to_trial").median()), ["left_out 1"]);
    // Adjacent steps come out as their figures have them.
    assert_eq!(Pace::of(&members(&all), Measure::Stage, "charges_to_opinion").curve().counts.censored, 20);
    // Nobody need appeal: a curve of those that did would be one of completed ones.
    let appealed: Vec<Figures> = (1..=9)
        .map(|days| Case::default().event("written_ruling", "2020-01-01").event("appeal_filed", &after(days)).figures(&after(2000)))
        .collect();
    assert_eq!(Pace::of(&members(&appealed), Measure::Stage, "written_to_appeal").curve().counts.observations, 0);
}

#[test]
fn an_end_of_another_kind_is_no_event_and_is_said() {
    let mut all: Vec<Figures> = (1..=4).map(|tens| member(tens * 10, true)).collect();
    let cut = |on: &str| Case { ended: ended(on), ..Case::default().event("oral_decision", "2025-01-01") }.figures("2026-01-01");
    all.push(cut("2025-01-06"));
    all.push(Case { ended: ended("2025-02-20"), ..Case::default() }.figures("2026-01-01"));
    for (measure, part) in [(Measure::OralToWritten, "all"), (Measure::Stage, "oral_to_written")] {
        let median = Pace::of(&members(&all), measure, part).median();
        assert_eq!(&median.value, &Value::Unknown, "four are too few, however many ended otherwise: {part}");
        assert_eq!(limits(&median)[..2], ["too_few".to_owned(), "ended_otherwise 1".to_owned()], "{part}");
    }
    // Five rulings after 10 to 50 days, and five cases that ended on the fifth day: half have a ruling after 50 days. To any end, half were over
    // after five.
    all.truncate(4);
    all.push(member(50, true));
    all.extend((0..5).map(|_| cut("2025-01-06")));
    let pace = Pace::of(&members(&all), Measure::OralToWritten, "all");
    let median = pace.median();
    assert!(matches!(median.value, Value::Median { at: Some(50.0), events: 5, censored: 0, .. }), "{median:?}");
    assert_eq!((pace.competing(), limits(&median)), (5, vec!["ended_otherwise 5".into()]));
    let last = pace.curve().steps.last().expect("a step");
    assert!((last.survival - 0.5).abs() < 1e-12 && last.events == 1, "{last:?}");
    assert_eq!(pace.points().nth(4), Some((4, 50.0, true)));
    assert_eq!(pace.points().nth(5), Some((5, 5.0, false)));
    // A test of pace takes them for no longer watched.
    assert_eq!(pace.observations().iter().filter(|one| one.cause().is_some()).count(), 5);
}

/// Chosen on days on which they were slow already, one by one: the first end, of the only one at risk, would say that all is over.
#[test]
fn a_median_that_hangs_on_the_first_who_came_is_not_said() {
    let all: Vec<Figures> = [3, 40, 50, 60, 70, 80].map(|days| member(days, true)).to_vec();
    let chosen = ["2025-01-02", "2025-01-05", "2025-01-06", "2025-01-07", "2025-01-08", "2025-01-09"].map(day);
    let late: Vec<Member<'_>> =
        all.iter().zip(0..).zip(chosen).map(|((figures, case), chosen)| Member { figures, case, chosen: Some(chosen) }).collect();
    let median = Pace::of(&late, Measure::OralToWritten, "all").median();
    assert_eq!((&median.value, limits(&median)), (&Value::Unknown, vec!["few_at_risk".into()]));
}
