//! Outages of hours and days in virtual time: receivers that fail in every way, restarts in between, and at the end each event has
//! arrived on each channel under one id.
//!
//! Real HTTP, real SMTP and a real store; only the clock is ours. A test, and nothing else.

mod disabled;
mod offline;
mod senders;
mod windows;
mod year;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path as Segment, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::{Attempts, Deliverer};
use crate::clock::Clock;
use crate::config::Config;
use crate::daemon::Handles;
use crate::domain::delivery::{Delivery, DeliveryState};
use crate::domain::docket::Docket;
use crate::domain::event::{Event, EventKind};
use crate::domain::health::Health;
use crate::domain::id::Id;
use crate::domain::route::{Route, route};
use crate::domain::sample;
use crate::domain::schedule::Row;
use crate::store::Version;
use crate::store::cases::Head;
use crate::store::commit::Visit;
use crate::store::open::Options;
use crate::store::outbox::DeliveryFilter;

/// How a receiver behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mood {
    Well,
    /// Answers 500, or 451 to a recipient.
    Broken,
    /// Answers 503, or 421 to the greeting.
    Overloaded,
    /// Answers 429 and asks for an hour, or 452 to a recipient.
    Busy,
    /// Answers 404 and 535: somebody configured something wrongly.
    Astray,
    /// Closes the connection.
    Closed,
    /// Knows no recipient, for good.
    Gone,
    /// Takes no mail from the sender that the watch list has at first.
    Choosy,
    /// Takes a mail and closes the connection instead of saying so.
    Lossy,
}

const MOODS: [Mood; 6] = [Mood::Well, Mood::Broken, Mood::Overloaded, Mood::Busy, Mood::Astray, Mood::Closed];

/// The channels: two webhooks and a mail.
const CHANNELS: [&str; 3] = ["uno", "dos", "mail"];

/// What a receiver took: message id → the events in it.
type Taken = BTreeMap<String, BTreeSet<String>>;

/// The receivers' side.
#[derive(Clone, Default)]
struct Receivers {
    moods: Arc<Mutex<BTreeMap<&'static str, Mood>>>,
    taken: Arc<Mutex<BTreeMap<&'static str, Taken>>>,
    refusals: Arc<AtomicU32>,
}

impl Receivers {
    fn mood(&self, channel: &str) -> Mood {
        self.moods.lock().expect("not poisoned").get(channel).copied().unwrap_or(Mood::Well)
    }

    fn set(&self, channel: &'static str, mood: Mood) {
        self.moods.lock().expect("not poisoned").insert(channel, mood);
    }

    fn take(&self, channel: &str, message: String, events: impl Iterator<Item = String>) {
        let channel = CHANNELS.into_iter().find(|known| *known == channel).expect("a channel of the test");
        self.taken.lock().expect("not poisoned").entry(channel).or_default().entry(message).or_default().extend(events);
    }

    fn taken(&self, channel: &str) -> Taken {
        self.taken.lock().expect("not poisoned").get(channel).cloned().unwrap_or_default()
    }

    /// How many bytes it takes to remember what was taken, about.
    fn bytes(&self) -> usize {
        let size =
            |(message, events): (&String, &BTreeSet<String>)| 100 + message.len() + events.iter().map(|id| 50 + id.len()).sum::<usize>();
        self.taken.lock().expect("not poisoned").values().flatten().map(size).sum()
    }

    async fn hooks(&self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let router = Router::new().route("/{channel}", post(hook)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        port
    }

    async fn relay(&self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let receivers = self.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(talk(stream, receivers.clone()));
            }
        });
        port
    }
}

async fn hook(
    State(receivers): State<Receivers>,
    Segment(channel): Segment<String>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, HeaderMap, String) {
    let mut answer = HeaderMap::new();
    let status = match receivers.mood(&channel) {
        Mood::Well => {
            let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
            let event = body["data"]["event_id"].as_str().expect("an event id").to_owned();
            receivers.take(&channel, headers["webhook-id"].to_str().expect("text").to_owned(), std::iter::once(event));
            StatusCode::NO_CONTENT
        }
        Mood::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        Mood::Overloaded => StatusCode::SERVICE_UNAVAILABLE,
        Mood::Busy => {
            answer.insert("retry-after", "3600".parse().expect("a header"));
            StatusCode::TOO_MANY_REQUESTS
        }
        Mood::Astray => StatusCode::NOT_FOUND,
        // What axum cannot do, a gateway does: an answer that says nothing.
        Mood::Closed => StatusCode::BAD_GATEWAY,
        Mood::Gone | Mood::Choosy | Mood::Lossy => StatusCode::GONE,
    };
    (status, answer, String::new())
}

