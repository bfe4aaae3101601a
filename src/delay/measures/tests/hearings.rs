//! Settings, postponements, notice, and groups of cases, worked out by hand.

use super::*;
use crate::delay::measures::group::{Member, Pace, settings_per_hearing};
use crate::domain::figure::{Portion, Share};

/// Of the trial of *Vocales* one newspaper says that it failed to start four times, the prosecutor's office six times (`domain.md` A1).
/// Both count right: four were declared failed, and two more put off.
#[test]
fn vocales_failed_four_times_and_did_not_start_six_times() {
    let mut case = Case::default();
    for (nth, outcome) in
        [Outcome::Failed, Outcome::Deferred, Outcome::Failed, Outcome::Failed, Outcome::Deferred, Outcome::Failed].iter().enumerate()
    {
        case.settings.push(setting("juicio", &format!("2022-0{}-10", nth + 1), *outcome, nth.checked_sub(1)));
    }
    let figures = case.figures("2022-07-01");
    let (failure, adjourned) = (get(&figures, Measure::Failure, "all"), get(&figures, Measure::Adjournment, "all"));
    assert_eq!(line(failure), "4 of 6");
    assert!(matches!(adjourned.value, Value::Bounds { known: Share { part: 6, of: 6 }, .. }), "{adjourned:?}");
    assert_ne!(failure.measure.counting(), adjourned.measure.counting());
    assert_eq!(line(get(&figures, Measure::DateCertainty, "first_setting")), "0 of 1");
    assert_eq!(line(get(&figures, Measure::DateCertainty, "settings_per_hearing")), "0 over 0");
}

#[test]
fn unknown_outcomes_widen_the_bounds_and_few_known_ones_say_no_percentage() {
    let outcomes = [
        Outcome::Held,
        Outcome::Deferred,
        Outcome::Suspended,
        Outcome::NotInstalled,
        Outcome::Unknown,
        Outcome::Unknown,
        Outcome::Revoked,
        Outcome::Pending,
    ];
    let case = Case::of(
        outcomes.iter().enumerate().map(|(nth, outcome)| setting("juicio", &format!("2026-01-{:02}", nth + 1), *outcome, None)).collect(),
    );
    let figures = case.figures("2026-03-01");
    let figure = get(&figures, Measure::Adjournment, "all");
    let of = |part, of| Share { part, of };
    assert_eq!(figure.value, Value::Bounds { low: of(2, 6), known: of(2, 4), high: of(4, 6) });
    assert_eq!((of(2, 4).percent(), limits(figure)), (None, vec!["unknown_outcome 2".into(), "too_few".into()]));
    assert_eq!(line(get(&figures, Measure::Failure, "all")), "0 of 4");
}

#[test]
fn days_lost_are_summed_and_split_and_an_earlier_day_takes_nothing_off() {
    let case = Case::of(vec![
        Setting {
            reasons: vec!["prosecutor_request".into()],
            requested_by: vec!["prosecutor".into()],
            ..setting("juicio", "2026-03-10", Outcome::Deferred, None)
        },
        setting("juicio", "2026-03-20", Outcome::Deferred, Some(0)),
        setting("juicio", "2026-03-27", Outcome::Revoked, Some(1)),
        setting("juicio", "2026-03-20", Outcome::Pending, Some(2)),
        setting("conciliacion", "2026-03-02", Outcome::Failed, None),
    ]);
    let figures = case.figures("2026-03-12");
    let lost = get(&figures, Measure::DaysLost, "all");
    // 10 → 20 and 20 → 27 March: 8 and 5 business days by weekends alone.
    assert_eq!((line(lost), business(lost), lost.n, limits(lost)), ("over 17".into(), Some(13), 3, vec!["not_set_again 1".into()]));
    let portion = |label: &str, calendar, business, n| Portion { label: label.into(), days: Days { calendar, business }, n };
    assert_eq!(
        get(&figures, Measure::DelayBy, "requester").value,
        Value::Split(vec![portion("prosecutor", 10, 8, 1), portion("unstated", 7, 5, 2)])
    );
    assert_eq!(
        get(&figures, Measure::DelayBy, "reason").value,
        Value::Split(vec![portion("prosecutor_request", 10, 8, 1), portion("unstated", 7, 5, 2)])
    );
}

