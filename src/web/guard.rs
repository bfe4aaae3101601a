//! What stands before every page of the dashboard and the API: who comes, from where, and whether a change was asked for by a page of ours.
//!
//! A page that somebody else's site makes a browser ask for must change nothing (CSRF), no name that somebody else's server gives this machine
//! may lead to it (DNS rebinding), and whoever is not known sees nothing. Every change, and every one that was refused, is noted by
//! [`trail`](super::trail). The pages below `/u/`, `/livez` and `/readyz` do not
//! pass here; `/metrics` is looked at for its name alone ([`from_here`]).

use std::net::IpAddr;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::http::header::{HeaderName, ORIGIN};
use axum::http::{HeaderMap, Method, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use url::Url;
use url::form_urlencoded::byte_serialize;

use super::caller::{Caller, Stray};
use super::cut::Peer;
use super::denied::{denied, too_many, unknown};
use super::entrance::{By, Comer};
use super::face::{headers, led};
use super::problem::problem;
use super::trail::Trail;
use super::visitor::Visitor;
use super::{Pages, trail};
use crate::config::Config;

/// What is reached without an account: the way in, and the choice of the language.
const OPEN: [&str; 2] = ["/login", "/language"];

/// The page that leads in.
pub(super) const LOGIN: &str = "/login";

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Lets pass, or refuses.
pub(super) async fn guard(State(pages): State<Pages>, mut request: Request, next: Next) -> Response {
    let config = pages.config.load_full();
    let caller = match caller(&request, &config) {
        Ok(caller) => caller,
        Err(stray) => return strayed(stray, request.uri().path()),
    };
    let (parts, body) = request.into_parts();
    let mut parts = parts;
    parts.extensions.insert(caller.clone());
    let Ok(stranger) = Visitor::from_request_parts(&mut parts, &pages).await;
    request = Request::from_parts(parts, body);
    let changes = !request.method().is_safe();
    let is_open = OPEN.contains(&request.uri().path());
    let comer = match pages.entrance.comer(&pages.store, request.headers(), &caller, config.web.login).await {
        Ok(comer) => comer,
        Err(error) => {
            tracing::error!(%error, "who comes cannot be looked up");
            return denied(&stranger, StatusCode::SERVICE_UNAVAILABLE, UNREAD);
        }
    };
    let known = match comer {
        Comer::Known(who, by) => Some((who, by)),
        Comer::Unknown => None,
        Comer::Refused => return unknown(&stranger, BAD_TOKEN),
        Comer::Limited(wait) => return too_many(&stranger, wait),
    };
    let with_token = matches!(known, Some((_, By::Token(_))));
    let trail = known.as_ref().filter(|_| changes && !is_open).map(|(who, by)| Trail::begin(&request, who, by, &caller));
    if changes && !with_token && !is_from_here(request.headers(), &origins(&caller, &config)) {
        return trail::ended(&pages, trail, denied(&stranger, StatusCode::FORBIDDEN, ELSEWHERE), Some("it came from another site")).await;
    }
    match known {
        Some((who, by)) => {
            request.extensions_mut().insert(who);
            request.extensions_mut().insert(by);
        }
        None if is_open => {}
        None => return nobody(&stranger, request.method()),
    }
    let answer = next.run(request).await;
    if changes {
        // Whoever changed something sees it at once.
        pages.list.clear();
        pages.kept.today.clear();
    }
    trail::ended(&pages, trail, answer, None).await
}

/// Lets pass, or refuses, what needs no account but must not be read under another name either.
pub(super) async fn from_here(State(pages): State<Pages>, request: Request, next: Next) -> Response {
    match caller(&request, &pages.config.load()) {
        Ok(_) => next.run(request).await,
        Err(stray) => strayed(stray, ""),
    }
}

fn caller(request: &Request, config: &Config) -> Result<Caller, Stray> {
    // Nobody who cannot be seen is on this machine.
    let peer = request.extensions().get::<ConnectInfo<Peer>>().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.0.0.ip());
    let caller = Caller::of(peer, request.headers(), &config.web.trusted_proxies)?;
    match () {
        () if !caller.secure && request.version() < Version::HTTP_11 => Err(Stray::Unnamed),
        () if caller.is_under_another_name(config.general.url.as_deref()) => Err(Stray::Other),
        () => Ok(caller),
    }
}

