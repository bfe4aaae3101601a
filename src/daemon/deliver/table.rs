//! The delivery table: one event through every channel, with receivers that accept, fail once, ask for rest, hang, close, refuse the
//! connection, are gone, or point to a private address; and what becomes of each delivery.
//!
//! A new channel adds one row to [`ROWS`]. The deliverer, its store, its senders and the watch list are the real ones; the receivers
//! are on loopback. Only compiled for tests.

use std::path::Path;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::clock::Clock;
use crate::domain::delivery::{Attempt, Delivery, DeliveryState};
use crate::domain::health::Health;
use crate::domain::medium::Medium;
use crate::domain::route::route;
use crate::domain::sample;
use crate::domain::schedule::Row as Visited;
use crate::fetch::guard::Guard;
use crate::metrics::DELIVERY_ATTEMPTS;
use crate::notify::{Deadlines, Notifier};
use crate::store::cases::Head;
use crate::store::commit::Visit;

/// How a receiver behaves.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Mood {
    Accepts,
    FailsOnce,
    AsksToWait,
    Hangs,
    Closes,
    Refuses,
    Gone,
    Redirects,
}

/// What becomes of the delivery.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    /// The receiver took it, after so many requests.
    Delivered(usize),
    /// It is tried again, no sooner than so many seconds after the attempt.
    Waits(u64),
    /// It costs no attempt until the operator mends the channel.
    Held,
    /// It is listed among what was given up.
    Dead,
}

/// A channel, and the answers of its receiver.
struct Row {
    medium: Medium,
    /// The keys of its kind, for a receiver at this address.
    keys: fn(at: &str) -> String,
    /// How it says yes.
    yes: &'static str,
    /// How it asks for ninety seconds of rest.
    wait: &'static str,
    /// Where it differs from [`end`].
    but: &'static [(Mood, End)],
}

/// What becomes of a delivery where a channel says nothing else.
fn end(mood: Mood) -> End {
    match mood {
        Mood::Accepts => End::Delivered(1),
        Mood::FailsOnce => End::Delivered(2),
        Mood::AsksToWait => End::Waits(90),
        // The schedule's hour, less its jitter.
        Mood::Hangs | Mood::Closes | Mood::Refuses | Mood::Redirects => End::Waits(2880),
        Mood::Gone => End::Held,
    }
}

const HEADER: &str = "429 Too Many Requests\r\nRetry-After: 90\r\n";

const ROWS: &[Row] = &[
    Row {
        medium: Medium::Webhook,
        keys: |at| format!("url = \"http://{at}/in\"\nallow_private = true\n"),
        yes: "",
        wait: HEADER,
        but: &[],
    },
    Row {
        medium: Medium::Email,
        keys: |_| "to = [\"mesa@example.org\"]\n".to_owned(),
        yes: "",
        wait: "",
        // SMTP has no way to say for how long; "user not local" names another address, to which nothing is ever sent.
        but: &[(Mood::AsksToWait, End::Waits(2880)), (Mood::Gone, End::Dead), (Mood::Redirects, End::Dead)],
    },
    Row { medium: Medium::Slack, keys: hook, yes: "ok", wait: HEADER, but: &[] },
    Row {
        medium: Medium::Discord,
        keys: hook,
        yes: "{\"id\":\"1\"}",
        wait: "429 Too Many Requests\r\n\r\n{\"message\":\"You are being rate limited.\",\"retry_after\":90.0,\"global\":false}",
        but: &[],
    },
    Row { medium: Medium::Mattermost, keys: hook, yes: "ok", wait: HEADER, but: &[] },
    Row { medium: Medium::Teams, keys: hook, yes: "", wait: HEADER, but: &[] },
    Row {
        medium: Medium::Telegram,
        keys: |at| format!("url = \"http://{at}\"\nallow_private = true\nchat = -1001234567890\ntoken = {{ file = \"bot\" }}\n"),
        yes: "{\"ok\":true,\"result\":{}}",
        wait: "429 Too Many Requests\r\n\r\n{\"ok\":false,\"error_code\":429,\"description\":\"Too Many Requests\",\"parameters\":{\"retry_after\":90}}",
        but: &[],
    },
    Row {
        medium: Medium::Ntfy,
        keys: |at| format!("url = \"http://{at}\"\nallow_private = true\ntopic = \"tema\"\n"),
        yes: "{\"id\":\"x\"}",
        wait: HEADER,
        but: &[],
    },
    Row {
        medium: Medium::Matrix,
        keys: |at| format!("url = \"http://{at}\"\nallow_private = true\nroom = \"!sala:example.org\"\ntoken = {{ file = \"bot\" }}\n"),
        yes: "{\"event_id\":\"$x\"}",
        wait: "429 Too Many Requests\r\n\r\n{\"errcode\":\"M_LIMIT_EXCEEDED\",\"error\":\"Too Many Requests\",\"retry_after_ms\":90000}",
        but: &[],
    },
    Row {
        medium: Medium::Command,
        keys: |at| format!("run = [\"/bin/sh\", \"-c\", '''{at}''']\ntimeout = \"1s\"\n"),
        yes: "",
        wait: "",
        // A program says "not now" by 75, and no time; one that is not there is for the operator to put there.
        but: &[(Mood::AsksToWait, End::Waits(2880)), (Mood::Refuses, End::Held)],
    },
];

