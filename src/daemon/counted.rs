//! Shows every counter at 0 before the first time, and what is known from before a restart.
//!
//! A counter that appears with its first failure hides that failure from whoever looks at rates, and a gauge that is not there raises no
//! alert (`alerting.md` E3.2). Called at start and after a reload. It counts nothing itself.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::Handles;
use crate::domain::delivery::Outcome;
use crate::domain::event::EventKind;
use crate::domain::health::Health;
use crate::domain::medium::Medium;
use crate::domain::schedule::Row;
use crate::metrics::{BACKUPS, CONFIG_RELOAD, DEAD_MAN_CALLS, DELIVERY_ATTEMPTS, EVENTS, LAST_BACKUP, LAST_SUCCESS, POLL_SECONDS, POLLS};
use crate::notify::Whose;
use crate::store::error::StoreError;
use crate::store::folder::backups_of;
use crate::store::pulse::blocking;
use crate::store::{Cid, kept};

/// What `result` of a visit may be besides the name of a health.
const VISITS_BEYOND_HEALTH: [&str; 2] = ["not_kept", "panicked"];

/// Whose trouble a failed attempt is, for metrics; empty for one that arrived.
pub fn reason(outcome: &Outcome, whose: Whose) -> &'static str {
    match (outcome, whose) {
        (Outcome::Sent { .. }, _) => "",
        (_, Whose::Message) => "message",
        (_, Whose::Recipient) => "recipient",
        (_, Whose::Sender) => "sender",
        (_, Whose::Channel) => "channel",
    }
}

/// Shows them.
///
/// # Errors
/// When the store cannot be read.
pub async fn introduce(handles: &Handles) -> Result<(), StoreError> {
    let (metrics, config) = (&handles.metrics, handles.config.load_full());
    metrics.gauge(&CONFIG_RELOAD, &[]).set(1.0);
    for kind in EventKind::ALL {
        metrics.counter(&EVENTS, &[kind.name()]);
    }
    for result in ["whole", "damaged", "failed"] {
        metrics.counter(&BACKUPS, &[result]);
    }
    if config.general.dead_man.is_some() {
        for result in ["called", "failed", "withheld"] {
            metrics.counter(&DEAD_MAN_CALLS, &[result]);
        }
    }
    let media: BTreeSet<&str> = config.channels.iter().map(|channel| Medium::name(channel.kind.medium())).collect();
    for medium in media {
        metrics.counter(&DELIVERY_ATTEMPTS, &[medium, "sent", ""]);
        for result in ["retry", "rejected", "misconfigured"] {
            for whose in ["message", "recipient", "sender", "channel"] {
                metrics.counter(&DELIVERY_ATTEMPTS, &[medium, result, whose]);
            }
        }
    }
    let healths = [
        Health::Ok,
        Health::NotFound,
        Health::Reserved,
        Health::Blocked(String::new()),
        Health::Unavailable(String::new()),
        Health::Unreadable(String::new()),
        Health::Implausible(String::new()),
    ];
    let sources: BTreeSet<&str> = config.cases.iter().map(|watch| watch.case.source.as_str()).collect();
    for source in sources {
        healths.iter().map(Health::name).chain(VISITS_BEYOND_HEALTH).for_each(|result| drop(metrics.counter(&POLLS, &[source, result])));
        metrics.histogram(&POLL_SECONDS, &[source]);
        handles.fetcher.introduce(source);
    }
    let (read, backup) = known(handles).await?;
    for (source, at) in read {
        let gauge = metrics.gauge(&LAST_SUCCESS, &[&source]);
        gauge.set(gauge.get().max(f64::from(at)));
    }
    let last_backup = metrics.gauge(&LAST_BACKUP, &[]);
    if let Some(at) = backup {
        last_backup.set(at.as_duration().as_secs_f64());
    }
    Ok(())
}

/// When each source was last read, and when the newest backup was made. A source that was never read has 0.
async fn known(handles: &Handles) -> Result<(BTreeMap<String, u32>, Option<Timestamp>), StoreError> {
    let (store, config) = (handles.store.clone(), handles.config.load_full());
    blocking(move || {
        let cases: Vec<_> = config.cases.iter().map(|watch| watch.case.clone()).collect();
        let cids = store.register(&cases)?;
        let rows: HashMap<Cid, Row> = store.rows()?.into_iter().collect();
        let mut read: BTreeMap<String, u32> = BTreeMap::new();
        for (case, cid) in cases.into_iter().zip(cids) {
            let last = read.entry(case.source).or_default();
            *last = (*last).max(rows.get(&cid).map_or(0, |row| row.last_ok));
        }
        Ok((read, kept::newest(&backups_of(store.dir()))))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::config::Config;

    #[tokio::test]
    async fn every_counter_stands_at_0_before_the_first_time() {
        let dir = tempfile::tempdir().expect("a folder");
        let list = dir.path().join("watchlist.toml");
        let text = format!(
            "[veedor]\ncontact = \"pruebas@example.org\"\nstate_dir = \"{}\"\n\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2024-00011G\"\n",
            dir.path().join("state").display()
        );
        std::fs::write(&list, text).expect("a watch list");
        let handles = Handles::open(Config::load(&list).expect("a good list").config, Clock::System).await.expect("a store");
        introduce(&handles).await.expect("the store reads");
        let shown = handles.metrics.render();
        for line in [
            "veedor_polls_total{source=\"ec-esatje\",result=\"blocked\"} 0",
            "veedor_polls_total{source=\"ec-esatje\",result=\"panicked\"} 0",
            "veedor_events_total{kind=\"hearing.scheduled\"} 0",
            "veedor_delivery_attempts_total{channel=\"terminal\",result=\"retry\",reason=\"channel\"} 0",
            "veedor_backups_total{result=\"failed\"} 0",
            "veedor_last_backup_timestamp_seconds 0",
            "veedor_last_success_timestamp_seconds{source=\"ec-esatje\"} 0",
            "veedor_config_last_reload_successful 1",
            "veedor_requests_total{source=\"ec-esatje\",result=\"page\"} 0",
        ] {
            assert!(shown.lines().any(|shown| shown == line), "{line}\n{shown}");
        }
    }
}
