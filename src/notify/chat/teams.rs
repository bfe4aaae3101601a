//! Microsoft Teams: a workflow that "posts to a channel when a webhook request is received", an Adaptive Card.
//!
//! Text runs take words for words. Limits: a message of about 28 KB; four requests a second. A workflow answers 202 before it
//! posts: what fails afterwards only its run history shows.

use serde_json::{Value, json};

use super::{Reply, Verdict};
use crate::message::chat::{Paragraph, Role, Span, Style, Talk};

/// The largest message in bytes of JSON. "About 28 KB" is counted after the workflow made its own of it, and others were refused
/// from 21 KB on.
const LARGEST: usize = 20_000;

/// The message.
pub(super) fn body(talk: &Talk) -> Value {
    let empty = card(talk, Vec::new()).to_string().len();
    let fitted = talk.fit(LARGEST.saturating_sub(empty), 40, &|paragraph| block(paragraph, true).to_string().len() + 1);
    let mut items = Vec::new();
    for paragraphs in fitted.news.iter().chain([&fitted.tail]) {
        items.extend(paragraphs.iter().enumerate().map(|(at, paragraph)| block(paragraph, at == 0)));
    }
    card(talk, items)
}

fn card(talk: &Talk, items: Vec<Value>) -> Value {
    let run = |text: &str, more: Value| {
        let mut run = json!({"type": "TextRun", "text": text});
        if let (Some(run), Value::Object(more)) = (run.as_object_mut(), more) {
            run.extend(more);
        }
        json!({"type": "RichTextBlock", "inlines": [run]})
    };
    let mut body = vec![run(&talk.name, json!({"size": "Large", "weight": "Bolder"})), run(&talk.number, json!({"isSubtle": true}))];
    body.extend(items);
    body.push(run(talk.footer, json!({"isSubtle": true, "size": "Small"})));
    let mut card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        "fallbackText": talk.headline,
        "body": body,
    });
    let open = |(words, url): &(&str, String)| json!({"type": "Action.OpenUrl", "title": words, "url": url});
    let actions: Vec<Value> = talk.page.iter().chain(&talk.link).map(open).collect();
    if !actions.is_empty() {
        card["actions"] = actions.into();
    }
    json!({"type": "message", "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": null, "content": card}]})
}

/// A paragraph; the first of an event begins with a line.
fn block(paragraph: &Paragraph, first: bool) -> Value {
    let inlines: Vec<Value> = paragraph.spans.iter().map(|span| run(paragraph.role, span)).collect();
    let mut block = json!({"type": "RichTextBlock", "inlines": inlines, "spacing": if first { "Medium" } else { "Small" }});
    if first {
        block["separator"] = true.into();
    }
    block
}

fn run(role: Role, span: &Span) -> Value {
    let mut run = json!({"type": "TextRun", "text": span.text});
    match span.style {
        Style::Strong | Style::New => run["weight"] = "Bolder".into(),
        Style::Gone => run["strikethrough"] = true.into(),
        Style::Plain => {}
    }
    match role {
        Role::Date => run["size"] = "Large".into(),
        Role::Title => run["weight"] = "Bolder".into(),
        Role::Caution | Role::Quote => run["italic"] = true.into(),
        Role::Small => (run["isSubtle"], run["size"]) = (true.into(), "Small".into()),
        Role::Kind | Role::Fact => {}
    }
    run
}

/// The answers of Power Automate: 202 when it took the request, and a code as JSON.
pub(super) fn weigh(reply: &Reply<'_>) -> Option<Verdict> {
    let off = ["WorkflowTriggerIsNotEnabled", "WorkflowNotFound", "WorkflowDisabled", "FlowNotFound", "TriggerNotFound"];
    let unsigned = ["DirectApiAuthorizationRequired", "DirectApiInvalidAuthorizationScheme", "SignatureExpired", "AuthorizationFailed"];
    match reply.status {
        200..=299 => None,
        _ if reply.says(&off) => Some(Verdict::Wrong("the workflow is gone or switched off; switch it on, or make a new one")),
        _ if reply.says(&unsigned) => {
            Some(Verdict::Wrong("the address lacks its signature, or anyone else may not start the workflow; copy it anew"))
        }
        400 if reply.says(&["TriggerInputSchemaMismatch"]) => Some(Verdict::Wrong(
            "the workflow expects something else; make it from the template \"Post to a channel when a webhook request is received\"",
        )),
        400 if reply.says(&["InvalidRequestContent"]) => Some(Verdict::Malformed),
        _ => None,
    }
}
