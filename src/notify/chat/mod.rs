//! Messages to chat services: each in the form that its users expect, within its limits, and with its own way of answering.
//!
//! One file a service: how it marks up (`render`), how it is asked, and what its answers mean. What is said is
//! `message::chat`'s work, the request itself `exchange`'s. What is stored is the content alone; the
//! address (a URL, a token, a room) is added at each attempt, so that a corrected one is used at once.

mod discord;
mod markup;
mod matrix;
mod mattermost;
mod ntfy;
mod slack;
mod teams;
mod telegram;
#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::Value;
use url::Url;

use super::exchange::{AGENT, Answer, exchange, host, judge, retry_after};
use super::{Attempted, Whose};
use crate::domain::about::About;
use crate::domain::delivery::{Delivery, Outcome};
use crate::domain::digest::Digest;
use crate::domain::event::Severity;
use crate::domain::medium::Service;
use crate::domain::reach::Reach;
use crate::domain::shown::Shown;
use crate::fetch::guard::Guard;
use crate::message;
use crate::message::chat::{Marks, Talk, chat};

/// A channel, chat, topic or room of a service. All but the service may be secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Chat {
    /// The service.
    pub service: Service,
    /// The webhook's address, or that of the server.
    pub url: String,
    /// What shows who we are, where the address does not.
    pub token: Option<String>,
    /// The chat, topic or room, where the address does not say it.
    pub room: Option<String>,
    /// Where the server may be.
    pub reach: Reach,
}

impl fmt::Debug for Chat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chat({:?}, ***)", self.service)
    }
}

/// The bytes of the message that tells these events, without its address.
pub(super) fn render(service: Service, events: &[Shown], about: &About<'_>) -> Vec<u8> {
    body(service, &chat(events, about, marks(service)))
}

/// The same of a digest.
pub(super) fn render_digest(service: Service, digest: &Digest<'_>) -> Vec<u8> {
    body(service, &message::chat::digest(digest, marks(service)))
}

fn marks(service: Service) -> Marks {
    if service == Service::Ntfy { Marks::Written } else { Marks::Shown }
}

fn body(service: Service, talk: &Talk) -> Vec<u8> {
    let body = match service {
        Service::Slack => slack::body(talk),
        Service::Discord => discord::body(talk),
        Service::Mattermost => mattermost::body(talk),
        Service::Teams => teams::body(talk),
        Service::Telegram => telegram::body(talk),
        Service::Ntfy => ntfy::body(talk),
        Service::Matrix => matrix::body(talk),
    };
    body.to_string().into_bytes()
}

/// A request, ready to send.
pub(super) struct Addressed {
    client: reqwest::Client,
    url: Url,
    method: reqwest::Method,
    token: Option<String>,
    body: Vec<u8>,
}

/// Checks the address and puts it together with the stored bytes. The error is the operator's to mend.
pub(super) fn prepare(to: &Chat, delivery: &Delivery, body: &[u8], guard: &Guard) -> Result<Addressed, String> {
    let url = Url::parse(&to.url).map_err(|error| format!("the address of the channel is not a URL: {error}"))?;
    let client = guard.client(&url, &to.reach).map_err(|refused| refused.told(&host(&url)))?;
    let post = |url: Url, body: Vec<u8>| Addressed { client, url, method: reqwest::Method::POST, token: None, body };
    Ok(match to.service {
        Service::Slack | Service::Mattermost | Service::Teams => post(url, body.to_vec()),
        Service::Discord => post(discord::address(url), body.to_vec()),
        Service::Telegram => post(telegram::address(url, given(&to.token, "token")?)?, with(body, "chat_id", given(&to.room, "chat")?)?),
        Service::Ntfy => Addressed { token: to.token.clone(), ..post(url, with(body, "topic", given(&to.room, "topic")?)?) },
        Service::Matrix => Addressed {
            method: reqwest::Method::PUT,
            token: Some(given(&to.token, "token")?.to_owned()),
            ..post(matrix::address(url, given(&to.room, "room")?, delivery.id)?, body.to_vec())
        },
    })
}

fn given<'a>(value: &'a Option<String>, key: &str) -> Result<&'a str, String> {
    value.as_deref().ok_or_else(|| format!("the channel has no {key}"))
}

/// The stored JSON with one more key.
fn with(body: &[u8], key: &str, value: &str) -> Result<Vec<u8>, String> {
    let damaged = || "the stored message is not a JSON object; run `veedor fsck`".to_owned();
    let mut body: Value = serde_json::from_slice(body).map_err(|_| damaged())?;
    body.as_object_mut().ok_or_else(damaged)?.insert(key.to_owned(), value.into());
    Ok(body.to_string().into_bytes())
}

