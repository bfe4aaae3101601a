//! What a recipe takes from pages, rule by rule, and the first place where a page stops being what the recipe expects.
//!
//! For `veedor extract --explain`. It judges nothing itself: pages are accepted, views looked through and rows read by the
//! same parts as in [`Recipe::read`], which note what they do, so that the explanation cannot disagree with the reading. It
//! prints nothing.

mod nearest;
mod page;
mod rows;

use super::html_page::WHOLE;
use super::oddity::Oddities;
use super::select::{Level, Root, Visit};
use super::step::{self, Step};
use super::template::Scope;
use super::{Recipe, Refusal};
use crate::domain::case::CaseNumber;
use crate::domain::docket::Docket;
use crate::domain::page::Page;

pub use page::{Match, PageSeen, RuleSeen};
pub use rows::{DateSeen, Fate, FieldSeen, KeySeen, OF_OTHERS, RowSeen, TableSeen};

/// Everything that a reading did.
#[derive(Debug)]
pub struct Explanation {
    /// What came of it, as [`Recipe::read`] gives it.
    pub outcome: Result<Docket, Refusal>,
    /// The first place where the pages are not what the recipe expects, in one sentence with what is there instead.
    pub first: Option<String>,
    /// The pages, in the order in which they were given.
    pub pages: Vec<PageSeen>,
    /// The `[[entries]]` tables over each page.
    pub tables: Vec<TableSeen>,
    /// Requests of a step that have no page: the step, how many were due, how many pages there are.
    pub absent: Vec<(String, usize, usize)>,
    /// The lists that requests, heading and parties are made from.
    pub lists: Vec<Match>,
}

impl Recipe {
    /// Reads the pages as [`read`](Self::read) does, and tells what each rule matched.
    pub fn explain(&self, number: &CaseNumber, pages: &[Page]) -> Explanation {
        let visit = Visit::new(self, number, pages);
        let (outcome, noted) = self.read_noting(&visit, Oddities::listening());
        let (mut seen, mut tables, mut absent) = (Vec::new(), Vec::new(), Vec::new());
        for (index, step) in self.plan.steps.iter().enumerate() {
            let asked = step::asked(&visit, index, step).map(|(asked, _)| asked).unwrap_or_default();
            let scopes: Vec<Scope<'_>> = asked.into_iter().map(|asked| asked.scope).collect();
            let no_scope = Scope::default();
            let pages: Vec<usize> = visit.pages_of(index).collect();
            for (nth, page) in pages.iter().enumerate() {
                let accepted = self.accept(&visit, step, *page, scopes.get(nth).unwrap_or(&no_scope), true);
                seen.push(page::seen(&visit, step, *page, accepted.err()));
                let specs = self.plan.entries.iter().enumerate().filter(|(_, spec)| spec.step == index);
                // An answer that says "none of these" is null, and has no rows.
                if let Some(document) = visit.document(*page).ok().filter(|document| !document.is_null()) {
                    tables.extend(specs.map(|(table, spec)| rows::seen(spec, table, step, *page, document, noted.rows())));
                }
            }
            let due = scopes.len().max(usize::from(!step.optional));
            if pages.len() < due {
                absent.push((step.id.clone(), scopes.len(), pages.len()));
            }
        }
        seen.sort_by_key(|page| page.page);
        let lists = self.lists(&visit);
        let mut explanation = Explanation { outcome, first: None, pages: seen, tables, absent, lists };
        explanation.first = explanation.stops();
        explanation
    }

    /// The first level of every fan-out whose step has a page that could be read.
    fn lists(&self, visit: &Visit<'_>) -> Vec<Match> {
        let of_step = |step: &Step| format!("the requests of step {}", step.id);
        // A docket can do without these, and their step mostly has nothing to ask for.
        let optional: Vec<String> = self.plan.steps.iter().filter(|step| step.optional).map(of_step).collect();
        let mut all: Vec<(String, &[Level])> = Vec::new();
        all.extend(self.plan.steps.iter().map(|step| (of_step(step), step.each.as_slice())));
        let heading = &self.plan.heading;
        for (name, field) in
            [("title", &heading.title), ("court", &heading.court), ("subject", &heading.subject), ("status", &heading.status)]
        {
            all.extend(field.iter().map(|field| (format!("heading.{name}"), field.each.as_slice())));
        }
        all.extend(heading.filed.iter().map(|(each, _)| ("heading.filed".to_owned(), each.as_slice())));
        all.extend(heading.extra.iter().map(|(_, field)| ("heading.extra".to_owned(), field.each.as_slice())));
        all.extend(self.plan.parties.iter().map(|party| ("parties".to_owned(), party.each.as_slice())));
        let mut lists: Vec<Match> = Vec::new();
        for (place, levels) in all {
            for depth in 1..=levels.len() {
                let Some(mut found) = self.level(visit, &place, &levels[..depth]) else { break };
                found.is_needed &= !optional.contains(&place);
                let stops = found.found == 0;
                if !lists.iter().any(|known| known.place == found.place && known.written == found.written) {
                    lists.push(found);
                }
                if stops {
                    break;
                }
            }
        }
        lists
    }

