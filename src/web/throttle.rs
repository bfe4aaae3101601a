//! How many requests a client may make: so many a second over time, ten times as many at once.
//!
//! A layer over the pages, the API and the public page. Readers and programs never meet it; what asks without end is told when to come
//! again, before anything is looked up for it. Whoever asks from this machine through no proxy is not counted: all who do have one address.
//! Health checks, counters, files of the dashboard and the socket have no such layer; feeds and `/u/` bound themselves.

use std::net::IpAddr;
use std::time::Duration;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;

use super::Pages;
use super::caller::counted;
use super::cut::Peer;
use super::denied::too_often;
use super::face::headers;
use super::limit::Limit;
use super::visitor::Visitor;

/// How many seconds' worth of requests may come at once.
const AT_ONCE: u32 = 10;

/// The bound.
#[derive(Debug)]
pub(super) struct Throttle(Limit);

impl Throttle {
    /// One that nobody has met yet.
    pub fn new() -> Self {
        Self(Limit::new(AT_ONCE, Duration::from_secs(1)))
    }

    /// Counts a request; `per_second` is of the watch list, 0 for as many as like.
    ///
    /// # Errors
    /// How long to wait.
    fn take(&self, client: &str, per_second: u32, now: Timestamp) -> Result<(), Duration> {
        let Some(each) = Duration::from_secs(1).checked_div(per_second) else { return Ok(()) };
        self.0.take_of((per_second.saturating_mul(AT_ONCE), each), client, now)
    }
}

/// Counts, and lets pass or refuses.
pub(super) async fn throttle(State(pages): State<Pages>, request: Request, next: Next) -> Response {
    let config = pages.config.load_full();
    let peer = request.extensions().get::<ConnectInfo<Peer>>().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.0.0.ip());
    let Some(client) = counted(peer, request.headers(), &config.web.trusted_proxies) else { return next.run(request).await };
    match pages.throttle.take(&client, config.web.requests_per_second, pages.clock.now()) {
        Ok(()) => next.run(request).await,
        Err(wait) if request.uri().path().starts_with("/public/") => {
            let wait = wait.as_secs().saturating_add(1).to_string();
            (StatusCode::TOO_MANY_REQUESTS, headers("text/plain; charset=utf-8"), [(RETRY_AFTER, wait.as_str())], SAID).into_response()
        }
        Err(wait) => {
            let Ok(visitor) = Visitor::from_request_parts(&mut request.into_parts().0, &pages).await;
            too_often(&visitor, wait)
        }
    }
}

const SAID: &str =
    "Hubo demasiadas consultas desde su dirección. Espere un momento.\n\nThere were too many requests from your address. Wait a moment.\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_never_meets_it_and_a_flood_is_held_to_the_rate() {
        let at = |millis: i64| Timestamp::from_millisecond(1_790_000_000_000 + millis).expect("in range");
        let throttle = Throttle::new();
        // A page with everything on it, and a status page that asks each second, for an hour.
        for second in 0..3_600 {
            for _ in 0..15 {
                assert_eq!(throttle.take("a", 20, at(second * 1_000)), Ok(()));
            }
        }
        let passed = (0..10_000).filter(|milli| throttle.take("b", 20, at(*milli)).is_ok()).count();
        assert!((395..=400).contains(&passed), "200 at once and 20 in each of ten seconds: {passed}");
        assert!(throttle.take("b", 20, at(9_999)).is_err_and(|wait| wait <= Duration::from_millis(50)));
        assert_eq!(throttle.take("c", 20, at(9_999)), Ok(()), "others are not concerned");
        // The watch list says otherwise now.
        assert_eq!(throttle.take("b", 0, at(10_000)), Ok(()));
        assert_eq!(throttle.take("b", 1_000, at(10_000)), Ok(()));
    }
}
