//! Sources: whether each can be read at all, whether each of its cases is read now and then, whether the brake holds it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use jiff::Timestamp;

use super::{Looked, Observed, Observer, count};
use crate::config::{Config, Source};
use crate::domain::case::{CaseRef, Watch};
use crate::domain::condition::{Class, Rule, Seen, State, Step, Topic, id_of, step};
use crate::domain::event::Event;
use crate::domain::health::Health;
use crate::domain::outage::{CaseLook, SourceLook, is_unread};
use crate::domain::redact::cut;
use crate::domain::report::{Number, SourceLine, Subject};
use crate::domain::schedule::Row;
use crate::recipe::{COMMAND, is_described};
use crate::store::Cid;
use crate::store::braked::Braked;
use crate::store::error::StoreError;

/// Failed visits that confirm the trouble of a source, beside the time that the configuration names.
const VISITS: u32 = 3;

/// More cases that are not read are told before the next reminder, but not more often than this.
const MORE_UNREAD: Duration = Duration::from_secs(6 * 3600);

/// Unread cases that are named.
const NAMED: usize = 3;

/// The longest reason that is told, in characters.
const WHY: usize = 200;

/// What was seen at earlier looks and is of no use after a restart.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Failed visits of each source at the last look.
    visits: HashMap<String, u32>,
    /// When a case was first seen that was never visited.
    first_seen: HashMap<CaseRef, Timestamp>,
    /// When a source could be read again. The time before counts for none of its cases.
    recovered: HashMap<String, Timestamp>,
}

/// A case at this look.
struct Case<'c> {
    watch: &'c Watch,
    look: CaseLook,
    health: Health,
    /// Whether it was not read for long.
    unread: bool,
}

/// Looks at all sources.
pub(super) fn look(observer: &mut Observer, config: &Config, now: Timestamp) -> Result<usize, StoreError> {
    let rows: HashMap<Cid, Row> = observer.handles.store.rows()?.into_iter().collect();
    let mut looked = Looked::default();
    let mut by_source: BTreeMap<&str, Vec<Case<'_>>> = BTreeMap::new();
    for watch in &config.cases {
        let Some(source) = config.source_of(&watch.case).filter(|source| source.is_polled()) else { continue };
        let cases = by_source.entry(&watch.case.source).or_default();
        looked.add(look_at(observer, watch, source, &rows, now).map(|case| {
            cases.push(case);
            0
        }))?;
    }
    // Of a source of whose cases none could be looked at nothing is known.
    for (source, cases) in by_source.iter().filter(|(_, cases)| !cases.is_empty()) {
        looked.add(of_source(observer, config, source, cases, now))?;
    }
    looked.add(drift(observer, config, now))?;
    // A source that is not watched any more has no trouble.
    for topic in [Topic::Source, Topic::Unread] {
        for gone in observer.known(topic).into_iter().filter(|source| !by_source.contains_key(source.as_str())) {
            let before = observer.state(topic, &gone);
            looked.add(observer.keep(config, (topic, gone), before.as_ref(), None, None, now))?;
        }
    }
    let watched: HashSet<&CaseRef> = config.cases.iter().map(|watch| &watch.case).collect();
    observer.sources.first_seen.retain(|case, _| watched.contains(case));
    let is_watched = |source: &String| config.cases.iter().any(|watch| watch.case.source == *source);
    observer.sources.visits.retain(|source, _| is_watched(source));
    observer.sources.recovered.retain(|source, _| is_watched(source));
    looked.end()
}

fn look_at<'c>(
    observer: &mut Observer,
    watch: &'c Watch,
    source: &Source,
    rows: &HashMap<Cid, Row>,
    now: Timestamp,
) -> Result<Case<'c>, StoreError> {
    let store = observer.handles.store.clone();
    let cid = store.cid(&watch.case)?;
    let row = cid.and_then(|cid| rows.get(&cid)).copied().unwrap_or_default();
    let read = Timestamp::from_second(row.last_ok.into()).ok().filter(|_| row.last_ok > 0);
    let begun = read.unwrap_or_else(|| *observer.sources.first_seen.entry(watch.case.clone()).or_insert(now));
    let counted = observer.sources.recovered.get(&watch.case.source).map_or(begun, |recovered| begun.max(*recovered));
    let zone = source.recipe.zone_of(&watch.number);
    let is_open = |at: Timestamp| source.hours.as_ref().is_none_or(|hours| hours.contain(at, &zone));
    let unread = is_unread(counted, watch.every, now, is_open);
    // The head of a case that is well need not be read.
    let health = match cid.filter(|_| unread || row.fails > 0) {
        Some(cid) => match store.head(cid) {
            // Damage is for `fsck` to report.
            Err(StoreError::Damaged(_)) => Health::Unvisited,
            head => head?.map_or(Health::Unvisited, |head| head.health),
        },
        None => Health::Unvisited,
    };
    let class = match &health {
        Health::Blocked(_) => Some(Class::Blocked),
        Health::Unavailable(_) => Some(Class::Unavailable),
        Health::Unreadable(_) => Some(Class::Unreadable),
        _ => None,
    };
    Ok(Case { watch, look: CaseLook { read, fails: row.fails.into(), class }, health, unread })
}

