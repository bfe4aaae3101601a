//! One attempt at one delivery: what it sends is fixed, then sent, then noted.
//!
//! A unit of the [`deliverer`](super::deliver). The bytes are on the disk before anything leaves, so every attempt sends the
//! same, whatever the watch list says by then; they are written anew only when part of it is withheld by now, or when a mail that was handed
//! to nobody bears an older sender (`old_sender`). It decides neither when to try nor which channel rests.

use std::time::Duration;

use jiff::Timestamp;

use super::sender::sender;
use super::writing::{is_withheld, write};
use super::{Handles, counted, quiet};
use super::{old_sender, refused};
use crate::domain::backoff::RetrySchedule;
use crate::domain::delivery::{Attempt, Content, Delivery, DeliveryState, Outcome};
use crate::domain::id::Id;
use crate::domain::medium::Medium;
use crate::failpoint;
use crate::metrics::{DELIVERY_ATTEMPTS, DELIVERY_LATENCY};
use crate::notify::{self, Attempted, Unsendable, Whose};
use crate::store::error::StoreError;
use crate::store::pulse::blocking;

/// What is noted of an attempt that panicked.
const PANICKED: &str = "the attempt ended in an internal error, see the log; it may have arrived, possible duplicate";

/// What the deliverer hears of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// It was not tried: it is settled or muted, or planned for the end of quiet hours. It does not come up again before its time.
    NotNow,
    /// It was not tried, because its address is refused. It is held and may come up again at once.
    Held,
    /// It was tried.
    Once {
        /// What came of it.
        outcome: Outcome,
        /// Whose trouble it is, when it failed.
        whose: Whose,
    },
}

/// Tries one delivery once, if there is anything to do, and notes what came of it.
///
/// # Errors
/// Only when the store fails, or the delivery does not read back.
pub async fn attempt(handles: Handles, id: Id) -> Result<Tried, StoreError> {
    let began = handles.clock.now();
    let store = handles.store.clone();
    let config = handles.config.load_full();
    let loaded = blocking(move || {
        let Some(mut delivery) = store.delivery(id)? else { return Ok(None) };
        // What the operator asks for leaves at any hour.
        if !store.is_asked_for(id)
            && let Some(until) = quiet::held_until(&store, &config, &delivery, began)?
        {
            store.replan(&[id], until)?;
            return Ok(None);
        }
        if matches!(delivery.state, DeliveryState::Open { .. }) || store.is_anything_silenced() {
            delivery = store.close(id, began)?.unwrap_or(delivery);
        }
        Ok(Some((store.content(id)?, delivery)))
    });
    let Some((content, delivery)) = loaded.await? else { return Ok(Tried::NotNow) };
    match delivery.state {
        DeliveryState::Open { .. }
        | DeliveryState::Waiting { .. }
        | DeliveryState::Paused { .. }
        | DeliveryState::Again { .. }
        | DeliveryState::Held { .. } => {}
        DeliveryState::Braked { .. }
        | DeliveryState::Delivered { .. }
        | DeliveryState::Dead { .. }
        | DeliveryState::Dropped { .. }
        | DeliveryState::Discarded { .. }
        | DeliveryState::Muted { .. } => return Ok(Tried::NotNow),
    }
    if let Some(why) = refused::holds(&handles, &delivery).await? {
        note(&handles, delivery, Outcome::Misconfigured { why }, Whose::Recipient, began).await?;
        return Ok(Tried::Held);
    }
    let Attempted { outcome, whose, farewell } = try_once(&handles, &delivery, content, began).await?;
    note(&handles, delivery.clone(), outcome.clone(), whose, began).await?;
    refused::learn(&handles, &delivery, &outcome, whose).await?;
    handles.notifier.keep(farewell);
    Ok(Tried::Once { outcome, whose })
}

