//! Sends messages: mail, webhooks, the terminal.
//!
//! `daemon::deliver` asks twice: [`render`] makes the bytes once, which the store keeps, and [`Notifier::send`] sends those
//! same bytes at each attempt. Channels arrive as plain structs that the daemon fills from the configuration. It decides
//! neither when to send nor what becomes of a delivery: that is `domain::delivery`'s work on the [`Outcome`].

mod email;
#[cfg(test)]
mod fake;
mod smtp;
mod stream;
mod webhook;

use std::fmt;
use std::io::Write as _;
use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use crate::domain::about::About;
use crate::domain::delivery::{Delivery, Outcome};
use crate::domain::event::Event;
use crate::{message, wire};

/// A channel as the sender needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Channel {
    /// Mail through a relay; the delivery's recipient is the address.
    Email(Smtp),
    /// Signed JSON to an address.
    Webhook(Webhook),
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
    /// The sender, for example `Veedor <veedor@example.org>`.
    pub from: String,
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
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its address, which is a secret: it may carry a token.
    pub url: String,
    /// The signing secret, `whsec_…`.
    pub secret: Option<String>,
    /// Whether it may be on a private or loopback address.
    pub allow_private: bool,
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
}

impl Default for Deadlines {
    /// 15 s, 30 s, 60 s; ten minutes for the content, because giving up early there makes duplicates (`alerting.md` B1.2,
    /// RFC 5321 §4.5.3.2.6); 20 s for a webhook (Standard Webhooks asks for 15 to 30 s).
    fn default() -> Self {
        let [connect, greet, command, content, webhook] = [15, 30, 60, 600, 20].map(Duration::from_secs);
        Self { connect, greet, command, content, webhook }
    }
}

/// Sends rendered messages. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Notifier {
    guarded: reqwest::Client,
    private: reqwest::Client,
    check: fn(&Url, bool) -> Result<(), String>,
    deadlines: Deadlines,
}

/// Why an event cannot become a message for a recipient. Trying again does not help.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsendable(pub String);

impl fmt::Display for Unsendable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unsendable {}

/// The bytes of a message: to be stored, and sent as they are at every attempt. The same arguments give the same bytes.
pub fn render(channel: &Channel, delivery: &Delivery, events: &[Event], about: &About<'_>) -> Result<Vec<u8>, Unsendable> {
    match channel {
        Channel::Email(smtp) => email::render(smtp, delivery, events, about),
        Channel::Webhook(_) => {
            let [event] = events else {
                return Err(Unsendable(format!("a webhook message carries one event, not {}", events.len())));
            };
            let body = wire::event::body(event, about, &message::summary(event, about));
            Ok(body.to_string().into_bytes())
        }
        Channel::Terminal => Ok(message::terminal(events, about).into_bytes()),
    }
}

impl Notifier {
    /// A sender over two HTTP clients: one that reaches public addresses only, and one for receivers with
    /// `allow_private`. Neither may follow redirects. `check` judges an address before each request (its second argument
    /// is `allow_private`), because a resolver is never asked about a literal address.
    pub fn new(guarded: reqwest::Client, private: reqwest::Client, check: fn(&Url, bool) -> Result<(), String>) -> Self {
        Self { guarded, private, check, deadlines: Deadlines::default() }
    }

    /// The same with other deadlines.
    pub fn with_deadlines(self, deadlines: Deadlines) -> Self {
        Self { deadlines, ..self }
    }

    /// Makes one attempt. It ends within the deadlines, and what it leaves behind on cancellation is never used again.
    pub async fn send(&self, channel: &Channel, delivery: &Delivery, body: &[u8], now: Timestamp) -> Outcome {
        match channel {
            Channel::Email(relay) => smtp::send(relay, &delivery.recipient, body, &self.deadlines).await,
            Channel::Webhook(hook) => {
                let client = if hook.allow_private { &self.private } else { &self.guarded };
                match webhook::prepare(hook, delivery.id, body, now, self.check) {
                    Ok(signed) => webhook::send(client, signed, self.deadlines.webhook, now).await,
                    Err(why) => Outcome::Misconfigured { why },
                }
            }
            Channel::Terminal => print(body),
        }
    }
}

