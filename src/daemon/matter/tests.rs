//! Two linked cases in a real store: what is due of both is told once, and a difference is told when it has stood.

mod limits;

use jiff::civil::{Date, date};

use super::*;
use crate::domain::brake::Brake;
use crate::domain::case::CaseRef;
use crate::domain::clock_news::ClockNews;
use crate::domain::diff::MissingParts;
use crate::domain::docket::{Entry, EntryKey};
use crate::domain::health::Health;
use crate::domain::sample::act;
use crate::domain::schedule::Row;
use crate::store::Version;
use crate::store::braked::Decision;
use crate::store::commit::Visit;
use crate::store::open::Options;

const LIST: &str = r#"
[veedor]
contact = "pruebas@example.org"
listen = ""
remind = ["24h"]

[[channel]]
id = "una"
kind = "webhook"
url = "http://127.0.0.1:40009/una"
allow_private = true
tags = ["una"]

[[channel]]
id = "otra"
kind = "webhook"
url = "http://127.0.0.1:40009/otra"
allow_private = true
tags = ["otra"]

[[case]]
source = "ec-esatje"
number = "17721-2024-00011G"
tags = ["una"]
linked = ["ec-fiscalia 170101824010001"]

[[case]]
source = "ec-fiscalia"
number = "170101824010001"
tags = ["otra"]
"#;

struct Pair {
    folder: tempfile::TempDir,
    config: Config,
    store: Store,
    cids: Vec<Cid>,
}

fn at(text: &str) -> Timestamp {
    text.parse().expect("an instant")
}

impl Pair {
    fn new() -> Self {
        Self::with(LIST)
    }

    fn with(text: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let list = folder.path().join("watchlist.toml");
        std::fs::write(&list, text).expect("a list");
        let config = Config::load(&list).expect("a good list").config;
        let store = Store::open(&folder.path().join("store"), Options::new(at("2026-11-02T12:00:00Z"))).expect("a store");
        let cases: Vec<_> = config.cases.iter().map(|watch| watch.case.clone()).collect();
        let cids = store.register(&cases).expect("registered");
        Self { folder, config, store, cids }
    }

    /// A version of a case that shows these acts, one a day from 2 November 2026 on.
    fn version(&self, which: usize, when: &str, texts: &[&str]) {
        let day = |nth: usize| date(2026, 11, 2 + i8::try_from(nth).expect("few"));
        let act = |(nth, text): (usize, &&str)| (day(nth), "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)", (*text).to_owned());
        self.acts(which, when, texts.iter().enumerate().map(act).collect());
    }

    /// A version of a case that shows these acts, the oldest first.
    fn acts(&self, which: usize, when: &str, acts: Vec<(Date, &str, String)>) {
        let entries = acts.into_iter().enumerate().rev();
        let entries = entries.map(|(nth, (day, title, text))| Entry { key: EntryKey(nth.to_string()), ..act(day, title, &text) });
        self.docket(which, at(when), Docket { entries: entries.collect(), ..Docket::default() });
    }

    /// The same store as a new daemon finds it.
    fn opened_again(self, now: Timestamp) -> Self {
        let Self { folder, config, store, cids } = self;
        drop(store);
        let store = Store::open(&folder.path().join("store"), Options::new(now)).expect("a store");
        Self { folder, config, store, cids }
    }

    /// A version of a case.
    fn docket(&self, which: usize, when: Timestamp, docket: Docket) {
        let known = self.store.head(self.cids[which]).expect("a head");
        let number = known.as_ref().map_or(0, |head| head.version) + 1;
        let head = Head {
            case: self.config.cases[which].case.clone(),
            version: number,
            seq: known.as_ref().map_or(0, |head| head.seq),
            health: Health::Ok,
            vanished: None,
            watched_since: known.map_or(when, |head| head.watched_since),
            changed_at: Some(when),
            pages_sha256: [1; 32],
            validators: Vec::new(),
        };
        let version = Version { number, at: when, docket, pages: Vec::new() };
        let row = Self::row(when);
        let (events, deliveries) = (Vec::new(), Vec::new());
        let visit =
            Visit { cid: self.cids[which], row, head, missing: Some(MissingParts::new()), version: Some(version), events, deliveries };
        self.store.commit(visit).expect("kept");
    }

