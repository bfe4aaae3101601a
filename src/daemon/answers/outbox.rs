//! Answers about the outbox: what went where, what did not, and again.
//!
//! Called by [`answer`](super::answer).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Desk, find};
use crate::ask::Answer;
use crate::config::Config;
use crate::daemon::brake;
use crate::domain::case::CaseRef;
use crate::domain::delivery::{Delivery, DeliveryState};
use crate::domain::id::Id;
use crate::domain::route::Gather;
use crate::store::Store;
use crate::store::braked::Decision;
use crate::store::error::StoreError;
use crate::store::outbox::DeliveryFilter;
use crate::store::pulse::blocking;
use crate::wire::api::changes::BrakeDecided;

/// Deliveries, newest first: all, one by its id, or those of a case.
pub async fn deliveries(desk: &Desk, about: Option<&str>, failed: bool, limit: usize) -> Result<Value, Answer> {
    let (store, config, now) = (desk.handles.store.clone(), desk.handles.config.load_full(), desk.handles.clock.now());
    let id = about.and_then(Id::parse);
    let case = match about {
        Some(typed) if id.is_none() => Some(find(&config, typed)?.1.case.clone()),
        _ => None,
    };
    let lines = blocking(move || {
        let found = match (id, case) {
            (Some(id), _) => store.delivery(id)?.into_iter().collect(),
            (None, case) => {
                let all =
                    store.deliveries(if failed { DeliveryFilter::Failed } else { DeliveryFilter::All }, limit_of(case.is_some(), limit))?;
                let mut picked = Vec::new();
                for delivery in all {
                    if picked.len() < limit && case.as_ref().is_none_or(|case| is_of(&store, &delivery, case)) {
                        picked.push(delivery);
                    }
                }
                picked
            }
        };
        found.iter().map(|delivery| line(&store, &config, delivery, now)).collect::<Result<Vec<_>, StoreError>>()
    })
    .await?;
    match id {
        Some(id) if lines.is_empty() => {
            Err(Answer::No { why: format!("there is no delivery {id}; `veedor deliveries` shows them"), code: 4 })
        }
        _ => Ok(json!({ "deliveries": lines })),
    }
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

fn line(store: &Store, config: &Config, delivery: &Delivery, now: Timestamp) -> Result<Value, StoreError> {
    let attempts: Vec<Value> = store
        .attempts(delivery.id)?
        .iter()
        .map(|attempt| json!({"at": attempt.at.to_string(), "took_ms": attempt.took.as_millis(), "outcome": attempt.outcome.name(), "detail": attempt.outcome.detail()}))
        .collect();
    let mut events = Vec::new();
    for id in &delivery.events {
        let event = match store.event(*id) {
            // It is for `fsck` to report; the delivery is shown all the same.
            Err(StoreError::Damaged(_)) => None,
            event => event?,
        };
        events.extend(
            event
                .map(|event| json!({"id": event.id.to_string(), "kind": event.kind.name(), "seq": event.seq, "version": event.version, "case": number_of(config, &event.case)})),
        );
    }
    let watch = config.watch(&delivery.case);
    let case = match delivery.is_digest() {
        true => json!({"source": null, "number": null, "name": null}),
        false => {
            json!({"source": delivery.case.source, "number": number_of(config, &delivery.case), "name": watch.and_then(|watch| watch.name.as_deref())})
        }
    };
    Ok(json!({
        "id": delivery.id.to_string(),
        "channel": delivery.channel,
        "recipient": delivery.recipient,
        "case": case,
        "digest": delivery.is_digest(),
        "waits_for": waits_for(config, delivery, now),
        "events": events,
        "state": delivery.state.name(),
        "braked": matches!(delivery.state, DeliveryState::Braked { .. }),
        "silence": match delivery.state {
            DeliveryState::Muted { by, .. } => Some(by.to_string()),
            _ => None,
        },
        "at": delivery.state.at().to_string(),
        "reason": delivery.state.reason(),
        "created": delivery.created.to_string(),
        "attempts": attempts,
    }))
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
        let why = format!("the brake holds nothing of \"{source}\"; `veedor list` shows which sources it holds");
        return Err(Answer::No { why, code: 1 });
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
