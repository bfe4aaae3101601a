//! Age, silence, stages, detention, petitions and judges of dockets that were worked out by hand.

use super::*;
use crate::delay::clocks::{Look, Rules};
use crate::domain::measure::REFUSED;
use crate::meaning::Meaning;

/// `domain.md` A2: the oral verdict of 25 November 2024, the written ruling of 18 February 2025: 85 days, 59 business days by law; the
/// detention that took effect on 14 December 2023 was on its day 347 at the oral verdict (Primicias, El Comercio).
#[test]
fn metastasis() {
    let mut case = Case::default().entry("oral", "2024-11-25", Actor::Court).entry("written", "2025-02-18", Actor::Court);
    let titles = [("RAZON (RAZON)", "Siento por tal que el Tribunal anunció su decisión de forma oral."), ("SENTENCIA (RESOLUCION)", "")];
    for (entry, (title, text)) in case.docket.entries.iter_mut().zip(titles) {
        (entry.title, entry.text) = (title.to_owned(), text.to_owned());
    }
    case.calendar = Calendar::shipped("ec").by_rule();
    let (meaning, empty) = (Meaning::shipped("ec", "es"), BTreeMap::new());
    let rules = Rules::shipped("ec");
    let look = Look {
        docket: &case.docket,
        readings: &rules.readings(&case.docket, &meaning),
        meaning: &meaning,
        zone: zone(),
        calendar: &case.calendar,
        scope: Scope::default(),
        facts: &empty,
        pins: &[],
        as_of: noon("2025-03-01"),
        read: None,
    };
    let story = rules.story(&look);
    case.story = story;
    case.story.persons.place("PERSONA FICTICIA UNO");
    let case = case.event("detention_effective", "2023-12-14");
    let figures = case.figures("2025-03-01");
    let written = get(&figures, Measure::OralToWritten, "all");
    assert_eq!((line(written).as_str(), business(written)), ("over 85", Some(59)));
    assert_eq!(written.entries, [key("oral"), key("written")]);
    assert_eq!(line(get(&figures, Measure::Stage, "oral_to_written")), "over 85");
    assert_eq!(line(get(&figures, Measure::Detention, "until_oral_decision")), "over 347");
    let published = crate::wire::figure::figure(written);
    assert_eq!(published["value"], serde_json::json!({"is": "days", "days": 85, "business_days": 59}));
    assert_eq!((&published["from"], &published["entries"]), (&"2024-11-25".into(), &serde_json::json!(["oral", "written"])));
    // Before the ruling it is open, and says so.
    assert_eq!(line(get(&case.figures("2024-12-05"), Measure::OralToWritten, "all")), "open 10");
}

#[test]
fn an_empty_docket_has_no_figure_that_is_not_known() {
    let figures = Case::default().figures("2026-03-10");
    for (measure, part) in
        [(Measure::Age, "filing"), (Measure::LastActivity, "any"), (Measure::LongestGap, "any"), (Measure::Inactivity, "any")]
    {
        assert_eq!(get(&figures, measure, part).value, Value::Unknown, "{}", measure.id());
    }
    assert_eq!(get(&figures, Measure::OralToWritten, "all").value, Value::NotBegun);
    assert_eq!(line(get(&figures, Measure::Settings, "all")), "0");
    assert_eq!(get(&figures, Measure::Adjournment, "all").n, 0);
    assert_eq!(figures.refused, REFUSED);
    let absent: Vec<&str> =
        Measure::ALL.iter().filter(|measure| figures.of(**measure).next().is_none()).map(|measure| measure.id()).collect();
    assert_eq!(absent, ["M18", "M20"], "a petition there is none of, and a group");
}

