//! Signals: SIGTERM and SIGINT stop, SIGHUP reloads; in the demo it stops, as when a terminal is closed.
//!
//! Runs beside the loops and does nothing itself but pass the wish on.

use std::sync::Arc;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::control::Control;

/// Runs until told to stop.
pub async fn run(control: Arc<Control>) {
    let (Some(mut terminate), Some(mut interrupt), Some(mut hangup)) =
        (listen(SignalKind::terminate()), listen(SignalKind::interrupt()), listen(SignalKind::hangup()))
    else {
        // Without handlers the signals keep their defaults: the daemon can still be ended, only less gently.
        return control.stopped().await;
    };
    loop {
        tokio::select! {
            () = control.stopped() => return,
            _ = terminate.recv() => control.stop(),
            _ = interrupt.recv() => control.stop(),
            _ = hangup.recv() => control.nudge_reload(),
        }
        if control.is_stopping() {
            tracing::info!("stopping: visits and attempts under way are finished first");
            return;
        }
    }
}

/// What was asked for by signals while no loop listened.
#[derive(Debug)]
pub struct Told {
    stops: Vec<Signal>,
    reload: Option<Signal>,
}

impl Told {
    /// Listens from now on.
    pub fn listen() -> Self {
        let stops = [SignalKind::terminate(), SignalKind::interrupt()].into_iter().filter_map(listen).collect();
        Self { stops, reload: listen(SignalKind::hangup()) }
    }

    /// Waits for the wish to stop, also one of before.
    pub async fn to_stop(&mut self) {
        std::future::poll_fn(|context| match self.stops.iter_mut().any(|stop| stop.poll_recv(context).is_ready()) {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        })
        .await;
    }

    /// Whether a reload was asked for since this was last asked. A loop that listened meanwhile has heard of it too.
    pub async fn to_reload(&mut self) -> bool {
        let Some(reload) = &mut self.reload else { return false };
        tokio::select! {
            biased;
            told = reload.recv() => told.is_some(),
            () = std::future::ready(()) => false,
        }
    }
}

/// Waits for SIGHUP. For what runs on a terminal and has to clean up when that goes away; it does not keep the daemon's
/// own loop from hearing the signal too.
pub async fn hung_up() {
    match listen(SignalKind::hangup()) {
        Some(mut hangup) => drop(hangup.recv().await),
        None => std::future::pending().await,
    }
}

fn listen(kind: SignalKind) -> Option<Signal> {
    signal(kind).map_err(|error| tracing::warn!(%error, "a signal cannot be listened to")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_terminal_that_goes_away_is_heard_beside_the_daemons_own_loop() {
        let control = Arc::new(Control::default());
        let (heard, wanted) = tokio::join!(
            async {
                tokio::select! {
                    () = hung_up() => true,
                    () = run(control.clone()) => false,
                }
            },
            async {
                // Both listen by now: futures of one join are first polled in their order.
                let sent = std::process::Command::new("kill").args(["-HUP", &std::process::id().to_string()]).status();
                sent.expect("kill runs").success()
            }
        );
        assert!(heard && wanted && !control.is_stopping());
    }
}