    fn row(when: Timestamp) -> Row {
        Row { last_ok: u32::try_from(when.as_second()).expect("this century"), ..Row::default() }
    }

    /// An unchanged visit.
    fn read(&self, which: usize, when: &str) {
        self.store.touch(&[(self.cids[which], Self::row(at(when)))]).expect("touched");
    }

    /// What is told when this case is looked at, by case and kind, and to which channels.
    fn told(&self, which: usize, now: &str) -> Vec<String> {
        let before = self.store.last_event().expect("a number");
        look(&self.store, &self.config, &self.config.cases[which], at(now), long_steady()).expect("looked at");
        let events = self.store.events_after(before, 100).expect("events");
        let line = |(_, event): &(u64, Event)| {
            let delivered = self.store.deliveries(crate::store::outbox::DeliveryFilter::All, 100).expect("deliveries");
            let mut channels: Vec<String> =
                delivered.into_iter().filter(|delivery| delivery.events.contains(&event.id)).map(|delivery| delivery.channel).collect();
            channels.sort();
            format!("{} {}: {}", event.case.source, event.kind, channels.join(" "))
        };
        events.iter().map(line).collect()
    }
}

/// Five other cases of e-SATJE in which an old act changes at once.
fn pull_the_brake(store: &Store, now: Timestamp) {
    for n in 1..=5 {
        let case = CaseRef { source: "ec-esatje".into(), number: format!("other {n}") };
        let cid = store.register(std::slice::from_ref(&case)).expect("registered")[0];
        let kind = EventKind::RecordEdited;
        let event = Event { case: case.clone(), id: Event::id_of(&case, 0, "1", kind), ..crate::domain::sample::bare(kind) };
        let head = Head { health: Health::Ok, pages_sha256: [1; 32], ..Head::unvisited(case, now) };
        let visit = Visit { cid, row: Pair::row(now), head, missing: None, version: None, events: vec![event], deliveries: Vec::new() };
        let round = std::time::Duration::from_secs(3600);
        let brake = Brake { watched: 5, round, pace: round, read_before: None, now, routes: Vec::new() };
        store.commit_judged(visit, Some(brake)).expect("kept");
    }
    assert_eq!(store.is_braked("ec-esatje"), Ok(true));
}

const ON_20: &str = "Se convoca a la audiencia de juicio para el 20 de noviembre de 2026, a las 09h00.";
const ON_27: &str = "Se convoca a la audiencia de juicio para el 27 de noviembre de 2026, a las 09h00.";

#[test]
fn a_reminder_of_both_is_told_of_one_to_all_who_follow_either() {
    let pair = Pair::new();
    for which in [0, 1] {
        pair.version(which, "2026-11-02T15:00:00Z", &[ON_20]);
    }
    // Whichever is looked at, the first of them tells.
    assert_eq!(pair.told(1, "2026-11-19T15:00:00Z"), ["ec-esatje hearing.reminder: otra una"]);
    assert_eq!(pair.told(0, "2026-11-19T16:00:00Z"), [] as [&str; 0]);
    // One that only the other shows is told of it.
    let pair = Pair::new();
    pair.version(0, "2026-11-02T15:00:00Z", &["Agréguese."]);
    pair.version(1, "2026-11-02T15:00:00Z", &[ON_20]);
    assert_eq!(pair.told(0, "2026-11-19T15:00:00Z"), ["ec-fiscalia hearing.reminder: otra"]);
    // When the first shows it later, it was told already.
    pair.version(0, "2026-11-19T15:30:00Z", &["Agréguese.", ON_20]);
    assert_eq!(pair.told(0, "2026-11-19T16:00:00Z"), [] as [&str; 0]);
}