#[test]
fn the_silence_of_the_court_is_not_broken_by_its_clerk_a_party_or_a_notice() {
    let mut case = Case::default()
        .entry("order", "2026-01-05", Actor::Court)
        .entry("note", "2026-01-20", Actor::Clerk)
        .entry("brief", "2026-02-01", Actor::Party)
        .entry("notice", "2026-02-10", Actor::Court)
        .entry("whose", "2026-02-11", Actor::Unknown)
        .entry("undated", "", Actor::Court)
        .entry("ahead", "2026-03-11", Actor::Court);
    case.docket.entries[3].notice_of = Some(key("order"));
    case.docket.heading.filed = Some(day("2026-01-01"));
    let figures = case.figures("2026-03-10");
    let [any, court] = ["any", "court"].map(|part| get(&figures, Measure::LastActivity, part));
    assert_eq!((line(any), any.entries.clone()), ("open 27".into(), vec![key("whose")]));
    assert_eq!((line(court), court.entries.clone()), ("open 64".into(), vec![key("order")]));
    assert_eq!(limits(court), ["undated 1", "after_as_of 1", "unknown_actor 1"]);
    assert_eq!(line(get(&figures, Measure::Age, "filing")), "open 68");
    assert_eq!(get(&figures, Measure::Age, "first_act").value, Value::Unknown);
    // 1 → 5 → 20 January → 1 → 10 → 11 February → 10 March; of the court 1 → 5 January → 10 March.
    let [gap, of_court] = ["any", "court"].map(|part| get(&figures, Measure::LongestGap, part));
    assert_eq!((line(gap), gap.span), ("open 27".into(), Some((day("2026-02-11"), day("2026-03-10")))));
    assert_eq!((line(of_court), of_court.span), ("open 64".into(), Some((day("2026-01-05"), day("2026-03-10")))));
    assert_eq!(line(get(&figures, Measure::Inactivity, "any")), "0 of 68");
    assert_eq!(line(get(&figures, Measure::Inactivity, "court")), "64 of 68");
}

/// COFJ art. 96: from 1 to 15 August nothing runs in civil courts of the Sierra; in criminal courts everything does.
#[test]
fn a_gap_may_leave_out_the_recess_of_a_matter() {
    for (matter, running) in [("civil", 11), ("penal", 26)] {
        let mut case = Case::default().entry("before", "2025-07-25", Actor::Court).entry("after", "2025-08-20", Actor::Court);
        case.calendar = (*Calendar::shipped("ec")).clone();
        case.scope = Scope { region: Some("sierra".into()), matter: Some(matter.into()), ..Scope::default() };
        let figures = case.figures("2025-08-20");
        let lines = ["court", "court_running"].map(|part| line(get(&figures, Measure::LongestGap, part)));
        assert_eq!(lines, ["over 26".to_owned(), format!("over {running}")], "{matter}");
    }
}

#[test]
fn inactivity_is_more_than_thirty_days_and_not_thirty() {
    // 30 days, 31, and 3 that are open.
    let case = ["2026-01-01", "2026-01-31", "2026-03-03"].iter().fold(Case::default(), |case, on| case.entry(on, on, Actor::Party));
    let figures = case.figures("2026-03-06");
    let share = get(&figures, Measure::Inactivity, "any");
    assert_eq!((line(share), limits(share)), ("31 of 64".into(), vec!["from_first_entry".into()]));
    assert_eq!(share.entries, [key("2026-01-31"), key("2026-03-03")]);
    assert_eq!(line(get(&figures, Measure::LongestGap, "any")), "over 31");
}

#[test]
fn our_own_blindness_stands_beside_a_silence() {
    let mut case = Case { read: Some(noon("2026-03-08")), ..Case::default().entry("order", "2026-03-01", Actor::Court) };
    case.watched_since = Some(noon("2026-03-05"));
    let figures = case.figures("2026-03-10");
    assert_eq!(limits(get(&figures, Measure::LastActivity, "court")), ["not_read"]);
    assert_eq!(line(get(&figures, Measure::LastSeen, "read")), "open 2");
    let change = get(&figures, Measure::LastSeen, "change");
    assert_eq!((line(change), limits(change)), ("open 5".into(), vec!["nothing_seen".into(), "not_read".into()]));
    // 23:30 of the 6th at the court is the 7th in London.
    case.seen.insert(key("order"), "2026-03-07T04:30:00Z".parse().expect("an instant"));
    assert_eq!(line(get(&case.figures("2026-03-10"), Measure::LastSeen, "change")), "open 4");
}

