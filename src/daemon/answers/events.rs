//! The answer about events: everything that was told, in its order, in the form of webhooks.
//!
//! Called by [`answer`](super::answer). It is what a receiver catches up with that was down (`alerting.md` C12), so that nothing may be left
//! out and nothing may change its place. What may be told of a case is decided when it is asked, as for a message. Changes nothing.

use serde_json::{Value, json};
use std::collections::HashSet;

use super::delays::known_tag;
use super::look::Eye;
use super::{Desk, find};
use crate::ask::Answer;
use crate::ask::line::Sight;
use crate::config::Config;
use crate::daemon::telling::{Read, Telling};
use crate::diag::nearest;
use crate::domain::about::Stop;
use crate::domain::event::{Audience, Event, EventKind};
use crate::domain::id::Id;
use crate::domain::sentence;
use crate::domain::silence::is_pattern;
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::outbox::DeliveryFilter;
use crate::store::pulse::blocking;
use crate::wire::api::events::{EventBatch, EventBody, NumberedEvent};
use crate::{message, wire};

/// Rows that one question looks through; a filter that takes little is asked again with `next`.
const LOOKED_THROUGH: usize = 500;

/// What of the events is asked for.
#[derive(Debug, Default)]
pub struct Filter {
    /// Patterns of kinds; all when empty.
    pub kinds: Vec<String>,
    /// Only of cases with one of these tags; all when empty.
    pub tags: Vec<String>,
    /// Only of this case, as typed.
    pub case: Option<String>,
}

/// What was told after a number.
pub async fn after(desk: &Desk, number: u64, limit: usize, filter: Filter, sight: Sight) -> Result<Value, Answer> {
    let config = desk.handles.config.load_full();
    let case = filter.case.as_deref().map(|typed| find(&config, typed).map(|(_, watch)| watch.case.clone())).transpose()?;
    known_kinds(&filter.kinds)?;
    let eye = Eye::of(desk, None, sight);
    let (store, read) = (desk.handles.store.clone(), desk.handles.read.clone());
    let page = blocking(move || {
        let newest = store.last_event()?;
        if number > newest {
            return Ok(Err(behind(number, newest)));
        }
        for tag in &filter.tags {
            if let Err(answer) = known_tag(&eye, tag)? {
                return Ok(Err(answer));
            }
        }
        let cid = match &case {
            Some(case) => match store.cid(case)? {
                Some(cid) => Some(cid),
                // It was not visited yet.
                None => return Ok(Ok(EventBatch { events: Vec::new(), next: newest, more: false })),
            },
            None => None,
        };
        let told = store.told_after(number, cid, LOOKED_THROUGH)?;
        let is_whole = told.len() < LOOKED_THROUGH;
        if !told.is_empty() {
            // Nobody goes on from what a power cut may take back.
            store.flush()?;
        }
        let held = held(&store)?;
        let (mut events, mut next, mut more) = (Vec::new(), number, !is_whole);
        for (number, event) in told {
            if events.len() >= limit {
                more = true;
                break;
            }
            next = number;
            let Some(event) = event.filter(|event| may_see(event, sight)) else { continue };
            // By what is told and not by what is kept: a filter must not tell more than the answer.
            let (kind, tags, item) = item(&store, &read, &config, number, &event, &held)?;
            if takes(&filter, kind, &tags) {
                events.push(item);
            }
        }
        if !more {
            // What a case or a filter does not have needs no looking through again.
            next = next.max(newest);
        }
        Ok(Ok(EventBatch { events, next, more }))
    })
    .await?;
    page.map(|page| json!(page))
}

/// One event by its id.
pub async fn body(desk: &Desk, typed: &str, sight: Sight) -> Result<Value, Answer> {
    let missing = || Answer::No { why: format!("there is no event {typed}; GET /api/v1/events lists them"), code: 4 };
    let id = Id::parse(typed).ok_or_else(missing)?;
    let (store, read, config) = (desk.handles.store.clone(), desk.handles.read.clone(), desk.handles.config.load_full());
    let found = blocking(move || {
        let Some((number, event)) = store.numbered(id)?.filter(|(_, event)| may_see(event, sight)) else { return Ok(None) };
        let held = held(&store)?;
        item(&store, &read, &config, number, &event, &held).map(|(.., item)| Some(item))
    });
    found.await?.map(|item| json!(item)).ok_or_else(missing)
}

/// What veedor tells whoever runs it is for nobody who may only look.
fn may_see(event: &Event, sight: Sight) -> bool {
    sight == Sight::Whole || event.kind.audience() == Audience::Subscriber
}

/// The kind and the tags as they are told, and the item.
fn item(
    store: &Store,
    read: &Read,
    config: &Config,
    number: u64,
    event: &Event,
    held: &HashSet<Id>,
) -> Result<(EventKind, Vec<String>, NumberedEvent), StoreError> {
    let telling = Telling::load(store, read, config, &event.case, std::slice::from_ref(event))?;
    let about = telling.about(config.general.language, Stop::Unsaid);
    let shown = about.show_one(event);
    let body = wire::event::body(&shown, &about, &message::summary(&shown, &about));
    let item = NumberedEvent { number, held: held.contains(&event.id), event: EventBody(body) };
    Ok((shown.kind, about.watch.tags.clone(), item))
}

/// What the brake holds at this moment.
fn held(store: &Store) -> Result<HashSet<Id>, StoreError> {
    let held = store.deliveries(DeliveryFilter::Braked, usize::MAX)?;
    Ok(held.into_iter().flat_map(|delivery| delivery.events).collect())
}

fn takes(filter: &Filter, kind: EventKind, tags: &[String]) -> bool {
    let kind = kind.name();
    let is_kind = |pattern: &String| pattern.strip_suffix('*').map_or(kind == pattern, |stem| kind.starts_with(stem));
    let has_tag = || tags.iter().any(|tag| filter.tags.contains(tag));
    (filter.kinds.is_empty() || filter.kinds.iter().any(is_kind)) && (filter.tags.is_empty() || has_tag())
}

fn behind(number: u64, newest: u64) -> Answer {
    let why = format!(
        "no event has a number above {newest}, and {number} was said to be known: it is a number of another store; begin again at 0, and leave \
         out what is known by its event_id"
    );
    Answer::No { why, code: 1 }
}

/// Refuses a pattern that no kind fits.
pub(super) fn known_kinds(patterns: &[String]) -> Result<(), Answer> {
    let Some(pattern) = patterns.iter().find(|pattern| !is_pattern(pattern)) else { return Ok(()) };
    let names = EventKind::ALL.iter().map(|kind| kind.name());
    let families: Vec<String> = names.clone().filter_map(|name| Some(format!("{}.*", name.split_once('.')?.0))).collect();
    Err(match nearest(pattern, families.iter().map(String::as_str).chain(names)) {
        Some(near) => Answer::no(2, &sentence::NO_KIND_NEAR, &[pattern, &near]),
        None => Answer::no(2, &sentence::NO_KIND, &[pattern]),
    })
}
