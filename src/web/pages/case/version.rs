//! One version of a case: its pages as stored, and what its docket said.
//!
//! Below a [`case`](super).

use axum::response::Response;
use maud::html;

use super::super::looking::Looking;
use super::{below, head, timeline, version_of, versions};
use crate::ask::look::At;
use crate::web::said;
use crate::wire::api::case::{Timeline, VersionPage};

/// The page.
pub(super) async fn page(look: &Looking) -> Result<Response, Response> {
    let card = look.card().await?;
    let number = version_of(look).ok_or_else(|| look.unknown())?;
    let VersionPage { line: version, above } = look.at(At::Version { version: number }).await?;
    let timeline: Timeline = look.at(At::Timeline { version: Some(number), page: look.page() }).await?;
    let at = Looking::address(&card);
    let body = html! {
        p {
            (look.say("Vista ", "Seen ")) (look.exact(&version.seen_at))
            " · " (said::bytes(version.bytes)) " " (look.say("en total", "in all"))
            @if let Some(before) = version.before {
                " · " a href={ (at) "/diff?from=" (before) "&to=" (number) } { (look.say("diferencias con la anterior", "differences to the one before")) }
            }
            @if number < card.line.version { " · " a href={ (at) "/diff?from=" (number) "&to=" (card.line.version) } { (look.say("diferencias con la más reciente", "differences to the newest")) } }
        }
        h2 { (look.say("Páginas guardadas", "Stored pages")) }
        (versions::stored(look, (&card.line.source, &card.line.number), number, version.pages.iter().enumerate()))
        @if let Some(above) = &above { h2 { (look.say("Datos", "Fields")) } div.heads { (head::fields(look, above)) } (head::parties(look, above)) }
        (timeline::list(look, &card, &timeline, &format!("{at}/versions/{number}?page=")))
    };
    let title = format!("{} {number} · {}", look.say("Versión", "Version"), super::label(&card));
    Ok(below(look, &card, &title, &body))
}
