//! Mails to an address that its server refuses for good: held, with the reason, until it is welcome again.
//!
//! Asked by [`attempt`](super::attempt) before and after each try. `domain::refusal` decides when a refusal is believed; a mail that arrives, or
//! `veedor retry`, ends it. It sends nothing.

use super::Handles;
use crate::domain::delivery::{Delivery, Outcome};
use crate::domain::refusal::Refusal;
use crate::notify::Whose;
use crate::store::error::StoreError;
use crate::store::pulse::blocking;

/// Why a delivery is held without a try, when its address was refused for good.
pub(super) async fn holds(handles: &Handles, delivery: &Delivery) -> Result<Option<String>, StoreError> {
    if delivery.recipient.is_empty() {
        return Ok(None);
    }
    let (store, id, now) = (handles.store.clone(), delivery.id, handles.clock.now());
    let refusal = blocking(move || store.refusal(id)).await?;
    Ok(refusal.filter(|refusal| refusal.holds(now)).map(|refusal| reason(&delivery.recipient, &refusal)))
}

fn reason(recipient: &str, refusal: &Refusal) -> String {
    format!(
        "the mail server refuses {recipient} ({} times since {}), so mails to it wait and one is tried each day; mend the address or ask for another try with `veedor retry`: {}",
        refusal.count,
        refusal.since.strftime("%Y-%m-%d"),
        refusal.why
    )
}

/// Takes up what an attempt says of the address.
pub(super) async fn learn(handles: &Handles, delivery: &Delivery, outcome: &Outcome, whose: Whose) -> Result<(), StoreError> {
    let (store, id, now) = (handles.store.clone(), delivery.id, handles.clock.now());
    match outcome {
        Outcome::Rejected { why } if whose == Whose::Recipient => {
            let why = why.clone();
            let refusal = blocking(move || store.refused(id, &why, now)).await?;
            if let Some(refusal) = refusal.filter(Refusal::is_believed) {
                // Who it is stands in `veedor deliveries`: the log has no addresses.
                tracing::error!(channel = %delivery.channel, delivery = %id, count = refusal.count, "the mail server refuses an address again; mails to it are held, `veedor deliveries --failed` says which");
            }
        }
        Outcome::Sent { .. } if !delivery.recipient.is_empty() => {
            let was = blocking(move || store.welcome(id)).await?;
            if was.is_some_and(|was| was.is_believed()) {
                handles.store.release(&delivery.channel, true);
            }
        }
        _ => {}
    }
    Ok(())
}
