//! The monthly summary of delays: at its hour, to each channel whose `events` ask for it, what the cases of which it hears showed.
//!
//! Its id is that of channel and hour, so that no restart repeats it; of months that passed while veedor did not run the last one is told, late.
//! All cases are studied once for all channels, as of that hour.

use std::collections::HashSet;

use jiff::Timestamp;

use super::Observer;
use crate::config::Config;
use crate::daemon::delays::{self, Wanted};
use crate::delay::report::summary;
use crate::domain::case::Watch;
use crate::domain::condition::{Class, State, Topic};
use crate::domain::delay_summary::{DelaySummary, month_before};
use crate::domain::delays::{CaseDelays, Delays};
use crate::domain::event::EventKind;
use crate::domain::route::Route;
use crate::store::error::StoreError;

/// Tells it when its hour has come.
pub(super) fn look(observer: &mut Observer, config: &Config, now: Timestamp) -> Result<usize, StoreError> {
    let routes: Vec<Route> = config.routes().into_iter().filter(|route| route.kinds.wants(EventKind::DelaysSummary)).collect();
    let monthly = config.general.signs.summary;
    for channel in observer.known(Topic::Summary) {
        if monthly.is_none() || !routes.iter().any(|route| route.channel == channel) {
            let known = observer.state(Topic::Summary, &channel);
            observer.keep(config, (Topic::Summary, channel), known.as_ref(), None, None, now)?;
        }
    }
    let Some(due) = monthly.and_then(|monthly| monthly.last(now, &config.zone)) else { return Ok(0) };
    let (mut told, mut report) = (0, None);
    for route in &routes {
        let key = (Topic::Summary, route.channel.clone());
        let known = observer.state(Topic::Summary, &route.channel);
        // What is kept is the hour that was told last, or when the channel first asked: what came before that is not told.
        let Some(state) = known.clone().filter(|known| known.since <= now) else {
            let state = State { told: 0, ..State::told_already(Class::Low, 0, now) };
            observer.keep(config, key, known.as_ref(), Some(state), None, now)?;
            continue;
        };
        // A clock that stands a month ahead for a moment sums up no month.
        if due <= state.since || observer.steady.is_none_or(|steady| steady.believed_at(due) > now) {
            continue;
        }
        let report = match &report {
            Some(report) => report,
            None => report.insert(studied(observer, config, due)?),
        };
        let event = of_channel(config, route, report, due).map(|summary| summary.event(now));
        told += observer.keep(config, key, known.as_ref(), Some(State { since: due, ..state }), event, now)?;
    }
    Ok(told)
}

fn studied(observer: &Observer, config: &Config, due: Timestamp) -> Result<Delays, StoreError> {
    let wanted =
        Wanted { chosen: (0..config.cases.len()).collect(), tags: Vec::new(), by: None, as_of: due, is_now: false, with_entries: false };
    delays::here(&observer.handles.store, &observer.handles.read, config, &wanted)
}

/// What a channel is told; `None` where it hears of no case.
fn of_channel(config: &Config, route: &Route, report: &Delays, due: Timestamp) -> Option<DelaySummary> {
    let is_heard = |watch: &&Watch| {
        let is_chosen = watch.channels.as_ref().is_none_or(|channels| channels.contains(&route.channel));
        is_chosen && (route.tags.is_empty() || route.tags.iter().any(|tag| watch.tags.contains(tag)))
    };
    let heard = config.cases.iter().filter(is_heard).map(|watch| (watch.case.source.as_str(), watch.number.canonical.as_str()));
    let heard: HashSet<(&str, &str)> = heard.collect();
    let hears = |source: &str, number: &str| heard.contains(&(source, number));
    let cases: Vec<&CaseDelays> = report.cases.iter().filter(|case| hears(&case.source, &case.number)).collect();
    let left_out = report.left_out.iter().filter(|case| hears(&case.source, &case.number)).count();
    if cases.is_empty() && left_out == 0 {
        return None;
    }
    Some(summary(&route.channel, due, month_before(due, &config.zone)?, &cases, left_out))
}
