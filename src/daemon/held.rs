//! The docket that we hold of a case, as today's recipe reads it.
//!
//! Asked by [`record`](super::record) before it compares. It reads the store and changes nothing.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use super::record::Job;
use crate::domain::diff::{Comparison, Confirm, MissingParts, Part, carry_entries, carry_parts, compare, same_content, settled};
use crate::domain::docket::{Docket, Entry, EntryKey};
use crate::domain::event::Event;
use crate::store::Version;
use crate::store::cases::Head;
use crate::store::error::StoreError;

/// The docket that we hold.
pub(super) struct Held {
    /// The docket; `None` before the first version.
    pub docket: Option<Docket>,
    /// What was missing from the last answer.
    pub missing: MissingParts,
    /// The stored pages read differently today from what is stored, or what is stored does not read back.
    pub read_otherwise: bool,
    /// The pages of the version do not show all that the version holds: something was missing when it was made.
    pub partly_shown: bool,
    /// The version that is compared with because newer ones do not read back.
    pub fell_back_to: Option<u32>,
}

impl Held {
    fn stored(docket: Docket, missing: MissingParts) -> Self {
        Self { docket: Some(docket), missing, read_otherwise: false, partly_shown: false, fell_back_to: None }
    }
}

impl Job {
    /// The docket that we hold, and what is missing from it.
    ///
    /// At the first visit after a start or a reload the stored pages are read again: a recipe that was mended, or a
    /// program that reads better, changes what old pages say, and that is no news about the case. Parts that are
    /// carried over because they are missing, or slid off a short list, stand in no page and are kept as they were stored.
    /// So is what was missing when the version was made and has come back since: `seen` shows it as it is stored.
    pub(super) fn held(&self, head: &Head, seen: &Docket) -> Result<Held, StoreError> {
        if head.version == 0 || self.store.begins_anew(self.cid)? {
            return Ok(Held { docket: None, missing: MissingParts::new(), read_otherwise: false, partly_shown: false, fell_back_to: None });
        }
        let missing = self.store.missing(self.cid)?;
        if self.settled
            && let Ok(Some(stored)) = self.store.docket(self.cid, head.version)
        {
            return Ok(Held::stored(stored, missing));
        }
        let Some(Version { number, docket: stored, pages, .. }) = self.newest_readable(head.version)? else {
            tracing::error!(source = %self.watch().case.source, "no version of a case reads back; it begins anew, run `veedor fsck`");
            return Ok(Held { docket: None, missing, read_otherwise: true, partly_shown: false, fell_back_to: Some(0) });
        };
        if number < head.version {
            return Ok(Held { read_otherwise: true, fell_back_to: Some(number), ..Held::stored(stored, missing) });
        }
        let Ok(read) = self.source.recipe.read(&self.watch().number, &pages) else {
            // The recipe reads today's pages and not the old ones, so what they said stands.
            return Ok(Held::stored(stored, missing));
        };
        if self.source.recipe.lists_others() && read.entries.is_empty() {
            // Pages without a row of this case say nothing of it.
            return Ok(Held::stored(stored, missing));
        }
        let read = settled(&stored, &read).into_owned();
        let at_once = Confirm { visits: 0, span: Duration::ZERO, sliding: false, others: false };
        let differs =
            |docket: &Docket| !matches!(compare(Some(&stored), docket, &MissingParts::new(), at_once, self.now), Comparison::Same { .. });
        let partly_shown = !self.source.recipe.sliding && !missing.is_empty() && differs(&read);
        let renamed = read.entries.iter().any(|entry| stored.entry(&entry.key).is_none());
        let mut missing = missing;
        if renamed {
            missing.retain(|part, _| matches!(part, Part::Field(_) | Part::Party(_)));
        }
        let shown: HashSet<&EntryKey> = seen.entries.iter().map(|entry| &entry.key).collect();
        let carried = |entry: &Entry| {
            self.source.recipe.sliding || missing.contains_key(&Part::Entry(entry.key.clone())) || shown.contains(&entry.key)
        };
        let read = carry_parts(&stored, carry_entries(&stored.entries, read, carried), &missing);
        let docket = came_back(&stored, read, seen);
        Ok(Held { read_otherwise: differs(&docket), partly_shown, ..Held::stored(docket, missing) })
    }

    /// The newest version that the store can read. Damage to one must not end the watch over its case.
    fn newest_readable(&self, newest: u32) -> Result<Option<Version>, StoreError> {
        for number in (1..=newest).rev() {
            match self.store.version(self.cid, number) {
                Ok(Some(version)) => return Ok(Some(version)),
                Ok(None) | Err(StoreError::Damaged(_)) => {
                    tracing::error!(source = %self.watch().case.source, version = number, "a version does not read back; run `veedor fsck`");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Events that were not told already by versions after `version`, of which nothing is left but their events.
    pub(super) fn untold(&self, events: Vec<Event>, version: u32) -> Vec<Event> {
        let subject = |event: &Event| {
            let key = event.entry.as_ref().map(|entry| entry.key.clone());
            (event.kind, key, event.field.as_ref().map(|field| (field.field.clone(), field.after.clone())))
        };
        // When they do not read back either, telling twice is better than not at all (`alerting.md` A1.5).
        let known = self.store.case_events(self.cid).unwrap_or_default();
        let told: HashSet<_> = known.iter().filter(|event| event.version > version).map(subject).collect();
        events.into_iter().filter(|event| !told.contains(&subject(event))).collect()
    }
}

/// The docket `read` with those parts that stand in `seen` as they are stored. They stood in no page of the version: they were
/// missing when it was made, and have come back since.
fn came_back(stored: &Docket, mut read: Docket, seen: &Docket) -> Docket {
    let (was, is): (HashMap<_, _>, HashMap<_, _>) = (by_key(stored), by_key(seen));
    for entry in &mut read.entries {
        if let (Some(old), Some(new)) = (was.get(&entry.key), is.get(&entry.key))
            && same_content(old, new)
        {
            *entry = (*old).clone();
        }
    }
    let parties = stored.parties.iter().filter(|party| seen.parties.contains(party));
    for party in parties {
        if !read.parties.contains(party) {
            read.parties.push(party.clone());
        }
    }
    let (old, new) = (&stored.heading, &seen.heading);
    let heading = &mut read.heading;
    for (name, value) in old.extra.iter().filter(|(name, value)| new.extra.get(*name) == Some(value)) {
        heading.extra.insert(name.clone(), value.clone());
    }
    for (read, old, new) in [
        (&mut heading.title, &old.title, &new.title),
        (&mut heading.court, &old.court, &new.court),
        (&mut heading.subject, &old.subject, &new.subject),
        (&mut heading.status, &old.status, &new.status),
    ] {
        if old == new {
            read.clone_from(old);
        }
    }
    if old.filed == new.filed {
        heading.filed = old.filed;
    }
    read
}

fn by_key(docket: &Docket) -> HashMap<&EntryKey, &Entry> {
    docket.entries.iter().map(|entry| (&entry.key, entry)).collect()
}
