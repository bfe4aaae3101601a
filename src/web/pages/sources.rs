//! `/sources`: the courts that are asked, how their cases do, what their hosts last answered, and what veedor allows itself.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::Response;
use jiff::tz::TimeZone;
use maud::{Markup, html};

use crate::ask::Ask;
use crate::ask::line::Refusal;
use crate::domain::access::Role;
use crate::domain::sentence;
use crate::web::face::refused;
use crate::web::fields::Fields;
use crate::web::moment::{span, when, when_known};
use crate::web::said::{kind, own, reason};
use crate::web::visitor::Visitor;
use crate::web::words::{condition, health};
use crate::web::{Pages, face, trail};
use crate::wire::api::cases::{Braked, CaseList};
use crate::wire::api::sources::{HostLine, SourceLine, SourceList};

const PART: &str = "/sources";

/// All sources.
pub(in crate::web) async fn list(visitor: Visitor, State(pages): State<Pages>) -> Response {
    let asked = (pages.line.get::<SourceList>(Ask::Sources, visitor.sight()), pages.cases(&visitor));
    let (list, cases) = match (asked.0.await, asked.1.await) {
        (Ok(list), Ok(cases)) => (list, cases),
        (Err(refusal), _) | (_, Err(refusal)) => return refused(&visitor, PART, &refusal),
    };
    let zone = &pages.config.load().zone;
    let body = html! {
        p.lead {
            (visitor.say(
                "A cada sitio se le pregunta de uno en uno, con pausas, con un presupuesto diario y según su robots.txt. Un bloqueo se informa y no se elude.",
                "Each site is asked one request at a time, with pauses, within a daily budget and by its robots.txt. A block is reported and not evaded.",
            ))
        }
        @if list.sources.is_empty() { p.notice { (visitor.say("Todavía no se vigila ningún expediente.", "No case is watched yet.")) } }
        @for source in &list.sources { (one(&visitor, zone, source, &cases)) }
    };
    face::page(&visitor, PART, visitor.say("Fuentes", "Sources"), &body)
}

fn one(visitor: &Visitor, zone: &TimeZone, source: &SourceLine, cases: &CaseList) -> Markup {
    let say = |es, en| visitor.say(es, en);
    html! {
        section #(source.id) aria-labelledby={ "name-" (source.id) } {
            h2 id={ "name-" (source.id) } { (source.title) }
            @for trouble in &source.trouble {
                p.notice.warn {
                    strong { (condition(visitor, &trouble.class)) } " · " (say("desde", "since")) " " (when(visitor, zone, &trouble.since))
                    @if let Some(why) = &trouble.why { br; (reason(visitor, why)) }
                }
            }
            @for braked in cases.braked.iter().filter(|braked| braked.source == source.id) { (brake(visitor, zone, braked)) }
            @if let Some(why) = &source.import_only {
                p.notice { (own(visitor, why, source.import_only_es.as_deref())) }
            }
            dl.facts {
                dt { (say("Identificador", "Id")) } dd.code { (source.id) }
                dt { (say("Expedientes", "Cases")) }
                dd {
                    @for (name, count) in &source.cases {
                        @let (words, loud) = health(visitor, name);
                        a href={ "/cases?source=" (source.id) "&health=" (name) } { span class={ "state " (loud) } { (words) } " (" (count) ")" } " "
                    }
                }
                dt { (say("Última lectura", "Last read")) } dd { (when_known(visitor, zone, source.read_at.as_deref())) }
                @if source.import_only.is_none() {
                    dt { (say("Cada expediente", "Each case")) } dd { (say("cada ", "every ")) (span(visitor, source.every_seconds)) }
                    dt { (say("Entre dos consultas", "Between two requests")) } dd { (span(visitor, source.gap_seconds)) }
                    dt { (say("Horario", "Hours")) } dd { (source.hours.as_deref().unwrap_or(say("siempre", "always"))) " · " (source.zone) }
                }
                @if let Some(terms) = &source.terms { dt { (say("Condiciones de uso", "Terms of use")) } dd { (own(visitor, terms, source.terms_es.as_deref())) } }
                // Once a host has been asked, what it says stands below, and counts.
                @if let Some(robots) = source.robots_note.as_ref().filter(|_| source.hosts.iter().all(|host| !is_asked(host))) { dt { "robots.txt" } dd { (own(visitor, robots, source.robots_note_es.as_deref())) } }
                @if let Some(file) = &source.own_recipe { dt { (say("Receta propia", "Own recipe")) } dd.code { (file) } }
                @if let Some(what) = &source.unverified { dt { (say("Sin verificar en vivo", "Not verified live")) } dd { (own(visitor, what, source.unverified_es.as_deref())) } }
            }
            @for known in &source.hosts { (host(visitor, zone, source, known)) }
        }
    }
}

