//! `/account`: who somebody is, his password, his sessions and his tokens.
//!
//! Everybody sees his own and nothing else. Whoever sits at a machine that asks for no account sees the tokens that are nobody's.

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};
use serde::Deserialize;

use crate::ask::Ask;
use crate::ask::access::{Access, Typed};
use crate::ask::line::{Refusal, Sight};
use crate::credentials::{self, Compared};
use crate::domain::access::{LONGEST_PASSWORD, Role, fit, name};
use crate::domain::id::hex;
use crate::store::pulse::blocking;
use crate::store::sessions::Session;
use crate::web::Pages;
use crate::web::caller::Caller;
use crate::web::denied::too_many;
use crate::web::entrance::{self, By};
use crate::web::face::{self, lead_to};
use crate::web::fields::Fields;
use crate::web::moment::{when, when_or};
use crate::web::pages::{login, words};
use crate::web::trail::about;
use crate::web::visitor::Visitor;
use crate::wire::api::access::{NewToken, TokenLine, TokenList};

const ADDRESS: &str = "/account";

/// For how long a token may be made, in days: the choices of the form.
const DAYS: [i64; 4] = [30, 90, 365, 0];

/// The routes.
pub(super) fn router() -> Router<Pages> {
    Router::new()
        .route("/account", get(show))
        .route("/account/password", post(password))
        .route("/account/session", post(end_session))
        .route("/account/token", post(add_token))
        .route("/account/token/revoke", post(revoke))
}

/// What was done just now.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Done {
    done: String,
}

async fn show(visitor: Visitor, State(pages): State<Pages>, Query(done): Query<Done>) -> Response {
    page(&visitor, &pages, StatusCode::OK, &words::done(&visitor, &done.done)).await
}

/// The page, with something to say above it.
async fn page(visitor: &Visitor, pages: &Pages, status: StatusCode, above: &Markup) -> Response {
    let (store, user, now) = (pages.store.clone(), visitor.who.user.clone(), pages.entrance.clock.now());
    let sessions = blocking(move || user.map_or(Ok(Vec::new()), |user| store.sessions_of(&user, now))).await;
    let tokens = pages.line.get::<TokenList>(Ask::Access(Access::Tokens), Sight::Whole).await;
    let (sessions, mut tokens) = match (sessions, tokens) {
        (Ok(sessions), Ok(list)) => (sessions, list.tokens),
        (Err(error), _) => return face::refused(visitor, ADDRESS, &Refusal { why: error.to_string(), code: 74 }),
        (_, Err(refusal)) => return face::refused(visitor, ADDRESS, &refusal),
    };
    tokens.retain(|token| owns_tokens(visitor) && token.user == visitor.who.user);
    let zone = &pages.config.load().zone;
    let body = html! {
        (above)
        (who(visitor))
        @if visitor.who.user.is_some() {
            (password_form(visitor))
            (session_table(visitor, zone, &sessions))
        }
        (token_table(visitor, zone, &tokens))
        @if !matches!(visitor.by, Some(By::Token(_))) { (token_form(visitor)) }
    };
    face::with(status, visitor, ADDRESS, visitor.say("Acceso", "Access"), &body)
}

fn who(visitor: &Visitor) -> Markup {
    html! {
        @if let Some(user) = &visitor.who.user {
            dl.facts {
                dt { (visitor.say("Usuario", "User")) } dd { (user) }
                dt { (visitor.say("Rol", "Role")) } dd { (words::role(visitor, visitor.who.role.name())) " — " (words::may(visitor, visitor.who.role)) }
            }
        } @else if visitor.by == Some(By::Machine) {
            p.notice { (visitor.say(
                "Esta dirección es solo de esta máquina y no pide cuenta: quien está aquí administra. Con login = true bajo [web] la pediría.",
                "This address is of this machine alone and asks for no account: whoever is here administers. With login = true under [web] it would.",
            )) }
        }
    }
}

