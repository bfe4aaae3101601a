//! What the entries of the last docket of each case say, kept as bytes: the store knows nothing of their form.
//!
//! Written and read by `daemon::readings`, which reads a docket anew when there are none, or when they do not fit it. Written lazily and
//! nobody waits: losing them costs that reading. They follow from the dockets, so backups leave them out.

use serde::{Deserialize, Serialize};

use super::batch::Batch;
use super::codes::Blob;
use super::error::StoreError;
use super::keys::{self, Table};
use super::{Cid, Store, rows};

/// The stored form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ReadingRecord {
    bytes: Blob,
}

/// So many bytes are kept of a case; what is longer is read anew at each look.
const LONGEST: usize = 1 << 20;

impl Store {
    /// What was kept of a case.
    pub fn readings(&self, cid: Cid) -> Result<Option<Vec<u8>>, StoreError> {
        let record = self.read(|trees| rows::get_long::<ReadingRecord>(trees, Table::Reading, &keys::cid(cid)))?;
        Ok(record.map(|record| record.bytes.0))
    }

    /// Keeps these of a case in place of what was kept before, some time soon or not at all.
    pub fn keep_readings(&self, cid: Cid, bytes: Vec<u8>) {
        if bytes.len() > LONGEST {
            return;
        }
        self.write_some_time(move |ledger| {
            let mut batch = Batch::default();
            rows::put_long(&mut batch, &ledger.trees, Table::Reading, &keys::cid(cid), &ReadingRecord { bytes: Blob(bytes) })?;
            batch.apply_in_bulk(&ledger.trees)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::{at, case, news, open};

    impl Store {
        /// Waits until the writer has done what was asked of it before.
        pub fn settle(&self) {
            self.write(false, |_| Ok(())).expect("the writer runs");
        }

        /// Puts bytes of no form in place of a row.
        fn spoil(&self, key: Vec<u8>) {
            let spoilt = move |ledger: &mut crate::store::writer::Ledger| {
                let mut batch = Batch::default();
                batch.put(Table::Reading, key, b"nothing".to_vec())?;
                batch.apply(&ledger.trees)
            };
            self.write(true, spoilt).expect("writes");
        }

        /// Damages what is kept of a case.
        pub fn spoil_readings(&self, cid: Cid) {
            self.spoil(keys::cid(cid).to_vec());
        }
    }

    /// Bytes that no packing makes smaller.
    fn noise(len: usize) -> Vec<u8> {
        (0..len.div_ceil(32)).flat_map(|n| crate::domain::id::sha256(&n.to_le_bytes())).take(len).collect()
    }

    #[test]
    fn the_last_of_each_case_are_kept_over_a_restart_whatever_their_length() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = open(dir.path());
        let cids = store.register(&[case(1), case(2)]).expect("registers");
        assert_eq!(store.readings(cids[0]), Ok(None));
        for len in [20_000, 3, 9_000] {
            store.keep_readings(cids[0], noise(len));
            store.settle();
            assert_eq!(store.readings(cids[0]), Ok(Some(noise(len))));
        }
        store.keep_readings(cids[1], noise(LONGEST + 1));
        drop(store);
        let store = open(dir.path());
        assert_eq!((store.readings(cids[0]), store.readings(cids[1])), (Ok(Some(noise(9_000))), Ok(None)));
        assert_eq!(store.fsck(false).expect("checks").problems, Vec::<String>::new());
    }

    #[test]
    fn a_row_that_does_not_read_back_stops_nothing_and_is_written_over_or_removed() {
        let dir = tempfile::tempdir().expect("a folder");
        let store = open(dir.path());
        store.register(&[case(1)]).expect("registers");
        store.commit(news(1, &case(1), 1)).expect("commits");
        for key in [keys::cid(1).to_vec(), rows::part_key(&keys::cid(1), 1)] {
            store.keep_readings(1, noise(9_000));
            store.settle();
            store.spoil(key);
            assert!(matches!(store.readings(1), Err(StoreError::Damaged(_))));
            store.commit(news(1, &case(1), store.head(1).expect("reads").expect("is there").version + 1)).expect("commits");
            store.keep_readings(1, noise(5_000));
            store.settle();
            assert_eq!(store.readings(1), Ok(Some(noise(5_000))));
            assert_eq!(store.fsck(false).expect("checks").problems, Vec::<String>::new());
        }
        store.spoil_readings(1);
        assert!(store.fsck(true).expect("repairs").is_clean());
        assert_eq!(store.readings(1), Ok(None));
        assert!(store.head(1).expect("reads").is_some_and(|head| head.changed_at.is_some_and(|changed| changed > at(0))));
    }
}
