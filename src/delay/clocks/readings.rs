//! What the entries of a docket say, each read once: the kinds, who wrote it, what is heard of hearings, which events of the clocks it shows.
//!
//! [`Rules::readings`] makes them; `daemon::readings` keeps them, because reading 200 entries takes milliseconds and everything that is
//! made of them a fraction of one. They are of one docket under one reader: [`Rules::reading_id`] stands for the docket's entries, the words of
//! its court, the rules and the code that reads, and readings of another id are not used. What changes without a new
//! version, the day, pins, facts and the calendar, is no part of them. How they are bytes is in `kept`.

mod kept;

use std::collections::BTreeMap;

use crate::domain::docket::{Docket, Entry, EntryKey};
use crate::domain::event::{Actor, EventKind};
use crate::domain::hearing::HearingMention;
use crate::domain::id::sha256;
use crate::meaning::{Heard, Meaning};

use super::Rules;
use super::pattern::{Shows, Words};

/// Which code reads, by `build.rs`: a hash over the sources of everything that decides what an entry says.
const CODE: &str = env!("VEEDOR_READING_CODE");

/// What stands for a docket's entries and for who reads them.
pub type ReadingId = [u8; 32];

/// What the entries of a docket say, in its order.
#[derive(Debug, Clone, PartialEq)]
pub struct Readings {
    id: ReadingId,
    entries: Vec<EntryReading>,
}

/// What one entry says.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryReading {
    /// What happened, without repeats; never empty.
    pub kinds: Vec<EventKind>,
    /// Who produced it.
    pub actor: Actor,
    /// Everything that it says of hearings, the history that it tells with it, in the order of the text.
    pub heard: Vec<Heard>,
    /// The events that it shows, each once: the place of the pattern among those of the rules, and by what it shows it. Of an entry without
    /// a date none, and of an annulled one.
    pub shows: Vec<(usize, Shows)>,
}

impl EntryReading {
    fn of(rules: &Rules, entry: &Entry, meaning: &Meaning) -> Self {
        let words = Words::read(entry, meaning);
        let mut shows: Vec<(usize, Shows)> = Vec::new();
        for (at, pattern) in rules.patterns.iter().enumerate().filter(|_| entry.date.is_some() && !entry.annulled) {
            let is_shown = |(other, _): &(usize, Shows)| rules.patterns.get(*other).is_some_and(|other| other.id == pattern.id);
            if !shows.iter().any(is_shown) {
                shows.extend(pattern.shows(&words).map(|shown| (at, shown)));
            }
        }
        Self { kinds: words.reading.kinds, actor: words.reading.actor, heard: words.heard, shows }
    }

    /// The hearings that it speaks of as news.
    pub fn hearings(&self) -> impl Iterator<Item = &HearingMention> {
        self.heard.iter().filter(|heard| !heard.history).map(|heard| &heard.mention)
    }
}

impl Readings {
    /// For what they are valid.
    pub fn id(&self) -> ReadingId {
        self.id
    }

    /// One of each entry, in the order of the docket.
    pub fn all(&self) -> &[EntryReading] {
        &self.entries
    }

    /// What the entry at a place of the docket says of hearings: for [`Meaning::settings_of`] and [`Meaning::placed_of`].
    pub fn heard(&self, at: usize) -> &[Heard] {
        self.entries.get(at).map_or(&[], |entry| &entry.heard)
    }

    /// Who wrote each entry of the docket that they are of.
    pub fn actors(&self, docket: &Docket) -> BTreeMap<EntryKey, Actor> {
        docket.entries.iter().zip(&self.entries).map(|(entry, reading)| (entry.key.clone(), reading.actor)).collect()
    }
}

impl Rules {
    /// Reads the entries of a docket.
    pub fn readings(&self, docket: &Docket, meaning: &Meaning) -> Readings {
        let entries = docket.entries.iter().map(|entry| EntryReading::of(self, entry, meaning)).collect();
        Readings { id: self.reading_id(docket, meaning), entries }
    }

    /// What stands for the entries of a docket, read by these rules and words and by this program. It is made of the docket itself, because a
    /// stored version is written over where its recipe is mended.
    pub fn reading_id(&self, docket: &Docket, meaning: &Meaning) -> ReadingId {
        let mut all = Vec::with_capacity(docket.entries.iter().map(|entry| entry.text.len() + 300).sum());
        all.extend_from_slice(CODE.as_bytes());
        all.extend_from_slice(&meaning.digest());
        all.extend_from_slice(&self.digest);
        docket.entries.iter().for_each(|entry| put_entry(&mut all, entry));
        sha256(&all)
    }
}

/// Everything of an entry that a reading looks at, and that nothing else can be taken for.
fn put_entry(all: &mut Vec<u8>, entry: &Entry) {
    let Entry { key, date, time, title, text, documents: _, annulled, withheld, notice_of, extra } = entry;
    let flags = [date.is_some(), time.is_some(), *annulled, withheld.is_some(), notice_of.is_some()];
    all.extend(flags.map(u8::from));
    if let Some(date) = date {
        all.extend(date.year().to_le_bytes());
        all.extend([date.month(), date.day()].map(i8::cast_unsigned));
    }
    if let Some(time) = time {
        all.extend([time.hour(), time.minute(), time.second()].map(i8::cast_unsigned));
        all.extend(time.subsec_nanosecond().to_le_bytes());
    }
    all.extend(extra.len().to_le_bytes());
    let further = extra.iter().flat_map(|(name, value)| [name, value]);
    for text in [&key.0, title, text].into_iter().chain(notice_of.as_ref().map(|key| &key.0)).chain(further) {
        all.extend(text.len().to_le_bytes());
        all.extend_from_slice(text.as_bytes());
    }
}
