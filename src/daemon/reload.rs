//! Reads the watch list again and swaps it in when it is good; a bad one changes nothing and is said so.
//!
//! Woken by SIGHUP and by `veedor reload`. It does not touch the store: the poller plans anew when it sees the new list.

use sd_notify::NotifyState;

use super::{Handles, counted, recipients, silences};
use crate::config::Config;
use crate::diag::Problem;
use crate::failpoint;
use crate::metrics::CONFIG_RELOAD;

/// The most problems of a bad file that the log repeats.
const MOST_LOGGED: usize = 20;

/// Of two reloads the one that read the older file must not be the last to put it in force.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// What a reload did.
#[derive(Debug)]
pub struct Reloaded {
    /// Cases watched now.
    pub cases: usize,
    /// Channels now.
    pub channels: usize,
    /// What is worth a look, and settings that take effect at the next start only.
    pub warnings: Vec<String>,
    /// The same for the log.
    logged: Vec<String>,
}

/// Runs until told to stop.
pub async fn run(handles: Handles) {
    loop {
        tokio::select! {
            () = handles.control.stopped() => return,
            () = handles.control.reload_wanted() => {}
        }
        // What came of it is in the log, and nobody else waits for it.
        let _ = now(&handles).await;
    }
}

/// Reloads at once, and leaves in the log what came of it, whoever asked.
///
/// # Errors
/// Every problem of the file; the old list stays in force.
pub async fn now(handles: &Handles) -> Result<Reloaded, Vec<Problem>> {
    let _turn = ONE_AT_A_TIME.lock().await;
    let old = handles.config.load_full();
    tell_systemd(&[NotifyState::Reloading, NotifyState::monotonic_usec_now().unwrap_or(NotifyState::Reloading)]);
    let path = old.path.clone();
    let loaded = tokio::task::spawn_blocking(move || Config::load(&path)).await;
    let loaded = loaded.unwrap_or_else(|error| Err(vec![Problem::of_file(&old.path.display().to_string(), error.to_string(), None)]));
    let result = match loaded {
        Ok(loaded) => {
            let mut warnings: Vec<String> = loaded.warnings.iter().map(Problem::sentence).collect();
            let mut logged: Vec<String> = loaded.warnings.iter().map(Problem::for_log).collect();
            for (said, for_log) in recipients::news(handles, &old, &loaded.config).await {
                warnings.push(said);
                logged.push(for_log);
            }
            let later = needs_restart(&old, &loaded.config);
            warnings.extend(later.clone());
            logged.extend(later);
            let reloaded = Reloaded { cases: loaded.config.cases.len(), channels: loaded.config.channels.len(), warnings, logged };
            silences::know(handles, &loaded.config).await;
            failpoint::hit("before-reload");
            handles.config.store(std::sync::Arc::new(loaded.config));
            handles.shared.forget();
            handles.control.nudge_poller();
            handles.control.nudge_deliverer();
            if let Err(error) = counted::introduce(handles).await {
                tracing::error!(%error, "the counters of new sources begin with their first visit");
            }
            Ok(reloaded)
        }
        Err(problems) => Err(problems),
    };
    log(&result);
    handles.metrics.gauge(&CONFIG_RELOAD, &[]).set(if result.is_ok() { 1.0 } else { 0.0 });
    tell_systemd(&[NotifyState::Ready]);
    result
}

fn log(result: &Result<Reloaded, Vec<Problem>>) {
    match result {
        Ok(reloaded) => {
            tracing::info!(cases = reloaded.cases, channels = reloaded.channels, "the watch list was read again");
            for warning in &reloaded.logged {
                tracing::warn!("{warning}");
            }
        }
        Err(problems) => {
            for problem in problems.iter().take(MOST_LOGGED) {
                tracing::error!("{}", problem.for_log());
            }
            tracing::error!(
                problems = problems.len(),
                "the watch list has problems and the old one stays in force; `veedor check` shows them all with their lines"
            );
        }
    }
}

fn needs_restart(old: &Config, new: &Config) -> Vec<String> {
    let mut settings = Vec::new();
    if old.general.state_dir != new.general.state_dir {
        settings.push("veedor.state_dir");
    }
    if old.general.listen != new.general.listen {
        settings.push("veedor.listen");
    }
    if old.general.contact != new.general.contact {
        settings.push("veedor.contact");
    }
    settings.into_iter().map(|key| format!("{key} changed; it takes effect at the next start")).collect()
}

fn tell_systemd(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "systemd could not be told");
    }
}
