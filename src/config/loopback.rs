//! Whether an address is this machine: where passwords may go in clear and a court may be asked without a pause.
//!
//! Pure; looks at the text only and resolves no name. `fetch::guard` decides at the time of a connection.

use std::net::{IpAddr, Ipv6Addr};

use url::{Host, Url};

/// 127.0.0.0/8, `::1` (mapped forms too) or the name `localhost`.
pub(super) fn is_loopback_host(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

/// Whether the URL's host is this machine.
pub(super) fn is_loopback_url(url: &str) -> bool {
    Url::parse(url).ok().as_ref().and_then(Url::host_str).is_some_and(is_loopback_host)
}

/// Whether the URL names this machine or a private network by address. Names are left to the guard at sending time.
pub(super) fn is_private_url(url: &Url) -> bool {
    let private = |ip: IpAddr| match ip.to_canonical() {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified(),
        IpAddr::V6(ip) => ip.is_loopback() || is_unique_or_link_local(ip) || ip.is_unspecified(),
    };
    match url.host() {
        Some(Host::Ipv4(ip)) => private(ip.into()),
        Some(Host::Ipv6(ip)) => private(ip.into()),
        Some(Host::Domain(name)) => is_loopback_host(name),
        None => false,
    }
}

/// fc00::/7 (RFC 4193) and fe80::/10 (RFC 4291).
fn is_unique_or_link_local(ip: Ipv6Addr) -> bool {
    let first = ip.segments()[0];
    first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_loopback() {
        for url in ["http://127.0.0.1:9000", "http://127.9.9.9/", "http://[::1]:1", "http://localhost", "http://[::ffff:127.0.0.1]/"] {
            assert!(is_loopback_url(url), "{url}");
        }
        for url in
            ["http://10.0.0.1", "https://example.org", "http://localhost.example.org", "http://128.0.0.1", "no url", "http://0.0.0.0"]
        {
            assert!(!is_loopback_url(url), "{url}");
        }
    }

    #[test]
    fn private_addresses_are_seen_before_anything_is_sent() {
        for url in [
            "http://192.168.1.4/x",
            "http://10.0.0.1",
            "http://169.254.169.254/",
            "http://[fd00::1]/",
            "http://[fe80::1]/",
            "http://0.0.0.0",
        ] {
            assert!(is_private_url(&Url::parse(url).expect("a url")), "{url}");
        }
        assert!(!is_private_url(&Url::parse("https://hooks.example.org/x").expect("a url")));
    }
}
