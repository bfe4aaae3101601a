//! Matrix: a message event in a room, as text and as HTML.
//!
//! The transaction id is derived from the delivery, so that the homeserver drops a repeat. `m.mentions` is empty: nobody is called.
//! Limits: an event of 65,536 bytes with all that the homeservers add; the homeserver's own rate limit.

use serde_json::{Value, json};
use url::Url;

use super::markup::{html, lines, plain, unmentioned};
use super::{Reply, Verdict};
use crate::domain::id::Id;
use crate::message::chat::{Paragraph, Role, Span, Style, Talk};

/// What the news holds in bytes, both forms together, as JSON writes them.
const ROOM: usize = 48_000;

/// The content of the event.
pub(super) fn body(talk: &Talk) -> Value {
    let cost = |paragraph: &Paragraph| Value::from(unmentioned(&plain(paragraph)) + &line(paragraph)).to_string().len() + 8;
    let fitted = talk.fit(ROOM, 16, &cost);
    let links = || talk.page.iter().chain(&talk.link);
    let link: String = links().map(|(words, url)| format!("{words}: {url}\n\n")).collect();
    let anchor: String = links().map(|(words, url)| format!("<p><a href=\"{}\">{}</a></p>", html(url), safe(words))).collect();
    let text = format!("{}\n{}\n\n{}\n\n{link}{}", talk.name, talk.number, lines(&fitted, plain), talk.footer);
    let mut formatted = format!("<h4>{}</h4><p>{}</p>", safe(&talk.name), safe(&talk.number));
    for paragraphs in fitted.news.iter().chain([&fitted.tail]).filter(|paragraphs| !paragraphs.is_empty()) {
        formatted.push_str("<hr>");
        formatted.extend(paragraphs.iter().map(line));
    }
    formatted.push_str(&format!("<hr>{anchor}<p><em>{}</em></p>", safe(talk.footer)));
    json!({
        // Notices are silent by the default rules of clients.
        "msgtype": "m.text",
        "body": unmentioned(&text),
        "format": "org.matrix.custom.html",
        "formatted_body": formatted,
        "m.mentions": {},
    })
}

fn safe(text: &str) -> String {
    html(&unmentioned(text))
}

fn line(paragraph: &Paragraph) -> String {
    let text: String = paragraph.spans.iter().map(tagged).collect();
    match paragraph.role {
        Role::Kind | Role::Fact => format!("{text}<br>"),
        Role::Title => format!("<strong>{text}</strong><br>"),
        Role::Date => format!("<h3>{text}</h3>"),
        Role::Caution => format!("<em>{text}</em><br>"),
        Role::Quote => format!("<blockquote>{text}</blockquote>"),
        Role::Small => format!("<sub>{text}</sub><br>"),
    }
}

fn tagged(span: &Span) -> String {
    let text = safe(&span.text);
    match span.style {
        Style::Plain => text,
        Style::Strong => format!("<strong>{text}</strong>"),
        Style::Gone => format!("<del>{text}</del>"),
        // The specification lists no <ins>.
        Style::New => format!("<strong><u>{text}</u></strong>"),
    }
}

/// Where this message is sent: the same for each attempt.
pub(super) fn address(mut url: Url, room: &str, delivery: Id) -> Result<Url, String> {
    let mut path = url.path_segments_mut().map_err(|()| "the address of the channel cannot have a path".to_owned())?;
    path.pop_if_empty().extend(["_matrix", "client", "v3", "rooms", room, "send", "m.room.message", &format!("veedor_{delivery}")]);
    drop(path);
    Ok(url)
}

/// The answers of spec.matrix.org: `{"errcode": "M_…", "error": …, "retry_after_ms": …}`.
pub(super) fn weigh(reply: &Reply<'_>) -> Option<Verdict> {
    match reply.json["errcode"].as_str().unwrap_or_default() {
        "M_LIMIT_EXCEEDED" => Some(Verdict::Later(reply.json["retry_after_ms"].as_u64().map(std::time::Duration::from_millis))),
        "M_UNKNOWN_TOKEN" | "M_MISSING_TOKEN" | "M_USER_DEACTIVATED" | "M_USER_LOCKED" | "M_USER_SUSPENDED" => {
            Some(Verdict::Wrong("the token is not valid, or its user may not write any more; log in anew"))
        }
        "M_FORBIDDEN" | "M_GUEST_ACCESS_FORBIDDEN" => {
            Some(Verdict::Wrong("the user of the token is not in the room, or may not write there; invite it"))
        }
        "M_UNRECOGNIZED" | "M_NOT_FOUND" | "M_INVALID_PARAM" => {
            Some(Verdict::Wrong("there is no such room or homeserver; correct url and room"))
        }
        "M_TOO_LARGE" | "M_BAD_JSON" | "M_NOT_JSON" => Some(Verdict::Malformed),
        _ => None,
    }
}