fn hook(at: &str) -> String {
    format!("url = \"http://{at}/hooks/secreto\"\nallow_private = true\n")
}

/// What a receiver got, request by request.
type Seen = Arc<Mutex<Vec<Vec<u8>>>>;

/// A receiver in this mood; its address.
async fn receiver(mood: Mood, row: &'static Row, trap: u16, seen: Seen) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let at = listener.local_addr().expect("bound").to_string();
    // Refusing is to be nobody.
    if mood != Mood::Refuses {
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let seen = seen.clone();
                tokio::spawn(async move {
                    match row.medium {
                        Medium::Email => relay(stream, mood, &seen).await,
                        _ => server(stream, mood, row, trap, &seen).await,
                    }
                });
            }
        });
    }
    at
}

async fn server(stream: TcpStream, mood: Mood, row: &Row, trap: u16, seen: &Seen) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let (mut request, mut length) = (Vec::new(), 0);
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok()?;
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        // What differs between attempts by design: the time, and the signature over it.
        if !line.to_lowercase().starts_with("webhook-timestamp") && !line.to_lowercase().starts_with("webhook-signature") {
            request.extend_from_slice(line.as_bytes());
        }
        if line == "\r\n" {
            break;
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    request.extend(body);
    let tries = {
        let mut seen = seen.lock().expect("not poisoned");
        seen.push(request);
        seen.len()
    };
    let yes = format!("200 OK\r\n\r\n{}", row.yes);
    let answer = match mood {
        Mood::Accepts => yes,
        Mood::FailsOnce if tries > 1 => yes,
        Mood::FailsOnce => "500 Internal Server Error\r\n".to_owned(),
        Mood::AsksToWait => row.wait.to_owned(),
        Mood::Gone => "410 Gone\r\n".to_owned(),
        Mood::Redirects => format!("307 Temporary Redirect\r\nLocation: http://127.0.0.1:{trap}/in\r\n"),
        Mood::Closes => return None,
        Mood::Hangs | Mood::Refuses => std::future::pending().await,
    };
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer.trim_end(), ""));
    let answer = format!("HTTP/1.1 {head}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(answer.as_bytes()).await.ok()
}

