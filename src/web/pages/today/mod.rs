//! `/`: what changed, which hearings come, what is late, what cannot be read, and what was not delivered.
//!
//! What changed is worded as messages word it. Each part says what will stand there while nothing does.

mod plot;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use super::hearings::{progress, table};
use crate::ask::Ask;
use crate::ask::line::Refusal;
use crate::domain::about::Language;
use crate::domain::event::EventKind;
use crate::message;
use crate::web::moment::when;
use crate::web::visitor::Visitor;
use crate::web::{Pages, face, links, words};
use crate::wire::api::board::{Happened, OutboxCounts, Today};
use crate::wire::api::cases::{CaseList, Condition};
use crate::wire::api::clocks::ClockLine;

const PART: &str = "/";

/// The page.
pub(in crate::web) async fn show(visitor: Visitor, State(pages): State<Pages>) -> Response {
    match body(&visitor, &pages).await {
        Ok(body) => face::page(&visitor, PART, visitor.say("Hoy", "Today"), &body),
        Err(refusal) => face::refused(&visitor, PART, &refusal),
    }
}

async fn body(visitor: &Visitor, pages: &Pages) -> Result<Markup, Refusal> {
    let english = visitor.language == Language::En;
    let sight = visitor.sight();
    let asked = pages.line.get::<Today>(Ask::Today { english }, sight);
    let today = pages.kept.today.get((sight, english), asked).await?;
    let list = pages.list.of(sight).get(pages.line.get::<CaseList>(Ask::List, sight)).await?;
    let zone = pages.config.load().zone.clone();
    let date = pages.clock.now().to_zoned_datetime(zone.clone()).date();
    let say = |es, en| visitor.say(es, en);
    Ok(html! {
        (progress(visitor, today.board))
        ul.figures {
            (figure(today.changes_day, one(today.changes_day, say("cambio en 24 horas", "change in 24 hours"), say("cambios en 24 horas", "changes in 24 hours")), "#changes"))
            (figure(today.hearings_found, one(today.hearings_found, say("audiencia en 14 días", "hearing in 14 days"), say("audiencias en 14 días", "hearings in 14 days")), "/hearings"))
            (figure(today.late_found, one(today.late_found, say("plazo vencido o por vencer", "time limit over or nearly over"), say("plazos vencidos o por vencer", "time limits over or nearly over")), "#late"))
            (figure(unread(&list), one(unread(&list), say("expediente que no se lee", "case that cannot be read"), say("expedientes que no se leen", "cases that cannot be read")), "#unread"))
            (figure(undelivered(today.outbox), one(undelivered(today.outbox), say("mensaje retenido o no entregado", "message held or given up"), say("mensajes retenidos o no entregados", "messages held or given up")), "#outbox"))
        }
        section aria-labelledby="changes" {
            h2 #changes { (say("Lo que cambió", "What changed")) }
            @if today.changes.is_empty() {
                p { (say("Nada en los últimos siete días. Aquí aparece lo que un registro muestra de nuevo, cambia o deja de mostrar.",
                         "Nothing in the last seven days. Here stands what a record shows anew, changes or shows no more.")) }
            } @else {
                p.soft { (today.changes_week) " " (say("en los últimos siete días; las últimas:", "in the last seven days; the latest:")) }
                ul.plain { @for change in &today.changes { (happened(visitor, &zone, change)) } }
            }
            (plot::activity(visitor, &today.activity))
        }
        section aria-labelledby="coming" {
            h2 #coming { (say("Próximas audiencias", "Next hearings")) }
            @if today.hearings.is_empty() {
                p { (say("Ninguna en los próximos 14 días. ", "None in the next 14 days. ")) a href="/hearings" { (say("Ver todas", "See all")) } }
                @if let Some(next) = &today.next_hearing {
                    (table(visitor, std::slice::from_ref(next), date, say("La próxima que hay, después de esos 14 días", "The next there is, after those 14 days")))
                }
            } @else {
                (table(visitor, &today.hearings, date, say("14 días, la más próxima primero", "14 days, the nearest first")))
                @if today.hearings_found > today.hearings.len() { p { a href="/hearings" { (say("Ver todas", "See all")) " (" (today.hearings_found) ")" } } }
            }
        }
        section aria-labelledby="late" {
            h2 #late { (say("Lo que se demora", "What is late")) }
            (late(visitor, &today, date))
        }
        section aria-labelledby="unread" {
            h2 #unread { (say("Lo que no se puede leer", "What cannot be read")) }
            (unreadable(visitor, &zone, &list))
        }
        section aria-labelledby="outbox" {
            h2 #outbox { (say("Mensajes", "Messages")) }
            (outbox(visitor, &zone, today.outbox, &list))
        }
    })
}

