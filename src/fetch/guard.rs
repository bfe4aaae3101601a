//! Which receivers a webhook may reach: addresses of the public internet, unless the operator says otherwise.
//!
//! `notify` sends with [`webhook_client`] and calls [`check`] before each send; the client's resolver filters what a name
//! resolves to and the connection dials exactly what passed, so that a name cannot change its mind in between (DNS
//! rebinding). Nothing here talks HTTP. Requirements: `alerting.md` A5.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use ipnet::{Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::tls;

/// The IPv4 networks that are not the public internet: Svix's table, from the IANA special-purpose registry.
const CLOSED_V4: [Ipv4Net; 15] = [
    v4(0, 0, 0, 0, 8),       // this network
    v4(10, 0, 0, 0, 8),      // private
    v4(100, 64, 0, 0, 10),   // carrier-grade NAT
    v4(127, 0, 0, 0, 8),     // loopback
    v4(169, 254, 0, 0, 16),  // link-local, cloud metadata
    v4(172, 16, 0, 0, 12),   // private
    v4(192, 0, 0, 0, 24),    // IETF protocol assignments
    v4(192, 0, 2, 0, 24),    // documentation
    v4(192, 88, 99, 0, 24),  // 6to4 relays
    v4(192, 168, 0, 0, 16),  // private
    v4(198, 18, 0, 0, 15),   // benchmarking
    v4(198, 51, 100, 0, 24), // documentation
    v4(203, 0, 113, 0, 24),  // documentation
    v4(224, 0, 0, 0, 4),     // multicast
    v4(240, 0, 0, 0, 4),     // reserved, broadcast
];

/// All global unicast IPv6 lies here (RFC 4291 §2.4 as assigned by IANA); loopback, `::/96`, mapped, NAT64, unique local,
/// link-local, site-local `fec0::/10` and multicast lie outside.
const OPEN_V6: Ipv6Net = v6(0x2000, 0, 3);

/// What within [`OPEN_V6`] is not the public internet, or carries an IPv4 address that would need a check of its own.
const CLOSED_V6: [Ipv6Net; 6] = [
    v6(0x2001, 0, 32),     // Teredo
    v6(0x2001, 2, 48),     // benchmarking
    v6(0x2001, 0x10, 28),  // ORCHID
    v6(0x2001, 0xdb8, 32), // documentation
    v6(0x2002, 0, 16),     // 6to4
    v6(0x3fff, 0, 20),     // documentation
];

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(a: u16, b: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), prefix)
}

/// Whether an address is one of the public internet.
pub fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => !CLOSED_V4.iter().any(|network| network.contains(&address)),
        IpAddr::V6(address) => OPEN_V6.contains(&address) && !CLOSED_V6.iter().any(|network| network.contains(&address)),
    }
}

/// Why a receiver is refused. `Display` says no more than that, so that the answer cannot be used to map a network;
/// [`detail`](Self::detail) is for the log alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    detail: String,
}

impl Refused {
    /// What exactly is wrong; never shown to who configured the receiver through the dashboard.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The refusal by our resolver that made a request fail, if that is why it failed.
    pub fn find(error: &reqwest::Error) -> Option<&Self> {
        let mut source = std::error::Error::source(error);
        while let Some(error) = source {
            if let Some(refused) = error.downcast_ref() {
                return Some(refused);
            }
            source = error.source();
        }
        None
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("address not allowed")
    }
}

impl std::error::Error for Refused {}

fn refuse(detail: String) -> Refused {
    Refused { detail }
}

/// Checks what can be seen of a receiver's address without asking anyone: at load, and before each send, because the
/// resolver is never asked about a literal address. With `allow_private` the operator vouches for the receiver, and plain
/// HTTP and any address will do.
pub fn check(url: &Url, allow_private: bool) -> Result<(), Refused> {
    match url.scheme() {
        "https" => {}
        "http" if allow_private => {}
        scheme => return Err(refuse(format!("the scheme {scheme} is not https"))),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refuse("the address carries a user name or a password".to_owned()));
    }
    let address = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        Some(Host::Domain(name)) if !allow_private && is_local_name(name) => return Err(refuse(format!("{name} is a local name"))),
        Some(Host::Domain(_)) => return Ok(()),
        None => return Err(refuse("the address names no host".to_owned())),
    };
    if allow_private || is_public(address) { Ok(()) } else { Err(refuse(format!("{address} is not a public address"))) }
}

/// Names that no public resolver answers for (RFC 6761, RFC 6762, RFC 8375).
fn is_local_name(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    !name.contains('.') || [".localhost", ".local", ".internal", ".home.arpa"].iter().any(|end| name.ends_with(end))
}

/// A client for webhooks: no redirects, no proxy, no cookies, one deadline over the whole request, and a resolver that
/// drops addresses which are not public unless `allow_private`. The caller still calls [`check`] before each send.
pub fn webhook_client(allow_private: bool, timeout: Duration) -> Result<reqwest::Client, super::BuildError> {
    let builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls::config()?)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .timeout(timeout)
        .dns_resolver(GuardedResolver { allow_private });
    builder.build().map_err(super::BuildError::Client)
}