async fn relay(stream: TcpStream, mood: Mood, seen: &Seen) -> Option<()> {
    let tries = {
        let mut seen = seen.lock().expect("not poisoned");
        seen.push(Vec::new());
        seen.len()
    };
    match mood {
        Mood::Hangs => std::future::pending().await,
        Mood::Closes => return None,
        _ => {}
    }
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 fake ESMTP\r\n").await.ok()?;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let verb = line.split([' ', ':', '\r']).next().unwrap_or_default().to_uppercase();
        let said = match (verb.as_str(), mood) {
            ("EHLO", _) => "250-fake\r\n250 8BITMIME",
            ("RCPT", Mood::FailsOnce) if tries == 1 => "451 4.3.0 later",
            ("RCPT", Mood::AsksToWait) => "450 4.7.1 greylisted, try again later",
            ("RCPT", Mood::Gone) => "550 5.1.1 no such user",
            ("RCPT", Mood::Redirects) => "551 5.1.6 user not local; please try <mesa@127.0.0.1>",
            ("DATA", _) => "354 go on",
            ("QUIT", _) => "221 bye",
            _ => "250 ok",
        };
        stream.write_all(format!("{said}\r\n").as_bytes()).await.ok()?;
        if verb == "DATA" {
            let mut mail = Vec::new();
            while !mail.ends_with(b"\r\n.\r\n") {
                mail.push(stream.read_u8().await.ok()?);
            }
            seen.lock().expect("not poisoned")[tries - 1] = mail;
            stream.write_all(b"250 queued\r\n").await.ok()?;
        }
    }
}

/// A program in this mood, which keeps what it got in this folder.
fn program(mood: Mood, folder: &Path) -> String {
    let keep = format!("cat > {0}/got.$(ls {0} | grep -c got)", folder.display());
    match mood {
        Mood::Accepts => keep,
        Mood::FailsOnce => format!("{keep}; test $(ls {} | grep -c got) -gt 1", folder.display()),
        Mood::AsksToWait => format!("{keep}; exit 75"),
        Mood::Hangs => format!("{keep}; while :; do :; done"),
        Mood::Closes => format!("{keep}; kill -9 $$"),
        Mood::Gone => format!("{keep}; exit 78"),
        // A program is reached at no address.
        Mood::Refuses | Mood::Redirects => keep,
    }
}

fn keys(row: &Row, mood: Mood, at: &str) -> String {
    let keys = (row.keys)(at);
    if row.medium == Medium::Command && mood == Mood::Refuses { keys.replace("/bin/sh", "/nowhere/at/all") } else { keys }
}

