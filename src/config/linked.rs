//! `linked` of a `[[case]]`: the cases that are the same matter at another source or instance.
//!
//! Asked by `case` when all cases are known. The link holds in both directions and goes on: who is linked to a linked case belongs to
//! the same matter. A case that is named and not watched is a warning, so that `veedor remove` leaves a good file behind.

use std::collections::{BTreeMap, HashMap};

use crate::diag::{At, suggestion};
use crate::domain::case::{CaseRef, Watch};
use crate::recipe::{KINDS, is_described};

use super::Config;
use super::scope::Scope;
use super::source::Sources;

/// What a case says of others.
pub(super) struct Wish<'s> {
    /// Its place in the list.
    pub case: usize,
    /// The file in which it says so.
    pub scope: Scope<'s>,
    /// As written.
    pub others: Vec<At<String>>,
}

/// Writes into each case which others it is linked with.
pub(super) fn join(cases: &mut [Watch], wishes: &[Wish<'_>], sources: &Sources) {
    if wishes.is_empty() {
        return;
    }
    let index: HashMap<CaseRef, usize> = cases.iter().enumerate().map(|(at, watch)| (watch.case.clone(), at)).collect();
    let mut groups: Vec<usize> = (0..cases.len()).collect();
    for wish in wishes {
        for other in &wish.others {
            let Some(at) = understood(&cases[wish.case], other, &wish.scope, sources, &index) else { continue };
            let (from, to) = (root(&groups, at), root(&groups, wish.case));
            groups[from] = to;
        }
    }
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in 0..cases.len() {
        // Nearly all cases stand alone.
        let root = root(&groups, at);
        if root != at {
            members.entry(root).or_default().push(at);
        }
    }
    for (root, mut group) in members {
        group.push(root);
        for at in &group {
            let mut linked: Vec<CaseRef> = group.iter().filter(|other| *other != at).map(|other| cases[*other].case.clone()).collect();
            linked.sort_unstable();
            cases[*at].linked = linked;
        }
    }
}

fn root(groups: &[usize], mut at: usize) -> usize {
    while groups[at] != at {
        at = groups[at];
    }
    at
}

/// The place of the case that is named; `None` has been reported.
fn understood(watch: &Watch, written: &At<String>, scope: &Scope<'_>, sources: &Sources, index: &HashMap<CaseRef, usize>) -> Option<usize> {
    let At { value, span } = written;
    let label = &watch.number.canonical;
    let error = |message: String, help: &str| {
        scope.error(span.clone(), message, help);
        None
    };
    let Some((source, typed)) = value.trim().split_once(char::is_whitespace) else {
        let message = format!("linked of {label} must name a source and a number, not \"{value}\"");
        return error(message, "write both, such as linked = [\"ec-fiscalia 170101824010001\"]");
    };
    let number = match sources.known.get(source) {
        Some(known) => match known.source.recipe.number(typed) {
            Ok(number) => number.compact,
            Err(why) => return error(format!("linked of {label}: {why}"), "write the number as the other case has it"),
        },
        // The name that a page, a feed or a program has in the watch list.
        None if is_described(source) => typed.trim().to_owned(),
        None if sources.broken.contains(source) => return None,
        None => {
            let ids: Vec<&str> = sources.known.keys().map(String::as_str).chain(KINDS).collect();
            let help = suggestion(source, &ids).unwrap_or_else(|| "`veedor sources` lists them".to_owned());
            return error(format!("linked of {label} names the unknown source \"{source}\""), &help);
        }
    };
    let other = CaseRef { source: source.to_owned(), number };
    if other == watch.case {
        return error(format!("linked of {label} names the case itself"), "name the other case, or leave it out");
    }
    let at = index.get(&other).copied();
    if at.is_none() {
        let message = format!("linked of {label} names {value}, which is not watched, so nothing of it is joined");
        scope.warn(span.clone(), message, format!("`veedor add {value}` watches it"));
    }
    at
}

impl Config {
    /// The cases with which a case is linked, by source and number, as people write them.
    pub fn linked_names(&self, watch: &Watch) -> Vec<String> {
        let watches = watch.linked.iter().filter_map(|case| self.watch(case));
        watches.map(|other| format!("{} {}", other.case.source, other.number.canonical)).collect()
    }
}
