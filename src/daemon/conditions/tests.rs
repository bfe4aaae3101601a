//! The observer in virtual time, over a real store: what is told, to whom, how often, and over restarts.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use crate::clock::Clock;
use crate::domain::case::CaseRef;
use crate::domain::delay_summary::DelaySummary;
use crate::domain::delivery::{Delivery, DeliveryState, Outcome};
use crate::domain::health::Health;
use crate::domain::schedule::Row;
use crate::notify::Whose;
use crate::store::cases::Head;
use crate::store::commit::Visit;
use crate::store::outbox::DeliveryFilter;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// A watch list with cases of a court, someone on duty, and someone who follows the cases.
struct Desk {
    dir: tempfile::TempDir,
    clock: Clock,
    observer: Observer,
    cases: Vec<CaseRef>,
}

impl Desk {
    async fn open(cases: usize) -> Self {
        Self::open_with(cases, "").await
    }

    async fn open_with(cases: usize, heartbeat: &str) -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let mut list = format!(
            "[veedor]\ncontact = \"pruebas@example.org\"\nstate_dir = \"{}\"\nlisten = \"\"\nleast_free = \"\"\nheartbeat = \"{heartbeat}\"\n[smtp]\nhost = \"127.0.0.1\"\nport = 2525\n\
             tls = \"none\"\nfrom = \"Veedor <v@example.org>\"\n\n[[channel]]\nid = \"duty\"\nkind = \"email\"\nto = [\"turno@example.org\"]\n\
             events = [\"source.*\", \"channel.*\", \"store.*\", \"veedor.*\", \"delays.*\"]\n\n[[channel]]\nid = \"hook\"\nkind = \"webhook\"\n\
             url = \"https://hooks.example.org/x\"\n",
            dir.path().join("state").display()
        );
        for n in 1..=cases {
            list.push_str(&format!("\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2024-{n:05}\"\n"));
        }
        std::fs::write(dir.path().join("watchlist.toml"), list).expect("a watch list");
        let clock = Clock::fixed("2026-03-02T12:00:00Z".parse().expect("valid"));
        let handles = Handles::open(load(dir.path().join("watchlist.toml")), clock.clone()).await.expect("a store");
        let cases = handles.config.load().cases.iter().map(|watch| watch.case.clone()).collect();
        Self { dir, clock, observer: Observer::new(handles, |_| Ok(u64::MAX)), cases }
    }

    /// Ends it and begins anew.
    async fn restart(self) -> Self {
        let Self { dir, clock, observer, cases } = self;
        let space = observer.space;
        drop(observer);
        let handles = Handles::open(load(dir.path().join("watchlist.toml")), clock.clone()).await.expect("a store");
        Self { dir, clock, observer: Observer::new(handles, space), cases }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Lets time pass, with a look each minute, or each hour when it is long.
    fn pass(&mut self, seconds: i64) {
        let step = if seconds > DAY { HOUR } else { 60 };
        for _ in 0..seconds / step {
            self.clock.advance_to(self.now() + Duration::from_secs(u64::try_from(step).expect("positive")));
            let now = self.now();
            self.observer.look(now).expect("a store in order");
        }
    }

    /// A visit to the n-th case ended so.
    fn visit(&self, n: usize, health: Health) {
        let (store, now, case) = (&self.observer.handles.store, self.now(), self.cases[n].clone());
        let cid = store.register(std::slice::from_ref(&case)).expect("registers")[0];
        let before = store.row(cid).expect("reads").unwrap_or_default();
        let second = u32::try_from(now.as_second()).expect("in range");
        let row = match health {
            Health::Ok => Row { last_ok: second, fails: 0, ..before },
            _ => Row { fails: before.fails.saturating_add(1), ..before },
        };
        let head = Head { health, ..Head::unvisited(case, now) };
        let visit = Visit { cid, row, head, missing: None, version: None, events: Vec::new(), deliveries: Vec::new() };
        store.commit(visit).expect("commits");
    }

    fn visit_all(&self, health: &Health) {
        (0..self.cases.len()).for_each(|n| self.visit(n, health.clone()));
    }

    /// What was told so far, oldest first: the kind, the channels, and the report.
    fn told(&self) -> Vec<(String, String, Report)> {
        let store = &self.observer.handles.store;
        let mut all: Vec<Delivery> = store.deliveries(DeliveryFilter::All, 1000).expect("reads");
        all.reverse();
        let event = |delivery: &Delivery| store.event(delivery.events[0]).expect("reads").expect("stored");
        let ours = all.iter().map(|delivery| (delivery, event(delivery))).filter(|(_, event)| Report::of(event).is_some());
        ours.map(|(delivery, event)| (event.kind.name().to_owned(), delivery.channel.clone(), Report::of(&event).expect("a report")))
            .collect()
    }

    fn kinds(&self) -> Vec<String> {
        self.told().into_iter().map(|(kind, ..)| kind).collect()
    }

    fn fail(&self, channel: &str, outcome: &Outcome) {
        self.observer.handles.runs.note(channel, outcome, Whose::Message, "hooks.example.org answered 500", self.now());
    }
}

