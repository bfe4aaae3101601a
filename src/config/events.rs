//! The `events` of a channel: patterns over event kinds.

use crate::diag::{At, Reader, suggestion};
use crate::domain::event::EventKind;
use crate::domain::route::KindFilter;

use super::scope::Scope;

/// Kinds of events that the documentation promises for later: asking for them is no mistake, it only has no effect yet.
const LATER_EVENTS: [&str; 4] = ["case.silent", "clock.warning", "clock.breach", "clock.met"];

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
        } else if LATER_EVENTS.iter().any(|name| is_of(name, &value)) {
            scope.warn(span, format!("events like \"{value}\" come with a later version"), "it does no harm, and nothing yet");
            patterns.push(value);
        } else {
            scope.errors.report(span, format!("no event is called \"{value}\""), suggest_event(&value));
        }
    }
    patterns
}

fn is_of(name: &str, pattern: &str) -> bool {
    pattern.strip_suffix('*').map_or(name == pattern, |prefix| name.starts_with(prefix))
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
