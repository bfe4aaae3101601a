//! A case and those it is linked with, looked at together for what is due of them.
//!
//! Called by [`calendar`](super::calendar). What stands at several of the cases is told of the first that it is due at, in the order of
//! their identities, to all who hear of any of them; what was told of one is not told of another. It reads the few cases of one matter
//! and no others.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::brake;
use crate::config::Config;
use crate::domain::case::Watch;
use crate::domain::delivery::Delivery;
use crate::domain::docket::Docket;
use crate::domain::event::{Event, EventKind};
use crate::domain::route::{route, route_joint};
use crate::domain::schedule::Row;
use crate::domain::twin::{Placed, Twin};
use crate::meaning::Meaning;
use crate::meaning::calendar::Calendar;
use crate::store::cases::Head;
use crate::store::error::StoreError;
use crate::store::{Cid, Store};

/// What came of looking at a case.
pub(super) struct Looked {
    /// The case in the store.
    pub cid: Cid,
    /// The version that was looked at.
    pub version: u32,
    /// How many events were new.
    pub told: usize,
    /// When something may be due again.
    pub next: Timestamp,
}

/// A watched case as it was last read.
pub(super) struct Member<'c> {
    pub watch: &'c Watch,
    pub meaning: Arc<Meaning>,
    pub zone: TimeZone,
    pub cid: Cid,
    pub head: Head,
    pub row: Row,
    pub docket: Docket,
    pub read_at: Timestamp,
    pub settings: Vec<Placed>,
}

impl<'c> Member<'c> {
    /// The case, when it was read.
    fn load(store: &Store, config: &'c Config, watch: &'c Watch, now: Timestamp) -> Result<Option<Self>, StoreError> {
        let Some(source) = config.source_of(&watch.case) else { return Ok(None) };
        let Some(cid) = store.cid(&watch.case)? else { return Ok(None) };
        let Some(head) = store.head(cid)?.filter(|head| head.version > 0) else { return Ok(None) };
        let Some(docket) = store.docket(cid, head.version)? else { return Ok(None) };
        // A row that does not read back says nothing of when the case was read.
        let row = store.row(cid)?.unwrap_or_default();
        let read_at = Timestamp::from_second(row.last_ok.into()).ok().filter(|_| row.last_ok > 0);
        // A reading in the future is one under a clock that was ahead; no silence follows from it.
        let Some(read_at) = read_at.map(|read_at| read_at.min(now)) else { return Ok(None) };
        let recipe = &source.recipe;
        let (meaning, zone) = (Meaning::shipped(&recipe.jurisdiction, &recipe.language), recipe.zone_of(&watch.number));
        let settings = match watch.linked.is_empty() {
            true => Vec::new(),
            false => meaning.placed(&docket, &zone, read_at.to_zoned_datetime(zone.clone()).date()),
        };
        Ok(Some(Self { watch, meaning, zone, cid, head, row, docket, read_at, settings }))
    }

    fn twin(&self) -> Twin {
        let label = format!("{} {}", self.watch.case.source, self.watch.number.canonical);
        Twin { case: self.watch.case.clone(), label, settings: self.settings.clone() }
    }
}

/// Looks at a case and at those it is linked with.
pub(super) fn look(store: &Store, config: &Config, watch: &Watch, now: Timestamp) -> Result<Vec<Looked>, StoreError> {
    let mut watches: Vec<&Watch> = watch.linked.iter().filter_map(|case| config.watch(case)).collect();
    watches.push(watch);
    watches.sort_unstable_by(|a, b| a.case.cmp(&b.case));
    let mut members = Vec::new();
    for one in watches {
        match Member::load(store, config, one, now) {
            Ok(member) => members.extend(member),
            // One that cannot be read is no reason to be silent about the others.
            Err(StoreError::Damaged(_) | StoreError::Refused(_)) if one.case != watch.case => {}
            Err(error) => return Err(error),
        }
    }
    let mut looked = Vec::new();
    for member in &members {
        looked.push(due(store, config, member, &members, now)?);
    }
    Ok(looked)
}

fn due(store: &Store, config: &Config, member: &Member<'_>, all: &[Member<'_>], now: Timestamp) -> Result<Looked, StoreError> {
    let twins: Vec<Twin> = all.iter().filter(|other| other.cid != member.cid).map(Member::twin).collect();
    let calendar = Calendar {
        case: &member.watch.case,
        zone: member.zone.clone(),
        docket: &member.docket,
        version: member.head.version,
        page_sha256: member.head.pages_sha256,
        watched_since: member.head.watched_since,
        remind: &config.general.remind,
        read_at: member.read_at,
        twins: &twins,
    };
    let mut due = member.meaning.due(&calendar, now);
    // While a source is braked it is not known what its dockets say, and silence follows from what they do not say. What is left
    // out is due at the next look.
    if due.events.iter().any(is_silence) && is_braked(store, all)? {
        due.events.retain(|event| !is_silence(event));
        due.next = now;
    }
    let (joint, own): (Vec<Event>, Vec<Event>) = due.events.into_iter().partition(|event| due.joint.contains_key(&event.id));
    let mut told = 0;
    if !own.is_empty() {
        let deliveries = route(&own, member.watch, &config.routes(), now);
        told += announce(store, config, member, own, deliveries, now)?;
    }
    for event in joint {
        let elsewhere = due.joint.get(&event.id).map(Vec::as_slice).unwrap_or_default();
        let mut known = false;
        for (_, id) in elsewhere {
            known |= store.event(*id)?.is_some();
        }
        if !known {
            let linked: Vec<&Watch> = elsewhere.iter().filter_map(|(case, _)| config.watch(case)).collect();
            told += tell(store, config, member, &linked, event, now)?;
        }
    }
    Ok(Looked { cid: member.cid, version: member.head.version, told, next: due.next })
}

