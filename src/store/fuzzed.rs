//! For the fuzzer, and for the test that replays what it found: rows with whole checksums and any content, as a bug or a newer veedor
//! might leave them.

use std::cell::RefCell;
use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::accounts::AccountRecord;
use super::audit::{Deed, DeedRecord};
use super::keys::{Table, Trees};
use super::records::case::{HeadRecord, MissingEntryRecord, NameRecord, RowRecord, WordRecord};
use super::records::delivery::{AttemptRecord, DeliveryRecord};
use super::records::docket::{DocketRecord, SnapshotRecord};
use super::records::event::EventRecord;
use super::records::silence::SilenceRecord;
use super::sessions::SessionRecord;
use super::tokens::TokenRecord;
use super::writer::Words;
use super::{dump, format, fsck, rows, snapshot};
use crate::domain::case::CaseRef;
use crate::domain::delivery::{Attempt, DeliveryState};
use crate::domain::docket::Docket;
use crate::domain::id::Id;
use crate::domain::schedule::Row;

/// The log of a store is not swept under a storm of writes: after so many a fresh one is begun.
const WRITES: usize = 5_000;

/// No schema: the value stands without one, and without a checksum, as in `due`.
const BARE: u8 = 0xfe;

thread_local! {
    static STORE: RefCell<Option<(Trees, usize)>> = const { RefCell::new(None) };
}

/// Puts rows into a store that holds nothing else, and looks at it as `veedor fsck`, a dump and the readers of the records do.
///
/// Each row: table, schema, length of the key where the table has no fixed one, key, length of the payload in two bytes, payload; of
/// the last row all that is left.
pub fn stored(data: &[u8]) {
    STORE.with_borrow_mut(|store| {
        if store.as_ref().is_none_or(|(_, writes)| *writes > WRITES) {
            *store = sled::Config::new().temporary(true).open().ok().and_then(|db| Some((Trees::open(db).ok()?, 0)));
        }
        let Some((trees, writes)) = store else { return };
        let rows = rows_of(data);
        for (table, key, value) in &rows {
            assert!(trees.at(*table).insert(key.as_slice(), value.as_slice()).is_ok());
        }
        *writes += rows.len();
        look(trees, &rows);
        for (table, key, _) in &rows {
            assert!(trees.at(*table).remove(key.as_slice()).is_ok());
        }
    });
}

type Stored = (Table, Vec<u8>, Vec<u8>);

fn rows_of(mut data: &[u8]) -> Vec<Stored> {
    let mut rows = Vec::new();
    while let [table, schema, rest @ ..] = data {
        let table = Table::ALL[usize::from(*table) % Table::ALL.len()];
        let (len, rest) = match (dump::key_len(table), rest) {
            (Some(len), rest) => (len, rest),
            (None, [len, rest @ ..]) => (usize::from(*len), rest),
            (None, []) => break,
        };
        let (key, rest) = rest.split_at(len.min(rest.len()));
        let [high, low, rest @ ..] = rest else { break };
        let (payload, rest) = rest.split_at(usize::from(u16::from_be_bytes([*high, *low])).min(rest.len()));
        let value = if *schema == BARE { payload.to_vec() } else { format::seal(*schema, payload) };
        rows.push((table, key.to_vec(), value));
        data = rest;
    }
    rows
}

fn look(trees: &Trees, rows: &[Stored]) {
    let words = Words::default();
    let found = fsck::check(trees, &words);
    assert_eq!(format!("{found:?}"), format!("{:?}", fsck::check(trees, &words)), "the same store is as sound as it was");
    for (table, key, value) in rows {
        let _ = dump::show(trees, *table, key, value);
        let at = (trees, *table, key.as_slice(), value.as_slice());
        let case = || CaseRef { source: "ec-esatje".into(), number: "1".into() };
        match table {
            Table::Word => kept::<WordRecord, _>(at, |record| record),
            Table::Name => kept::<NameRecord, _>(at, |record| record),
            Table::Sched => kept::<RowRecord, _>(at, |record| RowRecord::from(Row::from(record))),
            Table::Case => kept::<HeadRecord, _>(at, |record| HeadRecord::new(record.head(case()))),
            Table::Missing => kept::<MissingEntryRecord, _>(at, |record| record),
            Table::Event => kept::<EventRecord, _>(at, |record| EventRecord::new(record.event(case()), 7)),
            Table::Delivery => {
                kept::<DeliveryRecord, _>(at, |record| DeliveryRecord { state: DeliveryState::from(record.state.clone()).into(), ..record })
            }
            Table::Attempt => kept::<AttemptRecord, _>(at, |record| AttemptRecord::from(Attempt::from(record))),
            Table::Silence => kept::<SilenceRecord, _>(at, |record| SilenceRecord::new(record.silence(Id([0; 16])))),
            Table::Account => kept::<AccountRecord, _>(at, |record| record),
            Table::Session => kept::<SessionRecord, _>(at, |record| record),
            Table::Token => kept::<TokenRecord, _>(at, |record| record),
            Table::Audit => kept::<DeedRecord, _>(at, |record| DeedRecord::from(Deed::from(record))),
            Table::Snap => version(value),
            _ => {}
        }
    }
}