#[test]
fn the_lag_of_publication_leaves_out_what_stood_there_and_what_is_dated_ahead() {
    let mut case = Case::default();
    for (nth, (on, seen)) in [("01", "02"), ("02", "04"), ("03", "06"), ("04", "08"), ("05", "25"), ("09", "08")].iter().enumerate() {
        case = case.entry(&nth.to_string(), &format!("2026-01-{on}"), Actor::Court);
        case.seen.insert(key(&nth.to_string()), noon(&format!("2026-01-{seen}")));
    }
    case = case.entry("old", "2025-12-01", Actor::Court);
    let figures = case.figures("2026-03-10");
    let lag = get(&figures, Measure::PublicationLag, "all");
    assert_eq!((&lag.value, lag.n), (&Value::Spread { median: 3, ninetieth: 20 }, 5));
    assert_eq!(limits(lag), ["p90_is_longest", "stood_there 1", "dated_ahead 1"]);
    // Four are too few for a median.
    case.seen.remove(&key("0"));
    let figures = case.figures("2026-03-10");
    let lag = get(&figures, Measure::PublicationLag, "all");
    assert_eq!((&lag.value, limits(lag)), (&Value::Unknown, vec!["too_few".into(), "stood_there 2".into(), "dated_ahead 1".into()]));
}

#[test]
fn a_stage_is_over_open_not_begun_or_not_observed() {
    let case = Case::default()
        .event("charges_filed", "2025-01-10")
        .event("charges_filed", "2025-02-10")
        .began("juicio", "2025-06-10")
        .event("oral_decision", "2025-06-20")
        // Of an incident, before the trial: it rules on no trial.
        .event("written_ruling", "2025-03-01");
    let figures = case.figures("2025-07-01");
    let stage = |part: &str| (line(get(&figures, Measure::Stage, part)), limits(get(&figures, Measure::Stage, part)));
    assert_eq!(stage("charges_to_trial"), ("over 151".into(), vec![]));
    assert_eq!(stage("charges_to_opinion"), ("Unknown".into(), vec!["not_observed".into()]));
    assert_eq!(stage("preparatory_to_trial").0, "Unknown");
    assert_eq!(stage("trial_to_oral"), ("over 10".into(), vec![]));
    assert_eq!(stage("oral_to_written"), ("open 11".into(), vec!["out_of_order".into()]));
    assert_eq!(stage("written_to_appeal").0, "NotBegun");
    let ended = Case { ended: Some(Known { date: day("2025-06-25"), entry: None }), ..case };
    let figures = ended.figures("2025-07-01");
    assert_eq!(line(get(&figures, Measure::Stage, "oral_to_final")), "over 5");
    assert_eq!(limits(get(&figures, Measure::Stage, "oral_to_written")), ["ended_before", "out_of_order"]);
    assert_eq!(line(get(&figures, Measure::Age, "first_act")), "over 166");
}

#[test]
fn detention_is_counted_once_however_often_it_is_told_and_for_whom_it_is_clear() {
    let mut case = Case::default();
    for name in ["PERSONA FICTICIA UNO", "OTRA FICTICIA DOS"] {
        case.story.persons.place(name);
    }
    let of = |at: usize| Whom::These(vec![at]);
    let case = case
        .event_of("detention_effective", "2025-01-01", of(0))
        .event_of("detention_effective", "2025-01-20", of(0))
        .event_of("art_541_6_declared", "2025-01-11", of(0))
        .event_of("art_541_6_lifted", "2025-01-16", of(0))
        .event_of("release", "2025-01-31", of(0))
        .event_of("detention_ordered", "2025-02-27", of(0))
        .event_of("detention_effective", "2025-03-01", of(0))
        .event_of("detention_effective", "2025-03-01", Whom::Everybody);
    let figures = case.figures("2025-03-11");
    let lines: Vec<String> = figures.of(Measure::Detention).map(|figure| format!("{} {}", figure.part, line(figure))).collect();
    // 30 days of January and 10 of March; 5 of them suspended.
    assert_eq!(lines, ["gross open 40", "net open 35", "until_oral_decision open 40", "gross Unknown"]);
    let [first, .., second] = figures.of(Measure::Detention).collect::<Vec<_>>()[..] else { panic!("four figures") };
    assert_eq!((first.n, limits(first), limits(second)), (2, vec!["unclear_whom 1".into()], vec!["unclear_whom 1".into()]));
}

#[test]
fn a_petition_is_answered_by_the_first_order_after_it() {
    let case = Case::default()
        .event("court_order", "2026-01-02")
        .event("petition_filed", "2026-01-05")
        .event("petition_filed", "2026-01-08")
        .event("court_order", "2026-01-12")
        .event("petition_filed", "2026-02-01");
    let figures = case.figures("2026-02-11");
    let lines: Vec<String> = figures.of(Measure::PetitionAnswer).map(line).collect();
    assert_eq!(lines, ["over 7", "over 4", "open 10"]);
}

