//! A year in virtual time: visits at their real cadence, changes, outages, digests, silences, reminders, pruning and housekeeping. Every
//! change is told once, and nothing that the daemon keeps in memory grows.
//!
//! The long form is `VEEDOR_YEAR_DAYS=365 VEEDOR_YEAR_CASES=1000`; it prints what is resident each month. With `VEEDOR_YEAR_CALM_FROM=45` nothing
//! is published from that day on, which tells what grows with time from what grows with the history.
//! The court and the receivers are in the same process. The timers of the loops are not waited for: all else is the daemon's own.

use std::collections::HashMap;

use axum::routing::get;

use super::*;
use crate::daemon::calendar::{Known, PORTION, look_at};
use crate::daemon::conditions::Observer;
use crate::daemon::poll::Poller;
use crate::daemon::prune;
use crate::daemon::steady::Steady;
use crate::daemon::visit::Visitor;
use crate::domain::silence::{Scope, Silence};
use crate::store::Cid;
use crate::store::prune::RETENTION;

/// A court of one list of acts for each case: how many there are, and whether it is out of order.
#[derive(Clone, Default)]
struct Site(Arc<Mutex<(Vec<u32>, bool)>>);

impl Site {
    async fn open(&self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let router = Router::new().route("/acts/{case}", get(acts)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        port
    }
}

async fn acts(State(site): State<Site>, Segment(case): Segment<usize>) -> (StatusCode, String) {
    let (count, is_broken) = {
        let site = site.0.lock().expect("not poisoned");
        (site.0[case], site.1)
    };
    let act = |n: u32| match n % 5 {
        4 => format!(
            r#"{{"k":"{n}","t":"CONVOCATORIA A AUDIENCIA DE JUICIO","x":"Se convoca a audiencia de juicio para el día {} de {} de 2026, a las 09h00."}}"#,
            // Silences of many hearings on one day would pull the brake.
            1 + (case * 11 + n as usize) % 28,
            ["mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre"][(case + n as usize / 5) % 7]
        ),
        _ => format!(r#"{{"k":"{n}","t":"PROVIDENCIA GENERAL (DECRETO)","x":"Agréguese el escrito {n}."}}"#),
    };
    let acts: Vec<String> = (0..count).map(act).collect();
    if is_broken { (StatusCode::SERVICE_UNAVAILABLE, String::new()) } else { (StatusCode::OK, format!("[{}]", acts.join(","))) }
}

const RECIPE: &str = r#"id = "court"
title = "A court"
jurisdiction = "ec"
language = "es"
timezone = "America/Guayaquil"
base_url = "https://court.example"
case_url = "https://court.example/"
[number]
pattern = '(?<serial>\d+)'
compact = "{serial}"
canonical = "{serial}"
shape = "digits"
example = "12"
[[step]]
id = "acts"
get = "/acts/{{ number }}"
list = true
[entries]
from = "acts"
each = "$[*]"
title = "{{ t }}"
text = "{{ x }}"
key = ["{{ k }}"]
"#;

/// A figure of this process's status.
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("the figure");
    line.trim_matches(|c: char| !c.is_ascii_digit()).parse().expect("a number")
}

fn bytes_of(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| if entry.path().is_dir() { bytes_of(&entry.path()) } else { entry.metadata().map_or(0, |data| data.len()) }).sum()
}

fn asked(variable: &str, usual: usize) -> usize {
    std::env::var(variable).map_or(usual, |text| text.parse().expect("a whole number"))
}

struct Year {
    desk: Desk,
    poller: Poller,
    observer: Observer,
    known: HashMap<Cid, Known>,
    visits: usize,
}

impl Year {
    /// Lets an hour pass, minute by minute, with all that comes due in it.
    async fn hour(&mut self, is_down: bool) {
        let end = self.desk.clock.now() + Duration::from_secs(3600);
        while self.desk.clock.now() < end {
            let (made, next) = self.poller.pass().await.expect("a store in order");
            self.visits += made;
            let now = self.desk.clock.now();
            // A visit a minute is near enough to when it is due, and the messages that it brings go at once.
            // On loopback a host that fails rests for seconds only, and all cases would come again each minute.
            let step = if is_down { 600 } else { 60 };
            let next = next.unwrap_or(end).max(now + Duration::from_secs(step)).min(end);
            let span = Duration::try_from(next.duration_since(now)).expect("later");
            self.desk.pass(span).await;
        }
    }

