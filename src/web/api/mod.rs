//! `/api/v1`: what programs ask, and what commands ask over the socket.
//!
//! Routed by [`web`](super) behind the guard, and once more on the socket, where whoever can open it runs the machine. Which question stands
//! behind which address is known to [`route`]; who may ask it is checked here, in one place. Answers are put together by the
//! daemon, but for what the web keeps of all cases.

mod asked;
mod cases;
mod kept;
mod keys;
mod openapi;

use std::time::Duration;

use crate::web::unchanged::is_unchanged;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderName, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use serde_json::{Map, Value};

use super::Pages;
use super::problem::{method, problem};
use super::visitor::{Visitor, Who};
use crate::ask::route::{self, Behind, Found, Wrong, find};
use crate::domain::access::Role;
use crate::domain::id::{hex, sha256};

pub(super) use keys::Keys;
pub use openapi::made as description;

/// The largest body over the network.
const LARGEST: usize = 64 << 10;

/// The largest over the socket: pages that a person saved come through here.
const LARGEST_OF_CONSOLE: usize = 256 << 20;

/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);

/// Which program answers: a command of another version says so.
pub const VERSION: HeaderName = HeaderName::from_static("veedor-version");

/// Whoever runs the machine asks.
#[derive(Debug, Clone, Copy)]
struct Console;

/// The routes, for whoever the guard lets pass.
pub(super) fn router() -> Router<Pages> {
    Router::new().route("/api/{*path}", any(serve))
}

/// The same for the socket.
pub(super) fn console(pages: Pages) -> Router {
    router().fallback(serve).layer(from_fn(as_console)).with_state(pages)
}

async fn as_console(mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(Console);
    request.extensions_mut().insert(Who { user: None, role: Role::Admin });
    next.run(request).await
}

/// A request that was read, by somebody who may.
struct Read {
    found: Found,
    said: Map<String, Value>,
    visitor: Visitor,
    /// What an idempotency key is bound to: the body.
    body: Vec<u8>,
    headers: HeaderMap,
}

async fn serve(State(pages): State<Pages>, visitor: Visitor, request: Request) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD);
    let asked = request.headers().clone();
    let mut answer = match read(visitor, request).await {
        Ok(read) => match read.found.route.behind {
            Behind::Page(page) => kept::answer(&pages, page, &read).await,
            Behind::Ask(name) => asked::answer(&pages, name, read).await,
        },
        Err(answer) => answer,
    };
    if is_read && answer.status() == StatusCode::OK {
        answer = tagged(answer, &asked).await;
    }
    let headers = answer.headers_mut();
    headers.insert(VERSION, HeaderValue::from_static(env!("CARGO_PKG_VERSION")));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}

async fn read(visitor: Visitor, request: Request) -> Result<Read, Response> {
    let is_console = request.extensions().get::<Console>().is_some();
    let (parts, body) = request.into_parts();
    let typed = route::Method::parse(parts.method.as_str());
    let found = match find(typed, parts.uri.path(), is_console) {
        Ok(found) => found,
        Err(Wrong::Method(allowed)) => return Err(other_method(&parts.method, &allowed)),
        Err(Wrong::Unread(why)) => return Err(problem(StatusCode::BAD_REQUEST, 2, why)),
        Err(Wrong::Missing(near)) => {
            let hint = near.map_or_else(
                || format!("{}/openapi.json describes what is", route::ROOT),
                |near| format!("did you mean {}{near}?", route::ROOT),
            );
            return Err(problem(StatusCode::NOT_FOUND, 2, format!("there is nothing at {}; {hint}", parts.uri.path())));
        }
    };
    if !visitor.may(found.route.role) {
        let why = format!("this needs the role {}, and yours is {}", found.route.role.name(), visitor.who.role.name());
        return Err(problem(StatusCode::FORBIDDEN, 1, why));
    }
    let most = if is_console { LARGEST_OF_CONSOLE } else { LARGEST };
    let body = whole(body, most).await?;
    let form = object(&parts.headers, &body).map_err(|(status, why)| problem(status, 2, why))?;
    let said = found.said(parts.uri.query().unwrap_or_default(), form.as_ref());
    let said = said.map_err(|wrong| match wrong {
        Wrong::Unread(why) => problem(StatusCode::BAD_REQUEST, 2, why),
        Wrong::Missing(_) | Wrong::Method(_) => problem(StatusCode::NOT_FOUND, 2, "there is nothing at this address"),
    })?;
    Ok(Read { found, said, visitor, body, headers: parts.headers })
}

fn other_method(typed: &Method, allowed: &[route::Method]) -> Response {
    let mut names: Vec<&str> = allowed.iter().map(|method| method.name()).collect();
    if names.contains(&"GET") {
        names.push("HEAD");
    }
    names.push("OPTIONS");
    let names = names.join(", ");
    match HeaderValue::from_str(&names) {
        Ok(value) if *typed == Method::OPTIONS => (StatusCode::NO_CONTENT, [(ALLOW, value)]).into_response(),
        _ => method(&names),
    }
}

