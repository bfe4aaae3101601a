//! Which receivers a message may reach: the public internet and what a channel's [`Reach`] vouches for, never our own address.
//!
//! `notify` asks [`Guard::client`] before each send and sends with the client that it gets. The URL is judged then; what a name
//! resolves to is filtered by the client's resolver, and the connection dials exactly what passed, so that a name cannot change
//! its mind in between (DNS rebinding). Nothing here talks HTTP. Requirements: `alerting.md` A5.

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::tls;
use crate::domain::reach::{Reach, Unreachable};

/// Why a receiver is refused. `Display` says no more than that, so that the answer cannot be used to map a network;
/// [`detail`](Self::detail) is for the log alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    detail: String,
}

impl Refused {
    /// What exactly is wrong; never shown to who sees a delivery.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The refusal for who sees the delivery, and its detail for the log.
    pub fn told(&self, host: &str) -> String {
        tracing::warn!(host, why = %self.detail, "a receiver is at an address that it must not have");
        format!("{host}: {self}; the log says which, and allow = […] in its channel opens it")
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

impl From<Unreachable> for Refused {
    fn from(why: Unreachable) -> Self {
        Self { detail: why.to_string() }
    }
}

fn refuse(detail: String) -> Refused {
    Refused { detail }
}

/// One client a [`Reach`]: a connection that one channel may have is never lent to another. They are forgotten beyond this many,
/// which only reloads can make.
const MOST_CLIENTS: usize = 256;

/// Gives clients that reach what they may. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Guard {
    listen: Option<SocketAddr>,
    timeout: Duration,
    known: Arc<Mutex<HashMap<Rule, reqwest::Client>>>,
}

/// What a client's resolver holds to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Rule {
    /// What it may reach besides the public internet.
    pub(super) reach: Reach,
    /// No address of this machine: the request goes to the port that we listen on.
    pub(super) not_ours: bool,
}

impl Guard {
    /// A guard for a daemon that listens here. Every request ends within `timeout`.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(listen: Option<SocketAddr>, timeout: Duration) -> Result<Self, super::BuildError> {
        let guard = Self { listen, timeout, known: Arc::default() };
        // So that what is wrong with TLS shows at the start and not at the first alert.
        guard.build(&Rule { reach: Reach::default(), not_ours: false })?;
        Ok(guard)
    }

    /// The client that may send to this address.
    ///
    /// # Errors
    /// When the address must not be reached, as far as it shows without asking anyone.
    pub fn client(&self, url: &Url, reach: &Reach) -> Result<reqwest::Client, Refused> {
        reach.judge(url)?;
        let not_ours = self.listen.is_some_and(|ours| Some(ours.port()) == url.port_or_known_default());
        // A resolver is never asked about a literal address.
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) | None => None,
        };
        if not_ours && let Some(address) = literal.filter(|address| is_of_this_machine(*address)) {
            return Err(refuse(format!("{address} at this port is where veedor itself listens")));
        }
        let rule = Rule { reach: reach.clone(), not_ours };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = known.get(&rule) {
            return Ok(client.clone());
        }
        let client = self.build(&rule).map_err(|error| refuse(format!("failed to {error}")))?;
        if known.len() >= MOST_CLIENTS {
            known.clear();
        }
        known.insert(rule, client.clone());
        Ok(client)
    }

    /// No redirects, no proxy, no cookies, one deadline over the whole request, and a resolver that drops what must not be dialled.
    fn build(&self, rule: &Rule) -> Result<reqwest::Client, super::BuildError> {
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::config()?)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .no_gzip()
            .no_brotli()
            .no_deflate()
            .timeout(self.timeout)
            .dns_resolver(rule.clone());
        builder.build().map_err(super::BuildError::Client)
    }
}

impl Resolve for Rule {
    fn resolve(&self, name: Name) -> Resolving {
        let rule = self.clone();
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let passed = rule.filter(name.as_str(), found)?;
            Ok(Box::new(passed.into_iter()) as Addrs)
        })
    }
}

impl Rule {
    fn filter(&self, name: &str, mut found: Vec<SocketAddr>) -> Result<Vec<SocketAddr>, Refused> {
        let all = found.len();
        found.retain(|address| self.reach.admits(name, address.ip()));
        let admitted = found.len();
        found.retain(|address| !(self.not_ours && is_of_this_machine(address.ip())));
        match (admitted, found.len()) {
            (0, _) => Err(refuse(format!("{name} resolves to {all} addresses, none of them public or allowed"))),
            (_, 0) => Err(refuse(format!("{name} at this port is where veedor itself listens"))),
            _ => Ok(found),
        }
    }
}

