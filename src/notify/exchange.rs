//! One HTTP exchange with a receiver: one deadline over everything, redirects never followed, of the answer only its beginning.
//!
//! Webhooks and chat services send through [`exchange`]; what an answer means beyond its status is theirs to [`judge`]. The
//! address is a secret: what is reported names the host alone.

use std::borrow::Cow;
use std::error::Error as _;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::RETRY_AFTER;
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::{Attempted, Whose};
use crate::domain::delivery::Outcome;
use crate::domain::redact::{cut, plain};
use crate::fetch::guard::Refused;

/// How much of an answer is read (`alerting.md` A4.4).
pub(super) const ANSWER_BYTES: usize = 4096;

/// How long the rest of an answer is waited for that says yes already: noting it must not wait for a slow receiver's last byte.
const AFTER_YES: Duration = Duration::from_secs(1);

/// How much of it is reported, in characters.
const ANSWER_CHARS: usize = 300;

/// A shorter part of an address is no secret worth the name, and would be found in any text.
const SECRET_CHARS: usize = 8;

/// Who we say we are.
pub(super) const AGENT: &str = concat!("veedor/", env!("CARGO_PKG_VERSION"));

/// What came back, as much of it as we look at.
pub(super) struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The value of `Retry-After`.
    pub retry_after: Option<String>,
    /// The first [`ANSWER_BYTES`] of the body.
    pub body: Vec<u8>,
    /// Whether the connection broke or the time was over before the body was.
    pub is_cut: bool,
    /// What of the address may be a secret.
    pub secrets: Vec<String>,
}

impl Answer {
    /// The beginning of the body as text.
    pub fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.body)
    }

    /// The beginning of the body as it may be shown, with a lead; empty when there is none.
    fn shown(&self) -> String {
        // Error pages like to repeat the path that was asked for. What is invisible goes first: it may stand within it.
        let text = self.secrets.iter().fold(plain(&self.text()), |text, secret| text.replace(secret, "***"));
        let beginning = cut(&text, ANSWER_CHARS);
        if beginning.is_empty() { beginning } else { format!(": {beginning}") }
    }

    /// `HOST answered STATUS`, what it means to us if anything, and the receiver's own words behind a colon.
    pub fn told(&self, host: &str, meaning: &str) -> String {
        let status = self.status.as_u16();
        let meaning = if meaning.is_empty() { String::new() } else { format!(" ({meaning})") };
        format!("{host} answered {status}{meaning}{}", self.shown())
    }
}

/// Makes the request, within `limit` from the first look-up to the last byte that is read. Without an answer there is an
/// outcome.
pub(super) async fn exchange(request: reqwest::RequestBuilder, host: &str, limit: Duration) -> Result<Answer, Attempted> {
    let until = Instant::now() + limit;
    match timeout_at(until, request.send()).await {
        Ok(Ok(response)) => Ok(read(response, until).await),
        Ok(Err(error)) => Err(match Refused::find(&error) {
            Some(refused) => Attempted::of_channel(Outcome::Misconfigured { why: refused.told(host) }),
            None => Attempted::of_channel(Outcome::Retry { why: format!("{host}: {}", trouble(&error)), after: None }),
        }),
        Err(_) => {
            let why = format!("{host} did not answer within {} s", limit.as_secs_f64());
            Err(Attempted::of_channel(Outcome::Retry { why, after: None }))
        }
    }
}

/// The status and the beginning of the body. The status decides: a receiver that said 2xx and then stalls or hangs up has
/// taken the message, and sending it again would only repeat it.
async fn read(mut response: reqwest::Response, until: Instant) -> Answer {
    let status = response.status();
    let secrets = secrets(response.url());
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let until = if status.is_success() { until.min(Instant::now() + AFTER_YES) } else { until };
    let (mut body, mut is_cut) = (Vec::new(), false);
    while body.len() < ANSWER_BYTES && !is_cut {
        match timeout_at(until, response.chunk()).await {
            Ok(Ok(Some(chunk))) => body.extend_from_slice(&chunk[..chunk.len().min(ANSWER_BYTES - body.len())]),
            Ok(Ok(None)) => break,
            Ok(Err(_)) | Err(_) => is_cut = true,
        }
    }
    Answer { status, retry_after, body, is_cut, secrets }
}

