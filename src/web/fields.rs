//! The fields of a form, whatever came instead: a page says what is wrong with a body that is too large, too slow or no form.
//!
//! Taken by the pages that change who may do what, and by the form of silences. A field that is not there is empty.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::middleware::Next;
use axum::response::Response;
use url::form_urlencoded;

use super::Pages;
use super::denied::denied;
use super::visitor::Visitor;

/// The largest form, in bytes: a password has at most a thousand, each three when encoded.
const LARGEST: usize = 16 * 1024;

/// So much of a larger one is read and thrown away: a browser shows no answer that comes while it is still sending.
const READ: usize = 2 << 20;

/// How long a form may take to arrive.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// What was typed into a form.
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// A field, as typed.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// What was sent under a name that may come several times, as boxes do.
    pub fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.0.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }
}

impl FromRequest<Pages> for Fields {
    type Rejection = Response;

    async fn from_request(request: Request, pages: &Pages) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Ok(visitor) = Visitor::from_request_parts(&mut parts, pages).await;
        let is_form = parts
            .headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        if !is_form {
            let why = (
                "Aquí se envía un formulario (application/x-www-form-urlencoded).",
                "A form is sent here (application/x-www-form-urlencoded).",
            );
            return Err(denied(&visitor, StatusCode::UNSUPPORTED_MEDIA_TYPE, why));
        }
        // It has arrived ([`in_time`]).
        let Some(bytes) = to_bytes(body, READ).await.ok().filter(|bytes| bytes.len() <= LARGEST) else {
            return Err(denied(&visitor, StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE));
        };
        Ok(Self(form_urlencoded::parse(&bytes).into_owned().collect()))
    }
}

const TOO_LARGE: (&str, &str) = ("El formulario es demasiado grande: como máximo 16 KB.", "The form is too large: at most 16 KB.");
const TOO_SLOW: (&str, &str) =
    ("El formulario no llegó en 10 segundos. Envíelo de nuevo.", "The form did not arrive within 10 seconds. Send it again.");

/// Waits for the body of a change, so that no page waits for one that does not come. A layer over every page with a form.
pub(super) async fn in_time(State(pages): State<Pages>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    match arrived(to_bytes(body, READ), PATIENCE).await {
        Ok(bytes) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Err((status, why)) => {
            let Ok(visitor) = Visitor::from_request_parts(&mut parts, &pages).await;
            denied(&visitor, status, why)
        }
    }
}

/// Waits for a body, and says why it is none. Used by the pages of those who leave as well.
pub(super) async fn arrived<E>(
    body: impl Future<Output = Result<Bytes, E>>,
    patience: Duration,
) -> Result<Bytes, (StatusCode, (&'static str, &'static str))> {
    match tokio::time::timeout(patience, body).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err((StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE)),
        Err(_) => Err((StatusCode::REQUEST_TIMEOUT, TOO_SLOW)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_form_that_does_not_come_is_not_waited_for() {
        let never = arrived(std::future::pending::<Result<Bytes, ()>>(), Duration::from_millis(1)).await;
        assert_eq!(never.map_err(|(status, _)| status), Err(StatusCode::REQUEST_TIMEOUT));
        let whole = arrived(to_bytes(Body::from("a=b"), READ), PATIENCE).await;
        assert_eq!(whole.ok().as_deref(), Some(&b"a=b"[..]));
        let large = arrived(to_bytes(Body::from(vec![0; READ + 1]), READ), PATIENCE).await;
        assert_eq!(large.map_err(|(status, _)| status), Err(StatusCode::PAYLOAD_TOO_LARGE));
    }
}
