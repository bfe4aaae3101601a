//! `/events/{id}`: what was told, of which case, and where it can be checked.
//!
//! Routed by [`pages`](super). From here it is one step to the entry, to the differences, and to the stored page.

use axum::response::Response;
use maud::{Markup, html};

use super::case::{official, stored};
use super::deliveries;
use super::looking::{Looking, either};
use crate::ask::Ask;
use crate::domain::access::Role;
use crate::web::said::{self, Side};
use crate::web::{face, links};
use crate::wire::api::event::EventPage;

/// The page.
pub(in crate::web) async fn show(look: Looking) -> Response {
    either(page(&look).await)
}

async fn page(look: &Looking) -> Result<Response, Response> {
    let event: EventPage = look.ask(Ask::Event { id: look.place("id").to_owned(), language: look.language() }).await?;
    let case = links::case(&event.source, &event.number);
    let name = event.name.as_deref().unwrap_or(&event.number);
    let body = html! {
        p.crumbs {
            a href="/cases" { (look.say("Expedientes", "Cases")) } " › "
            @if event.watched { a href=(case) { bdi { (said::text(name)) } } } @else { bdi { (said::text(name)) } }
        }
        p.lead { span.num { (said::text(&event.number)) } " · " (said::text(&event.source_title)) (official(look, event.url.as_deref())) }
        @if let Some((class, words)) = said::severity(&event.line.severity, &look.visitor) { p { span class={ "state " (class) } { (words) } } }
        p.headline { bdi { (said::text(&event.line.summary)) } }
        @if let Some(date) = &event.date { p { strong { (said::text(date)) } } }
        (told(look, &event))
        (proof(look, &event, &case))
        (sent(look, &event))
    };
    Ok(face::page(&look.visitor, "/cases", &said::text(&event.heading), &body))
}

/// The words.
fn told(look: &Looking, event: &EventPage) -> Markup {
    html! {
        @if !event.facts.is_empty() {
            dl.facts { @for (label, value) in &event.facts { dt { (label) } dd { bdi { (said::text(value)) } } } }
        }
        @if let Some(quote) = &event.quote {
            h2 { (look.say("El texto dice", "The text says")) }
            blockquote { bdi { (said::text(quote)) } }
        }
        @if !event.change.is_empty() {
            h2 { (look.say("Antes y ahora", "Before and now")) }
            div.pair {
                div { p.side { (look.say("Antes", "Before")) } div.text dir="auto" { (said::words(&event.change, Side::Older, &look.visitor)) } }
                div { p.side { (look.say("Ahora", "Now")) } div.text dir="auto" { (said::words(&event.change, Side::Newer, &look.visitor)) } }
            }
        }
        @if let Some(excerpt) = &event.excerpt {
            h2 { (look.say("Extracto", "Excerpt")) }
            blockquote { bdi { (said::text(excerpt)) } }
        }
        @for caution in &event.cautions { p.notice { (said::text(caution)) } }
    }
}

/// Where it can be checked.
fn proof(look: &Looking, event: &EventPage, case: &str) -> Markup {
    let version = event.line.version;
    html! {
        h2 { (look.say("Para comprobarlo", "To check it")) }
        dl.facts {
            dt { (look.say("Visto", "Seen")) }
            dd { (look.when(&event.line.seen_at)) }
            @if version > 0 && event.watched {
                dt { (look.say("Versión", "Version")) }
                dd {
                    a href={ (case) "/versions/" (version) } { (version) }
                    @if let Some(before) = event.before {
                        " · " a href={ (case) "/diff?from=" (before) "&to=" (version) } { (look.say("diferencias con la ", "differences to ")) (before) }
                    }
                }
            }
            @if let (Some(key), Some(at), true) = (&event.entry, event.entry_version, event.watched) {
                dt { (look.say("Actuación", "Entry")) }
                dd { a href={ (case) "/versions/" (at) "/entry" (links::query(&[("key", key)])) } { (look.say("verla en la versión ", "see it in version ")) (at) } }
            }
            @if let Some(sum) = &event.page_sha256 {
                dt { (look.say("SHA-256 de lo visto", "SHA-256 of what was seen")) }
                dd.code { (sum) }
            }
            dt { (look.say("Aviso", "Event")) }
            dd.code { (event.line.id) " · " (said::text(&event.line.kind)) " · " (event.line.seq) }
        }
        @if !event.watched {
            p.notice {
                (look.say(
                    "El expediente ya no está en la lista. Lo que se guardó de él queda: añádalo de nuevo para ver sus versiones y descargar las páginas.",
                    "The case is not on the list any more. What was stored of it stays: add it again to see its versions and to download the pages.",
                ))
                @if look.visitor.may(Role::Editor) {
                    @let again = [("source", event.source.as_str()), ("number", &event.number), ("name", event.name.as_deref().unwrap_or_default())];
                    " " a href={ "/cases/add" (links::query(&again)) } { (look.say("Añadirlo de nuevo", "Add it again")) }
                }
            }
        }
        @if !event.pages.is_empty() && event.watched {
            h2 { (look.say("Lo que se guardó de la fuente", "What was stored of the source")) }
            @if event.pages.iter().all(|(_, page)| Some(&page.sha256) != event.page_sha256.as_ref()) {
                p.small.soft {
                    (look.say("La suma de lo visto es la de las sumas (en binario) de todas las páginas de la visita, una tras otra.", "The sum of what was seen is that of the sums (as bytes) of all pages of the visit, one after the other."))
                }
            }
            (stored(look, (&event.source, &event.number), version, event.pages.iter().map(|(nth, page)| (*nth, page))))
        }
    }
}

/// What went out of it.
fn sent(look: &Looking, event: &EventPage) -> Markup {
    html! {
        @if !event.deliveries.is_empty() {
            h2 { (look.say("Envíos", "Deliveries")) }
            table.stack {
                caption { (look.say("Envíos de este aviso: ", "Deliveries of this event: ")) (event.deliveries.len()) }
                thead { tr {
                    th scope="col" { (look.say("Envío", "Delivery")) }
                    th scope="col" { (look.say("Canal", "Channel")) }
                    th scope="col" { (look.say("Estado", "State")) }
                    th scope="col" { (look.say("Desde", "Since")) }
                } }
                tbody {
                    @for one in &event.deliveries {
                        tr {
                            th scope="row" { a.code href={ "/deliveries/" (links::encoded(&one.id)) } { (one.id) } }
                            td data-label=(look.say("Canal", "Channel")) { (said::text(&one.channel)) }
                            td data-label=(look.say("Estado", "State")) { (deliveries::mark(&look.visitor, &one.state)) }
                            td data-label=(look.say("Desde", "Since")) { (look.when(&one.at)) }
                        }
                    }
                }
            }
        }
    }
}
