//! The visible state of a case, normalised: what every source is read into.
//!
//! Made by `recipe`, compared by [`diff`](super::diff), stored by `store` in the published form of `wire::docket`.
//! It holds what the court shows and nothing inferred from it; meaning is `meaning`'s work.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time};

/// A docket.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Docket {
    /// The fields above the list.
    pub heading: Heading,
    /// The parties, in the source's order, without repeats.
    pub parties: Vec<Party>,
    /// The entries, newest first where the source dates them, else in the source's order.
    pub entries: Vec<Entry>,
    /// What was unexpected on the pages but did not stop the reading. Not compared.
    pub oddities: Vec<Oddity>,
}

/// The fields above the list. Each is as the source writes it, white space tidied.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heading {
    /// The caption of the case.
    pub title: Option<String>,
    /// The court that holds it now.
    pub court: Option<String>,
    /// The offence or subject.
    pub subject: Option<String>,
    /// The source's word for its state.
    pub status: Option<String>,
    /// The day it was filed, in the court's zone.
    pub filed: Option<Date>,
    /// Further fields by a stable name, for example `action`, `matter`, `judge`, `incident.1`.
    pub extra: BTreeMap<String, String>,
}

/// A party to the case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Party {
    /// The source's word for the role.
    pub role: String,
    /// The name as the source writes it, white space tidied.
    pub name: String,
}

/// What identifies an entry within its case, over all versions.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryKey(pub String);

/// The further field that names the zone of an entry's date, time and hearings, where it is not that of its case: a case
/// keeps its number when it moves to a court elsewhere.
pub const ZONE_FIELD: &str = "zone";

/// The further field that holds an entry's number in the source's own list, where the source numbers it: it says which
/// entries a list that shows only its newest has left out. Where a case has several lists, `list:number`.
pub const ORDER_FIELD: &str = "order";

/// The further field that holds the number which the source gave a row when it made it, where that number grows with every
/// row: it says when a row was made, whatever its date says. Where a source counts in several sequences, `sequence:number`.
pub const SERIAL_FIELD: &str = "serial";

/// The further field that holds the day on which the source says that a row was entered, where it says so beside the row's date.
pub const RECORDED_FIELD: &str = "recorded";

/// The further field that holds the time of day at which the file of an entry was made, as the source's name of it says.
pub const FILE_CLOCK_FIELD: &str = "file_clock";

/// The further field that holds the day on which that file was made. Judged only beside [`FILE_CLOCK_FIELD`].
pub const FILE_DAY_FIELD: &str = "file_day";

/// The further field with the source's mark of how an entry is shown, where it has one (`S` and `A` at e-SATJE): what the marks mean is
/// not published, so that another one is told as such (`domain.md` F-05).
pub const VISIBLE_FIELD: &str = "visible";

/// One line of a docket.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its identity.
    pub key: EntryKey,
    /// The date that the court gives it, in the court's zone.
    pub date: Option<Date>,
    /// The time of day, when the court gives one.
    pub time: Option<Time>,
    /// The court's title or type, white space tidied.
    pub title: String,
    /// The body as text; empty when there is none or the court withholds it.
    pub text: String,
    /// Linked documents.
    pub documents: Vec<Document>,
    /// Whether the source marks it as annulled.
    pub annulled: bool,
    /// Set when the court shows that the entry exists but withholds its content.
    pub withheld: Option<Withheld>,
    /// The act of which this entry is the notice of service, when the source links them.
    pub notice_of: Option<EntryKey>,
    /// Further fields by name, for example `origin`, `court`.
    pub extra: BTreeMap<String, String>,
}

/// That a court withholds an entry, and what it says of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withheld {
    /// The source's mark, for example `H` or `N` at e-SATJE.
    pub mark: String,
    /// The reason, when the source gives one.
    pub reason: Option<String>,
}

/// A document linked from an entry. Its bytes are not fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The source's identifier.
    pub id: String,
    /// The file name or label.
    pub name: String,
    /// Where a person can open it, when the source has an address.
    pub url: Option<String>,
}

/// Something unexpected on a page that did not stop the reading. Counted by source: the first smoke of a redesign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oddity {
    /// A stable name for counting, for example `null-element`, `court-name-echoed`.
    pub kind: String,
    /// Where and what, in one sentence without personal data.
    pub detail: String,
    /// Whether rows that are missing from this docket may merely not have been shown. Known of a docket that was just read; it
    /// is not kept with a stored one.
    pub doubts: bool,
}

impl Entry {
    /// The day on which the source says that the entry was entered; see [`RECORDED_FIELD`].
    pub fn recorded(&self) -> Option<Date> {
        self.extra.get(RECORDED_FIELD)?.get(..10)?.parse().ok()
    }

    /// The number in a further field such as [`SERIAL_FIELD`], and the sequence that it counts in: `7`, or `list:7`.
    pub fn numbered(&self, field: &str) -> Option<(&str, u64)> {
        let whole = self.extra.get(field)?;
        let (list, number) = whole.rsplit_once(':').unwrap_or(("", whole));
        Some((list, number.parse().ok()?))
    }
}

impl Docket {
    /// The entry with this key.
    pub fn entry(&self, key: &EntryKey) -> Option<&Entry> {
        self.entries.iter().find(|entry| &entry.key == key)
    }
}
