//! The histories of the cases: heads, versions and their chains, events.
//!
//! Called by [`check`](super::check).

use std::collections::BTreeMap;

use crate::domain::id::hex;
use crate::store::error::StoreError;
use crate::store::keys::{self, Table};
use crate::store::records::case::{HeadRecord, NameRecord};
use crate::store::records::event::EventRecord;
use crate::store::{Cid, cases, rows, snapshot};

use super::{Check, Report};

/// Of a case: its events, and the latest version that one of them speaks of.
type Told = (u32, u32);

impl Check<'_> {
    /// Heads, versions, plans and missing entries fit each other.
    pub(super) fn cases(&self, report: &mut Report) -> Result<(), StoreError> {
        for row in self.trees.at(Table::Name).iter() {
            let Some((key, _)) = report.found(row)? else { continue };
            let Some(cid) = keys::u64_at(&key, 0) else { continue };
            report.cases += 1;
            report.found(cases::case_of(self.trees, self.words, cid))?;
            self.is_named_alone(cid, report)?;
            let head = report.found(cases::head_of(self.trees, cid))?.flatten();
            self.versions(cid, head.as_ref(), report)?;
        }
        for table in [Table::Case, Table::Sched, Table::Missing, Table::Snap, Table::CaseEvent, Table::Left] {
            for key in self.trees.at(table).iter().keys() {
                let Some(key) = report.found(key)? else { continue };
                let known = match key.get(..keys::CID_LEN) {
                    Some(cid) => self.has(Table::Name, cid, report)?,
                    None => false,
                };
                if !known {
                    report.problem(format!("{} {}: it belongs to no case", table.name(), hex(&key)));
                }
            }
        }
        Ok(())
    }

    /// Two cases never have one number: their histories would be one case's.
    fn is_named_alone(&self, cid: Cid, report: &mut Report) -> Result<(), StoreError> {
        let name = |cid: Cid| rows::get::<NameRecord>(self.trees, Table::Name, &keys::cid(cid)).ok().flatten();
        let Some(own) = name(cid) else { return Ok(()) };
        let Ok(Some(other)) = rows::get::<Cid>(self.trees, Table::Cid, &keys::case(own.source, &own.number)) else { return Ok(()) };
        if other != cid && name(other).is_some_and(|other| other == own) {
            report.problem(format!("name {}: it has the number of case {}", hex(&keys::cid(cid)), hex(&keys::cid(other))));
        }
        Ok(())
    }

    fn versions(&self, cid: Cid, head: Option<&HeadRecord>, report: &mut Report) -> Result<(), StoreError> {
        let last = head.map_or(0, |head| head.version);
        let mut before: Option<(u32, Vec<u8>)> = None;
        for number in 1..=last {
            report.versions += 1;
            report.found(snapshot::check_chain(self.trees, cid, number))?;
            let read = snapshot::blob_after(self.trees, cid, number, before.as_ref());
            before = report.found(read)?.map(|blob| (number, blob));
            if let Some((_, blob)) = &before {
                report.found(snapshot::decode(cid, number, blob))?;
            }
        }
        let beyond = keys::numbered(cid, last.saturating_add(1));
        let end = keys::cid(cid.saturating_add(1));
        if let Some(row) = self.trees.at(Table::Snap).range(beyond.to_vec()..end.to_vec()).keys().next()
            && let Some(key) = report.found(row)?
        {
            report.problem(format!("snap {}: a version beyond the case's last, {last}", hex(&key)));
        }
        Ok(())
    }

    /// Events are numbered without gaps within their case, which is known, and stay within its versions.
    pub(super) fn events(&self, report: &mut Report) -> Result<(), StoreError> {
        let mut told: BTreeMap<Cid, Told> = BTreeMap::new();
        for row in self.trees.at(Table::Event).iter() {
            let Some((key, value)) = report.found(row)? else { continue };
            if key.len() != keys::EVENT_LEN {
                continue;
            }
            report.events += 1;
            // Damage was reported with the rows.
            let Ok(event) = rows::decode_long::<EventRecord>(self.trees, Table::Event, &key, &value) else { continue };
            let (count, version) = told.entry(event.cid).or_default();
            *count = count.saturating_add(1);
            *version = event.version.max(*version);
            if event.seq != *count {
                report.problem(format!("event {}: it is number {} of its case and should be {count}", hex(&key), event.seq));
                *count = event.seq;
            }
            self.is_indexed_alone(&key, &event, report)?;
        }
        for row in self.trees.at(Table::Case).iter() {
            let Some((key, value)) = report.found(row)? else { continue };
            let Some(cid) = keys::u64_at(&key, 0).filter(|_| key.len() == keys::CID_LEN) else { continue };
            let (count, version) = told.remove(&cid).unwrap_or_default();
            let Ok(head) = rows::decode_long::<HeadRecord>(self.trees, Table::Case, &key, &value) else { continue };
            if version > head.version {
                report.problem(format!("case {}: an event speaks of version {version} and the last is {}", hex(&key), head.version));
            }
            if head.seq != count {
                report.problem(format!("case {}: it counts {} events and {count} are stored", hex(&key), head.seq));
            }
        }
        for cid in told.keys() {
            report.problem(format!("case {}: events are stored of it, and it has no head", hex(&keys::cid(*cid))));
        }
        Ok(())
    }

    /// Two events never share an id or a place in their case: the index can lead to one of them only.
    fn is_indexed_alone(&self, key: &[u8], event: &EventRecord, report: &mut Report) -> Result<(), StoreError> {
        let places = [(Table::EventId, event.id.0.to_vec()), (Table::CaseEvent, keys::numbered(event.cid, event.seq).to_vec())];
        for (table, place) in places {
            let Ok(Some(number)) = rows::get::<u64>(self.trees, table, &place) else { continue };
            let other = number.to_be_bytes();
            if other[..] == *key {
                continue;
            }
            let Ok(Some(twin)) = rows::get_long::<EventRecord>(self.trees, Table::Event, &other) else { continue };
            if twin.id == event.id || (twin.cid, twin.seq) == (event.cid, event.seq) {
                report.problem(format!("event {}: it has the {} of event {}", hex(key), table.name(), hex(&other)));
            }
        }
        Ok(())
    }
}
