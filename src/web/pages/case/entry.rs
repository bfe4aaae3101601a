//! One entry of a version, whole.
//!
//! Below a [`case`](super). Where a text is too long for the timeline, and where an event leads to what it is about.

use axum::response::Response;
use maud::html;

use super::super::looking::Looking;
use super::{below, timeline, version_of};
use crate::ask::look::At;
use crate::web::said;
use crate::wire::api::case::EntryPage;

/// The page.
pub(super) async fn page(look: &Looking) -> Result<Response, Response> {
    let card = look.card().await?;
    let version = version_of(look).ok_or_else(|| look.unknown())?;
    let found: EntryPage = look.at(At::Entry { version: Some(version), key: look.asked("key").to_owned() }).await?;
    let (entry, at) = (&found.entry, Looking::address(&card));
    let body = html! {
        p {
            span.num { (timeline::when(look, entry)) } " · "
            a href={ (at) "/versions/" (version) } { (look.say("versión ", "version ")) (version) }
            ", " (look.say("vista ", "seen ")) (look.when(&found.seen_at))
        }
        (timeline::marks(look, entry))
        div.text dir="auto" { (said::text(&entry.text)) }
        @if entry.left_out > 0 {
            p.small.soft { (look.say("Por privacidad no se muestran estos caracteres: ", "For privacy, so many characters are not shown: ")) (entry.left_out) }
        }
        (timeline::documents(look, entry))
        @if !found.extra.is_empty() {
            dl.facts { @for (name, value) in &found.extra { dt { (said::text(name)) } dd { bdi { (said::text(value)) } } } }
        }
        @if !entry.events.is_empty() { h2 { (look.say("Lo que se avisó", "What was told")) } (timeline::events(look, entry)) }
    };
    Ok(below(look, &card, &timeline::title(look, &entry.title), &body))
}
