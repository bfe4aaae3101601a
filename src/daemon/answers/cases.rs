//! Answers about cases: the list, a docket, two versions compared.
//!
//! Called by [`answer`](super::answer). Reads the store; changes nothing.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::look::{Eye, Pair, change_form, masked_docket, no_more_than_told};
use super::{Desk, find, silences};
use crate::ask::Answer;
use crate::ask::line::Sight;
use crate::config::Source;
use crate::daemon::visit::Postponed;
use crate::domain::about::Stop;
use crate::domain::case::Watch;
use crate::domain::condition::State;
use crate::domain::schedule::Row;
use crate::domain::sentence;
use crate::recipe::Recipe;
use crate::store::conditions::Key;
use crate::store::error::StoreError;
use crate::store::pulse::blocking;
use crate::store::{self, Cid};
use crate::wire::api::case::CaseDocket;
use crate::wire::api::cases::{Braked, CaseLine, CaseList, Condition};
use crate::wire::api::diff::Diff;
use crate::wire::api::docket::DocketForm;
use crate::wire::api::versions::PageLine;

/// The watch list with its health.
pub async fn list(desk: &Desk, sight: Sight) -> Result<Value, Answer> {
    let (store, config) = (desk.handles.store.clone(), desk.handles.config.load_full());
    let (visitor, eye) = (desk.visitor.clone(), Eye::of(desk, None, sight));
    let list = blocking(move || {
        let cases: Vec<_> = config.cases.iter().map(|watch| watch.case.clone()).collect();
        let cids = store.register(&cases)?;
        let rows: HashMap<Cid, Row> = store.rows()?.into_iter().collect();
        let cases = config
            .cases
            .iter()
            .zip(cids)
            .map(|(watch, cid)| {
                let row = rows.get(&cid).copied().unwrap_or_default();
                let line = line(&eye, watch, (cid, row), visitor.postponed(&config, watch))?;
                Ok(if eye.sees_all() { line } else { no_more_than_told(line, eye.how_much_of(watch, cid)?) })
            })
            .collect::<Result<Vec<_>, StoreError>>()?;
        let on = store.conditions()?.into_iter().filter(|(_, state)| state.is_on());
        let conditions = on.map(|on| Condition { why: why(&on.1).filter(|_| eye.sees_all()), ..condition(on) }).collect();
        let braked = store.braked()?.into_iter().map(braked).collect();
        let silences = silences::seen(&eye)?;
        Ok(CaseList { cases, braked, silences, conditions })
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
        why: why(&state),
    }
}

/// What it is in words. They name cases, and what a court's page said: they are for whoever may see everything.
pub(super) fn why(state: &State) -> Option<String> {
    Some(state.why.clone()).filter(|why| !why.is_empty())
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

/// The line of one case.
pub(super) fn line_of(eye: &Eye, watch: &Watch, cid: Cid, waits: Option<Postponed>) -> Result<CaseLine, StoreError> {
    line(eye, watch, (cid, eye.store.row(cid)?.unwrap_or_default()), waits)
}

fn line(eye: &Eye, watch: &Watch, (cid, row): (Cid, Row), postponed: Option<Postponed>) -> Result<CaseLine, StoreError> {
    let head = eye.store.head(cid)?;
    let second = |at: u32| (at > 0).then(|| Timestamp::from_second(i64::from(at)).ok()).flatten().map(|at| at.to_string());
    let line = CaseLine {
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
        linked: eye.linked_names(watch)?,
        ..CaseLine::default()
    };
    Ok(marked(line, eye.config.source_of(&watch.case).map(Arc::as_ref)))
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
pub async fn show(desk: &Desk, typed: &str, version: Option<u32>, sight: Sight) -> Result<Value, Answer> {
    let eye = Eye::of(desk, None, sight);
    let watch = find(&eye.config, typed)?.1.clone();
    blocking(move || Ok(shown(&eye, &watch, version))).await?
}

fn shown(eye: &Eye, watch: &Watch, version: Option<u32>) -> Result<Value, Answer> {
    let subject = eye.subject(watch)?;
    eye.must_see(&subject)?;
    let open = eye.version(&subject, version)?;
    let telling = eye.telling(&subject, &open)?;
    let docket = match eye.sees_all() {
        true => DocketForm::of(&open.docket, &watch.case.source, &watch.number),
        false => {
            let masked = masked_docket(&open.docket, &telling.about(eye.language, Stop::Unsaid));
            DocketForm::of(&masked, &watch.case.source, &watch.number)
        }
    };
    let page = |page: &PageLine| if eye.sees_all() { page.clone() } else { PageLine { url: String::new(), ..page.clone() } };
    Ok(json!(CaseDocket {
        version: open.number,
        seen_at: open.at.to_string(),
        name: watch.name.clone(),
        linked: eye.linked_names(watch).map_err(Answer::from)?,
        url: eye.config.source_of(&watch.case).map(|source| source.recipe.case_url(&watch.number)),
        docket,
        pages: open.pages.iter().map(page).collect(),
    }))
}

/// The differences of two versions, entry by entry and word by word.
pub async fn diff(desk: &Desk, typed: &str, from: Option<u32>, to: Option<u32>, sight: Sight) -> Result<Value, Answer> {
    let eye = Eye::of(desk, None, sight);
    let watch = find(&eye.config, typed)?.1.clone();
    blocking(move || Ok(compared(&eye, &watch, from, to))).await?
}

fn compared(eye: &Eye, watch: &Watch, from: Option<u32>, to: Option<u32>) -> Result<Value, Answer> {
    let subject = eye.subject(watch)?;
    eye.must_see(&subject)?;
    let pair = Pair::of(eye, &subject, from, to)?;
    let found = pair.changes();
    let told = pair.told(eye, &subject, found.iter())?;
    Ok(json!(Diff {
        case: watch.number.canonical.clone(),
        from: pair.older_side(),
        to: pair.newer_side(),
        changes: told.iter().map(change_form).collect(),
    }))
}

/// That a version is not there, with those that are.
pub(super) fn no_version(label: &str, wanted: Option<u32>, kept: &[u32]) -> Answer {
    let why = match (kept, wanted) {
        ([], _) => sentence::NOT_READ_YET.with(&[&label, &label]),
        ([only], Some(wanted)) => sentence::NO_VERSION_BUT_ONE.with(&[&label, &wanted, only]),
        (kept, Some(wanted)) => match runs(kept).as_slice() {
            [(first, last)] => sentence::NO_VERSION.with(&[&label, &wanted, first, last]),
            _ => sentence::NO_VERSION_BUT_SOME.with(&[&label, &wanted, &listed(kept)]),
        },
        (kept, None) => format!(
            "the newest version of {label} is not in the store; it has version{} {}; run `veedor fsck`",
            if kept.len() == 1 { "" } else { "s" },
            listed(kept)
        ),
    };
    Answer::No { why, code: if kept.is_empty() { 4 } else { 1 } }
}

/// The versions that exist: `1 to 4, 6`.
fn listed(kept: &[u32]) -> String {
    let text = |(first, last): &(u32, u32)| if first == last { first.to_string() } else { format!("{first} to {last}") };
    runs(kept).iter().map(text).collect::<Vec<_>>().join(", ")
}

/// The same as runs, each from its first to its last.
fn runs(kept: &[u32]) -> Vec<(u32, u32)> {
    let mut sorted = kept.to_vec();
    sorted.sort_unstable();
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for number in sorted {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(number) => *last = number,
            _ => runs.push((number, number)),
        }
    }
    runs
}
