//! The zones of the courts of one source: by the case number, and row by row where a row says which court it is of.
//!
//! Compiled by `syntax`; asked by `entries` for rows and through [`Recipe::zone_of`](super::Recipe::zone_of) for cases.

use jiff::tz::TimeZone;
use regex::Regex;

use super::template::{Env, Template};

/// The zones of a source.
#[derive(Debug, Clone)]
pub struct Zones {
    /// The zone where nothing else is said.
    pub usual: TimeZone,
    /// The exceptions.
    pub rules: Vec<ZoneRule>,
}

/// An exception.
#[derive(Debug, Clone)]
pub struct ZoneRule {
    /// The text that decides: of a row, or the compact case number.
    pub value: Option<Template>,
    /// What it must match.
    pub matches: Regex,
    /// The zone then.
    pub zone: TimeZone,
}

impl Zones {
    /// One zone for all.
    pub fn one(usual: TimeZone) -> Self {
        Self { usual, rules: Vec::new() }
    }

    /// The zone of a case, by its number.
    pub fn of_number(&self, compact: &str) -> &TimeZone {
        let rule = self.rules.iter().find(|rule| rule.value.is_none() && rule.matches.is_match(compact));
        rule.map_or(&self.usual, |rule| &rule.zone)
    }

    /// The zone of a row: by what it says of its court, else that of its case. A case keeps its number when it moves to a court
    /// elsewhere.
    pub fn of_row<'z>(&'z self, env: &Env<'_>, of_case: &'z TimeZone) -> &'z TimeZone {
        let mut says_its_court = false;
        for rule in &self.rules {
            let Some(value) = &rule.value else { continue };
            let text = value.text(env);
            says_its_court |= !text.trim().is_empty();
            if rule.matches.is_match(text.trim()) {
                return &rule.zone;
            }
        }
        if says_its_court { &self.usual } else { of_case }
    }
}
