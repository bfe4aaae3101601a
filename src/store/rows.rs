//! Records to rows and back: postcard, packing, and values that take several rows.
//!
//! A long value's first row holds `[schema][parts × 2 + packed, varint][bytes][crc]`; further parts stand under
//! `key ‖ n u16`, directly behind it in sled's order. Callers see a key and a record.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::id::hex;

use super::batch::Batch;
use super::error::StoreError;
use super::format::{self, DICTIONARY};
use super::keys::{Table, Trees};

/// The schema of a record whose shape never changed. A record that did has its own numbers, kept where it is read.
pub(super) const SCHEMA: u8 = 1;

/// The newest schema of any record of this version of veedor.
const NEWEST: u8 = 2;

/// The schema number of the second and further rows of a long value.
const PART: u8 = 0xff;

/// Bytes of a long value in one row: under the limit of 4,096 with everything around them.
const PART_BYTES: usize = 4_000;

/// Payloads from this size on are packed when that makes them smaller.
const PACK_FROM: usize = 96;

/// The largest record that is unpacked, by what it says of itself: 16 MiB, four times the largest page of a message.
const LARGEST_RECORD: usize = 16 << 20;

/// Puts a small record into one row.
pub(super) fn put<T: Serialize>(batch: &mut Batch, table: Table, key: &[u8], record: &T) -> Result<(), StoreError> {
    batch.put(table, key, sealed(record)?)
}

/// The value of a small record.
pub(super) fn sealed<T: Serialize>(record: &T) -> Result<Vec<u8>, StoreError> {
    Ok(format::seal(SCHEMA, &encode(record)?))
}

/// Puts a record that may be long. The old value is read, so a key may be put once in a batch.
pub(super) fn put_long<T: Serialize>(batch: &mut Batch, trees: &Trees, table: Table, key: &[u8], record: &T) -> Result<(), StoreError> {
    let raw = encode(record)?;
    match pack(&raw)? {
        Some(packed) => put_bytes(batch, trees, table, key, &packed, true),
        None => put_bytes(batch, trees, table, key, &raw, false),
    }
}

/// The value of a record that may be long and fits one row, for a row whose old value does not matter.
pub(super) fn sealed_long<T: Serialize>(record: &T) -> Result<Vec<u8>, StoreError> {
    let mut value = encode(&0u32)?;
    value.extend(encode(record)?);
    Ok(format::seal(SCHEMA, &value))
}

/// Puts bytes that may be long, as they are.
pub(super) fn put_bytes(batch: &mut Batch, trees: &Trees, table: Table, key: &[u8], bytes: &[u8], packed: bool) -> Result<(), StoreError> {
    put_parts(batch, trees, table, key, (SCHEMA, bytes, packed))
}

/// Puts a record of this schema, unpacked.
pub(super) fn put_as<T: Serialize>(
    batch: &mut Batch,
    trees: &Trees,
    table: Table,
    key: &[u8],
    schema: u8,
    record: &T,
) -> Result<(), StoreError> {
    put_parts(batch, trees, table, key, (schema, &encode(record)?, false))
}

fn put_parts(
    batch: &mut Batch,
    trees: &Trees,
    table: Table,
    key: &[u8],
    (schema, bytes, packed): (u8, &[u8], bool),
) -> Result<(), StoreError> {
    let further = bytes.len().div_ceil(PART_BYTES).saturating_sub(1);
    let parts = u16::try_from(further).map_err(|_| StoreError::TooLarge { table: table.name(), bytes: bytes.len() })?;
    remove_parts(batch, table, key, parts, parts_of(trees, table, key)?);
    let mut chunks = bytes.chunks(PART_BYTES);
    let mut first = encode(&(u32::from(parts) << 1 | u32::from(packed)))?;
    first.extend_from_slice(chunks.next().unwrap_or_default());
    batch.put(table, key, format::seal(schema, &first))?;
    for (n, chunk) in (1..=parts).zip(chunks) {
        batch.put(table, part_key(key, n), format::seal(PART, chunk))?;
    }
    Ok(())
}

