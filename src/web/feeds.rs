//! `/feeds/{token}/…`: what feed readers and calendar programs fetch, without a guard but with a secret address.
//!
//! The daemon makes a document; here its bytes are kept, plain and packed, until what they were made of has changed, so that many who ask
//! often cost little. The same bytes have the same ETag, and who has them gets 304 (`alerting.md` C2). Whoever asks with a wrong or revoked
//! address gets the same answer as at any other page that is not there, and soon none at all. No log and no counter names an address.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderName, LAST_MODIFIED, REFERRER_POLICY, RETRY_AFTER,
    VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use tokio::sync::{Mutex as Turn, Semaphore};

use super::Pages;
use super::unchanged::{is_unchanged, takes_gzip};
use crate::ask::Ask;
use crate::ask::board::{FeedForm, FeedQuestion, FeedScope};
use crate::ask::line::Sight;
use crate::domain::about::Language;
use crate::domain::case::CaseRef;
use crate::domain::feed::{FeedAddress, Scope, Token};
use crate::domain::id::{hex, sha256};
use crate::store::pulse::blocking;
use crate::wire::api::feeds::FeedDocument;

/// Documents that are kept, and their bytes together; a calendar of many cases takes megabytes.
const MOST: usize = 400;
const MOST_BYTES: usize = 96 << 20;

/// For so long nobody asks whether a document has changed.
const FRESH: Duration = Duration::from_secs(1);

/// Requests that are looked into at a time; more are asked to come again.
const AT_ONCE: usize = 64;

/// Wrong addresses that are answered at once, and how soon another one is.
const WRONG: u32 = 30;
const WRONG_EACH: Duration = Duration::from_millis(500);

/// What the routes work with.
#[derive(Debug, Clone)]
struct Served {
    pages: Pages,
    turns: Arc<Semaphore>,
    wrong: Arc<Mutex<(u32, Instant)>>,
    kept: Arc<Mutex<HashMap<FeedQuestion, Arc<Slot>>>>,
}

/// The place of a document.
#[derive(Debug)]
struct Slot {
    document: Mutex<Option<Kept>>,
    turn: Turn<()>,
    asked: Mutex<Instant>,
}

/// A document.
#[derive(Debug, Clone)]
struct Kept {
    state: String,
    body: Bytes,
    packed: Bytes,
    tag: Arc<str>,
    modified: Timestamp,
    checked: Instant,
}

/// The routes.
pub(super) fn router(pages: &Pages) -> Router {
    let served = Served {
        pages: pages.clone(),
        turns: Arc::new(Semaphore::new(AT_ONCE)),
        wrong: Arc::new(Mutex::new((WRONG, Instant::now()))),
        kept: Arc::default(),
    };
    Router::new()
        .route("/feeds/{token}/{file}", get(of_all))
        .route("/feeds/{token}/tag/{file}", get(of_tag))
        .route("/feeds/{token}/case/{source}/{file}", get(of_case))
        .with_state(served)
}

/// Which page of an older document.
#[derive(Debug, Default, Deserialize)]
struct Page {
    page: Option<u32>,
}

/// What stands in the address behind the token.
enum Named {
    All,
    Tag(String),
    Case(String, String),
}

async fn of_all(
    State(served): State<Served>,
    Path((token, file)): Path<(String, String)>,
    page: Query<Page>,
    asked: HeaderMap,
) -> Response {
    let ending = file.strip_prefix("all").unwrap_or_default().to_owned();
    served.answer(&token, Named::All, &ending, &page, &asked).await
}

async fn of_tag(
    State(served): State<Served>,
    Path((token, file)): Path<(String, String)>,
    page: Query<Page>,
    asked: HeaderMap,
) -> Response {
    let (tag, ending) = split(&file);
    served.answer(&token, Named::Tag(tag.to_owned()), ending, &page, &asked).await
}

async fn of_case(
    State(served): State<Served>,
    Path((token, source, file)): Path<(String, String, String)>,
    page: Query<Page>,
    asked: HeaderMap,
) -> Response {
    let (number, ending) = split(&file);
    served.answer(&token, Named::Case(source, number.to_owned()), ending, &page, &asked).await
}

/// A file's name, and its ending with the dot.
fn split(file: &str) -> (&str, &str) {
    file.rfind('.').map_or((file, ""), |at| file.split_at(at))
}

