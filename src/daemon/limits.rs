//! Time limits of the law that are nearly over, are over, or were met after that was told.
//!
//! Asked by [`matter`](super::matter) whenever it looks at a case, and for its clocks by `answers`. Each moment of a clock is one event whose
//! id follows from rule, subject, start and moment, so that asking again tells nothing twice; of several that have come only the last is told. What
//! came before the case was watched is no news, nor is what came long ago and was there already.

use std::collections::HashMap;
use std::time::Duration;

use jiff::{Timestamp, ToSpan};

use super::matter::Member;
use crate::config::Config;
use crate::days::Scope;
use crate::delay::clocks::Look;
use crate::delay::clocks::readings::Readings;
use crate::domain::case::{CaseRef, Watch};
use crate::domain::clock_news::{ClockNews, is_of_clocks};
use crate::domain::clocks::{self, Claim, Clock, Milestone, State, Subject, WHOM};
use crate::domain::diff::{MissingParts, Part};
use crate::domain::docket::Docket;
use crate::domain::event::{Event, EventKind, Severity};
use crate::domain::id::Id;
use crate::meaning::calendar;
use crate::store::Store;
use crate::store::error::StoreError;

/// What came longer ago is told only when an entry on which it rests appeared since: the first look of a new veedor at an old store tells no history.
const NEWS_DAYS: i64 = 45;

/// The moment at which a clock is met.
const MET: &str = "met";

/// How soon a case is looked at again of which something would be told had it been read since.
const WHEN_READ: Duration = Duration::from_secs(15 * 60);

/// What is due of time limits.
#[derive(Debug, Default)]
pub(super) struct Limits {
    /// What is to be told, and when it came where time alone brought it; some of it may have been told before.
    pub events: Vec<(Event, Option<Timestamp>)>,
    /// Where the same clock runs at linked cases: the event, and under which ids it may have been told there.
    pub joint: HashMap<Id, Vec<(CaseRef, Id)>>,
    /// When the next moment comes.
    pub next: Option<Timestamp>,
}

/// The clocks of a case as of a moment, by what the entries of its docket say; `read` is when it was last read.
pub(super) fn clocks_of(
    config: &Config,
    watch: &Watch,
    (docket, readings): (&Docket, &Readings),
    read: Option<Timestamp>,
    now: Timestamp,
) -> Vec<Clock> {
    let Some(source) = config.source_of(&watch.case) else { return Vec::new() };
    let recipe = &source.recipe;
    let court = watch.number.parts.get("court").map(str::to_owned);
    config.rules_of(&watch.case).clocks(&Look {
        docket,
        readings,
        meaning: &config.meaning_of(recipe),
        zone: recipe.zone_of(&watch.number),
        calendar: &config.calendar_of(&watch.case),
        scope: Scope { place: court, ..Scope::default() },
        facts: &watch.facts,
        pins: &watch.pins,
        as_of: now,
        read,
    })
}

