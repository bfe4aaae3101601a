//! M05 and M16: how long each stage of a criminal case took or has been open, and how long the written ruling after the oral decision.
//!
//! Called by [`figures`](super::figures). The steps are those of `domain.md` M05 that a docket shows by the events of the clocks; the
//! order to stand trial is not among them. Steps are of the case: of several persons the first who takes one counts. An appeal and a cassation need
//! not come, so that nothing is open for want of one.

use jiff::civil::Date;

use crate::delay::clocks::found::{Found, HELD, SUSPENDED, is_another_decision};
use crate::domain::caveat::Caveat;
use crate::domain::docket::EntryKey;
use crate::domain::figure::{Figure, StepTaken, Value};
use crate::domain::measure::Measure;

use super::study::{Known, Study, View};

/// A step: its stable name, the events that show it, those that show only that it had been taken by then, and the kinds of hearing whose
/// beginning does.
struct Step {
    name: &'static str,
    events: &'static [&'static str],
    by_then: &'static [&'static str],
    hearings: &'static [&'static str],
}

/// The last step, which the caller knows.
pub const FINAL: &str = "final";

/// Steps that a case need not take.
const OPTIONAL: [&str; 2] = ["appeal", "cassation"];
/// The step that only follows an optional one.
const AFTER_OPTIONAL: &str = "appeal_ruling";

const ORAL: &str = "oral_decision";
const WRITTEN: [&str; 2] = ["written_ruling", "written_ruling_notified"];

const PREPARATORY: [&str; 4] = ["evaluatoria_preparatoria", "preparatoria", "intermedia", "control_acusacion"];

const STEPS: [Step; 10] = [
    shown("charges", &["charges_filed"]),
    shown("opinion", &["prosecutor_opinion"]),
    Step { hearings: &PREPARATORY, ..shown("preparatory", &[]) },
    Step { hearings: &["juicio", "audiencia_unica"], ..shown("trial", &[]) },
    shown("oral", &[ORAL]),
    shown("written", &WRITTEN),
    Step { by_then: &["appeal_taken_up"], ..shown("appeal", &["appeal_filed"]) },
    shown(AFTER_OPTIONAL, &["appeal_ruling_notified"]),
    Step { by_then: &["cassation_taken_up"], ..shown("cassation", &["cassation_filed"]) },
    shown(FINAL, &[]),
];

