//! What stands before every page of the dashboard and the API: who may reach it at all, and from where.
//!
//! A page that somebody else's site makes a browser ask for must change nothing (CSRF), and no name that somebody else's server gives this
//! machine may lead to it (DNS rebinding). The pages below `/u/`, `/livez`, `/readyz` and `/metrics` do not pass here.

use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Pages;
use super::visitor::Who;
use crate::domain::access::Role;

/// Lets pass, or refuses.
pub(super) async fn guard(State(pages): State<Pages>, mut request: Request, next: Next) -> Response {
    if !is_of_this_machine(request.headers()) {
        let why = "This address is served to this machine only: open it as http://127.0.0.1 with its port.\n";
        return (StatusCode::MISDIRECTED_REQUEST, why).into_response();
    }
    let changes = !request.method().is_safe();
    if changes && !is_from_here(request.headers()) {
        let why = "A change must come from a page of veedor itself, or with a token.\n";
        return (StatusCode::FORBIDDEN, why).into_response();
    }
    request.extensions_mut().insert(Who { user: None, role: Role::Admin });
    let answer = next.run(request).await;
    if changes {
        // Whoever changed something sees it at once.
        pages.list.clear();
        pages.kept.today.clear();
    }
    answer
}

/// Whether the address that was typed is one of loopback.
fn is_of_this_machine(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(HOST).and_then(|value| value.to_str().ok()) else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => name,
        _ => host,
    };
    name.eq_ignore_ascii_case("localhost")
        || name.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether a change was asked for by a page of this very address. A browser says so itself, and lets no page say it.
fn is_from_here(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &axum::http::HeaderValue| value.to_str().ok());
    let (Some(origin), Some(host)) = (text(ORIGIN), text(HOST)) else { return false };
    let from = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
    from.is_some_and(|from| from.eq_ignore_ascii_case(host)) && site.is_none_or(|site| site == "same-origin")
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_names_of_loopback_lead_here() {
        for host in ["127.0.0.1:8377", "localhost:8377", "LOCALHOST", "[::1]:8377", "[::1]", "127.0.0.1"] {
            assert!(is_of_this_machine(&headers(&[("host", host)])), "{host}");
        }
        for host in ["evil.example", "127.0.0.1.evil.example:8377", "localhost.evil.example", "10.0.0.1:8377", ""] {
            assert!(!is_of_this_machine(&headers(&[("host", host)])), "{host}");
        }
        assert!(!is_of_this_machine(&HeaderMap::new()));
    }

    #[test]
    fn a_change_comes_from_a_page_of_this_address_only() {
        let host = ("host", "127.0.0.1:8377");
        let own = ("origin", "http://127.0.0.1:8377");
        let ask = |pairs: &[(&'static str, &'static str)]| is_from_here(&headers(pairs));
        assert!(ask(&[host, own]) && ask(&[host, own, ("sec-fetch-site", "same-origin")]));
        assert!(!ask(&[host]), "nobody says where it comes from");
        for origin in ["http://evil.example", "null", "http://127.0.0.1:9999", "http://127.0.0.1:8377.evil.example", ""] {
            assert!(!ask(&[host, ("origin", origin)]), "{origin}");
        }
        assert!(!ask(&[host, own, ("sec-fetch-site", "cross-site")]));
    }
}