fn load(list: PathBuf) -> Config {
    Config::load(&list).expect("a good list").config
}

fn blocked() -> Health {
    Health::Blocked("api.example.org answered 403".into())
}

fn refused() -> Outcome {
    Outcome::Retry { why: "hooks.example.org answered 500: PERSONA FICTICIA".into(), after: None }
}

fn sent() -> Outcome {
    Outcome::Sent { detail: "204".into() }
}

#[tokio::test]
async fn a_court_that_refuses_is_told_once_however_many_cases_it_has_and_its_end_once() {
    let mut desk = Desk::open(20).await;
    desk.visit_all(&Health::Ok);
    desk.pass(HOUR);
    for _ in 0..3 {
        desk.visit_all(&blocked());
        desk.pass(10 * 60);
    }
    assert_eq!(desk.kinds(), ["source.blocked"]);
    let (_, channel, report) = desk.told().remove(0);
    assert_eq!((channel.as_str(), report.why.as_deref()), ("duty", Some("api.example.org answered 403")));
    assert_eq!(report.number(Number::Cases), Some(20));
    let mut desk = desk.restart().await;
    desk.pass(2 * HOUR);
    assert_eq!(desk.kinds().len(), 1, "a restart tells nothing again");
    desk.visit(0, Health::Ok);
    desk.pass(60);
    desk.visit(1, blocked());
    desk.pass(60);
    assert_eq!(desk.kinds().len(), 1, "one that comes through is no end");
    desk.pass(60);
    desk.visit_all(&Health::Ok);
    desk.pass(DAY);
    assert_eq!(desk.kinds(), ["source.blocked", "source.recovered"]);
    let (_, _, report) = desk.told().remove(1);
    assert_eq!((report.class, report.number(Number::Visits)), (Some(Class::Blocked), Some(61)));
}

#[tokio::test]
async fn one_case_that_cannot_be_read_is_told_after_a_day_and_not_while_its_source_is_in_trouble() {
    let mut desk = Desk::open(3).await;
    desk.visit_all(&Health::Ok);
    for _ in 0..30 {
        desk.visit(0, Health::Ok);
        desk.visit(1, Health::Ok);
        desk.visit(2, Health::Unreadable("acts: no table".into()));
        desk.pass(HOUR);
    }
    assert_eq!(desk.kinds(), ["source.cases_unread"]);
    let (_, _, report) = desk.told().remove(0);
    assert_eq!(report.number(Number::Cases), Some(1));
    assert_eq!(report.why.as_deref(), Some("17721-2024-00003 (unreadable: acts: no table)"));
    desk.visit(2, Health::Ok);
    desk.pass(HOUR);
    assert_eq!(desk.kinds(), ["source.cases_unread", "source.recovered"]);

    let mut desk = Desk::open(3).await;
    desk.visit_all(&Health::Ok);
    for _ in 0..30 {
        desk.visit_all(&Health::Unavailable("no answer".into()));
        desk.pass(HOUR);
    }
    desk.visit_all(&Health::Ok);
    desk.pass(20 * HOUR);
    assert_eq!(desk.kinds(), ["source.unavailable", "source.unavailable", "source.recovered"], "the time of the outage counts for no case");
}

