//! A visit now, asked for by an editor.
//!
//! Below a [`case`](super). It leads back to the case, where its health says how the visit went.

use axum::response::Response;
use serde_json::Value;

use super::super::looking::Looking;
use crate::ask::Ask;
use crate::domain::access::Role;
use crate::web::face;

/// Visits.
pub(super) async fn now(look: &Looking) -> Result<Response, Response> {
    let card = look.card().await?;
    look.visitor.need(Role::Editor)?;
    let ask = Ask::Poll { cases: vec![look.case()], dry_run: false };
    let visited = look.pages.line.get::<Value>(ask, look.visitor.sight()).await;
    Ok(visited.map_or_else(|refusal| face::refused(&look.visitor, "/cases", &refusal), |_| face::lead_to(&Looking::address(&card))))
}
