//! A visit now, asked for by an editor.
//!
//! Below a [`case`](super). It leads back to the case, which says how the visit went.

use axum::response::Response;

use super::super::looking::Looking;
use crate::ask::Ask;
use crate::domain::access::Role;
use crate::web::{face, links, trail};
use crate::wire::api::visits::{VisitLine, VisitList};

/// Visits.
pub(super) async fn now(look: &Looking) -> Result<Response, Response> {
    look.visitor.need(Role::Editor)?;
    let card = look.card().await?;
    let ask = Ask::Poll { cases: vec![look.case()], dry_run: false };
    let (visited, about) = trail::asked::<VisitList>(&look.pages, &look.visitor, ask).await;
    Ok(about.with(match visited {
        Err(refusal) => face::refused(&look.visitor, "/cases", &refusal),
        Ok(list) => face::lead_to(&format!("{}{}", Looking::address(&card), links::query(&[("done", came(list.visits.first()))]))),
    }))
}

/// What came of it, by the word for its notice.
fn came(visit: Option<&VisitLine>) -> &'static str {
    match visit {
        Some(VisitLine::Visited(visited)) if visited.health != "ok" => "unread",
        Some(VisitLine::Visited(visited)) if visited.baseline && visited.events.is_empty() => "first",
        Some(VisitLine::Visited(visited)) if visited.events.is_empty() => "unchanged",
        Some(VisitLine::Visited(_)) => "changed",
        Some(VisitLine::Waits(waits)) if waits.health == "under_way" => "under_way",
        Some(VisitLine::Waits(_)) | None => "postponed",
    }
}
