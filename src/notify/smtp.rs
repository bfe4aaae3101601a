//! Hands one mail to a relay: one connection, one recipient, one transaction, every answer within a deadline.
//!
//! lettre's own `send` waits for ever for a reply, and its pool puts a half-used connection back when a send is cancelled
//! (`alerting.md`, findings 1 to 3). So its connection is driven here command by command, is owned by one call, and is
//! dropped on any error. It decides what an answer means; when to try again is not its concern.

use std::error::Error as _;
use std::fmt::Display;
use std::future::Future;
use std::net::IpAddr;
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::{Response, Severity};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::stream::CarefulStream;
use super::{Deadlines, Smtp, Tls, email};
use crate::domain::delivery::Outcome;
use crate::domain::redact::{cut, plain};

/// How long we wait for the answer to QUIT. The mail is the relay's by then.
const QUIT: Duration = Duration::from_secs(5);

/// Where in the conversation something happened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Connect,
    Greeting,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    Content,
}

/// Sends these bytes to this recipient.
pub(super) async fn send(relay: &Smtp, recipient: &str, mail: &[u8], deadlines: &Deadlines) -> Outcome {
    match transaction(relay, recipient, mail, deadlines).await {
        Ok(detail) => Outcome::Sent { detail },
        Err(outcome) => outcome,
    }
}

async fn transaction(relay: &Smtp, recipient: &str, mail: &[u8], deadlines: &Deadlines) -> Result<String, Outcome> {
    let from = email::sender(&relay.from).map_err(|error| Outcome::Misconfigured { why: error.0 })?.email;
    let to = email::recipient(recipient).map_err(|error| Outcome::Rejected { why: error.0 })?;
    let hello = ClientId::Domain(from.domain().to_owned());
    let mut connection = open(relay, &hello, deadlines).await?;
    command(&mut connection, Mail::new(Some(from), vec![]), Phase::Mail, deadlines).await?;
    command(&mut connection, Rcpt::new(to, vec![]), Phase::Rcpt, deadlines).await?;
    command(&mut connection, Data, Phase::Data, deadlines).await?;
    let taken = within(deadlines.content, Phase::Content, connection.message(mail)).await?;
    let detail = expect(&taken, Phase::Content)?;
    let _ = timeout(QUIT, connection.quit()).await;
    Ok(detail)
}

async fn open(relay: &Smtp, hello: &ClientId, deadlines: &Deadlines) -> Result<AsyncSmtpConnection, Outcome> {
    let credentials = match (&relay.user, &relay.password) {
        (Some(user), Some(password)) => Some(Credentials::new(user.clone(), password.clone())),
        (None, None) => None,
        _ => return Err(Outcome::Misconfigured { why: "the mail relay needs both a user and a password, or neither".to_owned() }),
    };
    if credentials.is_some() && relay.tls == Tls::None && !is_loopback(&relay.host) {
        return Err(Outcome::Misconfigured { why: "a password is not sent to a mail relay without TLS; set tls".to_owned() });
    }
    let address = (relay.host.as_str(), relay.port);
    let mut connection = if relay.tls == Tls::Implicit {
        // lettre connects, does the TLS handshake and greets in one go, so the two deadlines are one here.
        let tls = Some(tls(relay)?);
        let opening = AsyncSmtpConnection::connect_tokio1(address, Some(deadlines.connect), hello, tls, None);
        within(deadlines.connect + deadlines.greet, Phase::Greeting, opening).await?
    } else {
        let tcp = match timeout(deadlines.connect, TcpStream::connect(address)).await {
            Ok(Ok(tcp)) => tcp,
            Ok(Err(error)) => return Err(retry(format!("cannot connect to the mail relay: {error}"))),
            Err(_) => return Err(too_late(Phase::Connect, deadlines.connect)),
        };
        let greeting = AsyncSmtpConnection::connect_with_transport(Box::new(CarefulStream::new(tcp)), hello);
        within(deadlines.greet, Phase::Greeting, greeting).await?
    };
    if relay.tls == Tls::StartTls {
        within(deadlines.greet, Phase::StartTls, connection.starttls(tls(relay)?, hello)).await?;
    }
    if let Some(credentials) = credentials {
        let answer = connection.auth(&[Mechanism::Plain, Mechanism::Login], &credentials);
        let answer = within(deadlines.greet, Phase::Auth, answer).await?;
        expect(&answer, Phase::Auth)?;
    }
    Ok(connection)
}

