//! Answers about the outbox: what went where, what did not, and again.
//!
//! Called by [`answer`](super::answer).

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Desk, find};
use crate::ask::Answer;
use crate::ask::line::Sight;
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
}

/// Deliveries, newest first: all, one by its id, or those of a case.
pub async fn deliveries(desk: &Desk, picked: &Picked, limit: usize, sight: Sight) -> Result<Value, Answer> {
    let (store, config, now) = (desk.handles.store.clone(), desk.handles.config.load_full(), desk.handles.clock.now());
    let about = picked.about.as_deref();
    let id = about.and_then(Id::parse);
    let case = match about {
        Some(typed) if id.is_none() => Some(find(&config, typed)?.1.case.clone()),
        _ => None,
    };
    let filter = if picked.failed { DeliveryFilter::Failed } else { DeliveryFilter::All };
    let (state, channel) = (picked.state.clone(), picked.channel.clone());
    let lines = blocking(move || {
        let found = match (id, case) {
            (Some(id), _) => store.delivery(id)?.into_iter().collect(),
            (None, case) => {
                let is_picked = case.is_some() || state.is_some() || channel.is_some();
                let takes = |delivery: &Delivery| {
                    state.as_ref().is_none_or(|state| delivery.state.name() == state)
                        && channel.as_ref().is_none_or(|channel| delivery.channel == *channel)
                        && case.as_ref().is_none_or(|case| is_of(&store, delivery, case))
                };
                let all = store.deliveries(filter, limit_of(is_picked, limit))?;
                all.into_iter().filter(takes).take(limit).collect::<Vec<_>>()
            }
        };
        found.iter().map(|delivery| line(&store, &config, delivery, now, sight)).collect::<Result<Vec<_>, StoreError>>()
    })
    .await?;
    match id {
        Some(id) if lines.is_empty() => {
            Err(Answer::No { why: format!("there is no delivery {id}; `veedor deliveries` shows them"), code: 4 })
        }
        _ => Ok(json!(DeliveryList { deliveries: lines })),
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

fn line(store: &Store, config: &Config, delivery: &Delivery, now: Timestamp, sight: Sight) -> Result<DeliveryLine, StoreError> {
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
        events.extend(event.map(|event| DeliveredEvent {
            id: event.id.to_string(),
            kind: event.kind.name().to_owned(),
            seq: event.seq,
            version: event.version,
            case: number_of(config, &event.case).to_owned(),
        }));
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
    let (changes, besides) = (before.changes, before.besides);
    Ok(if is_released {
        json!({ "source": source, "released": ids(&decided.sent), "changes": changes, "besides": besides })
    } else {
        json!({ "source": source, "discarded": ids(&decided.ended), "sent": ids(&decided.sent), "changes": changes, "besides": besides })
    })
}
