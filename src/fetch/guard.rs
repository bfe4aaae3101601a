//! Which receivers a webhook may reach: addresses of the public internet, unless the operator says otherwise.
//!
//! `notify` sends with [`webhook_client`] and calls [`check`] before each send; the client's resolver filters what a name
//! resolves to and the connection dials exactly what passed, so that a name cannot change its mind in between (DNS
//! rebinding). Nothing here talks HTTP. Requirements: `alerting.md` A5.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::tls;
use crate::domain::address::{is_local_name, is_public};

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