async fn try_once(handles: &Handles, delivery: &Delivery, content: Option<Content>, began: Timestamp) -> Result<Attempted, StoreError> {
    let config = handles.config.load_full();
    let misconfigured = |why: String| Attempted::of_message(Outcome::Misconfigured { why });
    let Some(channel) = config.channel(&delivery.channel) else {
        let why = format!(
            "the watch list has no channel \"{}\" any more; add it again, or end this with `veedor retry --drop`",
            delivery.channel
        );
        return Ok(misconfigured(why));
    };
    let mut sender = match sender(&config, channel) {
        Ok(sender) => sender,
        Err(why) => return Ok(Attempted::of_channel(Outcome::Misconfigured { why })),
    };
    if is_of_another_kind(&sender, delivery, content.as_ref()) {
        let why = format!(
            "this was written for another kind of channel, and \"{}\" is {} now; change it back, or end this with `veedor retry --drop`",
            channel.id,
            sender.medium().name()
        );
        return Ok(misconfigured(why));
    }
    if !channel.route.recipients.contains(&delivery.recipient) {
        let why = format!(
            "{} is not a recipient of \"{}\" any more; add it again, or end this with `veedor retry --drop`",
            delivery.recipient, channel.id
        );
        return Ok(misconfigured(why));
    }
    let is_written = content.is_some();
    let written = match content {
        Some(content)
            if !is_withheld(handles, &config, delivery).await?
                && !old_sender::is_to_be_corrected(handles, delivery, &content, &sender).await? =>
        {
            Ok(content)
        }
        // What was written before part of it was withheld must not leave as it was, and what bears a refused sender never would.
        _ => match write(handles, &config, channel, &mut sender, delivery, is_written).await {
            // Held where it is seen, and tried again: `fsck --repair` may bring an index back.
            Err(StoreError::Damaged(why)) => {
                return Ok(misconfigured(format!("what it tells does not read back ({why}); run `veedor fsck`")));
            }
            written => written?,
        },
    };
    let content = match written {
        Ok(content) => content,
        Err(Unsendable { why, whose: Whose::Channel | Whose::Sender }) => {
            return Ok(Attempted::of_channel(Outcome::Misconfigured { why }));
        }
        Err(Unsendable { why, whose: Whose::Message | Whose::Recipient }) => {
            return Ok(Attempted::of_message(Outcome::Rejected { why }));
        }
    };
    let is_older = old_sender::keep(&mut sender, content.from);
    failpoint::hit("before-send");
    let attempted = handles.notifier.send(&sender, delivery, &content.body, began).await;
    failpoint::hit("after-send");
    Ok(old_sender::blame(attempted, is_older))
}

/// Whether a channel changed its kind under the same id. A mail has a recipient within its channel, the others have none; and
/// what was gathered cannot become one message where each tells one event.
fn is_of_another_kind(sender: &notify::Channel, delivery: &Delivery, content: Option<&Content>) -> bool {
    let medium = sender.medium();
    match content {
        Some(content) => content.medium != medium,
        None => {
            delivery.recipient.is_empty() == (medium == Medium::Email)
                || ((delivery.events.len() > 1 || delivery.is_digest()) && !medium.gathers())
        }
    }
}

/// Notes that an attempt panicked.
///
/// # Errors
/// As [`attempt`].
pub async fn note_panic(handles: &Handles, id: Id, began: Timestamp) -> Result<Tried, StoreError> {
    let store = handles.store.clone();
    let Some(delivery) = blocking(move || store.delivery(id)).await? else { return Ok(Tried::NotNow) };
    let outcome = Outcome::Retry { why: PANICKED.into(), after: None };
    note(handles, delivery, outcome.clone(), Whose::Message, began).await?;
    Ok(Tried::Once { outcome, whose: Whose::Message })
}

