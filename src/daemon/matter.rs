//! A case and those it is linked with, looked at together for what is due of them.
//!
//! Called by [`calendar`](super::calendar). What stands at several of the cases is told of the first that it is due at, in the order of
//! their identities, to all who hear of any of them; what was told of one is not told of another. It reads the few cases of one matter
//! and no others.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::steady::Steady;
use super::telling::Telling;
use super::{brake, differing, limits, readings};
use crate::config::Config;
use crate::delay::clocks::readings::Readings;
use crate::domain::case::Watch;
use crate::domain::clock_news::is_of_clocks;
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

/// How soon a case is looked at again of which something would be told and is withheld: a court that says "reserved" for a moment must
/// not take the reminder of a hearing with it.
const WITHHELD_AGAIN: Duration = Duration::from_secs(15 * 60);

/// A case of which something is due and does not read back is looked at again after this.
const DAMAGED_AGAIN: Duration = Duration::from_secs(3600);

/// A watched case as it was last read.
pub(super) struct Member<'c> {
    pub watch: &'c Watch,
    pub meaning: Arc<Meaning>,
    pub zone: TimeZone,
    pub cid: Cid,
    pub head: Head,
    pub row: Row,
    pub docket: Docket,
    /// What its entries say.
    pub readings: Readings,
    pub read_at: Timestamp,
    /// As of the day on which it was read.
    pub settings: Vec<Placed>,
}

impl<'c> Member<'c> {
    /// The case, when it was read.
    fn load(store: &Store, config: &'c Config, watch: &'c Watch, now: Timestamp) -> Result<Option<Self>, StoreError> {
        let Some(source) = config.source_of(&watch.case) else { return Ok(None) };
        let Some(cid) = store.cid(&watch.case)? else { return Ok(None) };
        let Some(head) = store.head(cid)?.filter(|head| head.version > 0) else { return Ok(None) };
        let head = head.not_after(now);
        let Some(docket) = store.docket(cid, head.version)? else { return Ok(None) };
        // A row that does not read back says nothing of when the case was read.
        let row = store.row(cid)?.unwrap_or_default();
        let read_at = Timestamp::from_second(row.last_ok.into()).ok().filter(|_| row.last_ok > 0);
        // A reading in the future is one under a clock that was ahead; no silence follows from it.
        let Some(read_at) = read_at.map(|read_at| read_at.min(now)) else { return Ok(None) };
        let recipe = &source.recipe;
        let (meaning, zone) = (config.meaning_of(recipe), recipe.zone_of(&watch.number));
        let readings = readings::of(store, &config.rules_of(&watch.case), &meaning, cid, &docket);
        let today = read_at.to_zoned_datetime(zone.clone()).date();
        let settings = meaning.placed_of(&docket, |at| readings.heard(at), &zone, today);
        Ok(Some(Self { watch, meaning, zone, cid, head, row, docket, readings, read_at, settings }))
    }

    fn twin(&self) -> Twin {
        Twin { case: self.watch.case.clone(), label: self.label(), settings: self.settings.clone() }
    }

    /// Its source and its number as people write it.
    pub fn label(&self) -> String {
        format!("{} {}", self.watch.case.source, self.watch.number.canonical)
    }

    /// The case as the calendar sees it, with these settings of linked ones.
    pub fn calendar<'m>(&'m self, config: &'m Config, twins: &'m [Twin]) -> Calendar<'m> {
        Calendar {
            case: &self.watch.case,
            zone: self.zone.clone(),
            docket: &self.docket,
            version: self.head.version,
            page_sha256: self.head.pages_sha256,
            watched_since: self.head.watched_since,
            remind: &config.general.remind,
            silent_after: self.watch.silent_after,
            read_at: self.read_at,
            twins,
        }
    }
}

