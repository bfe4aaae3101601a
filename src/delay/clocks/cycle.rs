//! From one start to the next: which events of a case belong to a clock, and for whom.
//!
//! Used by [`engine`](super::engine). A rule may run several times in a case: a sentence of the first instance and one of the appeal.
//! Starts that follow each other with no end between them are one run, of which the rule takes the first or the last.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::clocks::{How, Part, Subject, Unit};
use crate::domain::docket::EntryKey;

use super::found::{Found, HELD, SUSPENDED, Story, is_another_decision};
use super::person::Whom;
use super::rule::{Rule, Step, Which};

/// For whom or what a rule is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// The case.
    Case,
    /// A person, by its place; `None` where the docket names nobody.
    Person(Option<usize>),
    /// A hearing, by its place.
    Hearing(usize),
    /// A petition, by its entry.
    Petition(EntryKey),
}

/// One run of a rule.
#[derive(Debug)]
pub struct Cycle<'s> {
    /// What began it.
    pub start: &'s Found,
    /// What ends it by the first reading of what does.
    pub stop: Option<Stop<'s>>,
    /// What ends it by the second.
    pub alt_stop: Option<Stop<'s>>,
    /// What made it stand still and go on.
    pub turns: Vec<(Part, &'s Found)>,
    /// From which day to which it stood still.
    pub suspensions: Vec<(Date, Option<Date>)>,
    /// What may have made it longer.
    pub longer: Vec<&'s Found>,
    /// Whether it is unclear whom one of its events concerns.
    pub is_unclear: bool,
}

/// What ends a run.
#[derive(Debug, Clone, Copy)]
pub struct Stop<'s> {
    /// The event.
    pub found: &'s Found,
    /// Whether it shows only that the end had come by then.
    pub by_then: bool,
}

/// An event that a rule takes up, and how.
#[derive(Debug, Clone, Copy)]
struct Taken<'s> {
    found: &'s Found,
    touch: Touch,
    by_then: bool,
}

/// Whether an event concerns a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Touch {
    No,
    Yes,
    Unclear,
}

impl Sight {
    /// All for which a rule counts in a case.
    pub fn all(rule: &Rule, story: &Story) -> Vec<Self> {
        match rule.unit {
            Unit::Case => vec![Self::Case],
            Unit::Person if story.persons.is_empty() => vec![Self::Person(None)],
            Unit::Person => (0..story.persons.len()).map(|at| Self::Person(Some(at))).collect(),
            Unit::Hearing => {
                let fits = |kind: &Option<String>| {
                    rule.hearing_type.is_empty() || kind.as_ref().is_some_and(|kind| rule.hearing_type.contains(kind))
                };
                let fitting = story.hearings.iter().enumerate().filter(|(_, hearing)| fits(&hearing.kind));
                fitting.map(|(at, _)| Self::Hearing(at)).collect()
            }
            Unit::Petition => {
                let started = story.events.iter().filter(|found| found.event == rule.start.step.event);
                started.filter_map(|found| found.entry.clone()).map(Self::Petition).collect()
            }
        }
    }

    /// The subject of its clocks.
    pub fn subject(&self, story: &Story) -> Subject {
        match self {
            Self::Case => Subject::Case,
            Self::Person(at) => Subject::Person(at.and_then(|at| story.persons.name(at)).map(str::to_owned)),
            Self::Hearing(at) => {
                let hearing = story.hearings.get(*at);
                let kind = hearing.and_then(|hearing| hearing.kind.clone());
                Subject::Hearing { kind, set_by: hearing.and_then(|hearing| hearing.set_by.clone()) }
            }
            Self::Petition(key) => Subject::Petition(key.clone()),
        }
    }

    /// Whether something shows that the time of a rule began, though nothing shows when: what ends it, or makes it stand still.
    pub fn is_under_way(&self, rule: &Rule, story: &Story, today: Date) -> bool {
        let later = [&rule.stop, &rule.alt_stop, &rule.suspend_on, &rule.resume_on]
            .into_iter()
            .flatten()
            .chain(rule.extend.iter().map(|extend| &extend.step));
        let steps: Vec<&Step> = later.collect();
        let shown = |found: &&Found| found.date <= today && steps.iter().any(|step| self.touches(step, found, story, false) != Touch::No);
        story.events.iter().any(|found| shown(&found))
    }

