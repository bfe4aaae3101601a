//! Target: with 10,000 cases the list, a case of 5,000 entries and the feeds are each answered in under 100 ms at the 99th percentile, at 50 requests
//! a second. The ratio is to a file of the same server that never changes.
//!
//! A store as the daemon makes it; the real daemon serves it and visits nothing. Requests are sent when they are due, whether or not the one before was
//! answered, over connections that are kept, and the time counts from when one was due: a server that falls behind looks as slow as it is.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use veedor::domain::case::CaseRef;
use veedor::domain::docket::{Docket, EntryKey};
use veedor::domain::event::{Actor, EXCERPT_CHARS, Event, EventEntry, EventKind};
use veedor::domain::health::Health;
use veedor::domain::id::sha256;
use veedor::domain::page::Page;
use veedor::domain::schedule::Row;
use veedor::store::cases::Head;
use veedor::store::commit::Visit;
use veedor::store::open::Options;
use veedor::store::{Store, Version};

use super::daemon::{List, Scene, number};
use super::delays::docket;
use super::table::Table;

/// How many cases are watched; `VEEDOR_BENCH_CASES` says another number.
const CASES: usize = 10_000;
/// Entries of each, and of the first.
const ENTRIES: u64 = 20;
const LONG: u64 = 5_000;
/// One case in so many told something.
const TOLD: usize = 5;
/// Requests a second, and how many of each page.
const RATE: u32 = 50;
const REQUESTS: u32 = 1_000;
/// Connections that are kept.
const CONNECTIONS: u32 = 16;
/// What the slowest hundredth may take, in milliseconds.
const SLOWEST: f64 = 100.0;

pub fn measure(table: &mut Table) {
    let cases = std::env::var("VEEDOR_BENCH_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(CASES);
    table.head(&format!("Web: {cases} cases, {RATE} requests a second"));
    let scene = Scene::new();
    let list =
        List { sources: &[("ec-esatje".to_owned(), "http://127.0.0.1:9".to_owned())], cases, every: "12h", gap: None, receiver: None };
    scene.write(&list);
    let port = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address").port();
    let file = scene.path("watchlist.toml");
    let text = std::fs::read_to_string(&file).expect("the watch list");
    std::fs::write(&file, text.replacen("listen = \"\"", &format!("listen = \"127.0.0.1:{port}\""), 1)).expect("written");
    std::fs::create_dir_all(scene.path("state")).expect("a folder");
    let now = Timestamp::try_from(std::time::SystemTime::now()).expect("now");
    let store = Store::open(&scene.path("state").join("store"), Options::new(now)).expect("the store opens");
    fill(&store, cases, now);
    drop(store);
    let daemon = scene.start();
    let began = Instant::now();
    let is_ready = || {
        let (status, page) = asked(port, "/hearings");
        status == 200 && !String::from_utf8_lossy(&page).contains("todavía revisa")
    };
    while !is_ready() {
        assert!(began.elapsed() < Duration::from_secs(300), "the board is never complete");
        std::thread::sleep(Duration::from_millis(200));
    }
    table.note("from ready to everything known of all cases", began.elapsed().as_secs_f64(), "s");
    let style = String::from_utf8_lossy(&asked(port, "/cases").1)
        .split("href=\"/static/")
        .nth(1)
        .and_then(|rest| Some(rest.split('"').next()?.to_owned()));
    let (file, kept) = (format!("/static/{}", style.expect("a style")), load(port, &|_| "/livez".to_owned()));
    table.note("the least answer of the server, p99", kept.p99, "ms");
    let still = load(port, &|_| file.clone());
    table.note("a file that never changes, p50", still.p50, "ms");
    table.note("a file that never changes, p99", still.p99, "ms");
    let long = format!("/cases/ec-esatje/{}", number(0));
    let of_long = |more: &str| -> Paths {
        let path = format!("{long}{more}");
        Box::new(move |_| path.clone())
    };
    let feeds = feeds(&scene);
    let mut pages: Vec<(String, Paths)> = vec![
        ("the list of cases".into(), Box::new(|_| "/cases".to_owned())),
        ("the list, another page and search each time".into(), Box::new(move |n| format!("/cases?q={}&page={}", n % 100, n % 3 + 1))),
        ("a case of 5,000 entries".into(), of_long("")),
        ("its differences between two versions".into(), of_long("/diff?from=1&to=2")),
        ("its versions".into(), of_long("/versions")),
        ("its changes".into(), of_long("/changes")),
        ("today".into(), Box::new(|_| "/".to_owned())),
        ("hearings".into(), Box::new(|_| "/hearings".to_owned())),
        ("the API's list of cases".into(), Box::new(|_| "/api/v1/cases?limit=100".to_owned())),
    ];
    for (name, path) in feeds {
        pages.push((name, Box::new(move |_| path.clone())));
    }
    for (name, path) in pages {
        let found = load(port, path.as_ref());
        table.at_most(&format!("{name}, p99"), found.p99, SLOWEST, "ms");
        table.note("  p50", found.p50, "ms");
        table.note("  p50 over that of the file", found.p50 / still.p50, "times");
        table.note("  p99 over that of the file", found.p99 / still.p99, "times");
    }
    let (resident, peak) = daemon.memory();
    table.note("memory now", resident, "MiB");
    table.note("memory at most", peak, "MiB");
    daemon.stop();
}

/// The addresses of feeds of everything, of a tag and of the long case, secret as they are: name and path.
fn feeds(scene: &Scene) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let long = number(0);
    let scopes = [("everything", vec![]), ("a tag", vec!["--tag", "mesa"]), ("the case of 5,000 entries", vec!["--case", &long])];
    for (scope, more) in &scopes {
        let mut command = Command::new(env!("CARGO_BIN_EXE_veedor"));
        command.args(["feed", "add", "--name", "bench", "--json"]).args(more).arg("-c").arg(scene.path("watchlist.toml"));
        let made = command.output().expect("it runs");
        let said: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap_or_else(|_| panic!("{made:?}"));
        for form in ["atom", "ics"] {
            let address = said[form].as_str().unwrap_or_else(|| panic!("{said}"));
            let path = address.split_once("/feeds/").map(|(_, path)| format!("/feeds/{path}")).expect("an address of a feed");
            all.push((format!("{form} of {scope}"), path));
        }
    }
    all
}

