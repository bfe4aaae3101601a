//! ntfy: a topic, plain text with a title, a priority, tags that are shown as signs, and an address to open.
//!
//! Limits: 4096 bytes of message (more becomes a file) and twice that of JSON; sixty messages at once and one more every five
//! seconds.

use serde_json::{Value, json};

use super::markup::{lines, name, plain};
use super::{Reply, Verdict};
use crate::domain::event::Severity;
use crate::message::chat::{Paragraph, Role, Talk};

/// The longest message in bytes. They are counted as JSON writes them, so that the whole keeps its limit too.
const MESSAGE: usize = 4096;

/// The message, without its topic.
pub(super) fn body(talk: &Talk) -> Value {
    let (head, foot) = (format!("{}\n\n", talk.number), format!("\n\n{}", talk.footer));
    let room = MESSAGE.saturating_sub(bytes(&head) + bytes(&foot));
    let fitted = talk.fit(room, 2, &|paragraph| bytes(&shown(paragraph)) + 2);
    let (priority, tag) = match talk.severity {
        Severity::Critical => (5, "rotating_light"),
        Severity::Warn => (4, "warning"),
        Severity::Notice => (3, "scales"),
        Severity::Info => (2, "scales"),
    };
    let mut body = json!({
        "title": name(&talk.name, 200),
        "message": format!("{head}{}{foot}", lines(&fitted, shown)),
        "priority": priority,
        "tags": [tag],
    });
    if let Some((_, url)) = &talk.link {
        body["click"] = url.as_str().into();
    }
    if let Some((words, url)) = &talk.page {
        body["actions"] = json!([{"action": "view", "label": words, "url": url}]);
    }
    body
}

fn shown(paragraph: &Paragraph) -> String {
    match paragraph.role {
        Role::Date => format!(">>> {} <<<", plain(paragraph)),
        _ => plain(paragraph),
    }
}

/// How many bytes a text has inside a JSON string.
fn bytes(text: &str) -> usize {
    Value::from(text).to_string().len().saturating_sub(2)
}

/// The answers of its source: `{"code": 40301, "http": 403, "error": "forbidden"}`.
pub(super) fn weigh(reply: &Reply<'_>) -> Option<Verdict> {
    match (reply.status, reply.json["code"].as_u64().unwrap_or_default()) {
        (401 | 403, _) => Some(Verdict::Wrong("the topic is protected; give a token that may write there")),
        (400, 40009) => Some(Verdict::Wrong("the topic's name is not valid; correct topic")),
        (400, 40017 | 40024 | 40025) | (413, _) => Some(Verdict::Malformed),
        _ => None,
    }
}
