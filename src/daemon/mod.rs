//! The daemon: what runs, and everything that can wake it.
//!
//! | What wakes | Whom | Where |
//! |---|---|---|
//! | its own timer (at most 2 s) | the poller | [`poll`] |
//! | the end of a visit | the poller | [`poll`] |
//! | a nudge after a reload or `veedor poll` | the poller | [`control`](crate::control) |
//! | its own timer (at most 5 s) | the deliverer | [`deliver`] |
//! | the end of an attempt | the deliverer | [`deliver`] |
//! | a nudge after a commit or `veedor retry` | the deliverer | [`control`](crate::control) |
//! | its own timer (a minute) | the pruner | [`prune`] |
//! | its own timer (ten minutes) | the daily backup | [`backups`] |
//! | its own timer (a minute) | the calendar | [`calendar`] |
//! | its own timer (a second), where there is a dashboard | the board | [`board`] |
//! | its own timer (a minute) | the conditions | `conditions` |
//! | its own timer (five minutes) | the dead man's switch | `dead_man` |
//! | SIGHUP, `veedor reload` | the reloader | [`reload`] |
//! | SIGTERM, SIGINT | everyone, to stop | [`signals`] |
//! | a connection to the socket in the state folder | one answer | [`socket`] |
//! | a connection to `listen` | one answer | [`crate::web`] |
//! | a question of the web or a command | one answer | `desk` |
//! | a timer of ten seconds | the watchdog | [`supervise`] |
//! | the daily backup, when the store takes many times what lives in it | everyone, to begin again with a small one | [`renew`] |
//!
//! Called by `veedor run`, `veedor demo` and the stories in `tests/it`. It prints nothing but the log.

mod absent;
pub mod agenda;
pub mod answers;
mod appointments;
pub mod ask;
pub mod attempt;
pub mod backups;
mod beginning;
pub mod board;
mod brake;
pub mod calendar;
pub mod checkup;
mod conditions;
mod counted;
mod dead_man;
mod delays;
pub mod deliver;
mod desk;
mod differing;
mod digest;
pub mod feeds;
mod hearings;
mod held;
mod limits;
mod matter;
mod old_sender;
pub mod pointer;
pub mod poll;
pub mod probe;
mod program;
pub mod prune;
mod quiet;
mod readings;
mod recipients;
pub mod record;
mod refused;
pub mod reload;
pub mod renew;
pub mod rests;
pub mod runs;
pub mod sender;
pub mod shared;
pub mod signals;
mod silences;
pub mod socket;
mod steady;
pub mod supervise;
mod telling;
pub mod turns;
mod unmodified;
pub mod visit;
mod ways_out;
mod writing;

use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use sd_notify::NotifyState;

use crate::ask::line::Line;
use crate::clock::Clock;
use crate::config::Config;
use crate::control::Control;
use crate::failpoint;
use crate::fetch::Fetcher;
use crate::metrics::{BUILD_INFO, Metrics};
use crate::notify::Notifier;
use crate::store::Store;
use crate::store::error::{OpenError, StoreError};
use crate::store::open::Options;
use crate::store::pulse::blocking;
use crate::web;
use desk::Places;
use poll::Poller;
use runs::Runs;
use shared::Shared;
use supervise::{Ending, Loops};
use visit::Visitor;

/// What the loops, the answers and the units work with.
#[derive(Debug, Clone)]
pub struct Handles {
    /// The time.
    pub clock: Clock,
    /// The watch list in force.
    pub config: Arc<ArcSwap<Config>>,
    /// Everything kept.
    pub store: Store,
    /// The courts.
    pub fetcher: Fetcher,
    /// Answers of theirs that serve many cases.
    pub shared: Shared,
    /// The subscribers.
    pub notifier: Arc<Notifier>,
    /// What was read of dockets for messages.
    pub read: telling::Read,
    /// What is known of all cases at once.
    pub board: board::Board,
    /// What feeds were made of.
    pub feeds: feeds::Feeds,
    /// What fails, by channel.
    pub runs: Arc<Runs>,
    /// Counters.
    pub metrics: Metrics,
    /// Nudges and the stop signal.
    pub control: Arc<Control>,
}

/// Why the daemon could not start.
#[derive(Debug)]
pub enum StartError {
    /// Another process has the store: exit code 74.
    Locked(String),
    /// The store cannot be used: exit code 74.
    Store(String),
    /// An address cannot be listened on, or a client cannot be set up: exit code 1.
    Listen(String),
}

impl std::fmt::Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Locked(why) | Self::Store(why) | Self::Listen(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for StartError {}

impl From<OpenError> for StartError {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Locked { .. } => Self::Locked(error.to_string()),
            _ => Self::Store(error.to_string()),
        }
    }
}

impl From<StoreError> for StartError {
    fn from(error: StoreError) -> Self {
        Self::Store(error.to_string())
    }
}

/// The store's folder in the state folder; backups are looked for beside it.
pub const STORE: &str = "store";

/// How often the supervisor looks at the loops and, under systemd, feeds the watchdog.
const WATCH: Duration = Duration::from_secs(10);

impl Handles {
    /// Opens the store and makes the handles.
    ///
    /// # Errors
    /// When the store cannot be opened.
    pub async fn open(config: Config, clock: Clock) -> Result<Self, StartError> {
        let options = Options::new(clock.now());
        Self::open_with(config, clock, options).await
    }

