//! `allow_private`, `allow` and `allow_ports` of a channel that sends to an address: what the operator vouches for.
//!
//! Any kind of channel with a URL reads them with [`read`] and has its URL judged with [`check`]. The judgement is
//! `domain::reach`'s, by the table that also holds at each attempt; only what a name resolves to is left to the guard.

use std::net::IpAddr;

use ipnet::IpNet;
use url::{Host, Url};

use crate::diag::{At, Reader};
use crate::domain::reach::{Reach, Unreachable};

use super::scope::Scope;

/// More than this is a list of another kind.
const MOST: usize = 64;

/// Reads what a channel vouches for.
pub(super) fn read(table: &mut Reader<'_>, scope: &Scope<'_>) -> Reach {
    let mut reach = Reach { private: table.flag("allow_private").is_some_and(|at| at.value), ..Reach::default() };
    let written = table.texts("allow").unwrap_or_default();
    if written.len() > MOST {
        table.report("allow", format!("allow has more than {MOST} entries"), Some("name networks instead of addresses".to_owned()));
    }
    for At { value, span } in written.into_iter().take(MOST) {
        match place(value.trim()) {
            Some(Place::Network(network)) if network.prefix_len() == 0 => {
                scope.error(span, format!("{network} is the whole internet"), "name the receiver's own network, such as \"10.1.2.0/24\"");
            }
            Some(Place::Network(network)) => reach.networks.push(network.trunc()),
            Some(Place::Name(name)) => reach.names.push(name),
            None => {
                let message = format!("\"{value}\" is neither a network nor a name");
                scope.error(
                    span,
                    message,
                    "write a network (\"10.1.2.0/24\"), an address, a name, or \"*.interno.example\" for all below it",
                );
            }
        }
    }
    for At { value, span } in read_ports(table, scope) {
        match u16::try_from(value).ok().filter(|port| *port > 0) {
            Some(port) => reach.ports.push(port),
            None => scope.error(span, "a port is a number from 1 to 65535", "write allow_ports = [2525]"),
        }
    }
    reach
}

fn read_ports(table: &mut Reader<'_>, scope: &Scope<'_>) -> Vec<At<i64>> {
    let Some(item) = table.item("allow_ports") else { return Vec::new() };
    let Some(list) = item.as_array() else {
        scope.error(item.span(), "allow_ports must be a list of numbers", "write allow_ports = [2525]");
        return Vec::new();
    };
    // What is no number is reported as no port.
    list.iter().take(MOST).map(|value| At { value: value.as_integer().unwrap_or_default(), span: value.span() }).collect()
}

enum Place {
    Network(IpNet),
    Name(String),
}

fn place(text: &str) -> Option<Place> {
    if let Ok(network) = text.parse() {
        return Some(Place::Network(network));
    }
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Some(Place::Network(address.to_canonical().into()));
    }
    let (stars, name) = text.strip_prefix("*.").map_or(("", text), |name| ("*.", name));
    // Read as the host of a URL is, so that both are spelt alike.
    match Host::parse(name.strip_suffix('.').unwrap_or(name)).ok()? {
        Host::Domain(name) if !name.is_empty() && name.chars().any(|c| c.is_ascii_alphabetic()) => {
            Some(Place::Name(format!("{stars}{name}")))
        }
        _ => None,
    }
}

/// Judges a channel's URL; `false` when it was reported.
pub(super) fn check(url: &Url, reach: &Reach, span: Option<std::ops::Range<usize>>, scope: &Scope<'_>) -> bool {
    let vouch = "if you mean it, name it in allow = [\"…\"], or add allow_private = true";
    let (message, help) = match reach.judge(url) {
        Ok(()) => return true,
        // Not repeated: the address of a receiver often is its secret.
        Err(Unreachable::NoWebAddress) => ("url is not a web address".to_owned(), "write https://host/path".to_owned()),
        Err(Unreachable::UserInfo) => (
            "a password in the url would be seen in logs".to_owned(),
            "leave it out; messages are signed with the secret, and headers = { Authorization = { env = \"…\" } } carries a password"
                .to_owned(),
        ),
        Err(Unreachable::LocalName) => ("this receiver does not stand on the public internet".to_owned(), vouch.to_owned()),
        Err(Unreachable::Address(_)) if reach.private => (
            "this address is neither public nor private: it is of the kind that clouds and local links use".to_owned(),
            "if you mean it, name it in allow = [\"…\"]; allow_private does not open it".to_owned(),
        ),
        Err(Unreachable::Address(_)) => ("this receiver does not stand on the public internet".to_owned(), vouch.to_owned()),
        Err(Unreachable::Clear) => (
            "http would carry the messages in clear".to_owned(),
            "use https (http only inside your own network, with the receiver in allow = [\"…\"] or with allow_private = true)".to_owned(),
        ),
        Err(Unreachable::Port(port)) => {
            (format!("port {port} is not one that receivers have"), format!("correct it, or add allow_ports = [{port}] if you mean it"))
        }
    };
    scope.error(span, message, help);
    false
}
