//! The daily backup: so that a damaged store always has one to go back to.
//!
//! It goes into `backups` beside the store, is read back before it gets its name, and the newest [`KEPT`] stay, and as many with gaps. The store's
//! writer is asked for small pieces only, so visits and deliveries go on. It wakes by its own timer; what it reads
//! of the store on the way is also how damage that nobody asked for is found within a day. When the store takes many times what lives in it,
//! the daemon closes it and makes it small ([`renew`](super::renew)): at night or not, right after a backup is when that is safest.

use std::time::Duration;

use jiff::Timestamp;

use super::Handles;
use crate::metrics::{BACKUPS, LAST_BACKUP};
use crate::store::backup::BackupInfo;
use crate::store::error::StoreError;
use crate::store::folder::backups_of;
use crate::store::kept;
use crate::store::pulse::blocking;

/// How often a backup is made.
const EVERY: Duration = Duration::from_secs(24 * 3600);

/// How many are kept of those without gaps, and of those with: a week, so that damage that is noticed on Monday did not reach them
/// all over the weekend, and a backup with gaps takes the place of none without.
pub const KEPT: usize = 7;

/// How often it looks whether one is due, and how soon it tries again after one that failed.
const LOOK: Duration = Duration::from_secs(600);

/// Runs until told to stop. A backup that is under way then is given up; what is left of it is removed before the next.
pub async fn run(handles: Handles) {
    // Not at once: a start has visits to make.
    let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + LOOK, LOOK);
    loop {
        tokio::select! {
            () = handles.control.stopped() => return,
            _ = ticks.tick() => {}
        }
        let done = tokio::select! {
            () = handles.control.stopped() => return,
            done = run_once(&handles) => done,
        };
        if let Err(error) = done
            && error.is_fatal()
        {
            return handles.control.fail(error.to_string());
        }
    }
}

/// Makes a backup if one is due, and drops the oldest.
///
/// # Errors
/// When it could not be made or read back, which is logged and counted too.
pub async fn run_once(handles: &Handles) -> Result<Option<BackupInfo>, StoreError> {
    let (store, now) = (handles.store.clone(), handles.clock.now());
    let dir = backups_of(store.dir());
    let made = blocking(move || {
        if !is_due(kept::newest(&dir), now) {
            return Ok(None);
        }
        kept::make_ready(&dir)?;
        let made = store.backup(&dir, now)?;
        kept::drop_oldest(&dir, KEPT)?;
        match store.measure() {
            // The backup has said so already.
            Ok(_) | Err(StoreError::Damaged(_)) => Ok(Some(made)),
            Err(error) => Err(error),
        }
    })
    .await;
    match &made {
        Ok(None) => {}
        Ok(Some(BackupInfo { path, bytes, counts })) => {
            let (file, bytes, damaged) = (path.display(), *bytes, counts.damaged);
            handles.metrics.counter(&BACKUPS, &[if damaged == 0 { "whole" } else { "damaged" }]).inc();
            handles.metrics.gauge(&LAST_BACKUP, &[]).set(now.as_duration().as_secs_f64());
            if damaged == 0 {
                tracing::info!(%file, bytes, "the daily backup was made and read back");
            } else {
                tracing::error!(
                    %file, bytes, damaged,
                    "the daily backup was made, and not everything in the store reads back; the older ones without gaps are kept: run `veedor fsck`"
                );
            }
        }
        Err(error) => {
            handles.metrics.counter(&BACKUPS, &["failed"]).inc();
            tracing::error!(%error, "the daily backup could not be made; it is tried again in ten minutes");
        }
    }
    // Last: the loops may end with it.
    if matches!(made, Ok(Some(_))) {
        make_small(handles).await?;
    }
    made
}

/// Has the store made small when it takes many times what lives in it.
async fn make_small(handles: &Handles) -> Result<(), StoreError> {
    let store = handles.store.clone();
    let (is_bloated, is_too_large) = blocking(move || Ok((store.is_bloated(), store.is_too_large_to_shrink()?))).await?;
    if is_bloated {
        handles.control.renew();
    } else if is_too_large {
        tracing::error!(
            "the store takes more than four times what lives in it, and over a gigabyte does: stop veedor, then `veedor backup` and `veedor restore` make it small"
        );
    }
    Ok(())
}

fn is_due(newest: Option<Timestamp>, now: Timestamp) -> bool {
    // One from the future is from a clock that was wrong.
    newest.is_none_or(|at| at > now || now.duration_since(at).unsigned_abs() >= EVERY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::config::Config;

    #[tokio::test]
    async fn a_backup_is_made_when_one_is_due_and_the_metrics_say_so() {
        let dir = tempfile::tempdir().expect("a folder");
        let list = dir.path().join("watchlist.toml");
        let state = dir.path().join("state");
        let text = format!("[veedor]\ncontact = \"pruebas@example.org\"\nstate_dir = \"{}\"\n", state.display());
        std::fs::write(&list, text).expect("a watch list");
        let config = Config::load(&list).expect("a good list").config;
        let handles = Handles::open(config, Clock::System).await.expect("a store");
        let made = run_once(&handles).await.expect("backs up").expect("one was due");
        assert_eq!(made.path.parent(), Some(state.join("backups").as_path()));
        assert!(crate::store::backup::verify(&made.path).is_ok());
        assert_eq!(run_once(&handles).await, Ok(None));
        let metrics = handles.metrics.render();
        assert!(metrics.contains("veedor_backups_total{result=\"whole\"} 1"), "{metrics}");
        // A backup that cannot be made stops nothing.
        std::fs::remove_dir_all(state.join("backups")).expect("removes");
        std::fs::write(state.join("backups"), "a file where the folder should be").expect("writes");
        assert!(matches!(run_once(&handles).await, Err(StoreError::Backup(_))));
        assert_eq!(handles.store.failed(), None);
    }

    #[test]
    fn one_a_day() {
        let at = |hour: i64| Timestamp::from_second(1_790_000_000 + hour * 3600).expect("in range");
        assert!(is_due(None, at(0)));
        assert!(!is_due(Some(at(0)), at(23)));
        assert!(is_due(Some(at(0)), at(24)));
        assert!(is_due(Some(at(48)), at(24)));
    }
}
