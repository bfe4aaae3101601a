//! Answers about the outbox: what went where, what did not, and again.
//!
//! Called by [`answer`](super::answer).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Desk, find};
use crate::ask::Answer;
use crate::ask::line::Sight;
use crate::config::Config;
use crate::daemon::brake;
use crate::daemon::telling::{Read, Telling};
use crate::domain::about::Stop;
use crate::domain::case::CaseRef;
use crate::domain::delivery::{Delivery, DeliveryState};
use crate::domain::id::Id;
use crate::domain::route::Gather;
use crate::domain::sentence;
use crate::store::Store;
use crate::store::braked::Decision;
use crate::store::error::StoreError;
use crate::store::outbox::DeliveryFilter;
use crate::store::pulse::blocking;
use crate::wire::api::changes::BrakeDecided;
use crate::wire::api::deliveries::{AttemptLine, DeliveredCase, DeliveredEvent, DeliveryLine, DeliveryList};

/// Which deliveries are listed.
#[derive(Debug, Default)]
pub struct Picked {
    /// A delivery's id, or a case as typed; all when absent.
    pub about: Option<String>,
    /// Only those that are held or given up.
    pub failed: bool,
    /// Only those in this state, by its stable name.
    pub state: Option<String>,
    /// Only those of this channel.
    pub channel: Option<String>,
    /// Only those after this one in the list, by its id.
    pub after: Option<String>,
}

/// Deliveries, newest first: all, one by its id, or those of a case.
pub async fn deliveries(desk: &Desk, picked: &Picked, limit: usize, sight: Sight) -> Result<Value, Answer> {
    let (store, config, now) = (desk.handles.store.clone(), desk.handles.config.load_full(), desk.handles.clock.now());
    let read = desk.handles.read.clone();
    let about = picked.about.as_deref();
    let id = about.and_then(Id::parse);
    let case = match about {
        Some(typed) if id.is_none() => Some(find(&config, typed)?.1.case.clone()),
        _ => None,
    };
    let after = match picked.after.as_deref().map(|typed| Id::parse(typed).ok_or(typed)).transpose() {
        Ok(after) => after,
        Err(typed) => return Err(no_delivery(typed)),
    };
    let filter = if picked.failed { DeliveryFilter::Failed } else { DeliveryFilter::All };
    let (state, channel) = (picked.state.clone(), picked.channel.clone());
    let lines = blocking(move || {
        // The list is in the order of when they were made; one that is gone from it still has its place.
        let after = match after.map(|after| store.delivery(after)).transpose()? {
            Some(Some(last)) => Some((last.created, last.id)),
            Some(None) => return Ok(Err(after)),
            None => None,
        };
        let found = match (id, case) {
            (Some(id), _) => store.delivery(id)?.into_iter().collect(),
            (None, case) => {
                let is_picked = case.is_some() || state.is_some() || channel.is_some() || after.is_some();
                let takes = |delivery: &Delivery| {
                    after.is_none_or(|last| (delivery.created, delivery.id) < last)
                        && state.as_ref().is_none_or(|state| delivery.state.name() == state)
                        && channel.as_ref().is_none_or(|channel| delivery.channel == *channel)
                        && case.as_ref().is_none_or(|case| is_of(&store, delivery, case))
                };
                let all = store.deliveries(filter, limit_of(is_picked, limit))?;
                all.into_iter().filter(takes).take(limit).collect::<Vec<_>>()
            }
        };
        found.iter().map(|delivery| line((&store, &read), &config, delivery, now, sight)).collect::<Result<Vec<_>, StoreError>>().map(Ok)
    })
    .await?;
    let lines = lines.map_err(|after| no_delivery(&after.map(|id| id.to_string()).unwrap_or_default()))?;
    match id {
        Some(id) if lines.is_empty() => Err(no_delivery(&id.to_string())),
        _ => Ok(json!(DeliveryList { deliveries: lines })),
    }
}

fn no_delivery(typed: &str) -> Answer {
    Answer::no(4, &sentence::NO_DELIVERY, &[&typed])
}

/// A case that is watched no more is shown by what its source calls it.
fn number_of<'a>(config: &'a Config, case: &'a CaseRef) -> &'a str {
    config.watch(case).map_or(&case.number, |watch| &watch.number.canonical)
}

/// A case's deliveries are picked from all of them.
fn limit_of(is_picked: bool, limit: usize) -> usize {
    if is_picked { usize::MAX } else { limit }
}

/// Whether a delivery tells of a case. An event that does not read back is for `fsck`.
fn is_of(store: &Store, delivery: &Delivery, case: &CaseRef) -> bool {
    let tells = |id: &Id| store.event(*id).ok().flatten().is_some_and(|event| event.case == *case);
    delivery.case == *case || (delivery.is_digest() && delivery.events.iter().any(tells))
}

