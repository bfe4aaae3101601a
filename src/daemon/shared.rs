//! Answers that serve many cases: one feed of a court for all that are watched there.
//!
//! Asked by [`ask`](super::ask) for the steps that a recipe marks `shared`. An answer stands here beside the fetcher, in
//! memory, for as long as the recipe says; the same question that is being asked already is waited for and not asked again.
//! A page keeps the time at which it was fetched. Nothing here outlives a reload.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use crate::clock::Clock;
use crate::domain::id::sha256;
use crate::domain::page::{Method, Page, Request};
use crate::fetch::room::{Load, NoRoom};
use crate::fetch::{Failure, FailureKind, Fetched, Fetcher, Rules, Validators};

/// The most bytes of pages that are held. The feed of a large court is a few hundred kilobytes; of what is beyond this, the
/// oldest is asked for again.
const MOST_BYTES: usize = 32 << 20;

/// The most questions whose answers are held.
const MOST_ANSWERS: usize = 1024;

type Key = [u8; 32];

/// The answers held. Clones share everything.
#[derive(Clone)]
pub struct Shared {
    clock: Clock,
    held: Arc<Mutex<HashMap<Key, Held>>>,
}

struct Held {
    slot: Arc<Slot>,
    bytes: usize,
    /// When it was last answered.
    at: Timestamp,
}

/// One question. Whoever holds the lock asks it.
type Slot = tokio::sync::Mutex<Answered>;

#[derive(Default)]
struct Answered {
    page: Option<Page>,
    /// A recipe found that the page is no answer; then it is not held for longer than its host rests.
    refused: bool,
    failure: Option<(Failure, Timestamp)>,
}

impl Shared {
    /// Nothing held yet.
    pub fn new(clock: Clock) -> Self {
        Self { clock, held: Arc::default() }
    }

    /// The answer to a question, from the source unless it gave one within this time; and whether the source was asked.
    pub async fn fetch(&self, fetcher: &Fetcher, rules: &Rules, request: &Request, within: Duration, load: &mut Load) -> (Fetched, bool) {
        let key = key_of(rules, request);
        let slot = self.slot(key);
        let came = self.clock.now();
        let mut answered = slot.lock().await;
        let within = within.min(rest(rules, answered.refused));
        let now = self.clock.now();
        // What many visits have a copy of counts for each.
        if let Some(page) = answered.young(within, now)
            && let Err(why) = load.take(page.body.len()).await
        {
            return (Fetched::Failed(no_room(why)), false);
        }
        if let Some(known) = answered.stands(request, within, came, now) {
            return (known, false);
        }
        // "Not modified" would give a page that was cut off on its way a second time, and for ever.
        let validators = answered.page.as_ref().filter(|_| !answered.refused).map(|page| Validators {
            etag: page.header("etag").map(str::to_owned),
            last_modified: page.header("last-modified").map(str::to_owned),
        });
        let validators = validators.filter(|known| *known != Validators::default());
        let fetched = fetcher.fetch_in(rules, request, validators.as_ref(), None, load).await;
        let fetched = match (fetched, answered.page.take()) {
            (Fetched::NotModified { at }, Some(page)) => {
                let page = Page { fetched_at: at, ..page };
                match load.take(page.body.len()).await {
                    Ok(()) => Fetched::Page(page),
                    Err(why) => {
                        answered.page = Some(page);
                        return (Fetched::Failed(no_room(why)), true);
                    }
                }
            }
            (fetched, _) => fetched,
        };
        match &fetched {
            Fetched::Page(page) => {
                *answered = Answered { page: Some(page.clone()), ..Answered::default() };
                self.keep(key, &slot, page.body.len(), page.fetched_at);
            }
            Fetched::Failed(failure) => {
                let now = self.clock.now();
                *answered = Answered { failure: Some((failure.clone(), now)), ..Answered::default() };
                self.keep(key, &slot, 0, now);
            }
            Fetched::NotModified { .. } => {}
        }
        (fetched, true)
    }

    /// A recipe refused the answer to this question.
    pub async fn refuse(&self, rules: &Rules, request: &Request) {
        let slot = self.slot(key_of(rules, request));
        slot.lock().await.refused = true;
    }

    /// Forgets everything: what is asked and how it is read may be different now.
    pub fn forget(&self) {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn slot(&self, key: Key) -> Arc<Slot> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || Held { slot: Arc::default(), bytes: 0, at: Timestamp::MAX };
        held.entry(key).or_insert_with(fresh).slot.clone()
    }

