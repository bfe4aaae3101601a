//! The hearings of a case, with what became of each.
//!
//! A tab of [`case`](super). The answer is masked for whoever sees only what messages tell.

use axum::response::Response;
use maud::{Markup, html};

use super::super::hearings::state;
use super::super::looking::Looking;
use super::{closed, framed, is_closed};
use crate::ask::Ask;
use crate::message;
use crate::web::{links, said};
use crate::wire::api::case::CaseCard;
use crate::wire::api::hearings::{EntryLine, HearingLine, HearingList};

/// The tab.
pub(super) async fn page(look: &Looking) -> Result<Response, Response> {
    let card = look.card().await?;
    if is_closed(&card) {
        return Ok(framed(look, &card, "/hearings", &closed(look)));
    }
    let found: HearingList = look.ask(Ask::Hearings { case: Some(look.case()) }).await?;
    Ok(framed(look, &card, "/hearings", &table(look, &card, &found.hearings)))
}

fn table(look: &Looking, card: &CaseCard, lines: &[HearingLine]) -> Markup {
    let placed = lines.iter().any(|line| line.room.is_some());
    let columns = [
        Some(("Día y hora", "Day and hour")),
        Some(("Tipo", "Type")),
        Some(("Qué pasó", "What became of it")),
        placed.then_some(("Lugar", "Place")),
        Some(("Según", "By")),
    ];
    html! {
        @if lines.is_empty() {
            p { (look.say("El expediente no menciona ninguna audiencia.", "The record mentions no hearing.")) }
        } @else {
            table.stack {
                caption { (look.say("Audiencias que el expediente menciona", "Hearings that the record mentions")) " (" (lines.len()) ")" }
                thead { tr { @for (es, en) in columns.into_iter().flatten() { th scope="col" { (look.say(es, en)) } } } }
                tbody { @for line in lines { (row(look, card, line, placed)) } }
            }
        }
    }
}

fn row(look: &Looking, card: &CaseCard, line: &HearingLine, placed: bool) -> Markup {
    html! {
        tr {
            th scope="row" { span.num { (day(look, line)) } }
            td data-label=(look.say("Tipo", "Type")) { bdi { (said::text(&message::hearing_name(line.kind.as_deref(), look.visitor.language))) } }
            td data-label=(look.say("Qué pasó", "What became of it")) { (state(&look.visitor, line)) }
            @if placed { td data-label=(look.say("Lugar", "Place")) { @if let Some(room) = &line.room { bdi { (said::text(room)) } } } }
            td data-label=(look.say("Según", "By")) {
                @for entry in [&line.set_by, &line.told_by].into_iter().flatten() { (by(look, card, entry)) }
            }
        }
    }
}

fn day(look: &Looking, line: &HearingLine) -> Markup {
    html! {
        @match line.date.as_deref() {
            None => (look.say("sin día", "no day")),
            Some(date) => {
                (look.day(date, line.time.as_deref()))
                @if line.time.is_none() { " (" (look.say("hora no indicada", "hour not stated")) ")" }
            }
        }
    }
}

/// An entry that says so.
fn by(look: &Looking, card: &CaseCard, entry: &EntryLine) -> Markup {
    let at = format!("{}/versions/{}/entry{}", Looking::address(card), card.line.version, links::query(&[("key", &entry.key)]));
    let date = html! { @if let Some(date) = &entry.date { (look.day(date, None)) " " } };
    html! {
        div {
            @match &entry.title {
                Some(title) => { a href=(at) { (date) bdi { (said::text(title)) } } }
                None => { (date) span.soft { (look.say("actuación reservada", "a withheld entry")) } }
            }
        }
    }
}