struct GuardedResolver {
    allow_private: bool,
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private = self.allow_private;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let passed = filter(name.as_str(), found, allow_private)?;
            Ok(Box::new(passed.into_iter()) as Addrs)
        })
    }
}

fn filter(name: &str, mut found: Vec<SocketAddr>, allow_private: bool) -> Result<Vec<SocketAddr>, Refused> {
    if allow_private {
        return Ok(found);
    }
    let all = found.len();
    found.retain(|address| is_public(address.ip()));
    if found.is_empty() { Err(refuse(format!("{name} resolves to {all} addresses, none of them public"))) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_outside_the_public_internet_are_refused() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.9.9.9",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.0.170",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.0.1",
            "192.168.255.255",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::10.0.0.1",
            "::8.8.8.8",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:0:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "100:0:0:1::1",
            "2001::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:2::1",
            "2001:10::1",
            "2001:1f:ffff::1",
            "2001:db8::1",
            "2002:a00:1::1",
            "2002:808:808::1",
            "3fff::1",
            "3fff:fff::1",
            "4000::1",
            "5f00::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "febf::1",
            "fec0::1",
            "feff::1",
            "ff02::1",
        ] {
            assert!(!is_public(address.parse().expect(address)), "{address}");
        }
    }

    #[test]
    fn public_addresses_pass() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "126.255.255.255",
            "128.0.0.1",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.1",
            "192.0.1.1",
            "192.167.255.255",
            "192.169.0.1",
            "198.17.255.255",
            "198.20.0.1",
            "223.255.255.255",
            "::ffff:8.8.8.8",
            "2001:4860:4860::8888",
            "2001:db7::1",
            "2003::1",
            "2606:4700:4700::1111",
            "2a00:1450::1",
            "3ffe::1",
            "3fff:1000::1",
        ] {
            assert!(is_public(address.parse().expect(address)), "{address}");
        }
    }

    #[test]
    fn a_receiver_is_judged_before_anyone_is_asked() {
        for (url, public, private) in [
            ("https://hooks.example.org/veedor", true, true),
            ("https://hooks.example.org:8443/veedor", true, true),
            ("http://hooks.example.org/veedor", false, true),
            ("https://8.8.8.8/", true, true),
            ("https://127.0.0.1/", false, true),
            ("https://2130706433/", false, true),
            ("https://0x7f.1/", false, true),
            ("https://0177.0.0.1/", false, true),
            ("https://[::1]/", false, true),
            ("https://[::ffff:10.0.0.1]/", false, true),
            ("https://localhost/", false, true),
            ("https://a.localhost./", false, true),
            ("https://printer.local/", false, true),
            ("https://intranet/", false, true),
            ("https://metadata.google.internal/", false, true),
            ("https://user:pass@hooks.example.org/", false, false),
            ("ftp://hooks.example.org/", false, false),
            ("file:///etc/passwd", false, false),
        ] {
            let parsed = Url::parse(url).expect(url);
            assert_eq!(check(&parsed, false).is_ok(), public, "{url}");
            assert_eq!(check(&parsed, true).is_ok(), private, "{url} with allow_private");
        }
    }

    #[test]
    fn a_refusal_tells_nothing_but_in_its_detail() {
        let refused = check(&Url::parse("https://10.1.2.3/").expect("valid"), false).expect_err("private");
        assert_eq!(refused.to_string(), "address not allowed");
        assert!(refused.detail().contains("10.1.2.3"));
    }

    #[test]
    fn names_keep_only_their_public_addresses() {
        let address = |text: &str| SocketAddr::new(text.parse().expect("valid"), 0);
        let mixed = vec![address("10.0.0.1"), address("8.8.8.8"), address("::1")];
        assert_eq!(filter("x", mixed.clone(), false), Ok(vec![address("8.8.8.8")]));
        assert_eq!(filter("x", mixed.clone(), true), Ok(mixed));
        assert!(filter("x", vec![address("127.0.0.1")], false).is_err());
        assert!(filter("x", Vec::new(), false).is_err());
    }

    #[tokio::test]
    async fn the_client_asks_the_guarded_resolver() {
        let client = webhook_client(false, Duration::from_secs(10)).expect("builds");
        let error = client.get("https://localhost:9/").send().await.expect_err("loopback");
        assert_eq!(Refused::find(&error).map(ToString::to_string).as_deref(), Some("address not allowed"), "{error:?}");

        let vouched = webhook_client(true, Duration::from_secs(10)).expect("builds");
        let error = vouched.get("http://localhost:9/").send().await.expect_err("nobody listens on the discard port");
        assert!(Refused::find(&error).is_none() && error.is_connect(), "{error:?}");
    }
}