fn of_source(observer: &mut Observer, config: &Config, source: &str, cases: &[Case<'_>], now: Timestamp) -> Result<usize, StoreError> {
    let looks: Vec<CaseLook> = cases.iter().map(|case| case.look).collect();
    let look = SourceLook::of(&looks);
    let line = SourceLine { source: source.to_owned(), cases: count(cases.len()), read: look.read };
    let mut told = 0;
    let known = observer.state(Topic::Source, source);
    let before = observer.sources.visits.insert(source.to_owned(), look.visits);
    // Pages, feeds and programs that cases describe themselves have no site in common.
    if !is_described(source) {
        let why = cases.iter().find(|case| case.look.class == look.class && case.look.fails > 0).and_then(|case| case.health.detail());
        let seen = look.seen(&looks, known.as_ref(), before, cut(&without_title(why.unwrap_or_default()), WHY));
        let rule = Rule { times: VISITS, span: config.general.signs.trouble_after, clear: 1, growth: None };
        let failed = match &seen {
            Seen::Bad { count, .. } => *count,
            _ => known.as_ref().map_or(look.visits, |known| known.bad),
        };
        let numbers = vec![(Number::Cases, count(look.failing)), (Number::Watched, count(look.watched)), (Number::Visits, failed.into())];
        let subject = Subject::Source(source.to_owned());
        told +=
            observer.observe(config, Observed { topic: Topic::Source, subject, seen, rule, numbers, sources: vec![line.clone()] }, now)?;
        if known.as_ref().is_some_and(State::is_on) && observer.state(Topic::Source, source).is_none() {
            observer.sources.recovered.insert(source.to_owned(), now);
        }
    }
    Ok(told + unread(observer, config, source, cases, now)?)
}

/// Cases that are not read for long, told together. While the whole source is in trouble that is what is told, and nothing else.
fn unread(observer: &mut Observer, config: &Config, source: &str, cases: &[Case<'_>], now: Timestamp) -> Result<usize, StoreError> {
    if observer.state(Topic::Source, source).is_some_and(|state| state.is_on()) {
        return Ok(0);
    }
    let unread: Vec<&Case<'_>> = cases.iter().filter(|case| case.unread).collect();
    let named: Vec<String> = unread
        .iter()
        .take(NAMED)
        .map(|case| {
            let why = match &case.health {
                Health::Unvisited | Health::Ok if case.look.fails == 0 => "not visited".to_owned(),
                // A program says what it likes, names too.
                health if source == COMMAND => health.name().replace('_', " "),
                health => [Some(health.name().replace('_', " ")), health.detail().map(|why| cut(&without_title(why), WHY / 2))]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join(": "),
            };
            format!("{} ({why})", case.watch.number.canonical)
        })
        .collect();
    let more = if unread.len() > NAMED { " …" } else { "" };
    let seen = match unread.len() {
        0 => Seen::Good,
        many => Seen::Bad {
            class: Class::Unread,
            count: u32::try_from(many).unwrap_or(u32::MAX),
            fresh: false,
            why: format!("{}{more}", named.join("; ")),
        },
    };
    let rule = Rule { times: 1, span: Duration::ZERO, clear: 1, growth: Some(MORE_UNREAD) };
    let numbers = vec![(Number::Cases, count(unread.len())), (Number::Watched, count(cases.len()))];
    let subject = Subject::Source(source.to_owned());
    observer.observe(config, Observed { topic: Topic::Unread, subject, seen, rule, numbers, sources: Vec::new() }, now)
}

/// Sources that are braked. The visit that pulled the brake told it first; here it is called to mind, and its end is told.
fn drift(observer: &mut Observer, config: &Config, now: Timestamp) -> Result<usize, StoreError> {
    let braked: Vec<Braked> = observer.handles.store.braked()?.into_iter().filter(|braked| braked.since.is_some()).collect();
    let rule = Rule { times: 1, span: Duration::ZERO, clear: 1, growth: None };
    let mut told = 0;
    for Braked { source, since, held, event, .. } in &braked {
        let key = (Topic::Drift, source.clone());
        let (known, began) = (observer.state(Topic::Drift, source), since.unwrap_or(now));
        let held = u32::try_from(*held).unwrap_or(u32::MAX);
        // Another braking than the one that is known was told by its visit, too.
        let Some(mut state) = known.clone().filter(|known| known.since == began) else {
            let state = State::told_already(Class::Drift, held, began);
            observer.keep(config, key, known.as_ref(), Some(state), None, now)?;
            continue;
        };
        state.bad = held;
        let first = match event.map(|id| observer.handles.store.event(id)).transpose() {
            // Without it there is nothing to call to mind; `veedor list` shows the brake all the same.
            Err(StoreError::Damaged(_)) => None,
            first => first?.flatten(),
        };
        let mut after = Some(state.clone());
        let seen = Seen::Bad { class: Class::Drift, count: held, fresh: false, why: String::new() };
        let is_due = step(&mut after, seen, now, &rule) == Step::Repeat;
        let reminder = first.filter(|_| is_due).zip(after.as_ref()).map(|(first, after)| Event {
            id: id_of(Topic::Drift, source, began, after.told, first.kind),
            seen_at: now,
            ..first
        });
        told += observer.keep(config, key, known.as_ref(), after, reminder, now)?;
    }
    for source in observer.known(Topic::Drift) {
        if !braked.iter().any(|braked| braked.source == source) {
            let subject = Subject::Source(source);
            let observed = Observed { topic: Topic::Drift, subject, seen: Seen::Good, rule, numbers: Vec::new(), sources: Vec::new() };
            told += observer.observe(config, observed, now)?;
        }
    }
    Ok(told)
}
/// Why a page was not understood, without its title: on a page of another kind that may name the parties.
pub(in crate::daemon) fn without_title(why: &str) -> String {
    why.split_once("an HTML page \"").map_or_else(|| why.to_owned(), |(before, _)| format!("{before}an HTML page"))
}