/// Removes a value with all its rows.
pub(super) fn remove_long(batch: &mut Batch, trees: &Trees, table: Table, key: &[u8]) -> Result<(), StoreError> {
    remove_parts(batch, table, key, 0, parts_of(trees, table, key)?);
    batch.remove(table, key);
    Ok(())
}

/// Reads a small record.
pub(super) fn get<T: DeserializeOwned>(trees: &Trees, table: Table, key: &[u8]) -> Result<Option<T>, StoreError> {
    trees.at(table).get(key)?.map(|value| decode_row(table, key, &value)).transpose()
}

/// Decodes a small record that a scan found.
pub(super) fn decode_row<T: DeserializeOwned>(table: Table, key: &[u8], value: &[u8]) -> Result<T, StoreError> {
    let (schema, payload) = format::unseal(value).map_err(|why| damaged(table, key, &why))?;
    known(table, key, schema)?;
    decode(table, key, payload)
}

/// Reads a record that may be long.
pub(super) fn get_long<T: DeserializeOwned>(trees: &Trees, table: Table, key: &[u8]) -> Result<Option<T>, StoreError> {
    let Some(first) = trees.at(table).get(key)? else { return Ok(None) };
    decode_long(trees, table, key, &first).map(Some)
}

/// Decodes a record that may be long, from its first row.
pub(super) fn decode_long<T: DeserializeOwned>(trees: &Trees, table: Table, key: &[u8], first: &[u8]) -> Result<T, StoreError> {
    let (schema, bytes, packed) = join(trees, table, key, first)?;
    known(table, key, schema)?;
    if !packed {
        return decode(table, key, &bytes);
    }
    let raw = unpack(&bytes).map_err(|why| damaged(table, key, &why))?;
    decode(table, key, &raw)
}

/// Reads a record whose shape changed: `New` is of schema `schema`, `Old` of the first one.
pub(super) fn get_either<Old, New>(trees: &Trees, table: Table, key: &[u8], schema: u8) -> Result<Option<New>, StoreError>
where
    Old: DeserializeOwned + Into<New>,
    New: DeserializeOwned,
{
    let Some(first) = trees.at(table).get(key)? else { return Ok(None) };
    let (found, bytes, packed) = join(trees, table, key, &first)?;
    let raw = if packed { unpack(&bytes).map_err(|why| damaged(table, key, &why))? } else { bytes };
    match found {
        SCHEMA => decode::<Old>(table, key, &raw).map(Into::into).map(Some),
        found if found == schema => decode(table, key, &raw).map(Some),
        found => known(table, key, found).map(|()| None),
    }
}

/// Refuses a value that is whole and has a schema that only a newer veedor can have written.
pub(super) fn refuse_newer(value: &[u8]) -> Result<(), StoreError> {
    match format::unseal(value) {
        Ok((schema, _)) if schema > SCHEMA && schema != PART => {
            Err(StoreError::Refused(format!("a newer veedor wrote into it (schema {schema}, and this one knows {SCHEMA}); use that one")))
        }
        _ => Ok(()),
    }
}

/// Reads bytes that may be long, as they were put.
pub(super) fn get_bytes(trees: &Trees, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(first) = trees.at(table).get(key)? else { return Ok(None) };
    let (schema, bytes, _) = join(trees, table, key, &first)?;
    known(table, key, schema).map(|()| Some(bytes))
}

/// The bytes of the first row of a value that was put with [`put_bytes`], and the bytes of all rows as far as known:
/// enough to read a header without the rest.
pub(super) fn first_bytes(table: Table, key: &[u8], first: &[u8]) -> Result<(Vec<u8>, u16), StoreError> {
    let (schema, parts, _, bytes) = open_first(table, key, first)?;
    known(table, key, schema)?;
    Ok((bytes.to_vec(), parts))
}

/// The number of further rows that a first row says it has.
pub(super) fn parts_in(table: Table, key: &[u8], first: &[u8]) -> Result<u16, StoreError> {
    open_first(table, key, first).map(|(_, parts, ..)| parts)
}

/// The key of the n-th further row.
pub(super) fn part_key(key: &[u8], n: u16) -> Vec<u8> {
    [key, &n.to_be_bytes()].concat()
}

