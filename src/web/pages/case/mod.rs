//! `/cases/{source}/{number}`: a case, by tabs that are links: timeline, hearings, clocks, changes, versions.
//!
//! Routed by [`pages`](super). Each tab is a page of its own and asks the daemon for no more than it shows; all stand below the same
//! [`head`].

mod bytes;
mod changes;
mod clocks;
mod diff;
mod entry;
mod head;
mod hearings;
mod plot;
mod timeline;
mod version;
mod versions;
mod visit;

use axum::Router;
use axum::response::Response;
use axum::routing::{get, post};
use maud::{Markup, html};

use super::done;
use super::looking::{Looking, either};
use crate::web::{Pages, face, said};
use crate::wire::api::case::CaseCard;

pub(super) use head::official;
pub(super) use versions::stored;

/// The routes of a case.
pub(super) fn router() -> Router<Pages> {
    Router::new()
        .route("/cases/{source}/{number}", get(async |look: Looking| either(timeline::page(&look).await)))
        .route("/cases/{source}/{number}/hearings", get(async |look: Looking| either(hearings::page(&look).await)))
        .route("/cases/{source}/{number}/clocks", get(async |look: Looking| either(clocks::page(&look).await)))
        .route("/cases/{source}/{number}/changes", get(async |look: Looking| either(changes::page(&look).await)))
        .route("/cases/{source}/{number}/versions", get(async |look: Looking| either(versions::page(&look).await)))
        .route("/cases/{source}/{number}/versions/{version}", get(async |look: Looking| either(version::page(&look).await)))
        .route("/cases/{source}/{number}/versions/{version}/entry", get(async |look: Looking| either(entry::page(&look).await)))
        .route("/cases/{source}/{number}/versions/{version}/pages/{nth}", get(async |look: Looking| either(bytes::page(&look).await)))
        .route("/cases/{source}/{number}/diff", get(async |look: Looking| either(diff::page(&look).await)))
        .route("/cases/{source}/{number}/visit", post(async |look: Looking| either(visit::now(&look).await)))
}

/// The tabs: the end of the address, and the two names.
const TABS: [(&str, &str, &str); 5] = [
    ("", "Cronología", "Timeline"),
    ("/hearings", "Audiencias", "Hearings"),
    ("/clocks", "Plazos", "Time limits"),
    ("/changes", "Cambios", "Changes"),
    ("/versions", "Versiones", "Versions"),
];

/// A page of a case: what stands above, its tabs, and this tab.
fn framed(look: &Looking, card: &CaseCard, tab: &str, body: &Markup) -> Response {
    let at = Looking::address(card);
    let name = label(card);
    let whole = html! {
        (done::of_case(look, card))
        (head::head(look, card))
        nav #parts aria-label=(look.say("Partes del expediente", "Parts of the case")) {
            ul.tabs {
                @for (end, es, en) in TABS {
                    li { a href={ (at) (end) "#parts" } aria-current=[(end == tab).then_some("page")] { (look.say(es, en)) } }
                }
            }
        }
        (body)
    };
    face::page(&look.visitor, "/cases", &name, &whole)
}

/// A page below a case: the way back to it, and this.
fn below(look: &Looking, card: &CaseCard, title: &str, body: &Markup) -> Response {
    let whole = html! {
        p.crumbs {
            a href="/cases" { (look.say("Expedientes", "Cases")) } " › "
            a href=(Looking::address(card)) { (label(card)) } " › "
            a href={ (Looking::address(card)) "/versions" } { (look.say("Versiones", "Versions")) }
        }
        (body)
    };
    face::page(&look.visitor, "/cases", title, &whole)
}

/// What the case is called.
fn label(card: &CaseCard) -> String {
    said::text(card.line.name.as_deref().unwrap_or(&card.line.number)).into_owned()
}

/// Whether nothing is shown of the case but that it had activity.
fn is_closed(card: &CaseCard) -> bool {
    card.told == "activity"
}

/// What stands in place of a tab that shows nothing of such a case.
fn closed(look: &Looking) -> Markup {
    html! {
        p.notice {
            (look.say(
                "Por privacidad, de este expediente se cuenta solo que tuvo actividad; vea Cambios.",
                "For privacy, nothing is told of this case but that it had activity; see Changes.",
            ))
        }
    }
}

/// A version in the address; one that is no number is no version.
fn version_of(look: &Looking) -> Option<u32> {
    look.place("version").parse().ok()
}