/// One event through every channel, whose receivers are all in this mood.
async fn all_in(mood: Mood) {
    let folder = tempfile::tempdir().expect("a folder");
    let trap = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let trap_port = trap.local_addr().expect("bound").port();
    let secret = folder.path().join("bot");
    std::fs::write(&secret, "123456789:AAficticia").expect("a token");
    let rows = || ROWS.iter().filter(|row| !(row.medium == Medium::Command && mood == Mood::Redirects));
    let retry = if mood == Mood::FailsOnce {
        "20ms"
    } else if mood == Mood::AsksToWait {
        "1s"
    } else {
        "1h"
    };
    let mut list = format!(
        "[veedor]\ncontact = \"pruebas@example.org\"\nstate_dir = \"{}\"\nlisten = \"\"\ngroup_wait = \"0s\"\n",
        folder.path().join("state").display()
    );
    let mut channels = String::new();
    let mut seen: Vec<Seen> = Vec::new();
    for row in rows() {
        let got = Seen::default();
        let at = match row.medium {
            Medium::Command => {
                let kept = folder.path().join("command");
                std::fs::create_dir(&kept).expect("a folder");
                program(mood, &kept)
            }
            _ => receiver(mood, row, trap_port, got.clone()).await,
        };
        if row.medium == Medium::Email {
            let port = at.rsplit(':').next().unwrap_or_default().to_owned();
            list += &format!("[smtp]\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\nfrom = \"v@example.org\"\n");
        }
        // Who cannot name a time waits by the schedule.
        let retry = if row.but.contains(&(mood, End::Waits(2880))) { "1h" } else { retry };
        let name = row.medium.name();
        channels += &format!("[[channel]]\nid = \"{name}\"\nkind = \"{name}\"\nretry = [\"{retry}\"]\n{}", keys(row, mood, &at));
        seen.push(got);
    }
    list += &format!("{channels}[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2019-00029G\"\n");
    let path = folder.path().join("watchlist.toml");
    std::fs::write(&path, list).expect("a watch list");
    let config = Config::load(&path).expect("a good list").config;
    let mut handles = Handles::open(config, Clock::System).await.expect("a store");
    let [short, ample] = [400, 20_000].map(Duration::from_millis);
    let limit = if mood == Mood::Hangs { short } else { ample };
    let deadlines = Deadlines { connect: limit, greet: limit, command: limit, content: limit, webhook: limit, ..Deadlines::default() };
    handles.notifier = Arc::new((*handles.notifier).clone().with_deadlines(deadlines));

    commit(&handles);
    let mut deliverer = Deliverer::new(handles.clone());
    let mut attempts = Attempts::default();
    let settled = async {
        while !deliverer.under_way.values().all(|count| *count == 0) || pending(&handles) {
            deliverer.round(&mut attempts).await.expect("a store in order");
        }
    };
    tokio::time::timeout(Duration::from_secs(60), settled).await.unwrap_or_else(|_| panic!("{mood:?}: {:#?}", deliveries(&handles)));

    for (row, got) in rows().zip(&seen) {
        let what = format!("{} × {mood:?}", row.medium.name());
        let want = row.but.iter().find(|(other, _)| *other == mood).map_or(end(mood), |(_, end)| *end);
        let all = deliveries(&handles);
        let of_row: Vec<&Delivery> = all.iter().filter(|delivery| delivery.channel == row.medium.name()).collect();
        let [delivery] = of_row.as_slice() else { panic!("{what}: {of_row:#?}") };
        let tries = handles.store.attempts(delivery.id).expect("they read back");
        let mut requests = got.lock().expect("not poisoned").clone();
        if row.medium == Medium::Command {
            let kept = std::fs::read_dir(folder.path().join("command")).expect("a folder").flatten();
            requests = kept.map(|file| std::fs::read(file.path()).expect("it reads back")).collect();
        }
        let told = format!("{what}: wanted {want:?}\n{delivery:#?}\n{tries:#?}");
        judge(want, delivery, &tries, &told);
        match want {
            End::Delivered(times) => {
                assert_eq!((requests.len(), tries.len()), (times, times), "{told}");
                // A relay that refuses the recipient sees no message.
                let first = if row.medium == Medium::Email { requests.len() - 1 } else { 0 };
                assert!(requests[first..].iter().all(|request| *request == requests[first] && !request.is_empty()), "other bytes: {told}");
            }
            _ => assert!(requests.len() <= 1, "{} requests: {told}", requests.len()),
        }
        let outcome = tries.last().map_or("none", |attempt| attempt.outcome.name());
        let counted = |reason: &&str| handles.metrics.counter(&DELIVERY_ATTEMPTS, &[row.medium.name(), outcome, reason]).get();
        let reasons: &[&str] = if outcome == "sent" { &[""] } else { &["message", "recipient", "sender", "channel"] };
        assert!(reasons.iter().map(counted).sum::<u64>() >= 1, "not counted by its kind: {told}");
        let why = tries.iter().map(|attempt| attempt.outcome.detail()).collect::<String>();
        assert!(!why.contains("secreto") && !why.contains("AAficticia") && !why.contains("tema"), "{why}");
    }
    // Nobody went where a redirect pointed.
    let asked = tokio::time::timeout(Duration::from_millis(1), trap.accept()).await;
    assert!(asked.is_err(), "{mood:?}: a redirect was followed");
}

fn judge(want: End, delivery: &Delivery, tries: &[Attempt], told: &str) {
    match (&delivery.state, want) {
        (DeliveryState::Delivered { .. }, End::Delivered(_)) | (DeliveryState::Dead { .. }, End::Dead) => {}
        (DeliveryState::Held { reason, .. }, End::Held) => assert!(!reason.is_empty() && delivery.attempts == 0, "{told}"),
        (DeliveryState::Waiting { due }, End::Waits(seconds)) => {
            let last = tries.last().unwrap_or_else(|| panic!("{told}"));
            assert!(*due >= last.at + Duration::from_secs(seconds), "too soon: {told}");
        }
        _ => panic!("{told}"),
    }
}

fn deliveries(handles: &Handles) -> Vec<Delivery> {
    handles.store.deliveries(DeliveryFilter::All, usize::MAX).expect("they read back")
}

