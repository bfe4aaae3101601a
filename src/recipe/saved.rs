//! Pages that a person saved: which step does a file answer, and of which case is it?
//!
//! For `veedor extract` and `veedor import`, which are given files without their requests. The daemon does not need it.

use std::borrow::Cow;

use jiff::Timestamp;

use super::select::{Path, Root};
use super::step::{Expected, Step};
use super::template::{Env, Scope, text_of};
use super::value::Value;
use super::{Next, Recipe, answer, is_described};
use crate::domain::case::{CaseNumber, Parts};
use crate::domain::page::{Method, Page};

impl Recipe {
    /// The ids of the steps, in their order.
    pub fn steps(&self) -> impl Iterator<Item = &str> {
        self.plan.steps.iter().map(|step| step.id.as_str())
    }

    /// The ids of the steps that ask by POST, in their order.
    pub fn posted(&self) -> impl Iterator<Item = &str> {
        self.plan.steps.iter().filter(|step| step.method == Method::Post).map(|step| step.id.as_str())
    }

    /// A page that a person saved. Without a step it is taken for the one that it fits best, else for the first.
    pub fn saved(&self, step: String, body: Vec<u8>, charset: Option<&str>, now: Timestamp) -> Page {
        let charset = charset.map(str::to_owned);
        let url = self.base_url.clone();
        let mut page = Page { step, url, status: 200, headers: Vec::new(), body, charset, fetched_at: now };
        if page.step.is_empty() {
            page.step = self.guess_step(&page).or_else(|| self.first_that_takes(&page)).unwrap_or_else(|| self.first_step()).to_owned();
        }
        let step = self.plan.steps.iter().find(|step| step.id == page.step);
        page.charset = page.charset.or_else(|| step.and_then(|step| step.charset.clone()));
        page.url = self.address_of(&page.step);
        page
    }

    /// Saved pages as if they had been asked for: with the address, which links on them start from, and the recipe's charset.
    pub fn located(&self, number: &CaseNumber, mut pages: Vec<Page>) -> Vec<Page> {
        for at in 0..pages.len() {
            if let Next::Ask(request) = self.needs(number, &pages[..at])
                && request.step == pages[at].step
            {
                pages[at].url = request.url;
                pages[at].charset = pages[at].charset.take().or(request.charset);
            }
        }
        pages
    }

    /// The number of a case that describes its source itself, which is the name that the watch list gives it.
    pub fn named(&self) -> Option<CaseNumber> {
        let format = &self.plan.number;
        is_described(&self.id).then(|| format.read(&self.title, &format.example).ok()).flatten()
    }

    /// What a number looks like: in words, as a pattern, and an example.
    pub fn number_format(&self) -> (&str, &str, &str) {
        let format = &self.plan.number;
        (&format.shape, format.pattern.as_str(), &format.example)
    }

    /// Where the pages of a step are, as far as that does not depend on the case: links on a saved page begin there.
    fn address_of(&self, step: &str) -> String {
        let number = nobody();
        let env = Env { number: &number, format: &self.plan.number, scope: &Scope::default(), row: None, base: "" };
        let path = self.plan.steps.iter().find(|known| known.id == step).map(|step| step.url.url(&env)).unwrap_or_default();
        if path.starts_with('/') || path.is_empty() { format!("{}{path}", self.base_url_of(&number)) } else { path }
    }

    /// The step that a saved page answers, by what the recipe would take from it. `None` when it fits none.
    pub fn guess_step(&self, page: &Page) -> Option<&str> {
        if let [only] = self.plan.steps.as_slice() {
            return Some(&only.id);
        }
        let fits = self.plan.steps.iter().enumerate().map(|(index, step)| (self.fit(index, step, page), step));
        // Of equals the first, for which `max_by_key` needs the reverse order.
        let best = fits.collect::<Vec<_>>().into_iter().rev().max_by_key(|(fit, _)| *fit);
        best.filter(|(fit, _)| *fit > 0).map(|(_, step)| step.id.as_str())
    }

    /// The case number that a saved page shows, where the recipe checks that the page shows it.
    pub fn number_in(&self, page: &Page) -> Option<CaseNumber> {
        let step = self.plan.steps.iter().find(|step| step.id == page.step)?;
        let document = answer::parse(step, page).ok()?;
        let echoes = step.echo.iter().filter(|echo| match &echo.expected {
            Expected::Text(template) => template.heads().eq(["number"]),
            Expected::Number => true,
        });
        let echoed = echoes.flat_map(|echo| echo.json.query(&document)).find_map(|value| self.number(&text_of(value)).ok());
        echoed.or_else(|| {
            let number = nobody();
            let env = Env { number: &number, format: &self.plan.number, scope: &Scope::default(), row: Some(&document), base: "" };
            step.shows.as_ref().and_then(|shows| self.number(&shows.complete(&env)?).ok())
        })
    }

