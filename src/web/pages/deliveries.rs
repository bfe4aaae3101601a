//! `/deliveries`: what went where, what waits and what did not arrive; one delivery with its attempts; again, or the end of it.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use crate::ask::line::Refusal;
use crate::ask::{Ask, Which};
use crate::config::Config;
use crate::domain::access::Role;
use crate::domain::case::CaseRef;
use crate::domain::event::EventKind;
use crate::domain::id::Id;
use crate::domain::sentence;
use crate::message::kind_name;
use crate::web::face::refused;
use crate::web::moment::when;
use crate::web::pages::done::{Done, notice};
use crate::web::said::{self, reason};
use crate::web::visitor::Visitor;
use crate::web::{Pages, face, links, trail};
use crate::wire::api::deliveries::{AttemptLine, DeliveryLine, DeliveryList};

const PART: &str = "/deliveries";

/// Deliveries of one page, and how many more each "more" shows.
const ROWS: usize = 100;
/// The most that are shown at all; older ones are found by their case or channel.
const MOST: usize = 2000;

/// By what the list is narrowed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    state: String,
    channel: String,
    case: String,
    rows: Option<usize>,
}

impl Filter {
    fn rows(&self) -> usize {
        self.rows.unwrap_or(ROWS).clamp(ROWS, MOST)
    }

    /// The address that shows more of the same.
    fn more(&self) -> String {
        let rows = (self.rows() + ROWS * 4).to_string();
        let pairs = [("state", self.state.as_str()), ("channel", &self.channel), ("case", &self.case), ("rows", &rows)];
        format!("{PART}{}", links::query(&pairs))
    }
}

/// The states of a delivery: stable name, words, and how loud.
const STATES: [(&str, &str, &str, &str); 7] = [
    ("open", "reúne novedades", "gathers news", ""),
    ("waiting", "en espera", "waiting", ""),
    ("held", "retenido", "held", "warn"),
    ("delivered", "entregado", "delivered", "good"),
    ("dead", "no entregado", "given up", "bad"),
    ("dropped", "descartado", "dropped", ""),
    ("muted", "silenciado", "muted", ""),
];

/// The mark of a state by its stable name.
pub(super) fn mark(visitor: &Visitor, name: &str) -> Markup {
    html! {
        @match STATES.iter().find(|(known, ..)| *known == name) {
            Some((_, es, en, loud)) => span class={ "state " (loud) } { (visitor.say(es, en)) },
            None => (name),
        }
    }
}

fn state(visitor: &Visitor, delivery: &DeliveryLine) -> Markup {
    let known = STATES.iter().find(|(name, ..)| *name == delivery.state);
    html! {
        @match known {
            Some((_, es, en, loud)) => span class={ "state " (loud) } {
                (visitor.say(es, en))
                @if delivery.braked { (visitor.say(" por el freno", " by the brake")) }
            },
            None => (delivery.state),
        }
    }
}

