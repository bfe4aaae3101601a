//! Discord: a webhook, one embed.
//!
//! `allowed_mentions` lets no mention through, and what would be Markdown in a court's words is escaped. Limits: 2000 UTF-16 units
//! of content, 256 of a title, 4096 of a description, 6000 of all embeds; five messages in two seconds.

use serde_json::{Value, json};
use url::Url;

use super::markup::{line, lines, linked, markdown, name, units};
use super::{Reply, Verdict, colour, seconds};
use crate::message::chat::{Paragraph, Talk};

/// The longest description.
const DESCRIPTION: usize = 4096;

/// The message.
pub(super) fn body(talk: &Talk) -> Value {
    let number = format!("{}\n\n", markdown(&talk.number));
    let page = linked(talk);
    let fitted = talk.fit(DESCRIPTION.saturating_sub(units(&number) + units(&page)), 1, &|paragraph| units(&shown(paragraph)) + 1);
    let mut embed = json!({
        "title": name(&talk.name, 256),
        "description": number + &lines(&fitted, shown) + &page,
        "color": colour(talk.severity),
        "footer": {"text": talk.footer},
    });
    if let Some((_, url)) = &talk.link {
        embed["url"] = url.as_str().into();
    }
    json!({"content": markdown(&talk.headline), "embeds": [embed], "allowed_mentions": {"parse": []}})
}

fn shown(paragraph: &Paragraph) -> String {
    line(paragraph, "## ", "-# ")
}

/// Asked to wait, Discord says what became of the message.
pub(super) fn address(mut url: Url) -> Url {
    let others: Vec<(String, String)> = url.query_pairs().into_owned().filter(|(key, _)| key != "wait").collect();
    url.query_pairs_mut().clear().extend_pairs(others).append_pair("wait", "true");
    url
}

/// The answers of docs.discord.com: a code as JSON, and how long to wait in seconds with fractions.
pub(super) fn weigh(reply: &Reply<'_>) -> Option<Verdict> {
    match (reply.status, reply.json["code"].as_u64().unwrap_or_default()) {
        (429, _) => Some(Verdict::Later(seconds(&reply.json["retry_after"]))),
        (404, 10015 | 0) => Some(Verdict::Wrong("the webhook is gone; make a new one")),
        (_, 10003) => Some(Verdict::Wrong("its channel is gone; make a new webhook")),
        (400..=499, 50027) => Some(Verdict::Wrong("the webhook's token is not valid; make a new one")),
        (400, 220_001..=220_003) => {
            Some(Verdict::Wrong("the webhook is of a forum; add ?thread_id=… to its address, or make one of a text channel"))
        }
        (400, 50006 | 50035 | 50109) => Some(Verdict::Malformed),
        _ => None,
    }
}