fn tls(relay: &Smtp) -> Result<TlsParameters, Outcome> {
    TlsParameters::new(relay.host.clone()).map_err(|error| Outcome::Misconfigured { why: format!("cannot set up TLS: {error}") })
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

async fn command<C: Display>(connection: &mut AsyncSmtpConnection, command: C, phase: Phase, deadlines: &Deadlines) -> Result<(), Outcome> {
    let answer = within(deadlines.command, phase, connection.command(command)).await?;
    expect(&answer, phase).map(drop)
}

/// Waits for one step, no longer than its deadline. Dropping the step drops what it borrowed half-used; the caller then
/// drops the connection, because every error ends the transaction.
async fn within<T>(limit: Duration, phase: Phase, step: impl Future<Output = Result<T, Error>>) -> Result<T, Outcome> {
    match timeout(limit, step).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(failed(phase, &error)),
        Err(_) => Err(too_late(phase, limit)),
    }
}

/// lettre takes any 2xx or 3xx for success; here the answer must be of the class that the step has. After DATA "250" would
/// mean that we and the server count differently, and after the content "354" would mean that nothing was taken.
fn expect(answer: &Response, phase: Phase) -> Result<String, Outcome> {
    let wanted = if phase == Phase::Data { Severity::PositiveIntermediate } else { Severity::PositiveCompletion };
    let words = words(&answer.message().collect::<Vec<_>>().join(" "));
    if answer.code().severity == wanted {
        return Ok(format!("{} {words}", answer.code()));
    }
    Err(retry(format!("the mail relay answered {} out of turn to {}: {words}", answer.code(), phase.name())))
}

/// What an error means (`alerting.md` B2.3).
fn failed(phase: Phase, error: &Error) -> Outcome {
    if let Some(code) = error.status() {
        let reply = error.source().map_or_else(String::new, |reply| words(&reply.to_string()));
        let why = format!("the mail relay answered {code} to {}: {reply}", phase.name());
        let about_us = matches!(phase, Phase::Greeting | Phase::StartTls | Phase::Auth)
            || matches!(code.to_string().as_str(), "530" | "534" | "535" | "538");
        return match (error.is_permanent(), about_us) {
            (true, true) => Outcome::Misconfigured { why },
            (true, false) => Outcome::Rejected { why },
            (false, _) => retry(why),
        };
    }
    if let Some(tls) = tls_error(error) {
        return Outcome::Misconfigured { why: format!("TLS with the mail relay failed: {}", words(&tls.to_string())) };
    }
    if error.is_client() && matches!(phase, Phase::StartTls | Phase::Auth) {
        let lacks = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        return Outcome::Misconfigured { why: format!("the mail relay does not offer {}: {}", phase.name(), words(&lacks)) };
    }
    let why = words(&error.to_string());
    match phase {
        Phase::Content => {
            retry(format!("connection lost after the message was handed over; it may have arrived, possible duplicate: {why}"))
        }
        _ => retry(format!("connection to the mail relay failed at {}: {why}", phase.name())),
    }
}

/// The TLS error among an error's causes. lettre calls it a connection error like any other.
fn tls_error(error: &Error) -> Option<&rustls::Error> {
    let mut cause = error.source();
    while let Some(error) = cause {
        let wrapped = error.downcast_ref::<std::io::Error>().and_then(|error| error.get_ref());
        if let Some(found) = error.downcast_ref().or_else(|| wrapped.and_then(|error| error.downcast_ref())) {
            return Some(found);
        }
        cause = error.source();
    }
    None
}

fn too_late(phase: Phase, limit: Duration) -> Outcome {
    let duplicate = if phase == Phase::Content { "; it may have arrived, possible duplicate" } else { "" };
    retry(format!("no answer from the mail relay to {} within {} s{duplicate}", phase.name(), limit.as_secs_f64()))
}

fn retry(why: String) -> Outcome {
    Outcome::Retry { why, after: None }
}

/// A server's words, fit for a log and a list of deliveries.
fn words(text: &str) -> String {
    cut(&plain(text), 300)
}

impl Phase {
    fn name(self) -> &'static str {
        match self {
            Self::Connect => "the connection",
            Self::Greeting => "our greeting",
            Self::StartTls => "STARTTLS",
            Self::Auth => "AUTH",
            Self::Mail => "MAIL",
            Self::Rcpt => "RCPT",
            Self::Data => "DATA",
            Self::Content => "the message",
        }
    }
}

#[cfg(test)]
mod tests;