#[test]
fn a_failed_hearing_that_is_convened_anew_is_the_same_hearing() {
    let by = |order: &str, setting: Setting| Setting { set_by: Some(key(order)), ..setting };
    let case = Case::of(vec![
        by("a", setting("juicio", "2026-03-10", Outcome::Failed, None)),
        by("b", setting("conciliacion", "2026-03-11", Outcome::Held, None)),
        by("c", setting("juicio", "2026-03-24", Outcome::Suspended, None)),
        by("d", setting("juicio", "2026-03-26", Outcome::Held, Some(2))),
        by("e", setting("juicio", "2026-05-26", Outcome::Held, None)),
    ]);
    let figures = case.figures("2026-06-01");
    // Held at once: conciliacion and the trial of May; the first trial took two settings to begin.
    assert_eq!(line(get(&figures, Measure::DateCertainty, "first_setting")), "2 of 3");
    assert_eq!(line(get(&figures, Measure::DateCertainty, "settings_per_hearing")), "4 over 3");
    assert_eq!(line(get(&figures, Measure::DaysLost, "all")), "over 14");
    let sessions: Vec<String> = figures.of(Measure::HearingDays).map(|figure| format!("{} {}", figure.part, line(figure))).collect();
    assert_eq!(
        sessions,
        ["hearing_days 4", "sessions 2", "elapsed over 2", "sessions 1", "elapsed over 0", "sessions 1", "elapsed over 0"]
    );
}

#[test]
fn a_session_of_several_days_counts_its_business_days() {
    let lasts = |until: &str, setting: Setting| Setting { end_date: Some(day(until)), ..setting };
    let case = Case::of(vec![
        // Friday to Tuesday, and the Tuesday again.
        lasts("2026-03-10", setting("juicio", "2026-03-06", Outcome::Suspended, None)),
        setting("juicio", "2026-03-10", Outcome::Held, Some(0)),
    ]);
    let figures = case.figures("2026-04-01");
    assert_eq!(line(get(&figures, Measure::HearingDays, "hearing_days")), "3");
    assert_eq!(line(get(&figures, Measure::HearingDays, "elapsed")), "over 4");
}

#[test]
fn notice_of_less_than_72_hours_is_short() {
    let at = |order: &str, on: &str, hour: Option<&str>| Setting {
        set_by: Some(key(order)),
        time: hour.map(|hour| hour.parse().expect("a time")),
        ..setting("juicio", on, Outcome::Pending, None)
    };
    let mut case = Case::default().entry("hour", "2026-03-02T16:00", Actor::Court).entry("day", "2026-03-02", Actor::Court);
    case.settings = vec![
        at("hour", "2026-03-05", Some("15:59")),
        at("hour", "2026-03-05", Some("16:00")),
        at("day", "2026-03-05", Some("09:00")),
        at("day", "2026-03-04", None),
        at("day", "2026-03-01", None),
        at("nowhere", "2026-03-20", None),
    ];
    let figures = case.figures("2026-03-03");
    let short = get(&figures, Measure::Notice, "short");
    assert_eq!((line(short), limits(short)), ("2 of 4".into(), vec!["no_hour 1".into(), "no_day 2".into()]));
    assert_eq!(figures.of(Measure::Notice).skip(1).map(line).collect::<Vec<_>>(), ["over 3", "over 3", "over 3", "over 2"]);
}

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

#[test]
fn a_stage_that_the_end_of_the_case_cut_off_is_over_and_one_without_a_start_is_left_out() {
    let ended = |on: &str| Some(Known { date: day(on), entry: None });
    let mut all: Vec<Figures> = (1..=4).map(|days| member(days * 10, true)).collect();
    all.push(Case { ended: ended("2025-02-20"), ..Case::default().event("oral_decision", "2025-01-01") }.figures("2026-01-01"));
    all.push(Case { ended: ended("2025-02-20"), ..Case::default() }.figures("2026-01-01"));
    let members: Vec<Member<'_>> = all.iter().zip(0..).map(|(figures, case)| Member { figures, case, chosen: None }).collect();
    let median = Pace::of(&members, Measure::Stage, "oral_to_written").median();
    assert!(matches!(median.value, Value::Median { at: Some(29.5..30.5), events: 5, censored: 0, .. }), "{median:?}");
    assert_eq!(limits(&median), ["left_out 1"]);
}

#[test]
fn the_mean_of_a_group_is_of_settings_only_and_says_over_how_many() {
    let case =
        Case::of(vec![setting("juicio", "2026-01-01", Outcome::Deferred, None), setting("juicio", "2026-01-09", Outcome::Held, Some(0))]);
    let figures = [case.figures("2026-02-01"), case.figures("2026-02-02")];
    let members: Vec<Member<'_>> = figures.iter().zip(0..).map(|(figures, case)| Member { figures, case, chosen: None }).collect();
    assert_eq!(line(&settings_per_hearing(&members)), "4 over 2");
}
