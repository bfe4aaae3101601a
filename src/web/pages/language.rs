//! The choice of the language, kept in a cookie of the browser.

use axum::Form;
use axum::http::header::{HeaderValue, SET_COOKIE};
use axum::response::Response;
use serde::Deserialize;

use crate::web::face::lead_to;
use crate::web::visitor::{LANGUAGE, named};

/// What the form of every page sends.
#[derive(Debug, Deserialize)]
pub struct Choice {
    lang: String,
    #[serde(default)]
    back: String,
}

/// Keeps the choice for a year and leads back to the page.
pub(in crate::web) async fn choose(Form(choice): Form<Choice>) -> Response {
    let mut answer = lead_to(&choice.back);
    let code = named(&choice.lang).map(|_| choice.lang.to_ascii_lowercase());
    let cookie =
        code.and_then(|code| HeaderValue::from_str(&format!("{LANGUAGE}={code}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly")).ok());
    if let Some(cookie) = cookie {
        answer.headers_mut().append(SET_COOKIE, cookie);
    }
    answer
}
