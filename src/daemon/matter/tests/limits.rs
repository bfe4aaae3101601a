//! What is told of time limits holds whatever a docket shows, in whatever order, and however often the daemon is started anew.

use std::collections::{HashMap, HashSet};

use jiff::ToSpan;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::*;
use crate::daemon::calendar::{Known, look_at};
use crate::days::{Calendar as Days, Scope};
use crate::delay::clocks::Rules;
use crate::domain::clocks::Confidence;
use crate::domain::docket::Party;
use crate::domain::id::Id;
use crate::domain::sample;

/// What a docket may show: a decision and its text, detentions and a release of single persons, an investigation and what makes it longer, a
/// challenge that makes time stand still, the beginning of rules of low confidence, and everyday acts.
const ACTS: [(&str, &str); 13] = [
    ("RAZON (RAZON)", "Siento por tal que el Tribunal anunció su decisión de forma oral."),
    ("SENTENCIA (RESOLUCION)", "VISTOS: El Tribunal resuelve."),
    ("RAZON (RAZON)", "Siento por tal que la orden de prisión preventiva de Persona Ficticia Uno se hizo efectiva."),
    ("RAZON (RAZON)", "Siento por tal que la orden de prisión preventiva de Otra Persona Ficticia Dos se hizo efectiva."),
    ("BOLETA DE EXCARCELACION (OFICIO)", "A favor de Persona Ficticia Uno."),
    ("FORMULACION DE CARGOS (ACTA RESUMEN)", "La Fiscalía formuló cargos contra los procesados."),
    ("VINCULACION A LA INSTRUCCION FISCAL (ACTA RESUMEN)", ""),
    ("CIERRE DE LA INSTRUCCION FISCAL (DECRETO)", ""),
    ("RECUSACION (AUTO)", ""),
    ("RECHAZAR RECUSACION (RESOLUCION)", ""),
    ("INICIO DE INVESTIGACION PREVIA", ""),
    ("RAZON (RAZON)", "La aprehensión se produjo hoy a las 10h00."),
    ("OFICIO (OFICIO)", "Agréguese."),
];

/// Rules that say of themselves that they are not sure, written down here once more.
const UNSURE: [&str; 4] = ["EC-COIP-585-2Y", "EC-CRE-77-1", "EC-COGEP-146", "EC-COGEP-93"];

/// The days on which the watch begins and on which something may be dated are counted from here; it is a Monday.
const FIRST: Date = date(2026, 3, 2);

/// An entry: when it is dated, how many days later the source shows it, and what it is.
#[derive(Debug, Clone)]
struct Act {
    dated: i64,
    late: i64,
    what: usize,
}

/// A moment at which the daemon looks: so many hours after the one before, whether the source answered, and whether the daemon was started anew.
#[derive(Debug, Clone)]
struct Tick {
    hours: i64,
    is_read: bool,
    is_restart: bool,
}

#[derive(Debug, Clone)]
struct Plan {
    is_over_5y: bool,
    /// The operator says that everybody is in custody since then.
    pinned: Option<i64>,
    acts: Vec<Act>,
    ticks: Vec<Tick>,
}

fn plans() -> impl Strategy<Value = Plan> {
    // Half a year of custody, a year of it and an investigation of ninety days end within the days that are looked at.
    let dated = prop_oneof![1 => -360i64..-300, 1 => -170i64..-120, 2 => -80i64..0, 4 => 0i64..60];
    let what = prop_oneof![4 => Just(0), 3 => Just(1), 5 => 2..ACTS.len()];
    let act = (dated, prop_oneof![3 => 0i64..3, 1 => 0i64..40], what).prop_map(|(dated, late, what)| Act { dated, late, what });
    let tick = (4i64..44, prop::bool::weighted(0.8), prop::bool::weighted(0.25));
    let tick = tick.prop_map(|(hours, is_read, is_restart)| Tick { hours, is_read, is_restart });
    let pinned = proptest::option::of(prop_oneof![-360i64..-300, -170i64..-120]);
    (any::<bool>(), pinned, prop::collection::vec(act, 1..9), prop::collection::vec(tick, 30..90))
        .prop_map(|(is_over_5y, pinned, acts, ticks)| Plan { is_over_5y, pinned, acts, ticks })
}

/// An event as it was told: at which look, and when the case had last been read.
#[derive(Debug)]
struct Told {
    at: Timestamp,
    read_at: Timestamp,
    event: Event,
    news: ClockNews,
}