async fn talk(stream: TcpStream, receivers: Receivers) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let mood = receivers.mood("mail");
    let greeting = match mood {
        Mood::Closed => return None,
        Mood::Overloaded => "421 later",
        _ => "220 relay ESMTP",
    };
    stream.write_all(format!("{greeting}\r\n").as_bytes()).await.ok()?;
    let mut recipient = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let reply = match (line.split([' ', ':', '\r']).next().unwrap_or_default(), mood) {
            ("QUIT", _) => {
                stream.write_all(b"221 bye\r\n").await.ok()?;
                return None;
            }
            ("MAIL", Mood::Astray) => "535 5.7.8 who are you",
            ("MAIL", Mood::Choosy) if line.contains("<v@example.org>") => "550 5.1.8 no such sender",
            ("RCPT", Mood::Gone) => {
                receivers.refusals.fetch_add(1, Ordering::SeqCst);
                "550 5.1.1 nobody"
            }
            ("RCPT", Mood::Broken) => "451 4.3.0 later",
            ("RCPT", Mood::Busy) => "452 4.2.2 full",
            ("RCPT", _) => {
                line.trim_end().clone_into(&mut recipient);
                "250 ok"
            }
            ("DATA", _) => {
                stream.write_all(b"354 go on\r\n").await.ok()?;
                let mut mail = String::new();
                while !mail.ends_with("\r\n.\r\n") {
                    if stream.read_line(&mut mail).await.ok()? == 0 {
                        return None;
                    }
                }
                let parsed = mail_parser::MessageParser::default().parse(&mail).expect("a mail");
                let events = parsed.header("X-Veedor-Event-Id").and_then(|value| value.as_text()).expect("listed").to_owned();
                let id = format!("{recipient} {}", parsed.message_id().expect("an id"));
                receivers.take("mail", id, events.split_whitespace().map(str::to_owned));
                if mood == Mood::Lossy {
                    return None;
                }
                "250 queued"
            }
            _ => "250 ok",
        };
        stream.write_all(format!("{reply}\r\n").as_bytes()).await.ok()?;
    }
}

/// A store with its deliverer, which can be ended and begun again.
struct Desk {
    list: PathBuf,
    clock: Clock,
    deliverer: Option<Deliverer>,
    version: u32,
}

impl Desk {
    async fn open(folder: &Path, hooks: u16, relay: u16) -> Self {
        Self::open_with(folder, hooks, relay, "", ["", "", ""]).await
    }

    /// With more cases, and more keys for each channel.
    async fn open_with(folder: &Path, hooks: u16, relay: u16, cases: &str, keys: [&str; 3]) -> Self {
        let list = folder.join("watchlist.toml");
        let mut text = format!(
            "[veedor]\ncontact = \"pruebas@example.org\"\nstate_dir = \"{}\"\nlisten = \"\"\n\n[smtp]\nhost = \"127.0.0.1\"\nport = {relay}\ntls = \"none\"\n\
             from = \"Veedor <v@example.org>\"\n\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2019-00029G\"\n",
            folder.join("state").display()
        );
        text.push_str(cases);
        for (channel, keys) in ["uno", "dos"].into_iter().zip(keys) {
            text.push_str(&format!(
                "\n[[channel]]\nid = \"{channel}\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1:{hooks}/{channel}\"\nallow_private = true\n{keys}"
            ));
        }
        text.push_str("\n[[channel]]\nid = \"mail\"\nkind = \"email\"\nto = [\"a@example.net\", \"b@example.net\"]\n");
        text.push_str(keys[2]);
        std::fs::write(&list, text).expect("a watch list");
        let clock = Clock::fixed("2026-03-02T12:00:00Z".parse().expect("valid"));
        let mut desk = Self { list, clock, deliverer: None, version: 0 };
        desk.begin().await;
        desk
    }

    /// Ends it wherever it stands, with attempts under way, and begins anew.
    async fn begin(&mut self) {
        if let Some(mut deliverer) = self.deliverer.take() {
            let mut attempts = Attempts::default();
            let now = self.clock.now();
            deliverer.start_due(&mut attempts, now).await.expect("a store in order");
            tokio::task::yield_now().await;
            attempts.drain(Duration::ZERO).await;
        }
        let config = Config::load(&self.list).expect("a good list").config;
        // A cache that is full within days, so that nothing else can hide in what it takes until then.
        let options = Options { cache_bytes: 2 << 20, ..Options::new(self.clock.now()) };
        let handles = Handles::open_with(config, self.clock.clone(), options).await.expect("a store");
        self.deliverer = Some(Deliverer::new(handles));
    }

    fn handles(&self) -> &Handles {
        &self.deliverer.as_ref().expect("it runs").handles
    }

