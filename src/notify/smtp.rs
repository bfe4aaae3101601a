//! Hands one mail to a relay: one recipient, one transaction, every answer within a deadline.
//!
//! lettre's own `send` waits for ever for a reply, and its pool puts a half-used connection back when a send is cancelled
//! (`alerting.md`, findings 1 to 3). So its connection is driven here command by command, is owned by one call, and is
//! dropped on any error; only one over which a mail went well is [kept](line) for the next. It decides what an answer means; when to try again is not its concern.

pub(super) mod greet;
pub mod line;
mod tls;
mod token;

use std::error::Error as _;
use std::fmt::Display;
use std::future::Future;
use std::net::IpAddr;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::{Response, Severity};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::stream::CarefulStream;
use super::{Attempted, Deadlines, Farewell, Smtp, Tls, Whose, email};
use crate::domain::delivery::{MAY_HAVE_ARRIVED, Outcome};
use crate::domain::redact::{cut, plain};
use line::{Kept, Line};

/// What a password is sent with.
const PASSWORD: &[Mechanism] = &[Mechanism::Plain, Mechanism::Login];

/// What an access token is sent with.
const TOKEN: &[Mechanism] = &[Mechanism::Xoauth2];

/// Where in the conversation something happened.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Connect,
    Greeting,
    StartTls,
    Auth,
    Noop,
    Mail,
    Rcpt,
    Data,
    Content,
}

/// Why a mail was not handed over, and whether that is the relay's or the message's trouble.
struct Failed {
    outcome: Outcome,
    whose: Whose,
}

/// Sends these bytes to this recipient, over a connection that is kept or a new one.
pub(super) async fn send(kept: &Kept, relay: &Smtp, recipient: &str, mail: &[u8], deadlines: &Deadlines) -> Attempted {
    match transaction(kept, relay, recipient, mail, deadlines).await {
        Ok((detail, line)) => Attempted { farewell: Farewell(Some(line)), ..Attempted::of_message(Outcome::Sent { detail }) },
        Err(Failed { outcome, whose }) => Attempted { whose, ..Attempted::of_message(outcome) },
    }
}

async fn transaction(kept: &Kept, relay: &Smtp, recipient: &str, mail: &[u8], deadlines: &Deadlines) -> Result<(String, Line), Failed> {
    let from = email::sender(&relay.from).map_err(|error| misconfigured(error.why))?.email;
    let to =
        email::recipient(recipient).map_err(|error| Failed { outcome: Outcome::Rejected { why: error.why }, whose: Whose::Message })?;
    let mut line = begun(kept, relay, from, deadlines).await?;
    command(&mut line.connection, Rcpt::new(to, vec![]), Phase::Rcpt, deadlines).await?;
    command(&mut line.connection, Data, Phase::Data, deadlines).await?;
    let taken = within(deadlines.content, Phase::Content, line.connection.message(mail)).await?;
    let detail = expect(&taken, Phase::Content)?;
    line.went_well();
    Ok((detail, line))
}

/// A connection on which the relay took MAIL. A kept one may be gone by now, or may be wanted no more; whatever it is, nothing was handed
/// over, and a new one says what is wrong.
async fn begun(kept: &Kept, relay: &Smtp, from: Address, deadlines: &Deadlines) -> Result<Line, Failed> {
    let hello = ClientId::Domain(from.domain().to_owned());
    let mail = || Mail::new(Some(from.clone()), vec![]);
    // What a message id would be written with is no part of the way.
    let way = Smtp { id_domain: None, calendar_domain: None, ..relay.clone() };
    if let Some(mut line) = kept.take(&way)
        && command(&mut line.connection, mail(), Phase::Mail, deadlines).await.is_ok()
    {
        return Ok(line);
    }
    let mut connection = open(relay, &hello, deadlines).await?;
    command(&mut connection, mail(), Phase::Mail, deadlines).await?;
    Ok(Line::new(connection, way))
}

