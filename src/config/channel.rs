//! The `[[channel]]` tables: who hears, of what, and how.
//!
//! Makes the routes that `domain::route` follows. It sends nothing: `notify` does.

use std::collections::BTreeMap;
use std::time::Duration;

use lettre::message::Mailbox;

use crate::diag::reader::parse_duration;
use crate::diag::{At, Reader, suggestion};
use crate::domain::about::Language;
use crate::domain::backoff::RetrySchedule;
use crate::domain::junk::Junk;
use crate::domain::medium::{Medium, Service};
use crate::domain::route::{Gather, KindFilter, Route};
use crate::domain::timing::Timing;

use super::chat::{self, Chat};
use super::command::{self, Command};
use super::events::read_patterns;
use super::general::{General, LANGUAGES, group_wait};
use super::kinds;
use super::scope::{Scope, spell};
use super::smtp::is_plain_address;
use super::timing::{self, Open, Written};
use super::webhook::{self, Webhook};

/// A way to people.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// Its name in the watch list.
    pub id: String,
    /// How it sends.
    pub kind: ChannelKind,
    /// Who hears of what.
    pub route: Route,
    /// The waits between attempts.
    pub retry: RetrySchedule,
    /// The language of its messages.
    pub language: Language,
}

/// How a channel sends.
#[derive(Debug, Clone, PartialEq)]
pub enum ChannelKind {
    /// Mail through the `[smtp]` server; the recipients stand in the route.
    Email,
    /// Signed JSON to a URL.
    Webhook(Webhook),
    /// A message to a chat service.
    Chat(Chat),
    /// JSON on standard input of a program.
    Command(Command),
    /// The terminal and the journal; there when no channel is configured.
    Terminal,
}

impl ChannelKind {
    /// How its messages travel.
    pub fn medium(&self) -> Medium {
        match self {
            Self::Email => Medium::Email,
            Self::Webhook(_) => Medium::Webhook,
            Self::Chat(chat) => chat.service.medium(),
            Self::Command(_) => Medium::Command,
            Self::Terminal => Medium::Terminal,
        }
    }
}

/// Bounds of `retry`: attempts are counted in 16 bits, and news older than a month is none.
const MOST_RETRIES: usize = 100;
const LONGEST_RETRY: Duration = Duration::from_secs(31 * 86_400);

