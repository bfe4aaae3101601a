//! Sends messages: mail, webhooks, chat services, programs of the operator, the terminal.
//!
//! `daemon::deliver` asks twice: [`render`] makes the bytes once, which the store keeps, and [`Notifier::send`] sends those
//! same bytes at each attempt. Channels arrive as plain structs that the daemon fills from the configuration. It decides
//! neither when to send nor what becomes of a delivery: that is `domain::delivery`'s work on the [`Outcome`].

pub mod chat;
pub mod command;
#[cfg(test)]
mod documented;
mod email;
mod exchange;
#[cfg(test)]
mod fake;
#[cfg(any(test, fuzzing))]
pub mod fuzzed;
#[cfg(test)]
mod hostile;
mod knock;
mod smtp;
mod stream;
pub mod terminal;
mod webhook;

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::about::About;
use crate::domain::delivery::{Content, Delivery, Outcome};
use crate::domain::digest::Digest;
use crate::domain::event::Event;
use crate::domain::medium::Medium;
use crate::domain::reach::Reach;
use crate::fetch::guard::Guard;
use crate::{message, wire};
pub use knock::Answered;
use smtp::line::{Kept, Line};
use terminal::Terminal;

/// A channel as the sender needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Channel {
    /// Mail through a relay; the delivery's recipient is the address.
    Email(Smtp),
    /// Signed JSON to an address.
    Webhook(Webhook),
    /// A message to a chat service.
    Chat(chat::Chat),
    /// The same JSON on standard input of a program.
    Command(command::Program),
    /// Standard output, where no channel is configured.
    Terminal,
}

/// A mail relay.
#[derive(Clone, PartialEq, Eq)]
pub struct Smtp {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: Tls,
    /// Who we are to it; `None` when it asks for no password.
    pub user: Option<String>,
    /// The password.
    pub password: Option<String>,
    /// Prints the access token that stands in place of a password (XOAUTH2).
    pub token: Option<command::Program>,
    /// The authorities that its certificate is checked against, as PEM; `None` takes the machine's.
    pub ca: Option<Vec<u8>>,
    /// The sender, for example `Veedor <veedor@example.org>`.
    pub from: String,
    /// The right side of message ids; `None` takes that of the sender.
    pub id_domain: Option<String>,
    /// The right side of the identities of appointments; as of message ids when nothing is kept.
    pub calendar_domain: Option<String>,
}

/// How a connection to a relay is protected. There is no "if the server offers it".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// TLS from the first byte (port 465).
    Implicit,
    /// STARTTLS, required (port 587).
    StartTls,
    /// None: a relay on this machine. A password is sent over it to a loopback address only.
    None,
}

/// A webhook receiver.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Webhook {
    /// Its address, which is a secret: it may carry a token.
    pub url: String,
    /// The keys that sign each message, the newest first.
    pub keys: Vec<Key>,
    /// Header lines of the operator's, which may be secrets.
    pub headers: Vec<(String, String)>,
    /// Where it may be.
    pub reach: Reach,
}

/// A key of a webhook.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    /// The key, `whsec_…` or `whsk_…`.
    pub secret: String,
    /// The last day on which it signs, in UTC; the newest key has none.
    pub until: Option<Date>,
}

/// How long each part of sending may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// Finding the relay and connecting to it.
    pub connect: Duration,
    /// Its greeting, EHLO, STARTTLS and AUTH, each.
    pub greet: Duration,
    /// MAIL, RCPT and DATA, each.
    pub command: Duration,
    /// The message and the answer to it.
    pub content: Duration,
    /// The whole of a webhook request: name, connection, TLS, request, answer.
    pub webhook: Duration,
    /// Writing to standard output.
    pub terminal: Duration,
}

impl Default for Deadlines {
    /// 15 s, 30 s, 60 s; ten minutes for the content, because giving up early there makes duplicates (`alerting.md` B1.2,
    /// RFC 5321 §4.5.3.2.6); 20 s for a webhook (Standard Webhooks asks for 15 to 30 s); 10 s for a terminal, half of what a
    /// shutdown waits.
    fn default() -> Self {
        let [connect, greet, command, content, webhook, terminal] = [15, 30, 60, 600, 20, 10].map(Duration::from_secs);
        Self { connect, greet, command, content, webhook, terminal }
    }
}

/// Sends rendered messages. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Notifier {
    guard: Guard,
    terminal: Terminal,
    deadlines: Deadlines,
    kept: Kept,
}

