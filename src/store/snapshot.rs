//! One version as bytes: a zstd keyframe, or a delta against the version before it.
//!
//! The blob is the postcard of docket and pages. A version is a keyframe when there is none before it, after fifteen
//! deltas in a row, or when the delta is more than half of the keyframe (`storage.md` B4: versions that differ by one
//! entry take 60–600 bytes as deltas). The previous blob is the prefix of a delta; the static dictionary that of a
//! keyframe. A blob is checked against its SHA-256 whenever it is read.

use serde::{Deserialize, Serialize};

use crate::domain::id::sha256;

use super::codes::{Instant, Sha};
use super::error::StoreError;
use super::format::{self, DICTIONARY};
use super::keys::{self, Table, Trees};
use super::records::docket::SnapshotRecord;
use super::{Cid, rows};

/// Deltas in a row before the next keyframe: chains of at most 16 versions.
const LONGEST_CHAIN: u8 = 15;

/// The largest blob, written or read (`storage.md` B4).
const LARGEST_BLOB: u64 = 32 << 20;

/// What stands before the compressed bytes of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SnapHeader {
    /// When the pages were seen.
    pub at: Instant,
    /// The version that this one is a delta of; 0 for a keyframe.
    pub base: u32,
    /// Deltas from the keyframe to here.
    pub depth: u8,
    /// Bytes of the blob.
    pub raw_len: u64,
    /// SHA-256 of the blob.
    pub sha256: Sha,
}

/// A version ready to be put under its key: made outside the writer, because compressing takes its time.
pub(super) struct Packed {
    /// Its number.
    pub number: u32,
    /// Header and compressed bytes.
    pub bytes: Vec<u8>,
}

/// Packs a version of a case, as a delta when the version before it is stored.
pub(super) fn pack(trees: &Trees, cid: Cid, number: u32, at: Instant, record: &SnapshotRecord) -> Result<Packed, StoreError> {
    let blob = rows::encode(record)?;
    let raw_len = u64::try_from(blob.len()).unwrap_or(u64::MAX);
    if raw_len > LARGEST_BLOB {
        return Err(StoreError::Oversized(format!(
            "version {number} has {raw_len} bytes with its pages, and the store keeps {LARGEST_BLOB} at most; this case cannot be watched"
        )));
    }
    let keyframe = format::compress(&blob, DICTIONARY)?;
    let mut header = SnapHeader { at, base: 0, depth: 0, raw_len, sha256: Sha(sha256(&blob)) };
    if let Some((base, depth, before)) = base_for(trees, cid, number)? {
        let delta = format::compress(&blob, &before)?;
        if delta.len() <= keyframe.len() / 2 {
            header.base = base;
            header.depth = depth.saturating_add(1);
            return finish(number, &header, &delta);
        }
    }
    finish(number, &header, &keyframe)
}

/// The version that the next one may be a delta of: its number, depth and blob. One that does not read back is none.
fn base_for(trees: &Trees, cid: Cid, number: u32) -> Result<Option<(u32, u8, Vec<u8>)>, StoreError> {
    let Some(base) = number.checked_sub(1).filter(|base| *base > 0) else { return Ok(None) };
    let found = header(trees, cid, base).and_then(|header| match header.filter(|header| header.depth < LONGEST_CHAIN) {
        Some(header) => Ok(Some((base, header.depth, blob(trees, cid, base)?))),
        None => Ok(None),
    });
    match found {
        Err(StoreError::Damaged(_)) => Ok(None),
        other => other,
    }
}

fn finish(number: u32, header: &SnapHeader, data: &[u8]) -> Result<Packed, StoreError> {
    let mut bytes = rows::encode(header)?;
    bytes.extend_from_slice(data);
    Ok(Packed { number, bytes })
}

/// The header of a version, from its first row alone.
pub(super) fn header(trees: &Trees, cid: Cid, number: u32) -> Result<Option<SnapHeader>, StoreError> {
    let key = keys::numbered(cid, number);
    let Some(first) = trees.at(Table::Snap).get(key)? else { return Ok(None) };
    let (bytes, _) = rows::first_bytes(Table::Snap, &key, &first)?;
    split(&key, &bytes).map(|(header, _)| Some(header))
}

/// The docket and pages of a version.
pub(super) fn read(trees: &Trees, cid: Cid, number: u32) -> Result<Option<(SnapHeader, SnapshotRecord)>, StoreError> {
    let Some(header) = header(trees, cid, number)? else { return Ok(None) };
    let record = decode(cid, number, &blob(trees, cid, number)?)?;
    Ok(Some((header, record)))
}

