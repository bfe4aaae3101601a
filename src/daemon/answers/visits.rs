//! Answers that visit: `veedor poll`, and `veedor import` of pages that a person saved.
//!
//! Both end in the same [`Job`] as the poller's visits, so they tell the same things in the same way.

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{Desk, find};
use crate::ask::Answer;
use crate::clock;
use crate::config::Config;
use crate::daemon::record::{Job, Visited};
use crate::daemon::telling::Telling;
use crate::daemon::visit::{Report, Target};
use crate::domain::about::Stop;
use crate::domain::case::Watch;
use crate::domain::delivery::{BRAKED, DeliveryState, MUTED, PAUSED};
use crate::domain::event::Event;
use crate::domain::health::Health;
use crate::domain::id::Id;
use crate::domain::schedule::Row;
use crate::domain::sentence;
use crate::domain::shown::Shown;
use crate::message;
use crate::recipe::{Next, Refusal};
use crate::store::outbox::DeliveryFilter;
use crate::store::pulse::blocking;
use crate::wire::api::visits::{self as wire, CaseName, ToldEvent, VisitLine, VisitList, Waits as Waiting};

/// Visits cases now.
pub async fn poll(desk: &Desk, typed: &[String], dry_run: bool) -> Result<Value, Answer> {
    let config = desk.handles.config.load_full();
    let chosen = match typed {
        [] => (0..config.cases.len()).filter(|index| import_only(&config, &config.cases[*index]).is_none()).collect(),
        some => some.iter().map(|one| polled(&config, one)).collect::<Result<Vec<_>, _>>()?,
    };
    let mut reports = Vec::new();
    for index in chosen {
        let watch = &config.cases[index];
        let (cid, row) = row_of(desk, watch).await?;
        let target = Target { config: config.clone(), index, cid, row, settled: false, keep: !dry_run, by_hand: true };
        let report = desk.visitor.run_once(target).await?;
        if let (Report::Visited(visited), false) = (&report, dry_run) {
            keep(desk, cid, visited).await?;
        }
        let waits = waits(desk, watch, &report).await?;
        let told = told(desk, &config, watch, &report).await?;
        reports.extend(line(&config, index, &report, &waits, told));
    }
    Ok(json!(VisitList { visits: reports, dry_run }))
}

/// Finds a case that may be polled.
pub fn polled(config: &Config, typed: &str) -> Result<usize, Answer> {
    let (index, watch) = find(config, typed)?;
    match import_only(config, watch) {
        Some(why) => Err(Answer::No { why, code: 2 }),
        None => Ok(index),
    }
}

/// Why a case is not polled, and what to do instead; `None` when it is.
fn import_only(config: &Config, watch: &Watch) -> Option<String> {
    let recipe = &config.source_of(&watch.case)?.recipe;
    let why = recipe.import_only.as_deref()?.trim_end_matches('.');
    let how = recipe.how.as_deref().unwrap_or("save its page with a browser").trim_end_matches('.');
    let (source, number) = (&watch.case.source, &watch.number.canonical);
    Some(sentence::IMPORT_ONLY.with(&[number, &format!("{why}; {how}"), source, number]))
}

async fn row_of(desk: &Desk, watch: &Watch) -> Result<(u64, Row), Answer> {
    let (store, case) = (desk.handles.store.clone(), watch.case.clone());
    let found = blocking(move || {
        let cids = store.register(&[case])?;
        Ok(match cids.first() {
            Some(cid) => Some((*cid, store.row(*cid)?.unwrap_or_default())),
            None => None,
        })
    })
    .await?;
    found.ok_or(Answer::No { why: "the store gave the case no number; run `veedor fsck`".into(), code: 74 })
}

async fn keep(desk: &Desk, cid: u64, visited: &Visited) -> Result<(), Answer> {
    if visited.row_pending {
        let (store, row) = (desk.handles.store.clone(), visited.row);
        blocking(move || store.touch(&[(cid, row)])).await?;
    }
    if !visited.events.is_empty() {
        desk.handles.control.nudge_deliverer();
    }
    Ok(())
}

/// Why events of a visit are not on their way, of those that are not.
type Waits = HashMap<Id, &'static str>;

/// Which events of a visit the brake holds, or lets wait.
async fn waits(desk: &Desk, watch: &Watch, report: &Report) -> Result<Waits, Answer> {
    let Report::Visited(visited) = report else { return Ok(Waits::new()) };
    if visited.events.is_empty() {
        return Ok(Waits::new());
    }
    let (store, case) = (desk.handles.store.clone(), watch.case.clone());
    let pending = blocking(move || {
        let pending = store.deliveries(DeliveryFilter::Pending, usize::MAX)?;
        Ok([pending, store.deliveries(DeliveryFilter::Muted, usize::MAX)?].concat())
    })
    .await?;
    let reason = |state: &DeliveryState| match state {
        DeliveryState::Braked { .. } => Some(BRAKED),
        DeliveryState::Paused { .. } => Some(PAUSED),
        DeliveryState::Muted { .. } => Some(MUTED),
        _ => None,
    };
    let of_case = pending.into_iter().filter(|delivery| delivery.case == case);
    Ok(of_case
        .filter_map(|delivery| Some((reason(&delivery.state)?, delivery.events)))
        .flat_map(|(why, events)| events.into_iter().map(move |id| (id, why)))
        .collect())
}

