//! `/users`: who may log in and as what; for administrators.

use axum::Router;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use jiff::tz::TimeZone;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value;

use crate::ask::Ask;
use crate::ask::access::{Access, Typed};
use crate::ask::line::Sight;
use crate::domain::access::{Role, fit, name};
use crate::web::Pages;
use crate::web::face::{self, lead_to};
use crate::web::fields::Fields;
use crate::web::moment::{when, when_or};
use crate::web::pages::words;
use crate::web::trail::about;
use crate::web::visitor::Visitor;
use crate::wire::api::access::{UserLine, UserList};

const ADDRESS: &str = "/users";

/// The routes.
pub(super) fn router() -> Router<Pages> {
    Router::new()
        .route("/users", get(show))
        .route("/users/add", post(add))
        .route("/users/password", post(password))
        .route("/users/role", post(role))
        .route(
            "/users/disable",
            post(async |visitor: Visitor, State(pages): State<Pages>, fields: Fields| disable(visitor, pages, fields, true).await),
        )
        .route(
            "/users/enable",
            post(async |visitor: Visitor, State(pages): State<Pages>, fields: Fields| disable(visitor, pages, fields, false).await),
        )
        .route("/users/sessions", post(end_sessions))
        .route("/users/remove", post(remove))
}

/// What was done just now.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Done {
    done: String,
}

async fn show(visitor: Visitor, State(pages): State<Pages>, Query(done): Query<Done>) -> Response {
    if let Err(refusal) = visitor.need(Role::Admin) {
        return refusal;
    }
    page(&visitor, &pages, StatusCode::OK, &words::done(&visitor, &done.done)).await
}

async fn page(visitor: &Visitor, pages: &Pages, status: StatusCode, above: &Markup) -> Response {
    let list: UserList = match pages.line.get(Ask::Access(Access::Users), Sight::Whole).await {
        Ok(list) => list,
        Err(refusal) => return face::refused(visitor, ADDRESS, &refusal),
    };
    let body = html! {
        (above)
        @if !list.login {
            p.notice { (visitor.say("Ahora no se pide cuenta: esta dirección es solo de esta máquina.", "No account is needed now: this address is of this machine alone.")) }
        }
        @if list.users.is_empty() {
            p.soft { (visitor.say("Todavía no hay usuarios.", "There are no users yet.")) }
        } @else {
            (table(visitor, &pages.config.load().zone, &list.users))
        }
        (add_form(visitor))
        @if !list.users.is_empty() { (password_form(visitor, &list.users)) }
        h2 { (visitor.say("Qué puede cada rol", "What each role may")) }
        dl.facts { @for (code, role) in Role::ALL { dt { (words::role(visitor, code)) } dd { (words::may(visitor, role)) } } }
    };
    face::with(status, visitor, ADDRESS, visitor.say("Usuarios", "Users"), &body)
}

fn table(visitor: &Visitor, zone: &TimeZone, users: &[UserLine]) -> Markup {
    let (role, state, sessions, set) = (
        visitor.say("Rol", "Role"),
        visitor.say("Estado", "State"),
        visitor.say("Sesiones", "Sessions"),
        visitor.say("Contraseña puesta", "Password set"),
    );
    html! {
        table.stack {
            thead { tr {
                th scope="col" { (visitor.say("Nombre", "Name")) }
                @for head in [role, state, sessions, set] { th scope="col" { (head) } }
                th scope="col" { span.visually-hidden { (visitor.say("Cambios", "Changes")) } }
            } }
            tbody { @for user in users { tr {
                th scope="row" { (user.name) @if Some(&user.name) == visitor.who.user.as_ref() { " · " (visitor.say("usted", "you")) } }
                td data-label=(role) { (role_form(visitor, user)) }
                td data-label=(state) {
                    @if user.disabled.is_some() { span.state.warn { (visitor.say("no entra desde ", "kept out since ")) (when_or(visitor, zone, user.disabled.as_deref(), "")) } }
                    @else { span.state.good { (visitor.say("puede entrar", "may log in")) } }
                }
                td data-label=(sessions) { (user.sessions) }
                td data-label=(set) { (when(visitor, zone, &user.password_changed)) }
                td { div.inline {
                    @if user.sessions > 0 { (button(user, "sessions", visitor.say("Terminar sesiones", "End sessions"), "quiet")) }
                    @if user.disabled.is_some() { (button(user, "enable", visitor.say("Dejar entrar", "Let in"), "quiet")) }
                    @else { (button(user, "disable", visitor.say("No dejar entrar", "Keep out"), "quiet")) }
                    (face::sure(
                        &html! { (visitor.say("Eliminar", "Remove")) span.visually-hidden { ": " (user.name) } },
                        visitor.say("¿Eliminar este usuario con sus claves?", "Remove this user with all tokens?"),
                        &button(user, "remove", visitor.say("Sí, eliminarlo", "Yes, remove"), "risky"),
                    ))
                } }
            } } }
        }
    }
}

fn button(user: &UserLine, what: &str, text: &str, class: &str) -> Markup {
    html! {
        form method="post" action={ "/users/" (what) } {
            input type="hidden" name="name" value=(user.name);
            button class=(class) { (text) span.visually-hidden { ": " (user.name) } }
        }
    }
}

fn role_form(visitor: &Visitor, user: &UserLine) -> Markup {
    html! {
        form.inline method="post" action="/users/role" {
            input type="hidden" name="name" value=(user.name);
            select name="role" aria-label={ (visitor.say("Rol de ", "Role of ")) (user.name) } { (roles(visitor, &user.role)) }
            button.quiet { (visitor.say("Guardar", "Save")) }
        }
    }
}