/// The list.
pub(in crate::web) async fn list(
    visitor: Visitor,
    State(pages): State<Pages>,
    Query(mut filter): Query<Filter>,
    Query(Done { done }): Query<Done>,
) -> Response {
    let is_known = matches!(filter.state.as_str(), "" | "failed") || STATES.iter().any(|(name, ..)| *name == filter.state);
    let unknown = (!is_known).then(|| std::mem::take(&mut filter.state));
    let ask = Ask::Deliveries {
        about: Some(filter.case.trim().to_owned()).filter(|case| !case.is_empty()),
        failed: filter.state == "failed",
        limit: filter.rows(),
        state: Some(filter.state.clone()).filter(|state| !matches!(state.as_str(), "" | "failed")),
        channel: Some(filter.channel.clone()).filter(|channel| !channel.is_empty()),
        after: None,
    };
    let list: DeliveryList = match pages.line.get(ask, visitor.sight()).await {
        Ok(list) => list,
        Err(refusal) => return refused(&visitor, PART, &refusal),
    };
    let config = pages.config.load();
    let channels: Vec<&str> = config.channels.iter().map(|channel| channel.id.as_str()).collect();
    let body = html! {
        (notice(&visitor, &done))
        p.lead {
            (visitor.say(
                "Cada mensaje, a quién fue y qué respondió su servidor. Lo que no llega se intenta de nuevo durante días; nada se borra.",
                "Each message, to whom it went and what the server there answered. What does not arrive is tried again for days; nothing is deleted.",
            ))
        }
        (narrowed(&visitor, &filter, &channels))
        @if let Some(word) = &unknown { (said::no_such_choice(&visitor, word)) }
        @if filter.state == "failed" && !list.deliveries.is_empty() && visitor.may(Role::Editor) {
            form method="post" action="/deliveries/retry" {
                input type="hidden" name="channel" value=(filter.channel);
                button { (visitor.say("Enviar de nuevo todo lo que falló", "Send all that failed again")) }
            }
        }
        @if list.deliveries.is_empty() {
            p.notice { (visitor.say("No hay ningún mensaje así.", "There is no such message.")) }
        } @else {
            (table(&visitor, &config, &list.deliveries))
        }
        @if list.deliveries.len() == filter.rows() && filter.rows() < MOST {
            p.pager { a.button.quiet href=(filter.more()) { (visitor.say("Mostrar más", "Show more")) } }
        }
    };
    face::page(&visitor, PART, visitor.say("Envíos", "Deliveries"), &body)
}

fn narrowed(visitor: &Visitor, filter: &Filter, channels: &[&str]) -> Markup {
    html! {
        form.row method="get" action=(PART) data-live {
            div {
                label for="state" { (visitor.say("Estado", "State")) }
                select #state name="state" {
                    option value="" { (visitor.say("todos", "all")) }
                    option value="failed" selected[filter.state == "failed"] { (visitor.say("los que requieren atención", "those that need a look")) }
                    @for (name, es, en, _) in STATES {
                        option value=(name) selected[filter.state == name] { (visitor.say(es, en)) }
                    }
                }
            }
            div {
                label for="channel" { (visitor.say("Canal", "Channel")) }
                select #channel name="channel" {
                    option value="" { (visitor.say("todos", "all")) }
                    @for id in channels { option value=(id) selected[filter.channel == *id] { (id) } }
                    @if !filter.channel.is_empty() && !channels.contains(&filter.channel.as_str()) {
                        option value=(filter.channel) selected { (filter.channel) }
                    }
                }
            }
            div {
                label for="case" { (visitor.say("Expediente (número o nombre)", "Case (number or name)")) }
                input #case type="text" name="case" value=(filter.case) autocomplete="off";
            }
            button { (visitor.say("Filtrar", "Filter")) }
        }
    }
}