/// A step that these events show.
const fn shown(name: &'static str, events: &'static [&'static str]) -> Step {
    Step { name, events, by_then: &[], hearings: &[] }
}

/// The place of a step among all.
pub fn place(name: &str) -> Option<usize> {
    STEPS.iter().position(|step| step.name == name)
}

/// Whether a case need not take a step: an appeal, a cassation.
pub fn is_optional(name: &str) -> bool {
    OPTIONAL.contains(&name)
}

/// Whether a case may come to its end without a step.
pub fn need_not_come(name: &str) -> bool {
    is_optional(name) || name == AFTER_OPTIONAL
}

/// When a step was taken.
#[derive(Debug, Clone)]
struct Taken {
    date: Date,
    entry: Option<EntryKey>,
    /// Whether it had been taken by that day, and nothing shows when.
    is_by_then: bool,
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

/// The steps that were taken.
pub fn taken(view: &View<'_>) -> Vec<StepTaken> {
    let taken = |(step, at): (&Step, &At)| {
        let Taken { date, is_by_then, .. } = at.taken()?;
        Some(StepTaken { step: step.name, date: *date, is_by_then: *is_by_then })
    };
    STEPS.iter().zip(&walk(view)).filter_map(taken).collect()
}

/// When each step was first taken, none before the steps that come before it.
fn walk(view: &View<'_>) -> Vec<At> {
    let mut floor = Date::MIN;
    let mut steps = Vec::with_capacity(STEPS.len());
    for step in &STEPS {
        let dates = if step.name == FINAL {
            view.ended().map(|ended| Taken { date: ended.date, entry: ended.entry.clone(), is_by_then: false }).into_iter().collect()
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
    let mut dates: Vec<Taken> = found.into_iter().map(|found| taken_on(found, false)).collect();
    dates.extend(view.happened(step.by_then).into_iter().map(|found| taken_on(found, true)));
    // Of one day the filing itself comes before what takes it up.
    dates.sort_by(|a, b| (a.date, a.is_by_then, &a.entry).cmp(&(b.date, b.is_by_then, &b.entry)));
    dates
}

fn taken_on(found: &Found, is_by_then: bool) -> Taken {
    Taken { date: found.date, entry: found.entry.clone(), is_by_then }
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
                if step.name != FINAL || !is_optional(to.name) {
                    figure.value = Value::Unknown;
                    let caveat = if step.name == FINAL { Caveat::EndedBefore } else { Caveat::NotObserved };
                    figure.caution(caveat, true);
                    figure.span = Some((taken.date, end.date));
                    figure.entries = taken.entry.iter().chain(&end.entry).cloned().collect();
                }
                all.push(between(view, &whole, taken, end));
            }
            (Some(taken), None) if !is_optional(to.name) => figure = open(view, Measure::Stage, &part, taken),
            (None, Some((step, _))) if step.name != FINAL || !need_not_come(from.name) => {
                figure.value = Value::Unknown;
                figure.caution(Caveat::NotObserved, true);
            }
            // Nobody need appeal, and without an appeal there is no ruling on it.
            _ => {}
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
    figure.caution(Caveat::TakenByThen, from.is_by_then || to.is_by_then);
    figure
}

fn open(view: &View<'_>, measure: Measure, part: &str, from: &Taken) -> Figure {
    let until = view.horizon().max(from.date);
    let mut figure = Figure::new(measure, part, Value::Open(view.days(from.date, until)));
    (figure.n, figure.span, figure.entries) = (1, Some((from.date, until)), from.entry.iter().cloned().collect());
    figure.caution(Caveat::TakenByThen, from.is_by_then);
    figure.caution(Caveat::EndedBefore, view.ended().is_some());
    view.blind(&mut figure);
    figure
}

fn oral_to_written(view: &View<'_>) -> Vec<Figure> {
    let oral = view.happened(&[ORAL]).into_iter().map(|found| (found, false));
    let written = view.happened(&WRITTEN).into_iter().map(|found| (found, true));
    let mut events: Vec<(&Found, bool)> = oral.chain(written).collect();
    // Of one day the decision comes before the ruling that writes it down.
    events.sort_by_key(|(found, is_written)| (found.date, *is_written, found.entry.clone()));
    let is_told_by_ruling =
        |oral: &Found| oral.entry.is_some() && events.iter().any(|(found, is_written)| *is_written && found.entry == oral.entry);
    let heard = view.happened(&[HELD, SUSPENDED]);
    let (mut all, mut waiting): (Vec<Figure>, Option<&Found>) = (Vec::new(), None);
    for (found, is_written) in &events {
        match waiting {
            Some(oral) if *is_written => {
                let figure = between(view, "all", &taken_on(oral, false), &taken_on(found, false));
                all.push(Figure { measure: Measure::OralToWritten, ..figure });
                waiting = None;
            }
            // As the clocks have it: a text that tells of an announced decision is no other decision.
            Some(oral) if is_told_by_ruling(found) || !is_another_decision(&heard, oral, found) => {}
            _ if *is_written => {}
            _ => waiting = Some(found),
        }
    }
    let waiting = waiting.map(|oral| taken_on(oral, false));
    all.extend(waiting.map(|oral| open(view, Measure::OralToWritten, "all", &oral)));
    if all.is_empty() {
        all.push(Figure::new(Measure::OralToWritten, "all", Value::NotBegun));
    }
    all
}
