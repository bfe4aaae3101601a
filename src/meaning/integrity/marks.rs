//! F-05: the source shows an entry under another mark than before, without hiding it.
//!
//! What the marks mean is nowhere published, so that another one is told as no more than that. An entry that is hidden, or shown again,
//! is told by its change.

use super::{Finding, Sight};
use crate::domain::diff::Change;
use crate::domain::docket::{Entry, VISIBLE_FIELD};
use crate::domain::event::{EventKind, FieldChange};
use crate::domain::evidence::MARK;

/// With more than these in one visit the source marks its rows anew: one word for all.
const ONE_BY_ONE: usize = 5;

pub fn find<'a>(sight: &Sight<'a>) -> Vec<Finding<'a>> {
    let marked: Vec<Finding<'_>> = sight.changes.iter().filter_map(marked).collect();
    match marked.first() {
        Some(first) if marked.len() > ONE_BY_ONE => {
            let after = first.field.as_ref().and_then(|field| field.after.as_deref()).unwrap_or_default();
            let field = FieldChange {
                before: first.field.as_ref().and_then(|field| field.before.clone()),
                after: Some(format!("{after} ({})", marked.len())),
                field: MARK.to_owned(),
            };
            vec![finding(None, field)]
        }
        _ => marked,
    }
}

fn finding<'a>(entry: Option<&'a Entry>, field: FieldChange) -> Finding<'a> {
    Finding { severity: EventKind::RecordMarked.severity(), entry, field: Some(field), passage: None }
}

fn marked(change: &Change) -> Option<Finding<'_>> {
    let Change::EntryEdited { before, after } = change else { return None };
    if before.withheld.is_some() || after.withheld.is_some() {
        return None;
    }
    let mark = |entry: &Entry| entry.extra.get(VISIBLE_FIELD).map(|mark| mark.trim().to_uppercase()).filter(|mark| !mark.is_empty());
    let (was, is) = (mark(before)?, mark(after)?);
    (was != is).then(|| finding(Some(after), FieldChange { field: MARK.to_owned(), before: Some(was), after: Some(is) }))
}