/// Whether something is still due within the next seconds, or was never tried.
fn pending(handles: &Handles) -> bool {
    let soon = handles.clock.now() + Duration::from_secs(30);
    deliveries(handles).iter().any(|delivery| delivery.state.due().is_some_and(|due| due < soon))
}

fn commit(handles: &Handles) {
    let (config, now) = (handles.config.load_full(), handles.clock.now());
    let event = sample::ruling();
    let watch = config.watch(&event.case).expect("it is watched");
    let deliveries = route(std::slice::from_ref(&event), watch, &config.routes(), now);
    let cid = handles.store.register(std::slice::from_ref(&event.case)).expect("registers")[0];
    let head = Head { health: Health::Ok, ..Head::unvisited(event.case.clone(), now) };
    let visit = Visit { cid, row: Visited::default(), head, missing: None, version: None, events: vec![event], deliveries };
    handles.store.commit(visit).expect("commits");
}

/// The terminal has no receiver: its reader stops reading, or is gone. That it prints is shown in `notify::terminal`.
#[tokio::test]
async fn the_terminal_tries_again_later_when_nobody_reads() {
    for reader_is_there in [true, false] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("watchlist.toml");
        let state = folder.path().join("state");
        let list = format!(
            "[veedor]\nstate_dir = \"{}\"\nlisten = \"\"\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2019-00029G\"\n",
            state.display()
        );
        std::fs::write(&path, list).expect("a watch list");
        let config = Config::load(&path).expect("a good list").config;
        let mut handles = Handles::open(config, Clock::System).await.expect("a store");
        let (terminal, printer) = crate::notify::terminal::pair();
        let printer = Some(printer).filter(|_| reader_is_there);
        let guard = Guard::new(None, Duration::from_secs(20)).expect("a guard");
        let deadlines = Deadlines { terminal: Duration::from_millis(100), ..Deadlines::default() };
        handles.notifier = Arc::new(Notifier::new(guard, terminal).with_deadlines(deadlines));
        commit(&handles);
        let mut deliverer = Deliverer::new(handles.clone());
        let mut attempts = Attempts::default();
        while deliveries(&handles)[0].attempts == 0 {
            deliverer.round(&mut attempts).await.expect("a store in order");
        }
        let [delivery] = deliveries(&handles).try_into().expect("one delivery");
        let tries = handles.store.attempts(delivery.id).expect("they read back");
        // The schedule's five seconds, less the jitter.
        judge(End::Waits(4), &delivery, &tries, &format!("a reader: {reader_is_there}\n{delivery:#?}\n{tries:#?}"));
        drop(printer);
    }
}

#[test]
fn every_kind_of_channel_has_a_row() {
    for medium in Medium::ALL.into_iter().filter(|medium| *medium != Medium::Terminal) {
        assert_eq!(ROWS.iter().filter(|row| row.medium == medium).count(), 1, "{medium:?}");
    }
}

#[tokio::test]
async fn every_channel_delivers_once_to_a_receiver_that_accepts() {
    all_in(Mood::Accepts).await;
}

#[tokio::test]
async fn every_channel_repeats_the_same_bytes_after_a_failure() {
    all_in(Mood::FailsOnce).await;
}

#[tokio::test]
async fn every_channel_waits_at_least_as_long_as_it_is_asked_to() {
    all_in(Mood::AsksToWait).await;
}

#[tokio::test]
async fn every_channel_tries_again_later_when_its_receiver_hangs() {
    all_in(Mood::Hangs).await;
}

#[tokio::test]
async fn every_channel_tries_again_later_when_its_receiver_closes() {
    all_in(Mood::Closes).await;
}

#[tokio::test]
async fn every_channel_tries_again_later_when_nobody_is_there() {
    all_in(Mood::Refuses).await;
}

#[tokio::test]
async fn every_channel_holds_what_its_receiver_wants_no_more() {
    all_in(Mood::Gone).await;
}

#[tokio::test]
async fn no_channel_follows_its_receiver_to_a_private_address() {
    all_in(Mood::Redirects).await;
}
