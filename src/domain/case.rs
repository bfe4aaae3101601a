//! A case as it is watched: where it is, what it is called, what the operator said of it.
//!
//! Built by `config` from the watch list with the help of a recipe's number format; read by everyone.
//! It does not know what the court last said: that is the store's head of the case.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;

use super::clocks::Pin;
use super::withhold::Telling;

/// Where a case lives: the source and the number in the source's compact form. Identifies a case everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CaseRef {
    /// The recipe's id, for example `ec-esatje`.
    pub source: String,
    /// The number in compact form, for example `17721201900029G`.
    pub number: String,
}

/// A case number that a recipe has understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseNumber {
    /// Without separators, as the source wants it: `17721201900029G`.
    pub compact: String,
    /// As people write it: `17721-2019-00029G`.
    pub canonical: String,
    /// The named parts of the recipe's pattern, for example `court` → `17721`.
    pub parts: Parts,
}

/// The named parts of a case number. A hundred thousand cases hold one each, so they are kept tight: a map of strings
/// takes 560 bytes for four parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parts(Box<[(Arc<str>, Box<str>)]>);

impl Parts {
    /// A part by its name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// Names and values, in the order of the pattern.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }
}

impl FromIterator<(Arc<str>, Box<str>)> for Parts {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Box<str>)>>(parts: I) -> Self {
        Self(parts.into_iter().collect())
    }
}

/// A fact about a case that no docket says, and that clocks need.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact {
    /// A yes or no, for example `penalty_over_5y = true`.
    Flag(bool),
    /// A whole number.
    Number(i64),
    /// Anything else, as written; dates included (`2023-12-14`).
    Text(String),
}

/// One watched case: a `[[case]]` of the watch list.
#[derive(Debug, Clone, PartialEq)]
pub struct Watch {
    /// Identity.
    pub case: CaseRef,
    /// The number in all its forms.
    pub number: CaseNumber,
    /// A nickname such as "Sobornos 2012-2016".
    pub name: Option<String>,
    /// The formal name, for channels that ask for it.
    pub formal_name: Option<String>,
    /// Tags that channels select by.
    pub tags: Vec<String>,
    /// How often it is visited (already resolved: case, else source, else the general setting; never below the recipe's floor).
    pub every: Duration,
    /// Entries dated from this day on count as new at the first visit.
    pub since: Option<Date>,
    /// After how many days without an entry it is told as silent; `None` means never.
    pub silent_after: Option<u32>,
    /// The operator's note, shown in alerts.
    pub note: Option<String>,
    /// What clocks need and no docket says.
    pub facts: BTreeMap<String, Fact>,
    /// What the operator says of its events.
    pub pins: Vec<Pin>,
    /// Whether it was put on the list because it was slow: in a group it counts from the day on which it came to be watched.
    pub chosen_for_delay: bool,
    /// The channels that hear of it; `None` means all.
    pub channels: Option<Vec<String>>,
    /// The other watched cases of the same matter, at other sources or instances, in the order of their identities.
    pub linked: Vec<CaseRef>,
    /// How much of it is told, where the operator says so; `None` leaves it to the classes of what is withheld.
    pub withhold: Option<Telling>,
}

impl Watch {
    /// A case of which the watch list says nothing.
    pub fn bare(case: CaseRef, number: CaseNumber) -> Self {
        Self {
            case,
            number,
            name: None,
            formal_name: None,
            tags: Vec::new(),
            every: Duration::ZERO,
            since: None,
            silent_after: None,
            note: None,
            facts: BTreeMap::new(),
            pins: Vec::new(),
            chosen_for_delay: false,
            channels: None,
            linked: Vec::new(),
            withhold: None,
        }
    }

    /// What to call the case in a sentence: the nickname, else the canonical number.
    pub fn label(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.number.canonical)
    }
}

impl CaseRef {
    /// What stands for the case in a digest, which tells of several. No recipe has an empty id.
    pub fn of_digests() -> Self {
        Self { source: String::new(), number: "digest".to_owned() }
    }

    /// Whether it stands for the cases of a digest.
    pub fn is_of_digests(&self) -> bool {
        self.source.is_empty()
    }
}

impl std::fmt::Display for CaseRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.source, self.number)
    }
}