/// Whether an address is one of this machine's: what a socket can be bound to. An address without an owner ("any") counts, because
/// connecting to it leads here.
fn is_of_this_machine(address: IpAddr) -> bool {
    let address = address.to_canonical();
    address.is_loopback() || address.is_unspecified() || UdpSocket::bind((address, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AMPLE: Duration = Duration::from_secs(10);

    fn private() -> Reach {
        Reach { private: true, ..Reach::default() }
    }

    fn url(text: &str) -> Url {
        Url::parse(text).expect("valid")
    }

    fn rule(reach: Reach, not_ours: bool) -> Rule {
        Rule { reach, not_ours }
    }

    fn addresses(texts: &[&str]) -> Vec<SocketAddr> {
        texts.iter().map(|text| SocketAddr::new(text.parse().expect("valid"), 0)).collect()
    }

    #[test]
    fn a_refusal_tells_nothing_but_in_its_detail() {
        let guard = Guard::new(None, AMPLE).expect("builds");
        let refused = guard.client(&url("https://10.1.2.3/"), &Reach::default()).expect_err("private");
        assert_eq!(refused.to_string(), "address not allowed");
        assert!(refused.detail().contains("10.1.2.3"));
    }

    #[test]
    fn names_keep_only_the_addresses_that_they_may_have() {
        let mixed = addresses(&["10.0.0.1", "8.8.8.8", "::1", "169.254.169.254"]);
        assert_eq!(rule(Reach::default(), false).filter("x", mixed.clone()), Ok(addresses(&["8.8.8.8"])));
        assert_eq!(rule(private(), false).filter("x", mixed.clone()), Ok(addresses(&["10.0.0.1", "8.8.8.8", "::1"])));
        let one = Reach { networks: vec!["10.0.0.0/30".parse().expect("a network")], ..Reach::default() };
        assert_eq!(rule(one, false).filter("x", mixed), Ok(addresses(&["10.0.0.1", "8.8.8.8"])));
        assert!(rule(Reach::default(), false).filter("x", addresses(&["127.0.0.1"])).is_err());
        assert!(rule(private(), false).filter("x", Vec::new()).is_err());
    }

    /// A receiver at our own address would be told by us that we tell it.
    #[test]
    fn the_address_that_we_listen_on_is_no_receiver_whoever_vouches_for_it() {
        let guard = Guard::new(Some("0.0.0.0:8377".parse().expect("an address")), AMPLE).expect("builds");
        for own in ["http://127.0.0.1:8377/x", "http://127.8.8.8:8377/x", "http://[::1]:8377/x", "http://[::ffff:127.0.0.1]:8377/x"] {
            let refused = guard.client(&url(own), &private()).expect_err(own);
            assert!(refused.detail().contains("veedor itself listens"), "{refused:?}");
        }
        for other in ["http://127.0.0.1:8378/x", "https://8.8.8.8:8377/x", "http://localhost:8377/x"] {
            assert!(guard.client(&url(other), &private()).is_ok(), "{other}");
        }
        let named = Reach { names: vec!["localhost".into()], ..Reach::default() };
        let refused = rule(named, true).filter("localhost", addresses(&["127.0.0.1", "::1"])).expect_err("ours");
        assert!(refused.detail().contains("veedor itself listens"), "{refused:?}");
    }

    #[tokio::test]
    async fn the_client_asks_the_guarded_resolver() {
        let guard = Guard::new(None, AMPLE).expect("builds");
        let address = url("https://localhost.example:40009/");
        let client = guard.client(&address, &Reach::default()).expect("it shows nothing");
        // The client is not asked for this name: whatever it is asked for, its resolver holds to the rule.
        let error = client.get("https://localhost:40009/").send().await.expect_err("loopback");
        assert_eq!(Refused::find(&error).map(ToString::to_string).as_deref(), Some("address not allowed"), "{error:?}");

        let free = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
        let address = url(&format!("http://localhost:{}/", free.port()));
        let vouched = guard.client(&address, &private()).expect("vouched for");
        let error = vouched.get(address).send().await.expect_err("nobody listens there any more");
        assert!(Refused::find(&error).is_none() && error.is_connect(), "{error:?}");
    }

    #[test]
    fn clients_are_shared_by_what_they_may_reach_and_their_number_is_bounded() {
        let guard = Guard::new(None, AMPLE).expect("builds");
        let of = |number: usize| Reach { ports: vec![u16::try_from(number).expect("small")], ..Reach::default() };
        for _ in 0..2 {
            assert!(guard.client(&url("https://hooks.example.org/"), &of(0)).is_ok());
        }
        assert_eq!(guard.known.lock().expect("not poisoned").len(), 1);
        for number in 0..=MOST_CLIENTS {
            assert!(guard.client(&url("https://hooks.example.org/"), &of(number)).is_ok());
        }
        assert_eq!(guard.known.lock().expect("not poisoned").len(), 1, "all were forgotten when there were too many");
    }
}