/// The one wording or the other, by how many there are.
fn one<'w>(count: usize, single: &'w str, many: &'w str) -> &'w str {
    if count == 1 { single } else { many }
}

fn figure(count: usize, words: &str, to: &str) -> Markup {
    html! { li { a href=(to) { b { (count) } (words) } } }
}

fn happened(visitor: &Visitor, zone: &jiff::tz::TimeZone, change: &Happened) -> Markup {
    let kind = EventKind::parse(&change.kind).map_or(change.kind.as_str(), |kind| message::kind_name(kind, visitor.language));
    let loud = match change.severity.as_str() {
        "critical" => "state bad",
        "warn" => "state warn",
        _ => "state",
    };
    html! {
        li {
            span class=(loud) { (kind) } " "
            a href={ "/events/" (change.id) } { (change.summary) }
            br;
            span.small.soft {
                a href=(links::case(&change.source, &change.case)) { (change.name.as_deref().unwrap_or(&change.case)) }
                " · " (when(visitor, zone, &change.seen_at))
            }
        }
    }
}

fn late(visitor: &Visitor, today: &Today, date: jiff::civil::Date) -> Markup {
    let say = |es, en| visitor.say(es, en);
    let nothing = today.late.is_empty() && today.unheard.is_empty() && today.quiet.is_empty();
    html! {
        @if nothing {
            p { (say("Nada. Aquí aparecen los plazos vencidos o por vencer, las audiencias sin noticia y los expedientes sin movimiento.",
                     "Nothing. Here stand time limits that are over or nearly over, hearings without news and cases without movement.")) }
        }
        @if !today.late.is_empty() {
            h3 { (say("Plazos", "Time limits")) " (" (today.late_found) ")" }
            ul.plain { @for clock in &today.late { (limit(visitor, clock)) } }
            p.small.soft { (say("Lo que ninguna actuación muestra no se observa, que no es lo mismo que no se hizo; verifique cada regla con un abogado.",
                "What no entry shows is not observed, which is not the same as not done; verify every rule with a lawyer.")) }
        }
        @if !today.unheard.is_empty() {
            h3 { (say("Audiencias sin noticia", "Hearings without news")) " (" (today.unheard_found) ")" }
            (table(visitor, &today.unheard, date, say("La más reciente primero", "The latest first")))
        }
        @if !today.quiet.is_empty() {
            h3 { (say("Expedientes sin movimiento", "Cases without movement")) " (" (today.quiet_found) ")" }
            ul.plain {
                @for case in &today.quiet {
                    li {
                        a href=(links::case(&case.source, &case.case)) { (case.name.as_deref().unwrap_or(&case.case)) }
                        " · " (say("días desde la última actuación: ", "days since the last entry: ")) (case.days)
                    }
                }
            }
        }
    }
}

fn limit(visitor: &Visitor, clock: &ClockLine) -> Markup {
    let said =
        |words: &crate::wire::api::clocks::Bilingual| if visitor.language == Language::Es { words.es.clone() } else { words.en.clone() };
    let (loud, state) = match clock.state.as_str() {
        "breach" => ("state bad", visitor.say("vencido", "over")),
        "possible_breach" => ("state warn", visitor.say("posiblemente vencido", "possibly over")),
        _ => ("state warn", visitor.say("por vencer", "nearly over")),
    };
    html! {
        li {
            span class=(loud) { (state) } " "
            a href={ (links::case(&clock.source, &clock.case)) "/clocks" } { (said(&clock.title)) }
            " · " (clock.name.as_deref().unwrap_or(&clock.case))
            br; span.small.soft { (said(&clock.text)) }
        }
    }
}

fn unread(list: &CaseList) -> usize {
    list.cases.iter().filter(|case| is_unread(&case.health)).count()
}

fn is_unread(health: &str) -> bool {
    !matches!(health, "ok" | "unvisited")
}

