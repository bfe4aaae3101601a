//! Carrying over what an answer lacks and what is not believed to be gone.
//!
//! Called by [`compare`](super::compare) for the docket to keep, and by `daemon::record` when stored pages are read again.
//! It decides nothing: the caller says what stays.

use std::collections::{HashMap, HashSet};

use super::{MissingParts, Part};
use crate::domain::docket::{Docket, Entry, EntryKey, Heading, VISIBLE_FIELD};

/// The docket `into` with those entries of `held` that it lacks and `keep` wants. Each stays before the entry that it stood
/// before: of a short list, what stands after the last entry shown counts as slid off, and a missing entry must not.
pub fn carry_entries(held: &[Entry], mut into: Docket, keep: impl Fn(&Entry) -> bool) -> Docket {
    let shown: HashSet<EntryKey> = into.entries.iter().map(|entry| entry.key.clone()).collect();
    let mut before: HashMap<&EntryKey, Vec<Entry>> = HashMap::new();
    let mut waiting = Vec::new();
    for entry in held {
        if shown.contains(&entry.key) {
            before.entry(&entry.key).or_default().append(&mut waiting);
        } else if keep(entry) {
            waiting.push(entry.clone());
        }
    }
    if waiting.is_empty() && before.values().all(Vec::is_empty) {
        return into;
    }
    let mut entries = Vec::with_capacity(into.entries.len() + held.len());
    for entry in std::mem::take(&mut into.entries) {
        entries.append(&mut before.remove(&entry.key).unwrap_or_default());
        entries.push(entry);
    }
    entries.append(&mut waiting);
    into.entries = entries;
    into
}

/// The docket `into` with those contents, fields and parties of `held` that stand in `missing`.
///
/// While a further field is missing the court is not believed to be another one either. At e-SATJE it is that of the newest
/// incident listed, so a list without its newest incident would "move" the case.
pub fn carry_parts(held: &Docket, mut into: Docket, missing: &MissingParts) -> Docket {
    if missing.keys().all(|part| matches!(part, Part::Entry(_))) {
        return into;
    }
    let before: HashMap<&EntryKey, &Entry> = held.entries.iter().map(|entry| (&entry.key, entry)).collect();
    for entry in &mut into.entries {
        if let Some(old) = before.get(&entry.key).filter(|_| missing.contains_key(&Part::Content(entry.key.clone()))) {
            if old.withheld.is_none() && entry.withheld.take().is_some() {
                entry.documents.clone_from(&old.documents);
                // A mark that says no more than "withheld" is not believed either.
                if let Some(mark) = old.extra.get(VISIBLE_FIELD) {
                    entry.extra.insert(VISIBLE_FIELD.to_owned(), mark.clone());
                }
            }
            if entry.text.is_empty() {
                entry.text.clone_from(&old.text);
            }
            if entry.date.is_none() {
                (entry.date, entry.time) = (old.date, old.time);
            }
        }
    }
    if missing.keys().any(|part| matches!(part, Part::Field(_))) {
        into.heading = carry_heading(&held.heading, into.heading, missing);
    }
    for party in held.parties.iter().filter(|party| missing.contains_key(&Part::Party((*party).clone()))) {
        if !into.parties.contains(party) {
            into.parties.push(party.clone());
        }
    }
    into
}

/// The fresh heading, with the fields that are missing from it and not believed to be gone.
fn carry_heading(held: &Heading, mut fresh: Heading, missing: &MissingParts) -> Heading {
    let waits = |name: &str| missing.contains_key(&Part::Field(name.to_owned()));
    let further = held.extra.iter().filter(|(name, _)| waits(name));
    let further: Vec<_> = further.map(|(name, value)| (name.clone(), value.clone())).collect();
    if waits("court") || (!further.is_empty() && held.court.is_some()) {
        fresh.court.clone_from(&held.court);
    }
    fresh.extra.extend(further);
    for (name, mine, old) in [
        ("title", &mut fresh.title, &held.title),
        ("subject", &mut fresh.subject, &held.subject),
        ("status", &mut fresh.status, &held.status),
    ] {
        if waits(name) {
            mine.clone_from(old);
        }
    }
    if waits("filed") {
        fresh.filed = held.filed;
    }
    fresh
}
