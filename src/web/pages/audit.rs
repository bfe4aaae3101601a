//! `/audit`: who did what, and from where; for administrators.

use axum::extract::{Query, State};
use axum::response::Response;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use serde::Deserialize;

use super::deeds;
use crate::ask::Ask;
use crate::ask::access::Access;
use crate::ask::line::Sight;
use crate::domain::access::Role;
use crate::web::moment::when;
use crate::web::visitor::Visitor;
use crate::web::{Pages, face};
use crate::wire::api::access::{AuditLine, AuditList};

const ADDRESS: &str = "/audit";

/// Deeds on one page.
const ROWS: usize = 50;

/// Where the page begins.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Place {
    before: Option<String>,
}

/// The log, the newest first.
pub(in crate::web) async fn list(visitor: Visitor, State(pages): State<Pages>, Query(place): Query<Place>) -> Response {
    if let Err(refusal) = visitor.need(Role::Admin) {
        return refusal;
    }
    // What is no number is where it begins.
    let before: Option<u64> = place.before.as_deref().and_then(|before| before.parse().ok());
    let asked = Ask::Access(Access::Audit { before, since: None, limit: ROWS });
    let list: AuditList = match pages.line.get(asked, Sight::Whole).await {
        Ok(list) => list,
        Err(refusal) => return face::refused(&visitor, ADDRESS, &refusal),
    };
    let body = html! {
        p.lead { (visitor.say(
            "Cada cambio hecho en el tablero, la API o la consola, y cada uno que se rechazó.",
            "Every change made at the dashboard, the API or the console, and every one that was refused.",
        )) }
        @if list.deeds.is_empty() { p.soft { (visitor.say("No hay nada anotado.", "Nothing is noted.")) } } @else { (table(&visitor, &pages.config.load().zone, &list.deeds)) }
        @if before.is_some() || list.older.is_some() {
            nav.pager aria-label=(visitor.say("Páginas", "Pages")) {
                @if before.is_some() { a href=(ADDRESS) { (visitor.say("Lo más reciente", "The newest")) } }
                @if let Some(older) = list.older { a rel="next" href={ (ADDRESS) "?before=" (older) } { (visitor.say("Anteriores", "Older")) } }
            }
        }
    };
    face::page(&visitor, ADDRESS, visitor.say("Registro de lo hecho", "Log of what was done"), &body)
}

fn table(visitor: &Visitor, zone: &TimeZone, deeds: &[AuditLine]) -> Markup {
    let heads = [
        visitor.say("Cuándo", "When"),
        visitor.say("Quién", "Who"),
        visitor.say("Desde", "From"),
        visitor.say("Qué", "What"),
        visitor.say("Sobre qué", "About"),
        visitor.say("Resultado", "Outcome"),
    ];
    let [_, who, from, what, about, outcome] = heads;
    html! {
        table.stack {
            thead { tr { @for head in heads { th scope="col" { (head) } } } }
            tbody { @for deed in deeds { tr {
                th scope="row" { (when(visitor, zone, &deed.at)) }
                td data-label=(who) { (by(visitor, deed)) }
                td data-label=(from) { (deed.from.as_deref().unwrap_or(visitor.say("consola", "console"))) }
                td data-label=(what) { (deeds::what(visitor, deed)) }
                td data-label=(about) { (deed.about.as_deref().unwrap_or_default()) }
                td data-label=(outcome) { (deeds::outcome(visitor, deed)) }
            } } }
        }
    }
}

fn by(visitor: &Visitor, deed: &AuditLine) -> String {
    match (&deed.user, &deed.token) {
        (Some(user), None) => user.clone(),
        (None, None) => visitor.say("esta máquina", "this machine").to_owned(),
        (user, Some(token)) => {
            let of = user.as_ref().map(|user| format!(" ({user})")).unwrap_or_default();
            format!("{} {token}{of}", visitor.say("clave", "token"))
        }
    }
}
