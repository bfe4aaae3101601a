//! Two linked cases that disagree: told when the difference has stood for some working days at both.
//!
//! Called by [`matter`](super::matter) for each pair of cases of one matter. What differs is said by `meaning::disagreement`, of the dockets
//! as they are and of the versions that were held some working days before the older of the two readings: what one source entered
//! since then the other may not have got yet. What is told passes the brake as a visit does.

use jiff::{SignedDuration, Timestamp};

use super::matter::{Member, announce};
use super::telling::Telling;
use crate::config::Config;
use crate::domain::docket::Docket;
use crate::domain::event::Event;
use crate::domain::route::route_joint;
use crate::domain::twin::Placed;
use crate::meaning::disagreement::Other;
use crate::store::Store;
use crate::store::error::StoreError;

/// A difference that is too young is looked at again after this long.
const AGAIN: SignedDuration = SignedDuration::from_hours(1);
/// What was read longer ago says nothing of today.
const RECENTLY: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What came of a pair.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// How many disagreements were told.
    pub told: usize,
    /// When to look again, where one has to stand longer.
    pub next: Option<Timestamp>,
}

/// Tells what two cases say differently, once, of the first of them and to all who hear of either.
pub(super) fn tell(store: &Store, config: &Config, (here, there): (&Member<'_>, &Member<'_>), now: Timestamp) -> Result<Found, StoreError> {
    let mut found = Found::default();
    let mut fresh = Vec::new();
    for event in differences(config, here, (&here.docket, &here.settings), there, (&there.docket, &there.settings), now) {
        if store.event(event.id)?.is_none() {
            fresh.push(event);
        }
    }
    if fresh.is_empty() {
        return Ok(found);
    }
    let read_at = here.read_at.min(there.read_at);
    // It would quote what is withheld.
    if Telling::is_withheld(store, config, &here.watch.case)? || Telling::is_withheld(store, config, &there.watch.case)? {
        return Ok(found);
    }
    // While a source is braked it is not known what its dockets say.
    let is_braked = store.is_braked(&here.watch.case.source)? || store.is_braked(&there.watch.case.source)?;
    let stood = match is_braked || now.duration_since(read_at) > RECENTLY {
        true => Vec::new(),
        false => stood(store, config, here, there, read_at, now)?,
    };
    for event in fresh {
        if !stood.iter().any(|before| before.id == event.id) {
            found.next = Some(now + AGAIN);
            continue;
        }
        let events = vec![event];
        let deliveries = route_joint(&events, here.watch, &[there.watch], &config.routes(), now);
        found.told += announce(store, config, here, events, deliveries, now)?;
    }
    Ok(found)
}

/// The differences of two dockets with their settings.
fn differences(
    config: &Config,
    here: &Member<'_>,
    (docket, settings): (&Docket, &[Placed]),
    there: &Member<'_>,
    (other, others): (&Docket, &[Placed]),
    now: Timestamp,
) -> Vec<Event> {
    let mut calendar = here.calendar(config, &[]);
    calendar.docket = docket;
    let label = there.label();
    let other = Other { case: &there.watch.case, label: &label, docket: other, settings: others };
    here.meaning.disagreements(&calendar, settings, &other, now.to_zoned_datetime(here.zone.clone()).date())
}

/// The differences as they stood some working days before the readings.
fn stood(
    store: &Store,
    config: &Config,
    here: &Member<'_>,
    there: &Member<'_>,
    read_at: Timestamp,
    now: Timestamp,
) -> Result<Vec<Event>, StoreError> {
    let days = config.general.disagree_after;
    if days == 0 {
        return Ok(differences(config, here, (&here.docket, &here.settings), there, (&there.docket, &there.settings), now));
    }
    let then = here.meaning.settled_before(read_at, days, &here.zone);
    let (Some((docket, settings)), Some((other, others))) = (as_of(store, here, then)?, as_of(store, there, then)?) else {
        return Ok(Vec::new());
    };
    Ok(differences(config, here, (&docket, &settings), there, (&other, &others), now))
}

/// The docket that was held of a case at an instant; `None` before the first.
fn as_of(store: &Store, member: &Member<'_>, then: Timestamp) -> Result<Option<(Docket, Vec<Placed>)>, StoreError> {
    let Some(version) = store.versions(member.cid)?.into_iter().rev().find(|version| version.at <= then) else { return Ok(None) };
    if version.number == member.head.version {
        return Ok(Some((member.docket.clone(), member.settings.clone())));
    }
    let Some(docket) = store.docket(member.cid, version.number)? else { return Ok(None) };
    let settings = member.meaning.placed(&docket, &member.zone, member.read_at.to_zoned_datetime(member.zone.clone()).date());
    Ok(Some((docket, settings)))
}