async fn open(relay: &Smtp, hello: &ClientId, deadlines: &Deadlines) -> Result<AsyncSmtpConnection, Failed> {
    let has_secret = relay.password.is_some() || relay.token.is_some();
    if has_secret && relay.tls == Tls::None && !is_loopback(&relay.host) {
        return Err(misconfigured("a password is not sent to a mail relay without TLS; set tls".to_owned()));
    }
    let credentials = match (&relay.user, &relay.password, &relay.token) {
        (Some(user), Some(password), None) => Some((PASSWORD, Credentials::new(user.clone(), password.clone()))),
        (Some(user), None, Some(program)) => {
            let token = token::printed(program).await.map_err(|outcome| Failed { outcome, whose: Whose::Channel })?;
            Some((TOKEN, Credentials::new(user.clone(), token)))
        }
        (None, None, None) => None,
        _ => return Err(misconfigured("the mail relay needs a user and either a password or a token, or none of them".to_owned())),
    };
    let address = (relay.host.as_str(), relay.port);
    let mut connection = if relay.tls == Tls::Implicit {
        // lettre connects, does the TLS handshake and greets in one go, so the two deadlines are one here.
        let tls = Some(tls::parameters(relay).map_err(misconfigured)?);
        let opening = AsyncSmtpConnection::connect_tokio1(address, Some(deadlines.connect), hello, tls, None);
        within(deadlines.connect + deadlines.greet, Phase::Greeting, opening).await?
    } else {
        let tcp = match timeout(deadlines.connect, TcpStream::connect(address)).await {
            Ok(Ok(tcp)) => tcp,
            Ok(Err(error)) => return Err(retry(Phase::Connect, format!("cannot connect to the mail relay: {error}"))),
            Err(_) => return Err(too_late(Phase::Connect, deadlines.connect)),
        };
        let greeting = AsyncSmtpConnection::connect_with_transport(Box::new(CarefulStream::new(tcp)), hello);
        within(deadlines.greet, Phase::Greeting, greeting).await?
    };
    if relay.tls == Tls::StartTls {
        within(deadlines.greet, Phase::StartTls, connection.starttls(tls::parameters(relay).map_err(misconfigured)?, hello)).await?;
    }
    if let Some((mechanisms, credentials)) = credentials {
        let answer = timeout(deadlines.greet, connection.auth(mechanisms, &credentials));
        let answer = answer.await.map_err(|_| too_late(Phase::Auth, deadlines.greet))?.map_err(|error| match relay.token {
            Some(_) if is_refused_token(&error) => misconfigured(token::REFUSED.to_owned()),
            _ => failed(Phase::Auth, &error),
        })?;
        expect(&answer, Phase::Auth)?;
    }
    Ok(connection)
}

/// A relay that does not like a token answers 334 with a reason, which lettre takes for a question that the mechanism does not have.
fn is_refused_token(error: &Error) -> bool {
    error.is_client() && error.source().is_some_and(|why| why.to_string().contains("does not expect a challenge"))
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

async fn command<C: Display>(connection: &mut AsyncSmtpConnection, command: C, phase: Phase, deadlines: &Deadlines) -> Result<(), Failed> {
    let answer = within(deadlines.command, phase, connection.command(command)).await?;
    expect(&answer, phase).map(drop)
}

/// Waits for one step, no longer than its deadline. Dropping the step drops what it borrowed half-used; the caller then
/// drops the connection, because every error ends the transaction.
async fn within<T>(limit: Duration, phase: Phase, step: impl Future<Output = Result<T, Error>>) -> Result<T, Failed> {
    match timeout(limit, step).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(failed(phase, &error)),
        Err(_) => Err(too_late(phase, limit)),
    }
}

/// lettre takes any 2xx or 3xx for success; here the answer must be of the class that the step has. After DATA "250" would
/// mean that we and the server count differently, and after the content "354" would mean that nothing was taken.
fn expect(answer: &Response, phase: Phase) -> Result<String, Failed> {
    let wanted = if phase == Phase::Data { Severity::PositiveIntermediate } else { Severity::PositiveCompletion };
    let words = words(&answer.message().collect::<Vec<_>>().join(" "));
    if answer.code().severity == wanted {
        return Ok(format!("{} {words}", answer.code()));
    }
    let doubt = doubt(phase);
    Err(retry(phase, format!("the mail relay answered {} out of turn to {}{doubt}: {words}", answer.code(), phase.name())))
}

