//! Target: 10,000 messages wait for 20 webhooks of which five are dead; the other fifteen are served at five hundred messages a second
//! or more, and not slower than without the dead ones.

use std::fmt::Write as _;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use jiff::Timestamp;
use veedor::config::Config;
use veedor::domain::event::{Event, EventKind};
use veedor::domain::health::Health;
use veedor::domain::route::{Route, route};
use veedor::domain::schedule::Row;
use veedor::store::Store;
use veedor::store::cases::Head;
use veedor::store::commit::Visit;
use veedor::store::open::Options;

use super::daemon::{Scene, number, wait_until};
use super::http::serve;
use super::table::Table;

const CASES: usize = 100;
const NEWS_EACH: usize = 5;
const LIVE: usize = 15;
const DEAD: usize = 5;

/// January 2040: no case is visited meanwhile.
const FAR_AHEAD: u32 = 2_208_988_800;

/// How much faster than with dead ones the live receivers may be served without them.
const SLOWER: f64 = 1.25;

pub fn measure(table: &mut Table) {
    table.head("10,000 messages wait for 20 webhooks, five of them dead");
    let alone = served(0);
    let beside = served(DEAD);
    table.note("without the dead ones", alone, "/s");
    table.note("with the dead ones", beside, "/s");
    table.at_least("webhooks a second", beside, 500.0, "/s");
    table.at_most("slower by the dead ones", alone / beside, SLOWER, "x");
}

/// Messages a second at the live receivers, from the start of the daemon to the last of them.
fn served(dead: usize) -> f64 {
    let scene = Scene::new();
    let taken = Arc::new(AtomicU64::new(0));
    let counted = taken.clone();
    let live = serve(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        (200, Arc::new(Vec::new()))
    });
    let failing = serve(|_| (500, Arc::new(Vec::new())));
    let overloaded = serve(|_| (503, Arc::new(Vec::new())));
    // One whose connections nobody takes up, and one that is not there.
    let mute = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let gone = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
    let away = [failing, overloaded, mute.local_addr().expect("its address"), gone, gone];
    let receivers: Vec<SocketAddr> = std::iter::repeat_n(live, LIVE).chain(away.into_iter().take(dead)).collect();
    write(&scene, &receivers);
    fill(&scene);
    let wanted = (CASES * NEWS_EACH * LIVE) as u64;
    let began = Instant::now();
    let daemon = scene.start();
    wait_until("all messages to those that live", || taken.load(Ordering::Relaxed) >= wanted);
    let took = began.elapsed();
    assert_eq!(taken.load(Ordering::Relaxed), wanted, "a message was sent twice");
    daemon.stop();
    wanted as f64 / took.as_secs_f64()
}

fn write(scene: &Scene, receivers: &[SocketAddr]) {
    let mut text = format!(
        "[veedor]\ncontact = \"pruebas@example.org\"\nstate_dir = \"{}\"\nlisten = \"\"\n\n[source.ec-esatje]\nbase_url = \"http://127.0.0.1:9\"\n",
        scene.path("state").display()
    );
    let secret = scene.path("secret");
    std::fs::write(&secret, "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=").expect("the secret");
    std::fs::set_permissions(&secret, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("its mode");
    for (n, receiver) in receivers.iter().enumerate() {
        let _ = write!(
            text,
            "\n[[channel]]\nid = \"hook{n}\"\nkind = \"webhook\"\nurl = \"http://{receiver}/in\"\nallow_private = true\nsecret = {{ file = \"{}\" }}\n",
            secret.display()
        );
    }
    for n in 0..CASES {
        let _ = write!(text, "\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"{}\"\n", number(n));
    }
    std::fs::write(scene.path("watchlist.toml"), text).expect("the watch list");
}

/// Commits the news of every case with its deliveries, as visits would have.
fn fill(scene: &Scene) {
    let config = Config::load(&scene.path("watchlist.toml")).expect("a good list").config;
    let now = Timestamp::now();
    let store = Store::open(&scene.store(), Options::new(now)).expect("the store opens");
    let routes: Vec<Route> = config.channels.iter().map(|channel| channel.route.clone()).collect();
    let cases: Vec<_> = config.cases.iter().map(|watch| watch.case.clone()).collect();
    let cids = store.register(&cases).expect("registers");
    for (cid, watch) in cids.into_iter().zip(&config.cases) {
        let event = |n: usize| Event {
            id: Event::id_of(&watch.case, 1, &n.to_string(), EventKind::OrderIssued),
            kind: EventKind::OrderIssued,
            severity: EventKind::OrderIssued.severity(),
            case: watch.case.clone(),
            seq: 0,
            version: 1,
            entry: None,
            hearing: None,
            field: None,
            seen_at: now,
            page_sha256: [1; 32],
        };
        let events: Vec<Event> = (0..NEWS_EACH).map(event).collect();
        let deliveries = route(&events, watch, &routes, now);
        let head = Head { health: Health::Ok, ..Head::unvisited(watch.case.clone(), now) };
        let row = Row { next_due: FAR_AHEAD, last_ok: 1, fails: 0, seen: [7; 8] };
        store.commit(Visit { cid, row, head, missing: None, version: None, events, deliveries }).expect("commits");
    }
    store.flush().expect("flushed");
}
