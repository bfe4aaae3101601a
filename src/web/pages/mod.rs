//! The pages of the dashboard, one file a part.
//!
//! Routed by [`web`](super) behind the guard. Each asks the daemon over the line, and puts the answer into the common face. What a page asks
//! for and how it reads stands in its own file; nothing here reads the store.

mod case;
pub(super) mod cases;
mod event;
pub(super) mod language;
mod looking;

use axum::Router;
use axum::routing::{get, post};

use super::Pages;
pub(super) use cases::filter::Folds;

/// The routes of the dashboard.
pub(super) fn router() -> Router<Pages> {
    Router::new()
        .route("/cases", get(cases::list))
        .route("/events/{id}", get(event::show))
        .route("/language", post(language::choose))
        .merge(case::router())
}
