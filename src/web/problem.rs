//! A refusal as a program reads it: `application/problem+json` (RFC 9457).
//!
//! Used by [`api`](super::api), and by whoever refuses a request to it before it gets there.

use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::ask::line::Refusal;
use crate::wire::api::problem::Problem;

/// The problems by status: name and title.
const KINDS: [(StatusCode, &str, &str); 15] = [
    (StatusCode::BAD_REQUEST, "request", "The request cannot be read"),
    (StatusCode::UNAUTHORIZED, "who", "Nobody is known by this"),
    (StatusCode::FORBIDDEN, "forbidden", "This is not allowed"),
    (StatusCode::NOT_FOUND, "missing", "There is no such thing"),
    (StatusCode::METHOD_NOT_ALLOWED, "method", "This address does not take this method"),
    (StatusCode::REQUEST_TIMEOUT, "slow", "The request took too long to arrive"),
    (StatusCode::CONFLICT, "state", "As things are this cannot be done"),
    (StatusCode::PAYLOAD_TOO_LARGE, "size", "The request is too large"),
    (StatusCode::UNSUPPORTED_MEDIA_TYPE, "media", "The body is not JSON"),
    (StatusCode::MISDIRECTED_REQUEST, "host", "This is not served under this name"),
    (StatusCode::UNPROCESSABLE_ENTITY, "value", "What was said cannot be meant"),
    (StatusCode::TOO_MANY_REQUESTS, "many", "Too many requests"),
    (StatusCode::INTERNAL_SERVER_ERROR, "bug", "The answer could not be put together"),
    (StatusCode::SERVICE_UNAVAILABLE, "unavailable", "There is no answer at this moment"),
    (StatusCode::NOT_IMPLEMENTED, "unknown", "This is not known here"),
];

/// The statuses of problems, for the description of the API.
pub(super) fn statuses() -> impl Iterator<Item = (u16, &'static str)> {
    KINDS.iter().map(|(status, _, title)| (status.as_u16(), *title))
}

/// A problem; `code` is the exit code of a command that ends so.
pub(super) fn problem(status: StatusCode, code: u8, why: impl Into<String>) -> Response {
    let (name, title) = KINDS.iter().find(|(known, ..)| *known == status).map_or(("bug", "Problem"), |(_, name, title)| (*name, *title));
    let form =
        Problem { kind: format!("urn:veedor:problem:{name}"), title: title.to_owned(), status: status.as_u16(), detail: why.into(), code };
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::SERVICE_UNAVAILABLE || status == StatusCode::TOO_MANY_REQUESTS {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("30"));
    }
    // A form of texts and numbers always has a JSON.
    (status, headers, serde_json::to_vec(&form).unwrap_or_default()).into_response()
}

/// A question that got no data. `changes`: whether it was one that changes something.
pub(super) fn refused(refusal: Refusal, changes: bool) -> Response {
    let status = match refusal.code {
        4 => StatusCode::NOT_FOUND,
        2 | 3 => StatusCode::UNPROCESSABLE_ENTITY,
        1 | 78 if changes => StatusCode::CONFLICT,
        // What is not there as things are, such as the version before the first.
        1 => StatusCode::NOT_FOUND,
        77 => StatusCode::FORBIDDEN,
        69 | 74 => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    problem(status, refusal.code, refusal.why)
}

/// A method that an address does not take.
pub(super) fn method(allowed: &str) -> Response {
    let mut answer = problem(StatusCode::METHOD_NOT_ALLOWED, 2, format!("this address takes {allowed}"));
    if let Ok(value) = HeaderValue::from_str(allowed) {
        answer.headers_mut().insert(ALLOW, value);
    }
    answer
}