fn password_form(visitor: &Visitor) -> Markup {
    html! {
        h2 { (visitor.say("Cambiar la contraseña", "Change the password")) }
        form.narrow method="post" action="/account/password" {
            // So that whatever keeps passwords keeps it for this account.
            @if let Some(user) = &visitor.who.user {
                input type="text" name="username" value=(user) autocomplete="username" readonly hidden;
            }
            div.field {
                label for="now" { (visitor.say("La de ahora", "The present one")) }
                input #now type="password" name="now" autocomplete="current-password" required;
            }
            div.field {
                label for="new" { (visitor.say("La nueva", "The new one"))
                    span.hint { (visitor.say("Al menos 12 caracteres; varias palabras sirven.", "At least 12 characters; several words will do.")) } }
                input #new type="password" name="new" autocomplete="new-password" required;
            }
            div.field {
                label for="again" { (visitor.say("La nueva, otra vez", "The new one once more")) }
                input #again type="password" name="again" autocomplete="new-password" required;
            }
            button { (visitor.say("Cambiar", "Change")) }
        }
    }
}

fn session_table(visitor: &Visitor, zone: &TimeZone, sessions: &[Session]) -> Markup {
    html! {
        h2 { (visitor.say("Sesiones abiertas", "Open sessions")) }
        table.stack {
            thead { tr {
                th scope="col" { (visitor.say("Desde", "Since")) }
                th scope="col" { (visitor.say("Último uso", "Last used")) }
                th scope="col" { span.visually-hidden { (visitor.say("Terminar", "End")) } }
            } }
            tbody {
                @for session in sessions {
                    @let own = visitor.by == Some(By::Session(session.key));
                    tr {
                        th scope="row" { (when(visitor, zone, &session.created.to_string())) @if own { " · " (visitor.say("esta", "this one")) } }
                        td data-label=(visitor.say("Último uso", "Last used")) { (when(visitor, zone, &session.seen.to_string())) }
                        td {
                            form method="post" action="/account/session" {
                                input type="hidden" name="session" value=(id(session));
                                button.quiet { (visitor.say("Terminar", "End")) }
                            }
                        }
                    }
                }
            }
        }
        form method="post" action="/logout/everywhere" { button.risky { (visitor.say("Salir en todas partes", "Log out everywhere")) } }
    }
}

