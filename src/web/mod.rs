//! The address in `listen`: the dashboard, whether veedor is alive and ready, and counters.
//!
//! Started by `daemon` when `listen` is not empty, and for the commands on the socket, which has [`api`] alone. Every page that shows a case
//! stands behind `guard`; before it stand only `/livez`, `/readyz`, `/metrics`, the files of the pages, what the watch list makes public
//! (`showcase`), and what recipients reach by links that only they have (`ways_out`). Pages ask the daemon over a [`Line`] and read no store.

pub mod api;
mod assets;
mod caller;
mod cut;
mod denied;
mod entrance;
mod face;
mod feeds;
mod fields;
mod guard;
mod health;
mod limit;
mod links;
mod moment;
mod pages;
mod problem;
mod said;
mod shelf;
mod shelves;
mod showcase;
mod throttle;
mod trail;
mod unchanged;
mod visitor;
mod ways_out;
mod words;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use tokio::net::{TcpListener, UnixListener};

use crate::ask::Ask;
use crate::ask::line::{Line, Refusal, Sight};
use crate::clock::Clock;
use crate::config::Config;
use crate::control::{Control, Pulse};
use crate::metrics::Metrics;
use crate::store::Store;
use crate::store::pulse::blocking;
use crate::wire::api::cases::CaseList;
use cut::{Cut, Peer};
use entrance::Entrance;
use pages::Folds;
use shelf::Shelf;
use visitor::Visitor;
use ways_out::WaysOut;

/// How long answers under way may take to end at shutdown.
const GRACE: Duration = Duration::from_secs(2);

/// The same for the commands, which somebody waits for.
const GRACE_OF_SOCKET: Duration = Duration::from_secs(5);

/// What the pages show.
#[derive(Debug, Clone)]
pub struct Pages {
    metrics: Metrics,
    control: Arc<Control>,
    store: Store,
    config: Arc<ArcSwap<Config>>,
    pulses: Vec<Pulse>,
    ways_out: WaysOut,
    line: Line,
    clock: Clock,
    entrance: Arc<Entrance>,
    /// Requests that are counted.
    throttle: Arc<throttle::Throttle>,
    /// What is made of all cases.
    list: Arc<Lists>,
    /// Requests that are not done twice.
    keys: Arc<api::Keys>,
    /// What everybody may see, by tag.
    shown: showcase::Shown,
    /// The same with what looking through it needs.
    folds: Arc<Folds>,
    /// What takes long and is asked in several ways.
    kept: Arc<shelves::Kept>,
}

/// The list of all cases, for each who sees as much: what is kept for an editor is not for a viewer.
#[derive(Debug, Default)]
struct Lists {
    whole: Shelf<CaseList>,
    as_told: Shelf<CaseList>,
}

impl Lists {
    /// The shelf for whoever sees so much.
    fn of(&self, sight: Sight) -> &Shelf<CaseList> {
        match sight {
            Sight::Whole => &self.whole,
            Sight::AsTold => &self.as_told,
        }
    }

    /// Takes away what lies there.
    fn clear(&self) {
        self.whole.clear();
        self.as_told.clear();
    }
}

impl Pages {
    /// The pages of a daemon.
    pub fn of(metrics: &Metrics, control: &Arc<Control>, store: &Store, config: &Arc<ArcSwap<Config>>, clock: &Clock, line: Line) -> Self {
        let ways_out = WaysOut::of(config, clock, store, metrics);
        let entrance = Arc::new(Entrance::new(clock, metrics));
        let (metrics, control, store, config) = (metrics.clone(), control.clone(), store.clone(), config.clone());
        Self {
            metrics,
            control,
            store,
            config,
            pulses: Vec::new(),
            ways_out,
            line,
            entrance,
            throttle: Arc::new(throttle::Throttle::new()),
            clock: clock.clone(),
            list: Arc::default(),
            keys: Arc::default(),
            shown: Arc::default(),
            folds: Arc::default(),
            kept: Arc::default(),
        }
    }

    /// The list of all cases as this visitor may see it.
    async fn cases(&self, visitor: &Visitor) -> Result<Arc<CaseList>, Refusal> {
        let sight = visitor.sight();
        self.list.of(sight).get(self.line.get(Ask::List, sight)).await
    }

    /// The tags of the cases, as far as this visitor may see which case has which; none while the list cannot be had.
    async fn tags(&self, visitor: &Visitor) -> Vec<String> {
        let Ok(list) = self.cases(visitor).await else { return Vec::new() };
        self.folds.of(&list).tags.keys().cloned().collect()
    }

    /// The same, which are alive while these loops come round.
    pub fn while_these_beat(self, pulses: &[Pulse]) -> Self {
        Self { pulses: pulses.to_vec(), ..self }
    }

    /// The same, which ask on another line.
    pub fn asking(self, line: Line) -> Self {
        Self { line, ..self }
    }
}

/// Binds the address.
///
/// # Errors
/// When it is taken or not ours, with the address in the sentence.
pub async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let explain = |error: io::Error| {
        io::Error::new(
            error.kind(),
            format!("cannot listen on {address}: {error}; set `listen` in [veedor] to another address, or to \"\""),
        )
    };
    TcpListener::bind(address).await.map_err(explain)
}