    /// As [`open`](Self::open), with a say in how the store is opened.
    ///
    /// # Errors
    /// When the store cannot be opened.
    pub async fn open_with(config: Config, clock: Clock, options: Options) -> Result<Self, StartError> {
        let folder = config.general.state_dir.join(STORE);
        let opened = tokio::task::spawn_blocking(move || Store::open(&folder, options)).await;
        let store = opened.map_err(|error| StartError::Store(format!("the store could not be opened: {error}")))??;
        let (labelled, labels) = (store.clone(), silences::labels(&config));
        let watches = config.cases.clone();
        blocking(move || labelled.know(labels).and_then(|()| labelled.keep_said(&watches))).await?;
        let metrics = Metrics::default();
        metrics.gauge(&BUILD_INFO, &[env!("CARGO_PKG_VERSION")]).set(1.0);
        let fetcher = Fetcher::new(config.general.contact.as_deref(), clock.clone(), metrics.clone());
        let fetcher = fetcher.map_err(|error| StartError::Listen(format!("failed to {error}")))?;
        let notifier = sender::notifier(&config).map_err(StartError::Listen)?;
        Ok(Self {
            fetcher,
            shared: Shared::new(clock.clone()),
            notifier: Arc::new(notifier),
            runs: Arc::new(Runs::kept(&store.conditions()?)),
            config: Arc::new(ArcSwap::from_pointee(config)),
            clock,
            store,
            read: telling::Read::default(),
            board: board::Board::default(),
            feeds: feeds::Feeds::default(),
            metrics,
            control: Arc::new(Control::default()),
        })
    }
}

/// Runs until told to stop, or until something that must not fail did.
///
/// # Errors
/// When it cannot start.
pub async fn run(handles: Handles) -> Result<Ending, StartError> {
    failpoint::hit("before-start");
    prune::restore_hosts(&handles).await?;
    let config = handles.config.load_full();
    let visitor = Arc::new(Visitor::new(handles.clone()));
    let socket = socket::Listener::bind(&config.general.state_dir).map_err(|error| StartError::Listen(error.to_string()))?;
    let page = match config.general.listen {
        Some(address) => Some(web::bind(address).await.map_err(|error| StartError::Listen(error.to_string()))?),
        None => None,
    };
    counted::introduce(&handles).await?;
    let poller = Poller::new(handles.clone(), visitor.clone()).await?;
    let import_only = config.cases.len().saturating_sub(poller.cases());
    tracing::info!(cases = poller.cases(), import_only, channels = config.channels.len(), "watching");

    let mut loops = Loops::new(handles.control.clone());
    let pulses = [loops.pulse("poller"), loops.pulse("deliverer")];
    let [visits, attempts] = pulses.clone();
    loops.start("poller", poller.run(visits));
    loops.start("deliverer", deliver::Deliverer::new(handles.clone()).run(attempts));
    loops.start("dead man's switch", dead_man::run(handles.clone(), pulses.to_vec()));
    loops.start("pruner", prune::run(handles.clone()));
    loops.start("backups", backups::run(handles.clone()));
    loops.start("calendar", calendar::run(handles.clone()));
    loops.start("conditions", conditions::run(handles.clone()));
    loops.start("reloader", reload::run(handles.clone()));
    loops.start("signals", signals::run(handles.control.clone()));
    let answering = answers::Desk { handles: handles.clone(), visitor, opened: answers::Opened::default() };
    let (typed, asked) = Line::open();
    loops.start("answers to commands", desk::run(answering.clone(), asked, Places::SOCKET));
    let pages = web::Pages::of(&handles.metrics, &handles.control, &handles.store, &handles.config, &handles.clock, typed);
    let pages = pages.while_these_beat(&pulses);
    loops.start("socket", socket.run(pages.clone()));
    if let Some(page) = page {
        let (line, asked) = Line::open();
        loops.start("board", board::run(handles.clone()));
        loops.start("desk", desk::run(answering, asked, Places::WEB));
        loops.start("web", web::run(page, pages.asking(line)));
    }

    notify(&[NotifyState::Ready]);
    let ending = loops.run(WATCH, watch).await;
    let is_renewing = handles.control.is_renewing();
    if !is_renewing {
        // After this systemd waits for the process to end.
        notify(&[NotifyState::Stopping]);
    }
    let store = handles.store.clone();
    let flushed = blocking(move || store.flush()).await;
    match (&ending, flushed) {
        (Ending::Stopped, Err(error)) => Ok(Ending::StoreFailed(error.to_string())),
        (Ending::Stopped, Ok(())) if is_renewing => Ok(Ending::Renew),
        _ => Ok(ending),
    }
}

/// Feeds the watchdog only while the poller and the deliverer come round: a daemon that only looks alive is restarted. The other loops have
/// no pulse: they look once a minute or less often, and a backup of gigabytes is no reason to restart.
fn watch(stuck: &[&'static str]) {
    if stuck.is_empty() {
        notify(&[NotifyState::Watchdog]);
    } else {
        tracing::error!(?stuck, "loops have not come round for a minute; the watchdog is not fed");
    }
}

/// Outside systemd there is nobody to tell, which is no failure.
fn notify(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "systemd could not be told");
    }
}
