//! What is done at the console goes into the log of what was done, as what is done at the dashboard.
//!
//! Called around each answer to a command. Looking is not noted, and a visit is not: the record of its case shows it. A command that edits the
//! watch list itself, as `veedor add` does, asks for a reload: what that changed is noted with it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Desk;
use crate::ask::{Answer, Ask, deed};
use crate::config::Config;
use crate::domain::deed::Outcome;
use crate::store::audit::Deed;
use crate::store::pulse::blocking;

/// The most cases that a reload names.
const MOST_NAMED: usize = 4;

/// Something that a command does.
#[derive(Debug)]
pub(super) struct Doing {
    what: &'static str,
    about: Option<String>,
    ask: Ask,
    /// The list as it was, for a reload.
    before: Option<Arc<Config>>,
}

/// What a question does; `None` when nothing of it is noted.
pub(super) fn doing(desk: &Desk, ask: &Ask) -> Option<Doing> {
    let (what, about) = deed::deed(ask).filter(|_| !matches!(ask, Ask::Poll { .. }))?;
    let before = matches!(ask, Ask::Reload).then(|| desk.handles.config.load_full());
    // The bytes of pages are not kept around for a note.
    let ask = if let Ask::Import { source, case, .. } = ask {
        Ask::Import { source: source.clone(), case: case.clone(), pages: Vec::new(), charset: None }
    } else {
        ask.clone()
    };
    Some(Doing { what, about, ask, before })
}

/// Notes how it ended. What cannot be noted is done all the same, and the log says so.
pub(super) async fn audit(desk: &Desk, doing: Doing, answer: &Answer) {
    let Doing { what, about, ask, before } = doing;
    let outcome = deed::outcome(&ask, answer);
    let changes = before.filter(|_| outcome == Outcome::Done).and_then(|before| changes(&before, &desk.handles.config.load()));
    let made = deed::made(&ask, answer);
    let about: Vec<String> = about.into_iter().chain(changes).chain(made).collect();
    let about = Some(about.join(", ")).filter(|about| !about.is_empty());
    let deed = Deed { at: desk.handles.clock.now(), user: None, token: None, from: None, what: what.to_owned(), about, outcome };
    let store = desk.handles.store.clone();
    if let Err(error) = blocking(move || store.audit(deed)).await {
        tracing::error!(%error, "what was done at the console could not be noted");
    }
}

/// The cases that came and went: `added ec-esatje 17721-2024-00011G; removed 2 cases`.
fn changes(before: &Config, after: &Config) -> Option<String> {
    let cases = |config: &Config| -> BTreeSet<String> {
        config.cases.iter().map(|watch| format!("{} {}", watch.case.source, watch.number.canonical)).collect()
    };
    let (old, new) = (cases(before), cases(after));
    let named = |word: &str, cases: Vec<&String>| {
        let list = match cases.len() {
            0 => return None,
            1..=MOST_NAMED => cases.into_iter().map(String::as_str).collect::<Vec<_>>().join(", "),
            many => format!("{many} cases"),
        };
        Some(format!("{word} {list}"))
    };
    let parts = [named("added", new.difference(&old).collect()), named("removed", old.difference(&new).collect())];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    Some(parts.join("; ")).filter(|text| !text.is_empty())
}