    fn touches(&self, step: &Step, found: &Found, story: &Story, is_start: bool) -> Touch {
        if step.event != found.event || !is_of_type(step, found, story) {
            return Touch::No;
        }
        match self {
            Self::Case | Self::Person(None) => Touch::Yes,
            Self::Petition(key) if is_start => {
                if found.entry.as_ref() == Some(key) {
                    Touch::Yes
                } else {
                    Touch::No
                }
            }
            Self::Petition(_) => Touch::Yes,
            // An event of no hearing, such as a pinned one, may be of any of this kind.
            Self::Hearing(at) => match found.hearing {
                Some(hearing) if hearing != *at => Touch::No,
                None if is_start => Touch::No,
                _ => Touch::Yes,
            },
            Self::Person(Some(at)) => match &found.whom {
                Whom::Everybody if step.per_person && found.how != How::Operator && story.persons.len() > 1 => Touch::Unclear,
                Whom::Everybody => Touch::Yes,
                Whom::These(places) => {
                    if places.contains(at) {
                        Touch::Yes
                    } else {
                        Touch::No
                    }
                }
                Whom::Unclear(places) => {
                    if places.contains(at) {
                        Touch::Unclear
                    } else {
                        Touch::No
                    }
                }
            },
        }
    }
}

fn is_of_type(step: &Step, found: &Found, story: &Story) -> bool {
    let kind = || found.hearing.and_then(|at| story.hearings.get(at)).and_then(|hearing| hearing.kind.as_ref());
    step.hearing_type.is_empty() || found.hearing.is_none() || kind().is_some_and(|kind| step.hearing_type.contains(kind))
}

/// What a rule may take up of what happened, as far as it is known at a moment: the events that it names, and the hearings that tell one
/// start from another.
pub fn known<'s>(rule: &Rule, story: &'s Story, today: Date, now: Timestamp) -> Vec<&'s Found> {
    let named: HashSet<&str> = rule.steps().iter().map(|step| step.event.as_str()).chain([HELD, SUSPENDED]).collect();
    let is_known = |found: &&Found| found.date <= today && found.at.is_none_or(|at| at <= now) && named.contains(found.event.as_str());
    story.events.iter().filter(is_known).collect()
}

