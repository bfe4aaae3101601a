//! Answers about the outbox: what went where, what did not, and again.
//!
//! Called by [`answer`](super::answer).

use serde_json::{Value, json};

use super::{Answer, Desk};
use crate::domain::delivery::Delivery;
use crate::domain::id::Id;
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::outbox::DeliveryFilter;
use crate::store::pulse::blocking;

/// Deliveries, newest first.
pub async fn deliveries(desk: &Desk, failed: bool, limit: usize) -> Result<Value, Answer> {
    let store = desk.handles.store.clone();
    let lines = blocking(move || {
        let wanted = if failed { DeliveryFilter::Failed } else { DeliveryFilter::All };
        store.deliveries(wanted, limit)?.iter().map(|delivery| line(&store, delivery)).collect::<Result<Vec<_>, StoreError>>()
    })
    .await?;
    Ok(json!({ "deliveries": lines }))
}

fn line(store: &Store, delivery: &Delivery) -> Result<Value, StoreError> {
    let attempts: Vec<Value> = store
        .attempts(delivery.id)?
        .iter()
        .map(|attempt| json!({"at": attempt.at.to_string(), "took_ms": attempt.took.as_millis(), "outcome": attempt.outcome.name(), "detail": attempt.outcome.detail()}))
        .collect();
    let mut kinds = Vec::new();
    for id in &delivery.events {
        kinds.extend(store.event(*id)?.map(|event| event.kind.name()));
    }
    Ok(json!({
        "id": delivery.id.to_string(),
        "channel": delivery.channel,
        "recipient": delivery.recipient,
        "case": {"source": delivery.case.source, "number": delivery.case.number},
        "events": kinds,
        "state": delivery.state.name(),
        "at": delivery.state.at().to_string(),
        "reason": delivery.state.reason(),
        "created": delivery.created.to_string(),
        "attempts": attempts,
    }))
}

/// Sends deliveries again, those named or all that were given up or are held; or ends those named.
pub async fn retry(desk: &Desk, typed: &[String], end: bool) -> Result<Value, Answer> {
    let mut ids = Vec::new();
    for text in typed {
        match Id::parse(text) {
            Some(id) => ids.push(id),
            None => {
                return Err(Answer::No { why: format!("\"{text}\" is no delivery id; `veedor deliveries --failed` shows them"), code: 2 });
            }
        }
    }
    let (store, now) = (desk.handles.store.clone(), desk.handles.clock.now());
    let all = ids.is_empty() && !end;
    let done = blocking(move || {
        if all {
            ids = store.deliveries(DeliveryFilter::Failed, usize::MAX)?.iter().map(|delivery| delivery.id).collect();
        }
        let mut done = Vec::new();
        for id in ids {
            if store.delivery(id)?.is_none() {
                return Ok(Err(id));
            }
            done.push(id);
        }
        if end {
            store.end(&done, now)?
        } else {
            store.retry(&done, now)?
        };
        Ok(Ok(done))
    })
    .await?;
    let done = done.map_err(|id| Answer::No { why: format!("there is no delivery {id}; `veedor deliveries` shows them"), code: 4 })?;
    desk.handles.control.nudge_deliverer();
    let what = if end { "dropped" } else { "retried" };
    Ok(json!({ what: done.iter().map(Id::to_string).collect::<Vec<_>>() }))
}
