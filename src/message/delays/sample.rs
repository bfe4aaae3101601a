//! A fictional report of as many cases as a test asks for. For tests only: it draws from a fixed row of numbers and reckons its curves plainly.

use jiff::civil::{Date, Time, date};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::svg::apart;
use crate::domain::caveat::Caveat;
use crate::domain::clocks::{Claim, Clock, Confidence, How, Part, Pin, Rest, State, Subject, Unit, WHOM};
use crate::domain::delays::{
    Act, CaseDelays, Compared, Comparison, CurveStep, DataVersion, Delays, Gap, Group, Grouping, LeftOut, Pace, Point, Stage, Why,
};
use crate::domain::docket::EntryKey;
use crate::domain::event::{Actor, Severity};
use crate::domain::figure::{Days, Figure, Figures, Portion, Share, Value};
use crate::domain::hearing::HearingMode;
use crate::domain::id::Id;
use crate::domain::measure::{COUNTING_VERSION, Measure, REFUSED};
use crate::domain::redact::Words;
use crate::domain::setting::{Outcome, Setting, counts};

pub const TODAY: Date = date(2026, 11, 26);

const COURTS: [&str; 3] = [
    "TRIBUNAL DE GARANTÍAS PENALES CON SEDE EN EL CANTÓN FICTICIO",
    "UNIDAD JUDICIAL PENAL CON COMPETENCIA EN INFRACCIONES FLAGRANTES DE CIUDAD INVENTADA",
    "SALA ESPECIALIZADA DE LO PENAL DE LA CORTE IMAGINARIA",
];

/// A row of numbers that is the same every time.
struct Row(u64);

impl Row {
    fn below(&mut self, most: u64) -> i64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((self.0 >> 33) % most).expect("small")
    }
}

fn after(day: Date, days: i64) -> Date {
    day.checked_add(Span::new().days(days)).expect("a day")
}

fn key(case: usize, at: usize) -> EntryKey {
    EntryKey(format!("{case}:{at}"))
}

fn days(from: Date, to: Date) -> Days {
    Days { calendar: apart(from, to), business: apart(from, to) * 5 / 7 }
}

pub fn zone() -> TimeZone {
    TimeZone::get("America/Guayaquil").expect("bundled")
}

fn noon(day: Date) -> Timestamp {
    zone().to_timestamp(day.at(12, 0, 0, 0)).expect("valid")
}

/// A clock that began on a day and has these last days by both readings.
pub fn clock(state: State, start: Date, due: [i64; 2], stop: Option<Date>, entry: EntryKey) -> Clock {
    let [due, alt] = due.map(|days| after(start, days));
    let end = stop.unwrap_or(TODAY);
    let late = |due: Date| (end > due).then(|| apart(due, end));
    Clock {
        id: Id([7; 16]),
        rule: "EC-COIP-621".into(),
        version: 2,
        title: Words { es: "Sentencia escrita tras la decisión oral".into(), en: "Written sentence after the oral decision".into() },
        unit: Unit::Case,
        subject: Subject::Case,
        state,
        claim: Claim::Observed,
        start: (state != State::UnknownStart).then_some(start),
        stop,
        due: (state != State::UnknownStart).then_some(due),
        due_at: None,
        due_alt: (state != State::UnknownStart && alt != due).then_some(alt),
        elapsed: (state != State::UnknownStart).then(|| apart(start, end)),
        elapsed_business: (state != State::UnknownStart).then(|| apart(start, end) * 5 / 7),
        suspended_days: 0,
        late: late(due),
        late_alt: late(alt),
        suspensions: Vec::new(),
        extended: 0,
        rests: vec![Rest { part: Part::Start, event: "oral_decision".into(), date: start, at: None, entry: Some(entry), how: How::Text }],
        pins: Vec::new(),
        lacking: Vec::new(),
        doubts: Vec::new(),
        milestones: Vec::new(),
        confidence: Confidence::High,
        severity: Severity::Warn,
        basis: "COIP art. 621".into(),
        sources: Vec::new(),
        verify: Words { es: "verifique la regla con un abogado".into(), en: "verify the rule with a lawyer".into() },
        message: None,
        calendar: "ec 2026-11-26".into(),
    }
}

