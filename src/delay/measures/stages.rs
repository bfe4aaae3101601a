//! M05 and M16: how long each stage of a criminal case took or has been open, and how long the written ruling after the oral decision.
//!
//! Called by [`figures`](super::figures). The steps are those of `domain.md` M05 that a docket shows by the events of the clocks; the
//! order to stand trial is not among them. Steps are of the case: of several persons the first who takes one counts.

use jiff::civil::Date;

use crate::delay::clocks::found::{Found, HELD, SUSPENDED};
use crate::domain::caveat::Caveat;
use crate::domain::docket::EntryKey;
use crate::domain::figure::{Figure, Value};
use crate::domain::measure::Measure;

use super::study::{Known, Study, View};

/// A step: its stable name, the events that show it, and the kinds of hearing whose beginning does.
struct Step {
    name: &'static str,
    events: &'static [&'static str],
    hearings: &'static [&'static str],
}

/// The last step, which the caller knows.
const FINAL: &str = "final";

const WRITTEN: [&str; 2] = ["written_ruling", "written_ruling_notified"];

const STEPS: [Step; 10] = [
    Step { name: "charges", events: &["charges_filed"], hearings: &[] },
    Step { name: "opinion", events: &["prosecutor_opinion"], hearings: &[] },
    Step { name: "preparatory", events: &[], hearings: &["evaluatoria_preparatoria", "preparatoria", "intermedia", "control_acusacion"] },
    Step { name: "trial", events: &[], hearings: &["juicio", "audiencia_unica"] },
    Step { name: "oral", events: &["oral_decision"], hearings: &[] },
    Step { name: "written", events: &WRITTEN, hearings: &[] },
    Step { name: "appeal", events: &["appeal_filed"], hearings: &[] },
    Step { name: "appeal_ruling", events: &["appeal_ruling_notified"], hearings: &[] },
    Step { name: "cassation", events: &["cassation_filed"], hearings: &[] },
    Step { name: FINAL, events: &[], hearings: &[] },
];

/// When a step was taken.
#[derive(Debug, Clone)]
struct Taken {
    date: Date,
    entry: Option<EntryKey>,
}

/// Of a step: when it was taken, or whether it is observed only too early.
#[derive(Debug, Clone)]
enum At {
    Taken(Taken),
    Never { is_early: bool },
}

impl At {
    fn taken(&self) -> Option<&Taken> {
        if let Self::Taken(taken) = self { Some(taken) } else { None }
    }
}

pub fn figures(view: &View<'_>) -> Vec<Figure> {
    let mut all = stages(view);
    all.extend(oral_to_written(view));
    all
}

/// The last step that was taken, by its stable name, and when.
pub fn reached(study: &Study<'_>) -> Option<(&'static str, Known)> {
    let steps = walk(&View::of(study));
    let mut taken = STEPS.iter().zip(&steps).filter_map(|(step, at)| Some((step.name, at.taken()?)));
    taken.next_back().map(|(name, taken)| (name, Known { date: taken.date, entry: taken.entry.clone() }))
}

/// When each step was first taken, none before the steps that come before it.
fn walk(view: &View<'_>) -> Vec<At> {
    let mut floor = Date::MIN;
    let mut steps = Vec::with_capacity(STEPS.len());
    for step in &STEPS {
        let dates = if step.name == FINAL {
            view.ended().map(|ended| Taken { date: ended.date, entry: ended.entry.clone() }).into_iter().collect()
        } else {
            occurrences(view, step)
        };
        let first = dates.iter().find(|taken| taken.date >= floor).cloned();
        floor = first.as_ref().map_or(floor, |taken| taken.date);
        steps.push(first.map_or(At::Never { is_early: !dates.is_empty() }, At::Taken));
    }
    steps
}