/// The runs of a rule for one subject, oldest first, as far as they are known on a day.
///
/// `known` is what [`known`] gives for the rule.
pub fn cycles<'s>(rule: &Rule, sight: &Sight, story: &'s Story, known: &[&'s Found]) -> Vec<Cycle<'s>> {
    let pick = |steps: &[Step], is_start: bool| -> Vec<Taken<'s>> {
        let take = |found: &&'s Found| {
            let touches = |step: &Step| (sight.touches(step, found, story, is_start), step.by_then);
            let (touch, by_then) = steps.iter().map(touches).find(|(touch, _)| *touch != Touch::No)?;
            Some(Taken { found, touch, by_then })
        };
        known.iter().filter_map(take).collect()
    };
    let stops = pick(&rule.stop, false);
    let alt_stops = if rule.alt_stop.is_empty() { stops.clone() } else { pick(&rule.alt_stop, false) };
    // An event that may concern somebody else begins no time.
    let starts = pick(std::slice::from_ref(&rule.start.step), true);
    let starts: Vec<&Found> = starts.into_iter().filter(|taken| taken.touch == Touch::Yes).map(|taken| taken.found).collect();
    let extensions = rule.extend.as_ref().map(|extend| pick(std::slice::from_ref(&extend.step), false)).unwrap_or_default();
    let chosen = chosen(rule, &starts, &stops, known);
    let mut all = Vec::with_capacity(chosen.len());
    for (nth, start) in chosen.iter().copied().enumerate() {
        let next = chosen.get(nth + 1).filter(|_| rule.start.which != Which::Each).map(|next| next.date);
        let first = |stops: &[Taken<'s>]| {
            let in_run = |taken: &&Taken<'s>| {
                !std::ptr::eq(taken.found, start) && is_after(taken.found, start) && next.is_none_or(|next| taken.found.date <= next)
            };
            stops.iter().find(in_run).copied()
        };
        let ends = [first(&stops), first(&alt_stops)];
        let over = ends.iter().map(|end| end.map(|end| end.found.date)).collect::<Option<Vec<Date>>>();
        let last = over.and_then(|days| days.into_iter().max()).or(next);
        let inside = |found: &Found| found.date >= start.date && last.is_none_or(|last| found.date <= last);
        let [stop, alt_stop] = ends.map(|end| end.map(|taken| Stop { found: taken.found, by_then: taken.by_then }));
        let mut cycle = Cycle {
            start,
            stop,
            alt_stop,
            turns: Vec::new(),
            suspensions: Vec::new(),
            longer: extensions.iter().map(|taken| taken.found).filter(|found| inside(found)).collect(),
            is_unclear: ends.iter().flatten().any(|taken| taken.touch == Touch::Unclear),
        };
        cycle.turn(rule, known.iter().copied().filter(|found| inside(found)), |steps, found| {
            steps.iter().map(|step| sight.touches(step, found, story, false)).find(|touch| *touch != Touch::No).unwrap_or(Touch::No)
        });
        all.push(cycle);
    }
    all
}

/// The starts that count.
fn chosen<'s>(rule: &Rule, starts: &[&'s Found], stops: &[Taken<'s>], known: &[&Found]) -> Vec<&'s Found> {
    if rule.start.which == Which::Each {
        return starts.to_vec();
    }
    let is_ended = |from: &Found, to: &Found| stops.iter().any(|stop| is_after(stop.found, from) && !is_after(stop.found, to));
    let is_told_by_stop = |found: &Found| found.entry.is_some() && stops.iter().any(|stop| stop.found.entry == found.entry);
    let is_another = |from: &Found, to: &Found| !rule.start.after_hearing || is_another_decision(known, from, to);
    let mut chosen: Vec<&Found> = Vec::new();
    for start in starts {
        match chosen.last_mut() {
            Some(last) if !is_ended(last, start) => {
                // A written ruling that tells of the oral one is no other oral one.
                if rule.start.which == Which::Last && !is_told_by_stop(start) && is_another(last, start) {
                    *last = start;
                }
            }
            _ => chosen.push(start),
        }
    }
    chosen
}

/// Whether an event lies after the start of a time, or may: of one day the hours decide, where both are known.
fn is_after(found: &Found, start: &Found) -> bool {
    match (found.at, start.at) {
        _ if found.date != start.date => found.date > start.date,
        // When a hearing ended is not known to the hour; what it decided came with it.
        (Some(at), Some(began)) if start.event != HELD => at >= began,
        _ => true,
    }
}

impl<'s> Cycle<'s> {
    /// Takes up what makes it stand still and go on, in the order of days.
    fn turn(&mut self, rule: &Rule, events: impl Iterator<Item = &'s Found>, touches: impl Fn(&[Step], &Found) -> Touch) {
        for found in events {
            let is_open = self.suspensions.last().is_some_and(|(_, to)| to.is_none());
            match (touches(&rule.suspend_on, found), touches(&rule.resume_on, found)) {
                (Touch::Yes, _) if !is_open => {
                    self.suspensions.push((found.date, None));
                    self.turns.push((Part::Suspend, found));
                }
                (_, Touch::Yes) if is_open => {
                    if let Some((_, to)) = self.suspensions.last_mut() {
                        *to = Some(found.date);
                    }
                    self.turns.push((Part::Resume, found));
                }
                // It may concern somebody else: the time goes on, and nothing is told of it.
                (Touch::Unclear, _) | (_, Touch::Unclear) => self.is_unclear = true,
                _ => {}
            }
        }
    }
}
