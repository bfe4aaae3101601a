//! `/cases`: the watch list with its health, narrowed by words, tag, source and state.

use axum::extract::{Query, State};
use axum::response::Response;
use maud::html;
use serde::Deserialize;

use crate::ask::Ask;
use crate::web::visitor::Visitor;
use crate::web::{Pages, face};
use crate::wire::api::cases::CaseLine;

/// Rows of one page.
const ROWS: usize = 100;

/// By what the list is narrowed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    q: String,
}

impl Filter {
    fn takes(&self, case: &CaseLine) -> bool {
        let wanted = self.q.to_lowercase();
        wanted.split_whitespace().all(|word| {
            case.number.to_lowercase().contains(word) || case.name.as_ref().is_some_and(|name| name.to_lowercase().contains(word))
        })
    }
}

/// The list.
pub(in crate::web) async fn list(visitor: Visitor, State(pages): State<Pages>, Query(filter): Query<Filter>) -> Response {
    let title = visitor.say("Expedientes", "Cases");
    let list = match pages.list.get(pages.line.get(Ask::List, visitor.sight())).await {
        Ok(list) => list,
        Err(refusal) => return face::refused(&visitor, "/cases", &refusal),
    };
    let picked: Vec<&CaseLine> = list.cases.iter().filter(|case| filter.takes(case)).collect();
    let body = html! {
        form.row method="get" action="/cases" role="search" data-live {
            div {
                label for="q" { (visitor.say("Buscar", "Search")) }
                input #q type="search" name="q" value=(filter.q);
            }
            button { (visitor.say("Filtrar", "Filter")) }
        }
        table.stack {
            caption { (picked.len()) " / " (list.cases.len()) }
            tbody {
                @for case in picked.iter().take(ROWS) {
                    tr {
                        th scope="row" { (case.name.as_deref().unwrap_or(&case.number)) }
                        td { (case.number) }
                        td { (case.health) }
                    }
                }
            }
        }
    };
    face::page(&visitor, "/cases", title, &body)
}
