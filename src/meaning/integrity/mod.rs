//! Detectors of irregularities of the record: what a visit brought that does not fit what the record showed before
//! (`domain.md` F3).
//!
//! [`Meaning::events`](super::Meaning::events) asks them after it has told what changed. One file a detector, one row a detector in the table
//! below, and for each a pair of dockets under `tests/fixtures/detectors/`. They accuse nobody: a finding is what dates and
//! numbers of the record show, and everything here has everyday reasons, which `message` names beside it. Only what a visit
//! brings is judged; the first docket of a case is history.

mod backdated;
mod burst;
mod clocks;
mod duplicate;
mod hours;
mod marks;
mod order;
mod raffle;
mod serials;
pub mod signs;

use std::cell::OnceCell;

use jiff::civil::{Date, Time};

use super::edit::Passage;
use super::seen::Seen;
use super::{Meaning, Reading};
use crate::domain::diff::Change;
use crate::domain::docket::Entry;
use crate::domain::event::{Event, EventKind, FieldChange, Severity};

pub use burst::{are_all_redated, is_redated};
use serials::Serials;
use signs::Sign;

/// A detector: its id in the table of `domain.md` F3, the kind of its events, and how it looks.
pub type Detector = (&'static str, EventKind, for<'a> fn(&Sight<'a>) -> Vec<Finding<'a>>);

/// The detectors, in the order in which they tell.
pub const DETECTORS: &[Detector] = &[
    ("F-03", EventKind::RecordBackdated, backdated::find),
    ("F-04", EventKind::RecordInconsistent, clocks::find),
    ("F-05", EventKind::RecordMarked, marks::find),
    ("F-11", EventKind::CaseReraffled, raffle::find),
    ("F-18", EventKind::RecordOffHours, hours::find),
    ("F-19", EventKind::RecordOutOfOrder, order::find),
    ("F-20", EventKind::RecordBurst, burst::find),
    ("F-22", EventKind::RecordNearDuplicate, duplicate::find),
];

/// What a detector found.
pub struct Finding<'a> {
    /// How loud it is.
    pub severity: Severity,
    /// The entry that it is about; `None` when it is about several.
    pub entry: Option<&'a Entry>,
    /// What it rests on; see [`evidence`](crate::domain::evidence).
    pub field: Option<FieldChange>,
    /// Where two texts differ.
    pub passage: Option<Passage>,
}

/// What the detectors look at: a visit, and what is told of it already.
pub struct Sight<'a> {
    meaning: &'a Meaning,
    seen: &'a Seen<'a>,
    changes: &'a [Change],
    /// Entries of which a change of words, date or file is told.
    edited: usize,
    held: OnceCell<Serials<'a>>,
}

/// Everything that the detectors find in a visit.
pub fn findings<'a>(meaning: &'a Meaning, changes: &'a [Change], seen: &'a Seen<'a>, told: &[Event]) -> Vec<(EventKind, Finding<'a>)> {
    let sight = Sight { meaning, seen, changes, edited: burst::edited(told, changes), held: OnceCell::new() };
    let one = |(_, kind, find): &Detector| find(&sight).into_iter().map(|finding| (*kind, finding)).collect::<Vec<_>>();
    DETECTORS.iter().flat_map(one).collect()
}

