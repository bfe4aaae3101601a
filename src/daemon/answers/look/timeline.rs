//! The entries of a case, newest first, with what became of each.
//!
//! Called by [`look`](super). An entry that is no longer on the record stands where it stood, from the event that told so.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::civil::Date;
use serde_json::{Value, json};

use super::super::opened::OpenVersion;
use super::{Eye, Subject, masks, pace, page_of, part_of};
use crate::ask::Answer;
use crate::domain::about::{About, Stop};
use crate::domain::diff::Part;
use crate::domain::docket::{Entry, EntryKey};
use crate::domain::event::{Event, EventKind};
use crate::domain::id::Id;
use crate::domain::redact::cut;
use crate::domain::sentence;
use crate::wire::api::case::{EntryPage, EventMark, Timeline, TimelineEntry};
use crate::wire::api::docket::{DocumentForm, EntryForm};

/// Entries of a page.
const SIZE: usize = 200;

/// Characters of a text that a page shows: more is on the page of its entry.
const TEXT: usize = 4_000;

/// Documents of an entry that a page shows.
const DOCUMENTS: usize = 50;

/// A row of the timeline before it is put together.
enum Row<'a> {
    Held(&'a Entry),
    /// No longer on the record, as the event says.
    Gone(&'a Event),
}

impl Row<'_> {
    fn date(&self) -> Option<Date> {
        match self {
            Self::Held(entry) => entry.date,
            Self::Gone(event) => event.entry.as_ref().and_then(|entry| entry.date),
        }
    }
}

/// A page of the entries of a version.
pub(super) fn timeline(eye: &Eye, subject: &Subject<'_>, version: Option<u32>, wanted: u32) -> Result<Value, Answer> {
    eye.must_see(subject)?;
    let open = eye.version(subject, version)?;
    let missing = format!("{:?}", eye.store.missing(subject.cid)?);
    let marks: [&[u8]; 5] = [b"timeline", &open.seal.0, &wanted.to_be_bytes(), missing.as_bytes(), &[u8::from(version.is_some())]];
    eye.kept(subject, &marks, || page(eye, subject, &open, wanted))
}

fn page(eye: &Eye, subject: &Subject<'_>, open: &OpenVersion, wanted: u32) -> Result<Timeline, Answer> {
    let telling = eye.telling(subject, open)?;
    let about = telling.about(eye.language, Stop::Unsaid);
    let events = eye.events(subject)?;
    let told: Vec<&Event> = events.iter().filter(|event| event.version <= open.number).collect();
    let (rows, is_partial) = rows(open, &told, (!eye.sees_all()).then_some(&about));
    let dates: Vec<Date> = rows.iter().filter_map(Row::date).collect();
    let (page, pages) = page_of(wanted, rows.len(), SIZE);
    let mut of_entry: HashMap<&EntryKey, Vec<&Event>> = HashMap::new();
    for event in &told {
        if let Some(entry) = &event.entry {
            of_entry.entry(&entry.key).or_default().push(event);
        }
    }
    let is_newest = subject.head.as_ref().is_some_and(|head| head.version == open.number);
    let missing = if is_newest { eye.store.missing(subject.cid)? } else { BTreeMap::new() };
    let mut entries = Vec::new();
    for row in part_of(&rows, page, SIZE) {
        let (key, mut line) = match row {
            Row::Held(entry) => {
                let Some(line) = held(eye, entry, &about, open.number) else { continue };
                let since = missing.get(&Part::Entry(entry.key.clone())).map(|missing| missing.since.to_string());
                (&entry.key, TimelineEntry { missing_since: since, ..line })
            }
            Row::Gone(event) => {
                let Some(entry) = &event.entry else { continue };
                let Some(line) = gone(eye, subject, event)? else { continue };
                (&entry.key, line)
            }
        };
        let own = of_entry.get(key).map(Vec::as_slice).unwrap_or_default();
        line.events = marks(eye, subject, own)?;
        line.edited = line.events.iter().any(|mark| mark.kind == EventKind::RecordEdited.name());
        entries.push(line);
    }
    Ok(Timeline {
        version: open.number,
        seen_at: open.at.to_string(),
        total: rows.len(),
        page,
        pages,
        entries,
        is_partial,
        months: pace::months(&dates),
        gaps: pace::gaps(&dates),
    })
}

/// The rows in their order, without those of which nothing but activity is told; and whether there are such.
fn rows<'a>(open: &'a OpenVersion, told: &[&'a Event], about: Option<&About<'_>>) -> (Vec<Row<'a>>, bool) {
    let mut known: HashMap<&str, bool> = HashMap::new();
    let mut is_told = |title: &'a str| about.is_none_or(|about| *known.entry(title).or_insert_with(|| about.title(title).is_some()));
    let mut rows: Vec<Row<'a>> = open.docket.entries.iter().filter(|entry| is_told(&entry.title)).map(Row::Held).collect();
    let mut is_partial = rows.len() < open.docket.entries.len();
    let there: HashSet<&EntryKey> = open.docket.entries.iter().map(|entry| &entry.key).collect();
    // The last word on each.
    let mut last: HashMap<&EntryKey, &'a Event> = HashMap::new();
    for event in told.iter().filter(|event| event.kind == EventKind::RecordRemoved) {
        if let Some(entry) = event.entry.as_ref().filter(|entry| !there.contains(&entry.key)) {
            last.insert(&entry.key, event);
        }
    }
    let mut gone: Vec<&Event> = last.into_values().collect();
    gone.sort_by_key(|event| (event.entry.as_ref().and_then(|entry| entry.date), event.seq));
    for event in gone {
        let Some(entry) = &event.entry else { continue };
        if !is_told(&entry.title) {
            is_partial = true;
            continue;
        }
        // Before the first that is no newer; where nothing is dated, at the end.
        let place = rows.iter().position(|row| row.date().is_some() && row.date() <= entry.date).unwrap_or(rows.len());
        rows.insert(place, Row::Gone(event));
    }
    (rows, is_partial)
}

