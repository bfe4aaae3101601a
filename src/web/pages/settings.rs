//! `/settings`: the watch list as it is in force, to be read. It is changed in its file, or case by case.

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};

use crate::config::{Channel, ChannelKind, Config, spell_period, spell_timing};
use crate::domain::about::{Language, Profile};
use crate::domain::access::Role;
use crate::web::moment::span;
use crate::web::visitor::Visitor;
use crate::web::{Pages, face};

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
            dt { (say("Visitas", "Visits")) } dd { (say("cada ", "every ")) (span(visitor, general.every.as_secs())) }
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

/// What is kept from a channel and until when, as the watch list writes it.
fn when(visitor: &Visitor, channel: &Channel) -> Markup {
    let timing = &channel.route.timing;
    let held = spell_timing(timing);
    let routine = (!channel.route.junk.is_empty() && timing.digest_below.is_none()).then(|| spell_period(timing.digest));
    html! {
        @if held.is_empty() { (visitor.say("enseguida", "at once")) } @else { span lang="en" { (held) } }
        @if let Some(period) = routine { "; " (visitor.say("lo de trámite: ", "routine entries: ")) span lang="en" { (period) } }
    }
}
