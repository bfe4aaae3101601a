//! What the board keeps of one case and those it is linked with.
//!
//! Asked by [`board`](super) for one matter at a time. Reads the store; changes nothing but what is kept of readings. Blocks.

use jiff::{Timestamp, ToSpan};

use super::{AGAIN, Hearing, LATE, LateClock, Matter, Quiet, Shown, Unread};
use crate::config::Config;
use crate::daemon::hearings::{self, Found, Read};
use crate::daemon::limits::clocks_of;
use crate::daemon::telling::{self, Telling};
use crate::domain::about::Stop;
use crate::domain::appointment::{Carried, latest, latest_of, standing};
use crate::domain::case::{CaseRef, Watch};
use crate::domain::docket::{Docket, EntryKey};
use crate::domain::event::{Actor, EXCERPT_CHARS, Event, EventEntry, EventHearing, EventKind, Severity};
use crate::domain::hearing::{HearingMention, HearingStatus};
use crate::domain::redact::cut_at_word;
use crate::domain::setting::Outcome;
use crate::domain::withhold::Telling as HowMuch;
use crate::store::Store;
use crate::store::cases::Head;
use crate::store::error::StoreError;
use crate::wire::api::board::DAYS_BACK;

/// Versions of a case that are looked at for what its calendar showed before the record lost something.
const MOST_VERSIONS: usize = 40;

