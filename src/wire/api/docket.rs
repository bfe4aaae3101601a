//! A docket as an answer: `veedor.docket/1`, the same form as [`wire::docket`](crate::wire::docket) with types for the description of the API.
//!
//! Part of the answers about a case and its versions. A test holds that both forms are one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::case::CaseNumber;
use crate::domain::docket::{Docket, Document, Entry};
use crate::wire::docket::SCHEMA;

/// A docket.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DocketForm {
    /// `veedor.docket/1`.
    pub schema: String,
    /// The source's id.
    pub source: String,
    /// The fields above the list.
    pub case: HeadingForm,
    /// The parties, in the source's order.
    pub parties: Vec<PartyForm>,
    /// The entries, newest first where the source dates them.
    pub entries: Vec<EntryForm>,
    /// What was unexpected on the pages but did not stop the reading.
    pub oddities: Vec<OddityForm>,
}

/// The fields above the list, as the source writes them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HeadingForm {
    /// The number as people write it.
    pub number: String,
    /// The caption.
    pub title: Option<String>,
    /// The court that holds it.
    pub court: Option<String>,
    /// The offence or subject.
    pub subject: Option<String>,
    /// The source's word for its state.
    pub status: Option<String>,
    /// The day it was filed, in the court's zone.
    pub filed: Option<String>,
    /// Further fields by a stable name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub extra: BTreeMap<String, String>,
}

/// A party.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PartyForm {
    /// The source's word for the role.
    pub role: String,
    /// The name.
    pub name: String,
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EntryForm {
    /// Its identity within the case, over all versions.
    pub key: String,
    /// The court's date, in the court's zone.
    pub date: Option<String>,
    /// The court's time.
    pub time: Option<String>,
    /// The court's title or type.
    pub title: String,
    /// The body as text.
    pub text: String,
    /// Linked documents.
    pub documents: Vec<DocumentForm>,
    /// Whether the source marks it as annulled.
    pub annulled: bool,
    /// That the court withholds its content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withheld: Option<WithheldForm>,
    /// The act of which it is the notice of service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice_of: Option<String>,
    /// Further fields by name.
    pub extra: BTreeMap<String, String>,
}

/// A document that an entry links. Its bytes are not fetched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DocumentForm {
    /// The source's identifier.
    pub id: String,
    /// The file name or label.
    pub name: String,
    /// Where a person can open it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// That a court withholds an entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct WithheldForm {
    /// The source's mark.
    pub mark: String,
    /// The reason, when the source gives one.
    pub reason: Option<String>,
}

/// Something unexpected on a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OddityForm {
    /// A stable name.
    pub kind: String,
    /// Where and what.
    pub detail: String,
    /// Whether rows that are missing may merely not have been shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub doubts: bool,
}

impl DocketForm {
    /// Of a docket of this case.
    pub fn of(docket: &Docket, source: &str, number: &CaseNumber) -> Self {
        let party = |party: &crate::domain::docket::Party| PartyForm { role: party.role.clone(), name: party.name.clone() };
        let oddity = |oddity: &crate::domain::docket::Oddity| OddityForm {
            kind: oddity.kind.clone(),
            detail: oddity.detail.clone(),
            doubts: oddity.doubts,
        };
        Self {
            schema: SCHEMA.to_owned(),
            source: source.to_owned(),
            case: HeadingForm::of(docket, number),
            parties: docket.parties.iter().map(party).collect(),
            entries: docket.entries.iter().map(EntryForm::of).collect(),
            oddities: docket.oddities.iter().map(oddity).collect(),
        }
    }
}

impl HeadingForm {
    /// Of the heading of a docket of this case.
    pub fn of(docket: &Docket, number: &CaseNumber) -> Self {
        let heading = &docket.heading;
        Self {
            number: number.canonical.clone(),
            title: heading.title.clone(),
            court: heading.court.clone(),
            subject: heading.subject.clone(),
            status: heading.status.clone(),
            filed: heading.filed.map(|filed| filed.to_string()),
            extra: heading.extra.clone(),
        }
    }
}

impl EntryForm {
    /// Of an entry.
    pub fn of(entry: &Entry) -> Self {
        let withheld = entry.withheld.as_ref();
        Self {
            key: entry.key.0.clone(),
            date: entry.date.map(|date| date.to_string()),
            time: entry.time.map(|time| time.to_string()),
            title: entry.title.clone(),
            text: entry.text.clone(),
            documents: entry.documents.iter().map(DocumentForm::of).collect(),
            annulled: entry.annulled,
            withheld: withheld.map(|withheld| WithheldForm { mark: withheld.mark.clone(), reason: withheld.reason.clone() }),
            notice_of: entry.notice_of.as_ref().map(|key| key.0.clone()),
            extra: entry.extra.clone(),
        }
    }
}

impl DocumentForm {
    /// Of a document.
    pub fn of(document: &Document) -> Self {
        Self { id: document.id.clone(), name: document.name.clone(), url: document.url.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::case::Parts;
    use crate::domain::docket::{EntryKey, Heading, Oddity, Party, Withheld};
    use crate::wire::docket::to_json;

    #[test]
    fn the_typed_form_is_the_published_one_byte_by_byte() {
        let number = CaseNumber { compact: "17721202600001G".into(), canonical: "17721-2026-00001G".into(), parts: Parts::default() };
        let entry = |key: &str, full: bool| Entry {
            key: EntryKey(key.into()),
            date: full.then(|| jiff::civil::date(2026, 3, 2)),
            time: full.then(|| jiff::civil::time(9, 30, 5, 0)),
            title: "AUTO \u{202e}<b>".into(),
            text: "uno\n\"dos\"".into(),
            documents: full
                .then(|| Document { id: "d1".into(), name: "acta.pdf".into(), url: Some("https://court.example/d1".into()) })
                .into_iter()
                .chain([Document { id: "d2".into(), name: String::new(), url: None }])
                .collect(),
            annulled: full,
            withheld: full.then(|| Withheld { mark: "H".into(), reason: None }),
            notice_of: full.then(|| EntryKey("k0".into())),
            extra: full.then(|| ("zone".to_owned(), "America/Guayaquil".to_owned())).into_iter().collect(),
        };
        let oddity = |doubts| Oddity { kind: "null-element".into(), detail: "row 3".into(), doubts };
        let whole = Docket {
            heading: Heading {
                title: Some("Uno v. Dos".into()),
                filed: Some(jiff::civil::date(2025, 1, 9)),
                extra: BTreeMap::from([("judge".to_owned(), "Ana Prueba".to_owned())]),
                ..Heading::default()
            },
            parties: vec![Party { role: "ACTOR".into(), name: "Ana Prueba".into() }],
            entries: vec![entry("k1", true), entry("k2", false)],
            oddities: vec![oddity(true), oddity(false)],
        };
        for docket in [whole, Docket::default()] {
            let typed = serde_json::to_string(&DocketForm::of(&docket, "ec-esatje", &number)).expect("JSON");
            assert_eq!(typed, to_json(&docket, "ec-esatje", &number).to_string());
            let back: DocketForm = serde_json::from_str(&typed).expect("reads back");
            assert_eq!(serde_json::to_string(&back).expect("JSON"), typed);
        }
    }
}
