//! `/settings`: the watch list as it is in force, to be read. It is changed in its file, or case by case.

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use crate::config::{Channel, ChannelKind, Config};
use crate::domain::about::{Language, Profile};
use crate::domain::access::Role;
use crate::domain::event::Severity;
use crate::domain::timing::{Period, Quiet};
use crate::message;
use crate::web::moment::span;
use crate::web::visitor::Visitor;
use crate::web::{Pages, face, links};

const PART: &str = "/settings";

/// The page.
pub(in crate::web) async fn show(visitor: Visitor, State(pages): State<Pages>) -> Response {
    let config = pages.config.load_full();
    let say = |es, en| visitor.say(es, en);
    let body = html! {
        p.lead {
            (say(
                "Estos ajustes se leen aquí y se cambian en el archivo; después, veedor los vuelve a leer con «veedor reload».",
                "These settings are read here and changed in the file; then veedor reads them again with “veedor reload”.",
            ))
            @if visitor.may(Role::Editor) {
                " " (say("Los expedientes también se agregan y se quitan desde el tablero.", "Cases can be added and removed from the dashboard too."))
            }
        }
        @if visitor.may(Role::Editor) {
            h2 { (say("Archivos", "Files")) }
            ul { @for file in &config.files { li.code { (file.display()) } } }
        }
        h2 { (say("En general", "In general")) }
        (general(&visitor, &config))
        h2 #access { (say("Acceso y página pública", "Access and public page")) }
        (access(&visitor, &config))
        h2 #channels { (say("Canales", "Channels")) }
        (channels(&visitor, &config))
    };
    face::page(&visitor, PART, say("Ajustes", "Settings"), &body)
}

fn general(visitor: &Visitor, config: &Config) -> Markup {
    let say = |es, en| visitor.say(es, en);
    let general = &config.general;
    let profile = match general.privacy.unwrap_or_default() {
        Profile::Newsroom => say(
            "redacción: se ocultan números de identidad, contactos y accesos",
            "newsroom: identity numbers, contacts and access data are hidden",
        ),
        Profile::Ngo => say(
            "organización: además, los nombres de personas privadas son iniciales",
            "organisation: names of private persons are initials too",
        ),
    };
    let days = |count: u64| span(visitor, count * 86_400);
    html! {
        dl.facts {
            dt { (say("Expedientes", "Cases")) } dd.num { a href="/cases" { (config.cases.len()) } }
            dt { (say("Contacto para los tribunales", "Contact for the courts")) } dd { (general.contact.as_deref().unwrap_or(say("ninguno", "none"))) }
            dt { (say("Idioma", "Language")) } dd { (match general.language { Language::Es => "español", Language::En => "English" }) }
            dt { (say("Privacidad", "Privacy")) } dd { (profile) }
            dt { (say("Zona horaria", "Time zone")) } dd { (config.zone.iana_name().unwrap_or("UTC")) }
            dt { (say("Visitas, si una fuente no dice otra cosa", "Visits, unless a source says otherwise")) } dd { (say("cada ", "every ")) (span(visitor, general.every.as_secs())) }
            dt { (say("Novedades juntas", "News gathered")) } dd { (span(visitor, general.group_wait.as_secs())) }
            dt { (say("Una ausencia se confirma", "An absence is confirmed")) }
            dd {
                (general.confirm.visits) " " (say("visitas", "visits"))
                @if !general.confirm.span.is_zero() { " " (say("en", "over")) " " (span(visitor, general.confirm.span.as_secs())) }
            }
            dt { (say("Recordatorios", "Reminders")) }
            dd {
                @if general.remind.is_empty() { (say("ninguno", "none")) }
                @for (nth, before) in general.remind.iter().enumerate() { @if nth > 0 { ", " } (span(visitor, before.as_secs())) }
                @if !general.remind.is_empty() { (say(" antes de la audiencia", " before the hearing")) }
            }
            dt { (say("Sin movimiento", "Without movement")) }
            dd { (general.silent_after.map_or_else(|| say("no se avisa", "not told").to_owned(), |after| days(after.into()))) }
            @if let Some(url) = &general.url { dt { (say("Dirección pública", "Public address")) } dd { (url) } }
        }
    }
}

