//! `headers` of a webhook channel: header lines of the operator's own beside those that sign the message.
//!
//! Values may be secrets, so none is printed. What the protocol or the signature needs cannot be overridden (`alerting.md` A3.11).

use crate::diag::{At, Reader};

use super::scope::Scope;
use super::secret::{self, Secret};

/// A header line of the operator's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// Its name, in lower case.
    pub name: String,
    /// Its value, which may be a secret.
    pub value: Secret,
}

/// Names that are ours or the connection's.
const OURS: [&str; 20] = [
    "host",
    "content-length",
    "content-type",
    "content-encoding",
    "transfer-encoding",
    "connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authorization",
    "proxy-authenticate",
    "te",
    "trailer",
    "upgrade",
    "expect",
    "user-agent",
    "accept-encoding",
    "http2-settings",
    "date",
    "via",
    "forwarded",
];

/// All that begin so: those of Standard Webhooks, and what proxies and browsers alone may say.
const OURS_BY_BEGINNING: [&str; 3] = ["webhook-", "sec-", "x-forwarded-"];

/// Names whose values are passwords or the like, so that they do not stand in the file.
const SPEAKING: [&str; 8] = ["auth", "cookie", "pass", "secret", "token", "key", "clave", "credential"];

/// Servers refuse requests whose head is longer than 8 to 16 kB.
const MOST: usize = 20;
const LONGEST_NAME: usize = 100;
const LONGEST_VALUE: usize = 2000;

/// Reads the table.
pub(super) fn read(table: &mut Reader<'_>, scope: &Scope<'_>) -> Vec<Header> {
    let mut headers: Vec<Header> = Vec::new();
    let Some(mut own) = table.table("headers") else { return headers };
    let keys = own.keys();
    if keys.len() > MOST {
        scope.error(own.span(), format!("headers has more than {MOST} lines"), "a receiver needs one or two");
    }
    for At { value: written, span } in keys.into_iter().take(MOST) {
        let name = written.to_ascii_lowercase();
        let value = read_value(&mut own, &written, &name, scope);
        let trouble = if !is_name(&name) {
            Some("a header's name is letters, digits and - _ .".to_owned())
        } else if OURS.contains(&name.as_str()) || OURS_BY_BEGINNING.iter().any(|start| name.starts_with(start)) {
            Some(format!("{written} is set by veedor or by the connection and cannot be overridden"))
        } else if headers.iter().any(|other| other.name == name) {
            Some(format!("{written} stands twice; case makes no difference"))
        } else {
            None
        };
        match (trouble, value) {
            (Some(message), _) => scope.error(span, message, "leave it out, or give it another name"),
            (None, Some(value)) => headers.push(Header { name, value }),
            (None, None) => {}
        }
    }
    own.finish();
    headers
}

/// A text, or where a secret is; `None` when it was reported, or cannot be read by who only asks.
fn read_value(own: &mut Reader<'_>, written: &str, name: &str, scope: &Scope<'_>) -> Option<Secret> {
    let item = own.item(written)?;
    let speaks = SPEAKING.iter().any(|word| name.contains(word));
    let value = match item.as_str() {
        Some(text) if !speaks => At { value: Secret::new(text), span: item.span() },
        // Refuses a text.
        _ => secret::read(own, written, scope)?,
    };
    let text = value.value.expose();
    if text.len() <= LONGEST_VALUE && !text.is_empty() && text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t')) {
        return Some(value.value);
    }
    let message = format!("the value of {written} is not one line of 1 to {LONGEST_VALUE} plain characters");
    scope.error(value.span, message, "header lines are ASCII; encode what is not");
    None
}

fn is_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}