#[test]
fn changes_of_judge_stand_beside_the_next_hearing() {
    let change = |on: &str| JudgeChange { date: day(on), entry: None };
    let mut case = Case { judges: ["2026-03-06", "2026-01-05", "2026-09-01"].map(change).to_vec(), ..Case::default() };
    case = case.entry("order", "2026-01-02", Actor::Court);
    case.settings.push(Setting { set_by: Some(key("order")), ..setting("juicio", "2026-03-09", Outcome::Pending, None) });
    let figures = case.figures("2026-03-08");
    let lines: Vec<String> = figures.of(Measure::JudgeChanges).map(|figure| format!("{} {}", figure.part, line(figure))).collect();
    assert_eq!(lines, ["count 2", "before_hearing over 63", "since_previous over 60", "before_hearing over 3"]);
    // Friday to Monday: one business day (the case of a column of 2024, `domain.md` A1).
    assert_eq!(figures.of(Measure::JudgeChanges).last().and_then(business), Some(1));
}

/// The hearing of 10 March was put off on 1 February: on 6 March, when the judge changed, that of the 20th was ahead.
#[test]
fn a_hearing_that_was_put_off_before_the_judge_changed_was_not_ahead() {
    let change = JudgeChange { date: day("2026-03-06"), entry: None };
    let mut case = Case { judges: vec![change], ..Case::default() }
        .entry("set", "2026-01-05", Actor::Court)
        .entry("moved", "2026-02-01", Actor::Court)
        .entry("later", "2026-03-07", Actor::Court);
    let by = |order: &str, setting: Setting| Setting { set_by: Some(key(order)), ..setting };
    case.settings = vec![
        Setting { told_by: Some(key("moved")), ..by("set", setting("juicio", "2026-03-10", Outcome::Deferred, None)) },
        by("moved", setting("juicio", "2026-03-20", Outcome::Pending, Some(0))),
        // Set only after the change, and of an order that is not in the docket.
        by("later", setting("conciliacion", "2026-03-09", Outcome::Pending, None)),
        by("elsewhere", setting("apelacion", "2026-03-08", Outcome::Pending, None)),
    ];
    let figures = case.figures("2026-03-08");
    let figure = get(&figures, Measure::JudgeChanges, "before_hearing");
    assert_eq!((line(figure), limits(figure)), ("over 14".into(), vec!["no_day 1".into()]));
}

/// `domain.md` A2: a decree of December that mentions "la sentencia escrita de la decisión oral que anunció el Tribunal" announces nothing.
#[test]
fn a_later_mention_of_the_oral_decision_does_not_move_it() {
    let case =
        Case::default().event("oral_decision", "2024-11-25").event("oral_decision", "2024-12-20").event("written_ruling", "2025-02-18");
    assert_eq!(line(get(&case.figures("2025-03-01"), Measure::OralToWritten, "all")), "over 85");
    assert_eq!(line(get(&case.figures("2025-01-01"), Measure::OralToWritten, "all")), "open 37");
    // After another hearing it is another decision, and so it is where the operator says so.
    let heard = case.began("juicio", "2024-12-20");
    assert_eq!(line(get(&heard.figures("2025-03-01"), Measure::OralToWritten, "all")), "over 60");
    let pinned =
        Case::default().event("oral_decision", "2024-11-25").pin("oral_decision", "2024-12-20").event("written_ruling", "2025-02-18");
    assert_eq!(line(get(&pinned.figures("2025-03-01"), Measure::OralToWritten, "all")), "over 60");
}

#[test]
fn nothing_is_open_for_want_of_an_appeal() {
    let case = Case::default().event("oral_decision", "2025-01-10").event("written_ruling", "2025-01-20");
    let stage = |figures: &Figures, part: &str| (line(get(figures, Measure::Stage, part)), limits(get(figures, Measure::Stage, part)));
    let figures = case.figures("2026-01-20");
    assert_eq!(stage(&figures, "written_to_appeal"), ("NotBegun".into(), vec![]));
    let ended = Case { ended: Some(Known { date: day("2025-02-01"), entry: None }), ..case };
    let figures = ended.figures("2026-01-20");
    assert_eq!(stage(&figures, "written_to_appeal"), ("NotBegun".into(), vec![]));
    assert_eq!(
        (stage(&figures, "appeal_to_appeal_ruling").0, stage(&figures, "written_to_final").0),
        ("NotBegun".into(), "over 12".into())
    );
    // What takes it up shows that it had been filed.
    let taken_up = Case { ended: None, ..ended }.event("appeal_taken_up", "2025-02-05");
    let figures = taken_up.figures("2025-02-25");
    assert_eq!(stage(&figures, "written_to_appeal"), ("over 16".into(), vec!["taken_by_then".into()]));
    assert_eq!(stage(&figures, "appeal_to_appeal_ruling"), ("open 20".into(), vec!["taken_by_then".into()]));
    let filed = taken_up.event("appeal_filed", "2025-01-23");
    assert_eq!(stage(&filed.figures("2025-02-25"), "written_to_appeal"), ("over 3".into(), vec![]));
}