fn held(eye: &Eye, entry: &Entry, about: &About<'_>, version: u32) -> Option<TimelineEntry> {
    if eye.sees_all() {
        return Some(line(entry, version, TEXT));
    }
    let length = entry.text.chars().count();
    let shown = masks::entry(entry, about)?;
    let line = line(&shown, version, TEXT);
    Some(TimelineEntry { left_out: length.saturating_sub(shown.text.chars().count()), ..line })
}

fn line(entry: &Entry, version: u32, most: usize) -> TimelineEntry {
    let length = entry.text.chars().count();
    let form = EntryForm::of(&Entry { text: String::new(), documents: Vec::new(), extra: BTreeMap::new(), ..entry.clone() });
    TimelineEntry {
        key: form.key,
        date: form.date,
        time: form.time,
        title: form.title,
        text: cut(&entry.text, most),
        left_out: length.saturating_sub(most),
        documents: entry.documents.iter().take(DOCUMENTS).map(DocumentForm::of).collect(),
        annulled: entry.annulled,
        withheld: form.withheld,
        version,
        ..TimelineEntry::default()
    }
}

/// An entry that is no longer on the record, as the event has it.
fn gone(eye: &Eye, subject: &Subject<'_>, event: &Event) -> Result<Option<TimelineEntry>, Answer> {
    let shown = super::told(eye, &subject.watch.case, std::slice::from_ref(event))?;
    let Some(entry) = shown.first().and_then(|(shown, _)| shown.entry.clone()) else { return Ok(None) };
    let since = event.field.as_ref().and_then(|field| field.before.clone());
    Ok(Some(TimelineEntry {
        key: entry.key.0,
        date: entry.date.map(|date| date.to_string()),
        time: entry.time.map(|time| time.to_string()),
        title: entry.title,
        text: entry.excerpt,
        missing_since: since.or_else(|| Some(event.seen_at.to_string())),
        gone: true,
        version: event.version.saturating_sub(1),
        ..TimelineEntry::default()
    }))
}

/// What was told of an entry.
fn marks(eye: &Eye, subject: &Subject<'_>, events: &[&Event]) -> Result<Vec<EventMark>, Answer> {
    let own: Vec<Event> = events.iter().map(|event| (*event).clone()).collect();
    let told = super::told(eye, &subject.watch.case, &own)?;
    let mark = |shown: &crate::domain::shown::Shown| EventMark {
        id: shown.id.to_string(),
        kind: shown.kind.name().to_owned(),
        severity: shown.severity.name().to_owned(),
        seen_at: shown.seen_at.to_string(),
        version: shown.version,
    };
    Ok(told.iter().map(|(shown, _)| mark(shown)).collect())
}

/// One entry, whole.
pub(super) fn entry(eye: &Eye, subject: &Subject<'_>, version: Option<u32>, key: &str) -> Result<Value, Answer> {
    eye.must_see(subject)?;
    let open = eye.version(subject, version)?;
    let telling = eye.telling(subject, &open)?;
    let about = telling.about(eye.language, Stop::Unsaid);
    // As the timeline shows it, or as an event does of which only type and date are told.
    let is_it = |entry: &&Entry| match eye.sees_all() {
        true => entry.key.0 == key,
        false => about.key(&entry.key).0 == key || Id::derive(&[entry.key.0.as_bytes()]).to_string() == key,
    };
    let found = open.docket.entries.iter().find(is_it);
    let shown = found.and_then(|entry| if eye.sees_all() { Some(entry.clone()) } else { masks::entry(entry, &about) });
    let (Some(entry), Some(shown)) = (found, shown) else {
        return Err(Answer::no(4, &sentence::NO_ENTRY, &[&open.number, &subject.watch.number.canonical]));
    };
    let events = eye.events(subject)?;
    let own: Vec<&Event> = events.iter().filter(|event| event.entry.as_ref().is_some_and(|told| told.key == entry.key)).collect();
    let mut line =
        TimelineEntry { documents: shown.documents.iter().map(DocumentForm::of).collect(), ..line(&shown, open.number, usize::MAX) };
    line.left_out = entry.text.chars().count().saturating_sub(shown.text.chars().count());
    line.events = marks(eye, subject, &own)?;
    line.edited = line.events.iter().any(|mark| mark.kind == EventKind::RecordEdited.name());
    let extra = shown.extra.into_iter().collect();
    Ok(json!(EntryPage { seen_at: open.at.to_string(), entry: line, extra }))
}