impl Served {
    async fn answer(&self, token: &str, named: Named, ending: &str, page: &Page, asked: &HeaderMap) -> Response {
        let Ok(_turn) = self.turns.try_acquire() else { return busy() };
        let form = match (ending, page.page) {
            (".atom", None) => Some(FeedForm::Atom),
            (".atom", Some(page)) => Some(FeedForm::Archive(page)),
            (".ics", None) => Some(FeedForm::Calendar),
            _ => None,
        };
        let address = match (Token::parse(token), form) {
            (Some(token), Some(form)) => match self.address(token, &named).await {
                Ok(found) => found.map(|address| (address, form)),
                Err(()) => return failed(),
            },
            _ => None,
        };
        let Some((address, form)) = address else { return self.unknown() };
        let question = FeedQuestion { of: scope(&address.scope), english: address.language == Language::En, form, state: None };
        match self.document(question).await {
            Ok(kept) => sent(&kept, form, asked),
            Err(Why::Unknown) => self.unknown(),
            Err(Why::NotYet) => failed(),
        }
    }

    /// The address of a token, when it is of what is named; the day is noted.
    async fn address(&self, token: Token, named: &Named) -> Result<Option<FeedAddress>, ()> {
        let store = self.pages.store.clone();
        let found = blocking(move || store.feed_of(&token)).await.map_err(|error| tracing::error!(%error, "feeds cannot be served"))?;
        let found = found.filter(|address| self.is_of(address, named));
        if let Some(address) = &found {
            let today = self.pages.clock.now().to_zoned_datetime(TimeZone::UTC).date();
            if address.used.is_none_or(|used| used < today) {
                self.pages.store.feed_used(address.id, today);
            }
        }
        Ok(found)
    }

    fn is_of(&self, address: &FeedAddress, named: &Named) -> bool {
        let squeeze = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect::<String>();
        match (&address.scope, named) {
            (Scope::All, Named::All) => true,
            (Scope::Tag(tag), Named::Tag(named)) => tag == named,
            (Scope::Case(case), Named::Case(source, number)) => {
                let config = self.pages.config.load();
                let canonical = |case: &CaseRef| config.watch(case).map(|watch| squeeze(&watch.number.canonical));
                case.source == *source && (squeeze(&case.number) == squeeze(number) || canonical(case) == Some(squeeze(number)))
            }
            _ => false,
        }
    }

    /// The document, made anew when it has changed; while that is done the last one serves.
    async fn document(&self, question: FeedQuestion) -> Result<Kept, Why> {
        let slot = self.slot(&question);
        if let Some(kept) = slot.held().filter(|kept| kept.checked.elapsed() < FRESH) {
            return Ok(kept);
        }
        let _turn = match slot.held() {
            Some(kept) => match slot.turn.try_lock() {
                Ok(turn) => turn,
                Err(_) => return Ok(kept),
            },
            None => slot.turn.lock().await,
        };
        let before = slot.held();
        if let Some(kept) = before.clone().filter(|kept| kept.checked.elapsed() < FRESH) {
            return Ok(kept);
        }
        let state = before.as_ref().map(|kept| kept.state.clone());
        let asked = Ask::Feed(FeedQuestion { state, ..question });
        let document: FeedDocument = match self.pages.line.get(asked, Sight::AsTold).await {
            Ok(document) => document,
            Err(refusal) if refusal.code == 4 => {
                self.make_room();
                return Err(Why::Unknown);
            }
            Err(refusal) => {
                self.make_room();
                tracing::debug!(why = refusal.why, "a feed could not be made");
                return before.ok_or(Why::NotYet);
            }
        };
        let checked = Instant::now();
        let kept = match (document.body, before) {
            (None, Some(before)) => Kept { state: document.state, checked, ..before },
            (None, None) => return Err(Why::NotYet),
            (Some(body), before) => {
                let updated = document.updated.parse().unwrap_or(Timestamp::UNIX_EPOCH);
                let now = self.pages.clock.now();
                blocking(move || Ok(Kept { state: document.state, checked, ..packed(body, before, updated, now) }))
                    .await
                    .map_err(|_| Why::NotYet)?
            }
        };
        *slot.document.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept.clone());
        self.make_room();
        Ok(kept)
    }

    fn slot(&self, question: &FeedQuestion) -> Arc<Slot> {
        let mut all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = all
            .entry(question.clone())
            .or_insert_with(|| Arc::new(Slot { document: Mutex::new(None), turn: Turn::new(()), asked: Mutex::new(Instant::now()) }));
        *slot.asked.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        Arc::clone(slot)
    }

    /// Lets go of what was asked for least recently.
    fn make_room(&self) {
        let mut all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let size = |slot: &Slot| slot.held().map_or(0, |kept| kept.body.len() + kept.packed.len());
        let mut order: Vec<(Instant, usize, FeedQuestion)> = all
            .iter()
            .map(|(question, slot)| (*slot.asked.lock().unwrap_or_else(PoisonError::into_inner), size(slot), question.clone()))
            .collect();
        order.sort_unstable_by_key(|(asked, ..)| *asked);
        let mut bytes: usize = order.iter().map(|(_, size, _)| *size).sum();
        for (_, size, question) in order {
            if all.len() <= MOST && bytes <= MOST_BYTES || all.len() <= 1 {
                break;
            }
            all.remove(&question);
            bytes = bytes.saturating_sub(size);
        }
    }

    /// Nothing is there; whoever tries many addresses waits.
    fn unknown(&self) -> Response {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        let since = wrong.1.elapsed();
        let more = u32::try_from(since.as_millis() / WRONG_EACH.as_millis()).unwrap_or(u32::MAX);
        if more > 0 {
            *wrong = (wrong.0.saturating_add(more).min(WRONG), Instant::now());
        }
        if wrong.0 == 0 {
            return busy();
        }
        wrong.0 -= 1;
        (StatusCode::NOT_FOUND, plain(), "No hay nada en esta dirección. / There is nothing at this address.\n").into_response()
    }
}

