//! Settings, postponements, notice, and groups of cases, worked out by hand.

use super::*;
use crate::delay::measures::group::{Member, settings_per_hearing};
use crate::domain::figure::{Portion, Share};

/// Of the trial of *Vocales* one newspaper says that it failed to start four times, the prosecutor's office six times (`domain.md` A1); neither says
/// how it counted. Of a docket like this one, which is made up, both figures come out, each by a rule of its own.
#[test]
fn four_failed_and_two_put_off_are_four_by_one_rule_and_six_by_another() {
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

#[test]
fn the_mean_of_a_group_is_of_settings_only_and_says_over_how_many() {
    let case =
        Case::of(vec![setting("juicio", "2026-01-01", Outcome::Deferred, None), setting("juicio", "2026-01-09", Outcome::Held, Some(0))]);
    let figures = [case.figures("2026-02-01"), case.figures("2026-02-02")];
    let members: Vec<Member<'_>> = figures.iter().zip(0..).map(|(figures, case)| Member { figures, case, chosen: None }).collect();
    assert_eq!(line(&settings_per_hearing(&members)), "4 over 2");
}

#[test]
fn a_session_of_five_weeks_is_counted_day_by_day() {
    // The trial of Metástasis: 21 October to 25 November 2024, 26 days of Monday to Friday.
    let case = Case::of(vec![Setting { end_date: Some(day("2024-11-25")), ..setting("juicio", "2024-10-21", Outcome::Held, None) }]);
    let figures = case.figures("2025-01-01");
    assert_eq!(line(get(&figures, Measure::HearingDays, "hearing_days")), "26");
    assert_eq!(line(get(&figures, Measure::HearingDays, "elapsed")), "over 35");
}

#[test]
fn a_session_lasts_no_longer_than_until_it_is_told() {
    let mut case = Case::default().entry("told", "2026-03-04", Actor::Clerk);
    let long = Setting { end_date: Some(day("2026-03-20")), ..setting("juicio", "2026-03-02", Outcome::Suspended, None) };
    case.settings = vec![Setting { told_by: Some(key("told")), ..long.clone() }];
    assert_eq!(line(get(&case.figures("2026-03-05"), Measure::HearingDays, "hearing_days")), "3");
    case.settings = vec![long];
    assert_eq!(line(get(&case.figures("2026-03-05"), Measure::HearingDays, "hearing_days")), "4", "until today");
}

#[test]
fn the_days_that_one_order_sets_are_one_hearing() {
    let on = |on: &str| Setting { set_by: Some(key("order")), ..setting("juicio", on, Outcome::Held, None) };
    let case = Case::of(["2026-03-09", "2026-03-10", "2026-03-11", "2026-03-12", "2026-03-13"].map(on).to_vec());
    let figures = case.figures("2026-04-01");
    let sessions: Vec<String> = figures.of(Measure::HearingDays).map(|figure| format!("{} {}", figure.part, line(figure))).collect();
    assert_eq!(sessions, ["hearing_days 5", "sessions 5", "elapsed over 4"]);
    let [first, mean] = ["first_setting", "settings_per_hearing"].map(|part| line(get(&figures, Measure::DateCertainty, part)));
    assert_eq!((first.as_str(), mean.as_str()), ("1 of 1", "1 over 1"));
    assert_eq!(line(get(&figures, Measure::Settings, "all")), "5");
}

#[test]
fn what_is_told_without_its_day_is_no_setting() {
    let dayless = |outcome| Setting { date: None, ..setting("juicio", "2026-03-10", outcome, None) };
    let case = Case::of(vec![
        setting("juicio", "2026-03-10", Outcome::Held, None),
        // "Se difiere la audiencia", of either of two; and a day that replaces one that no entry names.
        dayless(Outcome::Deferred),
        dayless(Outcome::Deferred),
        setting("juicio", "2026-03-20", Outcome::Held, Some(2)),
        dayless(Outcome::Held),
    ]);
    let figures = case.figures("2026-04-01");
    let said = |measure, part: &str| (line(get(&figures, measure, part)), limits(get(&figures, measure, part)));
    assert_eq!(said(Measure::Settings, "all"), ("2".into(), vec!["no_day 3".into()]));
    assert_eq!(said(Measure::Failure, "all"), ("0 of 2".into(), vec!["too_few".into(), "no_day 3".into()]));
    let adjourned = get(&figures, Measure::Adjournment, "all");
    assert!(matches!(adjourned.value, Value::Bounds { known: Share { part: 0, of: 2 }, .. }), "{adjourned:?}");
    assert_eq!(said(Measure::DateCertainty, "first_setting"), ("1 of 1".into(), vec!["too_few".into(), "no_day 3".into()]));
    assert_eq!(said(Measure::HearingDays, "hearing_days"), ("2".into(), vec!["no_day 1".into()]));
    assert_eq!(said(Measure::DaysLost, "all"), ("over 0".into(), vec!["no_day 2".into()]));
}
