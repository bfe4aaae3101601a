//! The procedural time limits of a case.
//!
//! A tab of [`case`](super). The answer is read here and nowhere else; the words of each limit are those of `message`, in the language of the
//! watch list. Of a case of which only types and dates are told none is shown.

use axum::response::Response;
use maud::{Markup, html};
use serde_json::Value;

use super::super::looking::Looking;
use super::{closed, framed, is_closed};
use crate::ask::Ask;
use crate::web::said;

/// The tab.
pub(super) async fn page(look: &Looking) -> Result<Response, Response> {
    let card = look.card().await?;
    if is_closed(&card) || card.told != "whole" {
        return Ok(framed(look, &card, "/clocks", &closed(look)));
    }
    let found: Value = look.ask(Ask::Clocks { case: Some(look.case()), all: true }).await?;
    let lines = found.get("clocks").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    Ok(framed(look, &card, "/clocks", &table(look, lines)))
}

fn table(look: &Looking, lines: &[Value]) -> Markup {
    html! {
        @if lines.is_empty() {
            p { (look.say("No corre ningún plazo conocido en este expediente.", "No known time limit runs in this case.")) }
        } @else {
            p.lead {
                (look.say(
                    "Lo que ninguna actuación muestra no se observa, que no es lo mismo que no hecho. No es asesoría legal: verifique cada regla con un abogado.",
                    "What no entry shows is not observed, which is not the same as not done. This is no legal advice: verify every rule with a lawyer.",
                ))
            }
            table.stack {
                caption { (look.say("Plazos", "Time limits")) " (" (lines.len()) ")" }
                thead { tr {
                    th scope="col" { (look.say("Plazo", "Time limit")) }
                    th scope="col" { (look.say("Estado", "State")) }
                    th scope="col" { (look.say("Vence", "Due")) }
                    th scope="col" { (look.say("Base legal", "Legal basis")) }
                } }
                tbody {
                    @for line in lines {
                        tr {
                            th scope="row" {
                                (said::text(title(look, line)))
                                @if let Some(person) = line.get("person").and_then(Value::as_str) { div.small.soft { bdi { (said::text(person)) } } }
                            }
                            td data-label=(look.say("Estado", "State")) { (state(text(line, "state"), look)) }
                            td.num data-label=(look.say("Vence", "Due")) { (text(line, "due")) }
                            td data-label=(look.say("Base legal", "Legal basis")) { (said::text(text(line, "legal_basis"))) }
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

/// The title of a rule: one text, or one in each language.
fn title<'v>(look: &Looking, line: &'v Value) -> &'v str {
    let both = line.get("title");
    let own = both.and_then(|title| title.get(look.say("es", "en"))).or(both).and_then(Value::as_str);
    own.unwrap_or_else(|| text(line, "rule"))
}

fn state(name: &str, look: &Looking) -> Markup {
    let (class, es, en) = match name {
        "running" => ("", "corre", "runs"),
        "warning" => ("warn", "por vencer", "nearly over"),
        "breached" => ("bad", "vencido", "over"),
        "met" => ("good", "cumplido", "met"),
        "met_late" => ("warn", "cumplido tarde", "met late"),
        "suspended" => ("", "suspendido", "suspended"),
        "unknown_start" => ("", "inicio desconocido", "start unknown"),
        _ => return html! { span.state { (name.replace('_', " ")) } },
    };
    html! { span class={ "state " (class) } { (look.say(es, en)) } }
}
