//! What we owe one host: one request at a time, a gap between them, a day's budget, its hours, and rest when it ails,
//! refuses or asks for it.
//!
//! `Fetcher` keeps one [`Host`] for each scheme, name and port. Decisions use the time that is given; only the gap is
//! slept through. A request that would have to wait long is postponed at once instead of holding its task. Nothing here
//! sends. The numbers are those of `domain.md` R-E4.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::robots::Robots;
use super::view::{HostView, LastAnswer, LastAnswers, RobotsView};
use super::waits::{after, doubled, fraction, next_midnight, retry_at};
use super::{Failure, HostRecord, Rules};
use crate::clock::Clock;

/// The longest that a task is held for its turn; whoever would wait longer is told when to come back.
const LONGEST_WAIT: Duration = Duration::from_secs(120);
/// Most waiting tasks of a host without a gap.
const MOST_WAITING: u32 = 1024;
/// Failures in a row that give a host rest (the breaker of the clients in `sources/ecuador.md` §1.8).
const FAILURES: u32 = 5;
/// Refusals in a row that end asking for a long while (R-E4).
const REFUSALS: u32 = 3;
/// The longest `Retry-After` that is honoured (`alerting.md` A4.3).
const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(24 * 3600);
/// A civil day may last 25 hours, and two clocks may differ.
const DAY_SLACK: Duration = Duration::from_secs(2 * 3600);
/// The gap is drawn out by up to this share, so that requests do not tick like a clock.
const JITTER: f64 = 0.25;

/// One host and its queue.
pub(super) struct Host {
    /// The name, with the port where it is not the usual one.
    pub(super) name: String,
    turn: tokio::sync::Mutex<()>,
    waiting: AtomicU32,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    last_end: Option<Instant>,
    /// The last answer was complete, so its connection waits in the pool.
    kept: bool,
    jitter: u64,
    resting: Option<(Timestamp, Reason)>,
    failures: u32,
    rests: u32,
    refusals: u32,
    day_ends: Timestamp,
    used: u32,
    robots: Option<(Arc<Robots>, Timestamp)>,
    robots_failures: u32,
    robots_pause: Option<Timestamp>,
    last: LastAnswers,
}

#[derive(Debug, Clone, Copy)]
enum Reason {
    Asked,
    Failing,
    Refusing,
    Restored,
}

/// What is known of a host's robots.txt.
pub(super) enum Known {
    /// Valid now.
    Fresh(Arc<Robots>),
    /// Could not be read; it is not tried again before this time.
    Paused(Timestamp),
    /// It must be asked for.
    Unknown,
}

impl Host {
    pub(super) fn new(name: &str) -> Self {
        let jitter = name.bytes().fold(0, |hash: u64, byte| hash.wrapping_mul(31).wrapping_add(u64::from(byte)));
        let state = State { jitter, ..State::default() };
        Self { name: name.to_owned(), turn: tokio::sync::Mutex::default(), waiting: AtomicU32::new(0), state: Mutex::new(state) }
    }

