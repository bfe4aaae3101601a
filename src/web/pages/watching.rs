//! `/cases/add` and `/cases/{source}/{number}/remove`: a case watched from now on, or no longer.
//!
//! Asks the daemon, which edits the watch list with its comments kept and reads it again. What was typed stands in the form again when it cannot be
//! taken.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use crate::ask::Ask;
use crate::ask::line::Refusal;
use crate::domain::access::Role;
use crate::web::face::{lead_to, refused};
use crate::web::visitor::Visitor;
use crate::web::{Pages, face, links, said, trail};
use crate::wire::api::changes::{CaseAdded, CaseRemoved};

const PART: &str = "/cases";

/// What the form sends, and what an address may fill in beforehand.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    source: String,
    number: String,
    name: String,
    tags: String,
}

/// The form.
pub(in crate::web) async fn form(visitor: Visitor, State(pages): State<Pages>, Query(typed): Query<Typed>) -> Response {
    if let Err(denied) = visitor.need(Role::Editor) {
        return denied;
    }
    shown(&visitor, &pages, StatusCode::OK, &typed, None)
}

fn shown(visitor: &Visitor, pages: &Pages, status: StatusCode, typed: &Typed, trouble: Option<&str>) -> Response {
    let say = |es, en| visitor.say(es, en);
    let body = html! {
        @if let Some(why) = trouble { div #trouble { (face::why(visitor, why)) } }
        p.lead {
            (say(
                "La primera visita es la línea de base y no avisa nada. El archivo de la lista se edita con sus comentarios y se vuelve a leer.",
                "The first visit is the baseline and tells nothing. The file of the watch list is edited with its comments kept, and read again.",
            ))
        }
        form.narrow method="post" action="/cases/add" {
            div.field {
                label for="source" { (say("Fuente", "Source")) }
                select #source name="source" required { (sources(pages, &typed.source, say("Elija una fuente", "Choose a source"))) }
            }
            div.field {
                label for="number" { (say("Número", "Number")) }
                span.hint #number-hint { (say("con o sin guiones ni espacios; cómo se escribe está junto a cada fuente", "with or without dashes and spaces; how it is written stands beside each source")) }
                input #number name="number" value=(typed.number) required maxlength="200" autocomplete="off" aria-describedby="number-hint"
                    aria-invalid=[trouble.map(|_| "true")];
            }
            div.field {
                label for="name" { (say("Nombre (si quiere)", "Name (if you like)")) }
                input #name name="name" value=(typed.name) maxlength="200" autocomplete="off";
            }
            div.field {
                label for="tags" { (say("Etiquetas, separadas por comas (si quiere)", "Tags, separated by commas (if you like)")) }
                input #tags name="tags" value=(typed.tags) maxlength="2000" autocomplete="off";
            }
            button { (say("Vigilar", "Watch")) }
        }
    };
    face::with(status, visitor, PART, say("Añadir un expediente", "Add a case"), &body)
}

/// The sources that can be watched by a number, those of the watch list first, of which the first is chosen until another is.
fn sources(pages: &Pages, chosen: &str, choose: &str) -> Markup {
    let config = pages.config.load();
    let mut recipes = config.recipes();
    let is_used = |id: &str| config.cases.iter().any(|watch| watch.case.source == id);
    recipes.sort_by_key(|recipe| (!is_used(&recipe.id), recipe.title.clone()));
    let usual = recipes.first().filter(|recipe| is_used(&recipe.id)).map_or("", |recipe| recipe.id.as_str());
    let chosen = if chosen.is_empty() { usual } else { chosen };
    html! {
        option value="" { (choose) }
        @for recipe in &recipes {
            @let example = recipe.examples.first().cloned().unwrap_or_else(|| recipe.number_format().2.to_owned());
            option value=(recipe.id) selected[recipe.id == chosen] { (recipe.title) @if !example.is_empty() { " · " (example) } }
        }
        // What was typed and is none of them stands there all the same, so that the sentence about it makes sense.
        @if !chosen.is_empty() && !recipes.iter().any(|recipe| recipe.id == chosen) { option value=(chosen) selected { (chosen) } }
    }
}

/// Watches it.
pub(in crate::web) async fn add(visitor: Visitor, State(pages): State<Pages>, axum::Form(typed): axum::Form<Typed>) -> Response {
    if let Err(denied) = visitor.need(Role::Editor) {
        return denied;
    }
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let tags = typed.tags.split(',').filter_map(given).collect();
    let ask = Ask::Add { source: typed.source.clone(), number: typed.number.clone(), name: given(&typed.name), tags };
    let (added, about) = trail::asked::<CaseAdded>(&pages, &visitor, ask).await;
    about.with(match added {
        Ok(case) => {
            let done = if case.added { "added" } else { "already" };
            lead_to(&format!("{}{}", links::case(&case.source, &case.number), links::query(&[("done", done)])))
        }
        Err(Refusal { why, code: 2 }) => shown(&visitor, &pages, StatusCode::BAD_REQUEST, &typed, Some(&why)),
        Err(refusal) => refused(&visitor, PART, &refusal),
    })
}

/// Asks whether it is meant.
pub(in crate::web) async fn ask(visitor: Visitor, Path((source, number)): Path<(String, String)>) -> Response {
    if let Err(denied) = visitor.need(Role::Editor) {
        return denied;
    }
    let say = |es, en| visitor.say(es, en);
    let at = links::case(&source, &number);
    let body = html! {
        p { strong { (number) } " · " (source) }
        p {
            (say(
                "Ya no se visitará ni se avisará nada de él. Lo que se guardó queda, y si lo añade de nuevo, continúa.",
                "It will not be visited any more, and nothing of it will be told. What was kept stays, and goes on when you add it again.",
            ))
        }
        form.row method="post" action={ (at) "/remove" } {
            button.risky { (say("Dejar de vigilarlo", "Stop watching it")) }
            a.button.quiet href=(at) { (say("Volver", "Back")) }
        }
    };
    face::page(&visitor, PART, say("Quitar de la lista", "Remove from the list"), &body)
}

/// Watches it no longer.
pub(in crate::web) async fn remove(
    visitor: Visitor,
    State(pages): State<Pages>,
    Path((source, number)): Path<(String, String)>,
) -> Response {
    if let Err(denied) = visitor.need(Role::Editor) {
        return denied;
    }
    let ask = Ask::Remove { case: format!("{source}/{number}") };
    let (removed, about) = trail::asked::<CaseRemoved>(&pages, &visitor, ask).await;
    about.with(match removed {
        Ok(removed) => gone(&visitor, &removed),
        Err(refusal) => refused(&visitor, PART, &refusal),
    })
}

/// Says which case it was. It is the answer to the press itself, so that no address can say it of another one.
fn gone(visitor: &Visitor, removed: &CaseRemoved) -> Response {
    let say = |es, en| visitor.say(es, en);
    let name = removed.name.as_deref().unwrap_or(&removed.number);
    let again = [("source", removed.source.as_str()), ("number", &removed.number), ("name", removed.name.as_deref().unwrap_or_default())];
    let body = html! {
        div.notice.good role="status" {
            strong { bdi { (said::text(name)) } } " · " span.num { (said::text(&removed.number)) } " · " (said::text(&removed.source)) ": "
            (say("ya no se vigila. Lo que se guardó queda.", "is not watched any more. What was kept stays."))
        }
        div.row {
            a.button href=(PART) { (say("Todos los expedientes", "All cases")) " (" (removed.left) ")" }
            a.button.quiet href={ "/cases/add" (links::query(&again)) } { (say("Añadirlo de nuevo", "Add it again")) }
        }
    };
    face::page(visitor, PART, say("Quitado de la lista", "Removed from the list"), &body)
}
