//! Mattermost: an incoming webhook, one attachment.
//!
//! What would be Markdown or a mention in a court's words is escaped. Limits: 16383 characters a post; the server's own rate
//! limit.

use serde_json::{Value, json};

use super::markup::{line, lines, linked, markdown, name, units, unmentioned};
use super::{Reply, Verdict, colour};
use crate::message::chat::{Paragraph, Role, Talk};

/// What the text holds: the longest post, less the title, the footer and the line for notifications.
const TEXT: usize = 15_000;

/// The message.
pub(super) fn body(talk: &Talk) -> Value {
    let number = format!("{}\n\n", markdown(&talk.number));
    let page = linked(talk);
    let fitted = talk.fit(TEXT.saturating_sub(units(&number) + units(&page)), 1, &|paragraph| units(&shown(paragraph)) + 1);
    let mut attachment = json!({
        "fallback": unmentioned(&talk.headline),
        "color": format!("#{:06x}", colour(talk.severity)),
        "title": name(&talk.name, 256),
        "text": number + &lines(&fitted, shown) + &page,
        "footer": talk.footer,
    });
    if let Some((_, url)) = &talk.link {
        attachment["title_link"] = url.as_str().into();
    }
    json!({"attachments": [attachment]})
}

/// A line, which Mattermost ends where it ends; a quote would take the next one in.
fn shown(paragraph: &Paragraph) -> String {
    let end = if paragraph.role == Role::Quote { "\n" } else { "" };
    line(paragraph, "## ", "") + end
}

/// The answers of its source: `{"id": "web.incoming_webhook.….app_error", "message": …}`.
pub(super) fn weigh(reply: &Reply<'_>) -> Option<Verdict> {
    let id = reply.json["id"].as_str().unwrap_or_default();
    match id.strip_prefix("web.incoming_webhook.").and_then(|rest| rest.split('.').next()) {
        Some("parse" | "text" | "attachment") => Some(Verdict::Malformed),
        Some("disabled") => Some(Verdict::Wrong("incoming webhooks are switched off there")),
        Some("invalid" | "channel" | "channel_locked" | "permissions" | "user" | "team") => {
            Some(Verdict::Wrong("the webhook or its channel is gone, or it may not write there; make a new one"))
        }
        _ if id.starts_with("model.post.is_valid") => Some(Verdict::Malformed),
        _ => None,
    }
}
