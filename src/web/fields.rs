//! The fields of a form, whatever came instead: a page says what is wrong with a body that is too large or no form.
//!
//! Taken by the pages that change who may do what. A field that is not there is empty.

use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::Response;
use url::form_urlencoded;

use super::Pages;
use super::denied::denied;
use super::visitor::Visitor;

/// The largest form, in bytes: a password has at most a thousand, each three when encoded.
const LARGEST: usize = 16 * 1024;

/// So much of a larger one is read and thrown away: a browser shows no answer that comes while it is still sending.
const READ: usize = 2 << 20;

/// What was typed into a form.
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    /// A field, as typed.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
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
        let Some(bytes) = to_bytes(body, READ).await.ok().filter(|bytes| bytes.len() <= LARGEST) else {
            let why = ("El formulario es demasiado grande: como máximo 16 KB.", "The form is too large: at most 16 KB.");
            return Err(denied(&visitor, StatusCode::PAYLOAD_TOO_LARGE, why));
        };
        Ok(Self(form_urlencoded::parse(&bytes).into_owned().collect()))
    }
}