fn access(visitor: &Visitor, config: &Config) -> Markup {
    let say = |es, en| visitor.say(es, en);
    html! {
        dl.facts {
            @if visitor.may(Role::Editor) {
                dt { (say("El tablero escucha en", "The dashboard listens at")) }
                dd.code { (config.general.listen.map_or_else(|| "-".to_owned(), |at| at.to_string())) }
                @if !config.web.trusted_proxies.is_empty() {
                    dt { (say("Proxy en que se confía", "Trusted proxy")) }
                    dd.code { (config.web.trusted_proxies.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")) }
                }
                @if let Some(smtp) = &config.smtp {
                    dt { (say("Correo", "Mail")) } dd { (smtp.from) " · " span.code { (smtp.host) ":" (smtp.port) } }
                }
            }
            dt { (say("Cuentas", "Accounts")) }
            dd { (if config.web.login { say("se entra con una cuenta", "an account is needed") } else { say("no hacen falta en esta máquina", "not needed on this machine") }) }
            dt { (say("Página pública", "Public page")) }
            dd {
                @match &config.showcase {
                    None => (say("apagada", "off")),
                    Some(public) => {
                        @for (nth, tag) in public.tags.iter().enumerate() {
                            @if nth > 0 { " · " }
                            a href={ "/public/" (links::encoded(tag)) } { (tag) }
                        }
                    }
                }
            }
            dt { (say("Cada fuente", "Each source")) }
            dd { (say("sus visitas, pausas y límites están en ", "its visits, pauses and limits stand under ")) a href="/sources" { (say("Fuentes", "Sources")) } }
        }
    }
}

fn channels(visitor: &Visitor, config: &Config) -> Markup {
    let say = |es, en| visitor.say(es, en);
    let all = |list: &[String], all: &'static str| if list.is_empty() { all.to_owned() } else { list.join(", ") };
    html! {
        table.stack {
            thead { tr {
                th scope="col" { (say("Canal", "Channel")) }
                th scope="col" { (say("Tipo", "Kind")) }
                th scope="col" { (say("Para", "To")) }
                th scope="col" { (say("Eventos", "Events")) }
                th scope="col" { (say("Etiquetas", "Tags")) }
                th scope="col" { (say("Cuándo", "When")) }
            } }
            tbody {
                @for channel in &config.channels {
                    tr {
                        th scope="row" { a href={ "/deliveries?channel=" (channel.id) } { (channel.id) } }
                        td data-label=(say("Tipo", "Kind")) { (channel.kind.medium().name()) }
                        td data-label=(say("Para", "To")) { (receivers(visitor, channel)) }
                        td.code data-label=(say("Eventos", "Events")) { (all(&channel.route.kinds.patterns, say("todos", "all"))) }
                        td data-label=(say("Etiquetas", "Tags")) { (all(&channel.route.tags, say("todas", "all"))) }
                        td data-label=(say("Cuándo", "When")) { (when(visitor, channel)) }
                    }
                }
            }
        }
    }
}

/// Addresses are shown to whoever may change things; of an address that is a secret nothing is.
fn receivers(visitor: &Visitor, channel: &Channel) -> Markup {
    let count = channel.route.recipients.len();
    match &channel.kind {
        ChannelKind::Email if visitor.may(Role::Editor) => html! { (channel.route.recipients.join(", ")) },
        ChannelKind::Email => {
            html! { (count) " " (if count == 1 { visitor.say("persona", "person") } else { visitor.say("personas", "people") }) }
        }
        ChannelKind::Terminal => html! { (visitor.say("la terminal y el registro del sistema", "the terminal and the journal")) },
        _ => html! { (visitor.say("una dirección guardada como secreto", "an address kept as a secret")) },
    }
}

/// What is kept from a channel and until when.
fn when(visitor: &Visitor, channel: &Channel) -> Markup {
    let timing = &channel.route.timing;
    let mut held = Vec::new();
    if let Some(below) = timing.digest_below {
        let loud = severity(visitor, below);
        let words = (visitor.say("resumen", "digest"), visitor.say("de lo que es menos que", "of what is less than"));
        held.push(format!("{} {}, {} {loud}", words.0, period(visitor, timing.digest), words.1));
    }
    if let Some(Quiet { from, until }) = timing.quiet {
        let (from, until) = (from.strftime("%H:%M"), until.strftime("%H:%M"));
        held.push(match visitor.language {
            Language::Es => format!("sin molestar de {from} a {until}"),
            Language::En => format!("quiet from {from} to {until}"),
        });
    }
    if !timing.weekends {
        held.push(visitor.say("no en fines de semana", "not on weekends").to_owned());
    }
    let routine = (!channel.route.junk.is_empty() && timing.digest_below.is_none()).then(|| period(visitor, timing.digest));
    html! {
        @if held.is_empty() { (visitor.say("enseguida", "at once")) } @else { (held.join("; ")) }
        @if let Some(period) = routine { "; " (visitor.say("lo de trámite: ", "routine entries: ")) (period) }
    }
}

fn period(visitor: &Visitor, period: Period) -> String {
    match period {
        Period::Hourly => visitor.say("cada hora", "every hour").to_owned(),
        Period::Daily(at) => format!("{} {}", visitor.say("cada día a las", "every day at"), at.strftime("%H:%M")),
        Period::Weekly(day, at) => {
            let day = message::weekday_name(day, visitor.language);
            format!("{} {day} {} {}", visitor.say("cada", "every"), visitor.say("a las", "at"), at.strftime("%H:%M"))
        }
    }
}

fn severity(visitor: &Visitor, severity: Severity) -> &'static str {
    match severity {
        Severity::Info => visitor.say("informativo", "info"),
        Severity::Notice => visitor.say("novedad", "notice"),
        Severity::Warn => visitor.say("atención", "attention"),
        Severity::Critical => visitor.say("crítico", "critical"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Weekday, time};

    use super::*;
    use crate::web::visitor::tests::somebody;

    #[test]
    fn when_a_digest_comes_is_said_in_the_readers_language() {
        let spanish = somebody();
        let english = Visitor { language: Language::En, ..somebody() };
        let at = time(7, 0, 0, 0);
        let said =
            |visitor: &Visitor| [Period::Hourly, Period::Daily(at), Period::Weekly(Weekday::Monday, at)].map(|own| period(visitor, own));
        assert_eq!(said(&spanish), ["cada hora", "cada día a las 07:00", "cada lunes a las 07:00"]);
        assert_eq!(said(&english), ["every hour", "every day at 07:00", "every Monday at 07:00"]);
    }
}