/// Makes the error for a value that does not read back.
pub(super) fn damaged(table: Table, key: &[u8], why: &str) -> StoreError {
    StoreError::Damaged(format!("{} {}: {why}", table.name(), hex(key)))
}

fn join(trees: &Trees, table: Table, key: &[u8], first: &[u8]) -> Result<(u8, Vec<u8>, bool), StoreError> {
    let (schema, parts, packed, bytes) = open_first(table, key, first)?;
    let mut all = bytes.to_vec();
    for n in 1..=parts {
        let key = part_key(key, n);
        let value = trees.at(table).get(&key)?.ok_or_else(|| damaged(table, &key, "this part is not there"))?;
        match format::unseal(&value).map_err(|why| damaged(table, &key, &why))? {
            (PART, bytes) => all.extend_from_slice(bytes),
            _ => return Err(damaged(table, &key, "this is not a part")),
        }
    }
    Ok((schema, all, packed))
}

fn open_first<'a>(table: Table, key: &[u8], value: &'a [u8]) -> Result<(u8, u16, bool, &'a [u8]), StoreError> {
    let (schema, payload) = format::unseal(value).map_err(|why| damaged(table, key, &why))?;
    if !(SCHEMA..=NEWEST).contains(&schema) {
        known(table, key, schema)?;
    }
    let (head, bytes): (u32, _) = postcard::take_from_bytes(payload).map_err(|error| damaged(table, key, &error.to_string()))?;
    let parts = u16::try_from(head >> 1).map_err(|_| damaged(table, key, "it has too many parts"))?;
    Ok((schema, parts, head & 1 == 1, bytes))
}

/// The number of further rows of a stored value. One that does not read back is replaced with those that stand behind it.
fn parts_of(trees: &Trees, table: Table, key: &[u8]) -> Result<u16, StoreError> {
    match trees.at(table).get(key)?.map_or(Ok(0), |value| parts_in(table, key, &value)) {
        Err(StoreError::Damaged(_)) => {
            let mut last = 0;
            for row in trees.at(table).scan_prefix(key).keys() {
                let n = row?.strip_prefix(key).and_then(|n| <[u8; 2]>::try_from(n).ok()).map_or(0, u16::from_be_bytes);
                last = last.max(n);
            }
            Ok(last)
        }
        parts => parts,
    }
}

fn remove_parts(batch: &mut Batch, table: Table, key: &[u8], keep: u16, had: u16) {
    for n in keep.saturating_add(1)..=had {
        batch.remove(table, part_key(key, n));
    }
}

/// Packs with the dictionary, behind the raw length; `None` when that does not make it smaller.
fn pack(raw: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
    if raw.len() < PACK_FROM || raw.len() > LARGEST_RECORD {
        return Ok(None);
    }
    let mut packed = encode(&raw.len())?;
    packed.extend(format::compress(raw, DICTIONARY)?);
    Ok((packed.len() < raw.len()).then_some(packed))
}

fn unpack(packed: &[u8]) -> Result<Vec<u8>, String> {
    let (raw_len, data): (usize, _) = postcard::take_from_bytes(packed).map_err(|error| error.to_string())?;
    if raw_len > LARGEST_RECORD {
        return Err("it is larger than any record".to_owned());
    }
    format::decompress(data, DICTIONARY, raw_len)
}

fn known(table: Table, key: &[u8], schema: u8) -> Result<(), StoreError> {
    if schema == SCHEMA { Ok(()) } else { Err(damaged(table, key, &format!("its schema {schema} is unknown to this version"))) }
}

/// postcard, with its error as ours.
pub(super) fn encode<T: Serialize>(record: &T) -> Result<Vec<u8>, StoreError> {
    postcard::to_allocvec(record).map_err(|error| StoreError::Refused(format!("a record cannot be written: {error}")))
}

pub(super) fn decode<T: DeserializeOwned>(table: Table, key: &[u8], payload: &[u8]) -> Result<T, StoreError> {
    match postcard::take_from_bytes(payload) {
        Ok((record, [])) => Ok(record),
        Ok(_) => Err(damaged(table, key, "bytes are left over")),
        Err(error) => Err(damaged(table, key, &error.to_string())),
    }
}