#[test]
fn a_detention_that_is_told_again_after_its_end_is_no_other_one() {
    let mut case = Case::default();
    case.story.persons.place("PERSONA FICTICIA UNO");
    let case = case.event("detention_effective", "2025-01-01").event("release", "2025-01-31").event("detention_effective", "2025-03-01");
    let figures = case.figures("2025-06-01");
    let gross = get(&figures, Measure::Detention, "gross");
    assert_eq!((line(gross), gross.n, limits(gross)), ("over 30".into(), 1, vec!["told_again 1".into()]));
    assert_eq!(line(get(&case.pin("detention_effective", "2025-03-02").figures("2025-03-12"), Measure::Detention, "gross")), "open 40");
    let mut sentenced = Case::default();
    sentenced.story.persons.place("PERSONA FICTICIA UNO");
    let sentenced = sentenced
        .event("detention_effective", "2025-01-01")
        .event("sentence_first_instance", "2025-01-31")
        .event("detention_ordered", "2025-02-15")
        .event("detention_effective", "2025-03-01");
    assert_eq!(line(get(&sentenced.figures("2025-06-01"), Measure::Detention, "gross")), "over 30", "then it is another title");
}

#[test]
fn what_is_not_seen_of_a_detention_is_said() {
    let two = || {
        let mut case = Case::default();
        for name in ["PERSONA FICTICIA UNO", "OTRA FICTICIA DOS"] {
            case.story.persons.place(name);
        }
        case
    };
    let gross = |figures: &Figures| -> Vec<(String, Vec<String>)> {
        figures.of(Measure::Detention).filter(|figure| figure.part == "gross").map(|figure| (line(figure), limits(figure))).collect()
    };
    // The operator's pin of nobody in particular is of both.
    let pinned = two().pin("detention_effective", "2025-01-01").figures("2025-01-11");
    assert_eq!(gross(&pinned), [("open 10".to_owned(), vec![]), ("open 10".to_owned(), vec![])]);
    // The case ended, and no release is seen.
    let case = Case { ended: Some(Known { date: day("2025-01-21"), entry: None }), ..two().pin("detention_effective", "2025-01-01") };
    assert_eq!(gross(&case.figures("2025-06-01"))[0], ("over 20".to_owned(), vec!["ended_before".to_owned()]));
    // A lifting that may be of either.
    let lifted = two()
        .pin("detention_effective", "2025-01-01")
        .event_of("art_541_6_declared", "2025-01-05", Whom::These(vec![0]))
        .event_of("art_541_6_lifted", "2025-01-08", Whom::Unclear(vec![0, 1]));
    let figures = lifted.figures("2025-01-11");
    assert_eq!(limits(get(&figures, Measure::Detention, "net")), ["unclear_whom 1", "still_suspended"]);
    let nobody = Case::default().event("detention_effective", "2025-01-01").figures("2025-01-11");
    assert_eq!(gross(&nobody), [("open 10".to_owned(), vec!["nobody_named".to_owned()])]);
}

#[test]
fn a_date_that_cannot_be_meant_is_none_and_an_annulled_entry_is_no_act() {
    let mut case = Case::default()
        .entry("null", "1900-01-01", Actor::Court)
        .entry("first", "2025-01-01", Actor::Court)
        .entry("annulled", "2025-01-20", Actor::Court)
        .entry("second", "2025-02-10", Actor::Court);
    case.docket.entries[2].annulled = true;
    let figures = case.figures("2025-02-10");
    let age = get(&figures, Measure::Age, "filing");
    assert_eq!((line(age), limits(age)), ("open 40".into(), vec!["from_first_entry".into(), "implausible_date 1".into()]));
    let gap = get(&figures, Measure::LongestGap, "any");
    assert_eq!((line(gap), gap.entries.clone()), ("over 40".into(), vec![key("first"), key("second")]));
    // The heading may have a date of that kind too.
    case.docket.heading.filed = Some(day("1900-01-01"));
    assert_eq!(line(get(&case.figures("2025-02-10"), Measure::Age, "filing")), "open 40");
    case.docket.heading.filed = Some(day("1970-06-01"));
    assert_eq!(limits(get(&case.figures("2025-02-10"), Measure::Age, "filing")), ["implausible_date 1"], "an old case is one");
}