/// What a delivery waits for that is neither late nor in trouble.
fn waits_for(config: &Config, delivery: &Delivery, now: Timestamp) -> Option<&'static str> {
    let due = match delivery.state {
        DeliveryState::Open { due } | DeliveryState::Waiting { due } => due,
        _ => return None,
    };
    let route = config.channel(&delivery.channel).map(|channel| &channel.route);
    let is_single = route.is_some_and(|route| route.gather == Gather::EachEvent && route.lowers_any());
    if delivery.attempts == 0 && (delivery.is_digest() || (is_single && route.is_some_and(|route| route.timing.digest_end(now) == due))) {
        return Some("digest");
    }
    route.and_then(|route| route.timing.held_until(now)).filter(|until| *until == due).map(|_| "quiet")
}

fn line(
    (store, read): (&Store, &Read),
    config: &Config,
    delivery: &Delivery,
    now: Timestamp,
    sight: Sight,
) -> Result<DeliveryLine, StoreError> {
    let is_whole = sight == Sight::Whole;
    let attempts = store.attempts(delivery.id)?;
    let attempts = attempts.iter().map(|attempt| AttemptLine {
        at: attempt.at.to_string(),
        took_ms: u64::try_from(attempt.took.as_millis()).unwrap_or(u64::MAX),
        outcome: attempt.outcome.name().to_owned(),
        // What a receiver answers may name it.
        detail: if is_whole { attempt.outcome.detail().to_owned() } else { String::new() },
    });
    let mut events = Vec::new();
    for id in &delivery.events {
        let event = match store.event(*id) {
            // It is for `fsck` to report; the delivery is shown all the same.
            Err(StoreError::Damaged(_)) => None,
            event => event?,
        };
        let Some(event) = event else { continue };
        let (kind, version) = match sight {
            Sight::Whole => (event.kind, event.version),
            // Of a case of which only activity may be told the kind says more.
            Sight::AsTold => {
                let telling = Telling::load(store, read, config, &event.case, std::slice::from_ref(&event))?;
                let shown = telling.about(config.general.language, Stop::Unsaid).show_one(&event);
                (shown.kind, shown.version)
            }
        };
        events.push(DeliveredEvent {
            id: event.id.to_string(),
            kind: kind.name().to_owned(),
            seq: event.seq,
            version,
            case: number_of(config, &event.case).to_owned(),
        });
    }
    let watch = config.watch(&delivery.case);
    let case = match delivery.is_digest() {
        true => DeliveredCase { source: None, number: None, name: None },
        false => DeliveredCase {
            source: Some(delivery.case.source.clone()),
            number: Some(number_of(config, &delivery.case).to_owned()),
            name: watch.and_then(|watch| watch.name.clone()),
        },
    };
    Ok(DeliveryLine {
        id: delivery.id.to_string(),
        channel: delivery.channel.clone(),
        recipient: if is_whole { delivery.recipient.clone() } else { shortened(&delivery.recipient) },
        case,
        digest: delivery.is_digest(),
        waits_for: waits_for(config, delivery, now).map(str::to_owned),
        events,
        state: delivery.state.name().to_owned(),
        braked: matches!(delivery.state, DeliveryState::Braked { .. }),
        silence: match delivery.state {
            DeliveryState::Muted { by, .. } => Some(by.to_string()),
            _ => None,
        },
        at: delivery.state.at().to_string(),
        reason: delivery.state.reason().filter(|_| is_whole).map(str::to_owned),
        created: delivery.created.to_string(),
        attempts: attempts.collect(),
    })
}

/// An address of which no more is seen than who knows it needs to recognise it.
fn shortened(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((name, domain)) => format!("{}…@{domain}", name.chars().next().unwrap_or('…')),
        None if address.is_empty() => String::new(),
        None => "…".to_owned(),
    }
}

/// Carries out what was decided of all that the brake holds of a source; without a decision it is released.
pub async fn brake(desk: &Desk, source: String, decision: Option<Decision>) -> Result<Value, Answer> {
    let (store, now) = (desk.handles.store.clone(), desk.handles.clock.now());
    let until = now.checked_add(brake::round(&desk.handles.config.load(), &source)).unwrap_or(now);
    let asked = source.clone();
    let decision = decision.unwrap_or(Decision::Release { until });
    let found = blocking(move || {
        let before = store.braked()?.into_iter().find(|braked| braked.source == asked);
        before.map(|before| Ok((store.decide(&asked, now, decision)?, before))).transpose()
    })
    .await?;
    let Some((decided, before)) = found else {
        return Err(Answer::no(1, &sentence::NOTHING_BRAKED, &[&source]));
    };
    desk.handles.control.nudge_deliverer();
    let is_released = matches!(decision, Decision::Release { .. });
    tracing::info!(
        %source, release = is_released, sent = decided.sent.len(), ended = decided.ended.len(),
        "the operator decided what becomes of what the brake held"
    );
    let ids = |ids: &[Id]| ids.iter().map(Id::to_string).collect::<Vec<_>>();
    let named = |kinds: BTreeMap<&'static str, usize>| kinds.into_iter().map(|(kind, count)| (kind.to_owned(), count)).collect();
    let (sent, ended) = (ids(&decided.sent), ids(&decided.ended));
    let (released, discarded, sent) = if is_released { (Some(sent), None, None) } else { (None, Some(ended), Some(sent)) };
    let (changes, besides) = (named(before.changes), named(before.besides));
    Ok(json!(BrakeDecided { source, released, discarded, sent, changes, besides }))
}
