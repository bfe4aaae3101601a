//! The pages of the dashboard, one file a part.
//!
//! Routed by [`web`](super) behind the guard. Each asks the daemon over the line, and puts the answer into the common face. What a page asks
//! for and how it reads stands in its own file; nothing here reads the store.

pub(super) mod account;
pub(super) mod audit;
pub(super) mod cases;
pub(super) mod language;
pub(super) mod login;
pub(super) mod users;
mod words;

use axum::Router;
use axum::routing::{get, post};

use super::Pages;

/// The routes of the dashboard.
pub(super) fn router() -> Router<Pages> {
    Router::new()
        .route("/cases", get(cases::list))
        .route("/language", post(language::choose))
        .merge(login::router())
        .merge(account::router())
        .merge(users::router())
        .route("/audit", get(audit::list))
}
