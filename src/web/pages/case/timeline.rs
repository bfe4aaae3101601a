//! The timeline of a case: its entries, newest first, each with what became of it.
//!
//! A tab of [`case`](super), and the entries of [`version`](super::version).

use axum::response::Response;
use maud::{Markup, html};

use super::super::looking::Looking;
use super::{closed, framed, is_closed, plot};
use crate::ask::look::At;
use crate::web::{links, said};
use crate::wire::api::case::{CaseCard, Timeline, TimelineEntry};

/// A text that is longer is folded, in characters.
const FOLD: usize = 400;

/// Characters of a folded text that are shown.
const SHOWN: usize = 240;

/// The tab.
pub(super) async fn page(look: &Looking) -> Result<Response, Response> {
    let card = look.card().await?;
    let body = match (is_closed(&card), card.line.version) {
        (true, _) => closed(look),
        (_, 0) => html! { p.notice { (look.say("Este expediente todavía no se ha leído.", "This case was not read yet.")) } },
        _ => {
            let timeline: Timeline = look.at(At::Timeline { version: None, page: look.page() }).await?;
            html! {
                (plot::plot(look, &timeline))
                (list(look, &card, &timeline, &format!("{}?page=", Looking::address(&card))))
            }
        }
    };
    Ok(framed(look, &card, "", &body))
}

/// A page of entries. `address` ends where the number of the page goes.
pub(super) fn list(look: &Looking, card: &CaseCard, timeline: &Timeline, address: &str) -> Markup {
    html! {
        h2 { (look.say("Actuaciones", "Entries")) " (" (timeline.total) ")" }
        @if timeline.is_partial {
            p.notice { (look.say("Por privacidad, algunas actuaciones no se muestran.", "For privacy, some entries are not shown.")) }
        }
        @if timeline.entries.is_empty() { p { (look.say("No consta ninguna actuación.", "There is no entry on the record.")) } }
        ol.entries { @for entry in &timeline.entries { li.entry { (one(look, card, entry)) } } }
        (said::pager(timeline.page, timeline.pages, address, &look.visitor))
    }
}

fn one(look: &Looking, card: &CaseCard, entry: &TimelineEntry) -> Markup {
    html! {
        h3 {
            span.num.soft { (when(look, entry)) } " "
            a href=(entry_address(card, entry)) { bdi { (title(look, &entry.title)) } }
        }
        (marks(look, entry))
        (text(look, card, entry))
        (documents(look, entry))
        (events(look, entry))
    }
}

/// The page of an entry alone.
fn entry_address(card: &CaseCard, entry: &TimelineEntry) -> String {
    format!("{}/versions/{}/entry{}", Looking::address(card), entry.version, links::query(&[("key", &entry.key)]))
}

/// An entry's title; a word where it has none.
pub(super) fn title(look: &Looking, title: &str) -> String {
    if title.trim().is_empty() { look.say("(sin título)", "(no title)").to_owned() } else { said::text(title).into_owned() }
}

/// An entry's date and time, as the court gives them.
pub(super) fn when(look: &Looking, entry: &TimelineEntry) -> Markup {
    match &entry.date {
        Some(date) => look.day(date, entry.time.as_deref()),
        None => html! { (look.say("sin fecha", "no date")) },
    }
}

/// What is to be known of an entry beside its words.
pub(super) fn marks(look: &Looking, entry: &TimelineEntry) -> Markup {
    html! {
        @if entry.gone || entry.missing_since.is_some() || entry.edited || entry.annulled || entry.withheld.is_some() {
            ul.marks {
                @if let Some(since) = &entry.missing_since {
                    li {
                        @if entry.gone { span.state.bad { (look.say("ya no se observa en el registro", "no longer seen on the record")) } }
                        @else { span.state.warn { (look.say("no se observa en las últimas consultas", "not seen in the last visits")) } }
                        " " (look.say("desde ", "since ")) (look.when(since))
                    }
                }
                @if entry.edited { li { span.state.warn { (look.say("su texto cambió después de publicada", "its text changed after it was published")) } } }
                @if entry.annulled { li { span.state.warn { (look.say("anulada según la fuente", "annulled, says the source")) } } }
                @if let Some(withheld) = &entry.withheld {
                    li {
                        span.state.warn { (look.say("la fuente reserva su contenido", "the source withholds its content")) }
                        @if let Some(reason) = &withheld.reason { " " bdi { (said::text(reason)) } }
                    }
                }
            }
        }
    }
}

fn text(look: &Looking, card: &CaseCard, entry: &TimelineEntry) -> Markup {
    let length = entry.text.chars().count();
    html! {
        @if length > FOLD {
            details {
                summary { bdi { (said::text(&entry.text.chars().take(SHOWN).collect::<String>())) "…" } }
                div.text dir="auto" { (said::text(&entry.text)) }
                (left_out(look, card, entry))
            }
        } @else if length > 0 {
            div.text dir="auto" { (said::text(&entry.text)) }
            (left_out(look, card, entry))
        } @else { (left_out(look, card, entry)) }
    }
}

fn left_out(look: &Looking, card: &CaseCard, entry: &TimelineEntry) -> Markup {
    html! {
        @if entry.left_out > 0 {
            p.small.soft {
                (look.say("Caracteres que aquí no se muestran: ", "Characters not shown here: ")) (entry.left_out)
                @if look.visitor.sight() == crate::ask::line::Sight::Whole { " · " a href=(entry_address(card, entry)) { (look.say("texto completo", "whole text")) } }
            }
        }
    }
}

/// The documents of an entry, by name; those that lead to the web are links.
pub(super) fn documents(look: &Looking, entry: &TimelineEntry) -> Markup {
    let unnamed = look.say("documento sin nombre", "document without a name");
    html! {
        @if !entry.documents.is_empty() {
            ul.small aria-label=(look.say("Documentos", "Documents")) {
                @for document in &entry.documents {
                    @let name = if document.name.trim().is_empty() { unnamed.into() } else { said::text(&document.name) };
                    li {
                        @match document.url.as_deref().and_then(links::outside) {
                            Some(url) => a href=(url) rel="noopener noreferrer external" { bdi { (name) } },
                            None => bdi { (name) },
                        }
                    }
                }
            }
        }
    }
}

/// What was told of an entry.
pub(super) fn events(look: &Looking, entry: &TimelineEntry) -> Markup {
    html! {
        @if !entry.events.is_empty() {
            ul.told aria-label=(look.say("Lo que se avisó", "What was told")) {
                @for event in &entry.events {
                    li {
                        a href=(links::event(&event.id)) { (said::kind(&event.kind, look.visitor.language)) }
                        @if let Some((class, words)) = said::severity(&event.severity, &look.visitor) { " " span class={ "state " (class) } { (words) } }
                        " · " (look.say("visto ", "seen ")) (look.when(&event.seen_at))
                        @if event.version > 0 { " · " (look.say("versión ", "version ")) (event.version) }
                    }
                }
            }
        }
    }
}