/// The docket and pages in the blob of a version.
pub(super) fn decode(cid: Cid, number: u32, blob: &[u8]) -> Result<SnapshotRecord, StoreError> {
    postcard::from_bytes(blob).map_err(|error| rows::damaged(Table::Snap, &keys::numbered(cid, number), &error.to_string()))
}

/// The blob of a version when that of the version before may be at hand: for going through all versions of a case.
pub(super) fn blob_after(trees: &Trees, cid: Cid, number: u32, before: Option<&(u32, Vec<u8>)>) -> Result<Vec<u8>, StoreError> {
    let (_, header, data) = stored(trees, cid, number)?;
    match before {
        Some((base, blob)) if *base == header.base => unpack(cid, number, &header, &data, blob),
        _ => blob(trees, cid, number),
    }
}

/// Whether a version stands where its header says in a chain that a read of it alone can follow.
pub(super) fn check_chain(trees: &Trees, cid: Cid, number: u32) -> Result<(), StoreError> {
    let damaged = |why: &str| Err(rows::damaged(Table::Snap, &keys::numbered(cid, number), why));
    // One that is not there is said by who reads it.
    let Some(own) = header(trees, cid, number)? else { return Ok(()) };
    let before = match own.base {
        0 => None,
        base if base >= number => return damaged("it is a difference from a later version"),
        // One that does not read back is named for itself.
        base => match header(trees, cid, base) {
            Ok(Some(header)) => Some(header.depth),
            Ok(None) => return damaged("it is a difference from a version that is not there"),
            Err(_) => return Ok(()),
        },
    };
    match before.map_or(0, |depth| depth.saturating_add(1)) {
        depth if depth != own.depth => damaged("it miscounts the differences since the last whole version"),
        depth if depth > LONGEST_CHAIN => damaged("its chain of differences is too long"),
        _ => Ok(()),
    }
}

/// The blob of a version, with its SHA-256 checked. Two blobs are in memory at a time.
pub(super) fn blob(trees: &Trees, cid: Cid, number: u32) -> Result<Vec<u8>, StoreError> {
    let mut chain = vec![stored(trees, cid, number)?];
    while let Some((at, header, _)) = chain.last().filter(|(_, header, _)| header.base != 0) {
        let key = keys::numbered(cid, *at);
        if header.base >= *at || chain.len() > usize::from(LONGEST_CHAIN) {
            return Err(rows::damaged(Table::Snap, &key, "its chain of deltas does not end"));
        }
        chain.push(stored(trees, cid, header.base)?);
    }
    let mut blob = DICTIONARY.to_vec();
    while let Some((at, header, data)) = chain.pop() {
        blob = unpack(cid, at, &header, &data, &blob)?;
    }
    Ok(blob)
}

/// One step of a chain: the blob from its bytes and what they are a difference from.
fn unpack(cid: Cid, number: u32, header: &SnapHeader, data: &[u8], base: &[u8]) -> Result<Vec<u8>, StoreError> {
    let damaged = |why: &str| rows::damaged(Table::Snap, &keys::numbered(cid, number), why);
    let raw_len = usize::try_from(header.raw_len).ok().filter(|_| header.raw_len <= LARGEST_BLOB);
    let raw_len = raw_len.ok_or_else(|| damaged("it is larger than any version"))?;
    let blob = format::decompress(data, base, raw_len).map_err(|why| damaged(&why))?;
    if sha256(&blob) == header.sha256.0 { Ok(blob) } else { Err(damaged("its content is not what was stored")) }
}

fn stored(trees: &Trees, cid: Cid, number: u32) -> Result<(u32, SnapHeader, Vec<u8>), StoreError> {
    let key = keys::numbered(cid, number);
    let bytes = rows::get_bytes(trees, Table::Snap, &key)?.ok_or_else(|| rows::damaged(Table::Snap, &key, "this version is not there"))?;
    let (header, data) = split(&key, &bytes)?;
    Ok((number, header, data.to_vec()))
}

fn split<'a>(key: &[u8], bytes: &'a [u8]) -> Result<(SnapHeader, &'a [u8]), StoreError> {
    postcard::take_from_bytes(bytes).map_err(|error| rows::damaged(Table::Snap, key, &error.to_string()))
}