/// What messages tell of the events of a visit, in their order: the kind, the severity and the one line.
async fn told(desk: &Desk, config: &Arc<Config>, watch: &Watch, report: &Report) -> Result<Vec<ToldEvent>, Answer> {
    let Report::Visited(visited) = report else { return Ok(Vec::new()) };
    let (store, read, config) = (desk.handles.store.clone(), desk.handles.read.clone(), Arc::clone(config));
    let (case, events) = (watch.case.clone(), visited.events.clone());
    let told = blocking(move || {
        let telling = Telling::load(&store, &read, &config, &case, &events)?;
        let about = telling.about(config.general.language, Stop::Unsaid);
        let one = |event: &Shown| ToldEvent {
            kind: event.kind.name().to_owned(),
            severity: event.severity.name().to_owned(),
            summary: message::summary(event, &about),
            held: None,
        };
        Ok(about.show(&events).iter().map(one).collect())
    });
    Ok(told.await?)
}

/// A visit as it is answered; `None` when its case is on the list no more.
fn line(config: &Config, index: usize, report: &Report, waits: &Waits, told: Vec<ToldEvent>) -> Option<VisitLine> {
    let watch = config.cases.get(index)?;
    let case = CaseName { source: watch.case.source.clone(), number: watch.number.canonical.clone(), name: watch.name.clone() };
    let waiting = |health: &str, detail: String, not_before| {
        VisitLine::Waits(Waiting { case: case.clone(), health: health.to_owned(), detail, not_before })
    };
    Some(match report {
        Report::UnderWay => waiting("under_way", "it is being visited already".to_owned(), None),
        Report::Postponed { why, not_before } => waiting("postponed", why.clone(), not_before.map(|at| at.to_string())),
        Report::Visited(visited) => {
            let tell = |(event, told): (&Event, ToldEvent)| {
                let held = waits.get(&event.id).map(|why| (*why).to_owned());
                ToldEvent { held, ..told }
            };
            let source = config.source_of(&watch.case);
            VisitLine::Visited(Box::new(wire::Visited {
                case,
                health: visited.health.name().to_owned(),
                detail: visited.health.detail().map(str::to_owned),
                version: visited.version,
                baseline: visited.version == Some(1),
                events: visited.events.iter().zip(told).map(tell).collect(),
                // What was not read may be the fault of the recipe, so it is said whose it is.
                own_recipe: source.and_then(|source| source.overridden.as_ref()).map(|file| file.display().to_string()),
            }))
        }
    })
}

/// Takes pages that a person saved as a visit.
pub async fn import(
    desk: &Desk,
    source: &str,
    typed: &str,
    pages: Vec<(String, String)>,
    charset: Option<String>,
) -> Result<Value, Answer> {
    let config = desk.handles.config.load_full();
    let (index, watch) = find(&config, typed)?;
    if watch.case.source != source {
        let why = format!("{} is watched at {}, not at {source}", watch.number.canonical, watch.case.source);
        return Err(Answer::No { why, code: 2 });
    }
    let Some(source) = config.source_of(&watch.case).cloned() else {
        return Err(Answer::No { why: format!("there is no source \"{source}\"; `veedor sources` lists them"), code: 2 });
    };
    let now = desk.handles.clock.now();
    if let Some(why) = clock::wrong(now) {
        return Err(Answer::No { why, code: 1 });
    }
    let mut saved = Vec::new();
    for (step, body) in pages {
        let body = STANDARD.decode(body).map_err(|error| Answer::No { why: format!("a page did not arrive whole: {error}"), code: 1 })?;
        saved.push(source.recipe.saved(step, body, charset.as_deref(), now));
    }
    let saved = source.recipe.located(&watch.number, saved);
    // A wrong file says nothing about the case: it is told and changes nothing, not even the case's health.
    let refused = |why: &str, code: u8| Answer::No {
        why: format!("the pages were not taken and nothing was changed: {}", why.trim_end_matches('.')),
        code,
    };
    if let Next::Ask(missing) = source.recipe.needs(&watch.number, &saved) {
        let why = format!(
            "the page of step \"{}\" is missing: {}; save it too and give it as --page {}=FILE",
            missing.step, missing.url, missing.step
        );
        return Err(Answer::No { why, code: 2 });
    }
    if let Err(refusal) = source.recipe.read(&watch.number, &saved) {
        return Err(refused(&refusal.to_string(), if refusal == Refusal::NotFound { 4 } else { 3 }));
    }
    let (cid, row) = row_of(desk, watch).await?;
    let Some(_turn) = desk.visitor.by_hand(cid) else {
        let why = format!("{} is being visited at this moment; run the command again", watch.number.canonical);
        return Err(Answer::No { why, code: 1 });
    };
    let (store, with) = (desk.handles.store.clone(), config.clone());
    let visited = blocking(move || {
        let job =
            |keep| Job { store: store.clone(), config: with.clone(), index, source: source.clone(), cid, row, settled: false, now, keep };
        let tried = job(false).pages(saved.clone())?;
        if tried.health == Health::Ok { job(true).pages(saved).map(Ok) } else { Ok(Err(tried.health)) }
    })
    .await?;
    let visited = visited.map_err(|health| refused(health.detail().unwrap_or_else(|| health.name()), 3))?;
    keep(desk, cid, &visited).await?;
    let report = Report::Visited(visited);
    let waits = waits(desk, watch, &report).await?;
    let told = told(desk, &config, watch, &report).await?;
    Ok(json!(VisitList { visits: line(&config, index, &report, &waits, told).into_iter().collect(), dry_run: false }))
}
