//! The engine: rules and the story of a case give its clocks, as of one moment.
//!
//! Called by [`Rules::clocks`](super::Rules::clocks). A pure function: the same docket, rules, facts, pins and moment give the same
//! clocks. What it does not know it says; it assumes no start, and calls nothing a breach before every reading of the law does.

use jiff::Timestamp;
use jiff::civil::Date;

use crate::days::{Count, Cover, Scope};
use crate::domain::clocks::{BY_DAY, BY_RULE, Claim, Clock, Part, Pin, Rest, STOP_DAY, State, Subject, WHOM};
use crate::domain::fold::fold;
use crate::domain::id::Id;

use super::count::{Counting, days};
use super::cycle::{Cycle, Sight, cycles, known};
use super::found::{Found, Story};
use super::reading::{Reading, State as Standing};
use super::rule::{Measure, Rule, Span};
use super::{Look, milestone, say};

/// What all rules are applied to.
pub struct Bench<'a> {
    /// The case, the calendar, the moment.
    pub look: &'a Look<'a>,
    /// What happened.
    pub story: &'a Story,
    /// The court and the matter.
    pub scope: &'a Scope,
    /// The day of the moment, at the court.
    pub today: Date,
}

impl Bench<'_> {
    /// The clocks of one rule, of which all versions are given, oldest first. `lacking` says why it does not apply.
    pub fn clocks(&self, versions: &[&Rule], lacking: impl Fn(&Rule) -> Option<Vec<String>>) -> Vec<Clock> {
        let mut found = Vec::new();
        let now = versions.iter().rev().find(|rule| rule.is_in_force(self.today)).or(versions.last());
        for rule in versions {
            let unmet = lacking(rule);
            if unmet.is_some() {
                if now.is_some_and(|now| std::ptr::eq(*now, *rule)) {
                    found.push(Clock {
                        lacking: unmet.unwrap_or_default(),
                        pins: Vec::new(),
                        ..self.idle(rule, &Subject::Case, State::NotApplicable)
                    });
                }
                continue;
            }
            let known = known(rule, self.story, self.today, self.look.as_of);
            for sight in Sight::all(rule, self.story) {
                let all = cycles(rule, &sight, self.story, &known);
                let in_force = all.iter().filter(|cycle| rule.is_in_force(cycle.start.date));
                found.extend(in_force.map(|cycle| self.clock(rule, &sight, cycle)));
                if all.is_empty() && now.is_some_and(|now| std::ptr::eq(*now, *rule)) {
                    let began = rule.start.certain || sight.is_under_way(rule, self.story, self.today);
                    let state = if began { State::UnknownStart } else { State::NotStarted };
                    found.push(self.idle(rule, &sight.subject(self.story), state));
                }
            }
        }
        found
    }

    /// A clock that does not run.
    fn idle(&self, rule: &Rule, subject: &Subject, state: State) -> Clock {
        Clock {
            id: id(rule, subject, None),
            rule: rule.id.clone(),
            version: rule.version,
            title: rule.title.clone(),
            unit: rule.unit,
            subject: subject.clone(),
            state,
            claim: Claim::Observed,
            start: None,
            stop: None,
            due: None,
            due_at: None,
            due_alt: None,
            elapsed: None,
            elapsed_business: None,
            suspended_days: 0,
            late: None,
            late_alt: None,
            suspensions: Vec::new(),
            extended: 0,
            rests: Vec::new(),
            pins: self.pins(rule),
            lacking: Vec::new(),
            doubts: Vec::new(),
            milestones: Vec::new(),
            confidence: rule.confidence,
            severity: rule.severity,
            basis: rule.basis.clone(),
            sources: rule.sources.clone(),
            verify: rule.verify.clone(),
            message: None,
            calendar: self.look.calendar.version(),
        }
    }

    fn clock(&self, rule: &Rule, sight: &Sight, cycle: &Cycle<'_>) -> Clock {
        let subject = sight.subject(self.story);
        let start = cycle.start;
        let counting = Counting { calendar: self.look.calendar, scope: self.scope, suspensions: &cycle.suspensions, rule };
        let mut clock = self.idle(rule, &subject, State::Running);
        clock.id = id(rule, &subject, Some(start.date));
        clock.start = Some(start.date);
        clock.suspensions = cycle.suspensions.clone();
        let began = start.over.filter(|_| rule.duration.measure == Measure::Hours);
        let mut readings = vec![Reading::new(&counting, cycle, rule.duration, began, false)];
        if rule.alt_duration.is_some() || !rule.alt_stop.is_empty() {
            readings.push(Reading::new(&counting, cycle, rule.alt_duration.unwrap_or(rule.duration), began, true));
        }
        let Some(first) = readings.first() else { return clock };
        let second = readings.get(1);
        clock.due = first.due;
        clock.due_at = first.due_at;
        clock.due_alt = second.and_then(|second| second.due);
        clock.extended = first.extended;
        let end = [Some(first), second].into_iter().flatten().filter_map(|reading| reading.stop.map(|stop| stop.found.date));
        clock.stop = end.min();
        let judged = |reading: &Reading<'_>| reading.judge(self.today, self.look.as_of);
        let states: Vec<Standing> = readings.iter().map(judged).collect();
        clock.late = states.first().and_then(|state| state.late);
        clock.late_alt = second.and(states.get(1)).and_then(|state| state.late);
        clock.milestones = milestone::of(rule, &clock, &readings, &self.look.zone);
        clock.state = self.state(&clock, &states);
        let until = readings.iter().filter_map(|reading| reading.stop.map(|stop| stop.found.date)).max();
        let until = if clock.state.is_met() { until.unwrap_or(self.today) } else { self.today };
        clock.elapsed = days(start.date, until).map(i64::from);
        clock.elapsed_business = Some(self.look.calendar.business_between(start.date, until, self.scope));
        clock.suspended_days = counting.suspended(start.date, until);
        clock.rests = rests(cycle, &readings);
        self.doubt(&mut clock, rule, cycle, &readings);
        clock.claim = self.claim(&clock);
        clock.message = rule.message.as_ref().filter(|_| clock.state.is_open()).map(|words| say::filled(words, &clock));
        clock
    }

    /// The state that both readings give together.
    fn state(&self, clock: &Clock, states: &[Standing]) -> State {
        let all = |test: fn(&Standing) -> bool| states.iter().all(test);
        let any = |test: fn(&Standing) -> bool| states.iter().any(test);
        match () {
            () if all(|state| state.is_done) && all(|state| state.is_over) => State::MetLate,
            () if all(|state| state.is_done) => State::Met,
            () if all(|state| state.is_over) => State::Breach,
            () if any(|state| state.is_over) => State::PossibleBreach,
            () if any(|state| state.is_still) => State::Suspended,
            () => {
                let is_near = clock.milestones.iter().any(|milestone| !milestone.is_breach && milestone.at <= self.look.as_of);
                if is_near { State::Warning } else { State::Running }
            }
        }
    }

    fn doubt(&self, clock: &mut Clock, rule: &Rule, cycle: &Cycle<'_>, readings: &[Reading<'_>]) {
        if cycle.is_unclear {
            clock.doubts.push(WHOM);
        }
        if rule.duration.measure == Measure::Hours && readings.iter().any(|reading| reading.is_by_day()) {
            clock.doubts.push(BY_DAY);
        }
        if readings.iter().any(|reading| reading.stop.is_some_and(|stop| stop.by_then)) {
            clock.doubts.push(STOP_DAY);
        }
        let (calendar, last) = (self.look.calendar, clock.due.max(clock.due_alt));
        let is_unsure = |span: Span| {
            let Some(last) = last else { return false };
            let is_business = span.measure == Measure::BusinessDays;
            let count = if is_business { Count::Termino } else { Count::Plazo };
            (is_business && calendar.covers(last) != Cover::Published)
                || !calendar.doubts(cycle.start.date, last, self.scope, count).is_empty()
        };
        if [Some(rule.duration), rule.alt_duration].into_iter().flatten().any(is_unsure) {
            clock.doubts.push(BY_RULE);
        }
    }

    /// Whether "it is not observed" can be said: the case was read since the last moment of which the state speaks.
    fn claim(&self, clock: &Clock) -> Claim {
        if clock.state.is_met() {
            return Claim::Observed;
        }
        let last = clock.milestones.iter().map(|milestone| milestone.at).filter(|at| *at <= self.look.as_of).max();
        match (self.look.read, last) {
            (Some(read), Some(last)) if read < last => Claim::Blind { since: Some(read) },
            (None, _) => Claim::Blind { since: None },
            _ => Claim::Observed,
        }
    }

    fn pins(&self, rule: &Rule) -> Vec<Pin> {
        let steps = rule.steps();
        self.look.pins.iter().filter(|pin| steps.iter().any(|step| step.event == pin.event)).cloned().collect()
    }
}

