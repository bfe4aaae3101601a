//! The bytes that a delivery sends, stored in about a third of what zstd alone would take.
//!
//! A message repeats what its events say, so the texts of the events are the prefix that it is compressed with. The
//! prefix is a part of the format: `EventRecord::words` must give the same bytes for the same event for ever. Events never
//! change, and a delivery's events only grow at the end, so the number of events used stands in the record.

use serde::{Deserialize, Serialize};

use crate::domain::id::Id;

use super::batch::Batch;
use super::codes::{Blob, IdHex};
use super::error::StoreError;
use super::format::{self, DICTIONARY};
use super::keys::{Table, Trees};
use super::records::event::EventRecord;
use super::rows;

/// The largest body: 16 MiB, far above any mail or webhook.
const LARGEST_BODY: usize = 16 << 20;

/// Events whose texts go into the prefix. A message about more of them repeats itself enough.
const PREFIX_EVENTS: usize = 32;

/// A stored body.
#[derive(Serialize, Deserialize)]
struct BodyRecord {
    events: u8,
    raw_len: usize,
    data: Blob,
}

/// Puts the bytes that a delivery with these events sends.
pub(super) fn put(batch: &mut Batch, trees: &Trees, id: Id, events: &[IdHex], body: &[u8]) -> Result<(), StoreError> {
    if body.len() > LARGEST_BODY {
        return Err(StoreError::Refused(format!("a message of {} bytes is too large to keep", body.len())));
    }
    let mut prefix = DICTIONARY.to_vec();
    let mut used = 0;
    for id in events.iter().take(PREFIX_EVENTS) {
        let Some(event) = event(trees, *id)? else { break };
        event.words(&mut prefix);
        used += 1;
    }
    let data = Blob(format::compress(body, &prefix)?);
    let record = BodyRecord { events: used, raw_len: body.len(), data };
    rows::put_bytes(batch, trees, Table::Body, &id.0, &rows::encode(&record)?, false)
}

/// The bytes that a delivery with these events sends.
pub(super) fn get(trees: &Trees, id: Id, events: &[IdHex]) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(record) = rows::get_long::<BodyRecord>(trees, Table::Body, &id.0)? else { return Ok(None) };
    let damaged = |why: &str| rows::damaged(Table::Body, &id.0, why);
    if record.raw_len > LARGEST_BODY {
        return Err(damaged("it is larger than any message"));
    }
    let mut prefix = DICTIONARY.to_vec();
    for id in events.get(..usize::from(record.events)).ok_or_else(|| damaged("its delivery lost events"))? {
        event(trees, *id)?.ok_or_else(|| damaged("an event that it tells is not stored"))?.words(&mut prefix);
    }
    format::decompress(&record.data.0, &prefix, record.raw_len).map(Some).map_err(|why| damaged(&why))
}

fn event(trees: &Trees, id: IdHex) -> Result<Option<EventRecord>, StoreError> {
    match rows::get::<u64>(trees, Table::EventId, &id.0)? {
        Some(number) => rows::get_long(trees, Table::Event, &number.to_be_bytes()),
        None => Ok(None),
    }
}