/// Why there is no document.
enum Why {
    Unknown,
    NotYet,
}

impl Slot {
    fn held(&self) -> Option<Kept> {
        self.document.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn scope(scope: &Scope) -> FeedScope {
    match scope {
        Scope::All => FeedScope::All,
        Scope::Tag(tag) => FeedScope::Tag(tag.clone()),
        Scope::Case(CaseRef { source, number }) => FeedScope::Case { source: source.clone(), number: number.clone() },
    }
}

/// The bytes of a document. It counts as changed when it says so, and when other bytes stand where some were served: not every change has a
/// time of its own.
fn packed(body: String, before: Option<Kept>, updated: Timestamp, now: Timestamp) -> Kept {
    let tag: Arc<str> = hex(&sha256(body.as_bytes())[..16]).into();
    if let Some(before) = before.as_ref().filter(|before| before.tag == tag) {
        return before.clone();
    }
    let modified = if before.is_some() { now.max(updated) } else { updated };
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    // Writing into memory does not fail; what was not packed is served plain.
    let packed = encoder.write_all(body.as_bytes()).and_then(|()| encoder.finish()).unwrap_or_default();
    Kept { state: String::new(), body: body.into(), packed: packed.into(), tag, modified, checked: Instant::now() }
}

fn sent(kept: &Kept, form: FeedForm, asked: &HeaderMap) -> Response {
    let gzip = takes_gzip(asked) && !kept.packed.is_empty();
    let tag = if gzip { format!("\"{}-gzip\"", kept.tag) } else { format!("\"{}\"", kept.tag) };
    let mut headers = plain();
    let modified = u64::try_from(kept.modified.as_second()).unwrap_or_default();
    let modified = std::time::UNIX_EPOCH.checked_add(Duration::from_secs(modified)).unwrap_or(std::time::UNIX_EPOCH);
    let mut put = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    put(ETAG, &tag);
    put(LAST_MODIFIED, &httpdate::fmt_http_date(modified));
    put(CACHE_CONTROL, "private, no-cache");
    put(VARY, "accept-encoding");
    if is_unchanged(asked, &tag, Some(modified)) {
        headers.remove(CONTENT_TYPE);
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let kind = match form {
        FeedForm::Calendar => "text/calendar; charset=utf-8",
        FeedForm::Atom | FeedForm::Archive(_) => "application/atom+xml; charset=utf-8",
    };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    if gzip {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    (StatusCode::OK, headers, if gzip { kept.packed.clone() } else { kept.body.clone() }).into_response()
}

fn busy() -> Response {
    let mut headers = plain();
    headers.insert(RETRY_AFTER, HeaderValue::from_static("5"));
    (
        StatusCode::TOO_MANY_REQUESTS,
        headers,
        "Demasiadas consultas; vuelva en unos segundos. / Too many requests; come again in a few seconds.\n",
    )
        .into_response()
}

/// The store does not answer, or not every case was looked at since the start: a program that comes again keeps what it has.
fn failed() -> Response {
    let mut headers = plain();
    headers.insert(RETRY_AFTER, HeaderValue::from_static("30"));
    (StatusCode::SERVICE_UNAVAILABLE, headers, "Todavía no está listo; vuelva en un minuto. / Not ready yet; come again in a minute.\n")
        .into_response()
}

/// Nothing is kept by others, passed on, framed or guessed.
fn plain() -> HeaderMap {
    let fixed: [(HeaderName, &'static str); 6] = [
        (CONTENT_TYPE, "text/plain; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (HeaderName::from_static("x-robots-tag"), "noindex, nofollow"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox; base-uri 'none'; frame-ancestors 'none'"),
    ];
    fixed.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect()
}