fn token_table(visitor: &Visitor, zone: &TimeZone, tokens: &[TokenLine]) -> Markup {
    html! {
        h2 { (visitor.say("Claves de acceso para programas", "Tokens for programs")) }
        @if tokens.is_empty() {
            p.soft { (visitor.say("No hay ninguna.", "There are none.")) }
        } @else {
            table.stack {
                thead { tr {
                    th scope="col" { (visitor.say("Nombre", "Name")) }
                    th scope="col" { (visitor.say("Rol", "Role")) }
                    th scope="col" { (visitor.say("Termina", "Ends")) }
                    th scope="col" { (visitor.say("Último uso", "Last used")) }
                    th scope="col" { span.visually-hidden { (visitor.say("Revocar", "Revoke")) } }
                } }
                tbody {
                    @for token in tokens {
                        tr {
                            th scope="row" { (token.name) }
                            td data-label=(visitor.say("Rol", "Role")) { (words::role(visitor, &token.role)) }
                            td data-label=(visitor.say("Termina", "Ends")) { (when_or(visitor, zone, token.expires.as_deref(), visitor.say("nunca", "never"))) }
                            td data-label=(visitor.say("Último uso", "Last used")) { (when_or(visitor, zone, token.last_used.as_deref(), visitor.say("nunca", "never"))) }
                            td {
                                form method="post" action="/account/token/revoke" {
                                    input type="hidden" name="name" value=(token.name);
                                    button.quiet { (visitor.say("Revocar", "Revoke")) span.visually-hidden { " " (token.name) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn token_form(visitor: &Visitor) -> Markup {
    let roles = Role::ALL.into_iter().filter(|(_, role)| visitor.may(*role));
    html! {
        h3 { (visitor.say("Nueva clave", "New token")) }
        form.row method="post" action="/account/token" {
            div {
                label for="token" { (visitor.say("Nombre", "Name")) }
                input #token name="name" required autocapitalize="none" spellcheck="false";
            }
            div {
                label for="token-role" { (visitor.say("Rol", "Role")) }
                select #token-role name="role" { @for (code, _) in roles { option value=(code) { (words::role(visitor, code)) } } }
            }
            div {
                label for="days" { (visitor.say("Termina en", "Ends after")) }
                select #days name="days" {
                    @for days in DAYS {
                        option value=(days) selected[days == 90] {
                            @if days == 0 { (visitor.say("nunca", "never")) } @else { (days) " " (visitor.say("días", "days")) }
                        }
                    }
                }
            }
            button { (visitor.say("Crear", "Make")) }
        }
    }
}

fn id(session: &Session) -> String {
    hex(&session.key[..8])
}

async fn wrong(visitor: &Visitor, pages: &Pages, (es, en): (&'static str, &'static str)) -> Response {
    page(visitor, pages, StatusCode::BAD_REQUEST, &html! { p.trouble role="alert" { (visitor.say(es, en)) } }).await
}

const NOT_A_USER: (&str, &str) =
    ("Esto es de quien entró con su nombre y contraseña.", "This is for whoever logged in with a name and a password.");
const NOT_THE_SAME: (&str, &str) = ("Las dos contraseñas nuevas no son iguales.", "The two new passwords are not the same.");
const NOT_YOURS: (&str, &str) = ("La contraseña de ahora no es esa.", "The present password is another one.");

async fn password(visitor: Visitor, State(pages): State<Pages>, Extension(caller): Extension<Caller>, fields: Fields) -> Response {
    let (Some(user), Some(By::Session(_))) = (visitor.who.user.clone(), &visitor.by) else {
        return wrong(&visitor, &pages, NOT_A_USER).await;
    };
    let (before, new) = (fields.get("now").to_owned(), fields.get("new"));
    if let Err(unfit) = fit(new) {
        return wrong(&visitor, &pages, words::unfit(unfit)).await;
    }
    if new != fields.get("again") {
        return wrong(&visitor, &pages, NOT_THE_SAME).await;
    }
    // Whoever finds an open browser must not be able to try passwords in it either.
    if let Err(wait) = pages.entrance.by_user.take(&user, pages.entrance.clock.now()) {
        return too_many(&visitor, wait);
    }
    let (store, named) = (pages.store.clone(), user.clone());
    let compared = {
        let _turn = credentials::turn().await;
        blocking(move || {
            let kept = store.account(&named)?.map(|(_, phc)| phc);
            Ok(if before.len() > LONGEST_PASSWORD { Compared::Wrong } else { credentials::compare(&before, kept.as_deref()) })
        })
        .await
    };
    match compared {
        Ok(Compared::Wrong) => return wrong(&visitor, &pages, NOT_YOURS).await,
        Ok(Compared::Right | Compared::Dated) => pages.entrance.by_user.give_back(&user),
        Err(error) => return face::refused(&visitor, ADDRESS, &Refusal { why: error.to_string(), code: 74 }),
    }
    let asked = Ask::Access(Access::Password { name: user.clone(), password: Typed(new.to_owned()) });
    if let Err(refusal) = pages.line.get::<serde_json::Value>(asked, Sight::Whole).await {
        return face::refused(&visitor, ADDRESS, &refusal);
    }
    // All sessions have ended; the browser in which it was changed goes on in a new one.
    match login::begin_anew(&pages, &user).await {
        Ok(Some(secret)) => {
            let mut answer = lead_to("/account?done=password");
            entrance::hand(&mut answer, &caller, Some(&secret));
            about(answer, user)
        }
        Ok(None) => about(lead_to("/login"), user),
        Err(error) => face::refused(&visitor, ADDRESS, &Refusal { why: error.to_string(), code: 74 }),
    }
}

async fn end_session(visitor: Visitor, State(pages): State<Pages>, fields: Fields) -> Response {
    let Some(user) = visitor.who.user.clone() else { return wrong(&visitor, &pages, NOT_A_USER).await };
    let (store, wanted, now) = (pages.store.clone(), fields.get("session").to_owned(), pages.entrance.clock.now());
    let ended = blocking(move || {
        let own = store.sessions_of(&user, now)?.into_iter().find(|session| id(session) == wanted);
        own.map_or(Ok(false), |session| store.end_session(session.key))
    });
    match ended.await {
        Ok(true) => lead_to("/account?done=session"),
        Ok(false) => wrong(&visitor, &pages, ("Esa sesión ya no está abierta.", "That session is not open any more.")).await,
        Err(error) => face::refused(&visitor, ADDRESS, &Refusal { why: error.to_string(), code: 74 }),
    }
}

async fn add_token(visitor: Visitor, State(pages): State<Pages>, fields: Fields) -> Response {
    // Whoever finds a token must not make others of it, which would stay when it is revoked.
    if matches!(visitor.by, Some(By::Token(_)) | None) {
        return wrong(&visitor, &pages, NOT_A_USER).await;
    }
    let Some(called) = name(fields.get("name")) else { return wrong(&visitor, &pages, words::NAME).await };
    let Some(role) = Role::parse(fields.get("role")) else { return wrong(&visitor, &pages, words::ROLE).await };
    if let Err(refusal) = visitor.need(role) {
        return refusal;
    }
    let days: Option<i64> = fields.get("days").parse().ok().filter(|days| DAYS.contains(days));
    let Some(days) = days else {
        return wrong(&visitor, &pages, ("Elija cuándo termina la clave.", "Choose when the token ends.")).await;
    };
    let end = (days > 0).then(|| pages.entrance.clock.now().as_second().saturating_add(days * 86_400));
    let expires = end.and_then(|end| Timestamp::from_second(end).ok()).map(|end| end.to_string());
    let asked = Access::AddToken { name: called.clone(), role: role.name().to_owned(), user: visitor.who.user.clone(), expires };
    match pages.line.get::<NewToken>(Ask::Access(asked), Sight::Whole).await {
        Ok(new) => {
            let above = html! {
                div.notice.good role="status" {
                    p { (visitor.say("La clave se muestra solo esta vez; guárdela donde guarda secretos:", "The token is shown this once; keep it where you keep secrets:")) }
                    p { code #secret { (new.secret) } }
                }
            };
            about(page(&visitor, &pages, StatusCode::OK, &above).await, called)
        }
        Err(refusal) => page(&visitor, &pages, StatusCode::BAD_REQUEST, &face::why(&visitor, &refusal.why)).await,
    }
}

/// Tokens of nobody are seen to by whoever sits at the machine, and not by others that are of nobody.
fn owns_tokens(visitor: &Visitor) -> bool {
    visitor.who.user.is_some() || visitor.by == Some(By::Machine)
}

async fn revoke(visitor: Visitor, State(pages): State<Pages>, fields: Fields) -> Response {
    if !owns_tokens(&visitor) {
        return wrong(&visitor, &pages, NOT_A_USER).await;
    }
    let Some(called) = name(fields.get("name")) else { return wrong(&visitor, &pages, words::NAME).await };
    let asked = Access::RevokeToken { name: called.clone(), user: visitor.who.user.clone() };
    match pages.line.get::<TokenLine>(Ask::Access(asked), Sight::Whole).await {
        Ok(_) => about(lead_to("/account?done=revoked"), called),
        Err(refusal) => page(&visitor, &pages, StatusCode::BAD_REQUEST, &face::why(&visitor, &refusal.why)).await,
    }
}
