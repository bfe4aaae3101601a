//! One case as of a moment: the version that was held then, what was known of it, and what is measured of both.
//!
//! Called by [`super::of`]. What was seen after the moment is not in it. Of a version that is no longer the newest only the moment is known at
//! which it was first seen, not when it was last found unchanged, so that the case counts as read then.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Wanted;
use super::seen::{first_seen, judges};
use crate::config::Config;
use crate::daemon::answers::masked;
use crate::daemon::telling::{Read, Telling};
use crate::days::{Calendar, Scope};
use crate::delay::clocks::{Account, Look};
use crate::delay::measures::{Known, QUIET_DAYS, Study};
use crate::delay::report::{Told, case};
use crate::domain::about::{About, Stop};
use crate::domain::case::{CaseRef, Watch};
use crate::domain::clocks::Subject;
use crate::domain::delays::{CaseDelays, DataVersion, Why};
use crate::domain::docket::{Docket, EntryKey};
use crate::domain::event::{Actor, Event, EventKind};
use crate::domain::setting::Setting;
use crate::domain::twin::{Placed, merged, pairs};
use crate::domain::withhold::Telling as HowMuch;
use crate::meaning::{Meaning, Reading};
use crate::store::cases::Head;
use crate::store::error::StoreError;
use crate::store::{Cid, Store};

/// The places of settings that linked cases have too, and which cases.
type Shared = Vec<(usize, CaseRef)>;

/// What came of studying a case.
pub enum Measured {
    /// Its figures.
    Case {
        /// The case.
        case: Box<CaseDelays>,
        /// The places of its settings that linked cases have too, and which.
        shared: Shared,
        /// The data by which it was measured.
        version: DataVersion,
    },
    /// Nothing was measured.
    LeftOut(Why),
}

/// A docket as it was held at a moment.
struct Then {
    cid: Cid,
    head: Head,
    version: u32,
    version_at: Timestamp,
    docket: Docket,
    /// When it was last read, as far as that is known.
    read: Option<Timestamp>,
}

/// Studies a case. Blocks.
///
/// # Errors
/// Only when the store is unusable.
pub fn measure(store: &Store, read: &Read, config: &Config, watch: &Watch, wanted: &Wanted) -> Result<Measured, StoreError> {
    match measured(store, read, config, watch, wanted) {
        Err(StoreError::Damaged(_)) => Ok(Measured::LeftOut(Why::Damaged)),
        other => other,
    }
}

fn measured(store: &Store, read: &Read, config: &Config, watch: &Watch, wanted: &Wanted) -> Result<Measured, StoreError> {
    let as_of = wanted.as_of;
    let Some(source) = config.source_of(&watch.case) else { return Ok(Measured::LeftOut(Why::NotRead)) };
    let Some(then) = then(store, &watch.case, wanted)? else { return Ok(Measured::LeftOut(Why::NotRead)) };
    let telling = Telling::load(store, read, config, &watch.case, &[])?;
    if telling.of_case() == HowMuch::Activity {
        return Ok(Measured::LeftOut(Why::Withheld));
    }
    let is_whole = telling.of_case() == HowMuch::Whole;
    let about = telling.about(config.general.language, Stop::Unsaid);
    let recipe = &source.recipe;
    let (meaning, zone) = (Meaning::shipped(&recipe.jurisdiction, &recipe.language), recipe.zone_of(&watch.number));
    let calendar = Calendar::shipped(&recipe.jurisdiction);
    let rules = config.rules_of(&watch.case);
    let account = rules.account(&Look {
        docket: &then.docket,
        meaning: &meaning,
        zone: zone.clone(),
        calendar: &calendar,
        scope: Scope { place: watch.number.parts.get("court").map(str::to_owned), ..Scope::default() },
        facts: &watch.facts,
        pins: &watch.pins,
        as_of,
        read: then.read,
    });
    let (settings, shared) = settings(store, config, watch, &then, wanted)?;
    let readings: Vec<Reading> = then.docket.entries.iter().map(|entry| meaning.classify(entry, entry.date)).collect();
    let entries = then.docket.entries.iter().zip(&readings);
    let actors: BTreeMap<EntryKey, Actor> = entries.map(|(entry, reading)| (entry.key.clone(), reading.actor)).collect();
    let events: Vec<Event> = store.case_events(then.cid)?.into_iter().filter(|event| event.seen_at <= as_of).collect();
    let Account { story, scope, clocks } = account;
    let study = Study {
        docket: &then.docket,
        actors: &actors,
        settings: &settings,
        story: &story,
        seen: &first_seen(&events),
        judges: &judges(&then.docket, &readings, &events, &zone),
        watched_since: Some(then.head.watched_since),
        read: then.read,
        ended: ended(&then.docket, &readings),
        calendar: &calendar,
        scope,
        zone: zone.clone(),
        quiet: QUIET_DAYS,
        as_of,
    };
    let told = Told {
        source: watch.case.source.clone(),
        number: watch.number.canonical.clone(),
        name: watch.name.clone(),
        tags: watch.tags.clone(),
        url: recipe.case_url(&watch.number),
        court: then.docket.heading.court.as_deref().map(|court| about.words(court)),
        subject: then.docket.heading.subject.as_deref().map(|subject| about.words(subject)),
        version: then.version,
        version_at: then.version_at,
        pages_sha256: (then.version == then.head.version).then(|| hex(&then.head.pages_sha256)),
        chosen: watch.chosen_for_delay.then(|| then.head.watched_since.to_zoned_datetime(zone.clone()).date()),
        titles: if wanted.with_titles { titles(&then.docket, &about) } else { BTreeMap::new() },
        clocks: clocks.iter().filter(|_| is_whole).map(|clock| masked(clock, &about)).collect(),
    };
    let version =
        DataVersion { jurisdiction: recipe.jurisdiction.clone(), rules: rules.version().to_owned(), calendar: calendar.version() };
    let mut case = case(&study, told);
    for figure in &mut case.figures.list {
        if let Subject::Person(Some(name)) = &mut figure.subject {
            *name = about.defendant(name);
        }
    }
    // What is decided about a person is not told of a case of which only types and dates are (`domain::shown`).
    case.figures.list.retain(|figure| is_whole || !matches!(figure.subject, Subject::Person(_)));
    for setting in &mut case.settings {
        setting.room = setting.room.as_deref().filter(|_| is_whole).map(|room| about.words(room));
    }
    Ok(Measured::Case { case: Box::new(case), shared, version })
}

