//! The pruner: what has to be looked after now and then.
//!
//! Every minute it keeps what is known of the hosts, so that a restart neither refills a budget nor ends a rest, and forgets
//! idle ones, and counts the outbox for the metrics. Every hour it drops what is kept only for a while (finished deliveries and their attempts, sessions that are over). Versions and events
//! are never pruned here. It wakes by its own timer only.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Handles;
use crate::config::Config;
use crate::domain::medium::Medium;
use crate::fetch::HostRecord;
use crate::metrics::{DEAD_LETTERS, OUTBOX_MUTED, OUTBOX_OLDEST_AGE, OUTBOX_PENDING, OUTBOX_ROWS, STORE_BYTES};
use crate::store::error::StoreError;
use crate::store::hosts::HostBudget;
use crate::store::prune::{Pruned, RETENTION};
use crate::store::pulse::blocking;
use crate::store::queue::standing::Standing;

/// How often hosts are kept.
const EVERY: Duration = Duration::from_secs(60);

/// The channel label of what waits for a channel that the watch list does not name any more.
const REMOVED: &str = "removed";

/// Of so many rounds one prunes.
const PRUNE_ROUNDS: u64 = 60;

/// Runs until told to stop.
pub async fn run(handles: Handles) {
    let mut ticks = tokio::time::interval(EVERY);
    for round in 0u64.. {
        tokio::select! {
            () = handles.control.stopped() => break,
            _ = ticks.tick() => {}
        }
        let kept = keep_hosts(&handles).await.and(count(&handles).await);
        let pruned = if round % PRUNE_ROUNDS == 0 { prune(&handles).await } else { Ok(()) };
        match kept.and(pruned) {
            Err(error) if error.is_fatal() => return handles.control.fail(error.to_string()),
            Err(error) => tracing::error!(%error, "the store could not be looked after"),
            Ok(()) => {}
        }
    }
    if let Err(error) = keep_hosts(&handles).await {
        handles.control.fail(error.to_string());
    }
}

async fn prune(handles: &Handles) -> Result<(), StoreError> {
    let (store, now) = (handles.store.clone(), handles.clock.now());
    let Pruned { deliveries, attempts } = blocking(move || store.prune(now, RETENTION)).await?;
    if deliveries + attempts > 0 {
        tracing::info!(deliveries, attempts, "what was kept for 90 days was dropped");
    }
    prune_access(handles).await
}

/// Sessions that are over, and what was done so long ago that the watch list does not want it kept.
async fn prune_access(handles: &Handles) -> Result<(), StoreError> {
    let (store, now) = (handles.store.clone(), handles.clock.now());
    let before = handles.config.load().web.audit_keep.and_then(|keep| now.checked_sub(keep).ok());
    let dropped = blocking(move || {
        store.prune_sessions(now)?;
        before.map_or(Ok(0), |before| store.prune_audit(before))
    });
    let deeds = dropped.await?;
    if deeds > 0 {
        tracing::info!(deeds, "what was done longer ago than audit_keep was dropped");
    }
    Ok(())
}

async fn count(handles: &Handles) -> Result<(), StoreError> {
    let (store, now) = (handles.store.clone(), handles.clock.now());
    let (counts, next, disk, living) =
        blocking(move || Ok((store.counts()?, store.next_due()?, store.size_on_disk(), store.living()))).await?;
    let age = next.map(|due| now.duration_since(due).as_secs_f64()).unwrap_or_default().max(0.0);
    let whole = |count: u64| u32::try_from(count).map_or(f64::MAX, f64::from);
    handles.metrics.gauge(&OUTBOX_PENDING, &[]).set(whole(counts.pending));
    handles.metrics.gauge(&OUTBOX_MUTED, &[]).set(whole(counts.muted));
    handles.metrics.gauge(&DEAD_LETTERS, &[]).set(whole(counts.dead));
    handles.metrics.gauge(&OUTBOX_OLDEST_AGE, &[]).set(age);
    let kibibytes = |bytes: u64| u32::try_from(bytes >> 10).map_or(f64::MAX, |kibibytes| f64::from(kibibytes) * 1024.0);
    if let Some(disk) = disk {
        handles.metrics.gauge(&STORE_BYTES, &["disk"]).set(kibibytes(disk));
    }
    // One that does not read back is measured anew with the next backup.
    if let Ok(Some(living)) = living {
        handles.metrics.gauge(&STORE_BYTES, &["living"]).set(kibibytes(living));
    }
    for (medium, standing) in by_medium(&handles.config.load(), handles.store.standing(now)) {
        for (state, count) in standing.by_state() {
            handles.metrics.gauge(&OUTBOX_ROWS, &[state, medium]).set(whole(count));
        }
    }
    Ok(())
}

/// How the deliveries stand by the kind of their channel, and as `removed` those of channels that the watch list does not name any more.
/// Every kind is shown, so that none keeps an old number after a reload.
fn by_medium(config: &Config, standing: BTreeMap<String, Standing>) -> BTreeMap<&'static str, Standing> {
    let names = Medium::ALL.into_iter().map(Medium::name).chain([REMOVED]);
    let mut all: BTreeMap<&'static str, Standing> = names.map(|name| (name, Standing::default())).collect();
    for (channel, of_it) in standing {
        let medium = config.channel(&channel).map_or(REMOVED, |channel| channel.kind.medium().name());
        *all.entry(medium).or_default() += of_it;
    }
    all
}

/// Keeps what is known of the hosts.
///
/// # Errors
/// When the store fails.
pub async fn keep_hosts(handles: &Handles) -> Result<(), StoreError> {
    handles.fetcher.forget_idle();
    let hosts: Vec<HostBudget> = handles
        .fetcher
        .budget_snapshot()
        .into_iter()
        .map(|HostRecord { host, used, day_ends, resting_until }| HostBudget { host, used, day_ends, resting_until })
        .collect();
    let store = handles.store.clone();
    blocking(move || store.keep_hosts(&hosts)).await
}

/// Takes up what was kept of the hosts.
///
/// # Errors
/// When the store fails.
pub async fn restore_hosts(handles: &Handles) -> Result<(), StoreError> {
    let store = handles.store.clone();
    let kept = blocking(move || store.hosts()).await?;
    let records: Vec<HostRecord> = kept
        .into_iter()
        .map(|HostBudget { host, used, day_ends, resting_until }| HostRecord { host, used, day_ends, resting_until })
        .collect();
    handles.fetcher.restore(&records);
    Ok(())
}
