//! Slack: an incoming webhook, Block Kit with rich text.
//!
//! Rich text takes words for words: nothing in a court's text is markup, a link or a mention. Only the line for
//! notifications is mrkdwn, and is escaped. Limits: 50 blocks, 150 characters in a header, 3000 in a text; one message a second.

use serde_json::{Value, json};

use super::markup::{name, unmentioned};
use super::{Reply, Verdict};
use crate::message::chat::{Paragraph, Role, Span, Style, Talk};

/// The longest header, in characters.
const HEADER: usize = 150;

/// What one rich text holds here. Slack documents 3000 for text objects and nothing for rich text.
const BLOCK: usize = 2900;

/// What the whole of the news holds.
const ROOM: usize = 12_000;

/// With more news than this each is shown without a line and a large day of its own, which would use up the 50 blocks.
const FEW: usize = 8;

/// The message.
pub(super) fn body(talk: &Talk) -> Value {
    let fitted = talk.fit(ROOM, 1, &|paragraph| text_of(paragraph).chars().count() + 1);
    let mut blocks = vec![header(&talk.name), small(&talk.number)];
    if fitted.news.len() > FEW {
        blocks.extend(rich(&fitted.news.concat()));
    } else {
        for news in &fitted.news {
            blocks.push(json!({"type": "divider"}));
            for run in news.chunk_by(|a, b| (a.role == Role::Date) == (b.role == Role::Date)) {
                match run {
                    [date] if date.role == Role::Date => blocks.push(header(&text_of(date))),
                    _ => blocks.extend(rich(run)),
                }
            }
        }
    }
    blocks.extend(rich(&fitted.tail));
    for (words, url) in talk.page.iter().chain(&talk.link) {
        let link = json!({"type": "link", "url": url, "text": words});
        blocks.push(json!({"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [link]}]}));
    }
    blocks.push(small(talk.footer));
    json!({"text": mrkdwn(&talk.headline), "blocks": blocks, "unfurl_links": false, "unfurl_media": false})
}

fn text_of(paragraph: &Paragraph) -> String {
    paragraph.spans.iter().map(|span| span.text.as_str()).collect()
}

fn header(text: &str) -> Value {
    json!({"type": "header", "text": {"type": "plain_text", "text": name(text, HEADER), "emoji": false}})
}

fn small(text: &str) -> Value {
    json!({"type": "context", "elements": [{"type": "plain_text", "text": name(text, 300), "emoji": false}]})
}

/// Paragraphs as rich text, in as many blocks as it takes.
fn rich(paragraphs: &[Paragraph]) -> Vec<Value> {
    let mut blocks: Vec<(usize, Vec<Value>)> = Vec::new();
    for paragraph in paragraphs {
        let long = text_of(paragraph).chars().count() + 1;
        match blocks.last_mut() {
            Some((held, elements)) if *held + long <= BLOCK => {
                *held += long;
                add(elements, paragraph);
            }
            _ => {
                let mut elements = Vec::new();
                add(&mut elements, paragraph);
                blocks.push((long, elements));
            }
        }
    }
    blocks.into_iter().map(|(_, elements)| json!({"type": "rich_text", "elements": elements})).collect()
}

/// Adds a paragraph: a quote is an element of its own, other lines go into one section.
fn add(elements: &mut Vec<Value>, paragraph: &Paragraph) {
    let mut runs = runs(paragraph);
    if paragraph.role == Role::Quote {
        elements.push(json!({"type": "rich_text_quote", "elements": runs}));
        return;
    }
    match elements.last_mut().filter(|last| last["type"] == "rich_text_section").and_then(|last| last["elements"].as_array_mut()) {
        Some(section) => {
            section.push(json!({"type": "text", "text": "\n"}));
            section.append(&mut runs);
        }
        None => elements.push(json!({"type": "rich_text_section", "elements": runs})),
    }
}

fn runs(paragraph: &Paragraph) -> Vec<Value> {
    let strong = matches!(paragraph.role, Role::Title | Role::Date);
    let run = |span: &Span| match span.style {
        Style::Plain if paragraph.role == Role::Caution => json!({"type": "text", "text": span.text, "style": {"italic": true}}),
        Style::Plain if !strong => json!({"type": "text", "text": span.text}),
        Style::Plain | Style::Strong | Style::New => json!({"type": "text", "text": span.text, "style": {"bold": true}}),
        Style::Gone => json!({"type": "text", "text": span.text, "style": {"strike": true}}),
    };
    paragraph.spans.iter().map(run).collect()
}

/// A text that mrkdwn shows as it is.
fn mrkdwn(text: &str) -> String {
    unmentioned(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The answers of docs.slack.dev, "Handling errors" of incoming webhooks: a word as text.
pub(super) fn weigh(reply: &Reply<'_>) -> Option<Verdict> {
    let gone = ["no_service", "no_active_hooks", "no_team", "team_disabled", "invalid_token", "channel_not_found", "channel_is_archived"];
    let denied = ["action_prohibited", "posting_to_general_channel_denied", "user_not_found", "restricted_action"];
    let malformed = ["invalid_payload", "invalid_blocks", "missing_text_or_fallback_or_attachments", "no_text", "too_many_attachments"];
    match reply.status {
        200..=299 => None,
        _ if reply.says(&gone) => Some(Verdict::Wrong("the webhook or its channel is gone; make a new one")),
        _ if reply.says(&denied) => Some(Verdict::Wrong("the workspace does not let this webhook write there")),
        _ if reply.says(&malformed) => Some(Verdict::Malformed),
        _ => None,
    }
}
