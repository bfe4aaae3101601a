//! The bytes of a stored page, as a download and nothing else: what a court sent never runs at our address.
//!
//! Below a [`case`](super). For editors, because a page holds all that messages leave out.

use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::super::looking::Looking;
use super::version_of;
use crate::ask::Ask;
use crate::ask::line::Sight;
use crate::web::denied::denied;

/// Why it is not for everybody.
const WHOLE: (&str, &str) = (
    "Una página guardada contiene también lo que los mensajes omiten; pídala a quien edita.",
    "A stored page holds everything that messages leave out; ask an editor for it.",
);

/// The download.
pub(super) async fn page(look: &Looking) -> Result<Response, Response> {
    if look.visitor.sight() != Sight::Whole {
        return Err(denied(&look.visitor, StatusCode::FORBIDDEN, WHOLE));
    }
    let card = look.card().await?;
    let version = version_of(look).ok_or_else(|| look.unknown())?;
    let nth: usize = look.place("nth").parse().map_err(|_| look.unknown())?;
    let text: String = look.ask(Ask::Page { case: look.case(), version, nth }).await?;
    let bytes = STANDARD.decode(text).map_err(|_| look.unknown())?;
    // A name that any system takes: letters, digits and dashes of our own choice.
    let plain = |text: &str| text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).take(60).collect::<String>();
    let name = format!("{}_{}_v{version}_p{}.bin", plain(&card.line.source), plain(&card.line.number), nth + 1);
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let fixed = [
        (CONTENT_TYPE, "application/octet-stream"),
        (CACHE_CONTROL, "no-store"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    let mut headers: HeaderMap = fixed.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect();
    headers.insert(CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment")));
    Ok((headers, bytes).into_response())
}
