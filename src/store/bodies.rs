//! The bytes that a delivery sends, stored in about a third of what zstd alone would take.
//!
//! A message repeats what its events say, so the texts of the events are the prefix that it is compressed with. The
//! prefix is a part of the format: `EventRecord::words` must give the same bytes for the same event for ever. Events never
//! change, and a delivery's events only grow at the end, so the number of events used stands in the record.

use serde::{Deserialize, Serialize};

use crate::domain::delivery::Content;
use crate::domain::id::Id;
use crate::domain::medium::Medium;

use super::batch::Batch;
use super::brake::readable;
use super::codes::{Blob, IdHex, MediumCode};
use super::error::StoreError;
use super::format::{self, DICTIONARY};
use super::keys::{Table, Trees};
use super::records::event::EventRecord;
use super::rows;

/// The largest body: 16 MiB, far above any mail or webhook.
const LARGEST_BODY: usize = 16 << 20;

/// Events whose texts go into the prefix. A message about more of them repeats itself enough.
const PREFIX_EVENTS: usize = 32;

/// The schema of [`BodyRecord`]. Schema 1 did not say how the bytes travel.
const SCHEMA: u8 = 2;

/// What a delivery sends.
#[derive(Serialize, Deserialize)]
struct BodyRecord {
    events: u8,
    raw_len: usize,
    data: Blob,
    medium: Option<MediumCode>,
    from: Option<String>,
}

/// Schema 1.
#[derive(Serialize, Deserialize)]
struct BareBody {
    events: u8,
    raw_len: usize,
    data: Blob,
}

impl From<BareBody> for BodyRecord {
    fn from(BareBody { events, raw_len, data }: BareBody) -> Self {
        Self { events, raw_len, data, medium: None, from: None }
    }
}

/// Puts what a delivery with these events sends.
pub(super) fn put(batch: &mut Batch, trees: &Trees, id: Id, events: &[IdHex], content: &Content) -> Result<(), StoreError> {
    let Content { medium, from, body } = content;
    if body.len() > LARGEST_BODY {
        return Err(StoreError::Refused(format!("a message of {} bytes is too large to keep", body.len())));
    }
    let mut prefix = DICTIONARY.to_vec();
    let mut used = 0;
    for id in events.iter().take(PREFIX_EVENTS) {
        // One that does not read back is not told, and must not stop what stands beside it.
        let Some(event) = readable(event(trees, *id))? else { break };
        event.words(&mut prefix);
        used += 1;
    }
    let data = Blob(format::compress(body, &prefix)?);
    let record = BodyRecord { events: used, raw_len: body.len(), data, medium: Some(MediumCode(*medium)), from: from.clone() };
    rows::put_as(batch, trees, Table::Body, &id.0, SCHEMA, &record)
}

/// What a delivery with these events sends.
pub(super) fn get(trees: &Trees, id: Id, events: &[IdHex]) -> Result<Option<Content>, StoreError> {
    let Some(record) = rows::get_either::<BareBody, BodyRecord>(trees, Table::Body, &id.0, SCHEMA)? else { return Ok(None) };
    let damaged = |why: &str| rows::damaged(Table::Body, &id.0, why);
    if record.raw_len > LARGEST_BODY {
        return Err(damaged("it is larger than any message"));
    }
    let mut prefix = DICTIONARY.to_vec();
    for id in events.get(..usize::from(record.events)).ok_or_else(|| damaged("its delivery lost events"))? {
        event(trees, *id)?.ok_or_else(|| damaged("an event that it tells is not stored"))?.words(&mut prefix);
    }
    let body = format::decompress(&record.data.0, &prefix, record.raw_len).map_err(|why| damaged(&why))?;
    let medium = record.medium.map_or_else(|| medium_of(&body), |code| code.0);
    Ok(Some(Content { medium, from: record.from, body }))
}

/// How bytes of schema 1 travel: webhooks are JSON, mails begin with the headers that we write.
pub(super) fn medium_of(body: &[u8]) -> Medium {
    match body {
        [b'{', ..] => Medium::Webhook,
        body if body.starts_with(b"From: ") => Medium::Email,
        _ => Medium::Terminal,
    }
}

fn event(trees: &Trees, id: IdHex) -> Result<Option<EventRecord>, StoreError> {
    match rows::get::<u64>(trees, Table::EventId, &id.0)? {
        Some(number) => rows::get_long(trees, Table::Event, &number.to_be_bytes()),
        None => Ok(None),
    }
}