/// What the brake holds, and what may be decided.
fn brake(visitor: &Visitor, zone: &TimeZone, braked: &Braked) -> Markup {
    let say = |es, en| visitor.say(es, en);
    let listed = |kinds: &BTreeMap<String, usize>| {
        kinds.iter().map(|(name, count)| format!("{}: {count}", kind(name, visitor.language))).collect::<Vec<_>>().join(", ")
    };
    html! {
        div.notice.warn {
            p {
                strong { (say("Freno: muchos expedientes cambiaron de la misma manera a la vez.", "Brake: many cases changed in the same way at once.")) }
                " "
                (say("Es más probable que haya cambiado el sitio. Mire unos cuantos en la fuente y decida.",
                    "It is more likely that the site has changed. Look at some at the source and decide."))
            }
            p {
                @if let Some(since) = &braked.since { (say("Desde", "Since")) " " (when(visitor, zone, since)) " · " }
                (say("mensajes retenidos: ", "messages held: ")) (braked.held) " · " (listed(&braked.changes))
                @if !braked.besides.is_empty() { " · " (say("además", "besides")) ": " (listed(&braked.besides)) }
            }
            @if visitor.may(Role::Editor) {
                form.row method="post" action={ (PART) "/" (braked.source) "/brake" } {
                    button name="do" value="release" { (say("Son cambios reales: enviar", "The changes are real: send")) }
                    button.risky name="do" value="discard" { (say("Son un error de lectura: descartar", "They are misread: discard")) }
                }
            }
        }
    }
}

fn host(visitor: &Visitor, zone: &TimeZone, source: &SourceLine, host: &HostLine) -> Markup {
    let say = |es, en| visitor.say(es, en);
    html! {
        h3.code { (host.host) }
        @if let Some(until) = &host.rests_until {
            p.notice.warn {
                (say("En descanso hasta ", "Left alone until ")) (when(visitor, zone, until))
                @if let Some(why) = &host.rests_why { ": " (reason(visitor, why)) }
            }
        }
        dl.facts {
            dt { (say("Consultas de hoy", "Requests today")) }
            dd.num {
                meter min="0" max=(source.daily.max(1)) value=(host.used.min(source.daily.max(1))) { (host.used) }
                " " (host.used) " / " (source.daily)
                @if host.waiting > 0 { " · " (host.waiting) " " (say("en espera", "waiting")) }
            }
            dt { "robots.txt" }
            dd { (robots(visitor, zone, host)) }
        }
        @if !host.answers.is_empty() {
            table.stack {
                caption { (say("Últimas respuestas", "Last answers")) }
                thead { tr {
                    th scope="col" { (say("Cuándo", "When")) }
                    th scope="col" { (say("Paso", "Step")) }
                    th scope="col" { (say("Respuesta", "Answer")) }
                    th.num scope="col" { (say("Duró", "Took")) }
                    th.num scope="col" { "Bytes" }
                } }
                tbody {
                    @for answer in &host.answers {
                        tr {
                            td.date data-label=(say("Cuándo", "When")) { (when(visitor, zone, &answer.at)) }
                            td.code data-label=(say("Paso", "Step")) { (answer.step) }
                            td data-label=(say("Respuesta", "Answer")) {
                                @match (&answer.trouble, answer.status) {
                                    (Some(trouble), _) => span.state.bad lang="en" { (trouble) },
                                    (None, Some(status)) => span class={ "state " (if status < 400 { "good" } else { "bad" }) } { (status) },
                                    (None, None) => {},
                                }
                            }
                            td.num data-label=(say("Duró", "Took")) { (answer.took_ms) " ms" }
                            td.num data-label="Bytes" { (answer.bytes) }
                        }
                    }
                }
            }
        }
    }
}

/// Whether its robots.txt was asked for.
fn is_asked(host: &HostLine) -> bool {
    matches!(host.robots.as_str(), "read" | "unreadable")
}

fn robots(visitor: &Visitor, zone: &TimeZone, host: &HostLine) -> Markup {
    let say = |es, en| visitor.say(es, en);
    let until = |words: &'static str| html! { @if let Some(at) = &host.robots_until { " · " (words) " " (when(visitor, zone, at)) } };
    match host.robots.as_str() {
        "read" => html! {
            @match host.robots_rules {
                Some(0) | None => (say("leído: no nos prohíbe nada", "read: forbids us nothing")),
                Some(rules) => { (say("leído, reglas que nos conciernen: ", "read, rules that concern us: ")) (rules) },
            }
            @if let Some(delay) = host.robots_delay_seconds.filter(|delay| *delay > 0) {
                " · " (say("pide una pausa de ", "asks for a pause of ")) (span(visitor, delay))
            }
            (until(say("vale hasta", "kept until")))
        },
        "unreadable" => html! {
            span.state.warn { (say("no se puede leer, por eso no se pregunta nada", "cannot be read, so nothing is asked")) }
            (until(say("se intenta de nuevo", "tried again")))
        },
        _ => html! { (say("todavía no se ha pedido", "not asked for yet")) },
    }
}

/// Carries out what is decided of what the brake holds.
pub(super) async fn decide(visitor: Visitor, State(pages): State<Pages>, Path(source): Path<String>, fields: Fields) -> Response {
    if let Err(denied) = visitor.need(Role::Editor) {
        return denied;
    }
    let release = match fields.get("do") {
        "release" => true,
        "discard" => false,
        other => {
            let why = sentence::NO_DECISION.with(&[&other]);
            return refused(&visitor, PART, &Refusal { why, code: 2 });
        }
    };
    trail::change(&pages, &visitor, PART, Ask::Brake { source, release, all: false }, PART).await
}
