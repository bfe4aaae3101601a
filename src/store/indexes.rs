//! The rows that lead to others: how they should be, and the repair of all that follows from other rows.
//!
//! `fsck` asks what differs. An index row is right when what it points to says so; it is missing when something that
//! reads back should be pointed to. A row that points to something that does not read back is left alone: it may be the
//! last that is known of it. So is one that leads to one of two that say the same: which of them is right nobody knows. Nothing but the
//! differences is held in memory.

use std::collections::HashSet;
use std::fmt;
use std::path::Path;

use crate::domain::id::{Id, hex};

use super::batch::Batch;
use super::error::StoreError;
use super::keys::{self, Table, Trees};
use super::records::case::NameRecord;
use super::records::delivery::DeliveryRecord;
use super::records::event::EventRecord;
use super::writer::Ledger;
use super::{derived, folder, mark, outbox, rows};

/// Rows in one transaction of a repair.
const REPAIR_GROUP: usize = 1_000;

/// Rows that a repair names one by one.
const NAMED: usize = 1_000;

/// A row that is not as others say that it should be.
#[derive(Debug)]
pub(super) struct Wrong {
    /// Its table.
    pub table: Table,
    /// Its key.
    pub key: Vec<u8>,
    /// The value that it should have; `None` when it should not be.
    pub should: Option<Vec<u8>>,
    /// What is wrong with it.
    pub why: &'static str,
}

impl Wrong {
    /// A row that should have this value.
    pub(super) fn absent(table: Table, key: impl Into<Vec<u8>>, should: Vec<u8>) -> Self {
        Self { table, key: key.into(), should: Some(should), why: "it is missing or wrong" }
    }

    fn stray(table: Table, key: impl Into<Vec<u8>>) -> Self {
        Self { table, key: key.into(), should: None, why: "it points to nothing" }
    }

    /// A row that is worth no failure, and that should not be.
    pub(super) fn useless(table: Table, key: impl Into<Vec<u8>>, why: &'static str) -> Self {
        Self { table, key: key.into(), should: None, why }
    }

    /// What the repair of it did.
    fn mended(&self) -> String {
        let did = if self.should.is_some() { "written anew from what it follows from" } else { "removed" };
        format!("{} {}: {did}, because {}", self.table.name(), hex(&self.key), self.why)
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}; `veedor fsck --repair` mends it", self.table.name(), hex(&self.key), self.why)
    }
}

/// Everything that is wrong and follows from other rows.
pub(super) fn wrong(trees: &Trees) -> Result<Vec<Wrong>, StoreError> {
    let mut all = of_indexes(trees)?;
    all.extend(derived::wrong(trees)?);
    Ok(all)
}

fn of_indexes(trees: &Trees) -> Result<Vec<Wrong>, StoreError> {
    let mut all = Vec::new();
    absent(trees, &mut all)?;
    stray(trees, &mut all)?;
    Ok(all)
}

