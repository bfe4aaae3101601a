//! The answer for a public page: the cases of a tag as everybody may see them.
//!
//! Called by [`answer`](super::answer). What stands in it went through the privacy of each case, like a message; a case of which nothing but
//! activity may be told is left out whole. Reads the store; changes nothing.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Desk;
use crate::ask::Answer;
use crate::ask::line::Sight;
use crate::config::Config;
use crate::daemon::board::{Hearing, Journal, Known};
use crate::daemon::delays::{self, Wanted};
use crate::daemon::hearings::of_matter;
use crate::daemon::telling::{Read, Telling};
use crate::domain::about::{Language, Stop};
use crate::domain::case::{CaseRef, Watch};
use crate::domain::delays::CaseDelays;
use crate::domain::event::{Audience, Event};
use crate::domain::setting::Outcome;
use crate::message::{hearing_name, summary};
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::pulse::blocking;
use crate::wire::api::public::{Bilingual, PublicCase, PublicChange, PublicHearing, PublicPage};

/// Changes that are shown of a case.
const CHANGES: usize = 5;

/// Hearings to come that are shown of a case.
const HEARINGS: usize = 3;

/// The page of a tag that the watch list makes public.
pub async fn public(desk: &Desk, tag: &str) -> Result<Value, Answer> {
    let (config, now) = (desk.handles.config.load_full(), desk.handles.clock.now());
    if !config.showcase.as_ref().is_some_and(|public| public.tags.iter().any(|known| known == tag)) {
        return Err(Answer::No { why: format!("no page of \"{tag}\" is public"), code: 4 });
    }
    let (journal, coming) = {
        let known = desk.handles.board.known();
        let is_of_list = known.config.as_ref().is_some_and(|known| Arc::ptr_eq(known, &config));
        (known.journal.clone(), (is_of_list && known.progress().complete).then(|| coming(&known, &config, tag, now)))
    };
    let Some(mut coming) = coming else {
        return Err(Answer::No { why: "what everybody may see is not read yet; ask again in a moment".to_owned(), code: 69 });
    };
    let chosen: Vec<usize> = (0..config.cases.len()).filter(|at| config.cases[*at].tags.iter().any(|known| known == tag)).collect();
    let tags = vec![tag.to_owned()];
    let wanted = Wanted { chosen: chosen.clone(), tags, by: None, as_of: now, is_now: true, with_entries: false };
    let report = delays::of(&desk.handles.store, &desk.handles.read, &config, &wanted).await?;
    let (store, read, tag) = (desk.handles.store.clone(), desk.handles.read.clone(), tag.to_owned());
    let page = blocking(move || {
        let mut cases = Vec::new();
        for watch in chosen.into_iter().filter_map(|at| config.cases.get(at)) {
            let is_it = |case: &&CaseDelays| case.source == watch.case.source && case.number == watch.number.canonical;
            let Some(measured) = report.cases.iter().find(is_it) else { continue };
            let changes = changes(&store, &read, &config, watch, &journal)?;
            let settings = outcomes(&store, &read, &config, watch, now)?;
            let next = coming.remove(&watch.case).unwrap_or_default();
            cases.push(case(measured, changes, next, settings));
        }
        Ok::<_, StoreError>(PublicPage { tag, cases })
    })
    .await?;
    Ok(json!(page))
}

/// The hearings to come of the cases of a tag, as they may be told: those that an entry of a withheld type sets are not among them.
fn coming(known: &Known, config: &Config, tag: &str, now: Timestamp) -> HashMap<CaseRef, Vec<PublicHearing>> {
    let mut coming: HashMap<CaseRef, Vec<PublicHearing>> = HashMap::new();
    let mut all: Vec<&Hearing> = known.matters().flat_map(|matter| matter.told.as_ref().unwrap_or(&matter.hearings)).collect();
    all.retain(|hearing| hearing.outcome == Outcome::Pending);
    all.sort_by(|a, b| (a.date, &a.line.time).cmp(&(b.date, &b.line.time)));
    for hearing in all {
        let Some(watch) = config.watch(&hearing.case).filter(|watch| watch.tags.iter().any(|one| one == tag)) else { continue };
        let zone = config.source_of(&watch.case).map_or_else(|| config.zone.clone(), |source| source.recipe.zone_of(&watch.number));
        let today = now.to_zoned_datetime(zone).date();
        let of_case = coming.entry(hearing.case.clone()).or_default();
        if of_case.len() < HEARINGS && hearing.date.is_some_and(|date| date >= today) {
            of_case.extend(public_hearing(hearing));
        }
    }
    coming
}