/// A case of so many entries, drawn from the row of its number.
pub fn case(at: usize, entries: usize) -> CaseDelays {
    let mut row = Row(u64::try_from(at).expect("small") * 7919 + 17);
    let started = after(TODAY, -(200 + row.below(2200)));
    let ended = (row.below(7) == 0).then(|| after(TODAY, -(row.below(150) + 1)));
    let horizon = ended.unwrap_or(TODAY);
    let acts = acts(&mut row, at, entries, started, horizon);
    let settings = settings(&mut row, at, entries, started, horizon, ended.is_some());
    let gaps: Vec<Gap> = acts
        .windows(2)
        .filter_map(|pair| Some((pair[0].date?, pair[1].date?)))
        .chain(acts.last().and_then(|act| Some((act.date?, horizon))))
        .map(|(from, to)| Gap { from, to, days: apart(from, to), is_open: to == TODAY })
        .filter(|gap| gap.days > 30)
        .collect();
    let clocks = clocks(&mut row, at, entries, started, horizon);
    let figures = figures(&mut row, at, &acts, &settings, (started, horizon, ended.is_some()));
    CaseDelays {
        source: "ec-esatje".into(),
        number: format!("17721-{}-{:05}", started.year(), 400 + at),
        name: (at % 3 != 2).then(|| format!("Causa ficticia {}", ["Faro", "Puente", "Molino", "Laguna", "Brújula"][at % 5])),
        tags: vec!["corrupcion".into()],
        url: "https://procesosjudiciales.funcionjudicial.gob.ec/busqueda".into(),
        court: Some(COURTS[at % 3].into()),
        subject: Some("PECULADO".into()),
        zone: zone(),
        version: 3,
        version_at: noon(after(TODAY, -9)),
        pages_sha256: Some("ab12".repeat(16)),
        watched_since: Some(noon(after(TODAY, -300))),
        read: Some(noon(TODAY)),
        matter: at,
        chosen: (at % 5 == 1).then(|| after(TODAY, -300)),
        stage: (at % 4 != 3).then(|| Stage {
            step: ["charges", "trial", "oral"][at % 3],
            date: after(started, 60),
            entry: Some(key(at, 1)),
        }),
        ended: ended.map(|day| (day, None)),
        figures,
        clocks,
        entries: acts,
        settings,
        counted_before: Vec::new(),
        hearing_ids: Vec::new(),
        gaps,
        quiet: 30,
    }
}

fn acts(row: &mut Row, at: usize, entries: usize, started: Date, horizon: Date) -> Vec<Act> {
    let titles = [
        ("PROVIDENCIA GENERAL (DECRETO)", Actor::Court),
        ("RAZÓN DE NOTIFICACIÓN", Actor::Clerk),
        ("ESCRITO DE LA DEFENSA", Actor::Party),
        ("CONVOCATORIA A AUDIENCIA DE JUICIO (AUTO DE SUSTANCIACIÓN)", Actor::Court),
        ("OFICIO", Actor::Clerk),
        ("IMPULSO FISCAL", Actor::Prosecutor),
        ("ANEXOS", Actor::Unknown),
        ("ESCRITO", Actor::Party),
    ];
    let age = apart(started, horizon).max(1);
    let mut dates: Vec<Date> = (0..entries).map(|_| after(started, (row.below(1000) * row.below(1000)) * age / 1_000_000)).collect();
    dates.sort_unstable();
    let of = |(place, date): (usize, &Date)| {
        let (title, actor) = titles[(place * 5 + at) % titles.len()];
        let seen = (*date > after(TODAY, -300)).then(|| noon(after(*date, 1)));
        Act {
            key: key(at, place),
            date: Some(*date),
            title: title.into(),
            actor,
            is_notice: actor == Actor::Clerk && place % 2 == 0,
            is_annulled: false,
            seen,
        }
    };
    dates.iter().enumerate().map(of).collect()
}

