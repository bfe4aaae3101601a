//! `/feeds`: the secret addresses of feeds and calendars: which there are, making one, revoking one.
//!
//! For editors: whoever has an address reads what it leads to without logging in. It is shown once, right after it was made.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use serde::Deserialize;

use crate::ask::Ask;
use crate::ask::board::FeedWanted;
use crate::ask::line::Refusal;
use crate::domain::access::Role;
use crate::domain::feed::LONGEST_NAME;
use crate::web::entrance::By;
use crate::web::face::{is_about_the_form, refused};
use crate::web::moment::{day, when};
use crate::web::pages::done::{Done, notice};
use crate::web::visitor::Visitor;
use crate::web::{Pages, face, trail};
use crate::wire::api::feeds::{FeedLine, FeedList};

const PART: &str = "/hearings";
const HERE: &str = "/feeds";

/// The list, and the form.
pub(in crate::web) async fn list(
    visitor: Visitor,
    State(pages): State<Pages>,
    Query(Done { done }): Query<Done>,
    Query(typed): Query<Form>,
) -> Response {
    if let Err(denied) = visitor.need(Role::Editor) {
        return denied;
    }
    shown(&visitor, &pages, &typed, &notice(&visitor, &done), None).await
}

/// The page, with what is said above it, what was typed in the form and why it cannot be taken.
async fn shown(visitor: &Visitor, pages: &Pages, typed: &Form, said: &Markup, trouble: Option<&Refusal>) -> Response {
    let list: FeedList = match pages.line.get(Ask::Feeds, visitor.sight()).await {
        Ok(list) => list,
        Err(refusal) => return refused(visitor, PART, &refusal),
    };
    let config = pages.config.load();
    let (in_use, revoked): (Vec<_>, Vec<_>) = list.feeds.iter().partition(|feed| feed.revoked.is_none());
    let say = |es, en| visitor.say(es, en);
    let body = html! {
        (said)
        @if let Some(refusal) = trouble { div #trouble { (face::why(visitor, &refusal.why)) } }
        p.lead { (say(
            "Una dirección secreta por persona: con ella un lector de noticias (Atom) o un calendario (iCalendar) sigue los expedientes sin iniciar sesión. Quien la tenga la puede leer; dice lo que dicen los mensajes y nada más.",
            "One secret address for each person: with it a feed reader (Atom) or a calendar (iCalendar) follows the cases without logging in. Whoever has it can read it; it says what messages say and nothing more.",
        )) }
        div.notice { (say(
            "Un calendario no avisa a tiempo: Google lo vuelve a leer cada tantas horas, Outlook cada 3 a 24 horas, Proton cada 4 a 16; Apple y Thunderbird, según se configure. Para cambios urgentes use correo o webhook.",
            "A calendar does not tell in time: Google reads it again every so many hours, Outlook every 3 to 24 hours, Proton every 4 to 16; Apple and Thunderbird as they are set. For urgent moves use mail or a webhook.",
        )) }
        h2 { (say("En uso", "In use")) }
        @if in_use.is_empty() { p { (say("Ninguna. Haga la primera más abajo.", "None. Make the first one below.")) } }
        ul.cards { @for feed in in_use { (card(visitor, &config.zone, feed)) } }
        (form(visitor, &pages.tags(visitor).await, typed))
        @if !revoked.is_empty() {
            details {
                summary { (say("Revocadas", "Revoked")) " (" (revoked.len()) ")" }
                ul.cards { @for feed in revoked { (card(visitor, &config.zone, feed)) } }
            }
        }
    };
    let status = trouble.map_or(StatusCode::OK, |refusal| face::refusal_of(visitor, refusal).0);
    face::with(status, visitor, PART, say("Suscripciones", "Subscriptions"), &body)
}

fn fresh(visitor: &Visitor, made: &FeedLine) -> Markup {
    let say = |es, en| visitor.say(es, en);
    let address = |what: &'static str, address: &str| {
        html! {
            p {
                strong { (what) } br;
                code.secret { (address) } " "
                button.quiet type="button" hidden data-copy=(address) data-done=(say("Copiado", "Copied")) { (say("Copiar", "Copy")) }
            }
        }
    };
    html! {
        div.notice.good role="status" {
            h2 { (say("Dirección para ", "Address for ")) (made.name) }
            p { (say("Se muestra esta única vez. Cópiela ahora y entréguela solo a esa persona.", "It is shown this once. Copy it now and give it to that person only.")) }
            @if let Some(atom) = &made.atom { (address(say("Lector de noticias (Atom)", "Feed reader (Atom)"), atom)) }
            @if let Some(ics) = &made.ics { (address(say("Calendario (iCalendar)", "Calendar (iCalendar)"), ics)) }
        }
    }
}

