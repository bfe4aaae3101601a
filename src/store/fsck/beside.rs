//! What stands beside cases and deliveries: strings, what was said, feeds, what is missing, refused, hosts, the brake; and the files beside sled.
//!
//! Called by [`check`](super::check) and [`Store::fsck`](crate::store::Store::fsck). What the files and the strings should be only the process knows that
//! has them open.

use std::collections::HashMap;
use std::path::Path;

use crate::domain::id::hex;
use crate::store::brake::{self, BrakeRecord};
use crate::store::error::StoreError;
use crate::store::feeds::FeedRecord;
use crate::store::keys::{self, Table};
use crate::store::mark::{self, Noted};
use crate::store::records::case::{MissingEntryRecord, WordRecord};
use crate::store::said::SaidRecord;
use crate::store::writer::Ledger;
use crate::store::{accounts, cases, folder, rows};

use super::{Check, Report};

impl Check<'_> {
    pub(super) fn beside(&self, report: &mut Report) -> Result<(), StoreError> {
        self.missing(report)?;
        self.said(report)?;
        for strange in accounts::strange(self.trees)? {
            report.problem(strange);
        }
        self.feeds(report)?;
        self.brake(report)
    }

    /// A missing entry stands under its own key.
    fn missing(&self, report: &mut Report) -> Result<(), StoreError> {
        for row in self.trees.at(Table::Missing).iter() {
            let Some((key, value)) = report.found(row)? else { continue };
            let Some(cid) = keys::u64_at(&key, 0).filter(|_| key.len() == keys::MISSING_LEN) else { continue };
            let Ok(record) = rows::decode_long::<MissingEntryRecord>(self.trees, Table::Missing, &key, &value) else { continue };
            if keys::missing(cid, &record.key)[..] != *key {
                report.problem(format!("missing {}: it is about another entry", hex(&key)));
            }
        }
        Ok(())
    }

    /// What was said of a case stands under its number, where a message about it looks.
    fn said(&self, report: &mut Report) -> Result<(), StoreError> {
        for row in self.trees.at(Table::Said).iter() {
            let Some((key, value)) = report.found(row)? else { continue };
            if key.len() != keys::SAID_LEN {
                continue;
            }
            let Ok(record) = rows::decode_long::<SaidRecord>(self.trees, Table::Said, &key, &value) else { continue };
            if record.key().0[..] != *key {
                report.problem(format!("said {}: it is about another case", hex(&key)));
            }
        }
        Ok(())
    }

    /// A secret address stands where its token leads.
    fn feeds(&self, report: &mut Report) -> Result<(), StoreError> {
        for row in self.trees.at(Table::Feed).iter() {
            let Some((key, value)) = report.found(row)? else { continue };
            if key.len() != keys::FEED_LEN {
                continue;
            }
            let Ok(record) = rows::decode_long::<FeedRecord>(self.trees, Table::Feed, &key, &value) else { continue };
            if record.key().0[..] != *key {
                report.problem(format!("feed {}: its token leads elsewhere", hex(&key)));
            }
        }
        Ok(())
    }

    /// What the brake counts is of a source and a case that are known, and what it told is stored.
    fn brake(&self, report: &mut Report) -> Result<(), StoreError> {
        for row in self.trees.at(Table::Brake).iter() {
            let Some((key, value)) = report.found(row)? else { continue };
            let source = keys::u32_at(&key, 0).and_then(|word| cases::word(self.words, word));
            if !matches!(source, Some(WordRecord::Source(_))) {
                report.problem(format!("brake {}: its source is unknown", hex(&key)));
            }
            match key.len() {
                brake::SOURCE_LEN => {
                    let Ok(braked) = rows::decode_row::<BrakeRecord>(Table::Brake, &key, &value) else { continue };
                    if !self.has(Table::EventId, braked.event.0, report)? {
                        report.problem(format!("brake {}: the event that told it is not stored", hex(&key)));
                    }
                    if braked.ways.is_empty() {
                        report.problem(format!("brake {}: it says no way in which cases changed", hex(&key)));
                    }
                }
                brake::CASE_LEN if !self.has(Table::Name, &key[brake::WAY_LEN..], report)? => {
                    report.problem(format!("brake {}: its case is unknown", hex(&key)));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Ledger {
    /// What of the strings and of the files beside sled is not as this process knows it.
    pub(in crate::store) fn beside_the_rows(&self, dir: &Path) -> Result<Vec<String>, StoreError> {
        let mut problems: Vec<String> = self.wrong_words()?.into_iter().map(|(number, _)| strange_word(number)).collect();
        let words = self.words();
        let words = words.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut numbers: HashMap<&WordRecord, usize> = HashMap::new();
        for (number, word) in words.iter().enumerate() {
            if let Some(earlier) = numbers.insert(word, number) {
                problems.push(format!("word {number:08x}: it says what {earlier:08x} says, so a case may have two histories"));
            }
        }
        if !folder::says_its_format(dir) {
            problems.push("FORMAT: it does not say the format of this store, and the next start would refuse it".to_owned());
        }
        match mark::read(dir) {
            Ok(Noted::Mark(noted)) if self.mark().is_behind(noted) => {
                problems.push(format!("MARK: it names {noted}, and the store has come to {}", self.mark()));
            }
            Ok(Noted::Mark(_)) => {}
            Ok(Noted::Unreadable(why)) => problems.push(format!("MARK: {why}, and the next start could not know whether anything is lost")),
            Err(error) => problems.push(format!("MARK: {error}")),
        }
        Ok(problems)
    }

    /// The strings that are not stored as this process has them, with what should be stored.
    pub(in crate::store) fn wrong_words(&self) -> Result<Vec<(u32, WordRecord)>, StoreError> {
        let words = self.words();
        let saved = self.saved_words();
        let words = words.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut wrong = Vec::new();
        for (word, number) in words.iter().zip(0u32..).take(saved) {
            let stored = rows::get::<WordRecord>(&self.trees, Table::Word, &number.to_be_bytes());
            match stored {
                Ok(stored) if stored.as_ref() == Some(word) => {}
                Ok(_) | Err(StoreError::Damaged(_)) => wrong.push((number, word.clone())),
                Err(error) => return Err(error),
            }
        }
        Ok(wrong)
    }
}

fn strange_word(number: u32) -> String {
    format!("word {number:08x}: it is missing or wrong, and the next start could not go on; `veedor fsck --repair` mends it")
}