fn table(visitor: &Visitor, config: &Config, deliveries: &[DeliveryLine]) -> Markup {
    let zone = &config.zone;
    let say = |es, en| visitor.say(es, en);
    html! {
        table.stack {
            caption { (deliveries.len()) " " (if deliveries.len() == 1 { say("mensaje", "message") } else { say("mensajes", "messages") }) }
            thead {
                tr {
                    th scope="col" { (say("Estado", "State")) }
                    th scope="col" { (say("Desde o para", "Since or for")) }
                    th scope="col" { (say("Canal", "Channel")) }
                    th scope="col" { (say("Expediente", "Case")) }
                    th scope="col" { (say("Cuenta", "Tells")) }
                    th scope="col" { (say("Última respuesta", "Last answer")) }
                }
            }
            tbody {
                @for delivery in deliveries {
                    tr {
                        td {
                            (state(visitor, delivery)) br;
                            a.small href={ (PART) "/" (delivery.id) } { (say("Detalle", "Details")) span.visually-hidden { " " (delivery.id) } }
                        }
                        td.date data-label=(say("Desde o para", "Since or for")) { (when(visitor, zone, &delivery.at)) }
                        td data-label=(say("Canal", "Channel")) {
                            (delivery.channel)
                            @if !delivery.recipient.is_empty() { br; span.soft.small { (delivery.recipient) } }
                        }
                        td data-label=(say("Expediente", "Case")) { (case(visitor, config, delivery)) }
                        td data-label=(say("Cuenta", "Tells")) { (kinds(visitor, delivery)) }
                        td data-label=(say("Última respuesta", "Last answer")) {
                            @match (&delivery.reason, delivery.attempts.last()) {
                                (Some(reason), _) => span lang="en" { (reason) },
                                (None, Some(attempt)) => (outcome(visitor, attempt)),
                                (None, None) => {},
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The case, a link while it is watched.
fn case(visitor: &Visitor, config: &Config, delivery: &DeliveryLine) -> Markup {
    let is_watched = |source: &str, number: &str| {
        let compact = config.source(source).and_then(|known| known.recipe.number(number).ok()).map(|number| number.compact);
        compact.is_some_and(|number| config.watch(&CaseRef { source: source.to_owned(), number }).is_some())
    };
    html! {
        @match (&delivery.case.source, &delivery.case.number) {
            (Some(source), Some(number)) if !is_watched(source, number) => (delivery.case.name.as_deref().unwrap_or(number)),
            (Some(source), Some(number)) => {
                a href=(links::case(source, number)) { (delivery.case.name.as_deref().unwrap_or(number)) }
            }
            _ => (visitor.say("varios", "several")),
        }
    }
}

fn kinds(visitor: &Visitor, delivery: &DeliveryLine) -> Markup {
    let name = |kind: &str| EventKind::parse(kind).map_or(kind.to_owned(), |kind| kind_name(kind, visitor.language).to_owned());
    html! {
        @for event in delivery.events.iter().take(3) { span { (name(&event.kind)) } br; }
        @if delivery.events.len() > 3 {
            span.soft { "+ " (delivery.events.len() - 3) }
        }
    }
}

fn outcome(visitor: &Visitor, attempt: &AttemptLine) -> Markup {
    let (words, loud) = match attempt.outcome.as_str() {
        "sent" => (visitor.say("aceptado", "accepted"), "good"),
        "retry" => (visitor.say("ahora no", "not now"), "warn"),
        "rejected" => (visitor.say("rechazado", "refused"), "bad"),
        _ => (visitor.say("canal mal configurado", "channel misconfigured"), "bad"),
    };
    html! {
        span class={ "state " (loud) } { (words) }
        @if !attempt.detail.is_empty() { ": " (reason(visitor, &attempt.detail)) }
    }
}

/// One delivery.
pub(in crate::web) async fn one(
    visitor: Visitor,
    State(pages): State<Pages>,
    Path(id): Path<String>,
    Query(Done { done }): Query<Done>,
) -> Response {
    if Id::parse(&id).is_none() {
        return refused(&visitor, PART, &Refusal { why: sentence::NO_DELIVERY.with(&[&id]), code: 4 });
    }
    let ask = Ask::Deliveries { about: Some(id), failed: false, limit: 1, state: None, channel: None, after: None };
    let found: DeliveryList = match pages.line.get(ask, visitor.sight()).await {
        Ok(list) => list,
        Err(refusal) => return refused(&visitor, PART, &refusal),
    };
    let Some(delivery) = found.deliveries.first() else { return face::missing(&visitor) };
    let config = pages.config.load_full();
    let zone = &config.zone;
    let say = |es, en| visitor.say(es, en);
    let body = html! {
        (notice(&visitor, &done))
        dl.facts {
            dt { (say("Estado", "State")) } dd { (state(&visitor, delivery)) " · " (when(&visitor, zone, &delivery.at)) }
            @if let Some(why) = &delivery.reason { dt { (say("Por qué", "Why")) } dd { (reason(&visitor, why)) } }
            @if let Some(silence) = &delivery.silence {
                dt { (say("Silencio", "Silence")) } dd { a href={ "/silences#" (silence) } { (silence) } }
            }
            dt { (say("Canal", "Channel")) } dd { (delivery.channel) }
            @if !delivery.recipient.is_empty() { dt { (say("Para", "To")) } dd { (delivery.recipient) } }
            dt { (say("Expediente", "Case")) } dd { (case(&visitor, &config, delivery)) }
            dt { (say("Creado", "Made")) } dd { (when(&visitor, zone, &delivery.created)) }
            dt { (say("Identificador", "Id")) } dd.code { (delivery.id) }
        }
        h2 { (say("Lo que cuenta", "What it tells")) }
        ul {
            @for event in &delivery.events {
                li {
                    a href={ "/events/" (event.id) } {
                        (EventKind::parse(&event.kind).map_or(event.kind.as_str(), |kind| kind_name(kind, visitor.language)))
                    }
                    " · " (event.case) " · " (say("versión", "version")) " " (event.version)
                }
            }
        }
        h2 { (say("Intentos", "Attempts")) }
        @if delivery.attempts.is_empty() {
            p { (say("Todavía ninguno.", "None yet.")) }
        } @else {
            table.stack {
                thead { tr {
                    th scope="col" { (say("Cuándo", "When")) }
                    th.num scope="col" { (say("Duró", "Took")) }
                    th scope="col" { (say("Respuesta", "Answer")) }
                } }
                tbody {
                    @for attempt in &delivery.attempts {
                        tr {
                            td.date data-label=(say("Cuándo", "When")) { (when(&visitor, zone, &attempt.at)) }
                            td.num data-label=(say("Duró", "Took")) { (attempt.took_ms) " ms" }
                            td data-label=(say("Respuesta", "Answer")) { (outcome(&visitor, attempt)) }
                        }
                    }
                }
            }
        }
        @if visitor.may(Role::Editor) {
            div.row {
                form method="post" action={ (PART) "/" (delivery.id) "/retry" } {
                    button { (say("Enviar de nuevo", "Send again")) }
                }
                @if matches!(delivery.state.as_str(), "open" | "waiting" | "held" | "dead") {
                    (face::sure(
                        &html! { (say("Descartar", "Drop")) },
                        say("¿Descartar este mensaje? No se enviará más.", "Drop this message? It will not be sent any more."),
                        &html! { form method="post" action={ (PART) "/" (delivery.id) "/end" } { button.risky { (say("Sí, descartarlo", "Yes, drop it")) } } },
                    ))
                }
            }
        }
    };
    face::page(&visitor, PART, say("Un envío", "A delivery"), &body)
}

/// Sends one again.
pub(in crate::web) async fn retry(visitor: Visitor, State(pages): State<Pages>, Path(id): Path<String>) -> Response {
    again(&visitor, &pages, vec![id], false, Which::default()).await
}

/// Ends one.
pub(in crate::web) async fn end(visitor: Visitor, State(pages): State<Pages>, Path(id): Path<String>) -> Response {
    again(&visitor, &pages, vec![id], true, Which::default()).await
}

/// Which of those that failed are sent again.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Failed {
    channel: String,
}

/// Sends all that failed again.
pub(in crate::web) async fn retry_failed(visitor: Visitor, State(pages): State<Pages>, axum::Form(failed): axum::Form<Failed>) -> Response {
    let which = Which { channel: Some(failed.channel).filter(|channel| !channel.is_empty()), ..Which::default() };
    again(&visitor, &pages, Vec::new(), false, which).await
}

async fn again(visitor: &Visitor, pages: &Pages, ids: Vec<String>, end: bool, which: Which) -> Response {
    if let Err(denied) = visitor.need(Role::Editor) {
        return denied;
    }
    let back = ids.first().map_or_else(|| PART.to_owned(), |id| format!("{PART}/{}", links::encoded(id)));
    let back = format!("{back}?done={}", if end { "dropped" } else { "again" });
    trail::change(pages, visitor, PART, Ask::Retry { ids, end, which }, &back).await
}
