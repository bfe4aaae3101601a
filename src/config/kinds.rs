//! The kinds of channels, and which keys belong to which.
//!
//! What the keys say is read by [`webhook`](super::webhook), [`command`](super::command) and [`channel`](super::channel).

use crate::diag::{At, Reader};
use crate::domain::medium::Medium;

use super::scope::Scope;

/// The kinds that a watch list may name.
const KINDS: [(&str, Medium); 3] = [("email", Medium::Email), ("webhook", Medium::Webhook), ("command", Medium::Command)];

/// Keys that belong to some kinds only; all others belong to every kind.
const KEYS: [(&str, &[Medium]); 10] = [
    ("to", &[Medium::Email]),
    ("url", &[Medium::Webhook]),
    ("secret", &[Medium::Webhook]),
    ("old_secrets", &[Medium::Webhook]),
    ("headers", &[Medium::Webhook]),
    ("allow_private", &[Medium::Webhook]),
    ("allow", &[Medium::Webhook]),
    ("allow_ports", &[Medium::Webhook]),
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
            scope.error(span, format!("{key} belongs to a channel of kind {}", names.join(" or ")), "leave it out, or change the kind");
        }
    }
    kind
}
