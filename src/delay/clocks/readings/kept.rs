//! Readings as bytes and back, for whoever keeps them.
//!
//! postcard of a table of names and of a row for each entry: a routine entry takes five bytes. Kinds, statuses and actors stand under their
//! stable names. What does not fit the docket is no reading: whoever kept it reads anew. It neither stores nor judges.

use std::collections::HashMap;

use jiff::civil::{Date, Time};
use serde::{Deserialize, Serialize};

use crate::delay::clocks::pattern::Shows;
use crate::domain::clocks::How;
use crate::domain::docket::{Docket, Entry};
use crate::domain::event::{Actor, EventKind};
use crate::domain::hearing::{HearingMention, HearingMode, HearingStatus};
use crate::meaning::Heard;

use super::{EntryReading, ReadingId, Readings};

/// Another number for another shape.
const SHAPE: u8 = 1;

/// A place in the table of names.
type Name = u32;

#[derive(Serialize, Deserialize)]
struct Kept {
    shape: u8,
    id: ReadingId,
    names: Vec<String>,
    entries: Vec<KeptEntry>,
}

/// Actor, kinds, what was heard, what is shown: the place of the pattern, and the sentence where the text shows it.
#[derive(Serialize, Deserialize)]
struct KeptEntry(Name, Vec<Name>, Vec<KeptHeard>, Vec<(u32, Option<Span>)>);

/// Bytes of the text, from and until.
type Span = (u32, u32);
/// Year, month, day.
type KeptDate = (i16, i8, i8);

#[derive(Serialize, Deserialize)]
struct KeptHeard {
    flags: u8,
    status: Name,
    date: Option<KeptDate>,
    end_date: Option<KeptDate>,
    /// Hour, minute, second, nanosecond.
    time: Option<(i8, i8, i8, i32)>,
    kind: Option<Name>,
    mode: Option<Name>,
    platform: Option<Name>,
    room: Option<Name>,
    warnings: Vec<Name>,
    span: Option<Span>,
}

const RECALLED: u8 = 1;
const BARE: u8 = 2;
const HISTORY: u8 = 4;

/// The names so far, with their places.
#[derive(Default)]
struct Names {
    all: Vec<String>,
    places: HashMap<String, Name>,
}

impl Names {
    fn place(&mut self, name: &str) -> Name {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let place = Name::try_from(self.all.len()).unwrap_or(Name::MAX);
        self.all.push(name.to_owned());
        self.places.insert(name.to_owned(), place);
        place
    }
}

impl Readings {
    /// As bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut names = Names::default();
        let entries = self.entries.iter().map(|entry| kept(entry, &mut names)).collect();
        // Nothing of it cannot be written; empty bytes are no readings.
        postcard::to_allocvec(&Kept { shape: SHAPE, id: self.id, names: names.all, entries }).unwrap_or_default()
    }

    /// The readings in these bytes, when they are of this docket and were made under this [`id`](super::Rules::reading_id).
    pub fn from_bytes(bytes: &[u8], docket: &Docket, id: ReadingId) -> Option<Self> {
        // Cheaper than reading all of it for nothing.
        if bytes.first() != Some(&SHAPE) || bytes.get(1..1 + id.len()) != Some(&id) {
            return None;
        }
        let (kept, rest) = postcard::take_from_bytes::<Kept>(bytes).ok()?;
        if !rest.is_empty() || kept.entries.len() != docket.entries.len() {
            return None;
        }
        let names = Known::new(&kept.names);
        let entries = kept.entries.iter().zip(&docket.entries).map(|(kept, entry)| names.entry(kept, entry));
        Some(Self { id, entries: entries.collect::<Option<_>>()? })
    }
}

