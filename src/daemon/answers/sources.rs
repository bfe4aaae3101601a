//! The answer about sources: how their cases do, how they are asked, what their hosts last answered.
//!
//! Called by [`answer`](super::answer). What hosts answered is known since the start only; their budgets outlive it. Asks no host.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use url::{Position, Url};

use super::{Desk, cases};
use crate::ask::Answer;
use crate::ask::line::Sight;
use crate::config::{Config, Source, spell_hours};
use crate::domain::case::Watch;
use crate::domain::condition::Topic;
use crate::fetch::view::{HostView, LastAnswer, RobotsView};
use crate::store::error::StoreError;
use crate::store::pulse::blocking;
use crate::wire::api::sources::{HostAnswer, HostLine, SourceLine, SourceList, SourceTrouble};

/// Every source of a watched case.
pub async fn sources(desk: &Desk, sight: Sight) -> Result<Value, Answer> {
    let (store, config) = (desk.handles.store.clone(), desk.handles.config.load_full());
    let hosts = desk.handles.fetcher.hosts();
    let sources = blocking(move || {
        let mut by_source: BTreeMap<&str, Vec<&Watch>> = BTreeMap::new();
        for watch in &config.cases {
            by_source.entry(&watch.case.source).or_default().push(watch);
        }
        let conditions = store.conditions()?;
        let mut lines = Vec::new();
        for (id, watches) in by_source {
            let Some(source) = watches.iter().find_map(|watch| config.source_of(&watch.case)) else { continue };
            let (mut cases, mut read_at) = (BTreeMap::new(), None);
            for watch in &watches {
                let Some(cid) = store.cid(&watch.case)? else { continue };
                let health = store.head(cid)?.map_or("unvisited", |head| head.health.name());
                *cases.entry(health.to_owned()).or_default() += 1;
                read_at = read_at.max(store.row(cid)?.map(|row| row.last_ok).filter(|at| *at > 0));
            }
            let trouble = conditions.iter().filter(|((topic, subject), state)| {
                matches!(topic, Topic::Source | Topic::Unread | Topic::Drift) && subject == id && state.is_on()
            });
            let trouble = trouble.map(|(_, state)| SourceTrouble {
                class: state.told_class.name().to_owned(),
                since: state.since.to_string(),
                count: state.bad,
                why: cases::why(state).filter(|_| sight == Sight::Whole),
            });
            let line = line(&config, id, source, read_at);
            lines.push(SourceLine { cases, trouble: trouble.collect(), hosts: hosts_of(&hosts, id, source, &watches), ..line });
        }
        Ok::<_, StoreError>(lines)
    })
    .await?;
    Ok(json!(SourceList { sources }))
}

fn line(config: &Config, id: &str, source: &Arc<Source>, read_at: Option<u32>) -> SourceLine {
    let recipe = &source.recipe;
    let general = config.general.every;
    let every = source.every.unwrap_or(if source.is_loopback() { general } else { general.max(recipe.every) });
    SourceLine {
        id: id.to_owned(),
        title: recipe.title.clone(),
        cases: BTreeMap::new(),
        read_at: read_at.and_then(|at| Timestamp::from_second(at.into()).ok()).map(|at| at.to_string()),
        every_seconds: every.as_secs(),
        gap_seconds: source.gap.as_secs(),
        daily: source.daily,
        hours: source.hours.as_ref().map(spell_hours),
        zone: recipe.zone.clone(),
        terms: recipe.terms.clone(),
        terms_es: recipe.terms_es.clone(),
        robots_note: recipe.robots.clone(),
        robots_note_es: recipe.robots_es.clone(),
        import_only: recipe.import_only.clone(),
        import_only_es: recipe.import_only_es.clone(),
        unverified: recipe.unverified.clone(),
        unverified_es: recipe.unverified_es.clone(),
        own_recipe: source.overridden.as_ref().map(|file| file.display().to_string()),
        trouble: Vec::new(),
        hosts: Vec::new(),
    }
}

/// The hosts that were asked for a source, or would be.
fn hosts_of(hosts: &[HostView], id: &str, source: &Source, watches: &[&Watch]) -> Vec<HostLine> {
    let bases: HashSet<String> = watches
        .iter()
        .filter_map(|watch| Url::parse(&source.recipe.base_url_of(&watch.number)).ok())
        .map(|url| url[..Position::BeforePath].to_owned())
        .collect();
    let is_of = |host: &&HostView| bases.contains(&host.host) || host.last.iter().any(|answer| answer.source == id);
    hosts.iter().filter(is_of).map(|host| host_line(host, id)).collect()
}

fn host_line(host: &HostView, id: &str) -> HostLine {
    let (robots, rules, delay, until) = match &host.robots {
        RobotsView::Unasked => ("unasked", None, None, None),
        RobotsView::Read { until, rules, delay } => ("read", Some(*rules), Some(delay.as_secs()), Some(until)),
        RobotsView::Unreadable { again } => ("unreadable", None, None, Some(again)),
    };
    HostLine {
        host: host.host.clone(),
        used: host.used,
        day_ends: host.day_ends.to_string(),
        rests_until: host.rests.map(|(until, _)| until.to_string()),
        rests_why: host.rests.map(|(_, why)| why.to_owned()),
        waiting: host.waiting,
        robots: robots.to_owned(),
        robots_rules: rules,
        robots_delay_seconds: delay,
        robots_until: until.map(Timestamp::to_string),
        answers: host.last.iter().filter(|answer| answer.source == id).map(answer_line).collect(),
    }
}

fn answer_line(answer: &LastAnswer) -> HostAnswer {
    HostAnswer {
        at: answer.at.to_string(),
        step: answer.step.clone(),
        took_ms: millis(answer.took),
        status: answer.status,
        bytes: answer.bytes,
        trouble: answer.trouble.clone(),
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
