//! Stored forms of a version: the docket and the pages that it was read from.
//!
//! Only `snapshot` writes and reads them, as one blob. Lists keep their order; nothing is derived or left out, because this is
//! the evidence.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::docket::{Docket, Document, Entry, EntryKey, Heading, Oddity, Party, Withheld};
use crate::domain::page::Page;
use crate::store::codes::{Blob, Day, Hour, Instant};

/// What a version's blob holds. The docket comes first: it changes least between versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::store) struct SnapshotRecord {
    pub docket: DocketRecord,
    pub pages: Vec<PageRecord>,
}

/// [`Docket`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::store) struct DocketRecord {
    heading: HeadingRecord,
    parties: Vec<PartyRecord>,
    entries: Vec<EntryRecord>,
    oddities: Vec<OddityRecord>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct HeadingRecord {
    title: Option<String>,
    court: Option<String>,
    subject: Option<String>,
    status: Option<String>,
    filed: Option<Day>,
    extra: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct PartyRecord {
    role: String,
    name: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct EntryRecord {
    key: String,
    date: Option<Day>,
    time: Option<Hour>,
    title: String,
    text: String,
    documents: Vec<DocumentRecord>,
    annulled: bool,
    withheld: Option<WithheldRecord>,
    notice_of: Option<String>,
    extra: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct DocumentRecord {
    id: String,
    name: String,
    url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct WithheldRecord {
    mark: String,
    reason: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct OddityRecord {
    kind: String,
    detail: String,
}

/// [`Page`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::store) struct PageRecord {
    step: String,
    url: String,
    status: u16,
    headers: Vec<(String, String)>,
    charset: Option<String>,
    fetched_at: Instant,
    body: Blob,
}

impl From<Docket> for DocketRecord {
    fn from(docket: Docket) -> Self {
        let Docket { heading, parties, entries, oddities } = docket;
        let Heading { title, court, subject, status, filed, extra } = heading;
        Self {
            heading: HeadingRecord { title, court, subject, status, filed: filed.map(Day), extra },
            parties: parties.into_iter().map(|Party { role, name }| PartyRecord { role, name }).collect(),
            entries: entries.into_iter().map(EntryRecord::from).collect(),
            oddities: oddities.into_iter().map(|Oddity { kind, detail, .. }| OddityRecord { kind, detail }).collect(),
        }
    }
}

impl From<DocketRecord> for Docket {
    fn from(record: DocketRecord) -> Self {
        let HeadingRecord { title, court, subject, status, filed, extra } = record.heading;
        Self {
            heading: Heading { title, court, subject, status, filed: filed.map(|day| day.0), extra },
            parties: record.parties.into_iter().map(|PartyRecord { role, name }| Party { role, name }).collect(),
            entries: record.entries.into_iter().map(Entry::from).collect(),
            oddities: record.oddities.into_iter().map(|OddityRecord { kind, detail }| Oddity { kind, detail, doubts: false }).collect(),
        }
    }
}

impl From<Entry> for EntryRecord {
    fn from(entry: Entry) -> Self {
        let Entry { key, date, time, title, text, documents, annulled, withheld, notice_of, extra } = entry;
        Self {
            key: key.0,
            date: date.map(Day),
            time: time.map(Hour),
            title,
            text,
            documents: documents.into_iter().map(|Document { id, name, url }| DocumentRecord { id, name, url }).collect(),
            annulled,
            withheld: withheld.map(|Withheld { mark, reason }| WithheldRecord { mark, reason }),
            notice_of: notice_of.map(|key| key.0),
            extra,
        }
    }
}

impl From<EntryRecord> for Entry {
    fn from(record: EntryRecord) -> Self {
        let EntryRecord { key, date, time, title, text, documents, annulled, withheld, notice_of, extra } = record;
        Self {
            key: EntryKey(key),
            date: date.map(|day| day.0),
            time: time.map(|hour| hour.0),
            title,
            text,
            documents: documents.into_iter().map(|DocumentRecord { id, name, url }| Document { id, name, url }).collect(),
            annulled,
            withheld: withheld.map(|WithheldRecord { mark, reason }| Withheld { mark, reason }),
            notice_of: notice_of.map(EntryKey),
            extra,
        }
    }
}

impl From<Page> for PageRecord {
    fn from(page: Page) -> Self {
        let Page { step, url, status, headers, body, charset, fetched_at } = page;
        Self { step, url, status, headers, charset, fetched_at: fetched_at.into(), body: Blob(body) }
    }
}

impl From<PageRecord> for Page {
    fn from(record: PageRecord) -> Self {
        let PageRecord { step, url, status, headers, charset, fetched_at, body } = record;
        Self { step, url, status, headers, body: body.0, charset, fetched_at: fetched_at.0 }
    }
}