fn print(body: &[u8]) -> Outcome {
    let mut out = std::io::stdout().lock();
    match out.write_all(body).and_then(|()| out.flush()) {
        Ok(()) => Outcome::Sent { detail: "printed".to_owned() },
        Err(error) => Outcome::Retry { why: format!("cannot write to standard output: {error}"), after: None },
    }
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Smtp({}:{} {:?}, password {})", self.host, self.port, self.tls, if self.password.is_some() { "***" } else { "none" })
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Webhook(***, secret {})", if self.secret.is_some() { "***" } else { "none" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::about::Language;
    use crate::domain::sample;

    fn hook() -> Webhook {
        Webhook { url: "https://hooks.example.org/secreto-de-ruta".into(), secret: Some("whsec_c2VjcmV0bw==".into()), allow_private: false }
    }

    #[test]
    fn secrets_do_not_stand_in_debug_output() {
        let relay = Smtp {
            host: "smtp.example.org".into(),
            port: 465,
            tls: Tls::Implicit,
            user: Some("veedor".into()),
            password: Some("contraseña-secreta".into()),
            from: "Veedor <veedor@example.org>".into(),
        };
        let shown = format!("{:?} {:?}", Channel::Email(relay), Channel::Webhook(hook()));
        assert!(
            !shown.contains("secret-") && !shown.contains("contraseña") && !shown.contains("c2Vj") && !shown.contains("ruta"),
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
        let body: serde_json::Value = serde_json::from_slice(&first).expect("JSON");
        assert_eq!(body["data"]["summary"], "Nueva decisión del juzgado: SENTENCIA (RESOLUCION), 14-mar-2024");
        assert!(render(&channel, &delivery, &[], &about).is_err());
    }

    /// The examples of `docs/events` are what is sent. `VEEDOR_BLESS=1 cargo test --lib notify` writes them anew.
    #[test]
    fn the_documented_bodies_are_what_is_sent() {
        let watch = sample::watch();
        let about = sample::about(&watch, Language::Es);
        for (name, event) in [
            ("hearing.rescheduled", sample::rescheduled()),
            ("hearing.scheduled-doubtful", sample::doubtful()),
            ("ruling.issued", sample::ruling()),
            ("filing.added", sample::filing()),
            ("party.changed", sample::party()),
            ("record.edited", sample::edited()),
            ("record.removed", sample::removed()),
            ("veedor.test", sample::bare(crate::domain::event::EventKind::VeedorTest)),
        ] {
            let body = render(&Channel::Webhook(hook()), &sample::delivery("", &[]), &[event], &about).expect("renders");
            let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
            let shown = format!("{body:#}\n");
            let path = format!("{}/docs/events/examples/{name}.json", env!("CARGO_MANIFEST_DIR"));
            if std::env::var_os("VEEDOR_BLESS").is_some() {
                std::fs::write(&path, &shown).expect("the example can be written");
            }
            assert_eq!(shown, std::fs::read_to_string(&path).unwrap_or_default(), "{path} differs; VEEDOR_BLESS=1 writes it anew");
        }
    }

    #[test]
    fn the_terminal_form_is_a_few_lines_an_event() {
        let watch = sample::watch();
        let about = sample::about(&watch, Language::Es);
        let bytes = render(&Channel::Terminal, &sample::delivery("", &[]), &[sample::ruling(), sample::filing()], &about).expect("renders");
        let text = String::from_utf8(bytes).expect("text");
        assert!(text.contains("Nueva decisión") && text.contains("Escrito de una parte") && text.lines().count() < 16, "{text}");
    }
}
