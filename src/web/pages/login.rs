//! `/login` and `/logout`: the way in with a name and a password, and out.
//!
//! A password is compared away from the async threads, two at a time, and a name that nobody has takes as long. Wrong ones are counted by
//! address and by user. Each log-in is a new session, and leads on to the page that was asked for, if it is one of ours.

use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Router};
use maud::html;
use serde::Deserialize;

use crate::credentials::{self, Compared};
use crate::domain::access::{LONGEST_PASSWORD, name};
use crate::domain::deed::Outcome;
use crate::store::error::StoreError;
use crate::store::pulse::blocking;
use crate::web::Pages;
use crate::web::caller::Caller;
use crate::web::denied::{denied, too_many};
use crate::web::entrance::{self, By, Login};
use crate::web::face::{self, lead_to};
use crate::web::fields::Fields;
use crate::web::guard::LOGIN;
use crate::web::trail::Trail;
use crate::web::visitor::Visitor;

/// How long a log-in waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// The routes.
pub(super) fn router() -> Router<Pages> {
    Router::new().route("/login", get(show).post(enter)).route("/logout", post(leave)).route("/logout/everywhere", post(leave_everywhere))
}

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Onward {
    next: String,
}

async fn show(visitor: Visitor, Query(onward): Query<Onward>) -> Response {
    if visitor.by.is_some() {
        return lead_to(&onward.next);
    }
    form(&visitor, StatusCode::OK, "", &onward.next, None)
}