/// Serves until told to stop.
pub async fn run(listener: TcpListener, pages: Pages) {
    let control = pages.control.clone();
    say_if_nobody_may(&pages).await;
    let router = Router::new()
        // Whatever supervises asks these under any name; `ok` or what is wrong with this machine is nothing to read for another site.
        .route("/livez", get(health::alive))
        .route("/readyz", get(health::ready))
        .route(&assets::STYLE.address(), get(async || assets::STYLE.answer()))
        .route(&assets::SCRIPT.address(), get(async || assets::SCRIPT.answer()))
        .merge(showcase::router().layer(from_fn_with_state(pages.clone(), throttle::throttle)))
        .with_state(pages.clone())
        .merge(counters(&pages))
        .merge(pages.ways_out.clone().router())
        .merge(feeds::router(&pages))
        .merge(guarded(&pages));
    let told = control.clone();
    let listener = Cut { listener, control: control.clone(), grace: GRACE };
    let serving = axum::serve(listener, router.into_make_service_with_connect_info::<Peer>());
    let serving = serving.with_graceful_shutdown(async move { told.stopped().await });
    until_stopped(serving.into_future(), control, GRACE).await;
}

/// Serves the commands of whoever can open the socket, until told to stop.
pub async fn run_socket(listener: UnixListener, pages: Pages) {
    let control = pages.control.clone();
    let told = control.clone();
    let router = api::console(pages);
    let listener = Cut { listener, control: control.clone(), grace: GRACE_OF_SOCKET };
    let serving = axum::serve(listener, router).with_graceful_shutdown(async move { told.stopped().await });
    until_stopped(serving.into_future(), control, GRACE_OF_SOCKET).await;
}

/// Serves until the end, and no longer than `grace` after it was told to stop: a client that never ends its question would hold the daemon's end up
/// for ever.
async fn until_stopped(serving: impl Future<Output = io::Result<()>>, control: Arc<Control>, grace: Duration) {
    let patience = async {
        control.stopped().await;
        tokio::time::sleep(grace).await;
    };
    tokio::select! {
        served = serving => {
            if let Err(error) = served {
                tracing::error!(%error, "an address failed");
            }
        }
        () = patience => {}
    }
}

/// An address that asks for accounts of which there are none is a riddle.
async fn say_if_nobody_may(pages: &Pages) {
    let store = pages.store.clone();
    if pages.config.load().web.login && blocking(move || store.accounts()).await.is_ok_and(|accounts| accounts.is_empty()) {
        tracing::warn!("an account is needed at `listen`, and nobody has one; `veedor user add NAME --role admin` makes one");
    }
}

/// What stands behind the guard.
fn guarded(pages: &Pages) -> Router {
    let forms = pages::router()
        .method_not_allowed_fallback(async |visitor: Visitor| face::no_page(&visitor))
        .layer(from_fn_with_state(pages.clone(), fields::in_time));
    let all = forms.merge(api::router()).fallback(async |visitor: Visitor| face::missing(&visitor));
    let all = all.layer(from_fn_with_state(pages.clone(), guard::guard));
    all.layer(from_fn_with_state(pages.clone(), throttle::throttle)).with_state(pages.clone())
}

/// The counters, for whoever may reach the pages, with an account or without: no page of another site reads them under a name of its own.
fn counters(pages: &Pages) -> Router {
    let counters =
        async |State(pages): State<Pages>| ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], pages.metrics.render());
    Router::new().route("/metrics", get(counters)).layer(from_fn_with_state(pages.clone(), guard::from_here)).with_state(pages.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::open::Options;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn a_client_that_never_ends_its_question_does_not_hold_the_end_up() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Store::open(&dir.path().join("store"), Options::new(jiff::Timestamp::UNIX_EPOCH)).expect("opens");
        let control = Arc::new(Control::default());
        let listener = bind("127.0.0.1:0".parse().expect("an address")).await.expect("binds");
        let address = listener.local_addr().expect("bound");
        let list = dir.path().join("watchlist.toml");
        std::fs::write(&list, format!("[veedor]\nstate_dir = \"{}\"\n", dir.path().display())).expect("a list");
        let config = Arc::new(ArcSwap::from_pointee(Config::load(&list).expect("good").config));
        let pages = Pages::of(&Metrics::default(), &control, &store, &config, &Clock::System, Line::open().0);
        let client = async {
            let mut half = tokio::net::TcpStream::connect(address).await.expect("connects");
            half.write_all(b"GET /li").await.expect("writes");
            // Whoever comes later is answered only when the first was taken.
            let mut whole = tokio::net::TcpStream::connect(address).await.expect("connects");
            whole.write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("writes");
            let mut answer = [0; 12];
            whole.read_exact(&mut answer).await.expect("answers");
            assert_eq!(&answer, b"HTTP/1.1 200");
            control.stop();
            half
        };
        let both = async { tokio::join!(run(listener, pages), client) };
        let ((), half) = tokio::time::timeout(GRACE * 10, both).await.expect("it ends");
        // Nor does it hold the store open, which may be opened anew at once.
        let closed = store.users();
        drop(store);
        tokio::time::timeout(GRACE * 10, async {
            while closed.have_it() {
                tokio::task::yield_now().await
            }
        })
        .await
        .expect("the store is closed");
        drop(half);
    }
}
