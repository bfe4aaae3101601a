//! What a step's `drop` names: taken out of an answer before it is read, and out of the page before it is kept.
//!
//! Used by `answer` and `withheld`. A prosecutor's answer may list victims with their identity cards beside the state of a
//! case; what is not needed is not read, so that no other rule of a recipe can let it out.

use super::path::JsonPath;
use super::value::Value;

use super::step::Step;
use super::{answer, inside};
use crate::domain::page::Page;

/// Empties what the paths find; whether there was anything.
pub fn take_out(value: &mut Value<'_>, paths: &[JsonPath]) -> bool {
    let places: Vec<String> = paths.iter().flat_map(|path| path.query_located(value)).map(|(place, _)| place).collect();
    let mut has_any = false;
    for place in places {
        if let Some(there) = value.pointer_mut(&place).filter(|there| !there.is_null()) {
            *there = Value::Null;
            has_any = true;
        }
    }
    has_any
}

/// The body of a JSON answer without it; nothing when there is nothing of it.
pub fn kept(step: &Step, page: &Page) -> Option<Vec<u8>> {
    let mut value = answer::parse_json(step, page).ok().filter(|_| !step.drop.is_empty())?;
    let has_any = take_out(&mut value, &step.drop);
    let mut opened = value.clone();
    if inside::open(step, &page.url, &mut opened).is_ok() && take_out(&mut opened, &step.drop) {
        inside::close(step, &mut opened);
        return Some(opened.to_string().into_bytes());
    }
    has_any.then(|| value.to_string().into_bytes())
}
