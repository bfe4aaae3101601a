//! The pages of the dashboard, one file a part.
//!
//! Routed by [`web`](super) behind the guard. Each asks the daemon over the line, and puts the answer into the common face. What a page asks
//! for and how it reads stands in its own file; nothing here reads the store.

pub(super) mod account;
pub(super) mod audit;
mod case;
pub(super) mod cases;
mod deeds;
pub(super) mod delays;
pub(super) mod deliveries;
mod done;
mod event;
pub(super) mod feeds;
pub(super) mod hearings;
pub(super) mod language;
pub(super) mod login;
mod looking;
pub(super) mod settings;
pub(super) mod silences;
pub(super) mod sources;
pub(super) mod today;
pub(super) mod users;
mod watching;
mod words;

use axum::Router;
use axum::routing::{get, post};

use super::Pages;
pub(super) use cases::filter::Folds;

/// The routes of the dashboard.
pub(super) fn router() -> Router<Pages> {
    Router::new()
        .route("/", get(today::show))
        .route("/hearings", get(hearings::list))
        .route("/delays", get(delays::show))
        .route("/delays/curves", get(delays::curves))
        .route("/delays/report", get(delays::report))
        .route("/delays/report.json", get(delays::json))
        .route("/delays/report.csv", get(delays::csv))
        .route("/feeds", get(feeds::list).post(feeds::add))
        .route("/feeds/revoke", post(feeds::revoke))
        .route("/cases", get(cases::list))
        .route("/cases/add", get(watching::form).post(watching::add))
        .route("/cases/{source}/{number}/remove", get(watching::ask).post(watching::remove))
        .route("/events/{id}", get(event::show))
        .merge(case::router())
        .route("/language", post(language::choose))
        .route("/deliveries", get(deliveries::list))
        .route("/deliveries/retry", post(deliveries::retry_failed))
        .route("/deliveries/{id}", get(deliveries::one))
        .route("/deliveries/{id}/retry", post(deliveries::retry))
        .route("/deliveries/{id}/end", post(deliveries::end))
        .route("/sources", get(sources::list))
        .route("/sources/{source}/brake", post(sources::decide))
        .route("/silences", get(silences::list).post(silences::begin))
        .route("/silences/{id}/end", post(silences::end))
        .route("/settings", get(settings::show))
        .merge(login::router())
        .merge(account::router())
        .merge(users::router())
        .route("/audit", get(audit::list))
}

#[cfg(test)]
mod tests;