/// All channels, and what the cross checks need.
pub(super) struct Channels<'s> {
    /// The valid ones.
    pub list: Vec<Channel>,
    /// Every id that was written, valid or not.
    pub ids: Vec<String>,
    /// The tags that channels select by, and where they stand.
    pub tags: Vec<(Scope<'s>, At<String>)>,
    /// What is still open of their times, by id.
    pub open: BTreeMap<String, (Open, Scope<'s>)>,
}

/// Reads the channels of all files.
pub(super) fn read<'s>(roots: &mut [(Reader<'_>, Scope<'s>)], general: &General, has_smtp: bool) -> Channels<'s> {
    let mut channels = Channels { list: Vec::new(), ids: Vec::new(), tags: Vec::new(), open: BTreeMap::new() };
    let mut places: Vec<String> = Vec::new();
    for (root, scope) in roots {
        for mut table in root.tables("channel") {
            let id = read_id(&mut table, scope);
            if let Some(At { value, span }) = &id {
                if let Some(first) = channels.ids.iter().position(|other| other == value) {
                    let message = format!("there is already a channel \"{value}\", at {}", places[first]);
                    scope.error(span.clone(), message, "give each channel an id of its own");
                }
                channels.ids.push(value.clone());
                places.push(scope.errors.place(span.as_ref()));
            }
            let tags = read_tags(&mut table, scope);
            channels.tags.extend(tags.iter().map(|tag| (*scope, tag.clone())));
            let tags = tags.into_iter().map(|tag| tag.value).collect();
            if let Some((channel, open)) = read_one(&mut table, id.map(|at| at.value), tags, general, has_smtp, scope) {
                channels.open.insert(channel.id.clone(), (open, *scope));
                channels.list.push(channel);
            }
            table.finish();
        }
    }
    channels
}

/// The channel that there is when none is configured.
pub(super) fn terminal(general: &General) -> Channel {
    let id = "terminal".to_owned();
    Channel {
        route: Route {
            channel: id.clone(),
            recipients: vec![String::new()],
            kinds: KindFilter { patterns: Vec::new() },
            tags: Vec::new(),
            // The news of a visit together, and without a wait: somebody is looking.
            gather: Gather::ByCase(Duration::ZERO),
            timing: Timing::at_once(),
            junk: Junk::default(),
        },
        id,
        kind: ChannelKind::Terminal,
        retry: RetrySchedule::standard(),
        language: general.language,
    }
}

fn read_one(
    table: &mut Reader<'_>,
    id: Option<String>,
    tags: Vec<String>,
    general: &General,
    has_smtp: bool,
    scope: &Scope<'_>,
) -> Option<(Channel, Open)> {
    let kind = kinds::read(table, scope);
    if matches!(&kind, Some(at) if at.value == Medium::Email) && !has_smtp {
        let message = "an email channel needs a mail server, and there is no [smtp]";
        table.report("kind", message, Some("add [smtp] with host, from, and user and password if the server asks for them".to_owned()));
    }
    let kind = kind.map(|at| at.value);
    let recipients = read_recipients(table, kind, scope);
    let way = kind.and_then(|kind| read_way(table, kind, scope));
    let patterns = read_patterns(table, scope);
    let language = table.choice("language", &LANGUAGES).map_or(general.language, |at| at.value);
    let retry = read_retry(table, scope).unwrap_or_else(|| match kind {
        Some(Medium::Email) => RetrySchedule::mail(),
        _ => RetrySchedule::standard(),
    });
    let gather = match (kind, group_wait(table, scope)) {
        (Some(kind), Some(at)) if !kind.gathers() => {
            let message = format!("group_wait has no effect here: a {} gets each event at once", kind.name());
            scope.warn(at.span, message, "leave it out");
            Gather::EachEvent
        }
        (Some(kind), None) if !kind.gathers() => Gather::EachEvent,
        (_, wait) => Gather::ByCase(wait.map_or(general.group_wait, |at| at.value)),
    };
    let Written { timing, junk, open } = timing::read(table, gather, scope);
    let (id, kind) = (id?, way?);
    let route = Route { channel: id.clone(), recipients, kinds: KindFilter { patterns }, tags, gather, timing, junk };
    Some((Channel { id, kind, route, retry, language }, open))
}

fn read_id(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<At<String>> {
    table.required("id", "a short name of your choice, such as \"redaccion\"");
    let id = table.text("id")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if (1..=64).contains(&id.value.len()) && id.value.chars().all(plain) {
        return Some(id);
    }
    scope.error(id.span, "a channel's id is 1 to 64 letters a-z, digits and - _ .", "choose a name such as \"redaccion\"");
    None
}

/// The keys of its kind.
fn read_way(table: &mut Reader<'_>, kind: Medium, scope: &Scope<'_>) -> Option<ChannelKind> {
    match kind {
        Medium::Email => Some(ChannelKind::Email),
        Medium::Webhook => webhook::read(table, scope).map(ChannelKind::Webhook),
        Medium::Slack => chat::read(table, Service::Slack, scope).map(ChannelKind::Chat),
        Medium::Discord => chat::read(table, Service::Discord, scope).map(ChannelKind::Chat),
        Medium::Mattermost => chat::read(table, Service::Mattermost, scope).map(ChannelKind::Chat),
        Medium::Teams => chat::read(table, Service::Teams, scope).map(ChannelKind::Chat),
        Medium::Telegram => chat::read(table, Service::Telegram, scope).map(ChannelKind::Chat),
        Medium::Ntfy => chat::read(table, Service::Ntfy, scope).map(ChannelKind::Chat),
        Medium::Matrix => chat::read(table, Service::Matrix, scope).map(ChannelKind::Chat),
        Medium::Command => command::read(table, scope).map(ChannelKind::Command),
        // No watch list can name it.
        Medium::Terminal => None,
    }
}

fn read_recipients(table: &mut Reader<'_>, kind: Option<Medium>, scope: &Scope<'_>) -> Vec<String> {
    match kind {
        Some(Medium::Email) => table.required("to", "a list of mail addresses"),
        Some(_) => return vec![String::new()],
        None => return Vec::new(),
    };
    let mut recipients: Vec<String> = Vec::new();
    let written = table.texts("to");
    if written.as_ref().is_some_and(Vec::is_empty) {
        table.report("to", "to is empty: nobody would hear", Some("write to = [\"name@example.org\"]".to_owned()));
    }
    for At { value, span } in written.into_iter().flatten() {
        match value.trim().parse::<Mailbox>() {
            Ok(mailbox) if !is_plain_address(mailbox.email.as_ref()) => {
                let message = format!("{} has letters beyond ASCII, or is too long, and few relays take it", mailbox.email);
                scope.error(span, message, "use a plain address");
            }
            Ok(mailbox) => {
                let address = mailbox.email.to_string();
                if recipients.contains(&address) {
                    scope.warn(span, format!("{address} stands twice; it gets each message once"), "leave one out");
                } else {
                    recipients.push(address);
                }
            }
            Err(_) => scope.error(span, format!("\"{value}\" is not a mail address"), "write it as name@example.org"),
        }
    }
    recipients
}

fn read_tags(table: &mut Reader<'_>, scope: &Scope<'_>) -> Vec<At<String>> {
    let mut tags = table.texts("tags").unwrap_or_default();
    for tag in &mut tags {
        tag.value = tag.value.trim().to_owned();
        if tag.value.is_empty() {
            scope.error(tag.span.clone(), "a tag is empty", "write it, or leave it out");
        }
    }
    tags.retain(|tag| !tag.value.is_empty());
    tags
}

/// The waits as written; `None` leaves those of the kind.
fn read_retry(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<RetrySchedule> {
    let written = table.texts("retry")?;
    if written.is_empty() {
        let help = "write waits such as [\"5s\", \"5m\", \"2h\"], or leave it out for some days of attempts";
        table.report("retry", "retry is empty: one failed attempt would lose the message", Some(help.to_owned()));
    }
    if written.len() > MOST_RETRIES {
        table.report("retry", format!("retry has more than {MOST_RETRIES} waits"), Some("give up earlier".to_owned()));
    }
    let mut waits = Vec::new();
    for At { value, span } in written {
        match parse_duration(&value).filter(|wait| *wait <= LONGEST_RETRY) {
            Some(wait) => waits.push(wait),
            None => {
                let message = format!("retry has a wait that is no duration up to {}: \"{value}\"", spell(LONGEST_RETRY));
                scope.error(span, message, "write waits such as [\"5s\", \"5m\", \"2h\"]");
            }
        }
    }
    Some(RetrySchedule::new(waits))
}

/// Warns of tags that no case has.
pub(super) fn check_tags(channels: &Channels<'_>, known: &std::collections::BTreeSet<&str>) {
    let all: Vec<&str> = known.iter().copied().collect();
    for (scope, tag) in &channels.tags {
        if !known.contains(tag.value.as_str()) {
            let message = format!("no case has the tag \"{}\", so this channel hears nothing of it", tag.value);
            scope.warnings.report(tag.span.clone(), message, suggestion(&tag.value, &all));
        }
    }
}