#[test]
fn an_entry_that_was_seen_after_the_moment_did_not_stand_there_at_the_first_look() {
    let mut case = Case::default().entry("old", "2026-01-01", Actor::Court).entry("late", "2026-01-05", Actor::Court);
    case.seen.insert(key("late"), noon("2026-02-01"));
    assert_eq!(limits(get(&case.figures("2026-01-20"), Measure::PublicationLag, "all")), ["too_few", "stood_there 1"]);
}

#[test]
fn after_its_end_a_case_is_not_silent() {
    let case = Case::default().entry("last", "2025-01-01", Actor::Court).entry("after", "2025-03-01", Actor::Court);
    let case = Case { ended: Some(Known { date: day("2025-01-11"), entry: None }), read: Some(noon("2025-02-01")), ..case };
    let figures = case.figures("2026-01-01");
    let silence = get(&figures, Measure::LastActivity, "court");
    assert_eq!((line(silence), silence.entries.clone(), limits(silence)), ("over 10".into(), vec![key("last")], vec![]));
    // Of one that goes on, its age is not known to be that of a case that goes on.
    let going_on = Case { ended: None, ..case };
    assert_eq!(limits(get(&going_on.figures("2026-01-01"), Measure::Age, "filing")), ["not_read", "from_first_entry"]);
}

#[test]
fn a_gap_without_recess_of_an_unknown_matter_says_that_nothing_was_left_out() {
    let mut case = Case::default().entry("before", "2025-07-25", Actor::Court).entry("after", "2025-08-20", Actor::Court);
    case.calendar = (*Calendar::shipped("ec")).clone();
    let figures = case.figures("2025-08-20");
    let said = |part: &str| limits(get(&figures, Measure::LongestGap, part));
    assert_eq!(
        (said("court"), said("court_running")),
        (vec!["from_first_entry".to_owned()], vec!["matter_unknown".into(), "from_first_entry".into()])
    );
}

#[test]
fn how_sure_business_days_are_stands_beside_them() {
    let of = |place: &str, from: &str, to: &str| {
        let mut case = Case::default().event("oral_decision", from).event("written_ruling", to);
        case.calendar = (*Calendar::shipped("ec")).clone();
        case.scope = Scope { place: Some(place.into()), matter: Some("civil".into()), ..Scope::default() };
        sureness(get(&case.figures("2026-06-01"), Measure::OralToWritten, "all"))
    };
    assert_eq!(of("Quito", "2024-11-25", "2025-02-18"), Vec::<String>::new());
    assert_eq!(of("17230", "2024-11-25", "2025-02-18"), ["days_no_local"]);
    assert_eq!(of("Quito", "2022-11-25", "2023-02-18"), ["days_no_decrees"]);
    assert_eq!(of("Quito", "2016-11-25", "2017-02-18"), ["days_weekends_only"]);
    // 62 business days in the suspension of 2020 whose end is not known.
    let suspended = of("Quito", "2020-01-10", "2020-12-18");
    assert!(matches!(&suspended[..], [one] if one.starts_with("days_unsure ")), "{suspended:?}");
    assert_eq!(of("Quito", "2016-11-26", "2016-11-27"), Vec::<String>::new(), "no business day is counted on a weekend");
}

/// 25,000 petitions, each with 25,000 orders after it, are answered in one walk.
#[test]
fn a_docket_of_many_petitions_is_measured_in_one_walk() {
    let start = day("1990-01-01");
    let on = |nth: i64| start.checked_add(jiff::Span::new().days(nth / 4)).expect("a day").to_string();
    let mut case = Case::default();
    for nth in 0..25_000 {
        case = case.event("petition_filed", &on(nth)).event("court_order", &on(nth + 8));
    }
    let figures = case.figures("2026-01-01");
    let answers: Vec<String> = figures.of(Measure::PetitionAnswer).map(line).collect();
    assert_eq!((answers.len(), answers[0].as_str(), answers[24_999].as_str()), (25_000, "over 2", "over 0"));
}
