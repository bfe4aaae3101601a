//! `allow_private`, `allow` and `allow_ports` of a channel that sends to an address, the first two of a source too: what the operator
//! vouches for.
//!
//! Any kind of channel with a URL reads them with [`read`] and has its URL judged with [`check`]. The judgement is
//! `domain::reach`'s, by the table that also holds at each attempt; only what a name resolves to is left to the guard.

use std::net::IpAddr;

use ipnet::IpNet;
use url::{Host, Url};

use crate::diag::{At, Reader};
use crate::domain::address::{is_local_name, is_public};
use crate::domain::reach::{Reach, Unreachable};

use super::scope::Scope;

/// More than this is a list of another kind.
const MOST: usize = 64;

/// Reads what a channel vouches for.
pub(super) fn read(table: &mut Reader<'_>, scope: &Scope<'_>) -> Reach {
    let mut reach = read_places(table, scope);
    for At { value, span } in read_ports(table, scope) {
        match u16::try_from(value).ok().filter(|port| *port > 0) {
            Some(port) => reach.ports.push(port),
            None => scope.error(span, "a port is a number from 1 to 65535", "write allow_ports = [2525]"),
        }
    }
    reach
}

/// The same of a source, which may stand at any port.
pub(super) fn read_places(table: &mut Reader<'_>, scope: &Scope<'_>) -> Reach {
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
    reach
}

/// What was vouched for, and the host of this address where it writes out one that is not public.
pub(super) fn with_own_host(vouched: &Reach, base: &str) -> Reach {
    let mut reach = vouched.clone();
    match Url::parse(base).ok().as_ref().and_then(Url::host) {
        Some(Host::Ipv4(address)) if !is_public(address.into()) => reach.networks.push(IpAddr::V4(address).into()),
        Some(Host::Ipv6(address)) if !is_public(address.into()) => reach.networks.push(IpAddr::V6(address).to_canonical().into()),
        Some(Host::Domain(name)) if is_local_name(name) => reach.names.push(name.to_ascii_lowercase()),
        _ => {}
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

#[cfg(test)]
mod tests {
    use super::super::tests::{CASE, good};

    /// (what `[source.ec-esatje]` says, an address, whether it may be asked by it)
    #[test]
    fn a_source_leads_inside_only_where_the_operator_says_so() {
        for (said, name, address, open) in [
            ("", "court.example.org", "8.8.8.8", true),
            ("", "court.example.org", "10.1.2.3", false),
            ("", "court.example.org", "169.254.169.254", false),
            // Written out, it is meant; nothing beside it is.
            ("base_url = \"http://10.1.2.3:8000\"", "10.1.2.3", "10.1.2.3", true),
            ("base_url = \"http://10.1.2.3:8000\"", "10.1.2.4", "10.1.2.4", false),
            ("base_url = \"http://[fd00::1]/x\"", "[fd00::1]", "fd00::1", true),
            ("base_url = \"http://court.internal\"", "court.internal", "10.9.9.9", true),
            ("base_url = \"http://court.internal\"", "other.example.org", "10.9.9.9", false),
            ("base_url = \"https://mirror.example.org\"", "mirror.example.org", "10.9.9.9", false),
            ("base_url = \"https://mirror.example.org\"\nallow = [\"mirror.example.org\"]", "mirror.example.org", "10.9.9.9", true),
            ("allow = [\"10.9.0.0/16\"]", "court.example.org", "10.9.9.9", true),
            ("allow_private = true", "court.example.org", "192.168.1.1", true),
            ("allow_private = true", "court.example.org", "169.254.169.254", false),
        ] {
            let config = good(&format!("{CASE}[source.ec-esatje]\n{said}\n"));
            let watch = &config.cases[0];
            let reach = config.source_of(&watch.case).expect("its source").reach_of(&watch.number);
            assert_eq!(reach.admits(name, address.parse().expect("an address")), open, "{said}: {name} {address}");
        }
    }
}