fn occurrences(view: &View<'_>, step: &Step) -> Vec<Taken> {
    let of_hearing = |found: &&Found| {
        let hearing = found.hearing.and_then(|at| view.study.story.hearings.get(at));
        hearing.and_then(|hearing| hearing.kind.as_deref()).is_some_and(|kind| step.hearings.contains(&kind))
    };
    let mut found = view.happened(step.events);
    found.extend(view.happened(&[HELD, SUSPENDED]).into_iter().filter(of_hearing));
    found.sort_by_key(|found| (found.date, found.entry.clone()));
    found.into_iter().map(|found| Taken { date: found.date, entry: found.entry.clone() }).collect()
}

fn stages(view: &View<'_>) -> Vec<Figure> {
    let steps = walk(view);
    let mut all = Vec::new();
    for (at, (pair, states)) in STEPS.windows(2).zip(steps.windows(2)).enumerate() {
        let ([from, to], [begun, next]) = (pair, states) else { continue };
        let part = format!("{}_to_{}", from.name, to.name);
        let later = STEPS.iter().zip(&steps).skip(at + 1).find_map(|(step, state)| Some((step, state.taken()?)));
        let mut figure = Figure::new(Measure::Stage, &part, Value::NotBegun);
        match (begun.taken(), later) {
            (Some(taken), Some((_, end))) if next.taken().is_some() => figure = between(view, &part, taken, end),
            (Some(taken), Some((step, end))) => {
                // How long it took to whatever was observed next is a figure of its own.
                let whole = format!("{}_to_{}", from.name, step.name);
                figure.value = Value::Unknown;
                let caveat = if step.name == FINAL { Caveat::EndedBefore } else { Caveat::NotObserved };
                figure.caution(caveat, true);
                figure.span = Some((taken.date, end.date));
                figure.entries = taken.entry.iter().chain(&end.entry).cloned().collect();
                all.push(between(view, &whole, taken, end));
            }
            (Some(taken), None) => figure = open(view, Measure::Stage, &part, taken),
            (None, Some(_)) => {
                figure.value = Value::Unknown;
                figure.caution(Caveat::NotObserved, true);
            }
            (None, None) => {}
        }
        figure.caution(Caveat::OutOfOrder, matches!(next, At::Never { is_early: true }));
        all.push(figure);
    }
    all
}

fn between(view: &View<'_>, part: &str, from: &Taken, to: &Taken) -> Figure {
    let mut figure = Figure::new(Measure::Stage, part, Value::Days(view.days(from.date, to.date)));
    (figure.n, figure.span) = (1, Some((from.date, to.date)));
    figure.entries = from.entry.iter().chain(&to.entry).cloned().collect();
    figure
}

fn open(view: &View<'_>, measure: Measure, part: &str, from: &Taken) -> Figure {
    let until = view.horizon().max(from.date);
    let mut figure = Figure::new(measure, part, Value::Open(view.days(from.date, until)));
    (figure.n, figure.span, figure.entries) = (1, Some((from.date, until)), from.entry.iter().cloned().collect());
    figure.caution(Caveat::EndedBefore, view.ended().is_some());
    view.blind(&mut figure);
    figure
}

fn oral_to_written(view: &View<'_>) -> Vec<Figure> {
    let oral = view.happened(&["oral_decision"]).into_iter().map(|found| (found, false));
    let written = view.happened(&WRITTEN).into_iter().map(|found| (found, true));
    let mut events: Vec<(&Found, bool)> = oral.chain(written).collect();
    // Of one day the decision comes before the ruling that writes it down.
    events.sort_by_key(|(found, is_written)| (found.date, *is_written, found.entry.clone()));
    let taken = |found: &Found| Taken { date: found.date, entry: found.entry.clone() };
    let (mut all, mut waiting) = (Vec::new(), None);
    for (found, is_written) in events {
        if !is_written {
            waiting = Some(taken(found));
        } else if let Some(oral) = waiting.take() {
            all.push(Figure { measure: Measure::OralToWritten, ..between(view, "all", &oral, &taken(found)) });
        }
    }
    all.extend(waiting.map(|oral| open(view, Measure::OralToWritten, "all", &oral)));
    if all.is_empty() {
        all.push(Figure::new(Measure::OralToWritten, "all", Value::NotBegun));
    }
    all
}
