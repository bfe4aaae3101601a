//! The procedural time limits of a case.
//!
//! A tab of [`case`](super). The words of each limit are those of `message`. Of a case of which only types and dates are told none is shown.

use axum::response::Response;
use maud::{Markup, html};

use super::super::looking::Looking;
use super::{closed, framed, is_closed};
use crate::ask::Ask;
use crate::ask::line::Sight;
use crate::domain::about::Language;
use crate::web::said;
use crate::wire::api::clocks::{Bilingual, ClockLine, ClockList};

/// The tab.
pub(super) async fn page(look: &Looking) -> Result<Response, Response> {
    let card = look.card().await?;
    if is_closed(&card) || card.told != "whole" {
        return Ok(framed(look, &card, "/clocks", &closed(look)));
    }
    let all = look.asked("all") == "1";
    let found: ClockList = look.ask(Ask::Clocks { case: Some(look.case()), all }).await?;
    let at = format!("{}/clocks", Looking::address(&card));
    let body = html! {
        (table(look, &found.clocks))
        p {
            @if all { a href=(at) { (look.say("Solo los que corren", "Those that run only")) } }
            @else { a href={ (at) "?all=1" } { (look.say("También los que no corren", "Also those that do not run")) } }
        }
    };
    Ok(framed(look, &card, "/clocks", &body))
}

fn table(look: &Looking, lines: &[ClockLine]) -> Markup {
    let is_whole = look.visitor.sight() == Sight::Whole;
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
                                (said::text(own(look, &line.title)))
                                // An operator's own words stand there too.
                                @if is_whole { div.small { bdi { (said::text(own(look, &line.text))) } } }
                            }
                            td data-label=(look.say("Estado", "State")) { (state(&line.state, look)) }
                            td.num data-label=(look.say("Vence", "Due")) { @if let Some(due) = &line.due { (look.day(due, None)) } }
                            td data-label=(look.say("Base legal", "Legal basis")) { (said::text(&line.legal_basis)) }
                        }
                    }
                }
            }
        }
    }
}

/// Words that stand there in both languages, in the reader's.
fn own<'v>(look: &Looking, words: &'v Bilingual) -> &'v str {
    match look.visitor.language {
        Language::Es => &words.es,
        Language::En => &words.en,
    }
}

/// What a time limit is doing, by its stable name. Nothing in it says that somebody did not do something.
fn state(name: &str, look: &Looking) -> Markup {
    let (class, es, en) = match name {
        "breach" => ("bad", "vencido; lo que lo termina no se observa", "over; what ends it is not observed"),
        "possible_breach" => ("warn", "vencido según una lectura de la ley", "over by one reading of the law"),
        "warning" => ("warn", "por vencer", "nearly over"),
        "running" => ("", "corre", "runs"),
        "suspended" => ("", "suspendido", "suspended"),
        "unknown_start" => ("", "no consta cuándo empezó", "no entry shows when it began"),
        "met_late" => ("warn", "lo que lo termina consta después", "what ends it was observed after the time"),
        "met" => ("good", "lo que lo termina consta a tiempo", "what ends it was observed in time"),
        "not_started" => ("", "no consta que empezara", "nothing shows that it began"),
        "not_applicable" => ("", "no aplica o no se sabe si aplica", "does not apply, or it is not known whether it does"),
        other => return html! { span.state { (said::text(other)) } },
    };
    html! { span class={ "state " (class) } { (look.say(es, en)) } }
}

#[cfg(test)]
mod tests {
    use crate::domain::clocks::State;

    #[test]
    fn every_state_of_a_time_limit_has_words() {
        let code = include_str!("clocks.rs");
        for (name, _) in State::ALL {
            assert!(code.contains(&format!("        \"{name}\" => (")), "{name}");
        }
    }
}
