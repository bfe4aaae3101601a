//! What is kept of the hosts that are asked, so that a restart neither refills a day's budget nor ends a rest.
//!
//! Written by `daemon` every minute and at shutdown, read at start. What changed is flushed: a host must not be
//! asked more often because a process was killed. Backups leave it out.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::batch::Batch;
use super::brake::readable;
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct HostRecord {
    used: u32,
    day_ends: i64,
    resting_until: Option<i64>,
}

/// The longest host that is kept; a longer one is no host.
const LONGEST: usize = 300;

impl HostBudget {
    fn record(&self) -> (&str, HostRecord) {
        let resting_until = self.resting_until.map(Timestamp::as_millisecond);
        (&self.host, HostRecord { used: self.used, day_ends: self.day_ends.as_millisecond(), resting_until })
    }
}

impl Store {
    /// Keeps what is known of the hosts, in place of what was kept before.
    pub fn keep_hosts(&self, hosts: &[HostBudget]) -> Result<(), StoreError> {
        let hosts = hosts.to_vec();
        let kept = self.hosts()?;
        let changed = hosts.iter().any(|host| !kept.iter().any(|kept| kept.record() == host.record()));
        self.write(changed, move |ledger| {
            let mut batch = Batch::default();
            for key in ledger.trees.at(Table::Host).iter().keys() {
                // One that does not read back stays; it is worth no failure.
                let Some(key) = readable(key.map(Some))? else { continue };
                if !hosts.iter().any(|host| host.host.as_bytes() == key.as_ref()) {
                    batch.remove(Table::Host, key.to_vec());
                }
            }
            for host in hosts.iter().filter(|host| host.host.len() <= LONGEST) {
                rows::put(&mut batch, Table::Host, host.host.as_bytes(), &host.record().1)?;
            }
            batch.apply(&ledger.trees)
        })
    }

    /// What was kept of the hosts. A row that does not read back is passed over: it is worth no failure.
    pub fn hosts(&self) -> Result<Vec<HostBudget>, StoreError> {
        self.read(|trees| {
            let mut hosts = Vec::new();
            for row in trees.at(Table::Host).iter() {
                let Some((key, value)) = readable(row.map(Some))? else { continue };
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
    #[test]
    fn a_kill_right_after_does_not_give_the_day_back() {
        let dir = tempfile::tempdir().expect("a folder");
        let at = |second| Timestamp::from_second(second).expect("valid");
        let open = |name: &str| Store::open(&dir.path().join(name), Options::new(at(0))).expect("opens");
        let host = |used| HostBudget { host: "https://a".into(), used, day_ends: at(86_400), resting_until: None };
        let store = open("store");
        for used in 1..=5 {
            store.keep_hosts(&[host(used)]).expect("keeps");
            // What a kill leaves is what is on the disk in this moment.
            let killed = format!("killed-{used}");
            crate::store::tests::damage::copy(store.dir(), &dir.path().join(&killed));
            assert_eq!(open(&killed).hosts(), Ok(vec![host(used)]));
        }
    }
}
