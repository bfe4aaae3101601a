//! Answers about cases: the list, a docket, two versions compared.
//!
//! Called by [`answer`](super::answer). Reads the store; changes nothing.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};

use super::{Desk, find, silences};
use crate::ask::Answer;
use crate::config::Source;
use crate::daemon::visit::Postponed;
use crate::domain::case::Watch;
use crate::domain::condition::State;
use crate::domain::diff::{Change, Comparison, Confirm, MissingParts, compare};
use crate::domain::docket::{Docket, Entry};
use crate::domain::id::{hex, sha256};
use crate::domain::schedule::Row;
use crate::recipe::Recipe;
use crate::store::conditions::Key;
use crate::store::error::StoreError;
use crate::store::pulse::blocking;
use crate::store::{self, Cid, Store, Version};
use crate::wire;
use crate::wire::api::cases::{Braked, CaseLine, CaseList, Condition};

/// The watch list with its health.
pub async fn list(desk: &Desk) -> Result<Value, Answer> {
    let (store, config) = (desk.handles.store.clone(), desk.handles.config.load_full());
    let visitor = desk.visitor.clone();
    let list = blocking(move || {
        let cases: Vec<_> = config.cases.iter().map(|watch| watch.case.clone()).collect();
        let cids = store.register(&cases)?;
        let rows: HashMap<Cid, Row> = store.rows()?.into_iter().collect();
        let cases = config
            .cases
            .iter()
            .zip(cids)
            .map(|(watch, cid)| {
                let source = config.source_of(&watch.case).map(Arc::as_ref);
                let line = line(&store, watch, cid, &rows, visitor.postponed(&config, watch))?;
                Ok(CaseLine { linked: config.linked_names(watch), ..marked(line, source) })
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        let conditions = store.conditions()?.into_iter().filter(|(_, state)| state.is_on()).map(condition).collect();
        let braked = store.braked()?.into_iter().map(braked).collect();
        Ok(CaseList { cases, braked, silences: silences::active(&store, &config)?, conditions })
    })
    .await?;
    Ok(json!(list))
}

/// What was told to whoever runs veedor and lasts.
fn condition(((topic, subject), state): (Key, State)) -> Condition {
    Condition {
        topic: topic.name().to_owned(),
        subject: Some(subject).filter(|subject| !subject.is_empty()),
        kind: state.told_class.kind().name().to_owned(),
        class: state.told_class.name().to_owned(),
        since: state.since.to_string(),
        count: state.bad,
        told: state.told,
        told_at: state.told_at.to_string(),
        disabled_since: state.disabled.map(|at| at.to_string()),
        why: Some(state.why).filter(|why| !why.is_empty()),
    }
}

fn braked(braked: store::braked::Braked) -> Braked {
    let named = |kinds: BTreeMap<&'static str, usize>| kinds.into_iter().map(|(kind, count)| (kind.to_owned(), count)).collect();
    Braked {
        source: braked.source,
        since: braked.since.map(|since| since.to_string()),
        ways: braked.ways,
        held: braked.held,
        changes: named(braked.changes),
        besides: named(braked.besides),
    }
}

fn line(store: &Store, watch: &Watch, cid: Cid, rows: &HashMap<Cid, Row>, postponed: Option<Postponed>) -> Result<CaseLine, StoreError> {
    let head = store.head(cid)?;
    let row = rows.get(&cid).copied().unwrap_or_default();
    let second = |at: u32| (at > 0).then(|| Timestamp::from_second(i64::from(at)).ok()).flatten().map(|at| at.to_string());
    Ok(CaseLine {
        source: watch.case.source.clone(),
        number: watch.number.canonical.clone(),
        name: watch.name.clone(),
        tags: watch.tags.clone(),
        health: head.as_ref().map_or("unvisited", |head| head.health.name()).to_owned(),
        detail: head
            .as_ref()
            .and_then(|head| head.health.detail())
            .map(str::to_owned)
            .or_else(|| postponed.as_ref().map(|wait| wait.why.clone())),
        waits_until: postponed.map(|wait| wait.until.to_string()),
        version: head.as_ref().map_or(0, |head| head.version),
        events: head.as_ref().map_or(0, |head| head.seq),
        changed_at: head.as_ref().and_then(|head| head.changed_at).map(|at| at.to_string()),
        read_at: second(row.last_ok),
        next_visit: second(row.next_due),
        failed_visits: row.fails.into(),
        ..CaseLine::default()
    })
}

/// A line of the list with what is to be known of its source. A case that is import only has no next visit, and waits for nobody.
fn marked(line: CaseLine, source: Option<&Source>) -> CaseLine {
    let said = |text: fn(&Recipe) -> Option<&str>| source.and_then(|source| text(&source.recipe)).map(str::to_owned);
    let import_only = said(|recipe| recipe.import_only.as_deref());
    CaseLine {
        next_visit: line.next_visit.filter(|_| import_only.is_none()),
        import_only,
        unverified: said(|recipe| recipe.unverified.as_deref()),
        own_recipe: source.and_then(|source| source.overridden.as_ref()).map(|file| file.display().to_string()),
        ..line
    }
}

/// A docket.
pub async fn show(desk: &Desk, typed: &str, version: Option<u32>) -> Result<Value, Answer> {
    let config = desk.handles.config.load_full();
    let (_, watch) = find(&config, typed)?;
    let stored = stored(desk, watch, version).await?;
    let pages: Vec<Value> = stored
        .pages
        .iter()
        .map(|page| json!({"step": page.step, "url": page.url, "status": page.status, "bytes": page.body.len(), "sha256": hex(&sha256(&page.body)), "fetched_at": page.fetched_at.to_string()}))
        .collect();
    Ok(json!({
        "version": stored.number,
        "seen_at": stored.at.to_string(),
        "name": watch.name,
        "linked": config.linked_names(watch),
        "url": config.source_of(&watch.case).map(|source| source.recipe.case_url(&watch.number)),
        "docket": wire::docket::to_json(&stored.docket, &watch.case.source, &watch.number),
        "pages": pages,
    }))
}

async fn stored(desk: &Desk, watch: &Watch, version: Option<u32>) -> Result<Version, Answer> {
    let (store, case) = (desk.handles.store.clone(), watch.case.clone());
    let label = watch.number.canonical.clone();
    let found = blocking(move || {
        let Some(cid) = store.register(&[case])?.first().copied() else { return Ok(Err(Vec::new())) };
        let newest = store.head(cid)?.map_or(0, |head| head.version);
        match store.version(cid, version.unwrap_or(newest))? {
            Some(found) => Ok(Ok(found)),
            None => Ok(Err(store.versions(cid)?.into_iter().map(|info| info.number).collect())),
        }
    })
    .await?;
    found.map_err(|kept| {
        let why = match (kept.as_slice(), version) {
            ([], _) => format!("{label} was not read yet; `veedor list` shows why, `veedor poll {label}` visits it now"),
            (kept, Some(wanted)) => format!("{label} has no version {wanted}; it has {}", ranges(kept)),
            (kept, None) => format!("the newest version of {label} is not in the store; it has {}; run `veedor fsck`", ranges(kept)),
        };
        Answer::No { why, code: if kept.is_empty() { 4 } else { 1 } }
    })
}

/// The versions that exist, in words.
fn ranges(kept: &[u32]) -> String {
    let mut sorted = kept.to_vec();
    sorted.sort_unstable();
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for number in sorted {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
            _ => runs.push((number, number)),
        }
    }
    let texts: Vec<String> =
        runs.iter().map(|(first, last)| if first == last { first.to_string() } else { format!("{first} to {last}") }).collect();
    format!("version{} {}", if kept.len() == 1 { "" } else { "s" }, texts.join(", "))
}

/// The differences of two versions, entry by entry and word by word.
pub async fn diff(desk: &Desk, typed: &str, from: Option<u32>, to: Option<u32>) -> Result<Value, Answer> {
    let config = desk.handles.config.load_full();
    let (_, watch) = find(&config, typed)?;
    let newer = stored(desk, watch, to).await?;
    if from.is_none() && newer.number == 1 {
        let why = format!("version 1 of {} is the first; there is nothing before it to compare with", watch.number.canonical);
        return Err(Answer::No { why, code: 1 });
    }
    let older = stored(desk, watch, Some(from.unwrap_or(newer.number - 1))).await?;
    let changes: Vec<Value> = changes(&older.docket, &newer.docket, newer.at).iter().map(change_json).collect();
    Ok(json!({
        "case": watch.number.canonical,
        "from": {"version": older.number, "seen_at": older.at.to_string()},
        "to": {"version": newer.number, "seen_at": newer.at.to_string()},
        "changes": changes,
    }))
}

/// Every difference, disappearances at once: here two versions are compared, not two visits.
fn changes(older: &Docket, newer: &Docket, now: Timestamp) -> Vec<Change> {
    let at_once = Confirm { visits: 0, span: std::time::Duration::ZERO, sliding: false, others: false };
    let kept: Docket = Docket { entries: older.entries.clone(), ..older.clone() };
    let mut found = match compare(Some(&kept), newer, &MissingParts::new(), at_once, now) {
        Comparison::Changed { changes, .. } => changes,
        _ => Vec::new(),
    };
    if found.is_empty() {
        // A mass disappearance is held back between visits, and shown between versions.
        let gone = older.entries.iter().filter(|entry| newer.entry(&entry.key).is_none());
        found = gone.map(|entry| Change::EntryGone { entry: Box::new(entry.clone()), since: now, visits: 0 }).collect();
    }
    found
}

fn change_json(change: &Change) -> Value {
    let entry = |entry: &Entry| json!({"key": entry.key.0, "date": entry.date.map(|date| date.to_string()), "title": entry.title, "text": entry.text});
    match change {
        Change::EntryAdded(added) => json!({"change": "added", "entry": entry(added)}),
        Change::EntryGone { entry: gone, .. } => json!({"change": "gone", "entry": entry(gone)}),
        Change::EntryEdited { before, after } => json!({
            "change": "edited",
            "entry": entry(after),
            "title": words(&before.title, &after.title),
            "text": words(&before.text, &after.text),
            "date": [before.date.map(|date| date.to_string()), after.date.map(|date| date.to_string())],
            "withheld": [before.withheld.is_some(), after.withheld.is_some()],
        }),
        Change::Field(field) => json!({"change": "field", "field": field.field, "before": field.before, "after": field.after}),
        Change::PartyAdded(party) => json!({"change": "party_added", "role": party.role, "name": party.name}),
        Change::PartyGone(party) => json!({"change": "party_gone", "role": party.role, "name": party.name}),
        Change::PartyRenamed { before, after } => {
            json!({"change": "party_renamed", "role": after.role, "name": after.name, "before": before.name})
        }
    }
}

/// Word by word: pairs of `=`, `-` or `+` and the words.
fn words(before: &str, after: &str) -> Value {
    let mut runs: Vec<(&str, String)> = Vec::new();
    let diff = TextDiff::from_words(before, after);
    for change in diff.iter_all_changes() {
        let sign = match change.tag() {
            ChangeTag::Equal => "=",
            ChangeTag::Delete => "-",
            ChangeTag::Insert => "+",
        };
        match runs.last_mut() {
            Some((last, text)) if *last == sign => text.push_str(change.value()),
            _ => runs.push((sign, change.value().to_owned())),
        }
    }
    runs.into_iter().map(|(sign, text)| json!([sign, text])).collect()
}
