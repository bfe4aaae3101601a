//! The rows that follow from others: how they should be, and their repair.
//!
//! `fsck` asks what differs. An index row is right when what it points to says so; it is missing when something that
//! reads back should be pointed to. A row that points to something that does not read back is left alone: it may be the
//! last that is known of it. Nothing but the differences is held in memory.

use super::batch::Batch;
use super::error::StoreError;
use super::keys::{self, Table, Trees};
use super::outbox;
use super::records::case::{HeadRecord, NameRecord, RowRecord};
use super::records::delivery::DeliveryRecord;
use super::records::event::EventRecord;
use super::writer::Ledger;
use super::{cases, rows};

/// Rows in one transaction of a repair.
const REPAIR_GROUP: usize = 1_000;

/// An index row that is not as it should be.
pub(super) struct Wrong {
    /// Its table.
    pub table: Table,
    /// Its key.
    pub key: Vec<u8>,
    /// The value that it should have; `None` when it should not be.
    pub should: Option<Vec<u8>>,
}

/// Everything that is wrong in the indexes.
pub(super) fn wrong(trees: &Trees) -> Result<Vec<Wrong>, StoreError> {
    let mut all = Vec::new();
    absent(trees, &mut all)?;
    stray(trees, &mut all)?;
    derivable(trees, &mut all)?;
    Ok(all)
}

/// Rows that do not read back and follow from others: plans, names and heads.
fn derivable(trees: &Trees, all: &mut Vec<Wrong>) -> Result<(), StoreError> {
    for row in trees.at(Table::Sched).iter() {
        let Some((key, value)) = readable(row)? else { continue };
        if readable(rows::decode_row::<RowRecord>(Table::Sched, &key, &value))?.is_none() {
            // Without a plan a case is visited soon.
            all.push(Wrong { table: Table::Sched, key: key.to_vec(), should: None });
        }
    }
    for row in trees.at(Table::Cid).iter() {
        let Some((key, value)) = readable(row)? else { continue };
        let Some(cid) = readable(rows::decode_row::<u64>(Table::Cid, &key, &value))? else { continue };
        if readable(rows::get::<NameRecord>(trees, Table::Name, &keys::cid(cid)))?.is_none()
            && let (Some(source), Some(number)) = (keys::u32_at(&key, 0), key.get(4..).and_then(|number| str::from_utf8(number).ok()))
        {
            let name = NameRecord { source, number: number.to_owned() };
            all.push(Wrong { table: Table::Name, key: keys::cid(cid).to_vec(), should: Some(rows::sealed(&name)?) });
        }
    }
    for row in trees.at(Table::Case).iter() {
        let Some((key, value)) = readable(row)? else { continue };
        let Some(cid) = keys::u64_at(&key, 0).filter(|_| key.len() == keys::CID_LEN) else { continue };
        if readable(rows::decode_long::<HeadRecord>(trees, Table::Case, &key, &value))?.is_none()
            && let Some(head) = readable(cases::derived_head(trees, cid))?.flatten()
        {
            all.push(Wrong { table: Table::Case, key: key.to_vec(), should: Some(rows::sealed_long(&head)?) });
        }
    }
    Ok(())
}

/// Rows that should be and are not, or say something else.
fn absent(trees: &Trees, all: &mut Vec<Wrong>) -> Result<(), StoreError> {
    let mut expect = |table: Table, key: Vec<u8>, should: Vec<u8>| -> Result<(), StoreError> {
        // Where the index cannot be read it is not mended either.
        let Some(stored) = readable(trees.at(table).get(&key))? else { return Ok(()) };
        if stored.is_none_or(|value| *value != *should) {
            all.push(Wrong { table, key, should: Some(should) });
        }
        Ok(())
    };
    for row in trees.at(Table::Event).iter() {
        let Some((key, value)) = readable(row)? else { continue };
        let Some(number) = keys::u64_at(&key, 0).filter(|_| key.len() == keys::EVENT_LEN) else { continue };
        let Some(event) = readable(rows::decode_long::<EventRecord>(trees, Table::Event, &key, &value))? else { continue };
        expect(Table::EventId, event.id.0.to_vec(), rows::sealed(&number)?)?;
        expect(Table::CaseEvent, keys::numbered(event.cid, event.seq).to_vec(), rows::sealed(&number)?)?;
    }
    for row in trees.at(Table::Name).iter() {
        let Some((key, value)) = readable(row)? else { continue };
        let Some(cid) = keys::u64_at(&key, 0) else { continue };
        let Some(name) = readable(rows::decode_row::<NameRecord>(Table::Name, &key, &value))? else { continue };
        expect(Table::Cid, keys::case(name.source, &name.number), rows::sealed(&cid)?)?;
    }
    for row in trees.at(Table::Delivery).iter() {
        let Some((key, value)) = readable(row)? else { continue };
        let Some(id) = keys::id_at(&key, 0).filter(|_| key.len() == keys::DELIVERY_LEN) else { continue };
        let Some(record) = readable(rows::decode_long::<DeliveryRecord>(trees, Table::Delivery, &key, &value))? else { continue };
        if let Some(place) = outbox::place(&record.state) {
            expect(Table::Due, keys::due(place, id).to_vec(), Vec::new())?;
        }
    }
    Ok(())
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
                all.push(Wrong { table, key: key.to_vec(), should: None });
            }
        }
    }
    for row in trees.at(Table::Cid).iter() {
        let Some((key, value)) = readable(row)? else { continue };
        let Some(cid) = readable(rows::decode_row::<u64>(Table::Cid, &key, &value))? else { continue };
        let said = match rows::get::<NameRecord>(trees, Table::Name, &keys::cid(cid)) {
            Ok(name) => name.is_some_and(|name| keys::case(name.source, &name.number)[..] == *key),
            Err(StoreError::Damaged(_)) => true,
            Err(error) => return Err(error),
        };
        if !said {
            all.push(Wrong { table: Table::Cid, key: key.to_vec(), should: None });
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
            all.push(Wrong { table: Table::Due, key: key.to_vec(), should: None });
        }
    }
    Ok(())
}

impl Ledger {
    /// Puts the indexes right. Returns how many rows that took.
    pub(super) fn repair(&mut self) -> Result<u64, StoreError> {
        let wrong = wrong(&self.trees)?;
        let count = u64::try_from(wrong.len()).unwrap_or(u64::MAX);
        let mut rest = wrong.into_iter().peekable();
        while rest.peek().is_some() {
            let group: Vec<Wrong> = rest.by_ref().take(REPAIR_GROUP).collect();
            if readable(self.mend(&group))?.is_none() {
                // One that cannot be mended keeps no other from it; the check reports it.
                for wrong in group.chunks(1) {
                    readable(self.mend(wrong))?;
                }
            }
        }
        readable(self.find_open())?;
        Ok(count)
    }

    fn mend(&self, group: &[Wrong]) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        for Wrong { table, key, should } in group {
            match should {
                Some(value) => batch.put(*table, key.as_slice(), value.clone())?,
                None => batch.remove(*table, key.as_slice()),
            }
        }
        batch.apply(&self.trees)
    }
}

/// Leaves out what does not read back: the rows' own check reports it.
fn readable<T>(read: Result<T, StoreError>) -> Result<Option<T>, StoreError> {
    match read {
        Ok(record) => Ok(Some(record)),
        Err(StoreError::Damaged(_)) => Ok(None),
        Err(error) => Err(error),
    }
}
