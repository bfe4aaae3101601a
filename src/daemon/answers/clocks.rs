//! The answer about procedural clocks: those of every case, loudest first, with what each rests on.
//!
//! Called by [`answer`](super::answer). Reads the store; changes nothing but what is kept of readings. Names of persons are shown as the privacy of their case has it.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Desk, find};
use crate::ask::Answer;
use crate::ask::line::Sight;
use crate::config::Config;
use crate::daemon::limits::clocks_of;
use crate::daemon::readings;
use crate::daemon::telling::{Read, Telling};
use crate::delay::clocks::counts;
use crate::domain::about::{About, Language, Stop};
use crate::domain::case::Watch;
use crate::domain::clocks::{Clock, Pin, State, Subject};
use crate::domain::docket::EntryKey;
use crate::domain::id::Id;
use crate::domain::withhold::Telling as HowMuch;
use crate::store::Store;
use crate::store::error::StoreError;
use crate::store::pulse::blocking;
use crate::wire::api::clocks::{ClockCounts, ClockLine, ClockList};
use crate::{message, wire};

/// What is counted.
const COUNTING: &str = "one clock for each rule and each case, person, hearing or petition that it counts for; what no entry shows is not \
                        observed, which is not the same as not done; verify every rule with a lawyer";

/// The clocks of a case, or of all. Without `all`, those that run or whose start is unknown, and those that were met late.
pub async fn clocks(desk: &Desk, typed: Option<&str>, all: bool, sight: Sight) -> Result<Value, Answer> {
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
        cases.map(|watch| of_case((&store, &read, &asked), watch, now, (all, sight))).collect::<Result<Vec<_>, StoreError>>()
    })
    .await?;
    for (clocks, shown) in cases {
        found.extend(clocks);
        lines.extend(shown);
    }
    let rank = |state: &str| State::ALL.iter().position(|(name, _)| state == *name);
    lines.sort_by_key(|line: &ClockLine| (rank(&line.state), line.due.is_none(), line.due.clone()));
    let mut lacking: Vec<String> = found.iter().flat_map(|clock| clock.lacking.clone()).collect();
    lacking.sort_unstable();
    lacking.dedup();
    let language = if language == Language::Es { "es" } else { "en" };
    let list = ClockList {
        clocks: lines,
        counts: counted(&found),
        lacking,
        as_of: now.to_string(),
        language: language.to_owned(),
        counting: COUNTING.to_owned(),
    };
    Ok(json!(list))
}

fn counted(clocks: &[Clock]) -> ClockCounts {
    let mut sum = ClockCounts::default();
    for (state, count) in counts(clocks) {
        let place = match state {
            State::Breach => &mut sum.breach,
            State::PossibleBreach => &mut sum.possible_breach,
            State::Warning => &mut sum.warning,
            State::Running => &mut sum.running,
            State::Suspended => &mut sum.suspended,
            State::UnknownStart => &mut sum.unknown_start,
            State::MetLate => &mut sum.met_late,
            State::Met => &mut sum.met,
            State::NotStarted => &mut sum.not_started,
            State::NotApplicable => &mut sum.not_applicable,
        };
        *place = count;
    }
    sum
}

/// The clocks of a case with these ids, as they are shown.
pub(in crate::daemon) fn chosen(
    of: (&Store, &Read, &Config),
    watch: &Watch,
    now: Timestamp,
    ids: &[Id],
    sight: Sight,
) -> Result<Vec<ClockLine>, StoreError> {
    let (_, lines) = of_case(of, watch, now, (true, sight))?;
    Ok(lines.into_iter().filter(|line| ids.iter().any(|id| id.to_string() == line.id)).collect())
}

/// The clocks of a case, and those that are shown. Of a case that is not told in whole nobody is told what time it has; he does not
/// count it either.
fn of_case(
    (store, read, config): (&Store, &Read, &Config),
    watch: &Watch,
    now: Timestamp,
    (all, sight): (bool, Sight),
) -> Result<(Vec<Clock>, Vec<ClockLine>), StoreError> {
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
    if sight == Sight::AsTold && telling.of_case() != HowMuch::Whole {
        return Ok((Vec::new(), Vec::new()));
    }
    let about = telling.about(config.general.language, Stop::Unsaid);
    let is_shown = |clock: &&Clock| all || clock.state.is_open() || matches!(clock.state, State::UnknownStart | State::MetLate);
    let entry = |key: &EntryKey| {
        let entry = docket.entry(key)?;
        let title = if sight == Sight::Whole { Some(entry.title.clone()) } else { about.title(&entry.title) };
        Some((entry.date, title?))
    };
    let line = |clock: &Clock| {
        let clock = masked(clock, &about);
        let mut form = wire::clocks::form(&clock, &message::clocks::text(&clock, &zone), &entry);
        form["source"] = json!(watch.case.source);
        form["case"] = json!(watch.number.canonical);
        form["name"] = json!(watch.name);
        form["rules"] = json!(rules.version());
        serde_json::from_value(form)
            .map_err(|error| StoreError::Refused(format!("a clock is not of the form that it should have: {error}")))
    };
    let shown = clocks.iter().filter(is_shown).map(line).collect::<Result<_, _>>()?;
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
