//! The `events` of a channel: patterns over event kinds.

use crate::diag::{At, Reader, suggestion};
use crate::domain::event::EventKind;
use crate::domain::route::KindFilter;

use super::scope::Scope;

/// Reads the patterns; one that can match nothing is a mistake.
pub(super) fn read_patterns(table: &mut Reader<'_>, scope: &Scope<'_>) -> Vec<String> {
    let written = table.texts("events");
    if written.as_ref().is_some_and(Vec::is_empty) {
        table.report("events", "events is empty", Some("leave it out to hear of everything, or write [\"hearing.*\"]".to_owned()));
    }
    let mut patterns = Vec::new();
    for At { value, span } in written.into_iter().flatten() {
        let filter = KindFilter { patterns: vec![value.clone()] };
        if EventKind::ALL.iter().any(|kind| filter.wants(*kind)) {
            patterns.push(value);
        } else {
            scope.errors.report(span, format!("no event is called \"{value}\""), suggest_event(&value));
        }
    }
    patterns
}

fn suggest_event(typed: &str) -> Option<String> {
    let names: Vec<&str> = EventKind::ALL.iter().map(|kind| kind.name()).collect();
    let mut families: Vec<String> = names.iter().filter_map(|name| Some(format!("{}.*", name.split_once('.')?.0))).collect();
    families.sort();
    families.dedup();
    let families: Vec<&str> = families.iter().map(String::as_str).collect();
    match crate::diag::nearest(typed, families.iter().chain(&names).copied()) {
        Some(near) => Some(format!("did you mean \"{near}\"?")),
        None => suggestion(typed, &families),
    }
}