    /// The first step whose rules do not refuse a page that fits none: the data of a case have no rows to be known by.
    fn first_that_takes(&self, page: &Page) -> Option<&str> {
        let number = nobody();
        let takes = |step: &&Step| {
            let page = Page { step: step.id.clone(), ..page.clone() };
            let env = Env { number: &number, format: &self.plan.number, scope: &Scope::default(), row: None, base: &page.url };
            let lacks_rows = self.plan.entries.iter().any(|spec| self.plan.steps.get(spec.step).is_some_and(|of| of.id == step.id));
            !lacks_rows
                && answer::glance(step, &page).is_ok()
                && answer::parse(step, &page).and_then(|document| answer::check(step, &page, &document, &env)).is_ok()
        };
        self.plan.steps.iter().find(takes).map(|step| step.id.as_str())
    }

    /// How much of what the recipe wants of a step's answers is in this page.
    fn fit(&self, index: usize, step: &Step, page: &Page) -> usize {
        if answer::glance(step, page).is_err() {
            return 0;
        }
        let in_charset = step.charset.is_some() && page.charset.is_none();
        let page = if in_charset { &Page { charset: step.charset.clone(), ..page.clone() } } else { page };
        let Ok(document) = answer::parse(step, page) else { return 0 };
        let lacking = self.plan.entries.iter().filter(|spec| spec.step == index).any(|spec| {
            let rows = spec.rows.query(&document);
            !rows.is_empty() && spec.required.iter().any(|field| rows.iter().all(|row| row.get(field.as_str()).is_none()))
        });
        if lacking {
            return 0;
        }
        let echoes = step.echo.iter().filter(|echo| !echo.json.query(&document).is_empty()).count();
        let rows = self.plan.entries.iter().filter(|spec| spec.step == index).map(|spec| {
            let rows = spec.rows.query(&document);
            spec.required.iter().filter(|field| rows.iter().any(|row| row.get(field.as_str()).is_some())).count()
        });
        let lists = self
            .plan
            .steps
            .iter()
            .filter(|later| self.reaches(&later.each.iter().map(|level| &level.path).collect::<Vec<_>>(), index, &document));
        echoes + rows.sum::<usize>() + lists.count()
    }

    /// Whether a fan-out of two or more levels that begins at this step finds its inner lists in the document.
    fn reaches(&self, paths: &[&Path], index: usize, document: &Value) -> bool {
        let [first, inner @ ..] = paths else { return false };
        if first.root != Root::Step(index) || inner.is_empty() {
            return false;
        }
        let start = first.json.query(document).into_iter().map(Cow::Borrowed).collect::<Vec<_>>();
        let found = inner.iter().fold(start, |values, path| {
            values.iter().flat_map(|value| path.json.query(value).into_iter().cloned()).map(Cow::Owned).collect()
        });
        !found.is_empty()
    }
}

/// The number of a page of which nothing is known.
fn nobody() -> CaseNumber {
    CaseNumber { compact: String::new(), canonical: String::new(), parts: Parts::default() }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::page;
    use super::super::shipped_recipe;

    #[test]
    fn the_step_and_the_number_of_a_saved_page_are_found() {
        let recipe = shipped_recipe("ec-esatje").unwrap();
        let incidents = r#"[{"idJudicatura":"08332","lstIncidenteJudicatura":[{"incidente":1}]}]"#;
        let acts =
            r#"[{"codigo":1,"tipo":"x","fecha":"y","origen":"z","visible":"S","idJuicio":"08332202400176 ","idJudicatura":"08332"}]"#;
        let info = r#"[{"idJuicio":"08332202400176","nombreDelito":"x"}]"#;
        for (body, step, number) in [
            (info, Some("info"), Some("08332202400176")),
            (incidents, Some("incidents"), None),
            (acts, Some("acts"), Some("08332202400176")),
        ] {
            let guessed = recipe.guess_step(&page("", 200, "application/json", body.as_bytes())).map(str::to_owned);
            assert_eq!(guessed.as_deref(), step, "{body}");
            let found = recipe.number_in(&page(&guessed.unwrap(), 200, "application/json", body.as_bytes()));
            assert_eq!(found.map(|number| number.compact).as_deref(), number, "{body}");
        }
        for body in ["[]", "{}", "<html>", ""] {
            assert_eq!(recipe.guess_step(&page("", 200, "application/json", body.as_bytes())), None, "{body}");
        }
        assert_eq!(recipe.steps().collect::<Vec<_>>(), ["info", "incidents", "acts"]);
    }

    #[test]
    fn a_page_without_rows_is_known_by_the_rules_that_take_it_and_shows_its_number_in_parts() {
        let recipe = shipped_recipe("ar-iol").unwrap();
        let file = r#"{"numero":900123,"anio":2099,"sufijo":1,"cuij":"J-01-00900123-4/2099-1","caratula":"x","esPrivado":0}"#;
        let saved = recipe.saved(String::new(), file.as_bytes().to_vec(), None, jiff::Timestamp::UNIX_EPOCH);
        assert_eq!(saved.step, "ficha");
        assert_eq!(recipe.number_in(&saved).map(|number| number.canonical).as_deref(), Some("900123/2099-1"));
    }
}