/// What is due of a case, beside the cases with which it is linked: what ends a time at one of them ends it at all.
pub(super) fn due(
    store: &Store,
    config: &Config,
    (member, others): (&Member<'_>, &[&Member<'_>]),
    calendar: &calendar::Calendar<'_>,
    now: Timestamp,
) -> Result<Limits, StoreError> {
    let of = |member: &Member<'_>| clocks_of(config, member.watch, (&member.docket, &member.readings), Some(member.read_at), now);
    let clocks = of(member);
    let mut limits = Limits::default();
    if clocks.iter().all(|clock| clock.start.is_none()) {
        return Ok(limits);
    }
    let theirs: Vec<(&CaseRef, Vec<Clock>)> = others.iter().map(|other| (&other.watch.case, of(other))).collect();
    // One event that does not read back is no reason to be silent about the case.
    let all = match store.case_events(member.cid) {
        Err(StoreError::Damaged(_)) => Vec::new(),
        all => all?,
    };
    let of_clocks = all.iter().filter(|event| is_of_clocks(event.kind));
    let told_before: Vec<(&Event, ClockNews)> = of_clocks.filter_map(|event| Some((event, ClockNews::of(event)?))).collect();
    let names = names(store, member, &clocks)?;
    for clock in &clocks {
        let coming = clock.milestones.iter().map(|milestone| milestone.at).filter(|at| *at > now).min();
        limits.next = [limits.next, coming.filter(|_| clock.state.is_open())].into_iter().flatten().min();
        let before: Vec<&(&Event, ClockNews)> =
            told_before.iter().filter(|(_, news)| news.id == clock.id || news.is_of_shorter_name(clock, &names)).collect();
        // A name that a court completes makes another clock of the same time; what was told under the shorter one is not told again.
        let was_told = |moment: &str, kind: EventKind| {
            before
                .iter()
                .any(|(event, news)| news.id != clock.id && event.id == Event::id_of(&event.case, 0, &subject(news.id, moment), kind))
        };
        if clock.state.is_met() {
            // Whoever was told that it is late hears how it ended; what was in time all along is no news of its own. It rests on an entry, and
            // waits for no clock.
            if !before.is_empty() && !clock.doubts.contains(&WHOM) && !was_told(MET, EventKind::ClockMet) {
                let event = news(member, calendar, clock, (EventKind::ClockMet, Severity::Notice), MET);
                limits.events.extend(event.map(|event| (event, None)));
            }
            continue;
        }
        let Some(milestone) = clock.milestones.iter().filter(|milestone| milestone.at <= now).max_by_key(|milestone| milestone.at) else {
            continue;
        };
        if matches!(clock.claim, Claim::Blind { .. }) && matches!(clock.state, State::Warning | State::Breach) {
            limits.next = Some(limits.next.map_or(now + WHEN_READ, |next| next.min(now + WHEN_READ)));
        }
        let is_met_elsewhere = theirs.iter().any(|(_, clocks)| clocks.iter().any(|other| ends_it(clock, other)));
        if !clock.is_alertable() || is_met_elsewhere || milestone.at <= calendar.watched_since {
            continue;
        }
        let since = now.checked_sub((NEWS_DAYS * 24).hours()).unwrap_or(Timestamp::MIN);
        let rests_on = |event: &Event| {
            let entry = event.entry.as_ref().map(|entry| &entry.key);
            event.seen_at >= since
                && !is_of_clocks(event.kind)
                && clock.rests.iter().any(|rest| rest.entry.is_some() && rest.entry.as_ref() == entry)
        };
        if milestone.at < since && !all.iter().any(rests_on) {
            continue;
        }
        let told = loudness(clock, milestone);
        // What was told under a last day that has moved since, before this moment came, is another piece of news.
        let has_moved =
            |(event, news): &&(&Event, ClockNews)| event.kind == told.0 && news.due != clock.due && event.seen_at < milestone.at;
        let moment = match clock.due.filter(|_| before.iter().any(has_moved)) {
            Some(due) => format!("{} {due}", milestone.offset),
            None => milestone.offset.clone(),
        };
        if was_told(&moment, told.0) {
            continue;
        }
        let Some(event) = news(member, calendar, clock, told, &moment) else { continue };
        let same = theirs.iter().filter(|(_, clocks)| clocks.iter().any(|other| other.id == clock.id && other.state.is_open()));
        let there: Vec<(CaseRef, Id)> =
            same.map(|(case, _)| ((*case).clone(), Event::id_of(case, 0, &subject(clock.id, &moment), told.0))).collect();
        if !there.is_empty() {
            limits.joint.insert(event.id, there);
        }
        limits.events.push((event, Some(milestone.at)));
    }
    Ok(limits)
}

/// Whether what ends a time at a linked case, which this is a clock of, ends this one.
pub(super) fn ends_it(clock: &Clock, other: &Clock) -> bool {
    other.rule == clock.rule && other.subject == clock.subject && other.state.is_met() && other.stop >= clock.start
}

/// What a moment of a clock is told as: a breach as loud as its rule says, a warning a step below and at least as a notice of what is urgent.
fn loudness(clock: &Clock, milestone: &Milestone) -> (EventKind, Severity) {
    if milestone.is_breach {
        return (EventKind::ClockBreach, clock.severity);
    }
    let below = match clock.severity {
        Severity::Critical => Severity::Warn,
        Severity::Warn | Severity::Notice => Severity::Notice,
        Severity::Info => Severity::Info,
    };
    (EventKind::ClockWarning, below)
}

/// What identifies the event of a moment, at each of the cases where the clock runs.
fn subject(clock: Id, moment: &str) -> String {
    format!("clock {clock} {moment}")
}

/// Everybody whom the record names, but those whom it is only not yet believed to name no more, and everybody for whom a clock runs.
fn names<'m>(store: &Store, member: &'m Member<'_>, clocks: &'m [Clock]) -> Result<Vec<&'m str>, StoreError> {
    let missing = match store.missing(member.cid) {
        // Then nobody is missing, and the worst is that something is told again.
        Err(StoreError::Damaged(_)) => MissingParts::new(),
        missing => missing?,
    };
    let parties = member.docket.parties.iter().filter(|party| !missing.contains_key(&Part::Party((*party).clone())));
    let of_clocks = clocks.iter().filter_map(|clock| match &clock.subject {
        Subject::Person(name) => name.as_deref(),
        _ => None,
    });
    Ok(parties.map(|party| party.name.as_str()).chain(of_clocks).collect())
}

/// The event, with the entry that began the time, or ended it.
fn news(member: &Member<'_>, calendar: &calendar::Calendar<'_>, clock: &Clock, told: (EventKind, Severity), moment: &str) -> Option<Event> {
    let part = if told.0 == EventKind::ClockMet { clocks::Part::Stop } else { clocks::Part::Start };
    let rest = clock.rests.iter().find(|rest| rest.part == part && rest.entry.is_some());
    let entry = rest.and_then(|rest| calendar.docket.entry(rest.entry.as_ref()?));
    let event = member.meaning.event(calendar, entry, told, &subject(clock.id, moment));
    Some(Event { field: Some(ClockNews::of_clock(clock)?.field()), ..event })
}