#[test]
fn what_only_a_withheld_case_says_of_a_hearing_is_told_of_no_other() {
    const DAY_ONLY: &str = "Se convoca a la audiencia de juicio para el 20 de noviembre de 2026.";
    for (hidden, hour) in [("", true), ("withhold = \"generic\"\n", false)] {
        let pair = Pair::with(&format!("{LIST}{hidden}"));
        pair.version(0, "2026-11-02T15:00:00Z", &[DAY_ONLY]);
        pair.version(1, "2026-11-02T15:00:00Z", &[ON_20]);
        let channels = if hour { "otra una" } else { "una" };
        assert_eq!(pair.told(0, "2026-11-19T15:00:00Z"), [format!("ec-esatje hearing.reminder: {channels}")]);
        let (_, event) = pair.store.events_after(0, 10).expect("events").remove(0);
        let hearing = event.hearing.expect("a hearing");
        assert_eq!(hearing.mention.time.is_some(), hour, "{hidden}: {:?}", hearing.mention);
        assert_eq!(event.field.is_some_and(|field| format!("{field:?}").contains("170101824010001")), hour, "{hidden}");
        // Nor is anything told of the withheld case itself.
        assert_eq!(pair.told(1, "2026-11-19T16:00:00Z"), [] as [&str; 0]);
    }
}

#[test]
fn a_damaged_case_takes_no_reminder_of_another_with_it() {
    let pair = Pair::new();
    pair.version(0, "2026-11-02T15:00:00Z", &[ON_20]);
    assert_eq!(pair.told(0, "2026-11-19T15:00:00Z"), ["ec-esatje hearing.reminder: una"]);
    // Its head falls behind what was told.
    let head = Head { seq: 0, ..pair.store.head(pair.cids[0]).expect("reads").expect("is there") };
    let (row, events, deliveries) = (Pair::row(at("2026-11-25T15:00:00Z")), Vec::new(), Vec::new());
    pair.store.commit(Visit { cid: pair.cids[0], row, head, missing: None, version: None, events, deliveries }).expect("kept");
    pair.version(0, "2026-11-25T15:00:00Z", &[ON_20, "Se convoca a la audiencia preliminar para el 27 de noviembre de 2026, a las 11h00."]);
    pair.version(1, "2026-11-25T15:00:00Z", &[ON_27]);
    assert_eq!(pair.told(0, "2026-11-26T15:00:00Z"), ["ec-fiscalia hearing.reminder: otra"]);
    let looked = look(&pair.store, &pair.config, &pair.config.cases[0], at("2026-11-26T15:00:00Z"), long_steady()).expect("looked at");
    assert_eq!(looked[0].next, at("2026-11-26T16:00:00Z"), "the damaged one is looked at again");
}

#[test]
fn a_moment_of_reserved_takes_no_reminder_with_it() {
    let pair = Pair::new();
    pair.version(0, "2026-11-02T15:00:00Z", &[ON_20]);
    let now = at("2026-11-19T15:00:00Z");
    let is_said = |health: Health| {
        let head = Head { health, ..pair.store.head(pair.cids[0]).expect("reads").expect("is there") };
        let (events, deliveries) = (Vec::new(), Vec::new());
        let visit = Visit { cid: pair.cids[0], row: Pair::row(now), head, missing: None, version: None, events, deliveries };
        pair.store.commit(visit).expect("kept");
    };
    is_said(Health::Reserved);
    let looked = look(&pair.store, &pair.config, &pair.config.cases[0], now, long_steady()).expect("looked at");
    assert_eq!((looked[0].told, looked[0].next), (0, now + WITHHELD_AGAIN));
    is_said(Health::Ok);
    assert_eq!(pair.told(0, "2026-11-19T15:15:00Z"), ["ec-esatje hearing.reminder: una"]);
}