async fn whole(body: Body, most: usize) -> Result<Vec<u8>, Response> {
    match tokio::time::timeout(PATIENCE, to_bytes(body, most)).await {
        Ok(Ok(bytes)) => Ok(bytes.into()),
        Ok(Err(error)) if is_too_long(&error) => {
            let why = format!("a body has at most {most} bytes; ask for less at a time");
            Err(problem(StatusCode::PAYLOAD_TOO_LARGE, 2, why))
        }
        Ok(Err(error)) => Err(problem(StatusCode::BAD_REQUEST, 2, format!("the body did not arrive whole: {error}"))),
        Err(_) => Err(problem(StatusCode::REQUEST_TIMEOUT, 2, format!("the body did not arrive within {} s", PATIENCE.as_secs()))),
    }
}

fn is_too_long(error: &axum::Error) -> bool {
    let mut source: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = source {
        if error.to_string().contains("length limit exceeded") {
            return true;
        }
        source = error.source();
    }
    false
}

/// The body as an object; nothing is an empty one.
fn object(headers: &HeaderMap, body: &[u8]) -> Result<Option<Map<String, Value>>, (StatusCode, String)> {
    if body.is_empty() {
        return Ok(None);
    }
    let content = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = content.split(';').next().unwrap_or_default().trim();
    if !media.eq_ignore_ascii_case("application/json") {
        let why = format!("the body must be JSON, with the header Content-Type: application/json, and not \"{media}\"");
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, why));
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(form)) => Ok(Some(form)),
        Ok(_) => Err((StatusCode::BAD_REQUEST, "the body must be a JSON object, in braces".to_owned())),
        Err(error) => Err((StatusCode::BAD_REQUEST, format!("the body is no JSON: {error}"))),
    }
}

/// Data as JSON.
fn json(status: StatusCode, data: &impl serde::Serialize) -> Response {
    match serde_json::to_vec(data) {
        Ok(bytes) => (status, [(CONTENT_TYPE, "application/json")], bytes).into_response(),
        Err(error) => problem(StatusCode::INTERNAL_SERVER_ERROR, 70, format!("the answer has no JSON: {error}")),
    }
}

/// The answer with a tag of what it says, or that it says what is known already.
async fn tagged(answer: Response, asked: &HeaderMap) -> Response {
    let (mut parts, body) = answer.into_parts();
    // It lies in memory already.
    let bytes = match to_bytes(body, usize::MAX).await {
        Ok(bytes) => bytes,
        Err(error) => return problem(StatusCode::INTERNAL_SERVER_ERROR, 70, format!("the answer got lost: {error}")),
    };
    let tag = format!("\"{}\"", hex(&sha256(&bytes)[..16]));
    let is_known = is_unchanged(asked, &tag, None);
    parts.headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        parts.headers.insert(ETAG, tag);
    }
    if is_known {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(CONTENT_TYPE);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ask::route::TABLE;
    use crate::domain::about::Language;

    async fn status(role: Role, is_console: bool, method: &str, path: &str, body: &'static str) -> u16 {
        let visitor =
            Visitor { who: Who { user: None, role }, language: Language::Es, by: None, at: path.to_owned(), back: path.to_owned() };
        let builder = Request::builder().method(method).uri(path).header(CONTENT_TYPE, "application/json");
        let mut request = builder.body(Body::from(body)).expect("a request");
        if is_console {
            request.extensions_mut().insert(Console);
        }
        read(visitor, request).await.map_or_else(|refused| refused.status().as_u16(), |_| 200)
    }

    #[tokio::test]
    async fn looking_needs_a_viewer_changing_an_editor_and_the_machine_its_socket() {
        for route in TABLE.iter().flat_map(|part| part.iter()) {
            let path = format!("{}{}", route::ROOT, route.path.replace("{version}", "1").replace(['{', '}'], ""));
            let of = async |role, is_console| status(role, is_console, route.method.name(), &path, "").await;
            let is_refused = |status: u16| status == 403 || status == 404;
            assert_eq!(is_refused(of(Role::Viewer, false).await), route.console || route.method != route::Method::Get, "{path}");
            assert_eq!(is_refused(of(Role::Admin, false).await), route.console, "{path}");
            assert!(!is_refused(of(Role::Admin, true).await), "{path}");
        }
    }

    #[tokio::test]
    async fn a_body_is_bounded_over_the_network_and_roomy_over_the_socket() {
        let large: &'static str = Box::leak(format!("{{\"dir\": \"{}\"}}", "x".repeat(LARGEST)).into_boxed_str());
        assert_eq!(status(Role::Admin, false, "POST", "/api/v1/cases", large).await, 413);
        assert_eq!(status(Role::Admin, true, "POST", "/api/v1/maintenance/backup", large).await, 200);
        assert_eq!(status(Role::Admin, true, "POST", "/api/v1/maintenance/backup", "{\"dir\": 3}").await, 400);
    }
}