/// Whose trouble a failed attempt is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// That of this message; others may do better.
    Message,
    /// That of the recipient: no message to it would do better.
    Recipient,
    /// That of the address that a mail bears as its sender: that of the channel, unless the mail was written with an older one.
    Sender,
    /// That of the channel: every message would meet it now.
    Channel,
}

/// What came of an attempt.
#[derive(Debug)]
pub struct Attempted {
    /// The outcome, to be noted.
    pub outcome: Outcome,
    /// Whose trouble it is, when it failed.
    pub whose: Whose,
    /// What is left to do once it is noted.
    pub farewell: Farewell,
}

impl Attempted {
    /// It concerns this message alone.
    pub fn of_message(outcome: Outcome) -> Self {
        Self { outcome, whose: Whose::Message, farewell: Farewell(None) }
    }

    /// It concerns the channel.
    pub fn of_channel(outcome: Outcome) -> Self {
        Self { whose: Whose::Channel, ..Self::of_message(outcome) }
    }
}

/// A connection to a mail relay that is kept for the next mail, or of which leave is to be taken: after the outcome was noted, because the
/// relay may not answer.
pub struct Farewell(Option<Line>);

impl fmt::Debug for Farewell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Farewell(pending)" } else { "Farewell(none)" })
    }
}

impl Farewell {
    /// Takes leave, within seconds.
    pub async fn say(self) {
        if let Some(line) = self.0 {
            line.leave().await;
        }
    }
}

/// Why an event cannot become a message for a recipient. Trying again does not help until the channel is mended, if it is the
/// channel's trouble.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsendable {
    /// Why, in a few words.
    pub why: String,
    /// Whose trouble it is.
    pub whose: Whose,
}

impl Unsendable {
    /// It concerns this message or recipient.
    fn message(why: String) -> Self {
        Self { why, whose: Whose::Message }
    }
}

impl fmt::Display for Unsendable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for Unsendable {}

impl Channel {
    /// How its messages travel.
    pub fn medium(&self) -> Medium {
        match self {
            Self::Email(_) => Medium::Email,
            Self::Webhook(_) => Medium::Webhook,
            Self::Chat(chat) => chat.service.medium(),
            Self::Command(_) => Medium::Command,
            Self::Terminal => Medium::Terminal,
        }
    }
}

/// What a message sends: to be stored, and sent as it is at every attempt. The same arguments give the same bytes.
/// Here, and nowhere else, the events of the store become what may leave the machine.
pub fn render(channel: &Channel, delivery: &Delivery, events: &[Event], about: &About<'_>) -> Result<Content, Unsendable> {
    let events = about.show(events);
    let (from, body) = match channel {
        Channel::Email(smtp) => (Some(smtp.from.clone()), email::render(smtp, delivery, &events, about)?),
        Channel::Webhook(_) | Channel::Command(_) => {
            let [event] = events.as_slice() else {
                return Err(Unsendable::message(format!("a message of this kind carries one event, not {}", events.len())));
            };
            let body = wire::event::body(event, about, &message::summary(event, about));
            (None, body.to_string().into_bytes())
        }
        Channel::Chat(chat) => (None, chat::render(chat.service, &events, about)),
        Channel::Terminal => (None, message::terminal(&events, about).into_bytes()),
    };
    Ok(Content { medium: channel.medium(), from, body })
}

/// The same of a digest.
pub fn render_digest(channel: &Channel, delivery: &Delivery, digest: &Digest<'_>) -> Result<Content, Unsendable> {
    let (from, body) = match channel {
        Channel::Email(smtp) => (Some(smtp.from.clone()), email::render_digest(smtp, delivery, digest)?),
        Channel::Webhook(_) | Channel::Command(_) => {
            return Err(Unsendable::message("a message of this kind carries one event, and this is a digest".to_owned()));
        }
        Channel::Chat(chat) => (None, chat::render_digest(chat.service, digest)),
        Channel::Terminal => {
            (None, digest.parts.iter().map(|part| message::terminal(&part.events, &part.about)).collect::<String>().into_bytes())
        }
    };
    Ok(Content { medium: channel.medium(), from, body })
}

impl Notifier {
    /// A sender whose HTTP requests go where this guard lets them.
    pub fn new(guard: Guard, terminal: Terminal) -> Self {
        Self { guard, terminal, deadlines: Deadlines::default(), kept: Kept::default() }
    }