    /// What the loops beside do each hour.
    fn look_after(&mut self) {
        // The loop takes leave of relays by a clock that does not run here.
        let deliverer = self.desk.deliverer.as_mut().expect("it runs");
        deliverer.leave(true);
        let handles = self.desk.handles();
        let (store, now, config) = (&handles.store, handles.clock.now(), handles.config.load_full());
        // The clock goes far faster than the machine's.
        let steady = Steady::new(jiff::Timestamp::UNIX_EPOCH, Duration::ZERO, None);
        for portion in (0..config.cases.len()).step_by(PORTION) {
            look_at(store, &config, portion, (now, steady), &mut self.known).expect("a store in order");
        }
        self.observer.look(now).expect("a store in order");
        store.end_silences(now).expect("a store in order");
        store.prune(now, RETENTION).expect("a store in order");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_year_of_visits_tells_every_change_once_and_grows_in_no_memory() {
    let (days, cases) = (asked("VEEDOR_YEAR_DAYS", 8), asked("VEEDOR_YEAR_CASES", 40));
    let calm_from = asked("VEEDOR_YEAR_CALM_FROM", usize::MAX);
    let folder = tempfile::tempdir().expect("a folder");
    let (site, receivers) = (Site::default(), Receivers::default());
    site.0.lock().expect("not poisoned").0 = vec![2; cases];
    let (court, hooks, relay) = (site.open().await, receivers.hooks().await, receivers.relay().await);
    std::fs::create_dir(folder.path().join("recipes")).expect("a folder");
    std::fs::write(folder.path().join("recipes/court.toml"), RECIPE).expect("a recipe");
    let mut list = format!(
        "[veedor]\ncontact = \"pruebas@example.org\"\nstate_dir = \"{}\"\nlisten = \"\"\n\n[smtp]\nhost = \"127.0.0.1\"\nport = {relay}\ntls = \"none\"\n\
         from = \"Veedor <v@example.org>\"\n\n[source.court]\nbase_url = \"http://127.0.0.1:{court}\"\ngap = \"0s\"\nevery = \"6h\"\ndaily = 1000000\n\
         [[channel]]\nid = \"uno\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1:{hooks}/uno\"\nallow_private = true\n\
         [[channel]]\nid = \"dos\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1:{hooks}/dos\"\nallow_private = true\nwhen = \"daily 12:00\"\n\
         [[channel]]\nid = \"mail\"\nkind = \"email\"\nto = [\"a@example.net\", \"b@example.net\"]\ndigest = \"daily 06:45\"\ndigest_below = \"notice\"\n",
        folder.path().join("state").display()
    );
    (0..cases).for_each(|case| list.push_str(&format!("[[case]]\nsource = \"court\"\nnumber = \"{case}\"\n")));
    let file = folder.path().join("watchlist.toml");
    std::fs::write(&file, list).expect("a watch list");
    let clock = Clock::fixed("2026-03-02T12:00:00Z".parse().expect("valid"));
    let mut desk = Desk { list: file.clone(), clock: clock.clone(), deliverer: None, version: 0 };
    desk.begin().await;
    let handles = desk.handles().clone();
    let visitor = Arc::new(Visitor::new(handles.clone()));
    let poller = Poller::new(handles.clone(), visitor).await.expect("a plan");
    let observer = Observer::new(handles.clone(), |_| Ok(1 << 40));
    let mut year = Year { desk, poller, observer, known: HashMap::new(), visits: 0 };
    let mut published = 0;
    let mut resident = Vec::new();
    for day in 0..u32::try_from(days).expect("few") {
        // Of thirty cases one changes on a day, each half day another; the court is down for a day in thirty, a receiver for two.
        for half in 0..2 {
            {
                let mut site = site.0.lock().expect("not poisoned");
                site.1 = day % 30 == 17;
                if day > 0 && (day as usize) < calm_from {
                    for case in (0..cases).filter(|case| draw(day * 2 + half, u32::try_from(*case).expect("few"), "news", 60) == 0) {
                        site.0[case] += 1;
                        published += 1;
                    }
                }
            }
            for (nth, channel) in (0u32..).zip(CHANNELS) {
                receivers.set(channel, if (day + nth * 7) % 30 < 2 && day > 5 { Mood::Overloaded } else { Mood::Well });
            }
            for _ in 0..12 {
                year.hour(day % 30 == 17).await;
                year.look_after();
            }
        }
        prune::keep_hosts(&handles).await.expect("a store in order");
        let now = clock.now();
        if day % 30 == 3 {
            let scope = Scope { channel: Some("dos".into()), case: Some(handles.config.load().cases[0].case.clone()), ..Scope::default() };
            let until = now + Duration::from_secs(7 * 86_400);
            handles.store.silence(Silence::new(scope, "mesa".into(), "vacaciones".into(), now, until)).expect("a store in order");
        }
        if day % 30 == 20 {
            handles.config.store(Arc::new(Config::load(&file).expect("a good list").config));
        }
        if day % 30 == 29 || day as usize + 1 == days {
            let descriptors = std::fs::read_dir("/proc/self/fd").expect("Linux").count();
            // The receivers remember every message: that is the test's own.
            let theirs = u64::try_from(receivers.bytes()).expect("few") >> 20;
            resident.push((status("VmRSS:") / 1024).saturating_sub(theirs));
            println!(
                "day {}: {} visits, {published} changes, {} MiB resident beside {theirs} of the receivers, {} threads, {descriptors} descriptors, store {} KiB",
                day + 1,
                year.visits,
                resident.last().copied().unwrap_or_default(),
                status("Threads:"),
                bytes_of(&folder.path().join("state")) / 1024,
            );
        }
    }
    // What waits for windows and for receivers that were away.
    site.0.lock().expect("not poisoned").1 = false;
    CHANNELS.into_iter().for_each(|channel| receivers.set(channel, Mood::Well));
    for _ in 0..60 {
        year.hour(false).await;
        year.look_after();
    }
    assert!(year.visits >= cases * days * 7 / 2, "{} visits", year.visits);
    assert!(year.poller.remembered() < 1100 && handles.fetcher.budget_snapshot().len() <= 1);
    let cids: Vec<Cid> = handles.config.load().cases.iter().filter_map(|watch| handles.store.cid(&watch.case).expect("reads")).collect();
    let events: Vec<Event> = cids.iter().flat_map(|cid| handles.store.case_events(*cid).expect("reads")).collect();
    let entered: BTreeSet<(String, String)> =
        events.iter().filter_map(|event| Some((event.case.number.clone(), format!("{:?}", event.entry.as_ref()?.key)))).collect();
    assert_eq!(entered.len(), published, "what was published is not what was told");
    // What a silence muted of the first case is summed up.
    let told: Vec<Id> = events.iter().filter(|event| event.case.number != "0").map(|event| event.id).collect();
    for (channel, recipient) in RECIPIENTS {
        let mut under: BTreeMap<String, usize> = BTreeMap::new();
        for (message, events) in receivers.taken(channel) {
            if message.contains(recipient) {
                events.into_iter().for_each(|event| *under.entry(event).or_default() += 1);
            }
        }
        for id in &told {
            let event = events.iter().find(|event| event.id == *id).expect("listed");
            let why = || {
                let all = year.desk.all();
                let of = all
                    .iter()
                    .filter(|delivery| delivery.events.contains(id))
                    .map(|d| format!("{} {} {:?}", d.channel, d.recipient, d.state));
                format!("{:?} seen {} in version {}; {:?}", event.kind, event.seen_at, event.version, of.collect::<Vec<_>>())
            };
            assert_eq!(under.remove(&id.to_string()), Some(1), "{channel} {recipient}: {id} {}", why());
        }
    }
    println!("{} visits, {published} changes, {} events, each told once", year.visits, events.len());
    if let [_, _, third, .., last] = resident[..] {
        assert!(last <= third + third / 5 + 16, "{resident:?} MiB resident");
    }
}