#[tokio::test]
async fn cases_that_are_never_visited_are_told_whatever_the_reason() {
    let mut desk = Desk::open(4).await;
    desk.pass(30 * HOUR);
    assert_eq!(desk.kinds(), ["source.cases_unread"]);
    let (_, _, report) = desk.told().remove(0);
    assert_eq!(
        report.why.as_deref(),
        Some("17721-2024-00001 (not visited); 17721-2024-00002 (not visited); 17721-2024-00003 (not visited) …")
    );
}

#[tokio::test]
async fn a_channel_that_takes_nothing_for_days_is_told_to_another_disabled_and_back_with_one_message() {
    let mut desk = Desk::open(1).await;
    let pass = |desk: &mut Desk, hours: i64| {
        for _ in 0..hours {
            desk.visit_all(&Health::Ok);
            desk.fail("hook", &refused());
            desk.pass(HOUR);
        }
    };
    for _ in 0..3 {
        desk.fail("hook", &refused());
        desk.pass(60);
    }
    assert_eq!(desk.kinds(), [""; 0], "three failures in three minutes are everyday life");
    pass(&mut desk, 48);
    let mut desk = desk.restart().await;
    assert!(desk.observer.handles.runs.is_failing("hook"), "a restart does not begin the count anew");
    pass(&mut desk, 48);
    assert!(!desk.observer.handles.runs.is_disabled("hook"));
    pass(&mut desk, 26);
    assert!(desk.observer.handles.runs.is_disabled("hook"));
    let told = desk.told();
    let kinds: Vec<&str> = told.iter().map(|(kind, ..)| kind.as_str()).collect();
    assert_eq!(
        kinds,
        ["channel.failing", "channel.failing", "channel.failing", "channel.failing", "channel.disabled"],
        "on days 1 to 3, and when it is disabled"
    );
    assert!(told.iter().all(|(_, channel, _)| channel == "duty"), "the one that fails is told nothing");
    assert_eq!(told[4].2.why.as_deref(), Some("hooks.example.org answered 500"), "without what the receiver said");
    assert!(desk.observer.handles.runs.rests_until("hook", desk.now()).is_some());
    desk.fail("hook", &sent());
    desk.pass(60);
    assert_eq!(desk.kinds().last().map(String::as_str), Some("channel.recovered"));
    assert!(desk.observer.handles.runs.all().is_empty() && !desk.kinds().contains(&"channel.gave_up".to_owned()));
}

#[tokio::test]
async fn a_receiver_that_says_goodbye_is_disabled_at_once_and_a_mail_relay_never() {
    let mut desk = Desk::open(1).await;
    let gone = Outcome::Misconfigured { why: "hooks.example.org answered 410: it wants no more messages".into() };
    desk.observer.handles.runs.note("hook", &gone, Whose::Channel, "hooks.example.org answered 410", desk.now());
    let wrong = Outcome::Misconfigured { why: "the mail relay answered 535".into() };
    for _ in 0..24 * 8 {
        desk.visit_all(&Health::Ok);
        desk.observer.handles.runs.note("duty", &wrong, Whose::Channel, "the mail relay answered 535", desk.now());
        desk.pass(HOUR);
    }
    assert!(desk.observer.handles.runs.is_disabled("hook") && !desk.observer.handles.runs.is_disabled("duty"));
    let kinds = desk.kinds();
    assert_eq!(kinds[0], "channel.disabled");
    assert!(!kinds.contains(&"channel.failing".to_owned()), "nobody but the relay itself asks: {kinds:?}");
}

