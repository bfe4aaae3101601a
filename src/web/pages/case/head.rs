//! What stands above the tabs of a case: its fields, its parties, how it is doing, what can be done.
//!
//! Used by [`case`](super).

use maud::{Markup, html};

use super::super::cases::{next, why};
use super::super::looking::Looking;
use crate::domain::access::Role;
use crate::message;
use crate::web::{links, said};
use crate::wire::api::case::{Above, CaseCard};
use crate::wire::api::hearings::HearingLine;

/// Parties that are shown at once; the others are folded.
const PARTIES: usize = 8;

/// What stands above.
pub(super) fn head(look: &Looking, card: &CaseCard) -> Markup {
    let (visitor, zone, line) = (&look.visitor, look.zone(), &card.line);
    let at = Looking::address(card);
    let config = look.pages.config.load();
    let recipe = config.source(&line.source).map(|source| &source.recipe);
    html! {
        p.lead {
            span.num { (said::text(&line.number)) } " · " (said::text(&card.source_title))
            (official(look, card.url.as_deref()))
        }
        @if !line.tags.is_empty() {
            ul.tags aria-label=(look.say("Etiquetas", "Tags")) {
                @for tag in &line.tags { li { a.tag href={ "/cases" (links::query(&[("tag", tag)])) } { (said::text(tag)) } } }
            }
        }
        div.heads {
            @if let Some(above) = &card.above { (fields(look, above)) }
            dl.facts {
                @if let Some(next) = &card.next_hearing { dt { (look.say("Próxima audiencia", "Next hearing")) } dd { (hearing(look, &at, next)) } }
                dt { (look.say("Lectura", "Reading")) }
                dd { (said::health_mark(&line.health, visitor)) (why(line, &zone, visitor)) }
                dt { (look.say("Última lectura", "Last read")) }
                dd { (look.when_known(line.read_at.as_deref())) }
                dt { (look.say("Último cambio", "Last change")) }
                dd { (look.when_known(line.changed_at.as_deref())) }
                dt { (look.say("Próxima visita", "Next visit")) }
                dd { (next(line, &zone, visitor)) }
                @if line.version > 0 {
                    dt { (look.say("Versión", "Version")) }
                    dd { a href={ (at) "/versions/" (line.version) } { (line.version) } }
                }
                dt { (look.say("Zona de las horas", "Zone of the times")) }
                dd { (zone.iana_name().unwrap_or("UTC")) }
                @if !card.linked.is_empty() {
                    dt { (look.say("Vinculado con", "Linked with")) }
                    dd {
                        @for other in &card.linked {
                            div { a href=(links::case(&other.source, &other.number)) { (said::text(other.name.as_deref().unwrap_or(&other.number))) } " · " (said::text(&other.source)) }
                        }
                    }
                }
            }
        }
        (said::muted(visitor, &zone, card.silences.iter()))
        @for (words, what, es) in [
            (look.say("Se importa a mano: ", "Imported by hand: "), &line.import_only, recipe.and_then(|recipe| recipe.import_only_es.as_deref())),
            (
                look.say("Receta sin probar contra el sitio: ", "Recipe not tried against the site: "),
                &line.unverified,
                recipe.and_then(|recipe| recipe.unverified_es.as_deref()),
            ),
        ] {
            @if let Some(what) = what { p.notice { (words) (said::own(visitor, what, es)) } }
        }
        @if let Some(note) = &card.note {
            p.notice { strong { (look.say("Nota: ", "Note: ")) } (said::text(note)) }
        }
        @if let Some(above) = &card.above { (parties(look, above)) }
        @if visitor.may(Role::Editor) {
            div.row {
                @if line.import_only.is_none() {
                    form method="post" action={ (at) "/visit" } { button { (look.say("Visitar ahora", "Visit now")) } }
                }
                @let this = links::query(&[("case", &format!("{}/{}", line.source, line.number))]);
                a.button.quiet href={ "/silences" (this) "#new" } { (look.say("Silenciar este expediente", "Mute this case")) }
                a.button.quiet href={ "/feeds" (this) "#new" } { (look.say("Canal y calendario de este expediente", "Feed and calendar of this case")) }
                a.button.quiet href={ (at) "/remove" } { (look.say("Quitar de la lista", "Remove from the list")) }
            }
        }
    }
}

/// The link to the case at its source, where there is an address that may be a link.
pub(in crate::web::pages) fn official(look: &Looking, url: Option<&str>) -> Markup {
    html! {
        @if let Some(url) = url.and_then(links::outside) {
            " · " a href=(url) rel="noopener noreferrer external" { (look.say("Ver en la fuente oficial", "See it at the official source")) }
        }
    }
}

/// Day, hour and kind of a hearing, with a link to all of them.
fn hearing(look: &Looking, at: &str, line: &HearingLine) -> Markup {
    html! {
        a href={ (at) "/hearings#parts" } {
            @match &line.date { Some(date) => (look.day(date, line.time.as_deref())), None => (look.say("día no indicado", "day not stated")) }
            @if line.time.is_none() { " (" (look.say("hora no indicada", "hour not stated")) ")" }
        }
        " · " bdi { (said::text(&message::hearing_name(line.kind.as_deref(), look.visitor.language))) }
    }
}

/// The fields above the entries.
pub(super) fn fields(look: &Looking, above: &Above) -> Markup {
    let (language, heading) = (look.visitor.language, &above.heading);
    let fixed = [
        ("title", &heading.title),
        ("court", &heading.court),
        ("subject", &heading.subject),
        ("status", &heading.status),
        ("filed", &heading.filed),
    ];
    html! {
        dl.facts {
            @for (name, value) in fixed {
                @if let Some(value) = value {
                    dt { (message::field_name(name, language)) }
                    dd { bdi { @if name == "filed" { (look.day(value, None)) } @else { (said::text(value)) } } }
                }
            }
            @for (name, value) in &heading.extra {
                dt { (said::text(&message::field_name(name, language))) }
                dd { bdi { (extra(look, name, value)) } }
            }
        }
    }
}

/// What the source says beside the usual. An incident is the court and the day on which it came there.
fn extra(look: &Looking, name: &str, value: &str) -> Markup {
    let parts = value.rsplit_once(" · ").filter(|_| name.starts_with("incident."));
    html! {
        @match parts {
            Some((court, date)) => { (said::text(court)) " · " (look.day(&said::text(date), None)) },
            None => (said::text(value)),
        }
    }
}

/// The parties.
pub(super) fn parties(look: &Looking, above: &Above) -> Markup {
    let (first, rest) = above.parties.split_at(above.parties.len().min(PARTIES));
    let list = |parties: &[crate::wire::api::docket::PartyForm]| {
        html! { ul { @for party in parties { li { span.soft { (said::text(&party.role)) ": " } bdi { (said::text(&party.name)) } } } } }
    };
    html! {
        @if !first.is_empty() {
            h2 { (look.say("Partes", "Parties")) }
            (list(first))
            @if !rest.is_empty() {
                details {
                    summary { (look.say("Más partes", "More parties")) " (" (rest.len()) ")" }
                    (list(rest))
                }
            }
            @if above.party_count > above.parties.len() {
                p.soft { (above.party_count) " " (look.say("partes en total", "parties in all")) }
            }
        }
    }
}