    /// Waits in the queue; fails at once when the host may not be asked now or the queue is long.
    pub(super) async fn turn(&self, rules: &Rules, now: Timestamp) -> Result<Turn<'_>, Failure> {
        self.lock().admit(&self.name, rules, now)?;
        let ahead = self.waiting.fetch_add(1, Ordering::SeqCst);
        let place = Place(&self.waiting);
        let wait = self.lock().gap(rules).saturating_mul(ahead);
        if wait > LONGEST_WAIT || ahead >= MOST_WAITING {
            return Err(Failure::postponed(format!("{ahead} requests wait for {} already", self.name), after(now, wait)));
        }
        let lock = self.turn.lock().await;
        Ok(Turn { host: self, open: false, _place: place, _lock: lock })
    }

    /// An answer that shows the host in working order.
    pub(super) fn works(&self) {
        let mut state = self.lock();
        if state.rests > 0 {
            tracing::info!(host = self.name, "host works again");
        }
        (state.failures, state.rests) = (0, 0);
    }

    /// A page that was read: nobody refuses us.
    pub(super) fn welcomes(&self) {
        self.lock().refusals = 0;
    }

    /// No answer, or one that says the host is broken.
    pub(super) fn fails(&self, rules: &Rules, now: Timestamp) {
        let mut state = self.lock();
        state.failures = state.failures.saturating_add(1);
        if state.failures >= FAILURES {
            let rest = doubled(rules.rest.failing, state.rests);
            state.rests = state.rests.saturating_add(1);
            tracing::warn!(host = self.name, failures = state.failures, ?rest, "host fails; it is left alone for a while");
            state.rest(after(now, rest), Reason::Failing);
        }
    }

    /// The host refused us.
    pub(super) fn refuses(&self, rules: &Rules, now: Timestamp) {
        let mut state = self.lock();
        (state.failures, state.rests) = (0, 0);
        state.refusals = state.refusals.saturating_add(1);
        if state.refusals >= REFUSALS {
            tracing::warn!(host = self.name, rest = ?rules.rest.refused, "host refuses us; it is left alone for a while");
            state.rest(after(now, rules.rest.refused), Reason::Refusing);
        }
    }

    /// The host asked for a pause; `or` is the pause where it does not say how long, or says it illegibly.
    pub(super) fn asks_to_wait(&self, retry_after: Option<&str>, or: Option<Duration>, now: Timestamp) {
        let until = retry_after.and_then(|value| retry_at(value, now)).or_else(|| Some(after(now, or?)));
        if let Some(until) = until {
            let capped = until.min(after(now, LONGEST_RETRY_AFTER));
            if capped < until {
                tracing::warn!(host = self.name, "host asks for a wait of more than a day; waiting one day");
            }
            self.lock().rest(capped, Reason::Asked);
        }
    }

    /// Until when the host rests, if it does.
    pub(super) fn resting_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.lock().resting.map(|(until, _)| until).filter(|until| *until > now)
    }

    pub(super) fn robots(&self, now: Timestamp) -> Known {
        let state = self.lock();
        match (&state.robots, state.robots_pause.filter(|until| *until > now)) {
            (Some((robots, until)), _) if *until > now => Known::Fresh(Arc::clone(robots)),
            // A copy that is too old is better than none while the new one cannot be had (RFC 9309 §2.4).
            (Some((robots, _)), Some(_)) => Known::Fresh(Arc::clone(robots)),
            (None, Some(until)) => Known::Paused(until),
            (_, None) => Known::Unknown,
        }
    }

    pub(super) fn keep_robots(&self, robots: Arc<Robots>, until: Timestamp) {
        let mut state = self.lock();
        state.robots = Some((robots, until));
        (state.robots_failures, state.robots_pause) = (0, None);
    }

    /// The robots.txt could not be read; the next try waits as long as a failing host rests.
    pub(super) fn lacks_robots(&self, rules: &Rules, now: Timestamp) {
        let mut state = self.lock();
        state.robots_pause = Some(after(now, doubled(rules.rest.failing, state.robots_failures)));
        state.robots_failures = state.robots_failures.saturating_add(1);
    }

    pub(super) fn record(&self, key: &str) -> HostRecord {
        let state = self.lock();
        let resting_until = state.resting.map(|(until, _)| until);
        HostRecord { host: key.to_owned(), used: state.used, day_ends: state.day_ends, resting_until }
    }

    /// Notes what came of an exchange.
    pub(super) fn note(&self, answer: LastAnswer) {
        self.lock().last.note(answer);
    }

    /// What is known of it now.
    pub(super) fn view(&self, key: &str, now: Timestamp) -> HostView {
        let state = self.lock();
        let robots = match (&state.robots, state.robots_pause.filter(|until| *until > now)) {
            (Some((robots, until)), _) => RobotsView::Read { until: *until, rules: robots.len(), delay: robots.delay },
            (None, Some(again)) => RobotsView::Unreadable { again },
            (None, None) => RobotsView::Unasked,
        };
        HostView {
            host: key.to_owned(),
            used: if state.day_ends > now { state.used } else { 0 },
            day_ends: state.day_ends,
            rests: state.resting.filter(|(until, _)| *until > now).map(|(until, reason)| (until, reason.text())),
            waiting: self.waiting.load(Ordering::SeqCst),
            robots,
            last: state.last.all(),
        }
    }

    pub(super) fn restore(&self, record: &HostRecord) {
        let mut state = self.lock();
        (state.used, state.day_ends) = (record.used, record.day_ends);
        if let Some(until) = record.resting_until {
            state.rest(until, Reason::Restored);
        }
    }

    /// Whether nothing that is kept of the host matters any more.
    pub(super) fn is_idle(&self, now: Timestamp) -> bool {
        let state = self.lock();
        let robots = state.robots.as_ref().is_some_and(|(_, until)| *until > now);
        let resting = state.resting.is_some_and(|(until, _)| until > now);
        self.waiting.load(Ordering::SeqCst) == 0 && state.day_ends <= now && !robots && !resting
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to send to a host, one request after the other. Given back when dropped, and then the gap begins.
pub(super) struct Turn<'a> {
    host: &'a Host,
    open: bool,
    _place: Place<'a>,
    _lock: tokio::sync::MutexGuard<'a, ()>,
}

