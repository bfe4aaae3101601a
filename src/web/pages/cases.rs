//! `/cases`: the watch list with its health, narrowed by words, tag, source and state.
//!
//! Routed by [`pages`](super). The list that is kept on the shelf is looked through; only what is missing there is asked of the daemon.

pub(super) mod filter;
mod notices;

use std::collections::BTreeMap;

use axum::response::Response;
use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::looking::{Looking, either};
use crate::domain::access::Role;
use crate::web::moment::{when, when_known};
use crate::web::visitor::Visitor;
use crate::web::{face, links, said};
use crate::wire::api::cases::CaseLine;
use crate::wire::api::silences::SilenceLine;
use filter::{Filter, Folded, Sort};

/// Rows of one page.
const ROWS: usize = 100;

/// Every health, in the order in which they are counted.
const HEALTHS: [&str; 8] = ["ok", "unvisited", "not_found", "reserved", "blocked", "unavailable", "unreadable", "implausible"];

/// The list.
pub(in crate::web) async fn list(look: Looking) -> Response {
    either(listed(&look).await)
}

async fn listed(look: &Looking) -> Result<Response, Response> {
    let visitor = &look.visitor;
    let list = look.pages.cases(visitor).await.map_err(|refusal| face::refused(visitor, "/cases", &refusal))?;
    let folded = look.pages.folds.of(&list);
    let text = |name| look.asked(name).chars().filter(|c| !c.is_control()).take(200).collect::<String>();
    let mut filter =
        Filter { q: text("q"), tag: text("tag"), source: text("source"), health: text("health"), sort: Sort::named(look.asked("sort")) };
    let is_known = filter.health.is_empty() || HEALTHS.contains(&filter.health.as_str());
    let unknown = (!is_known).then(|| std::mem::take(&mut filter.health));
    let (zone, page) = (look.zone(), look.page());
    let found = folded.picked(&filter);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for case in &found {
        *counts.entry(case.health.as_str()).or_default() += 1;
    }
    let picked: Vec<&CaseLine> = found.into_iter().filter(|case| filter.health.is_empty() || case.health == filter.health).collect();
    let pages = u32::try_from(picked.len().div_ceil(ROWS)).unwrap_or(u32::MAX).max(1);
    let page = page.clamp(1, pages);
    let skipped = usize::try_from(page - 1).unwrap_or(usize::MAX).saturating_mul(ROWS);
    let body = html! {
        (notices::notices(&list, &zone, visitor))
        (form(&filter, &folded, visitor))
        (healths(&filter, &counts, visitor))
        @if let Some(word) = &unknown { (said::no_such_choice(visitor, word)) }
        @if visitor.may(Role::Editor) {
            p { a.button.quiet href="/cases/add" { (visitor.say("Añadir un expediente", "Add a case")) } }
        }
        @if picked.is_empty() {
            p.notice role="status" {
                @if list.cases.is_empty() { (visitor.say("La lista no tiene expedientes todavía.", "There are no cases on the list yet.")) }
                @else { (visitor.say("Ningún expediente coincide con el filtro.", "No case matches the filter.")) }
                @if !list.cases.is_empty() { " " a href="/cases" { (visitor.say("Quitar el filtro", "Clear the filter")) } }
            }
        } @else {
            table.stack {
                caption {
                    (picked.len()) " " (visitor.say("de", "of")) " " (list.cases.len()) " "
                    (if list.cases.len() == 1 { visitor.say("expediente", "case") } else { visitor.say("expedientes", "cases") })
                }
                thead {
                    tr {
                        @for (es, en) in COLUMNS { th scope="col" { (visitor.say(es, en)) } }
                    }
                }
                tbody {
                    @for case in picked.iter().skip(skipped).take(ROWS) { (row(case, &list.silences, &zone, visitor)) }
                }
            }
            (said::pager(page, pages, &address(&filter, &filter.health), visitor))
        }
    };
    Ok(face::page(visitor, "/cases", visitor.say("Expedientes", "Cases"), &body))
}

/// The headings of the columns.
const COLUMNS: [(&str, &str); 7] = [
    ("Expediente", "Case"),
    ("Etiquetas", "Tags"),
    ("Lectura", "Reading"),
    ("Último cambio", "Last change"),
    ("Última lectura", "Last read"),
    ("Próxima visita", "Next visit"),
    ("Avisos", "Events"),
];

/// The address of the same list with this health, up to where the number of its page goes.
fn address(filter: &Filter, health: &str) -> String {
    let query = links::query(&[
        ("q", &filter.q),
        ("tag", &filter.tag),
        ("source", &filter.source),
        ("health", health),
        ("sort", filter.sort.name()),
    ]);
    if query.is_empty() { "/cases?page=".to_owned() } else { format!("/cases{query}&page=") }
}