/// Tells an event of this case to all who hear of it or of one of the linked cases.
fn tell(store: &Store, config: &Config, member: &Member<'_>, linked: &[&Watch], event: Event, now: Timestamp) -> Result<usize, StoreError> {
    let events = vec![event];
    let deliveries = route_joint(&events, member.watch, linked, &config.routes(), now);
    announce(store, config, member, events, deliveries, now)
}

/// Writes what is told, judged by the brake as a visit is; how many events were new.
fn announce(
    store: &Store,
    config: &Config,
    member: &Member<'_>,
    events: Vec<Event>,
    deliveries: Vec<Delivery>,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let brake = brake::judged_by(config, member.watch, member.row, &events, now);
    let committed = store.announce(member.cid, member.head.version, events, deliveries, brake)?;
    brake::tell(member.watch, &committed);
    Ok(committed.events.len())
}

fn is_silence(event: &Event) -> bool {
    event.kind == EventKind::HearingSilent
}

fn is_braked(store: &Store, members: &[Member<'_>]) -> Result<bool, StoreError> {
    for member in members {
        if store.is_braked(&member.watch.case.source)? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::brake::Brake;
    use crate::domain::case::CaseRef;
    use crate::domain::docket::{Entry, EntryKey, Heading};
    use crate::domain::health::Health;
    use crate::store::Version;
    use crate::store::braked::Decision;
    use crate::store::commit::Visit;
    use crate::store::open::Options;

    /// An act of 1 October that sets a trial for the 26th.
    fn convocation() -> Docket {
        let entry = Entry {
            key: EntryKey("1".into()),
            date: Some(jiff::civil::date(2026, 10, 1)),
            time: None,
            title: "CONVOCATORIA AUDIENCIA DE JUICIO (DECRETO)".into(),
            text: "Se convoca a la audiencia de juicio para el 26 de octubre de 2026, a las 09h30.".into(),
            documents: Vec::new(),
            annulled: false,
            withheld: None,
            notice_of: None,
            extra: Default::default(),
        };
        Docket { heading: Heading::default(), parties: Vec::new(), entries: vec![entry], oddities: Vec::new() }
    }

    fn commit(store: &Store, case: &CaseRef, event: Option<Event>, now: Timestamp, began: Timestamp) {
        let cid = store.register(std::slice::from_ref(case)).expect("registers")[0];
        let version = event.is_none().then(|| Version { number: 1, at: began, docket: convocation(), pages: Vec::new() });
        let head = Head {
            case: case.clone(),
            version: u32::from(version.is_some()),
            seq: 0,
            health: Health::Ok,
            vanished: None,
            watched_since: began,
            changed_at: None,
            pages_sha256: [0; 32],
            validators: Vec::new(),
        };
        let row = Row { last_ok: now.as_second().try_into().expect("a second"), ..Row::default() };
        let visit = Visit { cid, row, head, missing: None, version, events: event.into_iter().collect(), deliveries: Vec::new() };
        let round = Duration::from_secs(3600);
        let brake = Brake { watched: 5, round, pace: round, read_before: None, now, routes: Vec::new() };
        store.commit_judged(visit, Some(brake)).expect("commits");
    }

    #[test]
    fn nothing_is_said_of_a_silence_while_the_source_is_braked_and_afterwards_it_is() {
        let dir = tempfile::tempdir().expect("a folder");
        let list = dir.path().join("watchlist.toml");
        let text = "[veedor]\ncontact = \"pruebas@example.org\"\nlisten = \"\"\n\n[[case]]\nsource = \"ec-esatje\"\nnumber = \"17721-2024-00011G\"\n";
        std::fs::write(&list, text).expect("a watch list");
        let config = Config::load(&list).expect("a good list").config;
        let [began, now] = ["2026-09-01T15:00:00Z", "2026-11-05T15:00:00Z"].map(|at| at.parse::<Timestamp>().expect("an instant"));
        let store = Store::open(&dir.path().join("store"), Options::new(now)).expect("a store");
        let watch = &config.cases[0];
        commit(&store, &watch.case, None, now, began);
        for n in 1..=5 {
            let case = CaseRef { source: watch.case.source.clone(), number: format!("other {n}") };
            let kind = EventKind::RecordEdited;
            let event = Event { case: case.clone(), id: Event::id_of(&case, 0, "1", kind), ..crate::domain::sample::bare(kind) };
            commit(&store, &case, Some(event), now, began);
        }
        let told = |now: Timestamp| {
            let looked = look(&store, &config, watch, now).expect("looks").remove(0);
            (looked.told, looked.next <= now)
        };
        assert_eq!((store.is_braked("ec-esatje"), told(now)), (Ok(true), (0, true)));
        store.decide("ec-esatje", now, Decision::Discard).expect("discards");
        assert_eq!((store.is_braked("ec-esatje"), told(now)), (Ok(false), (1, false)));
        let silent = store.events_after(0, 99).expect("reads").into_iter().filter(|(_, event)| event.kind == EventKind::HearingSilent);
        assert_eq!(silent.count(), 1);
    }
}
