//! Time limits of the law that are nearly over, are over, or were met after that was told.
//!
//! Asked by [`matter`](super::matter) whenever it looks at a case, and for its clocks by `answers`. Each moment of a clock is one event whose
//! id follows from rule, subject, start and moment, so that asking again tells nothing twice; of several that have come only the last is told. What
//! came before the case was watched is no news, nor is what came long ago and was there already.

use jiff::{Timestamp, ToSpan};

use super::matter::Member;
use crate::config::Config;
use crate::days::{Calendar, Scope};
use crate::delay::clocks::Look;
use crate::domain::case::Watch;
use crate::domain::clock_news::{ClockNews, is_of_clocks};
use crate::domain::clocks::{Clock, Milestone, Part};
use crate::domain::docket::Docket;
use crate::domain::event::{Event, EventKind, Severity};
use crate::meaning::{Meaning, calendar};
use crate::store::Store;
use crate::store::error::StoreError;

/// What came longer ago is told only when an entry on which it rests appeared since: the first look of a new veedor at an old store tells no history.
const NEWS_DAYS: i64 = 45;

/// What is due of time limits.
#[derive(Debug, Default)]
pub(super) struct Limits {
    /// What is to be told, and when it came; some of it may have been told before.
    pub events: Vec<(Event, Timestamp)>,
    /// When the next moment comes.
    pub next: Option<Timestamp>,
}

/// The clocks of a case as of a moment; `read` is when it was last read.
pub(super) fn clocks_of(config: &Config, watch: &Watch, docket: &Docket, read: Option<Timestamp>, now: Timestamp) -> Vec<Clock> {
    let Some(source) = config.source_of(&watch.case) else { return Vec::new() };
    let recipe = &source.recipe;
    let court = watch.number.parts.get("court").map(str::to_owned);
    config.rules_of(&watch.case).clocks(&Look {
        docket,
        meaning: &Meaning::shipped(&recipe.jurisdiction, &recipe.language),
        zone: recipe.zone_of(&watch.number),
        calendar: &Calendar::shipped(&recipe.jurisdiction),
        scope: Scope { place: court, ..Scope::default() },
        facts: &watch.facts,
        pins: &watch.pins,
        as_of: now,
        read,
    })
}

/// What is due of a case.
pub(super) fn due(
    store: &Store,
    config: &Config,
    member: &Member<'_>,
    calendar: &calendar::Calendar<'_>,
    now: Timestamp,
) -> Result<Limits, StoreError> {
    let clocks = clocks_of(config, member.watch, &member.docket, Some(member.read_at), now);
    let mut limits = Limits::default();
    let mut told: Option<Vec<Event>> = None;
    let mut events_of = || -> Result<Vec<Event>, StoreError> {
        if told.is_none() {
            told = Some(store.case_events(member.cid)?);
        }
        Ok(told.clone().unwrap_or_default())
    };
    for clock in &clocks {
        let coming = clock.milestones.iter().map(|milestone| milestone.at).filter(|at| *at > now).min();
        limits.next = [limits.next, coming.filter(|_| clock.state.is_open())].into_iter().flatten().min();
        if clock.state.is_met() {
            let of_it = |event: &Event| is_of_clocks(event.kind) && ClockNews::of(event).is_some_and(|news| news.id == clock.id);
            let before: Vec<Event> = events_of()?.into_iter().filter(of_it).collect();
            // Whoever was told that it is late hears how it ended; what was in time all along is no news of its own.
            if let Some(first) = before.first() {
                let event = news(member, calendar, clock, (EventKind::ClockMet, Severity::Notice), "met");
                limits.events.extend(event.map(|event| (event, first.seen_at)));
            }
            continue;
        }
        let Some(milestone) = clock.milestones.iter().filter(|milestone| milestone.at <= now).max_by_key(|milestone| milestone.at) else {
            continue;
        };
        if !clock.is_alertable() || milestone.at <= calendar.watched_since {
            continue;
        }
        let since = now.checked_sub((NEWS_DAYS * 24).hours()).unwrap_or(Timestamp::MIN);
        let rests_on = |event: &Event| {
            let entry = event.entry.as_ref().map(|entry| &entry.key);
            event.seen_at >= since
                && !is_of_clocks(event.kind)
                && clock.rests.iter().any(|rest| rest.entry.is_some() && rest.entry.as_ref() == entry)
        };
        if milestone.at < since && !events_of()?.iter().any(rests_on) {
            continue;
        }
        limits
            .events
            .extend(news(member, calendar, clock, loudness(clock, milestone), &milestone.offset).map(|event| (event, milestone.at)));
    }
    Ok(limits)
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

/// The event, with the entry that began the time, or ended it.
fn news(member: &Member<'_>, calendar: &calendar::Calendar<'_>, clock: &Clock, told: (EventKind, Severity), moment: &str) -> Option<Event> {
    let part = if told.0 == EventKind::ClockMet { Part::Stop } else { Part::Start };
    let rest = clock.rests.iter().find(|rest| rest.part == part && rest.entry.is_some());
    let entry = rest.and_then(|rest| calendar.docket.entry(rest.entry.as_ref()?));
    let event = member.meaning.event(calendar, entry, told, &format!("clock {} {moment}", clock.id));
    Some(Event { field: Some(ClockNews::of_clock(clock)?.field()), ..event })
}
