//! HTML answers: a page through the step's view, or what it is instead.
//!
//! Called by `answer`. The recipe's own rules come first, then what the page must have, then the words of a block on a page
//! that shows little, and last whether the page is whole.

use scraper::Html;

use super::Refusal;
use super::answer::{Rule, not_what_was_due};
use super::bounds;
use super::cut_off;
use super::marker::{BARE_CHARS_BESIDE_ROWS, marker_beside_rows};
use super::step::Step;
use super::value::Value;
use super::view::View;
use super::whole_text::whole_text;
use crate::domain::page::Page;

/// The page as a value.
pub fn read<'r>(step: &Step, page: &Page, view: &'r View) -> Result<Value<'r>, Refusal> {
    let text = whole_text(step, page)?;
    let html = bounds::document(&text).map_err(|too_many| Refusal::Unreadable {
        at: step.id.clone(),
        expected: "HTML".to_owned(),
        found: too_many.found(),
    })?;
    let fits = |rule: &&Rule| rule.css.is_some() && rule.json.is_none() && rule.empty.is_none() && rule.fits(page) && rule.fits_html(&html);
    if let Some(rule) = step.rules.iter().find(fits) {
        return rule.verdict(step).map(|()| Value::Null);
    }
    let seen = view.see(&html, &page.url).map_err(|missing| {
        if let Some(refusal) = said_so(step, page, view, &html) {
            return refusal;
        }
        match not_what_was_due(step, page, "HTML") {
            // What is missing may stand in the part that is lost.
            Refusal::Unreadable { found, .. } if text.trim_start().starts_with('<') && lacks_its_end(step, &text) => {
                cut_off(step, format!("{found}, that has no element {} and does not end with {}", missing.css, step.ends.join(" or ")))
            }
            Refusal::Unreadable { found, .. } => Refusal::Unreadable {
                at: format!("{}: {}", step.id, missing.field),
                expected: format!("an element {}", missing.css),
                found: format!("none, in {found}"),
            },
            other => other,
        }
    })?;
    let beside = seen.beside_rows(BARE_CHARS_BESIDE_ROWS);
    if let Some(marker) = beside.and_then(|beside| marker_beside_rows(&beside)) {
        return Err(marker.says.refusal(format!("the page at {} says \"{}\"", step.id, marker.text)));
    }
    if lacks_its_end(step, &text) {
        return Err(cut_off(step, format!("one that does not end with {}", step.ends.join(" or "))));
    }
    // Only a page that shows nothing after its last row can have lost a part of it.
    match seen.ends_in_a_row().then(|| cut_off::open_element(&text)).flatten() {
        Some(name) => Err(cut_off(step, format!("one that is cut off within its last row, with <{name}> left open"))),
        None => Ok(seen.value),
    }
}

/// What a page was expected to be that is cut off.
pub const WHOLE: &str = "a whole page";

fn cut_off(step: &Step, found: String) -> Refusal {
    Refusal::Unreadable { at: step.id.clone(), expected: WHOLE.to_owned(), found }
}

fn lacks_its_end(step: &Step, text: &str) -> bool {
    !step.ends.is_empty() && !cut_off::ends_with(text, &step.ends)
}

/// What a page that lacks something says by the recipe's own rules: the page of an unknown case has no list. Only what such
/// a page shows counts; what it lacks says nothing.
fn said_so(step: &Step, page: &Page, view: &View, html: &Html) -> Option<Refusal> {
    let lenient = view.lenient();
    let shown = lenient.see(html, &page.url).ok()?.value;
    let fits = |rule: &&Rule| rule.json.is_some() && rule.judges(&shown) && rule.fits(page);
    step.rules.iter().find(fits).and_then(|rule| rule.verdict(step).err())
}
