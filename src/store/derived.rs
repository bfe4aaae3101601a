//! Rows other than indexes that follow from others, and rows that are worth no failure: how they should be.
//!
//! `fsck` asks what differs and `indexes` mends it. A name follows from the case's number, a head from the versions and events. A plan, a count of
//! something that is missing, of refusals or of a host's requests that does not read back is begun anew: that costs a visit, or a few
//! visits more until a removal is told, and a row of them that stops its case for good would cost more. A kept reading that does not
//! read back costs the time to read its docket again, a session that its user logs in again.

use super::batch::MAX_VALUE;
use super::codes::Sha;
use super::error::StoreError;
use super::hosts::HostRecord;
use super::indexes::{Wrong, readable};
use super::keys::{self, Table, Trees};
use super::readings::ReadingRecord;
use super::records::case::{HeadRecord, MissingEntryRecord, NameRecord, RowRecord, WordRecord};
use super::refused::RefusedRecord;
use super::sessions::SessionRecord;
use super::{Cid, cases, folder, rows};

const UNREAD: &str = "it does not read back, and is begun anew";

/// Everything of this kind that is not as it should be.
pub(super) fn wrong(trees: &Trees) -> Result<Vec<Wrong>, StoreError> {
    let mut all = Vec::new();
    names(trees, &mut all)?;
    heads(trees, &mut all)?;
    begun_anew(trees, &mut all)?;
    let format = rows::sealed(&folder::FORMAT)?;
    if readable(trees.at(Table::Meta).get(folder::FORMAT_KEY))?.flatten().is_none_or(|stored| *stored != *format) {
        all.push(Wrong::absent(Table::Meta, folder::FORMAT_KEY, format));
    }
    Ok(all)
}

/// Names that are lost or do not read back, from the numbers.
fn names(trees: &Trees, all: &mut Vec<Wrong>) -> Result<(), StoreError> {
    for row in trees.at(Table::Cid).iter() {
        let Some((key, value)) = readable(row)? else { continue };
        let Some(cid) = readable(rows::decode_row::<u64>(Table::Cid, &key, &value))? else { continue };
        if readable(rows::get::<NameRecord>(trees, Table::Name, &keys::cid(cid)))?.flatten().is_none()
            && let Some(name) = cases::name_of_number(&key)
        {
            all.push(Wrong::absent(Table::Name, keys::cid(cid), rows::sealed(&name)?));
        }
    }
    Ok(())
}

/// Heads that are lost, do not read back, or are behind the versions and events of their case: the next visit would write over those.
fn heads(trees: &Trees, all: &mut Vec<Wrong>) -> Result<(), StoreError> {
    for key in trees.at(Table::Name).iter().keys() {
        let Some(key) = readable(key)? else { continue };
        let Some(cid) = keys::u64_at(&key, 0) else { continue };
        let stored = readable(cases::head_of(trees, cid))?.flatten();
        if let Some(head) = readable(better_head(trees, cid, stored.as_ref()))?.flatten() {
            let value = rows::sealed_long(&head)?;
            if value.len() > MAX_VALUE {
                continue;
            }
            all.push(Wrong::absent(Table::Case, keys::cid(cid), value));
            // It fits one row, and what the old one had behind its first would belong to nothing.
            for part in trees.at(Table::Case).scan_prefix(keys::cid(cid)).keys() {
                let part = readable(part)?.filter(|key| key.len() > keys::CID_LEN);
                all.extend(part.map(|key| Wrong::useless(Table::Case, key.to_vec(), "it was a part of a head that is written anew")));
            }
        }
    }
    Ok(())
}

/// The head that a case should have, when what is stored as such is behind its versions and events, or is nothing that reads back.
pub(super) fn better_head(trees: &Trees, cid: Cid, stored: Option<&HeadRecord>) -> Result<Option<HeadRecord>, StoreError> {
    let Some(stored) = stored else { return cases::derived_head(trees, cid) };
    let (version, seq) = cases::last_of(trees, cid)?;
    if version <= stored.version && seq <= stored.seq {
        return Ok(None);
    }
    // Without what the source gave to ask "has it changed?" with: the next visit reads everything.
    let (pages_sha256, validators) = (Sha([0; 32]), Vec::new());
    Ok(Some(HeadRecord { version: version.max(stored.version), seq: seq.max(stored.seq), pages_sha256, validators, ..stored.clone() }))
}

fn begun_anew(trees: &Trees, all: &mut Vec<Wrong>) -> Result<(), StoreError> {
    for table in [Table::Sched, Table::Missing, Table::Refused, Table::Reading, Table::Session, Table::Host] {
        for row in trees.at(table).iter() {
            let Some((key, value)) = readable(row)? else { continue };
            let reads = match table {
                Table::Sched => rows::decode_row::<RowRecord>(table, &key, &value).map(drop),
                // What stands behind a first row goes with it.
                Table::Missing if key.len() > keys::MISSING_LEN => continue,
                Table::Reading if key.len() > keys::CID_LEN => continue,
                Table::Missing => rows::decode_long::<MissingEntryRecord>(trees, table, &key, &value).map(drop),
                Table::Reading => rows::decode_long::<ReadingRecord>(trees, table, &key, &value).map(drop),
                Table::Refused => rows::decode_row::<RefusedRecord>(table, &key, &value).map(drop),
                Table::Session => rows::decode_row::<SessionRecord>(table, &key, &value).map(drop),
                _ => rows::decode_row::<HostRecord>(table, &key, &value).map(drop),
            };
            match reads {
                Ok(()) => {}
                Err(StoreError::Damaged(_)) if matches!(table, Table::Missing | Table::Reading) => with_parts(trees, table, &key, all)?,
                Err(StoreError::Damaged(_)) => all.push(Wrong::useless(table, key.to_vec(), UNREAD)),
                Err(error) => return Err(error),
            }
            let is_address = |word| matches!(rows::get(trees, Table::Word, word), Ok(Some(WordRecord::Address { .. })) | Err(_));
            if table == Table::Refused && !is_address(&key) {
                all.push(Wrong::useless(table, key.to_vec(), "it is of no address"));
            }
        }
    }
    Ok(())
}

fn with_parts(trees: &Trees, table: Table, key: &[u8], all: &mut Vec<Wrong>) -> Result<(), StoreError> {
    for key in trees.at(table).scan_prefix(key).keys() {
        all.extend(readable(key)?.map(|key| Wrong::useless(table, key.to_vec(), UNREAD)));
    }
    Ok(())
}
