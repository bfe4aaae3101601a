//! How async code works with the store, and whether the store is alive.
//!
//! Called by `daemon`, `web` and `cli`.

use super::error::StoreError;
use super::keys::Table;
use super::records::case::RowRecord;
use super::{Cid, Store, rows};
use crate::domain::schedule::Row;

impl Store {
    /// Makes everything durable that was written so far.
    pub fn flush(&self) -> Result<(), StoreError> {
        self.write(true, |_| Ok(()))
    }

    /// Whether the store can still be written: the writer answers, and no fatal error was met.
    pub fn probe(&self) -> Result<(), StoreError> {
        self.write(false, |_| Ok(()))
    }

    /// The plan of one case; one that does not read back is none.
    pub fn row(&self, cid: Cid) -> Result<Option<Row>, StoreError> {
        self.read(|trees| match rows::get::<RowRecord>(trees, Table::Sched, &cid.to_be_bytes()) {
            Err(StoreError::Damaged(_)) => Ok(None),
            row => Ok(row?.map(Into::into)),
        })
    }
}

/// Runs work with the store away from the async threads. A panic in it is raised again here, so that it ends the unit and
/// not the process.
///
/// # Errors
/// Those of the work itself.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, StoreError> + Send + 'static) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // Only a runtime that is shutting down cancels blocking work; nobody waits for the answer then.
            Err(_) => std::future::pending().await,
        },
    }
}
