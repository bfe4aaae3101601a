//! What linked cases say of a case: of its hearings, which both have, and of its time limits, which the one may end for all.
//!
//! Called by [`super::case`]. A linked case of which not everything may be told says nothing here: its hours and outcomes would be told of another.

use std::collections::BTreeSet;

use super::Wanted;
use super::then::Then;
use crate::config::Config;
use crate::daemon::limits::ends_it;
use crate::daemon::telling::{Read, Telling};
use crate::domain::case::CaseRef;
use crate::domain::clocks::{Clock, State};
use crate::domain::setting::Setting;
use crate::domain::twin::{Placed, merged, pairs};
use crate::domain::withhold::Telling as HowMuch;
use crate::store::Store;
use crate::store::error::StoreError;

/// The places of settings that linked cases have too, and which of their settings those are.
pub type Shared = Vec<(usize, CaseRef, usize)>;

/// The cases with which one is linked, as they were held at the same moment.
pub struct Linked<'c>(Vec<Then<'c>>);

impl<'c> Linked<'c> {
    /// Those of which everything may be told.
    pub fn load(store: &Store, read: &Read, config: &'c Config, own: &Then<'_>, wanted: &Wanted) -> Result<Self, StoreError> {
        let mut others = Vec::new();
        for watch in own.watch.linked.iter().filter_map(|case| config.watch(case)) {
            let other = match Then::load(store, config, watch, wanted) {
                Err(StoreError::Damaged(_)) => None,
                other => other?,
            };
            let Some(other) = other else { continue };
            if Telling::as_held(store, read, config, watch, (other.cid, &other.head), (&other.docket, other.version))?.of_case()
                == HowMuch::Whole
            {
                others.push(other);
            }
        }
        Ok(Self(others))
    }

    /// The settings of a case, with what these say of them; and which of them these have too.
    /// `known` are the settings as of the moment: without linked cases, and read on its day, they are those.
    pub fn settings(&self, own: &Then<'_>, known: &[Setting], config: &Config, wanted: &Wanted) -> (Vec<Setting>, Shared) {
        if self.0.is_empty() && own.is_read_on_the_day(config, wanted.as_of) {
            return (known.to_vec(), Shared::new());
        }
        let ours = own.placed(config, wanted.as_of);
        let others: Vec<(&CaseRef, Vec<Placed>)> =
            self.0.iter().map(|other| (&other.watch.case, other.placed(config, wanted.as_of))).collect();
        let paired: Vec<Vec<(usize, usize)>> = others.iter().map(|(_, theirs)| pairs(&ours, theirs)).collect();
        let (mut settings, mut shared) = (Vec::with_capacity(ours.len()), Vec::new());
        for (at, setting) in ours.iter().enumerate() {
            let mut twins: Vec<&Placed> = Vec::new();
            for ((case, theirs), pairs) in others.iter().zip(&paired) {
                let Some((place, twin)) =
                    pairs.iter().find(|(own, _)| *own == at).and_then(|(_, place)| Some((*place, theirs.get(*place)?)))
                else {
                    continue;
                };
                shared.push((at, (*case).clone(), place));
                twins.push(twin);
            }
            settings.push(merged(setting, &twins).setting);
        }
        (settings, shared)
    }

    /// The clocks of a case: what ended a time at one of these ends it here, as it does for alerts.
    pub fn clocks(&self, clocks: Vec<Clock>, config: &Config, wanted: &Wanted) -> Vec<Clock> {
        if self.0.is_empty() || !clocks.iter().any(|clock| clock.state.is_open()) {
            return clocks;
        }
        let theirs: Vec<Clock> =
            self.0.iter().filter_map(|other| other.account(config, wanted.as_of)).flat_map(|account| account.clocks).collect();
        let ended = |clock: Clock| match theirs.iter().find(|other| clock.state.is_open() && ends_it(&clock, other)) {
            Some(other) => other.clone(),
            None => clock,
        };
        let mut known = BTreeSet::new();
        // The end may be known here too, under the clock of the linked case.
        clocks.into_iter().map(ended).filter(|clock| clock.state == State::NotApplicable || known.insert(clock.id)).collect()
    }
}