fn unreadable(visitor: &Visitor, zone: &jiff::tz::TimeZone, list: &CaseList) -> Markup {
    let say = |es, en| visitor.say(es, en);
    let mut healths: Vec<(&str, usize)> = Vec::new();
    for case in list.cases.iter().filter(|case| is_unread(&case.health)) {
        match healths.iter_mut().find(|(health, _)| *health == case.health) {
            Some((_, count)) => *count += 1,
            None => healths.push((&case.health, 1)),
        }
    }
    healths.sort_unstable();
    let troubles: Vec<&Condition> = list.conditions.iter().filter(|condition| !is_of_a_channel(condition)).collect();
    html! {
        @if healths.is_empty() && troubles.is_empty() && list.braked.is_empty() {
            p { (say("Todo se lee. Aquí aparecen las fuentes y los expedientes con problemas, y lo que el freno retiene.",
                     "Everything is read. Here stand sources and cases in trouble, and what the brake holds.")) }
        }
        @for braked in &list.braked {
            div.notice.warn {
                strong { (say("Freno: ", "Brake: ")) (braked.source) } " · " (braked.held) " "
                (one(braked.held, say("mensaje retenido porque muchos expedientes cambiaron igual. ", "message held because many cases changed alike. "), say("mensajes retenidos porque muchos expedientes cambiaron igual. ", "messages held because many cases changed alike. ")))
                a href="/sources" { (say("Decidir", "Decide")) }
            }
        }
        (lasting(visitor, zone, &troubles))
        @if !healths.is_empty() {
            ul.plain {
                @for (health, count) in healths {
                    li { a href={ "/cases?health=" (health) } { (words::health(visitor, health).0) ": " (count) } }
                }
            }
        }
    }
}

fn is_of_a_channel(condition: &Condition) -> bool {
    condition.topic == "channel"
}

/// Trouble that lasts, each with the way to where more of it stands.
fn lasting(visitor: &Visitor, zone: &jiff::tz::TimeZone, troubles: &[&Condition]) -> Markup {
    html! {
        @if !troubles.is_empty() {
            ul.plain {
                @for condition in troubles {
                    li {
                        span.state.bad { (words::condition(visitor, &condition.class)) } " "
                        @if let Some(subject) = &condition.subject {
                            @if is_of_a_channel(condition) { a href={ "/deliveries" (links::query(&[("channel", subject)])) } { (subject) } }
                            @else { a href="/sources" { (subject) } }
                        }
                        " · " (visitor.say("desde ", "since ")) (when(visitor, zone, &condition.since))
                        @if let Some(why) = &condition.why { br; span.small.soft lang="en" { (why) } }
                    }
                }
            }
        }
    }
}

fn undelivered(outbox: OutboxCounts) -> usize {
    usize::try_from(outbox.held.saturating_add(outbox.braked).saturating_add(outbox.given_up)).unwrap_or(usize::MAX)
}

fn outbox(visitor: &Visitor, zone: &jiff::tz::TimeZone, counts: OutboxCounts, list: &CaseList) -> Markup {
    let say = |es, en| visitor.say(es, en);
    let troubles: Vec<&Condition> = list.conditions.iter().filter(|condition| is_of_a_channel(condition)).collect();
    let OutboxCounts { waiting, held, braked, muted, given_up } = counts;
    let lines = [
        (waiting, "waiting", say("en camino o a la espera de su hora", "on their way or waiting for their time")),
        (held, "held", say("retenidos hasta que se arregle su canal", "held until their channel is mended")),
        (braked, "held", say("retenidos por el freno", "held by the brake")),
        (muted, "muted", say("silenciados", "muted")),
        (given_up, "dead", say("no entregados", "given up")),
    ];
    html! {
        (lasting(visitor, zone, &troubles))
        @if troubles.is_empty() && lines.iter().all(|(count, ..)| *count == 0) {
            p { (say("Todo lo que había que enviar llegó. Aquí aparece lo que espera o no llegó.", "All that was to be sent has arrived. Here stands what waits or did not arrive.")) }
        } @else {
            ul.plain { @for (count, state, words) in lines { @if count > 0 { li { a href={ "/deliveries?state=" (state) } { (words) ": " (count) } } } } }
        }
        p { a href="/deliveries" { (say("Ver los envíos", "See the deliveries")) } }
    }
}