/// The docket that was held at a moment.
fn then(store: &Store, case: &CaseRef, wanted: &Wanted) -> Result<Option<Then>, StoreError> {
    let as_of = wanted.as_of;
    let Some(cid) = store.cid(case)? else { return Ok(None) };
    let Some(head) = store.head(cid)?.filter(|head| head.version > 0) else { return Ok(None) };
    // What a clock that stood ahead wrote is as of now, and was not there before.
    let held = if wanted.is_now {
        store.version_at(cid, head.version)?.map(|at| (head.version, at.min(as_of)))
    } else {
        store.versions(cid)?.iter().rev().find(|version| version.at <= as_of).map(|version| (version.number, version.at))
    };
    let head = if wanted.is_now { head.not_after(as_of) } else { head };
    let Some((version, version_at)) = held else { return Ok(None) };
    let Some(docket) = store.docket(cid, version)? else { return Ok(None) };
    let last_ok = store.row(cid)?.map(|row| row.last_ok).filter(|at| *at > 0);
    let last_ok = last_ok.and_then(|at| Timestamp::from_second(at.into()).ok()).filter(|_| version == head.version);
    let read = Some(last_ok.unwrap_or(version_at).min(as_of));
    Ok(Some(Then { cid, head, version, version_at, docket, read }))
}

/// The settings of a case, with what linked cases say of them; and which of them those have too.
fn settings(store: &Store, config: &Config, watch: &Watch, own: &Then, wanted: &Wanted) -> Result<(Vec<Setting>, Shared), StoreError> {
    let placed = |watch: &Watch, then: &Then| -> Option<Vec<Placed>> {
        let recipe = &config.source_of(&watch.case)?.recipe;
        let zone = recipe.zone_of(&watch.number);
        // What became of a day that nobody has looked at since is not known to be unknown.
        let today = then.read.unwrap_or(wanted.as_of).to_zoned_datetime(zone.clone()).date();
        Some(Meaning::shipped(&recipe.jurisdiction, &recipe.language).placed(&then.docket, &zone, today))
    };
    let ours = placed(watch, own).unwrap_or_default();
    let mut others: Vec<(CaseRef, Vec<Placed>)> = Vec::new();
    for other in watch.linked.iter().filter_map(|case| config.watch(case)) {
        let theirs = match then(store, &other.case, wanted) {
            Err(StoreError::Damaged(_)) => None,
            theirs => theirs?,
        };
        others.extend(theirs.and_then(|theirs| Some((other.case.clone(), placed(other, &theirs)?))));
    }
    let paired: Vec<Vec<(usize, usize)>> = others.iter().map(|(_, theirs)| pairs(&ours, theirs)).collect();
    let (mut settings, mut shared) = (Vec::with_capacity(ours.len()), Vec::new());
    for (at, setting) in ours.iter().enumerate() {
        let twins = others.iter().zip(&paired).filter_map(|((case, theirs), pairs)| {
            let (_, place) = pairs.iter().find(|(own, _)| *own == at)?;
            Some((case, theirs.get(*place)?))
        });
        let twins: Vec<(&CaseRef, &Placed)> = twins.collect();
        shared.extend(twins.iter().map(|(case, _)| (at, (*case).clone())));
        settings.push(merged(setting, &twins.iter().map(|(_, twin)| *twin).collect::<Vec<_>>()).setting);
    }
    Ok((settings, shared))
}

/// The newest that the entries say of its end, when that is not that it was opened again.
fn ended(docket: &Docket, readings: &[Reading]) -> Option<Known> {
    let dated = docket.entries.iter().zip(readings).filter(|(entry, _)| !entry.annulled);
    let told = dated.filter_map(|(entry, reading)| {
        let is_end = |kind: &EventKind| matches!(kind, EventKind::CaseClosed | EventKind::CaseReopened);
        Some((entry, entry.date?, *reading.kinds.iter().find(|kind| is_end(kind))?))
    });
    // Of one day the earlier in the list is the newer.
    let mut told: Vec<_> = told.collect();
    told.reverse();
    told.sort_by_key(|(entry, date, _)| (*date, entry.time));
    let (entry, date, kind) = told.pop()?;
    (kind == EventKind::CaseClosed).then(|| Known { date, entry: Some(entry.key.clone()) })
}

/// The titles as they may be shown; each that stands there often is masked once.
fn titles(docket: &Docket, about: &About<'_>) -> BTreeMap<EntryKey, String> {
    let mut known: BTreeMap<&str, String> = BTreeMap::new();
    docket
        .entries
        .iter()
        .map(|entry| (entry.key.clone(), known.entry(&entry.title).or_insert_with(|| about.words(&entry.title)).clone()))
        .collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
