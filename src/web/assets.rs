//! The style and the script of the pages, under addresses that change with what they say.
//!
//! Served by [`web`](super); named by [`face`](super::face). A browser keeps them for a year, because another text has another address.

use std::sync::LazyLock;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};

use crate::domain::id::{hex, sha256};

/// A file that is compiled in.
#[derive(Debug)]
pub(super) struct Asset {
    stem: &'static str,
    ending: &'static str,
    kind: &'static str,
    text: &'static str,
    hash: LazyLock<String>,
}

/// The style.
pub(super) static STYLE: Asset = Asset {
    stem: "veedor",
    ending: "css",
    kind: "text/css; charset=utf-8",
    text: include_str!("assets/veedor.css"),
    hash: LazyLock::new(|| hash(include_str!("assets/veedor.css"))),
};

/// The script. Everything works without it.
pub(super) static SCRIPT: Asset = Asset {
    stem: "veedor",
    ending: "js",
    kind: "text/javascript; charset=utf-8",
    text: include_str!("assets/veedor.js"),
    hash: LazyLock::new(|| hash(include_str!("assets/veedor.js"))),
};

fn hash(text: &str) -> String {
    hex(&sha256(text.as_bytes())[..8])
}

impl Asset {
    /// Its address.
    pub(super) fn address(&self) -> String {
        format!("/static/{}-{}.{}", self.stem, *self.hash, self.ending)
    }

    /// The file.
    pub(super) fn answer(&'static self) -> Response {
        let tag = HeaderValue::from_str(&format!("\"{}\"", *self.hash)).unwrap_or(HeaderValue::from_static("\"\""));
        let headers = [
            (CONTENT_TYPE, HeaderValue::from_static(self.kind)),
            (CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
            (ETAG, tag),
        ];
        (headers, self.text).into_response()
    }
}