impl Plan {
    fn list(&self) -> String {
        let facts = format!(
            "facts = {{ matter = \"penal\", detained = true, flagrancia = false, transito = false, penalty_over_5y = {} }}",
            self.is_over_5y
        );
        let pin = self.pinned.map(|days| {
            let day = FIRST.saturating_add(days.days());
            format!("\nevent = [{{ event = \"detention_effective\", date = \"{day}\", note = \"Visto por la mesa judicial\" }}]")
        });
        LIST.replace("linked = [\"ec-fiscalia 170101824010001\"]", &format!("{facts}{}", pin.unwrap_or_default()))
    }

    /// What the source shows on a day.
    fn docket(&self, day: i64) -> Docket {
        let shown = self.acts.iter().enumerate().filter(|(_, act)| act.dated + act.late <= day);
        let mut entries: Vec<Entry> = shown
            .map(|(nth, act)| {
                let (title, text) = ACTS[act.what];
                let day = FIRST.saturating_add(act.dated.days());
                Entry { key: EntryKey(nth.to_string()), ..sample::act(day, title, text) }
            })
            .collect();
        entries.sort_by(|a, b| (b.date, &b.key.0).cmp(&(a.date, &a.key.0)));
        let party = |name: &str| Party { role: "PROCESADO".into(), name: name.into() };
        Docket { entries, parties: vec![party("PERSONA FICTICIA UNO"), party("OTRA PERSONA FICTICIA DOS")], ..Docket::default() }
    }

    /// What is told at these ticks, in order. `restarts` says whether the daemon is started anew where the plan says so.
    fn play(&self, restarts: bool) -> Result<Vec<Told>, TestCaseError> {
        let mut pair = Pair::with(&self.list());
        let begin = FIRST.to_zoned_datetime(jiff::tz::TimeZone::UTC).expect("a moment").timestamp() + 15.hours();
        let (mut now, mut read_at, mut shown) = (begin, begin, None);
        let counted = |now: Timestamp| now.duration_since(begin).unsigned_abs();
        let mut steady = Steady::new(begin, Duration::ZERO, None);
        let mut known: HashMap<Cid, Known> = HashMap::new();
        let mut told: Vec<Told> = Vec::new();
        let first = Tick { hours: 0, is_read: true, is_restart: false };
        for (nth, tick) in std::iter::once(&first).chain(&self.ticks).enumerate() {
            now += tick.hours.hours();
            if tick.is_read {
                let docket = self.docket(now.duration_since(begin).as_hours() / 24);
                match shown.as_ref() == Some(&docket) {
                    true => pair.store.touch(&[(pair.cids[0], Pair::row(now))]).expect("touched"),
                    false => pair.docket(0, now, docket.clone()),
                }
                (read_at, shown) = (now, Some(docket));
            }
            // A machine that was off for longer waits until it believes its clock; see `steady`.
            if restarts && tick.is_restart && now.duration_since(read_at).as_hours() <= 48 {
                pair = pair.opened_again(now);
                steady = Steady::new(now, counted(now), Some(read_at));
                known.clear();
            }
            steady.look(now, counted(now));
            let told_since = |before: u64| {
                let events = pair.store.events_after(before, 100).expect("events").into_iter().map(|(_, event)| event);
                events.filter(|event| is_of_clocks(event.kind)).collect::<Vec<Event>>()
            };
            let before = pair.store.last_event().expect("a number");
            look_at(&pair.store, &pair.config, 0, (now, steady), &mut known).expect("looked at");
            let events = told_since(before);
            // Whether it was time to look or not.
            if !events.is_empty() || nth.is_multiple_of(16) {
                let before = pair.store.last_event().expect("a number");
                look(&pair.store, &pair.config, &pair.config.cases[0], now, steady).expect("looked at");
                let again = told_since(before);
                prop_assert!(again.is_empty(), "asking again at {now} tells something new: {again:?}");
            }
            for event in events {
                let news = ClockNews::of(&event).ok_or_else(|| TestCaseError::fail("an event of no clock"))?;
                told.push(Told { at: now, read_at, event, news });
            }
            prop_assert!(nth > 0 || told.is_empty(), "what was there when the watch began is no news: {told:?}");
        }
        Ok(told)
    }
}