fn kept(reading: &EntryReading, names: &mut Names) -> KeptEntry {
    let EntryReading { kinds, actor, heard, shows } = reading;
    let number = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let actor = names.place(actor.name());
    let kinds = kinds.iter().map(|kind| names.place(kind.name())).collect();
    let date = |date: Date| (date.year(), date.month(), date.day());
    let mut kept_heard = |Heard { mention, recalled, bare, history }: &Heard| KeptHeard {
        flags: [(*recalled, RECALLED), (*bare, BARE), (*history, HISTORY)].iter().filter(|(is_so, _)| *is_so).map(|(_, flag)| flag).sum(),
        status: names.place(mention.status.name()),
        date: mention.date.map(date),
        end_date: mention.end_date.map(date),
        time: mention.time.map(|time| (time.hour(), time.minute(), time.second(), time.subsec_nanosecond())),
        kind: mention.kind.as_deref().map(|kind| names.place(kind)),
        mode: mention.mode.map(|mode| names.place(mode.name())),
        platform: mention.platform.as_deref().map(|platform| names.place(platform)),
        room: mention.room.as_deref().map(|room| names.place(room)),
        warnings: mention.warnings.iter().map(|warning| names.place(warning)).collect(),
        span: mention.span.map(|(start, end)| (number(start), number(end))),
    };
    let heard = heard.iter().map(&mut kept_heard).collect();
    let span = |shows: &Shows| shows.sentence.as_ref().map(|range| (number(range.start), number(range.end)));
    KeptEntry(actor, kinds, heard, shows.iter().map(|(at, shown)| (number(*at), span(shown))).collect())
}

/// The names of kept readings, looked up once each.
struct Known<'n> {
    names: &'n [String],
    kinds: Vec<Option<EventKind>>,
    actors: Vec<Option<Actor>>,
    statuses: Vec<Option<HearingStatus>>,
}

impl<'n> Known<'n> {
    fn new(names: &'n [String]) -> Self {
        let kinds = names.iter().map(|name| EventKind::parse(name)).collect();
        let actors = names.iter().map(|name| Actor::parse(name)).collect();
        let statuses = names.iter().map(|name| HearingStatus::parse(name)).collect();
        Self { names, kinds, actors, statuses }
    }

    fn name(&self, place: Name) -> Option<String> {
        at(self.names, place).cloned()
    }

    /// A name that may be left out: `None` where it is there and is unknown.
    fn option(&self, place: Option<Name>) -> Option<Option<String>> {
        place.map_or(Some(None), |place| self.name(place).map(Some))
    }

    fn entry(&self, KeptEntry(actor, kinds, heard, shows): &KeptEntry, entry: &Entry) -> Option<EntryReading> {
        let shown = |(pattern, span): &(u32, Option<Span>)| {
            let sentence = span_in(&entry.text, *span)?.map(|(start, end)| start..end);
            let how = if sentence.is_some() { How::Text } else { How::Title };
            Some((usize::try_from(*pattern).ok()?, Shows { how, sentence }))
        };
        Some(EntryReading {
            kinds: kinds.iter().map(|place| *at(&self.kinds, *place)?).collect::<Option<_>>()?,
            actor: (*at(&self.actors, *actor)?)?,
            heard: heard.iter().map(|kept| self.heard(kept, &entry.text)).collect::<Option<_>>()?,
            shows: shows.iter().map(shown).collect::<Option<_>>()?,
        })
    }

    fn heard(&self, kept: &KeptHeard, text: &str) -> Option<Heard> {
        let time = |(hour, minute, second, nano)| Time::new(hour, minute, second, nano).ok();
        let mode = |place| HearingMode::parse(at(self.names, place)?);
        let mention = HearingMention {
            date: checked(kept.date, date)?,
            end_date: checked(kept.end_date, date)?,
            time: checked(kept.time, time)?,
            kind: self.option(kept.kind)?,
            status: (*at(&self.statuses, kept.status)?)?,
            mode: checked(kept.mode, mode)?,
            platform: self.option(kept.platform)?,
            room: self.option(kept.room)?,
            warnings: kept.warnings.iter().map(|place| self.name(*place)).collect::<Option<_>>()?,
            span: span_in(text, kept.span)?,
        };
        let has = |flag: u8| kept.flags & flag != 0;
        Some(Heard { mention, recalled: has(RECALLED), bare: has(BARE), history: has(HISTORY) })
    }
}

fn at<T>(list: &[T], place: Name) -> Option<&T> {
    list.get(usize::try_from(place).ok()?)
}

fn date((year, month, day): KeptDate) -> Option<Date> {
    Date::new(year, month, day).ok()
}

/// What may be left out, read: the outer `None` where it is there and does not read.
fn checked<K, T>(kept: Option<K>, read: impl Fn(K) -> Option<T>) -> Option<Option<T>> {
    kept.map_or(Some(None), |kept| read(kept).map(Some))
}

/// A span that can be cut out of the text.
fn span_in(text: &str, span: Option<Span>) -> Option<Option<(usize, usize)>> {
    checked(span, |(start, end)| {
        let (start, end) = (usize::try_from(start).ok()?, usize::try_from(end).ok()?);
        text.get(start..end).map(|_| (start, end))
    })
}

#[cfg(test)]
mod tests;
