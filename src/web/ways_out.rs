//! `/u/…`: the pages on which a recipient silences a case for himself or leaves a channel, and what his mail program does with one
//! click (RFC 8058).
//!
//! To look changes nothing, because programs look at every link of a mail; to post does, at once, without a cookie, and the same
//! post again changes nothing more. Who it is follows from the token alone. The log and the counters name neither token nor address.

use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, RETRY_AFTER, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::sync::Semaphore;

use super::fields;
use crate::clock::Clock;
use crate::config::{Channel, Config};
use crate::domain::case::Watch;
use crate::domain::id::{hex, sha256};
use crate::domain::silence::Silence;
use crate::domain::way_out::{LinkKey, Token};
use crate::message::way_out::{STYLE, Stage, WayOutPage, way_out};
use crate::metrics::{Metrics, RECIPIENTS};
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::pulse::blocking;

/// The largest body of a post, in bytes: a form has a dozen, a mail program's some hundreds.
const LARGEST_BODY: usize = 4096;

/// Requests that are looked into at a time; more are asked to come again. Whoever tries tokens takes nothing from the courts and
/// the outbox.
const AT_ONCE: usize = 4;

/// What the pages work with.
#[derive(Debug, Clone)]
pub struct WaysOut {
    pub(super) config: Arc<ArcSwap<Config>>,
    pub(super) clock: Clock,
    pub(super) store: Store,
    pub(super) metrics: Metrics,
    turns: Arc<Semaphore>,
}

impl WaysOut {
    /// The pages of a daemon.
    pub fn of(config: &Arc<ArcSwap<Config>>, clock: &Clock, store: &Store, metrics: &Metrics) -> Self {
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        Self { config: config.clone(), clock: clock.clone(), store: store.clone(), metrics: metrics.clone(), turns }
    }

    /// The routes.
    pub(super) fn router(self) -> Router {
        Router::new().route("/u/{token}", get(show).post(act)).with_state(self)
    }
}

/// Whose a token is.
struct Holder<'a> {
    channel: &'a Channel,
    recipient: &'a str,
    watch: Option<&'a Watch>,
}

impl<'a> Holder<'a> {
    fn find(config: &'a Config, key: &LinkKey, token: &Token) -> Option<Self> {
        let all = config.channels.iter().flat_map(|channel| channel.route.recipients.iter().map(move |to| (channel, to.as_str())));
        let (channel, recipient) = all.filter(|(_, to)| !to.is_empty()).find(|(channel, to)| token.is_of(key, &channel.id, to))?;
        let watch = match token.is_of_a_case() {
            true => Some(config.cases.iter().find(|watch| token.is_about(key, &channel.id, recipient, &watch.case))?),
            false => None,
        };
        Some(Self { channel, recipient, watch })
    }

    /// His wish as the store keeps it.
    fn wish(&self, now: jiff::Timestamp) -> Silence {
        Silence::leave(&self.channel.id, self.recipient, self.watch.map(|watch| &watch.case), now)
    }

    fn page(&self, stage: Stage) -> Response {
        let case = self.watch.map(|watch| watch.number.canonical.as_str());
        let page = WayOutPage { language: self.channel.language, case, channel: &self.channel.id, recipient: self.recipient, stage };
        (StatusCode::OK, headers("text/html; charset=utf-8"), way_out(&page)).into_response()
    }
}

async fn show(State(ways): State<WaysOut>, Path(token): Path<String>) -> Response {
    answer(&ways, &token, None).await
}

async fn act(State(ways): State<WaysOut>, Path(token): Path<String>, body: Body) -> Response {
    let body = match fields::arrived(to_bytes(body, LARGEST_BODY), fields::PATIENCE).await {
        Ok(body) => body,
        Err((status, _)) => return (status, headers("text/plain; charset=utf-8"), NO_BODY).into_response(),
    };
    // A mail program sends `List-Unsubscribe=One-Click`, in one form or another; only our own form takes back.
    answer(&ways, &token, Some(body.trim_ascii() != b"do=undo")).await
}

