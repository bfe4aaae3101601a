//! Asks a running daemon over its socket: one connection, one request of `/api/v1`, one answer.
//!
//! Used by `ask`. It waits as long as an answer takes, because a visit to a slow court takes minutes.

use std::os::unix::net::UnixStream;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{CONTENT_TYPE, HOST, USER_AGENT};
use axum::http::{self, HeaderMap, StatusCode};
use hyper::client::conn::http1::handshake;
use hyper_util::rt::TokioIo;
use serde_json::json;

use super::here::runtime;
use super::{Exit, Failure};
use crate::ask::route::{self, Request};
use crate::ask::{Answer, Ask};
use crate::web::api::VERSION;
use crate::wire::api::problem::Problem;

/// Which of the daemon's refusals mean that it knows no such question.
const NOT_KNOWN: [&str; 3] = ["urn:veedor:problem:request", "urn:veedor:problem:missing", "urn:veedor:problem:method"];

/// Asks, and waits for the answer.
pub(super) fn over(stream: UnixStream, question: &Ask) -> Result<Answer, Failure> {
    let request = route::request(question)
        .and_then(|request| over_http(&request))
        .ok_or_else(|| Failure::new(Exit::LoopDied, "this cannot be asked of a daemon; this is a bug, please report it"))?;
    let (status, headers, body) = runtime()?.block_on(sent(stream, request))?;
    if !status.is_success() {
        return Ok(refused(&headers, &body));
    }
    if let Ask::Delays(question) = question
        && question.form.media().is_some()
    {
        // As text: a number that is read and written again may end otherwise.
        return Ok(Answer::Data(json!({ "text": String::from_utf8_lossy(&body) })));
    }
    serde_json::from_slice(&body).map(Answer::Data).map_err(|error| strange(&format!("its answer is no JSON: {error}")))
}

fn over_http(request: &Request) -> Option<http::Request<Body>> {
    let mine = concat!("veedor/", env!("CARGO_PKG_VERSION"));
    let builder =
        http::Request::builder().method(request.method.name()).uri(&request.target).header(HOST, "veedor").header(USER_AGENT, mine);
    match &request.body {
        None => builder.body(Body::empty()).ok(),
        Some(body) => builder.header(CONTENT_TYPE, "application/json").body(Body::from(serde_json::to_vec(body).ok()?)).ok(),
    }
}

async fn sent(stream: UnixStream, request: http::Request<Body>) -> Result<(StatusCode, HeaderMap, Bytes), Failure> {
    let lost = |error: &dyn std::fmt::Display| Failure::new(Exit::NoDaemon, format!("the daemon went away: {error}"));
    stream.set_nonblocking(true).map_err(|error| lost(&error))?;
    let stream = tokio::net::UnixStream::from_std(stream).map_err(|error| lost(&error))?;
    let (mut sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|error| failed(&error))?;
    let answered = async {
        let answer = sender.send_request(request).await.map_err(|error| failed(&error))?;
        let (parts, body) = answer.into_parts();
        let body = to_bytes(Body::new(body), usize::MAX).await.map_err(|error| lost(&error))?;
        Ok((parts.status, parts.headers, body))
    };
    // The connection is what carries the answer; that it ends is told by the answer.
    let carried = async {
        let _ = connection.await;
        std::future::pending().await
    };
    tokio::select! {
        answer = answered => answer,
        () = carried => Err(Failure::new(Exit::NoDaemon, "the daemon ended before it answered")),
    }
}

fn failed(error: &hyper::Error) -> Failure {
    if error.is_parse() {
        return strange("it does not answer as this command asks");
    }
    if error.is_incomplete_message() || error.is_canceled() || error.is_closed() {
        return Failure::new(Exit::NoDaemon, "the daemon ended before it answered");
    }
    Failure::new(Exit::NoDaemon, format!("the daemon went away: {error}"))
}

fn strange(why: &str) -> Failure {
    Failure::new(Exit::Failed, format!("the daemon does not understand the question ({why}); are command and daemon of the same version?"))
}

fn refused(headers: &HeaderMap, body: &[u8]) -> Answer {
    let Ok(problem) = serde_json::from_slice::<Problem>(body) else {
        return Answer::No { why: "the daemon gave no answer".to_owned(), code: 1 };
    };
    let (why, code) = (problem.detail, problem.code);
    let other = headers.get(VERSION).and_then(|version| version.to_str().ok()).filter(|version| *version != env!("CARGO_PKG_VERSION"));
    match other {
        Some(other) if NOT_KNOWN.contains(&problem.kind.as_str()) => {
            let mine = env!("CARGO_PKG_VERSION");
            let why =
                format!("the daemon does not understand the question ({why}): it is veedor {other}, and this command is veedor {mine}");
            Answer::No { why, code: 1 }
        }
        _ => Answer::No { why, code },
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};

    use super::*;

    /// What a command says to whom so answers.
    fn to(answer: &'static [u8]) -> Result<Answer, Failure> {
        let (mine, mut theirs) = UnixStream::pair().expect("a pair");
        std::thread::scope(|scope| {
            scope.spawn(move || {
                let mut asked = Vec::new();
                while !asked.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    theirs.read_exact(&mut byte).expect("it asks");
                    asked.extend(byte);
                }
                theirs.write_all(answer).expect("it listens");
            });
            over(mine, &Ask::Status)
        })
    }

    #[test]
    fn a_daemon_of_another_version_or_one_that_ends_gets_one_clear_sentence() {
        let why = |answer: &'static [u8]| match to(answer) {
            Err(failure) => (failure.why, failure.exit.code()),
            Ok(Answer::No { why, code }) => (why, code),
            Ok(Answer::Data(data)) => (data.to_string(), 0),
        };
        assert_eq!(why(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"a\":1}"), ("{\"a\":1}".to_owned(), 0));
        assert_eq!(why(b""), ("the daemon ended before it answered".to_owned(), 69));
        let (said, code) = why(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{\"a");
        assert!(said.starts_with("the daemon went away") && code == 69, "{said}");
        // One that speaks lines of JSON.
        let (said, code) = why(b"{\"error\":\"the daemon does not understand the question\",\"code\":1}\n");
        assert!(said.contains("same version") && code == 1, "{said}");
        let old = b"HTTP/1.1 404 Not Found\r\nveedor-version: 0.0.9\r\nConnection: close\r\n\r\n\
            {\"type\":\"urn:veedor:problem:missing\",\"title\":\"t\",\"status\":404,\"detail\":\"there is nothing\",\"code\":2}";
        let (said, code) = why(old);
        assert!(said.contains("it is veedor 0.0.9, and this command is veedor") && code == 1, "{said}");
        let (said, code) = why(b"HTTP/1.1 404 Not Found\r\nveedor-version: 0.0.9\r\nConnection: close\r\n\r\n\
            {\"type\":\"urn:veedor:problem:value\",\"title\":\"t\",\"status\":404,\"detail\":\"no case\",\"code\":4}");
        assert_eq!((said.as_str(), code), ("no case", 4));
    }
}