async fn note(handles: &Handles, delivery: Delivery, outcome: Outcome, whose: Whose, began: Timestamp) -> Result<(), StoreError> {
    let now = handles.clock.now();
    let config = handles.config.load_full();
    let channel = config.channel(&delivery.channel);
    let schedule = channel.map_or_else(RetrySchedule::standard, |channel| channel.retry.clone());
    // What a channel is, for metrics: its name may say whom it tells.
    let kind = channel.and_then(|channel| sender(&config, channel).ok()).map_or("gone", |sender| Medium::name(sender.medium()));
    let (state, attempts) = delivery.after(&outcome, &schedule, now);
    let mut state = spared(handles, &delivery, &outcome, state, now);
    handles.metrics.counter(&DELIVERY_ATTEMPTS, &[kind, outcome.name(), counted::reason(&outcome, whose)]).inc();
    match &outcome {
        Outcome::Sent { .. } => {
            let waited = Duration::try_from(now.duration_since(delivery.created)).unwrap_or_default();
            handles.metrics.histogram(&DELIVERY_LATENCY, &[]).observe(waited);
            tracing::debug!(channel = %delivery.channel, delivery = %delivery.id, "delivered");
        }
        other => {
            tracing::warn!(channel = %delivery.channel, delivery = %delivery.id, outcome = other.name(), why = fit_for_the_log(other.detail()), "not delivered")
        }
    }
    if let DeliveryState::Dead { .. } = state {
        tracing::error!(channel = %delivery.channel, delivery = %delivery.id, attempts, "given up; `veedor deliveries --failed` says why");
    }
    let took = Duration::try_from(now.duration_since(began)).unwrap_or_default();
    let record = Attempt { at: began, took, outcome };
    let store = handles.store.clone();
    failpoint::hit("before-note");
    let noted = blocking(move || {
        // A next attempt that would fall into quiet hours waits for their end.
        if let DeliveryState::Waiting { due } = state
            && let Some(until) = quiet::held_until(&store, &config, &delivery, due)?
        {
            state = DeliveryState::Waiting { due: until };
        }
        store.record_attempt(delivery.id, record, state, attempts)
    });
    noted.await?;
    failpoint::hit("after-note");
    Ok(())
}

/// The state, but that nothing is given up because its channel takes nothing at all: it waits until the channel does, or until the
/// operator ends it. What he asked for by hand had been settled before.
fn spared(handles: &Handles, delivery: &Delivery, outcome: &Outcome, state: DeliveryState, now: Timestamp) -> DeliveryState {
    match (&state, outcome) {
        (DeliveryState::Dead { reason, .. }, Outcome::Retry { .. })
            if !matches!(delivery.state, DeliveryState::Again { .. }) && handles.runs.is_failing(&delivery.channel) =>
        {
            let reason = reason.strip_prefix("given up ").unwrap_or(reason);
            DeliveryState::Held { since: now, reason: format!("held {reason}; its channel takes nothing at present") }
        }
        _ => state,
    }
}

/// What came of an attempt, in words that everyone may read: without addresses, and without what a receiver or program said.
pub(super) fn fit_for_the_log(detail: &str) -> String {
    without_addresses(without_answer(detail))
}

/// A receiver's words for the log: mail servers like to repeat the address that they refuse, and the log has no addresses.
/// `veedor deliveries` shows them whole.
fn without_addresses(words: &str) -> String {
    words.split(' ').map(|word| if word.contains('@') { "(address)" } else { word }).collect::<Vec<_>>().join(" ")
}

/// The detail without the own words of a receiver or a program, which may echo what we sent it. They are in `veedor deliveries`.
fn without_answer(detail: &str) -> &str {
    match detail.split_once(": ") {
        Some((status, _)) if [" answered ", " ended with ", " ended by "].iter().any(|verb| status.contains(verb)) => status,
        _ => detail,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_knows_what_became_of_a_mail_whose_attempt_panicked() {
        assert!(Outcome::Retry { why: PANICKED.into(), after: None }.may_have_arrived());
    }

    #[test]
    fn an_address_that_a_mail_server_repeats_stays_out_of_the_log() {
        let words = "the mail relay answered 550 to RCPT: 5.1.1 <mesa@example.org>: no such user";
        assert_eq!(without_addresses(words), "the mail relay answered 550 to RCPT: 5.1.1 (address) no such user");
        assert_eq!(without_answer("hooks.example.org answered 500: PERSONA FICTICIA"), "hooks.example.org answered 500");
        assert_eq!(without_answer("sh ended with 75: PERSONA FICTICIA"), "sh ended with 75");
        assert_eq!(without_answer("127.0.0.1: cannot connect"), "127.0.0.1: cannot connect");
    }
}