/// Makes the request, within `limit` from the first look-up to the last byte that is read.
pub(super) async fn send(service: Service, asked: Addressed, limit: Duration, now: Timestamp) -> Attempted {
    let host = host(&asked.url);
    let mut request = asked
        .client
        .request(asked.method, asked.url)
        .header("content-type", "application/json; charset=utf-8")
        .header("user-agent", AGENT)
        .body(asked.body);
    if let Some(token) = asked.token {
        request = request.bearer_auth(token);
    }
    match exchange(request, &host, limit).await {
        Ok(answer) => weigh(service, &host, &answer, now),
        Err(attempted) => attempted,
    }
}

/// What a service's answer means.
#[derive(Debug, PartialEq)]
enum Verdict {
    /// It took the message.
    Taken,
    /// The channel is wrong, as said; nothing will arrive until it is mended.
    Wrong(&'static str),
    /// It will never take this message.
    Malformed,
    /// Not now; perhaps it says for how long.
    Later(Option<Duration>),
    /// It says no more than its status does.
    Plain,
}

pub(super) fn weigh(service: Service, host: &str, answer: &Answer, now: Timestamp) -> Attempted {
    let reply = Reply::of(answer);
    let own = match service {
        Service::Slack => slack::weigh(&reply),
        Service::Discord => discord::weigh(&reply),
        Service::Mattermost => mattermost::weigh(&reply),
        Service::Teams => teams::weigh(&reply),
        Service::Telegram => telegram::weigh(&reply),
        Service::Ntfy => ntfy::weigh(&reply),
        Service::Matrix => matrix::weigh(&reply),
    };
    let own = own.filter(|own| !(is_passing(reply.status) && matches!(own, Verdict::Malformed | Verdict::Wrong(_))));
    match own.unwrap_or_else(|| general(&reply)) {
        // Of what it says only the status: some services repeat the whole message.
        Verdict::Taken => Attempted::of_message(Outcome::Sent { detail: reply.status.to_string() }),
        Verdict::Wrong(why) => Attempted::of_channel(Outcome::Misconfigured { why: answer.told(host, why) }),
        Verdict::Malformed => Attempted::of_message(Outcome::Rejected { why: answer.told(host, "it will not take this message") }),
        Verdict::Later(own) => {
            let header = answer.retry_after.as_deref().and_then(|value| retry_after(value, now));
            let retry = Outcome::Retry { why: answer.told(host, ""), after: own.max(header) };
            Attempted { whose: Whose::Channel, ..Attempted::of_message(retry) }
        }
        Verdict::Plain => judge(host, answer, now),
    }
}

/// Whether a server is overloaded or broken. Whatever its words are, perhaps somebody else's on the way, they refuse nothing for good.
fn is_passing(status: u16) -> bool {
    matches!(status, 429 | 500 | 502..=504)
}

/// What the status of any of them means: an address or a key that is not known will not be known in five minutes either.
fn general(reply: &Reply<'_>) -> Verdict {
    match reply.status {
        200..=299 => Verdict::Taken,
        401 | 403 => Verdict::Wrong("it does not let veedor write there; renew the address or the token"),
        404 | 405 => Verdict::Wrong("there is no such place; correct the address"),
        413 => Verdict::Malformed,
        429 => Verdict::Later(None),
        _ => Verdict::Plain,
    }
}

/// An answer, as the services look at it.
struct Reply<'a> {
    status: u16,
    text: std::borrow::Cow<'a, str>,
    /// `Null` where it is no JSON.
    json: Value,
    /// Whether it broke off.
    is_cut: bool,
}

impl<'a> Reply<'a> {
    fn of(answer: &'a Answer) -> Self {
        let text = answer.text();
        Self { status: answer.status.as_u16(), json: serde_json::from_str(&text).unwrap_or(Value::Null), text, is_cut: answer.is_cut }
    }

    /// Whether it holds one of these words.
    fn says(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.text.contains(word))
    }
}

/// Seconds as a service writes them, with fractions or without; nothing that is no time.
fn seconds(value: &Value) -> Option<Duration> {
    Duration::try_from_secs_f64(value.as_f64()?).ok()
}

/// The colour of the edge, where a service has one: as in mails.
fn colour(severity: Severity) -> u32 {
    match severity {
        Severity::Critical => 0xc6_28_28,
        Severity::Warn => 0xc7_77_00,
        Severity::Notice => 0x15_65_c0,
        Severity::Info => 0x8a_8a_8a,
    }
}