#[test]
fn a_difference_is_told_when_it_has_stood_for_two_working_days_in_the_readings_of_both() {
    let pair = Pair::new();
    pair.version(0, "2026-11-02T15:00:00Z", &[ON_20]);
    pair.version(1, "2026-11-02T15:00:00Z", &[ON_20]);
    // On Wednesday one source moves it.
    let moved = "Se reprograma la audiencia de juicio para el 27 de noviembre de 2026, a las 09h00.";
    pair.version(0, "2026-11-04T15:00:00Z", &[ON_20, moved]);
    pair.read(1, "2026-11-04T16:00:00Z");
    assert_eq!(pair.told(0, "2026-11-04T17:00:00Z"), [] as [&str; 0], "news that the other has not got yet");
    // Only the one is read since: nothing can be said of the other.
    pair.read(0, "2026-11-09T15:00:00Z");
    assert_eq!(pair.told(0, "2026-11-09T16:00:00Z"), [] as [&str; 0], "the other was not read");
    // Now both were, and the weekend does not count.
    pair.read(1, "2026-11-09T15:30:00Z");
    assert_eq!(pair.told(1, "2026-11-09T16:00:00Z"), ["ec-esatje record.disagreement: otra una"]);
    assert_eq!(pair.told(0, "2026-11-10T16:00:00Z"), [] as [&str; 0], "told once");
}

#[test]
fn silence_is_not_told_while_a_source_is_braked_and_is_afterwards() {
    let pair = Pair::new();
    pair.version(0, "2026-11-02T15:00:00Z", &["Agréguese.", ON_20]);
    pair.version(1, "2026-11-02T15:00:00Z", &[ON_27]);
    for which in [0, 1] {
        pair.read(which, "2026-11-30T15:00:00Z");
    }
    let now = "2026-11-30T16:00:00Z";
    pull_the_brake(&pair.store, at(now));
    for which in [0, 1] {
        assert_eq!(pair.told(which, now), [] as [&str; 0]);
    }
    pair.store.decide("ec-esatje", at(now), Decision::Discard).expect("decided");
    assert_eq!(pair.told(0, now), ["ec-esatje hearing.silent: una"]);
    assert_eq!(pair.told(0, now), [] as [&str; 0], "told once");
}

/// `alerting.md` A2.8: a silence that is claimed while nobody could look would be a false accusation.
#[test]
fn no_silence_runs_while_a_source_cannot_be_read_and_it_is_told_by_what_is_read_afterwards() {
    let blind = |pair: &Pair| {
        pair.version(0, "2026-11-02T15:00:00Z", &["Agréguese.", ON_20]);
        // Visits fail from the day of the hearing on: the row keeps when the case was last read.
        let failing = Row { fails: 40, ..Pair::row(at("2026-11-20T15:00:00Z")) };
        pair.store.touch(&[(pair.cids[0], failing)]).expect("touched");
        assert_eq!(pair.told(0, "2026-12-28T16:00:00Z"), [] as [&str; 0], "five weeks, and nobody could look");
    };
    let silent = Pair::new();
    blind(&silent);
    silent.read(0, "2026-12-28T17:00:00Z");
    assert_eq!(silent.told(0, "2026-12-28T18:00:00Z"), ["ec-esatje hearing.silent: una"]);

    let held = Pair::new();
    blind(&held);
    let minutes = "ACTA: En Quito, hoy 20 de noviembre de 2026, se instala la audiencia de juicio, que se realizó.";
    held.version(0, "2026-12-28T17:00:00Z", &["Agréguese.", ON_20, minutes]);
    assert_eq!(held.told(0, "2026-12-28T18:00:00Z"), [] as [&str; 0], "the record had it all the while");
}

#[test]
fn a_source_that_catches_up_in_time_disagreed_with_nothing() {
    let pair = Pair::new();
    pair.version(0, "2026-11-02T15:00:00Z", &[ON_20]);
    pair.version(1, "2026-11-02T15:00:00Z", &[ON_27]);
    pair.read(0, "2026-11-03T15:00:00Z");
    assert_eq!(pair.told(0, "2026-11-03T16:00:00Z"), [] as [&str; 0]);
    pair.version(1, "2026-11-03T17:00:00Z", &[ON_20]);
    for which in [0, 1] {
        pair.read(which, "2026-11-06T15:00:00Z");
    }
    assert_eq!(pair.told(0, "2026-11-06T16:00:00Z"), [] as [&str; 0]);
}

