//! The rows of the brake as lines of a backup, and back.
//!
//! `backup` writes them in the writer's last job and `restore` puts them back. Cases and events keep their numbers in a backup, so
//! what was counted counts on, and a source that was braked still is, with all that is known for the decision. It judges nothing.

use serde::{Deserialize, Serialize};

use super::batch::Batch;
use super::brake::{BrakeRecord, CASE_LEN, ChangedRecord, PULLED_LEN, PulledRecord, ReleasedRecord, SOURCE_LEN, WAY_LEN};
use super::cases;
use super::codes::Blob;
use super::error::StoreError;
use super::keys::{self, Table};
use super::records::case::WordRecord;
use super::rows;
use super::writer::Ledger;

/// A row of the brake.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct BrakeLine {
    source: String,
    /// Its key behind the source.
    place: Blob,
    row: BrakeRow,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum BrakeRow {
    Held(BrakeRecord),
    Released(ReleasedRecord),
    Pulled(PulledRecord),
    Changed(ChangedRecord),
}

impl Ledger {
    /// All rows as lines; of one that does not read back, that it should be one.
    pub(super) fn brake_lines(&self) -> Result<Vec<Result<BrakeLine, StoreError>>, StoreError> {
        let mut lines = Vec::new();
        for row in self.trees.at(Table::Brake).iter() {
            let (key, value) = row?;
            lines.push(self.brake_line(&key, &value));
        }
        Ok(lines)
    }

    fn brake_line(&self, key: &[u8], value: &[u8]) -> Result<BrakeLine, StoreError> {
        let Some(WordRecord::Source(source)) = keys::u32_at(key, 0).and_then(|word| cases::word(&self.words(), word)) else {
            return Err(rows::damaged(Table::Brake, key, "its source is unknown"));
        };
        let row = match key.len() {
            SOURCE_LEN => BrakeRow::Held(rows::decode_row(Table::Brake, key, value)?),
            WAY_LEN => BrakeRow::Released(rows::decode_row(Table::Brake, key, value)?),
            PULLED_LEN => BrakeRow::Pulled(rows::decode_row(Table::Brake, key, value)?),
            CASE_LEN => BrakeRow::Changed(rows::decode_row(Table::Brake, key, value)?),
            _ => return Err(rows::damaged(Table::Brake, key, "its key has another length")),
        };
        Ok(BrakeLine { source, place: Blob(key[SOURCE_LEN..].to_vec()), row })
    }

    /// Puts a row back.
    pub(super) fn take_brake(&mut self, line: BrakeLine) -> Result<(), StoreError> {
        let BrakeLine { source, place, row } = line;
        let word = self.word(WordRecord::Source(source));
        let key = [&word.to_be_bytes()[..], &place.0].concat();
        let mut batch = Batch::default();
        match row {
            BrakeRow::Held(row) => rows::put(&mut batch, Table::Brake, &key, &row)?,
            BrakeRow::Released(row) => rows::put(&mut batch, Table::Brake, &key, &row)?,
            BrakeRow::Pulled(row) => rows::put(&mut batch, Table::Brake, &key, &row)?,
            BrakeRow::Changed(row) => rows::put(&mut batch, Table::Brake, &key, &row)?,
        }
        self.save_words(&mut batch)?;
        batch.apply(&self.trees)?;
        self.words_saved();
        Ok(())
    }
}
