//! The HTTP clients that courts are asked with: they dial public addresses, and those inside that the operator vouches for.
//!
//! A recipe may ask next what an answer names, and a name may resolve to anything: without this a court's page could have the daemon ask the
//! machines of the newsroom, or the one that hands out a cloud's credentials, and keep what they say. [`Fetcher`](super::Fetcher) takes the
//! client of a source's [`Reach`] for each request. The resolver is that of the [guard](super::guard); plain HTTP and other ports are the
//! courts' own business.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use reqwest::Client;
use url::{Host, Url};

use super::guard::Rule;
use super::{BuildError, Failure, FailureKind, tls};
use crate::domain::reach::Reach;

/// More than a watch list has. Each keeps connections of its own.
const MOST: usize = 64;

/// The clients, by what they may reach. There are as many as sources with addresses of their own inside.
pub(super) struct Clients {
    agent: String,
    known: Mutex<HashMap<Reach, Client>>,
}

impl Clients {
    /// Clients that say who asks. What is wrong with TLS shows here and not at the first visit.
    pub(super) fn new(agent: String) -> Result<Self, BuildError> {
        let public = build(&agent, &Reach::default())?;
        Ok(Self { agent, known: Mutex::new([(Reach::default(), public)].into()) })
    }

    /// The client for this address.
    pub(super) fn client(&self, url: &Url, reach: &Reach) -> Result<Client, Failure> {
        // A resolver is never asked about a literal address.
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            Some(Host::Domain(_)) | None => None,
        };
        let host = url.host_str().unwrap_or_default();
        if literal.is_some_and(|address| !reach.admits(host, address)) {
            return Err(Failure { kind: FailureKind::Unreadable, why: inside(host), not_before: None });
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = known.get(reach) {
            return Ok(client.clone());
        }
        let client = build(&self.agent, reach).map_err(|error| {
            let why = format!("the client for {host} could not be made: failed to {error}");
            Failure { kind: FailureKind::Unavailable, why, not_before: None }
        })?;
        // Each reload may bring others; what was built once is built again.
        if known.len() >= MOST {
            known.retain(|reach, _| *reach == Reach::default());
        }
        known.insert(reach.clone(), client.clone());
        Ok(client)
    }
}

/// What is said of an address that is not dialled.
pub(super) fn inside(host: &str) -> String {
    format!("{host} is not asked: it stands at no public address; if you mean it, name it in allow = [\"…\"] of its [source.…]")
}

fn build(agent: &str, reach: &Reach) -> Result<Client, BuildError> {
    Client::builder()
        .user_agent(agent)
        .tls_backend_preconfigured(tls::config()?)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .no_proxy()
        // As much is taken from a court unread, and 64 may be asked at once.
        .http2_initial_stream_window_size(256 << 10)
        .http2_initial_connection_window_size(1 << 20)
        .dns_resolver(Rule { reach: reach.clone(), not_ours: false })
        .build()
        .map_err(BuildError::Client)
}
