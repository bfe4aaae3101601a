//! Requests that the daemon answers: asked over the line, once for one idempotency key.
//!
//! Part of the [`api`](super).

use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::keys::{Claim, KeyOf};
use super::{Pages, Read, json};
use crate::ask::line::Refusal;
use crate::ask::route::escape::encoded;
use crate::ask::route::{Found, Method, ROOT, Route, Wrong};
use crate::ask::{Answer, Ask};
use crate::domain::deed::Outcome;
use crate::domain::id::Id;
use crate::domain::sentence;
use crate::web::entrance::By;
use crate::web::problem::{problem, refused};
use crate::web::trail::About;

/// The header that says which requests are one.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The longest key.
const LONGEST_KEY: usize = 255;

/// Asks and answers.
pub(super) async fn answer(pages: &Pages, name: &str, read: Read) -> Response {
    let Read { found, mut said, visitor, body, headers } = read;
    let route = found.route;
    if let Some(user) = visitor.who.user.as_ref().filter(|_| name == "silence" && !is_said(&body, "by")) {
        said.insert("by".to_owned(), user.clone().into());
    }
    let ask = match Found::ask(name, said) {
        Ok(ask) => ask,
        Err(Wrong::Unread(why)) => return problem(StatusCode::BAD_REQUEST, 2, why),
        Err(_) => return problem(StatusCode::NOT_FOUND, 2, "there is nothing at this address"),
    };
    // What is no id of a delivery may be a case to whoever lists them, and here it is neither.
    if let (Some("deliveries"), Ask::Deliveries { about: Some(id), .. }) = (route.only, &ask)
        && Id::parse(id).is_none()
    {
        return refused(Refusal { why: sentence::NO_DELIVERY.with(&[id]), code: 4 }, false);
    }
    let sight = visitor.sight();
    let key = match headers.get(KEY).filter(|_| route.method == Method::Post).map(HeaderValue::to_str) {
        None => {
            let answer = pages.line.ask(ask.clone(), sight).await;
            return About::of(&ask, &answer).with(shown(route, &ask, answer));
        }
        Some(Ok(key)) if (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) => key,
        Some(_) => {
            let why = format!("an Idempotency-Key has 1 to {LONGEST_KEY} characters of ASCII, without spaces");
            return problem(StatusCode::BAD_REQUEST, 2, why);
        }
    };
    let target: String = found.parts.iter().map(|(name, text)| format!("/{name}={}", encoded(text))).collect();
    // Two tokens of nobody are two who ask.
    let asker = match &visitor.by {
        Some(By::Token(name)) => Some(format!("token {name}")),
        _ => visitor.who.user.clone(),
    };
    let of = KeyOf { user: asker.as_deref(), key, target: &format!("{}{target}", route.path) };
    match pages.keys.claim(&of, &body) {
        Claim::Another => {
            let why = "this Idempotency-Key was used for another body; take a new key for a new request";
            let about = About::of(&ask, &Answer::No { why: why.to_owned(), code: 2 });
            about.ending(Outcome::Refused("the key had another body".to_owned())).with(problem(StatusCode::UNPROCESSABLE_ENTITY, 2, why))
        }
        Claim::Same(turn) => {
            let asked = ask.clone();
            let (answer, again) = turn.answer(&pages.keys, || pages.line.begin(asked, sight)).await;
            let about = About::of(&ask, &answer);
            let about = if again { about.replayed() } else { about };
            about.with(shown(route, &ask, answer))
        }
    }
}

fn is_said(body: &[u8], name: &str) -> bool {
    serde_json::from_slice::<Value>(body).is_ok_and(|body| body.get(name).is_some())
}

/// The answer over HTTP.
fn shown(route: &Route, ask: &Ask, answer: Answer) -> Response {
    let mut data = match answer {
        Answer::Data(data) => data,
        Answer::No { why, code } => {
            return refused(Refusal { why, code }, route.method != Method::Get || matches!(ask, Ask::Events { .. }));
        }
    };
    if let Some(one) = route.only.and_then(|list| data.get_mut(list)).and_then(|list| list.get_mut(0)) {
        data = one.take();
    }
    match ask {
        Ask::Delays(question) if let Some(media) = question.form.media() => text(media, data),
        Ask::Add { .. } if data["added"] == true => {
            let part = |name: &str| encoded(data[name].as_str().unwrap_or_default());
            let place = format!("{ROOT}/cases/{}/{}", part("source"), part("number"));
            let mut answer = json(StatusCode::CREATED, &data);
            if let Ok(place) = HeaderValue::from_str(&place) {
                answer.headers_mut().insert(LOCATION, place);
            }
            answer
        }
        Ask::Silence(_) => json(StatusCode::CREATED, &data),
        _ => json(StatusCode::OK, &data),
    }
}

/// A report that is written in another form. A page of it is a file to keep, and no page of ours.
fn text(media: &'static str, mut data: Value) -> Response {
    let Value::String(text) = data["text"].take() else {
        return problem(StatusCode::INTERNAL_SERVER_ERROR, 70, "the report has no text");
    };
    let mut answer = ([(CONTENT_TYPE, media)], text).into_response();
    if media.starts_with("text/html") {
        answer.headers_mut().insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"delays.html\""));
        answer.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox"));
    }
    answer
}
