//! What is kept of the hosts that are asked, so that a restart neither refills a day's budget nor ends a rest.
//!
//! Written by `daemon` every minute and at shutdown, read at start. Losing it costs some politeness and nothing else, so it
//! is not flushed by itself, and backups leave it out.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::batch::Batch;
use super::error::StoreError;
use super::keys::Table;
use super::{Store, rows};

/// What is kept of one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostBudget {
    /// Scheme, name and port.
    pub host: String,
    /// Requests sent in the running day.
    pub used: u32,
    /// When that day ends.
    pub day_ends: Timestamp,
    /// Until when the host is left alone.
    pub resting_until: Option<Timestamp>,
}

/// The stored form; instants in milliseconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct HostRecord {
    used: u32,
    day_ends: i64,
    resting_until: Option<i64>,
}

/// The longest host that is kept; a longer one is no host.
const LONGEST: usize = 300;

impl Store {
    /// Keeps what is known of the hosts, in place of what was kept before.
    pub fn keep_hosts(&self, hosts: &[HostBudget]) -> Result<(), StoreError> {
        let hosts = hosts.to_vec();
        self.write(false, move |ledger| {
            let mut batch = Batch::default();
            for key in ledger.trees.at(Table::Host).iter().keys() {
                let key = key?;
                if !hosts.iter().any(|host| host.host.as_bytes() == key.as_ref()) {
                    batch.remove(Table::Host, key.to_vec());
                }
            }
            for host in hosts.iter().filter(|host| host.host.len() <= LONGEST) {
                let record = HostRecord {
                    used: host.used,
                    day_ends: host.day_ends.as_millisecond(),
                    resting_until: host.resting_until.map(Timestamp::as_millisecond),
                };
                rows::put(&mut batch, Table::Host, host.host.as_bytes(), &record)?;
            }
            batch.apply(&ledger.trees)
        })
    }

    /// What was kept of the hosts. A row that does not read back is passed over: it is worth no failure.
    pub fn hosts(&self) -> Result<Vec<HostBudget>, StoreError> {
        self.read(|trees| {
            let mut hosts = Vec::new();
            for row in trees.at(Table::Host).iter() {
                let (key, value) = row?;
                let Ok(record) = rows::decode_row::<HostRecord>(Table::Host, &key, &value) else { continue };
                let (Ok(host), Ok(day_ends)) = (String::from_utf8(key.to_vec()), Timestamp::from_millisecond(record.day_ends)) else {
                    continue;
                };
                let resting_until = record.resting_until.and_then(|at| Timestamp::from_millisecond(at).ok());
                hosts.push(HostBudget { host, used: record.used, day_ends, resting_until });
            }
            Ok(hosts)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::open::Options;

    #[test]
    fn hosts_survive_a_restart_and_those_that_are_gone_do_not_stay() {
        let dir = tempfile::tempdir().expect("a folder");
        let at = |second| Timestamp::from_second(second).expect("valid");
        let open = || Store::open(&dir.path().join("store"), Options::new(at(0))).expect("opens");
        let host =
            |name: &str, used| HostBudget { host: name.into(), used, day_ends: at(86_400), resting_until: (used > 5).then(|| at(99)) };
        let store = open();
        store.keep_hosts(&[host("https://a", 3), host("https://b", 7)]).expect("keeps");
        store.keep_hosts(&[host("https://b", 8)]).expect("keeps");
        drop(store);
        assert_eq!(open().hosts(), Ok(vec![host("https://b", 8)]));
    }
}