fn settings(row: &mut Row, at: usize, entries: usize, started: Date, horizon: Date, is_over: bool) -> Vec<Setting> {
    let n = row.below(9);
    let mut day = after(started, 90);
    let mut all: Vec<Setting> = Vec::new();
    for place in 0..n {
        day = after(day, 20 + row.below(90));
        let outcomes = [
            Outcome::Held,
            Outcome::Suspended,
            Outcome::Deferred,
            Outcome::Failed,
            Outcome::NotInstalled,
            Outcome::Revoked,
            Outcome::Unknown,
        ];
        let outcome = if day > horizon { Outcome::Pending } else { outcomes[usize::try_from(row.below(7)).expect("small")] };
        if outcome == Outcome::Pending && is_over {
            break;
        }
        let not_held = outcome.is_not_held();
        all.push(Setting {
            kind: Some(["juicio", "evaluatoria_preparatoria"][usize::from(place < 2)].into()),
            date: Some(day),
            end_date: None,
            time: Some(Time::constant(9, 30, 0, 0)),
            mode: Some(HearingMode::Mixed),
            room: Some("Sala 3, piso 2".into()),
            warnings: Vec::new(),
            set_by: Some(key(at, usize::try_from(row.below(entries.max(1) as u64)).expect("small"))),
            outcome,
            told_by: None,
            reasons: if not_held { vec!["private_defence_absent".into()] } else { Vec::new() },
            requested_by: if not_held && place % 2 == 0 { vec!["defence".into()] } else { Vec::new() },
            follows: None,
        });
    }
    all
}

fn clocks(row: &mut Row, at: usize, entries: usize, started: Date, horizon: Date) -> Vec<Clock> {
    let mut all = Vec::new();
    let age = apart(started, horizon);
    for (place, state) in
        [State::Breach, State::PossibleBreach, State::Warning, State::Suspended, State::UnknownStart, State::MetLate, State::Met]
            .into_iter()
            .enumerate()
    {
        if row.below(3) > 0 {
            continue;
        }
        let entry = key(at, place % entries.max(1));
        let mut one = match state {
            State::Breach => clock(state, after(TODAY, -40), [14, 16], None, entry),
            State::PossibleBreach => clock(state, after(TODAY, -15), [12, 20], None, entry),
            State::Warning => clock(state, after(TODAY, -350), [365, 370], None, entry),
            State::Suspended => clock(state, after(TODAY, -180), [365, 365], None, entry),
            State::MetLate => clock(state, after(started, age / 3), [14, 14], Some(after(started, age / 3 + 85)), entry),
            _ => clock(state, after(started, age / 4), [90, 95], Some(after(started, age / 4 + 60)), entry),
        };
        match state {
            State::Warning => {
                one.title = Words {
                    es: "Caducidad de la prisión preventiva (pena de más de 5 años)".into(),
                    en: "Pre-trial detention lapses (penalty over 5 years)".into(),
                };
                one.subject = Subject::Person(Some("Fulano Ficticio Inventado".into()));
                one.basis = "CRE art. 77.9; COIP art. 541".into();
            }
            State::Suspended => one.suspensions = vec![(after(TODAY, -60), None)],
            State::PossibleBreach => {
                one.doubts = vec![WHOM];
                one.confidence = Confidence::Medium;
                one.claim = Claim::Blind { since: Some(noon(after(TODAY, -3))) };
            }
            State::Breach => {
                let pin = Pin {
                    event: "oral_decision".into(),
                    date: after(TODAY, -40),
                    time: None,
                    note: "lo dice el acta".into(),
                    by: Some("mesa".into()),
                    person: None,
                    remove: false,
                };
                one.pins = vec![pin];
            }
            _ => {}
        }
        all.push(one);
    }
    all
}

