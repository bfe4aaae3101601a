//! The versions of a case, newest first, with the pages that each was read from.
//!
//! A tab of [`case`](super); the pages are also those of [`version`](super::version) and of an event.

use axum::response::Response;
use maud::{Markup, html};

use super::super::looking::Looking;
use super::{closed, framed, is_closed};
use crate::ask::line::Sight;
use crate::ask::look::At;
use crate::web::{links, said};
use crate::wire::api::case::CaseCard;
use crate::wire::api::versions::{PageLine, VersionLine, VersionList};

/// The tab.
pub(super) async fn page(look: &Looking) -> Result<Response, Response> {
    let card = look.card().await?;
    if is_closed(&card) {
        return Ok(framed(look, &card, "/versions", &closed(look)));
    }
    let found: VersionList = look.at(At::Versions { page: look.page() }).await?;
    let at = Looking::address(&card);
    let pager = said::pager(found.page, found.pages, &format!("{at}/versions?page="), &look.visitor);
    let body = html! {
        h2 { (look.say("Versiones", "Versions")) " (" (found.total) ")" }
        @if found.versions.is_empty() { p { (look.say("Este expediente todavía no se ha leído.", "This case was not read yet.")) } }
        @if found.total > 1 { p { a href={ (at) "/diff" } { (look.say("Comparar dos versiones", "Compare two versions")) } } }
        ol.entries { @for version in &found.versions { li.entry { (one(look, &card, version)) } } }
        (pager)
    };
    Ok(framed(look, &card, "/versions", &body))
}

fn one(look: &Looking, card: &CaseCard, version: &VersionLine) -> Markup {
    let at = Looking::address(card);
    html! {
        h3 {
            a href={ (at) "/versions/" (version.number) } { (look.say("Versión ", "Version ")) (version.number) }
            " · " (look.exact(&version.seen_at))
        }
        p {
            (changed(look, version))
            @if let Some(before) = version.before {
                " · " a href={ (at) "/diff?from=" (before) "&to=" (version.number) } { (look.say("diferencias con la ", "differences to ")) (before) }
            }
        }
        (stored(look, (&card.line.source, &card.line.number), version.number, version.pages.iter().enumerate()))
    }
}

/// What changed with a version, in one line.
fn changed(look: &Looking, version: &VersionLine) -> Markup {
    html! {
        @match (version.events.is_empty(), version.before) {
            (_, None) => (look.say("primera lectura", "first reading")),
            (true, _) => (look.say("sin avisos", "nothing was told")),
            _ => @for (nth, (kind, count)) in version.events.iter().enumerate() {
                @if nth > 0 { "; " }
                (said::kind(kind, look.visitor.language))
                @if *count > 1 { " ×" (count) }
            },
        }
        @if let Some(entries) = version.entries { " · " (entries) " " (if entries == 1 { look.say("actuación", "entry") } else { look.say("actuaciones", "entries") }) }
        @else { " · " span.state.bad { (look.say("no se puede leer del almacén", "does not read back from the store")) } }
    }
}

/// The steps that ask by POST in the recipe that is in force: what is stored of a page does not say how it was asked.
fn posted(look: &Looking, source: &str, number: &str) -> Vec<String> {
    let config = look.pages.config.load();
    let watched = config.cases.iter().find(|watch| watch.case.source == source && watch.number.canonical == number);
    let found = watched.map_or_else(|| config.source(source), |watch| config.source_of(&watch.case));
    found.map(|source| source.recipe.posted().map(str::to_owned).collect()).unwrap_or_default()
}

/// Stored pages: where each came from, its hash, and its bytes as a download.
pub(in crate::web::pages) fn stored<'p>(
    look: &Looking,
    (source, number): (&str, &str),
    version: u32,
    pages: impl Iterator<Item = (usize, &'p PageLine)>,
) -> Markup {
    let is_whole = look.visitor.sight() == Sight::Whole;
    let at = links::case(source, number);
    let posted = posted(look, source, number);
    html! {
        ul.stored {
            @for (nth, page) in pages {
                li.small {
                    (look.say("Página ", "Page ")) (nth + 1)
                    @if !page.step.is_empty() { " (" (said::text(&page.step)) ")" }
                    " · HTTP " (page.status) " · " (said::bytes(u64::try_from(page.bytes).unwrap_or(u64::MAX)))
                    " · " (look.say("recibida ", "received ")) (look.when(&page.fetched_at))
                    @if !page.url.is_empty() {
                        " · "
                        @match links::outside(&page.url) {
                            // A link would ask otherwise than the visit did, and get another answer.
                            Some(url) if posted.contains(&page.step) => { span.code { (said::text(url)) } " " (look.say("(se pide por POST)", "(asked by POST)")) },
                            Some(url) => a href=(url) rel="noopener noreferrer external" { (look.say("dirección en la fuente", "address at the source")) },
                            None => (said::text(&page.url)),
                        }
                    }
                    @if is_whole { " · " a href={ (at) "/versions/" (version) "/pages/" (nth) } download { (look.say("descargar los bytes", "download the bytes")) } }
                    div.code { "SHA-256 " (page.sha256) }
                }
            }
        }
    }
}
