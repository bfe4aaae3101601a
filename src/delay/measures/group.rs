//! M20 and the medians of many cases: how long a stage takes in a group, and where one case stands in it.
//!
//! For whoever compares cases of one court, type and stage; the caller says which belong together, and reckons all as of one moment.
//! Cases that are still open count as such (`domain.md` B4.1), until the day on which they were last read: what was not read is no delay. There is no
//! mean and no median of the completed ones alone. A stage that was over because its case ended is an end of another kind, which competes with the
//! one that is asked for (B4.4): it is no event, and the curve is then one minus the incidence of Aalen and Johansen.

use jiff::civil::Date;

use crate::delay::survival::incidence::Incidence;
use crate::delay::survival::kaplan_meier::{Curve, Position};
use crate::delay::survival::observation::{Cause, Observation, Outcome};
use crate::delay::survival::quantile::Quantile;
use crate::domain::caveat::Caveat;
use crate::domain::figure::{Figure, Figures, StepTaken, Value};
use crate::domain::measure::Measure;

use super::stages::{FINAL, is_optional, need_not_come, place};
use super::study::apart;

/// What is asked for came.
const REACHED: Cause = Cause(0);
/// The case ended without it.
const OTHERWISE: Cause = Cause(1);

/// A case of a group.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// What was measured of it.
    pub figures: &'a Figures,
    /// Its number in the group: figures of one case are not independent.
    pub case: u64,
    /// The day on which it came to be watched, where it was chosen because it was slow; it then counts only from that day on
    /// (`domain.md` B4.3). `None` where it was not chosen for its length and its docket reaches back to the start.
    pub chosen: Option<Date>,
}

/// How long one stage takes in a group.
#[derive(Debug, Clone)]
pub struct Pace {
    measure: Measure,
    part: String,
    observations: Vec<Observation>,
    /// Whose each of them is, by the place of the member.
    whose: Vec<usize>,
    curve: Curve,
    median: Quantile,
    competing: usize,
    left_out: usize,
}

/// What a case says of a stage.
enum Said {
    /// It did not begin it.
    Nothing,
    /// It began, and when it began or ended is not known, or nothing is known of the days after.
    LeftOut,
    /// So long.
    Is(Observation),
}

impl Pace {
    /// Of one part of M05, such as `charges_to_trial`: from any of its steps to any later one, whichever between them are observed; or of the
    /// figures of one part of another measure, such as `all` of M16. A step that need not come (appeal, cassation) is no end to wait for: a
    /// curve of those that came would be one of completed ones only, so that there is nothing of such a part.
    pub fn of(members: &[Member<'_>], measure: Measure, part: &str) -> Self {
        let (mut observations, mut whose, mut left_out) = (Vec::new(), Vec::new(), 0);
        let mut take = |place: usize, said: Said| match said {
            Said::Nothing => {}
            Said::LeftOut => left_out += 1,
            Said::Is(observation) => {
                observations.push(observation);
                whose.push(place);
            }
        };
        let ends = part.split_once("_to_").filter(|_| measure == Measure::Stage);
        for (place, member) in members.iter().enumerate() {
            match ends {
                Some((from, to)) => take(place, stage(member, from, to)),
                None => {
                    member.figures.of(measure).filter(|figure| figure.part == part).for_each(|figure| take(place, measured(member, figure)))
                }
            }
        }
        let competing = observations.iter().filter(|one: &&Observation| one.cause() == Some(OTHERWISE)).count();
        let curve = if competing == 0 { Curve::of(&observations) } else { Incidence::of(&observations).without(REACHED) };
        let observations = observations.into_iter().map(for_comparing).collect();
        let median = curve.percentile(50);
        Self { measure, part: part.to_owned(), observations, whose, curve, median, competing, left_out }
    }

    /// What it rests on, in the order of the members, for comparing groups: a case that ended otherwise counts as no longer watched, as a
    /// test of the pace of one ending takes it.
    pub fn observations(&self) -> &[Observation] {
        &self.observations
    }

    /// What it rests on as points: the member by its place, the days for which it was watched, and whether it came to the end of the stage.
    pub fn points(&self) -> impl Iterator<Item = (usize, f64, bool)> + '_ {
        self.whose.iter().zip(&self.observations).map(|(place, one)| (*place, one.exit(), one.cause().is_some()))
    }

    /// The share that has not come to the end of the stage, with what it rests on: Kaplan–Meier, or one minus the incidence where some cases
    /// ended otherwise. Its events are those of this end.
    pub fn curve(&self) -> &Curve {
        &self.curve
    }

    /// How many cases ended otherwise.
    pub fn competing(&self) -> usize {
        self.competing
    }

    /// The median: not said of too few, and beyond the longest that was watched where it was not reached.
    pub fn median(&self) -> Figure {
        let counts = self.curve.counts;
        let median =
            |at, beyond, lower, upper| Value::Median { at, beyond, lower, upper, events: counts.events, censored: counts.censored };
        let quantile = self.median;
        let value = match quantile {
            Quantile::Suppressed { .. } | Quantile::Unstable { .. } => Value::Unknown,
            Quantile::Reached { at, lower, upper } => median(Some(at), None, lower, upper),
            Quantile::NotReached { beyond, lower } => median(None, Some(beyond), lower, None),
        };
        self.figure(self.measure, value, matches!(quantile, Quantile::Unstable { .. }))
    }

