//! The answer about hearings: the settings of every case, what became of them, and how many.
//!
//! Called by [`answer`](super::answer). Reads the store; changes nothing but what is kept of readings.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::{Desk, find};
use crate::ask::Answer;
use crate::config::Config;
use crate::daemon::readings;
use crate::domain::case::{CaseRef, Watch};
use crate::domain::docket::{Docket, EntryKey};
use crate::domain::setting::{COUNTING, Setting, counts};
use crate::domain::twin::{Placed, merged, pairs};
use crate::meaning::Meaning;
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::pulse::blocking;
use crate::wire;

/// Every setting of a case, or of all, soonest first; the counts by outcome, and what is counted. A hearing of linked cases is one.
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
        // What a case before has shown.
        let mut shown: HashSet<(CaseRef, usize)> = HashSet::new();
        for index in chosen {
            let watch = &config.cases[index];
            let Some(own) = read(&store, &config, watch, now)? else { continue };
            let mut others = Vec::new();
            for other in watch.linked.iter().filter_map(|case| config.watch(case)) {
                others.extend(read(&store, &config, other, now)?);
            }
            let paired: Vec<_> = others.iter().map(|other| pairs(&own.settings, &other.settings)).collect();
            for (at, setting) in own.settings.iter().enumerate() {
                if shown.contains(&(watch.case.clone(), at)) {
                    continue;
                }
                let of_other = |(other, pairs): (&'_ Read<'_>, &Vec<(usize, usize)>)| {
                    let (_, place) = *pairs.iter().find(|(own, _)| *own == at)?;
                    (!shown.contains(&(other.watch.case.clone(), place))).then_some(place)
                };
                let places: Vec<Option<usize>> = others.iter().zip(&paired).map(of_other).collect();
                let twins: Vec<(&Read<'_>, &Placed)> =
                    others.iter().zip(&places).filter_map(|(other, place)| Some((other, other.settings.get((*place)?)?))).collect();
                let whole = merged(setting, &twins.iter().map(|(_, twin)| *twin).collect::<Vec<_>>());
                lines.push(line(&own, setting, &whole.setting, &twins));
                all.push(whole.setting);
                shown.extend(others.iter().zip(&places).filter_map(|(other, place)| Some((other.watch.case.clone(), (*place)?))));
            }
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

/// A case with its settings, as it was last read.
struct Read<'c> {
    watch: &'c Watch,
    docket: Docket,
    settings: Vec<Placed>,
}

fn read<'c>(store: &Store, config: &Config, watch: &'c Watch, now: Timestamp) -> Result<Option<Read<'c>>, StoreError> {
    let Some(cid) = store.register(std::slice::from_ref(&watch.case))?.first().copied() else { return Ok(None) };
    let Some(head) = store.head(cid)?.filter(|head| head.version > 0) else { return Ok(None) };
    let Some(docket) = store.docket(cid, head.version)? else { return Ok(None) };
    // What became of a day that nobody has looked at since is not known to be unknown.
    let read_at = store.row(cid)?.map(|row| row.last_ok).and_then(|last_ok| Timestamp::from_second(last_ok.into()).ok());
    let Some((meaning, zone)) = reader(config, watch) else { return Ok(None) };
    let today = read_at.map_or(now, |read_at| read_at.min(now)).to_zoned_datetime(zone.clone()).date();
    let readings = readings::of(store, &config.rules_of(&watch.case), &meaning, cid, &docket);
    let settings = meaning.placed_of(&docket, |at| readings.heard(at), &zone, today);
    Ok(Some(Read { watch, docket, settings }))
}

/// The words of a case's court, and its zone.
fn reader(config: &Config, watch: &Watch) -> Option<(Arc<Meaning>, TimeZone)> {
    let recipe = &config.source_of(&watch.case)?.recipe;
    Some((config.meaning_of(recipe), recipe.zone_of(&watch.number)))
}

/// An entry as a line shows it.
fn entry(docket: &Docket, key: Option<&EntryKey>) -> Option<Value> {
    let entry = docket.entry(key?)?;
    Some(json!({"key": entry.key.0, "date": entry.date.map(|date| date.to_string()), "title": entry.title}))
}

/// A hearing: as this case has it (`own`), and what all linked cases say of it together (`whole`).
fn line(read: &Read<'_>, own: &Placed, whole: &Setting, twins: &[(&Read<'_>, &Placed)]) -> Value {
    let also = |(other, placed): &(&Read<'_>, &Placed)| {
        let Placed { setting, .. } = placed;
        json!({
            "source": other.watch.case.source,
            "case": other.watch.number.canonical,
            "name": other.watch.name,
            "outcome": setting.outcome.name(),
            "set_by": entry(&other.docket, setting.set_by.as_ref()),
            "told_by": entry(&other.docket, setting.told_by.as_ref()),
        })
    };
    let told_there = || twins.iter().find_map(|(other, placed)| entry(&other.docket, placed.setting.told_by.as_ref()));
    let follows = own.setting.follows.and_then(|at| read.settings.get(at)).map(
        |Placed { setting, .. }| json!({"date": setting.date.map(|date| date.to_string()), "time": setting.time.map(wire::hearing::clock)}),
    );
    json!({
        "date": whole.date.map(|date| date.to_string()),
        "time": whole.time.map(wire::hearing::clock),
        "type": whole.kind,
        "outcome": whole.outcome.name(),
        "reasons": whole.reasons,
        "requested_by": whole.requested_by,
        "mode": whole.mode.map(|mode| mode.name()),
        "room": whole.room,
        "warn": whole.warnings,
        "source": read.watch.case.source,
        "case": read.watch.number.canonical,
        "name": read.watch.name,
        "set_by": entry(&read.docket, own.setting.set_by.as_ref()),
        "told_by": entry(&read.docket, own.setting.told_by.as_ref()).or_else(told_there),
        "follows": follows,
        "also": twins.iter().map(also).collect::<Vec<_>>(),
    })
}
