//! Has a host's robots.txt read before anything else of it, and obeys it.
//!
//! Called by [`Fetcher`] within the host's turn. What the file means is decided in `robots`; here stand
//! how it is had, how long it is kept, and what its absence means.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use url::{Host as Name, Position, Url};

use super::exchange::{Answer, Ask, Bound, exchange};
use super::host::{Host, Known, Turn};
use super::robots::{self, Robots};
use super::{Failure, FailureKind, Fetcher, Rules};
use crate::domain::page::Method;

/// How long a robots.txt is kept (RFC 9309 §2.4).
const ROBOTS_LIFE: Duration = Duration::from_secs(24 * 3600);
/// How long a doubtful answer to robots.txt is kept: a page of HTML or a refusal may be a firewall's and not the court's.
const DOUBTFUL_LIFE: Duration = Duration::from_secs(3600);
/// Redirects that are followed for robots.txt (RFC 9309 §2.3.1.2).
const ROBOTS_REDIRECTS: usize = 5;

impl Fetcher {
    /// Fails when the host forbids the page or its robots.txt cannot be read.
    pub(super) async fn obey_robots(&self, host: &Host, turn: &mut Turn<'_>, rules: &Rules, url: &Url) -> Result<(), Failure> {
        let robots = match host.robots(self.inner.clock.now()) {
            Known::Fresh(robots) => robots,
            Known::Paused(until) => return Err(Failure::no_robots(&host.name, Some(until))),
            Known::Unknown => self.read_robots(host, turn, rules, url).await?,
        };
        if robots.allows(&url[Position::BeforePath..Position::AfterQuery]) {
            return Ok(());
        }
        let why = format!("the robots.txt of {} forbids this page", host.name);
        Err(Failure { kind: FailureKind::Disallowed, why, not_before: None })
    }

    /// Asks for robots.txt and keeps what it says: what cannot be found allows everything, what cannot be read forbids
    /// everything for now (RFC 9309 §2.3.1).
    async fn read_robots(&self, host: &Host, turn: &mut Turn<'_>, rules: &Rules, url: &Url) -> Result<Arc<Robots>, Failure> {
        let mut at = url.join("/robots.txt").map_err(|_| Failure::no_robots(&host.name, None))?;
        let mut answer = self.ask_robots(host, turn, rules, &at).await?;
        for _ in 0..ROBOTS_REDIRECTS {
            let Some(target) = answer.location.take().filter(|target| answer.status / 100 == 3 && may_follow(&at, target)) else { break };
            at = target;
            answer = self.ask_robots(host, turn, rules, &at).await?;
        }
        let html = answer.header("content-type").is_some_and(|value| value.starts_with("text/html"));
        let (robots, life) = match answer.status {
            200..=299 if html => (Robots::parse(&answer.body), DOUBTFUL_LIFE),
            200..=299 => (Robots::parse(&answer.body), ROBOTS_LIFE),
            404 | 410 => (Robots::default(), ROBOTS_LIFE),
            _ => (Robots::default(), DOUBTFUL_LIFE),
        };
        let robots = Arc::new(robots);
        host.keep_robots(Arc::clone(&robots), self.inner.clock.now() + life);
        Ok(robots)
    }

    /// One request of the robots.txt, in the same queue, gap and budget as any other.
    async fn ask_robots(&self, host: &Host, turn: &mut Turn<'_>, rules: &Rules, url: &Url) -> Result<Answer, Failure> {
        let client = self.inner.clients.client(url, &rules.reach)?;
        turn.start(rules, &self.inner.clock).await?;
        let ask = Ask {
            method: Method::Get,
            url,
            headers: &rules.headers,
            body: None,
            validators: None,
            timeout: rules.timeout,
            reuses: turn.reuses(),
        };
        let started = Instant::now();
        let result = exchange(&client, ask, Bound::Cut(robots::MOST_BYTES)).await;
        turn.end(result.is_ok());
        self.note(host, (&rules.source, "robots.txt"), started, &result);
        let now = self.inner.clock.now();
        match result {
            // Asked too often: that is no word on robots.txt, and certainly no permission.
            Ok(answer) if answer.status == 429 => self.judge(host, rules, Ok(answer)),
            Ok(answer) if answer.status < 500 => {
                host.works();
                Ok(answer)
            }
            result => {
                let failure = self.judge(host, rules, result).err();
                host.lacks_robots(rules, now);
                let mut told = Failure::no_robots(&host.name, failure.as_ref().and_then(|failure| failure.not_before));
                if let Some(failure) = failure {
                    told.why = format!("{}: {}", told.why, failure.why);
                }
                Err(told)
            }
        }
    }
}

/// Whether a robots.txt is fetched from the redirect's target: on any site, as RFC 9309 §2.3.1.2 asks, but not from HTTPS down
/// to HTTP and not from an address or a machine inside the operator's network, where a court has nothing to say. Such a
/// redirect counts as "not found".
fn may_follow(from: &Url, to: &Url) -> bool {
    let scheme = to.scheme() == from.scheme() || to.scheme() == "https";
    let is_public = |url: &Url| matches!(url.host(), Some(Name::Domain(name)) if name.contains('.'));
    scheme && (from.host() == to.host() || is_public(to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn robots_are_read_on_other_public_sites_and_nowhere_else() {
        let url = |text: &str| Url::parse(text).expect("an address");
        let from = url("https://court.example.org/robots.txt");
        for (to, followed) in [
            ("https://court.example.org/static/robots.txt", true),
            ("https://portal.example.org/robots.txt", true),
            ("http://portal.example.org/robots.txt", false),
            ("https://10.0.0.1/robots.txt", false),
            ("https://[::1]/robots.txt", false),
            ("https://intranet/robots.txt", false),
        ] {
            assert_eq!(may_follow(&from, &url(to)), followed, "{to}");
        }
    }
}
