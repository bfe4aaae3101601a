//! The secret addresses of feeds, by the hash of their tokens.
//!
//! For the commands, the dashboard and `web`, which finds one by its token without reading others. Backups carry them, so that the addresses
//! go on working after a restore; exports, which others read, do not.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::domain::about::Language;
use crate::domain::case::CaseRef;
use crate::domain::feed::{FeedAddress, MOST_ACTIVE, Scope, Token, id_of};
use crate::domain::id::Id;
use crate::domain::sentence;

use super::batch::Batch;
use super::codes::{Day, IdHex, Instant, Sha};
use super::error::StoreError;
use super::keys::{self, Table, Trees};
use super::writer::Ledger;
use super::{Store, rows};

/// [`FeedAddress`]. Its id is its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FeedRecord {
    hash: Sha,
    name: String,
    scope: ScopeRecord,
    /// In English; otherwise in Spanish.
    english: bool,
    created: Instant,
    revoked: Option<Instant>,
    used: Option<Day>,
}

/// [`Scope`]. New variants at the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ScopeRecord {
    All,
    Tag(String),
    Case(String, String),
}

/// An address as a line of a backup.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct FeedLine {
    id: IdHex,
    feed: FeedRecord,
}

impl FeedRecord {
    /// Where it stands.
    pub(super) fn key(&self) -> Id {
        id_of(&self.hash.0)
    }

    fn new(address: FeedAddress) -> Self {
        let FeedAddress { id: _, hash, name, scope, language, created, revoked, used } = address;
        let scope = match scope {
            Scope::All => ScopeRecord::All,
            Scope::Tag(tag) => ScopeRecord::Tag(tag),
            Scope::Case(case) => ScopeRecord::Case(case.source, case.number),
        };
        let (english, created) = (language == Language::En, created.into());
        Self { hash: Sha(hash), name, scope, english, created, revoked: revoked.map(Instant::from), used: used.map(Day) }
    }

    fn address(self, id: Id) -> FeedAddress {
        let scope = match self.scope {
            ScopeRecord::All => Scope::All,
            ScopeRecord::Tag(tag) => Scope::Tag(tag),
            ScopeRecord::Case(source, number) => Scope::Case(CaseRef { source, number }),
        };
        FeedAddress {
            id,
            hash: self.hash.0,
            name: self.name,
            scope,
            language: if self.english { Language::En } else { Language::Es },
            created: self.created.0,
            revoked: self.revoked.map(|at| at.0),
            used: self.used.map(|day| day.0),
        }
    }
}

impl Store {
    /// Keeps a new address.
    ///
    /// # Errors
    /// When too many are in use.
    pub fn add_feed(&self, address: FeedAddress) -> Result<(), StoreError> {
        self.write(true, move |ledger| {
            let in_use = all_of(&ledger.trees)?.into_iter().flatten().filter(|(_, record)| record.revoked.is_none()).count();
            if in_use >= MOST_ACTIVE {
                return Err(StoreError::Refused(sentence::MANY_FEEDS.with(&[&MOST_ACTIVE])));
            }
            ledger.put_feed(address.id, &FeedRecord::new(address))
        })
    }

    /// The address of a token that is in use; `None` for any other.
    pub fn feed_of(&self, token: &Token) -> Result<Option<FeedAddress>, StoreError> {
        let id = token.id();
        let record = self.read(|trees| rows::get_long::<FeedRecord>(trees, Table::Feed, &id.0))?;
        Ok(record.map(|record| record.address(id)).filter(|address| address.opens(token)))
    }

    /// All addresses, those in use first, the newest first. One that does not read back is for `fsck` to report.
    pub fn feeds(&self) -> Result<Vec<FeedAddress>, StoreError> {
        let mut all: Vec<FeedAddress> = self.read(all_of)?.into_iter().flatten().map(|(id, record)| record.address(id)).collect();
        all.sort_by_key(|address| (address.revoked.is_some(), std::cmp::Reverse(address.created), address.id));
        Ok(all)
    }

    /// Revokes an address for good; `None` when there is none with this id that is in use.
    pub fn revoke_feed(&self, id: Id, now: Timestamp) -> Result<Option<FeedAddress>, StoreError> {
        self.write(true, move |ledger| {
            let Some(mut record) = rows::get_long::<FeedRecord>(&ledger.trees, Table::Feed, &id.0)? else { return Ok(None) };
            if record.revoked.is_some() {
                return Ok(None);
            }
            record.revoked = Some(now.into());
            ledger.put_feed(id, &record)?;
            Ok(Some(record.address(id)))
        })
    }

    /// Notes the day on which an address was used, some time; it may be lost.
    pub fn feed_used(&self, id: Id, day: Date) {
        self.write_some_time(move |ledger| {
            let Some(mut record) = rows::get_long::<FeedRecord>(&ledger.trees, Table::Feed, &id.0)? else { return Ok(()) };
            if record.used.is_some_and(|known| known.0 >= day) {
                return Ok(());
            }
            record.used = Some(Day(day));
            ledger.put_feed(id, &record)
        });
    }
}

impl Ledger {
    fn put_feed(&mut self, id: Id, record: &FeedRecord) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        rows::put_long(&mut batch, &self.trees, Table::Feed, &id.0, record)?;
        batch.apply(&self.trees)
    }

    /// Puts an address of a backup.
    pub(super) fn take_feed(&mut self, line: FeedLine) -> Result<(), StoreError> {
        self.put_feed(line.id.into(), &line.feed)
    }

    /// All of them as lines; of a row that does not read back, that there should be one.
    pub(super) fn feed_lines(&self) -> Result<Vec<Result<FeedLine, StoreError>>, StoreError> {
        Ok(all_of(&self.trees)?.into_iter().map(|found| found.map(|(id, feed)| FeedLine { id: id.into(), feed })).collect())
    }
}

/// A row, or why it does not read back.
type Row = Result<(Id, FeedRecord), StoreError>;

/// Every row, or why it does not read back.
fn all_of(trees: &Trees) -> Result<Vec<Row>, StoreError> {
    let mut all = Vec::new();
    for row in trees.at(Table::Feed).iter() {
        match row {
            Ok((key, value)) => {
                let Some(id) = keys::id_at(&key, 0).filter(|_| key.len() == keys::FEED_LEN) else { continue };
                match rows::decode_long::<FeedRecord>(trees, Table::Feed, &key, &value) {
                    Err(error) if error.is_fatal() => return Err(error),
                    record => all.push(record.map(|record| (id, record))),
                }
            }
            Err(error @ StoreError::Damaged(_)) => all.push(Err(error)),
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}