/// Rows that should be and are not, or say something else.
fn absent(trees: &Trees, all: &mut Vec<Wrong>) -> Result<(), StoreError> {
    // `is_twin` says whether what the stored row leads to says the same as this.
    let mut expect = |table: Table, key: Vec<u8>, should: Vec<u8>, is_twin: &dyn Fn(u64) -> bool| -> Result<(), StoreError> {
        // Where the index cannot be read it is not mended either.
        let Some(stored) = readable(trees.at(table).get(&key))? else { return Ok(()) };
        let led = stored.as_ref().and_then(|value| rows::decode_row::<u64>(table, &key, value).ok());
        if stored.is_none_or(|value| *value != *should) && !led.is_some_and(is_twin) {
            all.push(Wrong::absent(table, key, should));
        }
        Ok(())
    };
    for row in trees.at(Table::Event).iter() {
        let Some((key, value)) = readable(row)? else { continue };
        let Some(number) = keys::u64_at(&key, 0).filter(|_| key.len() == keys::EVENT_LEN) else { continue };
        let Some(event) = readable(rows::decode_long::<EventRecord>(trees, Table::Event, &key, &value))? else { continue };
        let other = |number: u64| rows::get_long::<EventRecord>(trees, Table::Event, &number.to_be_bytes()).ok().flatten();
        let has_id = |number: u64| other(number).is_some_and(|other| other.id == event.id);
        expect(Table::EventId, event.id.0.to_vec(), rows::sealed(&number)?, &has_id)?;
        let has_place = |number: u64| other(number).is_some_and(|other| (other.cid, other.seq) == (event.cid, event.seq));
        expect(Table::CaseEvent, keys::numbered(event.cid, event.seq).to_vec(), rows::sealed(&number)?, &has_place)?;
    }
    for row in trees.at(Table::Name).iter() {
        let Some((key, value)) = readable(row)? else { continue };
        let Some(cid) = keys::u64_at(&key, 0) else { continue };
        let Some(name) = readable(rows::decode_row::<NameRecord>(Table::Name, &key, &value))? else { continue };
        let has_name = |cid| matches!(rows::get::<NameRecord>(trees, Table::Name, &keys::cid(cid)), Ok(Some(other)) if other == name);
        expect(Table::Cid, keys::case(name.source, &name.number), rows::sealed(&cid)?, &has_name)?;
    }
    for row in trees.at(Table::Delivery).iter() {
        let Some((key, value)) = readable(row)? else { continue };
        let Some(id) = keys::id_at(&key, 0).filter(|_| key.len() == keys::DELIVERY_LEN) else { continue };
        let Some(record) = readable(rows::decode_long::<DeliveryRecord>(trees, Table::Delivery, &key, &value))? else { continue };
        if let Some(place) = outbox::place(&record.state) {
            expect(Table::Due, keys::due(place, id).to_vec(), Vec::new(), &|_| false)?;
        }
    }
    Ok(())
}

/// Says that a part of what waits to be sent cannot be read, and how much of it.
pub(super) fn say_unplaced(trees: &Trees, why: &str) -> Result<(), StoreError> {
    let deliveries = unplaced(trees)?.len();
    tracing::error!(
        why,
        deliveries,
        "a part of what waits to be sent cannot be read, and those deliveries are not sent; no repair mends it, `veedor backup` and `veedor restore` make it anew"
    );
    Ok(())
}