/// Answers; `stop`: whether a post stops the messages or has them sent again, `None`: somebody only looks.
async fn answer(ways: &WaysOut, token: &str, stop: Option<bool>) -> Response {
    let Ok(_turn) = ways.turns.try_acquire() else {
        return (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, "2")], headers("text/plain; charset=utf-8"), BUSY).into_response();
    };
    let Some(token) = Token::parse(token) else { return unknown() };
    let store = ways.store.clone();
    let key = match blocking(move || store.known_link_key()).await {
        Ok(Some(key)) => key,
        Ok(None) => return unknown(),
        Err(error) => return failed(&error),
    };
    let config = ways.config.load_full();
    let Some(holder) = Holder::find(&config, &key, &token) else { return unknown() };
    let now = ways.clock.now();
    let (store, wish) = (ways.store.clone(), holder.wish(now));
    let id = wish.id;
    let done = blocking(move || match stop {
        None => Ok((store.silence_of(id)?.is_some_and(|silence| silence.ended.is_none()), false)),
        Some(true) => Ok((true, store.silence(wish)?)),
        Some(false) => Ok((false, store.end_silence(id, now)?.is_some())),
    });
    let (stopped, changed) = match done.await {
        Ok(done) => done,
        Err(error) => return failed(&error),
    };
    if changed {
        tell(ways, &holder, stopped, &hex(&id.0[..4]));
    }
    holder.page(match (stop, stopped) {
        (_, true) => Stage::Done,
        (None, false) => Stage::Offered,
        (Some(_), false) => Stage::TakenBack,
    })
}

/// Tells the operator, once for each change of mind.
fn tell(ways: &WaysOut, holder: &Holder<'_>, stopped: bool, silence: &str) {
    let channel = &holder.channel.id;
    let what = match (stopped, holder.watch) {
        (true, None) => {
            tracing::warn!(%channel, silence, "a recipient left the channel by the link in a message; `veedor silence` says who");
            "left"
        }
        (true, Some(_)) => {
            tracing::warn!(%channel, silence, "a recipient silenced a case by the link in a message; `veedor silence` says who and which");
            "muted"
        }
        (false, _) => {
            tracing::info!(%channel, silence, "a recipient wants to be told again");
            "back"
        }
    };
    ways.metrics.counter(&RECIPIENTS, &[what]).inc();
}

/// Two languages, because nobody is known whose language it could be.
const UNKNOWN: &str = "Este enlace no es válido o ya no corresponde a ningún destinatario. Para no recibir más mensajes, escriba a quien \
                       opera veedor.\n\nThis link is not valid, or belongs to no recipient any more. To stop the messages, write to whoever \
                       runs veedor.\n";
const NO_BODY: &str = "Lo enviado es demasiado grande o no llegó.\n\nWhat was sent is too large, or did not arrive.\n";
const BUSY: &str = "Hay muchas consultas a la vez. Recargue la página en unos segundos.\n\nToo many requests at once. Reload the page in \
                    a few seconds.\n";
const FAILED: &str = "No se pudo atender su pedido. Intente de nuevo en unos minutos.\n\nYour request could not be handled. Try again in \
                      a few minutes.\n";

fn unknown() -> Response {
    (StatusCode::NOT_FOUND, headers("text/plain; charset=utf-8"), UNKNOWN).into_response()
}

fn failed(error: &StoreError) -> Response {
    tracing::error!(%error, "what a recipient asked for could not be kept");
    (StatusCode::SERVICE_UNAVAILABLE, headers("text/plain; charset=utf-8"), FAILED).into_response()
}

/// Nothing is kept, passed on, framed or loaded (`alerting.md` E2.1).
fn headers(content: &'static str) -> HeaderMap {
    let hash = STANDARD.encode(sha256(STYLE.as_bytes()));
    let policy = format!("default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");
    let fixed: [(HeaderName, &str); 6] = [
        (CONTENT_TYPE, content),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
        (CONTENT_SECURITY_POLICY, &policy),
    ];
    fixed.into_iter().filter_map(|(name, value)| Some((name, HeaderValue::from_str(value).ok()?))).collect()
}