/// The store: each case with a version, one in some with an event.
fn fill(store: &Store, cases: usize, now: Timestamp) {
    let cases: Vec<CaseRef> = (0..cases).map(|n| CaseRef { source: "ec-esatje".into(), number: number(n).replace('-', "") }).collect();
    let cids = store.register(&cases).expect("registered");
    let seconds = |at: Timestamp| u32::try_from(at.as_second()).expect("in this century");
    let later = now + Duration::from_secs(12 * 3600);
    for ((case, cid), nth) in cases.into_iter().zip(cids).zip(0..) {
        let docket = docket(nth, if nth == 0 { LONG } else { ENTRIES });
        let page = Page {
            step: "acts".into(),
            url: "https://example.org/acts".into(),
            status: 200,
            headers: Vec::new(),
            body: format!("{nth}").into_bytes(),
            charset: None,
            fetched_at: now,
        };
        let events = if nth % TOLD as u64 == 0 { vec![event(&case, &docket, now)] } else { Vec::new() };
        let head = Head { version: 1, health: Health::Ok, pages_sha256: sha256(&page.body), ..Head::unvisited(case.clone(), now) };
        let version = Some(Version { number: 1, at: now, docket, pages: vec![page] });
        let row = Row { next_due: seconds(later), last_ok: seconds(now), ..Row::default() };
        let visit = Visit { cid, row, head, missing: None, version, events, deliveries: Vec::new() };
        store.commit(visit.clone()).expect("committed");
        if nth == 0 {
            store.commit(second(&case, visit)).expect("committed");
        }
    }
    store.flush().expect("flushed");
}

/// The next version of the long case: one entry is new, and one in fifty says something else.
fn second(case: &CaseRef, first: Visit) -> Visit {
    let Some(Version { at, mut docket, mut pages, .. }) = first.version else { panic!("a version") };
    for entry in docket.entries.iter_mut().step_by(50) {
        entry.text.push_str(" Notifíquese y cúmplase.");
    }
    let mut new = docket.entries.first().expect("an entry").clone();
    (new.key, new.text) = (EntryKey("new".into()), "Agréguese al expediente el escrito que antecede.".into());
    docket.entries.insert(0, new);
    pages[0].body.push(b'2');
    let told = Event { version: 2, seq: 2, ..event(case, &docket, at) };
    let told = Event { id: Event::id_of(case, 2, "new", told.kind), ..told };
    let head = Head { version: 2, pages_sha256: sha256(&pages[0].body), ..first.head };
    Visit { head, version: Some(Version { number: 2, at, docket, pages }), events: vec![told], ..first }
}

