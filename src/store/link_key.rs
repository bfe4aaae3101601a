//! The key from which the addresses of recipients' pages are made: drawn once, and kept in backups so that the links in old messages
//! go on working after a restore. Exports do not have it, and nothing shows it.

use crate::domain::way_out::LinkKey;

use super::batch::Batch;
use super::error::StoreError;
use super::keys::{Table, Trees};
use super::writer::Ledger;
use super::{Store, rows};

/// Its key in `meta`.
pub(super) const LINK_KEY: &[u8] = b"link_key";

impl Store {
    /// The key; it is drawn when it is asked for first. Flushed before it is used.
    pub fn link_key(&self) -> Result<LinkKey, StoreError> {
        if let Some(known) = self.known_link_key()? {
            return Ok(known);
        }
        let mut drawn = [0; 32];
        getrandom::getrandom(&mut drawn).map_err(|error| StoreError::Refused(format!("no random key could be drawn: {error}")))?;
        self.write(true, move |ledger| ledger.keep_link_key(drawn).map(LinkKey))
    }

    /// The key, if one was ever drawn.
    pub fn known_link_key(&self) -> Result<Option<LinkKey>, StoreError> {
        Ok(self.read(link_key)?.map(LinkKey))
    }
}

impl Ledger {
    /// Keeps this key, if none is kept.
    pub(super) fn keep_link_key(&mut self, drawn: [u8; 32]) -> Result<[u8; 32], StoreError> {
        if let Some(known) = link_key(&self.trees)? {
            return Ok(known);
        }
        let mut batch = Batch::default();
        rows::put(&mut batch, Table::Meta, LINK_KEY, &drawn)?;
        batch.apply(&self.trees)?;
        Ok(drawn)
    }
}

/// The key that is kept.
pub(super) fn link_key(trees: &Trees) -> Result<Option<[u8; 32]>, StoreError> {
    rows::get(trees, Table::Meta, LINK_KEY)
}