/// How many settings of a case were held, how many put off and how many not held, of those that may be told: what an act of a withheld type sets or
/// says, at the case or at one that it is linked with, is not counted.
fn outcomes(store: &Store, read: &Read, config: &Config, watch: &Watch, now: Timestamp) -> Result<[usize; 3], StoreError> {
    let watches: Vec<&Watch> = std::iter::once(watch).chain(watch.linked.iter().filter_map(|case| config.watch(case))).collect();
    let told = match of_matter(store, read, config, &watches, Sight::AsTold, now) {
        // What a linked case says that cannot be read is left out, and the page is there all the same.
        Err(error) if !error.is_fatal() => of_matter(store, read, config, &[watch], Sight::AsTold, now)?,
        told => told?,
    };
    let count = |of: &[Outcome]| told.iter().filter(|found| found.at == 0 && of.contains(&found.setting.outcome)).count();
    Ok([count(&[Outcome::Held]), count(&[Outcome::Deferred]), count(&[Outcome::Failed, Outcome::NotInstalled])])
}

fn case(measured: &CaseDelays, changes: Vec<PublicChange>, next: Vec<PublicHearing>, [held, deferred, not_held]: [usize; 3]) -> PublicCase {
    PublicCase {
        number: measured.number.clone(),
        name: measured.name.clone(),
        court: measured.court.clone(),
        subject: measured.subject.clone(),
        url: Some(measured.url.clone()).filter(|url| !url.is_empty()),
        read_at: measured.read.map(|at| at.to_string()),
        next,
        held,
        deferred,
        not_held,
        changes,
    }
}

fn public_hearing(hearing: &Hearing) -> Option<PublicHearing> {
    let name = |language| hearing_name(hearing.line.kind.as_deref(), language);
    Some(PublicHearing {
        date: hearing.date?.to_string(),
        time: hearing.line.time.clone(),
        name: Bilingual { es: name(Language::Es), en: name(Language::En) },
    })
}

/// The last events of a case that subscribers hear of, as a message tells them. What the brake holds, or somebody discarded, is told to nobody.
fn changes(store: &Store, read: &Read, config: &Config, watch: &Watch, journal: &Journal) -> Result<Vec<PublicChange>, StoreError> {
    let Some(cid) = store.cid(&watch.case)? else { return Ok(Vec::new()) };
    // Of what came since the journal was read nobody knows whether the brake holds it. What does not read back is for `fsck` to report.
    let known = store.told_after(0, Some(cid), usize::MAX)?.into_iter().filter(|(number, _)| *number <= journal.upto);
    let mut events: Vec<Event> = known.filter_map(|(_, event)| event).collect();
    events.retain(|event| event.kind.audience() == Audience::Subscriber && !journal.hidden.contains(&event.id));
    let last = events.split_off(events.len().saturating_sub(CHANGES));
    let telling = Telling::load(store, read, config, &watch.case, &last)?;
    let told = |language| {
        let about = telling.about(language, Stop::Unsaid);
        about.show(&last).iter().map(|event| (event.kind, summary(event, &about))).collect::<Vec<_>>()
    };
    let words = told(Language::Es).into_iter().zip(told(Language::En));
    let changes = last.iter().zip(words).map(|(event, ((kind, es), (_, en)))| PublicChange {
        kind: kind.name().to_owned(),
        seen_at: event.seen_at.to_string(),
        summary: Bilingual { es, en },
    });
    let mut changes: Vec<_> = changes.collect();
    changes.reverse();
    Ok(changes)
}
