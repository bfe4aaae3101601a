//! Mails that were written with another sender than `[smtp] from` has now: whoever corrects a sender that the relay refuses wants his mails to go.
//!
//! Asked by [`attempt`](super::attempt). A mail of which nothing can have been handed over is written anew, under the same Message-ID. Any other
//! keeps its bytes and its sender, and what the relay says of that sender holds up no mail but itself.

use super::Handles;
use crate::domain::delivery::{Content, Delivery};
use crate::notify::{Attempted, Channel, Whose};
use crate::store::error::StoreError;
use crate::store::pulse::blocking;

/// Whether a written mail is to be written anew with the sender of today.
///
/// Its attempts must say that nothing was handed over. One without attempts may have left before a crash, so that it is tried as it is
/// first; when its sender is refused, that is an attempt that says so.
pub(super) async fn is_to_be_corrected(
    handles: &Handles,
    delivery: &Delivery,
    content: &Content,
    today: &Channel,
) -> Result<bool, StoreError> {
    if !is_older(content.from.as_deref(), today) {
        return Ok(false);
    }
    let (store, id) = (handles.store.clone(), delivery.id);
    let Some(attempts) = blocking(move || store.all_attempts(id)).await? else { return Ok(false) };
    Ok(!attempts.is_empty() && attempts.iter().all(|attempt| !attempt.outcome.may_have_arrived()))
}

/// Has a mail sent with the sender that it was written with. Returns whether that is another address than today's.
pub(super) fn keep(today: &mut Channel, from: Option<String>) -> bool {
    let is_older = is_older(from.as_deref(), today);
    if let (Channel::Email(smtp), Some(from)) = (today, from) {
        smtp.from = from;
    }
    is_older
}

/// Whose trouble a refused sender is: that of the mail which alone still bears it, or that of every mail.
pub(super) fn blame(attempted: Attempted, is_older: bool) -> Attempted {
    match attempted.whose {
        Whose::Sender => Attempted { whose: if is_older { Whose::Message } else { Whose::Channel }, ..attempted },
        Whose::Message | Whose::Recipient | Whose::Channel => attempted,
    }
}

fn is_older(from: Option<&str>, today: &Channel) -> bool {
    match (today, from) {
        (Channel::Email(smtp), Some(from)) => !smtp.is_from(from),
        _ => false,
    }
}
