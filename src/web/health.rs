//! `/livez` and `/readyz`: what a supervisor restarts for, and what it waits for.
//!
//! Alive: the poller and the deliverer came round within a minute. Ready: the store takes a write that is on the disk when it answers, its disk has room, and
//! nobody told veedor to stop; a watch list is loaded whenever anything answers here. Courts and mail servers count for neither: a restart
//! mends none of their troubles (`alerting.md` E3.3).

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;

use super::Pages;
use crate::control::{Control, Pulse};
use crate::store::Store;
use crate::store::pulse::blocking;

/// How long the store may take to answer. A disk that hangs is no disk to start on.
const PATIENCE: Duration = Duration::from_secs(10);

/// Less than this is no room, whatever the watch list says: the store's next files would not fit.
const LEAST_FREE: u64 = 64 << 20;

type Answer = (StatusCode, String);

fn well() -> Answer {
    (StatusCode::OK, "ok\n".to_owned())
}

fn unwell(why: &str) -> Answer {
    (StatusCode::SERVICE_UNAVAILABLE, format!("{why}\n"))
}

/// Whether the poller and the deliverer come round.
pub(super) async fn alive(State(pages): State<Pages>) -> Answer {
    alive_by(&pages.pulses)
}

/// The same, of these loops.
pub(super) fn alive_by(pulses: &[Pulse]) -> Answer {
    let stuck: Vec<&str> = pulses.iter().filter(|pulse| pulse.is_stuck()).map(Pulse::name).collect();
    if stuck.is_empty() { well() } else { unwell(&format!("not come round for a minute: {}", stuck.join(", "))) }
}

/// Whether it can do its work now.
pub(super) async fn ready(State(pages): State<Pages>) -> Answer {
    ready_now(&pages).await
}

/// The same, for whoever tells it otherwise.
pub(super) async fn ready_now(pages: &Pages) -> Answer {
    // Nobody who wants to know nothing of the disk (`least_free = 0`) is kept waiting for it.
    let least = pages.config.load().general.signs.least_free.min(LEAST_FREE);
    ready_by(&pages.control, &pages.store, least).await
}

async fn ready_by(control: &Arc<Control>, store: &Store, least_free: u64) -> Answer {
    if control.is_stopping() {
        return unwell("stopping");
    }
    let probed = store.clone();
    match tokio::time::timeout(PATIENCE, blocking(move || probed.flush())).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => return unwell(&error.to_string()),
        Err(_) => return unwell(&format!("the store did not answer within {} s", PATIENCE.as_secs())),
    }
    match fs2::available_space(store.dir()) {
        Ok(free) if free < least_free => unwell(&format!("only {} MiB are free on the disk of the store", free >> 20)),
        Ok(_) => well(),
        Err(error) => unwell(&format!("what is free on the disk of the store cannot be seen: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::store::open::Options;

    #[test]
    fn it_is_alive_while_every_loop_with_a_pulse_comes_round() {
        let long_ago = Instant::now().checked_sub(Duration::from_secs(61)).expect("the machine runs for longer");
        let (stuck, beating) = (Pulse::since("poller", long_ago), Pulse::since("deliverer", Instant::now()));
        assert_eq!(alive_by(std::slice::from_ref(&beating)), well());
        let (status, said) = alive_by(&[beating.clone(), stuck.clone()]);
        assert!(status == StatusCode::SERVICE_UNAVAILABLE && said.contains("poller") && !said.contains("deliverer"), "{said}");
        stuck.beat();
        assert_eq!(alive_by(&[beating, stuck]), well());
    }

    #[tokio::test]
    async fn it_is_ready_while_the_store_writes_its_disk_has_room_and_nobody_stops_it() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::open(&dir.path().join("store"), Options::new(jiff::Timestamp::UNIX_EPOCH)).expect("opens");
        let control = Arc::new(Control::default());
        assert_eq!(ready_by(&control, &store, 0).await, well());
        let (status, said) = ready_by(&control, &store, u64::MAX).await;
        assert!(status == StatusCode::SERVICE_UNAVAILABLE && said.contains("MiB are free"), "{said}");
        control.stop();
        assert_eq!(ready_by(&control, &store, 0).await.1, "stopping\n");
    }
}
