//! What was told of a case, newest first.
//!
//! A tab of [`case`](super).

use axum::response::Response;
use maud::html;

use super::super::looking::Looking;
use super::framed;
use crate::ask::look::At;
use crate::web::{links, said};
use crate::wire::api::event::EventList;

/// The tab.
pub(super) async fn page(look: &Looking) -> Result<Response, Response> {
    let card = look.card().await?;
    let found: EventList = look.at(At::Events { page: look.page() }).await?;
    let at = Looking::address(&card);
    let pager = said::pager(found.page, found.pages, &format!("{at}/changes?page="), &look.visitor);
    let body = html! {
        h2 { (look.say("Cambios", "Changes")) " (" (found.total) ")" }
        @if found.events.is_empty() {
            p { (look.say("Todavía no se ha avisado de ningún cambio: la primera lectura es la base.", "No change was told yet: the first reading is the baseline.")) }
        }
        (pager)
        ol.entries {
            @for event in &found.events {
                li.entry {
                    h3 {
                        a href=(links::event(&event.id)) { (said::kind(&event.kind, look.visitor.language)) }
                        @if let Some((class, words)) = said::severity(&event.severity, &look.visitor) { " " span class={ "state " (class) } { (words) } }
                    }
                    p { bdi { (said::text(&event.summary)) } }
                    p.small.soft {
                        (look.say("Visto ", "Seen ")) (look.when(&event.seen_at))
                        @if event.version > 0 {
                            " · " a href={ (at) "/versions/" (event.version) } { (look.say("versión ", "version ")) (event.version) }
                            @if event.version > 1 { " · " a href={ (at) "/diff?from=" (event.version - 1) "&to=" (event.version) } { (look.say("diferencias", "differences")) } }
                        }
                    }
                }
            }
        }
        (pager)
    };
    Ok(framed(look, &card, "/changes", &body))
}
