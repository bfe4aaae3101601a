//! One case as of a moment: what was known of it then, what is measured of that, and as it may be shown.
//!
//! Called by [`super::of`]. What was seen after the moment is not in it.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Wanted;
use super::linked::{Linked, Shared};
use super::masks;
use super::seen::{first_seen, judges};
use super::then::Then;
use crate::config::Config;
use crate::daemon::telling::{Read, Telling};
use crate::delay::clocks::Account;
use crate::delay::clocks::readings::EntryReading;
use crate::delay::measures::{Known, QUIET_DAYS, Study};
use crate::delay::report::{Told, case};
use crate::domain::about::Stop;
use crate::domain::case::Watch;
use crate::domain::delays::{CaseDelays, DataVersion, Why};
use crate::domain::docket::Docket;
use crate::domain::event::{Event, EventKind};
use crate::domain::withhold::Telling as HowMuch;
use crate::store::Store;
use crate::store::error::StoreError;

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

/// Studies a case. A docket that breaks the reckoning costs its own figures: the daemon that sums up a month goes on. Blocks.
///
/// # Errors
/// Only when the store is unusable.
pub fn measure(store: &Store, read: &Read, config: &Config, watch: &Watch, wanted: &Wanted) -> Result<Measured, StoreError> {
    match catch_unwind(AssertUnwindSafe(|| measured(store, read, config, watch, wanted))) {
        Ok(Err(StoreError::Damaged(_))) => Ok(Measured::LeftOut(Why::Damaged)),
        Ok(other) => other,
        Err(_) => {
            tracing::error!(source = %watch.case.source, "a case could not be measured; it is left out of the report, and this is a bug of veedor");
            Ok(Measured::LeftOut(Why::Damaged))
        }
    }
}

fn measured(store: &Store, read: &Read, config: &Config, watch: &Watch, wanted: &Wanted) -> Result<Measured, StoreError> {
    let as_of = wanted.as_of;
    let Some(source) = config.source_of(&watch.case) else { return Ok(Measured::LeftOut(Why::NotRead)) };
    let Some(then) = Then::load(store, config, watch, wanted)? else { return Ok(Measured::LeftOut(Why::NotRead)) };
    let telling = Telling::as_held(store, read, config, watch, (then.cid, &then.head), (&then.docket, then.version))?;
    if telling.of_case() == HowMuch::Activity {
        return Ok(Measured::LeftOut(Why::Withheld));
    }
    let about = telling.about(config.general.language, Stop::Unsaid);
    let recipe = &source.recipe;
    let (zone, calendar, rules) = (recipe.zone_of(&watch.number), config.calendar_of(&watch.case), config.rules_of(&watch.case));
    let Some(Account { story, scope, clocks }) = then.account(config, as_of) else { return Ok(Measured::LeftOut(Why::NotRead)) };
    let linked = Linked::load(store, read, config, &then, wanted)?;
    let (settings, shared) = linked.settings(&then, &story.settings, config, wanted);
    let actors = then.readings.actors(&then.docket);
    let events = if then.head.seq > 0 { store.case_events(then.cid)? } else { Vec::new() };
    let events: Vec<Event> = events.into_iter().filter(|event| event.seen_at <= as_of).collect();
    let study = Study {
        docket: &then.docket,
        actors: &actors,
        settings: &settings,
        story: &story,
        seen: &first_seen(&events),
        judges: &judges(&then.docket, then.readings.all(), &events, &zone),
        watched_since: Some(then.head.watched_since),
        read: then.read,
        ended: ended(&then.docket, then.readings.all()),
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
        court: then.docket.heading.court.as_deref().and_then(|court| about.value("court", court)),
        subject: then.docket.heading.subject.as_deref().and_then(|subject| about.value("subject", subject)),
        version: then.version,
        version_at: then.version_at,
        pages_sha256: (then.version == then.head.version).then(|| hex(&then.head.pages_sha256)),
        chosen: watch.chosen_for_delay.then(|| then.head.watched_since.to_zoned_datetime(zone.clone()).date()),
        titles: if wanted.with_entries { masks::titles(&then.docket, &about) } else { BTreeMap::new() },
        clocks: linked.clocks(clocks, config, wanted),
    };
    let version =
        DataVersion { jurisdiction: recipe.jurisdiction.clone(), rules: rules.version().to_owned(), calendar: calendar.version() };
    let mut case = case(&study, told);
    masks::mask(&mut case, &about, telling.of_case(), wanted.with_entries);
    Ok(Measured::Case { case: Box::new(case), shared, version })
}

/// The newest that the entries say of its end, when that is not that it was opened again.
fn ended(docket: &Docket, readings: &[EntryReading]) -> Option<Known> {
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

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
