//! The hearings of a case, with what became of each.
//!
//! A tab of [`case`](super). The answer is read here and nowhere else. Whoever sees only what messages tell sees days and outcomes.

use axum::response::Response;
use maud::{Markup, html};
use serde_json::Value;

use super::super::looking::Looking;
use super::{closed, framed, is_closed};
use crate::ask::Ask;
use crate::web::said;
use crate::wire::api::case::CaseCard;

/// The tab.
pub(super) async fn page(look: &Looking) -> Result<Response, Response> {
    let card = look.card().await?;
    if is_closed(&card) {
        return Ok(framed(look, &card, "/hearings", &closed(look)));
    }
    let found: Value = look.ask(Ask::Hearings { case: Some(look.case()) }).await?;
    let lines = found.get("hearings").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let is_whole = look.visitor.sight() == crate::ask::line::Sight::Whole;
    Ok(framed(look, &card, "/hearings", &table(look, &card, lines, is_whole)))
}

fn table(look: &Looking, card: &CaseCard, lines: &[Value], is_whole: bool) -> Markup {
    let at = Looking::address(card);
    html! {
        @if lines.is_empty() {
            p { (look.say("El expediente no menciona ninguna audiencia.", "The record mentions no hearing.")) }
        } @else {
            table.stack {
                caption { (look.say("Audiencias que el expediente menciona", "Hearings that the record mentions")) " (" (lines.len()) ")" }
                thead { tr {
                    th scope="col" { (look.say("Día y hora", "Day and hour")) }
                    @if is_whole { th scope="col" { (look.say("Tipo", "Type")) } }
                    th scope="col" { (look.say("Qué pasó", "What became of it")) }
                    @if is_whole {
                        th scope="col" { (look.say("Lugar", "Place")) }
                        th scope="col" { (look.say("Según", "By")) }
                    }
                } }
                tbody {
                    @for line in lines {
                        tr {
                            th scope="row" { span.num { (day(look, line)) } }
                            @if is_whole { td data-label=(look.say("Tipo", "Type")) { bdi { (said::text(text(line, "type"))) } } }
                            td data-label=(look.say("Qué pasó", "What became of it")) { (outcome(text(line, "outcome"), look)) }
                            @if is_whole {
                                td data-label=(look.say("Lugar", "Place")) { bdi { (said::text(text(line, "room"))) } }
                                td data-label=(look.say("Según", "By")) { (by(line, &at, card.line.version)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn text<'v>(line: &'v Value, name: &str) -> &'v str {
    line.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn day(look: &Looking, line: &Value) -> String {
    match (text(line, "date"), text(line, "time")) {
        ("", _) => look.say("sin día", "no day").to_owned(),
        (date, "") => format!("{date} ({})", look.say("hora no indicada", "hour not stated")),
        (date, time) => format!("{date} {time}"),
    }
}

/// The entries that say so.
fn by(line: &Value, at: &str, version: u32) -> Markup {
    let entry = |name: &str| line.get(name).filter(|entry| !entry.is_null());
    html! {
        @for entry in [entry("set_by"), entry("told_by")].into_iter().flatten() {
            div {
                a href={ (at) "/versions/" (version) "/entry" (crate::web::links::query(&[("key", text(entry, "key"))])) } {
                    (text(entry, "date")) " " bdi { (said::text(text(entry, "title"))) }
                }
            }
        }
    }
}

/// What became of a hearing, by its stable name.
fn outcome(name: &str, look: &Looking) -> Markup {
    let (class, es, en) = match name {
        "pending" => ("", "por realizarse", "still to come"),
        "held" => ("good", "realizada", "held"),
        "suspended" => ("warn", "suspendida después de instalarse", "suspended after it began"),
        "deferred" => ("warn", "diferida", "deferred"),
        "failed" => ("warn", "fallida", "failed"),
        "not_installed" => ("warn", "no instalada", "not opened"),
        "revoked" => ("warn", "convocatoria sin efecto", "its setting revoked"),
        _ => ("", "sin noticia", "without news"),
    };
    html! { span class={ "state " (class) } { (look.say(es, en)) } }
}
