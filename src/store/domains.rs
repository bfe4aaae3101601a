//! The right sides of the identities that leave the machine: of messages, and of appointments in calendars.
//!
//! What was given once stays: a program that knows a message or an appointment by another right side would take it for another one. Asked by
//! `daemon::writing` and `daemon::feeds`.

use super::batch::Batch;
use super::error::StoreError;
use super::keys::{Table, Trees};
use super::writer::Ledger;
use super::{Store, rows};

/// The key of that of messages in `meta`.
pub(super) const MAIL_DOMAIN: &[u8] = b"mail_domain";

/// The key of that of appointments in `meta`, where it is not the same.
pub(super) const CALENDAR_DOMAIN: &[u8] = b"calendar_domain";

/// The right side of appointments that were first shown by a veedor that sends no mail and has no address.
const NO_DOMAIN: &str = "veedor.invalid";

impl Store {
    /// The right side of message ids. The first that is asked for stays for ever, so that a new sender's address neither
    /// changes ids nor cuts threads.
    pub fn mail_domain(&self, now: &str) -> Result<String, StoreError> {
        if let Some(known) = self.read(|trees| kept(trees, MAIL_DOMAIN))? {
            return Ok(known);
        }
        let domain = now.to_owned();
        self.write(true, move |ledger| ledger.keep_domain(MAIL_DOMAIN, domain))
    }

    /// The right side of the identities of appointments, the same in mails and in calendars: that of messages, unless a calendar was shown
    /// before there was one. `mail` is the sender's domain, if mail is sent, and `host` that of the dashboard, if it has an address.
    pub fn calendar_domain(&self, mail: Option<&str>, host: Option<&str>) -> Result<String, StoreError> {
        let known = self.read(|trees| Ok((kept(trees, CALENDAR_DOMAIN)?, kept(trees, MAIL_DOMAIN)?)))?;
        match (known, mail) {
            ((Some(known), _) | (None, Some(known)), _) => Ok(known),
            ((None, None), Some(mail)) => self.mail_domain(mail),
            ((None, None), None) => {
                let domain = host.unwrap_or(NO_DOMAIN).to_owned();
                self.write(true, |ledger| ledger.keep_domain(CALENDAR_DOMAIN, domain))
            }
        }
    }
}

impl Ledger {
    /// Keeps a right side, if none is kept.
    pub(super) fn keep_domain(&mut self, key: &[u8], domain: String) -> Result<String, StoreError> {
        if let Some(known) = kept(&self.trees, key)? {
            return Ok(known);
        }
        let mut batch = Batch::default();
        rows::put(&mut batch, Table::Meta, key, &domain)?;
        batch.apply(&self.trees)?;
        Ok(domain)
    }
}

/// The right side that is kept, if one is.
pub(super) fn kept(trees: &Trees, key: &[u8]) -> Result<Option<String>, StoreError> {
    rows::get(trees, Table::Meta, key)
}