    /// Commits a visit with so much news.
    fn publish(&mut self, count: u32) -> Vec<Id> {
        self.publish_in(0, count, &[EventKind::OrderIssued, EventKind::RulingIssued, EventKind::FilingAdded])
    }

    /// Commits a visit of a case with so much news of these kinds.
    fn publish_in(&mut self, case: usize, count: u32, kinds: &[EventKind]) -> Vec<Id> {
        let handles = self.handles();
        let (store, now, config) = (handles.store.clone(), handles.clock.now(), handles.config.load_full());
        let routes: Vec<Route> = config.channels.iter().map(|channel| channel.route.clone()).collect();
        let watch = &config.cases[case];
        let cid = store.register(std::slice::from_ref(&watch.case)).expect("registers")[0];
        let known = store.head(cid).expect("reads").unwrap_or_else(|| Head::unvisited(watch.case.clone(), now));
        // Of a case without a docket nothing but activity would be told, and each attempt would write that anew.
        let version = Version { number: known.version + 1, at: now, docket: Docket::default(), pages: Vec::new() };
        self.version += 1;
        let events: Vec<Event> = (0..count)
            .map(|n| {
                let kind = kinds[(self.version + n) as usize % kinds.len()];
                let subject = format!("{}/{n}", self.version);
                let id = Event::id_of(&watch.case, 1, &subject, kind);
                Event { id, seen_at: now, case: watch.case.clone(), version: version.number, ..sample::bare(kind) }
            })
            .collect();
        let head = Head { version: version.number, health: Health::Ok, ..known };
        let deliveries = route(&events, watch, &routes, now);
        let ids = events.iter().map(|event| event.id).collect();
        store.commit(Visit { cid, row: Row::default(), head, missing: None, version: Some(version), events, deliveries }).expect("commits");
        ids
    }

    /// Lets virtual time pass, with an attempt at all that becomes due meanwhile.
    async fn pass(&mut self, span: Duration) {
        let deliverer = self.deliverer.as_mut().expect("it runs");
        let end = self.clock.now() + span;
        let mut attempts = Attempts::default();
        loop {
            let now = self.clock.now();
            let next = deliverer.start_due(&mut attempts, now).await.expect("a store in order");
            if !attempts.is_empty() {
                let (under_way, result) = attempts.finished().await;
                deliverer.ended(under_way, result).await.expect("a store in order");
                continue;
            }
            if now >= end {
                return;
            }
            // What nobody planned is looked at now and then all the same.
            let tick = now + Duration::from_secs(600);
            self.clock.advance_to(next.map_or(tick, |next| next.min(tick)).min(end).max(now + Duration::from_millis(1)));
        }
    }

    fn all(&self) -> Vec<Delivery> {
        self.handles().store.deliveries(DeliveryFilter::All, usize::MAX).expect("reads")
    }
}

/// A number below `below` that the same `seed` and `step` give again.
fn draw(seed: u32, step: u32, what: &str, below: usize) -> usize {
    let id = Id::derive(&[b"draw", &seed.to_be_bytes(), &step.to_be_bytes(), what.as_bytes()]);
    usize::from(u16::from_be_bytes([id.0[0], id.0[1]])) % below
}

/// Each event stands in exactly one message of a recipient, which may have come more than once.
fn assert_once(receivers: &Receivers, events: &[Id], recipients: &[(&str, &str)], seed: u32) {
    for (channel, recipient) in recipients {
        let mut told: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (message, events) in receivers.taken(channel) {
            if message.contains(recipient) {
                events.into_iter().for_each(|event| told.entry(event).or_default().push(message.clone()));
            }
        }
        for id in events {
            let under = told.remove(&id.to_string()).unwrap_or_default();
            assert_eq!(under.len(), 1, "seed {seed}: {channel} {recipient} was told {id} under {under:?}");
        }
        assert!(told.is_empty(), "seed {seed}: {channel} was told what nobody published: {told:?}");
    }
}

const RECIPIENTS: [(&str, &str); 4] = [("uno", "msg_"), ("dos", "msg_"), ("mail", "a@example.net"), ("mail", "b@example.net")];