    /// Notes what a slot holds now, and drops the oldest of what is too much. Who waits for a dropped slot still has it.
    fn keep(&self, key: Key, slot: &Arc<Slot>, bytes: usize, at: Timestamp) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(this) = held.get_mut(&key).filter(|this| Arc::ptr_eq(&this.slot, slot)) {
            (this.bytes, this.at) = (bytes, at);
        }
        let mut sizes: Vec<(Timestamp, usize, Key)> = held.iter().map(|(key, held)| (held.at, held.bytes, *key)).collect();
        sizes.sort_unstable();
        let mut total: usize = sizes.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, bytes, key) in sizes {
            if total <= MOST_BYTES && held.len() <= MOST_ANSWERS {
                break;
            }
            held.remove(&key);
            total -= bytes;
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

impl Answered {
    /// What is known already and will do: a page that is young enough, a failure of the very asking that was waited for, or one
    /// that says when asking can help again.
    fn stands(&self, request: &Request, within: Duration, came: Timestamp, now: Timestamp) -> Option<Fetched> {
        if let Some(page) = self.young(within, now) {
            return Some(Fetched::Page(Page { step: request.step.clone(), charset: request.charset.clone(), ..page.clone() }));
        }
        let (failure, at) = self.failure.as_ref()?;
        let waits = failure.not_before.is_some_and(|not_before| not_before > now);
        (*at >= came || waits).then(|| Fetched::Failed(failure.clone()))
    }

    fn young(&self, within: Duration, now: Timestamp) -> Option<&Page> {
        let is_young =
            |page: &&Page| page.fetched_at <= now && Duration::try_from(now.duration_since(page.fetched_at)).is_ok_and(|age| age <= within);
        self.page.as_ref().filter(is_young)
    }
}

/// Said of a visit that gets no copy of what is held.
fn no_room(why: NoRoom) -> Failure {
    let (kind, why) = match why {
        NoRoom::Full => {
            let why = "an answer is held for it, and there is no room for another copy while other large answers are read".to_owned();
            (FailureKind::Crowded, why)
        }
        NoRoom::TooLarge => (FailureKind::Unreadable, why.to_string()),
    };
    Failure { kind, why, not_before: None }
}

/// How long a page may be held that no recipe could read; any time, for one that could be read.
fn rest(rules: &Rules, refused: bool) -> Duration {
    if refused { rules.rest.failing } else { Duration::MAX }
}

/// What makes two questions one.
fn key_of(rules: &Rules, request: &Request) -> Key {
    let method = match request.method {
        Method::Get => "get",
        Method::Post => "post",
    };
    let headers = request.headers.iter().flat_map(|(name, value)| [name.as_str(), value]);
    let mut bytes = Vec::new();
    for part in [rules.source.as_str(), method, &request.url].into_iter().chain(headers) {
        bytes.extend_from_slice(&part.len().to_le_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    bytes.extend_from_slice(request.body.as_deref().unwrap_or_default());
    sha256(&bytes)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use jiff::tz::TimeZone;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;
    use crate::domain::reach::Reach;
    use crate::fetch::{FailureKind, Rest};
    use crate::metrics::Metrics;

    /// A court that counts its answers, and breaks down when told to.
    struct Desk {
        fetcher: Fetcher,
        shared: Shared,
        rules: Rules,
        base: String,
        asked: Arc<AtomicUsize>,
        broken: Arc<AtomicUsize>,
    }

    async fn desk() -> Desk {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("bound"));
        let (asked, broken) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (count, fails) = (asked.clone(), broken.clone());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (mut head, mut byte) = (Vec::new(), [0]);
                while !head.ends_with(b"\r\n\r\n") && stream.read_exact(&mut byte).await.is_ok() {
                    head.push(byte[0]);
                }
                let is_robots = head.starts_with(b"GET /robots.txt");
                let nth = if is_robots { 0 } else { count.fetch_add(1, Ordering::SeqCst) + 1 };
                let status = if is_robots { 404 } else { 200 + 300 * fails.load(Ordering::SeqCst) };
                let body = format!("feed {nth}");
                let is_known = head.windows(16).any(|bytes| bytes.eq_ignore_ascii_case(b"if-none-match: \""));
                let status = if is_known { 304 } else { status };
                let body = if is_known { String::new() } else { body };
                let tag = if head.starts_with(b"GET /tagged") { "etag: \"x\"\r\n" } else { "" };
                let answer = format!("HTTP/1.1 {status} X\r\nconnection: close\r\n{tag}content-length: {}\r\n\r\n{body}", body.len());
                stream.write_all(answer.as_bytes()).await.expect("sent");
            }
        });
        let clock = Clock::fixed("2026-11-23T17:00:00Z".parse().expect("an instant"));
        let rules = Rules {
            source: "test".into(),
            headers: Vec::new(),
            gap: Duration::ZERO,
            daily: 1000,
            timeout: Duration::from_secs(20),
            hours: None,
            zone: TimeZone::UTC,
            rest: Rest::COURT,
            reach: Reach { private: true, ..Reach::default() },
        };
        let fetcher = Fetcher::new(None, clock.clone(), Metrics::default()).expect("builds");
        Desk { fetcher, shared: Shared::new(clock), rules, base, asked, broken }
    }

    impl Desk {
        async fn fetch(&self, path: &str) -> (Fetched, bool) {
            self.shared.fetch(&self.fetcher, &self.rules, &self.request(path), Duration::from_secs(600), &mut self.fetcher.load()).await
        }

        async fn text(&self, path: &str) -> String {
            match self.fetch(path).await.0 {
                Fetched::Page(page) => String::from_utf8(page.body).expect("text"),
                other => panic!("{other:?}"),
            }
        }

        fn request(&self, path: &str) -> Request {
            let url = format!("{}{path}", self.base);
            Request { step: "feed".into(), method: Method::Get, url, headers: Vec::new(), body: None, charset: None }
        }

        fn later(&self, seconds: u64) {
            self.shared.clock.advance_to(self.shared.clock.now() + Duration::from_secs(seconds));
        }
    }

    #[tokio::test]
    async fn one_asks_for_all_and_only_as_long_as_the_answer_is_young() {
        let desk = desk().await;
        let (one, two, three) = tokio::join!(desk.fetch("/a"), desk.fetch("/a"), desk.fetch("/a"));
        assert_eq!([one.1, two.1, three.1].iter().filter(|asked| **asked).count(), 1);
        assert_eq!((one.0, desk.asked.load(Ordering::SeqCst)), (two.0, 1));
        assert_eq!(desk.text("/b").await, "feed 2");
        desk.later(600);
        let (Fetched::Page(page), false) = desk.fetch("/a").await else { panic!("asked again") };
        assert_eq!(page.fetched_at, desk.shared.clock.now() - Duration::from_secs(600), "a page keeps the time of its fetching");
        desk.later(1);
        assert_eq!(desk.text("/a").await, "feed 3");
        desk.shared.forget();
        assert_eq!(desk.text("/a").await, "feed 4");
        desk.shared.clock.advance_to(desk.shared.clock.now() - Duration::from_secs(60));
        assert_eq!(desk.text("/a").await, "feed 5", "an answer from the future is none");
    }

    #[tokio::test]
    async fn a_failure_is_shared_by_those_who_waited_for_it_and_no_longer_than_the_host_rests() {
        let desk = desk().await;
        desk.broken.store(1, Ordering::SeqCst);
        let (one, two) = tokio::join!(desk.fetch("/a"), desk.fetch("/a"));
        assert!(one.1 && !two.1, "{one:?} {two:?}");
        assert!(matches!(&two.0, Fetched::Failed(failure) if failure.kind == FailureKind::Unavailable), "{two:?}");
        desk.later(1);
        assert!(desk.fetch("/a").await.1, "the next tries for itself");
        desk.broken.store(0, Ordering::SeqCst);
        desk.later(1);
        assert_eq!(desk.text("/a").await, "feed 3");
    }

    #[tokio::test]
    async fn a_page_that_no_recipe_can_read_is_held_for_a_short_rest_only() {
        let desk = desk().await;
        assert_eq!(desk.text("/a").await, "feed 1");
        desk.shared.refuse(&desk.rules, &desk.request("/a")).await;
        desk.later(300);
        assert_eq!(desk.text("/a").await, "feed 1");
        desk.later(1);
        assert_eq!(desk.text("/a").await, "feed 2");
        desk.later(599);
        assert_eq!(desk.text("/a").await, "feed 2", "the new answer is not refused");
    }

    #[tokio::test]
    async fn an_answer_that_was_not_modified_is_young_again() {
        let desk = desk().await;
        assert_eq!(desk.text("/tagged").await, "feed 1");
        desk.later(601);
        let (Fetched::Page(page), true) = desk.fetch("/tagged").await else { panic!("not asked") };
        assert_eq!((page.body, page.fetched_at), (b"feed 1".to_vec(), desk.shared.clock.now()));
        assert_eq!(desk.asked.load(Ordering::SeqCst), 2);
        desk.later(600);
        assert!(!desk.fetch("/tagged").await.1);
        // What no recipe could read is asked for anew, whatever its tag.
        desk.shared.refuse(&desk.rules, &desk.request("/tagged")).await;
        desk.later(301);
        assert_eq!(desk.text("/tagged").await, "feed 3");
    }

    #[tokio::test]
    async fn what_is_held_has_a_bound() {
        let shared = Shared::new(Clock::fixed(Timestamp::UNIX_EPOCH));
        let key = |n: u64| sha256(&n.to_le_bytes());
        for n in 0..2000u64 {
            let slot = shared.slot(key(n));
            shared.keep(key(n), &slot, 100_000, Timestamp::from_second(i64::try_from(n).expect("small")).expect("an instant"));
        }
        let held = shared.held.lock().expect("not poisoned");
        assert!(held.len() <= MOST_BYTES / 100_000 && held.contains_key(&key(1999)) && !held.contains_key(&key(0)), "{}", held.len());
    }
}