impl Turn<'_> {
    /// Sleeps through the gap and counts one request; fails when the host has begun to rest or its day is spent.
    pub(super) async fn start(&mut self, rules: &Rules, clock: &Clock) -> Result<(), Failure> {
        loop {
            let now = clock.now();
            let wait = {
                let mut state = self.host.lock();
                state.admit(&self.host.name, rules, now)?;
                let wait = state.until_next(rules);
                if wait.is_zero() {
                    state.used = state.used.saturating_add(1);
                    self.open = true;
                    return Ok(());
                }
                wait
            };
            if wait > LONGEST_WAIT {
                return Err(Failure::postponed(format!("{} is asked seldom", self.host.name), after(now, wait)));
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// Whether the next request will go over a connection that the host may be closing at this moment.
    pub(super) fn reuses(&self) -> bool {
        self.host.lock().kept
    }

    /// The answer is there, or will not come: the gap begins.
    pub(super) fn end(&mut self, complete: bool) {
        self.open = false;
        let mut state = self.host.lock();
        state.kept = complete;
        state.last_end = Some(Instant::now());
        state.jitter = state.jitter.wrapping_add(0x9E37_79B9_7F4A_7C15);
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        // A visit that is cut short, as at shutdown, has still asked.
        if self.open {
            self.end(false);
        }
    }
}

struct Place<'a>(&'a AtomicU32);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

impl State {
    /// Whether a request may be sent at all; a new civil day refills the budget.
    fn admit(&mut self, host: &str, rules: &Rules, now: Timestamp) -> Result<(), Failure> {
        self.clock_went_back(now);
        if let Some((until, reason)) = self.resting.filter(|(until, _)| *until > now) {
            return Err(Failure::postponed(format!("{host} {}", reason.text()), until));
        }
        if let Some(hours) = &rules.hours
            && !hours.contain(now, &rules.zone)
        {
            return Err(Failure::postponed(format!("{host} is asked only during its hours"), hours.next_open(now, &rules.zone)));
        }
        if now >= self.day_ends {
            (self.day_ends, self.used) = (next_midnight(now, &rules.zone), 0);
        }
        if self.used >= rules.daily {
            return Err(Failure::postponed(format!("the {} requests a day for {host} are spent", rules.daily), self.day_ends));
        }
        Ok(())
    }

    /// No rest and no day reaches further than a day ahead. What does was planned by a clock that stood too far ahead, here or
    /// before a restart, and would silence the host for as long.
    fn clock_went_back(&mut self, now: Timestamp) {
        let horizon = after(now, LONGEST_RETRY_AFTER + DAY_SLACK);
        self.resting = self.resting.filter(|(until, _)| *until <= horizon);
        if self.day_ends > horizon {
            self.day_ends = now;
        }
    }

    fn gap(&self, rules: &Rules) -> Duration {
        self.robots.as_ref().map_or(rules.gap, |(robots, _)| rules.gap.max(robots.delay))
    }

    fn until_next(&self, rules: &Rules) -> Duration {
        let (gap, Some(last_end)) = (self.gap(rules), self.last_end) else { return Duration::ZERO };
        if gap.is_zero() {
            return Duration::ZERO;
        }
        let jitter = gap.min(LONGEST_WAIT).mul_f64(JITTER * fraction(self.jitter));
        gap.saturating_add(jitter).saturating_sub(last_end.elapsed())
    }

    /// Of two rests the longer one counts.
    fn rest(&mut self, until: Timestamp, reason: Reason) {
        if self.resting.is_none_or(|(present, _)| present < until) {
            self.resting = Some((until, reason));
        }
    }
}

impl Reason {
    fn text(self) -> &'static str {
        match self {
            Self::Asked => "asked us to wait",
            Self::Failing => "failed several times in a row and is left alone for a while",
            Self::Refusing => "refused us several times in a row and is left alone for a while",
            Self::Restored => "is left alone since before the restart",
        }
    }
}
