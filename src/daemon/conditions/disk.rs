//! The disk of the store: little room is told before there is none, which would end the daemon.

use std::path::Path;

use jiff::Timestamp;

use super::{Observed, Observer};
use crate::config::Config;
use crate::daemon::STORE;
use crate::domain::condition::{Class, Rule, Seen, Topic};
use crate::domain::report::{Number, Subject};
use crate::metrics::DISK_FREE;
use crate::store::error::StoreError;

/// Told at the first look, and again when much more is gone before the next reminder.
const RULE: Rule = Rule { times: 0, span: std::time::Duration::ZERO, clear: 1, growth: Some(std::time::Duration::from_secs(6 * 3600)) };

/// What is free on the disk of a folder.
pub(super) fn free(folder: &Path) -> std::io::Result<u64> {
    fs2::available_space(folder)
}

/// Looks at the disk of the state folder.
pub(super) fn look(observer: &mut Observer, config: &Config, now: Timestamp) -> Result<usize, StoreError> {
    let least = config.general.signs.least_free;
    let space = (observer.space)(&config.general.state_dir.join(STORE));
    if let Ok(free) = space {
        let free = u32::try_from(free >> 10).map_or(f64::MAX, |kibibytes| f64::from(kibibytes) * 1024.0);
        observer.handles.metrics.gauge(&DISK_FREE, &[]).set(free);
    }
    let seen = match space {
        Err(error) => {
            tracing::warn!(%error, "how much room is left on the disk of the state folder cannot be seen");
            return Ok(0);
        }
        Ok(free) if least > 0 && free < least => {
            (Seen::Bad { class: Class::Low, count: mebibytes(least - free), fresh: true, why: String::new() }, free)
        }
        // A little more than enough, so that it is not told with every file that comes and goes.
        Ok(free) if free >= least.saturating_add(least / 10) => (Seen::Good, free),
        Ok(free) => (Seen::Unknown, free),
    };
    let (seen, free) = seen;
    let numbers = vec![(Number::FreeMib, free >> 20), (Number::LeastMib, least >> 20)];
    let observed = Observed { topic: Topic::Store, subject: Subject::Store, seen, rule: RULE, numbers, sources: Vec::new() };
    observer.observe(config, observed, now)
}

fn mebibytes(bytes: u64) -> u32 {
    u32::try_from(bytes >> 20).unwrap_or(u32::MAX)
}
