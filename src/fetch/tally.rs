//! Counts what came of the requests to one source.
//!
//! [`Fetcher`](super::Fetcher) keeps one for each source, so that a request costs no look-up by labels. The families
//! stand in `metrics`.

use super::{FailureKind, Fetched};
use crate::metrics::{Counter, Histogram, Metrics, RECEIVED_BYTES, REQUEST_SECONDS, REQUESTS};

/// The handles of a source's metrics.
pub(super) struct Tally {
    page: Counter,
    not_modified: Counter,
    failed: [(FailureKind, Counter); 6],
    pub(super) seconds: Histogram,
    bytes: Counter,
}

impl Tally {
    pub(super) fn new(metrics: &Metrics, source: &str) -> Self {
        use FailureKind::{Blocked, Crowded, Disallowed, Postponed, Unavailable, Unreadable};
        let counter = |result| metrics.counter(&REQUESTS, &[source, result]);
        Self {
            page: counter("page"),
            not_modified: counter("not_modified"),
            failed: [Unavailable, Blocked, Disallowed, Unreadable, Postponed, Crowded].map(|kind| (kind, counter(kind.name()))),
            seconds: metrics.histogram(&REQUEST_SECONDS, &[source]),
            bytes: metrics.counter(&RECEIVED_BYTES, &[source]),
        }
    }

    pub(super) fn count(&self, fetched: &Fetched) {
        match fetched {
            Fetched::Page(page) => {
                self.page.inc();
                self.bytes.add(u64::try_from(page.body.len()).unwrap_or_default());
            }
            Fetched::NotModified { .. } => self.not_modified.inc(),
            Fetched::Failed(failure) => self.failed.iter().filter(|(kind, _)| *kind == failure.kind).for_each(|(_, counter)| counter.inc()),
        }
    }
}