/// What must hold of all that was told.
fn judged(told: &[Told]) -> Result<(), TestCaseError> {
    let (rules, days) = (Rules::shipped("ec"), Days::shipped("ec"));
    let zone = jiff::tz::TimeZone::get("America/Guayaquil").expect("a zone");
    let day_of = |at: Timestamp| at.to_zoned_datetime(zone.clone()).date();
    let (mut ids, mut looks, mut moments_told) = (HashSet::new(), HashSet::new(), HashSet::new());
    let mut late: HashSet<Id> = HashSet::new();
    for Told { at, read_at, event, news } in told {
        let what = format!("{} of {} at {at}, read at {read_at}: {news:?}", event.kind, news.rule);
        prop_assert!(ids.insert(event.id), "told twice: {what}");
        prop_assert!(looks.insert((*at, news.id)), "two moments of one clock at one look: {what}");
        prop_assert!(news.confidence > Confidence::Low && !UNSURE.contains(&news.rule.as_str()), "not sure enough: {what}");
        prop_assert_eq!(event.kind == EventKind::ClockMet, news.state.is_met(), "{}", what);
        if event.kind == EventKind::ClockMet {
            prop_assert!(late.contains(&news.id), "met, and nobody was told that it is late: {what}");
            continue;
        }
        late.insert(news.id);
        let rule = rules.all().find(|rule| rule.id == news.rule).ok_or_else(|| TestCaseError::fail("an unknown rule"))?;
        prop_assert!(news.stop.is_none() || !rule.alt_stop.is_empty(), "what ends it was seen: {what}");
        let Some(due) = news.due else { return Err(TestCaseError::fail(format!("it has no last day: {what}"))) };
        let ends = [Some(due), news.due_alt];
        let (earlier, later) = (ends.into_iter().flatten().min().unwrap_or(due), ends.into_iter().flatten().max().unwrap_or(due));
        if news.rule == "EC-COIP-621" {
            let mut tenth = news.start;
            let mut left = 10;
            while left > 0 {
                tenth = tenth.tomorrow().expect("a day");
                left -= u32::from(days.is_business(tenth, &Scope { matter: Some("penal".into()), ..Scope::default() }));
            }
            prop_assert_eq!((due, news.due_alt.unwrap_or(due)), (news.start.saturating_add(10.days()), tenth), "{}", what);
        }
        let (today, read) = (day_of(*at), day_of(*read_at));
        let is_breach = event.kind == EventKind::ClockBreach;
        let day = |days: i64| if is_breach { later.saturating_add(days.max(1).days()) } else { earlier.saturating_add(days.days()) };
        let moments = rule.warn_at.iter().map(|offset| offset.days).filter(|days| (*days >= 0) == is_breach).map(day);
        let Some(moment) = moments.filter(|day| *day <= today).max() else {
            return Err(TestCaseError::fail(format!("no moment of it has come: {what}")));
        };
        prop_assert_eq!(is_breach, today > later, "over by every reading or not: {}", what);
        prop_assert!(read >= moment, "nobody looked since: {what}");
        prop_assert!(moments_told.insert((news.id, ends, moment)), "a moment that was told already: {what}");
    }
    Ok(())
}

#[test]
fn what_is_told_of_time_limits_holds_in_every_docket_and_through_every_restart() {
    let holds = |plan: &Plan| {
        let steadily = plan.play(false)?;
        judged(&steadily)?;
        let restarted = plan.play(true)?;
        judged(&restarted)?;
        let lines = |told: &[Told]| told.iter().map(|told| (told.at, told.event.kind, told.event.id)).collect::<Vec<_>>();
        prop_assert_eq!(lines(&steadily), lines(&restarted), "restarts change what is told");
        Ok(steadily)
    };
    // One that tells of everything: half a year of custody ends on 28 March, and the sentence of a decision of the 3rd is entered on the 31st.
    let acts = [(1, 0, 0), (29, 0, 1), (20, 1, 12)].map(|(dated, late, what)| Act { dated, late, what });
    let tick = |nth: usize| Tick { hours: 20, is_read: nth % 9 != 4, is_restart: nth.is_multiple_of(3) };
    let all = Plan { is_over_5y: false, pinned: Some(-155), acts: acts.into(), ticks: (0..60).map(tick).collect() };
    let told = holds(&all).unwrap_or_else(|error| panic!("{error}"));
    for kind in [EventKind::ClockWarning, EventKind::ClockBreach, EventKind::ClockMet] {
        assert!(told.iter().any(|told| told.event.kind == kind), "{kind}: {told:#?}");
    }
    // What a failure shows is short enough to read; to make it as short as can be would take minutes.
    let mut runner = TestRunner::new(ProptestConfig { max_shrink_iters: 60, failure_persistence: None, ..ProptestConfig::with_cases(12) });
    runner.run(&plans(), |plan| holds(&plan).map(drop)).unwrap_or_else(|error| panic!("{error}"));
}

const SHORT: &str = "FICTICIA ANA";
const WHOLE: &str = "FICTICIA PRUEBA ANA MARIA";