/// The deliveries whose place in `due` cannot be read: a start does not find them there, and what is sent of them could not be noted.
pub(super) fn unplaced(trees: &Trees) -> Result<Vec<Id>, StoreError> {
    let mut ids = Vec::new();
    for row in trees.at(Table::Delivery).iter() {
        let Some((key, value)) = readable(row)? else { continue };
        let Some(id) = keys::id_at(&key, 0).filter(|_| key.len() == keys::DELIVERY_LEN) else { continue };
        let Some(record) = readable(rows::decode_long::<DeliveryRecord>(trees, Table::Delivery, &key, &value))? else { continue };
        let Some(place) = outbox::place(&record.state).filter(|place| *place != keys::NEVER) else { continue };
        if readable(trees.at(Table::Due).contains_key(keys::due(place, id)))?.is_none() {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// Rows that should not be.
fn stray(trees: &Trees, all: &mut Vec<Wrong>) -> Result<(), StoreError> {
    for table in [Table::EventId, Table::CaseEvent] {
        for row in trees.at(table).iter() {
            let Some((key, value)) = readable(row)? else { continue };
            // A row whose own value is broken is mended by `absent`, if its event is there.
            let Some(number) = readable(rows::decode_row::<u64>(table, &key, &value))? else { continue };
            let said = match rows::get_long::<EventRecord>(trees, Table::Event, &number.to_be_bytes()) {
                Ok(Some(event)) if table == Table::EventId => event.id.0[..] == *key,
                Ok(Some(event)) => keys::numbered(event.cid, event.seq)[..] == *key,
                Ok(None) => false,
                Err(StoreError::Damaged(_)) => true,
                Err(error) => return Err(error),
            };
            if !said {
                all.push(Wrong::stray(table, key.to_vec()));
            }
        }
    }
    let moved: HashSet<Vec<u8>> = all.iter().filter(|wrong| wrong.table == Table::Cid).map(|wrong| wrong.key.clone()).collect();
    for row in trees.at(Table::Cid).iter() {
        let Some((key, value)) = readable(row)? else { continue };
        let Some(cid) = readable(rows::decode_row::<u64>(Table::Cid, &key, &value))? else { continue };
        let said = match rows::get::<NameRecord>(trees, Table::Name, &keys::cid(cid)) {
            Ok(Some(name)) => keys::case(name.source, &name.number)[..] == *key,
            // A name that is lost is written from this row, unless another case has it.
            Ok(None) => !moved.contains(&key[..]),
            Err(StoreError::Damaged(_)) => true,
            Err(error) => return Err(error),
        };
        if !said && !moved.contains(&key[..]) {
            all.push(Wrong::stray(Table::Cid, key.to_vec()));
        }
    }
    for key in trees.at(Table::Due).iter().keys() {
        let Some(key) = readable(key)? else { continue };
        let (place, id) = (keys::u64_at(&key, 0), keys::id_at(&key, 8));
        let said = match id.map(|id| rows::get_long::<DeliveryRecord>(trees, Table::Delivery, &id.0)) {
            Some(Ok(record)) => place.is_some() && record.and_then(|record| outbox::place(&record.state)) == place,
            Some(Err(StoreError::Damaged(_))) => true,
            Some(Err(error)) => return Err(error),
            None => false,
        };
        if !said {
            all.push(Wrong::stray(Table::Due, key.to_vec()));
        }
    }
    Ok(())
}

impl Ledger {
    /// Puts right what follows from other rows, and what beside them only this process knows. Says what it did, and how often.
    pub(super) fn repair(&mut self, dir: &Path) -> Result<(Vec<String>, u64), StoreError> {
        let mut mended = Mended::default();
        for (number, word) in self.wrong_words()? {
            self.mend_all(vec![Wrong::absent(Table::Word, number.to_be_bytes(), rows::sealed(&word)?)], &mut mended)?;
        }
        // What is derived follows from the indexes too.
        self.mend_all(of_indexes(&self.trees)?, &mut mended)?;
        self.mend_all(derived::wrong(&self.trees)?, &mut mended)?;
        if folder::mend_format(dir)? {
            mended.add("FORMAT: written anew".to_owned());
        }
        if mark::mend(dir, self.mark())? {
            mended.add("MARK: written anew".to_owned());
        }
        readable(self.find_open())?;
        Ok((mended.said, mended.count))
    }

    fn mend_all(&self, wrong: Vec<Wrong>, mended: &mut Mended) -> Result<(), StoreError> {
        for group in wrong.chunks(REPAIR_GROUP) {
            if readable(self.mend(group))?.is_some() {
                group.iter().for_each(|wrong| mended.add(wrong.mended()));
                continue;
            }
            // One that cannot be mended keeps no other from it; the check reports it.
            for wrong in group {
                if readable(self.mend(std::slice::from_ref(wrong)))?.is_some() {
                    mended.add(wrong.mended());
                }
            }
        }
        Ok(())
    }

    fn mend(&self, group: &[Wrong]) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        for Wrong { table, key, should, .. } in group {
            match should {
                Some(value) => batch.put(*table, key.as_slice(), value.clone())?,
                None => batch.remove(*table, key.as_slice()),
            }
        }
        batch.apply(&self.trees)
    }
}

/// What a repair did.
#[derive(Default)]
struct Mended {
    said: Vec<String>,
    count: u64,
}

impl Mended {
    fn add(&mut self, what: String) {
        self.count += 1;
        if self.said.len() < NAMED {
            self.said.push(what);
        }
    }
}

/// Leaves out what does not read back: the rows' own check reports it.
pub(super) fn readable<T>(read: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match read {
        Ok(record) => Ok(Some(record)),
        Err(StoreError::Damaged(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
