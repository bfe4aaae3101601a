//! The sign of life: at its hour, what is watched, when it was last read, what is in trouble and what waits.
//!
//! A dead monitor looks like a quiet court (`alerting.md` A2.11). Its id is that of its hour, so that no restart repeats it; of hours that
//! passed while veedor did not run the last one is told, late.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use jiff::Timestamp;

use super::{Observer, count};
use crate::config::Config;
use crate::domain::condition::{Class, State, Topic};
use crate::domain::event::EventKind;
use crate::domain::report::{Number, Report, SourceLine, Subject, Trouble};
use crate::domain::schedule::Row;
use crate::store::Cid;
use crate::store::cases::Head;
use crate::store::error::StoreError;

/// No period is longer, so that the last hour that passed lies within it.
const LONGEST: Duration = Duration::from_secs(8 * 86_400);

/// After so long without news a case is counted as dormant (`alerting.md` A2.12).
const DORMANT: Duration = Duration::from_secs(90 * 86_400);

/// Tells it when its hour has come.
pub(super) fn look(observer: &mut Observer, config: &Config, now: Timestamp) -> Result<usize, StoreError> {
    let (topic, key) = (Topic::Heartbeat, (Topic::Heartbeat, String::new()));
    let known = observer.state(topic, "");
    let Some(period) = config.general.signs.heartbeat else {
        return observer.keep(config, key, known.as_ref(), None, None, now);
    };
    // What is kept is the hour that was told last, or the beginning.
    let Some(state) = known.clone().filter(|known| known.since <= now) else {
        let state = State { told: 0, ..State::told_already(Class::Low, 0, now) };
        return observer.keep(config, key, known.as_ref(), Some(state), None, now);
    };
    let zone = &config.zone;
    let from = now.checked_sub(LONGEST).unwrap_or(state.since).max(state.since);
    let mut due = period.next(from, zone);
    if due > now {
        return Ok(0);
    }
    loop {
        match period.next(due, zone) {
            next if next <= now => due = next,
            _ => break,
        }
    }
    let event = report(observer, config, due)?.event(topic, EventKind::VeedorHeartbeat, now);
    observer.keep(config, key, known.as_ref(), Some(State { since: due, ..state }), Some(event), now)
}

fn report(observer: &Observer, config: &Config, due: Timestamp) -> Result<Report, StoreError> {
    let store = &observer.handles.store;
    let rows: HashMap<Cid, Row> = store.rows()?.into_iter().collect();
    let mut sources: BTreeMap<&str, SourceLine> = BTreeMap::new();
    let mut dormant = 0;
    for watch in &config.cases {
        // Nothing is said of one that cannot be looked up, either.
        let cid = store.cid(&watch.case).or_else(|error| if error.is_fatal() { Err(error) } else { Ok(None) })?;
        let row = cid.and_then(|cid| rows.get(&cid)).copied().unwrap_or_default();
        let head = cid.map(|cid| store.head(cid)).transpose();
        // Of one that does not read back nothing is said.
        let head = head.or_else(|error| if error.is_fatal() { Err(error) } else { Ok(None) })?.flatten();
        dormant += u64::from(head.is_some_and(|head| is_dormant(&head, due)));
        let read = Timestamp::from_second(row.last_ok.into()).ok().filter(|_| row.last_ok > 0);
        let new = || SourceLine { source: watch.case.source.clone(), cases: 0, read: None };
        let line = sources.entry(&watch.case.source).or_insert_with(new);
        line.cases += 1;
        line.read = line.read.max(read);
    }
    let on = observer.states.iter().flatten().filter(|(_, state)| state.is_on());
    let troubles = on
        .map(|((topic, subject), state)| Trouble { class: state.told_class, subject: subject_of(*topic, subject), since: state.since })
        .collect();
    let counts = store.counts()?;
    let dormant = (dormant > 0).then_some((Number::Dormant, dormant));
    let numbers = [(Number::Watched, count(config.cases.len()))].into_iter().chain(dormant);
    let numbers = numbers.chain([(Number::Waiting, counts.pending), (Number::GivenUp, counts.dead)]).collect();
    Ok(Report { numbers, sources: sources.into_values().collect(), troubles, ..Report::new(None, Subject::Veedor, due, 1) })
}

/// Whether nothing new was seen of a case for long. It is watched all the same: whether it goes on being so is for the operator.
fn is_dormant(head: &Head, now: Timestamp) -> bool {
    let last = head.changed_at.unwrap_or(head.watched_since);
    Duration::try_from(now.duration_since(last)).is_ok_and(|quiet| quiet >= DORMANT)
}

fn subject_of(topic: Topic, subject: &str) -> Subject {
    match topic {
        Topic::Source | Topic::Unread | Topic::Drift => Subject::Source(subject.to_owned()),
        Topic::Channel | Topic::GaveUp => Subject::Channel(subject.to_owned()),
        Topic::Store => Subject::Store,
        Topic::Heartbeat | Topic::Summary => Subject::Veedor,
    }
}
