//! The answer about hearings: the settings of every case, what became of them, and how many.
//!
//! Called by [`answer`](super::answer). Reads the store; changes nothing.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::{Answer, Desk, find};
use crate::config::Config;
use crate::domain::case::Watch;
use crate::domain::docket::{Docket, EntryKey};
use crate::domain::setting::{COUNTING, Setting, counts};
use crate::meaning::Meaning;
use crate::store::pulse::blocking;
use crate::wire;

/// Every setting of a case, or of all, soonest first; the counts by outcome, and what is counted.
pub async fn hearings(desk: &Desk, typed: Option<&str>) -> Result<Value, Answer> {
    let config = desk.handles.config.load_full();
    let now = desk.handles.clock.now();
    let chosen = match typed {
        Some(typed) => vec![find(&config, typed)?.0],
        None => (0..config.cases.len()).collect(),
    };
    let store = desk.handles.store.clone();
    let (mut lines, all) = blocking(move || {
        let (mut lines, mut all) = (Vec::new(), Vec::new());
        for index in chosen {
            let watch = &config.cases[index];
            let Some(cid) = store.register(std::slice::from_ref(&watch.case))?.first().copied() else { continue };
            let Some(head) = store.head(cid)?.filter(|head| head.version > 0) else { continue };
            let Some(docket) = store.docket(cid, head.version)? else { continue };
            // What became of a day that nobody has looked at since is not known to be unknown.
            let read_at = store.row(cid)?.map(|row| row.last_ok).and_then(|last_ok| Timestamp::from_second(last_ok.into()).ok());
            let Some((meaning, today)) = reader(&config, watch, read_at.map_or(now, |read_at| read_at.min(now))) else { continue };
            let settings = meaning.settings(&docket, today);
            lines.extend(settings.iter().map(|setting| line(watch, &docket, &settings, setting)));
            all.extend(settings);
        }
        Ok((lines, all))
    })
    .await?;
    let when = |line: &Value| (line["date"].is_null(), line["date"].as_str().map(str::to_owned), line["time"].as_str().map(str::to_owned));
    lines.sort_by_key(when);
    let counts: serde_json::Map<String, Value> =
        counts(&all).iter().map(|(outcome, count)| (outcome.name().to_owned(), json!(count))).collect();
    Ok(json!({ "hearings": lines, "counts": counts, "counting": COUNTING }))
}

/// The words of a case's court, and the day that it was there.
fn reader(config: &Config, watch: &Watch, at: Timestamp) -> Option<(std::sync::Arc<Meaning>, Date)> {
    let recipe = &config.source_of(&watch.case)?.recipe;
    let today = at.to_zoned_datetime(recipe.zone_of(&watch.number)).date();
    Some((Meaning::shipped(&recipe.jurisdiction, &recipe.language), today))
}

fn line(watch: &Watch, docket: &Docket, all: &[Setting], setting: &Setting) -> Value {
    let entry = |key: &Option<EntryKey>| {
        let entry = key.as_ref().and_then(|key| docket.entry(key))?;
        Some(json!({"key": entry.key.0, "date": entry.date.map(|date| date.to_string()), "title": entry.title}))
    };
    let follows = setting
        .follows
        .and_then(|at| all.get(at))
        .map(|before| json!({"date": before.date.map(|date| date.to_string()), "time": before.time.map(wire::hearing::clock)}));
    json!({
        "date": setting.date.map(|date| date.to_string()),
        "time": setting.time.map(wire::hearing::clock),
        "type": setting.kind,
        "outcome": setting.outcome.name(),
        "reasons": setting.reasons,
        "requested_by": setting.requested_by,
        "mode": setting.mode.map(|mode| mode.name()),
        "room": setting.room,
        "warn": setting.warnings,
        "case": watch.number.canonical,
        "name": watch.name,
        "set_by": entry(&setting.set_by),
        "told_by": entry(&setting.told_by),
        "follows": follows,
    })
}
