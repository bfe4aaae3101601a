//! What servers say of the time, compared with this machine's clock.
//!
//! [`Fetcher`](super::Fetcher) notes the `Date` of each answer; `veedor doctor` and the metrics read it. It corrects nothing.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::domain::checkup;
use crate::metrics::{CLOCK_OFFSET, Gauge, Metrics};

/// More hosts than a watch list has; beyond it all are forgotten.
const MOST: usize = 256;

/// By how many seconds our clock is ahead of each host's, as last seen.
pub(super) struct Dates {
    seen: Mutex<BTreeMap<String, i64>>,
    offset: Gauge,
}

impl Dates {
    pub(super) fn new(metrics: &Metrics) -> Self {
        Self { seen: Mutex::default(), offset: metrics.gauge(&CLOCK_OFFSET, &[]) }
    }

    /// Notes the `Date` of an answer that was asked for and came at these times.
    pub(super) fn note(&self, host: &str, date: Option<&str>, began: Timestamp, ended: Timestamp) {
        let date = date.and_then(|date| httpdate::parse_http_date(date).ok()).and_then(|date| Timestamp::try_from(date).ok());
        let Some(date) = date else { return };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MOST && !seen.contains_key(host) {
            seen.clear();
        }
        seen.insert(host.to_owned(), checkup::ahead_by(date, began, ended));
        let best = seen.values().min_by_key(|ahead| ahead.unsigned_abs()).copied().unwrap_or_default();
        self.offset.set(i32::try_from(best).map_or(f64::MAX, f64::from));
    }

    /// All that was seen.
    pub(super) fn all(&self) -> Vec<(String, i64)> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.iter().map(|(host, ahead)| (host.clone(), *ahead)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offset_is_that_of_the_server_that_agrees_best() {
        let metrics = Metrics::default();
        let dates = Dates::new(&metrics);
        let noon: Timestamp = "2026-11-26T12:00:00Z".parse().expect("an instant");
        for (host, date) in [("cache", "Thu, 26 Nov 2026 10:00:00 GMT"), ("a", "Thu, 26 Nov 2026 12:02:00 GMT"), ("b", "yesterday")] {
            dates.note(host, Some(date), noon, noon);
        }
        dates.note("c", None, noon, noon);
        assert_eq!(dates.all(), [("a".to_owned(), -120), ("cache".to_owned(), 7199)]);
        assert!(metrics.render().contains("\nveedor_clock_offset_seconds -120\n"), "{}", metrics.render());
    }
}