fn form(filter: &Filter, folded: &Folded, visitor: &Visitor) -> Markup {
    html! {
        form.row method="get" action="/cases" role="search" data-live {
            div {
                label for="q" { (visitor.say("Buscar por nombre, número, etiqueta o fuente", "Search by name, number, tag or source")) }
                input #q type="search" name="q" value=(filter.q) autocomplete="off";
            }
            (choice("tag", visitor.say("Etiqueta", "Tag"), &filter.tag, visitor.say("todas", "all"), folded.tags.keys()))
            (choice("source", visitor.say("Fuente", "Source"), &filter.source, visitor.say("todas", "all"), folded.sources.keys()))
            div {
                label for="sort" { (visitor.say("Orden", "Order")) }
                select #sort name="sort" {
                    @for (name, sort, es, en) in Sort::ALL {
                        option value=(name) selected[sort == filter.sort] { (visitor.say(es, en)) }
                    }
                }
            }
            @if !filter.health.is_empty() { input type="hidden" name="health" value=(filter.health); }
            button { (visitor.say("Filtrar", "Filter")) }
        }
    }
}

fn choice<'a>(name: &str, label: &str, chosen: &str, all: &str, options: impl Iterator<Item = &'a String>) -> Markup {
    html! {
        div {
            label for=(name) { (label) }
            select id=(name) name=(name) {
                option value="" { (all) }
                @for option in options { option value=(option) selected[option == chosen] { (said::text(option)) } }
            }
        }
    }
}

/// How many are how, each a link to them.
fn healths(filter: &Filter, counts: &BTreeMap<&str, usize>, visitor: &Visitor) -> Markup {
    let all: usize = counts.values().sum();
    html! {
        nav aria-label=(visitor.say("Por estado de lectura", "By how they are read")) {
            ul.tabs {
                li { a href={ (address(filter, "")) "1" } aria-current=[filter.health.is_empty().then_some("true")] { (visitor.say("todos", "all")) " (" (all) ")" } }
                @for name in HEALTHS {
                    @if let Some(count) = counts.get(name) {
                        li {
                            a href={ (address(filter, name)) "1" } aria-current=[(filter.health == name).then_some("true")] {
                                (said::health_mark(name, visitor)) " (" (count) ")"
                            }
                        }
                    }
                }
            }
        }
    }
}

fn row(case: &CaseLine, silences: &[SilenceLine], zone: &TimeZone, visitor: &Visitor) -> Markup {
    let at = links::case(&case.source, &case.number);
    html! {
        tr {
            th scope="row" {
                a href=(at) { (said::text(case.name.as_deref().unwrap_or(&case.number))) }
                div.small.soft {
                    @if case.name.is_some() { span.num { (said::text(&case.number)) } " · " }
                    (said::text(&case.source))
                }
                (said::muted(visitor, zone, silences.iter().filter(|silence| silence.is_about(&case.source, &case.number, &case.tags))))
            }
            td data-label=(visitor.say("Etiquetas", "Tags")) {
                @if !case.tags.is_empty() {
                    ul.tags { @for tag in &case.tags { li { a.tag href={ "/cases" (links::query(&[("tag", tag)])) } { (said::text(tag)) } } } }
                }
            }
            td data-label=(visitor.say("Lectura", "Reading")) {
                (said::health_mark(&case.health, visitor))
                (why(case, zone, visitor))
            }
            td data-label=(visitor.say("Último cambio", "Last change")) { (when_known(visitor, zone, case.changed_at.as_deref())) }
            td data-label=(visitor.say("Última lectura", "Last read")) { (when_known(visitor, zone, case.read_at.as_deref())) }
            td data-label=(visitor.say("Próxima visita", "Next visit")) { (next(case, zone, visitor)) }
            td.num data-label=(visitor.say("Avisos", "Events")) { (case.events) }
        }
    }
}

/// Why a case is not well, or waits.
pub(super) fn why(case: &CaseLine, zone: &TimeZone, visitor: &Visitor) -> Markup {
    html! {
        @if let Some(detail) = &case.detail { div.small.soft { (said::reason(visitor, detail)) } }
        @if case.failed_visits > 0 {
            div.small.soft { (visitor.say("visitas fallidas seguidas: ", "visits in a row that failed: ")) (case.failed_visits) }
        }
        @if let Some(until) = &case.waits_until {
            div.small.soft { (visitor.say("espera hasta ", "waits until ")) (when(visitor, zone, until)) }
        }
    }
}

/// When a case is visited next, or that it is imported by hand.
pub(super) fn next(case: &CaseLine, zone: &TimeZone, visitor: &Visitor) -> Markup {
    html! {
        @if case.import_only.is_some() { (visitor.say("se importa a mano", "imported by hand")) }
        @else { (when_known(visitor, zone, case.next_visit.as_deref())) }
    }
}