/// What an error means (`alerting.md` B2.3).
fn failed(phase: Phase, error: &Error) -> Failed {
    if let Some(code) = error.status() {
        let reply = error.source().map_or_else(String::new, |reply| words(&reply.to_string()));
        let why = format!("the mail relay answered {code} to {}: {reply}", phase.name());
        return if error.is_permanent() { refused(phase, &code.to_string(), &reply, why) } else { retry(phase, why) };
    }
    let why = words(&error.to_string());
    // From the last dot on nobody knows, whatever broke: the same bytes go out again under the same id.
    if phase == Phase::Content {
        let why = format!("connection lost after the message was handed over; {MAY_HAVE_ARRIVED}: {why}");
        return retry(phase, why);
    }
    if let Some(tls) = tls_error(error) {
        return misconfigured(format!("TLS with the mail relay failed: {}", words(&tls.to_string())));
    }
    if error.is_client() && matches!(phase, Phase::StartTls | Phase::Auth) {
        let lacks = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        return misconfigured(format!("the mail relay does not offer {}: {}", phase.name(), words(&lacks)));
    }
    retry(phase, format!("connection to the mail relay failed at {}: {why}", phase.name()))
}

/// What a refusal for good about the recipient begins with (RFC 3463 §3.2; 5.1.10, RFC 7505): no such mailbox, domain or address, or one
/// that moved. It goes before words: a table of Postfix that lacks a mailbox is called "relay recipient table".
const OF_RECIPIENT: [&str; 5] = ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10"];

/// What a refusal for good is about: before MAIL the account, at MAIL the sender, at RCPT the recipient unless the relay says that
/// it does not work for us (5.7.x, RFC 3463 §3.8, or in words) or does not like the sender (5.1.7 and 5.1.8, §3.2; Postfix waits for RCPT
/// to say so), then the message.
fn refused(phase: Phase, code: &str, reply: &str, why: String) -> Failed {
    let says = |code: &str| reply.split([' ', '-']).take(3).any(|word| word.starts_with(code));
    let is_policy = says("5.7.") || (!OF_RECIPIENT.into_iter().any(says) && reply.to_lowercase().contains("relay"));
    match phase {
        Phase::Connect | Phase::Greeting | Phase::StartTls | Phase::Auth | Phase::Noop => misconfigured(why),
        _ if matches!(code, "530" | "534" | "535" | "538") => misconfigured(why),
        Phase::Mail => of_sender(why),
        Phase::Rcpt if says("5.1.7") || says("5.1.8") => of_sender(why),
        // A full mailbox is emptied one day (5.2.2, RFC 3463 §3.3).
        Phase::Rcpt | Phase::Data | Phase::Content if code == "552" || says("5.2.2") => retry(phase, why),
        Phase::Rcpt if is_policy => Failed { outcome: Outcome::Misconfigured { why }, whose: Whose::Message },
        Phase::Rcpt => Failed { outcome: Outcome::Rejected { why }, whose: Whose::Recipient },
        Phase::Data | Phase::Content => Failed { outcome: Outcome::Rejected { why }, whose: Whose::Message },
    }
}

fn misconfigured(why: String) -> Failed {
    Failed { outcome: Outcome::Misconfigured { why }, whose: Whose::Channel }
}

fn of_sender(why: String) -> Failed {
    Failed { whose: Whose::Sender, ..misconfigured(why) }
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

fn too_late(phase: Phase, limit: Duration) -> Failed {
    retry(phase, format!("no answer from the mail relay to {} within {} s{}", phase.name(), limit.as_secs_f64(), doubt(phase)))
}

/// What is to be said of a mail when an answer does not say whether the relay took it.
fn doubt(phase: Phase) -> String {
    if phase == Phase::Content { format!("; {MAY_HAVE_ARRIVED}") } else { String::new() }
}

/// Up to MAIL it is the relay's trouble, at RCPT that of the recipient, then it may be that of the message.
fn retry(phase: Phase, why: String) -> Failed {
    let whose = match phase {
        Phase::Rcpt => Whose::Recipient,
        Phase::Data | Phase::Content => Whose::Message,
        _ => Whose::Channel,
    };
    Failed { outcome: Outcome::Retry { why, after: None }, whose }
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
            Self::Noop => "NOOP",
            Self::Mail => "MAIL",
            Self::Rcpt => "RCPT",
            Self::Data => "DATA",
            Self::Content => "the message",
        }
    }
}

#[cfg(test)]
mod tests;
