//! The keys of a channel to a chat service: its address, what shows who we are, and where messages go.
//!
//! The address of a webhook is a secret, and may stand in the file or where other secrets are kept. Only its host is ever
//! shown. Nothing is asked here.

use url::Url;

use crate::diag::{At, Reader};
use crate::domain::medium::Service;
use crate::domain::reach::Reach;

use super::reach;
use super::scope::Scope;
use super::secret::{self, Secret};
use super::webhook::judged;

/// A channel, chat, topic or room of a service.
#[derive(Debug, Clone, PartialEq)]
pub struct Chat {
    /// The service.
    pub service: Service,
    /// Its address; `None` when only the service can read it.
    pub url: Option<Secret>,
    /// The host of the address as it may be shown, with scheme and port.
    pub origin: String,
    /// The token, where there is one.
    pub token: Option<Secret>,
    /// The chat, topic or room, where the address does not say it.
    pub room: Option<Secret>,
    /// Where it may stand.
    pub reach: Reach,
}

/// Reads a channel of this service.
pub(super) fn read(table: &mut Reader<'_>, service: Service, scope: &Scope<'_>) -> Option<Chat> {
    let reach = reach::read(table, scope);
    let address = read_url(table, service, &reach, scope);
    let (token, room) = match service {
        Service::Slack | Service::Discord | Service::Mattermost | Service::Teams => (None, None),
        Service::Telegram => (read_token(table, true, scope), Some(read_chat(table, scope))),
        Service::Ntfy => (read_token(table, false, scope), None),
        Service::Matrix => (read_token(table, true, scope), Some(read_room(table, scope))),
    };
    if let (Service::Telegram, Some(Some(token))) = (service, &token) {
        check_bot(token, scope);
    }
    let topic = (service == Service::Ntfy).then(|| table.text("topic")).flatten();
    let (mut url, mut room) = (address?, room.map_or(Some(None), |room| room.map(Some))?);
    if service == Service::Ntfy {
        (url, room) = topic_of(url, topic, table, scope)?;
    }
    Some(Chat {
        service,
        origin: url
            .as_ref()
            .map_or_else(|| "(an address that only the service can read)".to_owned(), |url| url.origin().ascii_serialization()),
        url: url.map(|url| Secret::new(url.as_str())),
        token: token.map_or(Some(None), |token| token.map(|at| Some(at.value)))?,
        room,
        reach,
    })
}

/// The address; `Some(None)` when it is kept where only the service can read it.
fn read_url(table: &mut Reader<'_>, service: Service, reach: &Reach, scope: &Scope<'_>) -> Option<Option<Url>> {
    let (usual, example) = match service {
        Service::Slack => (None, "the webhook's address, https://hooks.slack.com/services/…"),
        Service::Discord => (None, "the webhook's address, https://discord.com/api/webhooks/…"),
        Service::Mattermost => (None, "the webhook's address, https://your-server/hooks/…"),
        Service::Teams => (None, "the workflow's address, https://….logic.azure.com/workflows/…"),
        Service::Telegram => (Some("https://api.telegram.org"), ""),
        Service::Ntfy => (Some("https://ntfy.sh"), ""),
        Service::Matrix => (None, "the homeserver, https://matrix.example.org"),
    };
    if let (Some(usual), false) = (usual, table.has("url")) {
        // Counts as asked for, so that a misspelt one is recognised.
        table.item("url");
        return Url::parse(usual).ok().map(Some);
    }
    if !table.required("url", example) {
        return None;
    }
    let at = match table.item("url").is_some_and(|item| item.as_str().is_some()) {
        true => table.text("url")?,
        false => match hidden(table, "url", scope)? {
            Some(At { value, span }) => At { value: value.expose().to_owned(), span },
            None => return Some(None),
        },
    };
    judged(&at, reach, scope).map(Some)
}

/// A secret; `Some(None)` when only the service can read it, which has been said.
pub(super) fn hidden(table: &mut Reader<'_>, key: &str, scope: &Scope<'_>) -> Option<Option<At<Secret>>> {
    let before = scope.errors.len();
    match secret::read(table, key, scope) {
        Some(at) => Some(Some(at)),
        None => (scope.errors.len() == before).then_some(None),
    }
}

/// `None`: not there, or wrong. `Some(None)`: wrong. `Some(Some(…))`: there.
fn read_token(table: &mut Reader<'_>, required: bool, scope: &Scope<'_>) -> Option<Option<At<Secret>>> {
    if required {
        table.required("token", "{ file = \"…\" }, { env = \"…\" } or { credential = \"…\" }");
    }
    table.item("token")?;
    match hidden(table, "token", scope) {
        Some(Some(at)) => Some(Some(at)),
        Some(None) => None,
        None => Some(None),
    }
}

fn check_bot(token: &At<Secret>, scope: &Scope<'_>) {
    let is_token = token.value.expose().split_once(':').is_some_and(|(bot, key)| {
        !bot.is_empty()
            && bot.bytes().all(|c| c.is_ascii_digit())
            && !key.is_empty()
            && key.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'))
    });
    if !is_token {
        scope.error(token.span.clone(), "the secret there is not a bot's token", "it looks like 123456789:AA…; @BotFather gives it");
    }
}

fn read_chat(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<Secret> {
    if !table.required("chat", "the chat's number, such as -1001234567890, or the @name of a channel") {
        return None;
    }
    let item = table.item("chat")?;
    let text = item.as_integer().map(|number| number.to_string()).or_else(|| item.as_str().map(|text| text.trim().to_owned()));
    let is_chat = |text: &str| match text.strip_prefix('@') {
        Some(name) => (4..=64).contains(&name.len()) && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_'),
        None => text.parse::<i64>().is_ok(),
    };
    match text.filter(|text| is_chat(text)) {
        Some(text) => Some(Secret::new(&text)),
        None => {
            scope.error(
                item.span(),
                "chat is no number of a chat and no @name of a channel",
                "write chat = -1001234567890 or chat = \"@name\"",
            );
            None
        }
    }
}

fn read_room(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<Secret> {
    if !table.required("room", "the room's id, such as \"!abc:example.org\"") {
        return None;
    }
    let room = scope.line(table, "room")?;
    if room.value.starts_with('!') && room.value.len() <= 255 {
        return Some(Secret::new(&room.value));
    }
    scope.error(
        room.span,
        "room is not the id of a room",
        "write what the room's settings call its internal id; it begins with !, an alias with #",
    );
    None
}

/// The server and the topic: `topic`, or else the last part of the address.
fn topic_of(url: Option<Url>, topic: Option<At<String>>, table: &Reader<'_>, scope: &Scope<'_>) -> Option<(Option<Url>, Option<Secret>)> {
    let is_topic =
        |name: &str| (1..=64).contains(&name.len()) && name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_'));
    if let Some(At { value, span }) = topic {
        if is_topic(value.trim()) {
            return Some((url, Some(Secret::new(&value))));
        }
        scope.error(
            span,
            "topic is not the name of a topic: 1 to 64 letters, digits, - and _",
            "choose one that nobody guesses: it is the password",
        );
        return None;
    }
    let Some(mut url) = url else { return Some((None, None)) };
    let named = url.path().trim_matches('/').to_owned();
    if !is_topic(&named) {
        let help = "write topic = \"…\", or url = \"https://ntfy.sh/topic\" with a topic that nobody guesses";
        table.report("url", "the ntfy channel names no topic", Some(help.to_owned()));
        return None;
    }
    url.set_path("/");
    Some((Some(url), Some(Secret::new(&named))))
}
