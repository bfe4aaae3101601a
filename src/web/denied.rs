//! The answer to who may not: a page, or below `/api` a problem (RFC 9457).
//!
//! Used by the guard and by [`Visitor::need`]. It tells nothing of what would have been shown.

use std::time::Duration;

use axum::http::StatusCode;
use axum::http::header::{HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::Response;
use maud::html;

use super::face;
use super::problem::problem;
use super::visitor::Visitor;
use crate::domain::access::Role;

/// Refuses with a sentence in two languages.
pub(super) fn denied(visitor: &Visitor, status: StatusCode, (es, en): (&'static str, &'static str)) -> Response {
    if visitor.at.starts_with("/api") {
        return problem(status, 1, en);
    }
    let title = match status {
        StatusCode::TOO_MANY_REQUESTS => visitor.say("Demasiadas veces", "Too many times"),
        StatusCode::REQUEST_TIMEOUT => visitor.say("Tardó demasiado", "It took too long"),
        StatusCode::FORBIDDEN => visitor.say("No está permitido", "Not allowed"),
        _ => visitor.say("No se pudo hacer", "It could not be done"),
    };
    face::with(status, visitor, "", title, &html! { p.trouble role="alert" { (visitor.say(es, en)) } })
}

/// Nobody is known: the API says how to be.
pub(super) fn unknown(visitor: &Visitor, why: (&'static str, &'static str)) -> Response {
    with(denied(visitor, StatusCode::UNAUTHORIZED, why), WWW_AUTHENTICATE, "Bearer realm=\"veedor\"")
}

/// A role is missing.
pub(super) fn role_missing(visitor: &Visitor, needed: Role) -> Response {
    let why = match needed {
        Role::Admin => ("Esto lo puede hacer solo quien administra.", "Only an administrator may do this."),
        Role::Editor | Role::Viewer => {
            ("Esto lo puede hacer quien edita o administra; usted puede mirar.", "An editor or an administrator may do this; you may look.")
        }
    };
    denied(visitor, StatusCode::FORBIDDEN, why)
}

/// There were too many; when to come again.
pub(super) fn too_many(visitor: &Visitor, wait: Duration) -> Response {
    let why = (
        "Hubo demasiados intentos desde su dirección o con ese nombre. Espere y vuelva a intentar.",
        "There were too many attempts from your address or with that name. Wait and try again.",
    );
    let answer = denied(visitor, StatusCode::TOO_MANY_REQUESTS, why);
    with(answer, RETRY_AFTER, &wait.as_secs().saturating_add(1).to_string())
}

/// There were too many requests; when to come again.
pub(super) fn too_often(visitor: &Visitor, wait: Duration) -> Response {
    let why = (
        "Hubo demasiadas consultas desde su dirección. Espere un momento y vuelva a intentar.",
        "There were too many requests from your address. Wait a moment and try again.",
    );
    let answer = denied(visitor, StatusCode::TOO_MANY_REQUESTS, why);
    with(answer, RETRY_AFTER, &wait.as_secs().saturating_add(1).to_string())
}

fn with(mut answer: Response, name: HeaderName, value: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
    answer
}
