//! The text of an answer of which every byte fits its charset.
//!
//! Used by `answer` before it reads a page. A text full of replacement marks, or of `Ã³`, would be another text than yesterday's.

use std::borrow::Cow;

use super::Refusal;
use super::answer::Format;
use super::step::Step;
use crate::domain::charset::{decode_with_errors, mistaken_charset};
use crate::domain::page::Page;

/// The text of a page. Where a recipe names the charset of HTML or XML, a broken letter is the source's own and is read as such;
/// where most letters are broken, the charset is wrong.
pub fn whole_text<'p>(step: &Step, page: &'p Page) -> Result<Cow<'p, str>, Refusal> {
    if let Some(charset) = mistaken_charset(page) {
        return Err(Refusal::Unreadable {
            at: step.id.clone(),
            expected: format!("text in {charset}, which the page or the recipe names (set `charset` where it is another)"),
            found: "UTF-8".to_owned(),
        });
    }
    let (text, has_errors) = decode_with_errors(page);
    let is_tolerable = || page.charset.is_some() && !matches!(step.format, Format::Json { .. }) && is_mostly_whole(&text);
    if !has_errors || is_tolerable() {
        return Ok(text);
    }
    Err(Refusal::Unreadable {
        at: step.id.clone(),
        expected: "text in the charset that the page has or names (set `charset` where it names a wrong one)".to_owned(),
        found: "bytes that do not fit it".to_owned(),
    })
}

/// Whether a text is one with a few broken letters, and not one in another charset.
fn is_mostly_whole(text: &str) -> bool {
    let broken = text.matches(char::REPLACEMENT_CHARACTER).count();
    broken < 3 || broken * 2 < text.chars().filter(|c| !c.is_ascii()).count()
}
