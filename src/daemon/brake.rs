//! The brake as the daemon sees it: by what a visit is judged, and what the log says of it.
//!
//! Called by [`record`](super::record), the [`deliverer`](super::deliver) at its start, and the [`answers`](super::answers) that
//! release and discard. Counting and holding is the store's, in the transaction of the visit.

use std::time::Duration;

use jiff::Timestamp;

use crate::config::Config;
use crate::domain::brake::{self, Brake, Drift};
use crate::domain::case::Watch;
use crate::domain::event::Event;
use crate::domain::schedule::Row;
use crate::recipe::is_described;
use crate::store::Store;
use crate::store::commit::Committed;
use crate::store::error::StoreError;

/// What the changes of a visit are judged by, whose case had this row before; `None` when there is nothing to judge. Pages, feeds
/// and programs that cases describe themselves have no site in common, so nothing follows from many of them.
pub(super) fn judged_by(config: &Config, watch: &Watch, row: Row, events: &[Event], now: Timestamp) -> Option<Brake> {
    if is_described(&watch.case.source) || events.is_empty() {
        return None;
    }
    let read_before = Timestamp::from_second(row.last_ok.into()).ok().filter(|_| row.last_ok > 0);
    let intervals = intervals(config, &watch.case.source);
    let watched = intervals.len();
    let pace = brake::pace(intervals);
    Some(Brake { watched, round: brake::round(pace), pace, read_before, now, routes: config.routes() })
}

/// How long a round of a source is.
pub(super) fn round(config: &Config, source: &str) -> Duration {
    brake::round(brake::pace(intervals(config, source)))
}

fn intervals(config: &Config, source: &str) -> Vec<Duration> {
    config.cases.iter().filter(|other| other.case.source == source).map(|other| other.every).collect()
}

/// Says in the log that the brake was pulled: that is where an operator hears of it for whom no channel asks.
pub(super) fn tell(watch: &Watch, committed: &Committed) {
    let Some(Drift { way, changed, watched, .. }) = &committed.drift else { return };
    let source = &watch.case.source;
    tracing::error!(
        %source, change = %way, changed, watched,
        "the brake was pulled: many cases changed in the same way, and what they tell is held; look at the site, then \
         `veedor release {source}` or `veedor discard {source}`"
    );
}

/// Says at the start which sources are still braked.
///
/// # Errors
/// When the store fails.
pub(super) fn remind(store: &Store) -> Result<(), StoreError> {
    for braked in store.braked()? {
        let source = &braked.source;
        tracing::error!(
            %source, held = braked.held, changes = ?braked.changes, besides = ?braked.besides,
            "the brake is still pulled and holds messages; `veedor release {source}` or `veedor discard {source}` decides"
        );
    }
    Ok(())
}
