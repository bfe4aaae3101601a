//! Answers about the outbox: what went where, what did not, and again.
//!
//! Called by [`answer`](super::answer).

use serde_json::{Value, json};

use super::{Answer, Desk, find};
use crate::config::Config;
use crate::daemon::brake;
use crate::domain::delivery::{Delivery, DeliveryState};
use crate::domain::id::Id;
use crate::store::Store;
use crate::store::braked::Decision;
use crate::store::error::StoreError;
use crate::store::outbox::DeliveryFilter;
use crate::store::pulse::blocking;

/// Deliveries, newest first: all, one by its id, or those of a case.
pub async fn deliveries(desk: &Desk, about: Option<&str>, failed: bool, limit: usize) -> Result<Value, Answer> {
    let (store, config) = (desk.handles.store.clone(), desk.handles.config.load_full());
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
                all.into_iter().filter(|delivery| case.as_ref().is_none_or(|case| delivery.case == *case)).take(limit).collect::<Vec<_>>()
            }
        };
        found.iter().map(|delivery| line(&store, &config, delivery)).collect::<Result<Vec<_>, StoreError>>()
    })
    .await?;
    match id {
        Some(id) if lines.is_empty() => {
            Err(Answer::No { why: format!("there is no delivery {id}; `veedor deliveries` shows them"), code: 4 })
        }
        _ => Ok(json!({ "deliveries": lines })),
    }
}

/// A case's deliveries are picked from all of them.
fn limit_of(is_picked: bool, limit: usize) -> usize {
    if is_picked { usize::MAX } else { limit }
}

fn line(store: &Store, config: &Config, delivery: &Delivery) -> Result<Value, StoreError> {
    let attempts: Vec<Value> = store
        .attempts(delivery.id)?
        .iter()
        .map(|attempt| json!({"at": attempt.at.to_string(), "took_ms": attempt.took.as_millis(), "outcome": attempt.outcome.name(), "detail": attempt.outcome.detail()}))
        .collect();
    let mut events = Vec::new();
    for id in &delivery.events {
        events.extend(
            store
                .event(*id)?
                .map(|event| json!({"id": event.id.to_string(), "kind": event.kind.name(), "seq": event.seq, "version": event.version})),
        );
    }
    // A case that is watched no more is shown by what its source calls it.
    let watch = config.watch(&delivery.case);
    let number = watch.map_or(&delivery.case.number, |watch| &watch.number.canonical);
    Ok(json!({
        "id": delivery.id.to_string(),
        "channel": delivery.channel,
        "recipient": delivery.recipient,
        "case": {"source": delivery.case.source, "number": number, "name": watch.and_then(|watch| watch.name.as_deref())},
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
    let (changes, besides) = (before.changes, before.besides);
    Ok(if is_released {
        json!({ "source": source, "released": ids(&decided.sent), "changes": changes, "besides": besides })
    } else {
        json!({ "source": source, "discarded": ids(&decided.ended), "sent": ids(&decided.sent), "changes": changes, "besides": besides })
    })
}