fn figures(row: &mut Row, at: usize, acts: &[Act], settings: &[Setting], (started, horizon, is_over): (Date, Date, bool)) -> Figures {
    let mut list = Vec::new();
    let last = acts.last().and_then(|act| act.date).unwrap_or(horizon);
    let mut add = |measure, part: &str, value, n, span, entries: Vec<EntryKey>| {
        list.push(Figure { n, span, entries, ..Figure::new(measure, part, value) });
    };
    let value = |from, to, is_over: bool| if is_over { Value::Days(days(from, to)) } else { Value::Open(days(from, to)) };
    add(Measure::Age, "filing", value(started, horizon, is_over), 1, Some((started, horizon)), vec![]);
    add(Measure::Age, "first_act", value(after(started, 5), horizon, is_over), 1, Some((after(started, 5), horizon)), vec![key(at, 0)]);
    let latest = acts.last().map(|act| act.key.clone());
    add(Measure::LastActivity, "any", Value::Open(days(last, TODAY)), acts.len(), Some((last, TODAY)), latest.into_iter().collect());
    let court = acts.iter().rev().find(|act| act.actor == Actor::Court);
    if let Some((date, act)) = court.and_then(|act| Some((act.date?, act))) {
        add(Measure::LastActivity, "court", Value::Open(days(date, TODAY)), 12, Some((date, TODAY)), vec![act.key.clone()]);
    }
    add(Measure::LastSeen, "read", Value::Open(Days::default()), 1, Some((TODAY, TODAY)), vec![]);
    add(
        Measure::PublicationLag,
        "all",
        Value::Spread { median: 1, ninetieth: 4 },
        9,
        None,
        acts.iter().rev().take(9).map(|act| act.key.clone()).collect(),
    );
    let taken = 20 + row.below(200);
    let oral = after(started, apart(started, horizon) / 3);
    let written = after(oral, taken).min(horizon);
    let is_written = after(oral, taken) <= horizon && row.below(3) > 0;
    add(Measure::Stage, "charges_to_opinion", Value::NotBegun, 0, None, vec![]);
    add(Measure::Stage, "trial_to_oral", Value::Days(days(started, oral)), 1, Some((started, oral)), vec![key(at, 0), key(at, 2)]);
    add(Measure::LongestGap, "any", Value::Days(days(started, oral)), acts.len(), Some((started, oral)), vec![key(at, 0), key(at, 1)]);
    let share = Share { part: apart(started, horizon) / 3, of: apart(started, horizon) };
    add(Measure::Inactivity, "court", Value::Share(share), 4, Some((started, horizon)), vec![]);
    let all: Vec<EntryKey> = settings.iter().filter_map(|setting| setting.set_by.clone()).collect();
    add(Measure::Settings, "all", Value::Count(settings.len()), settings.len(), None, all.clone());
    let outcomes = counts(settings).iter().map(|(outcome, n)| (outcome.name(), *n)).collect();
    add(Measure::Outcomes, "all", Value::Counts(outcomes), settings.len(), None, all.clone());
    add(Measure::Failure, "all", Value::Share(Share { part: 1, of: 4 }), 4, None, all.clone());
    add(Measure::DateCertainty, "first_setting", Value::Share(Share { part: 1, of: 2 }), 2, None, all);
    let portion = |label: &str| Portion { label: label.into(), days: Days { calendar: 45, business: 31 }, n: 2 };
    add(Measure::DelayBy, "requester", Value::Split(vec![portion("defence"), portion("unstated")]), 4, None, vec![key(at, 2)]);
    let end = if is_written { written } else { horizon };
    add(Measure::OralToWritten, "all", value(oral, end, is_written), 1, Some((oral, end)), vec![key(at, 2), key(at, 3)]);
    add(
        Measure::PetitionAnswer,
        "each",
        Value::Days(days(oral, after(oral, 12))),
        1,
        Some((oral, after(oral, 12))),
        vec![key(at, 2), key(at, 3)],
    );
    add(Measure::Percentile, "all", Value::Position { sooner: 0.42, by_then: Some(0.44) }, 120, None, vec![]);
    for figure in &mut list {
        match figure.measure {
            Measure::Failure => figure.limit(Caveat::UnknownOutcome, 1),
            Measure::LastActivity => figure.limit(Caveat::Undated, 2),
            Measure::PetitionAnswer => {
                figure.caution(Caveat::NotShownToAnswer, true);
                figure.subject = Subject::Petition(key(at, 2));
            }
            _ => {}
        }
    }
    Figures {
        as_of: noon(TODAY),
        day: TODAY,
        counting: COUNTING_VERSION,
        calendar: "ec 2026-11-26".into(),
        list,
        read_day: Some(TODAY),
        steps: Vec::new(),
        refused: REFUSED.to_vec(),
    }
}