impl<'a> Sight<'a> {
    /// The entries that the docket did not hold, oldest first, without those that are marked as annulled.
    fn added(&self) -> Vec<&'a Entry> {
        let new = self.changes.iter().filter_map(|change| match change {
            Change::EntryAdded(entry) => Some(entry),
            _ => None,
        });
        let mut new: Vec<&Entry> = new.filter(|entry| !entry.annulled).collect();
        new.sort_by_key(|entry| (entry.date, entry.time, &entry.key));
        new
    }

    /// Whether a court or an incident joined the case in this visit, with its own history.
    fn is_joined(&self) -> bool {
        let joins = |field: &str| self.meaning.is_instance(field) || field == "court";
        self.changes.iter().any(|change| matches!(change, Change::Field(change) if joins(&change.field)))
    }

    /// What an entry means. It costs a reading of the text: asked only of what looks odd.
    fn reading(&self, entry: &Entry) -> Reading {
        self.meaning.classify(entry, entry.date)
    }

    /// What the heading says that the case is about, and who has it.
    fn of_case(&self) -> impl Iterator<Item = &'a String> {
        let heading = &self.seen.after.heading;
        let fields = [&heading.title, &heading.subject, &heading.court].into_iter().flatten();
        fields.chain(heading.extra.iter().filter(|(name, _)| !name.contains('.')).map(|(_, value)| value))
    }

    /// Whether a text shows a sign.
    fn shows(&self, sign: Sign, text: &str) -> bool {
        self.meaning.signs.show(sign, text, &self.meaning.language)
    }

    /// The day and hour of an entry, when that is no hour of work.
    fn out_of_hours(&self, entry: &Entry) -> Option<(Date, Time)> {
        self.meaning.signs.out_of_hours(entry, &self.meaning.days)
    }

    /// The numbers that the source gave to the entries that it showed before.
    fn held(&self) -> &Serials<'a> {
        self.held.get_or_init(|| Serials::held(self.seen))
    }
}

/// Evidence with the day and the number of an entry: `2026-11-12 203900573`.
fn dated(date: Option<Date>, what: &str) -> String {
    let date = date.map(|date| date.to_string()).unwrap_or_default();
    format!("{date} {what}").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::case::CaseRef;
    use crate::domain::docket::{Docket, EntryKey};
    use crate::meaning::vectors;
    use jiff::civil::{date, time};

    /// A batch on one day, all alike, into a large docket is the worst of visits; anything quadratic would take minutes.
    #[test]
    fn a_large_docket_with_a_large_batch_is_looked_at_quickly() {
        let words = "VISTOS: en lo principal se acepta la demanda y se ordena el pago de lo adeudado con sus intereses ".repeat(3);
        let entry = |nth: u64, day: i8| {
            let text = format!("{words} por {nth} dólares.");
            let mut entry =
                Entry { key: EntryKey(nth.to_string()), date: Some(date(2026, 11, day)), ..vectors::entry("ACTA DE SORTEO", &text) };
            entry.time = Some(time(i8::try_from(nth % 24).expect("an hour"), 5, 0, 0));
            for (name, value) in
                [("serial", format!("a:{}", nth * 7 % 10_007)), ("incident", "1".into()), ("file_clock", "10_00_00".into())]
            {
                entry.extra.insert(name.into(), value);
            }
            entry
        };
        let before = Docket {
            entries: (0..10_000).map(|nth| entry(nth, i8::try_from(nth % 19).expect("a day") + 1)).collect(),
            ..Docket::default()
        };
        let new: Vec<Entry> = (10_000..13_000).map(|nth| entry(nth, 2)).collect();
        let after = Docket { entries: new.iter().chain(&before.entries).cloned().collect(), ..Docket::default() };
        let changes: Vec<Change> = new.into_iter().map(Change::EntryAdded).collect();
        let case = CaseRef { source: "ec-esatje".into(), number: "1".into() };
        let at = "2026-11-23T15:00:00Z".parse().expect("an instant");
        let seen = Seen {
            case: &case,
            zone: jiff::tz::TimeZone::UTC,
            version: 2,
            first_seq: 1,
            at,
            page_sha256: [0; 32],
            before: Some(&before),
            after: &after,
            watched_since: at,
            was_whole: true,
        };
        let meaning = Meaning::shipped("ec", "es");
        let begin = std::time::Instant::now();
        let found = findings(&meaning, &changes, &seen, &[]);
        let took = begin.elapsed();
        assert!(found.iter().any(|(kind, _)| *kind == EventKind::RecordBurst));
        assert!(took < std::time::Duration::from_secs(20), "{took:?}");
        eprintln!("{took:?}");
    }
}
