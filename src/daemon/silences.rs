//! Silences as the daemon sees them: what the store must know to match them, and their end.
//!
//! The [`deliverer`](super::deliver) ends those whose time is over at its rounds, before it claims; a nudge follows nothing here. What
//! mutes what is decided in [`crate::domain::silence`], in the transactions of the store.

use jiff::Timestamp;

use super::Handles;
use crate::config::Config;
use crate::domain::case::Watch;
use crate::store::error::StoreError;
use crate::store::muted::{Label, Labels};
use crate::store::pulse::blocking;

/// What the watch list says of its cases.
pub(super) fn labels(config: &Config) -> Labels {
    let label = |watch: &Watch| {
        let zone = config.source_of(&watch.case).map_or_else(|| config.zone.clone(), |source| source.recipe.zone_of(&watch.number));
        Label { number: watch.number.canonical.clone(), tags: watch.tags.clone(), zone }
    };
    config.cases.iter().map(|watch| (watch.case.clone(), label(watch))).collect()
}

/// Tells the store of another watch list. When that fails, the store has failed, which shows everywhere.
pub(super) async fn know(handles: &Handles, config: &Config) {
    let (store, labels, watches) = (handles.store.clone(), labels(config), config.cases.clone());
    if let Err(error) = blocking(move || store.know(labels).and_then(|()| store.keep_said(&watches))).await {
        tracing::error!(%error, "silences go by the tags of the old watch list");
    }
}

/// Has everything told that was muted by a silence that is damaged or gone.
pub(super) async fn tell_unsilenced(handles: &Handles) {
    let (store, now) = (handles.store.clone(), handles.clock.now());
    match blocking(move || store.tell_unsilenced(now)).await {
        Ok(0) => {}
        Ok(told) => tracing::error!(told, "messages were muted by a silence that does not read back; they are sent now"),
        Err(error) => tracing::error!(%error, "what silences mute could not be read"),
    }
}

/// Ends the silences whose time is over; the summaries are due at once.
///
/// # Errors
/// Only when the store fails.
pub(super) async fn end_due(handles: &Handles, now: Timestamp) -> Result<(), StoreError> {
    if !handles.store.is_summary_due(now) {
        return Ok(());
    }
    let store = handles.store.clone();
    match blocking(move || store.end_silences(now)).await {
        Ok(ended) => {
            for ended in ended {
                tracing::info!(silence = %ended.silence.id, muted = ended.muted, summaries = ended.summaries.len(), "a silence ended");
            }
            Ok(())
        }
        Err(error) if error.is_fatal() => Err(error),
        Err(error) => {
            tracing::error!(%error, "a silence could not be ended");
            Ok(())
        }
    }
}
