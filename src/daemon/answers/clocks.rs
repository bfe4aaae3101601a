//! The answer about procedural clocks: those of every case, loudest first, with what each rests on.
//!
//! Called by [`answer`](super::answer). Reads the store; changes nothing but what is kept of readings. Names of persons are shown as the privacy of their case has it.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Desk, find};
use crate::ask::Answer;
use crate::config::Config;
use crate::daemon::limits::clocks_of;
use crate::daemon::readings;
use crate::daemon::telling::{Read, Telling};
use crate::delay::clocks::counts;
use crate::domain::about::{About, Language, Stop};
use crate::domain::case::Watch;
use crate::domain::clocks::{Clock, Pin, State, Subject};
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::pulse::blocking;
use crate::{message, wire};

/// What is counted.
const COUNTING: &str = "one clock for each rule and each case, person, hearing or petition that it counts for; what no entry shows is not \
                        observed, which is not the same as not done; verify every rule with a lawyer";

/// The clocks of a case, or of all. Without `all`, those that run or whose start is unknown, and those that were met late.
pub async fn clocks(desk: &Desk, typed: Option<&str>, all: bool) -> Result<Value, Answer> {
    let config = desk.handles.config.load_full();
    let now = desk.handles.clock.now();
    let chosen = match typed {
        Some(typed) => vec![find(&config, typed)?.0],
        None => (0..config.cases.len()).collect(),
    };
    let (store, read) = (desk.handles.store.clone(), desk.handles.read.clone());
    let language = config.general.language;
    let (mut lines, mut found) = (Vec::new(), Vec::new());
    let asked = Arc::clone(&config);
    let cases = blocking(move || {
        let cases = chosen.into_iter().filter_map(|index| asked.cases.get(index));
        cases.map(|watch| of_case(&store, &read, &asked, watch, now, all)).collect::<Result<Vec<_>, StoreError>>()
    })
    .await?;
    for (clocks, shown) in cases {
        found.extend(clocks);
        lines.extend(shown);
    }
    let rank = |state: &Value| State::ALL.iter().position(|(name, _)| state.as_str() == Some(name));
    lines.sort_by_key(|line: &Value| (rank(&line["state"]), line["due"].is_null(), line["due"].as_str().map(str::to_owned)));
    let counts: serde_json::Map<String, Value> =
        counts(&found).iter().map(|(state, count)| (state.name().to_owned(), json!(count))).collect();
    let mut lacking: Vec<&String> = found.iter().flat_map(|clock| &clock.lacking).collect();
    lacking.sort_unstable();
    lacking.dedup();
    let language = if language == Language::Es { "es" } else { "en" };
    Ok(json!({"clocks": lines, "counts": counts, "lacking": lacking, "as_of": now.to_string(), "language": language, "counting": COUNTING}))
}

/// The clocks of a case, and those that are shown as JSON.
fn of_case(
    store: &Store,
    read: &Read,
    config: &Config,
    watch: &Watch,
    now: Timestamp,
    all: bool,
) -> Result<(Vec<Clock>, Vec<Value>), StoreError> {
    let rules = config.rules_of(&watch.case);
    let Some(source) = config.source_of(&watch.case) else { return Ok((Vec::new(), Vec::new())) };
    let Some(cid) = store.cid(&watch.case)? else { return Ok((Vec::new(), Vec::new())) };
    let Some(head) = store.head(cid)?.filter(|head| head.version > 0) else { return Ok((Vec::new(), Vec::new())) };
    let Some(docket) = store.docket(cid, head.version)? else { return Ok((Vec::new(), Vec::new())) };
    let last_ok = store.row(cid)?.map(|row| row.last_ok).filter(|at| *at > 0);
    let read_at = last_ok.and_then(|at| Timestamp::from_second(at.into()).ok());
    let zone = source.recipe.zone_of(&watch.number);
    let meaning = config.meaning_of(&source.recipe);
    let readings = readings::of(store, &rules, &meaning, cid, &docket);
    let clocks = clocks_of(config, watch, (&docket, &readings), read_at, now);
    let telling = Telling::load(store, read, config, &watch.case, &[])?;
    let about = telling.about(config.general.language, Stop::Unsaid);
    let is_shown = |clock: &&Clock| all || clock.state.is_open() || matches!(clock.state, State::UnknownStart | State::MetLate);
    let line = |clock: &Clock| {
        let clock = masked(clock, &about);
        let mut form = wire::clocks::to_json(&clock, &message::clocks::text(&clock, &zone), &docket);
        form["source"] = json!(watch.case.source);
        form["case"] = json!(watch.number.canonical);
        form["name"] = json!(watch.name);
        form["rules"] = json!(rules.version());
        form
    };
    let shown = clocks.iter().filter(is_shown).map(line).collect();
    Ok((clocks, shown))
}

/// A clock whose names may be shown.
pub fn masked(clock: &Clock, about: &About<'_>) -> Clock {
    let subject = match &clock.subject {
        Subject::Person(Some(name)) => Subject::Person(Some(about.defendant(name))),
        other => other.clone(),
    };
    let pin = |pin: &Pin| Pin { person: pin.person.as_deref().map(|name| about.defendant(name)), ..pin.clone() };
    Clock { subject, pins: clock.pins.iter().map(pin).collect(), ..clock.clone() }
}