/// The events that a clock rests on, by day.
fn rests(cycle: &Cycle<'_>, readings: &[Reading<'_>]) -> Vec<Rest> {
    let rest = |part: Part, found: &Found| Rest {
        part,
        event: found.event.clone(),
        date: found.date,
        at: found.at,
        entry: found.entry.clone(),
        how: found.how,
    };
    let mut all = vec![rest(Part::Start, cycle.start)];
    all.extend(cycle.turns.iter().map(|(part, found)| rest(*part, found)));
    let extensions = readings.iter().flat_map(|reading| &reading.extensions).map(|found| rest(Part::Extend, found));
    all.extend(extensions);
    all.extend(readings.iter().filter_map(|reading| reading.stop).map(|stop| rest(Part::Stop, stop.found)));
    all.sort_by_key(|rest| (rest.date, rest.part));
    all.dedup();
    all
}

/// The same for the same rule in whichever version, subject and start, so that a corrected rule tells nothing again. Names go in only as part of what is hashed.
pub fn id(rule: &Rule, subject: &Subject, start: Option<Date>) -> Id {
    let subject = match subject {
        Subject::Case => "case".to_owned(),
        Subject::Person(name) => {
            // In whatever order a court writes it.
            let name = name.as_deref().map(fold).unwrap_or_default();
            let mut words: Vec<&str> = name.split_whitespace().collect();
            words.sort_unstable();
            format!("person {}", words.join(" "))
        }
        Subject::Hearing { kind, set_by } => {
            format!("hearing {} {}", set_by.as_ref().map_or("", |key| key.0.as_str()), kind.as_deref().unwrap_or_default())
        }
        Subject::Petition(key) => format!("petition {}", key.0),
    };
    let start = start.map(|day| day.to_string()).unwrap_or_default();
    Id::derive(&[b"clock", rule.id.as_bytes(), subject.as_bytes(), start.as_bytes()])
}

/// A moment and its day belong together; this is the day.
pub fn day_of(at: Timestamp, zone: &jiff::tz::TimeZone) -> Date {
    at.to_zoned_datetime(zone.clone()).date()
}