    /// Where a duration of the same part stands. One that is open is slower than the share `sooner` already; nothing is said of one that is open
    /// and was not read today, because its days since then are not known to be its own.
    pub fn percentile(&self, own: &Figure) -> Figure {
        let is_unread = own.limits.iter().any(|limit| limit.caveat == Caveat::NotRead);
        let (days, is_open) = match own.value {
            Value::Days(days) => (Some(number(days.calendar)), false),
            Value::Open(days) if !is_unread => (Some(number(days.calendar)), true),
            _ => (None, false),
        };
        let position = days.map(|days| self.curve.position(days));
        let value = match position {
            None | Some(Position::Suppressed { .. } | Position::Unstable { .. }) => Value::Unknown,
            Some(Position::Known { sooner, by_then }) => Value::Position { sooner, by_then: (!is_open).then_some(by_then) },
            Some(Position::Beyond { at_least }) => Value::Position { sooner: at_least, by_then: None },
        };
        let mut figure = self.figure(Measure::Percentile, value, matches!(position, Some(Position::Unstable { .. })));
        figure.caution(Caveat::NotRead, is_unread);
        (figure.span, figure.entries) = (own.span, own.entries.clone());
        figure
    }

    fn figure(&self, measure: Measure, value: Value, is_unstable: bool) -> Figure {
        let counts = self.curve.counts;
        let mut figure = Figure { n: counts.observations, ..Figure::new(measure, &self.part, value) };
        figure.caution(Caveat::TooFew, matches!(self.median, Quantile::Suppressed { .. }));
        figure.caution(Caveat::FewAtRisk, is_unstable);
        figure.limit(Caveat::EndedOtherwise, self.competing);
        figure.limit(Caveat::LeftOut, self.left_out);
        figure
    }
}

/// Days as a number to reckon with; those of a figure are far below what is exact.
fn number(days: i64) -> f64 {
    i32::try_from(days).map_or(f64::INFINITY, f64::from)
}

/// From one step to another, whichever between them are observed.
fn stage(member: &Member<'_>, from: &str, to: &str) -> Said {
    let (Some(begin), Some(end)) = (place(from), place(to)) else { return Said::Nothing };
    let steps = &member.figures.steps;
    let taken = |name: &str| steps.iter().find(|taken| taken.step == name);
    let is_later = |taken: &&StepTaken, than: usize| place(taken.step).is_some_and(|at| at > than);
    if is_optional(to) {
        return Said::Nothing;
    }
    let Some(start) = taken(from) else {
        // That the case went on shows that it began; its end alone does not show that it came to a step that need not come.
        let went_on = steps.iter().any(|taken| is_later(&taken, begin) && (taken.step != FINAL || !need_not_come(from)));
        return if went_on { Said::LeftOut } else { Said::Nothing };
    };
    let last = taken(FINAL).map(|taken| taken.date);
    match taken(to) {
        _ if start.is_by_then => Said::LeftOut,
        Some(reached) if !reached.is_by_then => entered(member, start.date, reached.date, Outcome::Event(REACHED)),
        Some(_) => Said::LeftOut,
        // A later step shows that this one was taken, and not when.
        None if steps.iter().any(|taken| is_later(&taken, end) && taken.step != FINAL) => Said::LeftOut,
        None => match last {
            Some(last) => entered(member, start.date, last, Outcome::Event(OTHERWISE)),
            None => open(member, start.date),
        },
    }
}

/// A figure of its own.
fn measured(member: &Member<'_>, figure: &Figure) -> Said {
    let was_cut = figure.limits.iter().any(|limit| limit.caveat == Caveat::EndedBefore);
    match (&figure.value, figure.span) {
        (Value::NotBegun, _) => Said::Nothing,
        (Value::Days(_), Some((from, to))) => entered(member, from, to, Outcome::Event(REACHED)),
        (Value::Open(_) | Value::Unknown, Some((from, to))) if was_cut => entered(member, from, to, Outcome::Event(OTHERWISE)),
        (Value::Open(_), Some((from, _))) => open(member, from),
        _ => Said::LeftOut,
    }
}

/// Open until the case was last read; a day on which it began says nothing of how long it takes.
fn open(member: &Member<'_>, from: Date) -> Said {
    let until = member.figures.read_day.map(|read| read.min(member.figures.day)).filter(|until| *until > from);
    until.map_or(Said::LeftOut, |until| entered(member, from, until, Outcome::Censored))
}

/// So long, from the day on which the case came to be watched; left out where it was over, or last read, before.
fn entered(member: &Member<'_>, from: Date, to: Date, outcome: Outcome) -> Said {
    let Ok(observation) = Observation::new(number(apart(from, to)), outcome) else { return Said::LeftOut };
    let observation = observation.in_case(member.case);
    match member.chosen.map(|chosen| apart(from, chosen)).filter(|before| *before > 0) {
        Some(before) => observation.entered(number(before)).map_or(Said::LeftOut, Said::Is),
        None => Said::Is(observation),
    }
}

/// An observation as a test of one ending takes it.
fn for_comparing(observation: Observation) -> Observation {
    if observation.cause() == Some(OTHERWISE) { observation.censored() } else { observation }
}

/// How many settings a hearing that began took in the whole group: the one mean that is given, with how many it is over.
pub fn settings_per_hearing(members: &[Member<'_>]) -> Figure {
    let part = "settings_per_hearing";
    let (mut all, mut over) = (0, 0);
    for figure in members.iter().filter_map(|member| member.figures.get(Measure::DateCertainty, part)) {
        if let Value::Mean { sum, n } = figure.value {
            (all, over) = (all + sum, over + n);
        }
    }
    Figure { n: over, ..Figure::new(Measure::DateCertainty, part, Value::Mean { sum: all, n: over }) }
}