/// Looks at a case and at those it is linked with, by a clock that goes steadily since some moment.
pub(super) fn look(store: &Store, config: &Config, watch: &Watch, now: Timestamp, steady: Steady) -> Result<Vec<Looked>, StoreError> {
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
    // What a withheld case says must not be told at another either.
    let mut open = Vec::with_capacity(members.len());
    for member in &members {
        let is_withheld = match Telling::is_withheld(store, config, &member.watch.case) {
            // Nobody knows it of one that does not read back, and the others have their own to tell.
            Err(StoreError::Damaged(_)) => true,
            is_withheld => is_withheld?,
        };
        open.push(members.len() == 1 || !is_withheld);
    }
    let mut looked = Vec::new();
    for member in &members {
        let others: Vec<&Member<'_>> =
            members.iter().zip(&open).filter(|(other, open)| **open && other.cid != member.cid).map(|(other, _)| other).collect();
        looked.push(match due(store, config, member, &others, (now, steady)) {
            // What is due of one that does not read back is no reason to be silent about the others.
            Err(StoreError::Damaged(why) | StoreError::Refused(why)) => {
                tracing::error!(source = %member.watch.case.source, why, "what is due of a case could not be told; run `veedor fsck`");
                Looked { cid: member.cid, version: member.head.version, told: 0, next: now + DAMAGED_AGAIN }
            }
            due => due?,
        });
    }
    for (at, here) in members.iter().enumerate() {
        for (later, there) in members.iter().enumerate().skip(at + 1) {
            let found = match differing::tell(store, config, (here, there), now) {
                Ok(found) => found,
                // What was due of each by itself is told, and other pairs are looked at.
                Err(StoreError::Damaged(why)) => {
                    let (source, with) = (&here.watch.case.source, &there.watch.case.source);
                    tracing::error!(%source, %with, why, "two linked cases could not be compared; run `veedor fsck`");
                    continue;
                }
                Err(error) => return Err(error),
            };
            looked[at].told += found.told;
            for next in [at, later] {
                looked[next].next = found.next.map_or(looked[next].next, |next_look| looked[next].next.min(next_look));
            }
        }
    }
    Ok(looked)
}

fn due(
    store: &Store,
    config: &Config,
    member: &Member<'_>,
    others: &[&Member<'_>],
    (now, steady): (Timestamp, Steady),
) -> Result<Looked, StoreError> {
    let twins: Vec<Twin> = others.iter().map(|other| other.twin()).collect();
    let calendar = member.calendar(config, &twins);
    let mut due = member.meaning.due_of(&calendar, &member.settings, now);
    let limits = match limits::due(store, config, (member, others), &calendar, now) {
        // Reminders of hearings wait for no time limit that does not read back.
        Err(StoreError::Damaged(why)) => {
            tracing::error!(source = %member.watch.case.source, why, "the time limits of a case could not be looked at; run `veedor fsck`");
            limits::Limits::default()
        }
        limits => limits?,
    };
    due.next = due.next.min(limits.next.unwrap_or(due.next));
    due.joint.extend(limits.joint);
    for (event, came) in limits.events {
        due.came.extend(came.map(|came| (event.id, came)));
        due.events.push(event);
    }
    let (came, mut next) = (std::mem::take(&mut due.came), due.next);
    due.events.retain(|event| {
        let believed_at = came.get(&event.id).map_or(now, |came| steady.believed_at(*came));
        next = if believed_at > now { next.min(believed_at) } else { next };
        believed_at <= now
    });
    due.next = next;
    // While a source is braked it is not known what its dockets say, and silence follows from what they do not say. What is left
    // out is due at the next look.
    if !due.events.is_empty() && Telling::is_withheld(store, config, &member.watch.case)? {
        due.events.clear();
        due.next = due.next.min(now + WITHHELD_AGAIN);
    }
    if due.events.iter().any(is_silence) && is_braked(store, std::iter::once(&member).chain(others))? {
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
            known |= match store.event(*id) {
                Ok(event) => event.is_some(),
                // Whether one that does not read back was told nobody knows; twice is better than not at all.
                Err(StoreError::Damaged(_)) => false,
                Err(error) => return Err(error),
            };
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
pub(super) fn announce(
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
    matches!(event.kind, EventKind::HearingSilent | EventKind::CaseSilent) || is_of_clocks(event.kind)
}

fn is_braked<'m, 'c: 'm>(store: &Store, members: impl Iterator<Item = &'m &'m Member<'c>>) -> Result<bool, StoreError> {
    for member in members {
        if store.is_braked(&member.watch.case.source)? {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests;