#[tokio::test]
async fn the_sign_of_life_counts_the_cases_of_which_nothing_is_new_for_ninety_days() {
    let mut desk = Desk::open_with(2, "daily 09:00").await;
    desk.visit(0, Health::Ok);
    desk.pass(60);
    for (days, dormant) in [(89, None), (2, Some(1))] {
        desk.clock.advance_to(desk.now() + Duration::from_secs(days * 86_400));
        desk.visit(1, Health::Ok);
        desk = desk.restart().await;
        desk.pass(10 * 60);
        let (_, _, report) = desk.told().into_iter().rfind(|(kind, ..)| kind == "veedor.heartbeat").expect("a sign of life");
        assert_eq!((report.number(Number::Watched), report.number(Number::Dormant)), (Some(2), dormant), "{days}");
    }
}

#[tokio::test]
async fn the_sign_of_life_comes_once_at_its_hour_over_restarts_and_once_after_days_of_silence() {
    // Nine in the morning of the court's zone is 14:00 UTC; it is noon.
    let mut desk = Desk::open_with(2, "daily 09:00").await;
    desk.visit(0, Health::Ok);
    desk.pass(HOUR + 59 * 60);
    assert_eq!(desk.kinds(), [""; 0]);
    let mut desk = desk.restart().await;
    desk.pass(60);
    assert_eq!(desk.kinds(), ["veedor.heartbeat"]);
    let (_, channel, report) = desk.told().remove(0);
    assert_eq!((channel.as_str(), report.since.to_string().as_str()), ("duty", "2026-03-02T14:00:00Z"));
    assert_eq!((report.number(Number::Watched), report.sources.len(), report.troubles.len()), (Some(2), 1, 0));
    assert_eq!(report.sources[0].read.map(|at| at.to_string()).as_deref(), Some("2026-03-02T12:00:00Z"));
    let mut desk = desk.restart().await;
    desk.pass(5 * HOUR);
    assert_eq!(desk.kinds().len(), 1);
    // Off for three days and a half: one comes, late, and it knows what is in trouble.
    desk.clock.advance_to(desk.now() + Duration::from_secs(84 * 3600));
    let mut desk = desk.restart().await;
    desk.pass(10 * 60);
    let told = desk.told();
    let kinds: Vec<&str> = told.iter().map(|(kind, ..)| kind.as_str()).collect();
    assert_eq!(kinds, ["veedor.heartbeat", "source.cases_unread", "veedor.heartbeat"]);
    assert_eq!(told[2].2.since.to_string(), "2026-03-05T14:00:00Z");
    assert_eq!(told[2].2.troubles.len(), 1);
    assert!(
        !desk
            .observer
            .handles
            .store
            .conditions()
            .expect("reads")
            .iter()
            .any(|((topic, _), state)| *topic == Topic::Heartbeat && state.is_on())
    );
}

static FREE: AtomicU64 = AtomicU64::new(0);

#[tokio::test]
async fn little_room_is_told_and_its_end_and_a_file_that_comes_and_goes_is_not() {
    let mut desk = Desk::open(1).await;
    let mut config = (**desk.observer.handles.config.load()).clone();
    config.general.signs.least_free = 1000 << 20;
    desk.observer.handles.config.store(std::sync::Arc::new(config));
    desk.observer.space = |_| Ok(FREE.load(Ordering::SeqCst));
    for free in [5000, 1001, 999, 1001, 998, 1050, 990] {
        FREE.store(free << 20, Ordering::SeqCst);
        desk.visit_all(&Health::Ok);
        desk.pass(60);
    }
    assert_eq!(desk.kinds(), ["store.low"]);
    assert_eq!(desk.told()[0].2.number(Number::FreeMib), Some(999));
    FREE.store(1100 << 20, Ordering::SeqCst);
    desk.pass(60);
    assert_eq!(desk.kinds(), ["store.low", "store.recovered"]);
}

/// Three failures of the channel `hook` in the time that confirms its trouble, with a look after each; what the last look said.
fn hook_fails(desk: &mut Desk) -> Result<usize, StoreError> {
    let mut said = Ok(0);
    for _ in 0..4 {
        desk.fail("hook", &refused());
        desk.clock.advance_to(desk.now() + Duration::from_secs(HOUR.unsigned_abs()));
        said = desk.observer.look(desk.now());
    }
    said
}

