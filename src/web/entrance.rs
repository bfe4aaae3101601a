//! Who comes in: by the cookie of a session, by a token, or because he sits at this machine.
//!
//! Asked by [`guard`](super::guard) at each request; the page of the log-in lets in here. A request with a token never reads a cookie, and a
//! bad token is refused whatever cookie comes with it.

use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, HeaderValue, SET_COOKIE};
use axum::response::Response;
use jiff::Timestamp;

use super::caller::Caller;
use super::limit::Limit;
use super::visitor::{Who, cookie};
use crate::clock::Clock;
use crate::credentials::{TOKEN, kept_of};
use crate::domain::access::{LONGEST, Role};
use crate::metrics::{LOGINS, Metrics};
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::pulse::blocking;

/// How many wrong passwords come from one address: ten at once, then one each half a minute.
const BY_ADDRESS: (u32, Duration) = (10, Duration::from_secs(30));

/// How many wrong passwords for one user, from wherever: more, because others can use it up for him.
const BY_USER: (u32, Duration) = (30, Duration::from_secs(20));

/// How many wrong tokens from one address.
const BY_TOKEN: (u32, Duration) = (20, Duration::from_secs(10));

/// The cookie over TLS: no page of another name or path can set it (RFC 6265bis §4.1.3.2).
const SECURE: &str = "__Host-veedor";

/// The cookie on this machine without TLS, where not every browser takes one that is marked secure.
const PLAIN: &str = "veedor";

/// How many refusals of one user or token are noted.
const REFUSALS: (u32, Duration) = (30, Duration::from_secs(60));

/// What came of a log-in, in the counters.
#[derive(Debug, Clone, Copy)]
pub(super) enum Login {
    /// Let in.
    Well,
    /// Another password, or no such user.
    Wrong,
    /// Too many before.
    Limited,
}

/// How somebody came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// He sits at this machine, which asks nobody.
    Machine,
    /// By the session under this key.
    Session([u8; 32]),
    /// By the token of this name.
    Token(String),
}

/// Who comes.
#[derive(Debug)]
pub(super) enum Comer {
    /// Somebody.
    Known(Who, By),
    /// Nobody known.
    Unknown,
    /// With a token that opens nothing.
    Refused,
    /// With too many of those.
    Limited(Duration),
}

/// What is counted of those who come.
#[derive(Debug)]
pub struct Entrance {
    /// The time.
    pub(super) clock: Clock,
    /// Wrong passwords by address.
    pub(super) by_address: Limit,
    /// Wrong passwords by user.
    pub(super) by_user: Limit,
    /// Refusals that are noted, by who was refused: whoever may only look must not fill the disk by asking.
    pub(super) refusals: Limit,
    tokens: Limit,
    metrics: Metrics,
}

impl Entrance {
    /// One where nobody came yet.
    pub fn new(clock: &Clock, metrics: &Metrics) -> Self {
        let limit = |(burst, each)| Limit::new(burst, each);
        let entrance = Self {
            clock: clock.clone(),
            by_address: limit(BY_ADDRESS),
            by_user: limit(BY_USER),
            refusals: limit(REFUSALS),
            tokens: limit(BY_TOKEN),
            metrics: metrics.clone(),
        };
        // Counters stand at 0 before anything happens (`alerting.md` E3.2).
        [Login::Well, Login::Wrong, Login::Limited].into_iter().for_each(|what| drop(entrance.counter(what)));
        entrance
    }

    /// Counts a log-in.
    pub(super) fn count(&self, what: Login) {
        self.counter(what).inc();
    }

    fn counter(&self, what: Login) -> crate::metrics::Counter {
        let result = match what {
            Login::Well => "ok",
            Login::Wrong => "wrong",
            Login::Limited => "limited",
        };
        self.metrics.counter(&LOGINS, &[result])
    }

    /// Finds out who comes; `login`: whether an account is needed.
    ///
    /// # Errors
    /// When the store fails.
    pub(super) async fn comer(&self, store: &Store, headers: &HeaderMap, caller: &Caller, login: bool) -> Result<Comer, StoreError> {
        let (store, now) = (store.clone(), self.clock.now());
        if let Some(secret) = bearer(headers) {
            return self.by_token(store, secret, caller, now).await;
        }
        if !login {
            return Ok(Comer::Known(Who { user: None, role: Role::Admin }, By::Machine));
        }
        let Some(key) = session(headers, caller) else { return Ok(Comer::Unknown) };
        let found = blocking(move || store.session(key, now)).await?;
        Ok(found.map_or(Comer::Unknown, |(session, role)| Comer::Known(Who { user: Some(session.user), role }, By::Session(key))))
    }

    async fn by_token(&self, store: Store, secret: &str, caller: &Caller, now: Timestamp) -> Result<Comer, StoreError> {
        let counted = caller.counted_as();
        if let Err(wait) = self.tokens.take(&counted, now) {
            return Ok(Comer::Limited(wait));
        }
        let key = secret.starts_with(TOKEN).then(|| kept_of(secret));
        let found = match key {
            Some(key) => blocking(move || store.token(key, now)).await?,
            None => None,
        };
        let Some((token, role)) = found else { return Ok(Comer::Refused) };
        self.tokens.give_back(&counted);
        Ok(Comer::Known(Who { user: token.user, role }, By::Token(token.name)))
    }
}

/// The token of a request, if it comes with one.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, secret) = value.split_once(' ').unwrap_or((value, ""));
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

/// The key of the session that a cookie names.
pub(super) fn session(headers: &HeaderMap, caller: &Caller) -> Option<[u8; 32]> {
    cookie(headers, if caller.secure { SECURE } else { PLAIN }).map(kept_of)
}

/// Gives the browser the secret of a session, or takes it away.
pub(super) fn hand(answer: &mut Response, caller: &Caller, secret: Option<&str>) {
    let (name, mark) = if caller.secure { (SECURE, " Secure;") } else { (PLAIN, "") };
    let age = if secret.is_some() { LONGEST.as_secs() } else { 0 };
    let cookie = format!("{name}={}; Path=/;{mark} HttpOnly; SameSite=Lax; Max-Age={age}", secret.unwrap_or_default());
    if let Ok(mut value) = HeaderValue::from_str(&cookie) {
        value.set_sensitive(true);
        answer.headers_mut().append(SET_COOKIE, value);
    }
}