#[tokio::test]
async fn days_of_outages_and_restarts_lose_and_double_nothing() {
    for seed in 0..4 {
        let folder = tempfile::tempdir().expect("a folder");
        let receivers = Receivers::default();
        let mut desk = Desk::open(folder.path(), receivers.hooks().await, receivers.relay().await).await;
        let mut events = Vec::new();
        for step in 0..40 {
            for channel in CHANNELS {
                if draw(seed, step, channel, 3) == 0 {
                    receivers.set(channel, MOODS[draw(seed, step, &format!("{channel} mood"), MOODS.len())]);
                }
            }
            events.extend(desk.publish(u32::try_from(draw(seed, step, "news", 4)).expect("small")));
            // From half a minute, within the gathering of a mail, to half a day.
            let minutes = [1, 10, 60, 180, 720, 1440][draw(seed, step, "time", 6)];
            desk.pass(Duration::from_secs(minutes * 30)).await;
            if draw(seed, step, "restart", 4) == 0 {
                desk.begin().await;
            }
        }
        CHANNELS.into_iter().for_each(|channel| receivers.set(channel, Mood::Well));
        // The longest wait of the schedule is a day and its jitter.
        desk.pass(Duration::from_secs(29 * 3600)).await;
        // What failed for longer than the schedule lasts is given up, listed, and goes out when it is asked for.
        let dead: Vec<Id> = desk
            .all()
            .into_iter()
            .filter(|delivery| matches!(delivery.state, DeliveryState::Dead { .. }))
            .map(|delivery| delivery.id)
            .collect();
        let now = desk.clock.now();
        desk.handles().store.retry(&dead, now).expect("retries");
        desk.pass(Duration::from_secs(3600)).await;
        let left: Vec<Delivery> =
            desk.all().into_iter().filter(|delivery| !matches!(delivery.state, DeliveryState::Delivered { .. })).collect();
        assert!(left.is_empty(), "seed {seed}: {left:#?}");
        assert!(events.len() > 30, "seed {seed} published {} events only", events.len());
        assert_once(&receivers, &events, &RECIPIENTS, seed);
    }
}

/// One receiver is away for two days: its news waits and arrives when it is back, the others hear theirs at once.
#[tokio::test]
async fn a_receiver_that_is_away_for_two_days_hears_everything_and_holds_up_nobody() {
    let folder = tempfile::tempdir().expect("a folder");
    let receivers = Receivers::default();
    let mut desk = Desk::open(folder.path(), receivers.hooks().await, receivers.relay().await).await;
    receivers.set("uno", Mood::Overloaded);
    let mut events = Vec::new();
    for _ in 0..48 {
        events.extend(desk.publish(2));
        desk.pass(Duration::from_secs(3600)).await;
        let told: usize = receivers.taken("dos").len();
        assert_eq!(told, events.len(), "the other receiver waits for nobody");
    }
    assert_eq!(receivers.taken("uno").len(), 0);
    let burnt: u32 = desk.all().iter().filter(|delivery| delivery.channel == "uno").map(|delivery| u32::from(delivery.attempts)).sum();
    // A channel that rests is asked once an hour, and not once for each message that waits.
    assert!(burnt < 48 * 3, "{burnt} attempts");
    receivers.set("uno", Mood::Well);
    desk.pass(Duration::from_secs(29 * 3600)).await;
    assert_once(&receivers, &events, &RECIPIENTS, 0);
}

/// An address that its server refuses: the first mails are given up, then they wait, and once a day one is tried.
#[tokio::test]
async fn mails_to_an_address_that_is_refused_for_hours_wait_and_arrive_when_it_is_there_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let receivers = Receivers::default();
    let mut desk = Desk::open(folder.path(), receivers.hooks().await, receivers.relay().await).await;
    let asked = |receivers: &Receivers| receivers.refusals.load(Ordering::SeqCst);
    let mails = |desk: &Desk, name: &str| {
        let mails = desk.all().into_iter().filter(|delivery| delivery.channel == "mail");
        mails.filter(|delivery| delivery.state.name() == name).map(|delivery| delivery.id).collect::<Vec<Id>>()
    };
    receivers.set("mail", Mood::Gone);
    let mut events = Vec::new();
    for hour in 0..6 {
        events.extend(desk.publish(1));
        desk.pass(Duration::from_secs(2 * 3600)).await;
        // Each of the two recipients is asked for the first two mails, and then no more.
        assert_eq!(asked(&receivers), 2 * (hour + 1).min(2), "hour {hour}");
    }
    assert_eq!((mails(&desk, "dead").len(), mails(&desk, "held").len()), (4, 8));
    desk.begin().await;
    desk.pass(Duration::from_secs(3600)).await;
    assert_eq!(asked(&receivers), 4, "a restart knows it still");
    desk.pass(Duration::from_secs(24 * 3600)).await;
    assert!((6..=8).contains(&asked(&receivers)), "{} after a day", asked(&receivers));
    receivers.set("mail", Mood::Well);
    desk.pass(Duration::from_secs(26 * 3600)).await;
    assert_eq!(mails(&desk, "held"), []);
    let now = desk.clock.now();
    desk.handles().store.retry(&mails(&desk, "dead"), now).expect("retries");
    desk.pass(Duration::from_secs(3600)).await;
    assert_once(&receivers, &events, &RECIPIENTS, 0);
}