#[tokio::test]
async fn a_delivery_that_does_not_read_back_keeps_no_trouble_from_being_told() {
    let mut desk = Desk::open(1).await;
    let (event, store) = (crate::domain::sample::ruling(), desk.observer.handles.store.clone());
    let cid = store.register(std::slice::from_ref(&event.case)).expect("registers")[0];
    let head = Head { health: Health::Ok, ..Head::unvisited(event.case.clone(), desk.now()) };
    let dead = DeliveryState::Dead { at: desk.now(), reason: "410".into() };
    let given_up = Delivery { channel: "hook".into(), state: dead, ..crate::domain::sample::delivery("", std::slice::from_ref(&event)) };
    let id = Delivery::id_of("hook", "", event.id);
    let (events, deliveries) = (vec![event], vec![given_up]);
    store.commit(Visit { cid, row: Row::default(), head, missing: None, version: None, events, deliveries }).expect("commits");
    store.spoil_delivery(id);
    assert!(hook_fails(&mut desk).is_ok());
    assert_eq!(desk.kinds(), ["channel.failing"]);
}

#[tokio::test]
async fn a_part_that_cannot_be_looked_at_keeps_no_other_from_being_told() {
    let mut desk = Desk::open_with(2, "daily 09:00").await;
    desk.observer.space = |_| Ok(0);
    desk.visit_all(&Health::Ok);
    desk.observer.handles.store.spoil_index(&desk.cases[0]);
    let said = hook_fails(&mut desk);
    assert!(matches!(said, Err(StoreError::Damaged(_))), "{said:?}");
    let kinds = desk.kinds();
    assert!(kinds.contains(&"channel.failing".to_owned()), "{kinds:?}");
}

#[tokio::test]
async fn a_month_is_summed_up_once_and_none_by_a_clock_that_stands_ahead_for_a_moment() {
    let summaries = |desk: &Desk| {
        let store = &desk.observer.handles.store;
        let all = store.deliveries(DeliveryFilter::All, 1000).expect("reads");
        let event = |delivery: &Delivery| store.event(delivery.events[0]).expect("reads").expect("stored");
        let of = |delivery: &Delivery| Some((delivery.channel.clone(), DelaySummary::of(&event(delivery))?));
        all.iter().rev().filter_map(of).map(|(channel, told)| format!("{channel} {} {}", told.from, told.left_out)).collect::<Vec<_>>()
    };
    let mut desk = Desk::open(2).await;
    desk.pass(120);
    for moment in ["2027-03-05T12:00:00Z", "2026-03-02T12:10:00Z"] {
        desk.clock.advance_to(moment.parse().expect("an instant"));
        let now = desk.now();
        desk.observer.look(now).expect("a store in order");
    }
    desk.pass(20 * DAY);
    assert_eq!(summaries(&desk), [""; 0], "the year ahead is not summed up, and what came before a channel asked is not either");
    desk.pass(12 * DAY);
    assert_eq!(summaries(&desk), ["duty 2026-03-01 2"], "cases that were never read are said");
    let mut desk = desk.restart().await;
    desk.pass(3 * DAY);
    // At another hour of the month it is told from the next one on.
    let list = std::fs::read_to_string(desk.dir.path().join("watchlist.toml")).expect("the list");
    let later = list.replacen("[veedor]\n", "[veedor]\nsummary = \"monthly 15 08:00\"\n", 1);
    std::fs::write(desk.dir.path().join("watchlist.toml"), later).expect("a watch list");
    let mut desk = desk.restart().await;
    desk.pass(20 * DAY);
    assert_eq!(summaries(&desk), ["duty 2026-03-01 2"], "March is not told again");
    desk.pass(30 * DAY);
    assert_eq!(summaries(&desk), ["duty 2026-03-01 2", "duty 2026-04-01 2"]);
}
