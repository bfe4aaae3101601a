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
    if !look.visitor.may(Role::Editor) {
        return Ok(face::forbidden(&look.visitor, "/cases"));
    }
    let _: Value = look.ask(Ask::Poll { cases: vec![look.case()], dry_run: false }).await?;
    Ok(face::lead_to(&Looking::address(&card)))
}
