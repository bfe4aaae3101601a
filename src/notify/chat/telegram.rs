//! Telegram: a bot's `sendMessage`, with HTML.
//!
//! What would be HTML or a mention in a court's words is escaped. Limits: 4096 UTF-16 units after the tags are taken out, a hundred
//! tags; one message a second to a chat, twenty a minute to a group.

use std::cell::Cell;

use serde_json::{Value, json};
use url::Url;

use super::markup::{html, lines, plain, units, unmentioned, written};
use super::{Reply, Verdict, seconds};
use crate::message::chat::{Paragraph, Role, Span, Style, Talk};

/// The longest text.
const TEXT: usize = 4096;

/// Telegram drops tags beyond the hundredth. From here on what differs is marked by signs.
const MOST_TAGS: usize = 90;

/// The message.
pub(super) fn body(talk: &Talk) -> Value {
    let head = format!("<b>{}</b>\n{}\n\n", safe(&talk.name), safe(&talk.number));
    let anchor = |(words, url): &(&str, String)| format!("\n\n<a href=\"{}\">{}</a>", html(url), safe(words));
    let link: String = talk.page.iter().chain(&talk.link).map(anchor).collect();
    let foot = format!("{link}\n\n<i>{}</i>", safe(talk.footer));
    // Tags are counted with the text, which only errs on the safe side.
    let room = TEXT.saturating_sub(units(&head) + units(&foot));
    // With the signs that may become necessary and what stands behind each @.
    let cost = |paragraph: &Paragraph| units(&unmentioned(&plain(paragraph))) + 1;
    let tags = Cell::new(5);
    let text = lines(&talk.fit(room, 1, &cost), |paragraph| line(paragraph, &tags));
    json!({"text": format!("{head}{text}{foot}"), "parse_mode": "HTML", "link_preview_options": {"is_disabled": true}})
}

fn safe(text: &str) -> String {
    html(&unmentioned(text))
}

fn line(paragraph: &Paragraph, tags: &Cell<usize>) -> String {
    let bold = matches!(paragraph.role, Role::Title | Role::Date);
    let text: String = paragraph.spans.iter().map(|span| tagged(span, bold, paragraph.role, tags)).collect();
    match paragraph.role {
        Role::Caution if counted(tags) => format!("<i>{text}</i>"),
        Role::Quote if counted(tags) => format!("<blockquote>{text}</blockquote>"),
        _ => text,
    }
}

/// A span in its tag, while there is one left. Labels of facts stand without: they would use them up.
fn tagged(span: &Span, bold: bool, role: Role, tags: &Cell<usize>) -> String {
    let tag = match span.style {
        Style::Gone => "s",
        Style::New => "b",
        Style::Strong if role != Role::Fact => "b",
        Style::Plain if bold => "b",
        Style::Strong | Style::Plain => return safe(&span.text),
    };
    if counted(tags) { format!("<{tag}>{}</{tag}>", safe(&span.text)) } else { safe(&written(span)) }
}

fn counted(tags: &Cell<usize>) -> bool {
    tags.set(tags.get() + 1);
    tags.get() <= MOST_TAGS
}

/// Where messages are sent: the token is a part of the path.
pub(super) fn address(mut url: Url, token: &str) -> Result<Url, String> {
    let mut path = url.path_segments_mut().map_err(|()| "the address of the channel cannot have a path".to_owned())?;
    path.pop_if_empty().push(&format!("bot{token}")).push("sendMessage");
    drop(path);
    Ok(url)
}

/// The answers of core.telegram.org/bots/api: `{"ok": …, "error_code": …, "description": …, "parameters": {"retry_after": …}}`.
pub(super) fn weigh(reply: &Reply<'_>) -> Option<Verdict> {
    let is_success = (200..300).contains(&reply.status);
    if is_success && (reply.json["ok"] == true || is_cut_yes(reply)) {
        return Some(Verdict::Taken);
    }
    let code = reply.json["error_code"].as_u64().and_then(|code| u16::try_from(code).ok()).unwrap_or(reply.status);
    let chat = [
        "chat not found",
        "PEER_ID_INVALID",
        "upgraded to a supergroup",
        "not enough rights",
        "no rights to send",
        "TOPIC_CLOSED",
        "CHAT_WRITE_FORBIDDEN",
    ];
    let malformed = ["can't parse entities", "message is too long", "text is empty", "MESSAGE_TOO_LONG", "MESSAGE_EMPTY"];
    match code {
        429 => Some(Verdict::Later(seconds(&reply.json["parameters"]["retry_after"]))),
        401 | 404 => Some(Verdict::Wrong("the bot's token is not valid; ask BotFather for it")),
        403 => Some(Verdict::Wrong("the bot is blocked or was taken out of the chat; let it in again")),
        400 if reply.says(&chat) => Some(Verdict::Wrong("the chat is not there for the bot, or it may not write there; correct chat")),
        400 if reply.says(&malformed) => Some(Verdict::Malformed),
        200..=299 => Some(Verdict::Later(None)),
        _ => None,
    }
}

/// Whether a success is the beginning of a yes: Telegram repeats the whole message, and of an answer only its beginning is read. A page of
/// some portal on the way is no JSON. One that broke off before its first byte is a yes too: the status came after the message.
fn is_cut_yes(reply: &Reply<'_>) -> bool {
    let text = reply.text.trim_start();
    if text.is_empty() {
        return reply.is_cut;
    }
    reply.json.is_null() && text.starts_with('{') && !text.starts_with("{\"ok\":false")
}
