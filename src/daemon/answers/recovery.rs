//! Answers to `veedor retry`: deliveries that are sent again, or ended, by their ids or by what they have in common.
//!
//! Called by [`answer`](super::answer). A receiver that was away for longer than its channel's schedule, or that lost what it took,
//! gets the news of that time again from here (`alerting.md` A4.7). One attempt each: the schedule does not begin anew.

use serde_json::{Value, json};

use super::Desk;
use crate::ask::{Answer, Which};
use crate::domain::delivery::{Delivery, DeliveryState};
use crate::domain::id::Id;
use crate::domain::sentence;
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::outbox::DeliveryFilter;
use crate::store::pulse::blocking;
use crate::wire::api::changes::Retried;

/// How many are put back in one job of the store's writer, so that visits go on meanwhile (`alerting.md` A4.7).
const BATCH: usize = 100;

/// The most that were delivered already and go out again at one time: more is rather a slip than a wish (`alerting.md` A4.7).
const MOST_REPEATED: usize = 10_000;

impl Which {
    fn takes(&self, delivery: &Delivery) -> bool {
        let state = match delivery.state {
            DeliveryState::Dead { .. } | DeliveryState::Held { .. } => true,
            DeliveryState::Delivered { .. } => self.delivered,
            // What the brake holds is no failure: `veedor release` and `veedor discard` decide of it. What somebody ended stays so,
            // and what waits is on its way.
            _ => false,
        };
        state
            && self.since.is_none_or(|since| delivery.created.as_millisecond() >= since)
            && self.channel.as_ref().is_none_or(|channel| delivery.channel == *channel)
    }

    /// The oldest first, so that news is told in its order. What failed and waits for a channel that takes nothing goes along: whoever asks
    /// has mended it.
    fn pick(&self, store: &Store, is_failing: impl Fn(&str) -> bool) -> Result<Vec<Id>, StoreError> {
        let filter = if self.delivered { DeliveryFilter::All } else { DeliveryFilter::Failed };
        let mut found = store.deliveries(filter, usize::MAX)?;
        found.retain(|delivery| self.takes(delivery));
        let waits = |delivery: &Delivery| delivery.attempts > 0 && matches!(delivery.state, DeliveryState::Waiting { .. });
        let asked = |delivery: &Delivery| self.channel.as_ref().is_none_or(|channel| delivery.channel == *channel);
        let late = store.deliveries(DeliveryFilter::Pending, usize::MAX)?;
        found.extend(late.into_iter().filter(|late| waits(late) && asked(late) && is_failing(&late.channel)));
        found.sort_unstable_by_key(|delivery| delivery.created);
        Ok(found.iter().map(|delivery| delivery.id).collect())
    }
}

/// Sends deliveries again, those named or all of which `which` speaks; or ends those named.
pub async fn retry(desk: &Desk, typed: &[String], end: bool, which: &Which) -> Result<Value, Answer> {
    let mut ids = Vec::new();
    for text in typed {
        match Id::parse(text) {
            Some(id) => ids.push(id),
            None => {
                return Err(Answer::no(4, &sentence::NO_DELIVERY, &[text]));
            }
        }
    }
    if let Some(channel) = &which.channel {
        known_channel(desk, channel).await?;
    }
    let (store, now, which) = (desk.handles.store.clone(), desk.handles.clock.now(), which.clone());
    let runs = desk.handles.runs.clone();
    let named = !ids.is_empty() || end;
    let done = blocking(move || {
        if !named {
            ids = which.pick(&store, |channel| runs.is_failing(channel))?;
            if which.delivered && ids.len() > MOST_REPEATED {
                return Ok(Err(Answer::no(1, &sentence::MANY_AGAIN, &[&ids.len(), &MOST_REPEATED])));
            }
        }
        for id in &ids {
            if store.delivery(*id)?.is_none() {
                return Ok(Err(Answer::no(4, &sentence::NO_DELIVERY, &[id])));
            }
        }
        if !end {
            for batch in ids.chunks(BATCH) {
                store.retry(batch, now)?;
            }
            return Ok(Ok(ids));
        }
        let mut ended = Vec::new();
        for batch in ids.chunks(BATCH) {
            ended.extend(store.end(batch, now)?);
        }
        match ids.first() {
            Some(first) if ended.is_empty() => Ok(Err(Answer::no(1, &sentence::OVER_ALREADY, &[first]))),
            _ => Ok(Ok(ended)),
        }
    })
    .await??;
    desk.handles.control.nudge_deliverer();
    let done = Some(done.iter().map(Id::to_string).collect());
    Ok(json!(if end { Retried { retried: None, dropped: done } } else { Retried { retried: done, dropped: None } }))
}

/// Refuses a channel that neither the watch list nor a delivery knows: it is a slip.
async fn known_channel(desk: &Desk, channel: &str) -> Result<(), Answer> {
    let config = desk.handles.config.load_full();
    if config.channel(channel).is_some() {
        return Ok(());
    }
    let (store, asked) = (desk.handles.store.clone(), channel.to_owned());
    let known =
        blocking(move || Ok(store.deliveries(DeliveryFilter::All, usize::MAX)?.iter().any(|delivery| delivery.channel == asked))).await?;
    if known {
        return Ok(());
    }
    let ids: Vec<&str> = config.channels.iter().map(|channel| channel.id.as_str()).collect();
    Err(Answer::no(2, &sentence::NO_CHANNEL, &[&channel, &format!("the watch list has {}", ids.join(", "))]))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::sample;

    #[test]
    fn what_failed_since_then_is_picked_and_what_was_decided_is_not() {
        let at = |second| Timestamp::from_second(second).expect("valid");
        let which = Which { since: Some(100_000), channel: Some("redaccion".into()), delivered: false };
        let of = |state, created, channel: &str| Delivery {
            state,
            created: at(created),
            channel: channel.into(),
            ..sample::delivery("a@example.net", &[])
        };
        let dead = || DeliveryState::Dead { at: at(500), reason: "given up".into() };
        let arrived = || DeliveryState::Delivered { at: at(500) };
        assert!(which.takes(&of(dead(), 100, "redaccion")));
        assert!(which.takes(&of(DeliveryState::Held { since: at(1), reason: String::new() }, 101, "redaccion")));
        for (state, created, channel) in [
            (dead(), 99, "redaccion"),
            (dead(), 100, "datos"),
            (arrived(), 100, "redaccion"),
            (DeliveryState::Waiting { due: at(900) }, 100, "redaccion"),
            (DeliveryState::Braked { since: at(1) }, 100, "redaccion"),
            (DeliveryState::Dropped { at: at(1) }, 100, "redaccion"),
            (DeliveryState::Discarded { at: at(1) }, 100, "redaccion"),
        ] {
            assert!(!which.takes(&of(state.clone(), created, channel)), "{state:?} {created} {channel}");
        }
        let again = Which { delivered: true, ..which };
        assert!(again.takes(&of(arrived(), 100, "redaccion")) && again.takes(&of(dead(), 100, "redaccion")));
        assert!(!again.takes(&of(DeliveryState::Dropped { at: at(1) }, 100, "redaccion")));
    }
}
