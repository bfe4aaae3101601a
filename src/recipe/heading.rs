//! The fields above the list and the parties, read from the answers.
//!
//! Called by [`Recipe::read`](super::Recipe::read). What is empty on the page is absent in the docket.

use std::collections::HashMap;

use jiff::tz::TimeZone;

use super::Refusal;
use super::budget;
use super::date::DateSpec;
use super::filter::{collapse, fold};
use super::oddity::Oddities;
use super::select::{Level, Visit};
use super::template::{Env, Scope, Template};
use crate::domain::docket::{Heading, Party};

/// The `[heading]` table.
#[derive(Debug, Clone, Default)]
pub struct HeadingSpec {
    /// The caption.
    pub title: Option<Field>,
    /// The court.
    pub court: Option<Field>,
    /// The subject.
    pub subject: Option<Field>,
    /// The state.
    pub status: Option<Field>,
    /// The day it was filed.
    pub filed: Option<(Vec<Level>, DateSpec)>,
    /// Further fields: a name, which may hold templates, and a field of which every match counts.
    pub extra: Vec<(Template, Field)>,
}

/// One field.
#[derive(Debug, Clone)]
pub struct Field {
    /// Where it stands.
    pub each: Vec<Level>,
    /// Of several matches, the one for which this text is the greatest; else the first.
    pub newest: Option<Template>,
    /// The text.
    pub value: Template,
}

/// One `[[parties]]` table.
#[derive(Debug, Clone)]
pub struct PartySpec {
    /// Where they stand.
    pub each: Vec<Level>,
    /// The role.
    pub role: Template,
    /// The name.
    pub name: Template,
}

/// Reads the heading.
pub fn heading(visit: &Visit<'_>, spec: &HeadingSpec, zone: &TimeZone, oddities: &mut Oddities) -> Result<Heading, Refusal> {
    let one = |field: &Option<Field>| field.as_ref().map_or(Ok(None), |field| first(visit, field));
    let mut heading = Heading {
        title: one(&spec.title)?,
        court: one(&spec.court)?,
        subject: one(&spec.subject)?,
        status: one(&spec.status)?,
        ..Heading::default()
    };
    if let Some((each, date)) = &spec.filed {
        let text = first(visit, &Field { each: each.clone(), newest: None, value: date.value.clone() })?;
        heading.filed = text.as_ref().and_then(|text| date.read(text, zone)).map(|stamp| stamp.date);
        if text.is_some() && heading.filed.is_none() {
            oddities.note("date-unparsed", "the day of filing is not in a known format");
        }
    }
    for (name, field) in &spec.extra {
        let (scopes, _) = visit.bound(&field.each)?;
        for scope in &scopes {
            let env = env(visit, scope);
            let (name, value) = (name.complete(&env), field.value.tidy(&env));
            if let Some(name) = name.filter(|_| !value.is_empty()) {
                heading.extra.entry(collapse(&name)).or_insert(value);
            }
        }
    }
    Ok(heading)
}

fn first(visit: &Visit<'_>, field: &Field) -> Result<Option<String>, Refusal> {
    let (scopes, _) = visit.bound(&field.each)?;
    let mut best: Option<(String, String)> = None;
    for scope in &scopes {
        let env = env(visit, scope);
        let value = field.value.tidy(&env);
        if value.is_empty() {
            continue;
        }
        let Some(newest) = &field.newest else { return Ok(Some(value)) };
        let rank = (newest.text(&env).into_owned(), value);
        if best.as_ref().is_none_or(|best| rank > *best) {
            best = Some(rank);
        }
    }
    Ok(best.map(|(_, value)| value))
}

/// Reads the parties: in the source's order, without repeats. Names that differ only in case, accents or white space
/// are one party, in the spelling that sorts first, so that the order of the incidents does not choose it.
pub fn parties(visit: &Visit<'_>, specs: &[PartySpec], oddities: &mut Oddities) -> Result<Vec<Party>, Refusal> {
    let mut parties: Vec<Party> = Vec::new();
    let mut known: HashMap<(String, String), usize> = HashMap::new();
    for spec in specs {
        let (scopes, nulls) = visit.bound(&spec.each)?;
        oddities.note_many("null-element", "elements of the lists of parties are null", nulls.last().copied().unwrap_or_default());
        for scope in &scopes {
            let env = env(visit, scope);
            let party = Party { role: spec.role.tidy(&env), name: spec.name.tidy(&env) };
            if party.name.is_empty() {
                oddities.note("empty-party", "parties have no name");
                continue;
            }
            match known.get(&(fold(&party.role), fold(&party.name))).and_then(|index| parties.get_mut(*index)) {
                Some(same) if party < *same => *same = party,
                Some(_) => {}
                None => {
                    budget::keep(200 + 2 * (party.role.len() + party.name.len()));
                    known.insert((fold(&party.role), fold(&party.name)), parties.len());
                    parties.push(party);
                }
            }
        }
    }
    Ok(parties)
}

fn env<'a>(visit: &'a Visit<'_>, scope: &'a Scope<'a>) -> Env<'a> {
    Env { number: visit.number, format: &visit.recipe.plan.number, scope, row: None, base: &visit.base }
}