/// What is kept of a matter, and the cases of it that cannot be read.
pub(super) fn seen(
    store: &Store,
    known: &telling::Read,
    config: &Config,
    watches: &[&Watch],
    now: Timestamp,
) -> Result<(Matter, Vec<Unread>), StoreError> {
    let mut cases: Vec<(Read<'_>, Telling)> = Vec::new();
    let mut unread = Vec::new();
    for watch in watches {
        let read = hearings::read(store, config, watch, now).and_then(|read| {
            let Some(read) = read else { return Ok(None) };
            let telling = read.telling(store, known, config)?;
            Ok(Some((read, telling)))
        });
        match read {
            Ok(case) => cases.extend(case),
            Err(error) if error.is_fatal() => return Err(error),
            Err(error) => {
                tracing::error!(source = %watch.case.source, %error, "a case cannot be shown among all; run `veedor fsck`");
                unread.push(Unread::of(store, &watch.case)?);
            }
        }
    }
    let language = config.general.language;
    let whole = hearings::lines(&cases.iter().enumerate().map(|(at, (read, _))| (at, read, None)).collect::<Vec<_>>());
    let told = hearings::as_told(cases.iter().enumerate().map(|(at, (read, telling))| (at, read, telling)), language);
    let (whole, told) = (kept(whole, &cases, now), kept(told, &cases, now));
    let mut matter = Matter { told: (told != whole).then_some(told), hearings: whole, ..Matter::default() };
    let mut next = now + AGAIN;
    for (read, telling) in &cases {
        next = read.tomorrow(now).map_or(next, |tomorrow| next.min(tomorrow));
        let clocks = clocks_of(config, read.watch, (&read.docket, &read.readings), read.read_at, now);
        for clock in &clocks {
            let coming = clock.milestones.iter().map(|milestone| milestone.at).filter(|at| *at > now).min();
            next = coming.map_or(next, |at| next.min(at));
            if let Some(rank) = LATE.iter().position(|state| *state == clock.state) {
                let is_told = telling.of_case() == HowMuch::Whole;
                matter.clocks.push(LateClock { rank, due: clock.due, case: read.watch.case.clone(), id: clock.id, is_told });
            }
        }
        matter.quiet.extend(quiet(read, telling, now));
        let own = appointments(store, config, read, telling, now)?;
        for mut shown in own {
            let is_same = |other: &&Shown| other.case != shown.case && is_one(other, &shown);
            shown.same_at = matter.appointments.iter().filter(is_same).map(|other| other.case.clone()).collect();
            matter.appointments.push(shown);
        }
    }
    matter.next = next;
    Ok((matter, unread))
}

/// The hearings from some days back on.
fn kept(found: Vec<Found>, cases: &[(Read<'_>, Telling)], now: Timestamp) -> Vec<Hearing> {
    let hearing = |found: Found| {
        let read = &cases.get(found.at)?.0;
        let first = now.to_zoned_datetime(read.zone.clone()).date().saturating_sub(DAYS_BACK.days());
        let setting = &found.setting;
        let is_kept = setting.date.is_some_and(|date| setting.end_date.unwrap_or(date) >= first);
        is_kept.then(|| Hearing { case: read.watch.case.clone(), date: setting.date, outcome: setting.outcome, line: found.line })
    };
    found.into_iter().filter_map(hearing).collect()
}

fn quiet(read: &Read<'_>, telling: &Telling, now: Timestamp) -> Option<Quiet> {
    let after = read.watch.silent_after.filter(|after| *after > 0)?;
    let read_at = read.read_at?.min(now);
    let (since, days) = read.meaning.quiet_since(&read.docket, read_at.to_zoned_datetime(read.zone.clone()).date())?;
    let is_told = telling.of_case() != HowMuch::Activity;
    (days >= i64::from(after)).then(|| Quiet { case: read.watch.case.clone(), since, days, is_told })
}

/// Whether two appointments are of one hearing: of one day, and of no two hours or kinds.
fn is_one(one: &Shown, other: &Shown) -> bool {
    let (a, b) = (&one.appointment, &other.appointment);
    let instant = |at: &crate::domain::appointment::Appointment| {
        let zone = jiff::tz::TimeZone::get(&at.zone).ok()?;
        zone.to_timestamp(at.date.to_datetime(at.time?)).ok()
    };
    let agree = a.kind.is_none() || b.kind.is_none() || a.kind == b.kind;
    agree
        && a.cancelled == b.cancelled
        && match (a.time, b.time) {
            (Some(_), Some(_)) => instant(a) == instant(b),
            _ => a.date == b.date,
        }
}

/// What a calendar shows of a case, as it may be told.
fn appointments(store: &Store, config: &Config, read: &Read<'_>, telling: &Telling, now: Timestamp) -> Result<Vec<Shown>, StoreError> {
    if telling.of_case() == HowMuch::Activity {
        return Ok(Vec::new());
    }
    let today = now.to_zoned_datetime(read.zone.clone()).date();
    let told = store.told_after(0, Some(read.cid), usize::MAX)?;
    // What does not read back may have carried a higher number than what does. Above what the docket shows each event adds one at most, so that
    // nobody has seen a number above theirs.
    let floor = if told.iter().all(|(_, event)| event.is_some()) { 0 } else { read.head.seq };
    let events: Vec<Event> = told.into_iter().filter_map(|(_, event)| event).collect();
    let case = &read.watch.case;
    // What a calendar showed of an older docket that the record shows no more, or otherwise.
    let mut before: Vec<Carried> = Vec::new();
    for version in shrunk(&events) {
        let Ok(Some(docket)) = store.docket(read.cid, version) else { continue };
        let settings = read.meaning.placed(&docket, &read.zone, today);
        let told = latest(events.iter().filter(|event| event.version <= version));
        before = standing(case, &latest_of(told, before), &settings, jiff::civil::Date::MIN);
    }
    let told = latest_of(latest(events.iter()), before);
    let mut all = standing(case, &told, &read.settings, today.saturating_sub(DAYS_BACK.days()));
    for carried in &mut all {
        carried.appointment.sequence = carried.appointment.sequence.max(floor);
    }
    let about = telling.about(config.general.language, Stop::Unsaid);
    let first = store.version_at(read.cid, 1)?.unwrap_or(read.head.watched_since);
    let mut shown = Vec::new();
    for carried in all {
        let spoke = |event: &&Event| {
            let of_entry = event.entry.as_ref().is_some_and(|entry| carried.entries.contains(&entry.key));
            let carries = event.hearing.iter().flat_map(|hearing| &hearing.appointments).any(|one| one.id == carried.appointment.id);
            of_entry || carries
        };
        let changed = events.iter().rev().find(spoke).map_or(first, |event| event.seen_at);
        let event = event_of(case, &read.head, &carried, changed);
        let mut masked = None;
        let mut is_told = true;
        // Each entry that speaks of it decides whether it may be told.
        for entry in entries(&read.docket, &carried) {
            let one = about.show_one(&Event { entry: Some(entry), ..event.clone() });
            is_told &= !one.is_activity();
            masked = masked.or_else(|| one.hearing.as_ref().and_then(|hearing| hearing.appointments.first().cloned()));
        }
        let masked = masked.or_else(|| {
            let one = about.show_one(&event);
            is_told &= !one.is_activity();
            one.hearing.as_ref().and_then(|hearing| hearing.appointments.first().cloned())
        });
        if let Some(appointment) = masked.filter(|_| is_told) {
            shown.push(Shown { case: case.clone(), appointment, changed, same_at: Vec::new() });
        }
    }
    shown.sort_by_key(|one| (one.appointment.date, one.appointment.time, one.appointment.id));
    Ok(shown)
}

/// The versions before those at which entries were taken away or rewritten, oldest first.
fn shrunk(events: &[Event]) -> Vec<u32> {
    use EventKind as E;
    let is_so = |event: &&Event| matches!(event.kind, E::RecordRemoved | E::RecordEdited | E::RecordHidden | E::RecordRedated);
    let mut versions: Vec<u32> =
        events.iter().filter(is_so).map(|event| event.version.saturating_sub(1)).filter(|version| *version > 0).collect();
    versions.sort_unstable();
    versions.dedup();
    let more = versions.len().saturating_sub(MOST_VERSIONS);
    versions.split_off(more)
}

/// What is asked whether it may be told: that a hearing is set, with the appointment.
fn event_of(case: &CaseRef, head: &Head, carried: &Carried, seen_at: Timestamp) -> Event {
    let mention = HearingMention {
        date: Some(carried.appointment.date),
        time: carried.appointment.time,
        kind: carried.appointment.kind.clone(),
        ..HearingMention::new(HearingStatus::Convened)
    };
    let zone = carried.appointment.zone.clone();
    Event {
        id: carried.appointment.id,
        kind: EventKind::HearingScheduled,
        severity: Severity::Notice,
        case: case.clone(),
        seq: 0,
        version: head.version,
        entry: None,
        hearing: Some(EventHearing { mention, starts: None, zone, previous: None, appointments: vec![carried.appointment.clone()] }),
        field: None,
        seen_at,
        page_sha256: head.pages_sha256,
    }
}

/// The entries that speak of it, in the order of the docket.
fn entries(docket: &Docket, carried: &Carried) -> Vec<EventEntry> {
    let speaks = docket.entries.iter().filter(|entry| carried.entries.contains(&entry.key));
    let shown = speaks.map(|entry| EventEntry {
        key: EntryKey(entry.key.0.clone()),
        date: entry.date,
        time: entry.time,
        title: entry.title.clone(),
        actor: Actor::Unknown,
        excerpt: cut_at_word(&entry.text, EXCERPT_CHARS),
        before: None,
        after: None,
    });
    shown.collect()
}

/// Whether a hearing is one of which nothing was heard.
pub(in crate::daemon) fn is_unheard(hearing: &Hearing) -> bool {
    hearing.outcome == Outcome::Unknown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::docket::{Entry, Heading};
    use crate::domain::health::Health;
    use crate::domain::sample::act;
    use crate::domain::schedule::Row;
    use crate::store::commit::Visit;
    use crate::store::open::Options;
    use crate::store::{Cid, Version};

    const LIST: &str = r#"
[veedor]
contact = "pruebas@example.org"
listen = ""

[[case]]
source = "ec-esatje"
number = "17721-2024-00011G"
"#;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("an instant")
    }

    struct One {
        _folder: tempfile::TempDir,
        config: Config,
        store: Store,
        cid: Cid,
    }

    impl One {
        fn new() -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let list = folder.path().join("watchlist.toml");
            std::fs::write(&list, LIST).expect("a list");
            let config = Config::load(&list).expect("a good list").config;
            let store = Store::open(&folder.path().join("store"), Options::new(at("2026-11-02T12:00:00Z"))).expect("a store");
            let cid = store.register(&[config.cases[0].case.clone()]).expect("registered")[0];
            Self { _folder: folder, config, store, cid }
        }

        /// A version that shows the hearing on this day, with what is told of it.
        fn version(&self, number: u32, when: &str, text: &str, told: Option<Carried>) {
            let case = &self.config.cases[0].case;
            let now = at(when);
            let day = now.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
            let entry = Entry { key: EntryKey("e0".to_owned()), ..act(day, "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)", text) };
            let docket = Docket { heading: Heading::default(), entries: vec![entry], ..Docket::default() };
            let head = Head { version: number, health: Health::Ok, ..self.head(now) };
            let id = crate::domain::id::Id::derive(&[&number.to_be_bytes()]);
            let events = told.map(|carried| Event { id, seq: number, ..event_of(case, &head, &carried, now) });
            let row = Row { last_ok: u32::try_from(now.as_second()).expect("this century"), ..Row::default() };
            let version = Some(Version { number, at: now, docket, pages: Vec::new() });
            let events = events.into_iter().collect();
            self.store.commit(Visit { cid: self.cid, row, head, missing: None, version, events, deliveries: Vec::new() }).expect("kept");
        }

        fn head(&self, now: Timestamp) -> Head {
            let known = self.store.head(self.cid).expect("a head");
            known.unwrap_or_else(|| Head::unvisited(self.config.cases[0].case.clone(), now))
        }

        fn seen(&self, now: &str) -> Result<Matter, StoreError> {
            let (matter, unread) = seen(&self.store, &telling::Read::default(), &self.config, &[&self.config.cases[0]], at(now))?;
            assert_eq!(unread, []);
            Ok(matter)
        }
    }

    const SET: &str = "Se convoca a la audiencia de juicio para el 11 de marzo de 2027, a las 09h30, en la sala 203.";

    #[test]
    fn a_number_stays_above_what_an_event_said_that_does_not_read_back() {
        let one = One::new();
        one.version(1, "2026-11-02T12:00:00Z", SET, None);
        let shown = one.seen("2026-11-02T13:00:00Z").expect("reads").appointments;
        assert_eq!((shown.len(), shown[0].appointment.sequence), (1, 0));
        // Corrected three times in its entry, and back: the docket itself shows no change.
        for number in 2..=4 {
            let appointment = crate::domain::appointment::Appointment { sequence: number - 1, ..shown[0].appointment.clone() };
            let carried = Carried { appointment, entries: [EntryKey("e0".into())].into() };
            one.version(number, &format!("2026-11-0{number}T14:00:00Z"), SET, Some(carried));
        }
        let told = one.seen("2026-11-05T13:00:00Z").expect("reads").appointments;
        assert_eq!(told[0].appointment.sequence, 3);
        let last = one.store.last_event().expect("reads");
        one.store.spoil_event_row(last);
        let after = one.seen("2026-11-05T13:00:00Z").expect("the rest reads").appointments;
        assert_eq!(after[0].appointment.id, told[0].appointment.id);
        assert!(after[0].appointment.sequence >= 3, "{after:?}");
        one.store.spoil_version(one.cid, 4);
        let (matter, unread) =
            seen(&one.store, &telling::Read::default(), &one.config, &[&one.config.cases[0]], at("2026-11-05T13:00:00Z"))
                .expect("others are not concerned");
        assert_eq!((matter.appointments, unread), (Vec::new(), vec![Unread { case: one.config.cases[0].case.clone(), is_told: true }]));
    }

    #[test]
    fn a_case_is_looked_at_again_when_its_next_day_begins() {
        let one = One::new();
        one.version(1, "2026-11-02T12:00:00Z", SET, None);
        // Midnight at Quito.
        assert_eq!(one.seen("2026-11-03T02:00:00Z").expect("reads").next, at("2026-11-03T05:00:00Z"));
        assert_eq!(one.seen("2026-11-03T05:00:00Z").expect("reads").next, at("2026-11-03T11:00:00Z"));
    }
}
