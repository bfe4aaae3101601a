//! Requests that the web answers from what it keeps of all cases: the watch list in pages, one line of it, how veedor itself is.
//!
//! Part of the [`api`](super).

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use super::{Pages, Read, cases, json, openapi};
use crate::ask::Ask;
use crate::ask::line::Refusal;
use crate::ask::route::Page;
use crate::store::pulse::blocking;
use crate::web::health::{alive_by, ready_now};
use crate::web::problem::{problem, refused};
use crate::wire::api::cases::CaseList;
use crate::wire::api::health::{Counts, Health, Versions};

/// Answers.
pub(super) async fn answer(pages: &Pages, page: Page, read: &Read) -> Response {
    if page == Page::OpenApi {
        return ([(CONTENT_TYPE, "application/json")], openapi::document()).into_response();
    }
    let list = match pages.list.of(read.visitor.sight()).get(pages.line.get(Ask::List, read.visitor.sight())).await {
        Ok(list) => list,
        Err(refusal) => return refused(refusal, false),
    };
    match page {
        Page::Cases => match cases::page(&list, &read.said) {
            Ok(page) => json(StatusCode::OK, &page),
            Err(why) => problem(StatusCode::UNPROCESSABLE_ENTITY, 2, why),
        },
        Page::Case => match cases::one(&list, &read.found.parts) {
            Ok(line) => json(StatusCode::OK, line),
            Err(why) => refused(Refusal { why, code: 4 }, false),
        },
        Page::Health | Page::OpenApi => match health(pages, &list).await {
            Ok(health) => json(StatusCode::OK, &health),
            Err(refusal) => refused(refusal, false),
        },
    }
}

async fn health(pages: &Pages, list: &CaseList) -> Result<Health, Refusal> {
    let store = pages.store.clone();
    let counts = blocking(move || store.counts()).await.map_err(|error| Refusal { why: error.to_string(), code: 74 })?;
    let mut cases: BTreeMap<String, usize> = BTreeMap::new();
    for case in &list.cases {
        *cases.entry(case.health.clone()).or_default() += 1;
    }
    let (alive, ready) = (alive_by(&pages.pulses), ready_now(pages).await);
    let whys: Vec<&str> =
        [&alive, &ready].into_iter().filter(|(status, _)| *status != StatusCode::OK).map(|(_, why)| why.trim_end()).collect();
    let failing = list.conditions.iter().filter(|condition| condition.topic == "channel").filter_map(|condition| condition.subject.clone());
    Ok(Health {
        alive: alive.0 == StatusCode::OK,
        ready: ready.0 == StatusCode::OK,
        why: Some(whys.join("; ")).filter(|why| !why.is_empty()),
        versions: Versions { veedor: env!("CARGO_PKG_VERSION").to_owned(), api: 1, events: 1 },
        watched: list.cases.len(),
        cases,
        counts: Counts { cases: counts.cases, events: counts.events, pending: counts.pending, muted: counts.muted, dead: counts.dead },
        failing_channels: failing.collect(),
        conditions: list.conditions.clone(),
        braked: list.braked.clone(),
    })
}
