//! HTTP to the courts: polite, bounded, honest.
//!
//! `daemon` and `cli` ask a [`Fetcher`] for one page at a time and get a page, "not modified", or a failure of a named
//! kind; the recipe says what the page means. For each host there is one queue (`host`), one robots.txt (`robots`) and
//! one budget, shared by all sources on it. `clients` keep to public addresses, `exchange` sends, `trouble` names what went wrong, [`guard`] keeps webhooks
//! out of private networks. Nothing here reads a page, solves a captcha, hides who we are, or goes around a refusal
//! (`domain.md` R-E2 to R-E5).

mod clients;
mod dates;
mod exchange;
pub mod guard;
mod host;
mod jar;
mod obey;
mod robots;
pub mod room;
mod tally;
mod tls;
mod trouble;
pub mod view;
mod visit;
mod waits;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::{Position, Url};

pub use self::jar::Jar;

use self::clients::Clients;
use self::dates::Dates;
use self::host::Host;
use self::room::{Load, Room};
use self::tally::Tally;
use self::view::HostView;
use crate::clock::Clock;
use crate::domain::page::{Page, Request};
use crate::domain::reach::Reach;
use crate::domain::reasons;
use crate::domain::schedule::Hours;
use crate::metrics::Metrics;

/// What a source allows, from its recipe and the operator's changes to it.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The source's id, for metrics and the log.
    pub source: String,
    /// The recipe's headers, sent with robots.txt.
    pub headers: Vec<(String, String)>,
    /// The least time between the end of one request to a host and the start of the next.
    pub gap: Duration,
    /// Most requests to a host in a civil day of `zone`, robots.txt included.
    pub daily: u32,
    /// The deadline over one whole request.
    pub timeout: Duration,
    /// When the source may be asked; always, when `None`.
    pub hours: Option<Hours>,
    /// The zone of the source's days and hours.
    pub zone: TimeZone,
    /// How long a host is left alone.
    pub rest: Rest,
    /// What may be asked inside the operator's own network; public addresses always may.
    pub reach: Reach,
}

/// How long a host is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rest {
    /// After five failures in a row; doubled each time, up to twelvefold. Also the wait before a robots.txt is tried again.
    pub failing: Duration,
    /// After three refusals in a row.
    pub refused: Duration,
}

impl Rest {
    /// For courts: five minutes, and six hours after refusals (`domain.md` R-E4, `sources/ecuador.md` §1.8).
    pub const COURT: Self = Self { failing: Duration::from_secs(300), refused: Duration::from_secs(6 * 3600) };
    /// For a base address on loopback, where nobody is burdened and tests and demonstrations should go on soon.
    pub const LOOPBACK: Self = Self { failing: Duration::from_millis(200), refused: Duration::from_millis(500) };
}

/// What a server said of an earlier page, to ask whether it still holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Validators {
    /// Its `ETag`.
    pub etag: Option<String>,
    /// Its `Last-Modified`.
    pub last_modified: Option<String>,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// A complete answer, whatever its status: not a redirect, not 403, not 429, not 5xx.
    Page(Page),
    /// The page is as it was when the validators were given.
    NotModified {
        /// When the server said so.
        at: Timestamp,
    },
    /// No page.
    Failed(Failure),
}

/// Why there is no page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What kind of trouble it is.
    pub kind: FailureKind,
    /// One sentence for people; it names the host and never the address.
    pub why: String,
    /// When asking again can help at the earliest, if that is known.
    pub not_before: Option<Timestamp>,
}

/// The kinds of failure; they must not be mixed up (`domain.md` R-E5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The host could not be reached, broke down, or did not answer in time.
    Unavailable,
    /// The host refuses us: 403 or 429.
    Blocked,
    /// Its robots.txt forbids the page.
    Disallowed,
    /// An answer came, and it is not a page: a redirect, truncated, too large, badly encoded.
    Unreadable,
    /// Nothing was asked: the host rests, is closed, its budget is spent, or its queue is long. No fault of the source.
    Postponed,
    /// An answer was not taken, because other large answers are held and read (see [`room`]). No fault of the source.
    Crowded,
}

/// What is kept of a host across restarts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostRecord {
    /// Scheme, name and port.
    pub host: String,
    /// Requests sent in the running day.
    pub used: u32,
    /// When that day ends.
    pub day_ends: Timestamp,
    /// Until when the host is left alone.
    pub resting_until: Option<Timestamp>,
}

/// Why a client could not be built.
#[derive(Debug)]
pub enum BuildError {
    /// TLS.
    Tls(rustls::Error),
    /// The HTTP client.
    Client(reqwest::Error),
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tls(_) => "set up TLS",
            Self::Client(_) => "set up the HTTP client",
        })
    }
}

impl std::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Tls(error) => Some(error),
            Self::Client(error) => Some(error),
        }
    }
}

/// Asks courts for pages. Clones share everything.
#[derive(Clone)]
pub struct Fetcher {
    inner: Arc<Inner>,
}

struct Inner {
    clients: Clients,
    dates: Dates,
    room: Room,
    clock: Clock,
    metrics: Metrics,
    hosts: Mutex<HashMap<String, Arc<Host>>>,
    tallies: Mutex<HashMap<String, Arc<Tally>>>,
}

