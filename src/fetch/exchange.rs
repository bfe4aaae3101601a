//! One request and its answer, bounded in time and in size.
//!
//! `fetch` decides whether and when; this sends, and reads the answer within one deadline over name resolution,
//! connection, TLS, headers and body, in which only the wait for our own [room](super::room) does not count. It follows no redirect, keeps no cookie (it hands them on), and
//! judges no status.

use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LOCATION, RETRY_AFTER, SET_COOKIE};
use reqwest::{Client, Response};
use tokio::time::Instant;
use url::{Position, Url};

use super::Validators;
use super::room::{Load, MOST_BYTES, NoRoom};
use super::trouble::Trouble;
use crate::domain::page::Method;

/// The headers of an answer that a page keeps.
const KEPT: [&str; 6] = ["content-type", "etag", "last-modified", "date", "server", "location"];
/// Headers that are ours to send: who we are, and what frames the request.
const OURS: [&str; 6] = ["user-agent", "host", "content-length", "transfer-encoding", "connection", "accept-encoding"];
/// How much room is made at once for a body on the word of its `Content-Length`.
const FIRST_ROOM: u64 = 64 * 1024;
/// When we were this long in taking a body, it may be for us that it breaks off.
const OUR_WAIT: Duration = Duration::from_secs(1);

/// What to send, and how much of an answer to bear.
#[derive(Clone, Copy)]
pub(super) struct Ask<'a> {
    pub(super) method: Method,
    pub(super) url: &'a Url,
    pub(super) headers: &'a [(String, String)],
    pub(super) body: Option<&'a [u8]>,
    pub(super) validators: Option<&'a Validators>,
    pub(super) timeout: Duration,
    /// The connection may be one that the host closes at this moment, as many do after five idle seconds: a request that
    /// meets this is sent once more. Requests only read, so that does no harm.
    pub(super) reuses: bool,
}

/// Where a body goes, and what happens to one that is too large; bytes count after decoding: that is what a gzip bomb fills.
pub(super) enum Bound<'a> {
    /// A visit holds it; one that is too large for that is trouble.
    Hold(&'a mut Load),
    /// The rest is left unread.
    Cut(usize),
}

/// A complete answer; the body is empty where the status says that nobody will read it.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    /// What it sets for later requests of the same visit; no page keeps it.
    pub(super) cookies: Vec<String>,
    pub(super) retry_after: Option<String>,
    pub(super) location: Option<Url>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Sends and reads.
pub(super) async fn exchange(client: &Client, ask: Ask<'_>, bound: Bound<'_>) -> Result<Answer, Trouble> {
    let host = &ask.url[Position::BeforeHost..Position::AfterPort];
    let mut deadline = Deadline { host, until: Instant::now() + ask.timeout, timeout: ask.timeout };
    let response = match send(client, ask, &deadline).await {
        Err(trouble) if trouble.dropped && ask.reuses => send(client, ask, &deadline).await,
        result => result,
    }?;
    let status = response.status().as_u16();
    let mut answer = Answer {
        status,
        headers: kept(response.headers()),
        cookies: response.headers().get_all(SET_COOKIE).iter().filter_map(|line| line.to_str().ok().map(str::to_owned)).collect(),
        retry_after: text(response.headers(), &RETRY_AFTER),
        location: text(response.headers(), &LOCATION).and_then(|to| response.url().join(&to).ok()),
        body: Vec::new(),
    };
    if has_reader(status) {
        answer.body = read(response, bound, &mut deadline).await?;
    }
    Ok(answer)
}

/// Until when the whole of an answer must be here.
struct Deadline<'a> {
    host: &'a str,
    until: Instant,
    timeout: Duration,
}

impl Deadline<'_> {
    async fn within<T>(&self, work: impl Future<Output = reqwest::Result<T>>, answered: bool) -> Result<T, Trouble> {
        match tokio::time::timeout_at(self.until, work).await {
            Ok(result) => result.map_err(|error| Trouble::of(&error, self.host, answered)),
            Err(_) => Err(Trouble::unavailable(format!("{} did not answer completely within {:?}", self.host, self.timeout))),
        }
    }
}

async fn send(client: &Client, ask: Ask<'_>, deadline: &Deadline<'_>) -> Result<Response, Trouble> {
    let method = match ask.method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
    };
    let mut builder = client.request(method, ask.url.clone());
    for (name, value) in ask.headers {
        if !OURS.iter().any(|ours| name.eq_ignore_ascii_case(ours)) {
            builder = builder.header(name, value);
        }
    }
    if let Some(validators) = ask.validators {
        for (name, value) in [(IF_NONE_MATCH, &validators.etag), (IF_MODIFIED_SINCE, &validators.last_modified)] {
            if let Some(value) = value {
                builder = builder.header(name, value);
            }
        }
    }
    if let Some(body) = ask.body {
        builder = builder.body(body.to_vec());
    }
    deadline.within(builder.send(), false).await
}

/// Whether anyone reads the body of an answer with this status: not of redirects, refusals and breakdowns.
fn has_reader(status: u16) -> bool {
    !matches!(status, 300..=399 | 403 | 429 | 500..)
}

async fn read(mut response: Response, bound: Bound<'_>, deadline: &mut Deadline<'_>) -> Result<Vec<u8>, Trouble> {
    let promised = response.content_length().unwrap_or_default();
    let mut body = Vec::with_capacity(usize::try_from(promised.min(FIRST_ROOM)).unwrap_or_default());
    let load = match bound {
        Bound::Hold(load) => load,
        Bound::Cut(most) => {
            while let Some(chunk) = deadline.within(response.chunk(), true).await? {
                let room = most.saturating_sub(body.len());
                body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
                if chunk.len() > room {
                    break;
                }
            }
            return Ok(body);
        }
    };
    let host = deadline.host;
    let too_large = || Trouble::unreadable(format!("what {host} answers in one visit is larger than {} MiB", MOST_BYTES >> 20));
    let mut waited = Duration::ZERO;
    // What says so beforehand is not even begun.
    if usize::try_from(promised).is_ok_and(|promised| promised > load.left()) {
        return Err(too_large());
    }
    let crowded = || Trouble::crowded(format!("{host} answers much while other large answers are read"));
    loop {
        let chunk = match deadline.within(response.chunk(), true).await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => return Ok(body),
            // Waiting for room is no fault of the host, nor that it does not wait with us.
            Err(_) if waited > OUR_WAIT => return Err(crowded()),
            Err(trouble) => return Err(trouble),
        };
        let came = Instant::now();
        match load.take(chunk.len()).await {
            Ok(()) => body.extend_from_slice(&chunk),
            Err(NoRoom::TooLarge) => return Err(too_large()),
            Err(NoRoom::Full) => return Err(crowded()),
        }
        waited += came.elapsed();
        deadline.until += came.elapsed();
    }
}

fn kept(headers: &HeaderMap) -> Vec<(String, String)> {
    let value = |name: &str| headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    KEPT.iter().filter_map(|name| Some(((*name).to_owned(), value(name)?))).collect()
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}