fn roles(visitor: &Visitor, chosen: &str) -> Markup {
    html! { @for (code, _) in Role::ALL { option value=(code) selected[code == chosen] { (words::role(visitor, code)) } } }
}

fn add_form(visitor: &Visitor) -> Markup {
    html! {
        h2 { (visitor.say("Agregar un usuario", "Add a user")) }
        form.narrow method="post" action="/users/add" {
            div.field { label for="name" { (visitor.say("Nombre", "Name")) } input #name name="name" required autocapitalize="none" spellcheck="false" autocomplete="username"; }
            div.field { label for="role" { (visitor.say("Rol", "Role")) } select #role name="role" { (roles(visitor, "viewer")) } }
            div.field {
                label for="password" { (visitor.say("Contraseña", "Password"))
                    span.hint { (visitor.say("Al menos 12 caracteres. El usuario la cambia en su página.", "At least 12 characters. The user changes it on his own page.")) } }
                input #password type="password" name="password" autocomplete="new-password" required;
            }
            button { (visitor.say("Agregar", "Add")) }
        }
    }
}

fn password_form(visitor: &Visitor, users: &[UserLine]) -> Markup {
    html! {
        h2 { (visitor.say("Poner otra contraseña", "Set another password")) }
        form.narrow method="post" action="/users/password" {
            div.field { label for="whose" { (visitor.say("De quién", "Whose")) } select #whose name="name" autocomplete="username" { @for user in users { option value=(user.name) { (user.name) } } } }
            div.field { label for="other" { (visitor.say("La nueva", "The new one")) } input #other type="password" name="password" autocomplete="new-password" required; }
            button { (visitor.say("Poner", "Set")) }
        }
    }
}

async fn wrong(visitor: &Visitor, pages: &Pages, (es, en): (&'static str, &'static str)) -> Response {
    page(visitor, pages, StatusCode::BAD_REQUEST, &html! { p.trouble role="alert" { (visitor.say(es, en)) } }).await
}

/// Asks for a change of a user, and says how it went.
async fn changed(visitor: &Visitor, pages: &Pages, asked: Access, what: String, done: &str) -> Response {
    match pages.line.get::<Value>(Ask::Access(asked), Sight::Whole).await {
        Ok(_) => about(lead_to(&format!("{ADDRESS}?done={done}")), what),
        Err(refusal) => page(visitor, pages, StatusCode::BAD_REQUEST, &face::why(visitor, &refusal.why)).await,
    }
}

async fn add(visitor: Visitor, State(pages): State<Pages>, fields: Fields) -> Response {
    if let Err(refusal) = visitor.need(Role::Admin) {
        return refusal;
    }
    let Some(called) = name(fields.get("name")) else { return wrong(&visitor, &pages, words::NAME).await };
    let Some(role) = Role::parse(fields.get("role")) else { return wrong(&visitor, &pages, words::ROLE).await };
    if let Err(unfit) = fit(fields.get("password")) {
        return wrong(&visitor, &pages, words::unfit(unfit)).await;
    }
    let what = format!("{called}, {}", role.name());
    let asked = Access::AddUser { name: called, role: role.name().to_owned(), password: Typed(fields.get("password").to_owned()) };
    changed(&visitor, &pages, asked, what, "added").await
}

async fn password(visitor: Visitor, State(pages): State<Pages>, fields: Fields) -> Response {
    if let Err(refusal) = visitor.need(Role::Admin) {
        return refusal;
    }
    let Some(called) = name(fields.get("name")) else { return wrong(&visitor, &pages, words::NAME).await };
    if let Err(unfit) = fit(fields.get("password")) {
        return wrong(&visitor, &pages, words::unfit(unfit)).await;
    }
    let asked = Access::Password { name: called.clone(), password: Typed(fields.get("password").to_owned()) };
    changed(&visitor, &pages, asked, called, "changed").await
}

async fn role(visitor: Visitor, State(pages): State<Pages>, fields: Fields) -> Response {
    if let Err(refusal) = visitor.need(Role::Admin) {
        return refusal;
    }
    let Some(called) = name(fields.get("name")) else { return wrong(&visitor, &pages, words::NAME).await };
    let Some(role) = Role::parse(fields.get("role")) else { return wrong(&visitor, &pages, words::ROLE).await };
    let what = format!("{called}, {}", role.name());
    changed(&visitor, &pages, Access::Role { name: called, role: role.name().to_owned() }, what, "changed").await
}

async fn disable(visitor: Visitor, pages: Pages, fields: Fields, disabled: bool) -> Response {
    if let Err(refusal) = visitor.need(Role::Admin) {
        return refusal;
    }
    let Some(called) = name(fields.get("name")) else { return wrong(&visitor, &pages, words::NAME).await };
    changed(&visitor, &pages, Access::Disable { name: called.clone(), disabled }, called, "changed").await
}

async fn end_sessions(visitor: Visitor, State(pages): State<Pages>, fields: Fields) -> Response {
    if let Err(refusal) = visitor.need(Role::Admin) {
        return refusal;
    }
    let Some(called) = name(fields.get("name")) else { return wrong(&visitor, &pages, words::NAME).await };
    changed(&visitor, &pages, Access::EndSessions { name: called.clone() }, called, "changed").await
}

async fn remove(visitor: Visitor, State(pages): State<Pages>, fields: Fields) -> Response {
    if let Err(refusal) = visitor.need(Role::Admin) {
        return refusal;
    }
    let Some(called) = name(fields.get("name")) else { return wrong(&visitor, &pages, words::NAME).await };
    changed(&visitor, &pages, Access::RemoveUser { name: called.clone() }, called, "removed").await
}
