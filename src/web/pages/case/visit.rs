//! A visit now, asked for by an editor.
//!
//! Below a [`case`](super). It leads back to the case, where its health says how the visit went.

use axum::response::Response;

use super::super::looking::Looking;
use crate::ask::Ask;
use crate::domain::access::Role;
use crate::web::trail;

/// Visits.
pub(super) async fn now(look: &Looking) -> Result<Response, Response> {
    look.visitor.need(Role::Editor)?;
    let card = look.card().await?;
    let ask = Ask::Poll { cases: vec![look.case()], dry_run: false };
    Ok(trail::change(&look.pages, &look.visitor, "/cases", ask, &Looking::address(&card)).await)
}
