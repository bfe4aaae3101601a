//! A case as it was held at a moment: the version that was the newest then, and what its entries say.
//!
//! Called by [`super::case`] and [`super::linked`]. Of a version that is no longer the newest only the moment is known at which it was first seen,
//! not when it was last found unchanged, so that the case counts as read then.

use std::time::Duration;

use jiff::Timestamp;

use super::Wanted;
use crate::config::Config;
use crate::daemon::readings;
use crate::days::Scope;
use crate::delay::clocks::readings::Readings;
use crate::delay::clocks::{Account, Look};
use crate::domain::case::Watch;
use crate::domain::docket::Docket;
use crate::domain::twin::Placed;
use crate::store::cases::Head;
use crate::store::error::StoreError;
use crate::store::{Cid, Store};

/// A version that is younger than now by no more than this came while the report was made; one that is younger by more was written under a clock
/// that stood ahead.
const MEANWHILE: Duration = Duration::from_secs(3600);

/// A docket as it was held at a moment.
pub struct Then<'c> {
    /// The case as watched.
    pub watch: &'c Watch,
    /// The case in the store.
    pub cid: Cid,
    /// What is known of it now.
    pub head: Head,
    /// The version.
    pub version: u32,
    /// When it was first seen.
    pub version_at: Timestamp,
    /// The docket.
    pub docket: Docket,
    /// What its entries say.
    pub readings: Readings,
    /// When it was last read, as far as that is known.
    pub read: Option<Timestamp>,
}

impl<'c> Then<'c> {
    /// The docket that was held at a moment; `None` where nothing was yet.
    pub fn load(store: &Store, config: &'c Config, watch: &'c Watch, wanted: &Wanted) -> Result<Option<Self>, StoreError> {
        let as_of = wanted.as_of;
        let Some(source) = config.source_of(&watch.case) else { return Ok(None) };
        let Some(cid) = store.cid(&watch.case)? else { return Ok(None) };
        let Some(head) = store.head(cid)?.filter(|head| head.version > 0) else { return Ok(None) };
        let Some((version, version_at)) = held(store, cid, &head, wanted)? else { return Ok(None) };
        let head = if wanted.is_now { head.not_after(as_of) } else { head };
        let Some(docket) = store.docket(cid, version)? else { return Ok(None) };
        let last_ok = store.row(cid)?.map(|row| row.last_ok).filter(|at| *at > 0);
        let last_ok = last_ok.and_then(|at| Timestamp::from_second(at.into()).ok()).filter(|_| version == head.version);
        let read = Some(last_ok.unwrap_or(version_at).min(as_of));
        let (rules, meaning) = (config.rules_of(&watch.case), config.meaning_of(&source.recipe));
        // Only those of the newest version are kept: the next look would have to read it anew.
        let readings = match version == head.version {
            true => readings::of(store, &rules, &meaning, cid, &docket),
            false => rules.readings(&docket, &meaning),
        };
        Ok(Some(Self { watch, cid, head, version, version_at, docket, readings, read }))
    }

    /// Its clocks, and what they were found by.
    pub fn account(&self, config: &Config, as_of: Timestamp) -> Option<Account> {
        let recipe = &config.source_of(&self.watch.case)?.recipe;
        Some(config.rules_of(&self.watch.case).account(&Look {
            docket: &self.docket,
            readings: &self.readings,
            meaning: &config.meaning_of(recipe),
            zone: recipe.zone_of(&self.watch.number),
            calendar: &config.calendar_of(&self.watch.case),
            scope: Scope { place: self.watch.number.parts.get("court").map(str::to_owned), ..Scope::default() },
            facts: &self.watch.facts,
            pins: &self.watch.pins,
            as_of,
            read: self.read,
        }))
    }

    /// Whether it was last read on the day of the moment.
    pub fn is_read_on_the_day(&self, config: &Config, as_of: Timestamp) -> bool {
        let zone = config.source_of(&self.watch.case).map(|source| source.recipe.zone_of(&self.watch.number));
        let day = |at: Timestamp| zone.clone().map(|zone| at.to_zoned_datetime(zone).date());
        self.read.is_some_and(|read| day(read) == day(as_of))
    }

    /// Its settings. What became of a day that nobody has looked at since is not known to be unknown.
    pub fn placed(&self, config: &Config, as_of: Timestamp) -> Vec<Placed> {
        let Some(source) = config.source_of(&self.watch.case) else { return Vec::new() };
        let zone = source.recipe.zone_of(&self.watch.number);
        let today = self.read.unwrap_or(as_of).to_zoned_datetime(zone.clone()).date();
        config.meaning_of(&source.recipe).placed_of(&self.docket, |at| self.readings.heard(at), &zone, today)
    }
}

/// Which version was the newest, and when it was first seen.
fn held(store: &Store, cid: Cid, head: &Head, wanted: &Wanted) -> Result<Option<(u32, Timestamp)>, StoreError> {
    let as_of = wanted.as_of;
    if wanted.is_now {
        let at = store.version_at(cid, head.version)?;
        // What a clock that stood ahead wrote is as of now.
        if let Some(at) = at.filter(|at| *at <= as_of || *at > as_of + MEANWHILE) {
            return Ok(Some((head.version, at.min(as_of))));
        }
    }
    Ok(store.versions(cid)?.iter().rev().find(|version| version.at <= as_of).map(|version| (version.number, version.at)))
}