fn event(case: &CaseRef, docket: &Docket, now: Timestamp) -> Event {
    let entry = docket.entries.first().expect("an entry");
    let kind = EventKind::OrderIssued;
    Event {
        id: Event::id_of(case, 1, &entry.key.0, kind),
        kind,
        severity: kind.severity(),
        case: case.clone(),
        seq: 1,
        version: 1,
        entry: Some(EventEntry {
            key: entry.key.clone(),
            date: entry.date,
            time: entry.time,
            title: entry.title.clone(),
            actor: Actor::Court,
            excerpt: entry.text.chars().take(EXCERPT_CHARS).collect(),
            before: None,
            after: None,
        }),
        hearing: None,
        field: None,
        seen_at: now,
        page_sha256: [0; 32],
    }
}

/// The address of the n-th request.
type Paths = Box<dyn Fn(u32) -> String + Sync>;

/// What a page took, in milliseconds.
struct Took {
    p50: f64,
    p99: f64,
}

fn load(port: u16, path: &(dyn Fn(u32) -> String + Sync)) -> Took {
    // Once before: what is put together for the first is not what is measured, and is told by the slowest of the rest where it is.
    let (status, body) = asked(port, &path(0));
    assert!(status == 200, "{} answered {status}: {}", path(0), String::from_utf8_lossy(&body));
    let began = Instant::now() + Duration::from_millis(50);
    let due = |n: u32| began + Duration::from_secs(1) * n / RATE;
    let mut took: Vec<f64> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..CONNECTIONS)
            .map(|worker| {
                scope.spawn(move || {
                    let mut kept = Kept::open(port);
                    let turns = (worker..REQUESTS).step_by(CONNECTIONS as usize);
                    turns
                        .map(|n| {
                            std::thread::sleep(due(n).saturating_duration_since(Instant::now()));
                            let status = kept.ask(&path(n)).0;
                            assert_eq!(status, 200, "{}", path(n));
                            due(n).elapsed().as_secs_f64() * 1e3
                        })
                        .collect::<Vec<f64>>()
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("it was answered")).collect()
    });
    took.sort_by(f64::total_cmp);
    let at = |share: f64| took[((took.len() - 1) as f64 * share).round() as usize];
    Took { p50: at(0.5), p99: at(0.99) }
}

fn asked(port: u16, path: &str) -> (u16, Vec<u8>) {
    Kept::open(port).ask(path)
}

/// A connection that is kept.
struct Kept {
    port: u16,
    stream: BufReader<TcpStream>,
}

impl Kept {
    fn open(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).expect("it listens");
        stream.set_nodelay(true).expect("a socket");
        Self { port, stream: BufReader::new(stream) }
    }

    fn ask(&mut self, path: &str) -> (u16, Vec<u8>) {
        let head = format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\n\r\n", self.port);
        self.stream.get_mut().write_all(head.as_bytes()).expect("it takes a request");
        let mut line = String::new();
        self.stream.read_line(&mut line).expect("it answers");
        let status = line.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let (mut length, mut chunked) = (0, false);
        loop {
            line.clear();
            self.stream.read_line(&mut line).expect("a head");
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().expect("a length");
            }
            chunked |= name.eq_ignore_ascii_case("transfer-encoding");
        }
        let mut body = vec![0; length];
        if !chunked {
            self.stream.read_exact(&mut body).expect("a body");
            return (status, body);
        }
        let mut whole = Vec::new();
        loop {
            line.clear();
            self.stream.read_line(&mut line).expect("a chunk");
            let size = usize::from_str_radix(line.trim(), 16).expect("its size");
            let mut chunk = vec![0; size + 2];
            self.stream.read_exact(&mut chunk).expect("a chunk");
            if size == 0 {
                return (status, whole);
            }
            whole.extend_from_slice(&chunk[..size]);
        }
    }
}