    /// What the last of these levels finds. `None` without a readable page of the step that they begin at.
    fn level(&self, visit: &Visit<'_>, place: &str, levels: &[Level]) -> Option<Match> {
        let Root::Step(start) = levels.first()?.path.root else { return None };
        let step: &Step = self.plan.steps.get(start)?;
        let document = visit.pages_of(start).find_map(|page| visit.document(page).ok())?;
        let (scopes, nulls) = visit.fan_out(levels).ok()?;
        let last = levels.last()?;
        let (root, within) = match &last.path.root {
            Root::Step(_) => (format!("$.{}", step.id), Some(document)),
            Root::Variable(name) => {
                let (outer, _) = visit.fan_out(&levels[..levels.len() - 1]).ok()?;
                let value = outer.first().and_then(|scope| scope.find(name));
                return Some(Match::of_list(
                    place,
                    &format!("@.{name}"),
                    &last.path.json,
                    scopes.len(),
                    value.map(super::template::Var::value),
                ));
            }
        };
        let _ = nulls;
        Some(Match::of_list(place, &root, &last.path.json, scopes.len(), within))
    }
}

impl Explanation {
    /// The first thing that does not fit: on the page that was refused, else among what the entries need.
    fn stops(&self) -> Option<String> {
        if let Err(refusal) = &self.outcome {
            return Some(self.refused(refusal));
        }
        let page = |page: usize| self.pages.iter().find(|seen| seen.page == page);
        // Of an HTML page the rows are a look of the view, and where that stops says more than the path.
        let empty = |table: &TableSeen| {
            let look = page(table.page).and_then(|page| page.fields.iter().find(|field| field.found == 0 && table.reads(&field.place)));
            look.unwrap_or(&table.path).sentence()
        };
        let has_rows = |page: usize| self.tables.iter().any(|table| table.page == page && table.taken > 0);
        for table in &self.tables {
            let step = &table.step;
            if table.rows == 0 {
                // Many pages show one list or the other: what else does not fit comes first.
                if has_rows(table.page) {
                    continue;
                }
                return Some(format!("{step}: {}", empty(table)));
            }
            if let Some(field) = table.fields.iter().find(|field| field.having == 0 && field.is_needed) {
                let look = page(table.page).and_then(|page| page.fields.iter().find(|look| look.found == 0 && look.is_cell(&field.name)));
                let sentence = look.map_or_else(|| field.sentence(), Match::sentence);
                return Some(format!("{step}: {sentence}"));
            }
            // That none of the rows of a feed is of this case is an ordinary answer.
            if table.taken == 0 && table.dropped.keys().any(|why| *why != OF_OTHERS) {
                return Some(format!("{step}: none of the {} rows became an entry: {}", table.rows, table.dropped_in_words()));
            }
            if let Some(text) = table.unread.first() {
                let (read, all) = (table.dates_read, table.taken);
                return Some(format!("{step}: dates: {read} of {all} could be read; \"{text}\" is in none of the formats"));
            }
        }
        // Of a docket that has entries a list that is there and empty, such as that of its parties, is an ordinary answer.
        let is_read = self.outcome.as_ref().is_ok_and(|docket| !docket.entries.is_empty());
        let tells = |nearest: &String| !(is_read && nearest::is_nothing(nearest));
        let list = self
            .lists
            .iter()
            .find(|list| list.found == 0 && list.is_needed && list.nearest.as_ref().is_some_and(tells))
            .map(Match::sentence);
        let lacking = || self.tables.iter().find(|table| table.rows == 0);
        list.or_else(|| lacking().map(|table| format!("{}: a list without rows beside one that has some: {}", table.step, empty(table))))
    }

    fn refused(&self, refusal: &Refusal) -> String {
        let Some(page) = self.pages.iter().find(|page| page.refusal.as_ref() == Some(refusal)) else {
            let lacking = self.tables.iter().flat_map(|table| table.fields.iter().map(move |field| (table, field)));
            let named = |field: &FieldSeen| matches!(refusal, Refusal::Unreadable { expected, .. } if *expected == format!("`{}` in the rows", field.name));
            let found = lacking.into_iter().find(|(table, field)| field.having == 0 && named(field) && table.rows > 0);
            return found.map_or_else(|| refusal.to_string(), |(table, field)| format!("{}: {}", table.step, field.sentence()));
        };
        if let Some(rule) = page.rules.iter().find(|rule| rule.fits == Some(true) && rule.verdict != page::NOTHING) {
            return format!("{}: {}: the rule `{}` ({}) fits", page.step, refusal, rule.verdict, rule.written);
        }
        let at_fault = |field: &&page::Match| match refusal {
            Refusal::Unreadable { expected, .. } if expected == WHOLE => false,
            Refusal::Unreadable { at, .. } => field.is_needed || *at == format!("{}: {}", page.step, field.written),
            _ => false,
        };
        let stopped = page.fields.iter().find(|field| field.found == 0 && at_fault(field));
        match (refusal, stopped) {
            (Refusal::Unreadable { .. }, Some(field)) => format!("{}: {}", page.step, field.sentence()),
            (Refusal::Unreadable { at, expected, found }, None) => format!("{at}: expected {expected}, found {found}"),
            (Refusal::Blocked(_) | Refusal::Unavailable(_), _) => {
                format!("{}: {refusal}; no rule of the recipe says so, but its status or one of the words that count everywhere", page.step)
            }
            _ => refusal.to_string(),
        }
    }
}

#[cfg(test)]
mod tests;
