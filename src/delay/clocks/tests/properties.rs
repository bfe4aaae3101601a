//! Properties: time only goes forward, and what is told of it too.

use jiff::ToSpan;
use proptest::prelude::*;

use super::super::milestone::{passed, reached};
use super::*;
use crate::domain::clocks::Claim;

fn rank(state: State) -> u8 {
    match state {
        State::NotApplicable | State::NotStarted | State::UnknownStart => 0,
        State::Running | State::Suspended => 1,
        State::Warning => 2,
        State::PossibleBreach => 3,
        State::Breach => 4,
        State::Met | State::MetLate => 5,
    }
}

/// A docket with one start and perhaps one end of each clock, and other entries between.
fn dockets() -> impl Strategy<Value = Case> {
    let matter = prop_oneof![Just("PENAL COIP"), Just("CIVIL"), Just("CONSTITUCIONAL")];
    (matter, 0i64..1500, proptest::option::of(0i64..200), proptest::collection::vec((0i64..400, 0usize..5), 0..6)).prop_map(
        |(matter, start, stop, others)| {
            let first: Date = "2022-01-01".parse().expect("a day");
            let on = |days: i64| first.saturating_add(days.days()).to_string();
            let titles =
                ["RAZON (RAZON)", "OFICIO (OFICIO)", "PROVIDENCIA GENERAL (DECRETO)", "ACTA DE SORTEO", "COPIAS CERTIFICADAS (DECRETO)"];
            let mut case = case(matter).entry(&on(start), ORAL.0, ORAL.1);
            for (days, title) in others {
                case = case.entry(&on(start + days), titles[title], "");
            }
            if let Some(days) = stop {
                case = case.entry(&on(start + days), WRITTEN.0, "");
            }
            case = case.yes("penalty_over_5y").yes("detained").pin("detention_effective", &on(start));
            case.docket.entries.sort_by_key(|entry| std::cmp::Reverse(entry.date));
            case
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_state_only_moves_forward_and_elapsed_time_never_shrinks(case in dockets(), from in -30i64..800, steps in proptest::collection::vec(1i64..60, 1..6)) {
        let first: Date = "2022-01-01".parse().expect("a day");
        let mut when = first.saturating_add(from.days());
        let mut before: HashMap<String, Clock> = HashMap::new();
        for step in steps {
            let clocks = case.clocks(&when.to_string());
            for clock in clocks {
                let key = format!("{} {:?}", clock.rule, clock.subject);
                if let Some(old) = before.get(&key) {
                    prop_assert!(rank(old.state) <= rank(clock.state), "{key}: {:?} to {:?} on {when}", old.state, clock.state);
                    prop_assert!(old.elapsed <= clock.elapsed && old.elapsed_business <= clock.elapsed_business, "{key}");
                    prop_assert!(old.late <= clock.late || clock.state.is_met(), "{key}");
                    prop_assert!(old.start.is_none() || old.start == clock.start, "{key}");
                }
                before.insert(key, clock);
            }
            when = when.saturating_add(step.days());
        }
    }

    #[test]
    fn nothing_is_told_that_may_not_be(case in dockets(), days in 0i64..1800, read in 0i64..1800) {
        let first: Date = "2022-01-01".parse().expect("a day");
        let zone = case.zone();
        let at = |days: i64| zone.to_timestamp(first.saturating_add(days.days()).at(12, 0, 0, 0)).expect("a moment");
        let case = Case { read: Some(Some(at(read))), ..case };
        let clocks = case.clocks(&format!("{}T12:00", first.saturating_add(days.days())));
        for (clock, milestone) in reached(&clocks, at(days)) {
            prop_assert!(clock.claim == Claim::Observed && at(read) >= milestone.at, "{}", clock.rule);
            prop_assert!(clock.confidence > crate::domain::clocks::Confidence::Low);
            prop_assert!(milestone.is_breach == (clock.state == State::Breach) || !milestone.is_breach);
            prop_assert!(clock.rests.iter().all(|rest| rest.entry.is_some() || !clock.pins.is_empty()), "{}", clock.rule);
        }
        // Two spans of time tell what one tells.
        let (then, half, now) = (at(0), at(days / 2), at(days));
        let ids = |from, to| passed(&clocks, from, to).into_iter().map(|(_, one)| one.id).collect::<Vec<_>>();
        let mut parts = ids(then, half);
        parts.extend(ids(half, now));
        let mut whole = ids(then, now);
        parts.sort_unstable();
        whole.sort_unstable();
        prop_assert_eq!(parts, whole);
    }

    #[test]
    fn any_docket_is_looked_at_without_a_panic(
        entries in proptest::collection::vec((0i64..4000, "(SENTENCIA|RECUSACION|ESCRITO|CITACION REALIZADA|VINCULACION|)? ?(\\((RESOLUCION|AUTO|RAZON|ACTA)\\))?", "(se suspende |prisión preventiva |se anunció la decisión |audiencia |caducidad |de Persona Ficticia Uno |\\. ){0,8}"), 0..12),
        when in 0i64..5000,
    ) {
        let first: Date = "2015-01-01".parse().expect("a day");
        let case = entries.into_iter().fold(case("PENAL COIP").accused("PERSONA FICTICIA UNO").yes("detained").yes("penalty_over_5y"), |case, (days, title, text)| {
            case.entry(&first.saturating_add(days.days()).to_string(), &title, &text)
        });
        let today = first.saturating_add(when.days());
        for clock in case.clocks(&today.to_string()) {
            prop_assert!(clock.start.is_none_or(|start| start <= today));
            prop_assert!(clock.stop.is_none_or(|stop| Some(stop) >= clock.start));
            prop_assert!(clock.rests.iter().all(|rest| rest.date <= today));
            prop_assert!(clock.elapsed.is_none_or(|elapsed| elapsed >= clock.suspended_days));
        }
    }
}

/// Acts that make time stand still, go on, last longer, begin anew and end.
fn eventful() -> impl Strategy<Value = Case> {
    let titles = [
        ORAL,
        WRITTEN,
        ("FORMULACION DE CARGOS (ACTA RESUMEN)", ""),
        ("VINCULACION A LA INSTRUCCION FISCAL (ACTA RESUMEN)", ""),
        ("CIERRE DE LA INSTRUCCION FISCAL (DECRETO)", ""),
        ("RECUSACION (AUTO)", ""),
        ("RECHAZAR RECUSACION (RESOLUCION)", ""),
        ("RAZON (RAZON)", "Siento por tal que la orden de prisión preventiva de Persona Ficticia Uno se hizo efectiva."),
        (
            "AUTO GENERAL (AUTO)",
            "En aplicación del artículo 541 numeral 6 se suspende el plazo de caducidad de la prisión preventiva de Persona Ficticia Uno.",
        ),
        ("AUTO GENERAL (AUTO)", "Se levanta la suspensión del plazo de caducidad de la prisión preventiva de Persona Ficticia Uno."),
        ("BOLETA DE EXCARCELACION (OFICIO)", "A favor de Persona Ficticia Uno."),
    ];
    let acts = proptest::collection::vec((0i64..500, 0..titles.len()), 1..8);
    (acts, any::<bool>()).prop_map(move |(acts, is_over_5y)| {
        let first: Date = "2022-01-01".parse().expect("a day");
        let case = case("PENAL COIP").accused("PERSONA FICTICIA UNO").accused("OTRA PERSONA FICTICIA DOS").yes("detained");
        let case =
            case.fact("penalty_over_5y", Fact::Flag(is_over_5y)).fact("flagrancia", Fact::Flag(false)).fact("transito", Fact::Flag(false));
        let entered = |case: Case, (days, which): (i64, usize)| {
            case.entry(&first.saturating_add(days.days()).to_string(), titles[which].0, titles[which].1)
        };
        let mut case = acts.into_iter().fold(case, entered);
        case.docket.entries.sort_by_key(|entry| std::cmp::Reverse(entry.date));
        case
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// What makes a time longer may take a warning back; nothing takes back what is over by every reading, or what was met.
    #[test]
    fn what_is_over_stays_so_until_it_is_met_and_what_is_met_stays_met(case in eventful(), steps in proptest::collection::vec(1i64..60, 4..16)) {
        let mut when: Date = "2022-01-01".parse().expect("a day");
        let mut before: HashMap<crate::domain::id::Id, Clock> = HashMap::new();
        for step in steps {
            for clock in case.clocks(&when.to_string()) {
                if let Some(old) = before.get(&clock.id).filter(|old| old.start.is_some()) {
                    let what = format!("{} {:?} from {:?} to {:?} on {when}: {:?}", clock.rule, clock.start, old.state, clock.state, clock.rests);
                    prop_assert!(old.state != State::Breach || clock.state == State::Breach || clock.state == State::MetLate, "{what}");
                    prop_assert!(!old.state.is_met() || old.state == clock.state, "{what}");
                    prop_assert!(old.elapsed <= clock.elapsed && old.elapsed_business <= clock.elapsed_business, "{what}");
                    prop_assert!(old.suspended_days <= clock.suspended_days, "{what}");
                }
                before.insert(clock.id, clock);
            }
            when = when.saturating_add(step.days());
        }
    }
}
