//! The beginning of a case: what counts as its baseline, and what is news already.
//!
//! Asked by [`record`](super::record). A baseline that is not whole makes old entries news later, and one that takes in too
//! much hides news; where the two meet, the rules here say which it is.

use std::time::Duration;

use jiff::ToSpan;
use jiff::civil::Date;

use super::record::{Job, Reading, Visited};
use crate::domain::diff::{Change, MissingParts, count, is_confirmed, lasting};
use crate::domain::docket::{Docket, Entry};
use crate::domain::health::Health;
use crate::domain::page::Page;
use crate::domain::schedule::Row;
use crate::store::cases::Head;
use crate::store::error::StoreError;

/// How long after the beginning a batch of old entries completes the baseline.
const LATE_BASELINE: Duration = Duration::from_secs(24 * 3600);

/// The least batch that does; fewer are told as the late entries that they are.
const LATE_BASELINE_ENTRIES: usize = 3;

/// Days before the watch began within which an entry is told whatever it comes with: what a court did this week is news.
const LATE_BASELINE_DAYS: i64 = 7;

impl Job {
    /// A first answer without entries is more often a fault than a docket, and as the baseline it would make everything
    /// news that comes after it. It is taken when it stays so.
    pub(super) fn empty_baseline(&self, head: Head, seen: Docket, pages: Vec<Page>) -> Result<Visited, StoreError> {
        let empty = count(head.vanished.map(|empty| self.as_counted(empty)).as_ref(), self.now);
        if is_confirmed(empty, lasting(self.config.general.confirm), self.now) {
            let reading = Reading::of(Vec::new(), seen, MissingParts::new());
            return self.new_version(head, None, reading, pages);
        }
        let health = Health::Implausible("the first answer has no entries; it is taken as the beginning when it stays so".into());
        let (row, due) = self.read_row([0; 8]);
        let news = Head { health: health.clone(), vanished: Some(empty), ..head.clone() };
        self.quietly(head, news, None, Visited::quiet(health, Row { last_ok: self.row.last_ok, ..row }, due, false))
    }

    /// At the first docket: the entries that the watch asks to treat as new. When earlier answers knew the case and had no
    /// entries, those that are dated since the watch began are new too.
    pub(super) fn at_first(&self, head: &Head, docket: &Docket) -> Vec<Change> {
        let began = head.vanished.is_some().then(|| self.first_day(head));
        let Some(since) = self.watch().since.into_iter().chain(began).min() else { return Vec::new() };
        // A case that was off the list for a while begins anew, and what it held before is not told twice.
        let before = (head.version > 0).then(|| self.store.docket(self.cid, head.version).ok().flatten()).flatten();
        let is_known = |entry: &&Entry| before.as_ref().is_some_and(|before| before.entry(&entry.key).is_some());
        let recent = docket.entries.iter().filter(|entry| entry.date.is_some_and(|date| date >= since) && !is_known(entry));
        recent.cloned().map(Change::EntryAdded).collect()
    }

    /// The day on which the watch began, in the court's zone; never one that is yet to come.
    fn first_day(&self, head: &Head) -> Date {
        head.watched_since.min(self.now).to_zoned_datetime(self.source.recipe.zone_of(&self.watch().number)).date()
    }

    /// A reading whose changes are without the old entries that only complete the baseline.
    ///
    /// The first answer may have been half a list, and nothing shows it. When a batch of entries from well before the watch
    /// appears within a day of the beginning, or in a docket that had none, it is the rest of that list. They are kept, and
    /// shown by `veedor diff`. What the watch asked for with `since` is always told.
    pub(super) fn without_late_baseline(&self, head: &Head, held: Option<&Docket>, reading: Reading) -> Reading {
        let held = held.map_or(0, |held| held.entries.len());
        let began = if head.version == 1 { head.changed_at.unwrap_or(head.watched_since) } else { head.watched_since };
        let age = Duration::try_from(self.now.duration_since(began.min(self.now))).unwrap_or_default();
        if held > 0 && age > LATE_BASELINE {
            return reading;
        }
        let week_before = self.first_day(head).saturating_sub(LATE_BASELINE_DAYS.days());
        let is_old = |change: &Change| match change {
            Change::EntryAdded(entry) => entry.date.is_some_and(|date| date < week_before),
            _ => false,
        };
        let is_asked_for = |change: &Change| match (change, self.watch().since) {
            (Change::EntryAdded(entry), Some(since)) => entry.date.is_some_and(|date| date >= since),
            _ => false,
        };
        let old = reading.changes.iter().filter(|change| is_old(change)).count();
        if old < LATE_BASELINE_ENTRIES || old * 5 <= held {
            return reading;
        }
        tracing::warn!(source = %self.watch().case.source, entries = old, "the first answer for a case was not whole; older entries complete its beginning");
        let changes = reading.changes.into_iter().filter(|change| !is_old(change) || is_asked_for(change)).collect();
        Reading { changes, was_whole: false, ..reading }
    }
}
