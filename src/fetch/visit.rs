//! The course of one request: queue, robots.txt, gap, exchange, and what the answer says of the host.
//!
//! Called by [`Fetcher::fetch`]. What a page says is for the recipe; here only statuses are read, and only those that mean
//! the same everywhere.

use tokio::time::Instant;
use url::{Position, Url};

use super::exchange::{Answer, Ask, Bound, exchange};
use super::host::Host;
use super::room::Load;
use super::tally::Tally;
use super::trouble::Trouble;
use super::view::LastAnswer;
use super::{Failure, FailureKind, Fetched, Fetcher, Jar, Rules, Validators};
use crate::domain::page::{Method, Page, Request};
use crate::domain::reasons;

impl Fetcher {
    pub(super) async fn page(
        &self,
        rules: &Rules,
        request: &Request,
        validators: Option<&Validators>,
        jar: Option<&mut Jar>,
        load: &mut Load,
        tally: &Tally,
    ) -> Result<Fetched, Failure> {
        let url = web_url(&request.url)?;
        // Of another method the conditions mean "do nothing unless" and are answered with 412 (RFC 9110 §13.1.2), and the
        // answers to several bodies at one address would be taken for each other.
        let validators = validators.filter(|_| request.method == Method::Get);
        let client = self.inner.clients.client(&url, &rules.reach)?;
        let host = self.host(&url);
        let mut turn = host.turn(rules, self.inner.clock.now()).await?;
        self.obey_robots(&host, &mut turn, rules, &url).await?;
        turn.start(rules, &self.inner.clock).await?;
        let mut headers = request.headers.clone();
        headers.extend(jar.as_ref().and_then(|jar| jar.header(&url)).map(|cookies| ("Cookie".to_owned(), cookies)));
        let ask = Ask {
            method: request.method,
            url: &url,
            headers: &headers,
            body: request.body.as_deref(),
            validators,
            timeout: rules.timeout,
            reuses: turn.reuses(),
        };
        let (started, began) = (Instant::now(), self.inner.clock.now());
        let result = exchange(&client, ask, Bound::Hold(load)).await;
        turn.end(result.is_ok());
        tally.seconds.observe(started.elapsed());
        self.note(&host, (&rules.source, &request.step), started, &result);
        // Still within the turn, so that whoever is next sees a rest that begins now.
        let answer = self.judge(&host, rules, result)?;
        drop(turn);
        tracing::debug!(source = rules.source, host = host.name, step = request.step, status = answer.status, "asked");
        let at = self.inner.clock.now();
        self.inner.dates.note(&host.name, answer.header("date"), began, at);
        if let Some(jar) = jar {
            jar.take(&url, &answer.cookies, at);
        }
        if answer.status == 304 {
            if validators.is_none() {
                let why = format!("{} says that nothing changed, without having been asked", host.name);
                return Err(Failure { kind: FailureKind::Unreadable, why, not_before: None });
            }
            host.welcomes();
            return Ok(Fetched::NotModified { at });
        }
        Ok(Fetched::Page(Page {
            step: request.step.clone(),
            url: request.url.clone(),
            status: answer.status,
            headers: answer.headers,
            body: answer.body,
            charset: request.charset.clone(),
            fetched_at: at,
        }))
    }

    /// Notes what came back, for people who look.
    pub(super) fn note(&self, host: &Host, (source, step): (&str, &str), started: Instant, result: &Result<Answer, Trouble>) {
        let answer = result.as_ref().ok();
        host.note(LastAnswer {
            source: source.to_owned(),
            step: step.to_owned(),
            at: self.inner.clock.now(),
            took: started.elapsed(),
            status: answer.map(|answer| answer.status),
            bytes: answer.map_or(0, |answer| answer.body.len()),
            trouble: result.as_ref().err().map(|trouble| trouble.why.clone()),
        });
    }

    /// Tells the host's state what came back, and sorts out what is no page.
    pub(super) fn judge(&self, host: &Host, rules: &Rules, result: Result<Answer, Trouble>) -> Result<Answer, Failure> {
        let now = self.inner.clock.now();
        let name = &host.name;
        let answer = match result {
            Ok(answer) => answer,
            Err(trouble) => {
                if trouble.kind == FailureKind::Unavailable {
                    host.fails(rules, now);
                }
                return Err(Failure { kind: trouble.kind, why: trouble.why, not_before: host.resting_until(now) });
            }
        };
        let (kind, why) = match answer.status {
            403 => {
                host.refuses(rules, now);
                (FailureKind::Blocked, reasons::REFUSES.with(&[name]))
            }
            429 => {
                host.refuses(rules, now);
                host.asks_to_wait(answer.retry_after.as_deref(), Some(rules.rest.failing), now);
                (FailureKind::Blocked, reasons::TOO_OFTEN.with(&[name]))
            }
            status @ 500.. => {
                host.fails(rules, now);
                if status == 503 {
                    host.asks_to_wait(answer.retry_after.as_deref(), None, now);
                }
                (FailureKind::Unavailable, reasons::BROKEN.with(&[name, &status]))
            }
            300..=399 if answer.status != 304 => {
                host.works();
                (FailureKind::Unreadable, redirect(name, answer.location.as_ref()))
            }
            _ => {
                host.works();
                return Ok(answer);
            }
        };
        Err(Failure { kind, why, not_before: host.resting_until(now) })
    }
}

fn web_url(text: &str) -> Result<Url, Failure> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let why = "the recipe asks for something that is not a web address".to_owned();
    url.ok_or(Failure { kind: FailureKind::Unreadable, why, not_before: None })
}

/// Redirects are told and not followed: a court that moved, or that wants a login, is news for the operator.
fn redirect(host: &str, target: Option<&Url>) -> String {
    const LOGIN: [&str; 7] = ["login", "signin", "sign-in", "auth", "acceso", "ingreso", "captcha"];
    let Some(target) = target.filter(|target| target.has_host()) else { return format!("{host} redirects to nowhere") };
    let name = &target[Position::BeforeHost..Position::AfterPort];
    let path = target.path().to_ascii_lowercase();
    let login = if LOGIN.iter().any(|word| path.contains(word)) { "what looks like a login page of " } else { "" };
    format!("{host} redirects to {login}{name}; if the source moved, its recipe must say where to")
}
