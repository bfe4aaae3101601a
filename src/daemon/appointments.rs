//! What a visit changes in people's calendars: the appointments that its events carry.
//!
//! Called by [`record`](super::record) between the events and the commit. It reads the settings that the docket tells of and the
//! appointments that earlier events of the case carry; `domain::appointment` decides. Only a version that tells of a hearing pays for it.

use std::collections::HashSet;

use jiff::tz::TimeZone;

use super::record::Job;
use crate::domain::appointment::{attach, follow, is_of_calendar};
use crate::domain::docket::Docket;
use crate::domain::event::Event;
use crate::meaning::Meaning;
use crate::store::error::StoreError;

impl Job {
    /// Puts the appointments that change into the events that tell of it.
    pub(super) fn appointments(&self, events: &mut [Event], meaning: &Meaning, docket: &Docket, zone: &TimeZone) -> Result<(), StoreError> {
        let told: HashSet<_> =
            events.iter().filter(|event| is_of_calendar(event)).filter_map(|event| Some(event.entry.as_ref()?.key.clone())).collect();
        if told.is_empty() {
            return Ok(());
        }
        let today = self.now.to_zoned_datetime(zone.clone()).date();
        let settings = meaning.placed(docket, zone, today);
        let known = self.store.appointments(self.cid)?;
        attach(events, follow(&self.watch().case, &known, &settings, &told, today));
        Ok(())
    }
}