fn card(visitor: &Visitor, zone: &TimeZone, feed: &FeedLine) -> Markup {
    let say = |es, en| visitor.say(es, en);
    html! {
        li.card {
            h3 { (feed.name) }
            dl.facts {
                dt { (say("De qué", "Of what")) } dd { (scope(visitor, feed)) }
                dt { (say("Idioma", "Language")) } dd { (if feed.language == "es" { "español" } else { "English" }) }
                dt { (say("Hecha", "Made")) } dd { (when(visitor, zone, &feed.created)) }
                dt { (say("Último uso", "Last used")) } dd { @match &feed.used { Some(used) => (day(visitor, used, None)), None => (say("nunca", "never")) } }
                @if let Some(revoked) = &feed.revoked { dt { (say("Revocada", "Revoked")) } dd { (when(visitor, zone, revoked)) } }
            }
            @if feed.revoked.is_none() {
                (face::sure(
                    &html! { (say("Revocar", "Revoke")) span.visually-hidden { ": " (feed.name) } },
                    say("¿Revocar esta dirección? No se puede deshacer.", "Revoke this address? It cannot be undone."),
                    &html! {
                        form method="post" action={ (HERE) "/revoke" } {
                            input type="hidden" name="id" value=(feed.id);
                            button.risky { (say("Sí, revocarla", "Yes, revoke it")) span.visually-hidden { ": " (feed.name) } }
                        }
                    },
                ))
            }
        }
    }
}

fn scope(visitor: &Visitor, feed: &FeedLine) -> String {
    match (&feed.tag, &feed.case) {
        (Some(tag), _) => format!("{} {tag}", visitor.say("etiqueta", "tag")),
        (_, Some(case)) => format!("{} {case}", visitor.say("expediente", "case")),
        _ => visitor.say("todos los expedientes", "all cases").to_owned(),
    }
}

fn form(visitor: &Visitor, tags: &[String], typed: &Form) -> Markup {
    let say = |es, en| visitor.say(es, en);
    let language = if typed.language.is_empty() { say("es", "en") } else { typed.language.as_str() };
    html! {
        h2 #new { (say("Hacer una dirección", "Make an address")) }
        form method="post" action=(HERE) aria-labelledby="new" {
            div.row {
                div { label for="name" { (say("Para quién", "For whom")) } input #name name="name" value=(typed.name) required maxlength=(LONGEST_NAME) autocomplete="off"; }
                div {
                    label for="tag" { (say("Solo la etiqueta", "Only the tag")) }
                    select #tag name="tag" { option value="" { (say("todas", "all")) } @for tag in tags { option selected[*tag == typed.tag] { (tag) } } }
                }
                div {
                    label for="case" { (say("Solo el expediente (número o nombre)", "Only the case (number or name)")) }
                    input #case name="case" value=(typed.case) autocomplete="off";
                }
                div {
                    label for="language" { (say("Idioma", "Language")) }
                    select #language name="language" {
                        option value="es" lang="es" selected[language == "es"] { "español" }
                        option value="en" lang="en" selected[language == "en"] { "English" }
                    }
                }
            }
            button { (say("Hacer", "Make")) }
        }
    }
}

/// What the form sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Form {
    name: String,
    tag: String,
    case: String,
    language: String,
}

/// Makes an address and shows it.
pub(in crate::web) async fn add(visitor: Visitor, State(pages): State<Pages>, axum::Form(form): axum::Form<Form>) -> Response {
    // A token must not make an address that outlives it.
    let needed = if matches!(visitor.by, Some(By::Token(_))) { Role::Admin } else { Role::Editor };
    if let Err(denied) = visitor.need(needed) {
        return denied;
    }
    let Form { name, tag, case, language } = form.clone();
    let wanted = FeedWanted { name, tag: Some(tag), case: Some(case), language: Some(language) };
    let (made, about) = trail::asked(&pages, &visitor, Ask::AddFeed(wanted)).await;
    about.with(match made {
        Ok(made) => shown(&visitor, &pages, &Form::default(), &fresh(&visitor, &made), None).await,
        Err(refusal) if is_about_the_form(&refusal) => shown(&visitor, &pages, &form, &html! {}, Some(&refusal)).await,
        Err(refusal) => refused(&visitor, PART, &refusal),
    })
}

/// Which one.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Which {
    id: String,
}

/// Revokes an address.
pub(in crate::web) async fn revoke(visitor: Visitor, State(pages): State<Pages>, axum::Form(which): axum::Form<Which>) -> Response {
    if let Err(denied) = visitor.need(Role::Editor) {
        return denied;
    }
    trail::change(&pages, &visitor, PART, Ask::RevokeFeed { id: which.id }, "/feeds?done=revoked").await
}
