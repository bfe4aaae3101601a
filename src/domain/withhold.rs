//! Classes of cases and acts of which next to nothing leaves the machine (`domain.md` E1, E2, R-E6).
//!
//! A [`Withhold`] is data: what a subject or the type of an entry says, or cases by name. [`privacy`](super::privacy) asks it for each
//! message. Whether a law applies is the operator's to say: a class can be turned off, and a case can be taken out of all.

use std::collections::BTreeSet;

use regex::Regex;

use super::case::CaseRef;
use super::fold::fold;

/// How much of an event is told. What tells less is greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Telling {
    /// All that the rules leave.
    #[default]
    Whole,
    /// The type of the act and its date, without its text and without names.
    TypeAndDate,
    /// That the case had activity, and nothing else.
    Activity,
}

/// A class of cases or acts.
#[derive(Debug, Clone)]
pub struct Withhold {
    /// A stable name, by which an operator can turn it off.
    pub id: String,
    /// What the subject, the court or another field of the heading says of such a case: one of these.
    pub subject: Vec<Regex>,
    /// Words that say something else and are passed over: "violación de la propiedad privada".
    pub except: Option<Regex>,
    /// What the type of such an act says.
    pub entry_type: Option<Regex>,
    /// Cases by name.
    pub cases: BTreeSet<CaseRef>,
    /// How much is told.
    pub telling: Telling,
    /// Why: the law or the practice it follows.
    pub why: String,
}

impl Withhold {
    /// Whether a field of a heading puts its case into this class.
    pub fn takes_subject(&self, text: &str) -> bool {
        self.subject.iter().any(|pattern| self.takes(pattern, text))
    }

    /// Whether a type puts its act into this class.
    pub fn takes_type(&self, title: &str) -> bool {
        self.entry_type.iter().any(|pattern| self.takes(pattern, title))
    }

    fn takes(&self, pattern: &Regex, text: &str) -> bool {
        let says = |text: &str| match &self.except {
            Some(except) => pattern.is_match(&except.replace_all(text, " ")),
            None => pattern.is_match(text),
        };
        says(text) || says(&fold(text))
    }
}
