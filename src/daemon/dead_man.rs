//! The dead man's switch: calls an address now and then while poller, deliverer and store make progress, and only then.
//!
//! Whoever listens there says that veedor is dead when the calls stop; the daemon itself cannot (`alerting.md` A2.11). A call that fails
//! is a line in the log and a number, and holds up nothing. It wakes by its own timer only.

use std::time::Duration;

use url::Url;

use super::Handles;
use crate::config::DeadMan;
use crate::control::Pulse;
use crate::fetch::guard::Guard;
use crate::metrics::DEAD_MAN_CALLS;
use crate::store::pulse::blocking;

/// How long a call may take, and the flush that shows that the store works.
const LIMIT: Duration = Duration::from_secs(20);

/// How soon after the start, or after somebody switched it on, the first call is made.
const SOON: Duration = Duration::from_secs(10);

/// What came of one round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Round {
    /// The address was called and answered well.
    Called,
    /// It could not be called, or did not answer well.
    Failed,
    /// It was not called: something does not make progress.
    Withheld,
}

impl Round {
    fn name(self) -> &'static str {
        match self {
            Self::Called => "called",
            Self::Failed => "failed",
            Self::Withheld => "withheld",
        }
    }
}

/// Runs until told to stop.
pub async fn run(handles: Handles, pulses: Vec<Pulse>) {
    let guard = match Guard::new(handles.config.load().general.listen, LIMIT) {
        Ok(guard) => guard,
        Err(error) => {
            tracing::error!(%error, "nobody is called: TLS cannot be set up");
            return handles.control.stopped().await;
        }
    };
    let (mut wait, mut last) = (SOON, Round::Called);
    while tokio::time::timeout(wait, handles.control.stopped()).await.is_err() {
        let config = handles.config.load_full();
        let Some(dead_man) = &config.general.dead_man else {
            wait = SOON;
            continue;
        };
        wait = dead_man.every;
        let round = once(&handles, &guard, dead_man, &pulses).await;
        handles.metrics.counter(&DEAD_MAN_CALLS, &[round.name()]).inc();
        if round == Round::Called && last != Round::Called {
            tracing::info!("the dead man's switch is called again");
        }
        last = round;
    }
}

async fn once(handles: &Handles, guard: &Guard, dead_man: &DeadMan, pulses: &[Pulse]) -> Round {
    let stuck: Vec<&str> = pulses.iter().filter(|pulse| pulse.is_stuck()).map(Pulse::name).collect();
    if !stuck.is_empty() {
        tracing::error!(?stuck, "the dead man's switch is not called: loops have not come round for a minute");
        return Round::Withheld;
    }
    let store = handles.store.clone();
    match tokio::time::timeout(LIMIT, blocking(move || store.flush())).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::error!(%error, "the dead man's switch is not called: the store does not work");
            return Round::Withheld;
        }
        Err(_) => {
            tracing::error!("the dead man's switch is not called: the store did not answer within {} s", LIMIT.as_secs());
            return Round::Withheld;
        }
    }
    match call(guard, dead_man).await {
        Ok(()) => Round::Called,
        Err(why) => {
            tracing::warn!(why, "the dead man's switch could not be called");
            Round::Failed
        }
    }
}

/// One request. The error shows no more of the address than its host.
async fn call(guard: &Guard, dead_man: &DeadMan) -> Result<(), String> {
    let url = dead_man.url.as_ref().and_then(|url| Url::parse(url.expose()).ok()).ok_or("its address cannot be read")?;
    let host = url.host_str().unwrap_or_default().to_owned();
    let client = guard.client(&url, &dead_man.reach).map_err(|refused| refused.told(&host))?;
    let request = client.get(url).header("user-agent", concat!("veedor/", env!("CARGO_PKG_VERSION")));
    let answer = request.send().await.map_err(|error| format!("{host}: {}", error.without_url()))?;
    if answer.status().is_success() { Ok(()) } else { Err(format!("{host} answered {}", answer.status().as_u16())) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::Router;
    use axum::http::StatusCode;
    use axum::routing::get;

    use super::*;
    use crate::clock::Clock;
    use crate::config::{Config, Secret};
    use crate::control::Control;
    use crate::daemon::supervise::Loops;
    use crate::domain::reach::Reach;

    /// An address that counts its calls and answers so.
    async fn listener(status: StatusCode) -> (String, Arc<AtomicUsize>) {
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = calls.clone();
        let hit = move || {
            counted.fetch_add(1, Ordering::SeqCst);
            std::future::ready(status)
        };
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}/ping/s3cret", socket.local_addr().expect("bound"));
        tokio::spawn(async move { axum::serve(socket, Router::new().route("/ping/s3cret", get(hit))).await });
        (url, calls)
    }

    async fn handles() -> (tempfile::TempDir, Handles) {
        let dir = tempfile::tempdir().expect("a folder");
        let list = dir.path().join("watchlist.toml");
        let text = format!(
            "[veedor]\ncontact = \"pruebas@example.org\"\nstate_dir = \"{}\"\n\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2024-00011G\"\n",
            dir.path().join("state").display()
        );
        std::fs::write(&list, text).expect("a watch list");
        let config = Config::load(&list).expect("a good list").config;
        (dir, Handles::open(config, Clock::System).await.expect("a store"))
    }

    fn dead_man(url: &str, private: bool) -> DeadMan {
        let reach = Reach { private, ..Reach::default() };
        DeadMan { url: Some(Secret::new(url)), every: Duration::from_secs(300), reach }
    }

    #[tokio::test]
    async fn it_is_called_while_everything_comes_round_and_not_when_a_loop_is_stuck() {
        let (_dir, handles) = handles().await;
        let (url, calls) = listener(StatusCode::OK).await;
        let guard = Guard::new(None, LIMIT).expect("a guard");
        let a_minute_ago = std::time::Instant::now().checked_sub(Duration::from_secs(61)).expect("the machine runs for longer");
        let poller = Pulse::since("poller", a_minute_ago);
        let pulses = [poller.clone(), Loops::new(Arc::new(Control::default())).pulse("deliverer")];
        assert_eq!(once(&handles, &guard, &dead_man(&url, true), &pulses[1..]).await, Round::Called);
        assert_eq!(calls.load(Ordering::SeqCst), 1);
        assert_eq!(once(&handles, &guard, &dead_man(&url, true), &pulses).await, Round::Withheld);
        assert_eq!(calls.load(Ordering::SeqCst), 1, "a stuck poller must not look alive");
        poller.beat();
        assert_eq!(once(&handles, &guard, &dead_man(&url, true), &pulses).await, Round::Called);
    }

    #[tokio::test]
    async fn what_fails_is_said_without_the_address_and_holds_up_nothing() {
        let (_dir, handles) = handles().await;
        let guard = Guard::new(None, LIMIT).expect("a guard");
        let (bad, calls) = listener(StatusCode::NOT_FOUND).await;
        let closed = {
            let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
            format!("http://{}/ping/s3cret", socket.local_addr().expect("bound"))
        };
        for (url, private, said) in
            [(bad.as_str(), true, "127.0.0.1 answered 404"), (&closed, true, "127.0.0.1: "), (&bad, false, "not allowed")]
        {
            let why = call(&guard, &dead_man(url, private)).await.expect_err("fails");
            assert!(why.contains(said) && !why.contains("s3cret"), "{why}");
            assert_eq!(once(&handles, &guard, &dead_man(url, private), &[]).await, Round::Failed);
        }
        assert_eq!(calls.load(Ordering::SeqCst), 2, "an address that is not allowed is not called");
    }
}
