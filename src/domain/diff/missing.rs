//! What an answer no longer shows, and when that is believed.
//!
//! Counted by [`compare`](super::compare) for parts of a docket and by `daemon::record` for whole cases, kept by the store
//! between visits. It decides nothing about what is told.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use crate::domain::docket::{EntryKey, Party};

/// How often, and over how long, a disappearance is seen before it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confirm {
    /// Visits in a row, each read well, that did not show it.
    pub visits: u32,
    /// The least time from the first of them to the last.
    pub span: Duration,
    /// Whether the source shows only its newest entries.
    pub sliding: bool,
    /// Whether those are of many cases, so that an answer without any of this one is an ordinary answer.
    pub others: bool,
}

/// Something (or the whole case) that was last seen missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missing {
    /// When it was first missing.
    pub since: Timestamp,
    /// Visits in a row that did not show it, and [`SET_BACK`]; [`seen`](Self::seen) has the number alone.
    pub visits: u32,
}

/// The bit of [`Missing::visits`] for a count that began under a clock that stood before a time it had shown. Whether it had stood ahead and
/// is right, or is to be put right yet, nobody can tell: the time by which a visit then comes late does not count (`daemon::record`), or the
/// hours by which the clock stood back would count as hours of absence.
pub const SET_BACK: u32 = 1 << 28;

impl Missing {
    /// Visits in a row that did not show it.
    pub fn seen(self) -> u32 {
        self.visits & (SET_BACK - 1)
    }
}

/// A part of a docket that an answer may lack.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// A whole entry.
    Entry(EntryKey),
    /// The text or the date of an entry that is still listed, or all of it when the source withholds too many at once.
    Content(EntryKey),
    /// A field of the heading, by its name.
    Field(String),
    /// A party.
    Party(Party),
}

/// The parts that are missing but not yet told as gone.
pub type MissingParts = BTreeMap<Part, Missing>;

/// Mass disappearances are told too, but only when they last: at least this long, whatever the watch list says.
/// A back-end that loses a table or a search index answers "less" for hours (`ecuador.md` 1.7, 1.8).
const MASS_SPAN: Duration = Duration::from_secs(48 * 3600);

/// … and in at least this many visits.
const MASS_VISITS: u32 = 12;

/// The confirmation that a mass disappearance, or a case that the source no longer knows, has to pass.
pub fn lasting(confirm: Confirm) -> Confirm {
    Confirm { visits: confirm.visits.max(MASS_VISITS), span: confirm.span.max(MASS_SPAN), ..confirm }
}

/// More than a third missing at once, and at least three, counts as a mass disappearance; so does everything.
pub fn is_mass(missing: usize, held: usize) -> bool {
    missing > 0 && (missing == held || (missing >= 3 && missing * 3 > held))
}

/// Counts one more visit in which something was missing. What a clock that stood ahead began is counted anew: by it nothing would be
/// confirmed until then.
pub fn count(before: Option<&Missing>, now: Timestamp) -> Missing {
    match before {
        Some(before) if before.since <= now => Missing { since: before.since, visits: before.visits.saturating_add(1) },
        Some(_) => Missing { since: now, visits: SET_BACK | 1 },
        None => Missing { since: now, visits: 1 },
    }
}

/// Whether something has been missing as often and as long as asked. A clock that jumped back confirms nothing.
pub fn is_confirmed(missing: Missing, confirm: Confirm, now: Timestamp) -> bool {
    let lasted = Duration::try_from(now.duration_since(missing.since)).unwrap_or_default();
    missing.seen() >= confirm.visits && lasted >= confirm.span
}
