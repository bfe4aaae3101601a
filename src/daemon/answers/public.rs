//! The answer for a public page: the cases of a tag as everybody may see them.
//!
//! Called by [`answer`](super::answer). What stands in it went through the privacy of each case, like a message; a case of which nothing but
//! activity may be told is left out whole. Reads the store; changes nothing.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::Desk;
use crate::ask::Answer;
use crate::config::Config;
use crate::daemon::delays::{self, Wanted};
use crate::daemon::telling::{Read, Telling};
use crate::domain::about::{Language, Stop};
use crate::domain::case::Watch;
use crate::domain::delays::CaseDelays;
use crate::domain::event::{Audience, Event};
use crate::domain::setting::{Outcome, Setting};
use crate::message::{hearing_name, summary};
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::pulse::blocking;
use crate::wire;
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
            let today = now.to_zoned_datetime(measured.zone.clone()).date();
            let changes = changes(&store, &read, &config, watch)?;
            cases.push(PublicCase { changes, ..case(measured, today) });
        }
        Ok::<_, StoreError>(PublicPage { tag, cases, left_out: report.left_out.len() })
    })
    .await?;
    Ok(json!(page))
}

fn case(measured: &CaseDelays, today: Date) -> PublicCase {
    let count = |is: fn(Outcome) -> bool| measured.settings.iter().filter(|setting| is(setting.outcome)).count();
    let mut next: Vec<&Setting> = measured
        .settings
        .iter()
        .filter(|setting| setting.outcome == Outcome::Pending && setting.date.is_some_and(|date| date >= today))
        .collect();
    next.sort_by_key(|setting| (setting.date, setting.time));
    PublicCase {
        number: measured.number.clone(),
        name: measured.name.clone(),
        court: measured.court.clone(),
        subject: measured.subject.clone(),
        url: Some(measured.url.clone()).filter(|url| !url.is_empty()),
        read_at: measured.read.map(|at| at.to_string()),
        next: next.into_iter().take(HEARINGS).filter_map(hearing).collect(),
        held: count(|outcome| outcome == Outcome::Held),
        not_held: count(Outcome::is_not_held),
        changes: Vec::new(),
    }
}

fn hearing(setting: &Setting) -> Option<PublicHearing> {
    let name = |language| hearing_name(setting.kind.as_deref(), language);
    Some(PublicHearing {
        date: setting.date?.to_string(),
        time: setting.time.map(wire::hearing::clock),
        name: Bilingual { es: name(Language::Es), en: name(Language::En) },
    })
}

/// The last events of a case that subscribers hear of, as a message tells them.
fn changes(store: &Store, read: &Read, config: &Config, watch: &Watch) -> Result<Vec<PublicChange>, StoreError> {
    let Some(cid) = store.cid(&watch.case)? else { return Ok(Vec::new()) };
    let mut events: Vec<Event> = match store.case_events(cid) {
        // What does not read back is for `fsck` to report.
        Err(StoreError::Damaged(_)) => Vec::new(),
        events => events?,
    };
    events.retain(|event| event.kind.audience() == Audience::Subscriber);
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