    /// The same with other deadlines.
    pub fn with_deadlines(self, deadlines: Deadlines) -> Self {
        Self { deadlines, ..self }
    }

    /// Keeps a connection for the next mail, when an attempt has left one and is noted.
    pub fn keep(&self, farewell: Farewell) {
        if let Some(line) = farewell.0 {
            self.kept.keep(line);
        }
    }

    /// The connections whose time is over, or all of them: somebody has to take leave.
    pub fn overdue(&self, all: bool) -> Vec<Farewell> {
        self.kept.overdue(all).into_iter().map(|line| Farewell(Some(line))).collect()
    }

    /// Makes one attempt. It ends within the deadlines, and what it leaves behind on cancellation is never used again.
    pub async fn send(&self, channel: &Channel, delivery: &Delivery, body: &[u8], now: Timestamp) -> Attempted {
        match channel {
            Channel::Email(relay) => smtp::send(&self.kept, relay, &delivery.recipient, body, &self.deadlines).await,
            Channel::Webhook(hook) => match webhook::prepare(hook, delivery.id, body, now, &self.guard) {
                Ok(signed) => webhook::send(signed, self.deadlines.webhook, now).await,
                Err(why) => Attempted::of_channel(Outcome::Misconfigured { why }),
            },
            Channel::Chat(chat) => match chat::prepare(chat, delivery, body, &self.guard) {
                Ok(asked) => chat::send(chat.service, asked, self.deadlines.webhook, now).await,
                Err(why) => Attempted::of_channel(Outcome::Misconfigured { why }),
            },
            Channel::Command(program) => command::send(program, delivery, body).await,
            Channel::Terminal => Attempted::of_channel(self.terminal.print(body, self.deadlines.terminal).await),
        }
    }
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Smtp({}:{} {:?}, password {})", self.host, self.port, self.tls, if self.password.is_some() { "***" } else { "none" })
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Webhook(***, {} keys, {} headers)", self.keys.len(), self.headers.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::about::Language;
    use crate::domain::sample;

    fn hook() -> Webhook {
        let key = Key { secret: "whsec_c2VjcmV0bw==".into(), until: None };
        let headers = vec![("authorization".into(), "Bearer portador-secreto".into())];
        Webhook { url: "https://hooks.example.org/secreto-de-ruta".into(), keys: vec![key], headers, reach: Reach::default() }
    }

    #[test]
    fn secrets_do_not_stand_in_debug_output() {
        let relay = Smtp {
            host: "smtp.example.org".into(),
            port: 465,
            tls: Tls::Implicit,
            user: Some("veedor".into()),
            password: Some("contraseña-secreta".into()),
            token: None,
            ca: None,
            from: "Veedor <veedor@example.org>".into(),
            id_domain: None,
            calendar_domain: None,
        };
        let shown = format!("{:?} {:?}", Channel::Email(relay), Channel::Webhook(hook()));
        assert!(
            !shown.contains("secret-")
                && !shown.contains("portador")
                && !shown.contains("contraseña")
                && !shown.contains("c2Vj")
                && !shown.contains("ruta"),
            "{shown}"
        );
    }

    #[test]
    fn a_webhook_message_is_one_event_and_the_same_bytes_each_time() {
        let watch = sample::watch();
        let about = sample::about(&watch, Language::Es);
        let channel = Channel::Webhook(hook());
        let delivery = sample::delivery("", &[sample::ruling()]);
        let first = render(&channel, &delivery, &[sample::ruling()], &about).expect("renders");
        assert_eq!(first, render(&channel, &delivery, &[sample::ruling()], &about).expect("renders"));
        let body: serde_json::Value = serde_json::from_slice(&first.body).expect("JSON");
        assert_eq!(body["data"]["summary"], "Nueva decisión del órgano judicial: SENTENCIA (RESOLUCION), 19-feb-2024");
        assert!(render(&channel, &delivery, &[], &about).is_err());
    }

    #[test]
    fn the_terminal_form_is_a_few_lines_an_event() {
        let watch = sample::watch();
        let about = sample::about(&watch, Language::Es);
        let bytes =
            render(&Channel::Terminal, &sample::delivery("", &[]), &[sample::ruling(), sample::filing()], &about).expect("renders").body;
        let text = String::from_utf8(bytes).expect("text");
        assert!(text.contains("Nueva decisión") && text.contains("Escrito de una parte") && text.lines().count() < 16, "{text}");
    }
}