/// How long the written ruling took in some cases, by Kaplan–Meier.
fn pace(cases: &[CaseDelays], members: &[usize], measure: Measure, part: &str) -> Pace {
    let points = members.iter().filter_map(|at| {
        let figure = cases.get(*at)?.figures.get(measure, part)?;
        match figure.value {
            Value::Days(of) => Some(Point { case: *at, days: of.calendar, is_over: true }),
            Value::Open(of) => Some(Point { case: *at, days: of.calendar, is_over: false }),
            _ => None,
        }
    });
    let points: Vec<Point> = points.collect();
    let mut times: Vec<i64> = points.iter().map(|point| point.days).collect();
    times.sort_unstable();
    times.dedup();
    let (mut open, mut sum, mut curve) = (1.0_f64, 0.0_f64, Vec::new());
    for time in times {
        let count = |which: &dyn Fn(&&Point) -> bool| points.iter().filter(which).count();
        let at_risk = count(&|point| point.days >= time);
        let events = count(&|point| point.days == time && point.is_over);
        let censored = count(&|point| point.days == time && !point.is_over);
        let (n, d) = (super::numbers::count(at_risk), super::numbers::count(events));
        open *= 1.0 - d / n;
        sum += if n > d { d / (n * (n - d)) } else { 0.0 };
        let band = (open > 0.0 && open < 1.0).then(|| {
            let spread = (1.96 * sum.sqrt() / open.ln()).exp();
            let (a, b) = (open.powf(spread), open.powf(1.0 / spread));
            (a.min(b), a.max(b))
        });
        curve.push(CurveStep { days: super::numbers::number(time), open, band, at_risk, events, censored });
    }
    let events = points.iter().filter(|point| point.is_over).count();
    let at = curve.iter().find(|step| step.open <= 0.5).map(|step| step.days);
    let beyond = at.is_none().then(|| curve.last().map_or(0.0, |step| step.days));
    let lower = curve.iter().find(|step| step.band.is_some_and(|(low, _)| low <= 0.5)).map(|step| step.days);
    let upper = curve.iter().find(|step| step.band.is_some_and(|(_, high)| high <= 0.5)).map(|step| step.days);
    let value =
        if events < 5 { Value::Unknown } else { Value::Median { at, beyond, lower, upper, events, censored: points.len() - events } };
    let mut median = Figure { n: points.len(), ..Figure::new(measure, part, value) };
    median.limit(Caveat::LeftOut, 3);
    let censored = points.len() - events;
    Pace {
        measure,
        part: part.into(),
        median,
        curve,
        observed: points.len(),
        events,
        censored,
        competing: 0,
        entered_late: points.len() / 5,
        points,
    }
}

/// A report of so many cases of so many entries.
pub fn report(n: usize, entries: usize) -> Delays {
    let cases: Vec<CaseDelays> = (0..n).map(|at| case(at, entries)).collect();
    let stages = [(Measure::Stage, "trial_to_oral"), (Measure::OralToWritten, "all")];
    let group = |by, label: &str, members: Vec<usize>| Group {
        by,
        label: label.into(),
        paces: stages.iter().map(|(measure, part)| pace(&cases, &members, *measure, part)).filter(|pace| pace.observed > 0).collect(),
        cases: members,
    };
    let mut groups = vec![group(None, "", (0..n).collect())];
    for (at, court) in COURTS.iter().enumerate() {
        groups.push(group(Some(Grouping::Court), court, (0..n).filter(|case| case % 3 == at).collect()));
    }
    groups.push(group(Some(Grouping::Tag), "pocas", (0..n.min(4)).collect()));
    groups.push(group(Some(Grouping::Tag), "otras", (4..n.clamp(4, 12)).collect()));
    let outcome = |is_few: bool| match is_few {
        true => Compared::TooFew { events: 2 },
        false => Compared::Tested { chi_square: 6.254, freedom: 2, p: 0.0438 },
    };
    let compared = |by, labels: &[&str], is_few| Comparison {
        measure: Measure::OralToWritten,
        part: "all".into(),
        by,
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        outcome: outcome(is_few),
    };
    let comparisons = vec![compared(Grouping::Court, &COURTS, n < 60), compared(Grouping::Tag, &["otras", "pocas"], true)];
    let clocks = State::ALL.map(|(_, state)| (state, cases.iter().map(|case| case.clocks_in(&[state]).count()).sum::<usize>())).to_vec();
    let settings = Outcome::ALL
        .map(|outcome| (outcome, cases.iter().flat_map(|case| &case.settings).filter(|setting| setting.outcome == outcome).count()))
        .to_vec();
    Delays {
        as_of: noon(TODAY),
        zone: zone(),
        program: "0.1.0".into(),
        counting: COUNTING_VERSION,
        tags: vec!["corrupcion".into()],
        data: vec![DataVersion { jurisdiction: "ec".into(), rules: "2026-11-26".into(), calendar: "ec 2026-11-26".into() }],
        left_out: vec![
            LeftOut { source: "ec-esatje".into(), number: "17294-2026-00001".into(), why: Why::Withheld },
            LeftOut { source: "ec-esatje".into(), number: "17294-2026-00002".into(), why: Why::NotRead },
        ],
        cases,
        groups,
        comparisons,
        clocks,
        settings,
        settings_per_hearing: Figure {
            n: 40,
            ..Figure::new(Measure::DateCertainty, "settings_per_hearing", Value::Mean { sum: 92, n: 40 })
        },
        refused: REFUSED.to_vec(),
    }
}