/// What is told, by kind and person, of a criminal case with one person in custody since 10 June, of which the end was told on 12 November.
fn in_custody() -> Pair {
    let facts = "facts = { matter = \"penal\", detained = true, penalty_over_5y = false }";
    let pair = Pair::with(&LIST.replace("linked = [\"ec-fiscalia 170101824010001\"]", facts));
    accuse(&pair, "2026-11-02T15:00:00Z", &[SHORT], &["Ficticia Ana"]);
    assert_eq!(told_on(&pair, "2026-11-12T15:00:00Z"), [format!("clock.warning {SHORT}")]);
    pair
}

/// A version that accuses these, and says that they were caught, by these names.
fn accuse(pair: &Pair, when: &str, parties: &[&str], caught: &[&str]) {
    let text = |name: &str| format!("Siento por tal que la orden de prisión preventiva de {name} se hizo efectiva.");
    let act =
        |(nth, name): (usize, &&str)| Entry { key: EntryKey(nth.to_string()), ..act(date(2026, 6, 10), "RAZON (RAZON)", &text(name)) };
    let parties = parties.iter().map(|name| Party { role: "PROCESADO".into(), name: (*name).into() }).collect();
    pair.docket(0, at(when), Docket { entries: caught.iter().enumerate().map(act).collect(), parties, ..Docket::default() });
}

fn told_on(pair: &Pair, when: &str) -> Vec<String> {
    let events = told_of(pair, when, "2026-11-02T12:00:00Z").into_iter().filter(|event| is_of_clocks(event.kind));
    let line = |event: Event| format!("{} {}", event.kind, ClockNews::of(&event).and_then(|news| news.person).unwrap_or_default());
    let mut lines: Vec<String> = events.map(line).collect();
    lines.sort();
    lines
}

#[test]
fn a_name_that_the_court_completes_lets_nothing_be_told_again() {
    let pair = in_custody();
    accuse(&pair, "2026-11-13T15:00:00Z", &[WHOLE], &["Ficticia Ana"]);
    assert_eq!(told_on(&pair, "2026-11-13T16:00:00Z"), [] as [&str; 0], "it was told under the shorter name");
    assert_eq!(told_on(&pair, "2026-11-26T15:00:00Z"), [format!("clock.warning {WHOLE}")], "the next moment is told under the whole name");
    assert_eq!(told_on(&pair, "2026-11-27T15:00:00Z"), [] as [&str; 0]);
}

#[test]
fn what_was_told_of_one_person_is_told_of_another_who_has_that_name_and_more() {
    // The one of whom it was told is still accused, whichever stands first in the list.
    for parties in [[SHORT, WHOLE], [WHOLE, SHORT]] {
        let pair = in_custody();
        accuse(&pair, "2026-11-13T15:00:00Z", &parties, &["Ficticia Prueba Ana Maria"]);
        assert_eq!(told_on(&pair, "2026-11-13T16:00:00Z"), [format!("clock.warning {WHOLE}")], "{parties:?}");
    }
    // Two have it, and nobody knows of which of them it was told.
    const SISTER: &str = "FICTICIA PRUEBA ANA LUCIA";
    let pair = in_custody();
    accuse(&pair, "2026-11-13T15:00:00Z", &[WHOLE, SISTER], &["Ficticia Prueba Ana Maria", "Ficticia Prueba Ana Lucia"]);
    assert_eq!(told_on(&pair, "2026-11-13T16:00:00Z"), [format!("clock.warning {SISTER}"), format!("clock.warning {WHOLE}")]);
}

#[test]
fn a_name_that_is_only_missing_for_now_is_no_other_person() {
    let pair = in_custody();
    let short = Party { role: "PROCESADO".into(), name: SHORT.into() };
    accuse(&pair, "2026-11-13T15:00:00Z", &[WHOLE, SHORT], &["Ficticia Ana"]);
    // The list lacks the shorter one since this visit; it stays in the docket until that is believed.
    let missing = crate::domain::diff::Missing { since: at("2026-11-13T15:00:00Z"), visits: 1 };
    let head = pair.store.head(pair.cids[0]).expect("reads").expect("is there");
    let (row, events, deliveries) = (Pair::row(at("2026-11-13T15:30:00Z")), Vec::new(), Vec::new());
    let missing = Some(MissingParts::from([(crate::domain::diff::Part::Party(short), missing)]));
    pair.store.commit(Visit { cid: pair.cids[0], row, head, missing, version: None, events, deliveries }).expect("kept");
    assert_eq!(told_on(&pair, "2026-11-13T16:00:00Z"), [] as [&str; 0]);
}