/// What of an address may be a secret and is long enough to be recognised: the parts of its path and its query, as they are
/// written and as they are meant. The longest first.
pub(super) fn secrets(url: &Url) -> Vec<String> {
    let parts = url.path().split('/').chain(url.query());
    let values = url.query_pairs().map(|(_, value)| value.into_owned());
    let mut all: Vec<String> = parts.map(str::to_owned).chain(values).filter(|part| part.len() >= SECRET_CHARS).collect();
    let decoded: Vec<String> = all.iter().map(|part| percent_decoded(part)).collect();
    all.extend(decoded);
    all.sort_unstable_by_key(|part| (std::cmp::Reverse(part.len()), part.clone()));
    all.dedup();
    all
}

fn percent_decoded(part: &str) -> String {
    // The form decoder knows one more sign, which is no percent-encoding.
    let pairs = url::form_urlencoded::parse(part.as_bytes()).next();
    pairs.map_or_else(String::new, |(name, _)| name.into_owned()).replace(' ', "+")
}

/// What the status alone means: 2xx alone is success, 410 says that the receiver wants nothing more, everything else is tried
/// again (`alerting.md` A4.2). A receiver that is overloaded or away is so for all messages.
pub(super) fn judge(host: &str, answer: &Answer, now: Timestamp) -> Attempted {
    let status = answer.status;
    if status.is_success() {
        return Attempted::of_message(Outcome::Sent { detail: format!("{}{}", status.as_u16(), answer.shown()) });
    }
    let why = match status.as_u16() {
        410 => {
            let shown = answer.shown();
            let why = format!("{host} answered 410: it wants no more messages; correct its address, or take the channel out{shown}");
            return Attempted::of_channel(Outcome::Misconfigured { why });
        }
        code @ 300..=399 => format!("{host} answered {code}, a redirect, which is never followed; configure the final address"),
        _ => answer.told(host, ""),
    };
    let after = answer.retry_after.as_deref().and_then(|value| retry_after(value, now));
    let whose = if matches!(status.as_u16(), 429 | 502..=504) { Whose::Channel } else { Whose::Message };
    Attempted { whose, ..Attempted::of_message(Outcome::Retry { why, after }) }
}

/// `Retry-After` as seconds or as a date (RFC 9110 §10.2.3). What lies in the past asks for nothing.
pub(super) fn retry_after(value: &str, now: Timestamp) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::from(u32::MAX)).min(u64::from(u32::MAX))));
    }
    let at = Timestamp::try_from(httpdate::parse_http_date(value).ok()?).ok()?;
    Duration::try_from(at.duration_since(now)).ok().filter(|wait| !wait.is_zero())
}

/// The host alone: path and query may be secrets.
pub(super) fn host(url: &Url) -> String {
    url.host_str().unwrap_or("the receiver").to_owned()
}

/// Why a request failed, without its address.
pub(super) fn trouble(error: &reqwest::Error) -> String {
    let lead = match () {
        () if error.is_timeout() => "no answer in time",
        () if error.is_connect() => "cannot connect",
        () => "the request failed",
    };
    let mut cause = error.source();
    while let Some(next) = cause.and_then(|error| error.source()) {
        cause = Some(next);
    }
    cause.map_or_else(|| lead.to_owned(), |cause| format!("{lead}: {}", cut(&plain(&cause.to_string()), ANSWER_CHARS)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::sample;

    #[test]
    fn retry_after_reads_seconds_and_dates_and_never_overflows() {
        for (value, want) in [
            ("0", Some(0)),
            ("120", Some(120)),
            ("99999999999999999999999", Some(u64::from(u32::MAX))),
            ("Mon, 19 Feb 2024 15:04:31 GMT", Some(30)),
            ("Thu, 14 Mar 2019 15:04:31 GMT", None),
            ("-5", None),
            ("", None),
        ] {
            assert_eq!(retry_after(value, sample::seen_at()).map(|wait| wait.as_secs()), want, "{value}");
        }
    }
}