#[test]
fn a_case_alone_reads_no_other() {
    let pair = Pair::new();
    pair.version(0, "2026-11-02T15:00:00Z", &[ON_20]);
    let mut alone = pair.config.cases[0].clone();
    alone.linked = Vec::new();
    assert_eq!(look(&pair.store, &pair.config, &alone, at("2026-11-03T15:00:00Z"), long_steady()).expect("looked at").len(), 1);
}

/// A clock that went steadily long before anything came.
fn long_steady() -> Steady {
    Steady::new(Timestamp::UNIX_EPOCH, Duration::ZERO, None)
}

/// What is told of the first case when it is read and looked at, by a clock that goes steadily since a moment.
fn told_of(pair: &Pair, now: &str, steady_since: &str) -> Vec<Event> {
    pair.read(0, now);
    let before = pair.store.last_event().expect("a number");
    let steady = Steady::new(at(steady_since), Duration::ZERO, None);
    look(&pair.store, &pair.config, &pair.config.cases[0], at(now), steady).expect("looked at");
    pair.store.events_after(before, 100).expect("events").into_iter().map(|(_, event)| event).collect()
}

#[test]
fn a_case_without_entries_for_sixty_days_is_told_as_silent_and_not_by_a_clock_that_stood_ahead_for_a_moment() {
    let pair = Pair::with(&LIST.replace("linked = [\"ec-fiscalia 170101824010001\"]", ""));
    pair.version(0, "2026-11-02T15:00:00Z", &["Agréguese al proceso el escrito que antecede."]);
    let told = |now: &str, since: &str| {
        let line = |event: Event| (event.kind.name(), event.field.and_then(|field| field.after));
        told_of(&pair, now, since).into_iter().map(line).collect::<Vec<_>>()
    };
    const BEGAN: &str = "2026-11-02T15:00:00Z";
    assert_eq!(told("2026-12-31T15:00:00Z", BEGAN), [], "59 days");
    assert_eq!(told("2028-01-03T15:00:00Z", "2028-01-03T15:00:00Z"), [], "a clock that stands a year ahead for a moment");
    assert_eq!(told("2027-01-01T15:00:00Z", "2027-01-01T15:00:00Z"), [], "it was put right in this moment");
    assert_eq!(told("2027-01-01T16:00:00Z", BEGAN), [("case.silent", Some("60".to_owned()))]);
    assert_eq!(told("2027-01-03T15:00:00Z", BEGAN), [], "once");
}

/// One criminal case.
fn criminal() -> Pair {
    let linked = "linked = [\"ec-fiscalia 170101824010001\"]";
    Pair::with(&LIST.replace(linked, "facts = { matter = \"penal\" }"))
}

#[test]
fn a_written_judgment_that_is_late_is_told_once_at_each_moment_and_so_is_its_end() {
    let pair = criminal();
    let day = |month: i8, day: i8| date(2026, month, day);
    let oral = "Siento por tal que el Tribunal anunció su decisión de forma oral.";
    let announced = || (day(11, 2), "RAZON (RAZON)", oral.to_owned());
    pair.acts(0, "2026-11-02T12:00:00Z", vec![announced()]);
    let told = |now: &str| {
        let events = told_of(&pair, now, "2026-11-02T12:00:00Z");
        let of_clock = events.into_iter().filter(|event| is_of_clocks(event.kind));
        let line = |event: Event| {
            let news = ClockNews::of(&event).expect("news of a clock");
            (event.kind.name(), news.rule, news.elapsed, news.late)
        };
        of_clock.map(line).collect::<Vec<_>>()
    };
    let (rule, none) = ("EC-COIP-621".to_owned(), [] as [(&str, String, i64, Option<i64>); 0]);
    assert_eq!(told("2026-11-10T15:00:00Z"), none, "eight days");
    // Ten business days are over later than ten days, on Monday 16 November.
    assert_eq!(told("2026-11-14T15:00:00Z"), none, "over by one reading of the law alone");
    let breach = told("2026-11-19T15:00:00Z");
    assert_eq!(
        breach.iter().map(|(kind, rule, ..)| (*kind, rule.as_str())).collect::<Vec<_>>(),
        [("clock.breach", "EC-COIP-621")],
        "{breach:?}"
    );
    assert_eq!(told("2026-11-20T15:00:00Z"), none, "once");
    let later = told("2026-12-03T15:00:00Z");
    assert_eq!(later.len(), 1, "and again when it is late for longer: {later:?}");
    let written = "VISTOS: El Tribunal resuelve y dicta sentencia escrita motivada. Notifíquese.";
    pair.acts(0, "2026-12-04T12:00:00Z", vec![announced(), (day(12, 4), "SENTENCIA (RESOLUCION)", written.to_owned())]);
    let met = told("2026-12-04T15:00:00Z");
    assert_eq!(met.iter().map(|(kind, rule, ..)| (*kind, rule.clone())).collect::<Vec<_>>(), [("clock.met", rule)], "{met:?}");
    assert_eq!(told("2026-12-05T15:00:00Z"), none, "once");
}