/// What reads back is what is written, and neither the domain's form of it nor writing it changes it.
fn kept<T, F>((trees, table, key, value): (&Trees, Table, &[u8], &[u8]), through: F)
where
    T: Serialize + DeserializeOwned + Debug + Clone,
    F: Fn(T) -> T,
{
    let long = rows::decode_long::<T>(trees, table, key, value);
    for record in [long, rows::decode_row::<T>(table, key, value)].into_iter().flatten() {
        let written = rows::encode(&record).ok();
        let again = written.as_deref().and_then(|bytes| rows::decode::<T>(table, key, bytes).ok());
        assert_eq!(format!("{again:?}"), format!("{:?}", Some(&record)), "a record is written as it is read");
        // What is older than a part of its shape is written with that part from then on.
        let meant = through(record);
        assert_eq!(format!("{:?}", through(meant.clone())), format!("{meant:?}"), "what a record says is what it means");
    }
}

/// A payload as the docket and the pages of a version, without its packing, which checks every byte.
fn version(value: &[u8]) {
    let Ok((_, payload)) = format::unseal(value) else { return };
    if let Ok(SnapshotRecord { docket, .. }) = snapshot::decode(7, 1, payload) {
        let domain = Docket::from(docket.clone());
        assert_eq!(DocketRecord::from(domain), docket, "what a docket says is what it means");
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::store::keys;

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).filter_map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()).collect()
    }

    /// A row as [`stored`] reads it.
    fn row(table: Table, key: &[u8], value: &[u8]) -> Option<Vec<u8>> {
        let (schema, payload) = format::unseal(value).unwrap_or((BARE, value));
        let mut row = vec![u8::try_from(Table::ALL.iter().position(|known| *known == table)?).ok()?, schema];
        if dump::key_len(table).is_none_or(|len| len != key.len()) {
            row.push(u8::try_from(key.len()).ok()?);
        }
        row.extend(key);
        row.extend(u16::try_from(payload.len()).ok()?.to_be_bytes());
        Some([row, payload.to_vec()].concat())
    }

    /// The dockets and pages of the versions among these rows, unpacked, each as the payload of a row.
    fn versions(rows: &[u8]) -> Vec<Vec<u8>> {
        let trees = Trees::open(sled::Config::new().temporary(true).open().expect("opens")).expect("opens");
        for (table, key, value) in rows_of(rows) {
            trees.at(table).insert(key, value).expect("writes");
        }
        let keys = trees.at(Table::Snap).iter().keys().flatten().filter(|key| key.len() == 12);
        let read = keys.map(|key| (keys::u64_at(&key, 0).expect("a case"), keys::u32_at(&key, 8).expect("a version")));
        let blobs: Vec<_> = read.map(|(cid, number)| (cid, number, snapshot::blob(&trees, cid, number).expect("whole"))).collect();
        assert!(!blobs.is_empty());
        blobs.iter().filter_map(|(cid, number, blob)| row(Table::Snap, &keys::numbered(*cid, *number), &format::seal(1, blob))).collect()
    }

    #[test]
    fn rows_that_were_ever_troublesome() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/store");
        let mut seeds = Vec::new();
        for format in ["v1", "v1-2", "v1-3"] {
            let mut whole = Vec::new();
            for table in Table::ALL {
                let text = std::fs::read_to_string(folder.join(format).join(format!("{}.hex", table.name()))).expect("the fixture");
                let rows = text.lines().filter_map(|line| line.split_once(' ')).map(|(key, value)| (bytes(key), bytes(value)));
                let rows: Vec<Vec<u8>> = rows.filter_map(|(key, value)| row(*table, &key, &value)).collect();
                assert_eq!(rows.len(), text.lines().count(), "{}", table.name());
                rows.iter().for_each(|row| whole.extend(row));
                seeds.extend(rows);
            }
            seeds.extend(versions(&whole));
            seeds.push(whole);
        }
        crate::domain::seeds::replay("stored_row", seeds, stored);
    }
}