const UNREAD: (&str, &str) =
    ("No se puede leer quién entra. Intente de nuevo en unos minutos.", "Who comes cannot be looked up. Try again in a few minutes.");
const BAD_TOKEN: (&str, &str) = ("La clave no vale o ya terminó.", "The token is not valid, or has ended.");
const ELSEWHERE: (&str, &str) = (
    "Un cambio debe venir de una página de veedor o llevar una clave de acceso; el navegador no dice que venga de aquí.",
    "A change must come from a page of veedor itself, or with a token; the browser does not say that it comes from here.",
);
const NEEDED: (&str, &str) = ("Hace falta una cuenta o una clave de acceso.", "An account or a token is needed.");

/// Nobody is known: a page leads to the log-in and back, the API says what is needed.
fn nobody(stranger: &Visitor, method: &Method) -> Response {
    if stranger.at.starts_with("/api") {
        return unknown(stranger, NEEDED);
    }
    let back: String =
        if method.is_safe() && stranger.at != "/" { byte_serialize(stranger.at.as_bytes()).collect() } else { String::new() };
    let to = if back.is_empty() { LOGIN.to_owned() } else { format!("{LOGIN}?next={back}") };
    led(&to)
}

fn strayed(stray: Stray, path: &str) -> Response {
    let why = match stray {
        Stray::Name => "This address is served to this machine only: open it as http://127.0.0.1 with its port.\n",
        Stray::Other => "This is served under the name of `url` in [veedor] only; the proxy passes on another one. See docs/access.md.\n",
        Stray::Around => "This address is reached through its proxy only, which does TLS; `trusted_proxies` under [web] names it.\n",
        Stray::Unnamed => {
            "This came through a proxy that the watch list does not name: trusted_proxies = [\"127.0.0.1\"] under [web]. See docs/access.md.\n"
        }
        Stray::Clear => {
            "The proxy must be reached over https, and say so: X-Forwarded-Proto: https, with X-Forwarded-For and the Host. See docs/access.md.\n"
        }
    };
    if path.starts_with("/api/") {
        return problem(StatusCode::MISDIRECTED_REQUEST, 1, why.trim_end());
    }
    (StatusCode::MISDIRECTED_REQUEST, headers("text/plain; charset=utf-8"), why).into_response()
}

/// The addresses under which pages of ours are shown.
fn origins(caller: &Caller, config: &Config) -> Vec<String> {
    let public = config.general.url.as_deref().filter(|_| caller.secure).and_then(|url| Url::parse(url).ok());
    std::iter::once(caller.origin.clone()).chain(public.map(|url| url.origin().ascii_serialization())).collect()
}

/// Whether a change was asked for by a page of one of these addresses. A browser says so itself, and lets no page say it.
fn is_from_here(headers: &HeaderMap, ours: &[String]) -> bool {
    let text = |name| headers.get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok());
    let Some(origin) = text(ORIGIN) else { return false };
    ours.iter().any(|own| origin.eq_ignore_ascii_case(own)) && text(FETCH_SITE).is_none_or(|site| site == "same-origin")
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_change_comes_from_a_page_of_our_own_address_only() {
        let ours = ["https://veedor.example.org".to_owned(), "http://127.0.0.1:8377".to_owned()];
        let ask = |pairs: &[(&'static str, &'static str)]| {
            let headers = pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect();
            is_from_here(&headers, &ours)
        };
        for own in ["https://veedor.example.org", "https://VEEDOR.example.org", "http://127.0.0.1:8377"] {
            let own = ("origin", own);
            assert!(ask(&[own]) && ask(&[own, ("sec-fetch-site", "same-origin")]));
            for site in ["cross-site", "same-site", "none"] {
                assert!(!ask(&[own, ("sec-fetch-site", site)]), "{site}");
            }
        }
        assert!(!ask(&[]), "nobody says where it comes from");
        for origin in
            ["http://veedor.example.org", "https://evil.example", "null", "http://127.0.0.1:9999", "http://127.0.0.1:8377.evil.example", ""]
        {
            assert!(!ask(&[("origin", origin)]), "{origin}");
        }
    }
}
