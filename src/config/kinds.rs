//! The kinds of channels, and which keys belong to which.
//!
//! What the keys say is read by [`webhook`](super::webhook), [`chat`](super::chat), [`command`](super::command) and
//! [`channel`](super::channel).

use crate::diag::{At, Reader};
use crate::domain::medium::Medium;

use super::scope::Scope;

/// The kinds that a watch list may name.
const KINDS: [(&str, Medium); 10] = [
    ("email", Medium::Email),
    ("webhook", Medium::Webhook),
    ("slack", Medium::Slack),
    ("discord", Medium::Discord),
    ("mattermost", Medium::Mattermost),
    ("teams", Medium::Teams),
    ("telegram", Medium::Telegram),
    ("ntfy", Medium::Ntfy),
    ("matrix", Medium::Matrix),
    ("command", Medium::Command),
];

/// Those that are reached at an address.
const ADDRESSED: &[Medium] =
    &[Medium::Webhook, Medium::Slack, Medium::Discord, Medium::Mattermost, Medium::Teams, Medium::Telegram, Medium::Ntfy, Medium::Matrix];

/// Keys that belong to some kinds only; all others belong to every kind.
const KEYS: [(&str, &[Medium]); 14] = [
    ("to", &[Medium::Email]),
    ("url", ADDRESSED),
    ("secret", &[Medium::Webhook]),
    ("old_secrets", &[Medium::Webhook]),
    ("headers", &[Medium::Webhook]),
    ("allow_private", ADDRESSED),
    ("allow", ADDRESSED),
    ("allow_ports", ADDRESSED),
    ("token", &[Medium::Telegram, Medium::Ntfy, Medium::Matrix]),
    ("chat", &[Medium::Telegram]),
    ("topic", &[Medium::Ntfy]),
    ("room", &[Medium::Matrix]),
    ("run", &[Medium::Command]),
    ("timeout", &[Medium::Command]),
];

/// Reads `kind`, and reports keys of other kinds.
pub(super) fn read(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<At<Medium>> {
    let names = KINDS.map(|(name, _)| format!("\"{name}\"")).join(", ");
    table.required("kind", &names);
    let kind = table.choice("kind", &KINDS);
    for (key, owners) in KEYS {
        let is_own = kind.as_ref().is_some_and(|kind| owners.contains(&kind.value));
        if is_own || !table.has(key) {
            continue;
        }
        // Of no known kind it may be right, and is not read.
        let span = table.item(key).and_then(toml_edit::Item::span);
        if kind.is_some() {
            let names: Vec<String> = owners.iter().map(|owner| format!("\"{}\"", owner.name())).collect();
            scope.error(span, format!("{key} belongs to a channel of kind {}", names.join(", ")), "leave it out, or change the kind");
        }
    }
    kind
}