fn form(visitor: &Visitor, status: StatusCode, typed: &str, next: &str, trouble: Option<(&'static str, &'static str)>) -> Response {
    let body = html! {
        @if let Some((es, en)) = trouble { p.trouble #trouble role="alert" { (visitor.say(es, en)) } }
        form.narrow method="post" action=(LOGIN) {
            input type="hidden" name="next" value=(next);
            div.field {
                label for="name" { (visitor.say("Nombre", "Name")) }
                input #name name="name" value=(typed) autocomplete="username" autocapitalize="none" spellcheck="false" required
                    aria-describedby=[trouble.map(|_| "trouble")];
            }
            div.field {
                label for="password" { (visitor.say("Contraseña", "Password")) }
                input #password type="password" name="password" autocomplete="current-password" required;
            }
            button { (visitor.say("Entrar", "Log in")) }
        }
        p.soft { (visitor.say("Las cuentas las da quien administra veedor.", "Accounts are given by whoever administers veedor.")) }
    };
    face::with(status, visitor, LOGIN, visitor.say("Entrar", "Log in"), &body)
}

const EMPTY: (&str, &str) = ("Escriba su nombre y su contraseña.", "Write your name and your password.");
const WRONG: (&str, &str) = ("El nombre o la contraseña no son correctos.", "The name or the password is not right.");
const BUSY: (&str, &str) =
    ("Muchas personas entran a la vez. Intente de nuevo en unos segundos.", "Many log in at once. Try again in a few seconds.");
const UNREAD: (&str, &str) = ("No se pudo entrar. Intente de nuevo en unos minutos.", "The log-in failed. Try again in a few minutes.");

async fn enter(
    visitor: Visitor,
    State(pages): State<Pages>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    fields: Fields,
) -> Response {
    let (typed, password, next) = (fields.get("name"), fields.get("password").to_owned(), fields.get("next"));
    if !pages.config.load().web.login {
        return lead_to(next);
    }
    if typed.trim().is_empty() || password.is_empty() {
        return form(&visitor, StatusCode::BAD_REQUEST, typed, next, Some(EMPTY));
    }
    let entrance = &pages.entrance;
    let (now, counted, user) = (entrance.clock.now(), caller.counted_as(), name(typed));
    let taken =
        entrance.by_address.take(&counted, now).and_then(|()| user.as_deref().map_or(Ok(()), |user| entrance.by_user.take(user, now)));
    if let Err(wait) = taken {
        entrance.count(Login::Limited);
        return too_many(&visitor, wait);
    }
    let tried = match tokio::time::timeout(PATIENCE, attempt(&pages, user.clone(), password)).await {
        Ok(tried) => tried,
        Err(_) => return denied(&visitor, StatusCode::SERVICE_UNAVAILABLE, BUSY),
    };
    let tried = tried.unwrap_or_else(|error| {
        tracing::error!(%error, "a log-in could not be looked up");
        Tried::Failed
    });
    let known = match &tried {
        Tried::In { .. } | Tried::Wrong { is_known: true } => user.clone(),
        Tried::Wrong { is_known: false } | Tried::Failed => None,
    };
    // What somebody types as a name may be a password; only names of users are noted.
    let trail = known.is_some().then(|| Trail::of("log in".to_owned(), known, &By::Machine, &caller));
    match tried {
        Tried::In { secret } => {
            entrance.count(Login::Well);
            entrance.by_address.give_back(&counted);
            if let Some(user) = user.as_deref() {
                entrance.by_user.give_back(user);
            }
            end_before(&pages, &headers, &caller).await;
            if let Some(trail) = trail {
                trail.note(&pages, None, Outcome::Done).await;
            }
            let mut answer = lead_to(next);
            entrance::hand(&mut answer, &caller, Some(&secret));
            answer
        }
        Tried::Wrong { .. } => {
            entrance.count(Login::Wrong);
            if let Some(trail) = trail {
                trail.note_soon(&pages, "wrong password").await;
            }
            form(&visitor, StatusCode::FORBIDDEN, typed, next, Some(WRONG))
        }
        Tried::Failed => denied(&visitor, StatusCode::SERVICE_UNAVAILABLE, UNREAD),
    }
}

enum Tried {
    In { secret: String },
    Wrong { is_known: bool },
    Failed,
}

/// Compares, and begins a session.
async fn attempt(pages: &Pages, user: Option<String>, password: String) -> Result<Tried, StoreError> {
    let _turn = credentials::turn().await;
    let (store, now) = (pages.store.clone(), pages.entrance.clock.now());
    blocking(move || {
        let found = user.map(|user| store.account(&user)).transpose()?.flatten();
        let is_known = found.is_some();
        let open = found.filter(|(account, _)| account.disabled.is_none());
        // One that is too long is as wrong as any, and is not hashed.
        let compared = match password.len() > LONGEST_PASSWORD {
            true => Compared::Wrong,
            false => credentials::compare(&password, open.as_ref().map(|(_, phc)| phc.as_str())),
        };
        let Some((account, phc)) = open.filter(|_| compared != Compared::Wrong) else { return Ok(Tried::Wrong { is_known }) };
        let drawn = credentials::draw("").map_err(StoreError::Refused)?;
        if !store.begin_session(&account.name, &phc, drawn.hash, now)? {
            return Ok(Tried::Wrong { is_known });
        }
        if compared == Compared::Dated {
            store.rehash(&account.name, phc, credentials::hashed(&password).map_err(StoreError::Refused)?)?;
        }
        Ok(Tried::In { secret: drawn.secret })
    })
    .await
}

/// Begins a session for a user who has just proved who he is in another way, such as by another password.
pub(super) async fn begin_anew(pages: &Pages, user: &str) -> Result<Option<String>, StoreError> {
    let (store, now, user) = (pages.store.clone(), pages.entrance.clock.now(), user.to_owned());
    blocking(move || {
        let drawn = credentials::draw("").map_err(StoreError::Refused)?;
        let phc = store.account(&user)?.map(|(_, phc)| phc).unwrap_or_default();
        Ok(store.begin_session(&user, &phc, drawn.hash, now)?.then_some(drawn.secret))
    })
    .await
}

/// Ends the session that the browser had.
async fn end_before(pages: &Pages, headers: &HeaderMap, caller: &Caller) {
    let Some(key) = entrance::session(headers, caller) else { return };
    let store = pages.store.clone();
    if let Err(error) = blocking(move || store.end_session(key)).await {
        tracing::error!(%error, "a session could not be ended");
    }
}

async fn leave(State(pages): State<Pages>, Extension(caller): Extension<Caller>, headers: HeaderMap) -> Response {
    end_before(&pages, &headers, &caller).await;
    gone(&caller)
}

async fn leave_everywhere(visitor: Visitor, State(pages): State<Pages>, Extension(caller): Extension<Caller>) -> Response {
    let (store, user) = (pages.store.clone(), visitor.who.user.clone());
    let ended = blocking(move || user.map_or(Ok(0), |user| store.end_sessions_of(&user))).await;
    if let Err(error) = ended {
        tracing::error!(%error, "the sessions of a user could not be ended");
        return denied(&visitor, StatusCode::SERVICE_UNAVAILABLE, UNREAD);
    }
    gone(&caller)
}

fn gone(caller: &Caller) -> Response {
    let mut answer = lead_to(LOGIN);
    entrance::hand(&mut answer, caller, None);
    answer
}
