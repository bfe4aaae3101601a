//! The calendar: reminders before hearings start, and hearings of which nothing was heard.
//!
//! A loop beside the poller that asks no source. It looks at a case when its version is new or something of it is due, in small
//! portions, and tells through [`Store::announce`](crate::store::Store::announce), which tells nothing twice: after a restart it
//! simply asks again.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::matter::Looked;
use super::steady::Steady;
use super::{Handles, matter};
use crate::clock::uptime;
use crate::config::Config;
use crate::domain::case::Watch;
use crate::meaning::calendar::FARTHEST;
use crate::store::error::StoreError;
use crate::store::pulse::blocking;
use crate::store::{Cid, Store};

/// How often it looks, at most: a reminder comes within a minute of its time.
const LOOK: Duration = Duration::from_secs(60);
/// Cases in one portion, and the pause after it: a long list is gone through beside the visits.
pub(super) const PORTION: usize = 200;
const PAUSE: Duration = Duration::from_millis(20);

/// What was last seen of a case.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    version: u32,
    next: Timestamp,
}

impl Known {
    /// What came of looking at a case.
    pub(super) fn of(looked: &Looked) -> Self {
        Self { version: looked.version, next: looked.next }
    }

    /// Whether nothing can be due yet. What is farther away than any next time ever is was worked out under a clock that was ahead
    /// and has been set back.
    fn waits(&self, now: Timestamp) -> bool {
        now < self.next && self.next <= now + FARTHEST
    }
}

/// How soon a case is looked at again of which what is due could not be read.
const AFTER_TROUBLE: Duration = Duration::from_secs(3600);

/// Runs until told to stop.
pub async fn run(handles: Handles) {
    let mut known: HashMap<Cid, Known> = HashMap::new();
    let mut read = handles.config.load_full();
    let store = handles.store.clone();
    let newest = blocking(move || Ok(store.rows()?.into_iter().map(|(_, row)| row.last_ok).max())).await.ok().flatten();
    let last_read = newest.filter(|at| *at > 0).and_then(|at| Timestamp::from_second(at.into()).ok());
    let mut steady = Steady::new(handles.clock.now(), uptime(), last_read);
    loop {
        let config = handles.config.load_full();
        // Another watch list may ask for other reminders.
        if !Arc::ptr_eq(&config, &read) {
            known.clear();
            read = Arc::clone(&config);
        }
        // A list whose cases are visited every second is a trial, and wants its reminders as soon.
        let look = config.cases.iter().map(|watch| watch.every).min().map_or(LOOK, |every| every.min(LOOK));
        if tokio::time::timeout(look, handles.control.stopped()).await.is_ok() {
            return;
        }
        steady.look(handles.clock.now(), uptime());
        let all = config.cases.len();
        for portion in (0..all).step_by(PORTION) {
            let (store, config, now) = (handles.store.clone(), Arc::clone(&config), handles.clock.now());
            let before = known;
            let looked = blocking(move || {
                let mut known = before;
                let told = look_at(&store, &config, portion, (now, steady), &mut known);
                Ok((known, told))
            })
            .await;
            let (after, told) = match looked {
                Ok((after, told)) => (after, told),
                Err(error) => (HashMap::new(), Err(error)),
            };
            known = after;
            let told = match told {
                Ok(told) => told,
                Err(error) if error.is_fatal() => return handles.control.fail(error.to_string()),
                Err(error) => {
                    tracing::error!(%error, "the calendar could not be read; it is tried again at the next look");
                    0
                }
            };
            if told > 0 {
                tracing::info!(events = told, "hearings were called to mind, or nothing was heard of them");
                handles.control.nudge_deliverer();
            }
            if portion + PORTION < all && tokio::time::timeout(PAUSE, handles.control.stopped()).await.is_ok() {
                return;
            }
        }
    }
}

/// Looks at one portion of the watch list; how many events were new.
pub(super) fn look_at(
    store: &Store,
    config: &Config,
    from: usize,
    now: (Timestamp, Steady),
    known: &mut HashMap<Cid, Known>,
) -> Result<usize, StoreError> {
    let mut told = 0;
    for watch in config.cases.iter().skip(from).take(PORTION) {
        match look_at_case(store, config, watch, now, known) {
            Ok(events) => told += events,
            // Another version came in between, or something of the case cannot be read: the others are no worse for it, and the
            // next look sees what there is.
            Err(StoreError::Refused(_) | StoreError::Damaged(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(told)
}

/// How many events of a case, and of those it is linked with, were new; none when nothing of it is due yet.
fn look_at_case(
    store: &Store,
    config: &Config,
    watch: &Watch,
    (now, steady): (Timestamp, Steady),
    known: &mut HashMap<Cid, Known>,
) -> Result<usize, StoreError> {
    let Some(cid) = store.cid(&watch.case)? else { return Ok(0) };
    let Some(head) = store.head(cid)?.filter(|head| head.version > 0) else { return Ok(0) };
    if known.get(&cid).is_some_and(|known| known.version == head.version && known.waits(now)) {
        return Ok(0);
    }
    let later = Known { version: head.version, next: now + AFTER_TROUBLE };
    let mut told = 0;
    // A panic over what one case says must not end the calendar of all.
    match catch_unwind(AssertUnwindSafe(|| matter::look(store, config, watch, now, steady))) {
        Ok(Ok(all)) => {
            for looked in all {
                known.insert(looked.cid, Known::of(&looked));
                told += looked.told;
            }
        }
        Ok(Err(StoreError::Damaged(why))) => {
            tracing::error!(source = %watch.case.source, case = cid, why, "what is due of a case cannot be read; run `veedor fsck`");
            known.insert(cid, later);
        }
        Ok(Err(error)) => return Err(error),
        Err(_) => {
            tracing::error!(source = %watch.case.source, case = cid, "a look at what is due of a case ended in a panic; this is a bug, please report it");
            known.insert(cid, later);
        }
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_left_alone_until_something_can_be_due_and_looked_at_again_when_the_clock_was_set_back() {
        let at = |hours: i64| Timestamp::from_second(1_800_000_000 + hours * 3600).expect("valid");
        let known = Known { version: 3, next: at(20) };
        assert!(known.waits(at(0)) && known.waits(at(19)));
        assert!(!known.waits(at(20)), "its time has come");
        assert!(!known.waits(at(-30 * 24)), "it was worked out a month ahead");
    }
}