#[test]
fn a_time_limit_of_linked_cases_is_told_at_one_and_not_when_the_other_shows_its_end() {
    let criminal = |linked: &str| LIST.replace(linked, &format!("{linked}\nfacts = {{ matter = \"penal\" }}"));
    let list = criminal("linked = [\"ec-fiscalia 170101824010001\"]").replace("tags = [\"otra\"]\n\n", "tags = [\"otra\"]\n");
    let list = format!("{}facts = {{ matter = \"penal\" }}\n", list.trim_end().to_owned() + "\n");
    let oral = || (date(2026, 11, 2), "RAZON (RAZON)", "Siento por tal que el Tribunal anunció su decisión de forma oral.".to_owned());
    let pair = Pair::with(&list);
    for which in [0, 1] {
        pair.acts(which, "2026-11-02T12:00:00Z", vec![oral()]);
        pair.read(which, "2026-11-19T15:00:00Z");
    }
    let told =
        |which: usize| pair.told(which, "2026-11-19T15:00:00Z").into_iter().filter(|line| line.contains("clock.")).collect::<Vec<_>>();
    let both = [told(0), told(1)].concat();
    assert_eq!(both.len(), 1, "{both:?}");
    assert!(both[0].contains("clock.breach: otra una"), "{both:?}");

    let pair = Pair::with(&list);
    let written = (date(2026, 11, 9), "SENTENCIA (RESOLUCION)", "VISTOS: El Tribunal resuelve.".to_owned());
    pair.acts(0, "2026-11-09T12:00:00Z", vec![oral(), written]);
    pair.acts(1, "2026-11-02T12:00:00Z", vec![oral()]);
    (0..2).for_each(|which| pair.read(which, "2026-11-19T15:00:00Z"));
    let told = pair.told(1, "2026-11-19T15:00:00Z");
    assert!(!told.iter().any(|line| line.contains("clock.")), "one source lags: {told:?}");
}

#[test]
fn a_time_limit_is_told_soon_after_the_case_is_read_again() {
    let pair = criminal();
    let oral = (date(2026, 11, 2), "RAZON (RAZON)", "Siento por tal que el Tribunal anunció su decisión de forma oral.".to_owned());
    pair.acts(0, "2026-11-02T12:00:00Z", vec![oral]);
    pair.read(0, "2026-11-18T04:40:00Z");
    let now = at("2026-11-18T05:01:00Z");
    let look_now = |now: Timestamp| look(&pair.store, &pair.config, &pair.config.cases[0], now, long_steady()).expect("looked at");
    let looked = look_now(now);
    assert_eq!(looked[0].told, 0, "it was not read since it is over");
    assert!(looked[0].next <= now + Duration::from_secs(15 * 60), "{}", looked[0].next);
    pair.read(0, "2026-11-18T05:10:00Z");
    assert_eq!(look_now(at("2026-11-18T05:16:00Z"))[0].told, 1);
}