impl Fetcher {
    /// A fetcher that says who runs it: `contact` is a mail address or a web address.
    pub fn new(contact: Option<&str>, clock: Clock, metrics: Metrics) -> Result<Self, BuildError> {
        let (clients, dates) = (Clients::new(user_agent(contact))?, Dates::new(&metrics));
        let inner = Inner { clients, dates, room: Room::default(), clock, metrics, hosts: Mutex::default(), tallies: Mutex::default() };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Shows the metrics of a source at 0 before it is first asked.
    pub fn introduce(&self, source: &str) {
        self.tally(source);
    }

    /// Asks for one page when its host may be asked: waits through the queue and the gap where that is short, and
    /// returns [`FailureKind::Postponed`] where it is long.
    pub async fn fetch(&self, rules: &Rules, request: &Request, validators: Option<&Validators>) -> Fetched {
        self.fetch_in(rules, request, validators, None, &mut self.load()).await
    }

    /// The same within a visit that may keep cookies, and that holds what it got.
    pub async fn fetch_in(
        &self,
        rules: &Rules,
        request: &Request,
        validators: Option<&Validators>,
        jar: Option<&mut Jar>,
        load: &mut Load,
    ) -> Fetched {
        let (tally, before) = (self.tally(&rules.source), load.bytes());
        let fetched = self.page(rules, request, validators, jar, load, &tally).await.unwrap_or_else(Fetched::Failed);
        if !matches!(fetched, Fetched::Page(_)) {
            load.back_to(before);
        }
        tally.count(&fetched);
        fetched
    }

    /// For a visit that holds nothing yet.
    pub fn load(&self) -> Load {
        self.inner.room.load()
    }

    /// The recipe took a page that this fetcher returned for a block page. Three in a row, or as many 403 and 429, give
    /// the host a long rest; its end is returned.
    pub fn report_blocked(&self, rules: &Rules, url: &str) -> Option<Timestamp> {
        let host = self.host(&Url::parse(url).ok()?);
        let now = self.inner.clock.now();
        host.refuses(rules, now);
        host.resting_until(now)
    }

    /// The recipe could read a page of this host: it does not refuse us. Without this call refusals add up over days.
    pub fn report_ok(&self, url: &str) {
        if let Ok(url) = Url::parse(url) {
            self.host(&url).welcomes();
        }
    }

    /// What to keep across a restart, so that it neither refills a budget nor ends a rest.
    pub fn budget_snapshot(&self) -> Vec<HostRecord> {
        let mut records: Vec<_> = lock(&self.inner.hosts).iter().map(|(key, host)| host.record(key)).collect();
        records.sort_by(|a, b| a.host.cmp(&b.host));
        records
    }

    /// What is known of each host that was asked, by its address.
    pub fn hosts(&self) -> Vec<HostView> {
        let now = self.inner.clock.now();
        let mut views: Vec<_> = lock(&self.inner.hosts).iter().map(|(key, host)| host.view(key, now)).collect();
        views.sort_by(|a, b| a.host.cmp(&b.host));
        views
    }

    /// Takes up what [`budget_snapshot`](Self::budget_snapshot) gave; records of no address are passed over.
    pub fn restore(&self, records: &[HostRecord]) {
        for record in records {
            if let Ok(url) = Url::parse(&record.host) {
                self.host(&url).restore(record);
            }
        }
    }

    /// By how many seconds this machine's clock is ahead of that of each host, as the `Date` of its last answer says.
    pub fn clock_offsets(&self) -> Vec<(String, i64)> {
        self.inner.dates.all()
    }

    /// Forgets hosts of which nothing is worth keeping.
    pub fn forget_idle(&self) {
        let now = self.inner.clock.now();
        lock(&self.inner.hosts).retain(|_, host| Arc::strong_count(host) > 1 || !host.is_idle(now));
    }

    fn host(&self, url: &Url) -> Arc<Host> {
        let key = &url[..Position::BeforePath];
        let mut hosts = lock(&self.inner.hosts);
        if let Some(host) = hosts.get(key) {
            return Arc::clone(host);
        }
        let host = Arc::new(Host::new(&url[Position::BeforeHost..Position::AfterPort]));
        hosts.insert(key.to_owned(), Arc::clone(&host));
        host
    }

    fn tally(&self, source: &str) -> Arc<Tally> {
        let mut tallies = lock(&self.inner.tallies);
        if let Some(tally) = tallies.get(source) {
            return Arc::clone(tally);
        }
        let tally = Arc::new(Tally::new(&self.inner.metrics, source));
        tallies.insert(source.to_owned(), Arc::clone(&tally));
        tally
    }
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fetcher").finish_non_exhaustive()
    }
}

impl Failure {
    fn postponed(why: String, until: Timestamp) -> Self {
        Self { kind: FailureKind::Postponed, why, not_before: Some(until) }
    }

    fn no_robots(host: &str, not_before: Option<Timestamp>) -> Self {
        Self { kind: FailureKind::Unavailable, why: reasons::ROBOTS_UNREAD.with(&[&host]), not_before }
    }
}

impl FailureKind {
    /// The stable name used in metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unavailable => "unavailable",
            Self::Blocked => "blocked",
            Self::Disallowed => "disallowed",
            Self::Unreadable => "unreadable",
            Self::Postponed => "postponed",
            Self::Crowded => "crowded",
        }
    }
}

/// Who we are, always: `veedor/0.1.0 (+mailto:contact)`. What cannot stand in a header is left out.
fn user_agent(contact: Option<&str>) -> String {
    let contact: String = contact.unwrap_or_default().chars().filter(|c| c.is_ascii_graphic() && !matches!(c, '(' | ')' | '\\')).collect();
    let version = env!("CARGO_PKG_VERSION");
    match contact.as_str() {
        "" => format!("veedor/{version} (no contact given)"),
        address if address.starts_with("http://") || address.starts_with("https://") => format!("veedor/{version} (+{address})"),
        address => format!("veedor/{version} (+mailto:{address})"),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
