//! The keys of a webhook channel: where its receiver is and how its messages are signed.
//!
//! Refuses what `fetch::guard` would refuse at each attempt, by the same table. Only what a name resolves to is left to it.

use base64::Engine;
use url::{Host, Url};

use crate::diag::{At, Reader};
use crate::domain::address::{is_local_name, is_public};

use super::scope::Scope;
use super::secret::{self, Secret};

/// A webhook receiver.
#[derive(Debug, Clone, PartialEq)]
pub struct Webhook {
    /// Where it is.
    pub url: Url,
    /// The key that its messages are signed with.
    pub secret: Option<Secret>,
    /// Whether it may stand on a private or loopback address.
    pub allow_private: bool,
}

/// The length of a signing key in bytes (Standard Webhooks, "Signature scheme").
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// Reads the receiver of a webhook channel.
pub(super) fn read(table: &mut Reader<'_>, scope: &Scope<'_>) -> Option<Webhook> {
    table.required("url", "the receiver's address, https://…");
    let allow_private = table.flag("allow_private").is_some_and(|at| at.value);
    let secret = secret::read(table, "secret", scope);
    if !table.has("secret") {
        let help = "add secret = { file = \"…\" } with the output of: echo whsec_$(openssl rand -base64 32)";
        scope.warn(table.span(), "a webhook without a secret: the receiver cannot tell veedor's messages from forged ones", help);
    }
    if let Some(secret) = &secret {
        check_key(secret, scope);
    }
    let url = read_url(table, allow_private, scope)?;
    Some(Webhook { url, secret: secret.map(|at| at.value), allow_private })
}

fn check_key(secret: &At<Secret>, scope: &Scope<'_>) {
    let key = secret.value.expose().strip_prefix("whsec_").and_then(|key| base64::engine::general_purpose::STANDARD.decode(key).ok());
    if !key.is_some_and(|key| KEY_BYTES.contains(&key.len())) {
        let message = "the secret there is not a signing key: whsec_ and 24 to 64 bytes in base64";
        scope.error(secret.span.clone(), message, "make one with: echo whsec_$(openssl rand -base64 32)");
    }
}

fn read_url(table: &mut Reader<'_>, allow_private: bool, scope: &Scope<'_>) -> Option<Url> {
    let At { value, span } = table.text("url")?;
    let url = Url::parse(value.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some());
    let Some(url) = url else {
        // Not repeated: the address of a receiver often is its secret.
        scope.error(span, "url is not a web address", "write https://host/path");
        return None;
    };
    let refused = if !url.username().is_empty() || url.password().is_some() {
        Some(("a password in the url would be seen in logs", "leave it out; messages are signed with the secret"))
    } else if is_private(&url) && !allow_private {
        Some(("this receiver does not stand on the public internet", "add allow_private = true if you mean it"))
    } else if url.scheme() == "http" && !allow_private {
        Some(("http would carry the messages in clear", "use https (http only with allow_private = true, inside your own network)"))
    } else {
        None
    };
    match refused {
        Some((message, help)) => scope.error(span, message, help),
        None => return Some(url),
    }
    None
}

/// Whether an address or name is outside the public internet, as far as it can be seen without asking anyone.
fn is_private(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => !is_public(ip.into()),
        Some(Host::Ipv6(ip)) => !is_public(ip.into()),
        Some(Host::Domain(name)) => is_local_name(name),
        None => false,
    }
}
